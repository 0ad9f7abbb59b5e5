"""Code lists: codes with their labels in English and French and the paragraph they come from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from indicators.foundation.data_folder import data_folder
from indicators.foundation.errors import Problem, WrongUse
from indicators.foundation.mart_tables import NO_ANSWER
from indicators.foundation.messages import LANGUAGES, message
from indicators.foundation.reading.yaml_files import read_yaml

TOTAL = "_T"
NOT_APPLICABLE = "_Z"
UNKNOWN = "_U"
RARE = "other"
INTEGER = "integer"  # stands in a list of answers for a whole number


@dataclass(frozen=True)
class Vocabulary:
    """One code list; `labels` maps a code to its labels by language, in the list's order.

    `answer_lists` is for a list of survey items only: what may be answered to each of them.
    """

    name: str
    labels: Mapping[str, Mapping[str, str]]
    reference: str | None = None
    answer_lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    # Codes that stand together where protected kinds may not stand alone: labels of the pooled
    # codes, by code the pooled one, and the kinds that are protected
    pools: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    pooled_as: Mapping[str, str] = field(default_factory=dict)
    protected: frozenset[str] = frozenset()

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes in the order of the list."""
        return tuple(self.labels)

    def label(self, code: str, language: str) -> str:
        """The label of `code`, a pooled one too; `_T`, `_Z` and `_U` have labels in every list."""
        if code in self.pools:
            return self.pools[code][language]
        if code in self.labels:
            return self.labels[code][language]
        return message(f"code.{code}", language)

    def answers(self, item: str) -> tuple[str, ...]:
        """The codes that answer this survey item, the three kinds of no answer included."""
        own = (answer for answer in self.answer_lists[item] if answer != INTEGER)
        return (*own, *NO_ANSWER)

    def takes_integer(self, item: str) -> bool:
        """Whether a number of days answers this survey item."""
        return INTEGER in self.answer_lists[item]


@cache
def vocabularies() -> Mapping[str, Vocabulary]:
    """All code lists of `data/vocabularies/*.yaml` by name (a file may hold several)."""
    found: dict[str, Vocabulary] = {}
    for path in sorted((data_folder() / "vocabularies").glob("*.yaml")):
        for name, entry in read_vocabularies(path).items():
            if name in found:
                raise ValueError(f"{path.name}: vocabulary {name} stands in two files")
            found[name] = entry
    return found


def read_vocabularies(path: Path) -> dict[str, Vocabulary]:
    """The code lists of one file. Raises WrongUse naming file, list and code."""
    lists = read_yaml(path) or {}
    problems = [
        Problem("vocabulary_words", path.name, parameters={"key": f"{name}.codes.{code}"})
        for name, entry in lists.items()
        for code, words in entry["codes"].items()
        if not isinstance(code, str) or not _are_words(words)
    ]
    problems += [
        Problem("vocabulary_pool", path.name, parameters={"key": f"{name}.pools.{code}"})
        for name, entry in lists.items()
        for code in _wrong_pools(entry)
    ]
    if problems:
        raise WrongUse(problems)
    return {name: _vocabulary(name, entry) for name, entry in lists.items()}


def _are_words(words: Any) -> bool:
    """Two labels and, for survey items, answers; a comma outside quotes makes a further key."""
    beside = {"answers", "pooled_as", "protected"}
    return isinstance(words, dict) and set(LANGUAGES) == set(words) - beside


def _wrong_pools(entry: Mapping[str, Any]) -> set[str]:
    """Pools without words, or that hold no kind, or beside protected ones none that is common.

    What is rare (`other`) may be missing from a mission's files, and the pool would tell all.
    """
    kinds = [words for words in entry["codes"].values() if isinstance(words, dict)]
    named = {words["pooled_as"] for words in kinds if "pooled_as" in words}
    pools = entry.get("pools", {})
    open_ones = {
        words.get("pooled_as")
        for code, words in entry["codes"].items()
        if isinstance(words, dict) and not words.get("protected") and code != RARE
    }
    unworded = {code for code, words in pools.items() if not _are_words(words)}
    unpooled = {"-" for words in kinds if words.get("protected") and "pooled_as" not in words}
    return (named ^ set(pools)) | (named - open_ones) | unworded | unpooled


def _vocabulary(name: str, entry: Mapping[str, Any]) -> Vocabulary:
    codes = entry["codes"]
    labels = {
        code: {language: words[language] for language in LANGUAGES} for code, words in codes.items()
    }
    answers = {code: tuple(words["answers"]) for code, words in codes.items() if "answers" in words}
    return Vocabulary(
        name,
        labels,
        entry.get("reference"),
        answers,
        pools=entry.get("pools", {}),
        pooled_as={
            code: words["pooled_as"] for code, words in codes.items() if "pooled_as" in words
        },
        protected=frozenset(code for code, words in codes.items() if words.get("protected")),
    )


def vocabulary(name: str) -> Vocabulary:
    """The code list of this name. Raises KeyError where there is none."""
    return vocabularies()[name]
