"""One indicator: value line, series, areas, breakdowns, and how it was computed."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd
from dash import html

from dashboards.components import small_multiples
from dashboards.components.area_level import area_level, level_switch, levels_of
from dashboards.components.card import card, notice, page_head, page_link
from dashboards.components.chart import DRAWN, chart, chart_card, shows_table, take_away, twin
from dashboards.components.definition_versions import definition_versions
from dashboards.components.empty import (
    beside_words,
    empty_mark,
    empty_words,
    four_kinds_key,
    persons_note,
)
from dashboards.components.how_computed import Origin, how_computed
from dashboards.components.outcome_summary import change_words
from dashboards.components.rating import evidence_mark, rating_mark, trend_mark, visible_change
from dashboards.components.table import Column, table
from dashboards.components.value import (
    interval_words,
    n_words,
    value_cells,
    value_columns,
    value_in_brief,
    value_sentence,
)
from dashboards.figures.series import Path, series_plot
from dashboards.pages.indicator.one_indicator import whole_file_card
from dashboards.reading.context import AREA_LEVELS, Context
from dashboards.reading.queries import framework, indicator_values, quality
from dashboards.reading.queries.cells import Cell, Dated, new_definitions
from dashboards.reading.rows import rows_of
from dashboards.wording import formats
from dashboards.wording.words import Words, in_sentence

_FEWEST_POINTS = 3
_ADDED_UP = ("count", "sum", "count_distinct")


def code_of(context: Context) -> str | None:
    """The indicator that the address names; None where the release does not hold it."""
    code = context.address.path.rpartition("/")[2]
    return code if code in context.indicators.index else None


def _code(context: Context) -> str:
    code = code_of(context)
    if code is None:
        raise LookupError(context.address.path)
    return code


def sentence(context: Context) -> str:
    """Title, value with interval and n in the period."""
    code = _code(context)
    value = value_sentence(context.cell(code), context.unit(code), context.words)
    return context.words("indicator.sentence", title=_title(context, code), value=value)


def _title(context: Context, code: str) -> str:
    return context.words.of(context.indicator(code), "title")


def _eyebrow(context: Context, code: str) -> list[Any]:
    words, row = context.words, context.indicator(code)
    tier = words.labels("tier", str(row["tier"]))
    text = words("indicator.eyebrow", code=code, version=str(row["version"]), tier=tier)
    return [page_link(words("nav.indicators"), context.address.link("/indicators")), text]


def _lead(context: Context, code: str) -> html.Div:
    words, cell, unit = context.words, context.cell(code), context.unit(code)
    direction = str(context.indicator(code)["direction"])
    period = context.period
    when = formats.period_name(period, words)
    where = context.area_name(context.area)
    parts = [
        _value_line(context, code, cell),
        html.Span(words("indicator.when_where", period=when, area=where)),
        trend_mark(cell, direction, unit, words),
        html.Span(words(f"direction.{direction}")),
    ]
    if direction != "neutral":
        parts.insert(2, rating_mark(cell, words))
    line = html.Div(parts, className="lead-line")
    rated = " ".join(words.said(said) for said in cell.said.rated)
    notes = [html.P(text, className="note") for text in (rated, _changed(context, code)) if text]
    return html.Div([line, *notes]) if notes else line


def _changed(context: Context, code: str) -> str:
    """Both figures, the size of the change, and the smallest that would have been seen."""
    visible = visible_change(context.cell(code), context.unit(code), context.words)
    parts = [part for part in (change_words(context, code), visible) if part]
    return context.words("value.and").join(parts)


def _value_line(context: Context, code: str, cell: Cell) -> html.Span:
    words, unit = context.words, context.unit(code)
    if not cell.is_figure or cell.value is None:
        return empty_mark(cell, words)
    value = unit.value(cell.value, words, cell.half_width)
    interval = interval_words(cell, unit, words)
    if cell.low is not None:
        interval = words("indicator.interval", interval=interval)
    n = "" if cell.n is None else words("value.n", n=n_words(cell, words))
    said = [part for part in (interval, n, *beside_words(cell, words)) if part]
    return html.Span([html.Span(value, className="lead-value"), words("value.and").join(said)])


def _finding(context: Context, cell: Cell) -> str:
    words = context.words
    if not cell.is_figure:
        return words("finding.no_figure", reason=empty_words(cell, words))
    trend = words(f"finding.{cell.trend or 'cannot_be_told'}")
    if cell.rating is None:
        return trend
    rating = in_sentence(words(f"rating.{cell.rating}"))
    return words("finding.rated", trend=trend, rating=rating)


def _path(context: Context, code: str) -> Path | None:
    """The dated path, where the chosen figure is held against it."""
    row, against = context.indicator(code), context.against(code)
    is_dated = not any(formats.is_missing(row[name]) for name in ("baseline_on", "target_on"))
    if against.baseline is None or against.target is None or not is_dated:
        return None
    return Path(
        against.baseline,
        pd.Timestamp(row["baseline_on"]).date(),
        against.target,
        pd.Timestamp(row["target_on"]).date(),
    )


def _points(context: Context, code: str) -> list[Dated]:
    """The series; of a survey only the periods in which a wave asked."""
    series = context.series(code)
    if context.is_survey(code):
        return [dated for dated in series if not dated.cell.is_unasked]
    return series


def _series_card(context: Context, code: str) -> html.Section:
    words, unit, points = context.words, context.unit(code), _points(context, code)
    title = _finding(context, context.cell(code))
    subtitle = words(
        "indicator.series_subtitle",
        unit=unit.words(words),
        area=context.area_name(context.area),
    )
    if sum(dated.cell.is_figure for dated in points) < _FEWEST_POINTS:
        few = notice([words("indicator.few_points"), *_months(context, code)])
        content: list[Any] = [few, _series_table(context, code, points)] if points else [few]
        return card(title, content, subtitle, key="series")
    drawn = [] if shows_table(context.address) else [_series_chart(context, code, points)]
    numbers = _series_table(context, code, points)
    return chart_card(context, "series", (title, subtitle), drawn, numbers)


def _months(context: Context, code: str) -> list[Any]:
    """The way to the months of an indicator that has some, from longer periods."""
    months = (one for one in context.periods if one.period_type == "M")
    month = next((one for one in months if one.end <= context.period.end), None)
    if (
        "M" not in context.indicator(code)["periods"]
        or context.period.period_type == "M"
        or not month
    ):
        return []
    href = context.address.link(f"/indicators/{code}", period=month.name)
    return [" ", page_link(context.words("indicator.by_month"), href)]


def _series_chart(context: Context, code: str, points: Sequence[Dated]) -> html.Figure:
    words = context.words
    plot = series_plot(
        points,
        context.unit(code),
        words,
        context.address.theme,
        _path(context, code),
        context.is_survey(code),
    )
    caption = words(
        "indicator.series_caption", title=_title(context, code), sentence=sentence(context)
    )
    return chart(plot, caption, "series", 360)


def _series_table(context: Context, code: str, points: Sequence[Dated]) -> html.Div:
    words, unit = context.words, context.unit(code)
    columns = [
        Column(words("table.period")),
        *value_columns(unit.words(words), words),
    ]
    new = new_definitions([d.cell for d in points])
    rows = [
        [_period_head(d, place in new, words), *value_cells(d.cell, unit, words)]
        for place, d in enumerate(points)
    ]
    return table(columns, rows[::-1], words("indicator.table_caption"))


def _period_head(dated: Dated, is_new: bool, words: Words) -> Any:
    """The period's name; beside it that its figure is the first under a new definition."""
    name = formats.period_name(dated, words)
    if not is_new:
        return name
    said = words("versions.new", version=str(dated.cell.version))
    return [name, html.Span(said, className="note beside")]


def _areas_card(context: Context, code: str) -> list[Any]:
    words, unit = context.words, context.unit(code)
    level = area_level(context, code)
    if level is None:
        return []
    frame = indicator_values.totals(
        context.release, indicator=code, period_type=context.period.period_type, area_level=level
    )
    frame = frame[frame["period_end"] <= pd.Timestamp(context.period.end)]
    now = small_multiples.cells_now(context, code, frame)
    title = words("indicator.areas_title", level=words.label("area_level", level))
    numbers = _areas_table(context, code, now)
    if shows_table(context.address):
        content: list[Any] = [numbers]
    else:
        multiples = small_multiples.small_multiples(context, code, frame, now)
        content = [multiples, html.Div(four_kinds_key(words), **DRAWN), twin(numbers)]
    key = "areas_subtitle" if context.ranks_areas(code) else "areas_subtitle_by_name"
    subtitle = words(f"indicator.{key}", unit=unit.words(words))
    switch = level_switch(context, levels_of(context, code), level)
    if context.area == context.country:
        content += _sum_note(context, code, now.values(), "areas_sum")
    content += persons_note(now.values(), words)
    kinds = ("csv",) if shows_table(context.address) else ("png", "svg", "csv")
    foot = take_away(context, "areas", kinds, title)
    return [card(title, [switch, *content, foot], subtitle, key="areas")]


def _areas_table(context: Context, code: str, now: dict[str, Cell]) -> html.Div:
    words, unit = context.words, context.unit(code)
    columns = [
        Column(words("table.area")),
        *value_columns(unit.words(words), words),
    ]
    rows = []
    for area, cell in now.items():
        rows.append([context.area_name(area), *value_cells(cell, unit, words)])
    return table(columns, rows, words("indicator.areas_caption"))


def _breakdown(context: Context, chosen: dict[str, str], column: str, key: str) -> list[Any]:
    """The parts by one dimension; where the copy holds them elsewhere only, that it does."""
    code, words = chosen["indicator"], context.words
    unit, title = context.unit(code), words(f"indicator.{key}")
    grid = indicator_values.grid(context.release, code, column)
    if grid.empty:
        return []
    if absent := _outside_grid(context, grid):
        return [card(title, [notice(empty_words(absent, words))], key=key)]
    frame = indicator_values.parts(context.release, column, **chosen)
    if frame.empty:
        return []
    columns = [
        Column(words(f"table.{key}")),
        *value_columns(unit.words(words), words),
    ]
    cells = {str(row[column]): Cell.of(row) for row in rows_of(frame)}
    rows = [
        [words.label(column, part), *value_cells(cell, unit, words)] for part, cell in cells.items()
    ]
    content = [
        table(columns, rows, title),
        *_sum_note(context, code, cells.values(), "parts_sum"),
        *persons_note(cells.values(), words),
    ]
    return [card(title, content, key=key)]


def _sum_note(context: Context, code: str, parts: Iterable[Cell], key: str) -> list[html.P]:
    """Where counts of parts, or the cases of parts of a rate, add up to something else than the
    total, both numbers, and why.
    """
    words, unit, measure = context.words, context.unit(code), context.indicator(code)["measure"]
    if measure not in (*_ADDED_UP, "rate"):
        return []
    by_cases = measure == "rate"
    values = [cell.n if by_cases else cell.value for cell in parts]
    whole, known = context.cell(code), [value for value in values if value is not None]
    total = whole.n if by_cases else whole.value
    if total is None or not known:
        return []
    numbers = {
        name: f"n = {formats.number(value, words)}" if by_cases else unit.value(value, words)
        for name, value in (("sum", math.fsum(known)), ("total", total))
    }
    if numbers["sum"] == numbers["total"]:
        return []
    return [html.P(words(f"indicator.{key}", **numbers), className="note")]


def _outside_grid(context: Context, grid: pd.DataFrame) -> Cell | None:
    """The cell of parts that the copy does not hold for the chosen area and kind of period."""
    of_kind = grid[grid["period_type"] == context.period.period_type]
    if of_kind.empty:
        return Cell.absent({"period_type": tuple(grid["period_type"].unique())})
    levels = [level for level in AREA_LEVELS if level in set(of_kind["area_level"])]
    is_held = str(context.areas.loc[context.area, "area_level"]) in levels
    return None if is_held else Cell.absent({"area_level": tuple(levels)})


def _goes_with(context: Context, code: str) -> list[Any]:
    words = context.words
    links = framework.links(context.release, context.country)
    found = links[(links["from_indicator"] == code) | (links["to_indicator"] == code)]
    if found.empty:
        return []
    items = []
    for link in rows_of(found):
        other = link["to_indicator"] if link["from_indicator"] == code else link["from_indicator"]
        if other not in context.indicators.index:
            continue
        cell, unit = context.cell(other), context.unit(other)
        value = value_in_brief(cell, unit, words)
        href = context.address.link("/effects", edge=link["edge"])
        parts = [
            page_link(context.short(other), href),
            html.Span(value, className="note"),
            evidence_mark(link, words),
            html.Span(words.of(link, "sentence"), className="note"),
        ]
        items.append(html.Li(parts))
    return [card(words("indicator.linked"), [html.Ul(items, className="facts")], key="goes")]


def _origin(context: Context, code: str) -> Origin:
    files = indicator_values.contributions(context.release, code, context.period.name, context.area)
    rejects = quality.rejects(context.release)
    source = str(context.indicator(code)["source"])
    return Origin(files, int(rejects.loc[rejects["source"] == source, "rows"].sum()))


def body(context: Context) -> list[Any]:
    """Name, value line, series, areas, breakdowns, how computed, goes with."""
    code = _code(context)
    chosen = {
        "indicator": code,
        "period_type": context.period.period_type,
        "period": context.period.name,
        "area": context.area,
    }
    breakdowns = [
        *_breakdown(context, chosen, "sex", "by_sex"),
        *_breakdown(context, chosen, "age_group", "by_age"),
    ]
    left = [
        _series_card(context, code),
        *_areas_card(context, code),
        html.Div(breakdowns, className="cards breakdowns"),
    ]
    right = [
        how_computed(context, code, context.cell(code), _origin(context, code), sentence(context)),
        whole_file_card(context, code),
        definition_versions(context, code),
        *_goes_with(context, code),
    ]
    columns = [html.Div(left, className="stack"), html.Div(right, className="stack")]
    return [
        page_head(_title(context, code), _lead(context, code), _eyebrow(context, code)),
        html.Div(columns, className="columns"),
    ]
