"""The results-based budget and the work plan of a budget year (July to June), as lists.

Expected accomplishments with their indicators of achievement, outputs planned and done with the
reasons for the variance; the plan by unit, area and month. 2017.12 §68.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pandas as pd

from dashboards.components.value import value_in_brief
from dashboards.context import Context
from dashboards.lists.sheet import Sheet, source_notes
from dashboards.queries import effort, framework
from dashboards.rows import rows_of
from dashboards.wording import formats
from dashboards.wording.signed import signed
from dashboards.written import entries
from indicators.foundation.codes import NOT_APPLICABLE
from indicators.foundation.periods import Period, period_of, previous_year
from records.decisions import VarianceReason
from records.store import Version

ACHIEVEMENT_HEADS = ("accomplishment", "indicator", "before", "target", "actual", "rating")
OUTPUT_HEADS = (
    "outcome", "activity", "quantity_unit", "original", "current", "due", "done", "variance",
    "reasons", "variance_reason",
)  # fmt: skip
PLAN_HEADS = (
    "unit", "unit_type", "area", "month", "activity", "outcome", "quantity_unit", "original",
    "current", "done", "reasons",
)  # fmt: skip
_THEN = ("due", "done")
_SUMS = ("original", "current", "due", "done", "variance")


@dataclass(frozen=True)
class Achievement:
    """One indicator of achievement: figures in words, the target in the indicator's unit."""

    accomplishment: str
    indicator: str
    before: str
    target: str
    actual: str
    rating: str


@dataclass(frozen=True)
class Output:
    """One output planned and done, in `quantity_unit`; null: nothing planned, or not yet due.

    `reasons`: of changes of the plan. `key`: that of a reason for its variance in the records.
    """

    outcome: str
    activity_type: str
    quantity_unit: str
    original: float | None
    current: float | None
    due: float | None
    done: float | None
    variance: float | None
    reasons: str
    key: str


def year_of(context: Context) -> Period:
    """The budget year in which the chosen period ends."""
    return period_of(context.period.end, "B")


def achievements(context: Context) -> list[Achievement]:
    """The framework's outcomes in its order, under the accomplishment that the budget expects.

    An outcome without one in the framework stands under its own title.
    """
    now, before = _in(context, year_of(context)), _in(context, previous_year(year_of(context)))
    items = framework.items(context.release)
    found = []
    for row in rows_of(items[items["kind"] == "outcome"]):
        code = row["indicator"]
        if code not in context.indicators.index:
            continue
        words, unit = context.words, context.unit(code)
        # A target for another length of period is none of this year's (definitions 65)
        target = now.cell(code).target if now else None
        rating = now.cell(code).rating if now else None
        found.append(
            Achievement(
                words.of(row, "expected_accomplishment") or words.of(row, "title"),
                context.short(code),
                _value(before, code),
                words("budget.no_target") if target is None else unit.value(target, words),
                _value(now, code),
                words(f"rating.{rating or 'none'}"),
            )
        )  # fmt: skip
    return found


def _in(context: Context, period: Period) -> Context | None:
    """The context in another period; None where the release does not hold it."""
    if period.name not in {known.name for known in context.periods}:
        return None
    parameters = {**context.address.parameters, "period": period.name}
    return replace(context, address=replace(context.address, parameters=parameters))


def _value(context: Context | None, code: str) -> str:
    if context is None:
        return "–"
    return value_in_brief(context.cell(code), context.unit(code), context.words)


def plan(context: Context) -> pd.DataFrame:
    """The plan inside the chosen area; `due`: what is planned of months begun by the as-of day."""
    found = effort.work_plan(context.release, year_of(context).name)
    return found[found["area"].isin(context.areas_inside)]


def as_of(context: Context) -> date:
    """The day as of which the release was computed."""
    return pd.Timestamp(context.mission["as_of"]).date()


def outputs(context: Context) -> list[Output]:
    """Planned and done by outcome, activity and unit of quantity."""
    year, found = year_of(context).name, []
    for row in rows_of(effort.planned_and_done(context.release, context.area, year)):
        outcome, activity, unit = row["outcome"], row["activity_type"], row["quantity_unit"]
        sums = {name: None if formats.is_missing(row[name]) else float(row[name]) for name in _SUMS}
        key = "/".join((year, context.area, outcome, activity, unit))
        found.append(Output(outcome, activity, unit, reasons=row["reasons"], key=key, **sums))
    return found


def cells(
    context: Context, one: Output, written_of: Mapping[str, Version[VarianceReason]]
) -> list[Any]:
    """An output in the order of the heads; `written_of`: reasons for variance by key."""
    words = context.words
    return [
        _outcome(context, one.outcome),
        words.label("activity_type", one.activity_type),
        words.label("quantity_unit", one.quantity_unit),
        *(one.original, one.current, one.due, one.done, one.variance),
        one.reasons,
        variance_reason(context, one, written_of.get(one.key)),
    ]


def _outcome(context: Context, code: str | None) -> str:
    """The outcome's title; what was done where nothing was planned has none."""
    if code == NOT_APPLICABLE:
        return context.words("budget.unplanned")
    title = titles(context).get(code, code) if isinstance(code, str) else None
    return title or context.words("budget.no_outcome")


def variance_reason(context: Context, one: Output, last: Version[VarianceReason] | None) -> str:
    """The reason in the records, with the figures that it was written beside if they moved on."""
    words = context.words
    if last is None:
        if not one.variance:
            return ""
        return words("budget.no_variance_reason")
    record = last.record
    said = f"{record.reason} ({signed(last, words)})"
    if (record.due, record.done) == (one.due, one.done):
        return said
    numbers = {name: formats.number_or_dash(getattr(record, name), words) for name in _THEN}
    on = formats.day(record.as_of, words)
    then = words("budget.variance_then", day=on, **numbers)
    return f"{said} {then}"


def released(context: Context, sent: Mapping[str, Any]) -> dict[str, Any]:
    """What the release says of the output that a reason is written of, in the chosen area."""
    columns = ("outcome", "activity_type", "quantity_unit")
    asked = tuple(sent.get(name) or "" for name in columns)
    found: dict[str, Any] = {"area": context.area, "as_of": as_of(context)}
    if sent.get("budget_year") != year_of(context).name:
        return found
    for one in outputs(context):
        if tuple(getattr(one, name) for name in columns) == asked:
            found |= {name: getattr(one, name) for name in _THEN}
    return found


def titles(context: Context) -> dict[str, str]:
    """What the items of the framework are called, by code."""
    items = framework.items(context.release)
    return {row["item"]: context.words.of(row, "title") for row in rows_of(items)}


def sheets(context: Context) -> list[Sheet]:
    """The performance table: indicators of achievement, then outputs."""
    words, year = context.words, year_of(context)
    notes = [words("budget.under", year=year.name), *source_notes(context)]
    achieved = [
        [one.accomplishment, one.indicator, one.before, one.target, one.actual, one.rating]
        for one in achievements(context)
    ]
    given = entries.variance_reasons(context)
    return [
        Sheet(words("budget.achievements"), _heads(context, ACHIEVEMENT_HEADS), achieved, notes),
        Sheet(
            words("budget.outputs"),
            _heads(context, OUTPUT_HEADS),
            [cells(context, one, given) for one in outputs(context)],
            notes,
        ),
    ]


def plan_sheets(context: Context) -> list[Sheet]:
    """The work plan: one row a unit, area, month, activity and outcome."""
    words = context.words
    rows = [
        [
            row["unit_code"],
            words.label("unit_type", row["unit_type"]),
            context.area_name(row["area"]),
            f"{row['month']:%Y-%m}",
            words.label("activity_type", row["activity_type"]),
            _outcome(context, row["outcome"]),
            words.label("quantity_unit", row["quantity_unit"]),
            *(
                None if formats.is_missing(row[name]) else float(row[name])
                for name in ("original", "quantity", "done")
            ),
            row["reasons"].replace("|", "; ") if isinstance(row["reasons"], str) else None,
        ]
        for row in rows_of(plan(context))
    ]
    notes = [words("budget.plan_under"), *source_notes(context, "work_plan", year_of(context))]
    return [Sheet(words("budget.plan"), _heads(context, PLAN_HEADS), rows, notes)]


def _heads(context: Context, names: tuple[str, ...]) -> list[str]:
    return [context.words(f"budget.head.{name}") for name in names]
