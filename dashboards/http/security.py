"""Doors of the server: its names, response headers, sizes and rates of requests, its proxy.

Names: a request that is addressed to another host is refused, since a page of somebody else's
could lead its own name to this machine (DNS rebinding). Headers: nothing from other machines, no
framing, no guessed types, how long to keep. Behind a proxy (`POCLENS_BEHIND_PROXY=1`) its word is
taken for scheme and reader's address, and the cookie of a session travels by https alone.
"""

import os
import time
from collections import OrderedDict
from threading import Lock
from typing import Any

import dash
from flask import Flask, Response, request
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.sansio.utils import host_is_trusted

from dashboards.http.api import is_for_programs, problem
from indicators.foundation.messages import LANGUAGES, message

BEHIND_PROXY, HOSTS = "POCLENS_BEHIND_PROXY", "POCLENS_HOSTS"
THIS_MACHINE = ("127.0.0.1", "localhost")
LARGEST_BODY = 4_000_000  # bytes: the table of a card; forms are far smaller
# Requests of one reader a minute, in one process; a page is two requests, a pull some sixty.
_MOST_REQUESTS, _MOST_POSTS = 1200, 60
_MOST_READERS = 10_000
_YEAR, _WEEK = 31_536_000, 604_800
_POWERS = "camera=(), microphone=(), geolocation=(), payment=(), usb=()"


def _policy(hashes: list[str]) -> str:
    scripts = " ".join(["'self'", *hashes])
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src {scripts}",
            "style-src 'self' 'unsafe-inline'",  # pages and Mantine write style attributes
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def _kept_for(path: str, has_version: bool) -> str | None:
    """How long a browser keeps a file: a year where its address names a version, else a week."""
    is_library, is_asset = "/_dash-component-suites/" in path, path.startswith("/assets/")
    if (is_library and ".v" in path) or (is_asset and has_version):
        return f"public, max-age={_YEAR}, immutable"
    return f"public, max-age={_WEEK}" if is_library or is_asset else None


def add_headers(app: dash.Dash) -> None:
    """Set the headers on every response; the hashes cover Dash's own inline scripts."""
    policy = _policy(list(app.csp_hashes()))

    @app.server.after_request
    def with_headers(response: Response) -> Any:
        response.headers["Content-Security-Policy"] = policy
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["X-Frame-Options"] = "DENY"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = _POWERS
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        if request.is_secure:
            response.headers["Strict-Transport-Security"] = f"max-age={_YEAR}"
        kept = _kept_for(request.path, "m" in request.args)
        if kept and response.status_code in (200, 304):
            response.headers["Cache-Control"] = kept
        if response.mimetype == "text/html":
            response.headers.setdefault("Cache-Control", "no-cache")  # forms: not at all
        return response


def is_behind_proxy() -> bool:
    """Whether a proxy of ours stands before the server, which alone is reached from outside."""
    return os.environ.get(BEHIND_PROXY, "") not in ("", "0")


def named_hosts() -> list[str]:
    """The names under which others reach the server, as the environment gives them."""
    return [name.strip() for name in os.environ.get(HOSTS, "").split(",") if name.strip()]


def add_limits(server: Flask) -> None:
    """Names, sizes and rates; and who asks, where a proxy asks for them."""
    server.config.update(MAX_CONTENT_LENGTH=LARGEST_BODY, MAX_FORM_MEMORY_SIZE=LARGEST_BODY)
    known = [*THIS_MACHINE, *named_hosts()]
    if is_behind_proxy():
        server.wsgi_app = ProxyFix(server.wsgi_app)
        server.config["SESSION_COOKIE_SECURE"] = True
    rates = {"GET": Rate(_MOST_REQUESTS), "POST": Rate(_MOST_POSTS)}

    @server.before_request
    def for_this_host() -> Any:
        if host_is_trusted(request.environ.get("HTTP_HOST"), known):
            return None
        language = request.accept_languages.best_match(LANGUAGES) or "en"
        said = message("page.serve.unknown_host", language)
        is_program = is_for_programs(request.path)
        return problem(400, said) if is_program else Response(said, 400, mimetype="text/plain")

    @server.before_request
    def within_rate() -> Any:
        rate = rates["POST" if request.method == "POST" else "GET"]
        wait = rate.wait(request.remote_addr or "", time.monotonic())
        if not wait:
            return None
        said = "Too many requests from this address: wait and ask again."
        is_program = is_for_programs(request.path)
        response = problem(429, said) if is_program else Response(said, 429, mimetype="text/plain")
        response.headers["Retry-After"] = str(int(wait) + 1)
        return response


class Rate:
    """So many requests a minute from one address, made up for steadily (a leaky bucket)."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, Lock()
        self._readers: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, reader: str, now: float) -> float:
        """Seconds that a reader must wait, 0 where the request is within the rate.

        `now`: in seconds, of a clock that only goes forward.
        """
        with self._lock:
            level, since = self._readers.pop(reader, (0.0, now))
            level = max(0.0, level - (now - since) * self._most / 60)
            is_within = level < self._most
            self._readers[reader] = (level + 1 if is_within else level, now)
            if len(self._readers) > _MOST_READERS:
                self._readers.popitem(last=False)
            return 0.0 if is_within else (level - self._most + 1) * 60 / self._most
