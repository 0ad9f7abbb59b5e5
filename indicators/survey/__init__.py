"""Design-based survey estimation: what other parts of the engine may use.

`estimate(data, design, statistic, by=..., domain=...)` returns one row a group;
`estimate_many` those of many statistics and groupings, from one pass over the data. The methods
are those of the R package `survey` 4.1.1 (Lumley 2010, Complex Surveys), rebuilt from the formulas.
"""

from indicators.survey.design import Design
from indicators.survey.estimation import estimate, estimate_many
from indicators.survey.inputs.domain import Condition
from indicators.survey.statistic import (
    Difference,
    Index,
    Mean,
    Proportion,
    Quantile,
    Ratio,
    Statistic,
    Total,
    TTest,
)

__all__ = [
    "Condition",
    "Design",
    "Difference",
    "Index",
    "Mean",
    "Proportion",
    "Quantile",
    "Ratio",
    "Statistic",
    "TTest",
    "Total",
    "estimate",
    "estimate_many",
]
