"""Bounds that chance keeps in simulated missions: false findings and coverage of intervals."""

MANY, REPEATED = 1000, 4000
HIGHEST, HIGHEST_REPEATED = 0.065, 0.057


def coverage_bounds(runs: int) -> tuple[float, float]:
    """Of 1,000 runs 93–97%; of fewer as wide as chance asks for."""
    spread = 3.9 * (0.05 * 0.95 / runs) ** 0.5
    return (0.93, 0.97) if runs >= MANY else (0.95 - spread, 1.0)
