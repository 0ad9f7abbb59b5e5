"""Every page in a real browser: nothing leaves the machine, nothing complains, keyboard reaches."""

import re

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Visit
from tests.worlds.release import NEUTRAL

pytestmark = pytest.mark.browser


def test_switching_the_language_keeps_the_place(visit: Visit) -> None:
    page = visit.open("/map?indicator=P2-OC-07&area=MT0104&period=2026-Q2")
    page.get_by_role("group", name="Language").get_by_text("FR").click()
    page.wait_for_selector("html[lang=fr]")
    assert page.url.endswith("/map?area=MT0104&indicator=P2-OC-07&lang=fr&period=2026-Q2")
    page.go_back()
    page.wait_for_selector("html[lang=en]")


def test_choosing_a_period_changes_address_and_page(visit: Visit) -> None:
    page = visit.open("/indicators/P2-OC-07")
    page.locator(".picker-period input").click()
    page.get_by_role("option", name="Q2 2026").click()
    page.wait_for_url("**period=2026-Q2**")
    page.get_by_text("Q2 2026, Mission area").wait_for()
    said = page.locator("#announce")
    said.filter(has_text="Q2\u00a02026, All areas. Violent incidents").wait_for(state="attached")


def test_the_kinds_of_empty_look_and_read_differently(visit: Visit) -> None:
    page = visit.open("/map?indicator=P2-OC-07")
    looks = {}
    for kind, words in {
        "not-reported": "not reported",
        "no-access": "no access",
        "suppressed": "suppressed: fewer than 25 cases",
    }.items():
        mark = page.locator(f".map-list .empty-{kind}").first
        assert words in mark.inner_text()
        looks[kind] = mark.evaluate(
            "found => { const style = getComputedStyle(found);"
            " return style.backgroundImage + style.backgroundColor; }"
        )
    assert len(set(looks.values())) == len(looks)
    zero = page.locator(".map-list tr", has_text="Essari").locator("td").first
    assert zero.inner_text() == "0"


def test_a_neutral_indicator_has_no_rating_colour(visit: Visit) -> None:
    page = visit.open(f"/indicators/{NEUTRAL}")
    assert page.locator(".rating").count() == 0
    assert not re.search("improved|worsened", page.inner_text("main"))


def _tab_until(page: Page, wanted: str, most: int = 60) -> bool:
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate(f"document.activeElement.matches({wanted!r})"):
            return True
    return False


def test_the_keyboard_reaches_everything(visit: Visit) -> None:
    page = visit.open("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    for wanted in (".rail a", ".picker input", ".bar-right a", ".row-link", ".output-name"):
        assert _tab_until(page, wanted), wanted
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert outline == "3px"


def test_following_a_link_moves_the_focus_to_the_heading(visit: Visit) -> None:
    page = visit.open("/")
    page.locator(".row-link").first.press("Enter")
    page.wait_for_selector("#page-title:focus")
    assert "/indicators/" in page.url


def test_each_mark_reads_as_one_sentence(visit: Visit) -> None:
    page = visit.open("/")
    label = page.locator(".range").first.get_attribute("aria-label") or ""
    expected = ("41%", "95% CI", "baseline 34%", "expected by now", "target 50%", "On track")
    assert [part for part in expected if part not in label] == []


@pytest.mark.parametrize("width", [390, 320])
def test_a_phone_shows_the_worst_first_without_scrolling_sideways(visit: Visit, width: int) -> None:
    visit.page.set_viewport_size({"width": width, "height": 844})
    page = visit.open("/")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    tops = page.locator(".overview-table tbody tr").evaluate_all(
        "rows => rows.map(row => [row.getBoundingClientRect().top, row.innerText])"
    )
    assert "Off track" in min(tops)[1]
    assert "Achieved" in max(tops)[1]


def test_the_overview_prints_light_and_without_controls(visit: Visit) -> None:
    page = visit.open("/?theme=dark")
    page.emulate_media(media="print")
    assert not page.locator(".rail").is_visible()
    assert not page.locator(".bar").is_visible()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(22, 32, 43)"
    assert len(page.pdf(format="A4")) > 10_000


def test_without_scripts_the_answer_can_be_read(browser, server: str) -> None:  # type: ignore[no-untyped-def]
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{server}/?lang=fr")
    assert page.locator("h1").inner_text().count("trois résultats sur cinq") == 1
    context.close()
