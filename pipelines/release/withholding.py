"""`withheld.json` of an audience: how many cells its copy withholds, and how many in vain."""

import json
from dataclasses import asdict
from pathlib import Path

from indicators.disclosure import Withheld
from pipelines.release.files import write_json

WITHHELD = "withheld.json"


def write_withheld(folder: Path, withheld: Withheld) -> None:
    """Writes the counts of one audience into its folder."""
    write_json(folder / WITHHELD, asdict(withheld))


def read_withheld(release: Path) -> dict[str, Withheld]:
    """The counts by audience of a release; audiences of releases that did not keep them are not
    there."""
    return {
        path.parent.name: Withheld(**json.loads(path.read_text(encoding="utf-8")))
        for path in sorted(release.glob(f"*/{WITHHELD}"))
    }
