"""Outputs without an outcome, by tier, phase and type of unit."""

from typing import Any

from indicators.definitions.catalogue import load_catalogue
from indicators.definitions.checks.coverage import Gap, gaps
from indicators.definitions.indicator import Indicator

BASE = load_catalogue()["P2-OP-01"]


def entry(code: str, level: str, **changes: Any) -> Indicator:
    cell = {"tier": ("II",), "phases": ("response",), "units": ("FPU",)}
    return BASE.model_copy(update={"code": code, "level": level, **cell, **changes})


def test_an_output_without_an_outcome_is_a_gap() -> None:
    outputs = [entry("P2-OP-02", "output"), entry("P2-OP-01", "output", units=("FPU", "IPO"))]
    outcome = entry("P2-OC-01", "outcome", units=("IPO",))
    assert gaps([*outputs, outcome]) == [Gap("II", "response", "FPU", ("P2-OP-01", "P2-OP-02"))]


def test_tier_phase_and_unit_must_all_be_those_of_the_outcome() -> None:
    output = entry("P2-OP-01", "output")
    near = [
        entry("P2-OC-01", "outcome", tier=("I",)),
        entry("P2-OC-02", "outcome", phases=("prevention",)),
        entry("P2-OC-03", "outcome", units=("SPT",)),
    ]
    assert len(gaps([output, *near])) == 1
    assert gaps([output, *near, entry("P2-OC-04", "outcome")]) == []


def test_an_impact_closes_no_gap_and_an_outcome_alone_is_none() -> None:
    impact = entry("X-IM-01", "impact")
    assert len(gaps([entry("P2-OP-01", "output"), impact])) == 1
    assert gaps([entry("P2-OC-01", "outcome"), impact]) == []
