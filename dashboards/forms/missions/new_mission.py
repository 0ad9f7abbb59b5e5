"""Making a mission on a page: names, days, areas, units and indicators; written as its profile.

All that is wrong is told at once. Files that were sent wait while fields are mended.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flask import redirect, request

from dashboards.forms.intake.held import hold
from dashboards.forms.intake.held_page import STEPS, HeldPage, discard
from dashboards.reading.access import only_mission
from records.desk.intake import Desk

ROUTE = "/records/mission"
FILES = ("areas", "outlines", "units")
_LONGEST = 2000


class NewMission(HeldPage):
    """One request for the page: what was typed, which files wait."""

    route, template = ROUTE, "files/mission.html"
    part_of = (STEPS, "setup.steps_title")

    @property
    def may(self) -> bool:
        """A mission speaks for every area; who may open one mission only makes no other."""
        return super().may and only_mission() is None

    def done(self, desk: Desk) -> Any:
        """Makes the mission, or tells what hinders it."""
        files = self._files()
        values = {
            name: text.strip()[:_LONGEST]
            for name, text in request.form.items()
            if name not in ("token", "indicator", "table")
        }
        values["code"] = values.get("code", "").lower()  # people type the mission's acronym
        choices = desk.setup.choices(self.address.language)
        tables = request.form.getlist("table")
        chosen = set(request.form.getlist("indicator"))
        chosen |= {
            one.code
            for part in choices.questions
            for one in part.indicators
            if one.source in tables
        }
        made = desk.setup.make(values, sorted(chosen), files, self.address.language)
        if made.problems:
            told, sent = [*made.problems, *made.remarks], request.form
            return self.shown(400, told, sent=sent, waiting=files, choices=choices)
        self.noted("mission_made", made.mission)
        for path in files.values():
            discard(path)
        if made.remarks:
            return self.shown(made=made)
        return redirect(self.next_page(made.mission), 303)

    def again(self) -> Any:
        """With what was typed and the files that wait."""
        waiting = {name: self.waiting(f"held_{name}") for name in FILES}
        told = [self.words("records.problem.stale")]
        return self.shown(400, told, sent=request.form, waiting=waiting)

    def next_page(self, mission: str) -> str:
        """The steps of the mission that was made; what was typed is forgotten there."""
        return self.address.link(STEPS, mission=mission, lang=self.address.language) + "&made=1"

    def _files(self) -> dict[str, Path]:
        """The files of the form: those sent now, else those that wait from before."""
        found = {}
        for name in FILES:
            sent = request.files.get(name)
            path = hold(self.room, sent) if sent is not None else None
            path = path or self.waiting(f"held_{name}")
            if path is not None:
                found[name] = path
        return found

    def shown(self, status: int = 200, told: Sequence[str] = (), **parts: Any) -> Any:
        """The page; `sent`: what was typed, `waiting`: files by name, `made`: with remarks."""
        if self.desk is not None and "choices" not in parts:
            parts["choices"] = self.desk.setup.choices(self.address.language)
        return super().shown(status, told, next_page=self.next_page, **parts)
