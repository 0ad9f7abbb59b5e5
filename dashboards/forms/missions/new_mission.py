"""Making a mission on a page: names, days, areas, units and indicators; written as its profile.

All that is wrong is told at once. Files that were sent wait while fields are mended. The same form
changes a mission that is made: it tells first what would change.
"""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from flask import abort, redirect, request

from dashboards.forms.desk import missions_of
from dashboards.forms.intake.held import held, hold
from dashboards.forms.intake.held_page import STEPS, HeldPage, discard
from dashboards.reading.access import only_mission
from records.desk.intake import Desk

ROUTE, CHANGE_ROUTE = "/records/mission", "/records/mission/change"
HELD_OUTLINES = "held_outlines"
FILES = ("areas", "outlines", "units")
CHECKED, FIXED = ("budget_year", "is_fictional"), ("code", "country_code")
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
        values = _typed()
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
        shows = request.form.get("step") == "preview"  # the same in the other language
        asked = (values, sorted(chosen), files, self.address.language)
        made = desk.setup.make(*asked, installs=not shows)
        if made.problems or shows:
            told, sent = [*made.problems, *made.remarks], request.form
            status = 400 if made.problems else 200
            return self.shown(status, told, sent=sent, waiting=files, choices=choices)
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
        chosen = request.form.getlist("indicator")
        return super().shown(status, told, next_page=self.next_page, chosen=chosen, **parts)


class ChangedMission(HeldPage):
    """One request for the same form of a mission that is made: what would change, or does."""

    route, template = CHANGE_ROUTE, "files/mission.html"
    part_of = (STEPS, "setup.steps_title")

    @property
    def mission(self) -> str:
        """The mission of the address; the only one without; empty where it is open to nobody."""
        asked = self.address.get("mission") or next(iter(self.missions), "")
        return asked if asked in self.missions else ""

    def done(self, desk: Desk) -> Any:
        """Shows what would change; `write` changes it, as it was shown."""
        if not self.mission:
            return abort(404)
        outlines, chosen = self.outlines, request.form.getlist("indicator")
        asked = (self.mission, _typed(), chosen, outlines, self.address.language)
        is_written = request.form.get("step") == "write"
        ground = request.form.get("ground", "") if is_written else None
        found = desk.setup.changes(*asked, ground)
        if found.problems and is_written:
            again = desk.setup.changes(*asked)
            return self.shown(409, found.problems, found=None if again.problems else again)
        if found.problems:
            return self.shown(400, [*found.problems, *found.remarks])
        if not is_written:
            return self.shown(found=found)
        changed = {one.title: f"{one.before} → {one.after}" for one in found.changes}
        self.noted("mission_changed", self.mission, changed)
        if outlines is not None:
            discard(outlines)
        self.missions = missions_of(desk, self.address.language)  # by its new name
        return self.shown(written=True)

    def shown(self, status: int = 200, told: Sequence[str] = (), **parts: Any) -> Any:
        """The form with what was sent, else with what stands; outlines that come from the page of
        files with what they would change."""
        if self.desk is None or not self.may:
            return super().shown(status, told, change=self.mission or "–", **parts)
        if not self.mission:
            return abort(404)
        standing, outlines = self.desk.setup.standing(self.mission), self.outlines
        sent, chosen = dict(standing.values), standing.chosen
        if request.method == "POST":
            sent |= dict.fromkeys(CHECKED, "") | _typed()
            sent |= {name: standing.values.get(name, "") for name in FIXED}
            chosen = tuple(request.form.getlist("indicator"))
        elif outlines is not None:
            language = self.address.language
            found = self.desk.setup.changes(self.mission, sent, chosen, outlines, language)
            told = [*told, *found.problems, *(found.remarks if found.problems else ())]
            parts |= {"found": None if found.problems else found, "is_of_files": True}
        parts |= {"sent": sent, "chosen": chosen, "waiting": {"outlines": outlines}}
        parts["choices"] = self.desk.setup.choices(self.address.language)
        return super().shown(status, [*told, *standing.problems], change=self.mission, **parts)

    @cached_property
    def outlines(self) -> Path | None:
        """The outlines that were sent now, on the page of files, or before; a file is read once."""
        sent = request.files.get("outlines")
        path = hold(self.room, sent) if sent is not None else None
        token = request.values.get(HELD_OUTLINES, "")
        return path or held(self.room, token)


def _typed() -> dict[str, str]:
    return {
        name: text.strip()[:_LONGEST]
        for name, text in request.form.items()
        if name not in ("token", "indicator", "table", "step", "ground")
    }
