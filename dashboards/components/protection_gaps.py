"""The protection gaps of the newest month by area: rank, expected incidents, presence, trust."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from dash import html

from dashboards.figures.area_drawing import AreaDrawing, Look, area_drawing, ranks
from dashboards.figures.outlines import outlines_of
from dashboards.reading.context import Context
from dashboards.reading.queries.quality import never_came
from dashboards.reading.releases import Release
from dashboards.reading.rows import rows_of
from dashboards.wording import formats
from indicators.foundation.periods import period_named

RANK = "gap"
PATROL_DAY = "patrol_day"
RISKS = ("risk_forecast", "risk_recent")
PATROLS = ("days_since_patrol_police", "days_since_patrol_military")
_TRUSTS = ("trust_un_police", "trust_host_police")
Row = Mapping[str, Any]
Gaps = dict[str, dict[str, Row]]  # by area and component, in the order of the ranks


def read_gaps(context: Context) -> Gaps:
    """All areas with a rank or a reason for none: by rank, the unranked last."""
    found: Gaps = {}
    for row in rows_of(protection_gaps(context.release)):
        found.setdefault(row["area"], {})[row["component"]] = row
    ranked = {area: known for area, known in found.items() if RANK in known}

    def place(area: str) -> tuple[bool, float, str]:
        rank = ranked[area][RANK]["value"]
        is_unranked = formats.is_missing(rank)
        return is_unranked, 0.0 if is_unranked else rank, context.area_name(area)

    return {area: ranked[area] for area in sorted(ranked, key=place)}


def where_title(context: Context, gaps: Gaps) -> str:
    """Where, with the month that the gaps are of, whatever period is chosen."""
    known = next(iter(gaps.values()), None)
    if known is None:
        return context.words("where.title")
    month = formats.month(period_named(known[RANK]["period"]).start, context.words)
    return context.words("where.title_of", month=month)


def has(known: Mapping[str, Row], name: str) -> bool:
    """Whether a component has a figure."""
    return name in known and not formats.is_missing(known[name]["value"])


def is_ranked(known: Mapping[str, Row]) -> bool:
    """Whether an area has a rank."""
    return has(known, RANK)


def last_patrol(known: Mapping[str, Row], names: Sequence[str] = PATROLS) -> Row | None:
    """Of police or military the row whose last patrol is fewest days before the last day that its
    reports cover; none where no row has days."""
    rows = [known[name] for name in names if has(known, name)]
    return min(rows, key=lambda row: float(row["value"])) if rows else None


def days_since_patrol(known: Mapping[str, Row]) -> float | None:
    """Days since the last patrol of police or military."""
    row = last_patrol(known)
    return None if row is None else float(row["value"])


def rank_words(context: Context, known: Mapping[str, Row], of: int) -> str:
    """Rank 1–8 of 35, as an interval."""
    return context.words("gaps.rank", ranks=possible_ranks(context, known[RANK]), of=str(of))


def possible_ranks(context: Context, row: Row) -> str:
    """1–8, or the one rank that is left."""
    low, high = f"{row['rank_low']:.0f}", f"{row['rank_high']:.0f}"
    return low if low == high else context.words("format.range", low=low, high=high)


def risk_of(known: Mapping[str, Row]) -> str:
    """The component that says how many incidents are expected."""
    return next((name for name in RISKS if has(known, name)), RISKS[-1])


def trust_of(known: Mapping[str, Row]) -> str:
    """The component that says how many trust a police; releases of before hold both questions."""
    return next((name for name in _TRUSTS if name in known), _TRUSTS[0])


def component_figure(
    context: Context, known: Mapping[str, Row], name: str, decimals: int
) -> str | html.Span:
    """A figure with its bounds; where there is none, the reason's first words and all on hover."""
    words = context.words
    if not has(known, name):
        reason = words.of(known[name], "reason") if name in known else words("finding.not_known")
        return html.Span(words("finding.not_known"), className="no-figure", title=reason)
    row = known[name]
    text = formats.number(row["value"], words, decimals)
    if not formats.is_missing(row.get("at_least")) and row["at_least"]:
        return html.Span(words("gaps.at_least", number=text), title=words.of(row, "reason"))
    bounds = [row["ci_low"], row["ci_high"]]
    if any(map(formats.is_missing, bounds)) or bounds[0] == bounds[1]:
        return text
    low, high = (formats.number(bound, words, decimals) for bound in bounds)
    return words("value.brief", value=text, interval=words("format.range", low=low, high=high))


def place_words(context: Context, known: Mapping[str, Row]) -> str:
    """15.5 incidents a month, patrol on 28 Sep 2026: why an area is ranked.

    The day is that of the last patrol in the reports, which may end before the month does; where
    the patrol was on their last day, a later one may not have been reported yet.
    """
    words, patrol = context.words, last_patrol(known)
    risk = risk_of(known)
    parts = []
    if has(known, risk):
        number = formats.number(known[risk]["value"], words, 1)
        parts.append(words(f"where.{risk}", number=number))
    if patrol is None:
        if not never_came(context.release, ["activities"]):
            parts.append(words("where.no_patrol"))
    elif not formats.is_missing(patrol.get("counted_to")):  # releases of before do not say it
        on = pd.Timestamp(patrol["counted_to"]) - pd.Timedelta(days=int(patrol["value"]))
        said = "where.patrol" if int(patrol["value"]) else "where.patrol_or_later"
        as_of = pd.Timestamp(context.mission["as_of"])
        parts.append(words(said, day=formats.day_beside(on, as_of, words)))
    return ", ".join(parts)


def ranked_inside(context: Context, gaps: Gaps, most: int) -> list[str]:
    """The areas of the choice that rank first."""
    inside = [area for area in gaps if area in context.areas_inside]
    return [area for area in inside if is_ranked(gaps[area])][:most]


def gap_drawing(
    context: Context,
    ranked: Sequence[str],
    silent: Mapping[str, Mapping[str, object]],
    width: float,
    theme: str,
) -> AreaDrawing | None:
    """The areas with their ranks, no access crossed, silence hatched; None without outlines."""
    drawn = outlines_of(str(context.release.folder), "admin2", context.release)
    if not drawn.shapes:
        return None
    place, inside = ranks(ranked), context.areas_inside
    looks = {
        area: Look(fill=_fill(area, silent), rank=place.get(area), is_outside=area not in inside)
        for area in drawn.shapes
    }
    return area_drawing(drawn, looks, width, theme)


def map_words(context: Context, ranked: Sequence[str]) -> str:
    """What the drawing shows, for those who hear it."""
    words = context.words
    names = words.listed([context.area_name(area) for area in ranked])
    return words("where.map", names=names) if ranked else words("where.no_gaps")


def _fill(area: str, silent: Mapping[str, Mapping[str, object]]) -> str:
    if area in silent["no_access"]:
        return "no-access"
    return "not-reported" if area in silent["not_submitted"] else ""


def protection_gaps(release: Release) -> pd.DataFrame:
    """One row an area and component of the newest month, as the mart has them."""
    sql = """
        SELECT * FROM mart.protection_gap
        QUALIFY period = max(period) OVER ()
        ORDER BY area, component
    """
    return release.frame(sql)
