"""Transition benchmarks by quarter and areas that UN police left, as lists to take away."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from dashboards.context import Context
from dashboards.lists.sheet import Sheet, source_notes
from dashboards.queries import transition
from dashboards.rows import rows_of
from dashboards.wording import formats
from indicators.foundation.periods import period_of

_MET = "met"


def quarter_of(context: Context) -> str:
    """The quarter in which the chosen period ends."""
    return period_of(context.period.end, "Q").name


def quarters_held(rows: Sequence[dict[str, Any]]) -> int:
    """How many quarters without a break, up to the newest, a benchmark is met.

    `rows`: of one benchmark, the newest quarter first. A quarter without a row breaks it.
    """
    held, expected = 0, None
    for row in rows:
        year, number = int(row["quarter"][:4]), int(row["quarter"][-1])
        place = 4 * year + number
        if row["state"] != _MET or (expected is not None and place != expected):
            break
        held, expected = held + 1, place - 1
    return held


def condition(context: Context, row: dict[str, Any]) -> str:
    """The condition in the reader's language, else in the other one."""
    texts = (context.words.of(row, "condition"), row["condition_en"], row["condition_fr"])
    return next((text for text in texts if isinstance(text, str) and text), "")


def evidence(context: Context, row: dict[str, Any]) -> str:
    """The indicator of the evidence: its short name, its bare code where it was not chosen."""
    code = row["evidence_indicator"]
    if not isinstance(code, str):
        return context.words("transition.not_said")
    return context.short(code) if code in context.indicators.index else code


def threshold(context: Context, row: dict[str, Any]) -> str:
    """From where on the benchmark is met, and for how long it must hold."""
    words, code = context.words, row["evidence_indicator"]
    if formats.is_missing(row["threshold"]) or code not in context.indicators.index:
        return words("transition.not_said")
    value = context.unit(code).value(row["threshold"], words)
    is_least = row["direction"] == "up"
    side = words("transition.at_least" if is_least else "transition.at_most", value=value)
    if formats.is_missing(row["held_for_months"]):
        return side
    return words.digits("transition.for_months", int(row["held_for_months"]), side=side)


def handovers_shown(context: Context) -> pd.DataFrame:
    """Areas left up to the end of the period, inside the chosen area."""
    found = transition.handovers(context.release, context.period.end.isoformat())
    found = found[found["area"].isin(context.areas_inside)]
    is_later = found["six_months_on"] > pd.Timestamp(context.period.end)
    return found.assign(post=found["post"].where(~is_later, "not_yet"))


def benchmark_sheets(context: Context) -> list[Sheet]:
    """One row a benchmark and quarter up to the chosen period."""
    words = context.words
    rows = [
        [
            row["benchmark_code"],
            condition(context, row),
            evidence(context, row),
            row["quarter"],
            threshold(context, row),
            words.label("computed_state", row["computed"]),
            words.label("benchmark_state", row["state"]),
            row["reason"] if isinstance(row["reason"], str) else None,
            None if formats.is_missing(row["held_since"]) else row["held_since"].date(),
        ]
        for row in rows_of(transition.benchmarks(context.release, quarter_of(context)))
    ]
    names = (
        "benchmark", "condition", "evidence", "quarter", "threshold", "computed", "state",
        "reason", "since",
    )  # fmt: skip
    heads = [words(f"transition.head.{name}") for name in names]
    return [Sheet(words("transition.benchmarks"), heads, rows, source_notes(context))]


def handover_sheets(context: Context) -> list[Sheet]:
    """One row an area and day of leaving."""
    words = context.words
    rows = [
        [
            context.area_name(row["area"]),
            row["base_name"] if isinstance(row["base_name"], str) else None,
            row["left_on"].date(),
            row["six_months_on"].date(),
            words(f"transition.post.{row['post']}"),
        ]
        for row in rows_of(handovers_shown(context))
    ]
    heads = [words(f"transition.head.{name}") for name in ("area", "base", "left", "then", "post")]
    return [Sheet(words("transition.handovers"), heads, rows, source_notes(context))]
