"""Patrols logged beside, areas by a model, who was not reached, women beside men."""

from typing import Any

from dash import html

from dashboards.components.area_level import area_level, cells_by_area, level_switch, levels_of
from dashboards.components.card import card, notice, page_link
from dashboards.components.chart import DRAWN, take_away
from dashboards.components.empty import empty_mark, suppressed_mark
from dashboards.components.table import Column, table
from dashboards.components.value import modelled_figure, value_sentence
from dashboards.components.waves import Row, newest_asked, total_cell, total_words
from dashboards.reading.context import Context
from dashboards.reading.queries import indicator_values, surveys
from dashboards.reading.queries.cells import Cell
from dashboards.reading.rows import rows_of
from dashboards.wording import formats

_LOGGED, _SEEN = "P2-OP-01", "P2-OC-01"


def logged_card(context: Context) -> list[Any]:
    """Patrols a week as logged beside the share who see one, by area."""
    words, known = context.words, context.indicators.index
    if _LOGGED not in known or _SEEN not in known or newest_asked(context, _SEEN) is None:
        return []
    wave, period = newest_asked(context, _SEEN), context.period
    if wave is None:
        return []
    level = area_level(context, _SEEN)
    seen = cells_by_area(context, _SEEN, level, wave.period_type, wave.name)
    logged = cells_by_area(context, _LOGGED, level, period.period_type, period.name)
    weeks = ((period.end - period.start).days + 1) / 7
    pairs = [
        (area, logged[area], seen[area])
        for area in seen
        if area in logged and area != context.country and logged[area].value is not None
    ]
    pairs.sort(key=lambda pair: (pair[2].value is None, pair[2].value or 0.0, pair[0]))
    rows = [
        [
            context.area_name(area),
            formats.number((patrols.value or 0.0) / weeks, words, 1),
            total_words(context, _SEEN, {"_T": share}),
        ]
        for area, patrols, share in pairs[:8]
    ]
    columns = [
        Column(words("table.area")),
        Column(words("perceptions.patrols_a_week"), True),
        Column(words("perceptions.see_one"), True),
    ]
    title = words("perceptions.logged_title")
    if not rows:
        return []
    note = html.P(words("perceptions.logged_note"), className="note")
    subtitle = words("perceptions.logged_subtitle")
    return [card(title, [table(columns, rows, title), note], subtitle, key="logged")]


_SEXES = ("_T", "F", "M")


def modelled_card(context: Context, code: str) -> list[html.Section]:
    """Areas of the finest level that has modelled figures; nothing where none may be shown."""
    period = newest_asked(context, code)
    if period is None:
        return []
    asked = (code, period.period_type, period.name)
    rows = rows_of(surveys.modelled(context.release, *asked))
    if not rows:
        return []
    words = context.words
    modelled = {(row["area"], row["sex"]): row for row in rows}
    direct = cells_by_area(context, code, rows[0]["area_level"], period.period_type, period.name)
    sexes = [sex for sex in _SEXES if any(row["sex"] == sex for row in rows)]
    columns = [Column(words("table.area")), Column(words("perceptions.direct"))]
    columns += [
        Column(words(f"perceptions.modelled_{sex.strip('_').lower()}"), True) for sex in sexes
    ]
    lines = [
        [
            context.area_name(area),
            total_words(context, code, {"_T": direct.get(area) or Cell.absent()}),
            *(modelled_figure(context, code, modelled.get((area, sex))) for sex in sexes),
        ]
        for area in sorted({row["area"] for row in rows}, key=context.area_name)
    ]
    title = words("perceptions.modelled_title", question=context.short(code))
    content = [table(columns, lines, title), html.P(words("perceptions.modelled_note"))]
    return [card(title, content, words("perceptions.modelled_subtitle"), key="modelled")]


_FEWER_ANSWERED = 0.9  # of the overall share: below it a group is marked
_AREAS_SHOWN = 6


def reached_card(context: Context, waves: list[Row]) -> list[Any]:
    """Who was sampled in the newest wave and who answered, by sex, age and area."""
    if not waves:
        return []
    words, wave = context.words, waves[-1]
    survey, name = str(wave["survey_code"]), str(wave["wave"])
    overall = wave["answered"] / max(1, wave["sampled"])
    if overall >= 1:
        text = notice(words("perceptions.only_complete"))
        return [card(words("perceptions.reached_title"), [text], key="reached")]
    rows = [_reached_row(context, words("perceptions.all"), wave, overall)]
    areas = []
    for column in ("sex", "age_group", "area"):
        frame = surveys.response_by(context.release, column, survey, name, context.country)
        for row in rows_of(frame):
            shown = _reached_row(context, _group_name(context, column, row["code"]), row, overall)
            if column != "area":
                rows.append(shown)
            elif context.is_lowest(row["code"]):
                areas.append((_answered(row), shown))
    areas.sort(key=lambda pair: pair[0])
    ordered = [shown for _, shown in areas]
    columns = [
        Column(words("perceptions.group")),
        Column(words("perceptions.sampled"), True),
        Column(words("perceptions.answered"), True),
    ]
    title = words("perceptions.reached_title")
    parts: list[Any] = [table(columns, rows + ordered[:_AREAS_SHOWN], title)]
    if ordered[_AREAS_SHOWN:]:
        summary = html.Summary(
            words("perceptions.other_areas", number=str(len(ordered) - _AREAS_SHOWN))
        )
        parts.append(html.Details([summary, table(columns, ordered[_AREAS_SHOWN:], title)]))
    note = html.P(words("perceptions.reached_note"), className="note")
    return [card(title, [*parts, note], key="reached")]


def _answered(row: Any) -> float:
    """Share of the sampled who responded; what is suppressed comes first."""
    if formats.is_missing(row["sampled"]) or formats.is_missing(row["answered"]):
        return -1.0
    return float(row["answered"]) / max(1.0, float(row["sampled"]))


def _group_name(context: Context, column: str, code: str) -> str:
    if column == "area":
        return context.area_name(code)
    return context.words.label(column, code)


def _reached_row(context: Context, label: str, row: Any, overall: float) -> list[Any]:
    words = context.words
    if formats.is_missing(row["sampled"]) or formats.is_missing(row["answered"]):
        return [label, suppressed_mark(words), ""]
    sampled = formats.number(row["sampled"], words)
    if not row["sampled"]:
        return [label, sampled, "–"]
    share = row["answered"] / row["sampled"]
    text = formats.percent(100 * share, words)
    is_low = share < _FEWER_ANSWERED * overall
    return [
        html.B(label) if is_low else label,
        sampled,
        html.B(f"{text}\u00a0!") if is_low else text,
    ]


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
