"""Every case of the panel reference set (R, package fixest) against `indicators.linkage.panel`.

Data, model and tolerance of a case are read from `tests/figures/linkage/panel`;
nothing about a case stands here. Cases that are context (`required: false`) are not run.
"""

import json
import math
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from indicators.linkage.panel.estimation import estimate
from indicators.linkage.panel.specification import PanelResult
from tests.conftest import ELSEWHERE, FIGURES

if TYPE_CHECKING:
    from tests.reference.tally import Tally

REFERENCE = FIGURES / "linkage" / "panel"
# A data set without terms lies elsewhere; its figures lie here.
PLACES = (REFERENCE, ELSEWHERE / "reference" / "linkage" / "panel")

# What a p-value and an interval lose on the way from estimate and error, both within tolerance.
DERIVED = 1e-4


def data_path(name: str) -> Path | None:
    return next((place / name for place in PLACES if (place / name).is_file()), None)


def read_cases() -> list[dict[str, Any]]:
    """Each required case of each file whose data lie here (`tests/figures/README.md`)."""
    return [
        {**case, "file": path.name, "input": content["input"]}
        for path in sorted(REFERENCE.glob("expected*.json"))
        for content in [json.loads(path.read_text(encoding="utf-8"))]
        for case in content["cases"]
        if case.get("spec", {}).get("required", True) and data_path(content["input"])
    ]


CASES = read_cases()


@cache
def read_data(name: str) -> pd.DataFrame:
    path = data_path(name)
    assert path
    return pd.read_csv(path)


def near(expected: float, actual: float, tolerance: float) -> bool:
    return abs(actual - expected) <= tolerance * abs(expected)


def disagreements(expected: dict[str, Any], row: Any, case: dict[str, Any]) -> Iterator[str]:
    """What differs in one term: estimate and error by the case's tolerance, then what follows."""
    tolerance = case["spec"]["tolerance"]
    for name in ("estimate", "std_error"):
        if not near(expected[name], row[name], tolerance[name]):
            yield f"{name}: expected {expected[name]!r}, is {row[name]!r}"
    for name in ("p_value", "conf_low", "conf_high"):
        if name in expected and not math.isclose(
            expected[name], row[name], rel_tol=DERIVED, abs_tol=DERIVED * expected["std_error"]
        ):
            yield f"{name}: expected {expected[name]!r}, is {row[name]!r}"


def pretrend_figures(result: PanelResult) -> dict[str, float]:
    assert result.pretrend
    found = result.pretrend
    return {
        "pretrend_wald_chi2": found.chi2,
        "pretrend_df": found.df,
        "pretrend_F": found.f,
        "pretrend_p_F": found.p_f,
        "pretrend_p_chi2": found.p_chi2,
    }


def compare(case: dict[str, Any], result: PanelResult) -> list[str]:
    found = {row["term"]: row for row in result.coefficients.to_dict("records")}
    problems = [
        f"{expected['term']}: {problem}"
        for expected in case["coefficients"]
        for problem in disagreements(expected, found[expected["term"]], case)
    ]
    if result.nobs != case["nobs"]:
        problems.append(f"nobs: expected {case['nobs']}, is {result.nobs}")
    if "df_t" in case and result.df_t != case["df_t"]:
        problems.append(f"df_t: expected {case['df_t']}, is {result.df_t}")
    if "att" in case:
        assert result.average
        problems += [f"att: {p}" for p in disagreements(case["att"], result.average, case)]
    given = [name for name in case if name.startswith("pretrend_")]
    problems += [
        f"{name}: expected {case[name]!r}, is {pretrend_figures(result)[name]!r}"
        for name in given
        if not math.isclose(case[name], pretrend_figures(result)[name], rel_tol=DERIVED)
    ]
    return problems


def test_there_are_cases() -> None:
    assert CASES, f"no case in {REFERENCE}"


@pytest.mark.parametrize("case", CASES, ids=[f"{case['file']}-{case['id']}" for case in CASES])
def test_case(case: dict[str, Any], panel_tally: "Tally") -> None:
    result = estimate(read_data(case["input"]), case["spec"])
    assert {row["term"] for row in case["coefficients"]} <= set(result.coefficients["term"])
    assert compare(case, result) == []
    panel_tally.known = len(CASES)
    panel_tally.add_case(result.nobs)
    for row in case["coefficients"]:
        for name in ("estimate", "std_error", "p_value"):
            panel_tally.add_number(row.get(name))
