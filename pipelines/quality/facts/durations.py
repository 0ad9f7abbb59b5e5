"""Ends before starts, and interviews too short to have been held.

A case whose end lies before its start leaves both parts of a measure (definitions 18) and is
counted here.
"""

from collections.abc import Iterator

from indicators.definitions.contracts import Contract
from indicators.foundation.sql_text import quoted
from pipelines.quality.check_results import CheckResult, none_wrong
from pipelines.workspace.warehouse.inspect import Connection, single

SHORT_INTERVIEW_MINUTES = 10

START_AND_END: dict[str, tuple[tuple[str, str], ...]] = {
    "areas": (("valid_from", "valid_to"),),
    "units": (("valid_from", "valid_to"),),
    "deployments": (("from_on", "to_on"),),
    "activities": (("started_at", "ended_at"),),
    "incidents": (("occurred_on", "ended_on"), ("occurred_on", "closed_on")),
    "alerts": (
        ("received_at", "confirmed_at"),
        ("received_at", "first_action_at"),
        ("confirmed_at", "arrived_at"),
        ("received_at", "closed_at"),
    ),
    "survey_respondents": (("started_at", "ended_at"),),
}

_SHORT_SQL = """
SELECT count(*) FROM core.survey_respondents
WHERE result = 'complete' AND instrument <> 'pulse' AND ended_at >= started_at
  AND date_diff('second', started_at, ended_at) < 60 * ?
"""


def negative_durations(connection: Connection, contract: Contract) -> Iterator[CheckResult]:
    """For each pair of a start and an end: rows whose end lies before the start."""
    for start, end in START_AND_END.get(contract.table, ()):
        rows = single(
            connection,
            f"SELECT count(*) FROM core.{quoted(contract.table)} "
            f"WHERE {quoted(end)} < {quoted(start)}",
        )
        yield none_wrong(
            f"{end}_not_before_{start}",
            contract.table,
            rows,
            kind="negative_duration",
            start=contract.columns[start].title,
            end=contract.columns[end].title,
        )


def short_interviews(connection: Connection) -> Iterator[CheckResult]:
    """Complete interviews that took fewer minutes than the questions need; a pulse is short."""
    rows = single(connection, _SHORT_SQL, [SHORT_INTERVIEW_MINUTES])
    yield none_wrong(
        "short_interviews", "survey_respondents", rows, minutes=SHORT_INTERVIEW_MINUTES
    )
