"""Protection gaps beside the map: the areas that rank first with their reasons, then all of them.

A ranking with reasons, not a verdict; no unit and no commander is ever ranked.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from dash import html

from dashboards.components.card import card, notice, page_link
from dashboards.components.chart import take_away
from dashboards.components.table import Column, table
from dashboards.context import Context
from dashboards.releases import Release
from dashboards.rows import rows_of
from dashboards.wording import formats
from indicators.foundation.periods import period_named

_SHOWN = 5
_RANK = "gap"
_RISKS = ("risk_forecast", "risk_recent")
_TRUSTS = ("trust_un_police", "trust_host_police")
_FRESH, _DUE = 3, 14  # days since the last patrol: full disc, half disc
Row = Mapping[str, Any]
Gaps = dict[str, dict[str, Row]]  # by area and component, in the order of the ranks


def read_gaps(context: Context) -> Gaps:
    """All areas with a rank or a reason for none: by rank, the unranked last."""
    found: Gaps = {}
    for row in rows_of(protection_gaps(context.release)):
        found.setdefault(row["area"], {})[row["component"]] = row
    ranked = {area: known for area, known in found.items() if _RANK in known}

    def place(area: str) -> tuple[bool, float, str]:
        rank = ranked[area][_RANK]["value"]
        is_unranked = formats.is_missing(rank)
        return is_unranked, 0.0 if is_unranked else rank, context.area_name(area)

    return {area: ranked[area] for area in sorted(ranked, key=place)}


def gaps_sentence(context: Context, found: Gaps) -> str:
    """Which areas rank first, and which cannot be ranked; nothing where there are no gaps."""
    first = [context.area_name(area) for area, known in found.items() if _is_ranked(known)][:2]
    if not first:
        return ""
    return context.words("gaps.sentence", names=context.words.listed(first))


def gaps_card(context: Context, found: Gaps) -> html.Section:
    """The first areas with rank interval and reason, and every area that has no rank."""
    words = context.words
    if not found:
        return card(words("gaps.title"), [notice(words("gaps.none"))], key="gaps")
    ranked = [area for area, known in found.items() if _is_ranked(known)]
    unranked = [area for area in found if area not in ranked]
    items = [_item(context, area, found[area], len(ranked)) for area in ranked[:_SHOWN]]
    items += [_item(context, area, found[area], len(ranked)) for area in unranked]
    month = formats.month(period_named(_period(found)).start, words)
    return card(
        words("gaps.title"),
        [html.Ul(items, className="gaps")],
        words("gaps.under", number=str(min(_SHOWN, len(ranked))), of=str(len(found)), month=month),
        key="gaps",
    )


def _period(found: Gaps) -> str:
    return str(next(iter(found.values()))[_RANK]["period"])


def _is_ranked(known: Mapping[str, Row]) -> bool:
    return not formats.is_missing(known[_RANK]["value"])


def _item(context: Context, area: str, known: Mapping[str, Row], of: int) -> html.Li:
    words, row = context.words, known[_RANK]
    is_ranked = _is_ranked(known)
    sign = f"{row['value']:.0f}" if is_ranked else "⊘"
    said = _rank_words(context, row, of) if is_ranked else words("gaps.unranked")
    link = page_link(context.area_name(area), context.address.link(area=area))
    head = html.Div([html.B(link), html.Span(said, className="note")])
    parts = [head, *([_presence(context, known)] if is_ranked else [])]
    parts.append(html.Span(words.of(row, "reason"), className="note"))
    badge = html.Span(sign, className="gap-rank", **{"aria-hidden": "true"})
    return html.Li([badge, html.Div(parts)])


def _rank_words(context: Context, row: Row, of: int) -> str:
    low, high = row["rank_low"], row["rank_high"]
    return context.words("gaps.rank", low=f"{low:.0f}", high=f"{high:.0f}", of=str(of))


def _days(known: Mapping[str, Row]) -> float | None:
    days = [
        known[name]["value"]
        for name in ("days_since_patrol_police", "days_since_patrol_military")
        if _has(known, name)
    ]
    return min(days) if days else None


def _presence(context: Context, known: Mapping[str, Row]) -> html.Span:
    """The disc of the last patrol, with its days in words."""
    days = _days(known)
    if days is None:
        return html.Span(context.words("gaps.no_patrol"), className="note")
    look = "fresh" if days <= _FRESH else "due" if days <= _DUE else "late"
    disc = html.Span(className=f"patrol-disc patrol-{look}", **{"aria-hidden": "true"})
    return html.Span([disc, context.words.digits("gaps.days_ago", int(days))], className="patrol")


def all_gaps_card(context: Context, found: Gaps) -> list[html.Section]:
    """Every area with rank, expected incidents, days since the last patrol, reach and trust."""
    if not found:
        return []
    words = context.words
    heads = ("rank", "interval", "risk", "police", "military", "reach", "trust")
    columns = [Column(words("table.area"))]
    columns += [Column(words(f"gaps.head.{name}"), True) for name in heads]
    rows = [_row(context, area, known) for area, known in found.items()]
    title = words("gaps.all_title")
    content = [table(columns, rows, title), take_away(context, "gaps", ("csv",), title)]
    return [card(title, content, words("gaps.all_under"), key="all-gaps")]


def _row(context: Context, area: str, known: Mapping[str, Row]) -> list[Any]:
    words, row = context.words, known[_RANK]
    link = page_link(context.area_name(area), context.address.link(area=area))
    risk = next((name for name in _RISKS if _has(known, name)), _RISKS[-1])
    trust = next((name for name in _TRUSTS if _has(known, name)), _TRUSTS[0])
    bounds = (
        words("format.range", low=f"{row['rank_low']:.0f}", high=f"{row['rank_high']:.0f}")
        if _is_ranked(known)
        else words("gaps.unranked")
    )
    return [
        link,
        f"{row['value']:.0f}" if _is_ranked(known) else "–",
        bounds,
        _figure(context, known, risk, 1),
        _figure(context, known, "days_since_patrol_police", 0),
        _figure(context, known, "days_since_patrol_military", 0),
        _figure(context, known, "within_reach_police", 0),
        _figure(context, known, trust, 0),
    ]


def _has(known: Mapping[str, Row], name: str) -> bool:
    return name in known and not formats.is_missing(known[name]["value"])


def _figure(context: Context, known: Mapping[str, Row], name: str, decimals: int) -> Any:
    """A figure with its bounds; where there is none, the reason's first words and all on hover."""
    words = context.words
    if not _has(known, name):
        reason = words.of(known[name], "reason") if name in known else words("finding.not_known")
        return html.Span(words("finding.not_known"), className="no-figure", title=reason)
    row = known[name]
    text = formats.number(row["value"], words, decimals)
    bounds = [row["ci_low"], row["ci_high"]]
    if any(map(formats.is_missing, bounds)) or bounds[0] == bounds[1]:
        return text
    low, high = (formats.number(bound, words, decimals) for bound in bounds)
    return words("value.brief", value=text, interval=words("format.range", low=low, high=high))


def protection_gaps(release: Release) -> pd.DataFrame:
    """One row an area and component of the newest month, as the mart has them."""
    sql = """
        SELECT * FROM mart.protection_gap
        QUALIFY period = max(period) OVER ()
        ORDER BY area, component
    """
    return release.frame(sql)
