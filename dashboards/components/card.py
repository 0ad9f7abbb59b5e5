"""A page's head, cards, notices, and links that change the address without loading again."""

from typing import Any
from zlib import crc32

from dash import html

from dashboards.wording.words import Words


def card(
    title: str, children: list[Any], subtitle: str | None = None, key: str = ""
) -> html.Section:
    """A section with its heading; `key` makes the heading's id."""
    heading = f"heading-{key or crc32(title.encode())}"  # the same in every process
    head = [html.H2(title, id=heading)]
    if subtitle:
        head.append(html.P(subtitle, className="subtitle"))
    return html.Section(
        [html.Div(head, className="card-head"), *children],
        className=f"card card-{key}".rstrip("-"),
        **{"aria-labelledby": heading},
    )


def folded(found: html.Section, is_open: bool = False) -> html.Section:
    """The card with its content folded under its head; on paper it is open.

    A card that only says that there is nothing stays as it is.
    """
    head, *content = found.children
    if len(content) == 1 and isinstance(content[0], html.P):
        return found
    opened = {"open": True} if is_open else {}
    found.children = [html.Details([html.Summary(head), *content], className="fold", **opened)]
    return found


def notice(text: Any, class_name: str = "") -> html.P:
    """A plain grey line that says what is not there and what to do."""
    return html.P(text, className=f"notice {class_name}".strip())


def how_to_read(name: str, words: Words) -> html.P:
    """How a panel is read, in a sentence or two of the catalogue."""
    return html.P(
        [html.B(words("effects.how_to_read")), words(f"effects.read.{name}")],
        className="how-to-read",
    )


def page_head(title: str, lead: Any = None, eyebrow: Any = None) -> html.Div:
    """The page's one h1 with what stands around it."""
    parts: list[Any] = []
    if eyebrow:
        parts.append(html.P(eyebrow, className="eyebrow"))
    parts.append(html.H1(title, id="page-title", tabIndex=-1))
    if lead:
        parts.append(html.Div(lead, className="lead"))
    return html.Div(parts, className="page-head")


def page_link(children: Any, href: str, class_name: str = "", **attributes: Any) -> html.A:
    """A link that `assets/poclens.js` turns into a change of address; works without it too."""
    return html.A(children, href=href, className=f"go {class_name}".strip(), **attributes)
