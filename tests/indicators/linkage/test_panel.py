"""Panel models on data that cannot carry them: a named reason, never a crash."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from indicators.linkage.finding import EffectEstimate, NotEstimable, figures_of
from indicators.linkage.methods.panel import models as edge_models
from indicators.linkage.methods.panel.models import model_of, with_few_areas
from indicators.linkage.methods.panel.rows import _exposure_unit, _in_exposure_units
from indicators.linkage.panel.estimation import estimate
from indicators.linkage.panel.fit import wald
from indicators.linkage.panel.specification import TERM_COLUMNS, PanelResult, PanelSpec
from indicators.linkage.panel.wild_bootstrap import _basis, _fitted, wild_bootstrap


def panel(areas: int = 12, months: int = 10, seed: int = 1) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    area, month = np.meshgrid(np.arange(areas), np.arange(months), indexing="ij")
    rows = pd.DataFrame({"area": area.ravel(), "month": month.ravel()})
    rows["x"] = generator.normal(size=len(rows))
    rows["y"] = generator.poisson(3, len(rows)).astype(float)
    return rows


SPEC = PanelSpec("y", ("x",))
POISSON = PanelSpec("y", ("x",), family="poisson")
ROWS = panel()


@pytest.mark.parametrize(
    ("rows", "spec", "reason"),
    [
        (ROWS.iloc[:0], SPEC, "no_rows"),
        (ROWS.assign(y=np.nan), SPEC, "no_rows"),
        (ROWS.drop_duplicates("area"), SPEC, "no_rows"),
        (ROWS.assign(y=(ROWS.index == 5) * 1.0), POISSON, "no_rows"),
        (ROWS.assign(y=2.0), SPEC, "no_variation_outcome"),
        (ROWS.assign(x=1.0), SPEC, "no_variation_regressor"),
        (ROWS.assign(x=ROWS["area"]), SPEC, "collinear"),
        (ROWS[ROWS["area"] == 3], SPEC, "too_few_clusters"),
        (ROWS[ROWS["area"].isin([3, 4])], SPEC, "too_few_clusters"),
        (ROWS.assign(x=(ROWS["y"] == 0).astype(float)), POISSON, "separated"),
        (ROWS.assign(y=-ROWS["y"]), POISSON, "negative_counts"),
        (ROWS, PanelSpec("y", ("z",)), "unknown_column"),
    ],
)
def test_what_the_data_cannot_carry_has_a_name(
    rows: pd.DataFrame, spec: PanelSpec, reason: str
) -> None:
    with pytest.raises(NotEstimable) as raised:
        estimate(rows, spec)
    assert raised.value.reason == reason


@pytest.mark.parametrize("spec", [SPEC, POISSON], ids=["least squares", "poisson"])
def test_however_few_rows_there_are_there_is_an_estimate_or_a_reason(spec: PanelSpec) -> None:
    generator = np.random.default_rng(11)
    reasons = set()
    for size in [4, 6, 8, 10, 14, 18] * 8:
        rows = ROWS[ROWS["area"] < 8].sample(size, random_state=generator)
        rows = rows.assign(y=generator.poisson(0.4, size).astype(float))
        try:
            assert estimate(rows, spec).nobs <= size
        except NotEstimable as error:
            reasons.add(error.reason)
    assert "no_rows" in reasons


def test_singletons_and_areas_without_a_case_leave() -> None:
    single = pd.DataFrame({"area": [99], "month": [0], "x": [5.0], "y": [40.0]})
    rows = pd.concat([ROWS, single], ignore_index=True)
    assert estimate(rows, SPEC).nobs == len(ROWS)
    kept = PanelSpec("y", ("x",), drop_singletons=False)
    assert estimate(rows, kept).nobs == len(ROWS) + 1
    silent = ROWS.assign(y=ROWS["y"].where(ROWS["area"] > 1, 0.0))
    assert estimate(silent, POISSON).nobs == len(ROWS) - 20


def test_names_that_look_like_formulas_are_only_names() -> None:
    odd = {"x": "log(x) + 1 | area", "y": "y ~ 1"}
    spec = PanelSpec(odd["y"], (odd["x"],))
    found = estimate(ROWS.rename(columns=odd), spec).term(odd["x"])
    assert found["estimate"] == estimate(ROWS, SPEC).term("x")["estimate"]


def test_an_effect_of_each_combination_takes_what_varies_within_it() -> None:
    rows = ROWS.assign(half=ROWS["month"] // 5)
    combined = PanelSpec("y", ("x",), fixed_effects=("area^half", "month"))
    by_hand = rows.assign(cell=rows["area"] * 10 + rows["half"])
    named = PanelSpec("y", ("x",), fixed_effects=("cell", "month"))
    found, expected = (
        estimate(data, spec).term("x")["estimate"]
        for data, spec in ((rows, combined), (by_hand, named))
    )
    assert found == pytest.approx(expected, rel=1e-12)


def test_the_joint_test_of_one_term_is_its_own_test() -> None:
    result = estimate(ROWS, SPEC)
    test = wald(result, ["x"], result.n_clusters - 1)
    assert test is not None
    assert test.p_f == pytest.approx(result.term("x")["p_value"], rel=1e-9)
    assert wald(result, ["nothing"], 10) is None


def planted(effect: float) -> dict[str, Any]:
    rows = panel(areas=8, months=20, seed=4)
    dummies = [pd.get_dummies(rows[name], dtype=float).to_numpy() for name in ("area", "month")]
    drawn = wild_bootstrap(
        rows["y"].to_numpy() + effect * rows["x"].to_numpy(),
        rows["x"].to_numpy(),
        np.hstack(dummies),
        rows["area"].to_numpy(),
    )
    return {"p": drawn.p_value, "reach": drawn.reach}


def test_the_wild_bootstrap_sees_what_is_planted_and_not_what_is_not() -> None:
    assert planted(2.0)["p"] < 0.01
    assert planted(0.0)["p"] > 0.10
    assert planted(0.0) == planted(0.0)


def test_a_draw_is_fitted_as_the_whole_regression_would_be() -> None:
    generator = np.random.default_rng(8)
    others, x = generator.normal(size=(60, 4)), generator.normal(size=60)
    outcomes, clusters = generator.normal(size=(60, 3)), np.repeat(np.arange(12), 5)
    members = (clusters[:, None] == np.arange(12)[None, :]).astype(float)
    inside = _basis(others)
    found = _fitted(outcomes, x - inside @ (inside.T @ x), inside, members)
    whole = np.column_stack([x, others])
    inverse = np.linalg.inv(whole.T @ whole)
    for at, (slope, error) in enumerate(zip(*found, strict=True)):
        by_term = inverse @ whole.T @ outcomes[:, at]
        scores = members.T @ (whole * (outcomes[:, at] - whole @ by_term)[:, None])
        assert slope == pytest.approx(by_term[0])
        assert error == pytest.approx(np.sqrt((inverse @ scores.T @ scores @ inverse)[0, 0]))


@pytest.mark.parametrize("effect", [-0.4, -0.2, 0.2, 0.3, 0.4])
@pytest.mark.parametrize("areas", [6, 9])
def test_with_few_areas_the_interval_leaves_nil_out_where_p_is_below_five_percent(
    effect: float, areas: int
) -> None:
    rows = panel(areas=areas, months=12, seed=4).rename(columns={"y": "outcome", "month": "period"})
    rows["outcome"] += effect * rows["x"]
    term = estimate(rows, model_of("outcome", "gaussian")).term("x")
    plain = EffectEstimate("panel", "twfe", 0, **figures_of(term, areas - 1))
    (found,), checks = with_few_areas([plain], rows)
    assert found.p_value is not None and found.ci_low is not None and found.ci_high is not None
    assert (found.p_value < 0.05) == (found.ci_low * found.ci_high > 0)
    assert checks["wild_bootstrap"] == ("passed" if found.p_value < 0.05 else "failed")


def result_without_error() -> PanelResult:
    """Two times of an event study; the second rests on one area and has no error."""
    terms = [("rel_binned::-2", 1.0, 0.5), ("rel_binned::3", 2.0, 0.0)]
    rows = [
        dict.fromkeys(TERM_COLUMNS, 0.0) | dict(zip(TERM_COLUMNS, row, strict=False))
        for row in terms
    ]
    covariance = np.diag([error**2 for _, _, error in terms])
    return PanelResult(
        pd.DataFrame(rows), covariance, 100, 12, 11.0, average=rows[1] | {"df": 11.0}
    )


def test_a_term_without_an_error_has_a_reason_and_no_figure() -> None:
    result = result_without_error()
    rows = panel(areas=24).rename(columns={"month": "period"})
    with pytest.raises(NotEstimable, match="too_few_clusters"):
        figures_of(result.term("rel_binned::3"), 11)
    first, second = edge_models._event_rows(result, "event_study", "rel_binned::", rows, {})
    assert (first["status"], first["estimate"]) == ("tested", 1.0)
    assert second["status"] == "not_estimable" and "estimate" not in second


def staggered(seed: int = 5) -> pd.DataFrame:
    rows = panel(areas=24, months=16, seed=seed)
    starts = {area: (0, 5, 8, 11)[area % 4] for area in range(24)}
    return rows.assign(cohort=rows["area"].map(starts))


SUN_ABRAHAM = {
    "estimator": "sun_abraham",
    "outcome": "y",
    "cohort": {"column": "cohort", "never_treated": 0},
}


def average(rows: pd.DataFrame, **cohort: Any) -> float:
    spec = {**SUN_ABRAHAM, "cohort": {"column": "cohort", **cohort}}
    found = estimate(rows, spec).average
    assert found is not None
    return float(found["estimate"])


def test_an_empty_cohort_is_never_treated() -> None:
    rows = staggered()
    empty = rows.assign(cohort=rows["cohort"].where(rows["cohort"] > 0))
    expected = average(rows, never_treated=0)
    assert average(empty, never_treated=None) == pytest.approx(expected)
    assert average(empty, never_treated=0) == pytest.approx(expected)


def test_areas_treated_from_the_first_month_on_say_nothing() -> None:
    rows = staggered()
    early = rows.assign(cohort=rows["cohort"].where(rows["cohort"] != 5, -3))
    without = rows[rows["cohort"] != 5]
    assert average(early, never_treated=0) == pytest.approx(average(without, never_treated=0))


def test_without_a_comparison_the_last_cohort_is_one_until_it_starts() -> None:
    rows = staggered()
    treated = rows[rows["cohort"] > 0]
    stands_in = treated[treated["month"] < 11]
    stands_in = stands_in.assign(cohort=stands_in["cohort"].where(stands_in["cohort"] < 11, 0))
    assert average(treated) == pytest.approx(average(stands_in))


def test_nobody_treated_has_no_period_before() -> None:
    with pytest.raises(NotEstimable) as raised:
        average(staggered().assign(cohort=0))
    assert raised.value.reason == "no_period_before"


@pytest.mark.parametrize(
    ("activity", "name", "read"),
    [
        ({"measure": "count", "unit_of_measure": "activities"}, "doubled", [0.0, 3.0, 4.0]),
        ({"measure": "ratio", "unit_of_measure": "percent"}, "ten_points", [0.0, 0.7, 1.5]),
        ({"measure": "ratio", "unit_of_measure": "hours"}, "one_unit", [0.0, 7.0, 15.0]),
    ],
)
def test_what_one_unit_of_an_activity_means(
    activity: dict[str, Any], name: str, read: list[float]
) -> None:
    exposure_unit = _exposure_unit(activity)
    assert exposure_unit.name == name
    assert _in_exposure_units(pd.Series([0.0, 7.0, 15.0]), exposure_unit).tolist() == read
