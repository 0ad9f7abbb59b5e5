"""The desk that who serves names for the forms that take files in (`records/desk/`).

Dashboards read releases alone. The command that serves names an object of this form.
"""

import importlib
from pathlib import Path

from dashboards.reading.access import opens
from records.desk.intake import Desk


def missions_of(desk: Desk | None, language: str) -> dict[str, str]:
    """The missions of the workspace that are open to who asks; none without a desk."""
    found = desk.missions(language) if desk else {}
    return {code: name for code, name in found.items() if opens(code)}


def desk_named(name: str, home: Path) -> Desk:
    """The desk that `module:function` makes for a workspace."""
    module, _, function = name.partition(":")
    found: Desk = getattr(importlib.import_module(module), function)(home)
    return found
