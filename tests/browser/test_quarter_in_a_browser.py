"""A quarter by hand: a file comes in, figures are refreshed and published by two people, assessed
by three, and what was recommended is followed up in the next quarter's release.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Browser, Page

from indicators.foundation.stored.published_tables import database_of
from records.people import accounts
from records.store import Store
from tests.pipelines.cli.called import Called, poclens
from tests.worlds.mission.mappings import under_own_names
from tests.worlds.mission.patrols import MISSION, PatrolMission
from tests.worlds.mission.profile import write_source
from tests.worlds.server import serving

pytestmark = pytest.mark.browser

PASSWORD = "a long enough password"
PEOPLE = {
    "olga": "officer", "amina": "assessor", "bruno": "assessor", "chen": "approver",
    "admin": "administrator",
}  # fmt: skip
OUTCOME, FOLLOWED = "D-OC-06", "D-OP-08"
COLUMNS = (
    "incident_code", "incident_type", "against_civilians", "occurred_on", "date_precision",
    "area_code", "location_precision", "reported_by", "verification",
)  # fmt: skip
UPLOAD, ASSESS = "/records/upload", f"/records/assess?indicator={OUTCOME}&period=2026-Q2"


def incidents(*lines: tuple[str, str, str]) -> str:
    """A file of killings: code, day, area."""
    rows = (
        f"{code},killing,yes,{day},day,{area},exact,un_police,verified" for code, day, area in lines
    )
    return "\n".join([",".join(COLUMNS), *rows])


SPRING = incidents(
    ("I-1", "2026-04-05", "XX01"), ("I-2", "2026-05-11", "XX02"), ("I-3", "2026-05-30", "XX09")
)
SUMMER = incidents(("I-4", "2026-08-02", "XX01"))


@dataclass
class Quarter:
    """The mission's workspace, its server, and the people's browsers."""

    home: Path
    url: str
    browser: Browser

    def signed_in(self, name: str, path: str) -> Page:
        """A browser of this person's own, at a page that was asked for before signing in."""
        page = self.browser.new_context().new_page()
        page.goto(self.url + path)
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_selector("h1")
        return page

    def poclens(self, *arguments: str, typed: str = "") -> Called:
        """A command at the officer's terminal; in a thread, as the browser's loop runs in ours."""
        with ThreadPoolExecutor(1) as terminal:
            return terminal.submit(poclens, self.home, *arguments, typed=typed).result()

    def published(self, release: str, indicator: str) -> list[tuple[float | None, int]]:
        """Value and n of the whole mission in the release's own quarter."""
        path = database_of(self.home / "releases" / MISSION / release, "mission")
        with duckdb.connect(str(path), read_only=True) as connection:
            return connection.execute(
                """SELECT value, n FROM mart.indicator_value
                WHERE indicator = ? AND area = 'XX' AND period = ? AND period_type = 'Q'
                AND breakdown IN ('_T', '_Z')""",
                [indicator, release[:7]],
            ).fetchall()


@pytest.fixture
def quarter(
    tmp_path: Path,
    browser: Browser,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Iterator[Quarter]:
    """A mission with accounts; its profile asks for a second person, unless a test says no."""
    home = tmp_path / "ws"
    mission = PatrolMission.made(home)
    mission.set(
        second_person_publishes=getattr(request, "param", True),
        period_types=["Q"],
        indicators=[{"code": OUTCOME}, {"code": FOLLOWED}],
    )
    write_source(mission.profile, under_own_names("incidents", COLUMNS))
    store, now = Store.of_workspace(home), datetime.now(UTC)
    for name, role in PEOPLE.items():
        accounts.add(store, name, role, PASSWORD, "test", now)
    accounts.require(store, True, "test", now)
    monkeypatch.setenv("POCLENS_HOME", str(home))
    with serving("pipelines.cli.main", "serve", "--port") as (port, _):
        yield Quarter(home, f"http://127.0.0.1:{port}", browser)


def take_in(quarter: Quarter, name: str, text: str, told: list[str]) -> None:
    """The officer sees on the page what a file would bring, and takes it in."""
    olga = quarter.signed_in("olga", UPLOAD)
    olga.set_input_files("input[type=file]", {"name": name, "mimeType": "text/csv",
                                              "buffer": text.encode()})  # fmt: skip
    olga.get_by_role("button", name="Show what").click()
    olga.wait_for_load_state()
    shown = " ".join(olga.inner_text("main").split())
    for words in told:
        assert words in shown
    olga.get_by_role("button", name="Take it in").click()
    olga.get_by_role("heading", name=f"{name} is in the inbox").wait_for()
    assert (quarter.home / "inbox" / MISSION / name).read_text() == text


def refresh(quarter: Quarter, as_of: str) -> None:
    """The figures are computed with what the inbox holds."""
    done = quarter.poclens("refresh", "--mission", MISSION, "--as-of", as_of)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def publish(quarter: Quarter, period: str) -> None:
    """The officer publishes with a second person."""
    done = quarter.poclens(*publication(period), "--approved-by", "chen", typed=2 * f"{PASSWORD}\n")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def publication(period: str) -> tuple[str, ...]:
    """The command that publishes a quarter."""
    return ("publish", "--mission", MISSION, "--period", period, "--as", "olga")


def refused(quarter: Quarter, period: str) -> None:
    """One person alone publishes nothing, nor does an officer approve it."""
    asked = publication(period)
    alone = quarter.poclens(*asked, typed=f"{PASSWORD}\n")
    assert alone.returncode == 2 and "second person" in alone.stderr
    officer = quarter.poclens(*asked, "--approved-by", "olga", typed=2 * f"{PASSWORD}\n")
    assert officer.returncode == 2 and "may not approve" in officer.stderr


def test_from_a_file_to_the_next_quarters_follow_up(quarter: Quarter) -> None:
    viewer_of_files = quarter.signed_in("amina", UPLOAD)
    assert viewer_of_files.locator("input[type=file]").count() == 0
    take_in(quarter, "incidents_spring.csv", SPRING, ["2 new", "1 rejected", "XX09"])
    refresh(quarter, "2026-07-15")
    refused(quarter, "2026-Q2")
    publish(quarter, "2026-Q2")
    assert quarter.published("2026-Q2-r01", OUTCOME) == [(2, 2)]

    amina = quarter.signed_in("amina", ASSESS)
    amina.get_by_label("Off track", exact=True).check()
    amina.get_by_label("What we concluded").fill("People were killed on the road twice.")
    amina.get_by_role("button", name="Save", exact=True).click()
    amina.wait_for_load_state()
    assert "say why" in amina.inner_text("[role=alert]")  # no rating is computed without a target
    amina.get_by_label("Reason, where").fill("No target is set; two in a quarter are too many.")
    amina.locator("input[name=evidence]").first.check()
    amina.get_by_role("button", name="Save", exact=True).click()
    amina.wait_for_selector("[role=status]")
    assert amina.get_by_role("button", name="Mark as reviewed").count() == 0
    assert "ask another person" in amina.inner_text("main")
    bruno = quarter.signed_in("bruno", ASSESS)
    bruno.get_by_role("button", name="Mark as reviewed").click()
    bruno.wait_for_selector("[role=status]")
    assert "waits for the approval by an approver" in bruno.inner_text("main")
    chen = quarter.signed_in("chen", ASSESS)
    chen.get_by_role("button", name="Approve").click()
    chen.wait_for_selector("[role=status]")
    chen.get_by_role("link", name="Add a recommendation").click()
    chen.get_by_label("What is to be done").fill("Escort the market road.")
    chen.get_by_label("Owner").select_option("police_commissioner")
    chen.get_by_label("Due on").fill("2026-08-31")
    chen.get_by_role("button", name="Save", exact=True).click()
    chen.get_by_label("Yes, this day is meant").check()
    chen.get_by_role("button", name="Save", exact=True).click()
    chen.wait_for_selector("[role=status]")
    form = chen.url.partition("&saved")[0].removeprefix(quarter.url)

    take_in(quarter, "incidents_summer.csv", SUMMER, ["1 new", "0 rejected"])
    refresh(quarter, "2026-10-15")
    publish(quarter, "2026-Q3")
    assert quarter.published("2026-Q3-r01", OUTCOME) == [(1, 1)]
    assert quarter.published("2026-Q3-r01", FOLLOWED) == [(0, 1)]  # not done by its day
    olga = quarter.signed_in("olga", "/")
    olga.wait_for_selector("#screen h1")
    assert "1 recommendation overdue" in olga.inner_text("#main")
    olga.goto(quarter.url + form)
    olga.get_by_label("Status").select_option("done")
    olga.get_by_label("Note").fill("Two escorts a week since September.")
    olga.get_by_role("button", name="Save", exact=True).click()
    olga.wait_for_selector("[role=status]")
    olga.goto(quarter.url + "/assessment?period=2026-Q2&lang=fr")
    olga.wait_for_selector("#screen h1")
    text = olga.inner_text("#main")
    assert "0 recommandation en retard" in text and "Escort the market road." in text
    store = Store.of_workspace(quarter.home)
    assert store.first_broken_entry() is None
    acts = [(one["who"], one["action"]) for one in store.audit_log(99)]
    assert acts.count(("chen", "publication_approved")) == 2


# The words of what has the focus, as a screen reader would name it, and whether one sees it there.
_FOCUSED = """() => { const here = document.activeElement, look = getComputedStyle(here);
  const label = here.getAttribute('aria-label') || (here.labels && here.labels[0]
    ? here.labels[0].textContent : here.textContent);
  const seen = look.outlineStyle !== 'none' || here.type === 'file';
  return [label.replace(/\\s+/g, ' ').trim(), seen]; }"""
_MOST_KEYS = 120


@dataclass
class Keyboard:
    """A person without a mouse."""

    page: Page

    def to(self, name: str, key: str = "Tab") -> "Keyboard":
        """Until what has this name has the focus, visibly."""
        seen = []
        for _ in range(_MOST_KEYS):
            self.page.keyboard.press(key)
            label, is_seen = self.page.evaluate(_FOCUSED)
            seen.append(label)
            if label.startswith(name):
                assert is_seen, f"no focus is seen on {name}"
                return self
        raise AssertionError(f"{name} is not reached: {list(dict.fromkeys(seen))}")

    def press(self, name: str, told: str = "", key: str = "Enter") -> None:
        """The button, link or switch of this name, until the page tells so."""
        self.to(name).page.keyboard.press(key)
        self.page.locator("main", has_text=told).wait_for(timeout=120_000)

    def type(self, name: str, text: str) -> None:
        """Into the field of this name."""
        self.to(name).page.keyboard.type(text)

    def signed_in(self, quarter: Quarter, name: str, path: str) -> None:
        """At a page that was asked for before."""
        self.page.context.clear_cookies()
        self.page.goto(quarter.url + path)
        self.type("Name", name)
        self.type("Password", PASSWORD)
        self.page.keyboard.press("Enter")
        self.page.wait_for_selector("h1:not(:has-text('Sign in'))")


@pytest.mark.soak
@pytest.mark.parametrize("quarter", [False], indirect=True)
def test_the_quarters_work_is_done_by_keyboard_alone(quarter: Quarter) -> None:
    """A file of unknown headers, its mapping, refresh, release, assessment and approval."""
    page = quarter.browser.new_context(locale="en-US").new_page()
    keys = Keyboard(page)
    keys.signed_in(quarter, "olga", UPLOAD)
    unknown = SPRING.replace("incident_type", "Zeta").replace(",killing,", ",xx,")
    unknown = unknown.replace("occurred_on", "On day")
    with page.expect_file_chooser() as choosing:
        keys.press("File")
    choosing.value.set_files({"name": "deaths.csv", "mimeType": "text/csv",
                              "buffer": unknown.encode()})  # fmt: skip
    keys.press("Show what", "Zeta")
    keys.type("Incident type", "killing")
    keys.press("Show again", "first rows as they would arrive")
    keys.press("Confirm this mapping", "deaths.csv is in the inbox")

    page.goto(f"{quarter.url}/records/run?mission={MISSION}")
    keys.type("Facts up to", "07152026")
    keys.press("Refresh", "Refresh: done")
    keys.to("Quarter").page.keyboard.type("Q2 2026")
    keys.press("Publish", "Publish: done")
    assert quarter.published("2026-Q2-r01", OUTCOME) == [(2, 2)]
    keys.press("Read the release", "April–June 2026")

    keys.signed_in(quarter, "amina", ASSESS)
    keys.to("Achieved").to("Off track", "ArrowDown")
    keys.type("Reason, where", "No target is set; two in a quarter are too many.")
    keys.type("What we concluded", "People were killed on the road twice.")
    keys.press("Save", "Recorded as version 1")
    keys.signed_in(quarter, "bruno", ASSESS)
    keys.press("Mark as reviewed", "waits for the approval")
    keys.signed_in(quarter, "chen", ASSESS)
    keys.press("Approve", "approved")
    keys.press("Add a recommendation", "What is to be done")
    keys.type("What is to be done", "Escort the market road.")
    keys.type("Owner", "Police")
    keys.type("Due on", "08312026")
    keys.press("Save", "Yes, this day is meant")
    keys.press("Yes, this day", "Yes, this day", key="Space")
    keys.press("Save", "Recorded")
