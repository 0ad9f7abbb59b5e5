"""Every page opens for every area and kind of period of the sample, and shows nothing unasked.

`make test` opens each page for the country and every sixth area, another sixth from page to page,
so that each area and each level is met on some pages, for the newest or the oldest of each kind of
period, and an unknown choice in one language, by turns; `make soak` opens every page for all.
"""

from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from dash import dcc
from plotly.io.json import to_json_plotly

from dashboards.pages import page_at
from dashboards.reading.address import OF_PAGE, Address
from dashboards.reading.context import Context, read_context
from dashboards.serving.app import answer
from dashboards.serving.routes.unknown_choice import unknown_choice
from indicators.foundation.messages import LANGUAGES
from tests.dashboards.rendered import components, text_of
from tests.worlds.pages import paths
from tests.worlds.sample import published_sample

PATHS = paths()
CHOICES = (
    *("mission", "period", "area", "edge", "question", "level", "page", "indicator"), "outcome"
)  # fmt: skip
OF_AREAS = 6  # a page opens for one in so many
MOST_NODES, MOST_BYTES = 4_000, 400_000  # of a page before it is compressed
NARROWED = ("/indicators", "/lessons", "/map", "/results-chain", "/data-quality")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return published_sample(tmp_path_factory).home


@pytest.fixture(scope="module")
def context(home: Path) -> Context:
    found = read_context(home, "mission", Address.parse("/", ""))
    assert found is not None
    return found


def _text(home: Path, path: str, query: str) -> str:
    shown = answer(home, "mission", Address.parse(path, query))
    return f"{shown.sentence} {text_of(shown.body())}"


def _opens(home: Path, path: str, areas: Iterable[str]) -> None:
    for number, area in enumerate(areas):
        language = LANGUAGES[number % len(LANGUAGES)]
        assert len(_text(home, path, f"area={area}&lang={language}")) > 40, area


@pytest.mark.parametrize("number", range(len(PATHS)), ids=PATHS)
def test_a_page_opens_for_areas_of_each_level(home: Path, context: Context, number: int) -> None:
    areas = dict.fromkeys([context.country, *context.areas.index[number % OF_AREAS :: OF_AREAS]])
    _opens(home, PATHS[number], areas)


@pytest.mark.soak
@pytest.mark.parametrize("path", PATHS)
def test_a_page_opens_for_every_area(home: Path, context: Context, path: str) -> None:
    _opens(home, path, context.areas.index)


@pytest.mark.parametrize("turn", [0, pytest.param(1, marks=pytest.mark.soak)])
@pytest.mark.parametrize("number", range(len(PATHS)), ids=PATHS)
def test_a_page_opens_for_every_kind_of_period(
    home: Path, context: Context, number: int, turn: int
) -> None:
    newest = {period.period_type: period.name for period in reversed(context.periods)}
    oldest = {period.period_type: period.name for period in context.periods}
    assert set(newest) == {"M", "Q", "A", "B"}
    areas = (context.country, min(context.lowest_areas))
    for at, name in enumerate(((newest, oldest)[(number + turn) % 2]).values(), number // 2):
        assert len(_text(home, PATHS[number], f"area={areas[at % 2]}&period={name}")) > 40


@pytest.mark.parametrize("path", PATHS)
def test_no_page_is_more_than_a_browser_draws_at_once(home: Path, path: str) -> None:
    """What an interaction exchanges; `bench_long_tasks` tells the milliseconds."""
    for query in ("", "view=table"):
        body = answer(home, "mission", Address.parse(path, query)).body()
        assert sum(1 for _ in components(body)) <= MOST_NODES
        assert len(to_json_plotly(body)) <= MOST_BYTES
        assert not any(isinstance(part, dcc.Graph) for part in components(body))


def test_links_between_pages_lead_to_what_is_there(home: Path) -> None:
    led: dict[tuple[str, str], str] = {}
    for path in PATHS:
        for part in components(answer(home, "mission", Address.parse(path, "lang=fr")).body()):
            if "go" in str(getattr(part, "className", "")).split():
                to = urlsplit(part.href)
                led |= {(to.path, query): path for query in (to.query, to.query.partition("&")[0])}
    assert len({path for path, _ in led}) > 10
    for (path, query), origin in led.items():
        found = read_context(home, "mission", Address.parse(path, query))
        assert found is not None
        assert path.startswith("/records/") or page_at(path), (origin, path)
        assert unknown_choice(found) is None, (origin, path, query)


@pytest.mark.parametrize("turn", [0, pytest.param(1, marks=pytest.mark.soak)])
@pytest.mark.parametrize("name", CHOICES)
def test_nothing_stands_in_the_place_of_what_is_not_there(home: Path, name: str, turn: int) -> None:
    for at, path in enumerate(PATHS, CHOICES.index(name) + turn):
        language = LANGUAGES[at % len(LANGUAGES)]
        text = _text(home, path, f"{name}=zz9&lang={language}")
        assert "“zz9”" in text or "«\u202fzz9\u202f»" in text
        assert len(text) < 500


@pytest.mark.parametrize("name", [name for name in OF_PAGE if name not in CHOICES])
def test_an_unknown_value_of_a_filter_opens(home: Path, name: str) -> None:
    for path in NARROWED:
        assert len(_text(home, path, f"{name}=zz9")) > 40
