"""Rates of false findings, coverage and power of every p-value and interval that is offered.

`make test` takes some runs and bounds that a rate of 5.7% keeps in all but one of ten
thousand cells; `make soak` takes 1,000 and the bounds of README §3.1. The table is printed.
"""

import pandas as pd
import pytest

from tests.indicators.linkage.simulation_tables import (
    MANY,
    REPEATED,
    assert_coverage,
    assert_few_false_findings,
    assert_no_false_findings,
    confusion,
    printed,
    rates,
    share_of,
)
from tests.indicators.linkage.wake_simulation import SCENARIOS, TRAPS, graded, simulate

SEED = 20261120
FEW = 50
FEW_GRADED = 20
LEAST_FOUND, LEAST_CAUGHT = 0.60, 0.90
GRADED = ("N2", "P1", *TRAPS)
KINDS = {
    name: "trap" if name in TRAPS else "power" if scenario.extra else "false"
    for name, scenario in SCENARIOS.items()
}
NO_EFFECT = [name for name, kind in KINDS.items() if kind == "false"]


def tables(runs: int) -> dict[str, pd.DataFrame]:
    return {name: rates(simulate(name, runs, SEED)) for name in SCENARIOS}


def assert_grades(runs: int, slack: float, capsys: pytest.CaptureFixture[str]) -> None:
    """Planted effects A or B, traps C or D in every window; `slack`: what chance takes of few."""
    found = {name: graded(name, runs, SEED) for name in GRADED}
    with capsys.disabled():
        print("\nwake simulations, " + confusion(found))
    assert share_of(found["P1"], "AB", 14, 10) >= LEAST_FOUND - slack
    for name in TRAPS:
        for time in (7, 14):
            for radius in (10, 20):
                assert share_of(found[name], "CD", time, radius) >= LEAST_CAUGHT - slack / 2


def test_some_runs(capsys: pytest.CaptureFixture[str]) -> None:
    found = tables(FEW)
    with capsys.disabled():
        print("\nwake simulations, " + printed(found, KINDS, FEW))
    assert_few_false_findings(found, FEW, NO_EFFECT)
    assert_coverage(found, FEW, [*NO_EFFECT, "P1", "P2"])
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
        print("\nwake simulations, " + printed(found, KINDS, MANY))
    assert_coverage(found, MANY, [*NO_EFFECT, "P1", "P2"])
    assert_no_false_findings(
        found, lambda name: rates(simulate(name, REPEATED, SEED + 1)), NO_EFFECT
    )
    assert found["P1"].loc[(14, 10), "HC2"] > 0.9
    for name in ("P1", "P2"):
        error = (found[name]["mean"] - found[name]["truth"]).abs()
        assert (error < 0.05).all(), "planted effects are found without bias"
