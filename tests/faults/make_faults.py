"""Writes one fault file a rule of every contract, and the table that says what each one breaks.

`python -m tests.faults.make_faults` after a contract has changed; the files are committed. Each
holds a header, one good row (row 2) and one bad row (row 3).
"""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from indicators.contracts import Column, Contract, Rule, contracts

FOLDER = Path(__file__).parent
FILES = FOLDER / "files"
TABLE = FOLDER / "faults.csv"
COLUMNS = ("file", "table", "rule", "row", "column")
Row = dict[str, Any]

_WRONG_TEXT = {
    "type_int": "12 or so",
    "type_dec": "much",
    "type_bool": "perhaps",
    "type_date": "31.06.2026",
    "type_time": "yesterday at noon",
    "type_list": "no_such_code",
    "code": "no_such_code",
    "reference": "no-such-row",
}


def base_rows() -> dict[str, dict[str, Row]]:
    """Table: its valid row, what makes it another row, and its own faults."""
    text = (FOLDER / "base_rows.yaml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=yaml.BaseLoader)


def fault_file(rule: Rule) -> str:
    """The name of the file that breaks a rule."""
    return f"{rule.name}.csv"


def bad_row(contract: Contract, rule: Rule, base: dict[str, Row]) -> Row:
    """A row that breaks the rule and no other."""
    other = base["row"] | base["other_key"]
    own = base.get("faults", {}).get(f"{rule.column}.{rule.kind}")
    if own is not None:
        return other | {name: _text(contract, name, value) for name, value in own.items()}
    if rule.kind == "duplicate_key":
        return dict(base["row"])
    return other | {rule.column: _wrong_value(contract.columns[rule.column], rule)}


def _text(contract: Contract, column: str, value: str) -> str:
    """`null` is an empty cell; FIRST_CODE whatever code stands first in the column's list."""
    if value == "FIRST_CODE":
        return (contract.columns[column].allowed_codes or ("",))[0]
    return "" if value == "null" else value


def _wrong_value(column: Column, rule: Rule) -> str:
    if rule.kind == "required":
        return ""
    if rule.kind == "minimum":
        return f"{(column.minimum or 0) - 1:g}"
    if rule.kind == "maximum":
        return f"{(column.maximum or 0) + 1:g}"
    if rule.kind == "outside_mission":
        return "2023-12-31 12:00" if column.base_type == "time" else "2023-12-31"
    return _WRONG_TEXT[rule.kind]


def write_file(path: Path, rows: list[Row], contract: Contract) -> None:
    """A CSV of the contract's columns, in its order."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(contract.columns), restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def make_all() -> Iterator[dict[str, Any]]:
    """Writes every file; yields the table's rows."""
    base = base_rows()
    for table, contract in contracts().items():
        for rule in contract.rules():
            rows = [base[table]["row"], bad_row(contract, rule, base[table])]
            write_file(FILES / fault_file(rule), rows, contract)
            yield dict(
                zip(COLUMNS, (fault_file(rule), table, rule.kind, 3, rule.column), strict=True)
            )


def main() -> None:
    """Makes the folder anew."""
    FILES.mkdir(exist_ok=True)
    for path in FILES.glob("*.csv"):
        path.unlink()
    rows = list(make_all())
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
