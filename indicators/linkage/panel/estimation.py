"""Panel models of an outcome by area and month; `estimate` is the one entry.

    from indicators.linkage.panel import estimate
    estimate(data, spec)

`spec` is a mapping as in `reference/linkage/panel` (README, "Machine-readable cases"), or a
`PanelSpec`. What is estimated, with which errors, follows `linkage_methods.md` §2:
two-way fixed effects (least squares or Poisson), event studies, and the interaction-weighted
estimate of Sun and Abraham (2021). Where a mission's rows come from does not belong here.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from indicators.linkage.finding import NotEstimable
from indicators.linkage.panel.event_study import event_study, sun_abraham
from indicators.linkage.panel.fit import fit
from indicators.linkage.panel.specification import PanelResult, PanelSpec


def estimate(data: pd.DataFrame, spec: PanelSpec | Mapping[str, Any]) -> PanelResult:
    """Estimate one model on rows of area and month.

    Raises NotEstimable with a named reason where the data cannot carry the model, ValueError for a
    spec that says nothing the engine knows.
    """
    chosen = spec if isinstance(spec, PanelSpec) else PanelSpec.from_mapping(spec)
    frame = _with_derived(data, chosen)
    if chosen.estimator == "twfe":
        return fit(frame, chosen, {name: frame[name] for name in chosen.regressors})
    if chosen.estimator == "event_study":
        return event_study(frame, chosen)
    if chosen.estimator == "sun_abraham":
        return sun_abraham(frame, chosen)
    raise NotEstimable("unknown_model", str(chosen.estimator))


def _with_derived(data: pd.DataFrame, spec: PanelSpec) -> pd.DataFrame:
    frame = data
    for name, expression in spec.derived.items():
        frame = frame.copy(deep=False)
        frame[name] = frame.eval(expression.replace("^", "**"), engine="python")
    named = [spec.outcome, *spec.regressors, *spec.clusters]
    named += [part for effect in spec.fixed_effects for part in effect.split("^")]
    unknown = [name for name in named if name not in frame.columns]
    if unknown:
        raise NotEstimable("unknown_column", ", ".join(unknown))
    return frame
