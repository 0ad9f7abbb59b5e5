"""The longest time that a page's control keeps a browser from answering, in Chromium; milliseconds.

`longest_task`: every kind of control of every page is used, and the longest task of the page's main
thread is taken, in seconds of its processor, which a loaded machine does not lengthen; against a
fixed amount of arithmetic on the same page. `python -m tests.benchmarks.bench_long_tasks [HOME]`;
HOME: a workspace whose newest release is shown, instead of the small one of the tests.
"""

import json
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Error, Page

from tests.benchmarks.measuring import note
from tests.browser.chromium import PAGES, chromium, chromium_path
from tests.worlds.release import write_release
from tests.worlds.server import served

_REPEATS, _ENOUGH = 3, 100.0  # what takes longer than that is done again, and the least counts
# Until nothing is fetched, changed or drawn any more.
_WATCH = """window.flying = 0; window.last = 0;
const touched = () => { window.last = performance.now(); }, ask = window.fetch;
window.fetch = function () { window.flying += 1; touched();
  const answer = ask.apply(this, arguments);
  answer.finally(() => { window.flying -= 1; touched(); }); return answer; };
document.addEventListener('DOMContentLoaded', () => new MutationObserver(touched)
  .observe(document, {childList: true, subtree: true, attributes: true}));"""
_QUIET = "() => window.flying === 0 && performance.now() - window.last > 300"
_ARITHMETIC = """() => { const start = performance.now(); let sum = 0;
  for (let n = 0; n < 2e7; n += 1) { sum += Math.sqrt(n); }
  return performance.now() - start + 0 * sum; }"""
_CONTROLS = "#screen :is(a.go, summary, select, input, button:not(.take))"
# A control by its look, where it leads, and what of the address it changes.
_KIND = """e => { const at = e.href ? new URL(e.href) : null;
  const now = new URLSearchParams(location.search);
  const other = at ? [...at.searchParams].filter(([k, v]) => now.get(k) !== v).map(([k]) => k)
    : [e.dataset.fold ? 'fold' : '', e.closest('.picker')?.className || ''];
  const here = at && at.pathname !== location.pathname ? '' : location.pathname;
  return [here, e.tagName, e.className, at?.pathname, ...other].join(' '); }"""


def _longest(events: list[dict[str, Any]]) -> float:
    """Milliseconds of processor of the longest task of the page's main thread."""
    mains = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    times = [
        float(event.get("tdur", 0)) / 1000
        for event in events
        if event["name"].endswith("RunTask") and (event["pid"], event["tid"]) in mains
    ]
    return max(times, default=0.0)


def _used(page: Page, address: str, place: int) -> float:
    _open(page, address)
    browser = page.context.browser
    assert browser is not None
    browser.start_tracing(page=page, categories=["toplevel"])
    try:
        page.locator(_CONTROLS).nth(place).dispatch_event("click")
        page.wait_for_timeout(60)
        page.wait_for_function(_QUIET, timeout=20_000)
    finally:
        traced = browser.stop_tracing()
    return _longest(json.loads(traced)["traceEvents"])


def longest_of(page: Page, address: str, seen: set[str]) -> tuple[float, str]:
    """The longest task after the use of each kind of control not seen before, and of which."""
    _open(page, address)
    kinds = page.evaluate(f"() => [...document.querySelectorAll('{_CONTROLS}')].map({_KIND})")
    found = (0.0, "")
    for place, kind in enumerate(kinds):
        if kind in seen:
            continue
        seen.add(kind)
        least = float("inf")
        for _ in range(_REPEATS):
            with suppress(Error):  # one that leads to a file, or out of the page
                least = min(least, _used(page, address, place))
            if least < _ENOUGH:
                break
        if least > _ENOUGH:
            note(f"  {least:.0f} ms: {kind}" if least < float("inf") else f"  not used: {kind}")
        found = max(found, (least if least < float("inf") else 0.0, kind))
    return found


def _open(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_selector("#screen h1", timeout=60_000)
    page.wait_for_function(_QUIET, timeout=60_000)


def run(home: Path | None = None) -> None:
    """One line; nothing where no Chromium is."""
    path = chromium_path()
    if path is None:
        note("no Chromium on this machine")
        return
    with tempfile.TemporaryDirectory() as folder:
        if home is None:
            write_release(Path(folder))
        with served(home or Path(folder)) as url, chromium(path) as browser:
            _all_pages(browser, url)


def _all_pages(browser: Browser, url: str) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.add_init_script(_WATCH)
    worst, seen = (0.0, ""), set[str]()
    for address in PAGES:
        found = longest_of(page, url + address, seen)
        note(f"{address}: {found[0]:.0f} ms, {found[1]}")
        worst = max(worst, (found[0], f"{address} {found[1]}"))
    slow = float(page.evaluate(_ARITHMETIC))
    figures = {"ours": round(worst[0]), "theirs": round(slow), "ratio": round(worst[0] / slow, 3)}
    unit = f"ms, {worst[1]}"
    print(json.dumps({"bench": "longest_task", **figures, "n": len(seen), "unit": unit}))


if __name__ == "__main__":
    run(*map(Path, sys.argv[1:]))
