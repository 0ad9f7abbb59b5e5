"""Secondary readings of a link: against a plain fit, and in simulated missions.

Worlds as in `case_series_simulation.py`, with a rota for each component. `make test` takes a tenth
of the runs and bounds that chance keeps; `make soak` takes 1,000.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats

from indicators.linkage.methods.case_series.analysis import MODELS, fit
from indicators.linkage.methods.case_series.cells import cells_of
from indicators.linkage.methods.case_series.days import ReadingDays, after, around, reading_days
from indicators.linkage.methods.case_series.fit import Contrast, fit_contrasts, null_information
from indicators.linkage.methods.case_series.readings import READINGS, Compared, Comparison, compare
from indicators.linkage.methods.case_series.secondary import ReadingInputs, _is_asked, _row
from indicators.linkage.sentences.readings import reading_sentence
from tests.indicators.linkage.case_series_simulation import (
    AREAS,
    CALLED_OFF,
    DAYS,
    EDGE,
    OTHERS_SHARE,
    WORLDS,
    World,
    _rates,
    record_of,
)
from tests.indicators.linkage.simulation_tables import (
    HIGHEST,
    HIGHEST_REPEATED,
    MANY,
    coverage_bounds,
)

SEED = 20261124
COMPONENT = READINGS["component"]
COMPONENTS = COMPONENT.exposures
A_TENTH = MANY // 10
MORE_INCIDENTS = 4000  # in place of 1,350: enough for what is read to be what is planted
TOO_STRONG = 1.12  # by so much a log ratio is read (the test of a thousand runs says why)
# Ratios of police, military, joint. Where two are alike their ratio of ratios is a null.
PLANTED = {
    "null": (1.0, 1.0, 1.0),
    "all alike": (0.72, 0.72, 0.72),
    "each its own": (0.6, 1.0, 0.8),
}


def missions(
    world: World, ratios: tuple[float, ...], runs: int, seed: int, *, is_untouched: bool = False
) -> list[ReadingDays]:
    """Each component goes by its own rota; of incidents its ratio is left on the 14 days after.

    is_untouched: history counts also those that did not happen because somebody went.
    """
    generator = np.random.default_rng([seed, *(round(100 * ratio) for ratio in ratios)])
    rate, _ = _rates(world, runs, generator)
    left, acted = np.ones(rate.shape), []
    for ratio in ratios:
        _, chance = _rates(world, runs, generator)
        acted.append(generator.random(rate.shape) < chance * (1 - CALLED_OFF))
        left = left * np.where(_after(acted[-1]), ratio, 1.0)
    without = generator.poisson(rate)
    incidents = generator.binomial(without, left)
    days = of_grids(acted, incidents, generator.binomial(incidents, OTHERS_SHARE))
    if not is_untouched:
        return days
    untouched = of_grids(acted, without, without)
    pairs = zip(days, untouched, strict=True)
    return [replace(own, short=other.short, long=other.long) for own, other in pairs]


def _after(acted: Any) -> Any:
    running = np.cumsum(np.pad(acted, ((0, 0), (0, 0), (15, 0))), axis=-1)
    return running[..., 14:-1] - running[..., :-15] > 0


def of_grids(acted: list[Any], incidents: Any, independent: Any) -> list[ReadingDays]:
    """The product's known days of runs × areas × days, all returns received."""
    return [
        reading_days(
            record_of(acted[0][run] | acted[1][run] | acted[2][run], incidents[run], own),
            {name: after(grid[run]) for name, grid in zip(COMPONENTS, acted, strict=True)},
        )
        for run, own in enumerate(independent)
    ]


@pytest.fixture(scope="module")
def days() -> ReadingDays:
    return missions(WORLDS["rota"], PLANTED["each its own"], 1, SEED)[0]


def test_the_first_14_days_after_each_components_patrols_are_exposed() -> None:
    acted = [np.zeros((1, AREAS, DAYS), dtype=bool) for _ in COMPONENTS]
    acted[0][0, 0, 100], acted[2][0, 0, 110] = True, True
    incidents = np.zeros((1, AREAS, DAYS), dtype=np.int64)
    incidents[0, 0, 105] = 1
    found = of_grids(acted, incidents, incidents)[0]
    own = found.area == 0
    assert [int(found.exposures[name][own].sum()) for name in COMPONENTS] == [14, 0, 14]
    assert int((found.state[own] > 0).sum()) == 24, "days after both are counted once"
    assert int((found.exposures["police"] & found.exposures["joint"])[own].sum()) == 4


def test_what_others_reported_before_counts_in_two_parts_of_28_days() -> None:
    acted = [np.zeros((1, AREAS, DAYS), dtype=bool) for _ in COMPONENTS]
    independent = np.zeros((1, AREAS, DAYS), dtype=np.int64)
    independent[0, 0, 100] = 1
    found = of_grids(acted, independent, independent)[0]
    assert (int(found.independent_short.sum()), int(found.independent_long.sum())) == (7, 21)


def test_the_fit_is_that_of_day_rows_with_a_dummy_for_every_stratum(days: ReadingDays) -> None:
    """By a general optimiser over days; months as dummies, the first of a quarter left out.

    Each area's own sines and cosines of the year and of half a year, by thirds of months, have a
    normal prior of 2.
    """
    found = compare(days, COMPONENT)
    stratum = np.unique(days.area * 1000 + days.month // 3, return_inverse=True)[1]
    has = np.bincount(stratum, days.incidents)[stratum] > 0
    month = np.unique(days.month, return_inverse=True)[1]
    dummies = [(month == at) for at in range(month.max() + 1) if _is_later(days.month, month, at)]
    exposures = [days.exposures[name] for name in COMPONENTS]
    history = [days.same, np.log1p(days.short), np.log1p(days.long)]
    angle = 2 * np.pi * (days.month % 12 + (days.third + 0.5) / 3) / 12
    seasons = [
        wave(times * angle) * (days.area == area)
        for area in range(AREAS)
        for times in (1, 2)
        for wave in (np.sin, np.cos)
    ]
    columns = np.column_stack([*exposures, *history, *dummies, *seasons])[has].astype(float)
    precision = np.repeat([0.0, 0.25], [columns.shape[1] - len(seasons), len(seasons)])
    incidents, strata = days.incidents[has].astype(float), np.unique(stratum[has], True, True)[2]
    totals = np.bincount(strata, incidents)

    def fall(beta: Any) -> tuple[float, Any]:
        weight = np.exp(columns @ beta)
        sums = np.bincount(strata, weight)
        expected = weight * (totals / sums)[strata]
        value = float(incidents @ (columns @ beta) - totals @ np.log(sums))
        slope = columns.T @ (incidents - expected) - precision * beta
        return -value + float(precision @ beta**2) / 2, -slope

    plain = optimize.minimize(
        fall, np.zeros(columns.shape[1]), jac=True, method="BFGS", options={"gtol": 1e-7}
    ).x
    for own in found:
        signs = {own.comparison.name: 1, own.comparison.beside: -1}
        value = sum(signs.get(name, 0) * plain[at] for at, name in enumerate(COMPONENTS))
        assert own.term is not None and own.term.estimate == pytest.approx(value, abs=1e-5)


def _is_later(months: Any, codes: Any, at: int) -> bool:
    return int(months[codes == at][0]) % 3 != 0


def test_doses_are_set_side_by_side_where_areas_enough_have_each(days: ReadingDays) -> None:
    few = replace(
        days, exposures={name: days.exposures[name] * (days.area < 2) for name in COMPONENTS}
    )
    assert _is_asked("dose", days, COMPONENTS, EDGE)
    assert not _is_asked("dose", few, COMPONENTS, EDGE)
    assert _is_asked("place", few, COMPONENTS, EDGE)


def test_a_ratio_of_ratios_carries_the_covariance_of_both(days: ReadingDays) -> None:
    """var(a - b) + var(a + b) = 2 var(a) + 2 var(b), for either clustering."""
    terms = (*COMPONENTS, "same", "l7", "l28")
    cells = cells_of(days, terms).compared()
    asked = {"a": (1, 0), "b": (0, 1), "minus": (1, -1), "plus": (1, 1)}
    contrasts = {
        name: Contrast(np.array([*signs, 0.0, 0.0, 0.0, 0.0]), AREAS)
        for name, signs in asked.items()
    }
    a, b, minus, plus = fit_contrasts(cells, contrasts)
    for error in ("se_model", "se_stratum", "se_area"):
        one, other, less, more = (getattr(term, error) ** 2 for term in (a, b, minus, plus))
        assert less + more == pytest.approx(2 * one + 2 * other)
        assert less != pytest.approx(one + other, rel=1e-3), "they are not independent"


def test_information_of_one_exposure_is_that_of_the_specification(days: ReadingDays) -> None:
    spec = MODELS["primary"]
    cells = cells_of(days, spec.terms).compared()
    assert null_information(cells)[0, 0] == pytest.approx(fit(days, spec).information)


def test_a_component_that_never_goes_has_no_figure_and_is_told_what_it_lacks(
    days: ReadingDays,
) -> None:
    never = np.zeros_like(days.exposures["joint"])
    without = replace(days, exposures={**days.exposures, "joint": never})
    found = {
        (own.comparison.name, own.comparison.beside): own for own in compare(without, COMPONENT)
    }
    assert found["police", "military"].term is not None
    patrols = pd.DataFrame(
        {"whose": ["police"], "activity_code": ["A"], "person_days": [4.0], "nights": [0.0]}
        | {"km": [10.0], "is_back_same_day": [True]}
    )
    for pair in (("joint", ""), ("joint", "police"), ("joint", "military")):
        assert found[pair].term is None and found[pair].reason == "too_few_clusters"
        row = _row("component", found[pair], ReadingInputs({}, {}, patrols, 33))
        assert "6 more areas" in reading_sentence(row, "en")
        assert "6 zones" in reading_sentence(row, "fr")
        assert row["person_days"] == 0 and row["estimate"] is None
    row = _row("component", found["police", ""], ReadingInputs({}, {}, patrols, 33))
    assert (row["n_patrols"], row["person_days"], row["km"]) == (1, 4.0, 10.0)


def test_too_few_incidents_are_told_before_their_split_is_seen(days: ReadingDays) -> None:
    """Each incident kept with one chance in eight: below the gate, with how many would do."""
    kept = np.random.default_rng(3).binomial(days.incidents, 0.125)
    few = replace(days, incidents=kept, independent=np.minimum(kept, days.independent))
    row = {(own.comparison.name, own.comparison.beside): own for own in compare(few, COMPONENT)}[
        "joint", "police"
    ]
    assert row.term is None and row.reason == "few_contrasts"
    told = _row("component", row, ReadingInputs({}, {}, pd.DataFrame({"whose": []}), 33))
    more = int(np.ceil(row.events * (30 / row.information - 1)))
    assert f"{more} more recorded incidents" in reading_sentence(told, "en").replace(",", "")


def test_an_interval_that_ends_at_nought_tells_neither_more_nor_fewer() -> None:
    row = {"reading": "place", "name": "near", "beside": "", "needs": None, "estimate": 0.2}
    for low, high in ((0.0, 0.4), (-0.4, 0.0)):
        told = reading_sentence(row | {"ci_low": low, "ci_high": high}, "en")
        assert told.startswith("Not seen to move")


def test_a_difference_that_is_written_as_zero_has_no_sign() -> None:
    row = {"reading": "component", "name": "military", "beside": None, "needs": None}
    row |= {"estimate": 0.002, "ci_low": -0.33, "ci_high": 0.33}
    assert "differed by 0% (95% CI −28% to +39%)" in reading_sentence(row, "en")


def simulated(
    runs: int, world: World = WORLDS["rota"], *, is_untouched: bool = False
) -> dict[str, list[tuple[Compared, ...]]]:
    return {
        name: [
            compare(own, COMPONENT)
            for first in range(0, runs, 100)
            for own in missions(
                world, ratios, min(100, runs - first), SEED + first, is_untouched=is_untouched
            )
        ]
        for name, ratios in PLANTED.items()
    }


def rates(found: dict[str, list[tuple[Compared, ...]]]) -> pd.DataFrame:
    """By world and comparison: shares with p < .05, of intervals that hold the truth, mean."""
    lines = {}
    for name, runs in found.items():
        truth_of = dict(zip(COMPONENTS, np.log(PLANTED[name]), strict=True)) | {"": 0.0}
        for at, asked in enumerate(COMPONENT.comparisons):
            truth = truth_of[asked.name] - truth_of[asked.beside]
            terms = [run[at].term for run in runs if run[at].term is not None]
            held = [own.ci_low <= truth <= own.ci_high for own in terms]  # type: ignore[union-attr]
            called = [own.p_value < 0.05 for own in terms]  # type: ignore[union-attr]
            mean = np.mean([own.estimate for own in terms])  # type: ignore[union-attr]
            lines[name, asked.name, asked.beside or "-"] = {
                "truth": np.exp(truth),
                "ratio": np.exp(mean),
                "p<.05": np.mean(called),
                "coverage": np.mean(held),
                "estimable": len(terms) / len(runs),
                "error": np.std([own.estimate for own in terms]) / len(terms) ** 0.5,  # type: ignore[union-attr]
            }
    return pd.DataFrame(lines).T


RING = np.roll(np.eye(AREAS, dtype=bool), 1, axis=1) | np.roll(
    np.eye(AREAS, dtype=bool), -1, axis=1
)
PLACE = READINGS["place"]
# Ratios of the area itself, its neighbours, and days 15 to 28.
MOVES = {
    "null": (1.0, 1.0, 1.0),
    "prevented": (0.72, 1.0, 1.0),
    "moved next door": (0.72, 1.25, 1.0),
    "put off": (0.72, 1.0, 1.4),
}


def moves(ratios: tuple[float, ...], runs: int, seed: int) -> list[tuple[Compared, ...]]:
    """Areas lie in a ring; each goes by its own rota."""
    generator = np.random.default_rng([seed, *(round(100 * ratio) for ratio in ratios)])
    rate, chance = _rates(WORLDS["rota"], runs, generator)
    acted = generator.random(rate.shape) < chance * (1 - CALLED_OFF)
    found = []
    for run in range(runs):
        none = np.zeros((AREAS, DAYS), dtype=np.int64)
        exposures, known = around(record_of(acted[run], none, none), RING)
        factors = zip(("own", "near", "later"), ratios, strict=True)
        times = [np.where(exposures[name], ratio, 1.0) for name, ratio in factors]
        incidents = generator.poisson(rate[run] * np.prod(times, axis=0))
        days = reading_days(record_of(acted[run], incidents, incidents), exposures, known)
        found.append(compare(days, PLACE))
    return found


def place_rates(runs: int) -> pd.DataFrame:
    lines = {}
    for name, ratios in MOVES.items():
        found = moves(ratios, runs, SEED)
        for at, truth in ((0, np.log(ratios[1])), (1, np.log(ratios[2]))):
            terms = [run[at].term for run in found if run[at].term is not None]
            lines[name, PLACE.comparisons[at].name] = {
                "truth": np.exp(truth),
                "ratio": np.exp(np.mean([own.estimate for own in terms])),
                "p<.05": np.mean([own.p_value < 0.05 for own in terms]),
                "coverage": np.mean([own.ci_low <= truth <= own.ci_high for own in terms]),
                "estimable": len(terms) / runs,
            }
    return pd.DataFrame(lines).T


def test_a_neighbour_is_exposed_where_its_own_returns_are_known() -> None:
    acted = np.zeros((AREAS, DAYS), dtype=bool)
    acted[3, 100] = True
    none = np.zeros((AREAS, DAYS), dtype=np.int64)
    record = record_of(acted, none, none)
    exposures, _ = around(record, RING)
    assert [int(own.sum()) for own in exposures.values()] == [14, 28, 14]
    assert exposures["near"][[2, 4]].sum() == 28
    missing = record.sent["activities"].copy()
    missing[3, 200] = False
    sent = {**record.sent, "activities": missing}
    known = around(replace(record, sent=sent), RING)[1]
    assert not known[[2, 4], 200:215].any() and known[6, 200:215].all()


def test_area_and_neighbours_together_lie_between_the_two() -> None:
    (found,) = moves((0.5, 1.3, 1.0), 1, SEED)
    together = next(
        own for own in found if own.comparison == Comparison("together", over=("own", "near"))
    )
    near = found[0].term
    assert together.term is not None and near is not None
    assert np.log(0.5) < together.term.estimate < near.estimate


@pytest.mark.soak
def test_moves_in_a_tenth_of_the_runs(capsys: pytest.CaptureFixture[str]) -> None:
    table = place_rates(A_TENTH // 2)
    with capsys.disabled():
        print(f"\nplaces, {A_TENTH // 2} runs each\n{table.round(3).to_string()}")
    low, high = coverage_bounds(A_TENTH // 2)
    assert table["coverage"].between(low, high).all()
    assert (table["ratio"] / table["truth"]).between(0.9, 1.1).all()


@pytest.mark.soak
def test_moves_in_a_thousand_runs(capsys: pytest.CaptureFixture[str]) -> None:
    table = place_rates(MANY)
    with capsys.disabled():
        print(f"\nplaces, {MANY} runs each\n{table.round(3).to_string()}")
    assert (table.loc[table["truth"] == 1, "p<.05"] <= HIGHEST).all()
    # The history of the weeks before takes a little of what is put off.
    assert (table["ratio"] / table["truth"]).between(0.9, 1.05).all()


def test_a_tenth_of_the_runs(capsys: pytest.CaptureFixture[str]) -> None:
    table = rates(simulated(A_TENTH // 2))
    with capsys.disabled():
        print(f"\ncomponents, {A_TENTH // 2} runs each\n{table.round(3).to_string()}")
    low, high = coverage_bounds(A_TENTH // 2)
    assert table["coverage"].between(low, high).all()
    highest = stats.binom.ppf(0.9999, A_TENTH // 2, HIGHEST_REPEATED) / (A_TENTH // 2)
    assert (table.loc[table["truth"] == 1, "p<.05"] <= highest).all()
    expected = TOO_STRONG * np.log(table["truth"])
    assert (np.abs(np.log(table["ratio"]) - expected) <= 3.9 * table["error"]).all()


@pytest.mark.soak
def test_ratios_of_ratios_in_a_thousand_runs(capsys: pytest.CaptureFixture[str]) -> None:
    """Read too strong where the activity keeps incidents out of the history it is held against.

    Within a quarter of an area an incident more on one day is one less on the others, so that many
    incidents of the days before go with few now, whoever went (Nickell 1981); an activity that
    works has fewer of them before its later days. Both vanish with more incidents; history as it
    would have been without any patrol leaves nothing of it.
    """
    table = rates(simulated(MANY))
    untouched = rates(simulated(MANY, is_untouched=True))
    more = replace(WORLDS["rota"], incidents=MORE_INCIDENTS)
    thrice = rates(simulated(MANY // 2, more))
    with capsys.disabled():
        for name, own in (("as read", table), ("untouched", untouched), ("thrice", thrice)):
            print(f"\ncomponents, {name}\n{own.round(3).to_string()}")
    # The wider of two robust intervals: by strata alone 90 to 96 % hold the truth, by areas alone
    # 92 to 97 %, the wider of both 95 to 98 % (of 200 runs each). So one may hold a little more.
    low, high = coverage_bounds(MANY)
    assert table["coverage"].between(low, high + 0.01).all()
    assert table["coverage"].mean() <= high
    is_null = table["truth"] == 1
    assert (table.loc[is_null, "p<.05"] <= HIGHEST).all()
    assert table.loc[is_null, "ratio"].between(0.98, 1.02).all()
    read, planted = (np.log(table.loc[~is_null, name]) for name in ("ratio", "truth"))
    assert (read / planted).between(1.0, 2 * TOO_STRONG - 1).all()
    for exact in (untouched, thrice):
        assert (exact["ratio"] / exact["truth"]).between(0.97, 1.03).all()
