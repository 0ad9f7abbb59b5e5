"""`python -m dashboards.brief`: the briefs of a release's folder, two for every audience.

A release is published by another package, which meets this one in the release alone: it starts this
as a process of its own before the release has a name that people see.
"""

import argparse
import sys
from pathlib import Path

from dashboards.brief.content import brief_content
from dashboards.brief.typeset import pdf
from dashboards.reading.access import AUDIENCES
from dashboards.reading.address import Address
from dashboards.reading.context import release_context
from dashboards.reading.releases import Release
from indicators.foundation.messages import LANGUAGES
from indicators.foundation.stored.published_tables import database_of


def write_briefs(release: Release, folder: Path) -> None:
    """`<mission>_<period>_<language>.pdf` of the whole mission and the release's quarter."""
    folder.mkdir(parents=True, exist_ok=True)
    period = release.name.rpartition("-")[0]
    for language in LANGUAGES:
        context = release_context(release, Address(parameters={"lang": language}))
        path = folder / f"{release.mission}_{period}_{language}.pdf"
        path.write_bytes(pdf(brief_content(context)))


def main(arguments: list[str] | None = None) -> int:
    """Writes the briefs of all audiences that have pages and a copy in the release's folder."""
    parser = argparse.ArgumentParser("python -m dashboards.brief")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--mission", required=True)
    parser.add_argument("--release", required=True)
    parser.add_argument("--into", type=Path, required=True)
    chosen = parser.parse_args(arguments)
    for audience in AUDIENCES:
        if not database_of(chosen.folder, audience).is_file():
            continue
        release = Release(chosen.mission, chosen.release, chosen.folder, audience)
        write_briefs(release, chosen.into / audience / "brief")
    return 0


if __name__ == "__main__":
    sys.exit(main())
