"""What is stored with a row of core is what its derivation gives, whatever was done to the row."""

from datetime import datetime

import pytest

from indicators.definitions.mission_profile import read_mission
from indicators.incremental.stored_columns import complete_rows
from pipelines.workspace.warehouse.connection import open_warehouse
from tests.worlds.rows.stored import rows_stored_otherwise, rows_were_changed
from tests.worlds.rows.warehouse import SmallWarehouse, small_mission
from tests.worlds.sample import SMALL, ingested_sample

UTC, JUBA = small_mission([]), small_mission([], time_zone="Africa/Juba")
LATE = datetime(2026, 1, 31, 23)  # the next day, and the next month, in Juba


@pytest.fixture
def small() -> SmallWarehouse:
    warehouse = SmallWarehouse()
    warehouse.add("activities", [{"started_at": LATE, "ended_at": datetime(2026, 2, 1, 9)}])
    warehouse.add("alerts", [{"received_at": LATE, "first_action_at": LATE}])
    complete_rows(warehouse.connection, UTC)
    return warehouse


def test_rows_that_are_taken_in_are_complete(tmp_path_factory: pytest.TempPathFactory) -> None:
    workspace = ingested_sample(tmp_path_factory, "stored", **SMALL)
    mission = read_mission(workspace.profile("sample"))
    with open_warehouse(workspace.warehouse("sample")) as connection:
        assert connection.execute("SELECT count(row_hash) FROM core.alerts").fetchone() == (300,)
        assert not rows_stored_otherwise(connection, mission)


def days(small: SmallWarehouse) -> list[str]:
    found = small.connection.execute(
        """SELECT CAST(started_on_local AS VARCHAR) FROM core.activities
        UNION ALL SELECT CAST(due_on_local AS VARCHAR) FROM core.alerts"""
    ).fetchall()
    return [day for (day,) in found]


def test_new_rows_are_completed(small: SmallWarehouse) -> None:
    assert days(small)[0] == "2026-01-31"
    small.add("activities", [{"activity_code": "new", "started_at": datetime(2026, 3, 1)}])
    assert rows_stored_otherwise(small.connection, UTC)
    complete_rows(small.connection, UTC, ["activities"])
    assert not rows_stored_otherwise(small.connection, UTC)


def test_changed_rows_are_worked_out_again(small: SmallWarehouse) -> None:
    small.connection.execute("UPDATE core.activities SET started_at = TIMESTAMP '2026-05-05'")
    assert rows_stored_otherwise(small.connection, UTC)
    rows_were_changed(small.connection)
    complete_rows(small.connection, UTC)
    assert not rows_stored_otherwise(small.connection, UTC)


def test_another_time_zone_or_parameter_works_out_all_rows(small: SmallWarehouse) -> None:
    before = days(small)
    complete_rows(small.connection, JUBA)
    assert days(small)[0] == "2026-02-01" != before[0]
    assert not rows_stored_otherwise(small.connection, JUBA)
    slower = {"target_hours": {"low": 500, "medium": 500, "high": 500}}
    patient = small_mission([], parameters=slower)
    complete_rows(small.connection, patient)
    assert days(small)[1] > before[1]
    assert not rows_stored_otherwise(small.connection, patient)
