"""Differences of differences against R's `svycontrast`, and against the change of one group."""

import json

import numpy as np
import pandas as pd
import pytest

from indicators.survey import Design, Difference, estimate
from indicators.survey.variance.contrast import contrast
from tests.conftest import FIGURES

FOLDER = FIGURES / "survey"
EXPECTED = json.loads((FOLDER / "contrast" / "expected.json").read_text(encoding="utf-8"))
DESIGNS = {
    "apiclus1": Design("dnum", weights="pw", fpc="fpc"),  # type: ignore[arg-type]
    "apiclus1_plain": Design("dnum", weights="pw"),  # type: ignore[arg-type]
}
WEIGHTS = {"False_No": 1.0, "False_Yes": -1.0, "True_No": -1.0, "True_Yes": 1.0}


def schools() -> pd.DataFrame:
    frame = pd.read_csv(FOLDER / "apiclus1.csv")
    is_elementary = (frame["stype"] == "E").astype(str)
    return frame.assign(
        awarded=(frame["awards"] == "Yes").astype(float),
        cell=is_elementary + "_" + frame["sch_wide"],
    )


@pytest.mark.parametrize("name", DESIGNS)
@pytest.mark.parametrize("outcome", ["api00", "awarded"])
def test_it_is_that_of_r(name: str, outcome: str) -> None:
    found = contrast(schools(), DESIGNS[name], outcome, "cell", WEIGHTS)
    assert found is not None
    assert (found.estimate, found.se) == pytest.approx(EXPECTED[name][outcome], rel=1e-8)
    assert found.ci_low is not None and found.ci_low < found.estimate


def test_of_two_groups_it_is_their_difference() -> None:
    frame, design = schools(), DESIGNS["apiclus1"]
    found = contrast(frame, design, "api00", "sch_wide", {"No": -1, "Yes": 1})
    one = estimate(frame, design, Difference("api00", "sch_wide", "No", "Yes")).iloc[0]
    assert found is not None
    assert (found.estimate, found.se) == pytest.approx((one["estimate"], one["se"]))


def test_a_group_without_rows_gives_nothing_and_rows_without_an_outcome_add_nothing() -> None:
    frame, design = schools(), DESIGNS["apiclus1"]
    assert contrast(frame, design, "api00", "cell", WEIGHTS | {"none": 1}) is None
    with_gaps = pd.concat([frame, frame.assign(api00=np.nan)], ignore_index=True)
    found = contrast(with_gaps, design, "api00", "cell", WEIGHTS)
    plain = contrast(frame, design, "api00", "cell", WEIGHTS)
    assert found is not None and plain is not None
    assert (found.estimate, found.se, found.n) == pytest.approx((plain.estimate, plain.se, plain.n))
