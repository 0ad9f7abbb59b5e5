"""Making a mission on a page: names, days, areas, units and indicators; written as its profile.

All that is wrong is told at once. Files that were sent wait (`held.py`) while fields are mended.
"""

import shutil
from pathlib import Path
from typing import Any

from flask import Flask, abort, redirect, request
from werkzeug.exceptions import RequestEntityTooLarge

from dashboards.access import only_mission
from dashboards.forms import sessions
from dashboards.forms.desk import Desk
from dashboards.forms.held import LARGEST_MB, held, hold, waiting_room
from dashboards.forms.page import rendered
from dashboards.http.address import Address
from dashboards.wording.words import Words
from records.rights import Actor
from records.store import Store, log, utc_now

ROUTE, NEXT = "/records/mission", "/records/steps"
FILES = ("areas", "outlines", "units")
_LONGEST = 2000
_SWITCHES = ("budget_year", "is_fictional")


def add_route(server: Flask, home: Path, store: Store, desk: Desk | None) -> None:
    """The page on which a mission is made."""

    @server.route(ROUTE, methods=["GET", "POST"])
    def new_mission() -> Any:
        request.max_content_length = LARGEST_MB * 2**20
        actor = sessions.actor(store)
        if actor is None:
            return abort(401)
        page = _Page(home, store, desk, actor)
        try:
            return page.shown() if request.method == "GET" else page.answered()
        except RequestEntityTooLarge:
            return page.shown(413, [page.words("intake.too_large", number=str(LARGEST_MB))])


class _Page:
    """One request for the page: who asks, what was typed, which files wait."""

    def __init__(self, home: Path, store: Store, desk: Desk | None, actor: Actor) -> None:
        self.room, self.store, self.desk, self.actor = waiting_room(home), store, desk, actor
        self.address = Address.parse(ROUTE, request.query_string.decode("utf-8", "replace"))
        self.words = Words(self.address.language)

    @property
    def may_make(self) -> bool:
        """A mission speaks for every area; who may open one mission only makes no other."""
        return self.actor.may("take_in") and only_mission() is None

    def answered(self) -> Any:
        """Makes the mission, or tells what hinders it."""
        if not self.may_make:
            return self.shown(403)
        if not sessions.is_genuine():
            return self.shown(400, [self.words("records.problem.stale")])
        if self.desk is None:
            return abort(404)
        files = self._files()
        values = {
            name: text.strip()[:_LONGEST]
            for name, text in request.form.items()
            if name not in ("token", "indicator", "table")
        }
        choices = self.desk.setup.choices(self.address.language)
        tables = request.form.getlist("table")
        chosen = set(request.form.getlist("indicator"))
        chosen |= {
            one["code"]
            for part in choices["questions"]
            for one in part["indicators"]
            if one["source"] in tables
        }
        made = self.desk.setup.make(values, sorted(chosen), files, self.address.language)
        if made["problems"]:
            told, sent = [*made["problems"], *made["remarks"]], request.form
            return self.shown(400, told, sent=sent, waiting=files, choices=choices)
        with self.store.writing() as connection:
            log(connection, self.actor.name, "mission_made", made["mission"], {}, utc_now())
        for path in files.values():
            shutil.rmtree(path.parent, ignore_errors=True)
        if made["remarks"]:
            return self.shown(made=made)
        return redirect(self.next_page(made["mission"]), 303)

    def next_page(self, mission: str) -> str:
        """The steps of the mission that was made; what was typed is forgotten there."""
        return self.address.link(NEXT, mission=mission, lang=self.address.language) + "&made=1"

    def _files(self) -> dict[str, Path]:
        """The files of the form: those sent now, else those that wait from before."""
        found = {}
        for name in FILES:
            sent = request.files.get(name)
            path = hold(self.room, sent) if sent is not None else None
            path = path or held(self.room, request.form.get(f"held_{name}", ""))
            if path is not None:
                found[name] = path
        return found

    def shown(self, status: int = 200, told: list[str] | None = None, **parts: Any) -> Any:
        """The page; `sent`: what was typed, `waiting`: files by name, `made`: with remarks."""
        if self.desk is not None and "choices" not in parts:
            parts["choices"] = self.desk.setup.choices(self.address.language)
        return rendered(
            "mission.html",
            self.address,
            self.actor,
            status,
            told=told or [],
            has_desk=self.desk is not None,
            may_make=self.may_make,
            largest=LARGEST_MB,
            next_page=self.next_page,
            back=self.address.link(NEXT),
            back_words=self.words("records.back_to", page=self.words("setup.steps_title")),
            **parts,
        )
