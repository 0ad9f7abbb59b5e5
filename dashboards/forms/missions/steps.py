"""The steps to the next release, each a link with what is missing; and the page that refreshes and
publishes, as processes of their own with their progress and their end.
"""

from collections.abc import Mapping
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Flask, abort, redirect, request, send_file

from dashboards.forms.accounts import sessions
from dashboards.forms.desk import missions_of
from dashboards.forms.intake import profile, upload
from dashboards.forms.intake.held_page import STEPS
from dashboards.forms.missions import new_mission, rota
from dashboards.forms.page import MISSION, XLSX, rendered
from dashboards.reading.address import Address
from dashboards.reading.releases import current_editions
from dashboards.wording import formats
from dashboards.wording.words import Words
from indicators.foundation.messages import LANGUAGES
from indicators.foundation.periods import period_named
from records.desk.intake import Desk
from records.desk.setup import RunChoices
from records.store import Store, log, utc_now

ROUTE, RUN_ROUTE = STEPS, "/records/run"
MEND_ROUTE, REJECTED_ROUTE = f"{RUN_ROUTE}/to-mend", f"{RUN_ROUTE}/rejected"
_FIRST_PAGE = "/"
_LINKS: Mapping[str, str] = {
    "mission": new_mission.CHANGE_ROUTE,
    "places": upload.ROUTE,
    "units": upload.ROUTE,
    "targets": profile.ROUTE,
    "files": upload.ROUTE,
    "refresh": RUN_ROUTE,
    "rejected": RUN_ROUTE,
    "release": RUN_ROUTE,
}


def add_route(server: Flask, home: Path, store: Store, desk: Desk | None) -> None:
    """The steps, in the place of the first page where nothing is published; the runs."""

    @server.before_request
    def first_steps() -> Any:
        if desk is None or request.path != _FIRST_PAGE or current_editions(home, MISSION):
            return None
        address = _address(ROUTE)  # no language is chosen yet on an empty machine
        language = address.get("lang") or request.accept_languages.best_match(LANGUAGES)
        return redirect(address.link(ROUTE, lang=language))

    @server.get(ROUTE)
    def steps() -> Any:
        return _steps(store, desk, bool(current_editions(home, MISSION)))

    @server.route(RUN_ROUTE, methods=["GET", "POST"])
    def run() -> Any:
        return _run(store, desk)

    @server.get(MEND_ROUTE)
    def to_mend() -> Any:
        return _rejected(store, desk, "application/zip", "zip")

    @server.get(REJECTED_ROUTE)
    def rejected() -> Any:
        return _rejected(store, desk, XLSX, "xlsx")


def _rejected(store: Store, desk: Desk | None, kind: str, suffix: str) -> Any:
    """The rejected rows: as one list with the warnings, or as workbooks to correct (`zip`)."""
    address, actor = _address(RUN_ROUTE), sessions.actor(store)
    mission = address.get("mission") or ""
    if actor is None:
        return abort(401)
    if desk is None or mission not in missions_of(desk, address.language):
        return abort(404)
    if not actor.may("take_in"):
        return _run(store, desk, 403)
    write = desk.setup.to_mend if suffix == "zip" else desk.setup.rejected
    content, told = write(mission, address.language)
    if told:
        return _run(store, desk, 409, told)
    return send_file(BytesIO(content), kind, True, f"{mission}_{date.today()}.{suffix}")


def _address(route: str) -> Address:
    return Address.parse(route, request.query_string.decode("utf-8", "replace"))


def _chosen(address: Address, missions: Mapping[str, str]) -> str | None:
    """The mission of the address; the only one without; None where there is none."""
    asked = address.get("mission")
    return asked if asked in missions else next(iter(missions), None)


def _steps(store: Store, desk: Desk | None, is_published: bool) -> Any:
    address, actor = _address(ROUTE), sessions.actor(store)
    if actor is None:
        return abort(401)
    missions = missions_of(desk, address.language)
    mission = _chosen(address, missions)
    words = Words(address.language)
    found = desk.setup.steps(mission, address.language) if desk else []
    return rendered(
        "files/steps.html",
        address,
        actor,
        has_desk=desk is not None,
        missions=missions,
        mission=mission,
        steps=[(one, _link(address, one.name, mission)) for one in found],
        made=request.args.get("made"),
        new=address.link(new_mission.ROUTE),
        capture=address.link("/records/templates"),
        rota=address.link(rota.ROUTE, mission=mission),
        back=address.link("/") if is_published else "",
        back_words=words("records.back_to", page=words("nav.overview")),
    )


def _link(address: Address, step: str, mission: str | None) -> str:
    """Where a step is done: a mission is made first, and changed once it is there."""
    route = new_mission.ROUTE if mission is None else _LINKS[step]
    return address.link(route, mission=mission)


def _run(store: Store, desk: Desk | None, status: int = 200, told: list[str] | None = None) -> Any:
    address, actor = _address(RUN_ROUTE), sessions.actor(store)
    if actor is None:
        return abort(401)
    words, missions = Words(address.language), missions_of(desk, address.language)
    mission = _chosen(address, missions)
    may_run = actor.may("take_in")  # a figure speaks for every area
    if request.method == "POST" and not may_run and mission is None:
        return abort(403)  # before anything is said of what the server holds
    if desk is None or mission is None:
        return redirect(address.link(ROUTE))
    choices = desk.setup.choices_of_runs(mission)
    told = list(told or [])
    if request.method == "POST":
        told += _asked_wrongly(words, may_run, choices)
        status = 403 if not may_run else 400 if told else 200
        if not told:
            kind, value = request.form["step"], request.form["value"]
            desk.setup.start(mission, kind, value, actor.name, address.language)
            with store.writing() as connection:
                log(connection, actor.name, f"begun_{kind}", f"{mission}/{value}", {}, utc_now())
            return redirect(address.link(RUN_ROUTE, mission=mission), 303)
    runs = desk.setup.runs(mission, address.language)
    brought = desk.setup.brought(mission, address.language)
    steps = {step.name: step for step in desk.setup.steps(mission, address.language)}
    return rendered(
        "files/run.html",
        address,
        actor,
        status,
        told=told,
        mission=mission,
        mission_name=missions[mission],
        may_run=may_run,
        choices=choices,
        quarters=[(one, formats.period_name(period_named(one), words)) for one in choices.quarters],
        brought=brought,
        runs=runs,
        is_alive=any(one.is_alive for one in runs),
        steps=steps,
        mend=address.link(MEND_ROUTE, mission=mission),
        rejected=address.link(REJECTED_ROUTE, mission=mission),
        overview=address.link("/", mission=mission),
        back=address.link(ROUTE, mission=mission),
        back_words=words("records.back_to", page=words("setup.steps_title")),
    )


def _asked_wrongly(words: Words, may_run: bool, choices: RunChoices) -> list[str]:
    """Why what a form asks for is not begun."""
    if not may_run:
        return [words("records.problem.no_right.take_in")]
    if not sessions.is_genuine():
        return [words("records.problem.stale")]
    kind, value = request.form.get("step", ""), request.form.get("value", "")
    if kind == "publish" and choices.needs_second:
        return [words("run.second")]
    if kind == "publish" and value in choices.quarters:
        return []
    try:
        is_day = kind == "refresh" and value >= choices.first and date.fromisoformat(value)
    except ValueError:
        is_day = False
    return [] if is_day else [words("run.wrong_day", first=choices.first)]
