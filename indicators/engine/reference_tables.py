"""The mart's tables that no query fills: indicators, outlines of areas, response, mission."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import shapely

from indicators.compiler.explanation.figure_sql import indicator_sql
from indicators.definitions.checks.columns_read import class_of_part, class_of_total
from indicators.definitions.checks.unrecorded import lacking
from indicators.definitions.indicator import Indicator
from indicators.definitions.mission_profile import Held, Mission, Selected, resolve_path
from indicators.engine.known_record import Span, bounds, unrecorded_columns
from indicators.engine.polygons import repaired
from indicators.foundation.mart_tables import INDICATOR_COLUMNS, MART_TABLES
from indicators.foundation.messages import LANGUAGES
from indicators.survey.waves.response_rates import (
    interview_results_sql,
    item_responses_sql,
)

_WORDS = ("title", "short", "definition", "numerator", "rationale", "limitations", "owner")
# Outlines are drawn, never measured: a hundredth of a degree is about a kilometre.
_OUTLINE_TOLERANCE_DEGREES = 0.01
_OUTLINE_DECIMALS = 3


def fill_registers(
    connection: duckdb.DuckDBPyConnection,
    mission: Mission,
    indicators: Sequence[Indicator],
    as_of: date,
    spans: Mapping[str, Sequence[Span]],
    *,
    are_asked: bool,
) -> None:
    """Fill indicator, mission, and the two tables on ways of not answering.

    `indicators`: each in every version, newest first. `spans`: what is on record, by the code of
    the version in force. `are_asked`: whether there is anybody who may not have answered.
    """
    _fill_indicators(connection, mission, indicators, spans, as_of)
    if are_asked:
        _fill_wave_responses(connection, mission)
    _fill_mission(connection, mission, as_of)


def _fill_indicators(
    connection: duckdb.DuckDBPyConnection,
    mission: Mission,
    indicators: Sequence[Indicator],
    spans: Mapping[str, Sequence[Span]],
    as_of: date,
) -> None:
    unrecorded = unrecorded_columns(connection)
    present = {indicator.code: indicator.version for indicator in reversed(indicators)}
    rows = []
    for indicator in indicators:
        chosen = mission.selected(indicator.code)
        if indicator.version != present[indicator.code]:
            # Baseline and target are set for the version in force now.
            chosen = chosen.model_copy(update={"baseline": None, "target": None})
        row = _indicator_row(mission, indicator, chosen, spans[indicator.code])
        row["not_recorded"] = "|".join(lacking(indicator, unrecorded)) or None
        row["sql"] = indicator_sql(indicator, mission.setting, as_of)
        rows.append(row)
    lists = ", ".join(f"unnest(CAST(? AS {kind}[]))" for kind in INDICATOR_COLUMNS.values())
    values = [[row[name] for row in rows] for name in INDICATOR_COLUMNS]
    names = ", ".join(INDICATOR_COLUMNS)
    connection.execute(f"INSERT INTO mart.indicator ({names}) SELECT {lists}", values)


def _indicator_row(
    mission: Mission, indicator: Indicator, chosen: Selected, spans: Sequence[Span]
) -> dict[str, Any]:
    known_from, known_to = bounds(spans)
    words = {
        f"{name}_{language}": getattr(getattr(indicator, name), language)
        for name in _WORDS
        for language in LANGUAGES
    }
    denominator, held = indicator.denominator, _held_against(chosen)
    return {
        "mission": mission.mission,
        "indicator": indicator.code,
        "version": indicator.version,
        "level": indicator.level,
        "tier": "|".join(indicator.tier),
        "phases": "|".join(indicator.phases),
        "units": "|".join(indicator.units),
        "source": indicator.source,
        "measure": indicator.measure.kind,
        "time_rule": indicator.time_rule,
        "unit_of_measure": indicator.unit_of_measure,
        "direction": indicator.direction,
        "compared_by_area": indicator.compared_by_area,
        **words,
        "denominator_en": denominator.en if denominator else None,
        "denominator_fr": denominator.fr if denominator else None,
        "owner_reference": indicator.owner_reference,
        "contributes_to": "|".join(indicator.contributes_to),
        "disaggregate": "|".join(indicator.disaggregate),
        "periods": "|".join(indicator.periods),
        "min_n": indicator.min_n if chosen.min_n is None else chosen.min_n,
        "confidentiality": class_of_total(indicator),
        "confidentiality_of_parts": _classes_of_parts(indicator),
        "reference": "|".join(indicator.reference),
        "effective_from": indicator.effective_from,
        **held[0],
        "other_targets": json.dumps(held[1:], default=str) if held[1:] else None,
        "tolerance": chosen.tolerance,
        "change_en": _change(indicator, "en"),
        "change_fr": _change(indicator, "fr"),
        "entry": indicator.model_dump_json(exclude_unset=True, exclude={"earlier_versions"}),
        "known_from": known_from,
        "known_to": known_to,
    }


def _held_against(chosen: Selected) -> list[dict[str, Any]]:
    """Baseline and target for each length of period that has its own; at least one entry."""
    return [
        {
            "baseline": held.baseline.value if held.baseline else None,
            "baseline_on": held.baseline.on if held.baseline else None,
            "target": held.target.value if held.target else None,
            "target_on": held.target.on if held.target else None,
            "target_period_type": kind,
        }
        for kind, held in (chosen.held or {None: Held()}).items()
    ]


def _classes_of_parts(indicator: Indicator) -> str:
    classes = {name: class_of_part(indicator, name) for name in indicator.disaggregate}
    total = class_of_total(indicator)
    return "|".join(f"{name}={kind}" for name, kind in classes.items() if kind != total)


def _change(indicator: Indicator, language: str) -> str | None:
    """What this version changed; None where nothing is told of it."""
    told = [change for change in indicator.changes if change.version == indicator.version]
    return told[0].what.in_language(language) if told else None


def fill_outlines(
    connection: duckdb.DuckDBPyConnection, mission: Mission, profile: Path | None
) -> None:
    """The outlines of `mart.area`. `profile`: the folder that paths of the mission start from."""
    outlines = _outlines(mission, profile)
    for area_code in sorted(outlines):
        connection.execute(
            "UPDATE mart.area SET geometry = ? WHERE area_code = ?",
            [outlines[area_code], area_code],
        )


def _outlines(mission: Mission, profile: Path | None) -> dict[str, str]:
    """GeoJSON geometry text by area code, simplified so that neighbours still touch."""
    path = resolve_path(mission.areas_geojson or "", profile or Path())
    if not mission.areas_geojson or not path.is_file():
        return {}
    parts: dict[str, list[shapely.Geometry]] = {}
    for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
        value = str(feature["properties"].get(mission.area_property))
        code = mission.area_codes.get(value, value)
        shape = repaired(shapely.from_geojson(json.dumps(feature["geometry"])))
        parts.setdefault(code, []).append(shape)
    codes = sorted(parts)
    shapes = [shapely.union_all(parts[code]) for code in codes]
    simple = shapely.coverage_simplify(shapes, _OUTLINE_TOLERANCE_DEGREES)
    return {
        code: json.dumps(_rounded(json.loads(shapely.to_geojson(shape))), separators=(",", ":"))
        for code, shape in zip(codes, simple, strict=True)
    }


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_rounded(entry) for entry in value]
    return round(value, _OUTLINE_DECIMALS) if isinstance(value, float) else value


def _fill_wave_responses(connection: duckdb.DuckDBPyConnection, mission: Mission) -> None:
    """Each way of not answering, of the whole mission: no areas, so that few cells are small."""
    queries = {
        "survey_result": interview_results_sql(),
        "survey_item_response": item_responses_sql(),
    }
    for table, query in queries.items():
        columns = ", ".join(name for name in MART_TABLES[table] if name != "mission")
        connection.execute(
            f"INSERT INTO mart.{table} SELECT ?, {columns} FROM ({query}) AS counted ORDER BY ALL",
            [mission.mission],
        )


def _fill_mission(connection: duckdb.DuckDBPyConnection, mission: Mission, as_of: date) -> None:
    said = mission.notes_on(as_of)
    notes = {
        language: json.dumps([note.in_language(language) for note in said], ensure_ascii=False)
        for language in ("en", "fr")
    }
    connection.execute(
        "INSERT INTO mart.mission VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            mission.mission,
            mission.name.en,
            mission.name.fr,
            mission.country_area,
            mission.time_zone,
            mission.is_fictional,
            mission.boundaries.en,
            mission.boundaries.fr,
            notes["en"],
            notes["fr"],
            as_of,
        ],
    )
