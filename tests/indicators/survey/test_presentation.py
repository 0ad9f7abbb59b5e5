"""Presentation rules of NCHS 2017 and DHS on figures at and beside their limits."""

from typing import Any

import pandas as pd
import pytest

from indicators.foundation.messages import message
from indicators.survey import Design, Proportion, estimate
from indicators.survey.presentation import dhs, nchs_proportions

GOOD = {
    "estimate": 0.4,
    "n": 400,
    "n_eff_capped": 300.0,
    "df": 30,
    "degenerate": False,
    "kg_capped_df_adjusted": (0.35, 0.45),
}


def judged(**changes: Any) -> tuple[str, str]:
    row = nchs_proportions(pd.DataFrame([GOOD | changes])).iloc[0]
    return row["status"], row["reasons"]


@pytest.mark.parametrize(
    ("changes", "status", "reasons"),
    [
        ({}, "present", ""),
        ({"n": 29}, "withhold", "n_below_30"),
        ({"n": 30}, "present", ""),
        ({"n_eff_capped": 29.9}, "withhold", "design_n_below_30"),
        ({"kg_capped_df_adjusted": (0.25, 0.56)}, "withhold", "width_30_points"),
        ({"kg_capped_df_adjusted": (0.26, 0.55)}, "present", ""),
        (
            {"estimate": 0.05, "kg_capped_df_adjusted": (0.02, 0.09)},
            "withhold",
            "relative_width_130_percent",
        ),
        ({"estimate": 0.01, "kg_capped_df_adjusted": (0.001, 0.04)}, "present", ""),
        ({"df": 7}, "review", "df_below_8"),
        ({"df": 8}, "present", ""),
        ({"df": 7, "n": 29}, "withhold", "n_below_30|df_below_8"),
        (
            {"kg_capped_df_adjusted": (float("nan"), float("nan"))},
            "withhold",
            "no_interval",
        ),
        (
            {"estimate": 0.0, "degenerate": True, "kg_capped_df_adjusted": (0.0, 0.06)},
            "review",
            "zero_or_full",
        ),
    ],
)
def test_nchs(changes: dict[str, Any], status: str, reasons: str) -> None:
    assert judged(**changes) == (status, reasons)
    for code in filter(None, reasons.split("|")):
        for language in ("en", "fr"):
            assert message(f"survey.presentation.{code}", language)


@pytest.mark.parametrize(
    ("n", "status", "reasons"),
    [
        (24, "withhold", "n_below_25"),
        (25, "brackets", "n_25_to_49"),
        (49, "brackets", "n_25_to_49"),
        (50, "present", ""),
    ],
)
def test_dhs(n: int, status: str, reasons: str) -> None:
    row = dhs(pd.DataFrame([GOOD | {"n": n}])).iloc[0]
    assert (row["status"], row["reasons"]) == (status, reasons)
    for code in filter(None, reasons.split("|")):
        assert message(f"survey.presentation.{code}", "fr")


def test_rules_read_the_rows_of_estimate() -> None:
    people = pd.DataFrame({"village": range(60), "safe": ["yes", "no", "no"] * 20})
    table = estimate(people, Design(ids=("village",)), Proportion("safe", "yes"))
    assert nchs_proportions(table)["status"].tolist() == ["present"]
    assert dhs(table)["status"].tolist() == ["present"]


def test_an_empty_table_has_no_verdicts() -> None:
    people = pd.DataFrame({"village": [1, 2], "safe": ["yes", "no"], "sex": [None, None]})
    table = estimate(people, Design(ids=("village",)), Proportion("safe", "yes"), by=("sex",))
    assert nchs_proportions(table).empty
