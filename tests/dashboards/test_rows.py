"""Rows of a frame hold what pandas gives one by one, for every type of a release's columns."""

from pathlib import Path

import pandas as pd

from dashboards.reading.releases import current_release
from dashboards.reading.rows import rows_of
from tests.worlds.release import MISSION


def _plain(row: dict[str, object]) -> dict[str, str]:
    """Types and values as text: a missing value equals nothing, not even itself."""
    return {name: f"{type(value).__name__} {value!r}" for name, value in row.items()}


def test_rows_are_those_of_pandas(home: Path) -> None:
    release = current_release(home, MISSION, "mission")
    assert release is not None
    for table in sorted(release.tables):
        frame = release.frame(f"SELECT * FROM mart.{table} LIMIT 50")
        slow = [{str(key): row[key] for key in row} for row in frame.to_dict("records")]
        assert list(map(_plain, rows_of(frame))) == list(map(_plain, slow)), table


def test_a_frame_without_columns_or_rows_has_no_rows() -> None:
    assert rows_of(pd.DataFrame()) == [] == rows_of(pd.DataFrame({"a": []}))


def test_who_changes_a_frame_changes_it_for_nobody_else(home: Path) -> None:
    release = current_release(home, MISSION, "mission")
    assert release is not None
    sql = "SELECT mission, name_en FROM mart.mission"
    first = release.frame(sql)
    first["name_en"] = "changed"
    first.loc[0, "mission"] = "changed"
    assert "changed" not in release.frame(sql).to_string()
