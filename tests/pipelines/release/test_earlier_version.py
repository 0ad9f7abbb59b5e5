"""A release of an earlier version, which lacks tables and columns, is followed by the next one."""

import shutil
from pathlib import Path

import duckdb

from indicators.foundation.mart_tables import MART_TABLES
from indicators.foundation.stored.published_tables import database_of
from pipelines.quality.input_files import write_input_files
from pipelines.release.revisions.report import diff
from pipelines.release.snapshot import opened_release
from tests.worlds.mission.figures import MISSION, PATROLS, workspace_warehouse, write_profile

KEPT = {"mission", "indicator", "indicator_value", "area", "period", "release"}
LACKING = {"indicator": "entry", "indicator_value": "disclosure", "mission": "time_zone"}


def made_earlier(folder: Path) -> None:
    """Takes out of a release's databases what an earlier version did not publish."""
    for path in folder.rglob("*.duckdb"):
        path.chmod(0o644)
        with duckdb.connect(str(path)) as connection:
            views = connection.execute(
                "SELECT view_name FROM duckdb_views() WHERE schema_name = 'mart'"
            ).fetchall()
            for (name,) in views:
                connection.execute(f"DROP VIEW mart.{name}")
                if name not in KEPT:
                    continue
                left_out = f"EXCLUDE {LACKING[name]}" if name in LACKING else ""
                connection.execute(
                    f"CREATE VIEW mart.{name} AS "
                    f"SELECT * {left_out}, '{folder.name}' AS release FROM stored.{name}"
                )


def test_the_next_quarter_is_published_and_says_what_moved(workspace, release, republish) -> None:
    made_earlier(release.path)
    with workspace_warehouse(workspace) as connection:
        connection.execute(
            "UPDATE mart.indicator_value SET value = 61 "
            f"WHERE indicator = '{PATROLS}' AND area = 'BK' AND breakdown = '_T'"
        )
        write_input_files(connection, write_profile(workspace))
    republish(workspace)
    moved = diff(workspace, MISSION).to_dict("records")
    assert {row["area"]: (row["value_before"], row["value_after"]) for row in moved} == {
        "BK": (60, 61)
    }


def test_what_it_lacks_is_empty_or_null(read_only, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(read_only[1].path, tmp_path / "2026-Q3-r01"))
    made_earlier(folder)
    with opened_release(database_of(folder, "mission")) as connection:
        for table, columns in MART_TABLES.items():
            found = connection.sql(f"SELECT * FROM mart.{table}")
            kinds = dict(zip(found.columns, map(str, found.types), strict=True))
            assert {name: kinds[name] for name in columns} == columns
            assert found.fetchall() == [] or table in KEPT
        for table, column in LACKING.items():
            query = f"SELECT count({column}) FROM mart.{table}"
            assert connection.execute(query).fetchone() == (0,)
