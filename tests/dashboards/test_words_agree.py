"""Words agree with their number on every page, and a thing has one name, in both languages."""

import re
from collections.abc import Callable, Iterator

import pytest

from dashboards.reading.context import Context
from indicators.foundation.messages import is_one, message, message_catalogue
from tests.dashboards.rendered import text_of
from tests.dashboards.test_pages import ADDRESSES, module_at

At = Callable[..., Context]
# A number that stands by itself and a word in the plural after it.
_MANY_OF_ONE = {
    "en": r"(?<![\w.,:/–−-])1[ \u00a0](?!was|is|has|does|this|less|process|class)[a-z]{2,}s\b",
    "fr": r"(?<![\w.,:/–−-])[01][ \u00a0](?!fois|mois|dans|sans|des|les|plus|moins|cas|processus"
    r"|corps|sur|mars|pas|hors|sous|après|tous)[a-zàéèê]{2,}s\b",
}
# Names that are not used, with the one that is.
_OTHER_NAMES = {
    "en": {"hotspot": "hot spot", "hot-spot": "hot spot", "area-month": "month of an area"},
    "fr": {"point chaud": "point sensible", "points chauds": "point sensible",
           "mois-zone": "mois d’une zone"},
}  # fmt: skip


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("path", ADDRESSES)
def test_no_page_has_a_plural_after_one(context_at: At, path: str, language: str) -> None:
    for area in ("", "&area=MT0303"):
        joint = "&" if "?" in path else "?"
        context = context_at(f"{path}{joint}lang={language}{area}")
        text = re.sub(r"\s+", " ", text_of(module_at(path).body(context)))
        found = [text[max(0, m.start() - 20) : m.end() + 20] for m in _plurals(text, language)]
        assert found == []


def _plurals(text: str, language: str) -> Iterator[re.Match[str]]:
    return re.finditer(_MANY_OF_ONE[language], text)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_thing_has_one_name(language: str) -> None:
    entries = message_catalogue().items()
    found = [
        (key, name)
        for key, entry in entries
        for name in _OTHER_NAMES[language]
        if name in str(entry.get(language, "")).lower() and not key.startswith("page.help")
    ]
    assert found == []


@pytest.mark.parametrize(
    ("number", "english", "french"),
    [(0, False, True), (1, True, True), (1.5, False, True), (2, False, False), (-1, False, True),
     ("1", True, True), ("0", False, True), ("1\u202f000", False, False),
     ("1.0", False, False), ("1,5", False, True), ("−1", True, True), ("+1", True, True),
     ("21", False, False), ("<8", False, False)],
)  # fmt: skip
def test_one_is_the_number_that_a_reader_sees(
    number: float | str, english: bool, french: bool
) -> None:
    assert is_one(number, "en") is english
    assert is_one(number, "fr") is french


def test_a_unit_by_itself_is_many_and_goes_with_its_number() -> None:
    assert message("unit.patrols") == "patrols"
    assert message("unit.patrols", number="1") == "patrol"
    assert message("unit.patrols", "fr", number="0") == "patrouille"


def test_a_mission_of_one_indicator_and_an_area_of_one_incident_are_no_many() -> None:
    one = {"number": "1", "total": "1"}
    assert "1 selected indicator has no figure" in message("page.lacking.under", "en", **one)
    assert "1 indicateur choisi sur 1 n’a pas" in message("page.lacking.under", "fr", **one)
    first = message("page.gaps.under", "fr", number="1", of="3", month="sept.")
    assert "1 zone sur 3" in first
    few = {"incidents": "1,1", "low": "0,8", "high": "1,5"}
    french = message("gap.patrol_day_alone", "fr", **few)
    assert french.startswith("1,1 incident (") and "1,5) attendu dans" in french
