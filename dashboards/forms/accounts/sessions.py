"""Who is asking: sessions in the store, a token in every form, and the gate before everything.

The cookie is signed with a key that lives as long as the server: when it starts anew people sign in
again. Its name is that of the server, since browsers do not tell the ports of one host apart.
"""

import hashlib
import hmac
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask, abort, current_app, redirect, request, session

from dashboards.http import api, monitoring
from dashboards.reading.access import Audience, narrow_to
from dashboards.reading.address import Address
from records.people import accounts, sessions
from records.people.accounts import Account
from records.rights import LOCAL, Actor
from records.store import Store, utc_now

SIGN_IN = "/records/account"
SINGLE_SIGN_ON = "/records/single-sign-on"
ALWAYS = "ALWAYS_ACCOUNTS"
_FORMS = "/records/"
_OPEN = ("/assets/", "/_dash-component-suites/", SINGLE_SIGN_ON)
_FETCHED = ("/screen", "/_dash-", "/api/")  # asked for by scripts, which follow to no form


def cookie_name(home: Path, audience: Audience, port: int | None = None) -> str:
    """A name of this server's own, the same when it starts anew."""
    told = f"{home.resolve()}|{audience}|{port}"
    return f"poclens_{hashlib.sha256(told.encode()).hexdigest()[:12]}"


def add_gate(server: Flask, store: Store, audience: Audience, is_reached: bool) -> None:
    """Where accounts are required nothing is answered to who has not signed in.

    `is_reached`: other machines reach the server, so that accounts are required in any case.
    """
    server.secret_key = secrets.token_bytes(32)
    server.config.update(
        {ALWAYS: is_reached},
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=sessions.LASTS,
    )

    @server.before_request
    def gate() -> Any:
        narrow_to(None)
        path = request.path
        if path in (SIGN_IN, *monitoring.OPEN) or path.startswith(_OPEN):
            return None
        is_for_programs = api.is_for_programs(path)
        if not are_required(store):
            is_judged = is_for_programs and api.brings_token()
            return api.refusal(store, audience) if is_judged else None
        found = account(store)
        if found is not None and found.opens(audience):
            narrow_to(found.mission)
            return None
        if is_for_programs:
            return api.refusal(store, audience)
        if path.startswith(_FETCHED):
            return abort(401)
        language = Address.parse("/", request.query_string.decode("utf-8", "replace")).language
        asked = {"lang": language, "next": request.full_path}
        if request.method != "GET" and path.startswith(_FORMS):  # its text the browser keeps
            return redirect(f"{SIGN_IN}?{urlencode(asked | {'told': 'ended'})}", 303)
        if request.method != "GET":
            return abort(401)
        return redirect(f"{SIGN_IN}?{urlencode(asked)}")

    @server.teardown_request
    def open_again(_: BaseException | None) -> None:
        narrow_to(None)  # the thread's next request is another person's


def are_required(store: Store) -> bool:
    """Whether people must sign in at this server."""
    return bool(current_app.config[ALWAYS]) or accounts.are_required(store)


def account(store: Store) -> Account | None:
    """The account of the session that asks; None where there is none that holds."""
    session_id = session.get("id")
    if not isinstance(session_id, str):
        return None
    return sessions.account_of(store, session_id, utc_now())


def actor(store: Store) -> Actor | None:
    """Who is asking: the one of this machine without accounts; None who has not signed in."""
    if not are_required(store):
        return LOCAL
    found = account(store)
    return found.actor if found else None


def begin(store: Store, found: Account) -> None:
    """A session of this account, with a token of its own."""
    end(store)
    session.permanent = True
    session["id"] = sessions.begin(store, found.name, utc_now())


def end(store: Store) -> None:
    """No session any more: neither here nor for who has a copy of the cookie."""
    session_id = session.get("id")
    if isinstance(session_id, str):
        sessions.end(store, session_id, utc_now())
    session.clear()


def own_page(asked: str) -> str | None:
    """An address where somebody goes after signing in; None where it is not this server's own."""
    is_own = asked.startswith("/") and not asked.startswith(("//", "/\\")) and asked.isprintable()
    return asked if is_own and "\\" not in asked else None


def token() -> str:
    """What every form of this session must send back."""
    if "token" not in session:
        session["token"] = secrets.token_urlsafe(24)
    return str(session["token"])


def is_genuine() -> bool:
    """Whether the request was sent by a form of this session."""
    sent, own = request.form.get("token", ""), session.get("token")
    return isinstance(own, str) and hmac.compare_digest(sent.encode(), own.encode())
