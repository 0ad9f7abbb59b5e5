"""Perceptions: what people say wave by wave, who was not asked, what is logged and what is seen."""

from typing import Any

import pandas as pd
from dash import html

from dashboards.components.area_level import area_level, level_switch, levels_of
from dashboards.components.card import card, notice
from dashboards.components.chart import chart, chart_card, shows_table
from dashboards.components.empty import beside_words, empty_mark, suppressed_mark
from dashboards.components.links import page_link
from dashboards.components.page_head import page_head
from dashboards.components.table import Column, table
from dashboards.components.trend import TESTED, trend_mark
from dashboards.components.value import (
    interval_words,
    value_cells,
    value_in_brief,
    value_sentence,
)
from dashboards.components.wave_responses import wave_label, wave_responses_card
from dashboards.context import Context
from dashboards.figures.waves import WavePoint, waves_figure
from dashboards.queries import indicator_values, surveys
from dashboards.queries.cells import Cell, Dated
from dashboards.rows import rows_of
from dashboards.wording import formats
from dashboards.wording.words import sentence_case

PATH = "/perceptions"
NAME = "perceptions"

_LOGGED, _SEEN = "P2-OP-01", "P2-OC-01"
_FEWER_ANSWERED = 0.9  # of the overall share: below it a group is marked
_NAMED = 2
_AREAS_SHOWN = 6


def _questions(context: Context) -> list[str]:
    frame = context.indicators
    is_survey = frame["source"].astype(str).str.startswith("survey")
    return list(frame.index[is_survey])


def _waves(context: Context) -> pd.DataFrame:
    """Waves whose last interview lies in or before the chosen period."""
    frame = surveys.waves(context.release, context.country)
    frame = frame[frame["instrument"] == "household"].dropna(subset=["sampled", "answered"])
    return frame[frame["last_on"] <= pd.Timestamp(context.period.end)]


def _points(context: Context, code: str) -> list[Dated]:
    """The periods in which a wave asked the question; what is suppressed stays."""
    return [d for d in context.series(code) if not d.cell.is_unasked]


def _latest(context: Context, code: str) -> Cell:
    points = _points(context, code)
    return points[-1].cell if points else context.cell(code)


def sentence(context: Context) -> str:
    """Which of the questions that were tested changed in the newest wave."""
    words, questions = context.words, _questions(context)
    if not questions:
        return words("perceptions.none")
    waves = _waves(context)
    asked = [code for code in questions if not _later_waves(context, waves, code)]
    tested = [code for code in asked if _latest(context, code).trend in TESTED]
    changed = {
        trend: [code for code in asked if _latest(context, code).trend == trend]
        for trend in ("improving", "worsening")
    }
    parts = []
    for trend, codes in changed.items():
        names = [words("quoted", text=context.short(code)) for code in codes[:_NAMED]]
        if codes:
            key = f"perceptions.{trend}" if len(codes) <= _NAMED else f"perceptions.{trend}_many"
            parts.append(words(key, names=words.listed(names), number=words.spelled(len(codes))))
    if not tested:
        return words("overview.not_assessed.none")
    if not parts:
        return sentence_case(words.count("perceptions.no_change", len(tested)))
    if rest := len(tested) - sum(len(codes) for codes in changed.values()):
        parts.append(words.count("perceptions.rest", rest))
    return " ".join(sentence_case(part) for part in parts)


def _lead(context: Context, waves: pd.DataFrame) -> str:
    words = context.words
    if waves.empty:
        return words("perceptions.no_wave")
    wave = waves.iloc[-1]
    areas = surveys.response_by(
        context.release, "area", str(wave["survey_code"]), str(wave["wave"]), context.country
    )
    areas = areas[areas["code"].map(context.is_lowest)]
    is_complete = wave["answered"] >= wave["sampled"]
    return words(
        "perceptions.lead_complete" if is_complete else "perceptions.lead",
        wave=str(wave["wave"]),
        month=formats.month(wave["last_on"], words),
        answered=formats.number(wave["answered"], words),
        sampled=formats.number(wave["sampled"], words),
        share=formats.percent(100 * wave["answered"] / max(1, wave["sampled"]), words),
        reached=str(int((areas["answered"].fillna(1) > 0).sum())),
        areas=str(sum(context.is_lowest(code) for code in context.areas.index)),
    )


def _wave_name(context: Context, waves: pd.DataFrame, dated: Dated) -> str:
    """The name of the wave whose last interview lies in the period, else the period's name."""
    inside = waves[
        (waves["last_on"] >= pd.Timestamp(dated.start))
        & (waves["last_on"] <= pd.Timestamp(dated.end))
    ]
    if inside.empty:
        return formats.period_name(dated.period_type, dated.period, dated.start, context.words)
    return wave_label(context, inside.iloc[-1]["wave"])


def _wave_points(context: Context, waves: pd.DataFrame, code: str) -> list[WavePoint]:
    """The question wave by wave; a wave after its first one that did not ask it says so."""
    unit, words = context.unit(code), context.words
    points = [
        WavePoint(
            _wave_name(context, waves, dated),
            formats.month(dated.end, words),
            dated.cell,
            value_sentence(dated.cell, unit, words),
        )
        for dated in _points(context, code)
    ]
    return points + [
        WavePoint(
            wave_label(context, wave["wave"]),
            formats.month(wave["last_on"], words),
            Cell.absent(),
            words("perceptions.not_asked"),
        )
        for wave in _later_waves(context, waves, code)
    ]


def _later_waves(context: Context, waves: pd.DataFrame, code: str) -> list[dict[str, Any]]:
    """The waves after the last one that asked a question."""
    points = _points(context, code)
    return rows_of(waves[waves["last_on"] > pd.Timestamp(points[-1].end)]) if points else []


def _field(context: Context, waves: pd.DataFrame, code: str, top: float) -> html.Div:
    words, unit, cell = context.words, context.unit(code), _latest(context, code)
    row = context.indicator(code)
    later = _later_waves(context, waves, code)
    if later:
        wave = wave_label(context, later[-1]["wave"])
        said: list[Any] = [html.B(words("perceptions.not_asked_in", wave=wave))]
    else:
        mark = trend_mark(cell.trend, str(row["direction"]), words)
        said = [mark, _change(context, code)]
    head = [
        html.H3(page_link(context.short(code), context.address.link(f"/indicators/{code}"))),
        html.P(said, className="subtitle"),
    ]
    points = _wave_points(context, waves, code)
    figures = [point for point in points if point.cell.is_figure]
    if not figures:
        return html.Div([*head, empty_mark(cell, words)], className="field")
    caption = words.told(
        context.short(code), words("value.and").join(f"{p.name} {p.text}" for p in points)
    )
    value = unit.value(figures[-1].cell.value or 0.0, words)
    figure = waves_figure(points, top, value, context.address.theme, words)
    return html.Div([*head, chart(figure, caption, f"wave-{code}", 150)], className="field")


def _change(context: Context, code: str) -> str:
    points = _points(context, code)
    figures = [dated.cell for dated in points if dated.cell.is_figure]
    if len(figures) < 2 or not points[-1].cell.is_figure:
        return ""
    unit, words = context.unit(code), context.words
    difference = unit.change((figures[-1].value or 0.0) - (figures[-2].value or 0.0), words)
    before, after = (value_in_brief(cell, unit, words) for cell in figures[-2:])
    return " " + words("perceptions.from_to", change=difference, before=before, after=after)


def _questions_card(context: Context, waves: pd.DataFrame, questions: list[str]) -> html.Section:
    words = context.words
    title = words("perceptions.questions_title")
    dates = words.listed(
        [
            words(
                "perceptions.wave_date",
                wave=wave_label(context, row["wave"]),
                month=formats.month(row["last_on"], words),
            )
            for row in rows_of(waves)
        ]
    )
    subtitle = words("perceptions.questions_subtitle", dates=dates)
    drawn: list[Any] = []
    if not shows_table(context.address):
        highs = [d.cell.high or 0.0 for code in questions for d in _points(context, code)]
        top = max([20.0, *highs]) * 1.15
        fields = [_field(context, waves, code, top) for code in questions]
        drawn = [html.Div(fields, className="fields")]
    numbers = _questions_table(context, waves, questions)
    return chart_card(context, "questions", (title, subtitle), drawn, numbers)


def _questions_table(context: Context, waves: pd.DataFrame, questions: list[str]) -> html.Div:
    words = context.words
    columns = [
        Column(words("perceptions.question")),
        Column(words("perceptions.wave")),
        Column(words("table.value", unit=words("perceptions.of_answers")), True),
        Column(words("table.interval"), True),
        Column(words("table.n"), True),
    ]
    rows = []
    for code in questions:
        for dated in _points(context, code):
            name = _wave_name(context, waves, dated)
            cells = value_cells(dated.cell, context.unit(code), words)
            rows.append([context.short(code), name, *cells])
    return table(columns, rows, words("perceptions.questions_title"))


def _question(context: Context, questions: list[str]) -> str:
    asked = context.address.get("question")
    if asked in questions:
        return str(asked)
    return "P2-OC-05" if "P2-OC-05" in questions else questions[0]


def _sex_rows(context: Context, code: str) -> tuple[list[str], dict[str, dict[str, Cell]]]:
    """Areas in order of value, the mission first, and the cells of each by sex."""
    period = _wave_period(context, code)
    if period is None:
        return [], {}
    chosen = {"indicator": code, "period_type": period.period_type, "period": period.period}
    sexes = indicator_values.parts(context.release, "sex", **chosen)
    totals = indicator_values.totals(context.release, **chosen)
    cells: dict[str, dict[str, Cell]] = {}
    for row in [*rows_of(totals), *rows_of(sexes)]:
        cells.setdefault(row["area"], {})[row["sex"]] = Cell.of(row)
    level = area_level(context, code)
    areas = [a for a in totals.loc[totals["area_level"] == level, "area"] if a in cells]

    def rank(area: str) -> tuple[bool, float, str]:
        cell = _total(cells[area])
        return cell.value is None, -(cell.value or 0.0), context.area_name(area)

    return [context.country, *sorted(areas, key=rank)], cells


def _total(cells: dict[str, Cell]) -> Cell:
    return cells.get("_T") or cells.get("_Z") or Cell.absent()


def _wave_period(context: Context, code: str) -> Dated | None:
    points = _points(context, code)
    return points[-1] if points else None


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
    found = [cells[sex] for sex in ("F", "M") if sex in cells] or [_total(cells)]
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


def _sexes_card(context: Context, questions: list[str]) -> html.Section:
    words, code = context.words, _question(context, questions)
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
            _total_words(context, code, cells[area]),
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
    content = [choose, switch, key, table(columns, rows, title, "table-sexes")]
    return card(title, content, words("perceptions.sexes_subtitle"), key="sexes")


def _total_words(context: Context, code: str, cells: dict[str, Cell]) -> Any:
    cell, words, unit = _total(cells), context.words, context.unit(code)
    if not cell.is_figure or cell.value is None:
        return empty_mark(cell, words)
    value = unit.value(cell.value, words, cell.half_width)
    brief = words("value.brief", value=value, interval=interval_words(cell, unit, words))
    return words("value.and").join([brief, *beside_words(cell, words)])


def _reached_card(context: Context, waves: pd.DataFrame) -> list[Any]:
    if waves.empty:
        return []
    words, wave = context.words, waves.iloc[-1]
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


def _logged_card(context: Context) -> list[Any]:
    """Patrols a week as logged beside the share who see one, by area."""
    words, known = context.words, context.indicators.index
    if _LOGGED not in known or _SEEN not in known or _wave_period(context, _SEEN) is None:
        return []
    wave, period = _wave_period(context, _SEEN), context.period
    if wave is None:
        return []
    level = area_level(context, _SEEN)
    seen = _by_area(context, _SEEN, wave.period_type, wave.period, level)
    logged = _by_area(context, _LOGGED, period.period_type, period.code, level)
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
            _total_words(context, _SEEN, {"_T": share}),
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


def _by_area(
    context: Context, code: str, period_type: str, period: str, level: str | None
) -> dict[str, Cell]:
    frame = indicator_values.totals(
        context.release, indicator=code, period_type=period_type, period=period, area_level=level
    )
    return {row["area"]: Cell.of(row) for row in rows_of(frame)}


def body(context: Context) -> list[Any]:
    """Sentence, who answered, questions, breakdown, not reached, logged and seen."""
    words, questions, waves = context.words, _questions(context), _waves(context)
    head = page_head(sentence(context), _lead(context, waves))
    asked = [code for code in questions if _points(context, code)]
    if not asked:
        return [head, notice(words("perceptions.no_wave"))]
    left = [
        _questions_card(context, waves, asked),
        _sexes_card(context, asked),
        *wave_responses_card(context),
    ]
    right = [
        *_reached_card(context, waves),
        *_logged_card(context),
        card(
            words("perceptions.reading_title"),
            [html.P(words("perceptions.reading"))],
            key="reading",
        ),
    ]
    columns = [html.Div(left, className="stack"), html.Div(right, className="stack")]
    return [head, html.Div(columns, className="columns")]
