"""The gazetteer of a profile: which area a name means, on which day, however it is written.

Accents, capitals, hyphens, doubly encoded text and words such as "State of" or "Région de" do not
count. Nothing is guessed beyond that: a name that it lacks, or that means two areas, stays.
"""

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from itertools import combinations
from pathlib import Path

from pydantic import Field

from indicators.definitions.contracts import Strict
from indicators.foundation.errors import Problem, WrongUse

_COLUMNS = ("name", "area_code", "valid_from", "valid_to")
_LETTERS = str.maketrans(
    {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ɓ": "b", "ɗ": "d", "ŋ": "ng", "ɲ": "ny"}
)
# Kinds of areas and articles, in English, French and transcribed Arabic: some write them, some not.
_FILLERS = frozenset(
    {"a", "al", "au", "aux", "d", "de", "des", "du", "el", "en", "et", "l", "la", "le", "les"}
    | {"of", "the", "commune", "county", "departement", "department", "district", "etat", "state"}
    | {"prefecture", "province", "region", "secteur", "sector", "town", "village", "ville"}
)


class GazetteerLine(Strict):
    """One name of an area, and between which days it was in use; an open end is empty."""

    name: str = Field(min_length=1)
    area_code: str = Field(min_length=1)
    valid_from: date | None = None
    valid_to: date | None = None

    def is_valid_on(self, day: date | None) -> bool:
        """Whether the name was in use; an unknown day rules nothing out."""
        return day is None or (self.valid_from or date.min) <= day <= (self.valid_to or date.max)

    def overlaps(self, other: "GazetteerLine") -> bool:
        """Whether there is a day on which both were in use."""
        begins = max(self.valid_from or date.min, other.valid_from or date.min)
        return begins <= min(self.valid_to or date.max, other.valid_to or date.max)


class Gazetteer(Strict):
    """Names that a column's texts are looked up in: those of `file`, beside `mission.yaml`, and
    further `lines`. In a mapping that was read `lines` holds them all.

    `day`: the column of the file that says when, for names in use at a time only; `formats`: how
    it is written, ISO where empty.
    """

    file: str | None = None
    day: str | None = None
    formats: tuple[str, ...] = ()
    lines: tuple[GazetteerLine, ...] = ()

    def area_code(self, text: str, day: str | None = None) -> str | None:
        """The area that a text means; None where the gazetteer does not say, or not one alone."""
        on = _day(day, self.formats)
        full, short = _index(self.lines)
        for key, index in ((place_key(text), full), (_short_key(text), short)):
            codes = {line.area_code for line in index.get(key, ()) if line.is_valid_on(on)}
            if codes:
                return codes.pop() if len(codes) == 1 else None
        return None


def place_key(text: str) -> str:
    """A name as lower-case words without accents and signs: `Équatoria-Oriental`, `EQUATORIA
    ORIENTAL` and the first one doubly encoded are the same.
    """
    plain = unicodedata.normalize("NFKD", repaired(text).casefold().translate(_LETTERS))
    letters = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return " ".join(re.findall(r"\w+", letters.replace("_", " ")))


def repaired(text: str) -> str:
    """UTF-8 that was read as Windows or Latin text, once or twice, as it was meant."""
    for _ in range(2):
        for encoding in ("cp1252", "latin-1"):
            try:
                meant = text.encode(encoding).decode("utf-8")
            except UnicodeError:
                continue
            text = meant
            break
    return text


def _short_key(text: str) -> str:
    """The same without kinds of areas and articles, unless nothing else is left."""
    words = place_key(text).split()
    return " ".join(word for word in words if word not in _FILLERS) or " ".join(words)


Index = Mapping[str, Sequence[GazetteerLine]]


@lru_cache(maxsize=16)
def _index(lines: tuple[GazetteerLine, ...]) -> tuple[Index, Index]:
    """Lines by full and by short key, of their names and of the codes themselves."""
    full: dict[str, list[GazetteerLine]] = {}
    short: dict[str, list[GazetteerLine]] = {}
    for line in lines:
        full.setdefault(place_key(line.name), []).append(line)
        short.setdefault(_short_key(line.name), []).append(line)
    for line in lines:  # a code is a name of its area on any day, unless it is another area's name
        full.setdefault(
            place_key(line.area_code), [GazetteerLine(name="–", area_code=line.area_code)]
        )
    return full, short


def _day(text: str | None, formats: Sequence[str]) -> date | None:
    for form in formats or ("%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"):
        try:
            return datetime.strptime(text or "", form).date()
        except ValueError:
            continue
    return None


def read_lines(path: Path) -> tuple[GazetteerLine, ...]:
    """The lines of a CSV with the columns name, area_code, valid_from, valid_to (the last two may
    be missing). Raises WrongUse naming row and value of what is wrong in it.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            rows = list(reader)
            heads = tuple(reader.fieldnames or ())
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = {"reason": " ".join(str(error).split())}
        raise WrongUse(Problem("gazetteer_unreadable", path.name, parameters=reason)) from None
    if not set(_COLUMNS[:2]) <= set(heads) <= set(_COLUMNS):
        columns = {"columns": ", ".join(_COLUMNS)}
        raise WrongUse(
            Problem("gazetteer_columns", path.name, value=", ".join(heads), parameters=columns)
        )
    lines: dict[int, GazetteerLine] = {}
    problems: list[Problem] = []
    for number, row in enumerate(rows, start=2):
        given = {name: (text or "").strip() for name, text in row.items() if name}
        try:
            lines[number] = GazetteerLine.model_validate({n: t for n, t in given.items() if t})
        except ValueError:
            value = ", ".join(given.values())
            problems.append(Problem("gazetteer_line", path.name, row=number, value=value))
    problems += _ambiguous(path, lines)
    if problems:
        raise WrongUse(problems)
    return tuple(lines.values())


def _ambiguous(path: Path, lines: Mapping[int, GazetteerLine]) -> Iterator[Problem]:
    """Names that mean two areas on one day."""
    by_key: dict[str, list[int]] = {}
    for number, line in lines.items():
        by_key.setdefault(place_key(line.name), []).append(number)
    for numbers in by_key.values():
        for first, second in combinations(numbers, 2):
            one, other = lines[first], lines[second]
            if one.area_code != other.area_code and one.overlaps(other):
                told = {"other_row": first, "area": other.area_code, "other": one.area_code}
                yield Problem(
                    "gazetteer_ambiguous", path.name, row=second, value=other.name, parameters=told
                )
