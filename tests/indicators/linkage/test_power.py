"""What would be enough: the arithmetic, and against simulated data of every method."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from indicators.linkage.finding import Finding, MethodResult
from indicators.linkage.methods.case_series.analysis import LEAST_INFORMATION, MODELS, fit
from indicators.linkage.methods.case_series.method import PRIMARY, CaseSeries, Series, shortfalls
from indicators.linkage.methods.interviews.comparison import unexpected_event
from indicators.linkage.methods.interviews.method import METHOD as INTERVIEWS
from indicators.linkage.methods.interviews.method import Interviews, _Sample
from indicators.linkage.methods.panel.findings import PanelModels
from indicators.linkage.panel.edge_panel import EdgePanel, ExposureUnit
from indicators.linkage.power import (
    TARGET_RATIO,
    Need,
    Precision,
    Shortfall,
    more,
    needs,
    smallest_visible,
)
from tests.indicators.linkage.test_case_series_method import EDGE, of_grids, series
from tests.indicators.linkage.test_interviews import survey


def test_information_adds_up_and_the_error_falls_with_its_root() -> None:
    precision = Precision(0.6, TARGET_RATIO, "incidents", 100, 12)
    assert precision.with_information(4) == pytest.approx(0.3)
    assert precision.after(36) == pytest.approx(0.3)
    assert precision.times_for_target == pytest.approx((0.6 / TARGET_RATIO) ** 2)


def test_eighty_percent_power_at_five_percent() -> None:
    assert smallest_visible(1.0, np.inf) == pytest.approx(1.959964 + 0.841621, abs=1e-5)
    assert smallest_visible(1.0, 5) > smallest_visible(1.0, 50) > smallest_visible(1.0, np.inf)
    assert smallest_visible(1.0, np.inf, half_interval=3.0) == pytest.approx(3.841621, abs=1e-5)


@pytest.mark.parametrize(
    ("unit", "months", "expected"),
    [
        ("incidents", 24.0, {"incidents": 300, "months": 72}),
        ("respondents", None, {"respondents": 300}),
        ("periods", 24.0, {"months": 72}),
    ],
)
def test_each_way_to_the_target_is_enough_by_itself(
    unit: Any, months: float | None, expected: dict[str, int]
) -> None:
    found = needs(Precision(2 * TARGET_RATIO, TARGET_RATIO, unit, 100, months))
    assert {need.kind: need.quantity for need in found} == expected
    assert {need.purpose for need in found} == {"target"}


def test_nothing_is_missing_where_the_target_is_visible() -> None:
    assert needs(Precision(0.9 * TARGET_RATIO, TARGET_RATIO, "incidents", 100, 24)) == ()


def test_what_keeps_a_test_from_being_made_comes_first() -> None:
    short = (Shortfall("areas_with_contrast", 2), Shortfall("incidents", 63))
    found = needs(Precision(2.0, TARGET_RATIO, "incidents", 10, 5), short)
    assert found == (Need("areas_with_contrast", 2, "test"), Need("incidents", 63, "test"))


@pytest.mark.parametrize(("count", "times", "expected"), [(10, 1.5, 5), (10, 1.51, 6), (7, 2, 7)])
def test_more_is_rounded_up(count: float, times: float, expected: int) -> None:
    assert more(count, times) == expected


# --- against simulated data ----------------------------------------------------------------------


def primary(result: MethodResult) -> Finding:
    return next(own for own in result.findings if own.effect.specification == PRIMARY)


def smallest(found: Finding) -> float:
    assert found.precision is not None
    return found.precision.smallest


def by_others_alone(areas: int, seed: int) -> Series:
    """Reports of one kind cannot part: all incidents count whatever the seed."""
    own = series(areas=areas, seed=seed)
    return replace(own, days=replace(own.days, independent=own.days.incidents))


def test_twice_the_areas_shrink_the_smallest_change_by_the_root_of_two() -> None:
    one, two = (
        [smallest(primary(CaseSeries().evidence(by_others_alone(n, s), EDGE))) for s in (1, 2, 3)]
        for n in (12, 24)
    )
    assert np.mean(one) / np.mean(two) == pytest.approx(np.sqrt(2), rel=0.12)


def test_the_smallest_change_is_seen_four_times_in_five() -> None:
    """Planted as large as stated before: about 80 % of missions find it."""
    stated = smallest(primary(CaseSeries().evidence(series(), EDGE)))
    seen = [
        next(term.p_value for term in fit(own.days, MODELS["primary"]).terms if term.term == "post")
        < 0.05
        for own in (series(ratio=np.exp(-stated), seed=seed) for seed in range(10, 34))
    ]
    assert 0.6 <= np.mean(seen) <= 0.97


def with_few_incidents(rate: float, seed: int = 5) -> Series:
    draw = np.random.default_rng(seed)
    acted = draw.random((12, 400)) < 0.02
    return of_grids(acted, draw.poisson(rate, acted.shape), draw)


def test_as_many_more_incidents_as_said_make_a_test_possible() -> None:
    reached = []
    for seed in range(5, 17):
        model = fit(with_few_incidents(0.008, seed).days, MODELS["primary"])
        (short,) = shortfalls(model)
        assert (model.unfit_for_a_grade, short.kind) == ("few_contrasts", "incidents")
        rate = 0.008 * (1 + short.quantity / model.incidents)
        reached.append(fit(with_few_incidents(rate, seed).days, MODELS["primary"]).information)
    assert np.mean(reached) == pytest.approx(LEAST_INFORMATION, rel=0.15)


def test_too_few_areas_are_counted() -> None:
    found = primary(CaseSeries().evidence(series(areas=4), EDGE))
    assert Shortfall("areas_with_contrast", 6 - found.effect.n_areas) in found.shortfalls


def panel(areas: int, periods: int, seed: int = 1, survey_rounds: bool = False) -> EdgePanel:
    draw = np.random.default_rng(seed)
    place = np.repeat(np.arange(areas), periods)
    step = 8 if survey_rounds else 1
    rows = pd.DataFrame(
        {
            "area": [f"T{number:02d}" for number in place],
            "sector": [f"S{number % 5}" for number in place],
            "period": step * np.tile(np.arange(periods), areas),
            "count": draw.poisson(3.0, len(place)).astype(float),
            "outcome": draw.normal(50, 10, len(place)),
            "n": 40.0,
            "is_partial": False,
            "is_redefined": False,
        }
    )
    rows["activity"] = np.log2(1 + rows["count"])
    return EdgePanel(
        rows, 0, ExposureUnit("doubled"), outcome_is_survey=survey_rounds, months_per_period=1
    )


def panel_finding(own: EdgePanel) -> Finding:
    found = PanelModels().primary(PanelModels().evidence(own, EDGE).findings)
    assert found is not None
    return found


def test_twice_the_months_shrink_the_panels_smallest_change_by_the_root_of_two() -> None:
    one, two = (
        [smallest(panel_finding(panel(24, periods, seed))) for seed in (1, 2, 3)]
        for periods in (20, 40)
    )
    assert np.mean(one) / np.mean(two) == pytest.approx(np.sqrt(2), rel=0.12)
    stated = panel_finding(panel(24, 20)).precision
    assert stated is not None and stated.months == 20


def test_survey_rounds_come_at_their_own_pace() -> None:
    """Four rounds eight months apart are 32 months, not four."""
    precision = panel_finding(panel(24, 4, survey_rounds=True)).precision
    assert precision is not None
    assert (precision.unit, precision.count, precision.months) == ("rounds", 4, 32)


def test_too_few_areas_and_periods_of_a_panel_are_counted() -> None:
    found = panel_finding(panel(4, 20))
    assert found.shortfalls == (Shortfall("areas", 2),)
    assert panel_finding(panel(24, 2)).shortfalls == (Shortfall("periods", 1),)


def test_missing_reports_of_an_area_add_its_rows() -> None:
    found = panel_finding(replace(panel(24, 20), unreported={"T00": 6, "T01": 42}))
    assert [(own.area, own.quantity) for own in found.supplies] == [
        ("T00", 6),
        ("T01", 42),
        ("", 48),
    ]
    assert found.supplies[-1].times == pytest.approx(1 + 48 / 480)


def interviewed(copies: int, seed: int) -> Finding:
    parts = [survey(seed + 100 * copy) for copy in range(copies)]
    answers = pd.concat(
        [part.assign(**{n: part[n].astype(str) + f"-{c}" for n in ("area", "place", "cluster")})
         for c, (part, _) in enumerate(parts)]
    )  # fmt: skip
    events = pd.concat(
        [part.assign(area=part["area"].astype(str) + f"-{c}") for c, (_, part) in enumerate(parts)]
    )
    answers = answers.assign(
        outcome=100 * answers["outcome"], wave="w", has_weight=True, has_unit=True, is_young=0.0,
        is_displaced=0.0, interviewer="i",
    )  # fmt: skip
    for kind in ("all", "police", "military", "joint", "long_range", "not_long_range"):
        events[kind] = kind == "all"
    cost = {"activity_code": "a", "person_days": 1.0, "nights": 0.0, "km": 1.0}
    events = events.assign(**cost, is_back_same_day=True)
    sample = _Sample(answers, events, 3, answers[["place", "day"]].head(0))
    none = _Sample(answers.head(0), events.head(0), 0)
    found = Interviews().primary(Interviews().evidence((sample, none), EDGE).findings)
    assert found is not None and found.effect.method == INTERVIEWS
    return found


def test_twice_the_interviews_shrink_the_smallest_difference_by_the_root_of_two() -> None:
    one, two = ([smallest(interviewed(copies, seed)) for seed in (1, 2, 3)] for copies in (1, 2))
    assert np.mean(one) / np.mean(two) == pytest.approx(np.sqrt(2), rel=0.2)
    stated = interviewed(1, 1).precision
    assert stated is not None and stated.unit == "respondents" and stated.months is None
    assert stated.target == pytest.approx(0.25 * 40, rel=0.2), "a quarter of 40 %"


def test_an_area_has_its_share_of_what_tells_and_one_that_never_changes_none() -> None:
    """Shares add up to one: by days of both kinds, the activity's own variation, interviews."""
    own = panel(24, 20)
    still, lively = own.rows["area"] == "T00", own.rows["area"] == "T01"
    activity = own.rows["activity"].where(~still, 1.0).where(~lively, 3 * own.rows["activity"])
    panels = panel_finding(replace(own, rows=own.rows.assign(activity=activity))).precision
    days = primary(CaseSeries().evidence(series(), EDGE)).precision
    asked = interviewed(2, 1).precision
    assert panels is not None and days is not None and asked is not None
    for precision in (panels, days, asked):
        assert sum(precision.by_area.values()) == pytest.approx(1)
    others = [share for area, share in panels.by_area.items() if area not in ("T00", "T01")]
    assert panels.by_area["T00"] < min(others) / 2, "only the common months vary"
    assert panels.by_area["T01"] > 5 * np.mean(others)
    assert len(days.by_area) == 12 and len(asked.by_area) > 2


def test_the_grade_looks_at_who_asked_and_what_else_happened() -> None:
    """Checks of `grading.md` §1: run where they can be, each told where it fails."""
    answers, events = survey(3, effect=0.3)
    half = answers["cluster"] % 2 == 0
    asked = answers.assign(interviewer=np.where(half, "i1", "i2"))
    nothing = pd.DataFrame({"place": [0], "day": [answers["day"].min() - timedelta(days=200)]})
    calm = unexpected_event(asked, events, 7, (), nothing)
    assert calm.same_interviewers.estimate == pytest.approx(calm.difference.estimate)
    assert calm.no_other_event.estimate == pytest.approx(calm.difference.estimate)
    busy = events.rename(columns={"area": "place"})
    beside = unexpected_event(asked, events, 7, (), busy)
    assert beside.no_other_event.estimate is None, "something else happened near every event"
    first = answers["day"] < answers.merge(events, on="area")["day_y"].to_numpy()
    apart = unexpected_event(
        answers.assign(interviewer=np.where(first, "i1", "i2")), events, 7, (), nothing
    )
    assert apart.same_interviewers.estimate is None, "nobody asked on both sides"
