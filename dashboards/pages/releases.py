"""Releases: what was published, what moved and why, and all files with their hashes."""

from datetime import date
from typing import Any

from dash import html

from dashboards.components.card import card, notice, page_head, page_link
from dashboards.components.chart import take_away
from dashboards.components.definition_versions import comparison
from dashboards.components.lists.revisions import primaries_card, revisions_card
from dashboards.components.table import Column, table
from dashboards.http import downloads
from dashboards.reading.context import Context
from dashboards.reading.queries import catalogue, quality
from dashboards.reading.releases import Release, release_named, release_names
from dashboards.reading.rows import rows_of
from dashboards.wording import formats

_FILES_SHOWN = 12


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
    href = f"{downloads.ROUTE}/{context.release.mission}/{context.release.name}/{path}"
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
    title, under = words(f"releases.{key}"), words(f"releases.{key}_under")
    shown: Any = table(columns, rows, title)
    if len(rows) > _FILES_SHOWN:
        number = formats.number(len(rows), words)
        summary = html.Summary(words("releases.files_number", number=number))
        shown = html.Details([summary, shown], className="long")
    return [card(title, [shown], under, key=key)]


def _facts(context: Context) -> html.Section:
    words, release = context.words, context.release
    lines = [
        (words("releases.name"), release.name),
        (words("releases.audience"), words(f"releases.audience.{release.audience}")),
        (words("releases.published"), _published_on(context) or words("releases.unknown")),
    ]
    people = {"by": release.published_by, "approved": release.confirmed_by}
    lines += [(words(f"releases.{key}"), name) for key, name in people.items() if name]
    items = [html.Li([html.B(value), html.Span(name, className="note")]) for name, value in lines]
    return card(words("releases.current"), [html.Ul(items, className="facts")], key="facts")


def _all_releases(context: Context) -> html.Section:
    """Every release on disk, newest first: when, by whom, data as at, what moved, files, hash."""
    words, mission = context.words, context.release.mission
    names = release_names(context.home, mission)
    found = [release_named(context.home, mission, name, context.audience) for name in names]
    rows = [_release_row(context, release) for release in found if release]
    title = words("releases.all")
    if not rows:
        return card(title, [notice(words("releases.unknown"))], key="all")
    heads = ["release_head", "published_head", "by_head", "data_as_at", "moved_head"]
    heads += ["extract_head", "hash_head"]
    columns = [Column(words(f"releases.{head}")) for head in heads]
    parts = [table(columns, rows, title), take_away(context, "releases", ("csv",), title)]
    return card(title, parts, key="all")


def _release_row(context: Context, release: Release) -> list[Any]:
    words, unknown = context.words, context.words("releases.unknown")
    published, as_of = release.published_on, release.manifest.get("as_of")
    extracts = [path for path in downloads.listed_files(release) if _is_for_people(path)]
    links: list[Any] = []
    for path in extracts:
        href = f"{downloads.ROUTE}/{release.mission}/{release.name}/{path}"
        ending, *of = reversed(path.rpartition("/")[2].split(".")[1:])
        links += [html.A(" ".join([ending.upper(), *of]), href=href, download=""), " "]
    name: Any = release.name
    if release.name == context.release.name:
        name = [html.B(release.name), html.Span(words("releases.current"), className="note")]
    return [
        name,
        formats.day(published, words) if published else unknown,
        release.confirmed_by or release.published_by or unknown,
        formats.day(date.fromisoformat(str(as_of)), words) if as_of else unknown,
        _moved(context, release),
        links,
        html.Span(str(release.publication.get("manifest_sha256") or ""), className="hash"),
    ]


def _is_for_people(path: str) -> bool:
    """The two extracts that a spreadsheet opens; the others are for programs."""
    return "/extracts/" in path and path.endswith((".csv", ".xlsx"))


def _moved(context: Context, release: Release) -> str:
    """How many published figures a release changed, by reason; of the first one that it is."""
    words = context.words
    if catalogue.release_facts(release).get("previous_release") is None:
        is_oldest = release.name == release_names(context.home, release.mission)[-1]
        return words("releases.first" if is_oldest else "releases.first_of_quarter")
    counts = quality.revisions(release)["reason"].value_counts()
    if counts.empty:
        return words("releases.none_moved")
    said = [
        words.told(words.label("revision_reason", str(reason)), formats.number(number, words))
        for reason, number in counts.items()
    ]
    return words("value.and").join(said)


def _definitions(context: Context) -> list[html.Section]:
    """Indicators whose definition changed: as it was beside as it is."""
    words = context.words
    frame = catalogue.changed_definitions(context.release)
    parts: list[Any] = []
    for code, versions in frame.groupby("indicator"):
        *_, was, now = rows_of(versions)
        link = page_link(context.short(str(code)), context.address.link(f"/indicators/{code}"))
        parts += [html.H3([link, f" ({code})"]), comparison(context, was, now)]
    under = words("releases.definitions_under")
    return [card(words("releases.definitions"), parts, under, key="definitions")] if parts else []


def body(context: Context) -> list[Any]:
    """What moved and why, changed definitions, all releases; facts and files beside them."""
    files = downloads.listed_files(context.release)
    extracts = {
        path: sha for path, sha in files.items() if "/extracts/" in path and "/star/" not in path
    }
    others = {path: sha for path, sha in files.items() if path not in extracts}
    left = [
        revisions_card(context),
        *_definitions(context),
        *primaries_card(context),
        *_files_card(context, "extracts", extracts),
        _all_releases(context),
        *_files_card(context, "files", others),
    ]
    right = [_facts(context)]
    columns = [html.Div(left, className="stack"), html.Div(right, className="stack")]
    return [
        page_head(sentence(context), context.words("releases.lead")),
        html.Div(columns, className="columns"),
    ]
