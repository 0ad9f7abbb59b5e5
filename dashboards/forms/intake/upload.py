"""Taking a file in: what it would bring is shown first, then it goes into the inbox.

Between the two it waits (`held_page.py`).
"""

import re
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import redirect, request, send_file

from dashboards.forms.intake.held import hold_form
from dashboards.forms.intake.held_page import FileOfMission, discard
from dashboards.forms.missions.new_mission import CHANGE_ROUTE, HELD_OUTLINES
from dashboards.forms.page import XLSX
from records.desk.intake import Desk

ROUTE = "/records/upload"
# To a proposal, and to what of a known file differs; an empty one of `_EMPTY_TOO` says something.
_EMPTY_TOO = ("rows_value", "header.", "code.", "meant.", "join.", "question.", "answer.", "after.")
_ANSWERS = (*_EMPTY_TOO, "constant.", "successor.", "reading.", "part.", "empty.", "otherwise.",
            "when.", "when_is.", "when_value.", "row.")  # fmt: skip
_CHOICES = ("table", "of_table", "files", "mend", "meant", "laid", "sheet", "header_row",
            "header_rows", "fill_down", "ditto", "where", "where_is", "where_too",
            "where_too_is", "place", "also", "also_sheet", "of_sheet", "of_header_row",
            "of_header_rows", "missing", "distinct", "replaces", "covers", "sender",
            "time_zone", "may_lack", "anew")  # fmt: skip

_BEGINNING = 65_536  # signs of a file in which a GeoJSON has said what it is


class Upload(FileOfMission):
    """One request for the page: what was done with which file."""

    route, template = ROUTE, "files/upload.html"
    part_of = ("/data-quality", "nav.data_quality")

    def done(self, desk: Desk) -> Any:
        """A file that waits in the inbox is taken out of it, or one is taken in hand."""
        mission = request.form.get("mission", "")
        if request.form.get("step") != "take_out" or mission not in self.missions:
            return super().done(desk)
        if any(one.is_alive for one in desk.setup.runs(mission, self.address.language)):
            return self.shown(409, [self.words("intake.run_is_on")])
        name = request.form.get("name", "")
        place = desk.take_out(mission, name)
        if not place:
            return self.shown(410, [self.words("intake.waits_no_more", name=name)])
        self.noted("taken_out", f"{mission}/{name}", {"place": place})
        return self.shown(out=name, place=place, mission=mission)

    def shown(self, status: int = 200, told: Sequence[str] = (), **parts: Any) -> Any:
        """With the files that wait in the inboxes, to those who may take them out."""
        if self.desk is not None and self.may:
            parts["waiting"] = [(m, n) for m in self.missions for n in self.desk.waiting(m)]
        return super().shown(status, told, **parts)

    def decided(self, desk: Desk, mission: str, path: Path, step: str) -> Any:
        """Taken in, compared with what is there, or looked at with other answers."""
        if step == "take_in":
            return self._taken_in(desk, mission, path)
        if step == "compare":
            return self._compared(desk, mission, path)
        return self.looked_at(desk, mission, path)

    def looked_at(self, desk: Desk, mission: str, path: Path) -> Any:
        """What the file would bring, with what was answered so far."""
        if form := request.files.get("form"):
            hold_form(path, form)
        found = desk.preview(mission, path, self.address.language, _answers())
        told = found.problems
        if told and _are_outlines(path):  # no file of rows: what they would change is shown there
            place = self.address.link(CHANGE_ROUTE, mission=mission)
            return redirect(f"{place}&{HELD_OUTLINES}={path.parent.name}", 303)
        if told and not found.refused:  # the file itself is wrong, and no answer
            discard(path)
            return self.shown(400, told)
        status = 400 if told or self.told_first else 200
        return self.shown(status, told, found=found, path=path, mission=mission)

    def _compared(self, desk: Desk, mission: str, path: Path) -> Any:
        content, problems = desk.compared(mission, path, self.address.language)
        if problems:
            return self.shown(400, problems)
        self.noted("compared", f"{mission}/{path.name}")
        name = self.words("intake.compared", name=path.stem)
        return send_file(BytesIO(content), XLSX, as_attachment=True, download_name=f"{name}.xlsx")

    def _taken_in(self, desk: Desk, mission: str, path: Path) -> Any:
        answers = _answers()
        problems = desk.take_in(mission, path, self.address.language, answers, self.actor.name)
        if problems:  # what was answered stays, whatever hinders the file
            found = desk.preview(mission, path, self.address.language, answers)
            parts = {"found": found, "path": path, "mission": mission}
            return self.shown(409, problems, **(parts if found.offered else {}))
        said = {"meant": "yes"} if answers.get("meant") else {}
        self.noted("taken_in", f"{mission}/{path.name}", said)
        discard(path)
        return self.shown(200, taken=path.name, mission=mission)


def _are_outlines(path: Path) -> bool:
    """Whether a file that no mapping reads is a GeoJSON."""
    if path.suffix.lower() not in (".geojson", ".json"):
        return False
    with path.open(encoding="utf-8", errors="replace") as file:
        return '"FeatureCollection"' in file.read(_BEGINNING)


def _answers() -> dict[str, str]:
    found: dict[str, str] = {}
    for name, values in request.form.lists():
        value, plain = "\n".join(values).strip(), re.sub(r"^(also\.)+", "", name)
        is_one = plain.startswith(_ANSWERS) or plain in _CHOICES
        if is_one and (value or plain.startswith(_EMPTY_TOO)):
            found[name] = value
    return found
