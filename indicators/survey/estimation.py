"""`estimate` and `estimate_many`: from survey data, a design and statistics to rows of figures.

The rows are made by `means.py`, `proportions.py`, `quantile_estimates.py` and `differences.py`.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from indicators.foundation.errors import Problem, WrongUse
from indicators.survey.design import Design
from indicators.survey.estimators.quantiles import quantile_columns
from indicators.survey.estimators.rows import (
    difference_columns,
    mean_columns,
    proportion_columns,
    ratio_columns,
    total_columns,
)
from indicators.survey.inputs.analysis_rows import AnalysisRows, every_row
from indicators.survey.inputs.arrays import Columns
from indicators.survey.inputs.columns import SurveyData, column_names
from indicators.survey.inputs.domain import Condition, Groups, groups_of
from indicators.survey.inputs.one_pass import cells_in_one_pass
from indicators.survey.inputs.request import Request
from indicators.survey.statistic import (
    Difference,
    Proportion,
    Quantile,
    Ratio,
    Statistic,
    Total,
    TTest,
)
from indicators.survey.variance.moments import Moments, stacked

# Rows of a frame up to which reading them all takes less time than starting a pass.
SMALL_FRAME = 20_000
# Numbers that groupings computed together may take: positions by statistics by groupings.
AT_ONCE = 1_000_000


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
    _check_confidence(confidence)
    by = tuple(dict.fromkeys(column_names(by)))
    positions = every_row(data, design, [statistic], by, tuple(domain or ()))
    groups = groups_of(positions.frame, [by], positions.inside)
    request = _request(positions, design, groups, confidence)
    columns = _columns(request, [statistic], positions.moments, every_interval=True)
    return _table(groups, columns)


def estimate_many(
    data: SurveyData,
    design: Design,
    statistics: Sequence[Statistic],
    groupings: Sequence[Sequence[str]],
    domain: Sequence[Condition] | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """The rows of `estimate` for every statistic by every grouping, from one pass over the data.

    The pass leaves sums by sampling unit and by the groups' columns; every estimate and variance
    comes from these. Returns the tables of `estimate` under each other: by grouping, and within it
    by kind of statistic. `grouping` and `statistic` are places in what was given; a column that a
    grouping does not use is empty there. A proportion has the interval asked for and
    kg_capped_df_adjusted, the others (ci, kg_capped) only in `estimate`. Quantiles need the rows
    themselves, a design without PSUs has no units to sum up, and for a small frame a pass is not
    worth its start: then the rows are read, once for all statistics and groupings.

    `estimate` gives the same figures; sums are made in another order, so they differ by rounding.
    """
    _check_confidence(confidence)
    statistics = list(statistics)
    groupings = [tuple(dict.fromkeys(column_names(by))) for by in groupings]
    conditions = tuple(domain or ())
    dimensions = list(dict.fromkeys(name for by in groupings for name in by))
    positions_of = every_row if _by_row(data, design, statistics) else cells_in_one_pass
    positions = positions_of(data, design, statistics, dimensions, conditions)
    at_once = _groupings_at_once(positions, statistics)
    batches = [
        _batch(positions, design, statistics, groupings[start : start + at_once], confidence)
        for start in range(0, len(groupings), at_once)
    ]
    starts = range(0, len(groupings), at_once)
    numbered = [
        batch.assign(grouping=batch["grouping"] + start)
        for start, batch in zip(starts, batches, strict=True)
    ]
    return pd.concat(numbered, ignore_index=True)


def _groupings_at_once(positions: AnalysisRows, statistics: Sequence[Statistic]) -> int:
    """As many groupings as memory allows; of a quantile each row has that of one group."""
    if any(isinstance(one, Quantile) for one in statistics):
        return 1
    return max(1, AT_ONCE // max(1, len(positions.frame) * len(statistics)))


def _batch(
    positions: AnalysisRows,
    design: Design,
    statistics: Sequence[Statistic],
    groupings: Sequence[Sequence[str]],
    confidence: float,
) -> pd.DataFrame:
    """The rows of some groupings, computed together."""
    groups = groups_of(positions.frame, groupings, positions.inside)
    request = _request(positions, design, groups, confidence)
    tables = []
    for places in _alike(statistics):
        moments = [positions.moments[place] for place in places]
        columns = _columns(request, [statistics[place] for place in places], moments)
        table = _table(groups, columns, len(places))
        of_group = {"grouping": np.tile(groups.grouping, len(places))}
        tables.append(table.assign(**of_group, statistic=np.repeat(places, groups.size)))
    found = pd.concat(tables, ignore_index=True)
    return found.iloc[np.argsort(found["grouping"].to_numpy(), kind="stable")]


def _check_confidence(confidence: float) -> None:
    if not 0 < confidence < 1:
        raise WrongUse(Problem("survey_confidence", value=str(confidence)))


def _by_row(data: SurveyData, design: Design, statistics: Sequence[Statistic]) -> bool:
    if not design.ids or any(isinstance(one, Quantile) for one in statistics):
        return True
    return isinstance(data, pd.DataFrame) and len(data) <= SMALL_FRAME


def _request(positions: AnalysisRows, design: Design, groups: Groups, confidence: float) -> Request:
    return Request(
        positions.frame,
        positions.sample,
        design,
        groups.group,
        groups.position,
        groups.size,
        confidence,
        positions.rows,
        positions.weighted_rows,
        positions.given,
    )


def _alike(statistics: Sequence[Statistic]) -> Iterator[list[int]]:
    """Places of statistics that are computed together; differences and quantiles go alone."""
    together: dict[object, list[int]] = {}
    for place, statistic in enumerate(statistics):
        alone = isinstance(statistic, Difference | TTest | Quantile)
        interval = statistic.interval if isinstance(statistic, Proportion) else ""
        key = (type(statistic), interval, place if alone else -1)
        together.setdefault(key, []).append(place)
    yield from together.values()


def _columns(
    request: Request,
    statistics: Sequence[Statistic],
    lines: Sequence[Moments | None],
    every_interval: bool = False,
) -> Columns:
    """Columns of statistics that are alike (`_alike`)."""
    first = statistics[0]
    if isinstance(first, Quantile):
        return quantile_columns(request, first)
    moments = stacked([line for line in lines if line is not None])
    if isinstance(first, Proportion):
        return proportion_columns(request, moments, first.interval, every_interval)
    if isinstance(first, Total):
        return total_columns(request, moments)
    if isinstance(first, Ratio):
        return ratio_columns(request, moments)
    if isinstance(first, Difference | TTest):
        return difference_columns(request, moments, first)
    return mean_columns(request, moments)


def _table(groups: Groups, columns: Columns, statistics: int = 1) -> pd.DataFrame:
    clash = [name for name in groups.keys if name in columns]
    if clash:
        raise WrongUse(Problem("survey_column_clash", column=clash[0]))
    keys = pd.concat([groups.keys] * statistics, ignore_index=True)
    return pd.concat([keys, pd.DataFrame(columns, index=keys.index)], axis=1)
