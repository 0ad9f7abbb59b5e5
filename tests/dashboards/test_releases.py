"""Releases are found by `current`, reopened when it moves, and opened locked down."""

import json
from pathlib import Path

import duckdb
import pytest
from dash import html

from dashboards.pages import releases
from dashboards.reading.address import Address
from dashboards.reading.context import read_context
from dashboards.reading.releases import current_release, published_missions
from dashboards.serving.app import create_app
from dashboards.serving.shell import shell
from tests.dashboards.rendered import components, text_of
from tests.worlds.release import MISSION, mart_rows, write_release


def test_nothing_is_published_in_an_empty_workspace(tmp_path: Path) -> None:
    assert published_missions(tmp_path) == []
    assert read_context(tmp_path, "mission", Address()) is None


def test_a_publication_while_running_is_picked_up(tmp_path: Path) -> None:
    write_release(tmp_path, "2026-Q2-r01")
    before = current_release(tmp_path, MISSION, "mission")
    assert before is not None
    assert len(before.frame("SELECT * FROM mart.mission")) == 1
    rows = dict(mart_rows())
    rows["mission"] = [rows["mission"][0] | {"name_en": "Renamed"}]
    write_release(tmp_path, "2026-Q3-r01", rows)
    after = current_release(tmp_path, MISSION, "mission")
    assert after is not None and after.name == "2026-Q3-r01"
    names = [r.frame("SELECT name_en FROM mart.mission").iloc[0, 0] for r in (before, after)]
    assert names == ["MINUTAM (fictional)", "Renamed"]


@pytest.mark.parametrize(
    ("account", "approver", "said"),
    [
        ("root", None, "Mission. Manifest"),
        ("planning", None, "Mission. Published by planning. Manifest"),
        ("root", "Chief of Staff", "Mission. Approved by Chief of Staff. Manifest"),
    ],
)
def test_who_answers_for_a_release_is_no_account_of_the_machine(
    tmp_path: Path, account: str, approver: str | None, said: str
) -> None:
    folder = write_release(tmp_path)
    for name, changed in (
        ("publication.json", {"published_by": account}),
        ("manifest.json", {"audiences": {"mission": {"confirmed_by": approver}}}),
    ):
        file = folder / name
        file.write_text(json.dumps(json.loads(file.read_text()) | changed))
    context = read_context(tmp_path, "mission", Address.parse("/releases", ""))
    assert context is not None
    assert said in text_of(shell((), context.address, context.words, [], context))
    assert ("root" in text_of(releases.body(context))) is False


def test_the_list_of_releases_says_what_each_of_them_moved(tmp_path: Path) -> None:
    write_release(tmp_path, "2026-Q2-r01", {**mart_rows(), "revision": []})
    write_release(tmp_path, "2026-Q3-r01")
    context = read_context(tmp_path, "mission", Address.parse("/releases", ""))
    assert context is not None
    cells = [
        [text_of(cell) for cell in row.children]
        for row in components(releases.body(context))
        if isinstance(row, html.Tr)
    ]
    moved = {row[0]: row[4] for row in cells if row[0].startswith("2026-")}
    assert "late reports" in moved.pop("2026-Q3-r01 This release")
    assert moved == {"2026-Q2-r01": "none"}


def test_only_the_oldest_release_is_called_the_first(tmp_path: Path) -> None:
    for name in ("2026-Q2-r01", "2026-Q3-r01"):
        folder = write_release(tmp_path, name)
        with duckdb.connect(str(folder / "mission" / "poclens.duckdb")) as connection:
            connection.execute(
                "CREATE OR REPLACE VIEW mart.release AS SELECT NULL AS previous_release"
            )
    context = read_context(tmp_path, "mission", Address.parse("/releases", ""))
    assert context is not None
    text = text_of(releases.body(context))
    assert "first release of its quarter; compared with none" in text
    assert len(text.split("first release")) == 3  # and the oldest


def test_the_database_cannot_be_written_nor_read_other_files(home: Path) -> None:
    release = current_release(home, MISSION, "mission")
    assert release is not None
    with pytest.raises(duckdb.Error):
        release.frame("CREATE TABLE mart.extra AS SELECT 1")
    with pytest.raises(duckdb.PermissionException):
        release.frame(f"SELECT * FROM read_text('{home}/releases/{MISSION}/current')")


def test_an_unknown_mission_falls_back_to_a_published_one(home: Path) -> None:
    context = read_context(home, "mission", Address.parse("/", "mission=../../etc"))
    assert context is not None and context.release.mission == MISSION


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "published by another version"), ("fr", "par une autre version")],
)
def test_a_release_of_another_version_says_so_on_the_page_it_lacks(
    tmp_path: Path, language: str, said: str
) -> None:
    folder = write_release(tmp_path)
    with duckdb.connect(str(folder / "mission" / "poclens.duckdb")) as connection:
        connection.execute("DROP VIEW mart.lesson")
        connection.execute("CREATE OR REPLACE VIEW mart.police_task AS SELECT 1 AS other")
    client = create_app(tmp_path).server.test_client()
    for page in ("lessons", "police-matrices"):
        answer = client.get(f"/screen/{page}?lang={language}")
        text = str(answer.get_json())
        assert answer.status_code == 500 and said in text, page
        assert "/records/run" in text and "poclens refresh" not in text
    assert client.get(f"/screen/indicators?lang={language}").status_code == 200
