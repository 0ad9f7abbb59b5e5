"""Presentation rules: which survey figures are shown, shown with care, or withheld, and why.

They judge precision. Withholding to protect respondents does not belong here: see `disclosure`.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from indicators.survey.inputs.arrays import Booleans

PRESENT, BRACKETS, REVIEW, WITHHOLD = "present", "brackets", "review", "withhold"

NCHS_MINIMUM_N = 30
NCHS_WIDTH_TOO_LARGE = 0.30
NCHS_WIDTH_SMALL = 0.05
NCHS_RELATIVE_WIDTH_TOO_LARGE = 1.30
NCHS_MINIMUM_DF = 8
DHS_WITHHOLD_BELOW = 25
DHS_BRACKETS_BELOW = 50

Rule = tuple[str, str, Booleans]


def nchs_proportions(table: pd.DataFrame) -> pd.DataFrame:
    """Judge proportions by the NCHS data presentation standards of 2017.

    `table`: rows of `estimate` for a `Proportion`. Returns, by the same index, `status` (present,
    review, withhold) and `reasons`, codes joined by `|`, each with the sentence
    `survey.presentation.<code>`. Withheld: n or effective n below 30; Korn-Graubard interval
    (effective n adjusted for df, capped at n) 30 points wide or more, or wider than 5 points and
    wider than 130 % of the proportion. For review: df below 8; a proportion of 0 or 1.
    Source: Parker et al. (2017), Vital Health Stat 2(175), p. 4 and figure 1.
    """
    width = _width(table)
    relative = width / table["estimate"].to_numpy(dtype=np.float64).clip(min=np.finfo(float).tiny)
    middle = (width > NCHS_WIDTH_SMALL) & (width < NCHS_WIDTH_TOO_LARGE)
    degenerate = table["degenerate"].to_numpy(dtype=bool)
    rules: list[Rule] = [
        ("n_below_30", WITHHOLD, _below(table["n"], NCHS_MINIMUM_N)),
        ("design_n_below_30", WITHHOLD, _below(table["n_eff_capped"], NCHS_MINIMUM_N)),
        ("no_interval", WITHHOLD, np.isnan(width)),
        ("width_30_points", WITHHOLD, width >= NCHS_WIDTH_TOO_LARGE),
        (
            "relative_width_130_percent",
            WITHHOLD,
            middle & (relative > NCHS_RELATIVE_WIDTH_TOO_LARGE) & ~degenerate,
        ),
        ("df_below_8", REVIEW, _below(table["df"], NCHS_MINIMUM_DF)),
        ("zero_or_full", REVIEW, degenerate),
    ]
    return _judge(table.index, rules)


def dhs(table: pd.DataFrame) -> pd.DataFrame:
    """Judge figures by the unweighted cases behind them, as DHS reports do.

    `table`: rows of `estimate` for any statistic. `status` is present, brackets (25 to 49 cases,
    printed in brackets) or withhold (fewer than 25); `reasons` as in `nchs_proportions`.
    Source: Croft et al., Guide to DHS Statistics, "Minimum sample sizes".
    """
    few = _below(table["n"], DHS_WITHHOLD_BELOW)
    rules: list[Rule] = [
        ("n_below_25", WITHHOLD, few),
        ("n_25_to_49", BRACKETS, _below(table["n"], DHS_BRACKETS_BELOW) & ~few),
    ]
    return _judge(table.index, rules)


def _width(table: pd.DataFrame) -> np.ndarray:
    limits = np.array(table["kg_capped_df_adjusted"].tolist(), dtype=np.float64).reshape(-1, 2)
    return limits[:, 1] - limits[:, 0]


def _below(column: pd.Series, limit: float) -> Booleans:
    return np.asarray(column.to_numpy(dtype=np.float64) < limit)


def _judge(index: pd.Index, rules: Sequence[Rule]) -> pd.DataFrame:
    """The strictest status of the rules that apply, and the codes of all of them."""
    status = np.full(len(index), PRESENT, dtype=object)
    for wanted in (BRACKETS, REVIEW, WITHHOLD):
        for _, given, applies in rules:
            if given == wanted:
                status[applies] = given
    reasons = [
        "|".join(code for code, _, applies in rules if applies[row]) for row in range(len(index))
    ]
    return pd.DataFrame({"status": status, "reasons": reasons}, index=index)
