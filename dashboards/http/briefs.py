"""The brief of the chosen mission, period and area, typeset when it is asked for."""

from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, request

from dashboards.access import Audience
from dashboards.brief.content import brief_content
from dashboards.brief.typeset import pdf
from dashboards.components.shell import BRIEF_ROUTE
from dashboards.context import read_context
from dashboards.http.address import Address


def add_route(server: Flask, home: Path, audience: Audience) -> None:
    """`/brief.pdf` with the parameters of a page gives that page's period, area and language."""

    @server.get(BRIEF_ROUTE)
    def brief() -> Any:
        address = Address.parse("/", request.query_string.decode("utf-8", "replace"))
        context = read_context(home, audience, address)
        if context is None:
            return abort(404)
        parts = (context.release.mission, context.area, context.period.name, address.language)
        name = "_".join(part.replace("/", "-") for part in parts)
        headers = {"Content-Disposition": f'attachment; filename="{name}.pdf"'}
        return Response(pdf(brief_content(context)), 200, headers, "application/pdf")
