"""The page that draws a rota by lot: what it could show, the draw, its order, what was recorded."""

from datetime import date
from io import BytesIO
from typing import Any

from flask import Flask, abort, redirect, request, send_file

from dashboards.forms import sessions
from dashboards.forms.desk import Desk, missions_of
from dashboards.forms.held_page import STEPS
from dashboards.forms.page import XLSX, rendered
from dashboards.http.address import Address
from dashboards.wording import formats
from dashboards.wording.words import Words
from records.rights import Actor
from records.store import Store, log, utc_now

ROUTE, ORDER_ROUTE = "/records/rota", "/records/rota/order"


def add_route(server: Flask, store: Store, desk: Desk | None) -> None:
    """The page, and the order of a rota as a workbook."""

    @server.route(ROUTE, methods=["GET", "POST"])
    def rota() -> Any:
        return _page(store, *_asked(store, desk))

    @server.get(ORDER_ROUTE)
    def order() -> Any:
        _, found, address, mission = _asked(store, desk)
        edge, first = request.args.get("edge", ""), request.args.get("first", "")
        content = found.setup.rota_order(mission, edge, first, address.language)
        if content is None:
            return abort(404)
        return send_file(BytesIO(content), XLSX, True, f"rota_{edge}_{first}.xlsx")


def _asked(store: Store, desk: Desk | None) -> tuple[Actor, Desk, Address, str]:
    """Who asks, and of which mission. Stops the request where there is none."""
    address = Address.parse(ROUTE, request.query_string.decode("utf-8", "replace"))
    actor = sessions.actor(store)
    if actor is None:
        return abort(401)
    if request.method == "POST" and not actor.may("take_in"):
        return abort(403)  # before anything is said of what the server holds
    missions = missions_of(desk, address.language)
    mission = address.get("mission") or next(iter(missions), "")
    if desk is None or mission not in missions:
        return abort(404)
    return actor, desk, address, mission


def _page(store: Store, actor: Actor, desk: Desk, address: Address, mission: str) -> Any:
    words, language = Words(address.language), address.language
    may_draw = actor.may("take_in")  # an order for every area
    told: list[str] = []
    if request.method == "POST":
        told = _drawn(store, actor, desk, mission, words)
        if not told:
            return redirect(address.link(ROUTE, mission=mission), 303)
    found = desk.setup.rotas(mission, request.args.get("edge", ""), language)
    for one in found["kept"]:
        asked = {"edge": one["edge"], "first": one["first"], "mission": mission}
        one["order"] = address.link(ORDER_ROUTE, **asked)
        one["day"] = formats.day(date.fromisoformat(one["first"]), words)
    return rendered(
        "rota.html",
        address,
        actor,
        400 if told else 200,
        told=told + found["problems"],
        mission=mission,
        mission_name=missions_of(desk, language)[mission],
        may_draw=may_draw,
        found=found,
        a_month=formats.number(found.get("a_month", 0.0), words),
        back=address.link(STEPS, mission=mission),
        back_words=words("records.back_to", page=words("setup.steps_title")),
    )


def _drawn(store: Store, actor: Actor, desk: Desk, mission: str, words: Words) -> list[str]:
    """Draws what the form asks for. Returns what hinders it."""
    if not sessions.is_genuine():
        return [words("records.problem.stale")]
    edge, first = request.form.get("edge", ""), request.form.get("first", "")
    months = request.form.get("months", "")
    try:
        date.fromisoformat(first)
    except ValueError:
        return [words("rota.wrong_day")]
    if months not in {"6", "12", "24"}:
        return [words("rota.wrong_months")]
    told = desk.setup.draw_rota(mission, edge, first, int(months), words.language)
    if not told:
        with store.writing() as connection:
            log(connection, actor.name, "drew_rota", f"{mission}/{edge}/{first}", {}, utc_now())
    return told
