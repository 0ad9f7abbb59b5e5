"""Response headers: nothing from other machines, no framing, no guessed types, how long to keep."""

from typing import Any

import dash
from flask import Response, request

_YEAR, _WEEK = 31_536_000, 604_800


def _policy(hashes: list[str]) -> str:
    scripts = " ".join(["'self'", *hashes])
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src {scripts}",
            "style-src 'self' 'unsafe-inline'",  # Mantine and Plotly write style attributes
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
        kept = _kept_for(request.path, "m" in request.args)
        if kept and response.status_code in (200, 304):
            response.headers["Cache-Control"] = kept
        if response.mimetype == "text/html":
            response.headers.setdefault("Cache-Control", "no-cache")  # forms: not at all
        return response
