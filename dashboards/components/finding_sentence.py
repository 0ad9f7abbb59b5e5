"""The sentence of a finding, one line an idea: what was found first, what it rests on after it."""

import re

from dash import html

# A full stop before a capital or a quotation ends a sentence; one in a number does not.
_END = re.compile(r"(?<=[.!?])\s+(?=[A-ZÀ-ÖØ-Þ«“])")


def finding_sentence(text: str) -> html.Div:
    """The sentences of a finding, each a paragraph."""
    first, *others = _END.split(text.strip())
    lines = [html.P(first, className="finding-first"), *(html.P(line) for line in others)]
    return html.Div(lines, className="caution")
