"""Household waves, and a question in the periods in which a wave asked it."""

from typing import Any

import pandas as pd

from dashboards.components.empty import beside_words, empty_mark
from dashboards.components.value import (
    interval_words,
)
from dashboards.components.wave_responses import wave_label
from dashboards.context import Context
from dashboards.queries import surveys
from dashboards.queries.cells import Cell, Dated
from dashboards.rows import rows_of
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
