"""Links inside the product: they change the address without loading the page again."""

from typing import Any

from dash import html


def page_link(children: Any, href: str, class_name: str = "", **attributes: Any) -> html.A:
    """A link that `assets/poclens.js` turns into a change of address; works without it too."""
    return html.A(children, href=href, className=f"go {class_name}".strip(), **attributes)
