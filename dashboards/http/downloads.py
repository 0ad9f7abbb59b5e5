"""Serves the files of a release to its audience: only what the manifest lists."""

from pathlib import Path
from typing import Any

from flask import Flask, abort, send_file

from dashboards.reading.access import Audience
from dashboards.reading.releases import Release, release_named

ROUTE = "/download"


def listed_files(release: Release) -> dict[str, str]:
    """Path below the release to SHA-256, for the audience's folder."""
    entries = list(release.manifest.get("files", []))
    for kind in ("databases", "briefs"):
        entries += release.publication.get(kind, [])
    found = {str(entry["path"]): str(entry["sha256"]) for entry in entries}
    return {path: found[path] for path in sorted(found) if path.startswith(f"{release.audience}/")}


def add_route(server: Flask, home: Path, audience: Audience) -> None:
    """`/download/<mission>/<release>/<path>` gives a file of any release on disk."""

    @server.get(f"{ROUTE}/<mission>/<name>/<path:path>")
    def download(mission: str, name: str, path: str) -> Any:
        release = release_named(home, Path(mission).name, Path(name).name, audience)
        if release is not None and path in listed_files(release):
            return send_file((release.folder / path).resolve(), as_attachment=True)
        return abort(404)
