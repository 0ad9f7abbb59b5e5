"""What the forms that take files in need of who serves: a preview, and a place in the inbox.

Dashboards read releases alone. The command that serves names an object of this form.
"""

import importlib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from dashboards.access import opens


class Workbooks(Protocol):
    """Gives workbooks out and takes them back. Never raises for what is wrong in one."""

    def template(
        self, table: str, written_in: str, unit: str, month: str, language: str
    ) -> tuple[str, bytes, list[str]]:
        """The template of a contract's table in a language, of a unit and a month (`2026-10`)
        where they are named: name of the file, content, and what hinders it, a sentence each."""

    def profile(self, mission: str, language: str) -> bytes:
        """The mission's baselines, targets, framework and primary tests as a workbook."""

    def profile_changes(self, mission: str, path: Path, language: str) -> dict[str, Any]:
        """What a workbook would change: `problems` (sentences), `changes` (`sheet`, `entry`,
        `column`, its `title`, `before`, `after`), `ground`: the state that they are changes of."""

    def change_profile(self, mission: str, path: Path, ground: str, language: str) -> list[str]:
        """Writes the profile by a workbook, one at a time. Returns what hinders it, also that the
        profile is not in the state `ground` any more."""


class Setup(Protocol):
    """Makes missions, tells their steps and begins their runs. Never raises for what is wrong in
    what a person gave."""

    def choices(self, language: str) -> dict[str, Any]:
        """What the page offers: `zones`, `questions` (`question`, `indicators` with `code`,
        `title`, `level`, `source`, `table`), `tables` (`table`, `title`, `number`), `at_first`."""

    def make(
        self,
        values: Mapping[str, str],
        chosen: Sequence[str],
        files: Mapping[str, Path],
        language: str,
    ) -> dict[str, Any]:
        """Makes a mission of fields, codes of indicators and files (`areas`, `outlines`, `units`),
        or tells all that hinders it: `problems`, `remarks` (sentences), `mission`, its code."""

    def steps(self, mission: str | None, language: str) -> list[dict[str, Any]]:
        """The steps to the next release: `name`, `title`, `state` (`done`, `open`, `later`,
        `running`), `state_words`, `sentence`."""

    def runs(self, mission: str, language: str) -> list[dict[str, Any]]:
        """Refreshes and publications that pages began, newest first: `kind`, `state`, `is_alive`,
        `state_words`, `command`, `who`, `at`, `progress`, `lines`, `problems`."""

    def brought(self, mission: str, language: str) -> dict[str, Any]:
        """`at`, `lines`, `silent`: what the last refresh that read files brought."""

    def choices_of_runs(self, mission: str) -> dict[str, Any]:
        """`first`, `day` (ISO days), `quarters` newest first, `quarter`, `needs_second`."""

    def start(self, mission: str, kind: str, value: str, who: str, language: str) -> None:
        """Begins a `refresh` as of a day or a `publish` of a quarter, as a process of its own."""

    def to_mend(self, mission: str, language: str) -> tuple[bytes, list[str]]:
        """The rejected rows as workbooks to correct, in a ZIP; what hinders it."""


class Rotas(Protocol):
    """What is drawn by lot: rotas, and the order in which the teams of a rollout go. Never raises
    for what is wrong in what a person gave."""

    def shown(self, mission: str, edge: str, language: str) -> Any:
        """`edges` that a rota can test (names by id), the chosen `edge`, a `first` day, `chances`
        by months and true fall (percent) of so many `areas` and incidents `a_month`, those `kept`
        (`edge`, `name`, `first`, `areas`, `fortnights`, `said`: what was recorded so far),
        `orders` (`edge`, `name`, `teams`: places in words, drawn `on`, None before), and `problems`
        (sentences)."""

    def draw(self, mission: str, edge: str, first: date, months: int, language: str) -> list[str]:
        """Draws a rota and keeps it. Returns what hinders it."""

    def order(self, mission: str, edge: str, first: date | None, language: str) -> bytes | None:
        """The order of a rota as a workbook, without a day that of arrivals; None where none is
        kept."""

    def draw_order(self, mission: str, edge: str, language: str) -> list[str]:
        """Draws the order in which the teams of a rollout go. Returns what hinders it."""


class Desk(Protocol):
    """Takes files in for the missions of a workspace. Never raises for what is wrong in a file."""

    @property
    def workbooks(self) -> Workbooks:
        """Templates and profiles as workbooks."""

    @property
    def setup(self) -> Setup:
        """Missions of one's own."""

    @property
    def rotas(self) -> Rotas:
        """Rotas drawn by lot."""

    def missions(self, language: str) -> dict[str, str]:
        """The missions of the workspace: code and name, the code where no profile can be read."""

    def preview(
        self, mission: str, path: Path, language: str, answers: Mapping[str, str]
    ) -> dict[str, Any]:
        """What a file would bring: `problems` (sentences), counts of rows, `tables`, `rejects`, and
        for an unknown file `proposal`, for one that changed `changes`, for one that would be held
        until somebody says that it is meant a `question`; `answers`: what a person said to these.
        `mapping`: its YAML (`text`) and its `history` (`at`, `by`, `changed`: lines).
        """

    def take_in(
        self, mission: str, path: Path, language: str, answers: Mapping[str, str], who: str = ""
    ) -> list[str]:
        """Moves a file into the inbox, its mapping made by `who`. Returns what hinders it."""

    def compared(self, mission: str, path: Path, language: str) -> tuple[bytes, list[str]]:
        """A workbook that holds a file of another system against the mission's rows, which stay
        as they are, where a preview says `is_comparable`; and what hinders it, a sentence each."""

    def rows_beside(
        self, mission: str, table: str, keys: Sequence[str], language: str
    ) -> list[tuple[str, list[str]]]:
        """Of rows of a table each filled column: its title, and its text in every row; nothing
        where one of the rows is not there."""

    def capture(
        self, mission: str, table: str, values: Mapping[str, str], name: str, language: str
    ) -> list[tuple[str, str]]:
        """Puts one row of a contract's table into the inbox, as a file of this name. Returns what
        is wrong with it: column (empty: the whole row) and sentence."""


def missions_of(desk: Desk | None, language: str) -> dict[str, str]:
    """The missions of the workspace that are open to who asks; none without a desk."""
    found = desk.missions(language) if desk else {}
    return {code: name for code, name in found.items() if opens(code)}


def desk_named(name: str, home: Path) -> Desk:
    """The desk that `module:function` makes for a workspace."""
    module, _, function = name.partition(":")
    found: Desk = getattr(importlib.import_module(module), function)(home)
    return found
