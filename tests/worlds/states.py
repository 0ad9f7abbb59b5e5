"""Releases that lack something, each made of the small release: what a page must be able to say."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.worlds.release import COUNTRY, mart_rows, write_release

Rows = Mapping[str, list[dict[str, Any]]]
# What a mission has before its first file.
_PROFILE = ("mission", "area", "indicator", "breakdown_grid")
_FRAMEWORK = ("framework_item", "result_link", "output_plan", "field_judgement", "primary_test",
              "evidence_plan", "area_effect", "interview_effect", "wake_effect", "event_study",
              "primary_change", "interview_plan", "strategy", "strategy_objective",
              "strategy_change")  # fmt: skip


def _without(*tables: str) -> Rows:
    return {name: [] if name in tables else rows for name, rows in mart_rows().items()}


def empty_mission() -> Rows:
    """A profile, and not one file."""
    return _without(*(name for name in mart_rows() if name not in _PROFILE))


def one_area() -> Rows:
    """The country alone: nothing lies below it."""

    def is_country(name: str, row: Mapping[str, Any]) -> bool:
        return bool(row.get("area_code" if name == "area" else "area", COUNTRY) == COUNTRY)

    return {
        name: [row for row in found if is_country(name, row)] for name, found in mart_rows().items()
    }


def one_wave() -> Rows:
    """A single survey wave, the newest: nothing to compare it with."""
    rows = dict(mart_rows())
    survey = {row["indicator"] for row in rows["indicator"] if row["source"] == "survey_answers"}
    last = max(row["last_on"] for row in rows["survey_response"])
    wave = next(row["wave"] for row in rows["survey_response"] if row["last_on"] == last)
    for name in ("survey_response", "survey_result", "survey_item_response"):
        rows[name] = [row for row in rows[name] if row["wave"] == wave]
    empty = dict.fromkeys(("value", "ci_low", "ci_high", "se", "n", "numerator", "denominator"))
    rows["indicator_value"] = [
        row | empty | {"obs_status": "O", "trend": None, "rating": None}
        if row["indicator"] in survey and row["period_end"] < last.replace(day=1)
        else row | ({"trend": None} if row["indicator"] in survey else {})
        for row in rows["indicator_value"]
    ]
    return rows


def no_framework() -> Rows:
    """Indicators without outcomes, outputs and links."""
    return _without(*_FRAMEWORK)


WHOLE: Mapping[str, Callable[[], Rows]] = {
    "empty mission": empty_mission,
    "one area": one_area,
    "one wave": one_wave,
    "no framework": no_framework,
}


def write_damaged(home: Path, damage: str) -> str:
    """A release with a damaged file, and the name of the file."""
    folder = write_release(home)
    manifest, database = folder / "manifest.json", folder / "mission" / "poclens.duckdb"
    if damage == "no manifest":
        manifest.unlink()
    elif damage == "manifest cut off":
        manifest.write_text(manifest.read_text()[:40])
    elif damage == "no database":
        database.unlink()
    elif damage == "database cut off":
        whole = database.read_bytes()
        database.write_bytes(whole[: len(whole) // 3])
    elif damage == "database overwritten":
        database.write_bytes(b"\0" * 40_000)
    elif damage == "no folder":
        folder.rename(home / "moved away")
    return manifest.name if "manifest" in damage or damage == "no folder" else database.name


DAMAGES = ("no manifest", "manifest cut off", "no database", "database cut off",
           "database overwritten", "no folder")  # fmt: skip
