"""A workspace is destroyed and comes back of its backup; whoever lacks the key has nothing."""

import base64
import io
import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from indicators.foundation.errors import WrongUse
from pipelines.upkeep.backup import MAGIC, Opening, Sealing, Unreadable, back_up, restore
from pipelines.workspace.keys import BACKUP_KEY, backup_key, new_backup_key
from pipelines.workspace.paths import Workspace
from records.people import tokens
from records.store import Store, utc_now
from tests.worlds.mission.figures import MISSION, make_workspace, workspace_warehouse

KEY = bytes(range(32))
SECRET = b"Camp Secret"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a warehouse, a profile, a file read-only and records."""
    workspace = make_workspace(tmp_path_factory.mktemp("backed") / "home")
    release = workspace.releases(MISSION) / "2026-Q3-r01"
    release.mkdir(parents=True)
    (release / "manifest.json").write_text('{"mission": "bako"}\n')
    (release / "manifest.json").chmod(0o444)
    now = utc_now()
    tokens.add(Store.of_workspace(workspace.home), "hq", ["releases"], now.date(), "local", now)
    (workspace.home / "logs").mkdir()
    (workspace.home / "logs" / "fault-1.txt").write_text("not in a backup")
    return workspace.home


def contents(home: Path) -> dict[str, bytes]:
    """Every file but locks, logs and the records, which SQLite writes anew when it copies them."""
    return {
        path.relative_to(home).as_posix(): path.read_bytes()
        for path in home.rglob("*")
        if path.is_file() and path.suffix != ".lock" and path.parent.name != "logs"
        if path.name != "records.db"
    }


def test_a_destroyed_workspace_comes_back(made: Path, tmp_path: Path) -> None:
    home, file = tmp_path / "home", tmp_path / "kept" / "workspace.poclens"
    file.parent.mkdir()
    shutil.copytree(made, home)
    before, told = contents(home), back_up(Workspace(home), file, KEY)
    assert SECRET not in file.read_bytes() and file.stat().st_mode & 0o077 == 0
    shutil.rmtree(home)
    again = restore(file, home, KEY)
    assert contents(home) == before and again.files == told.files == len(before) + 1
    assert not (home / "logs").exists()
    assert (
        home / "releases" / MISSION / "2026-Q3-r01" / "manifest.json"
    ).stat().st_mode & 0o222 == 0
    store = Store.of_workspace(home)
    assert store.first_broken_entry() is None
    assert [token.name for token in tokens.tokens(store)] == ["hq"]
    assert again.audit_log == told.audit_log == store.audit_head()
    assert told.audit_log["number"] > 0
    with workspace_warehouse(Workspace(home)) as warehouse:
        rows = warehouse.execute("SELECT count(*) FROM mart.indicator_value").fetchall()
    assert rows[0][0] > 5


def test_records_are_copied_in_one_state_while_somebody_writes(made: Path, tmp_path: Path) -> None:
    home, file = tmp_path / "home", tmp_path / "b.poclens"
    shutil.copytree(made, home)
    writer = sqlite3.connect(home / "records.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("DELETE FROM api_token")  # not yet committed: it is not in the backup
    back_up(Workspace(home), file, KEY)
    writer.execute("ROLLBACK")
    writer.close()
    restore(file, tmp_path / "again", KEY)
    assert len(tokens.tokens(Store.of_workspace(tmp_path / "again"))) == 1


@pytest.mark.parametrize(
    "damage", ["other key", "one bit", "cut off", "one piece less", "no backup"]
)
def test_what_cannot_be_trusted_leaves_nothing(made: Path, tmp_path: Path, damage: str) -> None:
    file, home = tmp_path / "b.poclens", tmp_path / "home"
    back_up(Workspace(made), file, KEY)
    whole, key = bytearray(file.read_bytes()), KEY
    if damage == "other key":
        key = bytes(reversed(KEY))
    elif damage == "one bit":
        whole[len(whole) // 2] ^= 1
    elif damage == "cut off":
        del whole[-100:]
    elif damage == "one piece less":
        piece = (1 << 20) + 16
        whole = whole[: len(MAGIC) + 32 + piece]
    else:
        whole = bytearray(b"PK" + bytes(100))
    file.write_bytes(whole)
    with pytest.raises(WrongUse):
        restore(file, home, key)
    assert list(tmp_path.iterdir()) == [file]


def test_nothing_is_overwritten(made: Path, tmp_path: Path) -> None:
    file = tmp_path / "b.poclens"
    back_up(Workspace(made), file, KEY)
    before = file.read_bytes()
    with pytest.raises(WrongUse):
        back_up(Workspace(made), file, KEY)
    with pytest.raises(WrongUse):
        restore(file, made, KEY)
    assert file.read_bytes() == before


def test_a_mission_that_is_being_written_to_is_not_backed_up(made: Path, tmp_path: Path) -> None:
    with workspace_warehouse(Workspace(made)), pytest.raises(WrongUse):
        back_up(Workspace(made), tmp_path / "b.poclens", KEY)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3 << 20])
def test_a_stream_of_any_length_is_read_back(size: int) -> None:
    text, sealed = os.urandom(size), io.BytesIO()
    sealing = Sealing(sealed, KEY)
    for at in range(0, size, 700_001):
        sealing.write(text[at : at + 700_001])
    sealing.close()
    assert Opening(io.BytesIO(sealed.getvalue()), KEY).read() == text
    with pytest.raises(Unreadable):
        Opening(io.BytesIO(sealed.getvalue()[:-1]), KEY).read()


def test_the_key_comes_from_a_file_or_the_environment_and_is_in_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "backup.key"
    new_backup_key(file)
    assert file.stat().st_mode & 0o077 == 0
    monkeypatch.setenv(f"{BACKUP_KEY}_FILE", str(file))
    key = backup_key()
    monkeypatch.delenv(f"{BACKUP_KEY}_FILE")
    monkeypatch.setenv(BACKUP_KEY, base64.b64encode(key).decode())
    assert backup_key() == key
    monkeypatch.setenv(BACKUP_KEY, "a secret of the wrong length")
    with pytest.raises(WrongUse) as refused:
        backup_key()
    assert "secret" not in str(refused.value)
    with pytest.raises(WrongUse):
        new_backup_key(file)
