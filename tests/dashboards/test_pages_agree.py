"""Pages contradict each other in nothing: forty missions made by chance, their sentences held
together."""

import random
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from dashboards.brief.content import brief_content
from dashboards.components.harm import counted, counted_harm
from dashboards.components.lists.decisions import decisions
from dashboards.components.outcome_summary import certainty_lines, judged_of, links_of, outcomes_of
from dashboards.components.rating import TESTED
from dashboards.pages import alerts, data_quality, effects, indicator, overview, results_chain
from dashboards.reading.address import Address
from dashboards.reading.context import Context, read_context
from dashboards.reading.queries import quality, threats
from dashboards.wording import formats
from tests.dashboards.rendered import text_of
from tests.worlds.release import mart_rows, write_release

_NEVER = ("caused", "led to", "thanks to", "proves", "effective", "a causé", "grâce à", "efficace")
_RATINGS = ("achieved", "on_track", "at_risk", "off_track", "too_close", "on_track_likely")
_TRENDS = {"neutral": ("more", "fewer", "no_clear_change", None)}
_JUDGED = ("improving", "worsening", "no_clear_change", None)
_GRADES = ("A", "B", "C", "D")


def _by_chance(seed: int) -> Mapping[str, list[dict[str, Any]]]:
    """The rows of a mission whose figures, trends, ratings, reports and grades are drawn."""
    draw, rows = random.Random(seed), dict(mart_rows())
    ways = {row["indicator"]: row["direction"] for row in rows["indicator"]}
    rows["indicator_value"] = [_value(draw, row, ways) for row in rows["indicator_value"]]
    chance = draw.choice((0.0, 0.1, 0.6))
    rows["return_status"] = [
        row
        | ({"status": "not_submitted"} if row["status"] in _CAME and draw.random() < chance else {})
        for row in rows["return_status"]
    ]
    grades = {row["edge"]: draw.choice(_GRADES) for row in rows["result_link"]}
    rows["result_link"] = [
        row | ({"grade": grades[row["edge"]]} if row["grade"] in _GRADES else {})
        for row in rows["result_link"]
    ]
    return rows


_CAME = ("submitted", "nil")


def _value(draw: random.Random, row: dict[str, Any], ways: Mapping[str, str]) -> dict[str, Any]:
    if row["value"] is None:
        return row
    trends = _TRENDS.get(ways[row["indicator"]], _JUDGED)
    changed: dict[str, Any] = {"trend": draw.choice(trends)}
    if row["rating"] in _RATINGS:
        changed["rating"] = draw.choice(_RATINGS)
    return row | changed


@pytest.mark.parametrize(
    "seed", [*range(2), *(pytest.param(n, marks=pytest.mark.soak) for n in range(2, 40))]
)
def test_no_page_contradicts_another(tmp_path: Path, seed: int) -> None:
    write_release(tmp_path, rows=_by_chance(seed))
    for address in ("", "period=2026-Q2&lang=fr", "area=MT0104"):
        context = read_context(tmp_path, "mission", Address.parse("/", address))
        assert context is not None
        _harm_is_one_figure(context)
        _outcomes_are_counted_alike(context)
        _alerts_are_one_count(context)
        _reports_are_one_count(context)
        _links_are_one_story(context)
        said = " ".join(_sentences(context)).lower()
        assert not [word for word in _NEVER if re.search(rf"\b{word}\b", said)]


def _sentences(context: Context) -> list[str]:
    pages = (overview, alerts, results_chain, data_quality)
    return [page.sentence(context) for page in pages]


def _at(context: Context, path: str) -> Context:
    """The same choice on another page."""
    _, _, query = context.address.link(path).partition("?")
    found = read_context(context.home, "mission", Address.parse(path, query))
    assert found is not None
    return found


def _harm_is_one_figure(context: Context) -> None:
    """The count of the first sentence is that of its card and of the indicator's own page."""
    code = counted_harm(context)[0]
    if not context.cell(code).is_figure:
        return
    value = counted(context, code)
    assert value in overview.sentence(context)
    own = indicator.sentence(_at(context, f"/indicators/{code}"))
    number = context.unit(code).value(context.cell(code).value or 0.0, context.words)
    assert number in own and number in value


def _outcomes_are_counted_alike(context: Context) -> None:
    """The sentence counts what its rows, the brief and the indicators' cells say."""
    words = context.words
    codes = judged_of(context, outcomes_of(context, links_of(context)))
    cells = {code: context.cell(code) for code in codes}
    said = overview.sentence(context)
    if not any(cell.is_figure for cell in cells.values()):
        return
    tested = [cell.trend for cell in cells.values() if cell.trend in TESTED]
    for trend, key in (("improving", "improved"), ("worsening", "worsened")):
        number, other = (
            tested.count(trend),
            tested.count("worsening" if key == "improved" else "improving"),
        )
        if number and not other:
            total = words.spelled(len(tested))
            text = words.count(f"overview.{key}", number, total=total)
            assert text.lower() in said.lower()
    off = [code for code in codes if cells[code].rating == "off_track"]
    assert (words.spelled(len(off)) in said.lower()) or not off
    for row in brief_content(context)["rows"]:
        rating = cells[row["code"]].rating
        assert "alt" not in row["rating"] or row["rating"]["alt"] == words(f"rating.{rating}")
        assert ("alt" in row["rating"]) == (rating is not None)
        value = row["now"]["value"]
        assert bool(value) == cells[row["code"]].is_figure


def _alerts_are_one_count(context: Context) -> None:
    waiting = len(threats.pending(context.release, threats.ALERTS, context.area))
    front = text_of(overview.body(context))
    if waiting:
        assert context.words.digits("waits.alerts", waiting) in front
        assert context.words.spelled(waiting) in alerts.sentence(_at(context, "/alerts")).lower()
    asked = [one for one in decisions(context) if one.path == "/alerts"]
    reviews = len(threats.pending(context.release, threats.REVIEWS, context.area))
    assert bool(asked) <= bool(waiting or reviews)


def _reports_are_one_count(context: Context) -> None:
    period, words = context.period, context.words
    frame = quality.returns(context.release, period.start.isoformat(), period.end.isoformat())
    frame = frame[frame["area"].isin(context.areas_inside)]
    due = quality.due_returns(frame)
    if due.empty:
        return
    came = int(due["status"].isin(quality.RECEIVED).sum())
    numbers = {"came": formats.number(came, words), "due": formats.number(len(due), words)}
    share = formats.percent(100 * came / len(due), words)
    front = certainty_lines(context, frame)[0]
    assert words("certainty.returns", share=share, **numbers) in front
    page = _at(context, "/data-quality")
    assert words("quality.sentence", share=share) in data_quality.sentence(page)
    lead = text_of(data_quality.body(page))
    assert words("quality.lead", touched="0", total="0", **numbers).split(",")[0] in lead
    for area in quality.silent_areas(due):
        assert context.area_name(area) in front or len(quality.silent_areas(due)) > 3


def _links_are_one_story(context: Context) -> None:
    """A link of the best grades is told in the same words on the front page and on its own."""
    links = links_of(context)
    front = text_of(overview.body(context))
    for edge in links[links["grade"].isin(["A", "B"])]["edge"].unique():
        path = _at(context, "/effects")
        address = Address.parse("/effects", f"edge={edge}&lang={context.words.language}")
        own = read_context(path.home, "mission", address)
        assert own is not None and effects.sentence(own) in front
