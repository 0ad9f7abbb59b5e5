"""The text and the marks of a rendered page, read from Dash's own component tree."""

from collections.abc import Iterator
from typing import Any

from dash.development.base_component import Component


def components(part: Any) -> Iterator[Component]:
    """All components of a tree in reading order. A component's list holds no list: React draws
    none of that page."""
    if isinstance(part, Component):
        yield part
        children = getattr(part, "children", None)
        inner = children if isinstance(children, (list, tuple)) else ()
        assert not any(isinstance(one, (list, tuple)) for one in inner), part
        yield from components(children)
    elif isinstance(part, (list, tuple)):
        for child in part:
            yield from components(child)


def text_of(part: Any) -> str:
    """What is written, words of images and labels for screen readers included."""
    if isinstance(part, str):
        return part
    if isinstance(part, (list, tuple)):
        return " ".join(text_of(child) for child in part)
    if not isinstance(part, Component):
        return "" if part is None else str(part)
    said = [getattr(part, name, None) for name in ("aria-label", "alt", "label")]
    own = [word for word in said if isinstance(word, str)]
    return " ".join([*own, text_of(getattr(part, "children", None))])


def classes_of(part: Any) -> set[str]:
    """All CSS classes of a tree."""
    names = (getattr(found, "className", None) or "" for found in components(part))
    return {name for text in names for name in text.split()}
