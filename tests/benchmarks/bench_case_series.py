"""Seconds for the case series of 10⁶ area-days: counts and fit, against the fit alone of day rows.

`case_series`: ours counts cells from activities, incidents and returns and fits the primary model;
theirs is pyfixest's Poisson on the day rows, already counted, with the same strata and months. Both
must give the same estimates to 1e-8. The ratio is theirs to ours: above 1 is faster.
`case_series_statsmodels`, `case_series_r`: processor seconds of the model by area and month, ours
from the rows of six areas, theirs the fit alone of the day rows counted already, by statsmodels'
ConditionalPoisson and by R's glm, where they are installed; estimates agree to 1e-6.
`python -m tests.benchmarks.bench_case_series [AREA_DAYS]` prints one JSON line.
"""

import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyfixest

from indicators.linkage.methods.case_series.analysis import MODELS, FittedModel, fit
from indicators.linkage.methods.case_series.days import known_days, read_record
from tests.benchmarks.measuring import medians, note

ROUNDS = 3
DAYS = 3653  # ten years
SAME_TO = 1e-8


def make_series(area_days: int) -> duckdb.DuckDBPyConnection:
    """Areas with patrols on one day in eight and an incident in twenty, all returns received."""
    areas = max(6, round(area_days / DAYS))
    generator = np.random.default_rng(20260101)
    first = pd.Timestamp("2016-01-01")
    grid = areas * DAYS
    frames = {
        "activity": generator.choice(grid, grid // 8),
        "incident": generator.choice(grid, grid // 20),
    }
    connection = duckdb.connect()
    for table, numbers in frames.items():
        rows = pd.DataFrame(
            {
                "area": [f"Z{number // DAYS:04}" for number in numbers],
                "day": first + pd.to_timedelta(numbers % DAYS, unit="D"),
                "is_independent": generator.random(len(numbers)) < 0.69,
            }
        )
        connection.register("incoming", rows)
        connection.execute(
            f'CREATE TABLE series_{table} AS SELECT * REPLACE (CAST("day" AS DATE) AS "day"), '
            "1 AS rows FROM incoming"
        )
    connection.execute(
        """CREATE TABLE series_returned AS
        SELECT source, area, CAST("month" AS DATE) AS "month", true AS is_sent
        FROM (SELECT DISTINCT area FROM series_activity)
        CROSS JOIN (VALUES ('activities'), ('incidents')) AS sources(source)
        CROSS JOIN range(DATE '2016-01-01', DATE '2026-01-01', INTERVAL 1 MONTH) AS m("month")"""
    )
    return connection


def ours(connection: duckdb.DuckDBPyConnection) -> FittedModel:
    return fit(known_days(read_record(connection)), replace(MODELS["primary"], own_seasons=False))


def day_rows(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """The known days with the model's terms; nothing of it is timed."""
    days = known_days(read_record(connection))
    return pd.DataFrame(
        {
            "incidents": days.incidents,
            "post": (days.state > 0).astype(float),
            "same": days.same.astype(float),
            "l7": np.log1p(days.short.astype(float)),
            "l28": np.log1p(days.long.astype(float)),
            "stratum": days.area * 100_000 + days.month // 3,
            "month": days.month,
        }
    )


def theirs(rows: pd.DataFrame) -> pd.Series:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that strata without incidents are left out
        model = pyfixest.fepois(
            "incidents ~ post + same + l7 + l28 | stratum + month",
            rows,
            vcov={"CRV1": "stratum"},
            iwls_tol=1e-12,
            fixef_tol=1e-10,
        )
    return model.coef()


BY_MONTH = ["post", "same"]  # terms of the model by area and month
BY_R = """d <- read.csv(commandArgs(TRUE)[1])
took <- system.time(m <- glm(incidents ~ post + same + factor(stratum), poisson, d))
cat(coef(m)[2:3], sum(took[1:2]))"""


def by_statsmodels(rows: pd.DataFrame) -> tuple[list[float], float]:
    """Estimates, and processor seconds."""
    from statsmodels.discrete.conditional_models import ConditionalPoisson

    begun = time.process_time()
    model = ConditionalPoisson(rows["incidents"], rows[BY_MONTH], groups=rows["stratum"])
    found = model.fit(disp=0, method="newton")  # its usual way ends 1e-3 beside the maximum
    return list(found.params), time.process_time() - begun


def by_r(rows: pd.DataFrame) -> tuple[list[float], float]:
    """Estimates, and processor seconds as R tells them."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        rows.to_csv(path, index=False)
        told = subprocess.run(
            ["Rscript", "-e", BY_R, str(path)], capture_output=True, text=True, check=True
        ).stdout.split()
    *found, seconds = map(float, told)
    return found, seconds


def peers() -> Iterator[dict[str, object]]:
    """A line a peer that is here."""
    connection = make_series(0)
    begun = time.process_time()
    model = fit(known_days(read_record(connection)), MODELS["month_strata"])
    seconds = time.process_time() - begun
    found = {term.term: term.estimate for term in model.terms}
    days = known_days(read_record(connection))
    rows = day_rows(connection).assign(stratum=days.area * 100_000 + days.month)
    has = {"statsmodels": importlib.util.find_spec("statsmodels"), "r": shutil.which("Rscript")}
    for name, act in {"statsmodels": by_statsmodels, "r": by_r}.items():
        if not has[name]:
            note(f"SKIPPED case_series_{name}: it is not installed")
            continue
        expected, theirs_seconds = act(rows)
        apart = max(abs(found[term] - own) for term, own in zip(BY_MONTH, expected, strict=True))
        if apart > 1e-6:
            raise SystemExit(f"{name}: estimates differ by {apart:.1e}")
        times = {"ours": round(seconds, 3), "theirs": round(theirs_seconds, 2)}
        ratio = {"ratio": round(theirs_seconds / seconds, 1), "unit": "CPU s", "n": len(rows)}
        yield {"bench": f"case_series_{name}", **times, **ratio}


def run(area_days: int = 1_000_000) -> None:
    connection = make_series(area_days)
    rows = day_rows(connection)
    note(f"{len(rows)} known area-days")
    found = {term.term: term.estimate for term in ours(connection).terms}
    expected = theirs(rows)
    apart = max(abs(found[name] - expected[name]) for name in found)
    if apart > SAME_TO:
        raise SystemExit(f"estimates differ by {apart:.1e}")
    times = medians(ROUNDS, ours=lambda: ours(connection), theirs=lambda: theirs(rows))
    line = {
        "bench": "case_series",
        "ours": round(times["ours"].seconds, 3),
        "theirs": round(times["theirs"].seconds, 3),
        "ratio": round(times["theirs"].seconds / times["ours"].seconds, 1),
        "unit": "s",
        "n": len(rows),
        "peak_mb": times["ours"].peak_mb,
    }
    print(json.dumps(line), flush=True)
    for line in peers():
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    run(*[int(given) for given in sys.argv[1:]])
