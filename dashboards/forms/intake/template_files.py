"""Templates to fill in, one a table: in either language, with unit and month filled in already."""

from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Flask, abort, request, send_file

from dashboards.forms.accounts import sessions
from dashboards.forms.page import MISSION, XLSX, rendered
from dashboards.reading.address import Address
from dashboards.reading.context import read_context
from dashboards.wording.words import Words
from indicators.definitions.contracts import contracts
from indicators.foundation.messages import LANGUAGES
from records.desk.intake import Desk
from records.store import Store

ROUTE, FILE_ROUTE = "/records/templates", "/records/templates/file"
WRITTEN = ("assessments", "recommendations")  # written in forms of their own
_LONGEST = 80


def add_route(server: Flask, home: Path, store: Store, desk: Desk | None) -> None:
    """The page on which a template is chosen, and the template itself."""

    @server.get(ROUTE)
    def templates() -> Any:
        return _page(home, store, desk)

    @server.get(FILE_ROUTE)
    def template_file() -> Any:
        table, written_in = request.args.get("table", ""), request.args.get("in", "")
        if desk is None or table not in contracts() or written_in not in LANGUAGES:
            return abort(404)
        unit, month = (request.args.get(name, "").strip()[:_LONGEST] for name in ("unit", "month"))
        language = _address().language
        name, content, told = desk.workbooks.template(table, written_in, unit, month, language)
        if told:
            return _page(home, store, desk, 400, told)
        return send_file(BytesIO(content), XLSX, as_attachment=True, download_name=name)


def _address() -> Address:
    return Address.parse(ROUTE, request.query_string.decode("utf-8", "replace"))


def _page(
    home: Path, store: Store, desk: Desk | None, status: int = 200, told: list[str] | None = None
) -> Any:
    actor = sessions.actor(store)
    if actor is None:
        return abort(401)
    address = _address()
    words, context = Words(address.language), read_context(home, MISSION, address)
    return rendered(
        "files/templates.html",
        address,
        actor,
        status,
        told=told or [],
        has_desk=desk is not None,
        tables=[
            (name, contract.title.in_language(address.language))
            for name, contract in contracts().items()
            if name not in WRITTEN
        ],
        sent=request.args,
        month=context.period.end.strftime("%Y-%m") if context else "",
        back=address.link("/data-quality"),
        back_words=words("records.back_to", page=words("nav.data_quality")),
    )
