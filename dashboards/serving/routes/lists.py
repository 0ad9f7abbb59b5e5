"""Files of lists, `/list/<name>.<csv|xlsx|json>` by the parameters of a page; tables of cards."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, request

from dashboards.components.listing import (
    LIST_ROUTE,
    Listing,
    Sheet,
    csv_bytes,
    value_of,
    xlsx_bytes,
)
from dashboards.reading.access import Audience
from dashboards.reading.address import Address
from dashboards.reading.context import Context, read_context
from dashboards.serving.routes.unknown_choice import unknown_choice
from dashboards.wording.words import Words

TABLE_ROUTE = "/table.xlsx"
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_LARGEST = 4_000_000  # bytes of a card's table


def _file(content: bytes, kind: str, name: str) -> Response:
    safe = re.sub(r"[^\w.-]+", "-", name)
    headers = {"Content-Disposition": f'attachment; filename="{safe}.{kind}"'}
    return Response(content, 200, headers, mimetype=_TYPES[kind])


def _name(context: Context, name: str) -> str:
    asked = [context.address.get(key) for key in ("indicator", "reporter", "reason")]
    period = [] if name == "indicator" else [context.period.name]
    parts = [context.release.mission, name, *(part for part in asked if part), *period]
    return "_".join([*parts, context.release.name, context.words.language])


def add_route(server: Flask, home: Path, audience: Audience, known: Mapping[str, Listing]) -> None:
    """Lists are made from the current release as its audience sees it."""

    @server.get(f"{LIST_ROUTE}/<name>.<kind>")
    def listed(name: str, kind: str) -> Any:
        address = Address.parse("/", request.query_string.decode("utf-8", "replace"))
        context = read_context(home, audience, address)
        if context is None or name not in known or kind not in _TYPES or unknown_choice(context):
            return abort(404)
        try:
            return _file(_content(known[name], kind, context), kind, _name(context, name))
        except LookupError:
            return abort(404)

    @server.post(TABLE_ROUTE)
    def table() -> Any:
        """The cells of a card as the page shows them, sent by the page, as a workbook."""
        if (request.content_length or 0) > _LARGEST:
            return abort(413)
        given = request.get_json(silent=True)
        if not isinstance(given, dict):
            return abort(400)
        return _file(_workbook(given), "xlsx", str(given.get("file", "table")))


def _content(listing: Listing, kind: str, context: Context) -> bytes:
    if kind == "json":
        return json.dumps(listing.records(context), default=str, ensure_ascii=False).encode()
    if kind == "csv":
        return csv_bytes(listing.sheets(context)[0], context.words.language)
    return xlsx_bytes(listing.sheets(context), context.words("lists.notes"))


def _texts(given: Any) -> Sequence[str]:
    return [str(text) for text in given] if isinstance(given, list) else []


def _workbook(given: Mapping[str, Any]) -> bytes:
    """`title`, `notes`, `head` and `rows` of texts, in the language `lang`."""
    language = "fr" if given.get("lang") == "fr" else "en"
    heads = _texts(given.get("head"))
    rows = [_texts(row) for row in given.get("rows", [])]
    values = [[value_of(text, language) for text in _filled(row, len(heads))] for row in rows]
    sheet = Sheet(str(given.get("title", "")), heads, values, _texts(given.get("notes")))
    return xlsx_bytes([sheet], Words(language)("lists.notes"))


def _filled(row: Sequence[str], length: int) -> list[str]:
    return [*row, *[""] * length][:length]
