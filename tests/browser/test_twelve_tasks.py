"""Twelve everyday tasks, walked from the first page as a new reader would.

Each walk counts its clicks and holds what it reaches against the mart of the release. Every second
walk is in French; `make soak` walks each in the other language too.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import openpyxl
import pytest
from playwright.sync_api import Download, Locator, Page
from pypdf import PdfReader

from tests.browser.conftest import Visit
from tests.worlds.release import COUNTRY, FIRST_DEFINITION, FIRST_DEFINITION_FR, MISSION, RELEASE

pytestmark = pytest.mark.browser

_CODE = "P2-OC-07"
_RECEIVED = ("submitted", "nil")


def _languages(first: str, then: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("language", [first, pytest.param(then, marks=pytest.mark.soak)])


in_english, in_french = _languages("en", "fr"), _languages("fr", "en")


@dataclass
class Reader:
    """A new reader on the overview, whose clicks are counted."""

    page: Page
    mart: duckdb.DuckDBPyConnection
    clicks: int = 0

    def click(self, found: Locator | str) -> None:
        """One click, and what it leads to stands."""
        target = self.page.locator(found).first if isinstance(found, str) else found
        target.click()
        self.clicks += 1
        self.page.wait_for_load_state("networkidle")

    def go_to(self, path: str) -> None:
        """A page by the navigation, which is one click."""
        self.click(f'.rail a[href^="{path}"]')
        self.page.wait_for_url(lambda url: path in url)
        self.page.wait_for_selector(f'.rail a[href^="{path}"][aria-current]')
        self.page.wait_for_load_state("networkidle")

    def unfold(self, card: str) -> None:
        """The content of a card that shows its head alone."""
        self.click(f"{card} a.fold")

    def take(self, found: str) -> Path:
        """The file behind a link, which is one click."""
        with self.page.expect_download() as taken:
            self.page.locator(found).first.click()
        self.clicks += 1
        return _kept(taken.value)

    def ask(self, sql: str, *parameters: object) -> list[tuple[object, ...]]:
        """Rows of the mart."""
        return self.mart.execute(sql, list(parameters)).fetchall()


def _kept(download: Download) -> Path:
    path = Path(download.path())
    return path.rename(path.with_name(f"{path.name}_{download.suggested_filename}"))


@pytest.fixture
def reader(visit: Visit, workspace: Path, language: str) -> Iterator[Reader]:
    page = visit.open(f"/?lang={language}")
    database = workspace / "releases" / MISSION / RELEASE / "mission" / "poclens.duckdb"
    with duckdb.connect(str(database), read_only=True) as mart:
        yield Reader(page, mart)
    assert visit.complaints == [] and visit.foreign == []


def _sheet(path: Path, place: int = 0) -> list[tuple[object, ...]]:
    book = openpyxl.load_workbook(path, read_only=True)
    rows = list(book.worksheets[place].iter_rows(values_only=True))
    book.close()
    return rows


def _digits(text: str) -> str:
    return re.sub(r"[\s\u202f\u00a0]", "", text).replace(",", ".")


def _total(reader: Reader, code: str) -> tuple[float, str]:
    ((value, rating),) = reader.ask(
        "SELECT value, rating FROM mart.indicator_value WHERE indicator = ? AND area = ?"
        " AND period = '2026-Q3' AND sex IN ('_T', '_Z') AND age_group IN ('_T', '_Z')",
        code,
        COUNTRY,
    )
    assert isinstance(value, float)
    return value, str(rating)


# Leadership ---------------------------------------------------------------------------------------


@in_english
def test_a_leader_sees_what_improved_what_is_off_track_what_to_decide_how_sure(
    reader: Reader, language: str
) -> None:
    page, main = reader.page, reader.page.inner_text("main")
    rows = page.locator(".overview-table tbody tr")
    improved = rows.filter(has_text="improved" if language == "en" else "amélioration").count()
    ((counted,),) = reader.ask(
        "SELECT count(*) FROM mart.indicator_value AS own JOIN mart.framework_item AS item"
        " ON item.indicator = own.indicator AND item.kind = 'outcome'"
        " WHERE area = ? AND period = '2026-Q3' AND trend = 'improving' AND sex IN ('_T', '_Z')"
        " AND age_group IN ('_T', '_Z')",
        COUNTRY,
    )
    assert improved == counted > 0
    value, rating = _total(reader, "P2-OC-02")
    off = rows.filter(has_text="P2-OC-02")
    assert rating == "off_track" and off.locator(".rating-off_track, .rating").count()
    assert f"{value:.0f}" in _digits(off.inner_text())
    assert page.locator(".card-waits li").count() >= 3
    due, came = _due(reader)
    assert str(due - came) in _digits(page.locator(".card-waits").inner_text())
    assert f"{came}" in _digits(main) and f"{due}" in _digits(main)
    assert reader.clicks == 0


def _due(reader: Reader) -> tuple[int, int]:
    ((due, came),) = reader.ask(
        "SELECT count(*), count(*) FILTER (status IN ('submitted', 'nil')) FROM mart.return_status"
        " WHERE month BETWEEN DATE '2026-07-01' AND DATE '2026-09-30' AND status <> 'not_due'"
    )
    return int(str(due)), int(str(came))


@in_french
def test_a_leader_prints_one_page_in_french(reader: Reader, language: str) -> None:
    if language == "en":
        reader.click('.bar [hreflang="fr"]')
        reader.page.wait_for_selector("html[lang=fr]")
    sheets = PdfReader(reader.take('.bar-right a[href^="/brief.pdf"]')).pages
    assert len(sheets) == 1
    text = " ".join(sheets[0].extract_text().split())
    value, _ = _total(reader, "P2-OC-02")
    assert "résultats" in text and f"{value:.0f}" in text and RELEASE in text
    assert reader.clicks == (2 if language == "en" else 1)


@in_english
def test_a_leader_finds_three_places_that_need_attention_and_why(
    reader: Reader, language: str
) -> None:
    reader.go_to("/map")
    places = reader.page.locator(".card-gaps .gaps li")
    gaps = reader.ask(
        f"SELECT area.name_{language}, reason_{language}"
        " FROM mart.protection_gap AS own JOIN mart.area AS area ON area_code = own.area"
        " WHERE component = 'gap' AND period = '2026-09' AND value IS NOT NULL"
        " ORDER BY value LIMIT 3"
    )
    assert len(gaps) == 3
    for place, (name, reason) in enumerate(gaps):
        shown = places.nth(place).inner_text()
        assert str(name) in shown and str(reason) in shown
    assert reader.clicks == 1


# Planning officer ---------------------------------------------------------------------------------


@in_french
def test_an_officer_takes_the_list_of_who_has_not_reported(reader: Reader, language: str) -> None:
    reader.go_to("/data-quality")
    reader.unfold(".card-missing")
    path = reader.take('.card-missing a[href^="/list/missing-reports.xlsx"]')
    due, came = _due(reader)
    _, *rows = _sheet(path)
    assert len(rows) == due - came
    units = {row[0] for row in rows}
    assert "IPO Kessi" in units
    assert {row[3] for row in rows if row[0] == "IPO Kessi"} == _months(language)
    text = _sheet(path, 1)
    assert any(RELEASE in str(row[0]) for row in text)
    assert reader.clicks == 3
    first = reader.page.locator(".card-missing tbody tr").first.inner_text()
    assert first.startswith(str(max(units, key=[row[0] for row in rows].count)))


def _months(language: str) -> set[str]:
    return {
        "en": {"Jul 2026", "Aug 2026", "Sep 2026"},
        "fr": {"juil. 2026", "août 2026", "sept. 2026"},
    }[language]


@in_english
def test_an_officer_takes_the_rejected_rows_of_one_unit(reader: Reader, language: str) -> None:
    reader.go_to("/data-quality")
    reader.unfold(".card-rejects")
    reader.click('.card-rejects .tabs a[href*="reporter=IPO01"]')
    reader.page.wait_for_selector('.card-rejects a[href*="reporter=IPO01"].take')
    _, *rows = _sheet(reader.take('.card-rejects a[href^="/list/rejected-rows.xlsx"]'))
    found = reader.ask(
        f'SELECT file, first_row, "rows", raw_value, sentence_{language}'
        " FROM mart.reject_summary WHERE unit_code = 'IPO01'"
    )
    assert [(row[2], row[4], row[6], row[8], row[9]) for row in rows] == found
    assert reader.page.locator(".card-rejects tbody tr").count() == len(found)
    assert reader.clicks == 4


@in_french
def test_an_officer_reads_what_moved_since_the_last_release_and_why(
    reader: Reader, language: str
) -> None:
    reader.go_to("/releases")
    moved = reader.page.locator(".card-revisions").inner_text()
    ((before, after, why),) = reader.ask(
        f"SELECT value_before, value_after, sentence_{language} FROM mart.revision"
    )
    assert str(why) in moved
    assert f"{before}" in _digits(moved) and f"{after}" in _digits(moved)
    text = reader.take('.card-revisions a[href^="/list/revised-figures.csv"]').read_text(
        "utf-8-sig"
    )
    rows = list(csv.reader(io.StringIO(text), delimiter=";" if language == "fr" else ","))
    assert rows[-1][0] == _CODE and rows[-1][8] == why
    assert reader.clicks == 2


@in_english
def test_an_officer_sees_which_selected_indicators_have_no_figure_and_what_is_missing(
    reader: Reader, language: str
) -> None:
    reader.go_to("/data-quality")
    reader.unfold(".card-lacking")
    lacking = reader.page.locator(".card-lacking tbody tr")
    lacking.first.wait_for()  # a fold is loaded when it is opened
    known = reader.ask(
        "SELECT DISTINCT indicator FROM mart.indicator_value WHERE area = ? AND period = '2026-Q3'"
        " AND value IS NOT NULL AND obs_status <> 'U' AND disclosure IS DISTINCT FROM 'suppressed'"
        " AND conf_status IN ('F') AND sex IN ('_T', '_Z') AND age_group IN ('_T', '_Z')",
        COUNTRY,
    )
    codes = {str(row[0]) for row in reader.ask("SELECT DISTINCT indicator FROM mart.indicator")}
    expected = codes - {str(row[0]) for row in known}
    shown = {found for text in lacking.all_inner_texts() for found in codes if found in text}
    assert shown == expected != set()
    assert all(cell.strip() for cell in lacking.locator("td:nth-child(3)").all_inner_texts())
    assert reader.clicks == 2


@in_french
def test_an_officer_compares_planned_and_done_by_tier_and_phase(
    reader: Reader, language: str
) -> None:
    reader.go_to("/effort")
    shown = _digits(reader.page.locator(".card-effort").inner_text())
    for done, planned, planned_done in reader.ask(
        "SELECT done, planned, planned_done FROM mart.effort WHERE planned IS NOT NULL"
    ):
        assert done is None or str(done) in shown.replace(".", "")
        assert f"{planned_done}" in shown.replace(".", "") and f"{planned:.0f}" in shown.replace(
            ".", ""
        )
    assert reader.clicks == 1


@in_english
def test_an_officer_sees_what_data_would_make_a_link_tellable(
    reader: Reader, language: str
) -> None:
    reader.go_to("/effects")
    reader.click('.edges a[href*="edge=E3"], a[href*="edge=E3"]')
    reader.page.locator(".card-plan li", has_text="1.").wait_for()
    plan = reader.page.locator(".card-plan").inner_text()
    steps = reader.ask(
        f"SELECT sentence_{language} FROM mart.evidence_plan"
        " WHERE edge = 'E3' AND area = ? AND step <> 'area_alone'",
        COUNTRY,
    )
    assert steps and all(str(step) in plan for (step,) in steps)
    assert reader.clicks == 2


# Headquarters -------------------------------------------------------------------------------------


@in_french
def test_headquarters_takes_one_indicator_with_all_periods_areas_and_notes(
    reader: Reader, language: str
) -> None:
    _open_indicator(reader)
    path = reader.take('.card-whole a[href^="/list/indicator.xlsx"]')
    head, *rows = _sheet(path)
    ((cells, areas, periods),) = reader.ask(
        "SELECT count(*), count(DISTINCT area), count(DISTINCT period)"
        " FROM mart.indicator_value WHERE indicator = ?",
        _CODE,
    )
    assert len(rows) == cells
    assert len({row[3] for row in rows}) == areas and len({row[0] for row in rows}) == periods
    value, _ = _total(reader, _CODE)
    at = head.index("Value" if language == "en" else "Valeur")
    totals = [
        row[at] for row in rows if (row[0], row[3]) == ("2026-Q3", COUNTRY) and row[9] == row[10]
    ]
    assert value in totals
    definition = {row[0]: row[1:] for row in _sheet(path, 1)}[
        "Definition" if language == "en" else "Définition"
    ]
    assert definition[0] == (FIRST_DEFINITION if language == "en" else FIRST_DEFINITION_FR)
    assert any(RELEASE in str(row[0]) for row in _sheet(path, 3))
    assert reader.clicks == 2


def _open_indicator(reader: Reader) -> None:
    """From the overview its row leads to the indicator."""
    reader.click(f'.overview-table a[href^="/indicators/{_CODE}"]')
    reader.page.wait_for_url(f"**/indicators/{_CODE}**")
    reader.page.wait_for_selector(".card-whole")


@in_english
def test_headquarters_goes_from_a_number_to_the_files_it_came_from(
    reader: Reader, language: str
) -> None:
    _open_indicator(reader)
    shown = reader.page.locator(".card-computed").first.inner_text()
    files = reader.ask(
        'SELECT file, "rows" FROM mart.contribution WHERE indicator = ? AND area = ?'
        " AND period = '2026-Q3'",
        _CODE,
        COUNTRY,
    )
    assert files
    for name, number in files:
        assert re.search(rf"{re.escape(str(name))}\s?: {number} ", shown)
    assert reader.clicks == 1


@in_french
def test_headquarters_reads_a_definition_as_it_was_a_year_ago(
    reader: Reader, language: str
) -> None:
    _open_indicator(reader)
    shown = reader.page.locator(".card-versions").inner_text()
    then = FIRST_DEFINITION if language == "en" else FIRST_DEFINITION_FR
    ((now,),) = reader.ask(
        f"SELECT definition_{language} FROM mart.indicator WHERE indicator = ? AND version = 2",
        _CODE,
    )
    assert then in shown and str(now) in shown
    assert ("30\u00a0Sep\u00a02025" if language == "en" else "30\u00a0sept.\u00a02025") in shown
    assert reader.clicks == 1
