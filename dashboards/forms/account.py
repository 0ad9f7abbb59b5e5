"""Signing in and out, and the audit log: who did what and when, and whether its chain holds."""

from typing import Any
from urllib.parse import urlencode

from flask import Flask, redirect, request

from dashboards.forms import sessions, single_sign_on
from dashboards.forms.page import rendered
from dashboards.http.address import Address
from records import accounts
from records.store import Store, utc_now

LOG_ROUTE = "/records/log"
_ENTRIES_SHOWN = 200
_TOLD = ("no_account", "single_sign_on")  # what the way back from the provider may say here


def add_route(server: Flask, store: Store) -> None:
    """The page of the account, and that of the audit log for administrators."""

    @server.route(sessions.SIGN_IN, methods=["GET", "POST"])
    def account() -> Any:
        address = _address()
        if request.method == "GET":
            told = request.args.get("told", "")
            return _account(store, address, said=told if told in _TOLD else "")
        if not sessions.is_genuine():
            return _account(store, address, 400, "stale")
        if request.form.get("step") == "sign_out":
            sessions.end()
            return redirect(address.link(sessions.SIGN_IN), 303)
        name, password = request.form.get("name", ""), request.form.get("password", "")
        found = accounts.sign_in(store, name.strip(), password, utc_now())
        if found is None:
            return _account(store, address, 403, "not_signed_in")
        sessions.begin(found)
        return redirect(_where_to(address), 303)

    @server.get(LOG_ROUTE)
    def log() -> Any:
        actor, address = sessions.actor(store), _address()
        if actor is None or "administer" not in actor.actions:
            return _account(store, address, 403, "no_right.administer")
        entries = store.audit_log(_ENTRIES_SHOWN)
        broken = store.first_broken_entry()
        return rendered("log.html", address, actor, entries=entries, broken=broken)


def _address() -> Address:
    return Address.parse("/assessment", request.query_string.decode("utf-8", "replace"))


def _where_to(address: Address) -> str:
    """The page that was asked for; only one of this server's own."""
    return sessions.own_page(request.args.get("next", "")) or address.link("/")


def _account(store: Store, address: Address, status: int = 200, said: str = "") -> Any:
    is_required = accounts.are_required(store)
    actor = sessions.actor(store)
    elsewhere = single_sign_on.BEGIN if single_sign_on.provider() else None
    if elsewhere and (where_to := request.args.get("next")):
        elsewhere = f"{elsewhere}?{urlencode({'next': where_to})}"
    parts = {"is_required": is_required, "said": said, "elsewhere": elsewhere}
    return rendered("account.html", address, actor, status, **parts)
