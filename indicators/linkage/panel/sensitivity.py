"""How strong an unmeasured factor would have to be to bring an estimate to nil."""

import math


def robustness_value(t: float, df: float) -> float:
    """Share of what is left in both activity and outcome that a factor would have to explain.

    Cinelli and Hazlett (2020, Journal of the Royal Statistical Society B 82), equation for q = 1:
    with f = |t| / sqrt(df), RV = (sqrt(f⁴ + 4 f²) − f²) / 2. Between 0 and 1.
    """
    f2 = t * t / df
    return (math.sqrt(f2 * f2 + 4 * f2) - f2) / 2
