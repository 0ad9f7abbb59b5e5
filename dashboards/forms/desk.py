"""What the forms that take files in need of who serves: a preview, and a place in the inbox.

Dashboards read releases alone. The command that serves names an object of this form.
"""

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol


class Desk(Protocol):
    """Takes files in for the missions of a workspace. Never raises for what is wrong in a file."""

    def missions(self) -> list[str]:
        """The missions of the workspace."""

    def preview(
        self, mission: str, path: Path, language: str, answers: Mapping[str, str]
    ) -> dict[str, Any]:
        """What a file would bring: `problems` (sentences), counts of rows, `tables`, `rejects`, and
        for an unknown file `proposal`; `answers`: what a person said of what is left open."""

    def take_in(
        self, mission: str, path: Path, language: str, answers: Mapping[str, str]
    ) -> list[str]:
        """Moves a file into the inbox. Returns what hinders it, a sentence each."""

    def capture(
        self, mission: str, table: str, values: Mapping[str, str], name: str, language: str
    ) -> list[tuple[str, str]]:
        """Puts one row of a contract's table into the inbox, as a file of this name. Returns what
        is wrong with it: column (empty: the whole row) and sentence."""


def desk_named(name: str, home: Path) -> Desk:
    """The desk that `module:function` makes for a workspace."""
    module, _, function = name.partition(":")
    found: Desk = getattr(importlib.import_module(module), function)(home)
    return found
