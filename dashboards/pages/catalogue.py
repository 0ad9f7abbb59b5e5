"""Catalogue: what each figure means, where the definition stands, and what it cannot say."""

from typing import Any

from dash import html

from dashboards.components.card import notice, page_head, page_link
from dashboards.components.facets import facet_panel, found_indicators, narrowed, search_form
from dashboards.components.how_computed import version_of
from dashboards.reading.context import Context


def sentence(context: Context) -> str:
    """How many definitions the release rests on."""
    return context.words("catalogue.sentence", number=str(len(context.indicators)))


def _line(name: str, text: str) -> list[Any]:
    return [html.Div([html.Dt(name), html.Dd(text)])] if text else []


def _owner(context: Context, row: dict[str, Any]) -> str:
    """Who owns it, with the paragraph that says so."""
    owner, reference = context.words.of(row, "owner"), row["owner_reference"]
    return context.words("catalogue.owned", owner=owner, reference=reference) if owner else ""


def _entry(context: Context, code: str) -> html.Section:
    words, row, unit = context.words, context.indicator(code), context.unit(code)
    version = version_of(row, words)
    lines = [
        *(
            part
            for name in ("definition", "numerator", "denominator", "rationale", "limitations")
            for part in _line(words(f"catalogue.{name}"), words.of(row, name))
        ),
        *_line(words("catalogue.unit"), unit.words(words)),
        *_line(words("catalogue.direction"), words(f"direction.{row['direction']}")),
        *_line(words("catalogue.time_rule"), words(f"time_rule.{row['time_rule']}")),
        *_line(words("catalogue.source"), words.label("source", str(row["source"]))),
        *_line(words("catalogue.owner"), _owner(context, row)),
        *_line(words("computed.version"), version),
    ]
    title = page_link(words.of(row, "title"), context.address.link(f"/indicators/{code}"))
    tier = words.labels("tier", str(row["tier"]))
    level = words(f"indicators.level.{row['level']}")
    return html.Section(
        [
            html.H2(title),
            html.P(f"{code} · {level} · {tier}", className="subtitle"),
            html.Details([html.Summary(words("catalogue.open")), html.Dl(lines)]),
        ],
        className="card card-computed",
        id=code,
    )


def body(context: Context) -> list[Any]:
    """Search and facets, then the definitions in the order of their codes."""
    found = found_indicators(context)
    codes = [str(code) for code in narrowed(context, found).index]
    entries = [_entry(context, code) for code in codes]
    shown = entries or [notice(context.words("indicators.nothing"))]
    head = page_head(sentence(context), context.words("catalogue.lead"))
    panel = facet_panel(context, found)
    return [head, search_form(context), panel, html.Div(shown, className="stack")]
