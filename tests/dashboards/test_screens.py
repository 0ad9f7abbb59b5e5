"""Screens by address: told apart by their tag, made anew by a new release, small."""

import gzip
import json
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from dashboards.serving.app import create_app
from indicators.foundation.messages import message
from indicators.foundation.stored.published_tables import HISTORY_COMING
from tests.worlds.release import MISSION, write_release


@pytest.fixture(scope="module")
def client(home: Path) -> FlaskClient:
    return create_app(home).server.test_client()


def test_a_browser_that_has_the_page_is_told_that_it_still_holds(client: FlaskClient) -> None:
    first = client.get("/screen/map?lang=fr")
    again = client.get("/screen/map?lang=fr", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    other = client.get("/screen/map", headers={"If-None-Match": first.headers["ETag"]})
    assert other.status_code == 200 and other.headers["ETag"] != first.headers["ETag"]


def test_packed_and_plain_are_the_same_page(client: FlaskClient) -> None:
    packed = client.get("/screen/", headers={"Accept-Encoding": "gzip"})
    plain = client.get("/screen/")
    assert packed.headers["Content-Encoding"] == "gzip" and "Content-Encoding" not in plain.headers
    assert gzip.decompress(packed.data) == plain.data


def test_order_of_the_query_and_what_no_page_knows_change_nothing(client: FlaskClient) -> None:
    tags = {
        client.get(f"/screen/indicators?{query}").headers["ETag"]
        for query in ("lang=fr&theme=dark", "theme=dark&lang=fr", "lang=fr&theme=dark&spy=1")
    }
    assert len(tags) == 1


def test_a_search_that_finds_nothing_is_a_page(client: FlaskClient) -> None:
    assert client.get("/screen/indicators?q=nothing-has-this-name").status_code == 200


def test_the_overview_is_small(client: FlaskClient) -> None:
    """At most 120 kB besides libraries (ux §10)."""
    paths = ("/", "/_dash-layout", "/_dash-dependencies", "/screen/")
    answers = [client.get(path, headers={"Accept-Encoding": "gzip"}) for path in paths]
    assert sum(len(answer.data) for answer in answers) < 120_000


def test_a_new_release_makes_the_pages_anew(tmp_path: Path) -> None:
    write_release(tmp_path, "2026-Q3-r01")
    client = create_app(tmp_path).server.test_client()
    before = client.get("/screen/")
    write_release(tmp_path, "2026-Q3-r02")
    after = client.get("/screen/", headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert "2026-Q3-r02" in json.dumps(after.json) and "2026-Q3-r01" in json.dumps(before.json)
    assert "2026-Q3-r02" in client.get("/").get_data(as_text=True)


def test_a_process_that_wrote_no_document_yet_has_the_libraries(home: Path) -> None:
    """Another process may have written the document."""
    page = create_app(home).server.test_client().get("/").get_data(as_text=True)
    fresh = create_app(home).server.test_client()
    addresses = re.findall(r'(?:src|href)="(/(?:_dash-component-suites|assets)/[^"]+)"', page)
    assert len(addresses) > 10
    assert {fresh.get(address).status_code for address in addresses} == {200}


def test_libraries_are_packed_and_a_wrong_name_is_not_found(client: FlaskClient) -> None:
    folder = "/_dash-component-suites/plotly/package_data"
    packed = client.get(f"{folder}/plotly.min.js", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip" and len(packed.data) < 2_000_000
    assert client.get(f"{folder}/nothing.js").status_code == 404
    assert client.get("/assets/nothing.js").status_code == 404


def test_pages_say_that_earlier_quarters_are_coming_until_they_are_there(tmp_path: Path) -> None:
    write_release(tmp_path)
    mark = tmp_path / "releases" / MISSION / HISTORY_COMING
    client = create_app(tmp_path).server.test_client()
    said = {language: message("page.history_coming", language) for language in ("en", "fr")}

    def is_said(language: str) -> bool:
        page = client.get(f"/screen/?lang={language}").json
        return said[language] in json.dumps(page, ensure_ascii=False)

    assert not is_said("en")
    mark.touch()
    assert is_said("en") and is_said("fr")
    mark.unlink()
    assert not is_said("en")
