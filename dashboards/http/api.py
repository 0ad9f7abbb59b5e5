"""What every address below `/api` has in common: who may ask, and how an error is said (RFC 9457).

Where accounts are required a program brings a token (`Authorization: Bearer …`) with the scope of
what it asks for; people who have signed in may read what their pages offer for download. A token
that is brought counts where nobody needs one too: else who tries one out would take it for good.
"""

import json
from pathlib import PurePosixPath

from flask import Response, g, request

from dashboards.reading.access import Audience, narrow_to
from records.people.tokens import Token, token_of
from records.store import Store, utc_now

API = "/api"
DESCRIPTION = f"{API}/openapi.json"
_SCOPES = {f"{API}/releases": "releases", "/metrics": "metrics"}  # all else below /api: data
PROGRAMS = (f"{API}/", "/metrics")
_TITLES = {
    400: "Bad request",
    401: "A token is needed",
    403: "Not open to this token",
    404: "Not found",
    413: "Too large",
    416: "No such range",
    429: "Too many requests",
}


def problem(status: int, detail: str) -> Response:
    """An error as `application/problem+json`."""
    content = {"type": "about:blank", "title": _TITLES[status], "status": status, "detail": detail}
    response = Response(json.dumps(content), status, mimetype="application/problem+json")
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="POC Lens"'
    return response


def is_for_programs(path: str) -> bool:
    """Whether an address is asked for by programs, which are told in JSON and never sent to a
    form."""
    return path.startswith(PROGRAMS) or path in PROGRAMS


def brings_token() -> bool:
    """Whether the program that asks means to be known by a token, a good one or not."""
    return request.headers.get("Authorization", "").lower().startswith("bearer")


def refusal(store: Store, audience: Audience) -> Response | None:
    """Why the program that asks may not; None where its token opens the address.

    From here on the request is about the token's mission alone.
    """
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    token = token_of(store, text.strip(), utc_now()) if kind.lower() == "bearer" else None
    if token is None:
        return problem(401, "Send a valid token: Authorization: Bearer poclens_…")
    scope = scope_of(request.path)
    if scope not in token.scopes:
        return problem(403, f"This token has not the scope '{scope}'.")
    if scope != "metrics" and not token.opens(audience):
        return problem(403, "This token does not open the copy of this audience.")
    narrow_to(token.mission)
    g.token = token
    return None


def scope_of(path: str) -> str:
    """The scope that an address asks for."""
    parents = [path, *map(str, PurePosixPath(path).parents)]
    return next((_SCOPES[parent] for parent in parents if parent in _SCOPES), "data")


def asking_token() -> Token | None:
    """The token of this request; None of a person, and where nobody needs one."""
    found = g.get("token")
    return found if isinstance(found, Token) else None
