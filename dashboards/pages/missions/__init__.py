"""Missions: what headquarters has of each, and figures of one definition side by side.

Missions stand by name, always: a figure never orders them.
"""

import math
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any

from dash import html

from dashboards.components.card import card, notice, page_head, page_link, with_commands
from dashboards.components.chart import take_away
from dashboards.components.table import Column, table
from dashboards.pages.missions import queries
from dashboards.reading.context import Context
from dashboards.reading.queries import catalogue
from dashboards.reading.releases import Release
from dashboards.reading.rows import rows_of
from dashboards.wording import formats
from indicators.foundation.messages import has_message, message
from indicators.foundation.periods import period_named, period_of


def _quarter(context: Context) -> str:
    """The quarter of the address, else that of the release."""
    shown = context.period
    return shown.name if shown.period_type == "Q" else context.release.name.rpartition("-r")[0]


def sentence(context: Context) -> str:
    """Of how many missions there is a release of the quarter, and how many pulls failed."""
    words, quarter = context.words, _quarter(context)
    names = _names(context)
    here = sum(_has_quarter(context.missions.get(name), quarter) for name in names)
    failed = sum(one["outcome"] == "failed" for one in queries.pulls(context.home).values())
    numbers = {"here": str(here), "all": str(len(names))}
    said = words(
        "missions.sentence", quarter=formats.period_name(period_named(quarter), words), **numbers
    )
    if not failed:
        return said
    more = words.count("missions.failed", failed)
    return f"{said} {more}"


def _names(context: Context) -> list[str]:
    """Missions with a release here, and those that a pull was tried for, by name."""
    return sorted({*context.missions, *queries.pulls(context.home)})


def _has_quarter(release: Release | None, quarter: str) -> bool:
    return release is not None and release.name.rpartition("-r")[0] >= quarter


def _state_card(context: Context) -> html.Section:
    words = context.words
    heads = ("mission", "release", "age", "complete", "moved", "pull")
    columns = [Column(words(f"missions.head.{head}")) for head in heads]
    rows = [_state_row(context, name) for name in _names(context)]
    title = words("missions.state")
    parts = [table(columns, rows, title), take_away(context, "missions", ("csv",), title)]
    return card(title, parts, words("missions.state_under"), key="state")


def _state_row(context: Context, mission: str) -> list[Any]:
    words, release = context.words, context.missions.get(mission)
    if release is None:
        nothing = words("missions.no_release")
        return [mission, nothing, "–", "–", "–", _pull_state(context, mission)]
    period = period_named(release.name.rpartition("-r")[0])
    before = period_of(period.start - timedelta(days=1), "Q").name
    share = queries.returns_share(release, period.start.isoformat(), period.end.isoformat())
    ratings, revised = queries.moved(release, period.name, before)
    link = context.address.link("/", mission=mission, period=None, area=None)
    return [
        [page_link(context.name_of(mission), link), " ", html.Span(mission, className="code")],
        html.Span(release.name, className="release"),
        _age(context, release),
        words("missions.share", share=formats.percent(share, words)) if share is not None else "–",
        _moved(context, release, ratings, revised),
        _pull_state(context, mission),
    ]


def _moved(context: Context, release: Release, ratings: int, revised: int) -> str:
    """What changed since the quarter before, and since the release before, where there is one."""
    words = context.words
    if catalogue.release_facts(release).get("previous_release") is None:
        return words("missions.moved_first", ratings=str(ratings))
    return words("missions.moved", ratings=str(ratings), revised=formats.number(revised, words))


def _age(context: Context, release: Release) -> str:
    """Days since it was published, and the day up to which it counts."""
    words, as_of = context.words, release.manifest.get("as_of")
    day = formats.day(date.fromisoformat(str(as_of)), words) if as_of else "–"
    if release.published_on is None:
        return words("missions.as_of", day=day)
    days = max(0, (date.today() - release.published_on).days)
    if not days:
        return words("missions.age.today", day=day)
    return words.digits("missions.age", days, day=day)


def _pull_state(context: Context, mission: str) -> Any:
    words, found = context.words, queries.pulls(context.home).get(mission)
    if found is None:
        return words("missions.pull.none")
    day = formats.day(date.fromisoformat(str(found["at"])[:10]), words)
    if found["outcome"] != "failed":
        return words(f"missions.pull.{found['outcome']}", day=day)
    reason = _reason(context, found)
    return [html.B(words("missions.pull.failed", day=day)), html.Span(reason, className="note")]


def _reason(context: Context, found: Any) -> str:
    """Why a pull failed, in the words of the command that pulls."""
    key = f"problem.{found.get('rule')}"
    if not has_message(key):
        return str(found.get("rule"))
    return message(key, context.words.language, **{"value": "", **(found.get("parameters") or {})})


def _side_by_side(context: Context) -> html.Section:
    """Indicators that at least two missions compute by one definition; the others with reasons."""
    words, quarter = context.words, _quarter(context)
    title = words("missions.side_by_side")
    found = queries.comparison(context.home, quarter)
    if found.empty:
        return card(title, [notice(with_commands(words("missions.no_rollup")))], key="compared")
    names = sorted(found["mission"].unique())
    by_indicator = [list(rows) for _, rows in groupby(rows_of(found), itemgetter("indicator"))]
    shared = [rows for rows in by_indicator if sum(row["is_comparable"] for row in rows) >= 2]
    named = map(context.name_of, names)
    heads = [words("missions.head.indicator"), words("missions.head.total"), *named]
    columns = [Column(head) for head in heads]
    rows = [_compared_row(context, names, lines) for lines in shared]
    parts: list[Any] = [notice(words("missions.none_shared"))]
    if rows:
        parts = [table(columns, rows, title), take_away(context, "compared", ("csv",), title)]
    return card(title, parts, words("missions.side_by_side_under"), key="compared")


def _compared_row(context: Context, names: list[str], lines: list[dict[str, Any]]) -> list[Any]:
    by_mission = {row["mission"]: row for row in lines}
    first = lines[0]
    title = context.words.of(first, "short") or first["indicator"]
    head = [title, html.Span(f"{first['indicator']}", className="note")]
    cells = [_cell(context, by_mission.get(name)) for name in names]
    return [head, _total(context, first), *cells]


def _cell(context: Context, row: Any) -> Any:
    """A figure with its interval, or in words why it does not stand here."""
    words = context.words
    if row is None:
        return words("missions.reason.not_selected")
    if not row["is_comparable"] or formats.is_missing(row["value"]):
        names = str(row["differs"]).replace("|", ", ")
        return html.Span(words(f"missions.reason.{row['reason']}", differs=names), className="note")
    return _figure(context, row["value"], row["ci_low"], row["ci_high"], row["disclosure"])


def _total(context: Context, row: Any) -> Any:
    words, reason = context.words, row["total_reason"]
    if not formats.is_missing(row["total"]):
        facts = (row["total"], row["total_low"], row["total_high"], row["total_disclosure"])
        return _figure(context, *facts)
    key = str(reason).partition(".")[0] if isinstance(reason, str) else "fewer_than_two"
    return html.Span(words(f"missions.total.{key}"), className="note")


def _figure(context: Context, value: Any, low: Any, high: Any, disclosure: Any) -> list[Any]:
    words = context.words
    decimals = 0 if float(value).is_integer() else 1
    parts: list[Any] = [formats.number(value, words, decimals)]
    if not formats.is_missing(low):
        limits = {"low": formats.number(low, words, 1), "high": formats.number(high, words, 1)}
        parts.append(html.Span(words("missions.interval", **limits), className="note"))
    if disclosure == "rounded_5":
        parts.append(html.Span(words("missions.rounded"), className="note"))
    return parts


def _pooled(context: Context) -> html.Section:
    """One link over missions: mean, how far missions lie apart, and what one more would show."""
    words = context.words
    title, found = words("missions.pooled"), queries.pooled_links(context.home)
    if found.empty:
        return card(title, [notice(words("missions.pooled.none"))], key="pooled")
    columns = [
        Column(words(f"missions.pooled.{name}"), is_number)
        for name, is_number in (("link", False), ("number", True), ("mean", True), ("next", True))
    ]
    rows = [_pooled_row(context, row) for row in rows_of(found)]
    return card(title, [table(columns, rows, title)], words("missions.pooled.under"), key="pooled")


def _pooled_row(context: Context, row: dict[str, Any]) -> list[Any]:
    words = context.words
    link = words("missions.pooled.pair", output=words.of(row, "from"), outcome=words.of(row, "to"))
    number = formats.number(row["missions"], words)
    if isinstance(row["reason"], str):
        return [link, number, words(f"missions.pooled.{row['reason']}"), ""]
    mean, low, high, ahead_low, ahead_high, least, most = (
        100 * math.expm1(row[name]) if row["scale"] == "percent" else row[name]
        for name in ("estimate", "ci_low", "ci_high", "next_low", "next_high", "least", "most")
    )
    is_share = row["unit"] in ("percent", "percentage_points")
    unit = "percent" if row["scale"] == "percent" else "points" if is_share else "none"
    sizes = {
        name: formats.signed(value, words, 1)
        for name, value in (
            ("mean", mean), ("low", low), ("high", high), ("least", least), ("most", most),
            ("next_low", ahead_low), ("next_high", ahead_high),
        )
    }  # fmt: skip
    return [
        link,
        number,
        words(f"missions.pooled.figure.{unit}", **sizes),
        words(f"missions.pooled.ahead.{unit}", **sizes),
    ]


def body(context: Context) -> list[Any]:
    """The state of every mission, then what can be compared."""
    cards = [_state_card(context), _side_by_side(context)]
    if queries.has_rollup(context.home):
        cards.append(_pooled(context))
    head = page_head(sentence(context), context.words("missions.lead"))
    return [head, html.Div(cards, className="stack")]
