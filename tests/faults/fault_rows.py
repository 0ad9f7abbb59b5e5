"""Faults as data: for each rule of every contract a row that breaks it and no other.

Made from the contracts and `base_rows.yaml`; nothing here knows a table or a column by name.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from indicators.definitions.contracts import Column, Contract, Rule, contracts

Row = dict[str, str]

_WRONG_TEXT = {
    "required": "",
    "type_int": "12 or so",
    "type_dec": "much",
    "type_bool": "perhaps",
    "type_date": "31.06.2026",
    "type_time": "yesterday at noon",
    "type_list": "no_such_code",
    "code": "no_such_code",
    "reference": "no-such-row",
}


@dataclass(frozen=True)
class Fault:
    """A rule and the row that breaks it."""

    rule: Rule
    row: Row


@dataclass(frozen=True)
class BaseRow:
    """A table's valid row, what makes it another row, and its faults by `column.kind`."""

    row: Row
    other_key: Row
    faults: Mapping[str, Row]


@cache
def base_rows() -> dict[str, BaseRow]:
    """The base row of each table."""
    text = Path(__file__).with_name("base_rows.yaml").read_text(encoding="utf-8")
    entries = yaml.load(text, Loader=yaml.BaseLoader)
    return {
        table: BaseRow(entry["row"], entry["other_key"], entry.get("faults", {}))
        for table, entry in entries.items()
    }


def faults(contract: Contract) -> Iterator[Fault]:
    """A fault for each rule of the contract that one is known for: `missing` names the others."""
    for rule in contract.rules():
        row = _bad_row(contract, rule)
        if row is not None:
            yield Fault(rule, row)


def missing() -> list[str]:
    """What is not as it should be, one line each; empty where every rule has its fault."""
    rules = {rule.name for contract in contracts().values() for rule in contract.rules()}
    broken = {f.rule.name for table in contracts() for f in faults(contracts()[table])}
    stated = {f"{table}.{name}" for table, base in base_rows().items() for name in base.faults}
    found = [f"no fault for rule {name}" for name in rules - broken]
    found += [f"base_rows.yaml: no such rule: {name}" for name in stated - rules]
    for table in base_rows().keys() & contracts().keys():
        unknown = _columns_named(base_rows()[table]) - contracts()[table].columns.keys()
        found += [f"base_rows.yaml: no such column: {table}.{name}" for name in unknown]
    return sorted(found)


def write_rows(path: Path, rows: Iterable[Row], contract: Contract) -> None:
    """A CSV of the contract's columns, in its order."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(contract.columns), restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _bad_row(contract: Contract, rule: Rule) -> Row | None:
    base = base_rows().get(contract.table)
    if base is None:
        return None
    if rule.kind == "duplicate_key":
        return base.row
    own = base.faults.get(f"{rule.column}.{rule.kind}")
    if own is not None:
        stated = {name: _text(contract.columns.get(name), text) for name, text in own.items()}
        return base.row | base.other_key | stated
    wrong = _wrong_text(contract.columns[rule.column], rule)
    if wrong is None:
        return None
    return base.row | base.other_key | _own_key(rule) | {rule.column: wrong}


def _own_key(rule: Rule) -> Row:
    """A row that is loaded although its value is held back needs a key of its own."""
    if rule.severity != "warning":
        return {}
    contract = contracts()[rule.table]
    key = next(name for name in contract.key if _is_free_text(contract.columns[name]))
    return {key: f"{rule.column}-{rule.kind}"}


def _is_free_text(column: Column) -> bool:
    return column.type == "text" and not column.reference


def _text(column: Column | None, text: str) -> str:
    """`null` is an empty cell; FIRST_CODE whatever code stands first in the column's list."""
    if column and text == "FIRST_CODE":
        return (column.allowed_codes or ("",))[0]
    return "" if text == "null" else text


def _wrong_text(column: Column, rule: Rule) -> str | None:
    if rule.kind == "minimum":
        return f"{(column.minimum or 0) - 1:.15g}"
    if rule.kind == "maximum":
        return f"{(column.maximum or 0) + 1:.15g}"
    if rule.kind == "outside_mission":
        return "2023-12-31 12:00" if column.base_type == "time" else "2023-12-31"
    return _WRONG_TEXT.get(rule.kind)


def _columns_named(base: BaseRow) -> set[str]:
    return {name for row in (base.row, base.other_key, *base.faults.values()) for name in row}
