"""Names and texts as they stand in SQL, and statements that stand in a file of their own."""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path


@cache
def sql_file(module: str, name: str) -> str:
    """The statement in `<name>.sql` beside a module, which gives its `__file__`."""
    return Path(module).with_name(f"{name}.sql").read_text(encoding="utf-8").rstrip()


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def literals(texts: Iterable[str]) -> str:
    """Texts as the list of an SQL `IN`, in their order."""
    return ", ".join(literal(text) for text in texts)


def pooled_sql(column: str, pooled_as: Mapping[str, str]) -> str:
    """A column of codes with each kind of `pooled_as` in its pool."""
    cases = " ".join(
        f"WHEN {literal(kind)} THEN {literal(pool)}" for kind, pool in pooled_as.items()
    )
    return f"CASE {column} {cases} ELSE {column} END" if cases else column
