"""Which months of each cube changed since the last refresh, by fingerprints of their content.

A fingerprint is a sum of hashes, which does not depend on the order of rows. A source's own rows
have one by clock and month. A table that derived columns look at has one by key: the months of the
rows that bear a changed key changed too. Of a table that is looked at as a whole, of places and of
a definition there is one in all: where it changed, all months did. Equal fingerprints, equal rows:
never less than what the SQL reads, often more.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date

import duckdb

from indicators.compiler.ctes import with_stages
from indicators.compiler.derived.columns import derivation_stages
from indicators.compiler.plan import CubePlan
from indicators.definitions.contracts import Contract, Derived, contracts
from indicators.definitions.derivations import (
    columns_read,
    group_by_join,
    match_of,
    needed_derived,
    read_table,
    stored_columns,
)
from indicators.incremental.rows_by_month import Clock

_FINGERPRINT = "format('{{}}:{{}}', count(*), sum(CAST(hash({columns}) AS HUGEINT)))"
_PLACES = ("area_version_at", "area_ancestor", "area_relative")
_KEPT = {
    "month_rows": "source VARCHAR, clock VARCHAR, month DATE, row_count HUGEINT, hashes HUGEINT",
    "looked_at": "relation VARCHAR, key UBIGINT, hashes HUGEINT",
    "table_total": "table_name VARCHAR, total VARCHAR",
    "plan_definition": "plan VARCHAR, definition VARCHAR",
}


def find_changes(
    connection: duckdb.DuckDBPyConnection, clocks: Iterable[Clock], totals: Mapping[str, str]
) -> None:
    """Fill `changed_month`: what changed in which month (null: in all) since the last time.

    What it is now is kept for the next time. After `count_rows_by_month`, which tells of the
    rows themselves. `totals`: of the core tables (`inputs.table_totals`).
    """
    for table, columns in _KEPT.items():
        connection.execute(f"CREATE TABLE IF NOT EXISTS cube.{table} ({columns})")
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE rows_now AS
        SELECT source, clock, month, sum(row_count) AS row_count, sum(hashes) AS hashes
        FROM rows_by_month
        GROUP BY ALL"""
    )
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE changed_month AS
        SELECT DISTINCT source, clock, 'own' AS part, month
        FROM ((FROM rows_now EXCEPT FROM cube.month_rows)
          UNION ALL (FROM cube.month_rows EXCEPT FROM rows_now))"""
    )
    connection.execute("CREATE OR REPLACE TABLE cube.month_rows AS FROM rows_now")
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE changed_key (relation VARCHAR, key UBIGINT, is_new BOOLEAN)"
    )
    places = [_Relation(f"cube.{name}", (), ("*COLUMNS(*)",)) for name in _PLACES]
    looks = [
        (clock, part, alike, _relation(alike))
        for clock in clocks
        for part, alike in _looked_at(contracts()[clock.source], clock.columns)
    ]
    found = dict.fromkeys([*places, *(relation for *_, relation in looks)])
    kept = connection.execute("SELECT DISTINCT relation FROM cube.looked_at").fetchall()
    unchanged = _unchanged_tables(connection, totals)
    stand = [one for one in found if one.table in unchanged and (one.name,) in kept]
    _find_changed_keys(connection, [one for one in found if one not in stand])
    connection.execute(
        """INSERT INTO changed_month
        SELECT NULL, NULL, relation, NULL FROM changed_key WHERE list_contains(?, relation)""",
        [[place.name for place in places]],
    )
    for look in looks:
        _find_months_of_keys(connection, *look)
    # What nobody looks at now may change unseen: it is new to who looks at it again.
    connection.execute(
        "DELETE FROM cube.looked_at WHERE NOT list_contains(?, relation)",
        [[relation.name for relation in found]],
    )


@dataclass(frozen=True)
class _Relation:
    """What is looked at of a table: columns, by a key or (without one) as a whole."""

    table: str
    keys: tuple[str, ...]
    columns: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.table} {self.keys} {self.columns}"


def _relation(alike: Mapping[str, Derived]) -> _Relation:
    derived = next(iter(alike.values()))
    columns = sorted({column for one in alike.values() for column in columns_read(one)})
    is_by_key = derived.form in ("lookup", "as_of")
    keys = tuple(match_of(derived).values()) if is_by_key else ()
    return _Relation(read_table(derived), keys, tuple(columns))


def _unchanged_tables(connection: duckdb.DuckDBPyConnection, totals: Mapping[str, str]) -> set[str]:
    """The core tables that have the rows they had; what they have now is kept."""
    kept = connection.execute("FROM cube.table_total").fetchall()
    connection.execute("DELETE FROM cube.table_total")
    connection.execute(
        "INSERT INTO cube.table_total SELECT unnest(?), unnest(?)",
        [list(totals), list(totals.values())],
    )
    return {f"core.{table}" for table, total in totals.items() if (table, total) in kept}


def _key_sql(columns: Iterable[str]) -> str:
    """A key as one number: two that are equal have the same, which is all that is needed."""
    texts = ", ".join(f"CAST({column} AS VARCHAR)" for column in columns)
    return f"hash({texts})" if texts else "1"


def _find_changed_keys(
    connection: duckdb.DuckDBPyConnection, relations: Sequence[_Relation]
) -> None:
    """Fill `changed_key` with the keys whose rows changed; all of a relation that is new.

    Key 0 stands for the relation itself, 1 for a relation that is looked at as a whole.
    """
    names = {f"name_{number}": relation.name for number, relation in enumerate(relations)}
    selects = [
        f"""SELECT ${name} AS relation, CAST({_key_sql(relation.keys)} AS UBIGINT) AS key,
          sum(CAST(hash({", ".join(relation.columns)}) AS HUGEINT)) AS hashes
        FROM {relation.table}
        GROUP BY ALL
        UNION ALL SELECT ${name}, 0, 0 -- so that a relation without a row is known too"""
        for name, relation in zip(names, relations, strict=True)
    ]
    text = "\nUNION ALL\n".join(selects)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE looked_at_now AS {text}", names)
    kept = "FROM cube.looked_at WHERE list_contains($names, relation)"
    connection.execute(
        f"""INSERT INTO changed_key
        SELECT DISTINCT relation, key, relation NOT IN (SELECT relation FROM cube.looked_at)
        FROM ((FROM looked_at_now EXCEPT {kept}) UNION ALL ({kept} EXCEPT FROM looked_at_now))""",
        {"names": [*names.values()]},
    )
    connection.execute(
        """DELETE FROM cube.looked_at
        WHERE (relation, key) IN (SELECT relation, key FROM changed_key)"""
    )
    connection.execute(
        """INSERT INTO cube.looked_at
        SELECT * FROM looked_at_now SEMI JOIN changed_key USING (relation, key)"""
    )


def _find_months_of_keys(
    connection: duckdb.DuckDBPyConnection,
    clock: Clock,
    part: str,
    alike: Mapping[str, Derived],
    relation: _Relation,
) -> None:
    """The months of rows that bear a changed key; all months where there is no key to go by."""
    values = {"source": clock.source, "clock": clock.day, "part": part, "name": relation.name}
    changed = connection.execute(
        "SELECT bool_or(is_new) FROM changed_key WHERE relation = ?", [relation.name]
    ).fetchone()
    if changed == (None,):
        return
    months = "SELECT NULL AS month"
    if relation.keys and changed == (False,):
        contract, match = contracts()[clock.source], match_of(next(iter(alike.values())))
        stages = derivation_stages(contract, {clock.day, *match}, given=stored_columns(contract))
        months = with_stages(
            stages,
            f"""SELECT CAST(date_trunc('month', {clock.day}) AS DATE) AS month
            FROM {stages[-1].name}
            WHERE {clock.day} <= as_of_day()
              AND {_key_sql(match)} IN (SELECT key FROM changed_key WHERE relation = $name)""",
        )
    else:
        del values["name"]
    connection.execute(
        f"""INSERT INTO changed_month
        SELECT DISTINCT $source, $clock, $part, month FROM ({months})""",
        values,
    )


def _looked_at(
    contract: Contract, columns: Set[str]
) -> Iterator[tuple[str, Mapping[str, Derived]]]:
    """Of these columns those that look at another table: one name a join, after what it looks for.

    The name is of the columns of the contract, so that plans which read some of them share it.
    """
    wanted = needed_derived(contract, set(columns))
    for together in group_by_join(contract, contract.derived):
        alike = {name: derived for name, derived in together.items() if name in wanted}
        if alike and next(iter(alike.values())).table is not None:
            yield "_and_".join(together), alike


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
    connection: duckdb.DuckDBPyConnection, name: str, clock: Clock, definition: str
) -> list[date] | None:
    """The months whose content is not what the kept table was made of; None: all of them.

    By `find_changes`. `name`: of the kept table; its definition is kept for the next time.
    """
    kept = connection.execute(
        "SELECT definition FROM cube.plan_definition WHERE plan = ?", [name]
    ).fetchall()
    if kept != [(definition,)]:
        connection.execute("DELETE FROM cube.plan_definition WHERE plan = ?", [name])
        connection.execute("INSERT INTO cube.plan_definition VALUES (?, ?)", [name, definition])
        return None
    parts = ["own", *(part for part, _ in _looked_at(contracts()[clock.source], clock.columns))]
    changed = connection.execute(
        """SELECT DISTINCT month FROM changed_month
        WHERE source IS NULL
          OR (source = $source AND clock = $clock AND list_contains($parts, part))
        ORDER BY month NULLS FIRST""",
        {"source": clock.source, "clock": clock.day, "parts": parts},
    ).fetchall()
    months = [month for (month,) in changed]
    return None if None in months else months
