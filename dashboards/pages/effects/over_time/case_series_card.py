"""The case series of a link: the outcome by days after the activity; days before it as a check."""

from collections.abc import Sequence
from typing import Any

from dash import html

from dashboards.components.card import card, how_to_read, notice
from dashboards.components.chart import chart, chart_card, shows_table
from dashboards.components.rating import evidence_mark
from dashboards.components.table import Column, table
from dashboards.pages.effects.readings.effect_bars import EffectBar, effect_bars_plot
from dashboards.pages.effects.readings.settings_card import setting_name
from dashboards.reading.context import Context
from dashboards.wording import formats
from dashboards.wording.difference import difference_words, scaled

Row = dict[str, Any]
_CHECK = "lead_7_days"
_ORDER = (_CHECK, "1_to_3_days", "4_to_7_days", "8_to_14_days", "14_days")
_ROW_HEIGHT, _FRAME = 48, 64  # pixels


def case_series(context: Context, link: Row, tests: Sequence[Row]) -> html.Section:
    """The card of one edge; in words where its outcome is not counted day by day."""
    words = context.words
    found = {row["specification"]: row for row in tests if _is_part(row)}
    rows = [found[name] for name in _ORDER if name in found]
    if not any(row["method"] == "case_series" for row in rows):
        return card(
            words("effects.cases.title"), [notice(words("effects.cases.none"))], key="cases"
        )
    drawn: list[Any] = []
    bars = [_bar(context, row) for row in rows if scaled(row, "percent") is not None]
    if bars and not shows_table(context.address):
        plot = effect_bars_plot(bars, words("effects.cases.axis"), words, context.address.theme)
        caption = words("effects.cases.caption", title=context.short(link["to_indicator"]))
        drawn = [chart(plot, caption, "cases", _FRAME + _ROW_HEIGHT * len(bars), 90)]
    names = {
        "output": context.short(link["from_indicator"]),
        "outcome": context.short(link["to_indicator"]),
    }
    titles = (words("effects.cases.title"), words("effects.cases.under", **names))
    reading = how_to_read("cases", words)
    return chart_card(context, "cases", titles, drawn, _table(context, rows), reading)


def _is_part(row: Row) -> bool:
    return row["method"] == "case_series" or row["specification"] == _CHECK


def _bar(context: Context, row: Row) -> EffectBar:
    figures = scaled(row, "percent")
    assert figures is not None
    name = setting_name(row, context.words)
    said = context.words.told(name, " ".join(difference_words(row, context.words, "percent")))
    return EffectBar(name, figures, row["method"] != "case_series", said)


def _table(context: Context, rows: Sequence[Row]) -> html.Div:
    words = context.words
    columns = [
        Column(words("effects.days")),
        Column(words("effects.difference"), True),
        Column(words("table.interval"), True),
        Column(words("effects.q"), True),
        Column(words("finding.grade")),
    ]
    lines = [
        [
            setting_name(row, words),
            *difference_words(row, words, "percent"),
            formats.number_or_dash(row["q_value"], words, 3),
            evidence_mark(row, words) if row["method"] == "case_series" else words("effects.check"),
        ]
        for row in rows
    ]
    return table(columns, lines, words("effects.cases.title"))
