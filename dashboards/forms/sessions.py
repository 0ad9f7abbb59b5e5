"""Who is asking: signed cookies, a token in every form, and the gate where accounts are required.

The key of the cookies lives as long as the server: when it starts anew people sign in again.
"""

import hmac
import secrets
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Flask, abort, redirect, request, session

from dashboards.http import api, health
from dashboards.http.address import Address
from records import accounts
from records.rights import LOCAL, Actor
from records.store import Store, utc_now

SIGN_IN = "/records/account"
SINGLE_SIGN_ON = "/records/single-sign-on"
_HOURS = 8
_OPEN = ("/assets/", "/_dash-component-suites/", SINGLE_SIGN_ON)
_FETCHED = ("/screen", "/_dash-", "/api/")  # asked for by scripts, which follow to no form


def add_gate(server: Flask, store: Store) -> None:
    """Where accounts are required nothing is answered to who has not signed in."""
    server.secret_key = secrets.token_bytes(32)
    server.config.update(
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=_HOURS),
    )

    @server.before_request
    def gate() -> Any:
        path = request.path
        if path in (SIGN_IN, *health.OPEN) or path.startswith(_OPEN):
            return None
        if actor(store) is not None:
            return None
        if api.is_for_programs(path):
            return api.refusal(store)
        if path.startswith(_FETCHED) or request.method != "GET":
            return abort(401)
        language = Address.parse("/", request.query_string.decode("utf-8", "replace")).language
        return redirect(f"{SIGN_IN}?{urlencode({'lang': language, 'next': request.full_path})}")


def actor(store: Store) -> Actor | None:
    """Who is asking: the one of this machine without accounts; None who has not signed in."""
    if not accounts.are_required(store):
        return LOCAL
    name = session.get("name")
    found = accounts.account_named(store, name) if isinstance(name, str) else None
    if found is None or found.session_number != session.get("number"):
        return None
    return found.actor if found.is_open(utc_now()) else None


def begin(account: accounts.Account) -> None:
    """A session of this account, with a token of its own."""
    session.clear()
    session.permanent = True
    session["name"], session["number"] = account.name, account.session_number


def own_page(asked: str) -> str | None:
    """An address where somebody goes after signing in; None where it is not this server's own."""
    is_own = asked.startswith("/") and not asked.startswith(("//", "/\\")) and asked.isprintable()
    return asked if is_own and "\\" not in asked else None


def end() -> None:
    """No session any more."""
    session.clear()


def token() -> str:
    """What every form of this session must send back."""
    if "token" not in session:
        session["token"] = secrets.token_urlsafe(24)
    return str(session["token"])


def is_genuine() -> bool:
    """Whether the request was sent by a form of this session."""
    sent, own = request.form.get("token", ""), session.get("token")
    return isinstance(own, str) and hmac.compare_digest(sent.encode(), own.encode())
