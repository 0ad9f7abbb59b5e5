"""An area that comes to another parent: what happened before counts under the old one."""

from collections.abc import Sequence
from datetime import date, datetime

import pytest

from tests.worlds.rows.warehouse import SmallWarehouse, returned, total_rows

MOVED_ON = date(2026, 2, 11)  # A1a, with the site S1 in it, goes from A1 to A2


def moved_warehouse() -> SmallWarehouse:
    small = SmallWarehouse()
    moved = {"area_code": "A1a", "area_level": "admin2", "parent_area_code": "A2"}
    small.add("areas", [{**moved, "valid_from": MOVED_ON, "name_en": "a", "name_fr": "a"}])
    return small


def in_areas(small: SmallWarehouse, code: str, period: str, areas: Sequence[str]) -> list[float]:
    values = total_rows(small.compute(code, as_of=date(2026, 3, 31)))
    cells = values[values["period"] == period].set_index("area")["value"]
    explained = [small.explained(code, period, area, date(2026, 3, 31))[0] for area in areas]
    assert explained == [cells[area] for area in areas]
    return [cells[area] for area in areas]


@pytest.mark.parametrize(
    ("period", "old_parent", "new_parent", "itself"),
    [
        ("2026-01", 1, 0, 1),
        ("2026-02", 2, 4, 6),  # two before the 11th, four from that day on
        ("2026-03", 0, 8, 8),
        ("2026-Q1", 3, 12, 15),
        ("2026-S1", 3, 12, 15),
        ("2025/26", 3, 12, 15),
        ("2026-W07", 2, 4, 6),
    ],
)
def test_a_flow_counts_under_the_parent_of_its_day(
    period: str, old_parent: float, new_parent: float, itself: float
) -> None:
    small = moved_warehouse()
    days = [date(2026, 1, 10)] + [date(2026, 2, 10)] * 2
    days += [MOVED_ON] * 4 + [date(2026, 3, 1)] * 8
    starts = [datetime(day.year, day.month, day.day, 8) for day in days]
    places = ["A1a", "S1"]  # what lies in the area moves with it
    small.add(
        "activities",
        [{"started_at": at, "area_code": places[n % 2]} for n, at in enumerate(starts)],
    )
    areas = ["A1", "A2", "A1a", "C"]
    assert in_areas(small, "P2-OP-01", period, areas) == [old_parent, new_parent, itself, itself]


def test_a_place_known_by_its_province_lies_in_that_of_the_day() -> None:
    small = moved_warehouse()
    starts = [datetime(2026, 2, 10), datetime(2026, 2, 12)]
    small.add("activities", [{"started_at": at, "location_precision": "admin1"} for at in starts])
    assert in_areas(small, "P2-OP-01", "2026-02", ["A1", "A2", "A1a", "C"]) == [1, 1, 0, 2]


def test_what_is_counted_once_is_recounted_under_each_parent() -> None:
    small = moved_warehouse()
    small.add(
        "activities",
        [
            {
                "activity_type": "mediation",
                "process_code": "a",
                "started_at": datetime(2026, month, 5),
            }
            for month in (1, 2, 3)
        ],
    )
    # One track met before and after: one in each parent, and one in the country.
    assert in_areas(small, "P1-OP-09", "2026-Q1", ["A1", "A2", "C"]) == [1, 1, 1]


def test_a_matured_case_lies_where_its_area_is_when_the_waiting_ends() -> None:
    small = moved_warehouse()
    received = [datetime(2026, 2, 9, 8), datetime(2026, 2, 10, 8)]  # due on the 10th and the 11th
    small.add(
        "alerts",
        [{"received_at": at, "level": "high", "first_action_at": at} for at in received],
    )
    values = total_rows(small.compute("P2-OC-02", as_of=date(2026, 3, 31)))
    february = values[values["period"] == "2026-02"].set_index("area")["denominator"]
    assert february[["A1", "A2", "A1a", "C"]].tolist() == [1, 1, 2, 2]


def test_a_state_lies_where_its_area_is_on_the_last_day() -> None:
    small = moved_warehouse()
    census = {"listed_on": date(2026, 1, 5), "sex": "F", "officers_count": 7}
    small.add("police_census", [census])
    values = total_rows(small.compute("P3-OC-07", as_of=date(2026, 3, 31)))
    held = values[values["area"].isin(["A1", "A2"]) & (values["denominator"] > 0)]
    found = sorted(held[["period", "area"]].itertuples(index=False, name=None))
    later = ["2026-02", "2026-03", "2026-Q1", "2026-S1", "2026", "2025/26"]
    assert found == sorted([("2026-01", "A1"), *((period, "A2") for period in later)])


def test_returns_are_owed_to_the_parent_of_their_month() -> None:
    small = moved_warehouse()
    small.add("reporting_returns", returned({1: "submitted", 2: "submitted", 3: "submitted"}))
    values = total_rows(small.compute("P2-OP-01", as_of=date(2026, 3, 31)))
    quarter = values[values["period"] == "2026-Q1"].set_index("area")["returns_due"]
    assert quarter[["A1", "A2", "C"]].tolist() == [1, 2, 3]


def test_residents_are_those_of_the_parent_at_the_middle_of_the_period() -> None:
    small = moved_warehouse()
    figure = {"population_kind": "resident", "reference_on": date(2025, 1, 1)}
    people = [{**figure, "area_code": "A1a", "persons": 1000}]
    people += [{**figure, "area_code": area, "persons": 100} for area in ("A1b",)]
    small.add("population", people)
    harm = {"mechanism": "human_rights", "alleged_actor_type": "militia", "persons_killed": 1}
    small.add(
        "rights_monitoring",
        [
            {**harm, "violation_type": "killing", "sex": "F", "age_group": "_U", "area_code": area,
             "month": date(2026, month, 1)}
            for area in ("A1a", "A1b")
            for month in (1, 3)
        ],
    )  # fmt: skip
    values = total_rows(small.compute("X-IM-03", as_of=date(2026, 3, 31)))
    cells = values.set_index(["area", "period"])
    persons = {key: cells["denominator"][key] for key in [("A1", "2026-01"), ("A1", "2026-03")]}
    assert persons == {("A1", "2026-01"): 1100, ("A1", "2026-03"): 100}
    assert cells["denominator"]["A2", "2026-03"] == 1000
    assert cells["numerator"]["C", "2026-Q1"] == 4
    assert [cells["numerator"][area, "2026-Q1"] for area in ("A1", "A2")] == [3, 1]


def test_a_wave_lies_where_its_areas_lay_on_its_last_day() -> None:
    small = moved_warehouse()
    for wave, on in (("w1", date(2026, 2, 10)), ("w2", date(2026, 3, 2))):
        people = [{"respondent_key": f"{wave}-{at}", "wave": wave} for at in range(40)]
        days = [on, *[date(2026, 2, 9)] * 39]  # all but one before the area moved
        rows = zip(people, days, strict=True)
        small.add("survey_respondents", [row | {"interviewed_on": day} for row, day in rows])
        answer = {"item": "safety_overall", "answer": "good"}
        small.add("survey_answers", [person | answer for person in people])
    values = total_rows(small.compute("X-IM-01", as_of=date(2026, 3, 31)))
    for period, held in (("2026-02", [40, 0, 40, 40]), ("2026-03", [0, 40, 40, 40])):
        shown = values[values["period"] == period].set_index("area")["n"]
        assert shown.reindex(["A1", "A2", "A1a", "C"]).fillna(0).tolist() == held


def test_of_each_wave_responses_and_files_stand_under_the_parent_of_its_time() -> None:
    small = moved_warehouse()
    for wave, on in (("w1", date(2026, 1, 20)), ("w2", date(2026, 3, 20))):
        people = [{"respondent_key": f"{wave}-{at}", "wave": wave} for at in range(4)]
        small.add("survey_respondents", [person | {"interviewed_on": on} for person in people])
        answer = {"item": "safety_overall", "answer": "good"}
        small.add("survey_answers", [person | answer for person in people])
    small.compute("X-IM-01", as_of=date(2026, 3, 31))
    ask = small.connection.execute
    responses = ask(
        "SELECT wave, area FROM mart.survey_response WHERE sex = '_T' AND age_group = '_T' "
        "AND area IN ('A1', 'A2') ORDER BY ALL"
    ).fetchall()
    assert responses == [("w1", "A1"), ("w2", "A2")]
    files = ask(
        "SELECT period, area, rows FROM mart.contribution WHERE period_type = 'M' "
        "AND area IN ('A1', 'A2') ORDER BY ALL"
    ).fetchall()
    assert files == [("2026-01", "A1", 4), ("2026-03", "A2", 4)]


def test_an_area_that_comes_back_has_its_old_parent_again() -> None:
    small = moved_warehouse()
    back = {"area_code": "A1a", "area_level": "admin2", "parent_area_code": "A1"}
    small.add("areas", [{**back, "valid_from": date(2026, 3, 1), "name_en": "a", "name_fr": "a"}])
    starts = [datetime(2026, month, 20) for month in (1, 2, 3)]
    small.add("activities", [{"started_at": at} for at in starts])
    assert in_areas(small, "P2-OP-01", "2026-Q1", ["A1", "A2", "A1a", "C"]) == [2, 1, 3, 3]


def test_a_move_after_the_as_of_day_has_not_happened() -> None:
    small = moved_warehouse()
    small.add("activities", [{}])
    assert small.totals("P2-OP-01", "M", "A1", as_of=date(2026, 2, 10))["2026-01"] == 1
    assert small.totals("P2-OP-01", "M", "A2", as_of=date(2026, 2, 10)).get("2026-02", 0) == 0


def test_before_its_first_version_an_area_lies_as_in_that_one() -> None:
    small = SmallWarehouse()
    new = {"area_code": "New", "area_level": "admin2", "parent_area_code": "A2"}
    small.add("areas", [{**new, "valid_from": date(2026, 3, 1), "name_en": "n", "name_fr": "n"}])
    small.add("activities", [{"area_code": "New"}])
    assert in_areas(small, "P2-OP-01", "2026-01", ["A1", "A2", "C"]) == [0, 1, 1]
