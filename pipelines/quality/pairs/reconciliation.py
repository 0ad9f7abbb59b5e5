"""A file of another system, such as SAGE, beside what the warehouse holds of the same days.

Nothing is taken in. Rows with one key are one case; of the others those that the contract's rules
for duplicates find alike, each with the one that is most alike.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from indicators.definitions.contracts import Contract, DuplicateRule, contracts
from indicators.definitions.mission_profile import Mission
from indicators.definitions.vocabularies import vocabulary
from indicators.dissemination.spreadsheets import Book, new_workbook, write_table
from indicators.foundation.errors import Problem, WrongUse
from indicators.foundation.messages import message
from indicators.foundation.sql_text import quoted
from indicators.foundation.stored.database import named_rows
from pipelines.ingest.files.delivered_file import Delivery
from pipelines.ingest.load_file import load_file
from pipelines.ingest.mapping.model import Source
from pipelines.ingest.mapping.places.area_polygons import read_outlines
from pipelines.quality.pairs.duplicate_candidates import find_candidates
from pipelines.workspace.warehouse.inspect import Connection
from pipelines.workspace.warehouse.last_state import open_on_trial

_THEIRS, _OURS = (
    "1|",
    "2|",
)  # before each key, so that a pair is one of each and both are told apart

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Match:
    """One case in both: its rows, how they were found to be one, and in which columns they differ.

    `score`: how alike (0 to 1); None where the keys are equal.
    """

    theirs: Row
    ours: Row
    score: float | None
    differs: tuple[str, ...]


@dataclass(frozen=True)
class Reconciliation:
    """What a file and the warehouse have in common between the file's first and last day.

    `only_theirs`, `only_ours`: rows without a counterpart; `not_comparable`: rows of the file that
    no key finds again and whose day or place is too vague for the rules.
    """

    table: str
    first: date | None
    last: date | None
    rows_read: int
    rows_rejected: int
    matches: tuple[Match, ...]
    only_theirs: tuple[Row, ...]
    not_comparable: tuple[Row, ...]
    only_ours: tuple[Row, ...]


def reconcile(
    path: Path, source: Source, mission: Mission, profile: Path, warehouse: Path
) -> Reconciliation:
    """Reads the file by its mapping into a copy of the warehouse that is thrown away.

    Raises WrongUse where it cannot be read, or its table has no rule for duplicates.
    """
    contract = _contract(source, path)
    trial = mission.model_copy(update={"reject_limit_pct": 100})
    with open_on_trial(warehouse) as connection:
        _set_apart(connection, contract, source)
        delivery = Delivery(path, path.name, "trial", source)
        report = load_file(connection, trial, delivery, lambda: read_outlines(profile, mission))
        return _compared(
            connection,
            contract,
            mission,
            _given(source),
            report.rows_read,
            report.rows_rejected,
        )


def _contract(source: Source, path: Path) -> Contract:
    tables = [table.table for table in source.tables if contracts()[table.table].duplicates]
    if len(tables) != 1:
        raise WrongUse(Problem("reconcile_no_rule", path.name, value=source.source))
    return contracts()[tables[0]]


def _given(source: Source) -> set[str]:
    """The columns that the mapping fills."""
    return {name for table in source.tables for name in table.columns}


def _set_apart(connection: Connection, contract: Contract, source: Source) -> None:
    """Our rows of other sources leave the table, so that each row of the file is new to it and
    none meets itself where the export was taken in before."""
    table = quoted(contract.table)
    connection.execute(
        f"CREATE TEMP TABLE ours AS SELECT own.* FROM core.{table} AS own "
        "LEFT JOIN ops.input_file AS f USING (file_sha256) WHERE f.source IS DISTINCT FROM ?",
        [source.source],
    )
    connection.execute(f"DELETE FROM core.{table}")
    connection.execute(f"DELETE FROM raw.{table}")


def _compared(
    connection: Connection,
    contract: Contract,
    mission: Mission,
    given: set[str],
    rows_read: int,
    rows_rejected: int,
) -> Reconciliation:
    table, key = f"core.{quoted(contract.table)}", quoted(contract.key[0])
    day = quoted(contract.date_column or "")
    ((first, last),) = connection.execute(
        f"SELECT min(CAST({day} AS DATE)), max(CAST({day} AS DATE)) FROM {table}"
    ).fetchall()
    connection.execute(f"CREATE TEMP TABLE theirs AS SELECT * FROM {table}")
    theirs = _rows(connection, "FROM theirs", contract)
    ours = _rows(
        connection, f"FROM ours WHERE CAST({day} AS DATE) BETWEEN ? AND ?", contract, [first, last]
    )
    matches = [
        Match(theirs[name], row, None, _differing(theirs[name], row, given, contract))
        for name, row in _rows(
            connection, f"FROM ours SEMI JOIN theirs USING ({key})", contract
        ).items()
    ]
    known = {str(match.ours[contract.key[0]]) for match in matches}
    matches += _alike(connection, contract, mission, known)
    found = [{str(row[contract.key[0]]) for row in side} for side in _sides(matches)]
    rest = {name: row for name, row in theirs.items() if name not in found[0]}
    vague = rest.keys() - _comparable(connection, contract)
    return Reconciliation(
        contract.table,
        first,
        last,
        rows_read,
        rows_rejected,
        tuple(matches),
        tuple(row for name, row in rest.items() if name not in vague),
        tuple(row for name, row in rest.items() if name in vague),
        tuple(row for name, row in ours.items() if name not in found[1]),
    )


def _rows(
    connection: Connection, query: str, contract: Contract, values: Sequence[Any] = ()
) -> dict[str, dict[str, Any]]:
    """Rows in the contract's columns, by key and in its order."""
    listed = ", ".join(quoted(name) for name in contract.columns)
    key = contract.key[0]
    found = connection.execute(f"SELECT {listed} {query} ORDER BY {quoted(key)}", list(values))
    return {str(row[key]): row for row in named_rows(found)}


def _differing(theirs: Row, ours: Row, given: set[str], contract: Contract) -> tuple[str, ...]:
    """Columns that both rows give, and give otherwise."""
    return tuple(
        name
        for name in contract.columns
        if name in given and None not in (theirs[name], ours[name]) and theirs[name] != ours[name]
    )


def _sides(matches: Sequence[Match]) -> tuple[list[Row], list[Row]]:
    return [match.theirs for match in matches], [match.ours for match in matches]


def _alike(
    connection: Connection, contract: Contract, mission: Mission, known: set[str]
) -> list[Match]:
    """Pairs of one row each that the rules find alike, the most alike first; none twice."""
    table, key = f"core.{quoted(contract.table)}", contract.key[0]
    connection.execute(f"DELETE FROM {table}")
    for mark, side in ((_THEIRS, "theirs"), (_OURS, "ours")):
        connection.execute(
            f"""INSERT INTO {table} BY NAME
            SELECT * REPLACE (? || {quoted(key)} AS {quoted(key)}) FROM {side}
            WHERE list_contains(?, {quoted(key)}) = false""",
            [mark, sorted(known)],
        )
    rules = {name: _of_any_two(rule, key) for name, rule in contract.duplicates.items()}
    between = contract.model_copy(update={"duplicates": rules})
    found = find_candidates(connection, between, mission.time_zone).rows
    pairs = sorted(
        (-float(row[6] or 0), str(row[1])[2:], str(row[2])[2:], str(row[7]))
        for row in found
        if str(row[1]).startswith(_THEIRS) and str(row[2]).startswith(_OURS)
    )
    theirs, ours = (_rows(connection, f"FROM {side}", contract) for side in ("theirs", "ours"))
    taken: set[tuple[str, str]] = set()
    matches = []
    for score, one, other, differs in pairs:
        if not taken & {(_THEIRS, one), (_OURS, other)}:
            taken |= {(_THEIRS, one), (_OURS, other)}
            matches.append(Match(theirs[one], ours[other], -score, tuple(json.loads(differs))))
    return sorted(matches, key=lambda match: str(match.theirs[key]))


def _of_any_two(rule: DuplicateRule, key: str) -> DuplicateRule:
    """The rule between two systems: what tells two sources of one system apart does not matter."""
    return rule.model_copy(update={"differ": (key,)})


def _comparable(connection: Connection, contract: Contract) -> set[str]:
    """Keys of the file's rows that any rule compares at all."""
    key = quoted(contract.key[0])
    conditions = " OR ".join(f"({rule.where})" for rule in contract.duplicates.values())
    rows = connection.execute(f"SELECT {key} FROM theirs WHERE {conditions}").fetchall()
    return {str(name) for (name,) in rows}


_WIDTH = 20


def write_workbook(found: Reconciliation, path: Path, language: str) -> None:
    """Writes the four sheets in `en` or `fr`, beside and then in place of an earlier one."""
    contract = contracts()[found.table]
    matched = [_matched(match, contract, language) for match in found.matches]
    with new_workbook(path) as book:
        _write_sheet(book, "both", _heads(language), matched, language)
        for name in ("only_theirs", "not_comparable", "only_ours"):
            rows = _plain(getattr(found, name), contract, language)
            _write_sheet(book, name, _titles(contract, language), rows, language)


def _write_sheet(
    book: Book, name: str, heads: Sequence[str], rows: Iterable[Sequence[Any]], language: str
) -> None:
    title = message(f"reconcile.sheet.{name}", language)
    write_table(book, title, heads, rows, [_WIDTH] * len(heads))


def _heads(language: str) -> list[str]:
    names = ("key_theirs", "key_ours", "score", "area_theirs", "area_ours", "differs")
    return [message(f"reconcile.head.{name}", language) for name in names]


def _titles(contract: Contract, language: str) -> list[str]:
    return [column.title.in_language(language) for column in contract.columns.values()]


def _matched(match: Match, contract: Contract, language: str) -> list[Any]:
    key = contract.key[0]
    area = contract.area_column or key
    differs = [
        message(
            "reconcile.differs",
            language,
            column=contract.columns[name].title.in_language(language),
            theirs=_shown(contract, name, match.theirs[name], language),
            ours=_shown(contract, name, match.ours[name], language),
        )
        for name in match.differs
    ]
    sides = (match.theirs[key], match.ours[key], match.score, match.theirs[area], match.ours[area])
    return [*sides, "\n".join(differs)]


def _plain(rows: Iterable[Row], contract: Contract, language: str) -> Iterable[list[Any]]:
    return (
        [_shown(contract, name, row[name], language) for name in contract.columns] for row in rows
    )


def _shown(contract: Contract, column: str, value: Any, language: str) -> Any:
    """The value; a protected kind, and those pooled with it, by its pooled code in words."""
    name = contract.columns[column].vocabulary
    known = vocabulary(name) if name else None
    if known is None or value not in known.pooled_as:
        return value
    return known.label(known.pooled_as[value], language)
