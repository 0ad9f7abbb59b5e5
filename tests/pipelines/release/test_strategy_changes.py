"""A strategy that changed from one release to the next is told, field by field."""

from pathlib import Path

import duckdb
import pandas as pd

from indicators.foundation.mart_tables import mart_ddl
from indicators.foundation.stored.published_tables import database_of
from pipelines.release.revisions.strategies import changed_strategy


def release(folder: Path, version: int, due: str, **objectives: str) -> Path:
    path = database_of(folder, "mission")
    path.parent.mkdir(parents=True)
    with duckdb.connect(str(path)) as database:
        for statement in mart_ddl():
            database.execute(statement)
        database.execute("INSERT INTO mart.mission (mission) VALUES ('m')")
        database.execute(
            """INSERT INTO mart.strategy (mission, version, approved_on, review_due_on)
            VALUES ('m', ?, DATE '2025-10-01', CAST(? AS DATE))""",
            [version, due],
        )
        for position, (name, title) in enumerate(objectives.items(), start=1):
            row = ["m", position, name, title, f"{title} (fr)", "calmer_sites|safe"]
            database.execute("INSERT INTO mart.strategy_objective VALUES (?, ?, ?, ?, ?, ?)", row)
    return folder


def test_version_review_and_objectives_are_compared(tmp_path: Path) -> None:
    old = release(tmp_path / "r01", 1, "2026-09-30", same="Same", former="Former", moved="Was")
    new = release(tmp_path / "r02", 2, "2027-09-30", same="Same", moved="Is", added="Added")
    found = changed_strategy(old, new, "mission").set_index("field")
    expected = {"version", "review_due_on", "objective moved", "objective added"}
    assert set(found.index) == expected | {"objective former"}
    assert found.loc["review_due_on", "sentence_en"] == (
        "Strategy, review due on: 2027-09-30; before 2026-09-30."
    )
    assert pd.isna(found.loc["objective added", "before"])
    assert "Former" in found.loc["objective former", "before"]
    assert "Is (fr) (calmer_sites, safe)" in found.loc["objective moved", "sentence_fr"]
