"""The results-based budget and the work plan of a budget year (July to June), as lists.

Expected accomplishments with their indicators of achievement, outputs planned and done with the
reasons for the variance; the plan by unit, area and month. 2017.12 §68.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

import pandas as pd
from dash import html

from dashboards.components.listing import Field, Listing, Row, area, label
from dashboards.components.value import marked_in_brief, value_in_brief
from dashboards.reading.context import Context
from dashboards.reading.queries import catalogue, effort, framework
from dashboards.reading.rows import rows_of
from dashboards.reading.written import records
from dashboards.wording import formats
from dashboards.wording.signed import signed
from indicators.foundation.mart_tables import NOT_APPLICABLE
from indicators.foundation.periods import Period, period_of, previous_year
from records.kinds.decisions import VarianceReason
from records.store import Version

_THEN = ("due", "done")
_SUMS = ("original", "current", "due", "done", "variance")


@dataclass(frozen=True)
class Achievement:
    """One indicator of achievement: figures in words, the target in the indicator's unit.

    `marked`: both figures as a table shows them, where missing reports are a sign. `of_period`: of
    a target that is set for another length of period, target and rating in the chosen period.
    `numbers`: the same figures with their bounds, and the target, by the columns of a file.
    """

    accomplishment: str
    indicator: str
    before: str
    target: str
    actual: str
    rating: str
    marked: tuple[list[Any], list[Any]]
    of_period: tuple[list[str], list[str]]
    numbers: Mapping[str, float | None]


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
                (_marked(before, code), _marked(now, code)),
                ([], []) if target is not None else _of_period(context, code),
                {
                    **_bounds("before", before, code),
                    "target_value": target,
                    **_bounds("actual", now, code),
                },
            )
        )  # fmt: skip
    return found


def _of_period(context: Context, code: str) -> tuple[list[str], list[str]]:
    """Target and rating where the overview shows them, with the period that they are of."""
    words, cell = context.words, context.cell(code)
    if cell.target is None:
        return [], []
    period = formats.period_name(context.period, words)
    said = (context.unit(code).value(cell.target, words), words(f"rating.{cell.rating or 'none'}"))
    target, rating = ([words("budget.of_period", period=period, text=text)] for text in said)
    return target, rating


def _in(context: Context, period: Period) -> Context | None:
    """The context in another period; None where the release does not hold it."""
    if period.name not in {known.name for known in context.periods}:
        return None
    parameters = {**context.address.parameters, "period": period.name}
    return replace(context, address=replace(context.address, parameters=parameters))


def _value(context: Context | None, code: str) -> str:
    if context is None:
        return "–"
    said = value_in_brief(context.cell(code), context.unit(code), context.words)
    return context.words("value.and").join([said, *_definition(context, code)])


def _definition(context: Context, code: str) -> list[str]:
    """That a definition which began within the year gives all of it: its quarters add up to
    another figure."""
    cell, period = context.cell(code), context.period
    versions = rows_of(catalogue.versions(context.release, code))
    own = [row for row in versions[1:] if row["version"] == cell.version]
    days = [row["effective_from"].date() for row in own if cell.is_figure]
    return [
        context.words("budget.definition", day=formats.day(day, context.words))
        for day in days
        if period.start < day <= period.end
    ]


def _bounds(then: str, context: Context | None, code: str) -> dict[str, float | None]:
    cell = context.cell(code) if context else None
    return {f"{then}_{name}": getattr(cell, name, None) for name in ("value", "low", "high")}


def _marked(context: Context | None, code: str) -> list[Any]:
    """With a sign for missing reports; that a year is not over is said once, beside the table."""
    if context is None:
        return ["–"]
    cell = context.cell(code)
    beside = [said for said in cell.beside if said.code != "provisional_running"]
    cell = replace(cell, said=replace(cell.said, beside=tuple(beside)))
    notes = [html.Span(said, className="note beside") for said in _definition(context, code)]
    return [*marked_in_brief(cell, context.unit(code), context.words), *notes]


def under(context: Context) -> str:
    """What the table of achievements is, and to which day a year counts that is not over."""
    words, year = context.words, year_of(context)
    said = words("budget.under", year=year.name)
    if as_of(context) >= year.end:
        return said
    first, last = formats.day(year.start, words), formats.day(as_of(context), words)
    running = words("budget.running", first=first, last=last)
    return f"{said} {running}"


def plan(context: Context) -> pd.DataFrame:
    """The plan inside the chosen area; `due`: what is planned of months begun by the as-of day.

    `done` is not known of an area that sent no report.
    """
    found = effort.work_plan(context.release, year_of(context).name)
    found = found[found["area"].isin(context.areas_inside)]
    return found.assign(done=float("nan")) if is_silent(context) else found


def done_apart(found: pd.DataFrame) -> pd.DataFrame:
    """Activities of the plan, `done` of its lines alone and `beside`: where nothing was planned."""
    own = found[found["quantity_unit"] == "activity"]
    is_beside = own["outcome"] == NOT_APPLICABLE
    done = own["done"].astype(float)
    return own.assign(done=done.where(~is_beside), beside=done.where(is_beside))


def is_silent(context: Context) -> bool:
    """Whether no report of the year came from the chosen area: what was done there is not known."""
    said = context.reports_of("work_plan", period=year_of(context))
    return said is not None and said.code in ("area_without_access", "area_without_report")


def as_of(context: Context) -> date:
    """The day as of which the release was computed."""
    return pd.Timestamp(context.mission["as_of"]).date()


def outputs(context: Context) -> list[Output]:
    """Planned and done by outcome, activity and unit of quantity."""
    year, found, silent = year_of(context).name, [], is_silent(context)
    for row in rows_of(effort.planned_and_done(context.release, context.area, year)):
        outcome, activity, unit = row["outcome"], row["activity_type"], row["quantity_unit"]
        sums = {name: None if formats.is_missing(row[name]) else float(row[name]) for name in _SUMS}
        sums |= dict.fromkeys(("done", "variance")) if silent else {}
        key = "/".join((year, context.area, outcome, activity, unit))
        found.append(Output(outcome, activity, unit, reasons=row["reasons"], key=key, **sums))
    return found


def outcome_title(context: Context, code: str | None) -> str:
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


def _reason_shown(context: Context, row: Row) -> Any:
    """The reason for the variance, and where the mission writes it."""
    said, one, is_given = _reason(context, row), row["output"], row["given"] is not None
    if context.audience != "mission" or not (one.variance or is_given):
        return said
    href = _form(context, one, is_given)
    return [f"{said} ", html.A(context.words("budget.write"), href=href)]


def _form(context: Context, one: Output, is_given: bool) -> str:
    """The form of a reason: the one that is there, else with what is known filled in."""
    if is_given:
        asked = {"key": one.key}
    else:
        names = ("outcome", "activity_type", "quantity_unit")
        asked = {name: getattr(one, name) for name in names}
        asked["budget_year"] = year_of(context).name
    link = context.address.link("/records/entry/variance_reason", period=context.period.name)
    return f"{link}&{urlencode(asked)}"


def _joined(_: Context, row: Row) -> str | None:
    return row["reasons"].replace("|", "; ") if isinstance(row["reasons"], str) else None


def _reason(context: Context, row: Row) -> str:
    return variance_reason(context, row["output"], row["given"])


def output_rows(context: Context) -> list[Row]:
    """Outputs, each with the last reason given for its variance."""
    given = records.variance_reasons(context)
    return [{**asdict(one), "output": one, "given": given.get(one.key)} for one in outputs(context)]


_NUMBERS = ("original", "current", "due", "done", "variance")
OUTPUTS = Listing(
    "outputs",
    "budget.outputs",
    "budget",
    (
        Field("outcome", lambda context, row: outcome_title(context, row["outcome"])),
        Field("activity", label("activity_type")),
        Field("quantity_unit", label("quantity_unit")),
        *(Field(name, is_number=True) for name in _NUMBERS),
        Field("reasons"),
        Field("variance_reason", _reason, _reason_shown),
    ),
    output_rows,
    under,
)


def _shown(context: Context, text: str, of_period: list[str]) -> str:
    return context.words("value.and").join([text, *of_period])


def _number(key: str) -> Field:
    return Field(key, lambda _, row: row.numbers[key], is_number=True)


_BEFORE, _ACTUAL = (
    tuple(f"{then}_{name}" for name in ("value", "low", "high")) for then in ("before", "actual")
)
NUMBERS = (*_BEFORE, "target_value", *_ACTUAL)  # of files: a card says them in words
ACHIEVEMENTS = Listing(
    "budget",
    "budget.achievements",
    "budget",
    (
        Field("accomplishment"),
        Field("indicator"),
        Field("before", shown=lambda _, row: row.marked[0]),
        *map(_number, _BEFORE),
        Field("target", shown=lambda context, row: _shown(context, row.target, row.of_period[0])),
        _number("target_value"),
        Field("actual", shown=lambda _, row: row.marked[1]),
        *map(_number, _ACTUAL),
        Field("rating", shown=lambda context, row: _shown(context, row.rating, row.of_period[1])),
    ),
    achievements,
    under,
    also=(OUTPUTS,),
)
WORK_PLAN = Listing(
    "work-plan",
    "budget.plan",
    "budget",
    (
        Field("unit", "unit_code"),
        Field("unit_type", label("unit_type")),
        Field("area", area),
        Field("month", lambda _, row: f"{row['month']:%Y-%m}"),
        Field("activity", label("activity_type")),
        Field("outcome", lambda context, row: outcome_title(context, row["outcome"])),
        Field("quantity_unit", label("quantity_unit")),
        Field("original"),
        Field("current", "quantity"),
        Field("done"),
        Field("reasons", _joined),
    ),
    lambda context: rows_of(plan(context)),
    "budget.plan_under",
    counts="work_plan",
    over=year_of,
)
