"""A release is signed when it is published, and what was done to it since is found."""

import json
import shutil
from pathlib import Path

import duckdb
import pytest

from indicators.foundation.errors import WrongUse
from indicators.foundation.stored.published_tables import PUBLICATION
from pipelines.release.files import write_json
from pipelines.release.publishing import Release
from pipelines.release.signed.signing import SIGNATURE, signed, state_of
from pipelines.release.signed.verification import verify
from pipelines.workspace.keys import (
    SIGNING_KEY,
    new_signing_key,
    public_key,
    public_text,
    public_text_in,
    signing_key,
)
from tests.worlds.headquarters import KEY, OTHER_KEY
from tests.worlds.mission.figures import make_workspace, publish_again

TRUSTED = public_text(KEY.public_key())


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Release, str]:
    """A release published with a key in a file, and its public key."""
    folder = tmp_path_factory.mktemp("signed")
    public = new_signing_key(folder / "mission.key")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(f"{SIGNING_KEY}_FILE", str(folder / "mission.key"))
        return publish_again(make_workspace(folder / "home")), public


@pytest.fixture
def copy(published: tuple[Release, str], tmp_path: Path) -> Path:
    """A copy that may be written to."""
    folder = tmp_path / published[0].name
    shutil.copytree(published[0].path, folder)
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return folder


def test_it_is_signed_by_its_key_and_by_no_other(published: tuple[Release, str]) -> None:
    release, public = published
    found = verify(release.path, public)
    assert found.is_good and found.signature == "signed" and found.key == public
    assert found.files > 30 and found.tables > 15 and found.not_held == ()
    assert verify(release.path, None).signature == "unknown_key"
    other = verify(release.path, TRUSTED)
    assert other.signature == "wrong" and not other.is_good


def change_a_database(folder: Path) -> str:
    with duckdb.connect(str(folder / "hq" / "poclens.duckdb")) as connection:
        connection.execute("UPDATE stored.indicator_value SET value = value + 1")
        connection.execute("CHECKPOINT")
    return "hq/poclens.duckdb"


def change_a_table(folder: Path) -> str:
    path = folder / "mission" / "parquet" / "indicator_value.parquet"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    return "mission/parquet/indicator_value.parquet"


def remove_a_file(folder: Path) -> str:
    path = next((folder / "hq" / "extracts").iterdir())
    path.unlink()
    return path.relative_to(folder).as_posix()


@pytest.mark.parametrize("change", [change_a_database, change_a_table, remove_a_file])
def test_a_changed_file_is_named(copy: Path, published: tuple[Release, str], change) -> None:
    name = change(copy)
    found = verify(copy, published[1])
    assert not found.is_good and name in found.changed


def test_a_file_that_is_not_of_the_release_is_named(
    copy: Path, published: tuple[Release, str]
) -> None:
    (copy / "hq" / "more.csv").write_text("INDICATOR\n")
    assert verify(copy, published[1]).added == ("hq/more.csv",)


def test_a_database_with_other_rows_is_found_though_its_hash_was_put_right(
    copy: Path, published: tuple[Release, str]
) -> None:
    """As by somebody who holds the key: the figures still have to be those of the Parquet files."""
    from pipelines.release.signed.manifest import publication_files

    change_a_database(copy)
    told = json.loads((copy / PUBLICATION).read_text(encoding="utf-8")) | publication_files(copy)
    del told[SIGNATURE]
    write_json(copy / PUBLICATION, signed(told, KEY))
    found = verify(copy, TRUSTED)
    assert found.changed == () and found.signature == "signed"
    assert found.differing_tables == ("hq/indicator_value",) and not found.is_good


@pytest.mark.parametrize("name", ["release", "mission", "manifest_sha256", "published_at"])
def test_no_word_of_the_publication_can_be_changed(name: str) -> None:
    told = signed(
        {"release": "a", "mission": "b", "manifest_sha256": "c", "published_at": "d"}, KEY
    )
    assert state_of(told, TRUSTED) == "signed"
    assert state_of(told | {name: "x"}, TRUSTED) == "wrong"
    assert state_of(signed(told, OTHER_KEY), TRUSTED) == "wrong"
    assert state_of(told | {SIGNATURE: {"value": "?", "key": 7}}, None) == "wrong"


def test_one_audience_alone_can_be_verified(copy: Path, published: tuple[Release, str]) -> None:
    shutil.rmtree(copy / "mission")
    found = verify(copy, published[1])
    assert found.is_good and found.not_held == ("mission",) and found.audiences == ("hq",)


def test_a_key_that_is_none_is_refused_without_its_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "mission.key"
    new_signing_key(file)
    assert file.stat().st_mode & 0o077 == 0
    with pytest.raises(WrongUse):
        new_signing_key(file)
    monkeypatch.setenv(SIGNING_KEY, file.read_text())
    own = signing_key()
    assert own is not None
    public_key(public_text(own.public_key()))
    assert public_text_in(file) == public_text(own.public_key())
    with pytest.raises(WrongUse) as mistaken:  # the private key where the public one belongs
        public_key(file.read_text())
    assert not any(line in str(mistaken.value) for line in file.read_text().splitlines())
    monkeypatch.setenv(SIGNING_KEY, "SECRET-TEXT")
    with pytest.raises(WrongUse) as refused:
        signing_key()
    assert "SECRET-TEXT" not in str(refused.value)
    with pytest.raises(WrongUse):
        public_key("ed25519:short")
