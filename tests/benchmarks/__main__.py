"""`make bench`: every benchmark of this folder in its own process; JSON lines, then a table.

A line is printed as soon as its figure is there, with its aim and whether it was met, so that an
interrupted run keeps what it measured; progress goes to the error stream.
`python -m tests.benchmarks [--share SHARE] [BENCH …]` runs some (`bench_survey`), or all at a share
of their size to see that they run; aims are for the whole size.
"""

import argparse
import importlib
import inspect
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

Line = dict[str, object]
# What each line is to keep to, by its figure; others have no aim.
AT_MOST: dict[str, dict[str, float]] = {
    "catalogue_scan": {"ratio": 6},
    "catalogue_double": {"ratio": 1.2},
    "catalogue_double_small": {"ratio": 1.3},
    "catalogue_whole": {"peak_mb": 2_500},
    "month_append": {"ratio": 0.04},
    "nothing_changed": {"ratio": 0.01},
    "refresh_sample": {"ours": 20, "ratio": 14, "peak_mb": 700},
    "nothing_changed_sample": {"ours": 1.5},
    "first_line_sample": {"ours": 1.5},
    "corrected_sample": {"ours": 6, "ratio": 0.15, "peak_mb": 700},
    "publish_sample": {"ours": 8},
    "publish_again_sample": {"ours": 8},
    "demo_first_page": {"ours": 45},
    "installed_mb": {"ours": 800},
    "survey_whole": {"ratio": 1},
    "trend_null": {"ratio": 1},
    "trend_missing_returns": {"ratio": 1},
    "first_page": {"ratio": 1.3},
    "ingest_csv": {"ratio": 3},
    "ingest_xlsx": {"ratio": 1.3},
    "hq_rollup": {"ours": 10},
    "hq_page": {"ours": 0.3},
    "hq_page_p95": {"ours": 1.5},
    "hq_browse_10": {"ours": 0.3},
    "hq_browse_10_p95": {"ours": 1.5},
    "hq_browse_10_failed": {"ours": 0},
    "hq_sdmx_mb": {"ours": 400},
    "released_10": {"ours": 0.3},
    "released_10_p95": {"ours": 1.5},
    "released_10_failed": {"ours": 0},
    "callback_10": {"ours": 0.15},
    "callback_10_p95": {"ours": 0.5},
    "browse_50_p95": {"ours": 2},
    "browse_50_failed": {"ours": 0},
    "overview_kb": {"ours": 120},
    "longest_task": {"ours": 200},
}
AT_LEAST = {"catalogue_naive": 75.0, "survey_svy": 500.0, "trend_change": 1.0, "case_series": 20.0}
_SAID = {"ours": "{:g}", "ratio": "{:g} ×", "peak_mb": "{:g} MB"}


def judged(line: Line) -> Line:
    """The line with its aims in words and whether they were met; null where it has none."""
    bench = str(line["bench"])
    if bench in AT_LEAST:
        least = AT_LEAST[bench]
        return {**line, "aim": f">= {least:g} ×", "met": float(str(line["ratio"])) >= least}
    bounds = AT_MOST.get(bench)
    if not bounds:
        return {**line, "aim": None, "met": None}
    aim = "<= " + ", ".join(_SAID[figure].format(most) for figure, most in bounds.items())
    met = all(float(str(line[figure])) <= most for figure, most in bounds.items())
    return {**line, "aim": aim, "met": met}


def arguments_of(module: str, share: float) -> list[str]:
    """The size that a benchmark is run at, where it is not its own."""
    if share == 1:
        return []
    run = importlib.import_module(f"tests.benchmarks.{module}").run
    whole = next(iter(inspect.signature(run).parameters.values())).default
    return [str(max(1, round(whole * share)))]


def measured_by(module: str, share: float) -> Iterator[Line]:
    """The lines of one benchmark, printed as they come. Raises CalledProcessError if it fails."""
    command = [sys.executable, "-m", f"tests.benchmarks.{module}", *arguments_of(module, share)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for text in process.stdout:
            line = judged(json.loads(text))
            print(json.dumps(line), flush=True)
            yield line
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)


def show(lines: list[Line]) -> None:
    """All that was measured, as a table."""
    print(f"\n{'bench':20}{'ours':>12}{'theirs':>12}{'ratio':>10}  {'aim':24}{'':6}{'MB':>7}  of")
    for line in lines:
        met = {True: "met", False: "MISSED", None: ""}[line["met"]]  # type: ignore[index]
        print(
            f"{line['bench']!s:20}{line['ours']:>12,.2f}{line['theirs']:>12,.2f}"
            f"{line['ratio']:>10,.3f}  {line['aim'] or '':24}{met:6}{line.get('peak_mb', ''):>7}"
            f"  {line['n']:,}, {line['unit']}"
        )


def main() -> int:
    """Runs `bench_*.py` in the order of their names; a failed one does not stop the others."""
    known = sorted(path.stem for path in Path(__file__).parent.glob("bench_*.py"))
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("bench", nargs="*", choices=[*known, []], metavar="BENCH")
    parser.add_argument("--share", type=float, default=1.0)
    chosen = parser.parse_args()
    lines: list[Line] = []
    failed: list[str] = []
    begun = time.monotonic()
    try:
        for module in chosen.bench or known:
            print(f"{time.monotonic() - begun:5.0f} s  {module}", file=sys.stderr, flush=True)
            try:
                for line in measured_by(module, chosen.share):
                    lines.append(line)
            except subprocess.CalledProcessError as error:
                failed.append(f"{module} failed with {error.returncode}")
    except KeyboardInterrupt:
        failed.append("interrupted")
    show(lines)
    print(f"{time.monotonic() - begun:.0f} s in all", file=sys.stderr)
    print(*failed, sep="\n", end="", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
