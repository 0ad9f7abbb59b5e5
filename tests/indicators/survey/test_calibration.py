"""Raked weights against R's `survey`, replicates against the linearised error, bounds."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from indicators.foundation.errors import WrongUse
from indicators.survey.calibration import bounds, raked_mean, raked_weights, replicate_weights
from indicators.survey.design import Design, sample_of
from tests.conftest import FIGURES

FOLDER = FIGURES / "survey"
EXPECTED = json.loads((FOLDER / "raked" / "expected.json").read_text(encoding="utf-8"))
MARGINS = {"stype": {"E": 4421, "H": 755, "M": 1018}, "sch_wide": {"No": 1072, "Yes": 5122}}
DESIGNS = {
    "apistrat": Design(strata="stype", weights="pw", fpc="fpc"),  # type: ignore[arg-type]
    "apiclus1": Design("dnum", weights="pw", fpc="fpc"),  # type: ignore[arg-type]
    "apiclus1_plain": Design("dnum", weights="pw"),  # type: ignore[arg-type]
}


def schools(name: str) -> pd.DataFrame:
    frame = pd.read_csv(FOLDER / f"{name.removesuffix('_plain')}.csv")
    return frame.assign(awarded=(frame["awards"] == "Yes").astype(float))


@pytest.mark.parametrize("name", DESIGNS)
def test_raked_figures_and_errors_are_those_of_r(name: str) -> None:
    frame, design, expected = schools(name), DESIGNS[name], EXPECTED[name]
    weights = raked_weights(frame, sample_of(frame, design).weights, MARGINS)
    assert weights[0] == pytest.approx(expected["first_weight"], rel=1e-7)
    for column, own in (("api00", expected["api00"]), ("awarded", expected["awards"])):
        found = raked_mean(frame, design, column, MARGINS)
        assert (found.estimate, found.se) == pytest.approx(own, rel=1e-6)


def test_raked_weights_add_up_to_every_group_and_name_what_they_cannot_reach() -> None:
    frame = schools("apistrat")
    weights = raked_weights(frame, frame["pw"].to_numpy(), MARGINS)
    for column, groups in MARGINS.items():
        found = frame.assign(w=weights).groupby(column)["w"].sum()
        assert found.to_dict() == pytest.approx(groups, rel=1e-8)
    with pytest.raises(WrongUse, match="stype"):
        raked_weights(frame[frame["stype"] != "H"], frame["pw"].to_numpy(), MARGINS)
    with pytest.raises(WrongUse, match="Perhaps"):
        raked_weights(frame.assign(sch_wide="Perhaps"), frame["pw"].to_numpy(), MARGINS)


def test_replicates_give_the_error_of_the_design_and_the_same_bytes() -> None:
    frame, design = schools("apiclus1"), DESIGNS["apiclus1_plain"]
    weights = replicate_weights(frame, design, 4000, seed=1)
    assert (weights == replicate_weights(frame, design, 4000, seed=1)).all()
    value = frame["api00"].to_numpy()
    means = (weights.T @ value) / weights.sum(axis=0)
    plain = sample_of(frame, design).weights
    whole = float(plain @ value / plain.sum())
    # Linearised, 23.8 (R: svymean of apiclus1 without fpc); few units, so that a tenth is left.
    assert np.sqrt(((means - whole) ** 2).mean()) == pytest.approx(23.8, rel=0.1)
    alone = replace(design, strata=("dnum",), nest=True, lonely_psu="remove")
    assert (replicate_weights(frame, alone, 2, 1) == plain[:, None]).all()


def test_bounds_hold_whatever_those_who_did_not_answer_would_have_said() -> None:
    assert bounds(0.6, 0.9) == pytest.approx((0.54, 0.64))
    assert bounds(0.6, 1.0) == pytest.approx((0.6, 0.6))
