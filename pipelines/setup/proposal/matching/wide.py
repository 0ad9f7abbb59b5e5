"""Columns that are rows: counts by sex and age, or by month or day, one beside the other."""

import re
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from typing import Any

from indicators.definitions.contracts import Column, Contract, contracts
from indicators.foundation.errors import Problem, WrongUse
from pipelines.ingest.mapping.written.written_dates import is_month
from pipelines.ingest.mapping.written.written_numbers import ZERO
from pipelines.ingest.readers.hxl import is_tags
from pipelines.setup.proposal.matching import notation
from pipelines.setup.proposal.matching.codes import recode_of
from pipelines.setup.proposal.matching.columns import Fit, fit_of, is_personal
from pipelines.setup.proposal.matching.concepts import is_named_in, says_nothing
from pipelines.setup.proposal.matching.texts import GROUPED, ColumnProposal, Texts
from pipelines.setup.proposal.matching.words import code_texts, readings, total_words

_KINDS, _MORE = ("sex", "age_group"), ("harm", "rank_group")
_VARIED = "rank_group"  # `Officers / Men` names no rank where there is no other
_FEWEST, _HALF_A_YEAR = 2, 6
_AGES = re.compile(r"\d{1,2}(-\d{1,2}|\+)?")
_AGE_WORD = re.compile(r"^(\d+)(plus?)?$")
VALUE = "value"  # kind of an answer: which column of the table a header fills
_MONTH = "month"
_VALUES, _CODED = ("int", "dec", "bool"), ("bool", "code")
_MOST_CODES = 12  # texts
_YEARS = re.compile(r"(?<!\d)(20\d\d)(?:\s*[-_/]\s*(?:20)?(\d\d))?(?!\d)")
_SAID = frozenset(
    {"count", "person", "idp", "women", "total", "month", "participant", "victim", "survivor"}
)


@dataclass(frozen=True)
class Wide:
    """One row for each of several columns, or groups of columns.

    `item`: the columns of the table that tell the rows apart; `groups`: what they hold (parts
    joined by `|`): column of the table: the column of the file that fills it; `key`: one that the
    item follows, where the table has no other that tells its rows apart; `read`: of a column of
    the file the keys of its entry; `coded`: what the texts mean of columns that take codes;
    `two_ways`: those of the table whose numbers can be read in two; `said`: those of which a person
    said in which.
    """

    item: tuple[str, ...]
    groups: Mapping[str, Mapping[str, str]]
    key: str | None = None
    read: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    coded: tuple[ColumnProposal, ...] = ()
    two_ways: tuple[str, ...] = ()
    said: tuple[str, ...] = ()

    @property
    def values(self) -> tuple[str, ...]:
        """The columns of the table that hold what the columns of the file say."""
        return tuple(dict.fromkeys(name for held in self.groups.values() for name in held))

    @property
    def value(self) -> str:
        """The first of them."""
        return self.values[0]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the table that it fills."""
        return (*self.item, *self.values)

    def keys_of(self, value: str) -> Mapping[str, Any]:
        """How the numbers of a column of the table are read."""
        return next((self.read[one] for one in self._headers(value) if one in self.read), {})

    def with_keys(self, value: str, keys: Mapping[str, Any]) -> "Wide":
        """The same, with these keys for the columns of the file that fill one of the table."""
        read = {**self.read, **dict.fromkeys(self._headers(value), keys)}
        return replace(self, read=read, said=(*self.said, value))

    def _headers(self, value: str) -> list[str]:
        return [held[value] for held in self.groups.values() if value in held]

    def without(self, kinds: Set[str]) -> "Wide":
        """The same without kinds that its groups say nothing of, as a column of the file tells
        them: the sex of violations side by side."""
        told = [group.split("|") for group in self.groups]
        idle = {at for at, name in enumerate(self.item)
                if name in kinds and all(codes[at] == "_U" for codes in told)}  # fmt: skip

        def left(parts: Sequence[str]) -> tuple[str, ...]:
            return tuple(part for at, part in enumerate(parts) if at not in idle)

        groups = {"|".join(left(group.split("|"))): held for group, held in self.groups.items()}
        return replace(self, item=left(self.item), groups=groups) if left(self.item) else self

    @property
    def items(self) -> dict[str, str]:
        """What each column of the file is called: its group, and which value where it has more."""
        are_more = len(self.values) > 1
        return {
            f"{group}|{name}" if are_more else group: header
            for group, held in self.groups.items()
            for name, header in held.items()
        }

    def tables(self, table: Mapping[str, Any]) -> list[dict[str, Any]]:
        """As a mapping writes it: items of one table, of several values a table for each group."""
        recoded = {one.column: {**one.entry, **recode_of(one.codes)} for one in self.coded}
        entries = {
            group: {name: {"from": header, **self.read.get(header, {}), **recoded.get(name, {})}
                    for name, header in held.items()}
            for group, held in self.groups.items()
        }  # fmt: skip
        if len(self.values) == 1:
            (value,) = self.values
            items = {group: held[value] for group, held in entries.items()}
            key = {"key": self.key} if self.key else {}
            item = {"item": list(self.item), "value": value, **key, "items": items}
            return [{**table, "unpivot": item}]
        found = []
        for group, held in entries.items():
            codes = zip(self.item, group.split("|"), strict=True)
            told = {name: {"constant": code} for name, code in codes}
            if self.key and self.key in table["columns"]:
                told[self.key] = _followed(table["columns"][self.key], group)
            columns = {**table["columns"], **told, **held}
            headers = [entry["from"] for entry in held.values()]
            found.append({**table, **self._taken(table, headers), "columns": columns})
        return found

    def _taken(self, table: Mapping[str, Any], headers: Sequence[str]) -> dict[str, Any]:
        """Which rows are one of a group: those with its first value where each row has one, else
        with any of them."""
        if contracts()[table["table"]].columns[self.value].required:
            return {"where": {**table.get("where", {}), headers[0]: "present"}}
        return {"where_any": [*headers]}


def _followed(key: Mapping[str, Any], group: str) -> dict[str, Any]:
    """The key of a row, and its group."""
    headers = [key["from"]] if isinstance(key.get("from"), str) else key.get("from", ())
    own = key.get("template") or key.get("constant") or " ".join(f"{{{one}}}" for one in headers)
    return {"template": f"{own} {group}"}


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
    column = contract.columns[value]
    headers = [one.header for one in texts if one.values and way_of(column, one) is not None]
    above = {one.rpartition(GROUPED)[0] for one in headers} - {""}
    for item, names_of in _names(contract, years, headers):
        found = names_of(headers)
        if len(above) == 1 and not found:  # what is above says of all
            last = {one.rpartition(GROUPED)[2]: one for one in headers}
            found = {last[name]: code for name, code in names_of([*last]).items()}
        found = {one: code for one, code in found.items() if not _is_sum(one, found)}
        codes = {*found.values()}
        if _VARIED in item and len({code.split("|")[-1] for code in codes}) < _FEWEST:
            continue
        if len(found) >= _FEWEST and len(codes) == len(found):
            groups = {code: {value: header} for header, code in found.items()}
            return wide_of(contract, item, groups, texts)
    return None


def wide_of(
    contract: Contract,
    item: tuple[str, ...],
    groups: Mapping[str, Mapping[str, str]],
    texts: Sequence[Texts],
) -> Wide:
    """These groups, with how each column is read and what its texts mean."""
    known, own = {one.header: one for one in texts}, contract.columns
    fills = [(name, header) for held in groups.values() for name, header in held.items()]
    together = {name: _as_one([known[header] for other, header in fills if other == name])
                for name, _ in fills}  # fmt: skip
    # columns that become one are read in one way: `1.290` beside `473`
    fits = {name: _value_fit(own[name], texts) for name, texts in together.items()}
    read = {header: fits[name].entry for name, header in fills if fits[name].entry}
    two_ways = tuple(name for name, fit in fits.items() if fit.is_ambiguous)
    coded = []
    for name in dict.fromkeys(name for name, _ in fills if own[name].base_type in _CODED):
        headers = tuple(header for other, header in fills if other == name)
        fit = fit_of(own[name], together[name], {})
        coded.append(ColumnProposal(name, headers, fit.share or 0, (), {}, fit.codes))
    key = None if {*item} <= {*contract.key} else contract.key[0]
    return Wide(item, groups, key, read, tuple(coded), two_ways)


def _as_one(columns: Sequence[Texts]) -> Texts:
    """What columns that become one hold together."""
    values = dict.fromkeys(text for one in columns for text in one.values)
    return replace(columns[0], values=tuple(values))


def row_kinds(contract: Contract) -> list[str]:
    """What columns side by side may tell the rows of a table apart by: groups of its key, or of
    persons that each row counts, and the month or day that each row has."""
    told = contract.columns if _counted(contract) else contract.key
    period = period_of(contract)
    coded = (name for name in contract.key if contract.columns[name].base_type == "code")
    groups = dict.fromkeys([*(name for name in (*_KINDS, *_MORE) if name in told), *coded])
    return [*groups, *([period] if period else [])]


def period_of(contract: Contract) -> str | None:
    """The month of each row, or the day for which it counts."""
    if _MONTH in contract.columns:
        return _MONTH
    days = [name for name in contract.key if contract.columns[name].base_type == "date"]
    return days[0] if days and _counted(contract) else None


def _counted(contract: Contract) -> set[str]:
    """The columns of which each row has a number of persons: no time limit in hours."""
    held = ((n, one) for n, one in contract.columns.items() if n.endswith(("persons", "_count")))
    return {n for n, one in held if one.required and one.base_type == "int"} - {*contract.key}


def told_of_row(contract: Contract, kind: str, header: str) -> str:
    """The one code, month or day that a header names, whatever else it says; empty where it is
    none."""
    if kind == period_of(contract):
        return dated(kind, [header]).get(header, "")
    found = {code for words in _words_of(header)
             for code in _codes_in(contract.columns[kind], words)[0]}  # fmt: skip
    return found.pop() if len(found) == 1 else ""


def may_be_rows(contract: Contract, values: Sequence[str], texts: Sequence[Texts]) -> list[str]:
    """The columns of a file whose texts are such values."""
    columns = [contract.columns[name] for name in values]
    filled = [one for one in texts if one.values and not is_personal(one)]
    return [one.header for one in filled if any(way_of(c, one) is not None for c in columns)]


def as_rows(
    contract: Contract,
    fills: Mapping[str, str],
    said: Mapping[str, Mapping[str, str]],
    texts: Sequence[Texts],
) -> Wide:
    """The columns of which a person says what tells their rows apart: `fills`: of a header the
    column of the table; `said`: each kind and its code. What is said of none is not known. Raises
    WrongUse where two say the same."""
    kinds = tuple(kind for kind in row_kinds(contract) if any(kind in one for one in said.values()))
    groups: dict[str, dict[str, str]] = {}
    for header, codes in said.items():
        group = "|".join(codes.get(kind, "_U") for kind in kinds)
        held = groups.setdefault(group, {})
        if other := held.get(fills[header]):
            raise WrongUse(Problem("map_rows_alike", value=header, parameters={"as": other}))
        held[fills[header]] = header
    return wide_of(contract, kinds, groups, texts)


def grouped(contract: Contract, headers: Sequence[str]) -> dict[str, str]:
    """Headers that name a sex, an age group, a month or a day, of tables that have a row for
    each."""
    if not row_kinds(contract) or _value_of(contract, (), headers) is None:
        return {}
    ways = (names_of(headers) for _, names_of in _names(contract, None, headers))
    return next(filter(None, ways), {})


def _names(
    contract: Contract, years: tuple[int, int] | None, headers: Sequence[str]
) -> list[tuple[tuple[str, ...], Callable[[Sequence[str]], dict[str, str]]]]:
    """What headers may name, the most first: the groups of each, where it says nothing else."""

    def groups(item: tuple[str, ...], headers: Sequence[str]) -> dict[str, str]:
        named = ((header, _group_of(contract, item, header)) for header in headers)
        found = {header: name for header, name in named if name}
        return found | _of_other_ages(contract, item, [one for one in headers if one not in found],
                                      {*found.values()})  # fmt: skip

    found: list[tuple[tuple[str, ...], Callable[[Sequence[str]], dict[str, str]]]]
    found = [(item, partial(groups, item)) for item in _kinds(contract, headers) if item]
    period = period_of(contract)
    if period and (kinds := tuple(name for name in row_kinds(contract) if name in _KINDS)):
        by_month = partial(_by_month, contract, kinds, years=years)
        by_period = by_month if period == _MONTH else partial(_by_day, contract, kinds)
        found += [((*kinds, period), by_period)]
    return [*found, *([((period,), partial(dated, period, years=years))] if period else [])]


def _by_month(
    contract: Contract,
    kinds: Sequence[str],
    headers: Sequence[str],
    years: tuple[int, int] | None,
) -> dict[str, str]:
    """The groups and months that headers name together: `Avril filles`, `Boys / Jan 2026`."""
    found: dict[str, str] = {}
    for header in headers:
        words = re.findall(r"[^\s/|-]+", header)
        of_month = [one for one in words if is_month(one) or _YEARS.fullmatch(one)]
        month = month_of(" ".join(of_month), years) if of_month else None
        rest = " ".join(one for one in words if one not in of_month)
        group = _group_of(contract, kinds, rest) if month and rest else None
        found |= {header: f"{group}|{month}"} if group else {}
    return found


def _by_day(contract: Contract, kinds: Sequence[str], headers: Sequence[str]) -> dict[str, str]:
    """The groups below days: `30 avril 2026 / F` beside `30 avril 2026 / H`."""
    parts = {header: header.rpartition(GROUPED) for header in headers if GROUPED in header}
    days = dated("", list(dict.fromkeys(day for day, _, _ in parts.values())))
    found: dict[str, str] = {}
    for header, (day, _, name) in parts.items():
        group = _group_of(contract, kinds, name) if day in days else None
        found |= {header: f"{group}|{days[day]}"} if group else {}
    return found


def _kinds(contract: Contract, headers: Sequence[str]) -> list[tuple[str, ...]]:
    """What the names of columns may say of groups, the most first; of codes that only some tables
    have a row for, where they name several."""
    own, usual = row_kinds(contract), (*_KINDS, *_MORE)

    def is_told(name: str) -> bool:
        codes = {told_of_row(contract, name, header) for header in headers} - {""}
        return name in usual or len(codes) >= _FEWEST

    named = tuple(name for name in own if name != period_of(contract) and is_told(name))
    return list(dict.fromkeys([named, tuple(name for name in own if name in _KINDS)]))


def value_columns(contract: Contract) -> list[str]:
    """What columns side by side may hold: numbers, and what is so or not; of a table that has a
    row for each month days as well, and where it has none of these in each the codes; of one that
    has nothing else but days, these."""
    own = {n: one for n, one in contract.columns.items() if n not in contract.key}
    kinds = (*_VALUES, "date") if _MONTH in contract.key else _VALUES
    found = [n for n, one in own.items() if one.base_type in kinds]
    if _MONTH in contract.key and not any(own[name].required for name in found):
        found += [n for n, one in own.items() if one.base_type == "code"]
    return found or [n for n, one in contract.columns.items() if one.base_type == "date"]


def _value_of(contract: Contract, titles: Sequence[str], headers: Sequence[str]) -> str | None:
    """The one number that every row of the table has, else the one answer of yes or no, or code; of
    several that of the kinds which headers name (`violations_count`), which titles name, or the
    first that a header does."""
    names, own = value_columns(contract), contract.columns
    required = [name for name in names if own[name].required]
    numbers = [name for name in required if own[name].base_type not in _CODED]

    def named(texts: Sequence[str]) -> list[str]:
        told = [readings(text) for text in texts]
        return [n for n in names if any(is_named_in(one, contract.table, n) for one in told)]

    found = numbers or required or _of_kinds(contract, names, headers)
    found = found or named(titles) or named(headers)[:1]
    return found[0] if len(found) == 1 else None


def _of_kinds(contract: Contract, names: Sequence[str], headers: Sequence[str]) -> list[str]:
    """The numbers that are of the kinds which headers name: violations below types of them."""
    kinds = {*_kinds(contract, headers)[0]} - {*_KINDS, *_MORE}
    stems = [kind.removesuffix("_type") for kind in kinds if kind.endswith("_type")]
    return [name for name in names if any(name.startswith(stem) for stem in stems)]


def way_of(column: Column, texts: Texts) -> Mapping[str, Any] | None:
    """How what a column says is read, None where some of it is no such value; of what is counted
    from one a 0 makes no row. Codes may be any few words: what they mean is said apart."""
    fit = _value_fit(column, texts)
    return fit.entry if fit.share in (None, 1) else None


def _value_fit(column: Column, texts: Texts) -> Fit:
    is_number = all(text.isdigit() for text in texts.values)
    if column.base_type in _CODED and not is_number and len(texts.values) <= _MOST_CODES:
        return Fit(None)
    there = tuple(text for text in texts.values if not re.fullmatch(ZERO, text))
    there = there if column.counts_from_one else texts.values
    return fit_of(column, replace(texts, values=there), {}) if there else Fit(None)


def _is_sum(header: str, found: Mapping[str, str]) -> bool:
    """Whether a column that calls itself a total is that of others: `Total killed` beside `Killed /
    Men` and `Killed / Women`; of tags the one that says less."""
    parts = found[header].split("|")
    is_total = not total_words().isdisjoint(" ".join(readings(header)).split())
    if not is_total and not is_tags([header]):
        return False
    others = [zip(parts, name.split("|"), strict=True) for name in {*found.values()}
              if name != found[header]]  # fmt: skip
    finer = [pairs for pairs in others if all(own in ("_U", other) for own, other in pairs)]
    return len(finer) >= _FEWEST


def _of_other_ages(
    contract: Contract, item: Sequence[str], headers: Sequence[str], known: set[str]
) -> dict[str, str]:
    """`F 18-59` beside `F 0-17`: of ages that are no one group of the list, so that the sum of all
    groups stays whole; none where two would be one row."""
    if "age_group" not in item or len(known) < _FEWEST:
        return {}
    told = {header: without_group(contract, item, header) for header in headers}
    found = {
        header: group
        for header, (group, rest) in told.items()
        if group and rest and all(_AGES.fullmatch(word) for word in rest)
    }
    are_rows = len({*found.values()}) == len(found) and known.isdisjoint(found.values())
    return found if are_rows else {}


def _group_of(contract: Contract, item: Sequence[str], header: str) -> str | None:
    """`F|Y0T17` of `Girls` or `Femmes 0-17`; None where the header says anything else too."""
    group, rest = without_group(contract, item, header)
    return None if any(not says_nothing(word, _SAID) for word in rest) else group


def without_group(
    contract: Contract, item: Sequence[str], header: str
) -> tuple[str | None, tuple[str, ...]]:
    """The group that a header names, and its other words, in the reading that leaves fewest."""
    ways = (_group_in(contract, item, words) for words in _words_of(header))
    told = [(group, rest) for group, rest in ways if group]
    return min(told, key=lambda one: len(one[1]), default=(None, ()))


def _words_of(header: str) -> list[list[str]]:
    """The words of a header, or of its tag's attributes, in each of its readings; a name above it
    is of its words."""
    header = re.sub(r"(?i)(?<=\d)[_ ](?=plus\b|\+)", "", header)  # `F_60_plus`, `60 +`
    tag, *attributes = header.split("+")
    ages = (re.sub("^age_?", "", one) for one in attributes)
    plain = [part for one in ages for part in one.split("_")]
    ways = (
        [plain]
        if tag.startswith("#")
        else [one.split() for one in readings(header.replace(GROUPED, " "))]
    )
    return [[_AGE_WORD.sub(_as_age, word) for word in words] for words in ways]


def _as_age(found: re.Match[str]) -> str:
    """`0` of `00`, `60+` of `60plus`."""
    return f"{int(found[1])}{'+' if found[2] else ''}"


def _group_in(
    contract: Contract, item: Sequence[str], words: Sequence[str]
) -> tuple[str | None, tuple[str, ...]]:
    codes, used = [], set[str]()
    said = [text for name in item for text in _texts_in(contract.columns[name], words)]
    for name in item:
        told, own = _codes_in(contract.columns[name], words, said)
        used |= own
        if len({*told}) > 1 or not {"_U", *told} & {*code_texts(contract.columns[name]).values()}:
            return None, ()
        codes.append(next(iter(told), "_U"))
    return "|".join(codes) if used else None, tuple(word for word in words if word not in used)


def _codes_in(
    column: Column, words: Sequence[str], said: Sequence[str] = ()
) -> tuple[list[str], set[str]]:
    """The codes that words name, and which of the words do; of `Men/boys 18-29` the years count.

    `said`: texts of other columns that the words hold: the `M` of `K&M` is no sex."""
    known, held = code_texts(column), _texts_in(column, words)
    others = {*held, *said}
    within = {text for text in held for more in others - {text} if f" {text} " in f" {more} "}
    hits = {text: known[text] for text in held if text not in within}
    told = {word: code for word, code in hits.items() if any(map(str.isdigit, word))} or hits
    return [*told.values()], {word for text in hits for word in text.split()}


def _texts_in(column: Column, words: Sequence[str]) -> list[str]:
    """The texts of the column's codes that stand among words."""
    said = f" {' '.join(words)} "
    return [text for text in code_texts(column) if f" {text} " in said]


def years_told(texts: Sequence[str]) -> tuple[int, int] | None:
    """The years of months from July on and before it that a text names: `2026-27`, `2026`."""
    for text in texts:
        if found := _YEARS.search(text):
            first, second = int(found[1]), found[2]
            if second is None or int(second) == (first + 1) % 100:
                return first, first + bool(second)
    return None


def dated(
    kind: str, headers: Sequence[str], years: tuple[int, int] | None = None
) -> dict[str, str]:
    """The months, or days, that headers name: those of one file are written in one way."""
    if kind == _MONTH:
        named = ((header, month_of(header, years)) for header in headers)
        return {header: month for header, month in named if month}
    days = [header for header in headers if notation.is_day(header)]
    written = notation.dates(days, with_time=False)
    read = {header: notation.date_of(header, written) for header in days}
    return {header: day.isoformat() for header, day in read.items() if day}


def month_of(header: str, years: tuple[int, int] | None) -> str | None:
    """`2026-03-01` of `March 2026` or `mars-26`, of `March` in the year that is told."""
    if years and header.isalpha():
        named = [_month(f"{header} {year}") for year in years]
        return next((one for one, is_late in zip(named, (True, False), strict=True)
                     if one and (int(one[5:7]) > _HALF_A_YEAR) == is_late), None)  # fmt: skip
    return _month(header)


@lru_cache(maxsize=10_000)  # asked of each header for each table
def _month(text: str) -> str | None:
    written = notation.dates([text], with_time=False, of_months=True)
    if written.share < 1 or "%d" in str(written.keys):
        return None
    day = notation.date_of(text, written)
    return day.isoformat() if day and day.day == 1 else None
