"""Who was not reached: sampled and answered in the newest wave, by sex, age and area."""

from typing import Any

from dash import html

from dashboards.components.card import card, notice
from dashboards.components.empty import suppressed_mark
from dashboards.components.table import Column, table
from dashboards.components.waves import Row
from dashboards.context import Context
from dashboards.queries import surveys
from dashboards.rows import rows_of
from dashboards.wording import formats

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
