"""What the pages that give workbooks out and take them back ask of the pipelines.

Templates of the tables, and a mission's profile; part of the desk (`proposal/desk.py`).
"""

import hashlib
from datetime import date
from io import BytesIO
from pathlib import Path

from indicators.definitions.contracts import contracts
from indicators.foundation.calendar.day_text import day_text
from indicators.foundation.errors import PocLensError
from indicators.foundation.messages import has_message, message
from indicators.foundation.numbers.number_format import value_text
from pipelines.workspace.paths import Workspace
from records.desk.workbooks import ProfileChange, ProfileChanges


class WorkbookDesk:
    """Templates to fill in, and the profile's lists as a workbook."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def template(
        self, table: str, written_in: str, unit: str, month: str, language: str
    ) -> tuple[str, bytes, list[str]]:
        """The template of a table, of a unit and a month where they are named: its name, its
        content, and what hinders it."""
        from pipelines.documents.templates import template_name, write_template_of

        written = BytesIO()
        try:
            write_template_of(contracts()[table], written, written_in, unit, month)
        except PocLensError as error:
            return "", b"", [problem.sentence(language) for problem in error.problems]
        return template_name(table, unit, month), written.getvalue(), []

    def profile(self, mission: str, language: str) -> bytes:
        """The mission's baselines, targets, framework and primary tests as a workbook."""
        from pipelines.documents.profile_workbook import write_workbook

        written = BytesIO()
        write_workbook(self._workspace.profile(mission), written, language)
        return written.getvalue()

    def profile_changes(self, mission: str, path: Path, language: str) -> ProfileChanges:
        """What a workbook would change in the profile."""
        from pipelines.documents.profile_workbook import read_workbook

        profile = self._workspace.profile(mission)
        try:
            found = read_workbook(profile, path, is_written=False)
        except PocLensError as error:
            return ProfileChanges(tuple(one.sentence(language) for one in error.problems))
        changes = (
            ProfileChange(
                one.sheet,
                one.entry,
                one.column,
                _title(one.column, language),
                _shown(one.column, one.before, language),
                _shown(one.column, one.after, language),
            )
            for one in found
        )
        return ProfileChanges((), tuple(changes), _ground(profile))

    def change_profile(self, mission: str, path: Path, ground: str, language: str) -> list[str]:
        """Writes the profile by a workbook; what hinders it: also that the profile changed since.

        One at a time: whoever calls sees to it.
        """
        from pipelines.documents.profile_workbook import read_workbook

        profile = self._workspace.profile(mission)
        if _ground(profile) != ground:
            return [message("cli.profile.changed_since", language)]
        try:
            read_workbook(profile, path, is_written=True)
        except PocLensError as error:
            return [problem.sentence(language) for problem in error.problems]
        return []


def _ground(profile: Path) -> str:
    """A hash of the files that a workbook is compared with."""
    from pipelines.documents.profile_workbook import FRAMEWORK, MISSION

    paths = [profile / name for name in (MISSION, FRAMEWORK)]
    texts = (path.read_bytes() if path.is_file() else b"" for path in paths)
    return hashlib.sha256(b"\0".join(texts)).hexdigest()


def _shown(column: str, value: str | float, language: str) -> str:
    """A cell as the page shows it: days in words, so that nobody takes one for another."""
    from pipelines.documents.profile_workbook import DAYS

    if column.rpartition(".")[2] not in DAYS:
        return value_text(value, language)
    lines = filter(None, str(value).splitlines())
    return "\n".join(day_text(date.fromisoformat(one), language) for one in lines)


def _title(column: str, language: str) -> str:
    key = f"profile_workbook.{column}"
    return message(key, language) if has_message(key) else column
