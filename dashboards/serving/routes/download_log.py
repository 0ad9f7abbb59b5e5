"""Every file and every answer of the API stands in the audit log: who, what, when, how much."""

from typing import Any

from flask import Flask, Response, request

from dashboards.forms.accounts import sessions
from dashboards.http import api
from records.store import Store, log, utc_now

_SENT = (200, 206)
_LONGEST = 300


def add_log(server: Flask, store: Store) -> None:
    """After an answer that is a file or the API's; what a client has (304) leaves no server."""

    @server.after_request
    def logged(response: Response) -> Any:
        action = _action(response)
        if action and response.status_code in _SENT and request.method in ("GET", "POST"):
            detail = {"bytes": response.content_length, "range": request.headers.get("Range")}
            with store.writing() as connection:
                subject = request.full_path.removesuffix("?")[:_LONGEST]
                log(connection, _who(store), action, subject, detail, utc_now())
        return response


def _action(response: Response) -> str | None:
    """A download, an answer of the API with what was asked, or nothing to note: a page, and what
    describes the API, which is the same for everybody."""
    is_attached = response.headers.get("Content-Disposition", "").startswith("attachment")
    is_of_api = request.path.startswith(f"{api.API}/") and request.path != api.DESCRIPTION
    if is_attached or (is_of_api and "/files/" in request.path):
        return "download"
    return "api_answer" if is_of_api else None


def _who(store: Store) -> str:
    token = api.asking_token()
    if token is not None:
        return f"{token.name} ({token.token_id})"[:80]
    actor = sessions.actor(store)
    return actor.name if actor else "–"
