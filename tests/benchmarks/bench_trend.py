"""How often a count gets an arrow: where nothing changed, and where a 30 % change did happen.

`trend_null`: the worst share over all periods and dispersions, against 6.5 %. `trend_change`: rises
and falls of a quarter at 100 a month, dispersion 1.25, against 80 %. The whole table goes to the
error stream; docs/decisions/0009 says what it means. `python -m tests.benchmarks.bench_trend`.
"""

import json
import sys

from tests.benchmarks.measuring import peak_mb
from tests.indicators.assessment.trend_simulation import error_rates


def line(bench: str, ours: float, aim: float, size: int) -> dict[str, object]:
    """One bench as the table of `make bench` wants it; `theirs` is the aim."""
    figures = {"ours": round(100 * ours, 2), "theirs": aim, "ratio": round(100 * ours / aim, 2)}
    return {"bench": bench, **figures, "unit": "% of series", "n": size, "peak_mb": peak_mb()}


def run(size: int = 1000) -> list[dict[str, object]]:
    """Both shares, and the table."""
    rates = error_rates(size)
    print(rates.table(), file=sys.stderr)
    worst = max(share for (_, _, change), share in rates.called.items() if change == "none")
    found = rates.found("quarter", 1.25)
    return [line("trend_null", worst, 6.5, size), line("trend_change", found, 80.0, size)]


if __name__ == "__main__":
    for measured in run(*(int(argument) for argument in sys.argv[1:])):
        print(json.dumps(measured), flush=True)
