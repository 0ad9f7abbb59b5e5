"""Checks of a panel finding: what must come out empty if the finding is what it seems.

Each returns `passed`, `failed` or `not_run`. grading.md §1 and §2, README 3.4. Which of them a
grade needs stands in `grading.py`.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import fdtrc

from indicators.linkage.finding import NotEstimable
from indicators.linkage.grading import CheckOutcome
from indicators.linkage.panel.association import two_way_residuals
from indicators.linkage.panel.edge_panel import EdgePanel, shifted
from indicators.linkage.panel.estimation import estimate
from indicators.linkage.panel.fit import wald
from indicators.linkage.panel.specification import Floats, PanelResult, PanelSpec

LEADS = (1, 2, 3)
PLACEBO_P = 0.10  # a joint test of what should be nil fails below this
PERMUTATIONS = 499
PERMUTATION_P = 0.05
LEFT_OUT_SHARE = 0.5  # without a sector, at least this share of the estimate is left
STABLE_SHARE = 0.8
INDEPENDENT_P = 0.05
_SEED = 19480910


def joint(result: PanelResult, terms: Iterable[str]) -> CheckOutcome:
    """Whether coefficients that should be nil jointly may be."""
    test = wald(result, list(terms), max(result.n_clusters - 1, 1))
    if test is None or result.n_clusters <= test.df:
        return "not_run"
    return "passed" if hotelling_p(test.f, test.df, result.n_clusters) >= PLACEBO_P else "failed"


def hotelling_p(f: Any, terms: int, clusters: int) -> Any:
    """p of a clustered F as Hotelling's T²: the plain F rejects too often."""
    scaled = f * (clusters - terms) / (clusters - 1)
    return fdtrc(terms, clusters - terms, scaled)


def lead_placebo(panel: EdgePanel, spec: PanelSpec) -> tuple[CheckOutcome, PanelResult | None]:
    """Activity of the three periods after must not go with the outcome; and the model itself."""
    rows = panel.with_lagged()
    names = [f"lead {lead}" for lead in LEADS]
    columns = {
        name: shifted(panel.rows, "activity", -lead).reindex(rows.index)
        for name, lead in zip(names, LEADS, strict=True)
    }
    if panel.lag:
        columns["now"] = rows["activity"]
    try:
        result = estimate(rows.assign(**columns), with_regressors(spec, ["x", *columns]))
    except NotEstimable:
        return "not_run", None
    return joint(result, names), result


def reverse_direction(panel: EdgePanel) -> CheckOutcome:
    """Earlier outcomes must not tell where the activity is, given where it was before."""
    rows = panel.rows
    columns = {f"outcome {lag}": shifted(rows, "outcome", lag) for lag in LEADS}
    controls = {f"activity {lag}": shifted(rows, "activity", lag) for lag in LEADS}
    spec = PanelSpec("activity", (*columns, *controls), ("area", "period"))
    try:
        result = estimate(rows.assign(**columns, **controls), spec)
    except NotEstimable:
        return "not_run"
    return joint(result, columns)


def permutation_p(rows: pd.DataFrame, draws: int = PERMUTATIONS) -> float:
    """How often areas' activity, dealt out anew among areas, goes as much with the outcome.

    `rows`: area, period, x, outcome. The path of an area stays whole. nan with fewer than 4 areas.
    """
    x = rows.pivot(index="area", columns="period", values="x")
    if len(x) < 4:
        return float("nan")
    y = _residual_grid(rows, x)
    paths = x.sub(x.mean(axis=1), axis=0).fillna(0.0).to_numpy()
    paths = paths - paths.mean(axis=0)
    products = paths @ y.T  # path of area i on the outcome of area j
    return permuted_share(products, draws)


def permuted_share(products: Floats, draws: int) -> float:
    """(1 + #{|permuted| ≥ |observed|}) / (draws + 1) for the sums over a matrix's diagonals."""
    generator = np.random.default_rng(_SEED)
    areas = np.arange(len(products))
    observed = abs(np.trace(products))
    permuted = np.array([products[generator.permutation(areas), areas].sum() for _ in range(draws)])
    return float((1 + (np.abs(permuted) >= observed * (1 - 1e-12)).sum()) / (draws + 1))


def _residual_grid(rows: pd.DataFrame, like: pd.DataFrame) -> Floats:
    """The outcome without means of areas and periods, 0 where it is not known."""
    area, period = pd.factorize(rows["area"])[0], pd.factorize(rows["period"])[0]
    left = two_way_residuals(rows["outcome"].to_numpy(float), area, period)
    grid = rows.assign(left=left).pivot(index="area", columns="period", values="left")
    return np.asarray(grid.reindex_like(like).fillna(0.0).to_numpy())


def leave_sectors_out(
    rows: pd.DataFrame, whole: float, estimated: Callable[[pd.DataFrame], float]
) -> CheckOutcome:
    """Same sign and at least half the size without any one sector (area, where there is one)."""
    by = "sector" if rows["sector"].nunique() > 1 else "area"
    try:
        parts = [estimated(rows[rows[by] != name]) for name in sorted(rows[by].unique())]
    except NotEstimable:
        return "not_run"
    return left_out_holds(whole, parts)


def left_out_holds(whole: float, parts: Iterable[float]) -> CheckOutcome:
    """Whether each part keeps the sign and half of the whole."""
    holds = all(part * np.sign(whole) >= LEFT_OUT_SHARE * abs(whole) for part in parts)
    return "passed" if holds else "failed"


def stability(whole: float, neighbours: Iterable[float]) -> CheckOutcome:
    """The same sign in at least four of five neighbouring specifications."""
    signs = [np.sign(value) == np.sign(whole) for value in neighbours]
    if not signs:
        return "not_run"
    return "passed" if np.mean(signs) >= STABLE_SHARE else "failed"


def independent_outcome(whole: float, term_estimate: float, p_value: float) -> CheckOutcome:
    """The outcome as independent sources report it goes the same way, beyond noise."""
    agrees = np.sign(term_estimate) == np.sign(whole) and p_value < INDEPENDENT_P
    return "passed" if agrees else "failed"


def with_regressors(spec: PanelSpec, regressors: Iterable[str]) -> PanelSpec:
    """The same model with other regressors."""
    return replace(spec, regressors=tuple(regressors))
