"""How each way of telling next month's incidents did, and whether as many came as it said."""

from typing import Any

import pandas as pd
from dash import html

from dashboards.components.card import card
from dashboards.components.table import Column, table
from dashboards.reading.context import Context
from dashboards.reading.releases import LackingRelease
from dashboards.reading.rows import rows_of
from dashboards.wording import formats

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
    content = [_scores(context, scores), _fifths(context)]
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


def _fifths(context: Context) -> html.Div:
    """The calibration of the way that is shown: incidents an area and month, expected and seen."""
    words, names = context.words, {"expected": 1, "seen": 1}
    columns = [Column(words("forecast.head.fifth"))]
    columns += [Column(words(f"forecast.head.{name}"), True) for name in names]
    rows = []
    for row in rows_of(context.release.frame(_FIFTHS_SQL)):
        mean = {name: row[name] / row["area_months"] for name in names}
        rows.append([words(f"forecast.fifth.{row['fifth']}"), *_numbers(context, mean, names)])
    return table(columns, rows, words("forecast.calibration"))


def _numbers(context: Context, row: Any, decimals: dict[str, int]) -> list[str]:
    return [
        formats.number_or_dash(row[name], context.words, places)
        for name, places in decimals.items()
    ]
