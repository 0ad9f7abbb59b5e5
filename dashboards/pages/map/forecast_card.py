"""How each way of telling next month's incidents did, and whether as many came as it said."""

from typing import Any

import numpy as np
import pandas as pd
from dash import html

from dashboards.components.card import card
from dashboards.components.chart import chart
from dashboards.components.table import Column, table
from dashboards.figures.plot import Plot, value_axis
from dashboards.reading.context import Context
from dashboards.reading.releases import LackingRelease
from dashboards.reading.rows import rows_of
from dashboards.wording import formats
from indicators.foundation.numbers.statistics import count_limits

_SCORES_SQL = """
SELECT method, any_value(is_shown) AS is_shown, count(*) AS months, avg(hits) AS hits,
  avg(brier) AS brier, avg(log_score) AS log_score, avg(ranked_score) AS ranked_score
FROM mart.forecast_score GROUP BY method ORDER BY ranked_score, method
"""
_FIFTHS_SQL = """
SELECT fifth, area_months, expected, seen FROM mart.forecast_calibration
WHERE is_shown ORDER BY fifth
"""
_SCORES = {"months": 0, "hits": 1, "brier": 3, "log_score": 2, "ranked_score": 2}  # decimals


def forecast_card(context: Context) -> list[html.Section]:
    """Nothing where no way was scored: too few months, nothing counted, or an earlier release."""
    words = context.words
    try:
        scores = context.release.frame(_SCORES_SQL)
    except LackingRelease:  # the ranks beside it are there in releases of before
        return []
    if scores.empty:
        return []
    title = words("forecast.title")
    content = [_scores(context, scores), *_fifths(context)]
    months = formats.number(float(scores["months"].max()), words)
    return [card(title, content, words("forecast.under", months=months), key="forecast")]


def _scores(context: Context, scores: pd.DataFrame) -> html.Div:
    words = context.words
    columns = [Column(words("forecast.head.method"))]
    columns += [Column(words(f"forecast.head.{name}"), True) for name in _SCORES]
    rows = [[_way(context, row), *_numbers(context, row, _SCORES)] for row in rows_of(scores)]
    return table(columns, rows, words("forecast.title"))


def _way(context: Context, row: Any) -> html.Span:
    words = context.words
    name = words(f"forecast.way.{row['method']}")
    return html.Span([html.B(name), " ", words("forecast.shown")] if row["is_shown"] else name)


def _fifths(context: Context) -> list[html.Figure | html.Div]:
    """The calibration of the way that is shown, incidents an area and month: what came, with the
    95 % interval of its mean, by what was expected; on the line as many came as were expected."""
    words, rows, points = context.words, [], []
    for row in rows_of(context.release.frame(_FIFTHS_SQL)):
        low, high = (float(end) for end in count_limits(np.array(row["seen"])))
        told = [each / row["area_months"] for each in (row["expected"], row["seen"], low, high)]
        expected, seen, *ends = (formats.number(each, words, 1) for each in told)
        interval = words("format.range", low=ends[0], high=ends[1])
        brief = words("value.brief", value=seen, interval=interval)
        rows.append([words(f"forecast.fifth.{row['fifth']}"), expected, brief])
        points.append((told, brief))
    heads = [words(f"forecast.head.{name}") for name in ("fifth", "expected", "seen")]
    columns = [Column(heads[0]), Column(heads[1], True), Column(heads[2], True)]
    title = words("forecast.calibration")
    return [_plot(context, points, heads, title), table(columns, rows, title)]


def _plot(
    context: Context, points: list[tuple[list[float], str]], heads: list[str], title: str
) -> html.Figure:
    ends = (0.0, 1.05 * max(max(told) for told, _ in points))
    places, values = (value_axis(ends, context.words, head) for head in heads[1:])
    plot = Plot(places, values, context.address.theme)
    plot.line([(0.0, 0.0), (ends[1], ends[1])], "ink-3", 1)
    reach = ends[1] / 40
    for (expected, seen, *bounds), said in points:
        drawn = [plot.interval((bounds[0], bounds[1])), plot.dot(seen)]
        plot.point((expected - reach, expected + reach), said, drawn)
    return chart(plot, title, "forecast", 220)


def _numbers(context: Context, row: Any, decimals: dict[str, int]) -> list[str]:
    return [
        formats.number_or_dash(row[name], context.words, places)
        for name, places in decimals.items()
    ]
