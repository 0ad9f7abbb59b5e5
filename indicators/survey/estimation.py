"""`estimate`: from survey data, a design and a statistic to one row a group.

The rows are made by `means.py`, `proportions.py`, `quantile_estimates.py` and `differences.py`.
"""

from collections.abc import Sequence

import pandas as pd

from indicators.errors import Problem, WrongUse
from indicators.survey.arrays import Columns
from indicators.survey.columns import SurveyData, read_columns
from indicators.survey.design import Design, sample_of
from indicators.survey.differences import difference_columns
from indicators.survey.domain import Condition, groups_of
from indicators.survey.means import mean_columns, ratio_columns, total_columns
from indicators.survey.proportions import proportion_columns
from indicators.survey.quantile_estimates import quantile_columns
from indicators.survey.request import Request
from indicators.survey.statistic import (
    Index,
    Mean,
    Proportion,
    Quantile,
    Ratio,
    Statistic,
    Total,
    columns_used,
)


def estimate(
    data: SurveyData,
    design: Design,
    statistic: Statistic,
    by: Sequence[str] = (),
    domain: Sequence[Condition] | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Estimate `statistic` for every group of `by` inside `domain`, with its design variance.

    Returns one row for each observed combination of `by` (sorted; rows with a missing `by` value
    belong to none), or one row without `by`: the `by` columns, then COLUMNS:
    estimate, se in the unit of the variable (proportions 0 to 1, totals in population units);
    df = PSUs less strata of the domain; ci_low, ci_high with ci_method, or ci_reason (a code with
    the sentence `survey.ci_reason.<code>`) where there is none; deff against simple random
    sampling without, deff_replace with replacement; n = rows with a value, n_rows = rows of the
    domain; sum_weights of the n rows; numerator, denominator = weighted sums (mean, proportion,
    ratio; numerator alone for a total); method = taylor or stated_deff. Further columns:
    proportion: ci (limits by svyciprop method), degenerate, n_eff_capped, n_eff_capped_df_adjusted,
    kg_capped, kg_capped_df_adjusted; difference: estimate_a, se_a, estimate_b, se_b,
    se_if_independent; ttest: t, p_value; quantile: qrule. What is not defined is NaN.

    Rows outside the domain, and rows without a value, keep their PSU in the variance. Raises
    WrongUse for columns that are not there, design columns with gaps, lonely PSUs under `fail`.
    """
    by = (by,) if isinstance(by, str) else tuple(by)
    conditions = tuple(domain or ())
    names = [*design.columns, *by, *(item.column for item in conditions), *columns_used(statistic)]
    frame = read_columns(data, names)
    groups = groups_of(frame, by, conditions)
    size = groups.size
    request = Request(frame, sample_of(frame, design), design, groups.group, size, confidence)
    columns = _columns(request, statistic)
    clash = [name for name in by if name in columns]
    if clash:
        raise WrongUse(Problem("survey_column_clash", column=clash[0]))
    return pd.concat([groups.keys, pd.DataFrame(columns, index=groups.keys.index)], axis=1)


def _columns(request: Request, statistic: Statistic) -> Columns:
    if isinstance(statistic, Proportion):
        return proportion_columns(request, statistic)
    if isinstance(statistic, Mean | Index):
        return mean_columns(request, statistic)
    if isinstance(statistic, Total):
        return total_columns(request, statistic)
    if isinstance(statistic, Ratio):
        return ratio_columns(request, statistic)
    if isinstance(statistic, Quantile):
        return quantile_columns(request, statistic)
    return difference_columns(request, statistic)
