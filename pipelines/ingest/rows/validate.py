"""Running the checks of a contract over staged rows: which row breaks which rule.

Works on the connection's temporary tables `mapped_rows`, `typed_rows` and `violations` (ordinal,
check_number, is_blocking, first_ordinal). What these mean for the row belongs to `upsert.py`.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from indicators.definitions.contracts import Contract
from indicators.definitions.mission_profile import Mission
from indicators.foundation.sql_text import quoted
from pipelines.ingest.mapping.apply import FileRows, MappedTable
from pipelines.ingest.mapping.model import reads_iso_otherwise
from pipelines.ingest.mapping.places.area_polygons import Outlines
from pipelines.ingest.mapping.places.suspect_points import CERTAIN, RULES, suspect_points
from pipelines.ingest.rows.cast import (
    CELL_RULES,
    Check,
    Notation,
    both_ways_sql,
    cast_of,
    exchanged_days_sql,
    reference_checks,
    row_checks,
    sound_sql,
    text_column,
    typed_rows_sql,
)
from pipelines.ingest.rows.quarantine import DUPLICATE
from pipelines.workspace.warehouse.inspect import Connection

PLACE = ("latitude", "longitude")
SURVIVES = (
    "NOT EXISTS (SELECT 1 FROM violations WHERE is_blocking AND violations.ordinal = t.ordinal)"
)
"""SQL: whether row `t` of typed_rows breaks no blocking rule that has been looked at so far."""


@dataclass(frozen=True)
class Entry:
    """What one entry of a mapping makes of the file, and how it writes its columns."""

    mapped: MappedTable
    notations: Mapping[str, Notation]
    is_distinct: bool


@dataclass(frozen=True)
class Staged:
    """All entries for one table under each other.

    `mapped`: their rows, parts numbered on; `notations`: of each part, how columns are written.
    """

    mapped: MappedTable
    notations: tuple[Mapping[str, Notation], ...]
    empty: AbstractSet[str]  # columns without text in any row
    kept: AbstractSet[tuple[str, str]]  # (rule, column) that no text breaks


def stage(
    connection: Connection,
    file: FileRows,
    entries: Sequence[Entry],
    contract: Contract,
    senders: pa.Array | None = None,
    by_right: AbstractSet[tuple[str, int]] = frozenset(),
) -> Staged:
    """Makes `typed_rows` from the mapped text: every column of the contract, text and value.

    `senders`: of each row of the file; `by_right`: sheet and number of rows that correct by right.
    """
    tables, parts = [], 0
    for number, entry in enumerate(entries):
        tables.append(_texts(entry, contract, number, parts))
        parts += len(entry.mapped.origins)
    rows = pa.concat_tables(tables)
    positions = rows["position"].combine_chunks()
    places = {
        "ordinal": pa.array(np.arange(rows.num_rows)),
        "sheet": file.sheet.take(positions),
        "row_number": file.row_number.take(positions),
        "sender": pa.nulls(rows.num_rows, pa.string()),
    }
    if senders is not None:
        places["sender"] = senders.take(positions)
    for name, column in places.items():
        rows = rows.append_column(name, column)
    rows = rows.append_column("is_by_right", _by_right(rows, by_right))
    connection.register("mapped_rows", rows)
    empty = {name for name in contract.columns if rows[name].null_count == rows.num_rows}
    for number, entry in enumerate(entries):
        casts = {
            name: cast_of(name, column, entry.notations.get(name, Notation()), rows[name])
            for name, column in contract.columns.items()
        }
        given = {key: value for one in casts.values() for key, value in one.parameters.items()}
        connection.execute(typed_rows_sql(contract, casts, number), given)
    if len(entries) > 1:
        _drop_copies(connection, contract)
    origins = tuple(origin for entry in entries for origin in entry.mapped.origins)
    notations = tuple(entry.notations for entry in entries for _ in entry.mapped.origins)
    return Staged(MappedTable(rows, origins), notations, empty, _kept_rules(rows, contract, empty))


def _by_right(rows: pa.Table, places: AbstractSet[tuple[str, int]]) -> pa.Array:
    if not places:
        return pa.repeat(pa.scalar(False), rows.num_rows)
    found = zip(rows["sheet"].to_pylist(), rows["row_number"].to_pylist(), strict=True)
    return pa.array([place in places for place in found], pa.bool_())


def _kept_rules(
    rows: pa.Table, contract: Contract, empty: AbstractSet[str]
) -> set[tuple[str, str]]:
    """Rules that are sooner seen in the texts than asked in SQL, where every row keeps them."""
    filled = [name for name in contract.columns if name not in empty]
    full = {("required", name) for name in filled if not rows[name].null_count}
    faults = pa.array([text for texts in CELL_RULES.values() for text in texts])
    whole = [name for name in filled if not pc.any(pc.is_in(rows[name], value_set=faults)).as_py()]
    return full | {(rule, name) for rule in CELL_RULES for name in whole}


def _texts(entry: Entry, contract: Contract, number: int, first_part: int) -> pa.Table:
    """The text of one entry in all columns of the contract, with its place in the file."""
    rows = _distinct(entry.mapped.rows) if entry.is_distinct else entry.mapped.rows
    nothing = pa.nulls(rows.num_rows, pa.string())
    columns = {
        name: rows[name] if name in rows.column_names else nothing for name in contract.columns
    }
    part = pc.add(rows["part"], pa.scalar(first_part, pa.int32()))
    entries = pa.repeat(pa.scalar(number, pa.int32()), rows.num_rows)
    return pa.table(columns | {"position": rows["position"], "part": part, "entry": entries})


def _drop_copies(connection: Connection, contract: Contract) -> None:
    """A row that an earlier entry makes too counts once (a unit that two columns name)."""
    cells = ", ".join(f"{text_column(name)}, {quoted(name)}" for name in contract.columns)
    connection.execute(
        f"""
        DELETE FROM typed_rows WHERE ordinal IN (
          SELECT ordinal FROM typed_rows QUALIFY entry > min(entry) OVER (PARTITION BY {cells}))
        """
    )


def _distinct(rows: pa.Table) -> pa.Table:
    """The first of the rows that are equal in every mapped column."""
    own = [name for name in rows.column_names if name not in ("position", "part")]
    numbered = rows.append_column("ordinal", pa.array(np.arange(rows.num_rows)))
    first = numbered.group_by(own).aggregate([("ordinal", "min")])["ordinal_min"]
    return rows.take(pa.array(np.sort(first.to_numpy()), pa.int64()))


def validate(
    connection: Connection,
    contract: Contract,
    mission: Mission,
    own_vintages: Sequence[str],
    staged: Staged,
    outlines: Callable[[], Outlines],
) -> list[Check]:
    """Fills `violations`; returns the checks that its numbers stand for.

    Order: each row alone, references to other tables, references within the table (a row whose
    parent is rejected is an orphan, and so are its children), duplicate keys among what is left.
    """
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE violations "
        "(ordinal BIGINT, check_number INTEGER, is_blocking BOOLEAN, first_ordinal BIGINT)"
    )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE suspect_points "
        "(ordinal BIGINT, check_number INTEGER, said VARCHAR)"
    )
    empty = staged.empty
    checks = list(row_checks(contract, mission, empty, staged.kept))
    _validate_rows(connection, checks)
    checks += _validate_days(connection, contract, len(checks), staged)
    _hold_values(connection, contract, checks)
    limit = mission.parameters.reject_outside_km
    if limit is not None and contract.columns.keys() >= set(PLACE) and empty.isdisjoint(PLACE):
        _validate_places(connection, len(checks), limit, outlines())
        checks.append(Check("too_far_outside", "latitude", ""))
    if mission.areas_geojson and contract.columns.keys() >= set(PLACE) and empty.isdisjoint(PLACE):
        suspects = [Check(rule, "latitude", "", _severity(contract, rule)) for rule in RULES]
        _suspect_places(connection, contract, mission, len(checks), outlines())
        _leave_out_points(connection, len(checks), suspects)
        checks += suspects
    within: list[tuple[int, tuple[str, ...], tuple[str, ...]]] = []
    for check, own, other in reference_checks(contract):
        if not empty.isdisjoint(own):
            continue
        if check.table == contract.table:
            within.append((len(checks), own, other))
        else:
            _validate_reference(connection, contract, check, len(checks), own, other)
        checks.append(check)
    while sum(
        _validate_reference_within(connection, contract, *entry, own_vintages) for entry in within
    ):
        pass
    _validate_duplicates(connection, contract, len(checks))
    checks.append(Check("duplicate_key", contract.key[0], ""))
    if contract.duplicates:
        _validate_decided(connection, contract, len(checks))
        checks.append(Check(DUPLICATE, contract.key[0], ""))
    return checks


def _validate_rows(connection: Connection, checks: Sequence[Check]) -> None:
    """One scan counts what breaks each rule; only rules that are broken are looked at again."""
    counts = ",\n".join(f"  count(*) FILTER (WHERE {check.condition})" for check in checks)
    (found,) = connection.execute(f"SELECT\n{counts}\nFROM typed_rows").fetchall()
    broken = [number for number, count in enumerate(found) if count]
    if broken:
        numbers = ", ".join(f"CASE WHEN {checks[n].condition} THEN {n} END" for n in broken)
        blocking = [number for number in broken if checks[number].severity == "blocking"]
        connection.execute(
            f"""
            INSERT INTO violations
            SELECT ordinal, number, list_contains(?, number), NULL
            FROM (SELECT ordinal, unnest([{numbers}]) AS number FROM typed_rows)
            WHERE number IS NOT NULL
            """,
            [blocking],
        )


def _validate_days(
    connection: Connection, contract: Contract, first: int, staged: Staged
) -> list[Check]:
    """Days that a spreadsheet took for months when they were typed, in columns that have days
    written in numbers too."""
    formats = [(name, how.formats) for one in staged.notations for name, how in one.items()]
    otherwise = {name for name, given in formats if reads_iso_otherwise(given)}
    days = {name for name, one in contract.columns.items() if one.base_type in ("date", "time")}
    names = sorted(days - staged.empty - otherwise)
    if not names:
        return []
    asked = ", ".join(both_ways_sql(name) for name in names)
    (found,) = connection.execute(f"SELECT {asked} FROM typed_rows").fetchall()
    mixed = [name for name, is_mixed in zip(names, found, strict=True) if is_mixed]
    checks = [Check("days_are_months", one, "", contract.columns[one].severity) for one in mixed]
    for number, check in enumerate(checks, start=first):
        connection.execute(
            f"INSERT INTO violations SELECT ordinal, {number}, {check.severity == 'blocking'}, "
            f"NULL FROM ({exchanged_days_sql(check.column)})"
        )
    return checks


def _hold_values(connection: Connection, contract: Contract, checks: Sequence[Check]) -> None:
    """Takes a value that breaks a rule of its column out, where the contract says so; its text
    stays beside it, in what is told of the row."""
    for name in (name for name, column in contract.columns.items() if column.holds_values):
        own = [
            number
            for number, check in enumerate(checks)
            if check.column == name and check.rule not in contract.row_rules
        ]
        connection.execute(
            f"UPDATE typed_rows SET {quoted(name)} = NULL WHERE ordinal IN "
            "(SELECT ordinal FROM violations WHERE list_contains(?, check_number))",
            [own],
        )


def _validate_places(connection: Connection, number: int, limit: float, outlines: Outlines) -> None:
    """Points farther outside the mission's outlines than its profile allows."""
    rows = connection.sql(
        "SELECT ordinal, CAST(longitude AS DOUBLE) AS x, CAST(latitude AS DOUBLE) AS y "
        "FROM typed_rows WHERE longitude IS NOT NULL AND latitude IS NOT NULL"
    ).to_arrow_table()
    is_far = outlines.km_outside(rows["x"].to_numpy(), rows["y"].to_numpy()) > limit
    connection.register("far_rows", rows.select(["ordinal"]).filter(pa.array(is_far)))
    connection.execute(f"INSERT INTO violations SELECT ordinal, {number}, true, NULL FROM far_rows")
    connection.unregister("far_rows")


def _suspect_places(
    connection: Connection,
    contract: Contract,
    mission: Mission,
    first: int,
    outlines: Outlines,
) -> None:
    """Points of good rows that lie far from their area; checks from number `first` on, by rule.

    An area without an outline (a site) is looked for by the one above it; the country by none.
    """
    area = quoted(contract.area_column or "") if contract.area_column else "NULL"
    if contract.area_column in contract.key:  # the point of an area says where it lies
        area = "NULL"
    rows = connection.sql(
        f"SELECT ordinal, CAST(longitude AS DOUBLE) AS x, CAST(latitude AS DOUBLE) AS y, "
        f"{area} AS area FROM typed_rows AS t "
        f"WHERE longitude IS NOT NULL AND latitude IS NOT NULL AND {SURVIVES} ORDER BY ordinal"
    ).to_arrow_table()
    above = dict(connection.sql("SELECT area_code, parent_area_code FROM core.areas").fetchall())
    drawn = {code: _with_outline(code, above, outlines.codes) for code in above}
    named = np.array([drawn.get(code) for code in rows["area"].to_pylist()], dtype=object)
    x, y, limit = rows["x"].to_numpy(), rows["y"].to_numpy(), mission.parameters.warn_outside_km
    found = [
        {
            "ordinal": rows["ordinal"][point.at].as_py(),
            "check_number": first + RULES.index(point.rule),
            "said": json.dumps({**asdict(point), "limit": f"{limit:g}"}),
        }
        for point in suspect_points(outlines, x, y, named, limit)
    ]
    if found:
        connection.register("found_points", pa.Table.from_pylist(found))
        connection.execute("INSERT INTO suspect_points BY NAME FROM found_points")
        connection.unregister("found_points")


def _severity(contract: Contract, rule: str) -> str:
    """A point that is certainly wrong stays out; where a row needs one, so does the row."""
    is_needed = contract.columns["latitude"].required
    return "blocking" if is_needed and rule in CERTAIN else "warning"


def _leave_out_points(connection: Connection, first: int, checks: Sequence[Check]) -> None:
    """Notes the suspect points; nothing is computed from one with exchanged or flipped numbers."""
    blocking = [first + at for at, one in enumerate(checks) if one.severity == "blocking"]
    connection.execute(
        "INSERT INTO violations SELECT ordinal, check_number, list_contains(?, check_number), NULL "
        "FROM suspect_points",
        [blocking],
    )
    certain = [first + at for at, one in enumerate(checks) if one.rule in CERTAIN]
    connection.execute(
        "UPDATE typed_rows SET latitude = NULL, longitude = NULL WHERE ordinal IN "
        "(SELECT ordinal FROM suspect_points WHERE list_contains(?, check_number))",
        [certain],
    )


def _with_outline(code: str, above: Mapping[str, str | None], drawn: Sequence[str]) -> str | None:
    """The area itself or the nearest above it that has an outline."""
    area: str | None = code
    seen: set[str] = set()
    while area is not None and area not in seen:
        if area in drawn:
            return area
        seen.add(area)
        area = above.get(area)
    return None


def _validate_reference(
    connection: Connection,
    contract: Contract,
    check: Check,
    number: int,
    own: Sequence[str],
    other: Sequence[str],
) -> None:
    given = _given_sql(contract, own)
    connection.execute(
        f"""
        INSERT INTO violations
        SELECT t.ordinal, {number}, true, NULL
        FROM typed_rows AS t
        WHERE {given} AND NOT EXISTS (
          SELECT 1 FROM core.{quoted(check.table or "")} AS o WHERE {_pairs(own, other, "o")}
        )
        """
    )


def _given_sql(contract: Contract, own: Sequence[str]) -> str:
    """Whether the cells that refer are filled and sound themselves."""
    filled = [f"t.{quoted(name)} IS NOT NULL" for name in own]
    return " AND ".join([*filled, *(sound_sql(name, contract.columns[name]) for name in own)])


def _pairs(own: Sequence[str], other: Sequence[str], alias: str) -> str:
    pairs = zip(own, other, strict=True)
    return " AND ".join(f"{alias}.{quoted(theirs)} = t.{quoted(mine)}" for mine, theirs in pairs)


def _validate_reference_within(
    connection: Connection,
    contract: Contract,
    number: int,
    own: Sequence[str],
    other: Sequence[str],
    own_vintages: Sequence[str],
) -> int:
    """Parents may stand in the file itself, or in core but for rows that this file replaces."""
    given = _given_sql(contract, own)
    survives = SURVIVES.replace("t.ordinal", "s.ordinal")
    ((inserted,),) = connection.execute(
        f"""
        INSERT INTO violations
        SELECT t.ordinal, {number}, true, NULL
        FROM typed_rows AS t
        WHERE {given} AND {SURVIVES}
          AND NOT EXISTS (
            SELECT 1 FROM core.{quoted(contract.table)} AS o
            WHERE {_pairs(own, other, "o")} AND NOT list_contains(?, o.file_sha256)
          )
          AND NOT EXISTS (
            SELECT 1 FROM typed_rows AS s WHERE {_pairs(own, other, "s")} AND {survives}
          )
        """,
        [list(own_vintages)],
    ).fetchall()
    return int(inserted)


def _validate_duplicates(connection: Connection, contract: Contract, number: int) -> None:
    """The first row with a key stays: of two copies of one fact one must count. The next go."""
    key = ", ".join(f"t.{quoted(name)}" for name in contract.key)
    connection.execute(
        f"""
        INSERT INTO violations
        SELECT ordinal, {number}, true, first_ordinal
        FROM (
          SELECT t.ordinal, min(t.ordinal) OVER (PARTITION BY {key}) AS first_ordinal
          FROM typed_rows AS t WHERE {SURVIVES}
        )
        WHERE ordinal > first_ordinal
        """
    )


def _validate_decided(connection: Connection, contract: Contract, number: int) -> None:
    """Rows that a person decided to be duplicates of rows that are there."""
    connection.execute(
        f"""
        INSERT INTO violations
        SELECT t.ordinal, {number}, true, NULL
        FROM typed_rows AS t
        JOIN ops.duplicate_row AS d ON d.row_key = t.{quoted(contract.key[0])} AND d.table_name = ?
        WHERE {SURVIVES}
        """,
        [contract.table],
    )


def violations_of(
    connection: Connection, contract: Contract, checks: Sequence[Check]
) -> list[tuple[Check, pa.Table]]:
    """(check, its rows for `quarantine.violation_rows`) of each broken rule, in order."""
    rows = connection.execute("SELECT DISTINCT check_number FROM violations ORDER BY 1").fetchall()
    numbers = [number for (number,) in rows]
    if not numbers:
        return []
    texts = [f"WHEN {n} THEN t.{text_column(checks[n].column)}" for n in numbers]
    shown = {number: _shown(contract, checks[number]) for number in numbers}
    values = [
        f"WHEN {n} THEN to_json(struct_pack({_packed(contract, shown[n])}))"
        for n in numbers
        if shown[n]
    ]
    found = f"CASE f.check_number {' '.join(values)} END" if values else "NULL"
    violations = connection.sql(
        f"""
        SELECT
          f.check_number, t.position, t.part, t.sheet, t.row_number,
          CASE f.check_number {" ".join(texts)} END AS text,
          coalesce(p.said, CAST({found} AS VARCHAR)) AS found,
          first_row.row_number AS first_row
        FROM violations AS f
        JOIN typed_rows AS t USING (ordinal)
        LEFT JOIN typed_rows AS first_row ON first_row.ordinal = f.first_ordinal
        LEFT JOIN suspect_points AS p
          ON p.ordinal = f.ordinal AND p.check_number = f.check_number
        ORDER BY f.check_number, t.ordinal
        """
    ).to_arrow_table()
    return [
        (checks[n], violations.filter(pc.equal(violations["check_number"], n))) for n in numbers
    ]


def _shown(contract: Contract, check: Check) -> tuple[str, ...]:
    """The columns whose values the check's sentence tells."""
    if check.rule in contract.row_rules:
        return contract.row_rules[check.rule].columns
    if check.rule == "duplicate_key":
        return contract.key
    return PLACE if check.rule == "too_far_outside" else ()


def _packed(contract: Contract, columns: Sequence[str]) -> str:
    """Values as the file writes them; days as they were read, since 01.02. may be either month."""
    days = {name for name in columns if contract.columns[name].type == "date"}
    values = {name: quoted(name) if name in days else text_column(name) for name in columns}
    return ", ".join(f"{quoted(name)} := t.{value}" for name, value in values.items())


def unregister(connection: Connection) -> None:
    """Lets go of the staged rows."""
    connection.unregister("mapped_rows")
    connection.execute("DROP TABLE IF EXISTS typed_rows")
    connection.execute("DROP TABLE IF EXISTS violations")
    connection.execute("DROP TABLE IF EXISTS suspect_points")
