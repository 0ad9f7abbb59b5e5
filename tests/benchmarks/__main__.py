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
# The bound of each line’s ratio; others have no aim.
AT_MOST = {
    "catalogue_scan": 6.0,
    "catalogue_double": 1.2,
    "month_append": 0.04,
    "nothing_changed": 0.01,
    "corrected_sample": 0.15,
    "survey_whole": 1.0,
    "trend_null": 1.0,
    "trend_missing_returns": 1.0,
    "first_page": 1.3,
    "ingest_csv": 3.0,
    "ingest_xlsx": 1.3,
}
SECONDS_AT_MOST = {
    "refresh_sample": 20.0,
    "nothing_changed_sample": 1.5,
    "publish_sample": 8.0,
    "demo_first_page": 45.0,
    "hq_rollup": 10.0,
    "hq_page": 0.3,
    "hq_page_p95": 1.5,
    "hq_browse_10": 0.3,
    "hq_browse_10_p95": 1.5,
    "callback_10": 0.15,
    "callback_10_p95": 0.5,
    "browse_50_p95": 2.0,
}
# Of these `ours` is no time.
OURS_AT_MOST = {
    "browse_50_failed": 0.0,
    "hq_browse_10_failed": 0.0,
    "hq_sdmx_mb": 400.0,
    "overview_kb": 120.0,
    "longest_task": 200.0,
}
AT_LEAST = {"catalogue_naive": 75.0, "survey_svy": 500.0, "trend_change": 1.0, "case_series": 20.0}


def judged(line: Line) -> Line:
    """The line with its aim in words and whether it was met; null where it has none."""
    bench, ratio = str(line["bench"]), float(str(line["ratio"]))
    if bench in AT_MOST:
        return {**line, "aim": f"<= {AT_MOST[bench]:g}", "met": ratio <= AT_MOST[bench]}
    if bench in SECONDS_AT_MOST:
        most, seconds = SECONDS_AT_MOST[bench], float(str(line["ours"]))
        return {**line, "aim": f"<= {most:g} s", "met": seconds <= most}
    if bench in OURS_AT_MOST:
        ours = float(str(line["ours"]))
        most = OURS_AT_MOST[bench]
        return {**line, "aim": f"<= {most:g}", "met": ours <= most}
    if bench in AT_LEAST:
        return {**line, "aim": f">= {AT_LEAST[bench]:g}", "met": ratio >= AT_LEAST[bench]}
    return {**line, "aim": None, "met": None}


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
    print(f"\n{'bench':20}{'ours':>12}{'theirs':>12}{'ratio':>10}{'aim':>10}  {'':6}{'MB':>7}  of")
    for line in lines:
        met = {True: "met", False: "MISSED", None: ""}[line["met"]]  # type: ignore[index]
        print(
            f"{line['bench']!s:20}{line['ours']:>12,.2f}{line['theirs']:>12,.2f}"
            f"{line['ratio']:>10,.3f}{line['aim'] or '':>10}  {met:6}{line.get('peak_mb', ''):>7}"
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
