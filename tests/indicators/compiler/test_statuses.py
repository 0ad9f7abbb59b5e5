"""Whether an empty cell is a zero: definitions 11 to 13, one table of cases a rule."""

from datetime import date, datetime

import pandas as pd
import pytest

from tests.worlds.rows.warehouse import SmallWarehouse, returned, total_rows

JANUARY = {"period_type": "M", "period": "2026-01"}
PATROL = {"started_at": datetime(2026, 1, 10, 8)}


def cell(values: pd.DataFrame, area: str = "C", **place: str) -> pd.Series:
    rows = total_rows(values)
    for name, value in {**JANUARY, "area": area, **place}.items():
        rows = rows[rows[name] == value]
    assert len(rows) == 1
    return rows.iloc[0]


CASES = [
    # statuses of the returns due in the area, patrols, status, value
    (["submitted", "submitted"], 1, "A", 1),
    (["submitted", "nil"], 0, "A", 0),
    (["nil", "nil"], 0, "A", 0),
    (["not_submitted", "not_submitted"], 0, "O", None),
    (["not_submitted", "no_access"], 0, "O", None),
    (["no_access", "no_access"], 0, "L", None),
    (["submitted", "not_submitted"], 1, "P", 1),
    (["nil", "no_access"], 0, "P", 0),
    (["not_submitted", "not_submitted"], 1, "P", 1),
    (["no_access", "no_access"], 1, "P", 1),
    (["not_due", "not_due"], 0, "O", None),
    (["not_due", "not_due"], 1, "P", 1),
    (["submitted", "not_due"], 0, "A", 0),
]


@pytest.mark.parametrize(("returns", "patrols", "status", "value"), CASES)
def test_returns_say_whether_nothing_is_zero(
    returns: list[str], patrols: int, status: str, value: int | None
) -> None:
    small = SmallWarehouse()
    for unit, return_status in zip(("P1", "P2"), returns, strict=True):
        small.add("reporting_returns", returned({1: return_status}, unit_code=unit))
    small.add("activities", [PATROL] * patrols)
    found = cell(small.compute("P2-OP-01"))
    assert found["obs_status"] == status
    assert found["value"] == value if value is not None else pd.isna(found["value"])
    assert found["returns_due"] == len([entry for entry in returns if entry != "not_due"])
    assert found["returns_received"] == len([e for e in returns if e in ("submitted", "nil")])


UNREAD = [
    # what waits, whose status and value are that of a report that did not come
    ("ops.unread_file", "('september.xlsx', 'activities')", "O"),
    ("mart.reject_place", "('tiny', 'activities', NULL, DATE '2026-01-01', 'A1a', 3)", "O"),
    # of another source, of another month or of another place
    ("ops.unread_file", "('september.xlsx', 'alerts')", "A"),
    ("mart.reject_place", "('tiny', 'activities', NULL, DATE '2026-02-01', 'A1a', 3)", "A"),
    ("mart.reject_place", "('tiny', 'activities', NULL, DATE '2026-01-01', 'A2', 3)", "A"),
]


@pytest.mark.parametrize(("table", "row", "status"), UNREAD)
def test_a_report_of_which_nothing_could_be_loaded_is_no_zero(
    table: str, row: str, status: str
) -> None:
    small = SmallWarehouse()
    small.add("reporting_returns", returned({1: "submitted"}, unit_code="P1"))
    small.compute("P2-OP-01")
    small.connection.execute(f"INSERT INTO {table} VALUES {row}")
    found = cell(small.compute("P2-OP-01"))
    assert (found["obs_status"], found["returns_received"]) == (status, int(status == "A"))
    assert pd.isna(found["value"]) == (status == "O")


def test_beside_a_held_file_rows_and_nil_reports_still_speak() -> None:
    small = SmallWarehouse()
    small.add("reporting_returns", returned({1: "submitted", 2: "nil"}, unit_code="P1"))
    small.add("reporting_returns", returned({1: "submitted"}, unit_code="P2"))
    small.add("activities", [PATROL])
    small.connection.execute("INSERT INTO ops.unread_file VALUES ('p2.xlsx', 'activities')")
    values = small.compute("P2-OP-01")
    found = cell(values)
    assert (found["obs_status"], found["value"], found["returns_received"]) == ("P", 1, 1)
    assert cell(values, period="2026-02")["obs_status"] == "A"


def test_what_no_file_records_is_no_zero_and_what_files_leave_blank_is() -> None:
    small = SmallWarehouse()
    small.add("reporting_returns", returned({1: "submitted"}, source="incidents"))
    small.add("incidents", [{}])
    assert cell(small.compute("D-OC-05"))["obs_status"] == "A"  # whose files nobody knows
    record = "INSERT INTO ops.recorded_column VALUES ('incidents', ?)"
    small.connection.execute(record, ["occurred_on"])
    found = cell(small.compute("D-OC-05"))
    assert (found["obs_status"], pd.isna(found["value"])) == ("O", True)
    told = small.connection.execute("SELECT DISTINCT not_recorded FROM mart.indicator").fetchall()
    assert told == [("incidents.circumstance",)]
    small.connection.execute(record, ["circumstance"])
    found = cell(small.compute("D-OC-05"))
    assert (found["obs_status"], found["value"]) == ("A", 0)
    # nor is a column unknown that a row states, whatever became of its file's mapping
    small.connection.execute("DELETE FROM ops.recorded_column WHERE column_name = 'circumstance'")
    small.add("incidents", [{"circumstance": "farming"}])
    assert cell(small.compute("D-OC-05"))["value"] == 0


def test_where_the_mission_has_no_site_no_file_need_say_that_nothing_was_at_one() -> None:
    small = SmallWarehouse()
    small.add("incidents", [{}])
    small.connection.execute("INSERT INTO ops.recorded_column VALUES ('incidents', 'occurred_on')")
    assert pd.isna(cell(small.compute("D-OC-06"))["value"])
    small.connection.execute(
        "UPDATE core.areas SET area_level = 'admin3' WHERE area_level = 'site'"
    )
    assert cell(small.compute("D-OC-06"))["value"] == 1


def test_a_ratio_without_cases_cannot_be_computed_once_returns_came() -> None:
    small = SmallWarehouse()
    small.add("reporting_returns", returned({1: "submitted", 2: "not_submitted", 3: "no_access"}))
    statuses = small.statuses("P2-OP-03", "M")
    assert [statuses[month] for month in ("2026-01", "2026-02", "2026-03")] == ["M", "O", "L"]
    assert pd.isna(cell(small.compute("P2-OP-03"))["value"])


def test_returns_of_the_military_do_not_count_for_police_indicators() -> None:
    small = SmallWarehouse()
    small.add("reporting_returns", returned({1: "not_submitted"}, unit_code="M1"))
    small.add("reporting_returns", returned({1: "nil"}, unit_code="P1"))
    found = cell(small.compute("P2-OP-01"))
    assert (found["obs_status"], found["returns_due"], found["value"]) == ("A", 1, 0)


def test_under_a_unit_type_its_own_returns_count() -> None:
    small = SmallWarehouse()
    small.add("reporting_returns", returned({1: "submitted"}, unit_code="P1"))
    small.add("reporting_returns", returned({1: "not_submitted"}, unit_code="P2"))
    small.add("activities", [PATROL])
    values = small.compute("P2-OP-01")
    january = values[(values["period"] == "2026-01") & (values["area"] == "C")]
    formed = january[january["unit_type"] == "FPU"].iloc[0]
    assert (formed["obs_status"], formed["returns_due"]) == ("A", 1)
    assert cell(values)["obs_status"] == "P"


def test_below_the_level_of_returns_the_area_above_speaks_and_no_number_is_given() -> None:
    small = SmallWarehouse()
    small.add("reporting_returns", returned({1: "nil", 2: "no_access"}, area_code="A1"))
    values = small.compute("P2-OP-01")
    below = cell(values, "A1a")
    assert (below["obs_status"], below["value"]) == ("A", 0)
    assert pd.isna(below["returns_due"])
    assert cell(values, "A1a", period="2026-02")["obs_status"] == "L"
    elsewhere = cell(values, "A2")
    assert (elsewhere["obs_status"], elsewhere["returns_due"]) == ("O", 0)


def test_a_return_that_did_not_check_for_harm_is_not_received() -> None:
    small = SmallWarehouse()
    for month, checked in ((1, True), (2, False), (3, None)):
        small.add(
            "reporting_returns",
            returned({month: "nil"}, source="incidents", harm_checked=checked),
        )
    statuses = small.statuses("P2-OC-08", "M")
    assert [statuses[month] for month in ("2026-01", "2026-02", "2026-03")] == ["A", "O", "O"]


def test_a_return_received_after_the_as_of_date_has_not_come() -> None:
    small = SmallWarehouse()
    small.add("reporting_returns", returned({1: "nil"}, received_on=date(2026, 2, 20)))
    assert small.statuses("P2-OP-01", "M", as_of=date(2026, 2, 19))["2026-01"] == "O"
    assert small.statuses("P2-OP-01", "M", as_of=date(2026, 2, 20))["2026-01"] == "A"


def test_a_running_period_is_provisional_but_not_reported_comes_first() -> None:
    small = SmallWarehouse()
    small.add("reporting_returns", returned({1: "submitted", 2: "submitted", 3: "not_submitted"}))
    small.add("activities", [PATROL])
    statuses = small.statuses("P2-OP-01", "M", as_of=date(2026, 2, 10))
    assert statuses == {"2026-01": "A", "2026-02": "P"}
    assert small.statuses("P2-OP-01", "M", as_of=date(2026, 3, 10))["2026-03"] == "O"


def test_without_returns_the_rows_of_the_source_decide() -> None:
    small = SmallWarehouse()
    small.add(
        "incidents",
        [
            {"occurred_on": date(2026, 1, 5), "against_civilians": False, "area_code": "A2"},
            {"occurred_on": date(2026, 3, 5)},
        ],
    )
    assert small.statuses("D-IM-02", "M", as_of=date(2026, 3, 31)) == {
        "2026-01": "A",
        "2026-02": "O",
        "2026-03": "A",
    }
    assert small.totals("D-IM-02", "M", as_of=date(2026, 3, 31)) == {"2026-01": 0, "2026-03": 1}


def test_a_stock_is_a_value_where_a_state_is_held_and_not_reported_elsewhere() -> None:
    small = SmallWarehouse()
    base = {"from_on": date(2026, 2, 1), "to_on": date(2026, 3, 15), "personnel_count": 0}
    small.add("deployments", [base])
    statuses = small.statuses("D-OP-04", "M", as_of=date(2026, 3, 31))
    assert statuses == {"2026-02": "A", "2026-03": "O"}
    assert small.totals("D-OP-04", "M", as_of=date(2026, 3, 31)) == {"2026-02": 0}


def test_every_due_cell_is_there_and_none_without_a_status() -> None:
    small = SmallWarehouse()
    small.add("reporting_returns", returned({1: "nil"}))
    small.add("activities", [{"started_at": datetime(2026, 6, 1)}])
    values = small.compute("P2-OP-01", as_of=date(2026, 6, 30))
    months = total_rows(values[values["period_type"] == "M"])
    assert months.groupby("area")["period"].apply(list).to_dict() == {
        area: [f"2026-{month:02d}" for month in range(1, 7)] for area in months["area"].unique()
    }
    assert set(months["area"]) == {"C", "A1", "A2", "A1a", "A1b", "S1"}
    assert values["obs_status"].notna().all()
    empty = values["obs_status"].isin(["O", "L"])
    assert (values.loc[~empty, "value"].notna()).all() and values.loc[empty, "value"].isna().all()


@pytest.mark.parametrize(
    ("deaths", "status", "value"),
    [((None, None), "O", None), ((4, None), "P", 4), ((4, 0), "A", 4), ((), "A", 0)],
    ids=str,
)
@pytest.mark.parametrize(
    ("code", "column"),
    [
        ("D-IM-01", "deaths_civilian"),
        ("D-IM-03", "deaths_best"),
        ("D-IM-04", "injured_civilian"),
    ],
)
def test_deaths_that_no_row_states_are_no_zero(
    code: str, column: str, deaths: tuple[int | None, ...], status: str, value: int | None
) -> None:
    small = SmallWarehouse()
    small.add("reporting_returns", returned({1: "submitted"}, source="incidents"))
    small.add(
        "incidents",
        [{"occurred_on": date(2026, 1, 10), column: stated} for stated in deaths],
    )
    found = cell(small.compute(code))
    assert found["obs_status"] == status
    assert found["value"] == value if value is not None else pd.isna(found["value"])
