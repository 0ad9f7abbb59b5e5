"""Columns, codes and statuses of the mart: what a published value is made of.

One place for names, order and SQL types of every `mart` table; who fills a table stands elsewhere.
"""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import duckdb
import pandas as pd

from indicators.foundation.codes import NOT_APPLICABLE, TOTAL

DIMENSIONS = (
    "unit_type",
    "activity_type",
    "actor",
    "sex",
    "age_group",
    "breakdown",
    "breakdown_value",
)

# What names one value; two rows of `mart.indicator_value` never agree in all of these.
VALUE_KEY = (
    "mission",
    "indicator",
    "indicator_version",
    "period_type",
    "period",
    "area",
    *DIMENSIONS,
)


def totals_sql(prefix: str = "", dimensions: Iterable[str] = DIMENSIONS) -> str:
    """The condition that keeps cells which none of these breaks down; `prefix` as in `cell.`."""
    closed = (f"{prefix}{name} IN ('{TOTAL}', '{NOT_APPLICABLE}')" for name in dimensions)
    return " AND ".join(closed)


_PLACE = {
    "mission": "VARCHAR",
    "indicator": "VARCHAR",
    "indicator_version": "INTEGER",
}

VALUE_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        **_PLACE,
        "time_rule": "VARCHAR",
        "period_type": "VARCHAR",
        "period": "VARCHAR",
        "period_start": "DATE",
        "period_end": "DATE",
        "area": "VARCHAR",
        "area_level": "VARCHAR",
        **dict.fromkeys(DIMENSIONS, "VARCHAR"),
        # value, se, ci_*, baseline, target: in unit_of_measure; numerator, denominator: raw
        "value": "DOUBLE",
        "numerator": "DOUBLE",
        "denominator": "DOUBLE",
        "n": "BIGINT",
        "se": "DOUBLE",
        "ci_low": "DOUBLE",
        "ci_high": "DOUBLE",
        "deff": "DOUBLE",
        "df": "DOUBLE",
        "method": "VARCHAR",
        "obs_status": "VARCHAR",
        "conf_status": "VARCHAR",
        "disclosure": "VARCHAR",
        "baseline": "DOUBLE",
        "target": "DOUBLE",
        "rating": "VARCHAR",
        "trend": "VARCHAR",
        "returns_due": "INTEGER",
        "returns_received": "INTEGER",
    }
)

INDICATOR_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "mission": "VARCHAR",
        "indicator": "VARCHAR",
        "version": "INTEGER",
        **dict.fromkeys(
            [
                "level",
                "tier",
                "phases",
                "units",
                "source",
                "measure",
                "time_rule",
                "unit_of_measure",
                "direction",
                "title_en",
                "title_fr",
                "short_en",
                "short_fr",
                "definition_en",
                "definition_fr",
                "numerator_en",
                "numerator_fr",
                "denominator_en",
                "denominator_fr",
                "rationale_en",
                "rationale_fr",
                "limitations_en",
                "limitations_fr",
                "owner_en",
                "owner_fr",
                "owner_reference",
                "contributes_to",
                "disaggregate",
                "periods",
            ],
            "VARCHAR",
        ),
        "min_n": "INTEGER",
        "confidentiality": "VARCHAR",  # the class of its totals
        # dimension=class of breakdowns with a higher class, joined by |
        "confidentiality_of_parts": "VARCHAR",
        "reference": "VARCHAR",
        "effective_from": "DATE",
        "baseline": "DOUBLE",
        "baseline_on": "DATE",
        "target": "DOUBLE",
        "target_on": "DATE",
        "tolerance": "DOUBLE",
        "sql": "VARCHAR",
        "change_en": "VARCHAR",  # what this version of the definition changed
        "change_fr": "VARCHAR",
        "entry": "VARCHAR",  # the definition as JSON: a later release can compute by it again
        "compared_by_area": "BOOLEAN",  # false: on no map, areas never in an order by it
        # First and last day that can be known (definitions 49); null for stocks and surveys, which
        # are known by their own date, and for an open end.
        "known_from": "DATE",
        "known_to": "DATE",
    }
)

_AREA_COLUMNS = {
    "mission": "VARCHAR",
    "area_code": "VARCHAR",
    "parent_area_code": "VARCHAR",
    "area_level": "VARCHAR",
    "name_en": "VARCHAR",
    "name_fr": "VARCHAR",
    "site_kind": "VARCHAR",
    "latitude": "DECIMAL(8,5)",
    "longitude": "DECIMAL(8,5)",
    "geometry": "VARCHAR",
}

# Where the copy holds parts; `absent`: what a part means there that has no row (`breakdowns.py`)
_BREAKDOWN_GRID_COLUMNS = {
    **_PLACE,
    **dict.fromkeys(["dimension", "area_level", "period_type", "absent"], "VARCHAR"),
}

_CONTRIBUTION_COLUMNS = {
    **_PLACE,
    "period_type": "VARCHAR",
    "period": "VARCHAR",
    "area": "VARCHAR",
    "file_sha256": "VARCHAR",
    "file": "VARCHAR",
    "rows": "BIGINT",
}

_RETURN_STATUS_COLUMNS = {
    "mission": "VARCHAR",
    "source": "VARCHAR",
    "unit_code": "VARCHAR",
    "unit_name": "VARCHAR",
    "area": "VARCHAR",
    "month": "DATE",
    "status": "VARCHAR",
    "received_on": "DATE",
    "due_on": "DATE",
}

_SURVEY_RESPONSE_COLUMNS = {
    "mission": "VARCHAR",
    "survey_code": "VARCHAR",
    "wave": "VARCHAR",
    "instrument": "VARCHAR",
    "first_on": "DATE",
    "last_on": "DATE",
    "area": "VARCHAR",
    "sex": "VARCHAR",
    "age_group": "VARCHAR",
    "sampled": "BIGINT",
    "answered": "BIGINT",
}

_WAVE = dict.fromkeys(["mission", "survey_code", "wave", "instrument"], "VARCHAR")

# The whole mission only. The number drawn is left out: less those who could have answered, it
# would give those who were not eligible.
_SURVEY_RESULT_COLUMNS = {
    **_WAVE,
    **dict.fromkeys(
        ["complete", "partial", "refusal", "no_contact", "without_consent", "ineligible"], "BIGINT"
    ),
    "response_rate": "DOUBLE",  # 0 to 1
}

_SURVEY_ITEM_RESPONSE_COLUMNS = {
    **_WAVE,
    "item": "VARCHAR",
    # The parts add up to the interviewed
    **dict.fromkeys(
        ["interviewed", "valid", "dont_know", "refused", "not_asked", "missing"], "BIGINT"
    ),
}

_BASE_COLUMNS = {
    "mission": "VARCHAR",
    "base_name": "VARCHAR",
    "area": "VARCHAR",
    "latitude": "DECIMAL(8,5)",
    "longitude": "DECIMAL(8,5)",
    "component": "VARCHAR",
    "from_on": "DATE",
    "to_on": "DATE",
    "personnel_count": "DECIMAL(12,4)",
}

_MISSION_COLUMNS = {
    "mission": "VARCHAR",
    "name_en": "VARCHAR",
    "name_fr": "VARCHAR",
    "country_area": "VARCHAR",
    "time_zone": "VARCHAR",
    "is_fictional": "BOOLEAN",
    "boundaries_en": "VARCHAR",
    "boundaries_fr": "VARCHAR",
    "notes_en": "VARCHAR",  # JSON list of sentences
    "notes_fr": "VARCHAR",
    "as_of": "DATE",
}

_RESULT_LINK_COLUMNS = {
    **dict.fromkeys(
        ["mission", "edge", "from_indicator", "to_indicator", "area", "method", "specification"],
        "VARCHAR",
    ),
    "lag": "INTEGER",  # months
    **dict.fromkeys(["n_areas", "n_periods", "n_events"], "BIGINT"),
    **dict.fromkeys(
        ["n_eff", "estimate", "se", "ci_low", "ci_high", "p_value", "q_value"], "DOUBLE"
    ),
    "expected_sign": "INTEGER",
    **dict.fromkeys(
        ["grade", "grade_reasons", "caveats", "sentence_en", "sentence_fr", "status"], "VARCHAR"
    ),
}

_ESTIMATE_COLUMNS = dict.fromkeys(
    ["estimate", "se", "ci_low", "ci_high", "p_value", "q_value"], "DOUBLE"
)

# The evidence engine fills the next three; their names are fixed, so they are there from the start.
_WAKE_EFFECT_COLUMNS = {
    **dict.fromkeys(["mission", "edge", "area", "specification"], "VARCHAR"),
    "t_window": "DOUBLE",
    "spat_window": "DOUBLE",
    "n_treated": "BIGINT",
    "n_control": "BIGINT",
    "n_eff": "DOUBLE",
    **_ESTIMATE_COLUMNS,
    "status": "VARCHAR",
    "t_unit": "VARCHAR",
    **dict.fromkeys(
        ["p_permutation", "overlap_share", "control_mean", "smallest_visible"], "DOUBLE"
    ),
    **dict.fromkeys(["person_days", "nights", "km"], "DOUBLE"),
    "caveats": "VARCHAR",
}

_EVENT_STUDY_COLUMNS = {
    **dict.fromkeys(["mission", "edge", "area", "specification"], "VARCHAR"),
    "event_time": "INTEGER",
    "n_areas": "BIGINT",
    "n_periods": "BIGINT",
    **_ESTIMATE_COLUMNS,
    "status": "VARCHAR",
    # How the estimate reads (log_ratio, units), and of what activity: linkage.contrast.<contrast>
    **dict.fromkeys(["scale", "contrast"], "VARCHAR"),
}

_INTERVIEW_EFFECT_COLUMNS = {
    **dict.fromkeys(["mission", "edge", "area", "method", "specification"], "VARCHAR"),
    **dict.fromkeys(["n_before", "n_after", "n_events", "n_areas", "n_clusters"], "BIGINT"),
    **dict.fromkeys(["estimate", "se", "ci_low", "ci_high", "p_value"], "DOUBLE"),
    **dict.fromkeys(["balance_p", "placebo_p", "person_days", "nights", "km"], "DOUBLE"),
    "status": "VARCHAR",
}

_PROTECTION_GAP_COLUMNS = {
    **dict.fromkeys(["mission", "area", "period", "component"], "VARCHAR"),
    **dict.fromkeys(["value", "ci_low", "ci_high"], "DOUBLE"),
    "rank_low": "INTEGER",
    "rank_high": "INTEGER",
    "reason_en": "VARCHAR",
    "reason_fr": "VARCHAR",
}

_FRAMEWORK_ITEM_COLUMNS = {
    "mission": "VARCHAR",
    "kind": "VARCHAR",  # outcome, output
    "position": "INTEGER",
    **dict.fromkeys(
        ["item", "indicator", "title_en", "title_fr", "short_en", "short_fr"], "VARCHAR"
    ),
    # Of outcomes only; stakeholders joined by |
    **dict.fromkeys(["stakeholders_en", "stakeholders_fr"], "VARCHAR"),
    **dict.fromkeys(["hypothesis_en", "hypothesis_fr"], "VARCHAR"),
    **dict.fromkeys(["expected_accomplishment_en", "expected_accomplishment_fr"], "VARCHAR"),
    "is_benchmark": "BOOLEAN",
}

_OUTPUT_PLAN_COLUMNS = {
    "mission": "VARCHAR",
    "indicator": "VARCHAR",
    "period": "VARCHAR",
    "quantity": "DOUBLE",
}

# Words of the mission’s staff beside a finding; no result.
_FIELD_JUDGEMENT_COLUMNS = {
    **dict.fromkeys(["mission", "edge", "area"], "VARCHAR"),
    "given_on": "DATE",
    **dict.fromkeys(["role", "stance", "text_en", "text_fr"], "VARCHAR"),
    "for_headquarters": "BOOLEAN",
}

_REVISION_COLUMNS = {
    **_PLACE,
    "period_type": "VARCHAR",
    "period": "VARCHAR",
    "area": "VARCHAR",
    **dict.fromkeys(DIMENSIONS, "VARCHAR"),
    "release_before": "VARCHAR",
    "version_before": "INTEGER",
    "value_before": "DOUBLE",
    "value_after": "DOUBLE",
    "obs_status_before": "VARCHAR",
    "obs_status_after": "VARCHAR",
    "conf_status_before": "VARCHAR",
    "conf_status_after": "VARCHAR",
    # correction, late_data, new_definition, parameters, recomputed; withheld, released
    "reason": "VARCHAR",
    # What each cause makes of the change; they add up to it
    "part_correction": "DOUBLE",
    "part_late_data": "DOUBLE",
    "part_new_definition": "DOUBLE",
    "part_parameters": "DOUBLE",
    "part_recomputed": "DOUBLE",
    # one_cause, recounted, correction_or_recomputed; not_told_apart, not_counted, withheld
    "parts_status": "VARCHAR",
    "sentence_en": "VARCHAR",
    "sentence_fr": "VARCHAR",
}

_QUALITY_CHECK_COLUMNS = {
    **dict.fromkeys(
        ["mission", "check_name", "source", "severity", "status", "observed", "expected"], "VARCHAR"
    ),
    "rows_failed": "BIGINT",
    "sentence_en": "VARCHAR",
    "sentence_fr": "VARCHAR",
}

_REJECT_SUMMARY_COLUMNS = {
    **dict.fromkeys(["mission", "source", "file", "file_sha256", "sheet"], "VARCHAR"),
    "first_row": "BIGINT",
    "last_row": "BIGINT",
    "rows": "BIGINT",
    **dict.fromkeys(["column_name", "raw_value", "rule", "sentence_en", "sentence_fr"], "VARCHAR"),
}

# Waiting rows by what their own text says of time and place; null where it cannot be read.
# `indicator`: those that would have counted in it, by its own date; null: all of the source.
_REJECT_PLACE_COLUMNS = {
    "mission": "VARCHAR",
    "source": "VARCHAR",
    "indicator": "VARCHAR",
    "month": "DATE",
    "area": "VARCHAR",
    "rows": "BIGINT",
}

_INPUT_FILE_COLUMNS = {
    **dict.fromkeys(["mission", "file_sha256", "name", "source", "status"], "VARCHAR"),
    **dict.fromkeys(
        ["sequence", "rows_read", "rows_loaded", "rows_rejected", "rows_unchanged", "rows_ignored"],
        "BIGINT",
    ),
    **dict.fromkeys(["superseded_by", "mapping_version"], "VARCHAR"),
}

MART_TABLES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "indicator": INDICATOR_COLUMNS,
        "indicator_value": VALUE_COLUMNS,
        "breakdown_grid": _BREAKDOWN_GRID_COLUMNS,
        "area": _AREA_COLUMNS,
        "contribution": _CONTRIBUTION_COLUMNS,
        "return_status": _RETURN_STATUS_COLUMNS,
        "survey_response": _SURVEY_RESPONSE_COLUMNS,
        "survey_result": _SURVEY_RESULT_COLUMNS,
        "survey_item_response": _SURVEY_ITEM_RESPONSE_COLUMNS,
        "base": _BASE_COLUMNS,
        "mission": _MISSION_COLUMNS,
        "result_link": _RESULT_LINK_COLUMNS,
        "wake_effect": _WAKE_EFFECT_COLUMNS,
        "event_study": _EVENT_STUDY_COLUMNS,
        "interview_effect": _INTERVIEW_EFFECT_COLUMNS,
        "protection_gap": _PROTECTION_GAP_COLUMNS,
        "framework_item": _FRAMEWORK_ITEM_COLUMNS,
        "output_plan": _OUTPUT_PLAN_COLUMNS,
        "field_judgement": _FIELD_JUDGEMENT_COLUMNS,
        "revision": _REVISION_COLUMNS,
        "quality_check": _QUALITY_CHECK_COLUMNS,
        "reject_summary": _REJECT_SUMMARY_COLUMNS,
        "reject_place": _REJECT_PLACE_COLUMNS,
        "input_file": _INPUT_FILE_COLUMNS,
    }
)


def mart_ddl() -> Iterator[str]:
    """One CREATE statement a mart table, after the schema's own; all may run again unharmed."""
    yield "CREATE SCHEMA IF NOT EXISTS mart"
    for table, columns in MART_TABLES.items():
        body = ",\n  ".join(f'"{name}" {sql_type}' for name, sql_type in columns.items())
        yield f"CREATE TABLE IF NOT EXISTS mart.{table} (\n  {body}\n)"


def store_rows(
    connection: duckdb.DuckDBPyConnection,
    mission: str,
    table: str,
    rows: Iterable[Mapping[str, Any]],
) -> None:
    """Replace this mission's rows of `mart.<table>`; what a row does not name is null.

    `rows`: values by column, without `mission`.
    """
    columns = MART_TABLES[table]
    connection.execute(f"DELETE FROM mart.{table} WHERE mission = ?", [mission])
    named = [{**row, "mission": mission} for row in rows]
    if not named:
        return
    frame = pd.DataFrame(named).reindex(columns=list(columns)).astype(object)
    frame = frame.where(frame.notna(), None)
    casts = ", ".join(f'CAST("{name}" AS {kind}) AS "{name}"' for name, kind in columns.items())
    connection.register("rows_to_store", frame)
    connection.execute(f"INSERT INTO mart.{table} BY NAME SELECT {casts} FROM rows_to_store")
    connection.unregister("rows_to_store")
