"""Which column of a file is which column of a contract: by name first, then by what it holds.

A confidence above 0.9 needs both: a name that is this column's alone and texts that its type reads.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow.compute as pc

from indicators.definitions.contracts import Column, Contract
from pipelines.proposal import notation
from pipelines.proposal.codes import CodeProposal, code_proposals
from pipelines.proposal.known_rows import Known
from pipelines.proposal.words import (
    code_texts,
    column_names,
    folded,
    general_names,
    likeness,
    readings,
)
from pipelines.readers.table import SourceTable

LEAST_CONFIDENCE = 0.5
_LEAST_LIKENESS = 0.72
_GENERAL = 0.9  # likeness of a name that many columns bear, such as `Date`
_DISTINCT = 400  # texts of a column that are looked at
_MOST_CODES = 60
_SEPARATORS = (";", ",", "|", " ")
MISSING = ("NA", "N/A", "n/a", "-", "--", "–", "NULL", "null", "nd", "n.d.", "ND")


@dataclass(frozen=True)
class Texts:
    """What one column of the file holds: its distinct texts without those that say nothing."""

    header: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class ColumnProposal:
    """Where one contract column may come from.

    `entry`: keys of the mapping beside `from`; `reasons`: message keys `map.reason.<reason>`;
    `codes`: what its texts mean, where it takes codes, areas or units.
    """

    column: str
    headers: tuple[str, ...]
    confidence: float
    reasons: tuple[str, ...]
    entry: Mapping[str, Any] = field(default_factory=dict)
    codes: tuple[CodeProposal, ...] = ()


def texts_of(table: SourceTable) -> list[Texts]:
    """The distinct texts of each column of the sheet."""
    found = []
    for name in table.header:
        distinct = pc.unique(table.rows[name].combine_chunks().slice(0, 20_000)).to_pylist()
        plain = (text.strip() for text in distinct[:_DISTINCT] if text)
        values = tuple(dict.fromkeys(text for text in plain if text and text not in MISSING))
        found.append(Texts(name, values))
    return found


def column_proposals(
    contract: Contract, columns: Sequence[Texts], known: Known
) -> list[ColumnProposal]:
    """The best pairs, each column of the file and of the contract at most once."""
    names = {name: column_names(contract.table, name) for name in contract.columns}
    found = [
        proposal
        for texts in columns
        for proposal in _of_header(contract, names, texts, known)
        if proposal.confidence >= LEAST_CONFIDENCE
    ]
    found = _humbled(found)
    found.sort(key=lambda one: (-one.confidence, one.column, one.headers))
    chosen: dict[str, ColumnProposal] = {}
    taken: set[str] = set()
    for proposal in found:
        if proposal.column not in chosen and proposal.headers[0] not in taken:
            chosen[proposal.column] = proposal
            taken.update(proposal.headers)
    return [_with_clock(contract, one, columns, taken) for one in chosen.values()]


def fitting_entry(
    column: Column, table: SourceTable, header: str, known: Known
) -> tuple[Mapping[str, Any], tuple[CodeProposal, ...]]:
    """How the texts of a header are read as a contract column: keys of the mapping, codes."""
    texts = next(one for one in texts_of(table) if one.header == header)
    fit = fit_of(column, texts, known)
    return fit.entry, fit.codes


def _humbled(found: Sequence[ColumnProposal]) -> list[ColumnProposal]:
    """Two headers for one column, or two columns for one header, leave neither sure."""

    def is_contested(one: ColumnProposal) -> bool:
        return any(
            other is not one
            and (other.column == one.column or other.headers == one.headers)
            and one.confidence - other.confidence < 0.1
            for other in found
        )

    return [
        replace(one, confidence=min(one.confidence, 0.7), reasons=(*one.reasons, "contested"))
        if is_contested(one)
        else one
        for one in found
    ]


def _of_header(
    contract: Contract, names: Mapping[str, frozenset[str]], texts: Texts, known: Known
) -> Iterator[ColumnProposal]:
    own = readings(texts.header)
    for name, column in contract.columns.items():
        alike = max((likeness(one, other) for one in own for other in names[name]), default=0)
        is_general = alike < _GENERAL and not general_names(contract.table, name).isdisjoint(own)
        alike = _GENERAL if is_general else alike
        if alike < _LEAST_LIKENESS and not column.allowed_codes:
            continue
        if alike < _LEAST_LIKENESS and not _has_codes(column, texts.values):
            continue
        fit = fit_of(column, texts, known)
        confidence, reason = _confidence(alike, fit, column)
        if confidence:
            told = "general_name" if is_general and reason == "alike_name" else reason
            reasons = (told, *((fit.reason,) if fit.reason else ()))
            yield ColumnProposal(name, (texts.header,), confidence, reasons, fit.entry, fit.codes)


def _has_codes(column: Column, values: Sequence[str]) -> bool:
    """Whether most texts are codes or labels of the column, without looking at likeness."""
    if column.base_type != "code" or not values or len(values) > _MOST_CODES:
        return False
    known = code_texts(column)
    return sum(folded(text) in known for text in values) >= 0.8 * len(values)


@dataclass(frozen=True)
class Fit:
    """How well the texts are what the contract's column takes; `share` None: nothing to tell by."""

    share: float | None
    entry: Mapping[str, Any] = field(default_factory=dict)
    codes: tuple[CodeProposal, ...] = ()
    reason: str | None = None
    is_ambiguous: bool = False


def _confidence(alike: float, fit: Fit, column: Column) -> tuple[float, str]:
    if alike == 1:
        if fit.share is None:
            return 0.88, "same_name"
        if fit.share < 0.5:
            return 0.55, "same_name_other_texts"
        sure = 0.97 if fit.share >= 0.9 else 0.85
        return (0.6 if fit.is_ambiguous else sure), "same_name"
    if alike >= _LEAST_LIKENESS and (fit.share is None or fit.share >= 0.5):
        return round(0.85 * alike, 2), "alike_name"
    is_telling = len({one.code for one in fit.codes if one.code}) >= 2
    if is_telling and fit.share is not None and fit.share >= 0.8 and column.base_type == "code":
        return 0.6, "texts_are_codes"
    return 0, ""


def fit_of(column: Column, texts: Texts, known: Known) -> Fit:
    """How well texts are what the type, codes or known rows of a contract column take."""
    values, kind = texts.values, column.base_type
    if not values:
        return Fit(None, reason="empty_column")
    if kind in ("int", "dec"):
        number = notation.numbers(values, whole=kind == "int")
        return Fit(number.share, number.keys, (), None, number.is_ambiguous)
    if kind in ("date", "time"):
        return _date_fit(values, kind)
    if kind in ("code", "bool", "list<code>"):
        return _code_fit(column, values)
    if column.reference and column.reference in known:
        return reference_fit(values, known[column.reference])
    is_long = sum(len(text) for text in values) / len(values) > 80
    return Fit(0.4 if is_long else 0.9)


def _date_fit(values: Sequence[str], kind: str) -> Fit:
    """In a time column a date without a time of day waits for the column of hours beside it."""
    written = notation.dates(values, with_time=kind == "time")
    reason = "day_or_month_first" if written.is_ambiguous else None
    share = 0.6 if kind == "time" and not any(":" in text or "h" in text for text in values) else 1
    return Fit(written.share * share, written.keys, (), reason, written.is_ambiguous)


def _code_fit(column: Column, values: Sequence[str]) -> Fit:
    if len(values) > _MOST_CODES:
        return Fit(0.0)
    ways: list[str | None] = list(_SEPARATORS) if column.base_type == "list<code>" else [None]
    fits = [_codes_by(column, values, separator) for separator in ways]
    return max(fits, key=lambda fit: fit.share or 0)


def _codes_by(column: Column, values: Sequence[str], separator: str | None) -> Fit:
    codes = tuple(code_proposals(values, column, separator))
    share = sum(one.code is not None for one in codes) / len(codes) if codes else 0.0
    entry: dict[str, Any] = recode_of(codes)
    if separator and separator != ";":
        entry["separator"] = separator
    return Fit(share, entry, codes)


def recode_of(codes: Sequence[CodeProposal]) -> dict[str, Any]:
    """The `recode` that proposals give; texts that are right as they stand need none."""
    listed = {one.text: one.code for one in codes if one.code and one.code != one.text}
    return {"recode": listed} if listed else {}


def reference_fit(values: Sequence[str], known: Mapping[str, str]) -> Fit:
    """The areas or units that names or codes mean; of no names there is nothing to tell."""
    if not values:
        return Fit(None)
    codes = tuple(_of_name(text, known) for text in values)
    share = sum(one.code is not None for one in codes) / len(codes)
    return Fit(share, recode_of(codes), codes)


def _of_name(text: str, known: Mapping[str, str]) -> CodeProposal:
    plain = folded(text)
    if plain in known:
        code = known[plain]
        is_code = code == text
        return CodeProposal(text, code, 1.0 if is_code else 0.95, "as_it_is" if is_code else "name")
    ranked = sorted(((likeness(plain, name), code) for name, code in known.items()), reverse=True)
    best = ranked[0] if ranked else (0.0, "")
    rival = next((score for score, code in ranked if code != best[1]), 0.0)
    if best[0] >= 0.8 and best[0] - rival >= 0.1:
        return CodeProposal(text, best[1], round(0.85 * best[0], 2), "alike")
    return CodeProposal(text, None, 0, "unknown_text")


def _with_clock(
    contract: Contract, one: ColumnProposal, columns: Sequence[Texts], taken: set[str]
) -> ColumnProposal:
    """A time whose column holds days alone, joined with the next free column of hours."""
    if contract.columns[one.column].base_type != "time":
        return one
    values = next(texts.values for texts in columns if texts.header == one.headers[0])
    if not values or any(":" in text or "h" in text for text in values):
        return one
    at = next(place for place, texts in enumerate(columns) if texts.header == one.headers[0])
    free = (texts for texts in columns[at + 1 :] if texts.header not in taken)
    clock = next((texts for texts in free if notation.is_clock(texts.values)), None)
    day = notation.dates(values, with_time=False)
    if clock is None:
        return replace(one, entry=day.keys)
    taken.add(clock.header)
    hours = _clock_format(clock.values)
    form = str(day.keys["formats"][0]) if day.keys else "%Y-%m-%d"  # type: ignore[index]
    entry = {"formats": [f"{form} {hours}"]}
    headers = (*one.headers, clock.header)
    confidence = 0.6 if day.is_ambiguous else max(one.confidence, 0.88)
    return replace(
        one, headers=headers, confidence=confidence, entry=entry, reasons=(*one.reasons, "joined")
    )


def _clock_format(values: Sequence[str]) -> str:
    if any("h" in text for text in values):
        return "%Hh%M"
    return "%H:%M:%S" if any(text.count(":") == 2 for text in values) else "%H:%M"
