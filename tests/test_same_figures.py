"""`tests.same_figures`: what the lean grid explains is set aside, all else is a difference."""

import json
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from indicators.compiler.cells.breakdowns import parts_sql
from indicators.foundation.mart_tables import VALUE_COLUMNS, VALUE_KEY
from tests.same_figures import compare_databases, compare_files, main
from tests.worlds.rows.warehouse import SmallWarehouse

TABLES = ("indicator_value", "breakdown_grid")


@pytest.fixture
def new(tmp_path: Path) -> Path:
    """A mart of patrols: on foot in A1 in January, by vehicle in A2 in February."""
    small = SmallWarehouse()
    rows = [("A1a", 1, "foot"), ("A2", 2, "vehicle")]
    small.add(
        "activities",
        [
            {"area_code": area, "started_at": datetime(2026, month, 5), "patrol_mode": mode}
            for area, month, mode in rows
        ],
    )
    small.compute("P2-OP-01", period_types=("M", "Q"))
    path = tmp_path / "new.duckdb"
    small.connection.execute(f"ATTACH '{path}' AS file")
    small.connection.execute("CREATE SCHEMA file.mart")
    for table in TABLES:
        small.connection.execute(f"CREATE TABLE file.mart.{table} AS FROM mart.{table}")
    small.connection.execute("CHECKPOINT file; DETACH file")  # its file alone is copied
    return path


@pytest.fixture
def old(new: Path, tmp_path: Path) -> Path:
    """The same as an engine without a grid wrote it: with zeros, fine parts, rolling windows."""
    path = tmp_path / "old.duckdb"
    path.write_bytes(new.read_bytes())
    rolling = "'2026-01-R3' AS period, 'R3' AS period_type"
    site = "'S' AS area, 'site' AS area_level, '2026-01' AS period, 'M' AS period_type"
    key = ", ".join(VALUE_KEY)
    with duckdb.connect(str(path)) as mart:
        mart.execute(f"CREATE TABLE zero AS FROM ({parts_sql()}) ANTI JOIN mart.indicator_value"
                     f" USING ({key})")  # fmt: skip
        for changes in (rolling, site):
            mart.execute(
                f"""INSERT INTO mart.indicator_value SELECT * REPLACE ({changes})
                FROM mart.indicator_value
                WHERE breakdown_value = 'foot' AND area = 'C' AND period = '2026-Q1'"""
            )
        mart.execute("INSERT INTO mart.indicator_value FROM zero")
        mart.execute("DROP TABLE mart.breakdown_grid")
        if "disclosure" in VALUE_COLUMNS:
            mart.execute("ALTER TABLE mart.indicator_value DROP disclosure")
    return path


def change(path: Path, sql: str) -> None:
    with duckdb.connect(str(path)) as mart:
        mart.execute(sql)


def test_what_the_lean_grid_drops_is_counted_aside(old: Path, new: Path) -> None:
    found = compare_databases(old, new)
    assert found.is_same, list(found.lines())
    assert found.aside["rolling windows"] == 1
    assert found.aside["outside the grid: part of site by M"] == 1
    assert found.aside["zero parts that are read back"] > 5
    assert main([str(old), str(new)]) == 0


@pytest.mark.parametrize(
    ("sql", "column", "rows"),
    [
        ("UPDATE mart.indicator_value SET value = 9 WHERE area = 'A2' AND period = '2026-02'"
         " AND breakdown = '_T' AND unit_type = '_T'", "value", 1),
        ("UPDATE mart.indicator_value SET obs_status = 'P' WHERE area = 'A2' AND period = '2026-03'"
         " AND breakdown = '_T' AND unit_type = '_T'", "obs_status", 1),
        ("DELETE FROM mart.indicator_value WHERE area = 'A2' AND period = '2026-02'"
         # With the only case of a code at a level go its zeros: two areas in twelve months.
         " AND breakdown_value = 'vehicle'", "only in OLD", 24),
        ("INSERT INTO mart.indicator_value SELECT * REPLACE ('horse' AS breakdown_value)"
         " FROM mart.indicator_value WHERE breakdown_value = 'foot' LIMIT 1", "only in NEW", 1),
    ],
)  # fmt: skip
def test_all_else_is_a_difference(
    old: Path, new: Path, sql: str, column: str, rows: int, capsys: pytest.CaptureFixture[str]
) -> None:
    change(new, sql)
    found = compare_databases(old, new)
    assert ("P2-OP-01", column) in {(code, name) for code, name, _, _ in found.differing}
    assert main([str(old), str(new)]) == 1
    assert f"DIFFERS P2-OP-01 {column}: {rows} rows" in capsys.readouterr().out


def test_a_zero_that_would_be_read_back_as_another_empty_is_a_difference(
    old: Path, new: Path
) -> None:
    change(old, "UPDATE mart.indicator_value SET value = NULL, n = NULL, numerator = NULL, "
                "obs_status = 'O' WHERE breakdown_value = 'foot' AND area = 'A2'")  # fmt: skip
    columns = {column for _, column, _, _ in compare_databases(old, new).differing}
    assert columns == {"only in OLD"}


def test_files_of_releases_are_compared_without_code_and_data(tmp_path: Path) -> None:
    folders = []
    for name, code, rows in (("a", "1", "x"), ("b", "2", "x"), ("c", "2", "y")):
        folder = tmp_path / name
        (folder / "mission" / "quality").mkdir(parents=True)
        (folder / "mission" / "figures.csv").write_text(rows)
        (folder / "mission" / "quality" / "suite.json").write_text(rows)
        content = {"as_of": rows, "code": code, "origin_sha256": code}
        (folder / "manifest.json").write_text(json.dumps(content))
        folders.append(folder)
    assert compare_files(folders[0], folders[1]) == []
    assert compare_files(folders[1], folders[2]) == [
        "mission/figures.csv", "mission/quality/suite.json", "manifest.json: as_of",
    ]  # fmt: skip
