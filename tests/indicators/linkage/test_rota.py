"""A rota drawn by lot: the draw, its exact test, and how often it finds what is planted."""

from itertools import product

import numpy as np
import pytest
from scipy import stats

from indicators.linkage.rota import CHANGEOVER, FORTNIGHT, answer, counted, draw, p_of_draw, power

SEED = 20261124


def test_one_fortnight_of_each_two_is_drawn_and_the_seed_gives_it_again() -> None:
    rota = draw(24, 13, SEED)
    assert rota.shape == (24, 26)
    assert (rota.reshape(24, 13, 2).sum(axis=2) == 1).all()
    assert (rota == draw(24, 13, SEED)).all() and (rota != draw(24, 13, SEED + 1)).any()
    first = rota[:, ::2].mean()
    assert 0.35 < first < 0.65  # of 312 throws


def test_p_is_the_share_of_all_draws() -> None:
    """Four pairs: of sixteen draws those with a sum of differences as large."""
    counts = np.array([[5.0, 1.0, 4.0, 2.0], [3.0, 3.0, 6.0, 1.0]])
    rota = np.array([[True, False, True, False], [False, True, True, False]])
    pairs = np.array([4.0, 2.0, 0.0, 5.0])
    every = [abs(np.dot(signs, pairs)) for signs in product([-1, 1], repeat=4)]
    share = np.mean([size >= pairs.sum() for size in every])
    assert p_of_draw(counts, rota, SEED, draws=20_000) == pytest.approx(share, abs=0.01)


def test_the_first_week_of_a_fortnight_is_not_counted() -> None:
    days = np.zeros((1, 2 * FORTNIGHT))
    days[0, [0, CHANGEOVER - 1, CHANGEOVER, FORTNIGHT, 2 * FORTNIGHT - 1]] = 1
    assert counted(days).tolist() == [[1.0, 1.0]]


def test_a_planted_ratio_lies_in_its_interval_as_often_as_said() -> None:
    held, runs = 0, 200
    for run in range(runs):
        generator = np.random.default_rng([SEED, run])
        rota = draw(12, 13, run)
        counts = generator.poisson(np.where(rota, 0.6, 1.0) * generator.gamma(2, 0.5, rota.shape))
        found = answer(counts.astype(float), rota, run)
        assert found.low < found.ratio < found.high
        held += found.low <= 0.6 <= found.high
    assert stats.binomtest(held, runs, 0.95).pvalue > 0.001


def test_where_nothing_was_recorded_there_is_no_answer() -> None:
    with pytest.raises(ValueError, match="no incident"):
        answer(np.zeros((3, 4)), draw(3, 2, 1), 1)


def test_a_mission_that_answers_violence_finds_nothing_by_the_draw() -> None:
    """What the draw does not decide (season, bursts, answers) makes no difference: 5 % at most."""
    runs, found = 400, 0
    for run in range(runs):
        generator = np.random.default_rng([SEED, 1, run])
        rota = draw(24, 13, run)
        season = 1 + 0.6 * np.sin(2 * np.pi * np.arange(26) / 26)
        counts = generator.poisson(season * generator.gamma(0.5, 2.0, rota.shape))
        found += p_of_draw(counts.astype(float), rota, run) < 0.05
    assert found / runs <= 0.08


def test_power_is_that_of_the_page_on_evidence() -> None:
    assert power(24, 12, 27, 1.0) <= 0.09
    assert power(24, 12, 27, 0.5) == pytest.approx(0.87, abs=0.08)
    assert power(24, 12, 40, 0.65) == pytest.approx(0.67, abs=0.10)
