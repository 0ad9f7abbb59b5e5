"""Releases of all missions and their files, with checksum, tag and range."""

import base64
import hashlib
from pathlib import Path
from typing import Any

from flask import Response, send_file

from dashboards.http.downloads import listed_files
from dashboards.reading.access import Audience
from dashboards.reading.releases import (
    Release,
    current_release,
    published_missions,
    release_named,
    release_names,
)
from indicators.foundation.stored.published_tables import MANIFEST, PUBLICATION

STATEMENTS = (MANIFEST, PUBLICATION)


def releases(home: Path, audience: Audience) -> list[dict[str, Any]]:
    """What this server holds: every release of every mission that the audience has a copy of."""
    found = []
    for mission in published_missions(home):
        current = current_release(home, mission, audience)
        for name in release_names(home, mission):
            release = release_named(home, mission, name, audience)
            if release is not None:
                found.append(_told(release, current is not None and current.name == name))
    return found


def _told(release: Release, is_current: bool) -> dict[str, Any]:
    return {
        "mission": release.mission,
        "release": release.name,
        "audience": release.audience,
        "period": release.manifest.get("period"),
        "as_of": release.manifest.get("as_of"),
        "published_at": release.publication.get("published_at"),
        "manifest_sha256": release.publication.get("manifest_sha256"),
        "is_current": is_current,
        "files": f"/api/releases/{release.mission}/{release.name}/files",
    }


def files(release: Release) -> list[dict[str, Any]]:
    """Path, SHA-256 and address of each file of the audience."""
    base = f"/api/releases/{release.mission}/{release.name}/files"
    return [
        {"path": path, "sha256": sha256, "href": f"{base}/{path}"}
        for path, sha256 in listed_files(release).items()
    ]


def _statements(release: Release) -> dict[str, str]:
    """Manifest and publication, which list all other files, with their own SHA-256."""
    paths = {name: release.folder / name for name in STATEMENTS}
    return {
        name: hashlib.sha256(path.read_bytes()).hexdigest()
        for name, path in paths.items()
        if path.is_file()
    }


def file_response(release: Release, path: str) -> Response | None:
    """The file, whole, in part (Range) or not again (If-None-Match); None where none is listed."""
    listed = listed_files(release) | _statements(release)
    sha256 = listed.get(path)
    place = release.folder / path
    if sha256 is None or not place.is_file():
        return None
    response = send_file(place.resolve(), as_attachment=True, conditional=True, etag=sha256)
    digest = base64.b64encode(bytes.fromhex(sha256)).decode()
    response.headers["Repr-Digest"] = f"sha-256=:{digest}:"
    return response
