"""Strategy and transition: objectives, benchmarks by quarter, and areas that UN police left.

A benchmark's state is the planners' judgement; the figure of its evidence stands beside it and
changes nothing in it (2023.05 Annex A 20(f), §67, §75).
"""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from dash import html

from dashboards.components.card import card, notice, page_head
from dashboards.components.list_files import list_files
from dashboards.components.table import Column, table
from dashboards.components.value import value_in_brief
from dashboards.context import Context
from dashboards.pages.transition.lists import (
    condition,
    evidence,
    handovers_shown,
    quarter_of,
    quarters_held,
    threshold,
)
from dashboards.pages.transition.strategy_card import strategy_card
from dashboards.queries import transition
from dashboards.rows import rows_of
from dashboards.wording import formats
from dashboards.wording.words import sentence_case
from indicators.foundation.periods import period_named

_MET = "met"
_QUARTERS = 8
Row = dict[str, Any]


def _by_code(context: Context) -> dict[str, list[Row]]:
    """Rows of each benchmark up to the period, the newest quarter first."""
    found: dict[str, list[Row]] = {}
    for row in rows_of(transition.benchmarks(context.release, quarter_of(context))):
        found.setdefault(row["benchmark_code"], []).append(row)
    return found


def sentence(context: Context) -> str:
    """How many benchmarks are met, and how many posts were staffed after a departure."""
    return _sentence(context, _by_code(context), handovers_shown(context))


def _sentence(context: Context, known: dict[str, list[Row]], left: pd.DataFrame) -> str:
    words = context.words
    if not known:
        said = words("transition.none")
    else:
        met = sum(rows[0]["state"] == _MET for rows in known.values())
        total = words.spelled(len(known))
        said = sentence_case(words.count("transition.sentence", met, total=total))
    due = left[left["post"] != "not_yet"]
    if due.empty:
        return said
    staffed = formats.number(int((due["post"] == "staffed").sum()), words)
    return " ".join([said, words.digits("transition.handed", len(due), staffed=staffed)])


def _quarter(context: Context, name: str) -> str:
    return formats.period_name(period_named(name), context.words)


def _benchmarks(context: Context, known: dict[str, list[Row]]) -> list[html.Section]:
    words = context.words
    title = words("transition.benchmarks")
    if not known:
        return [card(title, [notice(words("transition.none"))], key="benchmarks")]
    names = ("condition", "evidence", "value", "threshold", "computed", "state", "since", "held")
    columns = [Column(words(f"transition.head.{name}"), name == "held") for name in names]
    lines = [_line(context, rows) for rows in known.values()]
    parts = [table(columns, lines, title), list_files(context, "benchmarks", title)]
    under = words("transition.benchmarks_under", quarter=_quarter(context, quarter_of(context)))
    return [card(title, parts, under, key="benchmarks"), _by_quarter(context, known)]


def _line(context: Context, rows: Sequence[Row]) -> list[Any]:
    words, row = context.words, rows[0]
    code = row["evidence_indicator"]
    is_known = code in context.indicators.index
    value = (
        value_in_brief(context.cell(code), context.unit(code), words)
        if is_known
        else words("transition.not_said")
    )
    since = row["held_since"]
    return [
        [html.B(row["benchmark_code"]), " ", condition(context, row)],
        evidence(context, row),
        value,
        threshold(context, row),
        words.label("computed_state", row["computed"]),
        [
            words(
                "transition.state_of",
                state=words.label("benchmark_state", row["state"]),
                quarter=_quarter(context, row["quarter"]),
            ),
            *_differs(context, row),
        ],
        "–" if formats.is_missing(since) else formats.day(since, words),
        formats.number(quarters_held(rows), words),
    ]


def _differs(context: Context, row: Row) -> list[Any]:
    """Where the judgement says otherwise than the figure: the reason that was given, or none."""
    if not row["differs"]:
        return []
    words, reason = context.words, row["reason"]
    said = words("transition.differs", reason=reason) if isinstance(reason, str) else None
    return [html.Span(said or words("transition.differs_unexplained"), className="note")]


def _by_quarter(context: Context, known: dict[str, list[Row]]) -> html.Section:
    """One column a quarter, the states as words."""
    words = context.words
    quarters = sorted({row["quarter"] for rows in known.values() for row in rows})[-_QUARTERS:]
    columns = [Column(words("transition.head.benchmark"))]
    columns += [Column(_quarter(context, quarter)) for quarter in quarters]
    lines = []
    for code, rows in known.items():
        states = {row["quarter"]: row["state"] for row in rows}
        cells = [
            words.label("benchmark_state", states[quarter])
            if quarter in states
            else words("transition.not_said")
            for quarter in quarters
        ]
        lines.append([code, *cells])
    title = words("transition.quarters")
    return card(title, [table(columns, lines, title)], key="quarters")


def _handovers(context: Context, left: pd.DataFrame) -> html.Section:
    words = context.words
    title = words("transition.handovers")
    if left.empty:
        return card(title, [notice(words("transition.no_handover"))], key="handovers")
    has_base = bool(left["base_name"].notna().any())
    names = [
        name for name in ("area", "base", "left", "then", "post") if name != "base" or has_base
    ]
    columns = [Column(words(f"transition.head.{name}")) for name in names]
    lines = []
    for row in rows_of(left):
        base = [row["base_name"]] if has_base else []
        days = [formats.day(row[name], words) for name in ("left_on", "six_months_on")]
        post = words(f"transition.post.{row['post']}")
        lines.append([context.area_name(row["area"]), *base, *days, post])
    parts = [table(columns, lines, title), list_files(context, "handovers", title)]
    return card(title, parts, words("transition.handovers_under"), key="handovers")


def body(context: Context) -> list[Any]:
    """Sentence, the strategy, the benchmarks now and by quarter, the areas left."""
    known, left = _by_code(context), handovers_shown(context)
    head = page_head(_sentence(context, known, left), context.words("transition.lead"))
    cards = [
        *_benchmarks(context, known),
        _handovers(context, left),
        strategy_card(context),
    ]
    return [head, html.Div(cards, className="stack")]
