"""The page that draws by lot: a rota with what it could show, its order and what was recorded; and
the order in which the teams of a rollout go."""

from collections.abc import Sequence
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Flask, abort, redirect, request, send_file

from dashboards.forms.accounts import sessions
from dashboards.forms.desk import missions_of
from dashboards.forms.intake.held_page import STEPS, HeldPage
from dashboards.forms.page import XLSX
from dashboards.reading.address import Address
from dashboards.wording import formats
from records.desk.intake import Desk
from records.store import Store

ROUTE, ORDER_ROUTE = "/records/rota", "/records/rota/order"


def add_route(server: Flask, home: Path, store: Store, desk: Desk | None) -> None:
    """The page, and the order of a rota as a workbook."""

    Rota.add_route(server, home, store, desk)

    @server.get(ORDER_ROUTE)
    def order() -> Any:
        address = Address.parse(ROUTE, request.query_string.decode("utf-8", "replace"))
        if sessions.actor(store) is None:
            return abort(401)
        mission, edge = address.get("mission") or "", request.args.get("edge", "")
        asked = request.args.get("first")  # without: of arrivals, which have no day yet
        first = None if asked is None else _day(asked)
        if desk is None or mission not in missions_of(desk, address.language):
            return abort(404)
        if asked is not None and first is None:
            return abort(404)
        content = desk.rotas.order(mission, edge, first, address.language)
        if content is None:
            return abort(404)
        return send_file(BytesIO(content), XLSX, True, f"rota_{edge}_{first or 'order'}.xlsx")


class Rota(HeldPage):
    """One request for the page: an order speaks for every area, as a file does."""

    route, template = ROUTE, "files/rota.html"
    part_of = (STEPS, "setup.steps_title")

    @property
    def mission(self) -> str:
        """The mission of the address, else the first."""
        return self.address.get("mission") or next(iter(self.missions), "")

    def done(self, desk: Desk) -> Any:
        """Draws what the form asks for."""
        if self.mission not in self.missions:
            return abort(404)
        is_order = request.form.get("step") == "order"
        told = self._drew_order(desk) if is_order else self._drew_rota(desk)
        if told:
            return self.shown(400, told)
        return redirect(self.address.link(ROUTE, mission=self.mission), 303)

    def _drew_rota(self, desk: Desk) -> list[str]:
        edge, first = request.form.get("edge", ""), _day(request.form.get("first", ""))
        months = request.form.get("months", "")
        if first is None:
            return [self.words("rota.wrong_day")]
        if months not in {"6", "12", "24"}:
            return [self.words("rota.wrong_months")]
        told = desk.rotas.draw(self.mission, edge, first, int(months), self.words.language)
        if not told:
            self.noted("drew_rota", f"{self.mission}/{edge}/{first}")
        return told

    def _drew_order(self, desk: Desk) -> list[str]:
        edge = request.form.get("edge", "")
        told = desk.rotas.draw_order(self.mission, edge, self.words.language)
        if not told:
            self.noted("drew_order", f"{self.mission}/{edge}")
        return told

    def shown(self, status: int = 200, told: Sequence[str] = (), **parts: Any) -> Any:
        """The page; who may not draw is refused before anything is said of what is here."""
        if self.desk is None or self.mission not in self.missions or status == 403:
            return abort(403 if status == 403 else 404)
        edge, mission = request.args.get("edge", ""), self.mission
        found = self.desk.rotas.shown(mission, edge, self.words.language)
        return super().shown(
            status,
            [*told, *found.problems],
            mission=mission,
            found=found,
            a_month=formats.number(found.a_month, self.words),
            order=lambda edge, first=None: self.address.link(
                ORDER_ROUTE, edge=edge, first=first and str(first), mission=mission
            ),
            **parts,
        )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
