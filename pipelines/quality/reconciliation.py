"""A file of another system held against the warehouse: what stands in both, in one, and otherwise.

Rows are paired by code, else by the rules for duplicates of the contract (`duplicates`). The file
is taken into a copy of the warehouse, which is thrown away; rows that the warehouse has from the
same source are left aside.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from indicators.definitions.contracts import Contract, contracts
from indicators.definitions.mission_profile import Mission
from indicators.foundation.errors import Problem, WrongUse
from indicators.foundation.sql_text import literal, quoted
from pipelines.mapping.model import Source
from pipelines.proposal.preview import TRIAL, on_trial
from pipelines.quality.duplicate_candidates import candidates_sql, differing, local_day_sql
from pipelines.warehouse.inspect import Connection

SAME, DIFFERENT = "same", "different"
ONLY_FILE, ONLY_WAREHOUSE = "only_file", "only_warehouse"
NOT_COMPARED = "not_compared"  # dated or placed too coarsely for every rule
STATUSES = (DIFFERENT, ONLY_FILE, ONLY_WAREHOUSE, NOT_COMPARED, SAME)
_MARK = "\x01"  # before the file's keys: they sort first, and none equals one of the warehouse
Row = Mapping[str, Any]
Pair = tuple[str, str]  # key in the file, key in the warehouse


@dataclass(frozen=True)
class Difference:
    """One column that both rows give, and give otherwise."""

    column: str
    in_file: Any
    in_warehouse: Any


@dataclass(frozen=True)
class Line:
    """One case: its row in the file, in the warehouse, or both. `score`: null where the codes are
    equal, and where there is no pair. `day`, `area`: of the file's row where it has one."""

    status: str
    file_key: str | None
    warehouse_key: str | None
    score: float | None
    day: date | None
    area: str | None
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True)
class Reconciliation:
    """All cases of one table, by status and key; the days are the first and last of the file."""

    table: str
    first_day: date | None
    last_day: date | None
    rows_rejected: int
    lines: tuple[Line, ...]

    def counts(self) -> dict[str, int]:
        """How many cases each status has."""
        found = Counter(line.status for line in self.lines)
        return {status: found[status] for status in STATUSES}


def comparable_table(source: Source) -> str | None:
    """The first table that the source feeds and whose contract has rules for duplicates."""
    fed = (entry.table for entry in source.tables)
    return next((table for table in fed if contracts()[table].duplicates), None)


def reconcile(
    path: Path, source: Source, mission: Mission, profile: Path, warehouse: Path
) -> Reconciliation:
    """Holds the file against the warehouse. Raises WrongUse where it could not be read, the
    warehouse is being written, or no rule compares what the source feeds."""
    table = comparable_table(source)
    if table is None:
        known = ", ".join(name for name, one in contracts().items() if one.duplicates)
        facts = {"source": source.source, "known": known}
        raise WrongUse(Problem("reconcile_no_rule", path.name, parameters=facts))
    contract = contracts()[table]

    def set_aside(connection: Connection) -> None:
        """Rows of other sources wait beside, so that no row of the file meets its own code."""
        connection.execute(
            f"CREATE TEMP TABLE held AS SELECT c.* FROM core.{quoted(table)} AS c "
            "LEFT JOIN ops.input_file AS f USING (file_sha256) WHERE f.source IS DISTINCT FROM ?",
            [source.source],
        )
        for schema in ("core", "raw"):
            connection.execute(f"DELETE FROM {schema}.{quoted(table)}")

    with on_trial(path, source, mission, profile, warehouse, set_aside) as (connection, report):
        key = quoted(contract.key[0])
        own = f"core.{quoted(table)}"
        connection.execute(f"UPDATE {own} SET {key} = {literal(_MARK)} || {key}")
        connection.execute(
            f"INSERT INTO {own} BY NAME SELECT * REPLACE ('warehouse' AS file_sha256) FROM held"
        )
        lines, days = compare(connection, contract, mission.time_zone)
    return Reconciliation(table, *days, report.rows_rejected, lines)


def compare(
    connection: Connection, contract: Contract, time_zone: str
) -> tuple[tuple[Line, ...], tuple[date | None, date | None]]:
    """All cases, and the first and last day of the file.

    core holds the file's rows (`file_sha256` is `trial`, keys marked) beside the warehouse's.
    """
    rows = list(_rows(connection, contract, time_zone))
    file = {row["key"].removeprefix(_MARK): row for row in rows if row["is_file"]}
    held = {row["key"]: row for row in rows if not row["is_file"]}
    days = [row["day"] for row in file.values() if row["day"]]
    first, last = min(days, default=None), max(days, default=None)
    paired = _paired(file, held, _candidates(connection, contract, time_zone))
    lines = [_both(contract, file[pair[0]], held[pair[1]], score) for pair, score in paired.items()]
    lines += _alone(contract, file.values(), {key for key, _ in paired}, ONLY_FILE)
    within = [r for r in held.values() if first and last and r["day"] and first <= r["day"] <= last]
    lines += _alone(contract, within, {key for _, key in paired}, ONLY_WAREHOUSE)
    lines.sort(
        key=lambda line: (
            STATUSES.index(line.status),
            line.file_key or "",
            line.warehouse_key or "",
        )
    )
    return tuple(lines), (first, last)


def _rows(connection: Connection, contract: Contract, time_zone: str) -> Iterable[dict[str, Any]]:
    """Each row with its columns, and: key, day, is_file, is_comparable."""
    rules = contract.duplicates.values()
    comparable = " OR ".join(f"coalesce(({rule.where}), false)" for rule in rules)
    day = local_day_sql(contract, next(iter(rules)), time_zone)
    found = connection.execute(
        f"SELECT {quoted(contract.key[0])} AS key, CAST({day} AS DATE) AS day, "
        f"file_sha256 = {literal(TRIAL)} AS is_file, {comparable} AS is_comparable, * "
        f"FROM core.{quoted(contract.table)} ORDER BY 1"
    )
    names = [column[0] for column in found.description or ()]
    return (dict(zip(names, row, strict=True)) for row in found.fetchall())


def _candidates(connection: Connection, contract: Contract, time_zone: str) -> dict[Pair, float]:
    """The score of each pair that a rule finds, the best of several rules."""
    best: dict[Pair, float] = {}
    for name, rule in contract.duplicates.items():
        across = rule.model_copy(update={"differ": ("file_sha256",)})
        for row in connection.execute(candidates_sql(contract, name, across, time_zone)).fetchall():
            pair = (row[1].removeprefix(_MARK), row[2])
            best[pair] = max(best.get(pair, 0.0), row[6])
    return best


def _paired(
    file: Mapping[str, Row], held: Mapping[str, Row], found: Mapping[Pair, float]
) -> dict[Pair, float | None]:
    """Each row at most once: equal codes first, then the most alike."""
    chosen: dict[Pair, float | None] = {(key, key): None for key in file if key in held}
    taken_file, taken_held = {key for key, _ in chosen}, {key for _, key in chosen}
    for pair, score in sorted(found.items(), key=lambda entry: (-entry[1], entry[0])):
        if pair[0] not in taken_file and pair[1] not in taken_held:
            chosen[pair] = score
            taken_file.add(pair[0])
            taken_held.add(pair[1])
    return chosen


def _both(contract: Contract, of_file: Row, of_held: Row, score: float | None) -> Line:
    columns = dict.fromkeys(
        name for rule in contract.duplicates.values() for name in differing(rule, contract)
    )
    differences = tuple(
        Difference(name, of_file[name], of_held[name])
        for name in columns
        if None not in (of_file[name], of_held[name]) and of_file[name] != of_held[name]
    )
    area = of_file[contract.area_column or ""]
    key = of_file["key"].removeprefix(_MARK)
    status = DIFFERENT if differences else SAME
    return Line(status, key, of_held["key"], score, of_file["day"], area, differences)


def _alone(
    contract: Contract, rows: Iterable[Row], paired: set[str], status: str
) -> Iterable[Line]:
    for row in rows:
        key = row["key"].removeprefix(_MARK)
        if key in paired:
            continue
        said = status if row["is_comparable"] else NOT_COMPARED
        in_file, in_warehouse = (key, None) if status == ONLY_FILE else (None, key)
        area = row[contract.area_column or ""]
        yield Line(said, in_file, in_warehouse, None, row["day"], area)
