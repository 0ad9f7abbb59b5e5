"""One indicator in one file: all periods, areas and parts, its definitions, files and notes."""

from typing import Any

from dashboards.components.definition_versions import version_words
from dashboards.context import Context
from dashboards.lists.sheet import Sheet
from dashboards.queries import catalogue, indicator_values
from dashboards.queries.cells import Cell
from dashboards.rows import rows_of
from dashboards.wording import formats
from indicators.foundation.mart_tables import DIMENSIONS

_PLACE = ("period", "period_start", "period_end", "area_code", "area", "area_level")
_FIGURES = ("value", "low", "high", "n", "numerator", "denominator", "baseline", "target")
_TEXTS = ("title", "definition", "numerator", "denominator", "rationale", "limitations", "owner")
_CODES = ("unit_of_measure", "direction", "time_rule", "source", "reference", "owner_reference")


def sheets(context: Context) -> list[Sheet]:
    """Values, definitions by version, and the files whose rows count, by period and area."""
    code = context.address.get("indicator") or ""
    if code not in context.indicators.index:
        raise LookupError(code)
    return [_values(context, code), _definitions(context, code), _files(context, code)]


def _values(context: Context, code: str) -> Sheet:
    words = context.words
    rows = [
        _value_row(context, row)
        for row in rows_of(indicator_values.all_cells(context.release, code))
    ]
    names = (*_PLACE, *DIMENSIONS, *_FIGURES, "rating", "trend", "status", "beside", "version")
    heads = [words(f"one.head.{name}") for name in names]
    title = words("one.values", indicator=code)
    notes = [
        words("one.note", indicator=context.words.of(context.indicator(code), "title")),
        words("persons_note"),
        context.words.of(context.indicator(code), "limitations"),
        words("one.as_release", release=context.release.name, mission=context.mission_name),
        *context.mission_notes,
    ]
    return Sheet(title, heads, rows, [note for note in notes if note])


def _value_row(context: Context, row: dict[str, Any]) -> list[Any]:
    words, cell = context.words, Cell.of(row)
    figures = [getattr(cell, name) for name in _FIGURES]
    return [
        row["period"],
        row["period_start"].date(),
        row["period_end"].date(),
        row["area"],
        context.area_name(row["area"]),
        words.label("area_level", row["area_level"]),
        *(words.label(name, row[name]) for name in DIMENSIONS),
        *figures,
        words(f"rating.{cell.rating}") if cell.rating else None,
        words(f"trend.{cell.trend}") if cell.trend else None,
        words.said(cell.said.empty) if cell.said.empty else words("one.published"),
        "; ".join(words.said(said) for said in cell.beside) or None,
        int(row["indicator_version"]),
    ]


def _definitions(context: Context, code: str) -> Sheet:
    """A row a field, a column a version: what changed stands side by side."""
    words = context.words
    versions = rows_of(catalogue.versions(context.release, code))
    heads = [words("one.field"), *(version_words(row, words) for row in versions)]
    texts = [
        [words(f"catalogue.field.{name}"), *(words.of(row, name) for row in versions)]
        for name in _TEXTS
    ]
    codes = [
        [words(f"catalogue.field.{name}"), *(str(row[name] or "") for row in versions)]
        for name in _CODES
    ]
    changes = [words("versions.change"), *(words.of(row, "change") for row in versions)]
    sql = ["SQL", *(row["sql"] or "" for row in versions)]
    rows = [*texts, *codes, changes, sql]
    return Sheet(words("one.definitions"), heads, rows)


def _files(context: Context, code: str) -> Sheet:
    words = context.words
    rows = [
        [
            row["period"],
            row["area"],
            context.area_name(row["area"]),
            row["file"],
            row["file_sha256"] if isinstance(row["file_sha256"], str) else None,
            None if formats.is_missing(row["rows"]) else int(row["rows"]),
        ]
        for row in rows_of(indicator_values.all_contributions(context.release, code))
    ]
    names = ("period", "area_code", "area", "file", "hash", "rows")
    return Sheet(words("one.files"), [words(f"one.head.{name}") for name in names], rows)
