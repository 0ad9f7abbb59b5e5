"""Every page by axe, by width and by theme: nothing serious, nothing wider than the screen.

In French, whose words are longer, with a theme and a width in turn; `soak` opens all pages in both
languages, both themes and all widths.
"""

from functools import cache
from importlib.resources import files
from itertools import product
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.chromium import PAGES, english_left, with_query
from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser

_THEMES, _WIDTHS = ("light", "dark"), (320, 1024, 1440)
_LAPTOP = 1280  # as wide as most
# What runs over its own card although neither it nor anything around it scrolls by itself.
_OVERFLOWING = """() => {
  const scrolls = found => found.closest('.table-scroll, .grid-scroll, .level-switch, pre');
  const hidden = found => found.closest('.twin, .hidden, [hidden]');
  const wide = [...document.querySelectorAll('.card, .bar, .page-head, .tabs, main')]
    .filter(found => found.scrollWidth > found.clientWidth + 1 && !hidden(found) && !scrolls(found))
    .map(found => `${found.className || found.tagName} ${found.scrollWidth}>${found.clientWidth}`);
  for (const box of document.querySelectorAll('.chain-card')) {
    if (box.scrollHeight > box.clientHeight + 1) { wide.push(`cut: ${box.innerText}`); }
  }
  const page = document.documentElement;
  if (page.scrollWidth > window.innerWidth) { wide.push(`page ${page.scrollWidth}`); }
  return wide;
}"""


@cache
def _axe() -> str:
    return files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


def _serious(page: Page) -> list[str]:
    """Rules of axe that a page breaks, each with the first place, if serious or critical."""
    page.evaluate(_axe())
    found: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{rule['id']}: {rule['nodes'][0]['html'][:160]} ({len(rule['nodes'])})"
        for rule in found["violations"]
        if rule["impact"] in ("serious", "critical")
    ]


def _looked_at(visit: Visit, path: str, language: str, theme: str, width: int) -> list[str]:
    """What is wrong with a page at first sight; each with its look."""
    visit.page.set_viewport_size({"width": width, "height": 900})
    page = visit.open(with_query(path, f"lang={language}&theme={theme}"))
    found = [*_too_wide(page), *visit.complaints, *visit.foreign]
    if page.locator("h1").count() != 1 or not page.locator("h1").inner_text().strip():
        found.append("no heading")
    if page.evaluate("document.documentElement.lang") != language:
        found.append("another language")
    if not page.title().endswith("POC Lens"):
        found.append("no title")
    if language == "fr":
        found += english_left(page.inner_text("body"))
    return [f"{path} {language} {theme} {width}: {what}" for what in found]


def _too_wide(page: Page) -> list[str]:
    """What is wider than its place or the screen, once the page is drawn."""
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    found: list[str] = page.evaluate(_OVERFLOWING)
    return found


@pytest.mark.parametrize("number", range(len(PAGES)), ids=PAGES)
def test_a_page_has_nothing_serious_and_nothing_too_wide(visit: Visit, number: int) -> None:
    """Opened in one theme and width, by axe in them, then drawn as wide as the others."""
    path, theme, width = PAGES[number], _THEMES[number % 2], _WIDTHS[number % 3]
    found = _looked_at(visit, path, "fr", theme, width) + _serious(visit.page)
    for other in sorted({*_WIDTHS, _LAPTOP} - {width}):
        visit.page.set_viewport_size({"width": other, "height": 900})
        found += [f"{other}: {what}" for what in _too_wide(visit.page)]
    assert found == []


@pytest.mark.soak
@pytest.mark.parametrize("path", PAGES)
def test_all_looks_have_nothing_serious_and_nothing_too_wide(visit: Visit, path: str) -> None:
    for look in (*product(("en", "fr"), _THEMES, _WIDTHS), ("en", "light", _LAPTOP)):
        assert _looked_at(visit, path, *look) + _serious(visit.page) == [], look


@pytest.mark.parametrize("width", [1024, 1280])
def test_the_bar_stands_in_one_line(visit: Visit, width: int) -> None:
    visit.page.set_viewport_size({"width": width, "height": 900})
    for language in ("en", "fr"):
        bar = visit.open(f"/?lang={language}").locator(".bar")
        assert bar.evaluate("found => found.offsetHeight") < 60, language


def test_the_focus_stays_on_the_picker_that_was_used(visit: Visit) -> None:
    page = visit.open("/indicators/P2-OC-07")
    page.locator(".picker-period input").click()
    page.get_by_role("option", name="Q2 2026").click()
    page.get_by_text("Q2 2026, Mission area").wait_for()
    page.locator(".picker-period:focus-within").wait_for()


def test_enter_opens_the_panel_of_a_link_and_escape_returns(visit: Visit) -> None:
    page = visit.open("/results-chain")
    page.locator(".chain-tag").first.focus()
    page.keyboard.press("ArrowDown")
    name = page.evaluate("document.activeElement.getAttribute('aria-label')")
    page.keyboard.press("Enter")
    page.wait_for_selector("#chain-panel:focus")
    assert "edge=" in page.url
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == name


def test_filters_of_the_chain_stand_in_the_address_and_narrow_the_graph(visit: Visit) -> None:
    page = visit.open("/results-chain")
    number = page.locator(".chain-tag").count()
    page.locator(".chain-filters").get_by_role("link", name="D", exact=True).click()
    page.wait_for_url("**grade=D**")
    page.wait_for_selector(".chain-filters [role=status]")
    assert 0 < page.locator(".chain-tag").count() < number
    page.go_back()
    page.wait_for_selector(".chain-filters [role=status]", state="detached")
    assert page.locator(".chain-tag").count() == number
