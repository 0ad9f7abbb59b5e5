"""The strip of the first visit, single keys and the list of keys, in a real browser."""

import pytest

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser


def test_the_strip_is_seen_once_and_not_again(visit: Visit) -> None:
    page = visit.open("/")
    strip = page.locator(".first-visit")
    assert strip.is_visible()
    strip.get_by_role("button").click()
    assert not strip.is_visible()
    page = visit.open("/?lang=fr")
    assert not page.locator(".first-visit").is_visible()


def test_t_changes_between_chart_and_table_and_stays_in_the_address(visit: Visit) -> None:
    page = visit.open("/indicators/P2-OC-07")
    page.keyboard.press("t")
    page.wait_for_url("**view=table**")
    page.wait_for_selector(".card-series > .table-scroll")
    page.keyboard.press("t")
    page.wait_for_url(lambda url: "view=" not in url)


def test_question_mark_opens_the_keys_and_escape_gives_the_focus_back(visit: Visit) -> None:
    page = visit.open("/")
    page.locator(".row-link").first.focus()
    page.keyboard.press("?")
    page.wait_for_selector("dialog#keys[open]")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog#keys:not([open])", state="attached")
    assert page.evaluate("document.activeElement.className") == "go row-link"


def test_single_keys_can_be_switched_off(visit: Visit) -> None:
    page = visit.open("/indicators/P2-OC-07")
    page.keyboard.press("?")
    page.locator("[data-action=keys-off]").click()
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    page.wait_for_timeout(300)
    assert "view=" not in page.url
