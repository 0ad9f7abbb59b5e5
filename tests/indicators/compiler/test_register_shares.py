"""Shares of a dated register: its entries, and what other tables say of them in a period."""

from datetime import date, datetime
from typing import Any

import pandas as pd
import pytest

from tests.worlds.rows.warehouse import SmallWarehouse, returned, total_rows

AS_OF = date(2026, 6, 30)
LISTED = date(2025, 1, 1)


def registered(register: str, *entries: dict[str, Any]) -> SmallWarehouse:
    small = SmallWarehouse()
    usual = {
        "register_code": register,
        "area_code": "A1a",
        "listed_on": LISTED,
        "valid_from": LISTED,
    }
    small.add("registers", [usual | entry for entry in entries])
    return small


def quarter(small: SmallWarehouse, code: str, period: str = "2026-Q1", **profile: Any) -> Any:
    values = total_rows(small.compute(code, as_of=AS_OF, **profile))
    (row,) = values[(values["period"] == period) & (values["area"] == "C")].iloc
    if not profile and not pd.isna(row["value"]):
        parts = ("value", "numerator", "denominator", "n")
        assert small.explained(code, period, as_of=AS_OF) == tuple(row[name] for name in parts)
    return row


def test_networks_that_met_are_of_those_on_the_register_at_the_start() -> None:
    small = registered(
        "community_network",
        {"entry_code": "met"},
        {"entry_code": "silent"},
        {"entry_code": "closed", "valid_to": date(2025, 12, 31)},
        {"entry_code": "new", "valid_from": date(2026, 1, 2)},
    )
    meeting = {
        "activity_type": "network_meeting",
        "minutes_recorded": True,
        "started_at": datetime(2026, 2, 3),
    }
    small.add(
        "activities",
        [
            meeting | {"network_code": "met"},
            meeting | {"network_code": "met", "started_at": datetime(2026, 3, 3)},
            meeting | {"network_code": "new"},
            meeting | {"network_code": "closed"},
            meeting | {"network_code": "silent", "minutes_recorded": False},
            meeting | {"network_code": "silent", "unit_code": "M1"},
            meeting | {"network_code": "silent", "status": "aborted"},
            meeting | {"network_code": "silent", "started_at": datetime(2026, 4, 1)},
            {"started_at": datetime(2026, 1, 3)},  # activities were reported in January
        ],
    )
    found = quarter(small, "P1-OP-04")
    assert (found["numerator"], found["denominator"], found["n"]) == (1, 2, 2)
    months = small.totals("P1-OP-04", "M", as_of=date(2026, 3, 31))
    assert [months[f"2026-0{month}"] for month in (1, 2, 3)] == [0, 200 / 3, 100 / 3]


def test_a_meeting_counts_up_to_the_as_of_date() -> None:
    small = registered("community_network", {"entry_code": "a"})
    meeting = {"activity_type": "network_meeting", "minutes_recorded": True, "network_code": "a"}
    patrol = {"started_at": datetime(2026, 3, 2)}
    small.add("activities", [meeting | {"started_at": datetime(2026, 3, 20)}, patrol])
    assert small.totals("P1-OP-04", "M", as_of=date(2026, 3, 19))["2026-03"] == 0
    assert small.totals("P1-OP-04", "M", as_of=date(2026, 3, 20))["2026-03"] == 100


HITS = [
    # returns of the area's two units, meetings, status, value
    (["submitted", "nil"], 0, "A", 0),
    (["submitted", "nil"], 1, "A", 50),
    (["not_submitted", "no_access"], 0, "O", None),
    (["not_submitted", "not_submitted"], 1, "P", 50),
    (["no_access", "no_access"], 0, "L", None),
    (["nil", "not_submitted"], 0, "P", 0),
    (["not_due", "not_due"], 0, "O", None),
]


@pytest.mark.parametrize(("returns", "meetings", "status", "value"), HITS)
def test_a_register_without_a_received_return_of_its_hits_is_no_zero(
    returns: list[str], meetings: int, status: str, value: float | None
) -> None:
    """Definition 48: not reported was 0 % here."""
    small = registered("community_network", {"entry_code": "a"}, {"entry_code": "b"})
    for unit, return_status in zip(("P1", "P2"), returns, strict=True):
        small.add("reporting_returns", returned({2: return_status}, unit_code=unit))
    meeting = {"activity_type": "network_meeting", "minutes_recorded": True, "network_code": "a"}
    small.add("activities", [meeting | {"started_at": datetime(2026, 2, 20)}] * meetings)
    values = total_rows(small.compute("P1-OP-04", as_of=AS_OF))
    month = values[(values["period"] == "2026-02")].set_index("area")
    assert month.loc["C", "obs_status"] == status
    assert month.loc["C", "returns_due"] == len([one for one in returns if one != "not_due"])
    for name in ("value", "numerator", "denominator") if value is None else ():
        assert month.loc["C", name] != month.loc["C", name], name
    if value is not None:
        assert (month.loc["C", "value"], month.loc["C", "denominator"]) == (value, 2)
    assert month.loc["A2", "obs_status"] == "O"  # nothing is on its register


def test_a_year_of_hits_that_began_before_the_record_is_known_in_part() -> None:
    small = registered("community_network", {"entry_code": "a"})
    small.add("reporting_returns", returned(dict.fromkeys(range(1, 7), "nil")))
    found = {row["period"]: row["obs_status"]
             for _, row in total_rows(small.compute("P1-OP-04", as_of=AS_OF)).iterrows()
             if row["area"] == "C"}  # fmt: skip
    assert (found["2025/26"], found["2026-Q1"]) == ("P", "A")


CENSUS = [
    # months: status of the area's two reporters, month of the period, status
    ({1: "submitted"}, {1: "submitted"}, "2026-03", "A"),
    ({1: "submitted", 3: "not_submitted"}, {1: "submitted"}, "2026-02", "A"),
    ({1: "submitted", 3: "not_submitted"}, {1: "submitted"}, "2026-03", "P"),
    ({1: "submitted", 3: "not_submitted", 4: "nil"}, {1: "nil"}, "2026-04", "A"),
    ({1: "submitted", 3: "not_due"}, {1: "nil"}, "2026-03", "A"),
]


@pytest.mark.parametrize(("one", "other", "period", "status"), CENSUS)
def test_a_state_whose_newest_return_is_missing_is_the_last_one_listed(
    one: dict[int, str], other: dict[int, str], period: str, status: str
) -> None:
    small = SmallWarehouse()
    listed = {"listed_on": date(2026, 1, 15), "sex": "F", "officers_count": 10}
    small.add("police_census", [listed | {"officers_vetted_count": 4}])
    small.add("reporting_returns", returned(one, source="police_census", unit_code="P1"))
    small.add("reporting_returns", returned(other, source="police_census", unit_code="P2"))
    values = total_rows(small.compute("P3-OP-05", as_of=AS_OF))
    (found,) = values[(values["period"] == period) & (values["area"] == "C")].iloc
    assert (found["obs_status"], found["value"]) == (status, 40)
    month = int(period[-2:])
    due = [months[month] for months in (one, other) if months.get(month, "not_due") != "not_due"]
    assert found["returns_due"] == len(due)  # those of the period itself (definition 11)
    (elsewhere,) = values[(values["period"] == period) & (values["area"] == "A2")].iloc
    assert elsewhere["obs_status"] == "O"


def visited(*visits: tuple[str, str, date]) -> SmallWarehouse:
    small = registered(
        "detention_facility",
        {"entry_code": "cell", "facility_type": "police_cell"},
        {"entry_code": "prison", "facility_type": "prison"},
        {"entry_code": "far", "facility_type": "prison", "area_code": "A2"},
        {"entry_code": "gone", "facility_type": "prison", "valid_to": date(2026, 3, 30)},
    )
    add_visits(small, *visits)
    return small


def add_visits(small: SmallWarehouse, *visits: tuple[str, str, date]) -> None:
    small.add(
        "custody_visits",
        [
            {
                "visit_code": str(number),
                "facility_code": facility,
                "facility_type": "other",
                "area_code": "A2",
                "visited_on": day,
                "visiting_component": component,
            }
            for number, (facility, component, day) in enumerate(visits)
        ],
    )


def test_facilities_visited_are_of_those_on_the_register_at_the_end() -> None:
    small = visited(
        ("cell", "police", date(2026, 1, 1)),
        ("cell", "joint", date(2026, 3, 31)),
        ("far", "joint", date(2026, 2, 1)),
        ("prison", "human_rights", date(2026, 2, 1)),
        ("gone", "police", date(2026, 2, 1)),
        ("unlisted", "police", date(2026, 2, 1)),
    )
    found = quarter(small, "P3-OP-06")
    assert (found["numerator"], found["denominator"]) == (2, 3)


def test_under_a_visiting_component_the_denominator_is_the_whole_register() -> None:
    small = visited(
        ("cell", "police", date(2026, 1, 1)),
        ("cell", "joint", date(2026, 1, 2)),
        ("far", "joint", date(2026, 1, 3)),
    )
    values = small.compute("P3-OP-06", as_of=AS_OF)
    kept = values[(values["period"] == "2026-Q1") & (values["area"] == "C")]
    parts = kept[kept["breakdown"] != "_T"]
    found = {
        (row["breakdown"], row["breakdown_value"]): (row["numerator"], row["denominator"])
        for row in parts.to_dict("records")
    }
    assert found == {
        ("visiting_component", "police"): (1, 3),
        ("visiting_component", "joint"): (2, 3),
        ("facility_type", "police_cell"): (1, 1),
        ("facility_type", "prison"): (1, 2),
    }


def test_of_several_entries_in_force_the_newest_counts() -> None:
    small = registered(
        "detention_facility",
        {"entry_code": "cell", "facility_type": "police_cell"},
        {"entry_code": "cell", "facility_type": "camp", "valid_from": date(2026, 2, 1)},
    )
    elsewhere = ("unlisted", "police")  # visits were reported in both months
    add_visits(small, (*elsewhere, date(2026, 1, 5)), (*elsewhere, date(2026, 2, 5)))
    values = small.compute("P3-OP-06", as_of=AS_OF)
    months = values[(values["area"] == "C") & (values["breakdown"] == "facility_type")]
    types = months[months["period"].isin(["2026-01", "2026-02"])]
    assert types[["period", "breakdown_value", "denominator"]].to_numpy().tolist() == [
        ["2026-01", "police_cell", 1],
        ["2026-02", "camp", 1],
    ]


def posts(*rows: tuple[str, int, bool, float | None, str]) -> SmallWarehouse:
    small = registered(
        "coverage_locality",
        {"entry_code": "a", "host_state_actor": "police"},
        {"entry_code": "b", "host_state_actor": "gendarmerie"},
    )
    small.add(
        "police_posts",
        [
            {
                "entry_code": entry,
                "month": date(2026, month, 1),
                "staffed": staffed,
                "open_days_per_week": days,
                "host_state_actor": actor,
            }
            for entry, month, staffed, days, actor in rows
        ],
    )
    return small


@pytest.mark.parametrize(
    ("row", "numerator"),
    [
        (("a", 3, True, 5, "police"), 2),
        (("a", 3, True, 4.5, "police"), 1),
        (("a", 3, False, 7, "police"), 1),
        (("a", 3, True, None, "police"), 1),
        (("a", 3, True, 7, "armed_forces"), 1),
        (("a", 4, False, 7, "police"), 2),  # after the period
    ],
)
def test_a_post_is_what_its_last_row_says(row: Any, numerator: int) -> None:
    small = posts(("a", 1, True, 7, "police"), ("b", 3, True, 7, "gendarmerie"), row)
    found = quarter(small, "P3-OC-03")
    assert (found["numerator"], found["denominator"], found["obs_status"]) == (numerator, 2, "A")


def test_a_row_counts_for_its_month_and_the_three_that_follow() -> None:
    small = posts(("a", 1, True, 7, "police"), ("b", 2, True, 7, "police"))
    statuses = small.statuses("P3-OC-03", "M", as_of=AS_OF)
    assert [statuses[f"2026-0{month}"] for month in range(1, 7)] == ["P", "A", "A", "A", "P", "O"]
    shares = small.totals("P3-OC-03", "M", as_of=AS_OF)
    assert [shares.get(f"2026-0{month}") for month in (1, 4, 5, 6)] == [50, 100, 50, None]
    longer = {"police_post_carry_months": 4}
    assert quarter(small, "P3-OC-03", "2026-05", parameters=longer)["obs_status"] == "A"


def test_a_locality_counts_under_the_service_at_its_post_else_that_of_the_list() -> None:
    small = posts(("a", 3, True, 7, "gendarmerie"))
    values = small.compute("P3-OC-03", as_of=AS_OF)
    kept = values[(values["period"] == "2026-Q1") & (values["area"] == "C")]
    assert dict(zip(kept["actor"], kept["denominator"], strict=True)) == {
        "_T": 2,
        "gendarmerie": 2,
    }
