"""Errors by who must act, and the exit code that each gives on the command line.

Sentences are not written here: an error carries a message key and its parameters,
and `indicators.foundation.messages` makes the sentence in the reader's language.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from indicators.foundation.messages import has_message, message
from indicators.foundation.numbers.number_format import value_text


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, with its place: what a planning officer needs to mend it.

    `rule` is a message key without its prefix `problem.`; `parameters` fill the sentence.
    A place that does not apply is None.
    """

    rule: str
    file: str | None = None
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    value: str | None = None
    parameters: dict[str, Any] = field(default_factory=dict)

    def place(self, language: str) -> str:
        """File, sheet, row and column as far as they are known, separated by commas."""
        words = {
            "sheet": self.sheet,
            "row": self.row,
            "column": self.column,
        }
        named = [
            message(f"place.{name}", language, name=value)
            for name, value in words.items()
            if value is not None and value != ""
        ]
        return ", ".join([self.file, *named] if self.file else named)

    def sentence(self, language: str = "en") -> str:
        """Place, value, rule and mend as one line of text."""
        text, place = self.says(language), self.place(language)
        return message("place.says", language, place=place, text=text) if place else text

    def says(self, language: str = "en") -> str:
        """The sentence without its place; numbers with decimals as the language writes them."""
        key = of_kind(f"problem.{self.rule}", self.parameters)
        written = {
            name: value_text(one, language) if isinstance(one, float) else one
            for name, one in self.parameters.items()
        }
        return message(key, language, value=self.value, **written)


def of_kind(key: str, parameters: Mapping[str, Any]) -> str:
    """The key of the same rule said more closely for its `kind`, where there is one; else `key`."""
    closer = f"{key}.{parameters.get('kind')}"
    return closer if has_message(closer) else key


def nearest(name: object, known: Iterable[object]) -> str:
    """The known name most like this one, for the sentence that refuses it; else an en dash."""
    found = get_close_matches(str(name), sorted(str(entry) for entry in known), n=1, cutoff=0.0)
    return found[0] if found else "–"


def similar(name: str, known: Iterable[str]) -> str | None:
    """The known name that is much like this one, whatever its case; None where none is."""
    by_lower = {entry.lower(): entry for entry in reversed(list(known))}
    found = get_close_matches(name.lower(), list(by_lower), n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None


def suggestion(name: str, known: Iterable[str]) -> str:
    """The name that is much like it; where none is those that are least unlike, nearest first."""
    listed = sorted(known)
    if (found := similar(name, listed)) is not None:
        return found
    ranked = get_close_matches(name, listed, n=len(listed) or 1, cutoff=0.0)
    return ", ".join(ranked[:5]) + (" …" if len(ranked) > 5 else "")


class PocLensError(Exception):
    """Base of all errors that a user may see; never shown with a traceback."""

    exit_code = 3

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems = [problems] if isinstance(problems, Problem) else list(problems)
        super().__init__("\n".join(problem.sentence() for problem in self.problems))


class CheckFailed(PocLensError):
    """A blocking check failed: whoever owns the data must act (exit code 1)."""

    exit_code = 1


class WrongUse(PocLensError):
    """A command, file, profile or catalogue entry is wrong: who wrote it must act (exit code 2)."""

    exit_code = 2


class InternalFault(PocLensError):
    """Something of ours is broken: the developers must act (exit code 3)."""

    exit_code = 3
