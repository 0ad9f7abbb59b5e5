"""An indicator's definition over time: as it is, as it was a year ago, and what changed."""

from datetime import date
from typing import Any

from dash import html

from dashboards.components.card import card
from dashboards.reading.context import Context
from dashboards.reading.queries import catalogue
from dashboards.reading.rows import rows_of
from dashboards.wording import formats
from dashboards.wording.words import Words
from indicators.foundation.periods import day_months_after

TEXTS = ("title", "definition", "numerator", "denominator", "limitations")
_VALUES = ("unit_of_measure", "direction", "time_rule", "source", "reference")


def definition_versions(context: Context, code: str) -> html.Section:
    """The version in force a year before the period's end beside today's; all versions below."""
    words, versions = context.words, rows_of(catalogue.versions(context.release, code))
    then = day_months_after(context.period.end, -12)
    was, now = version_on(versions, then), versions[-1]
    said = {"on": formats.day(then, words), "version": str(now["version"])}
    if was is None:
        parts: list[Any] = [html.P(words("versions.not_yet", **said))]
    elif was["version"] == now["version"]:
        parts = [html.P(words("versions.same", **said))]
    else:
        parts = [html.P(words("versions.other", was=str(was["version"]), **said))]
        parts.append(comparison(context, was, now))
    title = words("versions.title")
    return card(title, [*parts, _definition(context, was or now)], key="versions")


def version_on(versions: list[dict[str, Any]], day: date) -> dict[str, Any] | None:
    """The version in force on a day; None where the indicator was not yet defined."""
    held = [row for row in versions if row["effective_from"].date() <= day]
    return held[-1] if held else None


def _definition(context: Context, row: dict[str, Any]) -> html.Details:
    """The whole text of one version, folded."""
    words = context.words
    lines = [
        html.Div([html.Dt(words(f"catalogue.field.{name}")), html.Dd(text)])
        for name in TEXTS
        if (text := words.of(row, name))
    ]
    summary = words("versions.text", version=str(row["version"]))
    return html.Details([html.Summary(summary), html.Dl(lines)], className="long")


def comparison(context: Context, was: dict[str, Any], now: dict[str, Any]) -> html.Div:
    """What changed between two versions: as it was and as it is, field by field."""
    words = context.words
    fields = [(name, words.of(was, name), words.of(now, name)) for name in TEXTS]
    fields += [(name, str(was[name] or ""), str(now[name] or "")) for name in _VALUES]
    lines = [
        html.Div(
            [
                html.Dt(words(f"catalogue.field.{name}")),
                html.Dd([html.Span(version_words(was, words), className="note"), before or "–"]),
                html.Dd([html.Span(version_words(now, words), className="note"), after or "–"]),
            ]
        )
        for name, before, after in fields
        if before != after
    ]
    why = words.of(now, "change")
    said = [html.Div([html.Dt(words("versions.change")), html.Dd(why)])] if why else []
    return html.Div(html.Dl([*lines, *said]), className="comparison")


def version_words(row: dict[str, Any], words: Words) -> str:
    """The number of a version and since when it holds."""
    since = formats.day(row["effective_from"], words)
    return words("versions.version", version=str(row["version"]), since=since)
