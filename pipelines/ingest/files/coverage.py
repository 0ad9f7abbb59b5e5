"""A full export that states less than the one before it, a file with rows outside what it covers:
held, until somebody says that it is meant (decision 0005).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from indicators.definitions.contracts import Contract
from indicators.definitions.mission_profile import Mission
from indicators.foundation.sql_text import quoted
from pipelines.ingest.mapping.files.covered_span import Span
from pipelines.ingest.rows.validate import SURVIVES
from pipelines.ingest.rows.withdraw import period_sql
from pipelines.workspace.warehouse.inspect import Connection
from pipelines.workspace.warehouse.ledger import InputFile

_FEWEST = 20  # rows that a full export may lose without a question, however few there were
_SHARE = 10  # and one in so many

Dates = tuple[date, date]


@dataclass(frozen=True)
class Question:
    """Why a file is held until somebody answers: the rule, and what its sentence says."""

    rule: str
    parameters: dict[str, Any]


def dates_of(connection: Connection, contract: Contract, mission: Mission) -> Dates | None:
    """First and last day of the good rows in `typed_rows`."""
    if contract.date_column is None:
        return None
    day = period_sql(contract, mission, "day", "t")
    rows = connection.execute(
        f"SELECT min({day}), max({day}) FROM typed_rows AS t WHERE {SURVIVES}"
    ).fetchall()
    return rows[0] if rows[0][0] is not None else None


def outside_span(span: Span | None, dates: Dates | None) -> Question | None:
    """Rows dated outside the days that the file is said to cover: it is another file."""
    if span is None or dates is None or span.holds(Span(*dates, "day")):
        return None
    return Question("rows_outside_span", {"span": str(span), "dates": str(Span(*dates, "day"))})


@dataclass(frozen=True)
class Before:
    """What the files that a full export replaces stated until now."""

    names: str
    rows: int
    spans: tuple[Span, ...]


def stated_before(
    connection: Connection, earlier: Sequence[InputFile], tables: Sequence[str]
) -> Before | None:
    """Rows and spans of those of the files that are in force; None where none is."""
    standing = [entry for entry in earlier if entry.status == "loaded"]
    if not standing:
        return None
    files = [entry.file_sha256 for entry in standing]
    rows = sum(_rows_of(connection, table, files) for table in set(tables))
    spans = connection.execute(
        "SELECT DISTINCT covers_from, covers_to, precision FROM ops.covered_span "
        "WHERE list_contains(?, file_sha256) ORDER BY ALL",
        [files],
    ).fetchall()
    names = ", ".join(sorted({entry.name for entry in standing}))
    return Before(names, rows, tuple(Span(*span) for span in spans))


def _rows_of(connection: Connection, table: str, files: Sequence[str]) -> int:
    ((rows,),) = connection.execute(
        f"SELECT count(*) FROM core.{quoted(table)} WHERE list_contains(?, file_sha256)", [files]
    ).fetchall()
    return int(rows)


def states_less(before: Before | None, span: Span | None, gone: int) -> Question | None:
    """Whether a full export lost a span that was covered, or many rows."""
    if before is None:
        return None
    lost = [old for old in before.spans if span is None or not span.holds(old)]
    facts = {"file_name": before.names, "gone": gone, "rows": before.rows}
    if lost:
        spans = {"before": ", ".join(map(str, lost)), "span": str(span) if span else "–"}
        return Question("export_covers_less", facts | spans)
    if gone >= _FEWEST and gone * _SHARE >= before.rows:
        return Question("export_states_less", facts)
    return None
