"""The head of a page: where we are, the answer in one sentence, and the line under it."""

from typing import Any

from dash import html


def page_head(title: str, lead: Any = None, eyebrow: Any = None) -> html.Div:
    """The page's one h1 with what stands around it."""
    parts: list[Any] = []
    if eyebrow:
        parts.append(html.P(eyebrow, className="eyebrow"))
    parts.append(html.H1(title, id="page-title", tabIndex=-1))
    if lead:
        parts.append(html.Div(lead, className="lead"))
    return html.Div(parts, className="page-head")
