"""What each month of a cube is made of, so that a refresh knows which months changed.

A part is a fingerprint by month: the source's own rows, the rows of other tables that derived
columns of the month look at, and (without a month, so for all of them) definition, places and
tables that are looked at as a whole. A fingerprint is the number of rows and the sum of their
hashes, which does not depend on their order. Equal parts, equal rows: never less than what the
SQL reads, often more.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from datetime import date

import duckdb

from indicators.compiler.ctes import with_stages
from indicators.compiler.derived.columns import derivation_stages
from indicators.compiler.plan import CubePlan
from indicators.definitions.contracts import Contract, Derived, contracts
from indicators.definitions.derivations import (
    columns_read,
    derived_together,
    needed_derived,
    read_table,
)
from indicators.incremental.rows_by_month import Clock

_FINGERPRINT = "format('{{}}:{{}}', count(*), sum(CAST(hash({columns}) AS HUGEINT)))"
_PLACES = ("place_at", "area_up", "area_around")


def note_contents(connection: duckdb.DuckDBPyConnection, clocks: Iterable[Clock]) -> None:
    """Fill `content_part`: what months hold in tables that are looked at, and the places.

    After `note_rows`, which tells of the rows themselves.
    """
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE content_part
        (source VARCHAR, clock VARCHAR, part VARCHAR, month DATE, content VARCHAR)"""
    )
    connection.execute(
        """INSERT INTO content_part
        SELECT source, clock, 'own', month, format('{}:{}', sum(row_count), sum(hashes))
        FROM clock_rows
        GROUP BY ALL"""
    )
    for clock in clocks:
        for name, text in looked_at_sql(clock):
            values = [clock.source, clock.day, name]
            connection.execute(f"INSERT INTO content_part SELECT ?, ?, ?, * FROM ({text})", values)
    for name in _PLACES:
        text = fingerprint_sql(["*COLUMNS(*)"])
        connection.execute(
            f"INSERT INTO content_part SELECT NULL, NULL, ?, NULL, {text} FROM cube.{name}", [name]
        )


def looked_at_sql(clock: Clock) -> Iterator[tuple[str, str]]:
    """For each table that derived columns look at: its name, and months and fingerprints."""
    contract = contracts()[clock.source]
    for name, alike in _looked_at(contract, clock.columns):
        derived = next(iter(alike.values()))
        columns = sorted({column for one in alike.values() for column in columns_read(one)})
        if derived.match and derived.form in ("lookup", "as_of"):
            yield name, _by_key_sql(clock, derived, columns)
        else:
            yield name, f"SELECT NULL, {fingerprint_sql(columns)} FROM {read_table(derived)}"


def _looked_at(
    contract: Contract, columns: Set[str]
) -> Iterator[tuple[str, Mapping[str, Derived]]]:
    """Of these columns those that look at another table: one name a join, after what it looks for.

    The name is of the columns of the contract, so that plans which read some of them share it.
    """
    wanted = needed_derived(contract, set(columns))
    for together in derived_together(contract, contract.derived):
        alike = {name: derived for name, derived in together.items() if name in wanted}
        if alike and next(iter(alike.values())).table is not None:
            yield "_and_".join(together), alike


def _by_key_sql(clock: Clock, derived: Derived, columns: Sequence[str]) -> str:
    """The rows of the other table that bear a key which occurs in the month."""
    match = derived.match or {}
    stages = derivation_stages(contracts()[clock.source], {clock.day, *match})
    present = " AND ".join([f"{clock.day} <= as_of_day()", *(f"{k} IS NOT NULL" for k in match)])
    pairs = " AND ".join(f"own.{own} = other.{other}" for own, other in match.items())
    prints = fingerprint_sql([f"other.{column}" for column in columns])
    last = f"""SELECT own.in_month, {prints}
FROM (
  SELECT DISTINCT CAST(date_trunc('month', {clock.day}) AS DATE) AS in_month, {", ".join(match)}
  FROM {stages[-1].name} WHERE {present}
) AS own
JOIN {read_table(derived)} AS other ON {pairs}
GROUP BY own.in_month"""
    return with_stages(stages, last)


def fingerprint_sql(columns: Iterable[str]) -> str:
    """An aggregate that tells rows by these columns: their number and the sum of their hashes."""
    return _FINGERPRINT.format(columns=", ".join(columns))


def reads_the_as_of_day(plan: CubePlan) -> bool:
    """Whether an expression of the plan, and not only its clock, looks at the as-of date."""
    contract = contracts()[plan.source]
    wanted = needed_derived(contract, plan.source_columns)
    texts = [contract.derived[name].sql or "" for name in wanted]
    texts += [part.sql for part in plan.parts.values()]
    return any("as_of_day" in text.lower() for text in texts)


def definition_of(texts: Iterable[str]) -> str:
    """The fingerprint of everything that is text: SQL, functions, period types, versions."""
    return hashlib.sha256("\n;\n".join([duckdb.__version__, *texts]).encode()).hexdigest()


def changed_months(
    connection: duckdb.DuckDBPyConnection, plan: CubePlan, definition: str
) -> list[date] | None:
    """The months whose content is not what the kept cube was made of; None: all of them.

    What they are made of now, by `note_contents`, is kept for the next time.
    """
    contract = contracts()[plan.source]
    parts = ["own", *(name for name, _ in _looked_at(contract, plan.source_columns))]
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE content_now AS
        SELECT 'definition' AS part, CAST(NULL AS DATE) AS month, $definition AS content
        UNION ALL
        SELECT part, month, content FROM content_part
        WHERE source IS NULL
          OR (source = $source AND clock = $clock AND list_contains($parts, part))""",
        {
            "definition": definition,
            "source": plan.source,
            "clock": plan.clock,
            "parts": parts,
        },
    )
    changed = connection.execute(
        """WITH kept AS (SELECT part, month, content FROM cube.month_content WHERE plan = $plan)
        SELECT DISTINCT month
        FROM ((FROM content_now EXCEPT FROM kept) UNION ALL (FROM kept EXCEPT FROM content_now))
        ORDER BY month NULLS FIRST""",
        {"plan": plan.name},
    ).fetchall()
    if changed:
        connection.execute("DELETE FROM cube.month_content WHERE plan = ?", [plan.name])
        connection.execute(
            "INSERT INTO cube.month_content SELECT ?, * FROM content_now", [plan.name]
        )
    months = [month for (month,) in changed]
    return None if None in months else months
