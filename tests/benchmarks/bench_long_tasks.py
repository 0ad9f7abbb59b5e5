"""The longest time that a page's control keeps a browser from answering, in Chromium; milliseconds.

`longest_task`: every kind of control of every page of a release is clicked, and the longest task
that the browser itself reports (PerformanceObserver `longtask`) is taken; against a fixed amount of
arithmetic on the same page, so that a slow machine can be told from a slow page.
`python -m tests.benchmarks.bench_long_tasks [CONTROLS]`; CONTROLS: at most so many a page.
"""

import json
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Error, Page

from tests.benchmarks.measuring import note
from tests.browser.chromium import PAGES, chromium, chromium_path
from tests.worlds.release import write_release
from tests.worlds.server import served

CONTROLS = 40
_WATCH = """window.longest = 0; new PerformanceObserver(list => {
  for (const one of list.getEntries())
  window.longest = Math.max(window.longest, one.duration); }).observe({type: 'longtask'});"""
_ARITHMETIC = """() => { const start = performance.now(); let sum = 0;
  for (let n = 0; n < 2e7; n += 1) { sum += Math.sqrt(n); }
  return performance.now() - start + 0 * sum; }"""
_CONTROLS = "main a.go, main summary, main select, main input, main button:not(.take)"
_KIND = """e => [e.tagName, e.className, e.dataset.fold ? 'fold' : '',
  e.href ? new URL(e.href).pathname : ''].join(' ')"""


def longest_of(page: Page, address: str, most: int) -> tuple[float, str]:
    """The longest task after a click on one control of each kind, and which control it was."""
    found, seen = (0.0, ""), set[str]()
    _open(page, address)
    for place in range(min(most, page.locator(_CONTROLS).count())):
        control = page.locator(_CONTROLS).nth(place)
        try:
            kind = str(control.evaluate(_KIND, timeout=2_000))
            if kind in seen:
                continue
            seen.add(kind)
            page.evaluate("window.longest = 0")
            control.click(force=True, timeout=2_000)
            page.wait_for_load_state("networkidle")
            page.wait_for_timeout(100)
            found = max(found, (float(page.evaluate("window.longest")), kind))
        except Error:  # a control that another one hides is met on its own page
            continue
        if page.url != address:
            _open(page, address)
    return found


def _open(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_selector("#screen h1", timeout=60_000)
    page.wait_for_load_state("networkidle")


def run(controls: int = CONTROLS) -> None:
    """One line; nothing where no Chromium is."""
    path = chromium_path()
    if path is None:
        note("no Chromium on this machine")
        return
    with tempfile.TemporaryDirectory() as folder:
        write_release(Path(folder))
        with served(Path(folder)) as url, chromium(path) as browser:
            _all_pages(browser, url, controls)


def _all_pages(browser: Browser, url: str, controls: int) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.add_init_script(_WATCH)
    worst, of, number = 0.0, "", 0
    for address in PAGES:
        longest, kind = longest_of(page, url + address, controls)
        note(f"{address}: {longest:.0f} ms, {kind}")
        number += 1
        if longest > worst:
            worst, of = longest, f"{address} {kind}"
    slow = float(page.evaluate(_ARITHMETIC))
    figures = {"ours": round(worst), "theirs": round(slow), "ratio": round(worst / slow, 3)}
    print(json.dumps({"bench": "longest_task", **figures, "n": number, "unit": f"ms, {of}"}))


if __name__ == "__main__":
    run(*map(int, sys.argv[1:]))
