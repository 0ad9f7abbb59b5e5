"""What the results framework expects of an outcome, and whom it concerns; no finding."""

from collections.abc import Mapping
from typing import Any

from dash import html

from dashboards.components.card import card
from dashboards.reading.context import Context
from dashboards.wording import formats

_TEXTS = ("hypothesis", "stakeholders", "expected_accomplishment")


def expected_change(context: Context, outcome: str) -> list[html.Section]:
    """A card for the outcome's indicator; none where the framework says nothing of these."""
    item = context.outcome(outcome)
    lines = [*_texts(context, item), *_benchmark(context, item)] if item else []
    if not lines:
        return []
    words = context.words
    facts = html.Ul(lines, className="facts")
    return [card(words("expected.title"), [facts], words("expected.under"), key="expected")]


def _texts(context: Context, item: Mapping[str, Any]) -> list[html.Li]:
    words = context.words
    said = {name: words.of(item, name).replace("|", words("expected.and")) for name in _TEXTS}
    return [
        html.Li([html.Span(words(f"expected.{name}"), className="note"), html.Div(text)])
        for name, text in said.items()
        if text
    ]


def _benchmark(context: Context, item: Mapping[str, Any]) -> list[html.Li]:
    is_benchmark = item["is_benchmark"]
    if formats.is_missing(is_benchmark) or not is_benchmark:
        return []
    return [html.Li(context.words("expected.benchmark"))]
