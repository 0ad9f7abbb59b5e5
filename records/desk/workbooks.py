"""Workbooks that are given out and taken back: templates of the tables, a mission's profile."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class ProfileChange:
    """One cell of a profile's workbook that would change, or an entry that comes or goes (without
    a column); `title`: the column's in words."""

    sheet: str
    entry: str
    column: str
    title: str
    before: str
    after: str


@dataclass(frozen=True)
class ProfileChanges:
    """What a workbook would change; `ground`: the state of the profile that they are changes of."""

    problems: tuple[str, ...] = ()
    changes: tuple[ProfileChange, ...] = ()
    ground: str = ""


class Workbooks(Protocol):
    """Gives workbooks out and takes them back. Never raises for what is wrong in one."""

    def template(
        self, table: str, written_in: str, unit: str, month: str, language: str
    ) -> tuple[str, bytes, list[str]]:
        """The template of a contract's table in a language, of a unit and a month (`2026-10`)
        where they are named: name of the file, content, and what hinders it, a sentence each."""

    def profile(self, mission: str, language: str) -> bytes:
        """The mission's baselines, targets, framework and primary tests as a workbook."""

    def profile_changes(self, mission: str, path: Path, language: str) -> ProfileChanges:
        """What a workbook would change in the profile."""

    def change_profile(self, mission: str, path: Path, ground: str, language: str) -> list[str]:
        """Writes the profile by a workbook, one at a time. Returns what hinders it, also that the
        profile is not in the state `ground` any more."""
