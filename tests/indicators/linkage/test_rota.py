"""A rota drawn by lot: the draw, its exact test, and how often it finds what is planted."""

from itertools import product

import numpy as np
import pytest
from scipy import stats

from indicators.linkage.rota import (
    FORTNIGHT,
    PARTS,
    _centred,
    _days,
    _drawn,
    _p,
    answer,
    counted,
    draw,
    exposed,
    power,
)

SEED = 20261124


def p_of_draw(counts: np.ndarray, rota: np.ndarray, seed: int, draws: int = 499) -> float:
    """The p of `answer` alone, for any number of draws."""
    areas, fortnights = rota.shape
    others = _drawn(np.random.default_rng([seed, 2]), (draws, areas, fortnights // 2))
    every = exposed(np.concatenate([rota[None], others]))
    return _p(_centred(every, _days(np.ones(rota.shape, dtype=bool))), counts)


def test_one_fortnight_of_each_two_is_drawn_and_the_seed_gives_it_again() -> None:
    rota = draw(24, 13, SEED)
    assert rota.shape == (24, 26)
    assert (rota.reshape(24, 13, 2).sum(axis=2) == 1).all()
    assert (rota == draw(24, 13, SEED)).all() and (rota != draw(24, 13, SEED + 1)).any()
    first = rota[:, ::2].mean()
    assert 0.35 < first < 0.65  # of 312 throws


def test_patrols_count_from_the_day_after_and_in_the_first_days_of_the_next_fortnight() -> None:
    rota = np.array([[False, True, True, False]])
    first, carried, rest = exposed(rota)[0].T.tolist()
    assert first == [False, False, True, True], "the fortnight before"
    assert carried == [False, True, True, True], "its own or the one before"
    assert rest == [False, True, True, False], "its own"


def test_a_rota_of_no_area_finds_nothing() -> None:
    """The page of a mission whose files have no area with both was an error of the system."""
    assert power(0, 12, 0.0, 0.5) == 0


def test_p_is_the_share_of_all_draws() -> None:
    """Two areas of two pairs: of sixteen draws those whose score lies as far from the mean."""
    generator = np.random.default_rng(SEED)
    counts = generator.poisson(3.0, (2, 4, 3)).astype(float)
    rota = np.array([[True, False, True, False], [False, True, True, False]])
    pairs = [[own, not own] for own in (True, False)]
    rows = [[*one, *other] for one in pairs for other in pairs]

    def score(own: np.ndarray) -> float:
        after, days = exposed(own), np.array(PARTS)
        share = (after * days).sum(axis=(1, 2)) / (4 * FORTNIGHT)
        return float((counts * (after - share[:, None, None])).sum())

    scores = np.array([score(np.array(both)) for both in product(rows, repeat=2)])
    far = np.abs(scores - scores.mean())
    share = np.mean(far >= abs(score(rota) - scores.mean()) - 1e-9)
    assert p_of_draw(counts, rota, SEED, draws=20_000) == pytest.approx(share, abs=0.01)


def test_days_are_counted_by_their_part_of_the_fortnight() -> None:
    days = np.zeros((1, 2 * FORTNIGHT))
    days[0, [0, 1, 7, 8, FORTNIGHT, 2 * FORTNIGHT - 1]] = 1
    assert counted(days).tolist() == [[[1, 2, 1], [1, 0, 1]]]


def recorded(generator: np.random.Generator, rota: np.ndarray, ratio: float) -> np.ndarray:
    """Counts of areas and fortnights that differ, multiplied on the days after patrols."""
    rate = generator.gamma(2, 0.5, rota.shape)[..., None] * np.array(PARTS) / 7
    return generator.poisson(np.where(exposed(rota), ratio, 1.0) * rate).astype(float)


def test_a_planted_ratio_lies_in_its_interval_as_often_as_said() -> None:
    held, runs = 0, 100
    for run in range(runs):
        rota = draw(12, 13, run)
        found = answer(recorded(np.random.default_rng([SEED, run]), rota, 0.6), rota, run)
        assert found.low < found.ratio < found.high
        held += found.low <= 0.6 <= found.high
    assert stats.binomtest(held, runs, 0.95).pvalue > 0.001


def test_fortnights_without_reports_do_not_count() -> None:
    """Whatever stands in them, the answer is the same, and no area's rate falls by them."""
    rota = draw(12, 13, SEED)
    counts = recorded(np.random.default_rng(SEED), rota, 0.6)
    known = np.ones(rota.shape, dtype=bool)
    known[:, 8:14] = False
    emptied = np.where(known[..., None], counts, 0.0)
    found = answer(counts, rota, 1, known)
    assert found == answer(emptied, rota, 1, known)
    assert found.ratio == pytest.approx(0.6, abs=0.2)


def test_where_nothing_was_recorded_there_is_no_answer() -> None:
    with pytest.raises(ValueError, match="no incident"):
        answer(np.zeros((3, 4, 3)), draw(3, 2, 1), 1)


def test_a_mission_that_answers_violence_finds_nothing_by_the_draw() -> None:
    """What the draw does not decide (season, bursts, answers) makes no difference: 5 % at most."""
    runs, found = 400, 0
    for run in range(runs):
        generator = np.random.default_rng([SEED, 1, run])
        rota = draw(24, 13, run)
        season = 1 + 0.6 * np.sin(2 * np.pi * np.arange(26) / 26)
        bursts = season * generator.gamma(0.5, 2.0, rota.shape)
        counts = generator.poisson(bursts[..., None] * np.array(PARTS) / FORTNIGHT)
        found += p_of_draw(counts.astype(float), rota, run) < 0.05
    assert found / runs <= 0.08


def test_who_looks_after_every_pair_finds_too_much() -> None:
    """Why nothing is graded before the last fortnight; 18 % of 400 such rotas in `evidence.md`."""
    runs, at_some_look, at_the_end = 60, 0, 0
    for run in range(runs):
        generator = np.random.default_rng([SEED, 2, run])
        rota = draw(24, 13, run)
        counts = generator.poisson(0.3 * np.array(PARTS) / 7, (*rota.shape, 3)).astype(float)
        looks = [p_of_draw(counts[:, :end], rota[:, :end], run, 199) for end in range(6, 27, 2)]
        at_some_look += min(looks) < 0.05
        at_the_end += looks[-1] < 0.05
    assert at_some_look / runs > 0.08
    assert at_the_end <= stats.binom.ppf(0.999, runs, 0.05)


def test_power_is_that_of_the_page_on_evidence() -> None:
    assert power(24, 12, 27, 1.0) <= 0.09
    assert power(24, 12, 27, 0.72, spread=0) == pytest.approx(0.60, abs=0.10)
    assert power(24, 12, 40, 0.72) == pytest.approx(0.67, abs=0.10)
    assert power(24, 12, 27, 0.5) == pytest.approx(0.98, abs=0.04)


def test_patrols_late_in_a_fortnight_tell_less() -> None:
    assert power(24, 12, 27, 0.5, patrol_days=(6, 13)) < power(24, 12, 27, 0.5) - 0.2
