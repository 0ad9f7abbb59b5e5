"""Due diligence and monitoring: support to host-State forces; information passed on, verified."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from dash import html

from dashboards.components.card import card, notice, page_head, page_link
from dashboards.components.chart import take_away
from dashboards.components.empty import reports_note
from dashboards.components.lists.threats import quarters_of
from dashboards.components.range_mark import range_key, range_mark
from dashboards.components.rating import rating_mark
from dashboards.components.table import Column, table
from dashboards.components.value import bare_value, value_with_interval
from dashboards.reading.context import Context
from dashboards.reading.releases import Release
from dashboards.reading.rows import rows_of
from dashboards.wording import formats
from indicators.foundation.periods import period_named

_IN = "list_contains(string_split(?, ','), quarter)"


def assessments(release: Release, quarters: Sequence[str], area: str) -> pd.DataFrame:
    """A row an actor: assessments and followed_up of the quarters, overdue of all up to now."""
    return _counts(release, "due_diligence", "host_state_actor", quarters, area)


def findings(release: Release, quarters: Sequence[str], area: str) -> pd.DataFrame:
    """The same by decision; nothing in a copy that may not show what was found."""
    if "due_diligence_finding" not in release.tables:
        return pd.DataFrame()
    return _counts(release, "due_diligence_finding", "decision", quarters, area)


def _counts(
    release: Release, table: str, by: str, quarters: Sequence[str], area: str
) -> pd.DataFrame:
    sql = f"""
        SELECT {by},
            CAST(sum(assessments) FILTER ({_IN}) AS BIGINT) AS assessments,
            CAST(sum(followed_up) FILTER ({_IN}) AS BIGINT) AS followed_up,
            CAST(sum(overdue) AS BIGINT) AS overdue
        FROM mart.{table} WHERE area = ? GROUP BY ALL ORDER BY {by}
    """
    chosen = ",".join(quarters)
    return release.frame(sql, [chosen, chosen, area]).fillna({"assessments": 0, "followed_up": 0})


def referrals(release: Release, quarters: Sequence[str], area: str) -> pd.DataFrame:
    """A row a quarter and mechanism, the newest first; nothing where a copy may not show them."""
    if "monitoring_referral" not in release.tables:
        return pd.DataFrame()
    sql = f"""SELECT * FROM mart.monitoring_referral WHERE {_IN} AND area = ?
        ORDER BY quarter DESC, mechanism"""
    return release.frame(sql, [",".join(quarters), area])


_BEFORE_SUPPORT, _PASSED_ON, _VERIFIED = "P1-OP-08", "P1-OP-11", ("X-IM-04", "X-IM-05")
_LEVELS = ("country", "admin1")
_COUNTS = ("assessments", "followed_up", "overdue")
_CLOCK = ("referrals", "median_days", "within_1_day", "over_7_days")


def sentence(context: Context) -> str:
    """Whether risk was assessed before support, and how many reviews are overdue."""
    words = context.words
    said = []
    if _BEFORE_SUPPORT in context.indicators.index:
        value = bare_value(context.cell(_BEFORE_SUPPORT), context.unit(_BEFORE_SUPPORT), words)
        told = words.told(context.short(_BEFORE_SUPPORT), value)
        said.append(words("sentence.closed", text=told))
    found = assessments(context.release, quarters_of(context.period), shown_area(context))
    if found.empty:
        return " ".join([*said, words("due_diligence.none")])
    return " ".join([*said, words.digits("due_diligence.overdue", int(found["overdue"].sum()))])


def shown_area(context: Context) -> str:
    """The chosen area, else the one above it in which these counts are told."""
    area, areas = context.area, context.areas
    while areas["area_level"][area] not in _LEVELS and isinstance(
        areas["parent_area_code"][area], str
    ):
        area = str(areas["parent_area_code"][area])
    return area


def body(context: Context) -> list[Any]:
    """Assessments by actor, their findings, what was passed on, what was verified."""
    words = context.words
    heading = formats.period_heading(context.period, words)
    eyebrow = f"{context.area_name(shown_area(context))}, {heading}"
    head = page_head(sentence(context), words("due_diligence.lead"), eyebrow)
    cards = [_assessments(context), _findings(context), _passed_on(context), _verified(context)]
    return [head, html.Div(cards, className="stack")]


def _assessments(context: Context) -> html.Section:
    words, title = context.words, context.words("due_diligence.assessments")
    found = assessments(context.release, quarters_of(context.period), shown_area(context))
    parts = [*_figures(context, [_BEFORE_SUPPORT]), *_counts_differ(context, found)]
    parts += _counted(context, found, "host_state_actor", title, "due-diligence")
    under = words("due_diligence.assessments_under", on=_as_of(context))
    return card(title, parts, under, key="assessments")


def _counts_differ(context: Context, found: pd.DataFrame) -> list[html.P]:
    """What the share is of and what the tables hold, where their numbers are not the same."""
    if _BEFORE_SUPPORT not in context.indicators.index or found.empty:
        return []
    support, assessed = context.cell(_BEFORE_SUPPORT).denominator, found["assessments"].sum()
    if support is None or support == assessed:
        return []
    words = context.words
    counts = {"support": support, "assessments": assessed}
    numbers = {name: formats.number(float(count), words) for name, count in counts.items()}
    return [html.P(words("due_diligence.counted", **numbers), className="note")]


def _findings(context: Context) -> html.Section:
    words, title = context.words, context.words("due_diligence.findings")
    found = findings(context.release, quarters_of(context.period), shown_area(context))
    if found.empty:
        return card(title, [notice(words("due_diligence.protected"))], key="findings")
    parts = _counted(context, found, "decision", title, "due-diligence-findings")
    return card(title, parts, words("due_diligence.findings_under"), key="findings")


def _counted(context: Context, found: pd.DataFrame, name: str, title: str, file: str) -> list[Any]:
    """A row a code; followed up and overdue are parts of the assessments."""
    words = context.words
    if found.empty:
        return [notice(words("due_diligence.none"))]
    vocabulary = "hrddp_decision" if name == "decision" else name
    columns = [Column(words(f"due_diligence.head.{name}"))]
    columns += [Column(words(f"due_diligence.head.{count}"), True) for count in _COUNTS]
    rows = [
        [
            words.label(vocabulary, row[name]),
            *(formats.number(float(row[count]), words) for count in _COUNTS),
        ]
        for row in rows_of(found)
    ]
    return [table(columns, rows, title), take_away(context, file, ("csv",), title)]


def _passed_on(context: Context) -> html.Section:
    """The clock from observation to referral: the indicator, then the quarters by mechanism."""
    words, title = context.words, context.words("due_diligence.passed_on")
    parts = _figures(context, [_PASSED_ON])
    found = referrals(context.release, quarters_of(context.period), shown_area(context))
    if found.empty:
        parts.append(notice(words("due_diligence.protected")))
    else:
        columns = [Column(words("table.period")), Column(words("due_diligence.head.mechanism"))]
        columns += [Column(words(f"due_diligence.head.{name}"), True) for name in _CLOCK]
        rows = [
            [
                formats.period_name(period_named(row["quarter"]), words),
                words.label("referral_kind", row["mechanism"]),
                *(formats.number_or_dash(row[name], words) for name in _CLOCK),
            ]
            for row in rows_of(found)
        ]
        said = context.reports_of("monitoring_referral", shown_area(context))
        parts += [
            *reports_note(said, words),
            table(columns, rows, title),
            take_away(context, "monitoring-referrals", ("csv",), title),
        ]
    return card(title, parts, words("due_diligence.passed_on_under"), key="passed-on")


def _verified(context: Context) -> html.Section:
    words, title = context.words, context.words("due_diligence.verified")
    parts = _figures(context, _VERIFIED) or [notice(words("due_diligence.none"))]
    return card(title, parts, words("due_diligence.verified_under"), key="verified")


def _figures(context: Context, codes: Any) -> list[Any]:
    """The figures of indicators that the mission counts, each as its class is displayed."""
    words, lines = context.words, []
    for code in codes:
        if code not in context.indicators.index:
            continue
        cell, unit = context.cell(code), context.unit(code)
        direction = str(context.indicator(code)["direction"])
        name = page_link(context.short(code), context.address.link(f"/indicators/{code}"))
        marks = [html.B(name), *([] if direction == "neutral" else [rating_mark(cell, words)])]
        against = range_mark(cell, context.against(code), unit, direction, words)
        parts = [html.Div(marks), value_with_interval(cell, unit, words)]
        lines.append(html.Li([*parts, *([] if direction == "neutral" else [against])],
                             className="clock-line"))  # fmt: skip
    has_target = any(context.indicator(code)["direction"] != "neutral" for code in codes
                     if code in context.indicators.index)  # fmt: skip
    key = [range_key(words)] if has_target else []
    return [html.Ul(lines, className="clock"), *key] if lines else []


def _as_of(context: Context) -> str:
    return formats.day(context.mission["as_of"], context.words)
