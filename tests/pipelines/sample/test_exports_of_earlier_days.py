"""Files as they were sent after an earlier day: less of the same, reported late, first counts."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from indicators.definitions.mission_profile import read_mission
from pipelines.ingest.inbox import ingest
from pipelines.sample import install
from pipelines.sample.files.exports import DAYS_TO_SEND
from pipelines.workspace.paths import Workspace
from pipelines.workspace.warehouse.connection import open_warehouse

SIZES = {"activities": 300, "incidents": 1_500, "alerts": 90, "waves": 1, "respondents": 240}
UNTIL = date(2026, 3, 31)
COUNTS = "count(*) FILTER (incident_type = 'injury'), count(*)"
TABLES = ("incidents", "alerts", "activities", "incident_victims", "reporting_returns")
# The files of these tables and of what they name; others would be taken in three times for nothing.
FILES = ("areas", "units", "operations", "hot_spots", "activity_plan", "activities", "incidents",
         "victims", "alerts", "reporting_returns")  # fmt: skip


def take_in(workspace: Workspace, until: date | None = None) -> None:
    install(workspace, seed=5, until=until, **SIZES)
    for path in workspace.inbox("sample").iterdir():
        if not path.name.startswith(FILES):
            path.unlink()
    ingest(workspace, read_mission(workspace.profile("sample")))


def rows(workspace: Workspace) -> dict[str, list[tuple[object, ...]]]:
    with open_warehouse(workspace.warehouse("sample")) as connection:
        return {
            table: connection.execute(
                f"""SELECT * EXCLUDE (file_sha256, sheet, row_number, row_hash)
                FROM core.{table} ORDER BY ALL"""
            ).fetchall()
            for table in TABLES
        }


@pytest.mark.soak
def test_what_comes_later_completes_and_corrects_what_was_sent_before(tmp_path: Path) -> None:
    early, whole = Workspace(tmp_path / "early"), Workspace(tmp_path / "whole")
    take_in(early, UNTIL)
    with open_warehouse(early.warehouse("sample")) as connection:
        before = connection.execute(
            f"""SELECT max(occurred_on), max(CAST(reported_at AS DATE)) <= ?, {COUNTS}
            FROM core.incidents""",
            [date(2026, 4, DAYS_TO_SEND)],
        ).fetchone()
    take_in(early)
    take_in(whole)
    later, once = rows(early), rows(whole)
    assert all(once.values())
    differing = {
        table: Counter(map(repr, later[table])) - Counter(map(repr, once[table]))
        for table in TABLES
    }
    # Some of each, not all: of thousands of rows pytest would write the difference for minutes.
    assert {table: list(left)[:3] for table, left in differing.items() if left} == {}
    assert {table: len(found) for table, found in later.items()} == {
        table: len(found) for table, found in once.items()
    }
    with open_warehouse(early.warehouse("sample")) as connection:
        after = connection.execute(
            f"SELECT {COUNTS} FROM core.incidents WHERE occurred_on <= ?",
            [UNTIL],
        ).fetchone()
    assert before[0] <= UNTIL and before[1]
    assert before[2] < after[0] and before[3] < after[1]
