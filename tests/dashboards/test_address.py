"""The address carries mission, period, area and language to other pages and drops the rest."""

from dashboards.http.address import Address


def test_a_link_to_another_page_keeps_place_and_drops_what_belongs_to_the_page() -> None:
    address = Address.parse("/map", "?period=2026-Q3&lang=fr&indicator=P2-OC-07&evil=1")
    assert address.link("/perceptions") == "/perceptions?lang=fr&period=2026-Q3"


def test_a_link_within_the_page_changes_one_thing() -> None:
    address = Address.parse("/map", "?indicator=P2-OC-07&area=MT0101")
    assert address.link(area=None, lang="fr") == "/map?indicator=P2-OC-07&lang=fr"


def test_an_unknown_language_is_english() -> None:
    assert Address.parse("/", "lang=de").language == "en"
