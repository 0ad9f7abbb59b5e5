"""The address carries mission, period, area and language to other pages and drops the rest."""

import pytest

from dashboards.reading.address import Address
from dashboards.serving.shell import language_switch
from dashboards.wording.words import Words
from tests.dashboards.rendered import components
from tests.worlds.pages import paths


def test_a_link_to_another_page_keeps_place_and_drops_what_belongs_to_the_page() -> None:
    address = Address.parse("/map", "?period=2026-Q3&lang=fr&indicator=P2-OC-07&evil=1")
    assert address.link("/perceptions") == "/perceptions?lang=fr&period=2026-Q3"


def test_a_link_within_the_page_changes_one_thing() -> None:
    address = Address.parse("/map", "?indicator=P2-OC-07&area=MT0101")
    assert address.link(area=None, lang="fr") == "/map?indicator=P2-OC-07&lang=fr"


def test_an_unknown_language_is_english() -> None:
    assert Address.parse("/", "lang=de").language == "en"


@pytest.mark.parametrize("path", paths())
def test_the_language_changes_and_everything_else_of_the_address_stays(path: str) -> None:
    chosen = (
        "area=MT0104&edge=E3&indicator=P2-OC-07&lang=en&level=admin2&mission=minutam&owner=Police"
        "&page=2&period=2026-Q2&phase=prevention&q=patrol&question=Q1&rating=at_risk&reason=late_data"
        "&reporter=IPO01&stage=outcome&target=yes&theme=dark&tier=I&unit=FPU&view=table"
    )
    address = Address.parse(path, chosen)
    links = [
        found.href
        for found in components(language_switch(address, Words("en")))
        if getattr(found, "href", None)
    ]
    expected = [f"{path}?{chosen.replace('lang=en', f'lang={code}')}" for code in ("en", "fr")]
    assert links == expected
