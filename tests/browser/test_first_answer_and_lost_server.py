"""What stands without scripts, what is loaded where, what is said when the server is gone."""

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("language", ["en", "fr"])
def test_title_sentence_release_and_brief_stand_without_scripts(
    browser: Browser, server: str, language: str
) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto(f"{server}/?lang={language}")
    sentence = {"en": "Three of five outcomes", "fr": "trois résultats sur cinq"}[language]
    assert sentence in page.inner_text("h1")
    assert "2026-Q3-r01" in page.inner_text("main")
    with page.expect_download() as brief:
        page.click("main a")
    assert brief.value.suggested_filename.endswith(f"_{language}.pdf")
    page.close()


def test_no_page_loads_a_library_of_charts(visit: Visit) -> None:
    for path in ("/", "/indicators/P2-OC-07", "/perceptions", "/effects?open=all", "/incidents"):
        visit.open(path)
    assert not [url for url in visit.requests if "plotly" in url or "graph" in url]


def test_a_lost_server_is_said_and_found_again(browser: Browser, server: str) -> None:
    """No connection, as with a server that was ended: what stood before does not stay."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{server}/?lang=fr")
    page.wait_for_selector("#screen h1")
    page.context.set_offline(True)
    page.click(".rail a[href^='/indicators']")
    page.wait_for_selector("#screen [role=alert]")
    said = page.inner_text("#screen")
    assert "Le serveur ne répond pas." in said and "poclens serve" in said
    assert "no answer, 20" in said  # the reference
    assert page.locator(".rail, table").count() == 0
    assert page.get_attribute("html", "lang") == "fr"
    page.context.set_offline(False)
    page.click("[data-action=again]")
    page.wait_for_selector("#screen .rail")
    assert "P2-OC-05" in page.inner_text("#screen")
    page.close()
