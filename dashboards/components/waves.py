"""Household waves: a question where a wave asked it, and how people answered by wave."""

from typing import Any

import pandas as pd
from dash import html

from dashboards.components.card import card
from dashboards.components.empty import beside_words, empty_mark, suppressed_mark
from dashboards.components.table import Column, table
from dashboards.components.value import (
    interval_words,
)
from dashboards.reading.context import Context
from dashboards.reading.queries import surveys
from dashboards.reading.queries.cells import Cell, Dated
from dashboards.reading.rows import rows_of
from dashboards.wording import formats

Row = dict[str, Any]


def questions_of(context: Context) -> list[str]:
    """The survey indicators of the mission, in the order of their codes."""
    frame = context.indicators
    is_survey = frame["source"].astype(str).str.startswith("survey")
    return list(frame.index[is_survey])


def household_waves(context: Context) -> list[Row]:
    """Waves whose last interview lies in or before the chosen period."""
    frame = surveys.waves(context.release, context.country)
    frame = frame[frame["instrument"] == "household"].dropna(subset=["sampled", "answered"])
    return rows_of(frame[frame["last_on"] <= pd.Timestamp(context.period.end)])


def asked_points(context: Context, code: str) -> list[Dated]:
    """The periods in which a wave asked the question; what is suppressed stays."""
    return [d for d in context.series(code) if not d.cell.is_unasked]


def latest_cell(context: Context, code: str) -> Cell:
    """The question in the newest period in which it was asked."""
    points = asked_points(context, code)
    return points[-1].cell if points else context.cell(code)


def newest_asked(context: Context, code: str) -> Dated | None:
    """The newest period in which a wave asked the question."""
    points = asked_points(context, code)
    return points[-1] if points else None


def later_waves(context: Context, waves: list[Row], code: str) -> list[Row]:
    """The waves after the last one that asked a question."""
    points = asked_points(context, code)
    return [row for row in waves if row["last_on"].date() > points[-1].end] if points else []


def wave_name(context: Context, waves: list[Row], dated: Dated) -> str:
    """The name of the wave whose last interview lies in the period, else the period's name."""
    inside = [w["wave"] for w in waves if dated.start <= w["last_on"].date() <= dated.end]
    if not inside:
        return formats.period_name(dated, context.words)
    return wave_label(context, inside[-1])


def total_cell(cells: dict[str, Cell]) -> Cell:
    """The cell of everybody among those of the sexes."""
    return cells.get("_T") or cells.get("_Z") or Cell.absent()


def total_words(context: Context, code: str, cells: dict[str, Cell]) -> Any:
    """A total with its interval and what must be said with it, else why there is none."""
    cell, words, unit = total_cell(cells), context.words, context.unit(code)
    if not cell.is_figure or cell.value is None:
        return empty_mark(cell, words)
    value = unit.value(cell.value, words, cell.half_width)
    brief = words("value.brief", value=value, interval=interval_words(cell, unit, words))
    return words("value.and").join([brief, *beside_words(cell, words)])


_KEY = ["survey_code", "wave", "instrument"]
_RESULTS = ("complete", "partial", "refusal", "no_contact", "ineligible")
_PARTS = ("valid", "dont_know", "refused", "not_asked", "missing")


def wave_label(context: Context, wave: object) -> str:
    """W4, V4 for a wave that is named by a number alone."""
    text = str(wave)
    return context.words("perceptions.wave_short", wave=text) if text.isdigit() else text


def wave_responses_card(context: Context) -> list[Any]:
    """The card, for the waves up to the chosen period; nothing for a release without counts."""
    words, waves = context.words, _waves(context)
    results = _by_wave(surveys.results(context.release))
    items = _by_wave(surveys.item_responses(context.release))
    told = [wave for wave in waves if _key(wave) in results or _key(wave) in items]
    if not told:
        return []
    newest = {wave["instrument"]: _key(wave) for wave in reversed(told)}
    shown = [wave for wave in told if newest[wave["instrument"]] == _key(wave)]
    earlier = [wave for wave in told if wave not in shown]
    parts = [_results_table(context, told, results), *_items_tables(context, shown, items)]
    if hidden := _items_tables(context, earlier, items):
        summary = html.Summary(words("perceptions.earlier_waves"))
        parts.append(html.Details([summary, *hidden]))
    parts.append(html.P(words("perceptions.responses_note"), className="note"))
    title = words("perceptions.responses_title")
    return [card(title, parts, words("perceptions.responses_subtitle"), key="responses")]


def _waves(context: Context) -> list[dict[str, Any]]:
    """Waves of every instrument whose last interview lies in or before the period, newest first."""
    frame = surveys.waves(context.release, context.country)
    frame = frame[frame["last_on"] <= pd.Timestamp(context.period.end)]
    return rows_of(frame.sort_values(["last_on", *_KEY], ascending=[False, True, True, True]))


def _key(row: Any) -> tuple[str, ...]:
    return tuple(str(row[name]) for name in _KEY)


def _by_wave(frame: pd.DataFrame) -> dict[tuple[str, ...], list[dict[str, Any]]]:
    found: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in rows_of(frame):
        found.setdefault(_key(row), []).append(row)
    return found


def _wave_name(context: Context, wave: dict[str, Any]) -> str:
    return context.words(
        "perceptions.response_wave",
        wave=wave_label(context, wave["wave"]),
        month=formats.month(wave["last_on"], context.words),
        instrument=context.words.label("instrument", str(wave["instrument"])),
    )


def _results_table(
    context: Context,
    waves: list[dict[str, Any]],
    results: dict[tuple[str, ...], list[dict[str, Any]]],
) -> html.Div:
    words = context.words
    heads = [words.label("interview_result", code) for code in _RESULTS]
    heads += [words("perceptions.without_consent"), words("perceptions.response_rate")]
    columns = [Column(words("perceptions.wave")), *(Column(head, True) for head in heads)]
    rows = [
        [
            _wave_name(context, wave),
            *(_count(context, row[code]) for code in (*_RESULTS, "without_consent")),
            _rate(context, row),
        ]
        for wave in waves
        for row in results.get(_key(wave), [])
    ]
    return table(columns, rows, words("perceptions.responses_title"))


def _count(context: Context, count: Any) -> Any:
    words = context.words
    return suppressed_mark(words) if formats.is_missing(count) else formats.number(count, words)


def _rate(context: Context, row: dict[str, Any]) -> Any:
    """The rate; a dash where nobody could have answered."""
    if not formats.is_missing(row["response_rate"]):
        return formats.percent(100 * row["response_rate"], context.words)
    return suppressed_mark(context.words) if formats.is_missing(row["complete"]) else "–"


def _items_tables(
    context: Context,
    waves: list[dict[str, Any]],
    items: dict[tuple[str, ...], list[dict[str, Any]]],
) -> list[Any]:
    parts: list[Any] = []
    for wave in waves:
        if rows := items.get(_key(wave)):
            name = _wave_name(context, wave)
            parts += [html.H3(name), _items_table(context, rows, name)]
    return parts


def _items_table(context: Context, rows: list[dict[str, Any]], name: str) -> html.Div:
    words = context.words
    columns = [Column(words("perceptions.question"))]
    columns += [
        Column(words(f"perceptions.part.{part}"), True) for part in ("interviewed", *_PARTS)
    ]
    lines = [
        [
            words.label("survey_item", row["item"]),
            _count(context, row["interviewed"]),
            *(_share(context, row[part], row["interviewed"]) for part in _PARTS),
        ]
        for row in rows
    ]
    return table(columns, lines, name)


def _share(context: Context, count: Any, interviewed: Any) -> Any:
    if formats.is_missing(count) or formats.is_missing(interviewed):
        return suppressed_mark(context.words)
    share = formats.percent(100 * count / max(1, interviewed), context.words)
    number = formats.number(count, context.words)
    return context.words("perceptions.share_of_interviewed", share=share, number=number)
