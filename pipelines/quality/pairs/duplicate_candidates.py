"""Pairs of rows that may tell of one case: found by the rules of the contracts (`duplicates`).

Both rows count until a person decides; what a decision does belongs to `ingest/duplicate_rows.py`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from indicators.definitions.contracts import Contract, DuplicateRule, contracts
from indicators.definitions.mission_profile import Mission
from indicators.foundation.sql_text import literal, quoted
from indicators.incremental.partition_fingerprints import fingerprint_sql
from indicators.incremental.result_cache import kept_results
from pipelines.quality.check_results import CheckResult, none_wrong
from pipelines.workspace.warehouse.inspect import Connection, has_rows, insert_rows

UNDECIDED = "undecided"
_EARTH_KM = 6371.0088
_UNKNOWN = "'unknown', '_U'"  # what one source does not know does not contradict the other
_PLACE = ("latitude", "longitude")
# Each area with itself and all that lie above it, without the country, which places nothing.
_AREAS_SQL = """area_above AS (
  SELECT DISTINCT area_code, area_code AS above FROM core.areas WHERE area_level <> 'country'
  UNION
  SELECT own.area_code, upper.area_code
  FROM area_above AS own
  JOIN core.areas AS lower ON lower.area_code = own.above
  JOIN core.areas AS upper
    ON upper.area_code = lower.parent_area_code AND upper.area_level <> 'country'
),
areas_above AS (SELECT area_code, list(above) AS above FROM area_above GROUP BY area_code)"""
_HAS_PLACES = "a.latitude + a.longitude + b.latitude + b.longitude IS NOT NULL"
_KM = f"""2 * {_EARTH_KM} * asin(sqrt(least(1,
    pow(sin(radians(b.latitude - a.latitude) / 2), 2)
    + cos(radians(a.latitude)) * cos(radians(b.latitude))
    * pow(sin(radians(b.longitude - a.longitude) / 2), 2))))"""


@dataclass(frozen=True)
class Candidates:
    """The candidates of one table: rows of `mart.duplicate_candidate` from `rule` to `row_b`."""

    rows: tuple[tuple[str | float | int | None, ...], ...]


def candidates_sql(
    contract: Contract, name: str, rule: DuplicateRule, time_zone: str = "UTC"
) -> str:
    """The pairs of one rule with their score (0 to 1), each once, in the order of their keys.

    Columns: rule, key_a, key_b, area, on_a, on_b, score, differs (JSON), file_a, row_a, file_b,
    row_b. `slot` numbers stretches of time, so that only neighbours are compared.
    """
    key, area = quoted(contract.key[0]), quoted(contract.area_column or "")
    own = dict.fromkeys([key, area, *(quoted(n) for n in (*rule.columns(), *_PLACE))])
    day = _local_day_sql(contract, rule, time_zone)
    return f"""WITH RECURSIVE {_AREAS_SQL},
own AS (
  SELECT {", ".join(own)}, {day} AS local_day,
    epoch(CAST({quoted(rule.at)} AS TIMESTAMP)) / 86400 AS day_number,
    CAST(floor(day_number / {rule.within_days}) AS BIGINT) AS slot,
    file_sha256, row_number
  FROM core.{quoted(contract.table)}
  WHERE {rule.where}
),
placed AS (
  SELECT own.*, coalesce(areas_above.above, []) AS above
  FROM own LEFT JOIN areas_above ON areas_above.area_code = own.{area}
),
compared AS (
  SELECT a.{key} AS key_a, b.{key} AS key_b, a.{area} AS area,
    a.local_day AS on_a, b.local_day AS on_b,
    a.file_sha256 AS file_a, a.row_number AS row_a, b.file_sha256 AS file_b, b.row_number AS row_b,
    list_filter([
      {_listed(_differing(rule, contract))}
    ], lambda name: name IS NOT NULL) AS differs,
    list_avg(list_filter([
      {_listed(_agreements(rule, contract))}
    ], lambda part: part IS NOT NULL)) AS score
  FROM placed AS a
  JOIN (SELECT *, unnest([slot - 1, slot, slot + 1]) AS near_slot FROM placed) AS b
    ON {_and(_conditions(rule, contract))}
)
SELECT {literal(name)} AS rule, key_a, key_b, area, CAST(on_a AS VARCHAR) AS on_a,
  CAST(on_b AS VARCHAR) AS on_b, round(score, 2) AS score, CAST(to_json(differs) AS VARCHAR)
  AS differs, fa.name AS file_a, row_a, fb.name AS file_b, row_b
FROM compared
LEFT JOIN ops.input_file AS fa ON fa.file_sha256 = file_a
LEFT JOIN ops.input_file AS fb ON fb.file_sha256 = file_b
WHERE score >= {rule.least_score}
ORDER BY key_a, key_b
"""


def _listed(parts: Sequence[str]) -> str:
    return ",\n      ".join(parts)


def _and(parts: Sequence[str]) -> str:
    return "\n    AND ".join(parts)


def _local_day_sql(contract: Contract, rule: DuplicateRule, time_zone: str) -> str:
    if contract.columns[rule.at].base_type != "time":
        return quoted(rule.at)
    return f"CAST(timezone('{time_zone}', timezone('UTC', {quoted(rule.at)})) AS DATE)"


def _conditions(rule: DuplicateRule, contract: Contract) -> list[str]:
    """What two rows must hold to be compared at all."""
    key, area = quoted(contract.key[0]), quoted(contract.area_column or "")
    related = f"list_contains(a.above, b.{area}) OR list_contains(b.above, a.{area})"
    differ = " OR ".join(f"a.{quoted(n)} IS DISTINCT FROM b.{quoted(n)}" for n in rule.differ)
    numbers = [
        f"coalesce(abs(a.{quoted(name)} - b.{quoted(name)}) <= greatest({close.by}, "
        f"{close.share} * greatest(a.{quoted(name)}, b.{quoted(name)})), true)"
        for name, close in rule.close.items()
    ]
    return [
        "a.slot = b.near_slot",
        *(f"a.{quoted(name)} = b.{quoted(name)}" for name in rule.same),
        f"a.{key} < b.{key}",
        f"abs(a.day_number - b.day_number) <= {rule.within_days}",
        f"({differ})",
        f"CASE WHEN {_HAS_PLACES} THEN {_KM} <= {rule.within_km} ELSE {related} END",
        *numbers,
    ]


def _agreements(rule: DuplicateRule, contract: Contract) -> list[str]:
    """How alike two rows are in each thing, 0 to 1; null where it cannot be compared."""
    area = quoted(contract.area_column or "")
    own = [
        f"1 - abs(a.day_number - b.day_number) / {rule.within_days}",
        f"CASE WHEN {_HAS_PLACES} THEN 1 - {_KM} / {rule.within_km} "
        f"WHEN a.{area} = b.{area} THEN 1 ELSE 0.5 END",
    ]
    for name in map(quoted, rule.close):  # two zeros are too common to say anything
        greater = f"CAST(nullif(greatest(a.{name}, b.{name}), 0) AS DOUBLE)"
        own.append(f"1 - abs(a.{name} - b.{name}) / {greater}")
    return own + [
        f"CASE WHEN a.{name} NOT IN ({_UNKNOWN}) AND b.{name} NOT IN ({_UNKNOWN}) "
        f"THEN CAST(a.{name} = b.{name} AS INTEGER) END"
        for name in map(quoted, rule.compare)
    ]


def _differing(rule: DuplicateRule, contract: Contract) -> list[str]:
    """The name of each column that both rows give, and give otherwise."""
    named = dict.fromkeys([rule.at, contract.area_column or "", *rule.close, *rule.compare])
    return [f"CASE WHEN a.{quoted(n)} <> b.{quoted(n)} THEN {literal(n)} END" for n in named]


def find_candidates(connection: Connection, contract: Contract, time_zone: str) -> Candidates:
    """The pairs of all rules of a table; of a pair that several find, its best line."""
    best: dict[tuple[str, str], tuple[str | float | int | None, ...]] = {}
    for name, rule in contract.duplicates.items():
        sql = candidates_sql(contract, name, rule, time_zone)
        for row in connection.execute(sql).fetchall():
            known = best.get(row[1:3])
            if known is None or row[6] > known[6]:
                best[row[1:3]] = row
    return Candidates(tuple(best[pair] for pair in sorted(best)))


def write_candidates(connection: Connection, mission: Mission, rules: str) -> None:
    """Fills `mart.duplicate_candidate` anew: what the rules find, and what was decided.

    A table of which nothing changed, nor of the areas, is not searched again. A row that was left
    out stands in core no more, so its pair is told by the decision alone.
    """
    lines: list[tuple[object, ...]] = []
    decided = _decisions(connection)
    with kept_results(connection, mission.mission, "duplicates") as kept:
        for table, contract in contracts().items():
            if not contract.duplicates or not has_rows(connection, "core", table):
                continue
            found = kept.result(
                table,
                Candidates,
                lambda *_, of=contract: find_candidates(connection, of, mission.time_zone),
                rules,
                [_fingerprint(connection, f"core.{name}") for name in (table, "areas")],
            )
            for row in found.rows:
                pair = (table, str(row[1]), str(row[2]))
                decision = decided.pop(pair, (UNDECIDED, None))
                lines.append((mission.mission, table, *row, *decision))
    for (table, *keys), decision in sorted(decided.items()):
        lines.append((mission.mission, table, None, *keys, *[None] * 9, *decision))
    connection.execute("DELETE FROM mart.duplicate_candidate WHERE mission = ?", [mission.mission])
    insert_rows(connection, "duplicate_candidate", lines)


def side_by_side(
    connection: Connection, table: str, keys: Sequence[str]
) -> list[tuple[str, list[Any]]]:
    """The columns that one of these rows fills, each with its value in all of them, in the order of
    `keys`; where one is left out, as the newest files wrote them; nothing where one is missing."""
    contract = contracts()[table]
    columns = ", ".join(f"stated.{quoted(name)}" for name in contract.columns)
    for schema in ("core", "raw"):
        found = [
            connection.execute(
                f"SELECT {columns} FROM {schema}.{quoted(table)} AS stated LEFT JOIN "
                f"ops.input_file USING (file_sha256) WHERE stated.{quoted(contract.key[0])} = ? "
                "ORDER BY sequence DESC NULLS LAST LIMIT 1",
                [one],
            ).fetchone()
            for one in keys
        ]
        if None not in found:
            values = zip(contract.columns, *(row for row in found if row), strict=True)
            return [(name, cells) for name, *cells in values if any(v is not None for v in cells)]
    return []


def _decisions(connection: Connection) -> dict[tuple[str, str, str], tuple[str, str | None]]:
    """(table, key, other key in their order): what was decided, and which row is left out."""
    rows = connection.execute("FROM ops.duplicate_decision").fetchall()
    return {row[:3]: row[3:] for row in rows}


def _fingerprint(connection: Connection, table: str) -> str:
    sql = f"SELECT {fingerprint_sql(['*COLUMNS(*)'])} FROM {table}"
    row = connection.execute(sql).fetchone()
    return str(row[0]) if row else ""


def waiting_candidates(connection: Connection, mission: Mission) -> Iterator[CheckResult]:
    """Of each table with rules: how many pairs wait for a person. Until then both rows count."""
    for table, contract in contracts().items():
        if not contract.duplicates or not has_rows(connection, "core", table):
            continue
        rows = connection.execute(
            """SELECT count(*) FILTER (decision = ?), count(*) FROM mart.duplicate_candidate
            WHERE mission = ? AND source = ?""",
            [UNDECIDED, mission.mission, table],
        ).fetchall()
        ((waiting, found),) = rows
        yield none_wrong("duplicate_candidates", table, waiting, decided=found - waiting)
