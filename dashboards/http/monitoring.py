"""What operators ask of a server: whether it answers, what it counts, its log as JSON lines."""

import hashlib
import json
import logging
import os
import sys
import time
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, g, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    multiprocess,
)
from sqlalchemy.exc import SQLAlchemyError

from dashboards.http.downloads import listed_files
from dashboards.reading.access import Audience
from dashboards.reading.releases import DamagedRelease, Release, current_release, published_missions
from indicators.foundation.errors import WrongUse
from indicators.foundation.faults import kind_of
from indicators.foundation.stored.published_tables import MANIFEST, current_pointer
from records.people import accounts
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
        name = current_pointer(folder).read_text(encoding="utf-8").strip()
        return not listed_files(Release(mission, name, folder / name, audience))
    release.require_whole()
    listed = {
        MANIFEST: release.publication.get("manifest_sha256"),
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


ROUTE = "/metrics"
_KINDS = ("health", "ready", "metrics", "api", "screen", "records", "download", "list", "assets")
_SECONDS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


def add_metrics(server: Flask) -> None:
    """Counts every answer, the refused ones too."""
    own = CollectorRegistry()
    labels = ("kind", "method", "status")
    requests = Counter("poclens_requests", "Answers sent", labels, registry=own)
    seconds = Histogram(
        "poclens_request_seconds", "Time to answer", ("kind",), registry=own, buckets=_SECONDS
    )

    @server.before_request
    def begin() -> None:
        g.began = time.perf_counter()

    @server.after_request
    def count(response: Response) -> Any:
        kind = _kind(request.path)
        method = request.method if request.method in ("GET", "HEAD", "POST") else "other"
        requests.labels(kind, method, response.status_code).inc()
        if "began" in g:
            seconds.labels(kind).observe(time.perf_counter() - g.began)
        return response

    @server.get(ROUTE)
    def metrics() -> Any:
        return Response(generate_latest(_registry(own)), content_type=CONTENT_TYPE_LATEST)


def _registry(own: CollectorRegistry) -> CollectorRegistry:
    """This process's figures, or those of all processes that write into the shared folder."""
    if not os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        return own
    together = CollectorRegistry()
    multiprocess.MultiProcessCollector(together)
    return together


def _kind(path: str) -> str:
    first = path.split("/")[1] if path.count("/") else ""
    return first if first in _KINDS else "page"


FORMAT = "POCLENS_LOG"


class JsonLines(logging.Formatter):
    """One object a line: time (UTC), level, logger, text; of an error its kind."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        found = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "text": record.getMessage(),
        }
        if record.exc_info and record.exc_info[1] is not None:
            found["error"] = kind_of(record.exc_info[1])
        return json.dumps(found, ensure_ascii=False)


def set_up() -> None:
    """Plain lines for people, JSON lines where the environment asks for them."""
    handler = logging.StreamHandler(sys.stderr)
    if os.environ.get(FORMAT) == "json":
        handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
