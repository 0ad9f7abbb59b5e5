"""What residents said, counted by theme and by tone: beside a survey's interval, no sample."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from dash import html

from dashboards.components.card import card, notice
from dashboards.components.chart import take_away
from dashboards.components.table import Column, table
from dashboards.reading.context import Context
from dashboards.reading.queries import transition
from dashboards.reading.rows import rows_of
from dashboards.wording import formats
from indicators.foundation.mart_tables import BELOW_8
from indicators.foundation.periods import period_named, period_of

_OTHER = "other"


def feedback_card(context: Context, cleared: Sequence[html.Figure] = ()) -> html.Section:
    """Themes by quarter of the chosen period, the most frequent first, and what was cleared."""
    words = context.words
    first, last = (period_of(day, "Q").name for day in (context.period.start, context.period.end))
    found = transition.feedback(context.release, first, last, context.area)
    title = words("feedback.title")
    if found.empty:
        is_own = context.audience == "mission"
        said = words("feedback.none" if is_own else "feedback.not_in_copy")
        return card(title, [notice(said), *cleared], key="feedback")
    quarters = sorted(found["quarter"].unique())
    columns = [Column(words("feedback.head.theme"))]
    columns += [Column(_named(context, quarter), True) for quarter in quarters]
    parts = [
        table(columns, _lines(context, found, quarters), title),
        html.P(_tones(context, found), className="note"),
        *cleared,
        take_away(context, "feedback", ("csv",), title),
    ]
    ends = dict.fromkeys(_named(context, quarter) for quarter in (quarters[0], quarters[-1]))
    return card(title, parts, words("feedback.under", when="–".join(ends)), key="feedback")


def _named(context: Context, quarter: str) -> str:
    return formats.period_name(period_named(quarter), context.words)


def _lines(context: Context, found: pd.DataFrame, quarters: list[str]) -> list[list[Any]]:
    own = found[found["breakdown"] == "theme"]
    cells = {(row["breakdown_value"], row["quarter"]): row for row in rows_of(own)}
    sums = own.groupby("breakdown_value")["said"].sum()
    themes = sorted(sums.index, key=lambda code: (code == _OTHER, -sums[code], code))
    return [
        [
            context.words.label("feedback_theme", theme),
            *(_count(context, cells.get((theme, quarter))) for quarter in quarters),
        ]
        for theme in themes
    ]


def _count(context: Context, row: dict[str, Any] | None) -> str:
    """The number as the copy displays it; a theme that nobody named is a true zero."""
    if row is None:
        return "0"
    if row["disclosure"] == BELOW_8:
        return context.words("feedback.below_8")
    return formats.number(float(row["said"]), context.words)


def _tones(context: Context, found: pd.DataFrame) -> str:
    """By tone in the newest quarter: each by itself, as the copy displays it."""
    words = context.words
    own = found[(found["breakdown"] == "sentiment") & (found["quarter"] == found["quarter"].max())]
    said = [
        f"{words.label('feedback_sentiment', row['breakdown_value'])} {_count(context, row)}"
        for row in rows_of(own)
    ]
    return words("feedback.tones", tones=", ".join(said))
