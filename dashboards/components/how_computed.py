"""How was this computed: words, arithmetic, interval, what is left out, files, version, SQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from dash import html

from dashboards.components.empty import beside_words
from dashboards.components.table import scrolling
from dashboards.components.value import interval_words
from dashboards.reading.context import Context
from dashboards.reading.queries.cells import Cell
from dashboards.reading.rows import rows_of
from dashboards.wording import formats
from dashboards.wording.words import Words, sentence_case

_SCALES = (1, 100, 1_000, 10_000, 100_000)
_FILES_SHOWN = 4


@dataclass(frozen=True)
class Origin:
    """Where a figure comes from: files with rows that count, rows of its source that wait."""

    files: pd.DataFrame
    rows_waiting: int


def arithmetic(context: Context, indicator: str, cell: Cell) -> str:
    """64 ÷ 20,645 × 1,000 = 3.1, as far as the parts are published."""
    words, unit = context.words, context.unit(indicator)
    if not cell.is_figure or cell.value is None or cell.numerator is None:
        return words("computed.no_parts")
    value = unit.value(cell.value, words, cell.half_width)
    numerator = formats.number(
        cell.numerator, words, 0 if float(cell.numerator).is_integer() else 1
    )
    if not cell.denominator:
        return words("computed.counted", value=value, unit=unit.words(words))
    parts = {
        "numerator": numerator,
        "denominator": formats.number(
            cell.denominator, words, 0 if float(cell.denominator).is_integer() else 1
        ),
        "value": value,
    }
    scale = _scale(cell.value, cell.numerator, cell.denominator)
    if scale is None:
        return words("computed.parts", **parts)
    return words("computed.division", scale=formats.number(scale, words), **parts)


def _scale(value: float, numerator: float, denominator: float) -> int | None:
    """The power of ten between quotient and value, None where it is something else."""
    if not numerator:
        return None
    factor = value * denominator / numerator
    near = [scale for scale in _SCALES if abs(factor - scale) < 0.02 * scale]
    return near[0] if near else None


def _method(context: Context, cell: Cell, unit: formats.Unit) -> str:
    words = context.words
    name = cell.method or "none"
    if name == "full_register" and cell.is_provisional:
        name = "provisional"
    text = words(f"method.{name}") if words.known(f"method.{name}") else words("method.none")
    if cell.low is None or cell.high is None:
        return text
    return words("computed.interval", interval=interval_words(cell, unit, words), method=text)


def _left_out(context: Context, indicator: str, cell: Cell, origin: Origin) -> str:
    words = context.words
    row = context.indicator(indicator)
    parts = beside_words(cell, words)
    if origin.rows_waiting:
        number = formats.number(origin.rows_waiting, words)
        source = words.label("source", str(row["source"]))
        parts.append(words("computed.rows_waiting", number=number, source=source))
    limitations = words.of(row, "limitations")
    parts += [limitations] if limitations else []
    sentences = [part[:1].upper() + part[1:].rstrip(".") for part in parts]
    return ". ".join(sentences) or words("computed.nothing_left_out")


def _files(context: Context, origin: Origin) -> Any:
    words = context.words
    if origin.files.empty:
        return words("computed.no_files")
    lines = [_file(row, words) for row in rows_of(origin.files)]
    if len(lines) <= _FILES_SHOWN:
        return html.Ul([html.Li(line) for line in lines])
    more = words("computed.more_files", number=str(len(lines) - _FILES_SHOWN))
    rest = html.Details(
        [html.Summary(more), html.Ul([html.Li(line) for line in lines[_FILES_SHOWN:]])]
    )
    return [html.Ul([html.Li(line) for line in lines[:_FILES_SHOWN]]), rest]


def _file(row: dict[str, Any], words: Words) -> str:
    """The file with its rows; its name alone where the copy does not say how many."""
    if formats.is_missing(row["rows"]):
        return str(row["file"])
    return words("computed.file", name=row["file"], rows=formats.number(row["rows"], words))


def _in_words(context: Context, indicator: str) -> str:
    row, words = context.indicator(indicator), context.words
    numerator, denominator = (words.of(row, name) for name in ("numerator", "denominator"))
    text = words.of(row, "definition") or numerator
    if numerator and denominator:
        return f"{text} {words('computed.ratio', numerator=numerator, denominator=denominator)}"
    return text


def citation(context: Context, indicator: str, sentence: str) -> str:
    """One line that names code, mission, period, value and release."""
    return context.words(
        "computed.citation",
        indicator=indicator,
        mission=context.mission_name,
        area=context.area_name(context.area),
        period=formats.period_name(context.period, context.words),
        value=sentence,
        release=context.release.name,
    )


def version_of(row: Mapping[str, Any], words: Words) -> str:
    """The version of a definition, since when it holds and what it rests on."""
    return words(
        "computed.version_of",
        version=str(row["version"]),
        since=formats.day(row["effective_from"], words),
        reference=str(row["reference"] or "").replace("|", "; "),
    ).rstrip(" ;,")


def how_computed(
    context: Context, indicator: str, cell: Cell, origin: Origin, sentence: str
) -> html.Section:
    """The panel; its six lines stand in the order of the design, then SQL and citation."""
    words, row = context.words, context.indicator(indicator)
    unit = context.unit(indicator)
    lines: Sequence[tuple[str, Any]] = (
        ("in_words", _in_words(context, indicator)),
        ("numbers", arithmetic(context, indicator, cell)),
        ("method", sentence_case(_method(context, cell, unit))),
        ("left_out", sentence_case(_left_out(context, indicator, cell, origin))),
        ("files", _files(context, origin)),
        ("version", version_of(row, words)),
    )
    items = [
        html.Div([html.Dt(words(f"computed.{name}")), html.Dd(content)]) for name, content in lines
    ]
    sql = words("computed.sql")
    extras = [
        html.Details(
            [html.Summary(sql), scrolling(html.Pre(row["sql"] or ""), sql, "text-scroll")]
        ),
        html.Details(
            [
                html.Summary(words("computed.cite")),
                html.P(citation(context, indicator, sentence), className="citation"),
            ]
        ),
    ]
    heading = html.H2(words("computed.title"), id="heading-computed")
    return html.Section(
        [html.Div(heading, className="card-head"), html.Dl(items), *extras],
        className="card card-computed",
        **{"aria-labelledby": "heading-computed"},
    )
