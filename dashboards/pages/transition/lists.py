"""Transition benchmarks by quarter and areas that UN police left, as lists to take away."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from dashboards.components.listing import Field, Listing, area, label, message
from dashboards.reading.context import Context
from dashboards.reading.queries import transition
from dashboards.reading.rows import rows_of
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


BENCHMARKS = Listing(
    "benchmarks",
    "transition.benchmarks",
    "transition",
    (
        Field("benchmark", "benchmark_code"),
        Field("condition", condition),
        Field("evidence", evidence),
        Field("quarter"),
        Field("threshold", threshold),
        Field("computed", label("computed_state", "computed")),
        Field("state", label("benchmark_state", "state")),
        Field("reason"),
        Field("since", "held_since"),
    ),
    lambda context: rows_of(transition.benchmarks(context.release, quarter_of(context))),
)
HANDOVERS = Listing(
    "handovers",
    "transition.handovers",
    "transition",
    (
        Field("area", area),
        Field("base", "base_name", lambda _, row: row["base_name"]),
        Field("left", "left_on"),
        Field("then", "six_months_on"),
        Field("post", message("transition.post", "post")),
    ),
    lambda context: rows_of(handovers_shown(context)),
)
