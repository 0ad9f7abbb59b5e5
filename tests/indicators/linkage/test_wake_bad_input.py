"""Bad input of wake analysis: an error that says what is missing."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from indicators.foundation.errors import CheckFailed, PocLensError, WrongUse
from indicators.foundation.messages import LANGUAGES
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
    return matched_wake(data, **{**REQUEST, **other})


@pytest.mark.parametrize(
    ("other", "error", "rule"),
    [
        ({"control": None}, WrongUse, "wake_no_control"),
        ({"control": ("type", "postponed")}, CheckFailed, "wake_no_control_rows"),
        ({"treatment": ("type", "escort")}, CheckFailed, "wake_no_treatment_rows"),
        ({"control": ("type", "patrol")}, WrongUse, "wake_control_is_other_type"),
        ({"control": ("type", "incident")}, WrongUse, "wake_control_is_other_type"),
        ({"matchColumns": ["danger"]}, WrongUse, "wake_missing_columns"),
        ({"mode": "product"}, WrongUse, "wake_unknown_choice"),
        ({"t_unit": "weeks"}, WrongUse, "wake_unknown_choice"),
        ({"estimation": "nb"}, WrongUse, "wake_unknown_choice"),
        ({"t_window": (1, 5, 1)}, WrongUse, "wake_time_window"),
        ({"t_window": (5, 3, 1)}, WrongUse, "wake_window"),
        ({"t_window": (3, 5, 0)}, WrongUse, "wake_window"),
        ({"spat_window": (0, 10, 5)}, WrongUse, "wake_space_window"),
        ({"formula": "dependent_post ~ dependent_pre"}, WrongUse, "wake_formula"),
        ({"formula": "dependent_post ~ weather + treatment"}, WrongUse, "wake_regressor"),
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


def test_an_unreadable_time_is_named() -> None:
    data = events().astype({"timestamp": "object"})
    data.loc[3, "timestamp"] = "31.06.2024"
    with pytest.raises(WrongUse, match="timestamp"):
        run(data)
