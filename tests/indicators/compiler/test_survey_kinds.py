"""Indices, totals and quantiles of a survey, from an entry of the catalogue to their figures."""

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from pydantic import ValidationError

from indicators.compiler.explanation.figure_sql import Figure, figure_sql
from indicators.definitions.catalogue import load_catalogue, read_indicator
from indicators.definitions.indicator import Indicator
from indicators.definitions.measures import Measure
from indicators.foundation.data_folder import data_folder
from indicators.foundation.errors import WrongUse
from indicators.foundation.periods import period_named
from indicators.survey import Design, Mean, Quantile, Statistic, Total, estimate
from tests.indicators.survey.test_waves import one, wave
from tests.worlds.rows.warehouse import SmallWarehouse, small_mission

NIGHT = "safe_walking_night"
DAYS = "trip_days_prevented"
SAFETY = {"very_good": 4, "good": 3, "fair": 2, "bad": 1, "very_bad": 0}
WALKING = {"very_safe": 4, "safe": 3, "unsafe": 1, "very_unsafe": 0, "never_go_out": 0}
SAFE = ["good", "bad", "very_good", "dont_know", "fair", "good", None, "very_bad"] * 6
WALK = ["safe", None, "refused", "dont_know", "very_safe", "unsafe", "never_go_out", "safe"] * 6
TRIPS = ["0", "3", "dont_know", "12", "007", None, "1", "2"] * 6
DESIGN = Design(ids=("psu",), strata=("stratum",), weights="w", nest=True, lonely_psu="adjust")


def entry(unit_of_measure: str = "points", **measure: Any) -> dict[str, Indicator]:
    """X-IM-01 with another measure."""
    template = load_catalogue()["X-IM-01"].model_dump()
    given = {"where": "is_adult", "instrument": "household", **measure}
    template |= {"measure": given, "unit_of_measure": unit_of_measure}
    return {"X-IM-01": Indicator.model_validate(template)}


def answered() -> SmallWarehouse:
    """One wave that asked three things."""
    small = SmallWarehouse()
    wave(small, "w1", SAFE)
    answers = [
        {"wave": "w1", "respondent_key": f"w1-{number}", "item": item, "answer": answer}
        for item, given in ((NIGHT, WALK), (DAYS, TRIPS))
        for number, answer in enumerate(given)
        if answer is not None
    ]
    small.add("survey_answers", answers)
    return small


def expected(values: list[float | None], statistic: Statistic) -> pd.Series:
    rows = range(len(values))
    frame = pd.DataFrame(
        {
            "y": pd.Series(values, dtype="float64"),
            "psu": [number // 2 for number in rows],
            "stratum": [number // 4 for number in rows],
            "w": [number % 3 + 1.0 for number in rows],
        }
    )
    (row,) = estimate(frame, DESIGN, statistic).iloc
    return row


def days(answer: str | None) -> float | None:
    return float(answer) if answer and answer.isdigit() else None


@pytest.mark.parametrize(("least", "scored"), [(1, 42), (2, 24)])
def test_an_index_is_the_mean_of_each_persons_mean_score(least: int, scored: int) -> None:
    scores = {"safety_overall": SAFETY, NIGHT: WALKING}
    catalogue = entry(kind="index", scores=scores, minimum_answered=least)
    found = one(answered().compute("X-IM-01", catalogue=catalogue), "2026-02")
    people: list[float | None] = []
    for safe, walk in zip(SAFE, WALK, strict=True):
        given = [table[a] for table, a in ((SAFETY, safe), (WALKING, walk)) if a in table]
        people.append(sum(given) / len(given) if len(given) >= least else None)
    wanted = expected(people, Mean("y"))
    assert found["n"] == wanted["n"] == scored
    for name in ("se", "ci_low", "ci_high", "df", "numerator", "denominator"):
        assert found[name] == pytest.approx(wanted[name]), name
    assert found["value"] == pytest.approx(wanted["estimate"])


@pytest.mark.parametrize(
    ("measure", "statistic"),
    [
        ({"kind": "total"}, Total("y")),
        ({"kind": "survey_quantile", "quantile": 0.5}, Quantile("y", 0.5)),
    ],
)
def test_totals_and_quantiles_of_numbers_that_were_answered(
    measure: dict[str, Any], statistic: Statistic
) -> None:
    catalogue = entry("days", scores={DAYS: {}}, **measure)
    found = one(answered().compute("X-IM-01", catalogue=catalogue), "2026-02")
    wanted = expected([days(answer) for answer in TRIPS], statistic)
    assert (found["n"], found["df"]) == (36, wanted["df"])
    for mine, theirs in (("value", "estimate"), ("se", "se"), ("ci_low", "ci_low")):
        assert found[mine] == pytest.approx(wanted[theirs]), mine


def test_few_answers_are_too_few_to_show_whatever_the_interval() -> None:
    """DHS reports show no figure of fewer than 25 cases."""
    catalogue = entry(kind="index", scores={"safety_overall": SAFETY})
    small = SmallWarehouse()
    wave(small, "w1", SAFE[:8])
    assert one(small.compute("X-IM-01", catalogue=catalogue), "2026-02")["obs_status"] == "U"
    found = one(answered().compute("X-IM-01", catalogue=catalogue), "2026-02")
    assert found["obs_status"] == "A"


@pytest.mark.parametrize(
    "measure",
    [
        {"kind": "index"},
        {"kind": "survey_quantile", "scores": {DAYS: {}}},
        {"kind": "total", "scores": {DAYS: {}, "trip_days_planned": {}}},
        {"kind": "index", "scores": {DAYS: {}}, "minimum_answered": 2},
    ],
)
def test_a_measure_without_what_it_needs_is_refused(measure: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Measure.model_validate(measure)


@pytest.mark.parametrize(
    "measure",
    [
        {"kind": "index", "scores": {NIGHT: WALKING, DAYS: {}}, "minimum_answered": 2},
        {"kind": "index", "scores": {"safety_overall": SAFETY}, "among": {NIGHT: ["safe"]}},
        {"kind": "total", "scores": {DAYS: {}}},
        {"kind": "survey_quantile", "scores": {DAYS: {}}, "quantile": 0.5},
        {"kind": "survey_quantile", "scores": {DAYS: {}}, "quantile": 0.9},
        {"kind": "proportion", "items": {DAYS: ["1", "7"]}},
        {"kind": "proportion", "items": {"safety_overall": ["good"], NIGHT: ["safe", "unsafe"]}},
    ],
)
def test_the_sql_that_people_read_gives_estimate_and_n(measure: dict[str, Any]) -> None:
    catalogue = entry("percent" if "items" in measure else "days", **measure)
    small = answered()
    found = one(small.compute("X-IM-01", catalogue=catalogue), "2026-02")
    figure = Figure("C", period_named("2026-02"), date(2026, 12, 31))
    text = figure_sql(catalogue["X-IM-01"], figure, small_mission(["X-IM-01"]).setting)
    ((value, *_, n),) = small.connection.execute(text).fetchall()
    assert (value, n) == (pytest.approx(found["value"], rel=1e-9), found["n"])


def test_an_answer_without_a_score_is_named(tmp_path: Path) -> None:
    source = data_folder() / "indicators" / "X-IM-01.yaml"
    text = yaml.safe_load(source.read_text(encoding="utf-8"))
    text["measure"] = {"kind": "index", "scores": {"safety_overall": {"good": 1}}}
    path = tmp_path / "X-IM-01.yaml"
    path.write_text(yaml.safe_dump(text, allow_unicode=True), encoding="utf-8")
    with pytest.raises(WrongUse) as caught:
        read_indicator(path)
    assert all("has no score" in problem.sentence() for problem in caught.value.problems)
    assert [problem.parameters["code"] for problem in caught.value.problems] == [
        "very_good",
        "fair",
        "bad",
        "very_bad",
    ]
