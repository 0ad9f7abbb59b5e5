"""Taking a file in: what it would bring is shown first, then it goes into the inbox.

Between the two it waits in `uploads/` of the workspace, for an hour at most: nobody knows yet what
of it may be kept.
"""

import re
import secrets
import shutil
import time
import unicodedata
from pathlib import Path
from typing import Any

from flask import Flask, abort, redirect, request
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge

from dashboards.forms import sessions
from dashboards.forms.desk import Desk
from dashboards.forms.page import rendered
from dashboards.http.address import Address
from dashboards.wording.words import Words
from records.rights import Actor
from records.store import Store, log, utc_now

ROUTE = "/records/upload"
LARGEST_MB = 50
_KEPT_SECONDS = 3600
_LONGEST_NAME = 60  # signs, of four bytes at most
_TOKEN = re.compile(r"[0-9a-f]{32}")
_ANSWERS = ("constant.", "header.")  # of columns that nothing is proposed for


def add_route(server: Flask, home: Path, store: Store, desk: Desk | None) -> None:
    """The page of the upload; without a desk it says how to start the server with one."""

    @server.route(ROUTE, methods=["GET", "POST"])
    def upload() -> Any:
        request.max_content_length = LARGEST_MB * 2**20
        actor = sessions.actor(store)
        if actor is None:
            return abort(401)
        missions = desk.missions() if desk else []
        page = _Page(home, store, desk, actor, missions)
        try:
            return page.shown() if request.method == "GET" else page.answered()
        except RequestEntityTooLarge:
            return page.shown(413, [page.words("intake.too_large", number=str(LARGEST_MB))])


class _Page:
    """One request for the page: who asks, and what was done with which file."""

    def __init__(
        self, home: Path, store: Store, desk: Desk | None, actor: Actor, missions: list[str]
    ) -> None:
        self.held = home / "uploads"
        _clear(self.held)
        self.store, self.desk, self.actor, self.missions = store, desk, actor, missions
        self.address = Address.parse(ROUTE, request.query_string.decode("utf-8", "replace"))
        self.words = Words(self.address.language)

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
            return self._previewed(self.desk, mission, _hold(self.held, sent))
        path = _held(self.held, request.form.get("held", ""))
        if path is None:
            return self.shown(410, [self.words("intake.gone")])
        if request.form.get("step") == "take_in":
            return self._taken_in(self.desk, mission, path)
        if request.form.get("step") == "discard":
            shutil.rmtree(path.parent, ignore_errors=True)
            return redirect(self.address.link(ROUTE), 303)
        return self._previewed(self.desk, mission, path)

    def _previewed(self, desk: Desk, mission: str, path: Path | None) -> Any:
        if path is None:
            return self.shown(400, [self.words("intake.no_file")])
        answers = _answers()
        found = desk.preview(mission, path, self.address.language, answers)
        if found["problems"]:
            shutil.rmtree(path.parent, ignore_errors=True)
            return self.shown(400, found["problems"])
        return self.shown(200, [], found=found, path=path, mission=mission, answers=answers)

    def _taken_in(self, desk: Desk, mission: str, path: Path) -> Any:
        problems = desk.take_in(mission, path, self.address.language, _answers())
        if problems:
            return self.shown(409, problems)
        with self.store.writing() as connection:
            log(connection, self.actor.name, "taken_in", f"{mission}/{path.name}", {}, utc_now())
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
            back_words=self.words("nav.data_quality"),
            **parts,
        )


def safe_name(text: str) -> str:
    """The file's own name without path, hidden start or signs that no one could read."""
    name = unicodedata.normalize("NFC", re.split(r"[/\\]", text)[-1])
    name = "".join(sign for sign in name if sign.isprintable() and sign not in '<>:"|?*')
    stem, dot, suffix = name.strip(" .").rpartition(".")
    ending = (dot + suffix)[:_LONGEST_NAME]
    return stem[: _LONGEST_NAME - len(ending)] + ending


def _hold(folder: Path, sent: FileStorage) -> Path | None:
    name = safe_name(sent.filename or "")
    if not name:
        return None
    own = folder / secrets.token_hex(16)
    own.mkdir(parents=True, mode=0o700)
    sent.save(own / name)
    return own / name


def _held(folder: Path, token: str) -> Path | None:
    """The file that waits under a token; None where there is none any more."""
    if not _TOKEN.fullmatch(token) or not (folder / token).is_dir():
        return None
    return next((path for path in (folder / token).iterdir() if path.is_file()), None)


def _clear(folder: Path) -> None:
    """What nobody took in within an hour is gone."""
    for own in folder.glob("*"):
        if time.time() - own.stat().st_mtime > _KEPT_SECONDS:
            shutil.rmtree(own, ignore_errors=True)


def _answers() -> dict[str, str]:
    sent = {name: value.strip() for name, value in request.form.items()}
    return {name: value for name, value in sent.items() if name.startswith(_ANSWERS) and value}
