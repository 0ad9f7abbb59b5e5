"""Numbers as R writes them: a column is turned into text of seven significant digits and back.

The R package hands its data on as text, so that covariates lose digits before they are binned.
All values of a column get as many decimals as the one that needs most (R: `format`).
"""

import numpy as np
from numpy.typing import NDArray

DIGITS = 7


def through_text(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The column after R's `format` with seven digits; missing values stay missing."""
    finite = np.isfinite(values)
    if not finite.any():
        return values.copy()
    digits, exponent = _digits_and_exponent(values[finite])
    decimals = int(max(0, (digits - exponent - 1).max()))
    result = values.copy()
    pattern = f".{decimals}f" if _is_fixed(digits, exponent, decimals) else f".{digits.max() - 1}e"
    result[finite] = [float(format(value, pattern)) for value in values[finite]]
    return result


def _digits_and_exponent(values: NDArray[np.float64]) -> tuple[NDArray[np.int_], NDArray[np.int_]]:
    """Of each value: significant digits that are needed, at most seven, and its power of ten."""
    written = [format(value, f".{DIGITS - 1}e").lstrip("-").split("e") for value in values]
    digits = [max(len(mantissa.rstrip("0").replace(".", "")), 1) for mantissa, _ in written]
    return np.array(digits), np.array([int(exponent) for _, exponent in written])


def _is_fixed(digits: NDArray[np.int_], exponent: NDArray[np.int_], decimals: int) -> bool:
    """R writes powers of ten only where that is shorter."""
    fixed = max(int(exponent.max()) + 1, 1) + (decimals + 1 if decimals else 0)
    mantissa = int(digits.max())
    scientific = mantissa + (mantissa > 1) + (5 if abs(exponent).max() >= 100 else 4)
    return fixed <= scientific
