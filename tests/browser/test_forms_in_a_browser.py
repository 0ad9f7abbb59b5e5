"""Every page under `/records/` by axe, by width and in French; a row that was typed is not lost."""

import re
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import pytest
import yaml
from openpyxl import Workbook
from playwright.sync_api import Page

from dashboards.forms.entry import KINDS
from dashboards.serving.app import create_app
from pipelines.cli.serve_command import DESK
from tests.browser.chromium import english_left, with_query
from tests.browser.conftest import Visit, recorded
from tests.browser.test_accessibility import _OVERFLOWING, _serious
from tests.worlds.mission.mappings import under_own_names
from tests.worlds.mission.own_names import make_workspace
from tests.worlds.mission.profile import write_source
from tests.worlds.release import write_release
from tests.worlds.server import serving

pytestmark = pytest.mark.browser

# What a form is about, where it needs that; files to take away and ways to a provider are no pages.
ABOUT = {
    "/records/assess": "indicator=P2-OC-05&period=2026-Q3",
    "/records/recommend": "indicator=P2-OC-05&period=2026-Q3",
    "/records/capture": "table=activities",
}
NO_PAGES = {
    "/records/templates/file",
    "/records/profile/file",
    "/records/run/rejected",
    "/records/run/to-mend",
    "/records/rota/order",
}
AREAS = ("area_code", "area_level", "name_en", "name_fr", "valid_from")
LOOKS = tuple((width, theme) for width in (320, 1024, 1440) for theme in ("light", "dark"))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release, and a mission that takes files in; no accounts."""
    folder = tmp_path_factory.mktemp("forms") / "ws"
    workspace, _ = make_workspace(folder)
    profile = workspace.profile("faulty")
    for path in (profile / "sources").glob("*.yaml"):
        path.unlink()
    write_source(profile, under_own_names("areas", AREAS))
    write_release(folder)
    return folder


@pytest.fixture(scope="module")
def visit(home: Path, tab: Page) -> Iterator[Visit]:
    """One browser at the real server."""
    with serving("dashboards", "--home", str(home), "--desk", DESK, "--port") as (port, _):
        yield from recorded(tab, f"http://127.0.0.1:{port}")


def pages(home: Path) -> list[str]:
    """The addresses of all pages with forms, by what the server itself knows."""
    rules = create_app(home).server.url_map.iter_rules()
    found = {one.rule for one in rules if one.rule.startswith("/records/")} - NO_PAGES
    named = [one.replace("<name>", kind) for one in sorted(found) for kind in sorted(KINDS)]
    return [with_query(one, ABOUT.get(one, "area=MT")) for one in dict.fromkeys(named)]


def wrong_of(visit: Visit, look: str) -> list[str]:
    """What is wrong with the French page that is open."""
    page = visit.page
    found = [*_serious(page), *page.evaluate(_OVERFLOWING), *visit.complaints, *visit.foreign]
    if page.locator("h1").count() != 1 or not page.title().endswith("POC Lens"):
        found.append("no heading or no title")
    return [f"{look}: {what}" for what in found + english_left(page.inner_text("body"))]


def test_no_form_has_anything_serious_or_too_wide(visit: Visit, home: Path) -> None:
    found: list[str] = []
    for path, (width, theme) in zip(pages(home), cycle(LOOKS), strict=False):
        visit.page.set_viewport_size({"width": width, "height": 900})
        answer = visit.page.goto(visit.server + with_query(path, f"lang=fr&theme={theme}"))
        assert answer is not None and answer.status == 200, path
        found += wrong_of(visit, f"{path} {width} {theme}")
    assert found == []


def test_a_file_that_is_looked_at_one_that_is_unknown_and_one_that_is_refused(
    visit: Visit,
) -> None:
    page = visit.page
    page.set_viewport_size({"width": 320, "height": 900})
    known = ",".join(AREAS) + "\nXX,country,Country,Pays,2024-01-01\nXX01,village,A,A,2024-01-01\n"
    unknown = "Code de la zone;Niveau;Nom (anglais);Nom (français);Du\nXX04;ville;E;Est;2024\n"
    for name, text, shown in (
        ("areas.csv", known, "#rejects"),
        ("découpage.csv", unknown, "#proposal"),
        ("empty.csv", "", "[role=alert]"),
    ):
        page.goto(f"{visit.server}/records/upload?lang=fr")
        sent = {"name": name, "mimeType": "text/csv", "buffer": text.encode()}
        page.set_input_files("input[type=file]", sent)
        page.locator("button[value=preview]").last.click()
        page.wait_for_selector(shown, timeout=10_000)
        refusals = [text for text in visit.complaints if "the server responded with" in text]
        assert len(refusals) == (name == "empty.csv")
        visit.complaints[:] = [text for text in visit.complaints if text not in refusals]
        assert wrong_of(visit, name) == []


def test_one_file_is_taken_in_as_two_tables_by_clicks_alone(visit: Visit, home: Path) -> None:
    page, lines = visit.page, ["Réf;Jour;Lieu;Femmes;Hommes", "A-1;13.04.2026;XX;2;1"]
    page.set_viewport_size({"width": 1024, "height": 900})
    page.goto(f"{visit.server}/records/upload?lang=fr")
    sent = {"name": "relevé.csv", "mimeType": "text/csv", "buffer": "\n".join(lines).encode()}
    page.set_input_files("input[name=file]", sent)
    page.locator("button[value=preview]").last.click()
    for answers in (
        {"table": "incidents"},
        {"constant.incident_type": "killing", "constant.against_civilians": "true",
         "constant.date_precision": "day",
         "constant.location_precision": "admin1", "constant.reported_by": "ngo",
         "constant.verification": "reported", "also": "incident_victims"},
        {"also.constant.harm": "killed"},
    ):  # fmt: skip
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        for name, value in answers.items():
            page.locator(f"[name='{name}']").select_option(value)
        page.locator("#decide button[value=preview]").click()
        page.wait_for_load_state()
        assert wrong_of(visit, str(answers)) == []
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert wrong_of(visit, "all open") == []
    page.locator("button[value=take_in]").click()
    page.wait_for_load_state()
    assert "relevé.csv" in page.inner_text("h1")
    kept = (home / "missions/faulty/sources/releve.yaml").read_text(encoding="utf-8")
    assert [one["table"] for one in yaml.safe_load(kept)["tables"]] == [
        "incidents", "incident_victims"
    ]  # fmt: skip


def test_a_table_on_each_sheet_is_taken_in_by_clicks_alone(
    visit: Visit, home: Path, tmp_path: Path
) -> None:
    page, book = visit.page, Workbook()
    for row in (["N°", "Acteur étatique", "Localité", "Date de l’engagement"],
                ["E-1", "Police nationale", "XX", "2026-01-10"]):  # fmt: skip
        book.worksheets[0].append(row)
    for row in (["Code de l’accord", "Nature du conflit", "Localité", "Signé le"],
                ["A-1", "Foncier", "XX", "2026-03-02"]):  # fmt: skip
        (book.worksheets[1:] or [book.create_sheet("Accords locaux")])[0].append(row)
    book.save(tmp_path / "suivi.xlsx")
    page.set_viewport_size({"width": 1024, "height": 900})
    page.goto(f"{visit.server}/records/upload?lang=fr")
    page.set_input_files("input[name=file]", tmp_path / "suivi.xlsx")
    page.locator("button[value=preview]").last.click()
    for step in ("preview", "take_in"):  # what stands in the form says what was proposed
        page.wait_for_load_state()
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert wrong_of(visit, step) == []
        assert "Feuille Accords locaux" in page.inner_text("#proposal ~ h3 >> nth=0")
        page.locator(f"#decide button[value={step}]").click()
    page.wait_for_load_state()
    assert "suivi.xlsx" in page.inner_text("h1")
    kept = (home / "missions/faulty/sources/suivi.yaml").read_text(encoding="utf-8")
    assert [(one["table"], one["sheet"]) for one in yaml.safe_load(kept)["tables"]] == [
        ("local_agreements", "Accords locaux"), ("commitments", "Sheet")
    ]  # fmt: skip


def test_a_row_that_could_not_be_sent_is_there_once_the_line_is_back(visit: Visit) -> None:
    page = visit.page
    address = f"{visit.server}/records/capture?table=units&lang=en"
    page.goto(address)
    code = page.locator("input[name=unit_code]")
    code.fill("FPU-7")
    page.context.set_offline(True)
    page.locator("main form[method=post] button").last.click()
    page.context.set_offline(False)
    page.goto(address)
    assert code.input_value() == "FPU-7"
    assert page.get_by_text(re.compile("kept in this browser")).is_visible()


def test_what_was_refused_is_there_in_the_other_language(visit: Visit) -> None:
    page = visit.page
    page.goto(f"{visit.server}/records/recommend?indicator=P2-OC-05&period=2026-Q3&lang=en")
    page.locator("textarea[name=text]").fill("Patrol the market road")
    page.locator("input[name=source_kind]").first.check()
    page.locator("input[name=source]").fill("Assessment of the third quarter")
    page.locator("select[name=owner]").select_option(index=1)
    page.locator("input[name=due_on]").fill("2026-01-01")
    page.locator("main form[method=post] button").last.click()
    assert "would be overdue" in page.locator("[role=alert]").inner_text()
    page.get_by_role("link", name="FR", exact=True).click()
    assert page.locator("html").get_attribute("lang") == "fr"
    assert page.locator("textarea[name=text]").input_value() == "Patrol the market road"
    assert page.locator("input[name=due_on]").input_value() == "2026-01-01"
