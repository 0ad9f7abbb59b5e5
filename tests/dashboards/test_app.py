"""The server: first words without scripts, headers, downloads, and its one-line refusals."""

import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from dashboards.serving.app import create_app
from pipelines.cli.serve_command import answers
from tests.worlds.release import MISSION, RELEASE


@pytest.fixture(scope="module")
def client(home: Path) -> FlaskClient:
    return create_app(home).server.test_client()


def test_the_answer_is_in_the_first_response(client: FlaskClient) -> None:
    page = client.get("/?lang=fr").get_data(as_text=True)
    assert '<html lang="fr">' in page
    assert "Amélioration significative de trois résultats sur cinq." in page
    assert "2026-Q3-r01" in page


def test_an_address_cannot_write_into_the_page(client: FlaskClient) -> None:
    page = client.get('/?theme="><script>alert(1)</script>&lang=<b>').get_data(as_text=True)
    assert "alert(1)" not in page


def test_nothing_may_come_from_other_machines(client: FlaskClient) -> None:
    policy = client.get("/").headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "http" not in policy
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert "unsafe" not in scripts


def test_health(client: FlaskClient) -> None:
    assert client.get("/health").status_code == 200


def test_only_listed_files_of_the_audience_can_be_taken(client: FlaskClient) -> None:
    extract = f"/download/{MISSION}/{RELEASE}/mission/extracts/{MISSION}_2026-Q3.csv"
    assert client.get(extract).get_data(as_text=True) == "INDICATOR\n"
    for path in (f"hq/extracts/{MISSION}_2026-Q3.csv", "publication.json", "../current"):
        assert client.get(f"/download/{MISSION}/{RELEASE}/{path}").status_code == 404


def test_an_empty_workspace_says_what_to_do(tmp_path: Path) -> None:
    page = create_app(tmp_path).server.test_client().get("/").get_data(as_text=True)
    assert "Nothing is published yet." in page


def _refusal(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "dashboards", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_a_taken_port_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = _refusal("--home", str(tmp_path), "--port", str(port))
    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
    assert str(port) in refused.stderr and "--port" in refused.stderr


def test_a_missing_workspace_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    refused = _refusal("--home", str(tmp_path / "nowhere"))
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)


@pytest.mark.parametrize("told", [b"\n", b""])
def test_a_server_that_waits_answers_once_it_is_told_and_ends_with_who_was_to(
    told: bytes, tmp_path: Path
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "dashboards", "--home", str(tmp_path), "--port", str(port)]
    with subprocess.Popen([*command, "--waits"], stdin=subprocess.PIPE) as server:
        assert server.stdin is not None and not answers(port)
        with server.stdin:
            server.stdin.write(told)
        while server.poll() is None and not answers(port):
            time.sleep(0.1)
        assert (server.poll() is None) == bool(told)
        server.terminate()


def test_files_with_a_version_in_their_address_are_kept_for_a_year(client: FlaskClient) -> None:
    page = client.get("/").get_data(as_text=True)
    style = re.search(r'"(/assets/poclens\.css\?m=[^"]+)"', page)
    assert style is not None
    assert "immutable" in client.get(style.group(1)).headers["Cache-Control"]
    font = client.get("/assets/inter.woff2").headers["Cache-Control"]
    assert "max-age" in font and "immutable" not in font
    assert "max-age" not in client.get("/").headers.get("Cache-Control", "")
