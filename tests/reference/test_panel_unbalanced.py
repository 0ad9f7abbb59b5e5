"""The panel models against pyfixest beyond the cases of R: gaps, nested effects, silent areas."""

from typing import Any

import numpy as np
import pandas as pd
import pyfixest
import pytest

from indicators.linkage.panel.estimation import estimate
from indicators.linkage.panel.specification import Corrections, PanelSpec


def with_gaps(seed: int) -> pd.DataFrame:
    """Areas seen in some months only, one of them without a case; a district of several areas."""
    generator = np.random.default_rng(seed)
    area, month = np.meshgrid(np.arange(18), np.arange(15), indexing="ij")
    rows = pd.DataFrame({"area": area.ravel(), "month": month.ravel()})
    rows["district"], rows["half"] = rows["area"] // 3, rows["month"] // 8
    rows["x"] = generator.normal(size=len(rows)) + 0.1 * rows["month"]
    rows["z"] = generator.exponential(1000, len(rows))
    mean = np.exp(0.4 * rows["x"] + 0.2 * np.sin(rows["area"]))
    rows["y"] = generator.poisson(mean).astype(float) * (rows["area"] != 7)
    rows.loc[rows.index % 29 == 0, "z"] = np.nan
    return rows[generator.random(len(rows)) < 0.6]


MODELS: dict[str, dict[str, Any]] = {
    "by area": {},
    "by district, in which areas are nested": {"clusters": ("district",)},
    "by area and month": {"clusters": ("area", "month")},
    "by area and month, each with its own number": {
        "clusters": ("area", "month"),
        "corrections": Corrections(g_df="conventional"),
    },
    "all effects counted": {"corrections": Corrections(k_fixef="full")},
    "no effect counted": {"corrections": Corrections(k_fixef="none")},
    "no correction": {"corrections": Corrections(k_adj=False, g_adj=False)},
    "iid": {"vcov": "iid"},
    "HC1": {"vcov": "HC1"},
    "one effect": {"fixed_effects": ("area",)},
    "three effects": {"fixed_effects": ("area", "month", "district^half")},
}


def by_pyfixest(rows: pd.DataFrame, spec: PanelSpec) -> pd.DataFrame:
    rows = rows.assign(dh=rows["district"] * 2 + rows["half"])
    effects = " + ".join(spec.fixed_effects).replace("district^half", "dh")
    chosen = spec.corrections
    ssc = pyfixest.ssc(chosen.k_adj, chosen.k_fixef, chosen.g_adj, chosen.g_df)
    vcov = {"CRV1": "+".join(spec.clusters)} if spec.vcov == "cluster" else spec.vcov
    given = {"vcov": vcov, "ssc": ssc, "fixef_rm": "singleton", "fixef_tol": 1e-12}
    formula = f"y ~ x + z | {effects}"
    if spec.family == "poisson":
        return pyfixest.fepois(formula, rows, iwls_tol=1e-12, **given).tidy()
    return pyfixest.feols(formula, rows, **given).tidy()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("family", ["gaussian", "poisson"])
@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_figures_are_those_of_pyfixest(model: dict[str, Any], family: Any) -> None:
    spec = PanelSpec("y", ("x", "z"), family=family, **model)
    for seed in (1, 2):
        rows = with_gaps(seed)
        found, expected = estimate(rows, spec).coefficients, by_pyfixest(rows, spec)
        for own, theirs in (("estimate", "Estimate"), ("std_error", "Std. Error")):
            assert found[own].to_numpy() == pytest.approx(expected[theirs].to_numpy(), rel=1e-6)
