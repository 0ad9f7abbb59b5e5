"""A rule that is broken is new, open or resolved beside the release before."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from indicators.foundation.mart_tables import MART_TABLES
from pipelines.release.revisions.violations import violations_since


def written(path: Path, day: str, broken: dict[str, int]) -> None:
    """A release's database with the rows that break each rule, as of a day."""
    rows = [line(rule, day, count) for rule, count in broken.items()]
    put(path, pd.DataFrame(rows, columns=list(MART_TABLES["violation"])))


def line(rule: str, day: str, count: int) -> dict[str, Any]:
    return {
        "mission": "m", "source": "activities", "kind": "rejected", "rule": rule, "title_en": rule,
        "title_fr": rule, "rows": count, "rows_before": None, "first_seen": day, "last_seen": day,
        "state": "open", "counts": json.dumps([[day, count]]),
    }  # fmt: skip


def put(path: Path, frame: pd.DataFrame) -> None:
    columns = ", ".join(f'"{name}" {kind}' for name, kind in MART_TABLES["violation"].items())
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"CREATE SCHEMA stored; CREATE TABLE stored.violation ({columns})")
        connection.execute("INSERT INTO stored.violation BY NAME SELECT * FROM frame")
        connection.execute(
            "CREATE SCHEMA mart; CREATE VIEW mart.violation AS FROM stored.violation"
        )


def since(after: Path, before: Path) -> dict[str, dict[str, Any]]:
    with duckdb.connect(str(after), read_only=True) as connection:
        found = violations_since(connection, before)
    return {row["rule"]: row for row in found.to_dict("records")}


def test_three_releases(tmp_path: Path) -> None:
    first, second, third = (tmp_path / f"{name}.duckdb" for name in ("one", "two", "three"))
    written(first, "2026-04-15", {"stays": 4, "goes": 2})
    written(second, "2026-07-15", {"stays": 3, "comes": 1})
    found = since(second, first)
    assert {rule: row["state"] for rule, row in found.items()} == {
        "stays": "open", "goes": "resolved", "comes": "new",
    }  # fmt: skip
    assert (found["goes"]["rows"], found["goes"]["rows_before"]) == (0, 2)
    assert str(found["stays"]["first_seen"])[:10] == "2026-04-15"
    assert json.loads(found["stays"]["counts"]) == [["2026-04-15", 4], ["2026-07-15", 3]]
    # what went and comes back is new, and keeps the day on which it was first seen
    told = tmp_path / "told.duckdb"
    put(told, pd.DataFrame(found.values()))
    written(third, "2026-10-15", {"stays": 3, "goes": 5})
    again = since(third, told)
    assert again["goes"]["state"] == "new"
    assert str(again["goes"]["first_seen"])[:10] == "2026-04-15"
    assert (again["comes"]["state"], again["comes"]["rows_before"]) == ("resolved", 1)


def test_a_release_before_without_the_table_makes_all_new(tmp_path: Path) -> None:
    before, after = tmp_path / "before.duckdb", tmp_path / "after.duckdb"
    with duckdb.connect(str(before)) as connection:
        connection.execute("CREATE SCHEMA mart")
    written(after, "2026-10-15", {"comes": 1})
    assert since(after, before)["comes"]["state"] == "new"
