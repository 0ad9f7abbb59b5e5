"""`keys`, `tokens`, `backup`, `restore`, `verify` and `hq` as they are typed: code and sentence."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.cli.main import main
from pipelines.workspace.keys import BACKUP_KEY, SIGNING_KEY, public_text
from tests.worlds.headquarters import (
    KEY,
    OTHER_KEY,
    application,
    rows_of_a_mission,
    serving,
    write_release,
)
from tests.worlds.mission.profile import write_yaml

Typed = Callable[..., tuple[int, str]]


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> Typed:
    """Runs a command line in the workspace `home`: its exit code and all that it printed."""
    monkeypatch.setenv("POCLENS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("POCLENS_LANGUAGE", "en")
    for name in (SIGNING_KEY, BACKUP_KEY):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)

    def run(*words: object) -> tuple[int, str]:
        code = main([str(word) for word in words])
        captured = capsys.readouterr()
        assert (captured.err == "") == (code != 2)
        return code, captured.out + captured.err

    return run


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace of a mission with one signed release."""
    home = tmp_path_factory.mktemp("signed")
    write_release(home, "alpha", rows_of_a_mission())
    return home


@pytest.mark.parametrize(
    ("language", "told", "refused"),
    [("en", "Public key, for headquarters:", "exists already and is not overwritten"),
     ("fr", "Clé publique, pour le siège", "existe déjà")],
)  # fmt: skip
def test_a_key_is_made_once(
    typed: Typed, tmp_path: Path, language: str, told: str, refused: str
) -> None:
    line = ("--language", language, "keys", "signing", tmp_path / "mission.key")
    code, text = typed(*line)
    assert code == 0 and told in text and re.search(r"ed25519:\S{40,}", text)
    assert "PRIVATE" not in text
    assert typed(*line)[0] == 2
    assert refused in typed(*line)[1]


def test_a_token_opens_until_it_is_revoked(typed: Typed) -> None:
    until = (datetime.now(UTC) + timedelta(days=30)).date()
    add = ("tokens", "add", "headquarters", "--scope", "releases", "--until")
    code, text = typed(*add, until)
    assert code == 0 and "shown once" in text and "no one has to sign in" in text
    (one,) = json.loads(typed("tokens", "list", "--json")[1])["tokens"]
    assert (one["name"], one["scopes"], one["until"]) == ("headquarters", "releases", f"{until}")
    assert typed("tokens", "revoke", one["token_id"])[0] == 0
    assert "revoked" in typed("tokens", "list")[1]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("tokens", "add", "headquarters"), "--until"),
        (("tokens", "add", "headquarters", "--until", "2099-01-01"), "Give another day"),
        (("tokens", "revoke", "unknown"), "`poclens tokens list`"),
        (("--language", "fr", "tokens", "revoke", "unknown"), "Il n’y a pas de jeton unknown"),
    ],
)
def test_a_token_that_cannot_be_is_refused(
    typed: Typed, words: tuple[str, ...], sentence: str
) -> None:
    code, text = typed(*words)
    assert code == 2 and sentence in text


def test_a_backup_comes_back_with_its_key_alone(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, file, key = tmp_path / "home", tmp_path / "kept.poclens", tmp_path / "backup.key"
    (home / "missions").mkdir(parents=True)
    (home / "missions" / "note.txt").write_text("kept")
    code, text = typed("backup", "--to", file)
    assert code == 2 and "poclens keys backup FILE" in text and not file.exists()
    assert typed("keys", "backup", key)[0] == 0
    monkeypatch.setenv(f"{BACKUP_KEY}_FILE", str(key))
    assert typed("backup", "--to", file)[0] == 0
    code, text = typed("--language", "fr", "backup", "--to", file)
    assert code == 2 and "Choisissez un autre nom de fichier" in text
    code, text = typed("restore", file)
    assert code == 2 and str(home) in text
    monkeypatch.setenv("POCLENS_HOME", str(tmp_path / "again"))
    code, text = typed("restore", file)
    assert code == 0 and "each checked" in text
    assert (tmp_path / "again" / "missions" / "note.txt").read_text() == "kept"
    monkeypatch.setenv("POCLENS_HOME", str(tmp_path / "third"))
    file.write_bytes(file.read_bytes()[:-1])
    code, text = typed("--language", "fr", "restore", file)
    assert code == 2 and "Rien n’a été restauré" in text and not (tmp_path / "third").exists()


def test_a_release_is_verified_by_its_folder_and_the_missions_key(
    typed: Typed, signed: Path
) -> None:
    folder = signed / "releases" / "alpha" / "2026-Q3-r01"
    code, text = typed("verify", folder, "--key", public_text(KEY.public_key()))
    assert code == 0 and "is as it was published" in text and "Signed by the expected key" in text
    code, text = typed("verify", folder)
    assert code == 0 and "ask the mission for its own and give it with --key" in text
    other = public_text(OTHER_KEY.public_key())
    code, text = typed("--language", "fr", "verify", folder, "--key", other)
    assert code == 1 and "Ne l’utilisez pas" in text
    code, text = typed("verify", folder, "--key", "ed25519:short")
    assert code == 2 and "Traceback" not in text


@pytest.fixture
def headquarters(tmp_path: Path, signed: Path) -> Iterator[Path]:
    """`hq.yaml` of a workspace that knows a mission with a server and one without."""
    with serving(application(signed)) as url:
        key = public_text(KEY.public_key())
        urls = {"alpha": url, "bravo": "http://127.0.0.1:9"}
        servers = [{"mission": name, "url": url, "public_key": key} for name, url in urls.items()]
        write_yaml(tmp_path / "home" / "hq.yaml", {"missions": servers})
        yield tmp_path / "home"


def test_releases_are_pulled_and_rolled_up(typed: Typed, headquarters: Path) -> None:
    code, text = typed("hq", "pull", "--mission", "alpha")
    assert code == 0 and "2026-Q3-r01 fetched and verified" in text
    code, text = typed("hq", "rollup")
    assert code == 0 and (headquarters / "hq" / "current").read_text().strip() in text
    assert "Missions : alpha." in typed("--language", "fr", "hq", "rollup")[1].replace("\xa0", " ")
    code, text = typed("hq", "pull", "--mission", "bravo", "--patience", "1")
    assert code == 1 and "No release of this mission has been fetched yet" in text


def test_headquarters_without_settings_or_releases_is_told_what_to_do(
    typed: Typed, tmp_path: Path
) -> None:
    code, text = typed("hq", "pull")
    assert code == 2 and "hq.yaml" in text
    code, text = typed("--language", "fr", "hq", "rollup")
    assert code == 2 and "poclens hq pull" in text
    write_yaml(
        tmp_path / "home" / "hq.yaml", {"missions": [{"mission": "alpha", "url": "http://a"}]}
    )
    code, text = typed("hq", "pull")
    assert code == 2 and "https://" in text
