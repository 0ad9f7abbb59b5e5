"""Every case of the survey reference set (R, package survey) against `indicators.survey`.

The cases, their data, designs and figures are read from `tests/figures/survey`;
nothing about a case stands here. Tolerances are those that its README gives.
"""

import json
import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from indicators.survey import (
    Condition,
    Design,
    Difference,
    Mean,
    Proportion,
    Quantile,
    Ratio,
    Statistic,
    Total,
    TTest,
    estimate,
)
from tests.conftest import FIGURES

if TYPE_CHECKING:
    from tests.reference.tally import Tally

REFERENCE = FIGURES / "survey"
TOLERANCE = 1e-9
TOLERANCE_CI_LOGIT = 1e-8  # R reaches it by an iteration that stops early

# Said beside the figures; where R slipped, the plain figures stand in `<name>_plain`.
REMARKS = {"group", "r_raw_logit_artefact", "r_first_step_slip", "se_is_rounding_zero"}


def read_cases() -> list[dict[str, Any]]:
    path = REFERENCE / "expected.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []


CASES = read_cases()


def read_data(name: str) -> pd.DataFrame:
    return pd.read_csv(
        REFERENCE / f"{name}.csv",
        keep_default_na=False,
        na_values=[""],
    )


def design_of(case: dict[str, Any]) -> Design:
    return Design(**case["design"])


def two_groups(case: dict[str, Any]) -> dict[str, Any]:
    names = ("variable", "group_column", "group_a", "group_b", "level")
    return {name: case[name] for name in names}


def given(case: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: case[name] for name in names if case.get(name) is not None}


STATISTICS: dict[str, Callable[[dict[str, Any]], Statistic]] = {
    "mean": lambda case: Mean(case["variable"]),
    "total": lambda case: Total(case["variable"]),
    "proportion": lambda case: Proportion(case["variable"], case["level"]),
    "ratio": lambda case: Ratio(case["variable"], case["denominator"]),
    "quantile": lambda case: Quantile(
        case["variable"], case["quantile"], **given(case, "qrule", "interval_type")
    ),
    "difference": lambda case: Difference(**two_groups(case)),
    "ttest": lambda case: TTest(**two_groups(case)),
}


def plain(row: dict[str, Any]) -> dict[str, Any]:
    """The figures to match: the plain ones where R slipped, no remarks."""
    figures = {k: v for k, v in row.items() if k not in REMARKS and not k.endswith("_plain")}
    return figures | {k.removesuffix("_plain"): v for k, v in row.items() if k.endswith("_plain")}


def pairs(name: str, expected: Any, actual: Any) -> Iterator[tuple[str, Any, Any]]:
    """Expected and actual figures one by one, with the place each has in the row."""
    if isinstance(expected, dict):
        for key, value in expected.items():
            yield from pairs(f"{name}.{key}", value, actual[key])
    elif isinstance(expected, list):
        assert len(expected) == len(actual), name
        for value, found in zip(expected, actual, strict=True):
            yield from pairs(name, value, found)
    else:
        yield name, expected, actual


def disagreement(name: str, expected: Any, actual: Any, tolerance: float) -> str | None:
    if isinstance(expected, str | bool):
        agrees = expected == actual
    elif expected is None:
        agrees = math.isnan(actual)
    else:
        agrees = abs(actual - expected) <= tolerance * max(1.0, abs(expected))
    return None if agrees else f"{name}: expected {expected!r}, is {actual!r}"


def test_there_are_cases() -> None:
    assert CASES, f"no case in {REFERENCE}"


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_agrees_with_r(case: dict[str, Any], survey_tally: "Tally") -> None:
    survey_tally.known = len(CASES)
    conditions = [Condition(**condition) for condition in case["domain"] or []]
    table = estimate(
        read_data(case["dataset"]),
        design_of(case),
        STATISTICS[case["statistic"]](case),
        by=case["by"],
        domain=conditions,
    )
    found = {tuple(row[name] for name in case["by"]): row for row in table.to_dict("records")}
    wanted = {tuple(row["group"][name] for name in case["by"]): row for row in case["expected"]}
    assert set(found) == set(wanted)
    wrong = []
    for group, row in wanted.items():
        for name, expected, actual in pairs("", plain(row), found[group]):
            tolerance = TOLERANCE_CI_LOGIT if name == ".ci.logit" else TOLERANCE
            problem = disagreement(name, expected, actual, case.get("tolerance", tolerance))
            survey_tally.add_number(expected)
            wrong += [f"{group}{problem}"] * bool(problem)
    survey_tally.add_case(rows=len(wanted))
    assert not wrong, "\n".join(wrong)
