"""Columns, codes and statuses of the mart: what a published value is made of.

Each `mart` table is declared once, in `indicators/mart/<table>.sql`: columns in their order, SQL
types, who has them in a copy of a release, and the query that fills the table where it is one.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

TOTAL = "_T"
NOT_APPLICABLE = "_Z"
NORMAL = "A"
PROVISIONAL = "P"
NOT_REPORTED = "O"
NO_ACCESS = "L"
NOT_COMPUTABLE = "M"
TOO_IMPRECISE = "U"
FREE = "F"
CONFIDENTIAL = "C"
# What the display of an audience's copy made of a figure: `disclosure` of a value
EXACT = "exact"
ROUNDED = "rounded_5"
BELOW_8 = "below_8"
SUPPRESSED = "suppressed"
NO_ANSWER = ("dont_know", "refused", "not_asked")  # each outside every denominator

# Method of a count of harm: limits by the gamma distribution (definitions 73).
GAMMA = "gamma"


DIMENSIONS = (
    "unit_type", "activity_type", "actor", "sex", "age_group", "breakdown", "breakdown_value",
)  # fmt: skip

# What names one value; two rows of `mart.indicator_value` never agree in all of these.
VALUE_KEY = (
    "mission", "indicator", "indicator_version", "period_type", "period", "area", *DIMENSIONS,
)  # fmt: skip


def totals_sql(prefix: str = "", dimensions: Iterable[str] = DIMENSIONS) -> str:
    """The condition that keeps cells which none of these breaks down; `prefix` as in `cell.`."""
    closed = (f"{prefix}{name} IN ('{TOTAL}', '{NOT_APPLICABLE}')" for name in dimensions)
    return " AND ".join(closed)


_TABLE = re.compile(r"CREATE TABLE mart\.(\w+) \((.*?)^\);", re.DOTALL | re.MULTILINE)
_COLUMN = re.compile(r"(\w+) ([A-Z]+(?:\([\d,]+\))?)")
_FOR = re.compile(r"\s*-- for (?:the mission alone|([\w, ]+))", re.IGNORECASE)


@dataclass(frozen=True)
class MartTable:
    """SQL types by column, and by column the audiences that have it beside the mission."""

    columns: Mapping[str, str]
    audiences: Mapping[str, tuple[str, ...]]


def declared_table(text: str) -> tuple[str, MartTable]:
    """Name and declaration, as a `.sql` file states them.

    `-- for hq, public` holds for the columns below it until the next such line.
    Raises ValueError for a column of which nobody decided who has it.
    """
    declared = _TABLE.search(text)
    if declared is None:
        raise ValueError(f"no mart table is declared: {text[:80]}")
    columns: dict[str, str] = {}
    audiences: dict[str, tuple[str, ...]] = {}
    decided: tuple[str, ...] | None = None
    for line in declared[2].splitlines():
        if said := _FOR.fullmatch(line.split(":")[0]):
            decided = tuple(said[1].split(", ")) if said[1] else ()
        for name, sql_type in _COLUMN.findall(line.split("--")[0]):
            if decided is None:
                raise ValueError(f"mart.{declared[1]}.{name}: nobody decided who has it")
            columns[name], audiences[name] = sql_type, decided
    return declared[1], MartTable(MappingProxyType(columns), MappingProxyType(audiences))


def declaration_texts() -> dict[str, str]:
    """The files of `indicators/mart/` by table: its declaration, and the query that fills it."""
    folder = Path(__file__).parents[1] / "mart"
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.sql"))}


def _read_tables() -> Mapping[str, MartTable]:
    return MappingProxyType(dict(map(declared_table, declaration_texts().values())))


_DECLARED = _read_tables()
MART_TABLES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {name: table.columns for name, table in _DECLARED.items()}
)
VALUE_COLUMNS, INDICATOR_COLUMNS = MART_TABLES["indicator_value"], MART_TABLES["indicator"]
# A trend, what it was found on, and why there is none.
TREND_COLUMNS = tuple(name for name in VALUE_COLUMNS if name.startswith(("trend", "change")))
# A rating, and what it was held against.
RATING_COLUMNS = (
    "baseline", "target", "expected", "rating", "rating_probability", "rating_reason",
)  # fmt: skip


def released_columns(table: str, audience: str) -> tuple[str, ...]:
    """The columns that an audience beside the mission has of a table; none: not the table."""
    declared = _DECLARED.get(table)
    known = declared.audiences.items() if declared else ()
    return tuple(column for column, audiences in known if audience in audiences)


def mart_ddl() -> Iterator[str]:
    """One CREATE statement a mart table, after the schema's own; all may run again unharmed."""
    yield "CREATE SCHEMA IF NOT EXISTS mart"
    for table, columns in MART_TABLES.items():
        body = ",\n  ".join(f'"{name}" {sql_type}' for name, sql_type in columns.items())
        yield f"CREATE TABLE IF NOT EXISTS mart.{table} (\n  {body}\n)"
