"""What the product would say of simulated panels: p-values, coverage and grades, run by run.

The same rules as `models.py` with the estimators of `many_panels.py`; a test holds both equal.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from indicators.foundation.numbers.statistics import benjamini_hochberg
from indicators.linkage.grading import CheckOutcome, GradingInputs, grade
from indicators.linkage.panel import placebos
from tests.indicators.linkage.many_panels import (
    Array,
    Fits,
    demeaned,
    poisson,
    twfe,
)
from tests.indicators.linkage.simulated_panels import SECTORS, Panels, Scenario, draw

CHUNK = 50


@dataclass
class Told:
    """Of many runs of one scenario: p-values by method, coverage by method, evidence by run."""

    p_values: dict[str, list[Array]] = field(default_factory=dict)
    covered: dict[str, list[Array]] = field(default_factory=dict)
    evidence: list[GradingInputs] = field(default_factory=list)

    def note(self, name: str, p: Array, covered: Array | None = None) -> None:
        self.p_values.setdefault(name, []).append(p)
        if covered is not None:
            self.covered.setdefault(name, []).append(covered)

    def share_below(self, name: str, level: float = 0.05) -> float:
        return float((np.concatenate(self.p_values[name]) < level).mean())

    def coverage(self, name: str) -> float:
        return float(np.concatenate(self.covered[name]).mean())

    def grades(self) -> Counter[str]:
        return Counter(grade(evidence).letter for evidence in self.evidence)


def simulate(scenario: Scenario, runs: int, seed: int) -> Told:
    """All runs of one scenario, a chunk at a time."""
    told = Told()
    for at in range(0, runs, CHUNK):
        panels = draw(scenario, min(CHUNK, runs - at), seed + at)
        tell_continuous(scenario, panels, told)
    return told


def columns(*parts: Array) -> Array:
    """Regressors side by side: runs × k × areas × months."""
    return np.stack([part.astype(float) for part in parts], axis=1)


def shared_checks(panels: Panels, x: Array, main: Fits) -> dict[str, NDArray[np.bool_]]:
    """Permutation, sectors left out and independent reports, run by run."""
    y = panels.outcome
    paths, left = demeaned(x), demeaned(y)
    products = paths @ left.transpose(0, 2, 1)
    share = np.array([placebos.permuted_share(product, 499) for product in products])
    areas = np.arange(y.shape[1])
    parts = []
    for sector in range(SECTORS):
        keep = areas % SECTORS != sector
        parts.append(poisson(y[:, keep], columns(x[:, keep])).estimate[:, 0])
    whole = main.estimate[:, 0]
    held = [placebos.left_out_holds(w, p) for w, p in zip(whole, np.array(parts).T, strict=True)]
    reported = poisson(panels.independent, columns(x))
    independent = [
        placebos.independent_outcome(w, e, p) == "passed"
        for w, e, p in zip(whole, reported.estimate[:, 0], reported.p[:, 0], strict=True)
    ]
    return {
        "permutation": share <= placebos.PERMUTATION_P,
        "leave_one_out": np.array([outcome == "passed" for outcome in held]),
        "reporting": np.array(independent),
    }


def logged(y: Array, x: Array) -> Iterator[Array]:
    yield twfe(np.log1p(y), columns(x)).estimate[:, 0]
    yield twfe(ranked(y), columns(x)).estimate[:, 0]


def ranked(values: Array) -> Array:
    flat = values.reshape(len(values), -1)
    return np.asarray(stats.rankdata(flat, axis=1).reshape(values.shape))


def stable(whole: Array, neighbours: list[Array]) -> NDArray[np.bool_]:
    agree = np.mean([np.sign(other) == np.sign(whole) for other in [whole, *neighbours]], axis=0)
    return np.asarray(agree >= placebos.STABLE_SHARE)


def partial_correlation(x: Array, y: Array) -> tuple[Array, Array]:
    """Estimate and p by the jackknife over areas, as `association.correlation` does it."""
    a, b = demeaned(ranked(x)), demeaned(ranked(y))
    sums = np.stack([(a * b).sum(axis=2), (a * a).sum(axis=2), (b * b).sum(axis=2)])
    total = sums.sum(axis=2, keepdims=True)

    def z(parts: Array) -> Array:
        return np.arctanh(parts[0] / np.sqrt(parts[1] * parts[2]))

    without = z(total - sums)
    areas = x.shape[1]
    spread = ((without - without.mean(axis=1, keepdims=True)) ** 2).sum(axis=1)
    error = np.sqrt((areas - 1) / areas * spread) * areas / (areas - 1)
    whole = z(total)[:, 0]
    return np.tanh(whole), 2 * stats.t.sf(np.abs(whole) / error, areas - 1)


def tell_continuous(scenario: Scenario, panels: Panels, told: Told) -> None:
    x, y, lag = np.log2(1 + panels.patrols), panels.outcome, panels.lag
    months = y.shape[2]
    at_lag, now = x[:, :, : months - lag], y[:, :, lag:]
    main, least = poisson(now, columns(at_lag)), twfe(now, columns(at_lag))
    partial, partial_p = partial_correlation(at_lag, now)
    truth = scenario.beta
    said = scenario.kind != "trap"
    told.note("Poisson", main.p[:, 0], main.covers(truth) if said else None)
    is_null = scenario.kind == "null"
    told.note("least squares", least.p[:, 0], least.covers(0.0) if is_null else None)
    told.note("partial rank correlation", partial_p)
    lead_p, reaction_p = leads(x, y, lag), reactions(x, y)
    told.note("leads", lead_p)
    told.note("reaction", reaction_p)
    others = [least.estimate[:, 0], *logged(now, at_lag)]
    cut = replace(panels, outcome=now, independent=panels.independent[:, :, lag:])
    checks = {
        "lead": lead_p >= placebos.PLACEBO_P,
        "reaction": reaction_p >= placebos.PLACEBO_P,
        **shared_checks(cut, at_lag, main),
        "stability": stable(main.estimate[:, 0], others),
    }
    estimates = [main.estimate[:, 0], least.estimate[:, 0], partial]
    p_values = [main.p[:, 0], least.p[:, 0], partial_p]
    told.evidence += evidence(panels, estimates, p_values, checks)


def leads(x: Array, y: Array, lag: int) -> Array:
    """p of the activity of the three months after, beside that of now and at the lag."""
    months, last = y.shape[2], max(placebos.LEADS)
    rows = slice(lag, months - last)
    parts = [x[:, :, 0 : months - last - lag]]
    parts += [x[:, :, lag + lead : months - last + lead] for lead in placebos.LEADS]
    if lag:
        parts.append(x[:, :, rows])
    return poisson(y[:, :, rows], columns(*parts)).wald_p([1, 2, 3])


def reactions(x: Array, y: Array) -> Array:
    """p of the outcomes of the three months before in what the activity is."""
    months, last = y.shape[2], max(placebos.LEADS)
    parts = [values[:, :, last - k : months - k] for values in (y, x) for k in placebos.LEADS]
    return twfe(x[:, :, last:], columns(*parts)).wald_p([0, 1, 2])


def evidence(
    panels: Panels,
    estimates: list[Array],
    p_values: list[Array],
    checks: dict[str, NDArray[np.bool_]],
) -> Iterator[GradingInputs]:
    """One run each: q over the run's own tests, signs, checks and caps."""
    for run in range(len(panels.outcome)):
        p = np.array([values[run] for values in p_values])
        signs = np.sign([values[run] for values in estimates])
        outcomes: dict[str, CheckOutcome] = {
            name: "passed" if values[run] else "failed" for name, values in checks.items()
        }
        ceilings = ("same_month",) if panels.lag == 0 else ()
        yield GradingInputs(
            "continuous",
            q_value=float(benjamini_hochberg(p, np.zeros(len(p), dtype=np.int64))[0]),
            n_areas=panels.outcome.shape[1],
            agreeing=int((signs == signs[0]).sum()),
            specifications=len(signs),
            checks=outcomes,
            ceilings=ceilings,
        )
