"""Rates of false findings, coverage and power of every p-value and interval that is offered.

`make test` takes a tenth of the runs and bounds that a rate of 5.7% keeps in all but one of ten
thousand cells; `make soak` takes 1,000 and the bounds of README §3.1. The table is printed.
"""

from collections.abc import Mapping

import pandas as pd
import pytest
from scipy import stats

from tests.indicators.linkage.wake_simulation import SCENARIOS, TRAPS, graded, simulate

SEED = 20261120
FEW, MANY, REPEATED = 100, 1000, 4000
FEW_GRADED = 40
LEAST_FOUND, LEAST_CAUGHT = 0.60, 0.90
GRADED = ("N2", "P1", *TRAPS)
HIGHEST, HIGHEST_REPEATED = 0.065, 0.057
P_VALUES = {"HC2": "p_value", "HC3": "p_hc3", "permutation": "p_permutation"}
WINDOW = ["t_window", "spat_window"]
NO_EFFECT = [name for name in SCENARIOS if not SCENARIOS[name].extra and name not in TRAPS]


def rates(runs: pd.DataFrame) -> pd.DataFrame:
    """By window: share of p < .05 for each p-value, coverage of the interval, mean estimate."""
    measured = pd.DataFrame({
        **{name: (runs[column] < 0.05).astype(float) for name, column in P_VALUES.items()},
        "coverage": ((runs["ci_low"] <= runs["truth"]) & (runs["truth"] <= runs["ci_high"])),
        "mean": runs["estimate"],
        "truth": runs["truth"],
        "not_estimable": runs["estimate"].isna(),
        **{name: runs[name] for name in WINDOW},
    })  # fmt: skip
    return measured.groupby(WINDOW).mean()


def tables(runs: int) -> dict[str, pd.DataFrame]:
    return {name: rates(simulate(name, runs, SEED)) for name in SCENARIOS}


def printed(found: Mapping[str, pd.DataFrame], runs: int) -> str:
    """Scenario × window: false findings (power in P1, P2) by p-value, coverage, mean and truth."""
    lines = [f"wake simulations, {runs} runs each: share of p < .05, coverage of 95% intervals"]
    for name, table in found.items():
        kind = "trap" if name in TRAPS else "power" if SCENARIOS[name].extra else "false"
        for window, row in table.iterrows():
            shares = "  ".join(f"{label} {row[label]:6.1%}" for label in P_VALUES)
            lines.append(
                f"{name} {kind:5} {window!s:>8}  {shares}  coverage {row['coverage']:6.1%}  "
                f"mean {row['mean']:+.3f}  truth {row['truth']:.3f}"
            )
    return "\n".join(lines)


def confusion(found: Mapping[str, pd.DataFrame]) -> str:
    """Scenario × window: how many runs got which grade."""
    lines = ["wake simulations: runs by grade"]
    for name, table in found.items():
        for window, rows in table.groupby(WINDOW):
            counts = rows["grade"].value_counts()
            shown = "  ".join(f"{letter} {counts.get(letter, 0):5}" for letter in "ABCD")
            lines.append(f"{name} {window!s:>8}  {shown}")
    return "\n".join(lines)


def share_of(table: pd.DataFrame, letters: str, time: int, radius: int) -> float:
    rows = table[(table["t_window"] == time) & (table["spat_window"] == radius)]
    return float(rows["grade"].isin(list(letters)).mean())


def assert_grades(runs: int, slack: float, capsys: pytest.CaptureFixture[str]) -> None:
    """Planted effects A or B, traps C or D in every window; `slack`: what chance takes of few."""
    found = {name: graded(name, runs, SEED) for name in GRADED}
    with capsys.disabled():
        print("\n" + confusion(found))
    assert share_of(found["P1"], "AB", 14, 10) >= LEAST_FOUND - slack
    for name in TRAPS:
        for time in (7, 14):
            for radius in (10, 20):
                assert share_of(found[name], "CD", time, radius) >= LEAST_CAUGHT - slack / 2


def coverage_bounds(runs: int) -> tuple[float, float]:
    """Of 1,000 runs 93–97%; of fewer as wide as chance asks for."""
    spread = 3.9 * (0.05 * 0.95 / runs) ** 0.5
    return (0.93, 0.97) if runs >= MANY else (0.95 - spread, 1.0)


def test_a_tenth_of_the_runs(capsys: pytest.CaptureFixture[str]) -> None:
    found = tables(FEW)
    with capsys.disabled():
        print("\n" + printed(found, FEW))
    highest = stats.binom.ppf(0.9999, FEW, HIGHEST_REPEATED) / FEW
    for name in NO_EFFECT:
        for label in P_VALUES:
            assert found[name][label].max() <= highest, (name, label)
    for name in [*NO_EFFECT, "P1", "P2"]:
        low, high = coverage_bounds(FEW)
        assert found[name]["coverage"].between(low, high).all(), name
    assert found["P1"].loc[(14, 10), "HC2"] > 0.8, "the planted effect is seen"
    assert found["N5"].loc[(14, 20), "HC2"] > 0.3, "the trap is one"


def test_planted_effects_and_traps_are_graded_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert_grades(FEW_GRADED, 0.15, capsys)


@pytest.mark.soak
def test_planted_effects_and_traps_in_a_thousand_runs(capsys: pytest.CaptureFixture[str]) -> None:
    assert_grades(MANY, 0.0, capsys)


@pytest.mark.soak
def test_every_p_value_and_interval_keeps_its_promise(capsys: pytest.CaptureFixture[str]) -> None:
    found = tables(MANY)
    with capsys.disabled():
        print("\n" + printed(found, MANY))
    low, high = coverage_bounds(MANY)
    for name in [*NO_EFFECT, "P1", "P2"]:
        assert found[name]["coverage"].between(low, high).all(), name
    for name in NO_EFFECT:
        above = [label for label in P_VALUES if found[name][label].max() > HIGHEST]
        if above:
            again = rates(simulate(name, REPEATED, SEED + 1))
            for label in above:
                cells = found[name][label] > HIGHEST
                assert again[label][cells].max() <= HIGHEST_REPEATED, (name, label)
    assert found["P1"].loc[(14, 10), "HC2"] > 0.9
    for name in ("P1", "P2"):
        error = (found[name]["mean"] - found[name]["truth"]).abs()
        assert (error < 0.05).all(), "planted effects are found without bias"
