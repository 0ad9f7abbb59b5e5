"""A page's head, cards, notices, and links that change the address without loading again."""

from typing import Any
from zlib import crc32

from dash import html

from dashboards.reading.address import Address
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


def folded(address: Address, found: html.Section, is_open: bool = False) -> html.Section:
    """The card by its head alone; opened, by a link, it is asked for with what it holds.

    `open` of the address names what is open (`all`: every card, as for print). A card that only
    says that there is nothing stays as it is.
    """
    head, *content = found.children
    if len(content) == 1 and isinstance(content[0], html.P):
        return found
    title = heading_of(found)
    key = str(title.id).removeprefix("heading-")
    chosen = _opened(address)
    shown = is_open or bool({key, "all"} & set(chosen))
    others = [name for name in chosen if name not in (key, "all")]
    keys = ",".join(others if shown else [*others, key]) or None
    state = {"aria-expanded": "true" if shown else "false", "data-fold": key}
    changes = {"open": keys, **({"reporter": None, "reason": None} if is_open else {})}
    title.children = page_link(title.children, address.link(**changes), "fold", **state)
    if not shown and isinstance(head.children[0], html.Div):
        head.children = head.children[:1]  # without the switch between chart and table
    found.children = [head, *(content if shown else [])]
    return found


def with_commands(text: str) -> list[Any]:
    """A sentence with what stands between backticks, as of a terminal, set as code."""
    parts = enumerate(text.split("`"))
    return [html.Code(part) if place % 2 else part for place, part in parts if part]


def opened_rest(address: Address, key: str, summary: str, rest: Any) -> list[Any]:
    """A line that opens the rest of a long list, which is sent where it was asked for by its own
    name alone: `open=all` opens the cards, and a browser draws hundreds of lines no faster."""
    chosen = _opened(address)
    shown = key in chosen
    names = [name for name in chosen if name != key] if shown else [*chosen, key]
    state = {"aria-expanded": "true" if shown else "false", "data-fold": key}
    link = page_link(summary, address.link(open=",".join(names) or None), "fold", **state)
    return [html.P(link, className="long"), *([rest] if shown else [])]


def _opened(address: Address) -> list[str]:
    return [name for name in (address.get("open") or "").split(",") if name]


def heading_of(found: html.Section) -> html.H2:
    """The heading of a card."""
    return next(part for part in within(found) if isinstance(part, html.H2))


def within(parts: Any) -> list[Any]:
    """All components of these parts and below them."""
    if isinstance(parts, (list, tuple)):
        return [found for part in parts for found in within(part)]
    if parts is None or isinstance(parts, str):
        return []
    return [parts, *within(getattr(parts, "children", None))]


def fold_switch(address: Address, words: Words) -> html.A:
    """Opens all cards that are folded, or closes them."""
    is_all = "all" in _opened(address)
    link = address.link(open=None if is_all else "all")
    return page_link(words("folds.close" if is_all else "folds.open"), link)


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
