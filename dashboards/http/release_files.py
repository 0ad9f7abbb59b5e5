"""`/api/releases`: releases of this server's audience, their manifests and their files.

What headquarters pulls. Every file has its SHA-256 as tag, so that a download that was cut short
goes on where it stopped (`Range`, `If-Range`) and can be checked against the signed manifest.
"""

import base64
import json
from pathlib import Path
from typing import Any

from flask import Flask, Response, request, send_file

from dashboards.access import Audience
from dashboards.http import api
from dashboards.http.downloads import listed_files
from dashboards.releases import (
    Release,
    current_release,
    published_missions,
    release_named,
    release_names,
)

ROUTE = f"{api.API}/releases"
MANIFEST, PUBLICATION = "manifest.json", "publication.json"


def add_route(server: Flask, home: Path, audience: Audience) -> None:
    """Three addresses; `?mission=` where a server has several missions."""

    @server.get(ROUTE)
    def api_releases() -> Any:
        found = [_entry(home, release) for release in _releases(home, audience)]
        return Response(json.dumps(found), mimetype="application/json")

    @server.get(f"{ROUTE}/<name>/{MANIFEST}")
    def api_manifest(name: str) -> Any:
        found = _asked(home, audience, name)
        return found if isinstance(found, Response) else _sent(found, MANIFEST)

    @server.get(f"{ROUTE}/<name>/files/<path:path>")
    def api_file(name: str, path: str) -> Any:
        found = _asked(home, audience, name)
        return found if isinstance(found, Response) else _sent(found, path)


def _releases(home: Path, audience: Audience) -> list[Release]:
    """Every release that the one who asks may have: missions by name, the newest release first."""
    named = (
        release_named(home, mission, name, audience)
        for mission in published_missions(home)
        if api.is_open(mission)
        for name in release_names(home, mission)
    )
    return [release for release in named if release is not None]


def _entry(home: Path, release: Release) -> dict[str, Any]:
    current = current_release(home, release.mission, release.audience)
    return {
        "mission": release.mission,
        "release": release.name,
        "period": release.name.rpartition("-r")[0],
        "manifest_sha256": release.publication.get("manifest_sha256"),
        "is_current": current is not None and current.name == release.name,
        "files": len(listed_files(release)),
    }


def _asked(home: Path, audience: Audience, name: str) -> Release | Response:
    """The release that is asked for, or why there is none to give."""
    mission = request.args.get("mission")
    found = [
        release
        for release in _releases(home, audience)
        if release.name == name and mission in (None, release.mission)
    ]
    if len(found) > 1:
        return api.problem(400, "Several missions have a release of this name: add ?mission=.")
    return found[0] if found else api.problem(404, "There is no such release for this reader.")


def _sent(release: Release, path: str) -> Response:
    """A file that manifest or publication list for this audience, or one of these two."""
    listed = listed_files(release)
    if path not in (*listed, MANIFEST, PUBLICATION):
        return api.problem(404, "The release lists no such file for this reader.")
    file = (release.folder / path).resolve()
    if not file.is_file():
        return api.problem(404, "The file is missing on this server.")
    tag = listed.get(path) or _tag_of(release, path)
    response = send_file(file, etag=tag or False, conditional=True, last_modified=None)
    response.headers["Cache-Control"] = "private, no-cache"
    if tag and path in listed:
        digest = base64.b64encode(bytes.fromhex(tag)).decode()
        response.headers["Repr-Digest"] = f"sha-256=:{digest}:"  # RFC 9530
    return response


def _tag_of(release: Release, path: str) -> str | None:
    """The manifest's hash; of the publication none, which is small and asked for whole."""
    found = release.publication.get("manifest_sha256") if path == MANIFEST else None
    return str(found) if found else None
