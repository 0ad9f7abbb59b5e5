"""Taking a file in: what it would bring is shown first, then it goes into the inbox.

Between the two it waits (`held.py`).
"""

import shutil
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Flask, abort, redirect, request, send_file
from werkzeug.exceptions import RequestEntityTooLarge

from dashboards.forms import sessions
from dashboards.forms.desk import Desk, missions_of
from dashboards.forms.held import LARGEST_MB, held, hold, hold_form, waiting_room
from dashboards.forms.page import XLSX, rendered
from dashboards.http.address import Address
from dashboards.wording.words import Words
from records.rights import Actor
from records.store import Store, log, utc_now

ROUTE = "/records/upload"
# To a proposal, and to what of a known file differs; an empty one of `_EMPTY_TOO` says something.
_EMPTY_TOO = ("header.", "code.", "meant.", "join.", "question.", "answer.")
_ANSWERS = (*_EMPTY_TOO, "constant.", "successor.", "reading.")
_CHOICES = ("table", "of_table", "files", "mend", "meant", "laid", "sheet", "header_row",
            "header_rows", "fill_down", "ditto", "where", "where_is", "place")  # fmt: skip


def add_route(server: Flask, home: Path, store: Store, desk: Desk | None) -> None:
    """The page of the upload; without a desk it says how to start the server with one."""

    @server.route(ROUTE, methods=["GET", "POST"])
    def upload() -> Any:
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
    """One request for the page: who asks, and what was done with which file."""

    def __init__(self, home: Path, store: Store, desk: Desk | None, actor: Actor) -> None:
        self.held = waiting_room(home)
        self.store, self.desk, self.actor = store, desk, actor
        self.address = Address.parse(ROUTE, request.query_string.decode("utf-8", "replace"))
        self.words = Words(self.address.language)
        self.missions = missions_of(desk, self.address.language)

    @property
    def may_take_in(self) -> bool:
        """A file speaks for every area: who writes for one alone does not take files in."""
        return self.actor.may("take_in")

    def answered(self) -> Any:
        """What a form of the page asks for: preview, take in, or discard."""
        if not self.may_take_in:
            return self.shown(403)
        if not sessions.is_genuine():
            return self.shown(400, [self.words("records.problem.stale")])
        mission = request.form.get("mission", "")
        if self.desk is None or mission not in self.missions:
            return abort(404)
        sent = request.files.get("file")
        if sent is not None:
            path = hold(self.held, sent)
            if path is not None and (form := request.files.get("form")):
                hold_form(path, form)
            return self._previewed(self.desk, mission, path)
        path = held(self.held, request.form.get("held", ""))
        if path is None:
            return self.shown(410, [self.words("intake.gone")])
        if request.form.get("step") == "take_in":
            return self._taken_in(self.desk, mission, path)
        if request.form.get("step") == "compare":
            return self._compared(self.desk, mission, path)
        if request.form.get("step") == "discard":
            shutil.rmtree(path.parent, ignore_errors=True)
            return redirect(self.address.link(ROUTE), 303)
        return self._previewed(self.desk, mission, path)

    def _previewed(self, desk: Desk, mission: str, path: Path | None) -> Any:
        if path is None:
            return self.shown(400, [self.words("intake.no_file")])
        answers = _answers()
        found = desk.preview(mission, path, self.address.language, answers)
        told = found["problems"]
        if told and answers:  # the file may be right and an answer wrong
            found = desk.preview(mission, path, self.address.language, {})
        if found["problems"]:
            shutil.rmtree(path.parent, ignore_errors=True)
            return self.shown(400, found["problems"])
        status = 400 if told else 200
        return self.shown(status, told, found=found, path=path, mission=mission)

    def _compared(self, desk: Desk, mission: str, path: Path) -> Any:
        content, problems = desk.compared(mission, path, self.address.language)
        if problems:
            return self.shown(400, problems)
        with self.store.writing() as connection:
            log(connection, self.actor.name, "compared", f"{mission}/{path.name}", {}, utc_now())
        name = self.words("intake.compared", name=path.stem)
        return send_file(BytesIO(content), XLSX, as_attachment=True, download_name=f"{name}.xlsx")

    def _taken_in(self, desk: Desk, mission: str, path: Path) -> Any:
        answers = _answers()
        problems = desk.take_in(mission, path, self.address.language, answers)
        if problems:
            return self.shown(409, problems)
        said = {"meant": "yes"} if answers.get("meant") else {}
        with self.store.writing() as connection:
            log(connection, self.actor.name, "taken_in", f"{mission}/{path.name}", said, utc_now())
        shutil.rmtree(path.parent, ignore_errors=True)
        return self.shown(200, taken=path.name)

    def shown(self, status: int = 200, told: list[str] | None = None, **parts: Any) -> Any:
        """The page; `found`, `path`, `mission` of a preview, or `taken`: the name of a file."""
        return rendered(
            "upload.html",
            self.address,
            self.actor,
            status,
            told=told or [],
            has_desk=self.desk is not None,
            may_take_in=self.may_take_in,
            missions=self.missions,
            largest=LARGEST_MB,
            back=self.address.link("/data-quality"),
            back_words=self.words("records.back_to", page=self.words("nav.data_quality")),
            **parts,
        )


def _answers() -> dict[str, str]:
    sent = {name: "\n".join(values).strip() for name, values in request.form.lists()}
    return {
        name: value
        for name, value in sent.items()
        if (name.startswith(_ANSWERS) or name in _CHOICES)
        and (value or name.startswith(_EMPTY_TOO))
    }
