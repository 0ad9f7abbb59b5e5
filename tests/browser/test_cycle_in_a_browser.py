"""The cycle by hand: three people take an assessment from draft to recommendation, without a mouse
where that matters, and nothing that was typed is lost.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from records.kinds import Assessment
from records.people import accounts
from records.store import Store
from tests.browser.test_accessibility import _serious
from tests.worlds.release import MISSION, write_release
from tests.worlds.server import served

pytestmark = pytest.mark.browser

PASSWORD = "a long enough password"
PEOPLE = {"amina": "assessor", "bruno": "assessor", "chen": "approver", "vera": "viewer"}
FORM = "/records/assess?indicator=P2-OC-05&period=2026-Q3"
KEY = "P2-OC-05/MT/2026-Q3"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace in which people must sign in."""
    folder = tmp_path_factory.mktemp("cycle")
    write_release(folder)
    store, now = Store.of_workspace(folder), datetime.now(UTC)
    for name, role in {**PEOPLE, "admin": "administrator"}.items():
        accounts.add(store, name, role, PASSWORD, "test", now)
    accounts.require(store, True, "test", now)
    return folder


@pytest.fixture(scope="module")
def url(home: Path) -> Iterator[str]:
    """The real server over it."""
    with served(home) as address:
        yield address


def signed_in(browser: Browser, url: str, name: str, path: str = FORM) -> Page:
    """A browser of this person's own, at a page that it asked for before signing in."""
    page = browser.new_context().new_page()
    page.goto(url + path)
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("h1")
    return page


def write(page: Page, text: str) -> None:
    """Fill the form and send it."""
    page.get_by_label("On track", exact=True).check()
    page.get_by_label("Reason, where").fill("People were asked in fewer areas.")
    page.get_by_label("What we concluded").fill(text)
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_load_state()


def test_draft_review_approval_and_recommendation_by_three_people(
    browser: Browser, url: str, home: Path
) -> None:
    amina, bruno = signed_in(browser, url, "amina"), signed_in(browser, url, "bruno")
    assert _serious(amina) == []
    write(amina, "People see patrols by day.")
    assert "Recorded as version 1" in amina.inner_text("main")
    # Bruno opened the form before: he is told, and both texts stand on his page.
    write(bruno, "Nobody was asked in Ilora.")
    assert "amina has recorded version 1" in bruno.inner_text("main")
    assert "People see patrols by day." in bruno.inner_text("main")
    assert bruno.get_by_label("What we concluded").input_value() == "Nobody was asked in Ilora."
    assert _serious(bruno) == []
    bruno.goto(url + FORM)
    assert bruno.get_by_label("What we concluded").input_value() == "Nobody was asked in Ilora."
    bruno.get_by_role("button", name="Discard it").click()
    bruno.wait_for_load_state()
    bruno.get_by_role("button", name="Mark as reviewed").click()
    bruno.wait_for_selector("[role=status]")
    assert bruno.get_by_role("button", name="Approve").count() == 0

    chen = signed_in(browser, url, "chen")
    chen.get_by_role("button", name="Approve").click()
    chen.get_by_role("link", name="Back to the assessment page").click()
    chen.wait_for_selector("#screen h1")
    assert "approved" in chen.inner_text(".card-assessment")
    chen.get_by_role("link", name="Add a recommendation").click()
    chen.get_by_label("What is to be done").fill("Two more night patrols a week.")
    chen.get_by_label("Owner").select_option("police_commissioner")
    chen.get_by_label("Due on").fill("2026-01-31")
    chen.get_by_role("button", name="Save", exact=True).click()
    chen.get_by_label("Yes, this day is meant").check()
    chen.get_by_role("button", name="Save", exact=True).click()
    chen.wait_for_selector("[role=status]")
    chen.goto(url + "/?lang=fr")
    chen.wait_for_selector("#screen h1")
    assert "1 recommandation en retard" in chen.inner_text("#main")

    versions = Store.of_workspace(home).versions(MISSION, Assessment, KEY)
    assert [(one.written_by, one.record.state) for one in versions] == [
        ("amina", "draft"),
        ("bruno", "reviewed"),
        ("chen", "approved"),
    ]


def test_who_may_only_read_finds_no_form(browser: Browser, url: str) -> None:
    vera = signed_in(browser, url, "vera")
    assert vera.locator("form[data-draft]").count() == 0
    assert "assessors and approvers write them" in vera.inner_text("main")
    vera.goto(url + "/records/log")
    assert "Administrators read the audit log" in vera.inner_text("main")


def test_what_was_typed_survives_a_closed_page_and_goes_with_signing_out(
    browser: Browser, url: str
) -> None:
    form = FORM.replace("P2-OC-05", "P2-OC-07")
    amina = signed_in(browser, url, "amina", form)
    assert not amina.get_by_text("kept in this browser").is_visible()
    amina.get_by_label("What we concluded").fill("Typed, not sent.")
    amina.goto(url + "/records/account")
    amina.goto(url + form)
    assert amina.get_by_label("What we concluded").input_value() == "Typed, not sent."
    assert amina.get_by_text("kept in this browser").is_visible()
    amina.goto(url + "/records/account")
    amina.get_by_role("button", name="Sign out").click()
    amina.wait_for_selector("input[type=password]")
    assert amina.evaluate("Object.keys(localStorage).length") == 0
    assert _serious(amina) == []


def test_a_session_that_ends_while_one_writes_leads_back_to_the_text(
    browser: Browser, url: str
) -> None:
    form = FORM.replace("P2-OC-05", "P2-OC-07") + "&lang=fr"
    bruno = signed_in(browser, url, "bruno", form.replace("&lang=fr", ""))
    bruno.goto(url + form)
    bruno.locator("[name=rating]").first.check()
    bruno.locator("[name=narrative]").fill("Un texte long.")
    bruno.context.clear_cookies()
    bruno.get_by_role("button", name="Enregistrer", exact=True).click()
    bruno.wait_for_selector("input[type=password]")
    assert "conservé dans ce navigateur" in bruno.inner_text("[role=alert]")
    bruno.locator("[name=name]").fill("bruno")
    bruno.locator("[name=password]").fill(PASSWORD)
    bruno.keyboard.press("Enter")
    bruno.wait_for_selector("[name=narrative]")
    assert bruno.url == url + form
    assert bruno.locator("[name=narrative]").input_value() == "Un texte long."


def test_what_could_not_be_sent_stands_in_the_form_once_the_line_is_back(
    browser: Browser, url: str, home: Path
) -> None:
    form = FORM.replace("P2-OC-05", "P2-OC-07").replace("2026-Q3", "2026-Q2")
    amina = signed_in(browser, url, "amina", form)
    amina.context.set_offline(True)
    write(amina, "Written on a line that broke.")
    amina.context.set_offline(False)
    key = KEY.replace("P2-OC-05", "P2-OC-07").replace("2026-Q3", "2026-Q2")
    assert Store.of_workspace(home).versions(MISSION, Assessment, key) == []
    amina.goto(url + form)
    assert amina.get_by_label("What we concluded").input_value() == "Written on a line that broke."
    assert amina.get_by_label("On track", exact=True).is_checked()
    amina.get_by_role("button", name="Save", exact=True).click()
    amina.wait_for_selector("[data-saved]")
    assert "Recorded as version 1" in amina.inner_text("main")
