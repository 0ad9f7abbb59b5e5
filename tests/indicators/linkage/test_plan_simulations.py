"""Place-times of the plan as controls: false findings, coverage, and what traps come to.

Patrols are done in some areas and months of a plan and not in others (`plan_simulation.py`). As
in `test_wake_simulations.py`, `make test` takes some runs and `make soak` 1,000.
"""

import numpy as np
import pandas as pd
import pytest

from indicators.linkage.methods.wake.place_times import PLANNED
from tests.indicators.linkage.plan_simulation import PLANS, graded, read_runs, simulate
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

SEED = 20261121
FEW, FEW_GRADED = 50, 25
TRAPS = ("reacts", "unlogged", "other_reason")
GRADED = ("risk", "effect", *TRAPS)
KINDS = {
    name: "trap" if name in TRAPS else "power" if plan.extra else "false"
    for name, plan in PLANS.items()
}
NO_EFFECT = [name for name, kind in KINDS.items() if kind == "false"]
HOLD = [name for name, kind in KINDS.items() if kind != "trap"]
LEAST_CAUGHT = 0.90


def tables(runs: int) -> dict[str, pd.DataFrame]:
    return {name: rates(simulate(name, runs, SEED)) for name in HOLD}


def assert_grades(runs: int, slack: float, capsys: pytest.CaptureFixture[str]) -> None:
    """Traps C or D in every window; never A, as nobody knows why none went."""
    found = {name: graded(name, runs, SEED) for name in GRADED}
    with capsys.disabled():
        print("\nplan simulations, " + confusion(found))
    for name in GRADED:
        assert not (found[name]["grade"] == "A").any(), name
    for name in ("reacts", "unlogged"):
        for time in (7, 14):
            for radius in (10, 20):
                assert share_of(found[name], "CD", time, radius) >= LEAST_CAUGHT - slack
    assert share_of(found["effect"], "B", 7, 10) >= 0.5 - slack
    trap = found["other_reason"]
    widest = trap[(trap["t_window"] == 14) & (trap["spat_window"] == 20)]
    assert (widest["pvalue"] < 0.05).mean() > 0.1 - slack / 2, "the trap is one"


def controls(name: str) -> set[tuple[str, pd.Period]]:
    """Areas and months that are controls in a few runs."""
    rows = read_runs(PLANS[name], 5, np.random.default_rng(SEED))
    rows = rows[rows["type"] == PLANNED]
    return set(zip(rows["area"], rows["timestamp"].dt.to_period("M"), strict=True))


def test_months_called_off_for_insecurity_are_no_controls() -> None:
    """The same months, with the reason that the log gives and with another one."""
    insecure, otherwise = controls("insecurity"), controls("other_reason")
    assert insecure < otherwise
    assert len(insecure) < 0.95 * len(otherwise)


def test_some_runs(capsys: pytest.CaptureFixture[str]) -> None:
    found = tables(FEW)
    with capsys.disabled():
        print("\nplan simulations, " + printed(found, KINDS, FEW))
    assert_few_false_findings(found, FEW, NO_EFFECT)
    assert_coverage(found, FEW, HOLD)
    assert found["effect"].loc[(14, 10), "HC2"] > 0.8, "the planted effect is seen"


def test_traps_are_graded_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert_grades(FEW_GRADED, 0.15, capsys)


@pytest.mark.soak
def test_traps_in_a_thousand_runs(capsys: pytest.CaptureFixture[str]) -> None:
    assert_grades(MANY, 0.0, capsys)


@pytest.mark.soak
def test_every_p_value_and_interval_keeps_its_promise(capsys: pytest.CaptureFixture[str]) -> None:
    found = tables(MANY)
    with capsys.disabled():
        print("\nplan simulations, " + printed(found, KINDS, MANY))
    assert_coverage(found, MANY, HOLD)
    assert_no_false_findings(
        found, lambda name: rates(simulate(name, REPEATED, SEED + 1)), NO_EFFECT
    )
    assert found["effect"].loc[(14, 10), "HC2"] > 0.9
    for name in ("effect", "small_effect"):
        error = (found[name]["mean"] - found[name]["truth"]).abs()
        assert (error < 0.05).all(), "planted effects are found without bias"
