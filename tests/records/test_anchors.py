"""A log that was cut off or written anew holds in itself and not what releases noted of it."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from dashboards.serving.app import create_app
from pipelines.upkeep.doctor import folder_problems
from pipelines.workspace.paths import Workspace
from records.anchors import lost_by_releases
from records.store import Store, log
from tests.worlds.release import MISSION, write_release

NOW = datetime(2026, 10, 20, 9, tzinfo=UTC)


def write(store: Store, *names: str) -> None:
    with store.writing() as connection:
        for name in names:
            log(connection, name, "signed_in", name, {}, NOW)


def rewrite(home: Path, *names: str) -> None:
    """The same number of entries with another name in the middle, every hash of the chain right."""
    (home / "records.db").unlink()
    write(Store.of_workspace(home), *names)


def cut_off(home: Path) -> None:
    with sa.create_engine(f"sqlite:///{home / 'records.db'}").begin() as connection:
        names = connection.scalars(sa.text("SELECT name FROM sqlite_master WHERE type='trigger'"))
        for name in names.all():
            connection.execute(sa.text(f"DROP TRIGGER {name}"))
        connection.execute(sa.text("DELETE FROM audit_entry WHERE number > 2"))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A mission's workspace whose release noted the third of four entries."""
    folder = write_release(tmp_path)
    (tmp_path / "missions" / MISSION).mkdir(parents=True)
    store = Store.of_workspace(tmp_path)
    write(store, "anna", "boris", "carla")
    publication = folder / "publication.json"
    told = json.loads(publication.read_text(encoding="utf-8"))
    publication.write_text(json.dumps(told | {"audit_log": store.audit_head()}), encoding="utf-8")
    write(store, "dora")
    return tmp_path


def lost(home: Path) -> list[str]:
    assert Store.of_workspace(home).first_broken_entry() is None  # the chain itself says nothing
    said = [one for one in folder_problems(Workspace(home)) if one.rule == "doctor_log_rewritten"]
    page = create_app(home).server.test_client().get("/records/log?lang=en").text
    found = lost_by_releases(home)
    assert bool(said) == ("written anew" in page) == bool(found)
    return found


def test_a_log_that_only_grew_holds_what_was_noted(home: Path) -> None:
    assert lost(home) == []


@pytest.mark.parametrize("end", [(), ("eve", "frank")])
def test_a_log_written_anew_is_found(home: Path, end: tuple[str, ...]) -> None:
    rewrite(home, "anna", "mallory", "carla", "dora", *end)
    assert lost(home) == [f"{MISSION}/2026-Q3-r01"]


def test_a_log_that_was_cut_off_is_found(home: Path) -> None:
    cut_off(home)
    assert lost(home) == [f"{MISSION}/2026-Q3-r01"]
    (home / "records.db").unlink()
    assert lost_by_releases(home) == [f"{MISSION}/2026-Q3-r01"]


def test_a_release_that_was_pulled_notes_the_log_of_another_store(home: Path) -> None:
    rewrite(home, "headquarters")
    shutil.rmtree(home / "missions" / MISSION)
    assert lost(home) == []
