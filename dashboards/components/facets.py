"""Narrowing the list of indicators: facets in the address, and a box for words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from dash import dcc, html

from dashboards.components.card import page_link
from dashboards.components.rating import WORST_FIRST
from dashboards.reading.context import Context
from dashboards.wording import formats

STAGES = ("impact", "outcome", "output")


@dataclass(frozen=True)
class Facet:
    """One way to narrow: the address's key, and the values of each indicator by its code."""

    key: str
    values: Mapping[str, Sequence[str]]

    def matches(self, code: str, chosen: str) -> bool:
        """Whether an indicator has the chosen value."""
        return chosen in self.values.get(code, ())


def facets(context: Context) -> list[Facet]:
    """Stage, tier, phase, unit, owner, rating, target; each with the values of the release."""
    frame = context.indicators

    def listed(column: str) -> dict[str, list[str]]:
        return {str(code): str(text).split("|") for code, text in frame[column].items()}

    # The same in both languages, so that an address keeps its choice when the language changes.
    owners = {
        str(code): [str(text)] for code, text in frame["owner_en"].items() if isinstance(text, str)
    }
    ratings = {str(code): [context.cell(str(code)).rating or "none"] for code in frame.index}
    targets = {
        str(code): ["no" if formats.is_missing(target) else "yes"]
        for code, target in frame["target"].items()
    }
    return [
        Facet("stage", listed("level")),
        Facet("tier", listed("tier")),
        Facet("phase", listed("phases")),
        Facet("unit", listed("units")),
        Facet("owner", owners),
        Facet("rating", ratings),
        Facet("target", targets),
    ]


def narrowed(context: Context, frame: pd.DataFrame, without: str = "") -> pd.DataFrame:
    """The indicators that have every chosen value, the choice of one facet left aside."""
    chosen = [
        (facet, asked)
        for facet in facets(context)
        if facet.key != without and (asked := context.address.get(facet.key)) is not None
    ]
    keep = [all(facet.matches(str(code), value) for facet, value in chosen) for code in frame.index]
    return frame[pd.Series(keep, index=frame.index, dtype=bool)]


def _name(context: Context, key: str, value: str) -> str:
    words = context.words
    if key in ("stage", "target"):
        return words(f"indicators.{key}.{value}")
    if key == "rating":
        return words(f"rating.{value}")
    if key == "owner":
        owned = context.indicators[context.indicators["owner_en"] == value]
        return str(owned[f"owner_{words.language}"].iloc[0])
    return words.label({"tier": "tier", "phase": "phase", "unit": "unit_type"}[key], value)


def _values(facet: Facet) -> list[str]:
    """The facet's values: in the order of the results chain, worst rating first, else by code."""
    found = {value for values in facet.values.values() for value in values}
    order = {value: place for place, value in enumerate((*STAGES, *WORST_FIRST))}
    return sorted(found, key=lambda value: (order.get(value, len(order)), value))


def _choices(context: Context, facet: Facet, frame: pd.DataFrame) -> html.Div:
    words, asked = context.words, context.address.get(facet.key)
    links = []
    codes = [str(code) for code in narrowed(context, frame, without=facet.key).index]
    for value in _values(facet):
        number = sum(facet.matches(code, value) for code in codes)
        is_chosen = value == asked
        if not number and not is_chosen:
            continue
        href = context.address.link(**{facet.key: None if is_chosen else value})
        current = {"aria-current": "true"} if is_chosen else {}
        text = [_name(context, facet.key, value), html.Span(str(number), className="count")]
        links.append(page_link(text, href, **current))
    title = words(f"indicators.facet.{facet.key}")
    group = html.Div(links, className="tabs", role="group", **{"aria-label": title})
    return html.Div([html.Span(title, className="note"), group], className="facet")


def facet_panel(context: Context, frame: pd.DataFrame) -> html.Details:
    """All facets, open while one is chosen; a number says how long the list would be."""
    words = context.words
    found = facets(context)
    chosen = {facet.key: None for facet in found if context.address.get(facet.key)}
    parts: list[Any] = [html.Summary(words("indicators.filter"))]
    parts += [_choices(context, facet, frame) for facet in found]
    if chosen:
        parts.append(page_link(words("indicators.clear"), context.address.link(**chosen)))
    return html.Details(parts, className="facets long", open=bool(chosen))


def found_indicators(context: Context) -> pd.DataFrame:
    """The indicators whose code, title, owner or definition holds the words asked for."""
    frame = context.indicators
    asked = (context.address.get("q") or "").strip().casefold()
    language = context.words.language
    texts = [f"{stem}_{language}" for stem in ("title", "short", "owner", "definition")]
    columns = ["indicator", *texts]
    text = frame[columns].fillna("").agg(" ".join, axis=1).str.casefold()
    hits = pd.Series(True, index=frame.index)
    for word in asked.split():
        hits &= text.str.contains(word, regex=False)
    return frame[hits]


def search_form(context: Context) -> html.Form:
    """The field with its button."""
    words = context.words
    field = dcc.Input(
        id="search", type="search", value=context.address.get("q") or "", debounce=True
    )
    label = html.Label(words("indicators.search"), htmlFor="search")
    button = html.Button(words("indicators.find"), className="button", type="submit")
    return html.Form([label, field, button], className="search", role="search")
