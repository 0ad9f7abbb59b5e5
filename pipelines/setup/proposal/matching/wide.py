"""Columns that are rows: counts by sex and age, or by month, one beside the other."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache, partial
from typing import Any

from indicators.definitions.contracts import Column, Contract
from indicators.foundation.errors import Problem, WrongUse
from pipelines.ingest.mapping.written.written_dates import with_english_months
from pipelines.ingest.mapping.written.written_numbers import ZERO
from pipelines.setup.proposal.matching import notation
from pipelines.setup.proposal.matching.columns import fit_of
from pipelines.setup.proposal.matching.concepts import is_named_in, says_nothing
from pipelines.setup.proposal.matching.texts import GROUPED, Texts
from pipelines.setup.proposal.matching.words import code_texts, readings, total_words

_KINDS, _MORE = ("sex", "age_group"), ("harm", "rank_group")
_VARIED = "rank_group"  # `Officers / Men` names no rank where there is no other
_FEWEST, _HALF_A_YEAR = 2, 6
_AGE_WORD = re.compile(r"^(\d+)(plus?)?$")
_MONTH = "month"
_VALUES = ("int", "dec", "bool")
_YEARS = re.compile(r"(?<!\d)(20\d\d)(?:\s*[-_/]\s*(?:20)?(\d\d))?(?!\d)")
_SAID = frozenset(
    {"count", "person", "women", "total", "month", "participant", "victim", "survivor"}
)


@dataclass(frozen=True)
class Wide:
    """One row for each of several columns: `items`: what an item is called (parts joined by `|`):
    the column of the file; `item`, `value`: columns of the table; `key`: one that the item follows,
    where the table has no other that tells its rows apart."""

    item: tuple[str, ...]
    value: str
    items: Mapping[str, str]
    key: str | None = None
    read: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # of a column: its keys

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the table that it fills."""
        return (*self.item, self.value)

    def entry(self) -> dict[str, object]:
        """As a mapping writes it; an empty cell makes no row."""
        entries = {name: {"from": header, **self.read.get(header, {})}
                   for name, header in self.items.items()}  # fmt: skip
        key = {"key": self.key} if self.key else {}
        return {"item": list(self.item), "value": self.value, **key, "items": entries}


def wide_columns(
    contract: Contract,
    texts: Sequence[Texts],
    years: tuple[int, int] | None = None,
    said: Sequence[str] = (),
) -> Wide | None:
    """What columns of the file say together; None where they do not, or one by itself says more.

    `years`: of months named without one, from July on and before it; `said`: names of file and
    sheet, which tell what is counted where the table has several numbers.
    """
    value = _value_of(contract, said, [one.header for one in texts])
    if value is None:
        return None
    ways = {one.header: _way(contract.columns[value], one) for one in texts if one.values}
    numbers = [one for one in texts if ways.get(one.header) is not None]
    named_by: list[tuple[tuple[str, ...], Callable[[str], str | None]]] = [
        (kinds, partial(_group_of, contract, kinds)) for kinds in _kinds(contract)
    ]
    named_by.append((("month",), lambda header: month_of(header, years)))
    above = {one.header.rpartition(GROUPED)[0] for one in numbers} - {""}
    for item, name_of in named_by:
        if not item or not set(item) <= contract.columns.keys():
            continue
        named = [(name_of(one.header), one.header) for one in numbers]
        if len(above) == 1 and not any(name for name, _ in named):  # what is above says of all
            named = [(name_of(one.header.rpartition(GROUPED)[2]), one.header) for one in numbers]
        found = [(name, header) for name, header in named if name is not None]
        found = [one for one in found if not _is_sum(one, found)]
        if _VARIED in item and len({name.split("|")[-1] for name, _ in found}) < _FEWEST:
            continue
        if len(found) >= _FEWEST and len(dict(found)) == len(found):
            is_told = set(item) <= {*contract.key}
            read = {header: way for _, header in found if (way := ways[header])}
            return Wide(item, value, dict(found), None if is_told else contract.key[0], read)
    return None


def row_kinds(contract: Contract) -> list[str]:
    """What columns side by side may tell the rows of a table apart by: groups of its key, or of
    persons that each row counts, and the month that each row has."""
    held = [n for n, one in contract.columns.items() if one.required and one.base_type == "int"]
    told = contract.columns if {*held} - {*contract.key} else contract.key
    months = [_MONTH] if _MONTH in contract.columns else []
    return [*(name for name in (*_KINDS, *_MORE) if name in told), *months]


def told_of_row(contract: Contract, kind: str, header: str) -> str:
    """The one code or month that a header names, whatever else it says; empty where it is none."""
    if kind == "month":
        return month_of(header, None) or ""
    found = {code for words in _words_of(header)
             for code in _codes_in(contract.columns[kind], words)[0]}  # fmt: skip
    return found.pop() if len(found) == 1 else ""


def may_be_rows(contract: Contract, value: str, texts: Sequence[Texts]) -> list[str]:
    """The columns of a file whose texts are such values."""
    return [one.header for one in texts if one.values and _way(contract.columns[value], one)
            is not None]  # fmt: skip


def as_rows(
    contract: Contract, value: str, said: Mapping[str, Mapping[str, str]], texts: Sequence[Texts]
) -> Wide:
    """The columns of which a person says what tells their rows apart: of a header each kind and its
    code. What is said of none is not known. Raises WrongUse where two say the same."""
    kinds = [kind for kind in row_kinds(contract) if any(kind in one for one in said.values())]
    items: dict[str, str] = {}
    for header, codes in said.items():
        name = "|".join(codes.get(kind, "_U") for kind in kinds)
        if name in items:
            raise WrongUse(Problem("map_rows_alike", value=header, parameters={"as": items[name]}))
        items[name] = header
    known = {one.header: one for one in texts}
    read = {one: _way(contract.columns[value], known[one]) or {} for one in said}
    key = None if {*kinds} <= {*contract.key} else contract.key[0]
    return Wide(tuple(kinds), value, items, key, {n: way for n, way in read.items() if way})


def grouped(contract: Contract, headers: Sequence[str]) -> dict[str, str]:
    """Headers that name a sex, an age group or a month, of tables that have a row for each."""
    if not row_kinds(contract) or _value_of(contract, (), headers) is None:
        return {}
    ways = [{header: _group_of(contract, item, header) for header in headers}
            for item in _kinds(contract) if item]  # fmt: skip
    if _MONTH in row_kinds(contract):
        ways.append({header: month_of(header, None) for header in headers})
    found = [{header: name for header, name in way.items() if name} for way in ways]
    return next(filter(None, found), {})


def _kinds(contract: Contract) -> list[tuple[str, ...]]:
    """What the names of columns may say of groups, the most first."""
    ways, own = ((*_KINDS, *_MORE), _KINDS), row_kinds(contract)
    return list(dict.fromkeys(tuple(n for n in way if n in own) for way in ways))


def value_columns(contract: Contract) -> list[str]:
    """What columns side by side may hold: numbers, and what is so or not."""
    held = contract.columns.items()
    return [n for n, one in held if one.base_type in _VALUES and n not in contract.key]


def _value_of(contract: Contract, titles: Sequence[str], headers: Sequence[str]) -> str | None:
    """The one number that every row of the table has, else the one answer of yes or no; of several
    the one that titles name, or the first that a header does."""
    names, own = value_columns(contract), contract.columns
    required = [name for name in names if own[name].required]
    numbers = [name for name in required if own[name].base_type != "bool"]

    def named(texts: Sequence[str]) -> list[str]:
        told = [readings(text) for text in texts]
        return [n for n in names if any(is_named_in(one, contract.table, n) for one in told)]

    found = numbers or required or named(titles) or named(headers)[:1]
    return found[0] if len(found) == 1 else None


def _way(column: Column, texts: Texts) -> Mapping[str, Any] | None:
    """How the numbers of a column are read, None where some are none; of what is counted from one
    a 0 makes no row."""
    there = tuple(text for text in texts.values if not re.fullmatch(ZERO, text))
    there = there if column.counts_from_one else texts.values
    fit = fit_of(column, replace(texts, values=there), {})
    return fit.entry if not there or fit.share == 1 else None


def _is_sum(one: tuple[str, str], found: Sequence[tuple[str, str]]) -> bool:
    """Whether a column that calls itself a total is that of others: `Total killed` beside `Killed /
    Men` and `Killed / Women`."""
    parts = one[0].split("|")
    if total_words().isdisjoint(" ".join(readings(one[1])).split()):
        return False
    others = [zip(parts, name.split("|"), strict=True) for name, _ in found if name != one[0]]
    finer = [pairs for pairs in others if all(own in ("_U", other) for own, other in pairs)]
    return len(finer) >= _FEWEST


def _group_of(contract: Contract, item: Sequence[str], header: str) -> str | None:
    """`F|Y0T17` of `Girls` or `Femmes 0-17`; None where the header says anything else too."""
    ways = (_group_in(contract, item, words) for words in _words_of(header))
    return next(filter(None, ways), None)


def _words_of(header: str) -> list[list[str]]:
    """The words of a header, or of its tag's attributes, in each of its readings; a name above it
    is of its words."""
    tag, *attributes = header.split("+")
    plain = [part for one in attributes for part in one.removeprefix("age_").split("_")]
    ways = (
        [plain]
        if tag.startswith("#")
        else [one.split() for one in readings(header.replace(GROUPED, " "))]
    )
    return [[_AGE_WORD.sub(_as_age, word) for word in words] for words in ways]


def _as_age(found: re.Match[str]) -> str:
    """`0` of `00`, `60+` of `60plus`."""
    return f"{int(found[1])}{'+' if found[2] else ''}"


def _group_in(contract: Contract, item: Sequence[str], words: Sequence[str]) -> str | None:
    codes, used = [], set[str]()
    for name in item:
        told, own = _codes_in(contract.columns[name], words)
        used |= own
        if len({*told}) > 1 or not {"_U", *told} & {*code_texts(contract.columns[name]).values()}:
            return None
        codes.append(next(iter(told), "_U"))
    rest = [word for word in words if word not in used]
    is_told = used and all(says_nothing(word, _SAID) for word in rest)
    return "|".join(codes) if is_told else None


def _codes_in(column: Column, words: Sequence[str]) -> tuple[list[str], set[str]]:
    """The codes that words name, and which of the words do; of `Men/boys 18-29` the years count."""
    known = code_texts(column)
    said = f" {' '.join(words)} "
    held = [text for text in known if f" {text} " in said]
    longer = [(text, more) for text in held for more in held if f" {text} " in f" {more} "]
    within = {text for text, more in longer if text != more}
    hits = {text: known[text] for text in held if text not in within}
    told = {word: code for word, code in hits.items() if any(map(str.isdigit, word))} or hits
    return [*told.values()], {word for text in hits for word in text.split()}


def years_told(texts: Sequence[str]) -> tuple[int, int] | None:
    """The years of months from July on and before it that a text names: `2026-27`, `2026`."""
    for text in texts:
        if found := _YEARS.search(text):
            first, second = int(found[1]), found[2]
            if second is None or int(second) == (first + 1) % 100:
                return first, first + bool(second)
    return None


def month_of(header: str, years: tuple[int, int] | None) -> str | None:
    """`2026-03-01` of `March 2026` or `mars-26`, of `March` in the year that is told."""
    if years and header.isalpha():
        named = [_dated(f"{header} {year}") for year in years]
        return next((one for one, is_late in zip(named, (True, False), strict=True)
                     if one and (int(one[5:7]) > _HALF_A_YEAR) == is_late), None)  # fmt: skip
    return _dated(header)


@lru_cache(maxsize=10_000)  # asked of each header for each table
def _dated(text: str) -> str | None:
    written = notation.dates([text], with_time=False, of_months=True)
    formats = written.keys.get("formats")
    if written.share < 1 or not isinstance(formats, list) or "%d" in formats[0]:
        return None
    return datetime.strptime(with_english_months(text, formats[0]), formats[0]).date().isoformat()
