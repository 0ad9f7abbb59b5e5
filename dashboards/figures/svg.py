"""Pieces of SVG as text: all drawings are made of them, on pages and in the brief."""

from collections.abc import Mapping, Sequence
from html import escape
from urllib.parse import quote

from dashboards.figures.theme import FONT, THEMES

# Fills of the kinds of empty; `cross` is added where no access must show on a map.
PATTERNS = {
    "not-reported": '<path d="M-1 1l2-2M0 6l6-6M5 7l2-2" stroke="{control}"/>',
    "no-access": '<rect width="6" height="6" fill="{sunk}"/>',
    "suppressed": '<circle cx="1.5" cy="1.5" r=".9" fill="{control}"/>'
    '<circle cx="4.5" cy="4.5" r=".9" fill="{control}"/>',
}
_ON_MAPS = {
    "no-access": PATTERNS["no-access"]
    + '<path d="M0 0l6 6M6 0l-6 6" stroke="{control}" stroke-width=".8"/>',
    "stripes": '<path d="M-1 1l2-2M0 6l6-6M5 7l2-2" stroke="#fff" stroke-opacity=".7"/>',
}


def element(name: str, inside: str = "", /, **given: object) -> str:
    """An element; `stroke_width` is written stroke-width, numbers to two decimals."""
    attributes = "".join(
        f' {key.replace("_", "-")}="{_written(value)}"' for key, value in given.items()
    )
    return f"<{name}{attributes}>{inside}</{name}>" if inside else f"<{name}{attributes}/>"


def _written(value: object) -> str:
    if isinstance(value, int | float):
        return f"{round(float(value), 2):g}"
    return escape(str(value))


def circle(x: float, y: float, r: float, **look: object) -> str:
    """A circle about a point."""
    return element("circle", cx=x, cy=y, r=r, **look)


def box(x: float, y: float, width: float, height: float, **look: object) -> str:
    """A rectangle from its upper left corner; never thinner than a hair."""
    return element("rect", x=x, y=y, width=max(width, 0.1), height=max(height, 0.1), **look)


def path(line: str, **look: object) -> str:
    """A path by its commands."""
    return element("path", d=line, **look)


def text(x: float, y: float, words: str, size: float, /, **look: object) -> str:
    """Words with their foot at y."""
    return element("text", escape(words), x=x, y=y, font_size=size, **look)


def patterns(theme: str, on_map: bool = False) -> str:
    """The fills of the kinds of empty, to be named as `url(#not-reported)`."""
    colours: Mapping[str, str] = THEMES[theme]
    drawn = PATTERNS | (_ON_MAPS if on_map else {})
    return "<defs>" + "".join(_pattern(name, drawn[name], colours) for name in drawn) + "</defs>"


def _pattern(name: str, inside: str, colours: Mapping[str, str]) -> str:
    size = {"width": 6, "height": 6, "patternUnits": "userSpaceOnUse"}
    return element("pattern", inside.format(**colours), id=name, **size)


def drawing(width: float, height: float, parts: Sequence[str], is_sized: bool = True) -> str:
    """The whole as SVG text; `is_sized`: with its size in pixels, else it fills its place."""
    size = {"width": width, "height": height} if is_sized else {}
    given = {"viewBox": f"0 0 {width:g} {height:g}", "font-family": FONT.replace("'", "")}
    return element("svg", "".join(parts), xmlns="http://www.w3.org/2000/svg", **size, **given)


def stretched(width: float, height: float, parts: Sequence[str]) -> str:
    """The address of an image that takes the shape of its place; paths are to say that their
    strokes stay as wide (`vector_effect`)."""
    given = {"viewBox": f"0 0 {width:g} {height:g}", "preserveAspectRatio": "none"}
    drawn = element("svg", "".join(parts), xmlns="http://www.w3.org/2000/svg", **given)
    return as_image(drawn)


def as_image(svg: str) -> str:
    """A data address for an image."""
    return "data:image/svg+xml," + quote(svg, safe="/:='(),. ")
