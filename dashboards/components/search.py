"""Searching indicators by words of their texts; what is asked stands in the address."""

import pandas as pd
from dash import dcc, html

from dashboards.context import Context


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
