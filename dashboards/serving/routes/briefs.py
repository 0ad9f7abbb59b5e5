"""The brief and the police report of the chosen mission, period and area, set when asked for.

Like the briefs in the release's folder they say what the release holds, and nothing written since.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, request

from dashboards.brief.content import Content, brief_content
from dashboards.brief.police_report import report_content
from dashboards.brief.typeset import pdf
from dashboards.reading.access import Audience
from dashboards.reading.address import BRIEF_ROUTE, Address
from dashboards.reading.context import Context, read_context, release_context
from dashboards.serving.routes.unknown_choice import unknown_choice

REPORT_ROUTE = "/police-report.pdf"
_DOCUMENTS: Mapping[str, tuple[str, Callable[[Context], Content]]] = {
    BRIEF_ROUTE: ("brief", brief_content),
    REPORT_ROUTE: ("police_report", report_content),
}


def add_route(server: Flask, home: Path, audience: Audience) -> None:
    """`/brief.pdf` and `/police-report.pdf` with the parameters of a page: its period, area and
    language."""

    @server.get(BRIEF_ROUTE)
    @server.get(REPORT_ROUTE)
    def document() -> Any:
        address = Address.parse("/", request.query_string.decode("utf-8", "replace"))
        context = read_context(home, audience, address)
        template, content_of = _DOCUMENTS[request.path]
        if context is None or unknown_choice(context):
            return abort(404)
        parts = [context.release.mission, context.area, context.period.name, address.language]
        if template != "brief":
            parts.insert(1, template)
        name = "_".join(part.replace("/", "-") for part in parts)
        headers = {"Content-Disposition": f'attachment; filename="{name}.pdf"'}
        context = release_context(context.release, address)
        content = content_of(context)
        if template == "brief" and request.args.get("annex"):
            content = brief_content(context, with_annex=True)
        return Response(pdf(content, template), 200, headers, "application/pdf")
