"""A primary test that changed from one release to the next is told with day, old and new."""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from indicators.foundation.mart_tables import MART_TABLES
from indicators.foundation.stored.published_tables import database_of
from pipelines.release.revisions.primaries import changed_primaries

BY_KIND = {"asked_by": "kind_of_outcome", "asked_method": "panel", "method": "panel"}
NAMED = {"asked_by": "framework", "named_on": date(2026, 8, 1), "asked_method": "case_series"}


def release(folder: Path, **tests: dict[str, Any]) -> Path:
    path = database_of(folder, "mission")
    path.parent.mkdir(parents=True)
    empty = dict.fromkeys(MART_TABLES["primary_test"])
    rows = [
        {**empty, "mission": "m", "edge": edge, "asked_outcome": "all", "specification": "w", **own}
        for edge, own in tests.items()
    ]
    frame = pd.DataFrame(rows, columns=list(empty), dtype=object)
    casts = ", ".join(
        f'CAST("{n}" AS {t}) AS "{n}"' for n, t in MART_TABLES["primary_test"].items()
    )
    with duckdb.connect(str(path)) as database:
        database.register("frame", frame)
        database.execute(
            f"CREATE SCHEMA mart; CREATE TABLE mart.primary_test AS SELECT {casts} FROM frame"
        )
    return folder


def changes(tmp_path: Path, old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    frame = changed_primaries(
        release(tmp_path / "r01", **old), release(tmp_path / "r02", **new), "mission"
    )
    return {str(row["edge"]): row for row in frame.to_dict("records")}


def test_another_method_is_told_with_its_day(tmp_path: Path) -> None:
    named = NAMED | {"method": "case_series", "asked_window": "14_days"}
    found = changes(tmp_path, {"e": BY_KIND, "same": BY_KIND}, {"e": named, "same": BY_KIND})
    assert list(found) == ["e"]
    row = found["e"]
    assert (row["method_before"], row["method_after"]) == ("panel", "case_series")
    assert pd.Timestamp(row["named_on"]) == pd.Timestamp(2026, 8, 1)
    for part in ("case series by area (14_days)", "2026-08-01", "panel of areas and periods (w)"):
        assert part in row["sentence_en"]
    assert "2026-08-01" in row["sentence_fr"] and "panel de zones" in row["sentence_fr"]


@pytest.mark.parametrize(
    "change", [{"asked_window": "7_days"}, {"asked_outcome": "independent"}], ids=str
)
def test_window_and_outcome_are_part_of_the_test(tmp_path: Path, change: dict[str, Any]) -> None:
    named = NAMED | {"method": "case_series", "asked_window": "14_days"}
    assert list(changes(tmp_path, {"e": named}, {"e": named | change})) == ["e"]


def test_a_fall_back_is_a_change_and_says_why(tmp_path: Path) -> None:
    series = {"asked_by": "kind_of_outcome", "asked_method": "case_series", "method": "case_series"}
    fallen = series | {"method": "panel", "fallback_reason": "few_contrasts"}
    row = changes(tmp_path, {"e": series}, {"e": fallen})["e"]
    assert "In place of case series by area" in row["sentence_en"]
    assert "too few incidents" in row["sentence_en"]


def test_new_and_dropped_questions_are_told(tmp_path: Path) -> None:
    found = changes(tmp_path, {"old": BY_KIND}, {"new": BY_KIND})
    assert "first time" in found["new"]["sentence_en"]
    assert "no longer" in found["old"]["sentence_en"]
