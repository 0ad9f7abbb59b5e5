"""`python -m dashboards.brief`: writes the briefs of a release's folder, every audience's two.

A release is published by another package, which meets this one in the release alone: it starts this
as a process of its own before the release has a name that people see.
"""

import argparse
import sys
from pathlib import Path

from dashboards.brief.content import brief_content
from dashboards.brief.typeset import pdf
from dashboards.context import release_context
from dashboards.http.address import Address
from dashboards.releases import Release
from indicators.foundation.messages import LANGUAGES


def write_briefs(folder: Path, mission: str, name: str, audience: str) -> list[Path]:
    """`<audience>/brief/<mission>_<period>_<language>.pdf`: the whole mission, its quarter."""
    release = Release(mission, name, folder, audience)  # type: ignore[arg-type]
    target = folder / audience / "brief"
    target.mkdir(exist_ok=True)
    written = []
    for language in LANGUAGES:
        context = release_context(release, Address(parameters={"lang": language}))
        path = target / f"{mission}_{name.rpartition('-')[0]}_{language}.pdf"
        path.write_bytes(pdf(brief_content(context)))
        written.append(path)
    return written


def main(arguments: list[str] | None = None) -> int:
    """Writes the briefs of all audiences that have a copy in the folder."""
    parser = argparse.ArgumentParser("python -m dashboards.brief")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--mission", required=True)
    parser.add_argument("--release", required=True)
    chosen = parser.parse_args(arguments)
    for database in sorted(chosen.folder.glob("*/poclens.duckdb")):
        write_briefs(chosen.folder, chosen.mission, chosen.release, database.parent.name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
