"""The order in which rows arrive, and the kind of table they come in, change no bit."""

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from indicators.survey import (
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
)

DESIGN = Design(ids=("psu",), strata=("stratum",), weights="weight", nest=True)
STATISTICS: list[Statistic] = [
    Mean("x"),
    Total("x"),
    Ratio("x", "weight"),
    Proportion("answer", "yes", ("refused",)),
    Quantile("x", 0.5),
    Difference("x", "sex", "f", "m"),
    TTest("answer", "sex", "f", "m", level="yes"),
    Index(("x", "weight")),
]


def people() -> pd.DataFrame:
    random = np.random.default_rng(7)
    rows = 600
    x = random.normal(3, 2, rows)
    x[::17] = np.nan
    return pd.DataFrame(
        {
            "stratum": random.choice(["north", "south", "east"], rows),
            "psu": random.integers(1, 6, rows),
            "weight": random.uniform(0.3, 3.3, rows),
            "sex": random.choice(["f", "m"], rows),
            "area": random.integers(1, 4, rows),
            "answer": random.choice(["yes", "no", "refused"], rows),
            "x": x,
        }
    )


@pytest.mark.parametrize("statistic", STATISTICS, ids=lambda statistic: type(statistic).__name__)
def test_row_order_changes_nothing(statistic: Statistic) -> None:
    frame = people()
    shuffled = frame.sample(frac=1, random_state=3)
    first = estimate(frame, DESIGN, statistic, by=("area",))
    second = estimate(shuffled, DESIGN, statistic, by=("area",))
    assert first["se"].notna().all()
    pd.testing.assert_frame_equal(first, second, check_exact=True)


@pytest.mark.parametrize("statistic", STATISTICS, ids=lambda statistic: type(statistic).__name__)
def test_a_duckdb_relation_gives_what_the_frame_gives(statistic: Statistic, tmp_path: Path) -> None:
    frame = people()
    path = tmp_path / "people.parquet"
    frame.to_parquet(path)
    with duckdb.connect() as connection:
        relation = connection.from_parquet(str(path)).order("weight DESC")
        found = estimate(relation, DESIGN, statistic, by=("area", "sex"))
    expected = estimate(frame, DESIGN, statistic, by=("area", "sex"))
    pd.testing.assert_frame_equal(found, expected, check_exact=True, check_dtype=False)
