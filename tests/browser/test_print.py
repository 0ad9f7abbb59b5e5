"""Every page on paper: read back from the PDF that Chromium prints without backgrounds."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import Page
from pypdf import PdfReader

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser

_WITH_CHARTS = ("/indicators/P2-OC-07", "/perceptions", "/effects")
_PATHS = (
    *_WITH_CHARTS,
    "/",
    "/map",
    "/results-chain",
    "/indicators",
    "/data-quality?open=all",
    "/releases",
    "/catalogue",
)
# Each of them must still be seen where a printer leaves out every background.
_MARKS = (
    ".range-line",
    ".range-dot",
    ".range-band",
    ".range-baseline",
    ".range-target",
    ".range-expected",
    ".key-now",
    ".key-target",
    ".strength-full",
    ".rating-shape-achieved",
    ".rating-shape-on-track",
    ".rating-shape-at-risk",
    ".rating-shape-off-track",
    ".swatch.empty-not-reported",
    ".swatch.empty-no-access",
    ".swatch.empty-suppressed",
)


def _plain(text: str) -> str:
    """Without spaces; the apostrophe may come back as the letter that shares its glyph."""
    return re.sub(r"\s+", "", text).replace("ʼ", "’")


def _printed(page: Page) -> list[str]:
    """The text of each printed page."""
    made = page.pdf(prefer_css_page_size=True, print_background=False)
    return [_plain(found.extract_text()) for found in PdfReader(io.BytesIO(made)).pages]


# French, which is longer, on every page.
@pytest.mark.parametrize(("language", "paths"), [("en", ("/", "/map")), ("fr", _PATHS)])
def test_a_page_prints_with_its_answer_and_uncut_rows(
    visit: Visit, language: str, paths: tuple[str, ...]
) -> None:
    sheets = {}
    for path in paths:
        page = visit.open(f"{path}?lang={language}&theme=dark")
        printed = _printed(page)
        sheets[path] = len(printed)
        assert _plain(page.locator("h1").inner_text()) in printed[0], path
        assert all(printed), f"an empty sheet of {path}"
        assert not any(_plain(text) in "".join(printed) for text in _controls(page)), path
        cut = [row for row in _rows(page) if not any(_is_on(row, sheet) for sheet in printed)]
        assert cut == [], path
        if path in _WITH_CHARTS:
            words = page.locator(".plot-place")
            assert _plain(words.first.text_content() or "") in "".join(printed), path
        if path == "/results-chain":
            names = page.locator(".chain-name").all_inner_texts()
            assert [name for name in names if _plain(name) not in printed[0]] == []
            panels = page.locator("#chain-panel h2, .chain-panels h2").all_text_contents()
            assert len(panels) == page.locator(".chain-tag").count()
            assert [name for name in panels if _plain(name) not in "".join(printed[1:])] == []
    assert sheets["/"] == 1
    assert sheets["/map"] <= 3  # the map, then the places with their reasons


@pytest.mark.parametrize("area", ["", "&area=MT0101"])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_an_overview_of_ten_outcomes_prints_on_one_sheet(
    visit: Visit, language: str, area: str
) -> None:
    page = visit.open(f"/?lang={language}{area}")
    page.evaluate(
        "() => { const body = document.querySelector('.overview-table tbody');"
        " const rows = [...body.rows].sort((a, b) => b.innerText.length - a.innerText.length);"
        " for (let n = 0; body.rows.length < 10; n += 1)"
        " { body.append(rows[n % rows.length].cloneNode(true)); } }"
    )
    facts = page.locator(".place-facts li").all_inner_texts()
    assert bool(facts) == bool(area)
    (sheet,) = _printed(page)
    for fact in facts:  # what a figure is stands beside it on paper too
        assert all(_plain(words) in sheet for words in fact.split("\n")), fact


def _controls(page: Page) -> list[str]:
    return [page.locator(look).first.inner_text() for look in (".bar .button", ".rail-group")]


def _rows(page: Page) -> list[list[str]]:
    """The words of each row of a table that stands on the paper as it stands on the screen."""
    page.add_style_tag(content=".hidden { display: none; }")  # for who hears the page alone
    rows = page.locator("main .table-scroll tbody tr, .overview-table tbody tr").evaluate_all(
        "rows => rows.filter(row => !row.closest('details, .twin'))"
        ".map(row => [...row.cells].map(cell => cell.innerText))"
    )
    return [[_plain(word) for cell in row for word in cell.split("\n")] for row in rows]


def _is_on(row: list[str], sheet: str) -> bool:
    return all(words in sheet for words in row)


def test_marks_are_seen_where_no_background_is_printed(visit: Visit) -> None:
    page = visit.open("/")
    page.emulate_media(media="print")
    page.add_style_tag(content="*, ::before, ::after { background: none !important; }")
    page.locator(".evidence-key summary").evaluate("found => found.parentElement.open = true")
    drawn = Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("L")
    boxes = page.evaluate(
        "looks => looks.map(look => { const found = document.querySelector(look);"
        " const box = found && found.getBoundingClientRect();"
        " return box && [box.left - 1, box.top - 1, box.right + 1, box.bottom + 1]; })",
        list(_MARKS),
    )
    unseen = [
        look
        for look, box in zip(_MARKS, boxes, strict=True)
        if box is None or drawn.crop(tuple(round(edge) for edge in box)).getextrema()[0] > 200
    ]
    assert unseen == []


def test_four_kinds_of_empty_and_ratings_differ_in_grey_without_backgrounds(visit: Visit) -> None:
    page = visit.open("/")
    page.emulate_media(media="print")
    page.add_style_tag(content="*, ::before, ::after { background: none !important; }")
    looks = [look for look in _MARKS if look.startswith((".swatch", ".rating-shape"))]
    pictures = {
        Image.open(io.BytesIO(page.locator(look).first.screenshot()))
        .convert("L")
        .resize((24, 24))
        .point(lambda grey: 255 if grey > 150 else 0)
        .tobytes()
        for look in looks
    }
    assert len(pictures) == len(looks)
