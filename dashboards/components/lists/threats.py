"""Threats: warned of and answered, as a list and by tier as a card."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd
from dash import html

from dashboards.components.card import card, notice
from dashboards.components.chart import take_away
from dashboards.components.empty import reports_note
from dashboards.components.listing import Field, Listing, area
from dashboards.components.table import Column, table
from dashboards.reading.context import Context
from dashboards.reading.queries import threats
from dashboards.reading.queries.quality import never_came
from dashboards.reading.rows import rows_of
from dashboards.reading.written import records
from dashboards.wording import formats
from indicators.foundation.mart_tables import TOTAL
from indicators.foundation.periods import Period, period_named, period_of

COUNTS = ("incidents", "warned", "without_warning", "not_answered")


def quarters_of(period: Period) -> list[str]:
    """The names of the quarters that a period touches, oldest first."""
    return list(dict.fromkeys(period_of(month, "Q").name for month in period.months))


def warnings(context: Context) -> pd.DataFrame:
    """Rows of `mart.early_warning` in the chosen area and below, up to the chosen period."""
    found = threats.early_warning(context.release)
    is_past = found["quarter"] <= quarters_of(context.period)[-1]
    return found[found["area"].isin(context.areas_inside) & is_past]


WARNINGS = Listing(
    "missed-warnings",
    "warnings.title",
    "warnings",
    (
        Field("area", area, head="table.area"),
        Field(
            "period",
            lambda context, row: formats.period_name(period_named(row["quarter"]), context.words),
            head="table.period",
        ),
        *(Field(name, is_number=True) for name in COUNTS),
    ),
    lambda context: rows_of(warnings(context)),
    "warnings.under",
    counts="early_warning",
)


_TIERS = ("I", "II", "III")
Row = Mapping[str, Any]


def shown_quarter(context: Context) -> str:
    """The period's last quarter that has begun by the as-of day: assessments are quarterly."""
    as_of: date = pd.Timestamp(context.mission["as_of"]).date()
    return min(quarters_of(context.period)[-1], period_of(as_of, "Q").name)


def assessed_threats(context: Context) -> dict[str, dict[str, Row]]:
    """Of the shown quarter and the chosen area: threat, tier, row; the highest risk first."""
    found: dict[str, dict[str, Row]] = {}
    frame = threats.threat_response(context.release, shown_quarter(context), context.area)
    for row in rows_of(frame):
        found.setdefault(row["threat_type"], {})[row["tier"]] = row
    return found


def threats_counted(context: Context) -> str:
    """How many threats the data name, how many of these people have not assessed, how many they
    have: one sentence for all pages."""
    words, quarter = context.words, shown_quarter(context)
    named, agreed = assessed_threats(context), records.threats(context, quarter)
    shown = formats.period_name(period_named(quarter), words)
    if not named and not agreed:
        return words("threats.none", quarter=shown)
    numbers = {
        "named": len(named),
        "open": len(named.keys() - {one.threat_type for one in agreed}),
        "assessed": len(agreed),
    }
    told = {name: formats.number(number, words) for name, number in numbers.items()}
    return words("threats.counted", quarter=shown, **told)


def threats_card(context: Context) -> html.Section:
    """One row a threat; where nothing was done against it in a tier, that is what stands there."""
    words, found = context.words, assessed_threats(context)
    quarter = formats.period_name(period_named(shown_quarter(context)), words)
    title = words("threats.title", quarter=quarter)
    if not found:
        return card(title, [notice(words("threats.none", quarter=quarter))], key="threats")
    columns = [Column(words("threats.head.threat")), Column(words("threats.head.assessed"))]
    columns += [Column(words("chain.tier", tier=tier)) for tier in _TIERS]
    columns += [Column(words("threats.head.places"), True), Column(words("threats.head.alerts"))]
    rows = [_row(context, threat, tiers) for threat, tiers in found.items()]
    is_planned = any(not formats.is_missing(tiers[TOTAL]["planned"]) for tiers in found.values())
    content: list[Any] = [
        *reports_note(context.reports_of("threat_response"), words),
        table(columns, rows, title),
        *([] if is_planned else [html.P(words("threats.no_plan"), className="note")]),
        take_away(context, "threats", ("csv",), title),
    ]
    return card(title, content, words("threats.under"), key="threats")


def _row(context: Context, threat: str, tiers: Mapping[str, Row]) -> list[Any]:
    words, total = context.words, tiers[TOTAL]
    alerts, answered = int(total["alerts"]), int(total["alerts_answered"])
    numbers = {"answered": formats.number(answered, words), "alerts": formats.number(alerts, words)}
    return [
        words.label("threat_type", threat),
        _assessed(context, total),
        *(_tier(context, tiers[tier]) for tier in _TIERS),
        formats.number(total["places"], words),
        words("threats.answered", **numbers) if alerts else words("threats.no_alert"),
    ]


def _assessed(context: Context, row: Row) -> str:
    words = context.words
    areas = words.digits("threats.areas", int(row["areas_assessed"]))
    rising = words.digits("threats.rising", int(row["areas_rising"]))
    if formats.is_missing(row["risk"]):
        return words("threats.unscored", areas=areas, rising=rising)
    return words("threats.scored", risk=f"{row['risk']:.0f}", areas=areas, rising=rising)


def _tier(context: Context, row: Row) -> Any:
    """What was done of what was planned; a plan that names the threat is not always there."""
    words, done = context.words, int(row["done"])
    if done:
        parts: list[Any] = [words("threats.done", number=formats.number(done, words))]
    else:
        is_known = not never_came(context.release, ["activities"])
        parts = [html.B(words("threats.nothing")) if is_known else "–"]
    if not formats.is_missing(row["planned"]):
        planned = words("threats.planned", number=formats.number(row["planned"], words))
        parts += [" ", html.Span(planned, className="note")]
    return html.Div(parts)
