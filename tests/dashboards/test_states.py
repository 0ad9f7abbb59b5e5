"""Releases that lack something or are damaged: every page says what to do, and none looks calm."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from dashboards.serving.app import create_app
from indicators.foundation.messages import message
from tests.worlds.pages import paths
from tests.worlds.release import RELEASE, write_release
from tests.worlds.states import DAMAGES, WHOLE, write_damaged

PATHS = paths()

# What is said where all is well. It stands on no page of a release that knows nothing.
CALM = (
    "alerts.none_waiting",
    "pending.alert_response.none",
    "pending.after_action_review.none",
    "waits.none",
    "next.none",
)


def texts(part: Any) -> Iterator[str]:
    """What is written in a screen as the browser is sent it."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, list):
        for child in part:
            yield from texts(child)
    elif isinstance(part, dict) and "props" in part:
        yield from texts(part["props"].get("children"))


def page(client: FlaskClient, path: str, language: str = "en") -> tuple[int, str]:
    """The status of a page, and what is written on it."""
    answer = client.get(f"/screen{path}?lang={language}")
    return answer.status_code, " ".join(texts(json.loads(answer.data)["screen"]))


def first_words(client: FlaskClient, path: str) -> str:
    return client.get(path).get_data(as_text=True)


@pytest.mark.parametrize("state", WHOLE)
def test_every_page_stands_whatever_a_release_lacks(tmp_path: Path, state: str) -> None:
    write_release(tmp_path, rows=WHOLE[state]())
    client = create_app(tmp_path).server.test_client()
    language = "fr" if len(state) % 2 else "en"
    assert {path: page(client, path, language)[0] for path in PATHS} == dict.fromkeys(PATHS, 200)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_release_without_a_figure_says_so_on_every_page(tmp_path: Path, language: str) -> None:
    write_release(tmp_path, rows=WHOLE["empty mission"]())
    client = create_app(tmp_path).server.test_client()
    title = message("page.state.empty.title", language, release=RELEASE)
    calm = [message(f"page.{key}", language) for key in CALM]
    for path in PATHS:
        text = page(client, path, language)[1]
        assert title in text and "poclens publish" in text, path
        assert not [said for said in calm if said in text], path
    assert "holds no figure" in first_words(client, "/")


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_release_is_named_with_its_file(tmp_path: Path, damage: str) -> None:
    file = write_damaged(tmp_path, damage)
    client = create_app(tmp_path).server.test_client()
    for number, path in enumerate(PATHS):
        language = ("en", "fr")[number % 2]
        status, text = page(client, path, language)
        assert status == 500, path
        assert message("page.state.damaged.title", language, release=RELEASE) in text, path
        assert file in text and ("backup" in text or "sauvegarde" in text), path
    first = first_words(client, "/")
    assert RELEASE in first and file in first
    assert client.get("/brief.pdf").status_code == 500


def test_a_damaged_release_is_read_again_once_it_is_mended(tmp_path: Path) -> None:
    """An error is not kept."""
    folder = write_release(tmp_path)
    manifest = (folder / "manifest.json").read_text()
    (folder / "manifest.json").unlink()
    client = create_app(tmp_path).server.test_client()
    assert page(client, "/")[0] == 500
    (folder / "manifest.json").write_text(manifest)
    assert page(client, "/")[0] == 200


def test_nothing_published_says_what_to_run_on_every_page(tmp_path: Path) -> None:
    client = create_app(tmp_path).server.test_client()
    for path in PATHS:
        status, text = page(client, path)
        assert status == 200 and "poclens refresh" in text and "poclens publish" in text


def test_nothing_published_leads_to_the_steps_where_there_are_forms(tmp_path: Path) -> None:
    leads = {}
    for audience in ("mission", "hq"):
        client = create_app(tmp_path, audience).server.test_client()
        screen = json.loads(client.get("/screen/map?lang=fr").data)["screen"]
        leads[audience] = '"/records/steps?lang=fr"' in json.dumps(screen)
    assert leads == {"mission": True, "hq": False}


@pytest.mark.parametrize("path", ["/nothing", "/indicators/P9-OC-99", "/incidents/older"])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_an_address_without_a_page_is_answered_so(tmp_path: Path, path: str, language: str) -> None:
    write_release(tmp_path)
    client = create_app(tmp_path).server.test_client()
    answer = client.get(f"{path}?lang={language}")
    title = message("page.state.not_found.title", language)
    assert answer.status_code == 404 and title in answer.get_data(as_text=True)
    assert title in page(client, path, language)[1]
    assert {client.get(known).status_code for known in ("/", "/map", "/outstanding")} == {200}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_no_route_has_is_said_in_the_readers_language(tmp_path: Path, language: str) -> None:
    write_release(tmp_path)
    client = create_app(tmp_path).server.test_client()
    answer = client.get(f"/lists/none.csv?lang={language}")
    assert answer.status_code == 404
    assert message("page.state.not_found.title", language) in answer.get_data(as_text=True)
    told = client.get("/api/none%0Aof", headers={"Accept-Language": language})
    assert (told.status_code, told.mimetype) == (404, "application/problem+json")
    assert told.json is not None
    assert told.json["title"] == message("api.problem.not_found", language)
