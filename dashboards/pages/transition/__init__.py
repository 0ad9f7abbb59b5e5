"""Strategy and transition: objectives, benchmarks by quarter, and areas that UN police left.

A benchmark's state is the planners' judgement; the figure of its evidence stands beside it and
changes nothing in it (2023.05 Annex A 20(f), §67, §75).
"""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from dash import html

from dashboards.components.card import card, notice, page_head
from dashboards.components.picture import picture, picture_card
from dashboards.components.table import Column, table
from dashboards.components.value import marked_in_brief
from dashboards.figures.small_pictures import state_row
from dashboards.pages.transition.lists import (
    BENCHMARKS,
    HANDOVERS,
    condition,
    evidence,
    handovers_shown,
    quarter_of,
    quarters_held,
    threshold,
)
from dashboards.pages.transition.strategy_card import strategy_card
from dashboards.reading.context import Context
from dashboards.reading.queries import transition
from dashboards.reading.rows import rows_of
from dashboards.wording import formats
from indicators.foundation.periods import period_named

_MET = "met"
_OPEN = ("too_close", "not_known")  # what the figures leave open
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
        newest = [rows[0] for rows in known.values()]
        met = {name: sum(row[name] == _MET for row in newest) for name in ("computed", "state")}
        open_too = sum(row["computed"] in _OPEN for row in newest)
        numbers = {"total": len(newest), "open": open_too, "met": met["computed"]}
        told = {name: formats.number(number, words) for name, number in numbers.items()}
        judged = formats.number(met["state"], words)
        said = words("transition.sentence", **told, judged=judged)
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
    parts = [table(columns, lines, title), BENCHMARKS.files(context)]
    under = words("transition.benchmarks_under", quarter=_quarter(context, quarter_of(context)))
    return [card(title, parts, under, key="benchmarks"), _by_quarter(context, known)]


def _line(context: Context, rows: Sequence[Row]) -> list[Any]:
    words, row = context.words, rows[0]
    code = row["evidence_indicator"]
    is_known = code in context.indicators.index
    value = (
        marked_in_brief(context.cell(code), context.unit(code), words)
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
    """A disc a quarter by state; the states as words in the table."""
    words = context.words
    quarters = sorted({row["quarter"] for rows in known.values() for row in rows})[-_QUARTERS:]
    columns = [Column(words("transition.head.benchmark"))]
    columns += [Column(_quarter(context, quarter)) for quarter in quarters]
    lines, drawn = [], []
    for code, rows in known.items():
        states = {row["quarter"]: row["state"] for row in rows}
        found = [states.get(quarter) for quarter in quarters]
        said = [
            words("transition.not_said") if state is None else words.label("benchmark_state", state)
            for state in found
        ]
        lines.append([code, *said])
        row = picture(state_row(found, context.address.theme), ", ".join(said))
        name = [condition(context, rows[0]), " ", html.Span(code, className="note")]
        drawn.append([name, row, said[-1]])
    title = words("transition.quarters")
    first, last = (_quarter(context, quarters[end]) for end in (0, -1))
    under = words("transition.quarters_under", first=first, last=last)
    heads = [
        words("transition.head.benchmark"),
        f"{first} – {last}",
        words("transition.head.state"),
    ]
    numbers = table(columns, lines, title)
    return picture_card(context, "quarters", (title, under), (heads, drawn), numbers)


def _handovers(context: Context, left: pd.DataFrame) -> html.Section:
    words = context.words
    title = words("transition.handovers")
    if left.empty:
        none = context.if_came(words("transition.no_handover"), "deployments")
        return card(title, [notice(none)], key="handovers")
    without = () if bool(left["base_name"].notna().any()) else ("base",)
    parts = [HANDOVERS.table(context, rows_of(left), without), HANDOVERS.files(context)]
    return card(title, parts, words("transition.handovers_under"), key="handovers")


def body(context: Context) -> list[Any]:
    """Sentence, the strategy, the benchmarks now and by quarter, the areas left."""
    known, left = _by_code(context), handovers_shown(context)
    lead = context.words("transition.lead") if known else None
    head = page_head(_sentence(context, known, left), lead)
    cards = [
        *_benchmarks(context, known),
        _handovers(context, left),
        strategy_card(context),
    ]
    return [head, html.Div(cards, className="stack")]
