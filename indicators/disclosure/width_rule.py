"""The interval that a withheld count must keep, in which a reader can place it."""

import numpy as np

MARGIN = 2  # integers that must be possible on each side of a small count
CLOSE = 1e-6  # what is closer than this is equal


def needed_low(count: np.ndarray, is_small: np.ndarray) -> np.ndarray:
    """The value at or below which a withheld count must be possible.

    Integers on each side are for small counts. Where a single case hides beside a large count,
    that one can rise by one case only, and a third cell for its sake would protect nobody.
    """
    return np.asarray(np.maximum(count - MARGIN * is_small, 0))


def needed_high(count: np.ndarray, low: np.ndarray, is_small: np.ndarray, min_n: int) -> np.ndarray:
    """The value at or above which it must be possible, for an interval of `min_n` from `low`."""
    return np.asarray(np.maximum(count + MARGIN * is_small, low + min_n))


def lacking(
    count: np.ndarray, low: np.ndarray, high: np.ndarray, is_small: np.ndarray, min_n: int
) -> tuple[np.ndarray, np.ndarray]:
    """Whether counts cannot be low, or high, enough, from their least and greatest value."""
    not_low = low > needed_low(count, is_small) + CLOSE
    return not_low, high < needed_high(count, low, is_small, min_n) - CLOSE


def share(
    count: np.ndarray, low: np.ndarray, high: np.ndarray, is_small: np.ndarray, min_n: int
) -> np.ndarray:
    """How much of what they need counts can fall or rise, the lesser one; 1 is enough."""
    fall = count - needed_low(count, is_small)
    rise = needed_high(count, low, is_small, min_n) - count
    fallen = np.where(fall > 0, (count - low) / np.maximum(fall, CLOSE), np.inf)
    return np.minimum(fallen, np.where(rise > 0, (high - count) / np.maximum(rise, CLOSE), np.inf))
