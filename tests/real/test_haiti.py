"""Haiti 2022 household survey: proportions and intervals as published, to six digits."""

import re
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from indicators.survey import Design, Proportion, estimate

SIX_DIGITS = 5e-7
DESIGN = Design(ids=("i_cluster",), strata=("stratum",), weights="weights")


@dataclass(frozen=True)
class Published:
    """One line of the check that the data's README quotes."""

    level: str
    estimate: float
    ci_low: float
    ci_high: float


def published_check(folder: Path) -> tuple[str, list[Published]]:
    """The column of the check and its figures, read from the README beside the data."""
    text = (folder / "README.md").read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.startswith("PUBLISHED CHECK"))
    found = re.search(r"README, (\w+),", line)
    assert found, line
    figures = re.findall(r"(\w+) (0\.\d+) \[(0\.\d+), (0\.\d+)\]", line)
    return found.group(1), [Published(level, *map(float, numbers)) for level, *numbers in figures]


def degrees_of_freedom(folder: Path) -> int:
    found = re.search(r"= (\d+) df", (folder / "README.md").read_text(encoding="utf-8"))
    assert found
    return int(found.group(1))


@pytest.fixture(scope="module")
def haiti(real_folder: Path) -> Path:
    return real_folder / "msna_haiti_2022"


def test_published_latrine_proportions(haiti: Path) -> None:
    column, published = published_check(haiti)
    assert published, "the README quotes no published figure"
    with duckdb.connect() as connection:
        households = connection.read_csv(str(haiti / "msna_hti_2022_households.csv"))
        for figure in published:
            statistic = Proportion(column, figure.level, interval="logit")
            row = estimate(households, DESIGN, statistic).iloc[0]
            assert row["df"] == degrees_of_freedom(haiti)
            for name in ("estimate", "ci_low", "ci_high"):
                expected = pytest.approx(getattr(figure, name), rel=SIX_DIGITS)
                assert row[name] == expected, f"{figure.level} {name}"
