"""Serves the files of a release to its audience: only what the manifest lists."""

from pathlib import Path
from typing import Any

from flask import Flask, abort, send_file

from dashboards.access import Audience
from dashboards.releases import current_release

ROUTE = "/download"


def listed_files(manifest: Any, audience: str) -> dict[str, str]:
    """Path below the release to SHA-256, for one audience's folder."""
    files = manifest.get("files", {})
    if isinstance(files, list):
        files = {entry["path"]: entry for entry in files}
    found = {}
    for path, entry in files.items():
        sha256 = entry.get("sha256", "") if isinstance(entry, dict) else str(entry)
        if path.startswith(f"{audience}/"):
            found[path] = sha256
    return dict(sorted(found.items()))


def add_route(server: Flask, home: Path, audience: Audience) -> None:
    """`/download/<mission>/<path>` gives a file of the current release."""

    @server.get(f"{ROUTE}/<mission>/<path:path>")
    def download(mission: str, path: str) -> Any:
        release = current_release(home, Path(mission).name, audience)
        if release is None or path not in listed_files(release.manifest, audience):
            abort(404)
        return send_file((release.folder / path).resolve(), as_attachment=True)
