"""The forecast of incidents: what it rests on, when it is shown, what a missing month does."""

import numpy as np
import pytest
from scipy import stats

from indicators.linkage.protection_gaps import forecast as module
from indicators.linkage.protection_gaps.forecast import Expectation, forecast

AREAS, MONTHS = 30, 36


def steady(seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """(means of areas, Poisson counts around them)."""
    random = np.random.default_rng(seed)
    means = random.gamma(1.5, 2.0, AREAS)
    return means, random.poisson(means[:, None], (AREAS, MONTHS)).astype(float)


def drifting(seed: int = 1) -> np.ndarray:
    """Counts whose mean drifts by area: its logarithm is an autoregression of .9 a month."""
    random = np.random.default_rng(seed)
    drift = random.normal(0, 0.8, (AREAS, MONTHS))
    for month in range(1, MONTHS):
        drift[:, month] = 0.9 * drift[:, month - 1] + np.sqrt(0.19) * drift[:, month]
    mean = random.gamma(2.0, 2.0, AREAS)[:, None] * np.exp(drift)
    return random.poisson(mean).astype(float)


def test_on_steady_areas_the_mean_of_three_years_is_not_beaten_and_shown() -> None:
    means, counts = steady()
    found = forecast(counts)
    assert found is not None and found.shown == "three_year_mean"
    assert found.skills["last_month"].low > 0
    low, high = found.expectation.interval()
    assert ((low <= means) & (means <= high)).mean() >= 0.85
    assert found.coverage >= 0.8  # a discrete interval holds at least its share


def test_where_risk_drifts_it_beats_both_and_is_shown() -> None:
    found = forecast(drifting())
    assert found is not None and found.shown == "forecast"
    assert all(skill.low > 0 for skill in found.skills.values())


def test_where_the_last_month_says_all_it_is_dropped() -> None:
    random = np.random.default_rng(2)
    level = random.integers(0, 30, (AREAS, MONTHS // 6))
    counts = np.repeat(level, 6, axis=1).astype(float)  # half-years without any chance in them
    found = forecast(counts)
    assert found is not None
    assert found.shown == "last_month"


def test_scores_are_those_of_the_plain_loop() -> None:
    """Of the last month, by area one after the other; hits count areas among the five with most."""
    counts = drifting()
    counts[3, -1] = np.nan
    found = forecast(counts)
    assert found is not None
    (score,) = (
        one for one in found.scores if (one.method, one.month) == ("three_year_mean", MONTHS - 1)
    )
    history, seen = counts[:, :-1], counts[:, -1]
    areas = [area for area in range(AREAS) if not np.isnan(seen[area])]
    means = {area: (history[area].sum() + 0.5) / (MONTHS - 1) for area in areas}
    brier, log_score = [], []
    for area in areas:
        told = stats.nbinom(history[area].sum() + 0.5, (MONTHS - 1) / MONTHS)
        brier.append((1 - told.pmf(0) - float(seen[area] > 0)) ** 2)
        log_score.append(-np.log(told.pmf(seen[area])))
    highest = sorted(areas, key=lambda area: -means[area])[:5]
    fifth = sorted((seen[area] for area in areas), reverse=True)[4]
    assert score.areas == AREAS - 1
    assert score.hits == sum(seen[area] >= max(fifth, 1) for area in highest)
    assert score.brier == pytest.approx(np.mean(brier))
    assert score.log_score == pytest.approx(np.mean(log_score))


def test_fifths_hold_every_area_month_that_was_scored() -> None:
    counts = drifting()
    found = forecast(counts)
    assert found is not None
    for fifths in found.fifths.values():
        assert sum(fifth.area_months for fifth in fifths) == AREAS * found.held_out
        assert sum(fifth.seen for fifth in fifths) == counts[:, -found.held_out :].sum()
        means = [fifth.expected / fifth.area_months for fifth in fifths]
        assert means == sorted(means)


def test_a_month_that_was_not_reported_is_no_zero() -> None:
    _, counts = steady()
    gaps, zeros = counts.copy(), counts.copy()
    gaps[:, -4:-1] = np.nan
    zeros[:, -4:-1] = 0
    with_gaps, with_zeros = forecast(gaps), forecast(zeros)
    assert with_gaps is not None and with_zeros is not None
    assert with_gaps.expectations["forecast"].mean.sum() > 1.1 * (
        with_zeros.expectations["forecast"].mean.sum()
    )


@pytest.mark.parametrize(
    "counts", [np.ones((AREAS, 17)), np.zeros((AREAS, MONTHS)), np.full((AREAS, MONTHS), np.nan)]
)
def test_too_few_months_or_nothing_to_learn_from_give_none(counts: np.ndarray) -> None:
    assert forecast(counts) is None


@pytest.mark.parametrize("silent", [13, 12])
def test_where_the_last_month_was_always_right_there_is_no_skill_to_tell(silent: int) -> None:
    _, counts = steady()
    counts[:, -silent:] = counts[:, [-silent]] = 0
    found = forecast(counts)
    assert found is not None and found.shown == "last_month"
    against = found.skills["last_month"]
    assert np.isnan([against.value, against.low, against.high]).all()


def test_a_month_with_nothing_known_before_it_is_not_judged_on() -> None:
    counts = np.full((AREAS, MONTHS), np.nan)
    counts[:, -3:] = 2
    assert forecast(counts) is None


def test_counts_of_one_area_alone_are_refused() -> None:
    with pytest.raises(ValueError, match="areas × months"):
        forecast(np.ones(24))


def test_what_it_learns_does_not_reach_into_the_future() -> None:
    """The forecast's parameters are chosen on months before those that it is judged on."""
    _, counts = steady()
    changed = counts.copy()
    changed[:, -12:] = changed[:, -12:][:, ::-1]
    training = MONTHS - module.HELD_OUT_MONTHS
    assert module._choice(counts[:, :training]) == module._choice(changed[:, :training])


def test_discounted_sums_are_those_of_the_plain_loop() -> None:
    counts = np.array([[1.0, np.nan, 3.0, 4.0]])
    seen, known = module._discounted(counts, 0.5)
    assert seen[0, -1] == pytest.approx(4 + 0.5 * 3 + 0.5**3 * 1)
    assert known[0, -1] == pytest.approx(1 + 0.5 + 0.5**3)


def test_the_score_is_the_sum_over_all_counts() -> None:
    predicted = stats.poisson(np.array([[2.5], [7.0]]))
    seen = np.array([1.0, 9.0])
    plain = [
        sum((stats.poisson.cdf(x, mean) - (count <= x)) ** 2 for x in range(60))
        for mean, count in ((2.5, 1), (7.0, 9))
    ]
    assert module._ranked_score(predicted, seen) == pytest.approx(plain, rel=1e-3)


def test_the_predicted_count_has_the_expected_mean() -> None:
    expectation = Expectation(np.array([3.0]), np.array([1.5]))
    assert stats.nbinom.mean(*expectation.predicted()) == pytest.approx(expectation.mean)
