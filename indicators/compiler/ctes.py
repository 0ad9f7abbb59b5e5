"""A statement as people read it: named CTEs, one a stage, in their order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Cte:
    """One CTE: its name and its SELECT."""

    name: str
    sql: str


def with_stages(stages: Sequence[Cte], last: str) -> str:
    """One statement: these stages, then `last`."""
    ctes = ",\n".join(f"{stage.name} AS (\n{stage.sql}\n)" for stage in stages)
    return f"WITH {ctes}\n{last}"


def select_sql(lines: Iterable[str], source: str) -> str:
    """SELECT of a stage: a line a column, then FROM and what follows it."""
    return "  SELECT\n" + ",\n".join(f"    {line}" for line in lines) + f"\n  {source}"
