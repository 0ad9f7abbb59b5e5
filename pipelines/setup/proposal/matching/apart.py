"""Which part of a column that speaks of several things is one column's: `2 morts; 1 blessé`, an
incident in some rows and an operation in others."""

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

from indicators.definitions.contracts import Contract, contracts
from pipelines.ingest.mapping.written.written_numbers import counted_words
from pipelines.setup.proposal.matching.concepts import column_meanings, meanings
from pipelines.setup.proposal.matching.texts import ColumnProposal, Texts
from pipelines.setup.proposal.matching.words import folded, listed_words

_LEAST = 0.8  # share of the texts with a number
_ASKED = 0.6  # a person confirms it
_REFERENCE = re.compile(r"([^\W\d_]{2,})[-_/ .]*\d\S*(?:[ /-]\S+)*")
_ALIKE = 2  # first letters: `INC` of an incident, `OPO` of an operation


def several_of_one_cell(contract: Contract, texts: Texts) -> list[ColumnProposal]:
    """What a column is for several of the table, each with the key that takes its part."""
    for key, part_of in (("number_of", counted), ("begins", beginnings)):
        parts = {name: part_of(contract.table, name, texts.values) for name in contract.columns}
        told = {name: part for name, part in parts.items() if part}
        first = {tuple(part): name for name, part in reversed(told.items())}  # of each the first
        if len(first) > 1:
            entries = {name: {key: [*part]} for part, name in first.items()}
            if key == "number_of":
                entries = {name: {**entry, **_beside(texts.values, told[name])}
                           for name, entry in entries.items()}  # fmt: skip
            reasons = (f"several_{key}",)
            return [ColumnProposal(name, (texts.header,), _ASKED, reasons, entry)
                    for name, entry in entries.items()]  # fmt: skip
    return []


def _beside(values: Sequence[str], own: Sequence[str]) -> dict[str, Any]:
    """The words of the other numbers, which a mapping knows, and texts that say that there are
    none."""
    others = sorted({*_counted_words(tuple(values))} - {*own})
    none = {text: "0" for text in values if folded(text) in _zero()}
    return {"units": others} | ({"recode": none} if none else {})


@cache
def _zero() -> frozenset[str]:
    return frozenset(map(folded, listed_words("nothing")["zero"]))


def counted(table: str, name: str, values: Sequence[str]) -> list[str]:
    """The words behind the numbers that a column of the table counts, where a cell holds several
    numbers, each with its word."""
    if contracts()[table].columns[name].base_type != "int":
        return []
    meant = column_meanings(table, name)
    own = {word: meanings(folded(word)) - {frozenset()} for word in _counted_words(tuple(values))}
    return sorted(word for word in own if any(one <= other for one in own[word] for other in meant))


@lru_cache(maxsize=1000)  # asked of each column of each table
def _counted_words(values: tuple[str, ...]) -> tuple[str, ...]:
    """The words behind the numbers of texts of which some hold several."""
    held = [counted_words(text) for text in values if any(map(str.isdigit, text))]
    are_so = sum(map(bool, held)) >= _LEAST * len(held) > 0
    is_several = any(len(parts) > 1 for parts in held)
    return tuple({word for parts in held for _, word in parts}) if are_so and is_several else ()


def beginnings(table: str, name: str, values: Sequence[str]) -> list[str]:
    """What references begin with that a column of the table takes, where others are those of
    another one: `INC-26-004` beside `OP-01/26`."""
    subjects = _subjects(table)
    if name not in subjects:
        return []
    found = [_REFERENCE.fullmatch(text) for text in values]
    if not found or not all(found):
        return []
    told: dict[str, list[str]] = {subject: [] for subject in subjects}
    rest: list[str] = []
    for begun in dict.fromkeys(one[1] for one in found if one):
        like = begun[:_ALIKE].casefold()
        own = [subject for subject in subjects if subject.startswith(like)]
        (told[own[0]] if len(own) == 1 else rest).append(begun)
    open_ = [subject for subject, begun in told.items() if not begun]
    if rest and len(open_) == 1:  # numbers of an office of its own: `SIR-26-007`
        told[open_[0]] = rest
    return told[name] if all(told.values()) else []


@cache
def _subjects(table: str) -> tuple[str, ...]:
    """Columns of a table of which one says what a row is about: an incident, an operation."""
    rule = contracts()[table].row_rules.get("one_subject")
    return tuple(rule.columns) if rule else ()
