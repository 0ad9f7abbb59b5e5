"""`/metrics` for Prometheus: requests by kind of address and status, and how long they took.

No address, mission, area or reader is a label. Each process of the server counts for itself unless
`PROMETHEUS_MULTIPROC_DIR` names a folder in which they count together.
"""

import os
import time
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
