"""Markdown of the generated pages: tables, lists of names, sections."""

import re
from collections.abc import Iterable, Iterator

_LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """The lines of a table; a bar inside a cell stays text."""
    listed = list(heads)
    yield row(listed)
    yield row("---" for _ in listed)
    for cells in rows:
        yield row(cell.replace("|", "\\|") for cell in cells)


def row(cells: Iterable[str]) -> str:
    """One line of a table."""
    return f"| {' | '.join(cells)} |"


def names(listed: Iterable[str]) -> str:
    """Names as code, separated by commas."""
    return ", ".join(f"`{name}`" for name in listed)


def section(title: str, lines: Iterable[str]) -> str:
    """A part of a page under its title."""
    return "\n".join([f"## {title}", "", *lines])


def without_links(page: str) -> str:
    """A page to read in a terminal: of a link its text."""
    return _LINK.sub(r"\1", page)
