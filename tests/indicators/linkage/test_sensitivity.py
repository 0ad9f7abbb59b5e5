"""How strong an unmeasured factor would have to be."""

import pytest

from indicators.linkage.panel.sensitivity import robustness_value


def test_the_published_example_comes_out() -> None:
    """Cinelli and Hazlett (2020), Table 1: t = 4.18 with 783 degrees of freedom gives 13.9 %."""
    assert 100 * robustness_value(4.18, 783) == pytest.approx(13.9, abs=0.05)


def test_a_factor_of_that_strength_in_both_brings_the_estimate_to_nil() -> None:
    """Bias over estimate is R² ÷ (f × sqrt(1 − R²)) where the factor explains R² of both."""
    t, df = 3.0, 120.0
    share = robustness_value(t, df)
    strength = t / df**0.5
    assert share / (1 - share) ** 0.5 == pytest.approx(strength)


def test_no_estimate_is_robust_to_nothing() -> None:
    assert robustness_value(0.0, 50) == 0
    assert robustness_value(1e6, 50) == pytest.approx(1, abs=1e-4)
