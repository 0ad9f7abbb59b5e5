"""Rows of the mart: only those of periods that changed are written again."""

from datetime import date, datetime

import pytest

from indicators.definitions.catalogue import load_catalogue
from indicators.engine.refresh import compute
from tests.worlds.cells import compute_cells
from tests.worlds.rows.stored import rows_were_changed
from tests.worlds.rows.warehouse import SmallWarehouse, returned, small_mission

AS_OF = date(2026, 6, 30)
CODES = ("P2-OP-01", "P2-OC-02")  # of activities and of alerts
EVERYTHING = [f"2026-{month:02}" for month in range(1, 7)] + ["2026-Q1", "2026-Q2"]


@pytest.fixture
def small() -> SmallWarehouse:
    warehouse = SmallWarehouse()
    days = [datetime(2026, month, 10, 8) for month in range(1, 7)]
    warehouse.add("activities", [{"started_at": day} for day in days])
    warehouse.add("alerts", [{"received_at": day, "confirmed_at": day} for day in days])
    warehouse.add("reporting_returns", returned(dict.fromkeys(range(1, 7), "submitted")))
    refresh(warehouse)
    return warehouse


def refresh(small: SmallWarehouse, as_of: date = AS_OF, codes: tuple[str, ...] = CODES) -> None:
    mission = small_mission(codes, period_types=("M", "Q"))
    rows_were_changed(small.connection)
    small.connection.execute("DROP TABLE IF EXISTS stale_value")
    compute(small.connection, mission, load_catalogue(), as_of)


def written(small: SmallWarehouse, code: str) -> list[str]:
    """The periods that the last refresh wrote; none where nothing had changed at all."""
    if not small.connection.execute(
        "FROM duckdb_tables() WHERE table_name = 'stale_value'"
    ).fetchall():
        return []
    return [
        period
        for (period,) in small.connection.execute(
            """SELECT period FROM stale_value
            WHERE indicator = ? AND period_type IN ('M', 'Q') ORDER BY period_type, period""",
            [code],
        ).fetchall()
    ]


def test_at_first_everything_is_written_and_then_nothing(small: SmallWarehouse) -> None:
    assert [written(small, code) for code in CODES] == [EVERYTHING, EVERYTHING]
    refresh(small)
    assert [written(small, code) for code in CODES] == [[], []]


@pytest.mark.parametrize(
    "correction, patrols, alerts",
    [
        ("DELETE FROM core.activities WHERE row_number = 1", ["2026-02", "2026-Q1"], []),
        ("DELETE FROM core.alerts WHERE row_number = 4", [], ["2026-05", "2026-Q2"]),
        (
            "UPDATE core.reporting_returns SET return_status = 'not_submitted' "
            "WHERE row_number = 4",
            ["2026-05", "2026-Q2"],
            [],
        ),
        ("DELETE FROM core.areas WHERE area_code = 'A2'", EVERYTHING, EVERYTHING),
    ],
)
def test_a_correction_writes_its_months_and_the_longer_periods(
    small: SmallWarehouse, correction: str, patrols: list[str], alerts: list[str]
) -> None:
    small.connection.execute(correction)
    refresh(small)
    assert written(small, "P2-OP-01") == patrols
    assert written(small, "P2-OC-02") == alerts


def test_a_new_month_writes_itself_and_what_was_not_over(small: SmallWarehouse) -> None:
    refresh(small, date(2026, 5, 31))
    assert "2026-06" not in periods(small)
    refresh(small)
    assert written(small, "P2-OP-01") == ["2026-06", "2026-Q2"]
    assert "2026-06" in periods(small)


def test_another_selection_writes_everything(small: SmallWarehouse) -> None:
    refresh(small, codes=CODES[:1])
    assert written(small, CODES[0]) == EVERYTHING
    refresh(small)
    assert [written(small, code) for code in CODES] == [EVERYTHING, EVERYTHING]


@pytest.mark.parametrize("table", ["indicator_value", "contribution", "police_task"])
def test_a_mart_that_lost_rows_is_written_whole(small: SmallWarehouse, table: str) -> None:
    before = rows(small, table)
    lost = "month = '2026-02-01'" if table == "police_task" else "period = '2026-02'"
    assert small.connection.execute(f"DELETE FROM mart.{table} WHERE {lost}").fetchone() != (0,)
    refresh(small)
    assert rows(small, table) == before
    assert written(small, "P2-OP-01") == EVERYTHING


def test_cells_filled_without_the_mart_leave_nothing_to_keep(small: SmallWarehouse) -> None:
    small.connection.execute("DELETE FROM core.activities WHERE row_number = 1")
    mission = small_mission(CODES, period_types=("M", "Q"))
    compute_cells(small.connection, mission, load_catalogue(), AS_OF)
    refresh(small)
    assert written(small, "P2-OP-01") == EVERYTHING
    assert "2026-02" not in {row[4] for row in rows(small, "contribution") if row[1] == CODES[0]}


def test_a_renamed_file_is_named_anew_in_rows_that_are_kept(small: SmallWarehouse) -> None:
    small.connection.execute("UPDATE ops.input_file SET name = 'late.csv'")
    refresh(small)
    assert written(small, "P2-OP-01") == []
    assert {row[-2] for row in rows(small, "contribution")} == {"late.csv"}


def periods(small: SmallWarehouse) -> set[str]:
    return {row[5] for row in rows(small, "indicator_value")}


def rows(small: SmallWarehouse, table: str) -> list[tuple[object, ...]]:
    return small.connection.execute(f"SELECT * FROM mart.{table} ORDER BY ALL").fetchall()
