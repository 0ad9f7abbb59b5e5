"""Edges looked at through interviews: which activities, which answers, what is written."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from indicators.definitions.catalogue import load_catalogue
from indicators.definitions.mission_profile import Mission
from indicators.engine.refresh import compute
from indicators.foundation.messages import has_message
from indicators.linkage.evidence.results import begin_evidence
from indicators.linkage.finding import Finding
from indicators.linkage.framework.model import Framework
from indicators.linkage.methods.interviews.comparison import Difference
from indicators.linkage.methods.interviews.method import (
    METHOD,
    PULSE_METHOD,
    Interviews,
    _shortfalls,
)
from indicators.linkage.methods.protocol import Warehouse
from tests.worlds.rows.stored import rows_were_changed
from tests.worlds.rows.warehouse import SmallWarehouse, small_mission

AS_OF = date(2026, 12, 31)
PATROLS, SEEN = "P2-OP-01", "P2-OC-01"
WORDS = {"en": "text", "fr": "texte"}
FIRST = date(2026, 2, 2)
PLACES = ("A1a", "A1b", "A2")
EVENT_DAY = 10  # of fieldwork, in every place


def framework(outcome: str = SEEN, output: str = PATROLS) -> Framework:
    edge = {"id": "e1", "from": output, "to": outcome, "lag": 0, "expected_sign": 1, "why": WORDS}
    return Framework.model_validate(
        {"objective": WORDS, "outcomes": (), "outputs": (), "edges": (edge,)}
    )


def interviews(wave: str, first: date, more_after: int, instrument: str = "household") -> Any:
    """(respondents, answers): in each place a sampling unit of five a day, for twenty days."""
    respondents, answers = [], []
    for place in PLACES:
        for day in range(20):
            for number in range(5):
                key = f"{wave}-{place}-{day}-{number}"
                seen = number < 2 + day % 2 + (more_after if day > EVENT_DAY else 0)
                respondents.append(
                    {
                        "respondent_key": key,
                        "household_key": key,
                        "wave": wave,
                        "instrument": instrument,
                        "survey_code": instrument,
                        "stratum": place,
                        "psu": f"{place}-{day}",
                        "area_code": place,
                        "interviewed_on": first + timedelta(days=day),
                        "sex": "F" if number % 2 else "M",
                        "age_group": "Y18T29" if number % 3 else "Y30T44",
                        "displacement_status": "resident",
                    }
                )
                answers.append(
                    {
                        "respondent_key": key,
                        "wave": wave,
                        "survey_code": instrument,
                        "item": "saw_unpol_patrol",
                        "answer": "weekly" if seen else "never",
                    }
                )
    return respondents, answers


def patrols(first: date, **row: Any) -> list[dict[str, Any]]:
    started = datetime(first.year, first.month, first.day, 8) + timedelta(days=EVENT_DAY)
    return [
        {
            "activity_code": f"{first}-{place}-{row.get('activity_code', '')}",
            "area_code": place,
            "started_at": started,
            "ended_at": started + timedelta(hours=5),
            "personnel_count": 10,
            "distance_km": 30,
            "is_long_range": False,
            **{name: value for name, value in row.items() if name != "activity_code"},
        }
        for place in PLACES
    ]


Rows = dict[tuple[str, str], dict[str, Any]]


def rows_of(warehouse: SmallWarehouse, expected: Framework | None = None, *codes: str) -> Rows:
    """Rows of mart.interview_effect by method and specification."""
    mission, looked = figures_of(warehouse, *codes), expected or framework()
    write_rows(warehouse, mission, looked)
    frame = warehouse.connection.execute("FROM mart.interview_effect").df()
    assert not frame.duplicated(["edge", "method", "specification"]).any()
    return {(row["method"], row["specification"]): row for row in frame.to_dict("records")}


def figures_of(warehouse: SmallWarehouse, *codes: str) -> Mission:
    """The mission whose figures the links start from, computed."""
    mission = small_mission(codes or (PATROLS, SEEN))
    rows_were_changed(warehouse.connection)
    compute(warehouse.connection, mission, load_catalogue(), AS_OF)
    return mission


def write_rows(warehouse: SmallWarehouse, mission: Mission, looked: Framework) -> None:
    warehouse.connection.execute("DROP MACRO as_of_day")  # a step of its own opens it anew
    methods = (Interviews(),)
    begin_evidence(
        warehouse.connection, mission, looked, load_catalogue(), AS_OF, methods=methods
    )()


def findings_of(
    warehouse: SmallWarehouse, expected: Framework | None = None, *codes: str
) -> tuple[Finding, ...]:
    """What the method says of the link; nothing of one that it leaves alone."""
    mission, method = figures_of(warehouse, *codes), Interviews()
    source = Warehouse(warehouse.connection, mission, load_catalogue(), AS_OF)
    (edge,) = (expected or framework()).edges
    if not method.applies(edge, source.selected):
        return ()
    return method.evidence(method.read(source, edge), edge).findings


@pytest.fixture(scope="module")
def content() -> bytes:
    """A wave and patrols in it, their figures and what is found of the link."""
    made = SmallWarehouse()
    respondents, answers = interviews("w1", FIRST, more_after=1)
    made.add("survey_respondents", respondents)
    made.add("survey_answers", answers)
    made.add("activities", patrols(FIRST))
    rows_of(made)
    return made.held()


@pytest.fixture
def warehouse(content: bytes) -> SmallWarehouse:
    return SmallWarehouse(content=content)


def test_answers_after_a_patrol_stand_beside_those_before(warehouse: SmallWarehouse) -> None:
    row = rows_of(warehouse)[METHOD, "7_days_all"]
    assert row["estimate"] == pytest.approx(20)  # one more of five
    assert (row["n_before"], row["n_after"]) == (105, 105)  # seven days, five a day, three places
    assert (row["n_events"], row["n_areas"]) == (3, 3)


def test_what_the_patrols_cost_stands_beside(warehouse: SmallWarehouse) -> None:
    row = rows_of(warehouse)[METHOD, "7_days_all"]
    assert (row["person_days"], row["nights"], row["km"]) == (30, 0, 90)


@pytest.mark.parametrize(
    ("noted", "nights"),
    [
        ("ended_at = NULL", None),  # not noted is not none, long range or not
        ("ended_at = ended_at + INTERVAL 1 DAY", None),
        ("ended_at = started_at - INTERVAL 1 HOUR", None),
        ("is_long_range = true, ended_at = NULL WHERE area_code = 'A2'", None),
        ("ended_at = NULL, nights_out = CASE area_code WHEN 'A2' THEN 0 END", None),
        ("ended_at = NULL, nights_out = 0", 0),
        ("nights_out = 0", 0),
        ("ended_at = NULL, nights_out = CASE area_code WHEN 'A2' THEN 2 END", 2),
        ("nights_out = 2", 6),
    ],
)
def test_no_nights_only_where_every_patrol_says_so(
    noted: str, nights: float | None, warehouse: SmallWarehouse
) -> None:
    warehouse.connection.execute(f"UPDATE core.activities SET {noted}")
    found = rows_of(warehouse)[METHOD, "7_days_all"]["nights"]
    assert pd.isna(found) if nights is None else found == nights


def test_a_patrol_in_two_waves_costs_once(warehouse: SmallWarehouse) -> None:
    before = rows_of(warehouse)[METHOD, "7_days_all"]
    respondents, answers = interviews("w2", FIRST + timedelta(days=EVENT_DAY + 3), more_after=1)
    warehouse.add("survey_respondents", respondents)
    warehouse.add("survey_answers", answers)
    after = rows_of(warehouse)[METHOD, "7_days_all"]
    assert after["n_after"] > 0
    assert after["person_days"] == before["person_days"] == 30


def test_kinds_are_looked_at_apart_where_there_are_several(warehouse: SmallWarehouse) -> None:
    assert (METHOD, "7_days_long_range") not in rows_of(warehouse)
    later = patrols(FIRST - timedelta(days=5), activity_code="l", is_long_range=True)
    warehouse.add("activities", later)
    rows = rows_of(warehouse)
    assert {(METHOD, "7_days_long_range"), (METHOD, "7_days_not_long_range")} <= rows.keys()


def test_an_aborted_patrol_or_one_of_another_output_is_no_event() -> None:
    made = SmallWarehouse()
    respondents, answers = interviews("w1", FIRST, more_after=1)
    made.add("survey_respondents", respondents)
    made.add("survey_answers", answers)
    made.add("activities", patrols(FIRST, status="aborted"))
    row = rows_of(made)[METHOD, "7_days_all"]
    assert row["status"] == "no_event_in_fieldwork"
    assert pd.isna(row["estimate"])


def test_waves_are_not_mixed(warehouse: SmallWarehouse) -> None:
    """A second wave without patrols adds no interview to the comparison."""
    before = rows_of(warehouse)[METHOD, "7_days_all"]
    respondents, answers = interviews("w2", date(2026, 8, 3), more_after=-1)
    warehouse.add("survey_respondents", respondents)
    warehouse.add("survey_answers", answers)
    after = rows_of(warehouse)[METHOD, "7_days_all"]
    assert (after["estimate"], after["n_before"]) == (before["estimate"], before["n_before"])


PULSE_PLACES = [f"A1{letter}" for letter in "abcdefghijkl"]


def pulse_warehouse(places: Sequence[str] = PULSE_PLACES) -> SmallWarehouse:
    """Three hundred short interviews on twenty days, dealt out to the places; no patrol yet."""
    made = SmallWarehouse()
    respondents, answers = interviews("w1", FIRST, more_after=1, instrument="pulse")
    for row, at in zip(respondents, range(len(respondents)), strict=True):
        row |= {"area_code": places[at % 12], "weight_person": None, "psu": None}
    made.add(
        "areas",
        [
            {
                "area_code": place,
                "parent_area_code": "A1",
                "area_level": "admin2",
                "name_en": place,
                "name_fr": place,
                "valid_from": date(2020, 1, 1),
            }
            for place in PULSE_PLACES[2:]
        ],
    )
    made.add("survey_respondents", respondents)
    made.add("survey_answers", answers)
    return made


def test_pulse_interviews_soon_after_a_patrol_stand_beside_later_ones() -> None:
    made = pulse_warehouse()
    started = datetime(FIRST.year, FIRST.month, FIRST.day, 8)
    made.add("activities", [{"area_code": place, "started_at": started} for place in PULSE_PLACES])
    row = rows_of(made)[PULSE_METHOD, "7_days_all"]
    assert (row["n_after"], row["n_before"]) == (120, 180)  # days 0 to 7, days 8 to 19
    assert row["estimate"] is not None and row["n_clusters"] == 12
    (pulse,) = [one for one in findings_of(made) if one.effect.method == PULSE_METHOD]
    assert pulse.effect.is_test and "pulse" in pulse.caveats
    assert "descriptive" not in pulse.caveats, "what is tested is not said to be untested"


def test_pulse_interviews_all_soon_after_a_patrol_have_nothing_to_stand_beside() -> None:
    made = pulse_warehouse()
    weekly = [
        {"area_code": place, "started_at": started_at(day), "activity_code": f"{place} {day}"}
        for place in PULSE_PLACES
        for day in (0, 7, 14)
    ]
    made.add("activities", weekly)
    row = rows_of(made)[PULSE_METHOD, "7_days_all"]
    assert row["status"] == "no_interviews_on_one_side"
    assert pd.isna(row["estimate"]) and pd.isna(row["person_days"])
    assert has_message(f"linkage.grade_reason.{row['status']}")


def mixed_patrols() -> list[dict[str, Any]]:
    """Patrols of every kind in the places of pulse interviews, with what they cost."""
    generator = np.random.default_rng(11)
    found = [
        {
            "activity_code": f"p{number}",
            "area_code": str(generator.choice([*PULSE_PLACES, "A2"])),
            "started_at": (begun := started_at(int(generator.integers(-30, 25)))),
            "ended_at": begun + timedelta(hours=int(generator.choice([4, 50]))),
            "status": str(generator.choice(["completed", "aborted"], p=[0.8, 0.2])),
            "personnel_count": int(generator.integers(2, 20)),
            "distance_km": int(generator.integers(5, 90)),
            "is_long_range": (None, True, False)[int(generator.integers(3))],
            "unit_code": str(generator.choice(["P1", "M1"])),
            "partner_components": [[], ["military"], ["justice"]][int(generator.integers(3))],
        }
        for number in range(120)
    ]
    for patrol in found:  # as many nights as days between, where it was out for any
        nights = (patrol["ended_at"].date() - patrol["started_at"].date()).days
        patrol["nights_out"] = nights or None
    return found


OF_KIND: dict[str, Callable[[pd.DataFrame], pd.Series]] = {
    "all": lambda log: log["status"] == "completed",
    "police": lambda log: log["unit_code"] == "P1",
    "military": lambda log: log["unit_code"] == "M1",
    "joint": lambda log: log["partner_components"].str.contains("military", regex=False),
    "long_range": lambda log: log["is_long_range"].eq(True),
    "not_long_range": lambda log: log["is_long_range"].eq(False),
}


@pytest.fixture(scope="module")
def mixed() -> tuple[SmallWarehouse, Rows]:
    made = pulse_warehouse([*PULSE_PLACES[:11], "A1"])
    made.add("activities", mixed_patrols())
    made.connection.execute("DELETE FROM core.survey_answers WHERE hash(respondent_key) % 3 = 0")
    return made, rows_of(made)


def test_looked_at_again_the_same_rows_stand_once(
    mixed: tuple[SmallWarehouse, Rows],
) -> None:
    """Of every kind of patrol, whether or not anything but the day has changed."""
    made, rows = mixed
    for forgotten in ("SELECT 1", "DELETE FROM mart.interview_effect"):
        made.connection.execute(forgotten)
        again = rows_of(made)
        assert again.keys() == rows.keys() and len(again) > 5
        pd.testing.assert_frame_equal(pd.DataFrame(again), pd.DataFrame(rows))


@pytest.mark.parametrize("kind", OF_KIND)
def test_pulse_interviews_by_kind_with_the_cost_of_the_patrols_that_they_followed(
    kind: str, mixed: tuple[SmallWarehouse, Rows]
) -> None:
    """Against a count one interview at a time; a wider area is visited where one within it is."""
    made, rows = mixed
    asked = made.connection.execute(
        "SELECT area_code, interviewed_on FROM core.survey_respondents"
        " SEMI JOIN core.survey_answers USING (respondent_key)"
    ).fetchall()
    log = pd.DataFrame(mixed_patrols())
    log["partner_components"] = log["partner_components"].str.join(" ")
    log["day"] = log["started_at"].dt.date
    of_kind = log[OF_KIND[kind](log) & (log["status"] == "completed")]
    followed, soon, later = set(), 0, 0
    for place, day in asked:
        there = of_kind[of_kind["day"] <= day]
        there = there[there["area_code"].str.startswith("A1" if place == "A1" else place)]
        if len(there):
            followed |= set(there.loc[there["day"] == there["day"].max(), "activity_code"])
            is_soon = (day - there["day"].max()).days <= 7
            soon, later = soon + is_soon, later + (not is_soon)
    own = log[log["activity_code"].isin(followed)]
    days_out = (own["ended_at"].dt.normalize() - own["started_at"].dt.normalize()).dt.days
    row = rows[PULSE_METHOD, f"7_days_{kind}"]
    assert 0 < len(own) < len(of_kind)
    assert (row["n_after"], row["n_before"]) == (soon, later)
    assert row["km"] == own["distance_km"].sum()
    assert row["nights"] == days_out.sum() > 0
    started_days = np.ceil((own["ended_at"] - own["started_at"]) / pd.Timedelta(days=1))
    assert row["person_days"] == (own["personnel_count"] * started_days).sum()


def test_pulse_of_a_kind_that_every_patrol_is_of_or_none_stands_in_all() -> None:
    made = pulse_warehouse()
    made.add("activities", [{"area_code": "A1a", "started_at": started_at(2), "unit_code": "P1"}])
    found = rows_of(made)
    assert [key for key in found if key[0] == PULSE_METHOD] == [(PULSE_METHOD, "7_days_all")]


def started_at(days: int) -> datetime:
    """Eight o'clock, some days after the first interview or before it."""
    return datetime(FIRST.year, FIRST.month, FIRST.day, 8) + timedelta(days=days)


def test_where_no_pulse_interview_is_compared_nothing_was_spent_on_it() -> None:
    made = pulse_warehouse()
    patrols = [{"area_code": place, "started_at": started_at(19)} for place in PULSE_PLACES]
    made.add("activities", patrols)  # all were asked before, or on that day
    row = rows_of(made)[PULSE_METHOD, "7_days_all"]
    assert (row["n_before"], row["n_after"]) == (0, 0)
    assert all(pd.isna(row[name]) for name in ("person_days", "nights", "km"))


def test_pulse_interviews_where_no_patrol_was_completed_say_so() -> None:
    made = pulse_warehouse()
    aborted = {"area_code": "A1a", "started_at": started_at(2), "status": "aborted"}
    made.add("activities", [aborted])
    assert {row["n_after"] for row in rows_of(made).values()} <= {0}


@pytest.mark.parametrize(
    ("spoil", "caveat"),
    [
        ("weight_person = NULL", "interviews_unweighted"),
        ("weight_person = NULL WHERE row_number % 3 = 0", "interviews_left_out"),
        ("psu = NULL", "interviews_without_units"),
    ],
)
def test_what_interviews_do_not_say_of_their_design_is_named(
    spoil: str, caveat: str, warehouse: SmallWarehouse
) -> None:
    respondents = "UPDATE core.survey_respondents SET"
    warehouse.connection.execute(f"{respondents} psu = area_code || interviewed_on")
    plain = {name for finding in findings_of(warehouse) for name in finding.caveats}
    warehouse.connection.execute(f"{respondents} {spoil}")
    found = findings_of(warehouse)
    assert caveat not in plain
    assert found and all(caveat in finding.caveats for finding in found)
    assert has_message(f"linkage.caveat.{caveat}")


def test_one_wave_is_an_association_at_most(warehouse: SmallWarehouse) -> None:
    found = findings_of(warehouse)
    assert found
    assert all(entry.grading_inputs.design == "interviews" for entry in found)
    assert all("few_rounds" in entry.grading_inputs.ceilings for entry in found)


def test_a_wave_without_weights_has_no_value_and_ends_nothing() -> None:
    made = SmallWarehouse()
    respondents, answers = interviews("w1", FIRST, more_after=1)
    made.add("survey_respondents", [row | {"weight_person": None} for row in respondents])
    made.add("survey_answers", answers)
    assert made.compute(SEEN, as_of=AS_OF)["value"].isna().all()


@pytest.mark.parametrize(
    ("lacking", "told"),
    [
        ({"n_clusters": 7}, [("sampling_units", 3)]),
        ({"n_before": 11}, [("respondents", 20)]),  # 19, in tens
        ({"n_events": 1, "n_clusters": 9}, [("events", 1), ("sampling_units", 1)]),
        ({"reason": None, "n_clusters": 7}, []),
    ],
)
def test_what_the_least_of_the_design_lacks_is_told(
    lacking: dict[str, Any], told: list[tuple[str, int]]
) -> None:
    enough = {"n_before": 30, "n_after": 30, "n_events": 2, "n_clusters": 10, "reason": "a reason"}
    entry: Any = SimpleNamespace(difference=Difference(**enough | lacking), method=METHOD)
    assert [(one.kind, one.quantity) for one in _shortfalls(entry)] == told


def test_edges_of_other_kinds_are_left_alone(warehouse: SmallWarehouse) -> None:
    for outcome, output in ((SEEN, "P2-OP-09"), ("P2-OC-02", PATROLS)):
        of_edge = (warehouse, framework(outcome, output), outcome, output)
        assert not rows_of(*of_edge) and not findings_of(*of_edge)
