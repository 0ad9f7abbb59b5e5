"""Speed of survey estimation: a whole survey in one pass, and an estimate against package `svy`.

`survey_whole`: a million respondents, 40 questions by 120 areas, sex, age group and everybody, with
standard errors, intervals and design effects; `theirs` is the aim in seconds.
`survey_svy`: milliseconds an estimate, ours those of the whole survey, theirs 120 of svy 0.35.0 on
the same rows (one question by area); where both estimate the same, the figures must agree.
`survey_one_svy`, `survey_one_r`: processor seconds of that one question, R's as `system.time` tells
those of svydesign and svyby, reading not counted; figures agree to 1e-9.
`python -m tests.benchmarks.bench_survey [ROWS]` prints one JSON line each.
"""

import importlib.util
import itertools
import json
import multiprocessing
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from indicators.survey import Design, Proportion, estimate, estimate_many
from tests.benchmarks.measuring import note, peak_mb
from tests.benchmarks.survey_data import QUESTIONS, make_respondents

ROUNDS = 5
AIM_SECONDS = 4.0
DESIGN = Design(("psu",), ("stratum",), "weight", nest=True, lonely_psu="adjust")
DIMENSIONS = ("area", "sex", "age_group")
GROUPINGS = [by for size in range(4) for by in itertools.combinations(DIMENSIONS, size)]
WITHOUT_SVY = (
    "SKIPPED survey_svy: the package svy is not installed; see Benchmarks in CONTRIBUTING.md"
)


@dataclass(frozen=True)
class Measured:
    """Median seconds of `ROUNDS`, processor seconds of one, estimates made, peak memory in MB."""

    seconds: float
    processor_seconds: float
    estimates: int
    peak_mb: int


def rounds_of(act: Callable[[], Any], count: Callable[[Any], int] = len) -> tuple[Measured, Any]:
    """What `ROUNDS` rounds took, and what the last one gave; `count`: its estimates."""
    seconds = []
    processor = time.process_time()
    for _ in range(ROUNDS):
        started = time.perf_counter()
        found = act()
        seconds.append(time.perf_counter() - started)
    processor = (time.process_time() - processor) / ROUNDS
    return Measured(statistics.median(seconds), processor, count(found), peak_mb()), found


def _respondents(path: Path) -> duckdb.DuckDBPyConnection:
    """The data to read; no progress bar among the JSON lines."""
    connection = duckdb.connect(str(path), read_only=True)
    connection.execute("SET enable_progress_bar = false")
    return connection


def whole_survey(path: Path) -> Measured:
    """All questions by all groupings."""
    statistics_of_all = [Proportion(f"q{at}", 1) for at in range(1, QUESTIONS + 1)]
    with _respondents(path) as connection:
        return rounds_of(
            lambda: estimate_many(
                connection.table("respondents"), DESIGN, statistics_of_all, GROUPINGS
            )
        )[0]


def with_svy(path: Path) -> Measured:
    """One question by area with svy; its figures are compared with ours."""
    import polars
    import svy

    with _respondents(path) as connection:
        columns = "weight, stratum, psu, area, q1"
        frame = connection.sql(f"SELECT {columns} FROM respondents").to_arrow_table()
        ours = estimate(connection.table("respondents"), DESIGN, Proportion("q1", 1), by=("area",))
    design = svy.Design(stratum="stratum", psu="psu", wgt="weight")
    sample = svy.Sample(polars.from_arrow(frame), design)
    measured, found = rounds_of(
        lambda: sample.estimation.mean("q1", by="area", drop_nulls=True),
        count=lambda estimates: len(estimates.to_polars()),
    )
    theirs = found.to_polars().sort("area")
    for mine, name in (("estimate", "est"), ("se", "se"), ("df", "df"), ("n", "n")):
        np.testing.assert_allclose(ours[mine], theirs[name].to_numpy(), rtol=1e-9, err_msg=name)
    return measured


def one_question(path: Path) -> Measured:
    """What svy is given, by `estimate`: one question by area."""
    with _respondents(path) as connection:
        return rounds_of(
            lambda: estimate(
                connection.table("respondents"), DESIGN, Proportion("q1", 1), by=("area",)
            )
        )[0]


BY_R = """suppressMessages(library(survey))
d <- read.csv(commandArgs(TRUE)[1])
took <- system.time({
  made <- svydesign(~psu, strata=~stratum, weights=~weight, data=d, nest=TRUE)
  found <- svyby(~q1, ~area, made, svymean, na.rm=TRUE)
})
cat(format(c(sum(took[1:2]), found$q1, found$se), digits=17))"""


def with_r(path: Path) -> float:
    """Processor seconds of one question by area with R's survey; its figures are compared."""
    csv = path.with_name("respondents.csv")
    with _respondents(path) as connection:
        columns = "weight, stratum, psu, area, q1"
        connection.execute(f"COPY (SELECT {columns} FROM respondents) TO '{csv}' (HEADER)")
        ours = estimate(connection.table("respondents"), DESIGN, Proportion("q1", 1), by=("area",))
    command = ["Rscript", "-e", BY_R, str(csv)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    seconds, *found = map(float, told)
    mine = np.concatenate([ours["estimate"], ours["se"]])
    np.testing.assert_allclose(mine, found, rtol=1e-9)
    return seconds


def has_r() -> bool:
    """Whether R and its survey are here."""
    command = ["Rscript", "-e", "library(survey)"]
    return (
        bool(shutil.which("Rscript"))
        and not subprocess.run(command, capture_output=True).returncode
    )


def in_own_process(measure: Callable[[Path], Measured], path: Path) -> Measured:
    """Its memory is then its own."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as pool:
        return pool.submit(measure, path).result()


def _line(
    bench: str, ours: float, theirs: float, ratio: float, unit: str, **more: object
) -> dict[str, object]:
    figures = {"ours": round(ours, 5), "theirs": round(theirs, 5), "ratio": round(ratio, 2)}
    return {"bench": bench, **figures, "unit": unit, **more}


def _one(name: str, ours: Measured, theirs: float, rows: int) -> dict[str, object]:
    own = ours.processor_seconds
    return _line(f"survey_one_{name}", own, theirs, theirs / own, "CPU s", n=rows)


def run(rows: int = 1_000_000) -> Iterator[dict[str, object]]:
    """Both benches; without svy only the first."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "survey.duckdb"
        note(f"{rows:,} respondents")
        with duckdb.connect(str(path)) as connection:
            connection.execute("SET enable_progress_bar = false")
            make_respondents(connection, rows)
        note(f"survey_whole, {ROUNDS} rounds")
        whole = in_own_process(whole_survey, path)
        yield _line(
            "survey_whole",
            whole.seconds,
            AIM_SECONDS,
            whole.seconds / AIM_SECONDS,
            "s",
            n=rows,
            estimates=whole.estimates,
            processor_seconds=round(whole.processor_seconds, 2),
            peak_mb=whole.peak_mb,
        )
        one = in_own_process(one_question, path)
        if has_r():
            note("survey_one_r")
            yield _one("r", one, with_r(path), rows)
        if importlib.util.find_spec("svy") is None:
            print(WITHOUT_SVY, file=sys.stderr)
            return
        note(f"survey_svy, {ROUNDS} rounds")
        svy = in_own_process(with_svy, path)
        yield _one("svy", one, svy.processor_seconds, rows)
    ours, theirs = (1000 * one.seconds / one.estimates for one in (whole, svy))
    more = {
        "n": rows,
        "ours_one_question": round(1000 * one.seconds / one.estimates, 3),
        "peak_mb": whole.peak_mb,
        "peak_mb_theirs": svy.peak_mb,
    }
    yield _line("survey_svy", ours, theirs, theirs / ours, "ms an estimate", **more)


if __name__ == "__main__":
    for measured in run(*(int(argument) for argument in sys.argv[1:])):
        print(json.dumps(measured), flush=True)
