"""Releases: what was published, its files with their hashes, and the extracts to take away."""

from typing import Any

from dash import html

from dashboards.components.card import card, notice
from dashboards.components.page_head import page_head
from dashboards.components.revisions import primaries_card, revisions_card
from dashboards.components.table import Column, table
from dashboards.context import Context
from dashboards.http import downloads
from dashboards.releases import release_names
from dashboards.wording import formats

PATH = "/releases"
NAME = "releases"


def _published_on(context: Context) -> str:
    published = context.release.published_on
    return formats.day(published, context.words) if published else ""


def sentence(context: Context) -> str:
    """Which release is current, and how many there are."""
    number = len(release_names(context.home, context.release.mission))
    words = context.words
    return words.count("releases.sentence", max(1, number), name=context.release.name)


def _size(context: Context, path: str) -> str:
    file = context.release.folder / path
    if not file.is_file():
        return ""
    kilobytes = max(1, round(file.stat().st_size / 1024))
    return context.words("releases.size", number=formats.number(kilobytes, context.words))


def _file_row(context: Context, path: str, sha256: str) -> list[Any]:
    href = f"{downloads.ROUTE}/{context.release.mission}/{path}"
    name = path.partition("/")[2]
    link = html.A(name, href=href, download=name.rpartition("/")[2])
    return [link, _size(context, path), html.Span(sha256, className="hash")]


def _files_card(context: Context, key: str, paths: dict[str, str]) -> list[Any]:
    if not paths:
        return []
    words = context.words
    columns = [
        Column(words("releases.file")),
        Column(words("releases.size_head"), True),
        Column("SHA-256"),
    ]
    rows = [_file_row(context, path, sha256) for path, sha256 in paths.items()]
    title = words(f"releases.{key}")
    return [card(title, [table(columns, rows, title)], words(f"releases.{key}_under"), key=key)]


def _facts(context: Context) -> html.Section:
    words, release = context.words, context.release
    lines = [
        (words("releases.name"), release.name),
        (words("releases.audience"), words(f"releases.audience.{release.audience}")),
        (words("releases.published"), _published_on(context) or words("releases.unknown")),
        (
            words("releases.by"),
            str(release.publication.get("published_by") or words("releases.unknown")),
        ),
    ]
    items = [html.Li([html.B(value), html.Span(name, className="note")]) for name, value in lines]
    return card(words("releases.current"), [html.Ul(items, className="facts")], key="facts")


def _all_releases(context: Context) -> html.Section:
    words = context.words
    names = release_names(context.home, context.release.mission)
    items = [html.Li(html.B(name) if name == context.release.name else name) for name in names] or [
        notice(words("releases.unknown"))
    ]
    return card(words("releases.all"), [html.Ul(items, className="facts")], key="all")


def body(context: Context) -> list[Any]:
    """Extracts first, then every file of the audience; facts, what moved, all releases."""
    files = downloads.listed_files(context.release)
    extracts = {path: sha for path, sha in files.items() if "/extracts/" in path}
    others = {path: sha for path, sha in files.items() if path not in extracts}
    left = [*_files_card(context, "extracts", extracts), *_files_card(context, "files", others)]
    right = [
        _facts(context),
        revisions_card(context),
        *primaries_card(context),
        _all_releases(context),
    ]
    columns = [html.Div(left, className="stack"), html.Div(right, className="stack")]
    return [
        page_head(sentence(context), context.words("releases.lead")),
        html.Div(columns, className="columns"),
    ]
