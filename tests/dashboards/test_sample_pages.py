"""Every page opens for every area and kind of period of the sample, and shows nothing unasked."""

from pathlib import Path

import pytest

from dashboards.app import answer
from dashboards.context import Context, read_context
from dashboards.http.address import OF_PAGE, Address
from indicators.foundation.messages import LANGUAGES
from tests.dashboards.rendered import text_of
from tests.worlds.pages import paths
from tests.worlds.sample import published_sample

PATHS = paths()
CHOICES = (
    *("mission", "period", "area", "edge", "question", "level", "page", "indicator"), "outcome"
)  # fmt: skip
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


@pytest.mark.parametrize("path", PATHS)
def test_a_page_opens_for_every_area(home: Path, context: Context, path: str) -> None:
    for number, area in enumerate(context.areas.index):
        language = LANGUAGES[number % len(LANGUAGES)]
        assert len(_text(home, path, f"area={area}&lang={language}")) > 40


@pytest.mark.parametrize("path", PATHS)
def test_a_page_opens_for_every_kind_of_period(home: Path, context: Context, path: str) -> None:
    newest = {period.period_type: period.name for period in reversed(context.periods)}
    oldest = {period.period_type: period.name for period in context.periods}
    assert set(newest) == {"M", "Q", "A", "B"}
    lowest = min(context.lowest_areas)
    for at, name in enumerate([*newest.values(), *oldest.values()]):
        area = lowest if at % 2 else context.country
        assert len(_text(home, path, f"area={area}&period={name}")) > 40


@pytest.mark.parametrize("name", CHOICES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_stands_in_the_place_of_what_is_not_there(
    home: Path, name: str, language: str
) -> None:
    for path in PATHS:
        text = _text(home, path, f"{name}=zz9&lang={language}")
        assert "“zz9”" in text or "«\u202fzz9\u202f»" in text
        assert len(text) < 500


@pytest.mark.parametrize("name", [name for name in OF_PAGE if name not in CHOICES])
def test_an_unknown_value_of_a_filter_opens(home: Path, name: str) -> None:
    for path in NARROWED:
        assert len(_text(home, path, f"{name}=zz9")) > 40
