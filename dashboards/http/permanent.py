"""Permanent addresses: `/i/<mission>/<indicator>/<area>/<period>` leads to the indicator's page.

Short enough to be cited, the same in both languages, and independent of how pages are built.
"""

from typing import Any

from flask import Flask, redirect, request

from dashboards.reading.address import Address

ROUTE = "/i"


def permanent_address(mission: str, code: str, area: str, period: str, language: str) -> str:
    """The address of one indicator in an area and period, in the reader's language."""
    query = "?lang=fr" if language == "fr" else ""
    return "/".join((ROUTE, mission, code, area, period)) + query


def add_route(server: Flask) -> None:
    """Redirects, with the language that the address asks for; a budget year holds a slash."""

    @server.get(f"{ROUTE}/<mission>/<code>/<area>/<path:period>")
    def permanent(mission: str, code: str, area: str, period: str) -> Any:
        asked = Address.parse("/", request.query_string.decode("utf-8", "replace"))
        place = {"mission": mission, "area": area, "period": period}
        return redirect(asked.link(f"/indicators/{code}", **place), 302)
