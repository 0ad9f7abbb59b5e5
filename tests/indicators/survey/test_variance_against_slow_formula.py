"""Estimates and variances against the textbook formula, unit by unit, on random surveys."""

import math
from collections.abc import Iterable

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.survey import Condition, Design, Difference, Mean, Ratio, Total, estimate

ADJUST = "adjust"


@st.composite
def surveys(draw: st.DrawFn) -> pd.DataFrame:
    """Strata of villages of households of people, with population counts at both stages."""
    rows = []
    for stratum in range(draw(st.integers(1, 3))):
        villages = draw(st.integers(1, 4))
        population = villages + draw(st.integers(0, 5))
        for village in range(villages):
            households = draw(st.integers(1, 3))
            fpc_household = households + draw(st.integers(0, 4))
            for household in range(households):
                for _ in range(draw(st.integers(1, 2))):
                    rows.append(
                        {
                            "stratum": stratum,
                            "village": village,
                            "household": household,
                            "fpc_village": population,
                            "fpc_household": fpc_household,
                            "weight": draw(st.sampled_from([0.5, 1.0, 2.0, 3.5])),
                            "group": draw(st.sampled_from(["a", "b", None])),
                            "y": draw(st.sampled_from([None, 0.0, 1.0, 4.0, 7.5])),
                            "x": draw(st.sampled_from([1.0, 2.0, 3.0])),
                        }
                    )
    return pd.DataFrame(rows).astype({"y": "float64"})


DESIGN = Design(
    ids=("village", "household"),
    strata=("stratum",),
    weights="weight",
    fpc=("fpc_village", "fpc_household"),
    nest=True,
    lonely_psu=ADJUST,
)


def spread(values: Iterable[float], sampled: int, population: float) -> float:
    """(1 - n/N) n/(n-1) sum of squares about the mean; about zero for a single unit (adjust)."""
    totals = list(values)
    totals += [0.0] * (sampled - len(totals))
    if sampled == 1:
        return (1 - 1 / population) * totals[0] ** 2
    mean = sum(totals) / sampled
    squares = sum((total - mean) ** 2 for total in totals)
    return (1 - sampled / population) * sampled / (sampled - 1) * squares


def slow_variance(people: pd.DataFrame, influence: pd.Series) -> float:
    """Two-stage variance of the sum of `influence` (0 for rows that are not in the estimate)."""
    variance = 0.0
    people = people.assign(z=influence)
    for _, stratum in people.groupby("stratum"):
        villages = stratum.groupby("village")["z"].sum()
        population = stratum["fpc_village"].iloc[0]
        variance += spread(villages, len(villages), population)
        for _, village in stratum.groupby("village"):
            households = village.groupby("household")["z"].sum()
            within = spread(households, len(households), village["fpc_household"].iloc[0])
            variance += len(villages) / population * within
    return variance


def check(row: pd.Series, expected: float, people: pd.DataFrame, influence: pd.Series) -> None:
    assert row["estimate"] == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert row["se"] ** 2 == pytest.approx(slow_variance(people, influence), rel=1e-8, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(surveys())
def test_mean_total_and_ratio_of_every_group(people: pd.DataFrame) -> None:
    for name in ("a", "b"):
        used = ((people["group"] == name) & people["y"].notna()).astype(float)
        weight = people["weight"] * used
        y = people["y"].fillna(0)
        if not used.sum():
            continue
        domain = (Condition("group", "==", name),)
        mean = (weight * y).sum() / weight.sum()
        row = estimate(people, DESIGN, Mean("y"), domain=domain).iloc[0]
        check(row, mean, people, weight * (y - mean) / weight.sum())
        row = estimate(people, DESIGN, Total("y"), domain=domain).iloc[0]
        check(row, (weight * y).sum(), people, weight * y)
        divisor = (weight * people["x"]).sum()
        ratio = (weight * y).sum() / divisor
        row = estimate(people, DESIGN, Ratio("y", "x"), domain=domain).iloc[0]
        check(row, ratio, people, weight * (y - ratio * people["x"]) / divisor)


@settings(max_examples=40, deadline=None)
@given(surveys())
def test_difference_has_the_covariance_of_shared_villages(people: pd.DataFrame) -> None:
    influence = pd.Series(0.0, index=people.index)
    difference = 0.0
    for name, sign in (("a", -1), ("b", 1)):
        used = ((people["group"] == name) & people["y"].notna()).astype(float)
        if not used.sum():
            return
        weight = people["weight"] * used
        mean = (weight * people["y"].fillna(0)).sum() / weight.sum()
        difference += sign * mean
        influence += sign * weight * (people["y"].fillna(0) - mean) / weight.sum()
    row = estimate(people, DESIGN, Difference("y", "group", "a", "b")).iloc[0]
    check(row, difference, people, influence)


@settings(max_examples=25, deadline=None)
@given(surveys())
def test_all_groups_at_once_equal_one_group_at_a_time(people: pd.DataFrame) -> None:
    table = estimate(people, DESIGN, Mean("y"), by=("group", "x"))
    for row in table.itertuples():
        domain = (Condition("group", "==", row.group), Condition("x", "==", row.x))
        alone = estimate(people, DESIGN, Mean("y"), domain=domain).iloc[0]
        for name in ("estimate", "se", "df", "n", "n_rows", "deff_replace"):
            both = getattr(row, name), alone[name]
            assert both[0] == pytest.approx(both[1], rel=1e-9, abs=1e-12, nan_ok=True)
        assert math.isnan(row.ci_low) == math.isnan(alone["ci_low"])
