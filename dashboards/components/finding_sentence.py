"""The sentence of a finding, one line an idea: what was found first, what it rests on after it.

Below grade B the caveat comes first and large, the estimate after it and small.
"""

import re
from collections.abc import Mapping
from typing import Any

from dash import html

from dashboards.components.evidence import verdict
from dashboards.wording.words import Words

# A full stop before a capital or a quotation ends a sentence; one in a number does not.
_END = re.compile(r"(?<=[.!?])\s+(?=[A-ZÀ-ÖØ-Þ«“])")


def finding_of(link: Mapping[str, Any], words: Words) -> html.Div:
    """What was found of one link; `link`: the row of `mart.result_link` that speaks for it."""
    first, *others = _END.split((words.of(link, "sentence") or words("side.caution")).strip())
    caveat = _caveat(link, words)
    if caveat is None:
        lines = [html.P(first, className="finding-first"), *(html.P(line) for line in others)]
        return html.Div(lines, className="caution")
    small = [html.P(line, className="finding-small") for line in (first, *others)]
    return html.Div([html.P(caveat, className="finding-caveat"), *small], className="caution")


def _caveat(link: Mapping[str, Any], words: Words) -> str | None:
    found = verdict(link)
    return None if found in (None, "A", "B") else words(f"effects.caveat.{found}")
