"""The dashboards on a release of 60 indicators × 120 areas × 10 years, beside a bare Dash app.

Both run on the same server, in one run, on this machine, which also makes the readers.
`released_10`, `released_10_p95`, `released_10_failed`: 10 readers over eight areas as soon as the
server stands, of pages that nobody asked for yet. `page_cold`, `page_warm`: the median of all pages
asked for the first time, and again. `first_page`: a browser with an empty cache, until the content
stands, against the bare app's chart. `callback_10`, `callback_10_p95`: 10 readers.
`browse_50_p95`: 50 readers; `browse_50_failed`: what failed; `page_cpu`: the processor seconds of
one of these pages. `server_memory`: MB of all processes after that (what they share is counted
once). `overview_kb`: what the overview sends besides libraries.
`python -m tests.benchmarks.bench_dashboards [AREAS]`.
"""

import gzip
import http.client
import json
import os
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import duckdb
import psutil

from tests.benchmarks.browsing import PAGES, Reader, Visited, browse, share
from tests.benchmarks.measuring import note
from tests.benchmarks.wide_release import AREAS, write_wide_release
from tests.worlds.server import serving

_PAUSE = (2.0, 8.0)
_ROUNDS = 7


def asked(port: int, path: str) -> tuple[float, bytes]:
    """Seconds and body of one request. Raises HTTPException where it is not answered with 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    started = time.perf_counter()
    connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
    answer = connection.getresponse()
    body = answer.read()
    seconds = time.perf_counter() - started
    connection.close()
    if answer.status != 200:
        raise http.client.HTTPException(f"{path}: {answer.status}")
    return seconds, body


def choices(folder: Path) -> tuple[list[str], list[str]]:
    """Codes of the indicators and of the areas of a release."""
    path = str(folder / "mission" / "poclens.duckdb")
    with duckdb.connect(path, read_only=True) as connection:
        indicators = connection.execute("SELECT indicator FROM mart.indicator ORDER BY ALL")
        codes = [code for (code,) in indicators.fetchall()]
        areas = connection.execute("SELECT area_code FROM mart.area ORDER BY ALL").fetchall()
    return codes, [code for (code,) in areas]


def line(bench: str, ours: float, theirs: float, n: int, unit: str, **more: object) -> None:
    """One line of the bench; `theirs` 0 where the bare app has no such figure."""
    ratio = ours / theirs if theirs else 0.0
    load = round(os.getloadavg()[0], 1)
    found = {"bench": bench, "ours": ours, "theirs": theirs, "ratio": ratio, "n": n, "unit": unit}
    print(json.dumps({**found, "load": load, **more}), flush=True)


def cold_and_warm(port: int, indicators: list[str]) -> None:
    """Every page once, and again until both processes must have it."""
    paths = [*dict.fromkeys(PAGES), f"/indicators/{indicators[0]}"]
    times = {path: [asked(port, f"/screen{path}")[0] for _ in range(12)] for path in paths}
    for path, seconds in times.items():
        note(f"{path}: cold {seconds[0]:.2f} s, warm {min(seconds):.4f} s")
    cold = [seconds[0] for seconds in times.values()]
    warm = [statistics.median(seconds[-5:]) for seconds in times.values()]
    unit = "pages, median seconds of"
    line("page_cold", statistics.median(cold), statistics.median(warm), len(paths), unit)
    line("page_warm", statistics.median(warm), statistics.median(cold), len(paths), unit)


def overview_kilobytes(port: int) -> float:
    """The document, layout, dependencies and screen of the overview, compressed."""
    paths = ("/", "/_dash-layout", "/_dash-dependencies", "/screen/")
    bodies = [asked(port, path)[1] for path in paths]
    assert all(len(gzip.decompress(body)) > len(body) for body in bodies)
    return sum(map(len, bodies)) / 1000


def first_pages(ours: int, bare: int) -> tuple[float, float] | None:
    """Median seconds in Chromium until content stands; each round with an empty cache, by turns."""
    from playwright.sync_api import Browser, sync_playwright

    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        note("no Chromium: first_page is not measured")
        return None

    def seconds(browser: Browser, port: int, content: str) -> float:
        context = browser.new_context()
        page = context.new_page()
        started = time.perf_counter()
        page.goto(f"http://127.0.0.1:{port}/", wait_until="commit")
        page.wait_for_selector(content, timeout=60_000)
        taken = time.perf_counter() - started
        context.close()
        return taken

    wanted = ((ours, "#screen main h1"), (bare, "#chart .main-svg"))
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        for port, content in wanted:  # neither pays for the browser's own start
            seconds(browser, port, content)
        rounds = [[seconds(browser, *where) for where in wanted] for _ in range(_ROUNDS)]
        browser.close()
    for taken in rounds:
        note(f"first page: ours {taken[0]:.2f} s, bare {taken[1]:.2f} s")
    return statistics.median(r[0] for r in rounds), statistics.median(r[1] for r in rounds)


def bare_callbacks(port: int, readers: int, seconds: float) -> list[float]:
    """The bare app's one callback, asked for as often as the readers ask for pages."""
    asks = {
        "output": "chart.figure",
        "outputs": {"id": "chart", "property": "figure"},
        "inputs": [{"id": "choice", "property": "value", "value": "Series 3"}],
        "changedPropIds": ["choice.value"],
        "parsedChangedPropsIds": ["choice.value"],
    }
    times: list[float] = []
    until = time.monotonic() + seconds

    def reader(number: int) -> None:
        chance = Random(number)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        time.sleep(chance.uniform(0, _PAUSE[1]))
        while time.monotonic() < until:
            started = time.perf_counter()
            headers = {"Content-Type": "application/json"}
            connection.request("POST", "/_dash-update-component", json.dumps(asks), headers)
            connection.getresponse().read()
            times.append(time.perf_counter() - started)
            time.sleep(chance.uniform(*_PAUSE))

    threads = [threading.Thread(target=reader, args=(number,)) for number in range(readers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times or [0.0]


def megabytes(process: psutil.Process) -> float:
    """Memory of a server's processes; what they share is counted once."""
    members = [process, *process.children(recursive=True)]
    return float(sum(member.memory_full_info().pss for member in members) / 1e6)


def run(areas: int = AREAS) -> None:
    """One line a figure."""
    seconds = 60.0 if areas >= AREAS else 3.0
    with tempfile.TemporaryDirectory() as name:
        folder = write_wide_release(Path(name), areas=max(2, areas))
        note("release written")
        indicators, codes = choices(folder)

        def readers(port: int, number: int, first: int) -> list[Reader]:
            made = range(first, first + number)
            return [Reader(port, place, indicators, codes, _PAUSE) for place in made]

        with serving("dashboards", "--home", name, "--port") as (port, _):
            _ten(browse(_right_after(port, indicators, codes[:8]), seconds), [], "released_10")
        bare_module = "tests.benchmarks.bare_dash"
        with (
            serving("dashboards", "--home", name, "--port") as (port, ours),
            serving(bare_module) as (bare, theirs),
        ):
            process, other = psutil.Process(ours.pid), psutil.Process(theirs.pid)
            note(f"server: {megabytes(process):.0f} MB before the first page")
            cold_and_warm(port, indicators)
            line("overview_kb", overview_kilobytes(port), 0.0, 1, "kB besides libraries")
            if pages := first_pages(port, bare):
                line("first_page", *pages, _ROUNDS, "first pages in Chromium, median seconds")
            ten = browse(readers(port, 10, 1000), seconds)
            _ten(ten, bare_callbacks(bare, 10, seconds / 3), "callback_10")
            used = processor_seconds(process)
            fifty = browse(readers(port, 50, 0), seconds)
            used = processor_seconds(process) - used
            line("page_cpu", used / max(1, len(fifty.screens)), 0.0, len(fifty.screens),
                 "pages of 50 readers, processor seconds a page")  # fmt: skip
            _fifty(fifty, bare_callbacks(bare, 50, seconds / 3))
            memory = megabytes(process), megabytes(other)
            line("server_memory", *memory, 50, "readers, MB of all processes")


def processor_seconds(process: psutil.Process) -> float:
    """Of all processes of a server: on a busy machine this says more than the clock."""
    members = [process, *process.children(recursive=True)]
    return float(sum(sum(member.cpu_times()[:2]) for member in members))


def _right_after(port: int, indicators: list[str], areas: list[str]) -> list[Reader]:
    return [Reader(port, 2000 + place, indicators, areas, (1.0, 4.0)) for place in range(10)]


def _ten(visited: Visited, bare: list[float], bench: str) -> None:
    for name, part in ((bench, 0.5), (f"{bench}_p95", 0.95)):
        ours, theirs = share(visited.screens, part), share(bare or [0.0], part)
        line(name, ours, theirs, len(visited.screens), "pages of 10 readers, seconds")
    pages, failed = len(visited.screens), len(visited.failures)
    line(f"{bench}_failed", failed, 0, pages, "pages of 10 readers")


def _fifty(visited: Visited, bare: list[float]) -> None:
    for bench, part in (("browse_50", 0.5), ("browse_50_p95", 0.95)):
        ours, theirs = share(visited.screens, part), share(bare, part)
        line(bench, ours, theirs, len(visited.screens), "pages of 50 readers, seconds")
    line("browse_50_failed", len(visited.failures), 0, len(visited.screens), "pages of 50 readers")
    for failure in visited.failures[:5]:
        note(failure)


if __name__ == "__main__":
    act: Callable[..., None] = run
    act(*map(int, sys.argv[1:2]))
