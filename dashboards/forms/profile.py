"""A mission's baselines, targets, framework and primary tests: out as a workbook, and back.

What a workbook would change is shown before it is taken in; who changed it stands in the audit log.
"""

import shutil
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Flask, abort, redirect, request, send_file
from werkzeug.exceptions import RequestEntityTooLarge

from dashboards.forms import sessions
from dashboards.forms.desk import Desk, Workbooks, missions_of
from dashboards.forms.held import LARGEST_MB, held, hold, waiting_room
from dashboards.forms.page import XLSX, rendered
from dashboards.http.address import Address
from dashboards.wording.words import Words
from records.rights import Actor
from records.store import Store, log, utc_now

ROUTE, FILE_ROUTE = "/records/profile", "/records/profile/file"


def add_route(server: Flask, home: Path, store: Store, desk: Desk | None) -> None:
    """The page of the workbook, and the workbook itself."""

    @server.route(ROUTE, methods=["GET", "POST"])
    def profile() -> Any:
        request.max_content_length = LARGEST_MB * 2**20
        actor = sessions.actor(store)
        if actor is None:
            return abort(401)
        page = _Page(home, store, desk, actor)
        try:
            return page.shown() if request.method == "GET" else page.answered()
        except RequestEntityTooLarge:
            return page.shown(413, [page.words("intake.too_large", number=str(LARGEST_MB))])

    @server.get(FILE_ROUTE)
    def profile_file() -> Any:
        mission, address = request.args.get("mission", ""), _address()
        if desk is None or mission not in missions_of(desk, address.language):
            return abort(404)
        content, name = desk.workbooks.profile(mission, address.language), f"profile_{mission}.xlsx"
        return send_file(BytesIO(content), XLSX, as_attachment=True, download_name=name)


def _address() -> Address:
    return Address.parse(ROUTE, request.query_string.decode("utf-8", "replace"))


class _Page:
    """One request for the page: who asks, and what was done with which workbook."""

    def __init__(self, home: Path, store: Store, desk: Desk | None, actor: Actor) -> None:
        self.held, self.store, self.desk, self.actor = waiting_room(home), store, desk, actor
        self.address = _address()
        self.missions = missions_of(desk, self.address.language)
        self.words = Words(self.address.language)

    @property
    def may_change(self) -> bool:
        """A profile speaks for every area: who writes for one alone does not change it."""
        return self.actor.may("take_in")

    def answered(self) -> Any:
        """What a form of the page asks for: show the changes, write them, or discard them."""
        if not self.may_change:
            return self.shown(403)
        if not sessions.is_genuine():
            return self.shown(400, [self.words("records.problem.stale")])
        mission = request.form.get("mission", "")
        if self.desk is None or mission not in self.missions:
            return abort(404)
        sent = request.files.get("file")
        if sent is not None:
            return self._compared(self.desk.workbooks, mission, hold(self.held, sent))
        path = held(self.held, request.form.get("held", ""))
        if path is None:
            return self.shown(410, [self.words("intake.gone")])
        if request.form.get("step") == "write":
            return self._written(self.desk.workbooks, mission, path)
        shutil.rmtree(path.parent, ignore_errors=True)
        return redirect(self.address.link(ROUTE), 303)

    def _compared(self, workbooks: Workbooks, mission: str, path: Path | None) -> Any:
        if path is None:
            return self.shown(400, [self.words("intake.no_file")])
        found = workbooks.profile_changes(mission, path, self.address.language)
        if found["problems"] or not found["changes"]:
            shutil.rmtree(path.parent, ignore_errors=True)
            return self.shown(400 if found["problems"] else 200, found["problems"], found=found)
        return self.shown(found=found, path=path, mission=mission)

    def _written(self, workbooks: Workbooks, mission: str, path: Path) -> Any:
        """One at a time: the transaction of the audit log is the only one that writes."""
        ground = request.form.get("ground", "")
        with self.store.writing() as connection:
            told = workbooks.change_profile(mission, path, ground, self.address.language)
            if not told:
                log(connection, self.actor.name, "profile_changed", mission, {}, utc_now())
        shutil.rmtree(path.parent, ignore_errors=True)
        return self.shown(409, told) if told else self.shown(written=mission)

    def shown(self, status: int = 200, told: list[str] | None = None, **parts: Any) -> Any:
        """The page; `found`, `path`, `mission` of a workbook, or `written`: whose profile is."""
        return rendered(
            "profile.html",
            self.address,
            self.actor,
            status,
            told=told or [],
            has_desk=self.desk is not None,
            may_change=self.may_change,
            missions=self.missions,
            back=self.address.link("/results-chain"),
            back_words=self.words("records.back_to", page=self.words("nav.results_chain")),
            **parts,
        )
