"""Response headers: nothing from other machines, no framing, no guessing of types, long cache."""

from typing import Any

import dash
from flask import Response, request

_YEAR = 31_536_000


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


def add_headers(app: dash.Dash) -> None:
    """Set the headers on every response; the hashes cover Dash's own inline scripts."""
    policy = _policy(list(app.csp_hashes()))

    @app.server.after_request
    def with_headers(response: Response) -> Any:
        response.headers["Content-Security-Policy"] = policy
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["X-Frame-Options"] = "DENY"
        response.headers["Referrer-Policy"] = "same-origin"
        if "/_dash-component-suites/" in request.path and ".v" in request.path:
            response.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
        return response
