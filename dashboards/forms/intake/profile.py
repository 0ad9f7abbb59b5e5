"""A mission's baselines, targets, framework and primary tests: out as a workbook, and back.

What a workbook would change is shown before it is taken in; who changed it stands in the audit log.
"""

from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Flask, abort, request, send_file

from dashboards.forms.desk import missions_of
from dashboards.forms.intake.held_page import FileOfMission, discard
from dashboards.forms.page import XLSX
from dashboards.reading.address import Address
from records.desk.intake import Desk
from records.store import Store, log, utc_now

ROUTE, FILE_ROUTE = "/records/profile", "/records/profile/file"


def add_route(server: Flask, home: Path, store: Store, desk: Desk | None) -> None:
    """The page of the workbook, and the workbook itself."""

    Profile.add_route(server, home, store, desk)

    @server.get(FILE_ROUTE)
    def profile_file() -> Any:
        mission, address = request.args.get("mission", ""), _address()
        if desk is None or mission not in missions_of(desk, address.language):
            return abort(404)
        content, name = desk.workbooks.profile(mission, address.language), f"profile_{mission}.xlsx"
        return send_file(BytesIO(content), XLSX, as_attachment=True, download_name=name)


def _address() -> Address:
    return Address.parse(ROUTE, request.query_string.decode("utf-8", "replace"))


class Profile(FileOfMission):
    """One request for the page: what was done with which workbook."""

    route, template = ROUTE, "files/profile.html"
    part_of = ("/results-chain", "nav.results_chain")

    def looked_at(self, desk: Desk, mission: str, path: Path) -> Any:
        """What the workbook would change."""
        found = desk.workbooks.profile_changes(mission, path, self.address.language)
        if not found.problems and not found.changes:
            discard(path)
            return self.shown(found=found)
        status = 400 if found.problems else 200
        return self.shown(status, found.problems, found=found, path=path, mission=mission)

    def decided(self, desk: Desk, mission: str, path: Path, step: str) -> Any:
        """Writes the changes, one at a time: only the transaction of the audit log writes."""
        if step != "write":
            return self.looked_at(desk, mission, path)
        ground = request.form.get("ground", "")
        with self.store.writing() as connection:
            told = desk.workbooks.change_profile(mission, path, ground, self.address.language)
            if not told:
                log(connection, self.actor.name, "profile_changed", mission, {}, utc_now())
        discard(path)
        return self.shown(409, told) if told else self.shown(written=mission)
