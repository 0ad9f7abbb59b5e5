"""Bad input of wake analysis: a named reason in the row or an error that says what is missing."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from indicators.foundation.errors import CheckFailed, PocLensError, WrongUse
from indicators.foundation.messages import LANGUAGES, has_message
from indicators.linkage.wake import WakeResult, matched_wake

REQUEST: dict[str, Any] = {
    "t_window": (7, 14, 7),
    "spat_window": (10, 10, 0),
    "treatment": ("type", "patrol"),
    "control": ("type", "aborted"),
    "dependent": ("type", "incident"),
    "matchColumns": ["risk"],
}


def events(seed: int = 1) -> pd.DataFrame:
    """80 patrols, 60 aborted ones and 900 incidents within a degree and 300 days."""
    generator = np.random.default_rng(seed)
    kinds = ["patrol"] * 80 + ["aborted"] * 60 + ["incident"] * 900
    size = len(kinds)
    return pd.DataFrame({
        "type": kinds,
        "timestamp": pd.Timestamp("2024-01-01")
        + pd.to_timedelta(generator.integers(0, 300 * 86_400 * 10**6, size), unit="us"),
        "lat": generator.uniform(4, 5, size),
        "lon": generator.uniform(30, 31, size),
        "risk": generator.random(size),
    })  # fmt: skip


def run(data: pd.DataFrame, **other: Any) -> WakeResult:
    return matched_wake(data, **{**REQUEST, "permutations": 499, **other})


def assert_named(result: WakeResult) -> None:
    """Each row has a figure with its interval or a reason; each caveat has its sentence."""
    for row in result.estimates.to_dict("records"):
        if row["status"] == "estimated":
            assert row["ci_low"] <= row["estimate"] <= row["ci_high"]
        else:
            assert pd.isna(row["estimate"]) and row["reason"]
        for caveat in row["caveats"]:
            assert has_message(f"linkage.caveat.wake_{caveat}"), caveat


def change(column: str, value: Any, some: slice) -> Callable[[pd.DataFrame], pd.DataFrame]:
    def changed(data: pd.DataFrame) -> pd.DataFrame:
        data.loc[data.index[some], column] = value
        return data

    return changed


def at_origin(data: pd.DataFrame) -> pd.DataFrame:
    data.loc[data.index[100:160], ["lat", "lon"]] = 0.0
    return data


@pytest.mark.parametrize(
    ("spoil", "caveat"),
    [
        (change("lat", np.nan, slice(60, 100)), "coordinates_missing"),
        (at_origin, "coordinates_zero"),
        (change("lat", 123.0, slice(200, 210)), "coordinates_outside"),
        (lambda data: pd.concat([data, data.tail(40)]), "events_repeated"),
        (change("timestamp", pd.NaT, slice(500, 520)), "time_missing"),
        (change("risk", np.nan, slice(0, 10)), "covariate_missing"),
    ],
)
def test_bad_rows_are_left_out_and_named(
    spoil: Callable[[pd.DataFrame], pd.DataFrame], caveat: str
) -> None:
    result = run(spoil(events()))
    assert (result.estimates["status"] == "estimated").all()
    assert all(caveat in row for row in result.estimates["caveats"])
    assert_named(result)


def test_repeated_events_change_no_figure() -> None:
    data = events()
    once, twice = run(data).estimates, run(pd.concat([data, data])).estimates
    figures = ["estimate", "std_error", "pvalue", "pvalue_permutation", "n_treated", "n_control"]
    pd.testing.assert_frame_equal(once[figures], twice[figures])


def test_all_events_on_one_day() -> None:
    data = events()
    data["timestamp"] = (
        pd.Timestamp("2024-03-01") + (data["timestamp"] - data["timestamp"].min()) / 400
    )
    result = run(data)
    assert set(result.estimates["reason"]) == {"all_on_one_day"}
    assert_named(result)


def test_perfect_separation() -> None:
    data = events()
    data["risk"] = data["type"].map({"patrol": "high", "aborted": "low"}).fillna("none")
    result = run(data)
    assert set(result.estimates["reason"]) == {"perfect_separation"}
    assert_named(result)


def test_no_incident_anywhere() -> None:
    data = events()
    result = run(data[data["type"] != "incident"])
    assert set(result.estimates["reason"]) == {"constant_outcome"}
    assert_named(result)


def test_too_few_incidents_give_no_interval() -> None:
    """A few incidents, all beside patrols: that no control has one tells little."""
    data = events()
    patrols = data[data["type"] == "patrol"].head(4)
    after = patrols.assign(type="incident", timestamp=patrols["timestamp"] + pd.Timedelta(days=3))
    some = data[data["type"] != "incident"].iloc[60:110]  # of both types
    before = some.assign(type="incident", timestamp=some["timestamp"] - pd.Timedelta(days=1))
    ends = patrols.head(2).assign(
        type="other", timestamp=[pd.Timestamp("2023-11-01"), pd.Timestamp("2025-03-01")]
    )
    data = data[data["type"] != "incident"]
    data = pd.concat([data, after, before, ends], ignore_index=True)
    result = run(data, matchColumns=[])
    assert set(result.estimates["reason"]) == {"few_incidents"}
    assert_named(result)


def test_few_events_are_named() -> None:
    data = events()
    few = data[(data["type"] != "patrol") | (data.index < 8)]
    result = run(few)
    assert all("few_treated" in row for row in result.estimates["caveats"])
    assert_named(result)


def test_the_first_day_is_named_in_days_and_counts_in_hours() -> None:
    data = events()
    patrol = data[data["type"] == "patrol"]
    soon = patrol.assign(type="incident", timestamp=patrol["timestamp"] + pd.Timedelta(hours=6))
    data = pd.concat([data, soon], ignore_index=True)
    in_days = run(data, t_window=(7, 7, 0)).estimates.iloc[0]
    in_hours = run(data, t_window=(168, 168, 0), t_unit="hours").estimates.iloc[0]
    assert "first_day_not_counted" in in_days["caveats"]
    assert "first_day_not_counted" not in in_hours["caveats"]
    assert in_hours["estimate"] - in_days["estimate"] == pytest.approx(1, abs=0.25)


@pytest.mark.parametrize(
    ("other", "error", "rule"),
    [
        ({"control": None}, WrongUse, "wake_no_control"),
        ({"control": ("type", "postponed")}, CheckFailed, "wake_no_control_rows"),
        ({"treatment": ("type", "escort")}, CheckFailed, "wake_no_treatment_rows"),
        ({"control": ("type", "patrol")}, WrongUse, "wake_control_is_other_type"),
        ({"control": ("type", "incident")}, WrongUse, "wake_control_is_other_type"),
        ({"matchColumns": ["danger"]}, WrongUse, "wake_missing_columns"),
        ({"weighted": False}, WrongUse, "wake_unweighted"),
        ({"permutations": 99}, WrongUse, "wake_few_permutations"),
        ({"t_unit": "weeks"}, WrongUse, "wake_unknown_choice"),
        ({"estimation": "nb"}, WrongUse, "wake_unknown_choice"),
        ({"t_window": (1, 5, 1)}, WrongUse, "wake_time_window"),
        ({"t_window": (5, 3, 1)}, WrongUse, "wake_window"),
        ({"t_window": (3, 5, 0)}, WrongUse, "wake_window"),
        ({"spat_window": (0, 10, 5)}, WrongUse, "wake_space_window"),
        ({"formula": "dependent_post ~ dependent_pre"}, WrongUse, "wake_formula"),
        ({"formula": "dependent_post ~ weather + treatment"}, WrongUse, "wake_regressor"),
        (
            {"formula": "dependent_post - dependent_pre ~ treatment"},
            WrongUse,
            "wake_difference_formula",
        ),
    ],
)
def test_a_request_that_cannot_be_answered(
    other: dict[str, Any], error: type[PocLensError], rule: str
) -> None:
    with pytest.raises(error) as raised:
        run(events(), **other)
    assert [problem.rule for problem in raised.value.problems] == [rule]
    for language in LANGUAGES:
        assert raised.value.problems[0].sentence(language)


def test_a_control_of_text_stands_for_its_levels() -> None:
    data = events()
    data["unit"] = np.where(data.index % 3 == 0, "FPU", "IPO")
    data["is_ipo"] = (data["unit"] == "IPO").astype(int)
    as_text = run(data, estimationControls=["unit"]).estimates
    as_number = run(data, estimationControls=["is_ipo"]).estimates
    figures = ["estimate", "std_error", "pvalue"]
    pd.testing.assert_frame_equal(as_text[figures].astype(float), as_number[figures].astype(float))


def test_an_unreadable_time_is_named() -> None:
    data = events().astype({"timestamp": "object"})
    data.loc[3, "timestamp"] = "31.06.2024"
    with pytest.raises(WrongUse, match="timestamp"):
        run(data)


def test_the_same_events_give_the_same_figures() -> None:
    data = events()
    one, other = run(data), run(data.sample(frac=1, random_state=3))
    pd.testing.assert_frame_equal(one.estimates, other.estimates)
