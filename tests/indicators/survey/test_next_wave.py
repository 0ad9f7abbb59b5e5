"""How many to ask next time: by hand, and by simulated pairs of waves."""

import numpy as np
import pytest

from indicators.survey.waves.analyses.next_wave import answers_needed, change_seen, error_of


def test_worked_by_hand() -> None:
    """Ten points from 40 with an error of 2: (10 / 2.8016)² − 4 = 8.741; 1.5 × 45 × 55 / 8.741."""
    assert answers_needed(10, 40, 2, 1.5) == 425
    assert answers_needed(10, 60, 2, 1.5) == 425
    assert change_seen(50, 0, 1, 196) == pytest.approx(2.8016 * 50 / 14, abs=0.001)
    assert change_seen(50, 20, 1, 6) is None, "80 points: no share of a half changes by as much"


def test_a_wave_too_small_by_itself_hides_the_change() -> None:
    assert answers_needed(10, 40, 4, 1.0) is None


def test_no_design_effect_below_that_of_a_simple_sample() -> None:
    assert answers_needed(10, 40, 2, 0.3) == answers_needed(10, 40, 2, 1.0)
    assert error_of(0, 1, 50) > 0


def test_four_of_five_changes_as_large_are_seen() -> None:
    """4,000 pairs of simple samples: 600 answers now, as many as needed then, ten points up."""
    generator = np.random.default_rng(20261124)
    now, share = 600, 40.0
    needed = answers_needed(10, share, error_of(share, 1, now), 1)
    assert needed is not None
    first = generator.binomial(now, share / 100, 4000) / now
    later = generator.binomial(needed, (share + 10) / 100, 4000) / needed
    error = np.sqrt(first * (1 - first) / now + later * (1 - later) / needed)
    assert (np.abs(later - first) / error > 1.96).mean() == pytest.approx(0.8, abs=0.03)
