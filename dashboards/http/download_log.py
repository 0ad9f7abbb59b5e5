"""Every file that leaves the server stands in the audit log: who, which, when, how much of it."""

from typing import Any

from flask import Flask, Response, request

from dashboards.forms import sessions
from dashboards.http import api
from records.store import Store, log, utc_now

_SENT = (200, 206)
_ACTION, _LONGEST = "download", 300


def add_log(server: Flask, store: Store) -> None:
    """After an answer that is a file; what a browser has already (304) leaves no server."""

    @server.after_request
    def logged(response: Response) -> Any:
        if (
            response.status_code in _SENT
            and request.method in ("GET", "POST")
            and _is_file(response)
        ):
            detail = {"bytes": response.content_length, "range": request.headers.get("Range")}
            with store.writing() as connection:
                subject = request.path[:_LONGEST]
                log(connection, _who(store), _ACTION, subject, detail, utc_now())
        return response


def _is_file(response: Response) -> bool:
    is_attached = response.headers.get("Content-Disposition", "").startswith("attachment")
    return is_attached or request.path.startswith(f"{api.API}/releases/")


def _who(store: Store) -> str:
    token = api.asking_token()
    if token is not None:
        return f"{token.name} ({token.token_id})"[:80]
    actor = sessions.actor(store)
    return actor.name if actor else "–"
