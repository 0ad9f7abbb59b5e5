"""What began in areas at dates: figures of others, a slow and obvious version, planted missions."""

import json
import math
from datetime import date
from itertools import permutations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from indicators.linkage.framework.model import Edge
from indicators.linkage.methods.protocol import Warehouse
from indicators.linkage.methods.rollout.group_times import (
    LEFT_OUT,
    NEVER,
    Observed,
    cells,
    combined,
    distance,
    drift_bound,
    effects,
)
from indicators.linkage.methods.rollout.method import Reached, Rollout
from tests.indicators.linkage.rollout_simulation import EDGE, NULLS, PLANTED, months, shares, waves
from tests.worlds.rows.mart import empty_mart, fill, indicator, mission, value

FIGURES = Path(__file__).parents[2] / "figures" / "linkage" / "rollout"
SEED = 20261124


def made_up() -> tuple[Observed, pd.DataFrame]:
    rows = pd.read_csv(FIGURES / "made_up.csv")
    grid = rows.pivot(index="area", columns="period", values="y")
    first = rows.groupby("area")["first"].first().replace(0, NEVER).to_numpy()
    time = grid.columns.to_numpy()
    return Observed(grid.to_numpy(), time, time, np.arange(len(grid)), first), rows


def test_group_time_effects_are_those_of_the_authors_package() -> None:
    observed, _ = made_up()
    expected = json.loads((FIGURES / "expected.json").read_text(encoding="utf-8"))
    own = {
        (cell.group, cell.group + cell.at): cell.first[0] - cell.second[0]
        for cell in cells(observed, observed.arrival[observed.unit][None])
    }
    seen = {(g, t): effect for g, t, effect in expected["att_gt"] if t != g - 1}
    assert own == pytest.approx(seen, abs=1e-9)
    found = effects(observed, permutations=19)
    assert found is not None
    assert found.whole.estimate == pytest.approx(expected["group"]["overall"], abs=1e-9)
    path = dict(zip(expected["dynamic"]["at"], expected["dynamic"]["effect"], strict=True))
    del path[-1]
    assert {at: part.estimate for at, part in found.path.items()} == pytest.approx(path, abs=1e-9)


def slow(observed: Observed, arrival: np.ndarray) -> float:
    """The one effect by loops over groups, periods and areas, as the paper writes it."""
    outcome, groups = observed.outcome, sorted({*observed.arrival.tolist()} - {NEVER})
    by_group: list[tuple[float, int]] = []
    sums = [0.0, 0.0]
    known_periods = [t for t in range(outcome.shape[1]) if np.isfinite(outcome[:, t]).any()]
    for group in groups:
        before = [t for t in known_periods if observed.ends[t] < group]
        base = before[: len(before) - observed.gap][-observed.base :]
        own, most = [], 0
        for t in known_periods:
            if not base or observed.starts[t] < group:
                continue
            parts: dict[bool, list[tuple[float, float]]] = {True: [], False: []}
            for area in range(len(outcome)):
                history = [outcome[area, s] for s in base if np.isfinite(outcome[area, s])]
                if not history or not np.isfinite(outcome[area, t]):
                    continue
                pair = (outcome[area, t], sum(history) / len(history))
                if arrival[area] == group:
                    parts[True].append(pair)
                elif arrival[area] > observed.ends[t]:
                    parts[False].append(pair)
            if not parts[True] or not parts[False]:
                continue
            reached, others = (np.array(parts[name]) for name in (True, False))
            if observed.scale == "log_ratio":
                if others[:, 1].sum() > 0:
                    sums[0] += reached[:, 0].sum()
                    sums[1] += reached[:, 1].sum() * others[:, 0].sum() / others[:, 1].sum()
                continue
            changes = [(part[:, 0] - part[:, 1]).mean() for part in (reached, others)]
            own.append(changes[0] - changes[1])
            most = max(most, len(reached))
        if own:
            by_group.append((float(np.mean(own)), most))
    if observed.scale == "log_ratio":
        return math.log(sums[0] / sums[1])
    return float(np.average([a for a, _ in by_group], weights=[b for _, b in by_group]))


@pytest.mark.parametrize("draw", [waves, months])
@pytest.mark.parametrize("run", range(6))
def test_the_effect_is_that_of_plain_loops_also_with_gaps(draw: object, run: int) -> None:
    generator = np.random.default_rng([SEED, run])
    observed: Observed = draw(generator)  # type: ignore[operator]
    gaps = generator.random(observed.outcome.shape) < 0.15
    observed.outcome[gaps] = np.nan
    true = observed.arrival[observed.unit]
    assignments = np.vstack(
        [true, np.where(observed.unit == 2, LEFT_OUT, true), generator.permutation(true)]
    )
    after = [cell for cell in cells(observed, assignments) if cell.at >= 0]
    fast = combined(after, observed.scale)
    assert fast == pytest.approx([slow(observed, own) for own in assignments], abs=1e-9)


def test_a_ratio_worked_by_hand() -> None:
    """Reached 8 a month before and 3 after, others 10 and 5: expected 4, so 3 of 4."""
    outcome = np.array([[8.0, 3.0], [6.0, 4.0], [4.0, 1.0]])
    days = np.array([0, 10])
    observed = Observed(
        outcome, days, days + 9, np.arange(3), np.array([10, NEVER, NEVER]), "log_ratio"
    )
    after = cells(observed, observed.arrival[None])
    assert combined(after, "log_ratio")[0] == pytest.approx(math.log(3 / 4))


def test_a_period_in_which_it_arrived_is_neither_before_nor_after() -> None:
    outcome = np.array([[1.0, 9.0, 3.0], [1.0, 1.0, 1.0]])
    starts, ends = np.array([0, 10, 20]), np.array([9, 19, 29])
    observed = Observed(outcome, starts, ends, np.arange(2), np.array([15, NEVER]))
    (only,) = cells(observed, observed.arrival[None])
    assert (only.at, only.first[0] - only.second[0]) == (0, 2.0)


def test_p_is_the_share_of_all_assignments() -> None:
    """Six areas, two reached: of fifteen pairs only the true one differs as much."""
    outcome = np.array([[0, 9.0], [0, 8.0], [0, 1.0], [0, 0.0], [0, 2.0], [0, 1.5]])
    time = np.array([0, 1])
    observed = Observed(outcome, time, time, np.arange(6), np.array([1, 1] + [NEVER] * 4))
    found = effects(observed, permutations=4000)
    assert found is not None
    every = {tuple(order) for order in permutations([1, 1] + [NEVER] * 4)}
    share = np.mean([abs(slow(observed, np.array(own))) >= found.whole.estimate for own in every])
    assert share == pytest.approx(1 / 15)
    assert found.p_value == pytest.approx(share, abs=0.015)


@pytest.mark.parametrize("run", range(4))
def test_the_interval_leaves_out_nil_where_p_is_below_5_percent(run: int) -> None:
    observed = waves(np.random.default_rng([SEED, 7, run]), points=9.0)
    found = effects(observed)
    assert found is not None
    assert (found.p_value <= 0.05) == (found.low > 0 or found.high < 0)
    assert found.low < found.whole.estimate < found.high


def test_the_bound_on_drift_worked_by_hand() -> None:
    """Before: 0, 2 and (base) 0, so at most 2 a wave; after: 6, one wave on, less a reach of 2."""
    outcome = np.array([[0.0, 2.0, 0.0, 6.0]] * 3 + [[0.0] * 4] * 3)
    time = np.arange(4)
    arrival = np.array([3] * 3 + [NEVER] * 3)
    observed = Observed(outcome, time, time, np.arange(6), arrival)
    found = effects(observed, permutations=99)
    assert found is not None
    assert distance(found, observed) == (1.5, 1.0)
    assert drift_bound(found, observed, 2.0) == pytest.approx(2.0)


def test_what_arrives_where_violence_rose_is_never_better_than_c() -> None:
    """In every area reached the three months before were three times as bad."""
    observed = months(np.random.default_rng(SEED), ratio=0.5)
    rise = (observed.starts >= observed.arrival[:, None] - 3) & (
        observed.starts < observed.arrival[:, None]
    )
    observed.outcome[rise] = 3 * observed.outcome[rise] + 3
    inputs = Reached(observed, 33, 1.0, independent=observed)
    whole, *others = Rollout().evidence(inputs, EDGE).findings
    assert whole.grading_inputs.checks["pretrend"] == "failed"
    assert {own.effect.specification for own in others} == {"before_arrival", "just_before"}


def test_few_units_and_no_period_before_are_reasons() -> None:
    observed = waves(np.random.default_rng(1))
    for changed, reason in (
        ({"unit": observed.unit % 4, "arrival": observed.arrival[:4]}, "too_few_clusters"),
        ({"arrival": np.where(observed.arrival == NEVER, NEVER, 0)}, "no_period_before"),
    ):
        own = Observed(**{**vars(observed), **changed})
        (only,) = Rollout().evidence(Reached(own, 33, 40, True, 33), EDGE).findings
        assert only.effect.reason == reason and not only.effect.is_estimated


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"arrivals": []}, "one of arrivals and deployments"),
        ({"deployments": {"component": "police"}}, "one of arrivals and deployments"),
        ({"arrival": None}, "needs arrival"),
        ({"kind": "activity"}, "`kind: rollout` alone"),
        ({"arrivals": [{"areas": ["A"]}, {"areas": ["A", "B"]}]}, "twice: A"),
        ({"primary": {"method": "panel", "named_on": "2026-01-01"}}, "no other test"),
    ],
)
def test_an_edge_says_when_it_arrived_in_one_way(changed: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Edge.model_validate({**EDGE.model_dump(by_alias=True), **changed})


@pytest.mark.parametrize(
    ("source", "measure", "same_collector", "others"),
    [
        ("incidents", "count", False, [[1.0, 0.0], [0.0, 2.0]]),
        ("alerts", "count", True, None),
        ("survey", "proportion", False, None),
    ],
)
def test_what_is_read_of_an_outcome(
    source: str, measure: str, same_collector: bool, others: list[list[float]] | None
) -> None:
    """Of incidents also what others than patrolling components report, by area and month."""
    connection = empty_mart()
    outcome = {"indicator": EDGE.to_indicator, "source": source, "measure": measure}
    fill(connection, "indicator", [indicator(**outcome)])
    months = (("A", "2026-01", 4.0), ("A", "2026-02", 5.0), ("B", "2026-01", 2.0))
    cells = [
        value(indicator=EDGE.to_indicator, area=area, area_level="admin1", period=month, value=said)
        for area, month, said in (*months, ("B", "2026-02", 3.0))
    ]
    fill(connection, "indicator_value", [cell | {"n": 50} for cell in cells])
    connection.execute(
        """CREATE SCHEMA core; CREATE SCHEMA cube;
        CREATE TABLE core.incidents AS FROM (VALUES ('A', DATE '2026-01-03', 'human_rights'),
          ('A', DATE '2026-02-03', 'un_police'), ('B', DATE '2026-02-09', 'human_rights'),
          ('B', DATE '2026-02-27', 'human_rights')) AS t(area_code, occurred_on, reported_by);
        CREATE TABLE cube.area_ancestor AS SELECT area AS area_code, area
          FROM (VALUES ('A'), ('B')) AS t(area)"""
    )
    found = Rollout().read(Warehouse(connection, mission(), {}, date(2026, 3, 1)), EDGE)
    assert found is not None
    assert found.observed.outcome.tolist() == [[4, 5], [2, 3]]
    assert found.same_collector == same_collector
    assert (found.independent and found.independent.outcome.tolist()) == others
    assert found.respondents == (50 if source == "survey" else None)


@pytest.mark.soak
def test_few_are_found_where_nothing_is_planted_and_most_where_something_is() -> None:
    """A hundred missions each; the table of `docs/evidence.md` has more (make soak)."""
    null = shares(NULLS["waves, units drift by 3 points"], 100, SEED)
    assert null["found"] <= 0.12 and null["A or B"] <= 0.10
    planted = shares(PLANTED["waves, 17 points"], 100, SEED)
    assert planted["found"] >= 0.7 and planted["covered"] >= 0.88
    assert planted["mean"] == pytest.approx(17, abs=1.5)


@pytest.mark.soak
@pytest.mark.parametrize("name", [*NULLS, *PLANTED])
def test_many_missions_of_each_world(name: str) -> None:
    """As many as the table of `docs/evidence.md` is made of."""
    world = (NULLS | PLANTED)[name]
    said = shares(world, 300 if name.startswith("months") else 1000, SEED)
    print(name, {key: round(value, 3) for key, value in said.items()})
    if name in NULLS:
        assert said["A or B"] <= 0.065
    if name in NULLS and "worst first" not in name:
        assert said["found"] <= 0.065
    if "worst first" not in name:
        assert 0.93 <= said["covered"] <= 0.97
