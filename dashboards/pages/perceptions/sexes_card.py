"""One survey question by area, women beside men."""

from typing import Any

from dash import html

from dashboards.components.area_level import area_level, level_switch, levels_of
from dashboards.components.card import card, page_link
from dashboards.components.chart import DRAWN, take_away
from dashboards.components.empty import empty_mark
from dashboards.components.table import Column, table
from dashboards.components.value import (
    value_sentence,
)
from dashboards.components.waves import newest_asked, total_cell, total_words
from dashboards.context import Context
from dashboards.queries import indicator_values
from dashboards.queries.cells import Cell
from dashboards.rows import rows_of


def sexes_card(context: Context, questions: list[str]) -> html.Section:
    """One question by area, women beside men, with the choice of question and level."""
    words, code = context.words, chosen_question(context, questions)
    areas, cells = _sex_rows(context, code)
    tabs = [
        page_link(
            context.short(other),
            context.address.link(question=other),
            **({"aria-current": "true"} if other == code else {}),
        )
        for other in questions
    ]
    highs = [cell.high for sexes in cells.values() for cell in sexes.values() if cell.high]
    top = min(100.0, max([40.0, *highs]) * 1.05)
    columns = [
        Column(words("table.area")),
        Column(words("perceptions.total")),
        Column(_dots_head(context, top)),
    ]
    rows = [
        [
            context.area_name(area),
            total_words(context, code, cells[area]),
            _dots(context, code, cells[area], top),
        ]
        for area in areas
        if area in cells
    ]
    title = words("perceptions.sexes_title", question=context.short(code))
    key = html.Ul(
        [
            html.Li([html.Span(className="women-dot"), words.label("sex", "F")]),
            html.Li([html.Span(className="men-dot"), words.label("sex", "M")]),
        ],
        className="key by-sex-key",
    )
    choose = html.Div(tabs, className="tabs", role="group")
    switch = level_switch(context, levels_of(context, code), area_level(context, code) or "")
    drawn = html.Div([key, table(columns, rows, title, "table-sexes")], **DRAWN)
    foot = take_away(context, "sexes", ("png", "svg", "csv"), title)
    content = [choose, switch, drawn, foot]
    return card(title, content, words("perceptions.sexes_subtitle"), key="sexes")


def chosen_question(context: Context, questions: list[str]) -> str:
    """The question of the address, else that of walking at night, else the first."""
    asked = context.address.get("question")
    if asked in questions:
        return str(asked)
    return "P2-OC-05" if "P2-OC-05" in questions else questions[0]


def _sex_rows(context: Context, code: str) -> tuple[list[str], dict[str, dict[str, Cell]]]:
    """Areas in order of value, the mission first, and the cells of each by sex."""
    period = newest_asked(context, code)
    if period is None:
        return [], {}
    chosen = {"indicator": code, "period_type": period.period_type, "period": period.name}
    sexes = indicator_values.parts(context.release, "sex", **chosen)
    totals = indicator_values.totals(context.release, **chosen)
    cells: dict[str, dict[str, Cell]] = {}
    for row in [*rows_of(totals), *rows_of(sexes)]:
        cells.setdefault(row["area"], {})[row["sex"]] = Cell.of(row)
    level = area_level(context, code)
    areas = [a for a in totals.loc[totals["area_level"] == level, "area"] if a in cells]

    def rank(area: str) -> tuple[bool, float, str]:
        cell = total_cell(cells[area])
        return cell.value is None, -(cell.value or 0.0), context.area_name(area)

    return [context.country, *sorted(areas, key=rank)], cells


def _dots(context: Context, code: str, cells: dict[str, Cell], top: float) -> Any:
    words, unit = context.words, context.unit(code)
    marks: list[Any] = [
        html.Span(className="grid", style={"--at": f"{100 * tick / top:.1f}%"})
        for tick in range(0, int(top) + 1, 20)
    ]
    said = []
    for sex, look in (("M", "men"), ("F", "women")):
        cell = cells.get(sex) or Cell.absent()
        value = value_sentence(cell, unit, words)
        said.append(words.told(words.label("sex", sex), value))
        if cell.value is None or cell.low is None or cell.high is None:
            continue
        ends = {"--lo": f"{100 * cell.low / top:.1f}%", "--hi": f"{100 * cell.high / top:.1f}%"}
        marks.append(html.Span(className=look, style=ends))
        at = {"--at": f"{100 * cell.value / top:.1f}%"}
        marks.append(html.Span(className=f"{look}-dot", style=at))
    if len(marks) <= int(top) // 20 + 1:
        return _no_sexes(context, code, cells)
    return html.Div(
        marks, className="dots", role="img", **{"aria-label": words("value.and").join(said)}
    )


def _no_sexes(context: Context, code: str, cells: dict[str, Cell]) -> html.Span:
    """Why neither women nor men have a figure here."""
    found = [cells[sex] for sex in ("F", "M") if sex in cells] or [total_cell(cells)]
    unknown = [cell for cell in found if not cell.is_figure]
    return empty_mark(unknown[0] if unknown else Cell.absent(), context.words)


def _dots_head(context: Context, top: float) -> html.Div:
    """The head of the dots' column with the numbers of its scale."""
    words = context.words
    ticks = [
        html.Span(str(tick), className="tick", style={"--at": f"{100 * tick / top:.1f}%"})
        for tick in range(0, int(top) + 1, 20)
    ]
    scale = html.Div(ticks, className="dots-scale", **{"aria-hidden": "true"})
    return html.Div([words("perceptions.women_men"), scale])
