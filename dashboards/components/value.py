"""A value with its interval and n, inseparable, or why there is none; a plan with its done bar."""

from collections.abc import Mapping
from typing import Any

from dash import html

from dashboards.components.empty import (
    beside_notes,
    beside_words,
    empty_mark,
    empty_words,
    reports_mark,
)
from dashboards.components.table import Column
from dashboards.reading.context import Context
from dashboards.reading.queries.cells import Cell
from dashboards.wording import formats
from dashboards.wording.formats import Unit, number
from dashboards.wording.words import Words, in_sentence

# What counts recorded cases one by one; a sum, a median or an estimate does not.
_OF_CASES = ("count", "count_distinct", "ratio")
_REGISTER, _ALL_UNITS = "full_register", "all_units"


def interval_words(cell: Cell, unit: Unit, words: Words) -> str:
    """The bounds; "recorded cases" where single cases were counted and all reports are in."""
    if cell.low is not None and cell.high is not None:
        return unit.interval(cell.low, cell.high, words)
    if cell.method == _ALL_UNITS:
        return words("value.all_units")
    is_of_cases = cell.method == _REGISTER and unit.measure in _OF_CASES
    return words("value.recorded") if is_of_cases and not cell.is_provisional else ""


def under_words(cell: Cell, unit: Unit, words: Words) -> str:
    """What stands under a number: its unit, where no sign says it, and its interval."""
    value = unit.value(cell.value or 0.0, words, cell.half_width)
    named = [] if unit.is_percent else [unit.words(words, value)]
    return ", ".join([*named, *filter(None, [interval_words(cell, unit, words)])])


def n_words(cell: Cell, words: Words) -> str:
    """The number of cases; empty where it is not published."""
    return "" if cell.n is None else number(cell.n, words)


def _with_unit(cell: Cell, unit: Unit, words: Words) -> str:
    """2.4 per 1,000; 41%, whose sign is its unit."""
    value = unit.value(cell.value or 0.0, words, cell.half_width)
    if unit.is_percent:
        return value
    return words("value.of_unit", value=value, unit=unit.words(words, value))


def value_sentence(cell: Cell, unit: Unit, words: Words) -> str:
    """41% (95% CI 37–45; n = 2,412); or the words for what is empty."""
    if not cell.is_figure:
        return empty_words(cell, words)
    value = _with_unit(cell, unit, words)
    if cell.low is not None and cell.high is not None:
        interval = unit.interval(cell.low, cell.high, words)
        key = "value.interval" if cell.n is not None else "value.interval_alone"
        parts = [words(key, value=value, interval=interval, n=n_words(cell, words))]
    else:
        parts = [value, _register_parts(cell, unit, words), interval_words(cell, unit, words)]
    return _joined([*parts, *beside_words(cell, words)], words)


def value_in_brief(cell: Cell, unit: Unit, words: Words) -> str:
    """41% (37–45); 1,218 patrols; 63%, 118 of 187: where a row or its table says the rest."""
    return _joined([bare_value(cell, unit, words), *beside_words(cell, words)], words)


def marked_in_brief(cell: Cell, unit: Unit, words: Words) -> list[Any]:
    """The same for the cells of a table and the lines of a list: missing reports are a sign."""
    return [bare_value(cell, unit, words), *beside_notes(cell.beside, words, "note beside")]


def bare_value(cell: Cell, unit: Unit, words: Words) -> str:
    """As in brief, without what stands beside it: for sentences that say that on their own."""
    if not cell.is_figure:
        return empty_words(cell, words)
    value = _with_unit(cell, unit, words)
    if cell.low is not None and cell.high is not None:
        interval = unit.interval(cell.low, cell.high, words)
        return words("value.brief", value=value, interval=interval)
    return _joined([value, _register_parts(cell, unit, words)], words)


def _joined(parts: list[str], words: Words) -> str:
    return words("value.and").join(part for part in parts if part)


def _register_parts(cell: Cell, unit: Unit, words: Words) -> str:
    """118 of 187, as far as both parts are published; nothing of a count, which is its own n."""
    if unit.decimals(None) == 0 and not unit.is_percent:
        return ""
    if cell.numerator is None or not cell.denominator:
        return words("value.n", n=n_words(cell, words)) if cell.n is not None else ""
    parts = {
        "numerator": number(cell.numerator, words),
        "denominator": number(cell.denominator, words),
    }
    return words("value.parts", **parts)


def value_with_interval(cell: Cell, unit: Unit, words: Words, names_unit: bool = True) -> html.Div:
    """The key value over its unit and interval, as in the first column of the overview.

    `names_unit`: not where a column of its own does.
    """
    if not cell.is_figure:
        return html.Div(empty_mark(cell, words, "table"), className="value")
    value = unit.value(cell.value or 0.0, words, cell.half_width)
    interval = (under_words if names_unit else interval_words)(cell, unit, words)
    marks = reports_mark(cell.reports_missing, words)
    lines = [html.Span([value, *marks] if marks else value, className="value-number")]
    lines += [html.Span(interval, className="value-interval")] if interval else []
    said = [one for one in cell.beside if one is not cell.reports_missing]
    lines += beside_notes(said, words, "value-provisional")
    return html.Div(lines, className="value")


def value_columns(of: str, words: Words) -> list[Column]:
    """The heads of `value_cells`; `of`: the unit in words."""
    return [
        Column(words("table.value", unit=of), True),
        Column(words("table.interval"), True),
        Column(words("table.n"), True),
    ]


def value_cells(cell: Cell, unit: Unit, words: Words) -> list[object]:
    """Value, interval and n as three cells of a table; empties as words."""
    if not cell.is_figure:
        return [empty_mark(cell, words, "table"), "", ""]
    value: object = unit.value(cell.value or 0.0, words, cell.half_width)
    notes = beside_notes(cell.beside, words, "note beside")
    interval = interval_words(cell, unit, words)
    return [[value, *notes] if notes else value, interval, n_words(cell, words)]


def output_done(context: Context, code: str) -> str:
    """759 of 1,120 planned, of whom; where some was done beside the plan, how much of either.

    That reports are missing stands beside it in `marked_output`.
    """
    words, cell, unit = context.words, context.cell(code), context.unit(code)
    said_beside = [words.said(one) for one in cell.beside if one is not cell.reports_missing]
    plan = context.plans.get(code)
    if plan is None or cell.value is None:
        return _joined([bare_value(cell, unit, words), *said_beside], words)
    said = words(
        "overview.planned_and_beside" if plan["unplanned"] else "overview.planned",
        done=unit.value(cell.value, words),
        of_plan=unit.value(_done_of_plan(cell, plan), words),
        planned=unit.value(plan["quantity"], words),
        component=in_sentence(words.label("component", plan["component"])),
        beside=formats.number(plan["unplanned"], words),
    )
    return _joined([said, *said_beside], words)


def _done_of_plan(cell: Cell, plan: Mapping[str, Any]) -> float:
    """What was done less what was done where nothing was planned."""
    return (cell.value or 0.0) - float(plan["unplanned"])


def marked_output(context: Context, code: str) -> list[Any]:
    """The same with the sign of an output whose reports did not all come."""
    marks = reports_mark(context.cell(code).reports_missing, context.words)
    return [output_done(context, code), *marks]


def output_bar(context: Context, code: str) -> list[html.Span]:
    """The bar of an output with a plan and a figure."""
    cell, plan = context.cell(code), context.plans.get(code)
    if cell.value is None or plan is None:
        return []
    return [done_bar(_done_of_plan(cell, plan), plan["quantity"])]


def done_bar(done: float, planned: float) -> html.Span:
    """A grey bar of what was done of the plan; more than planned fills it. The words say both."""
    share = min(1.0, done / planned) if planned else 0.0
    width = {"--done": f"{100 * share:.0f}%"}
    return html.Span(className="done-bar", style=width, **{"aria-hidden": "true"})


def modelled_figure(context: Context, code: str, row: Mapping[str, Any] | None) -> Any:
    """41% (32–50), marked as modelled; or why the model's checks allow no figure."""
    words, unit = context.words, context.unit(code)
    if row is None:
        return "–"
    if formats.is_missing(row["value"]):
        said = words(f"perceptions.modelled_reason.{row['reason']}")
        return html.Span(said, className="note")
    low, high = row["ci_low"], row["ci_high"]
    value = unit.value(row["value"], words, (high - low) / 2)
    brief = words("value.brief", value=value, interval=unit.interval(low, high, words))
    mark = html.Span(words("perceptions.modelled_mark"), className="note beside")
    return [brief, " ", mark]
