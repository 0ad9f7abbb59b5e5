"""What became of the files: rows that wait, files held back, a ledger that adds up."""

from collections.abc import Iterator

from indicators.definitions.mission_profile import Mission
from pipelines.quality.check_results import CheckResult, check_result, none_wrong
from pipelines.workspace.warehouse.inspect import Connection, single

REJECTED_PCT = 5  # well below the share at which a profile holds a file back whole

_UNEVEN_SQL = """
SELECT count(*) FROM ops.input_file
WHERE status IN ('loaded', 'superseded')
  AND rows_read <> rows_loaded + rows_rejected + rows_unchanged
"""

_REJECTED_SQL = """
SELECT coalesce(sum(rows_rejected), 0), coalesce(sum(rows_read), 0)
FROM ops.input_file WHERE status = 'loaded'
"""


def ledger_adds_up(connection: Connection) -> Iterator[CheckResult]:
    """Rows read = loaded + rejected + unchanged for every file: else rows were lost silently."""
    files = single(connection, _UNEVEN_SQL)
    yield none_wrong("ledger", "input_file", files, severity="blocking")


def rejected_share(connection: Connection) -> Iterator[CheckResult]:
    """Rows that wait for a correction, of all rows read."""
    row = connection.execute(_REJECTED_SQL).fetchone()
    rejected, read = (int(part) for part in row or (0, 0))
    if read:
        yield check_result(
            "rejected_rows",
            "input_file",
            100 * rejected <= REJECTED_PCT * read,
            kind="rejected_rows",
            observed=f"{rejected} / {read}",
            expected=f"≤ {REJECTED_PCT} %",
            rows_failed=rejected,
        )


def held_files(connection: Connection, mission: Mission) -> Iterator[CheckResult]:
    """Files that were held back whole; nothing of them is in any figure."""
    rows = connection.execute(
        "SELECT name FROM ops.input_file WHERE status = 'held' ORDER BY name"
    ).fetchall()
    names = [name for (name,) in rows]
    yield check_result(
        "held_files",
        "input_file",
        not names,
        kind="held_files",
        observed=len(names),
        expected=0,
        files=", ".join(names),
        limit=f"{mission.reject_limit_pct:g}",
    )
