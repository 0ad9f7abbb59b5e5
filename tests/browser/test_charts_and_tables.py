"""Charts by keyboard and mouse, files to take away, sorting: in a real browser, offline."""

import csv
import io
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser

INDICATOR = "/indicators/P2-OC-07"


def _announced(page: Page) -> str:
    return page.locator("#announce").inner_text()


def _taken(page: Page, card: str, kind: str) -> Path:
    with page.expect_download() as found:
        page.locator(f"{card} .take-away [data-action={kind}]").click()
    return Path(found.value.path())


def test_arrow_keys_read_the_points_of_a_chart_with_its_gaps(visit: Visit) -> None:
    page = visit.open(INDICATOR)
    page.locator("figure.chart").first.focus()
    heard = []
    for _ in range(4):
        page.keyboard.press("ArrowRight")
        heard.append(_announced(page))
    assert heard[0].startswith("Q1\u00a02024: ")
    assert len(set(heard)) == len(heard)
    page.keyboard.press("ArrowLeft")
    assert _announced(page) == heard[2]
    periods = page.locator(".card-series .twin tbody th").all_inner_texts()
    for _ in periods:
        page.keyboard.press("ArrowRight")
        heard.append(_announced(page))
    assert [text.split(": ")[0] for text in dict.fromkeys(heard)] == periods[::-1]
    assert visit.complaints == []


def test_a_click_on_the_map_chooses_the_area_and_marks_its_row(visit: Visit) -> None:
    page = visit.open("/map?indicator=P2-OC-07")
    name = page.locator(".map-list tbody a").first.inner_text()
    page.locator(f".map-card area[title^='{name}']").dispatch_event("click")
    page.wait_for_url(lambda url: "area=" in url)
    page.wait_for_selector(".map-list tr.selected")
    assert page.locator(".map-list tr.selected a").inner_text() == name


def test_the_slider_changes_the_period_and_recolours_no_class(visit: Visit) -> None:
    page = visit.open("/map?indicator=P2-OC-07")
    before = page.locator(".class-row").inner_text()
    page.locator(".time input").press("ArrowLeft")
    page.wait_for_url("**period=2026-Q2**")
    page.locator(".map-card > .subtitle", has_text="by area, Q2 2026").wait_for()
    assert page.locator(".class-row").inner_text() == before


@pytest.mark.parametrize(("language", "mark"), [("en", ","), ("fr", ";")])
def test_no_cell_title_or_note_of_a_csv_file_is_a_formula(
    visit: Visit, language: str, mark: str
) -> None:
    page = visit.open(f"/map?indicator=P2-OC-07&lang={language}")
    texts = ["=1+1", "+1-800", "-2+3", "@SUM(A1)", "\uff1d1+1", ' =HYPERLINK("x";"y")', "-2.5 %"]
    page.evaluate(
        """texts => {
          const card = document.querySelector(".map-list");
          const heads = [card.querySelector("h2"), card.querySelector("thead th")];
          const cells = Array.from(card.querySelectorAll("tbody tr")).map(row => row.cells[0]);
          [...heads, ...cells].slice(0, texts.length).forEach((cell, at) => {
            cell.textContent = texts[at];
          });
        }""",
        texts,
    )
    text = _taken(page, ".map-list", "csv").read_text(encoding="utf-8-sig")
    rows = [row for row in csv.reader(io.StringIO(text), delimiter=mark) if row]
    cells = [cell for row in rows for cell in row]
    assert {f"'{one.strip()}" for one in texts[:-1]} <= set(cells)
    assert texts[-1] in cells  # a number stays one
    assert not [one for one in cells if re.match(r"\s*[=+@\uff0b\uff0d\uff1d\uff20].", one)]
    assert rows[0][0] == "'=1+1"  # the title


def test_a_csv_file_holds_what_is_shown_with_release_and_status(visit: Visit) -> None:
    page = visit.open("/map?indicator=P2-OC-07")
    text = _taken(page, ".map-list", "csv").read_text(encoding="utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    head = next(number for number, row in enumerate(rows) if row[0] == "Area")
    assert "2026-Q3-r01" in "".join(row[0] for row in rows[:head])
    status = {row[0]: row[-1] for row in rows[head + 1 :]}
    values = {row[0]: row[1] for row in rows[head + 1 :]}
    assert {"not_reported", "no_access", "below_8", "suppressed_cases", ""} <= set(status.values())
    assert values["Essari"] == "0" and status["Essari"] == ""
    protected = [values[area] for area, kind in status.items() if kind == "suppressed_cases"]
    assert set(protected) == {"suppressed: fewer than 25 cases"}
    assert visit.foreign == []


@pytest.mark.parametrize(
    ("path", "look"),
    [
        (INDICATOR, ".card-series"),
        ("/perceptions", ".card-questions"),
        ("/effects?open=all", ".card-months"),
        ("/effects?open=all", ".card-leads"),
    ],
)
def test_pictures_are_made_on_the_machine_and_carry_the_release(
    visit: Visit, path: str, look: str
) -> None:
    page = visit.open(path)
    card = f"{look}:has(.take-away [data-action=svg])"
    drawing = _taken(page, card, "svg").read_text(encoding="utf-8")
    assert drawing.startswith("<svg ") and "Release 2026-Q3-r01" in drawing
    shown = page.locator(f"{card} .plot-dot").count()
    assert len(re.findall("<(?:rect|circle) [^>]*rx=", drawing)) >= shown > 0
    assert len(re.findall("<svg ", drawing)) == 1 + page.locator(f"{card} .plot img").count()
    assert "preserveAspectRatio" not in drawing  # other programs would stretch its lines
    assert _taken(page, card, "png").read_bytes().startswith(b"\x89PNG")
    assert visit.foreign == [] and visit.complaints == []


@pytest.mark.parametrize(
    ("path", "look", "said"),
    [
        (INDICATOR, ".card-areas", ("Essari", "not reported")),
        ("/results-chain", ".card-chain", ("Objective", "D inconclusive")),
        ("/data-quality", ".card-grid", ("nil report",)),
    ],
)
def test_what_is_no_chart_becomes_a_picture_too(
    visit: Visit, path: str, look: str, said: tuple[str, ...]
) -> None:
    page = visit.open(path)
    drawing = _taken(page, look, "svg").read_text(encoding="utf-8")
    shown = page.locator(f"{look} [data-drawn] img").count()
    texts = " ".join(re.findall(r"<text[^>]*>([^<]*)</text>", drawing))
    assert page.locator(f"{look} h2").inner_text() in texts and "Release 2026-Q3-r01" in texts
    assert [words for words in said if words not in texts] == []
    assert drawing.count("<svg ") == 1 + shown and "foreignObject" not in drawing
    assert _taken(page, look, "png").read_bytes().startswith(b"\x89PNG")
    assert visit.foreign == [] and visit.complaints == []


def test_a_column_sorts_and_what_has_no_figure_stays_last(visit: Visit) -> None:
    page = visit.open("/indicators?stage=outcome")
    head = page.locator(".table-indicators th", has_text="Value").first
    order: dict[str, list[str]] = {}
    for way in ("ascending", "descending"):
        head.locator("button").click()
        assert head.get_attribute("aria-sort") == way
        cells = page.locator(".table-indicators").first.locator("tbody tr td:nth-child(3)")
        order[way] = cells.all_inner_texts()
    numbers = {
        way: [float(m.group()) for cell in cells if (m := re.match(r"[\d.]+", cell))]
        for way, cells in order.items()
    }
    assert len(numbers["ascending"]) > 2
    assert numbers["ascending"] == sorted(numbers["ascending"])
    assert numbers["descending"] == sorted(numbers["ascending"], reverse=True)
    figures = len(numbers["ascending"])
    for cells in order.values():
        assert all(re.match(r"[\d.]", cell) for cell in cells[:figures])


def test_a_sorted_table_stands_in_its_own_order_on_the_next_page(visit: Visit) -> None:
    page = visit.open("/indicators?stage=outcome")
    names = page.locator(".table-indicators").first.locator("tbody th a")
    before = names.all_inner_texts()
    head = page.locator(".table-indicators th", has_text="Value").first.locator("button")
    head.click()
    assert names.all_inner_texts() != before
    page.locator(".picker-period input").click()
    page.get_by_role("option", name="Q2 2026").click()
    page.wait_for_url("**period=2026-Q2**")
    page.wait_for_selector("table.sorted", state="detached")
    page.wait_for_load_state("networkidle")
    assert names.all_inner_texts() == before


def test_facets_narrow_the_list_and_stand_in_the_address(visit: Visit) -> None:
    page = visit.open("/indicators")
    page.locator(".facets summary").click()
    page.locator(".facet a", has_text="Off track").click()
    page.wait_for_url("**rating=off_track**")
    page.wait_for_selector(".facets[open] a[aria-current]")
    ratings = page.locator(".table-indicators tbody tr td:nth-child(5)").all_inner_texts()
    assert ratings
    assert [text for text in ratings if "Off track" not in text] == []


def test_every_chart_has_a_table_twin_for_screen_readers(visit: Visit) -> None:
    for path in (INDICATOR, "/perceptions", "/effects", "/data-quality"):
        page = visit.open(path)
        twin = page.locator(".twin table").first
        assert twin.locator("tbody tr").count() > 2, path
        # Clipped, not removed: a screen reader reads it.
        assert twin.evaluate("found => getComputedStyle(found.closest('.twin')).display") != "none"


def test_what_surrounds_an_activity_stays_on_the_page(visit: Visit) -> None:
    page = visit.open("/effects?edge=E1&open=all")
    wide = "card => card.scrollWidth > card.clientWidth + 1"
    for key in ("interviews", "leads"):
        assert not page.locator(f".card-{key}").evaluate(wide), key
    assert visit.complaints == []
