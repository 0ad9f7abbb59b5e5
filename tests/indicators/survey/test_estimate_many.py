"""Many statistics by many groupings from one pass give what `estimate` gives one by one."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from indicators.foundation.errors import WrongUse
from indicators.survey import (
    Condition,
    Design,
    Difference,
    Index,
    Mean,
    Proportion,
    Quantile,
    Ratio,
    Statistic,
    Total,
    TTest,
    estimate,
    estimate_many,
)
from indicators.survey.statistic import columns_used
from tests.reference.test_survey import CASES, STATISTICS, design_of, read_data

STATISTICS_OF_ALL_KINDS: list[Statistic] = [
    Mean("x"),
    Proportion("answer", "yes", ("refused",)),
    Proportion("answer", ("yes", "refused")),
    Proportion("answer", "no", interval="beta"),
    Total("x"),
    Ratio("x", "y"),
    Index(("x", "y"), minimum_answered=2),
    Difference("x", "sex", "f", "m"),
    Difference("answer", "sex", "f", "m", level="yes", not_counted=("refused",)),
    TTest("y", "sex", "f", "m"),
    Mean("y"),
]
GROUPINGS: list[tuple[str, ...]] = [(), ("area",), ("age", "sex")]
TWO_STAGES = Design(
    ids=("village", "household"),
    strata=("stratum",),
    weights="weight",
    fpc=("villages", "households"),
    nest=True,
    lonely_psu="adjust",
)
DESIGNS = [
    TWO_STAGES,
    replace(TWO_STAGES, adjust_domain_lonely=True, weight_scale=2.5),
    replace(TWO_STAGES, lonely_psu="average", adjust_domain_lonely=True, fpc=("villages",)),
    replace(TWO_STAGES, lonely_psu="average", fpc=()),
    replace(TWO_STAGES, lonely_psu="remove", weights=None),
    replace(TWO_STAGES, lonely_psu="certainty", ids=("village",), fpc=()),
    replace(TWO_STAGES, stated_deff=1.7),
    Design(weights="weight", strata=("stratum",), lonely_psu="adjust"),
]


def people(seed: int) -> pd.DataFrame:
    """A small survey with gaps everywhere but in the design, and with weights of 0."""
    random = np.random.default_rng(seed)
    rows = int(random.integers(20, 150))
    frame = pd.DataFrame(
        {
            "stratum": random.choice(["north", "south", "east", "west"], rows),
            "village": random.integers(1, int(random.integers(2, 6)), rows),
            "household": random.integers(1, 4, rows),
            "weight": random.choice([0.0, *random.uniform(0.01, 900, 30)], rows),
            "area": random.choice(["A", "B", "C", None], rows),
            "sex": random.choice(["f", "m", "u"], rows),
            "age": random.choice([1.0, 2.0, np.nan], rows),
            "answer": random.choice(["yes", "no", "refused", None], rows),
            "x": random.choice([np.nan, *random.normal(3, 2, 20).round(1)], rows),
            "y": random.choice([np.nan, 0.0, 1.0, 7.25], rows),
        }
    )
    units = frame.groupby("stratum")["village"].transform("nunique")
    inner = frame.groupby(["stratum", "village"])["household"].transform("nunique")
    return frame.assign(villages=units + 2, households=inner + 1)


def same(expected: pd.DataFrame, found: pd.DataFrame) -> None:
    """Every column of `found` is that of `expected`, figures to 1e-12.

    Design effects to 1e-9: they divide by a sum of squares about the mean, which loses the digits
    that a few like values have in common.
    """
    assert len(expected) == len(found)
    for name in found:
        tolerance = 1e-9 if name.startswith("deff") else 1e-12
        mine, theirs = found[name].to_list(), expected[name].to_list()
        for one, other in zip(mine, theirs, strict=True):
            np.testing.assert_array_equal(_texts(one), _texts(other), err_msg=str(name))
            np.testing.assert_allclose(
                _figures(one), _figures(other), rtol=tolerance, atol=tolerance, err_msg=str(name)
            )


def _figures(value: Any) -> Any:
    parts = value if isinstance(value, tuple) else (value,)
    return [np.nan if part is None or isinstance(part, str) else float(part) for part in parts]


def _texts(value: Any) -> str:
    return value if isinstance(value, str) else ""


def check(
    data: pd.DataFrame,
    design: Design,
    statistics: Sequence[Statistic],
    groupings: Sequence[Sequence[str]],
    domain: Sequence[Condition] = (),
) -> None:
    """`data` as a frame goes row by row, as a relation through one pass: both give the same."""
    used = [name for statistic in statistics for name in columns_used(statistic)]
    names = {*design.columns, *used, *(one.column for one in domain)}.union(*groupings)
    for of_kind in (data, duckdb.from_df(data[sorted(names)])):
        many = estimate_many(of_kind, design, statistics, groupings, domain)
        _check(many, data, design, statistics, groupings, domain)


def _check(
    many: pd.DataFrame,
    data: pd.DataFrame,
    design: Design,
    statistics: Sequence[Statistic],
    groupings: Sequence[Sequence[str]],
    domain: Sequence[Condition],
) -> None:
    for grouping, by in enumerate(groupings):
        for place, statistic in enumerate(statistics):
            expected = estimate(data, design, statistic, by=by, domain=domain)
            mine = many[(many["grouping"] == grouping) & (many["statistic"] == place)]
            same(
                expected,
                mine[[name for name in expected if name in mine][: len(expected.T)]].drop(
                    columns=["ci", "kg_capped"], errors="ignore"
                ),
            )


@pytest.mark.parametrize("design", DESIGNS, ids=range(len(DESIGNS)))
def test_one_pass_equals_one_by_one(design: Design) -> None:
    domain = [Condition("sex", "in", ["f", "m"]), Condition("stratum", "!=", "west")]
    check(people(DESIGNS.index(design)), design, STATISTICS_OF_ALL_KINDS, GROUPINGS, domain)


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_the_reference_cases_hold_in_one_pass(case: dict[str, Any]) -> None:
    conditions = [Condition(**condition) for condition in case["domain"] or []]
    statistic = STATISTICS[case["statistic"]](case)
    data = read_data(case["dataset"])
    check(data, design_of(case), [statistic], [case["by"]], conditions)


def test_order_of_rows_and_kind_of_table_change_no_bit() -> None:
    frame = people(11)
    shuffled = frame.sample(frac=1, random_state=5)
    first, *others = (
        estimate_many(duckdb.from_df(data), TWO_STAGES, STATISTICS_OF_ALL_KINDS, GROUPINGS)
        for data in (frame, shuffled, shuffled.astype({"sex": "category"}))
    )
    for other in others:
        for name in first:
            bits = [list(map(repr, table[name].tolist())) for table in (first, other)]
            assert bits[0] == bits[1], name


def test_quantiles_come_too() -> None:
    check(people(3), TWO_STAGES, [Quantile("x", 0.5), Mean("x")], GROUPINGS)


def test_names_that_look_like_ours_are_the_callers() -> None:
    names = {"x": "whole 0", "area": "made 0", "village": "key 1", "weight": 'sum "w'}
    frame = people(4).rename(columns=names)
    design = replace(TWO_STAGES, ids=("key 1", "household"), weights='sum "w')
    check(frame, design, [Mean("whole 0"), Total("whole 0")], [("made 0",), ()])


@pytest.mark.parametrize(
    ("changes", "statistic"),
    [
        ({"weight": [1.0, None, None, 2.0]}, Mean("x")),
        ({"weight": [1.0, 2.0, -0.5, 2.0]}, Mean("x")),
        ({"village": [1, None, 2, 3]}, Mean("x")),
        ({"stratum": ["a", None, "b", "b"]}, Mean("x")),
        ({"villages": [20, 21, 30, 30]}, Mean("x")),
        ({"villages": [1, 1, 1, 1]}, Mean("x")),
        ({"stratum": ["a", "b", "b", "b"], "village": [1, 1, 2, 3]}, Mean("x")),
        ({"stratum": ["a", "b", "b", "b"]}, Mean("x")),
        ({"x": ["1", "two", "3", "4"]}, Mean("x")),
        ({}, Mean("income")),
        ({}, Proportion("answer", 1)),
        ({}, Proportion("x", "yes")),
    ],
)
def test_bad_input_is_refused_in_the_same_words(
    changes: dict[str, list[Any]], statistic: Statistic
) -> None:
    good = pd.DataFrame(
        {
            "stratum": ["a", "a", "b", "b"],
            "village": [1, 2, 3, 4],
            "weight": [1.0, 2.0, 1.0, 2.0],
            "villages": [20, 20, 30, 30],
            "answer": ["yes", "no", "yes", "no"],
            "x": [20.0, 30.0, 40.0, 50.0],
        }
    )
    design = Design(ids=("village",), strata=("stratum",), weights="weight", fpc=("villages",))
    data = good.assign(**changes)
    with pytest.raises(WrongUse) as one:
        estimate(data, design, statistic)
    with pytest.raises(WrongUse) as many:
        estimate_many(duckdb.from_df(data), design, [statistic], [()])
    assert str(many.value) == str(one.value)
