"""A page that takes a file in hand: it waits (`held.py`) while it is looked at, and is then kept,
mended or discarded. Who asks, what hinders and what is told are the same for all of them.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

from flask import Flask, abort, redirect, request
from werkzeug.exceptions import RequestEntityTooLarge

from dashboards.forms.accounts import sessions
from dashboards.forms.desk import missions_of
from dashboards.forms.intake.held import LARGEST_MB, held, hold, waiting_room
from dashboards.forms.page import MISSION, rendered
from dashboards.reading.address import Address
from dashboards.reading.releases import current_editions
from dashboards.wording.words import Words
from records.desk.intake import Desk
from records.rights import Actor
from records.store import Store, log, utc_now

STEPS = "/records/steps"


class HeldPage:
    """One request for such a page: who asks, of which missions, in which words.

    A page says its address (`route`), its `template`, the page that it belongs to (`part_of`:
    address and key of its name), and what it does once who asks may ask it (`done`).
    """

    route: ClassVar[str]
    template: ClassVar[str]
    part_of: ClassVar[tuple[str, str]]

    def __init__(self, home: Path, store: Store, desk: Desk | None, actor: Actor) -> None:
        self.home, self.store, self.desk, self.actor = home, store, desk, actor
        self.room = waiting_room(home)
        self.address = Address.parse(self.route, request.query_string.decode("utf-8", "replace"))
        self.words = Words(self.address.language)
        self.missions = missions_of(desk, self.address.language)
        self.told_first: list[str] = []

    @classmethod
    def add_route(cls, server: Flask, home: Path, store: Store, desk: Desk | None) -> None:
        """The page; without a desk it says how to start the server with one."""

        def page() -> Any:
            request.max_content_length = LARGEST_MB * 2**20
            actor = sessions.actor(store)
            if actor is None:
                return abort(401)
            return cls(home, store, desk, actor)._answer()

        server.add_url_rule(cls.route, cls.route, page, methods=["GET", "POST"])

    def _answer(self: Self) -> Any:
        try:
            if request.method == "GET":
                return self.shown()
            if not self.may:
                return self.shown(403)
            if not sessions.is_genuine():
                return self.again()
        except RequestEntityTooLarge:
            return self.shown(413, [self.words("intake.too_large", number=str(LARGEST_MB))])
        return abort(404) if self.desk is None else self.done(self.desk)

    def again(self) -> Any:
        """The page as it was sent, where the session has ended since: to be sent again."""
        return self.shown(400, [self.words("records.problem.stale")])

    @property
    def may(self) -> bool:
        """A file speaks for every area: who writes for one alone takes none in."""
        return self.actor.may("take_in")

    def done(self, desk: Desk) -> Any:
        """What the form that was sent asks for."""
        raise NotImplementedError

    def waiting(self, name: str = "held") -> Path | None:
        """The file that waits under the token of a field."""
        return held(self.room, request.form.get(name, ""))

    def noted(self, action: str, subject: str, detail: dict[str, str] | None = None) -> None:
        """An entry of the audit log."""
        with self.store.writing() as connection:
            log(connection, self.actor.name, action, subject, detail or {}, utc_now())

    def shown(self, status: int = 200, told: Sequence[str] = (), **parts: Any) -> Any:
        """The page with what is told; before anything is published it leads back to the steps."""
        back, name = self.part_of
        if not current_editions(self.home, MISSION):
            back, name = STEPS, "setup.steps_title"
        return rendered(
            self.template,
            self.address,
            self.actor,
            status,
            told=[*self.told_first, *told],
            has_desk=self.desk is not None,
            may=self.may,
            missions=self.missions,
            largest=LARGEST_MB,
            back=self.address.link(back),
            back_words=self.words("records.back_to", page=self.words(name)),
            **parts,
        )


class FileOfMission(HeldPage):
    """A page that takes one file of one mission in hand: first `looked_at`, then `decided`."""

    def done(self, desk: Desk) -> Any:
        """What the form asks for: a look at a file, a decision on it, or to discard it."""
        mission = request.form.get("mission", "")
        if mission not in self.missions:
            return abort(404)
        sent = request.files.get("file")
        if sent is not None:
            path = hold(self.room, sent)
            if path is None:
                return self.shown(400, [self.words("intake.no_file")])
            return self.looked_at(desk, mission, path)
        path = self.waiting()
        if path is None:
            return self.shown(410, [self.words("intake.gone")])
        if request.form.get("step") == "discard":
            discard(path)
            return redirect(self.address.link(self.route), 303)
        return self.decided(desk, mission, path, request.form.get("step", ""))

    def again(self) -> Any:
        """With what the file that waits would bring by what was answered."""
        mission, path = request.form.get("mission", ""), self.waiting()
        if self.desk is None or path is None or mission not in self.missions:
            return super().again()
        self.told_first = [self.words("records.problem.stale")]
        return self.looked_at(self.desk, mission, path)

    def looked_at(self, desk: Desk, mission: str, path: Path) -> Any:
        """The page with what the file would bring."""
        raise NotImplementedError

    def decided(self, desk: Desk, mission: str, path: Path, step: str) -> Any:
        """The page after a step with the file that waits."""
        raise NotImplementedError


def discard(path: Path) -> None:
    """A file that waited is gone."""
    shutil.rmtree(path.parent, ignore_errors=True)
