"""What each month of a cube is made of, so that a refresh knows which months changed.

A part is a fingerprint by month: the source's own rows, the rows of other tables that derived
columns of the month look at, and (without a month, so for all of them) definition, places and
tables that are looked at as a whole. A fingerprint is the number of rows and the sum of their
hashes, which does not depend on their order. Equal parts, equal rows: never less than what the
SQL reads, often more.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import duckdb

from indicators.contracts import Derived, contracts
from indicators.derived import (
    columns_read,
    core_columns,
    derivation_stages,
    derived_together,
    needed_derived,
    read_table,
)
from indicators.plan import CubePlan
from indicators.stages import with_stages

_FINGERPRINT = "format('{{}}:{{}}', count(*), sum(CAST(hash({columns}) AS HUGEINT)))"
_PLACES = ("place_at", "area_up", "area_around")


def own_rows_sql(plan: CubePlan) -> str:
    """Months and fingerprints of the source's own rows, in all columns that the plan reads."""
    contract = contracts()[plan.source]
    columns = core_columns(contract, plan.source_columns | {"file_sha256"})
    stages = derivation_stages(contract, {str(plan.clock), *columns})
    print_ = fingerprint_sql(columns)
    last = f"SELECT {_month(plan)} AS month, {print_} FROM {stages[-1].name}"
    return with_stages(stages, f"{last} WHERE {plan.clock} <= as_of_day() GROUP BY 1")


def looked_at_sql(plan: CubePlan) -> Iterator[tuple[str, str]]:
    """For each table that derived columns look at: its name, and months and fingerprints."""
    contract = contracts()[plan.source]
    wanted = needed_derived(contract, plan.source_columns)
    for alike in derived_together(contract, wanted):
        derived = next(iter(alike.values()))
        if derived.table is None:
            continue
        columns = sorted({column for one in alike.values() for column in columns_read(one)})
        name = "_and_".join(alike)
        if derived.match and derived.form in ("lookup", "as_of"):
            yield name, _by_key_sql(plan, derived, columns)
        else:
            yield name, f"SELECT NULL, {fingerprint_sql(columns)} FROM {read_table(derived)}"


def _by_key_sql(plan: CubePlan, derived: Derived, columns: Sequence[str]) -> str:
    """The rows of the other table that bear a key which occurs in the month."""
    match = derived.match or {}
    stages = derivation_stages(contracts()[plan.source], {str(plan.clock), *match})
    present = " AND ".join([f"{plan.clock} <= as_of_day()", *(f"{k} IS NOT NULL" for k in match)])
    pairs = " AND ".join(f"own.{own} = other.{other}" for own, other in match.items())
    prints = fingerprint_sql([f"other.{column}" for column in columns])
    last = f"""SELECT own.in_month, {prints}
FROM (
  SELECT DISTINCT {_month(plan)} AS in_month, {", ".join(match)}
  FROM {stages[-1].name} WHERE {present}
) AS own
JOIN {read_table(derived)} AS other ON {pairs}
GROUP BY own.in_month"""
    return with_stages(stages, last)


def _month(plan: CubePlan) -> str:
    return f"CAST(date_trunc('month', {plan.clock}) AS DATE)"


def fingerprint_sql(columns: Iterable[str]) -> str:
    """An aggregate that tells rows by these columns: their number and the sum of their hashes."""
    return _FINGERPRINT.format(columns=", ".join(columns))


def reads_the_as_of_day(plan: CubePlan) -> bool:
    """Whether an expression of the plan, and not only its clock, looks at the as-of date."""
    contract = contracts()[plan.source]
    wanted = needed_derived(contract, plan.source_columns)
    texts = [contract.derived[name].sql or "" for name in wanted]
    texts += [part.sql for planned in plan.indicators for part in planned.parts]
    return any("as_of_day" in text.lower() for text in texts)


def definition_of(texts: Iterable[str]) -> str:
    """The fingerprint of everything that is text: SQL, functions, period types, versions."""
    return hashlib.sha256("\n;\n".join([duckdb.__version__, *texts]).encode()).hexdigest()


def changed_months(
    connection: duckdb.DuckDBPyConnection, plan: CubePlan, definition: str
) -> list[date] | None:
    """The months whose content is not what the kept cube was made of; None: all of them.

    What they are made of now is kept for the next time.
    """
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE content_now (part VARCHAR, month DATE, content VARCHAR)"
    )
    connection.execute("INSERT INTO content_now VALUES ('definition', NULL, ?)", [definition])
    parts = [("own", own_rows_sql(plan)), *looked_at_sql(plan)]
    parts += [(name, f"SELECT NULL, {fingerprint_sql(['*COLUMNS(*)'])} FROM cube.{name}")
              for name in _PLACES]  # fmt: skip
    for name, text in parts:
        connection.execute(f"INSERT INTO content_now SELECT ?, * FROM ({text})", [name])
    changed = connection.execute(
        """WITH kept AS (SELECT part, month, content FROM cube.month_content WHERE plan = $plan)
        SELECT DISTINCT month
        FROM ((FROM content_now EXCEPT FROM kept) UNION ALL (FROM kept EXCEPT FROM content_now))
        ORDER BY month NULLS FIRST""",
        {"plan": plan.name},
    ).fetchall()
    connection.execute("DELETE FROM cube.month_content WHERE plan = ?", [plan.name])
    connection.execute("INSERT INTO cube.month_content SELECT ?, * FROM content_now", [plan.name])
    months = [month for (month,) in changed]
    return None if None in months else months
