"""One indicator in one file: all periods, areas and parts, its definitions, files and notes."""

from functools import partial

from dash import html

from dashboards.components.card import card
from dashboards.components.definition_versions import version_words
from dashboards.components.listing import Field, Listing, Row, area, label
from dashboards.http.permanent import permanent_address
from dashboards.reading.context import Context
from dashboards.reading.queries import catalogue, indicator_values
from dashboards.reading.queries.cells import Cell
from dashboards.reading.rows import rows_of
from indicators.foundation.mart_tables import DIMENSIONS

_FIGURES = ("value", "low", "high", "n", "numerator", "denominator", "baseline", "target")
_TEXTS = ("title", "definition", "numerator", "denominator", "rationale", "limitations", "owner")
_CODES = ("unit_of_measure", "direction", "time_rule", "source", "reference", "owner_reference")


def _code(context: Context) -> str:
    """The indicator of the address. Raises LookupError where the release has no such one."""
    code = context.address.get("indicator") or ""
    if code not in context.indicators.index:
        raise LookupError(code)
    return code


def _notes(context: Context) -> list[str]:
    words, row = context.words, context.indicator(_code(context))
    notes = [
        words("one.note", indicator=words.of(row, "title")),
        words("persons_note"),
        words.of(row, "limitations"),
        words("one.as_release", release=context.release.name, mission=context.mission_name),
        *context.mission_notes,
    ]
    return [note for note in notes if note]


def _cells(context: Context) -> list[Row]:
    """Rows of the mart, each with its cell."""
    rows = rows_of(indicator_values.all_cells(context.release, _code(context)))
    return [{**row, "cell": Cell.of(row)} for row in rows]


def _figure(name: str, _: Context, row: Row) -> float | None:
    return getattr(row["cell"], name)


def _judged(name: str) -> Field:
    """The words of a rating or a trend; nothing where there is none."""

    def write(context: Context, row: Row) -> str | None:
        found = getattr(row["cell"], name)
        return context.words(f"{name}.{found}") if found else None

    return Field(name, write)


def _status(context: Context, row: Row) -> str:
    words, empty = context.words, row["cell"].said.empty
    return words.said(empty) if empty else words("one.published")


def _beside(context: Context, row: Row) -> str | None:
    return "; ".join(context.words.said(said) for said in row["cell"].beside) or None


def _versions(context: Context) -> list[Row]:
    return rows_of(catalogue.versions(context.release, _code(context)))


def _version_columns(context: Context) -> list[Field]:
    """A column a version: what changed stands side by side."""
    return [
        Field("field", "0", head="one.field"),
        *(
            Field(f"version_{at}", str(at), head=partial(_version_head, row))
            for at, row in enumerate(_versions(context), start=1)
        ),
    ]


def _version_head(row: Row, context: Context) -> str:
    return version_words(row, context.words)


def _fields(context: Context) -> list[Row]:
    """A row a field of the definition, its name before what each version says."""
    words, versions = context.words, _versions(context)
    texts = [(f"catalogue.field.{name}", name) for name in _TEXTS]
    lines = [
        *([words(key), *(words.of(row, name) for row in versions)] for key, name in texts),
        *(
            [words(f"catalogue.field.{name}"), *(str(row[name] or "") for row in versions)]
            for name in _CODES
        ),
        [words("versions.change"), *(words.of(row, "change") for row in versions)],
        ["SQL", *(row["sql"] or "" for row in versions)],
    ]
    return [{str(at): text for at, text in enumerate(line)} for line in lines]


_DEFINITIONS = Listing(
    "definitions", "one.definitions", "one", _version_columns, _fields, notes=lambda _: ()
)
_FILES = Listing(
    "files",
    "one.files",
    "one",
    (
        Field("period"),
        Field("area_code", "area"),
        Field("area", area),
        Field("file"),
        Field("hash", "file_sha256"),
        Field("rows"),
    ),
    lambda context: rows_of(indicator_values.all_contributions(context.release, _code(context))),
    notes=lambda _: (),
)
ONE_INDICATOR = Listing(
    "indicator",
    lambda context: context.words("one.values", indicator=_code(context)),
    "one",
    (
        *map(Field, ("period", "period_start", "period_end")),
        Field("area_code", "area"),
        Field("area", area),
        Field("area_level", label("area_level")),
        *(Field(name, label(name)) for name in DIMENSIONS),
        *(Field(name, partial(_figure, name)) for name in _FIGURES),
        _judged("rating"),
        _judged("trend"),
        Field("status", _status),
        Field("beside", _beside),
        Field("version", "indicator_version"),
    ),
    _cells,
    notes=_notes,
    also=(_DEFINITIONS, _FILES),
)


def whole_file_card(context: Context, code: str) -> html.Section:
    """The file with all periods and areas, and the permanent address with its copy button."""
    words, title = context.words, context.words("one.title")
    place = (context.area, context.period.name, words.language)
    address = permanent_address(context.release.mission, code, *place)
    given = {"data-action": "copy", "data-copy": address, "data-copied": words("one.copied")}
    line = html.P(
        [
            html.Span(words("one.address"), className="note"),
            html.A(address, href=address, className="permanent"),
            html.Button(words("one.copy"), className="take", **given),
        ],
        className="permanent-line",
    )
    # The permanent address names mission, area and period; only indicator and language go along.
    files = ONE_INDICATOR.files(context, words("one.title"), indicator=code)
    return card(title, [files, line], words("one.under"), key="whole")
