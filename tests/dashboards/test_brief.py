"""The one-page brief: one tagged page in both languages, its figures those of mart and overview."""

import io
import re
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from pypdf import PdfReader

from dashboards.brief.__main__ import main
from dashboards.brief.content import brief_content
from dashboards.brief.police_report import report_content
from dashboards.brief.typeset import pdf
from dashboards.pages import overview
from dashboards.reading.address import Address
from dashboards.reading.context import Context, read_context
from dashboards.serving.app import create_app
from records.kinds import Recommendation
from records.rights import LOCAL
from records.store import Store
from tests.dashboards.rendered import classes_of, components, text_of
from tests.worlds.release import COUNTRY, MISSION, RELEASE

_PUBLISHED_SQL = """
SELECT indicator, value, ci_low, ci_high, rating FROM mart.indicator_value
WHERE area = ? AND period = '2026-Q3' AND sex = '_T' AND age_group = '_T'
"""
_OUTCOMES = ("P2-OC-05", "P1-OC-05", "P2-OC-07", "P2-OC-02", "P3-OC-02")


def _plain(text: str) -> str:
    """Without what a line end or a kind of space makes of a text."""
    return re.sub(r"\s+", "", text)


def _read(content: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(content))


def _written(content: bytes) -> str:
    return _plain("".join(page.extract_text() for page in _read(content).pages))


@pytest.fixture(scope="module", params=["en", "fr"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("template", ["brief", "police_report"])
def test_accents_of_a_heading_clear_the_line_above(
    context_at: Callable[..., Context], template: str
) -> None:
    """Lines of large letters stand further apart than those of the text below them."""
    context = context_at("/?lang=fr")
    content = brief_content(context) if template == "brief" else report_content(context)
    baselines: dict[float, float] = {}

    def noted(text: str, page: list[float], _: object, __: object, size: float) -> None:
        if text.strip():
            baselines[page[5]] = max(baselines.get(page[5], 0.0), size)

    long = {**content, "sentence": "Évolution non évaluée, qui s’améliore. " * 6}
    _read(pdf(long, template)).pages[0].extract_text(visitor_text=noted)
    largest = max(baselines.values())
    lines = sorted(at for at, size in baselines.items() if size == largest)
    assert len(lines) > 2
    assert all(above - below > 1.1 * largest for below, above in pairwise(lines))


def test_one_tagged_page_with_language_title_and_words_for_each_mark(
    context_at: Callable[..., Context], language: str
) -> None:
    content = brief_content(context_at(f"/?lang={language}"))
    made = pdf(content)
    reader = _read(made)
    root = reader.trailer["/Root"]
    assert len(reader.pages) == 1
    assert root["/MarkInfo"]["/Marked"] and root["/Lang"] == language
    assert reader.metadata is not None and reader.metadata.title == content["document"]
    tags, said = _tags(root["/StructTreeRoot"])
    assert {"/H1", "/Table", "/TH", "/TD", "/Figure"} <= tags
    assert {row["range"]["alt"] for row in content["rows"]} <= said
    assert made == pdf(content)


def _tags(root: object) -> tuple[set[str], set[str]]:
    """The kinds of element of the structure tree, and what stands in place of drawings."""
    kinds, said, waiting = set(), set(), [root]
    while waiting:
        found = waiting.pop()
        found = found.get_object() if hasattr(found, "get_object") else found
        if isinstance(found, list):
            waiting.extend(found)
        elif isinstance(found, dict):
            kinds.add(str(found.get("/S")))
            said.add(str(found.get("/Alt")))
            waiting.append(found.get("/K"))
    return kinds, said


def test_what_the_brief_says_is_what_mart_and_the_overview_say(
    context_at: Callable[..., Context], language: str
) -> None:
    context = context_at(f"/?lang={language}")
    rows = {row["code"]: row for row in brief_content(context)["rows"]}
    text = _written(pdf(brief_content(context)))
    page = overview.body(context)
    shown = {tuple(_plain(text_of(part)) for part in row) for row in _page_rows(page)}
    assert tuple(rows) == _OUTCOMES
    published = context.release.frame(_PUBLISHED_SQL, [COUNTRY]).set_index("indicator")
    for code, row in rows.items():
        value, low, high, rating = published.loc[code]
        unit = context.unit(code)
        assert row["now"]["value"] == unit.value(value, context.words, 1.0)
        if not pd.isna(low):
            named = "" if unit.is_percent else f"{unit.words(context.words)}, "
            interval = unit.interval(low, high, context.words)
            assert f"{named}{interval}" in row["now"]["under"]
        assert row["rating"]["alt"] == context.words(f"rating.{rating}")
        said = [row["title"], row["now"]["value"], *row["now"]["under"], row["rating"]["alt"]]
        said += [row["trend"], row["change"]]
        for output in row["outputs"]:
            said += [output["name"], output["done"]]
            grade = output["grade"]
            said.append(grade["letter"] if grade else output["not_tested"])
        beside = next("".join(parts) for parts in shown if code in parts[0])
        assert [words for words in said if _plain(words) not in text] == []
        assert [words for words in said if _plain(words) not in beside] == []
    assert _plain(overview.sentence(context)) in text
    assert _plain(brief_content(context)["foot"]) in text


def _page_rows(page: object) -> list[list[object]]:
    rows = [part for part in components(page) if type(part).__name__ == "Tr"]
    return [list(row.children) for row in rows if "cell-outcome" in classes_of(row)]


def test_many_outcomes_and_long_words_still_make_one_page(
    context_at: Callable[..., Context], language: str
) -> None:
    content = brief_content(context_at(f"/?lang={language}"))
    row = content["rows"][0]
    row["outputs"] = [row["outputs"][0] | {"name": 3 * row["outputs"][0]["name"]}] * 3
    content["rows"] = [row] * 8
    assert len(_read(pdf(content)).pages) == 1


def test_of_an_area_and_for_a_reader_of_the_pages(home: Path) -> None:
    client = create_app(home).server.test_client()
    found = client.get("/brief.pdf?lang=fr&area=MT0104&period=2026-Q2")
    assert found.mimetype == "application/pdf"
    assert f"{MISSION}_MT0104_2026-Q2_fr.pdf" in found.headers["Content-Disposition"]
    assert "Dorima" in _written(found.data)
    assert '<a href="/brief.pdf?area=MT0104' in client.get("/?area=MT0104").get_data(as_text=True)


def test_a_release_gets_its_briefs_for_each_audience(home: Path, tmp_path: Path) -> None:
    folder = home / "releases" / MISSION / RELEASE
    asked = [str(folder), "--mission", MISSION, "--release", RELEASE, "--into", str(tmp_path)]
    assert main(asked) == 0
    made = {path.relative_to(tmp_path).as_posix(): path for path in tmp_path.glob("*/brief/*.pdf")}
    names = [f"{MISSION}_2026-Q3_{language}.pdf" for language in ("en", "fr")]
    assert set(made) == {f"{who}/brief/{name}" for who in ("mission", "hq") for name in names}
    assert "Audience:Headquarters" in _written(made[f"hq/brief/{names[0]}"].read_bytes())


def test_served_it_is_the_file_in_the_release_whatever_was_written_since(
    home: Path, tmp_path: Path
) -> None:
    copied = shutil.copytree(home, tmp_path / "home")
    folder, asked = copied / "releases" / MISSION / RELEASE, ["--mission", MISSION]
    written = Recommendation(
        source_kind="assessment", source="P2-OC-05/MT/2026-Q3", area=COUNTRY, number=1,
        text="Written since.", owner="police_commissioner", due_on=date(2026, 1, 31),
    )  # fmt: skip
    Store.of_workspace(copied).write(LOCAL, MISSION, written, 0, datetime(2026, 3, 1, tzinfo=UTC))
    assert main([str(folder), *asked, "--release", RELEASE, "--into", str(tmp_path)]) == 0
    published = (tmp_path / "mission" / "brief" / f"{MISSION}_2026-Q3_en.pdf").read_bytes()
    context = read_context(copied, "mission", Address())
    assert context and "Written since." in text_of(overview.body(context))
    client = create_app(copied).server.test_client()
    assert client.get("/brief.pdf?lang=en").data == published
