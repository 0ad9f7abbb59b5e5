"""Heads of the audit log that were noted outside the store: a log that lost one was rewritten."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from records.store import Store


def lost_by_releases(home: Path) -> list[str]:
    """`<mission>/<release>` of each release of this workspace's own missions that notes an entry
    which the log does not hold; releases that were pulled note those of other stores."""
    return Store.of_workspace(home).lost_heads(_released_heads(home))


def _released_heads(home: Path) -> Mapping[str, Mapping[str, Any]]:
    found = {}
    for path in sorted(home.glob("releases/*/*/publication.json")):
        mission, release = path.parts[-3:-1]
        if not (home / "missions" / mission).is_dir():
            continue
        try:
            head = json.loads(path.read_text(encoding="utf-8")).get("audit_log")
        except (OSError, ValueError):  # a damaged release is told elsewhere
            continue
        if head:
            found[f"{mission}/{release}"] = head
    return found
