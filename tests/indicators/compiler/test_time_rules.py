"""Each time rule: where a quarter is, or is not, the sum of its months (definitions 14 to 17)."""

from datetime import date, datetime

import pytest

from tests.worlds.rows.warehouse import SmallWarehouse, total_rows

MARCH = date(2026, 3, 31)


def months_and_quarter(
    small: SmallWarehouse, code: str, **more: object
) -> tuple[list[float], float]:
    months = small.totals(code, "M", **more)
    quarter = small.totals(code, "Q", **more)["2026-Q1"]
    return [months.get(f"2026-0{month}", 0) for month in (1, 2, 3)], quarter


def test_flow_months_add_up_to_the_quarter() -> None:
    small = SmallWarehouse()
    starts = [datetime(2026, 1, 31, 23, 59), datetime(2026, 2, 1), datetime(2026, 3, 31, 23)]
    small.add("activities", [{"started_at": start} for start in starts])
    assert months_and_quarter(small, "P2-OP-01") == ([1, 1, 1], 3)


def test_flow_of_coarse_dates_is_more_in_the_quarter_than_in_its_months() -> None:
    small = SmallWarehouse()
    linked = {"linked_operation": "un_police", "occurred_on": date(2026, 2, 3)}
    precisions = ["day", "month", "quarter", "quarter", "year"]
    small.add("incidents", [{**linked, "date_precision": precision} for precision in precisions])
    assert months_and_quarter(small, "P2-OC-08") == ([0, 2, 0], 4)
    assert small.totals("P2-OC-08", "A") == {"2026": 5}


def test_flow_uses_the_local_day_of_the_mission() -> None:
    small = SmallWarehouse()
    small.add("activities", [{"started_at": datetime(2026, 1, 31, 23, 0)}])
    assert small.totals("P2-OP-01", "M", time_zone="Africa/Juba") == {"2026-02": 1}


def test_distinct_is_counted_afresh() -> None:
    small = SmallWarehouse()
    days = [(1, "a"), (1, "b"), (2, "a"), (3, "a"), (3, None)]
    small.add(
        "activities",
        [
            {
                "activity_type": "mediation",
                "process_code": process,
                "started_at": datetime(2026, month, 5),
            }
            for month, process in days
        ],
    )
    assert months_and_quarter(small, "P1-OP-09") == ([2, 1, 1], 2)


def test_stock_is_the_last_state_and_no_sum() -> None:
    small = SmallWarehouse()
    small.add(
        "police_census",
        [
            {"listed_on": listed, "sex": sex, "officers_count": officers}
            for listed, sex, officers in [
                (date(2026, 1, 20), "F", 10),
                (date(2026, 1, 20), "M", 90),
                (date(2026, 3, 10), "F", 30),
                (date(2026, 3, 10), "M", 70),
            ]
        ],
    )
    assert months_and_quarter(small, "P3-OC-07") == ([10, 10, 30], 30)


def test_a_census_holds_for_its_own_area_and_service() -> None:
    small = SmallWarehouse()
    rows = [
        (date(2026, 1, 1), "A1a", "police", 100),
        (date(2026, 1, 1), "A2", "police", 10),
        (date(2026, 1, 1), "A1a", "gendarmerie", 1),
        (date(2026, 2, 1), "A1a", "police", 200),
    ]
    small.add(
        "police_census",
        [
            {
                "listed_on": listed,
                "area_code": area,
                "host_state_actor": actor,
                "sex": "F",
                "officers_count": officers,
            }
            for listed, area, actor, officers in rows
        ],
    )
    values = total_rows(small.compute("P3-OC-07", as_of=date(2026, 2, 28)))
    february = values[(values["period"] == "2026-02") & (values["area"] == "C")]
    assert february["denominator"].item() == 200 + 10 + 1


def test_matured_belongs_to_the_month_in_which_its_waiting_time_ends() -> None:
    small = SmallWarehouse()
    small.add(
        "alerts",
        [
            {"received_at": datetime(2026, 1, 30, 12), "level": "low"},  # due 2 February, 72 hours
            {
                "received_at": datetime(2026, 1, 30, 12),
                "level": "high",  # due 31 January, 24 hours
                "first_action_at": datetime(2026, 1, 31, 12),
            },
        ],
    )
    months, quarter = months_and_quarter(small, "P2-OC-02", as_of=MARCH)
    assert (months, quarter) == ([100, 0, 0], 50)


def test_matured_leaves_out_what_has_not_ripened_at_the_as_of_date() -> None:
    small = SmallWarehouse()
    small.add("alerts", [{"received_at": datetime(2026, 1, 30, 12), "level": "high"}])
    assert small.totals("P2-OC-02", "M", as_of=date(2026, 1, 30)) == {}
    assert small.totals("P2-OC-02", "M", as_of=date(2026, 1, 31)) == {"2026-01": 0}


def test_day_fourteen_is_in_time_and_the_case_belongs_to_it() -> None:
    for day, expected in ((date(2026, 1, 24), 0), (date(2026, 1, 25), 100)):
        small = SmallWarehouse()
        small.add(
            "alerts",
            [
                {
                    "received_at": datetime(2026, 1, 10, 6),
                    "confirmed_at": datetime(2026, 1, 10, 7),
                    "first_action_at": datetime(2026, 1, 10, 8),
                    "responding_component": "police",
                    "area_code": "A1",
                }
            ],
        )
        small.add("incidents", [{"occurred_on": day, "area_code": "A1b"}])
        assert small.totals("P2-OC-04", "M", as_of=MARCH) == {"2026-01": expected}
        assert small.totals("P2-OC-04", "M", as_of=date(2026, 1, 23)) == {}


def test_nothing_is_said_of_what_followed_where_no_incident_was_ever_taken_in() -> None:
    small = SmallWarehouse()
    moments = {
        "confirmed_at": datetime(2026, 1, 10, 7),
        "first_action_at": datetime(2026, 1, 10, 8),
    }
    alert = {"received_at": datetime(2026, 1, 10, 6), "responding_component": "police"}
    small.add("alerts", [{**alert, **moments}])
    assert small.totals("P2-OC-04", "M", as_of=MARCH) == {}
    small.add("incidents", [{"occurred_on": date(2026, 1, 2)}])
    assert small.totals("P2-OC-04", "M", as_of=MARCH) == {"2026-01": 100}


@pytest.mark.parametrize(
    ("precision", "counted_in"),
    [
        ("day", "WMQSAB"),
        ("week", "WMQSAB"),
        ("month", "MQSAB"),
        ("quarter", "QSAB"),
        ("year", "A"),
    ],
)
def test_a_coarse_date_counts_in_the_periods_that_hold_it(precision: str, counted_in: str) -> None:
    small = SmallWarehouse()
    small.add("incidents", [{"date_precision": precision, "deaths_civilian": 2}])
    values = small.compute("D-IM-01")
    values["value"] = values["value"].fillna(0)
    found = values[(values["value"] == 2) & (values["area"] == "C")]["period_type"]
    wanted = set(counted_in) - {"W"}  # the indicator is not shown by week
    assert set(found) == wanted


def test_a_yearly_mean_stands_for_its_calendar_year_only() -> None:
    small = SmallWarehouse()
    small.add(
        "deployments",
        [
            {
                "figure_basis": "yearly_mean",
                "from_on": date(2026, 1, 1),
                "to_on": date(2026, 12, 31),
                "personnel_count": "10.2500",
            }
        ],
    )
    values = small.compute("D-OP-01", "D-OP-04")
    filled = values[values["value"].notna() & (values["area"] == "C")]
    assert filled[["indicator", "period_type", "value"]].to_numpy().tolist() == [
        ["D-OP-01", "A", 10.25]
    ]


def test_weeks_are_kept_apart_where_the_mission_asks_for_them() -> None:
    small = SmallWarehouse()
    starts = [datetime(2026, 1, 4), datetime(2026, 1, 5), datetime(2026, 1, 11)]
    small.add("activities", [{"started_at": start} for start in starts])
    weeks = small.totals("P2-OP-01", "W", as_of=date(2026, 1, 18))
    assert weeks == {"2026-W01": 1, "2026-W02": 2}


def test_a_state_that_begins_after_the_as_of_date_is_not_held_yet() -> None:
    small = SmallWarehouse()
    rows = [(date(2026, 2, 1), 5), (date(2026, 3, 20), 7)]
    small.add(
        "deployments", [{"from_on": begun, "personnel_count": count} for begun, count in rows]
    )
    assert small.totals("D-OP-04", "M", as_of=date(2026, 3, 19)) == {"2026-02": 5, "2026-03": 5}
    assert small.totals("D-OP-04", "M", as_of=date(2026, 3, 20)) == {"2026-02": 5, "2026-03": 12}
