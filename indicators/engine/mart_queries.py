"""The queries that stand beside the declaration of a mart table, in `indicators/mart/<table>.sql`.

They run in the order of what they read, after the cells and values, up to the as-of day; not those
whose core tables have no row, as nothing comes of them and each takes some milliseconds to plan.
`{alerts: level, due_at}` is the rows of a core table with these columns, derived ones among them,
`{totals}` keeps cells that nothing breaks down, and `$name` is a value given when they run.
`-- Where the mission counts CODE alone`: for any other mission the table stays empty.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from graphlib import TopologicalSorter
from types import MappingProxyType
from typing import Any

import duckdb

from indicators.compiler.derived.columns import rows_sql
from indicators.definitions.contracts import contracts
from indicators.definitions.vocabularies import vocabularies
from indicators.foundation.calendar.overdue import overdue_sql
from indicators.foundation.mart_tables import declaration_texts, totals_sql
from indicators.foundation.sql_text import pooled_sql

_DUE_DAYS = 10
_ROWS = re.compile(r"\{(\w+)(?:: ([\w,\s]+))?\}")
_COUNTED = re.compile(r"-- Where the mission counts (\S+) alone")
_READ = re.compile(r"(?:FROM|JOIN) mart\.(\w+)")
# The tables of core that a query names, and those that what `fill_plans` leaves is made of.
_CORE = re.compile(r"(?:FROM|JOIN) core\.(\w+)|\{(?!totals\})(\w+)")
OF_PLANS = {
    "cube.completed_activity": ("activities",),
    "changed_activity": ("activities",),
    "plan_line": ("activity_plan",),
    "plan_done": ("activities", "activity_plan"),
}


def _queries() -> Mapping[str, str]:
    """The query by table, each after those of the tables that it reads."""
    texts = declaration_texts().items()
    found = {table: text.partition("\n);\n")[2] for table, text in texts if "INSERT INTO" in text}
    reads = {table: sorted(found.keys() & _READ.findall(query)) for table, query in found.items()}
    order = TopologicalSorter(reads).static_order()
    return MappingProxyType({table: found[table] for table in order})


MART_QUERIES = _queries()


def _rows_come_of() -> Mapping[str, frozenset[str]]:
    """By table the core tables without whose rows it has none; empty where its query names none."""
    found: dict[str, frozenset[str]] = {}
    for table, query in MART_QUERIES.items():
        own = {name for names in _CORE.findall(query) for name in names if name}
        own.update(*(of for made, of in OF_PLANS.items() if f" {made}" in query))
        read = (found[name] for name in found.keys() & _READ.findall(query))
        found[table] = frozenset(own).union(*read)
    return MappingProxyType(found)


ROWS_COME_OF = _rows_come_of()


def fill_tables(
    connection: duckdb.DuckDBPyConnection,
    values: Mapping[str, Any],
    counted: Collection[str],
    without_rows: Collection[str],
) -> None:
    """Fills every empty table that has a query; `values`: by name, those that queries ask for.

    `counted`: codes of the mission's indicators; `without_rows`: the core tables that have none.
    """
    for function in _functions_sql():
        connection.execute(f"CREATE OR REPLACE TEMP MACRO {function}")
    for table, query in MART_QUERIES.items():
        needed, made_of = _COUNTED.search(query), ROWS_COME_OF[table]
        if (needed and needed[1] not in counted) or (made_of and made_of.issubset(without_rows)):
            continue
        asked = {name: values[name] for name in re.findall(r"\$(\w+)", query)}
        connection.execute(_ROWS.sub(_part_sql, query), asked)


def _functions_sql() -> Iterator[str]:
    yield "quarter_name(day) AS year(day) || '-Q' || quarter(day)"
    yield f"is_overdue(due_on, done_on) AS ({overdue_sql('due_on', 'done_on')})"
    # Where a mission does not count an indicator, none of its cases is listed.
    yield "is_counted(code) AS (SELECT count(*) > 0 FROM mart.indicator WHERE indicator = code)"
    for name in ("threat_type", "incident_type"):
        yield f"pooled_{name}(code) AS {pooled_sql('code', vocabularies()[name].pooled_as)}"
    known = {name: contract.calendar for name, contract in contracts().items()}
    days = (f"WHEN '{name}' THEN {own.due_days}" for name, own in sorted(known.items()) if own)
    yield f"due_days(source) AS CASE source {' '.join(days)} ELSE {_DUE_DAYS} END"


def _part_sql(found: re.Match[str]) -> str:
    if found[1] == "totals":
        return totals_sql()
    columns = set(re.findall(r"\w+", found[2])) if found[2] else None
    return f"({rows_sql(contracts()[found[1]], columns)})"
