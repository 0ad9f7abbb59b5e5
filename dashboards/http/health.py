"""`/health`: the process answers. `/ready`: it can also serve pages: the records open, and the
current releases are as they were published."""

import hashlib
import json
import time
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response
from sqlalchemy.exc import SQLAlchemyError

from dashboards.access import Audience
from dashboards.http.downloads import listed_files
from dashboards.releases import DamagedRelease, Release, current_release, published_missions
from indicators.foundation.errors import WrongUse
from records import accounts
from records.store import Store

HEALTH, READY = "/health", "/ready"
OPEN = (HEALTH, READY)


def add_route(server: Flask, home: Path, audience: Audience, store: Store) -> None:
    """`/ready` says in JSON what is in order and answers 503 where something is not.

    Names of missions are left out: whoever watches a machine need not know them.
    """

    @server.get(READY)
    def ready() -> Any:
        found = {"records": _records_open(store), "releases": _releases_open(home, audience)}
        status = 200 if all(found.values()) else 503
        return Response(
            json.dumps({"ready": status == 200} | found), status, mimetype="application/json"
        )


def _records_open(store: Store) -> bool:
    """Whether the store answers; one that is missing is lost where accounts are asked for."""
    try:
        return store.exists() or not accounts.are_required(store)
    except (SQLAlchemyError, WrongUse):
        return False


def _releases_open(home: Path, audience: Audience) -> bool:
    """Whether every mission's current release is as it was published; true where nothing is."""
    if not home.is_dir():
        return False
    try:
        return all(_is_whole(home, mission, audience) for mission in published_missions(home))
    except (DamagedRelease, OSError, ValueError):
        return False


def _is_whole(home: Path, mission: str, audience: Audience) -> bool:
    """Whether each file that the release lists for its audience has the content that it had."""
    release = current_release(home, mission, audience)
    if release is None:  # it was made for others, or the audience's folder is gone
        folder = home / "releases" / mission
        name = (folder / "current").read_text(encoding="utf-8").strip()
        return not listed_files(Release(mission, name, folder / name, audience))
    release.require_whole()
    listed = {
        "manifest.json": release.publication.get("manifest_sha256"),
        **listed_files(release),
    }
    return all(
        sha256 is None or _sha256(release.folder / path) == sha256
        for path, sha256 in listed.items()
    )


def _sha256(path: Path) -> str:
    """Read once an hour, and whenever the file is another."""
    found = path.stat()
    return _read_sha256(path, found.st_mtime_ns, found.st_size, int(time.time() // 3600))


@lru_cache(maxsize=4096)
def _read_sha256(path: Path, modified: int, size: int, hour: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
