"""Accounts for administrators: who has one, and many at once from a table."""

from pathlib import Path
from typing import Any

from flask import Flask, abort, request
from werkzeug.exceptions import RequestEntityTooLarge

from dashboards.forms.accounts import sessions
from dashboards.forms.page import rendered
from dashboards.reading.address import Address
from dashboards.wording.words import Words
from indicators.foundation.stored.published_tables import published_areas
from records.people import accounts
from records.people.people_table import Fault, add_people
from records.store import Store, utc_now

ROUTE = "/records/accounts"
_LARGEST_MB = 1


def add_route(server: Flask, home: Path, store: Store) -> None:
    """The page of all accounts."""

    @server.route(ROUTE, methods=["GET", "POST"])
    def people() -> Any:
        request.max_content_length = _LARGEST_MB * 2**20
        try:
            return _answered(home, store) if request.method == "POST" else _shown(store)
        except RequestEntityTooLarge:
            return _shown(store, 413, [Fault(1, "", "", "unreadable")])


def _answered(home: Path, store: Store) -> Any:
    own, sent = sessions.account(store), request.files.get("file")
    if own is None or not _may(store):
        return _shown(store, 403)
    if not sessions.is_genuine() or sent is None:
        return abort(400)
    added, faults = add_people(store, sent.read(), own.name, utc_now(), published_areas(home))
    return _shown(store, 400 if faults else 200, faults, added)


def _may(store: Store) -> bool:
    """Administrators of all missions: an account may open each."""
    found = sessions.account(store)
    return found is not None and found.mission is None and found.actor.may("administer")


def _shown(
    store: Store, status: int = 200, faults: list[Fault] | None = None, added: Any = None
) -> Any:
    address = Address.parse("/", request.query_string.decode("utf-8", "replace"))
    words, may = Words(address.language), _may(store)
    return rendered(
        "people.html",
        address,
        sessions.actor(store),
        status,
        told=[told(fault, words) for fault in faults or ()],
        may_add=may,
        added=added or [],
        people=accounts.accounts(store) if may else [],
        now=utc_now(),
        back=address.link(sessions.SIGN_IN),
        back_words=words("records.account.title"),
    )


def told(fault: Fault, words: Words) -> str:
    """Row, column, text and what is wrong."""
    reason = words(f"people.problem.{fault.reason}")
    return words("people.fault", **vars(fault) | {"reason": reason})
