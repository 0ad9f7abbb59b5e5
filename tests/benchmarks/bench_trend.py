"""How often a count gets an arrow: where nothing changed, and where a 30 % change did happen.

`trend_null`: the worst share over all periods and dispersions, against 6.5 %. `trend_change`: rises
and falls of a quarter at 100 a month, dispersion 1.25, against 80 %. `trend_missing_returns`: the
worst share of quarters called where nothing changed and returns are missing, against 5 %. The
tables go to the error stream; docs/decisions/0009 says what they mean.
`python -m tests.benchmarks.bench_trend`.
"""

import json
import sys

from tests.benchmarks.measuring import peak_mb
from tests.indicators.assessment import missing_returns_simulation as missing_returns
from tests.indicators.assessment.trend_simulation import error_rates


def line(bench: str, ours: float, aim: float, size: int) -> dict[str, object]:
    """One bench as the table of `make bench` wants it; `theirs` is the aim."""
    figures = {"ours": round(100 * ours, 2), "theirs": aim, "ratio": round(100 * ours / aim, 2)}
    return {"bench": bench, **figures, "unit": "% of series", "n": size, "peak_mb": peak_mb()}


def run(size: int = 1000) -> list[dict[str, object]]:
    """The shares, and the tables."""
    rates = error_rates(size)
    print(rates.table(), file=sys.stderr)
    worst = max(share for (_, _, change), share in rates.called.items() if change == "none")
    found = rates.found("quarter", 1.25)
    silent = [one for one in missing_returns.SILENCES if one not in ("none", "violence last year")]
    keys = [
        ("quarter", level, phi, silence, 1.0)
        for level in missing_returns.LEVELS
        for phi in missing_returns.DISPERSIONS
        for silence in silent
    ]
    nulls = {key: missing_returns.called(size, key, seed) for seed, key in enumerate(keys)}
    print(missing_returns.table(nulls), file=sys.stderr)
    called = max(one.fewer + one.more for one in nulls.values())
    return [
        line("trend_null", worst, 6.5, size),
        line("trend_change", found, 80.0, size),
        line("trend_missing_returns", called, 5.0, size),
    ]


if __name__ == "__main__":
    for measured in run(*(int(argument) for argument in sys.argv[1:])):
        print(json.dumps(measured), flush=True)
