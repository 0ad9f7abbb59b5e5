"""Robust distances in SQL: how far a number lies from the usual one of its group.

Counts are compared on the scale 2√(x + 3/8), on which chance alone has a standard deviation of
about 1 whatever the count (Anscombe 1948); the spread is the median absolute deviation × 1.4826,
at least that of chance. Beyond 3.5 of it a number is called far (Iglewicz and Hoaglin 1993).
"""

FAR = 3.5
_SPREAD = 1.4826  # median absolute deviation to standard deviation, of a normal distribution


def count_scale(count: str) -> str:
    """The SQL of a count on the scale on which chance has a standard deviation of 1."""
    return f"2 * sqrt({count} + 0.375)"


def usual(numbers: str, least_spread: float = 1) -> str:
    """The SQL of a group's two columns `middle` and `spread`, of which `distance` is told."""
    spread = f"greatest({_SPREAD} * mad({numbers}), {least_spread})"
    return f"median({numbers}) AS middle, {spread} AS spread"


def distance(number: str) -> str:
    """The SQL of how many spreads `number` lies from the middle of its group (`usual`)."""
    return f"abs({number} - middle) / spread"
