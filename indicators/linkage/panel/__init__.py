"""Panel models: the estimators, from a frame of areas and periods to estimates."""

from indicators.linkage.panel.estimation import estimate
from indicators.linkage.panel.specification import PanelResult, PanelSpec

__all__ = ["PanelResult", "PanelSpec", "estimate"]
