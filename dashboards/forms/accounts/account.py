"""Signing in and out, one's own password and second factor; the audit log and whether it holds."""

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask, redirect, request, session

from dashboards.forms.accounts import sessions, single_sign_on
from dashboards.forms.page import rendered
from dashboards.reading.access import Audience
from dashboards.reading.address import Address
from dashboards.wording.words import Words
from records import anchors
from records.people import accounts, second_factor
from records.people.accounts import Account, AccountProblem, SecondFactorMissing
from records.store import Store, utc_now

LOG_ROUTE = "/records/log"
_ENTRIES_SHOWN = 200
_TOLD = ("no_account", "single_sign_on", "ended")  # what another page that leads here may say
_NEW_KEY = "new_key"  # of the cookie: who sets up a second factor, and its key


def add_route(server: Flask, home: Path, store: Store, audience: Audience) -> None:
    """The page of the account, and that of the audit log for administrators."""

    @server.route(sessions.SIGN_IN, methods=["GET", "POST"])
    def account() -> Any:
        page = _Account(store, audience)
        return page.shown(said=page.told_before) if request.method == "GET" else page.answered()

    @server.get(LOG_ROUTE)
    def log() -> Any:
        actor, address = sessions.actor(store), _address()
        found = sessions.account(store)
        is_of_all = found is None or found.mission is None  # the log tells of every mission
        if actor is None or "administer" not in actor.actions or not is_of_all:
            return _Account(store, audience).shown(403, "no_right.administer")
        entries = store.audit_log(_ENTRIES_SHOWN)
        broken = store.first_broken_entry()
        lost = anchors.lost_by_releases(home)
        return rendered("log.html", address, actor, entries=entries, broken=broken, lost=lost)


def _address() -> Address:
    return Address.parse("/assessment", request.query_string.decode("utf-8", "replace"))


class _Account:
    """One request for the page of the account."""

    def __init__(self, store: Store, audience: Audience) -> None:
        self.store, self.audience, self.address = store, audience, _address()
        self.from_address = request.remote_addr or ""

    @property
    def told_before(self) -> str:
        """What single sign-on, or a form whose session has ended, said before it led here."""
        told = request.args.get("told", "")
        return told if told in _TOLD else ""

    def answered(self) -> Any:
        """What a form of the page asks for; signing in where it names nothing."""
        if not sessions.is_genuine():
            return self.shown(400, "stale")
        steps = {
            "sign_out": self._signed_out,
            "password": self._password_changed,
            "second_factor": self._second_factor_begun,
            "enrol": self._enrolled,
        }
        return steps.get(request.form.get("step", ""), self._signed_in)()

    def _signed_in(self) -> Any:
        name, password = request.form.get("name", "").strip(), request.form.get("password", "")
        now, code = utc_now(), request.form.get("code", "")
        try:
            found = accounts.sign_in(self.store, name, password, now, self.from_address, code)
        except SecondFactorMissing as missing:
            return self._with_new_key(missing.account)
        if found is None:
            wait = accounts.wait(self.store, name, now, self.from_address)
            return self.shown(403, "wait" if wait else "not_signed_in", seconds=str(wait))
        return self._begun(found)

    def _begun(self, found: Account) -> Any:
        if not found.opens(self.audience):
            return self.shown(403, "other_copy")
        sessions.begin(self.store, found)
        asked = sessions.own_page(request.args.get("next", ""))
        return redirect(asked or self.address.link("/"), 303)

    def _signed_out(self) -> Any:
        sessions.end(self.store)
        return redirect(self.address.link(sessions.SIGN_IN), 303)

    def _password_changed(self) -> Any:
        own = sessions.account(self.store)
        if own is None:
            return self.shown(403, "not_signed_in")
        now, given = utc_now(), (request.form.get("password", ""), request.form.get("new", ""))
        try:
            is_done = accounts.change_own_password(
                self.store, own.name, *given, now, self.from_address
            )
        except AccountProblem as problem:
            return self.shown(400, problem.reason)
        if not is_done:
            wait = accounts.wait(self.store, own.name, now, self.from_address)
            return self.shown(403, "wait" if wait else "old_password", seconds=str(wait))
        sessions.begin(self.store, own)  # the others have ended
        return self.shown(said="password_changed")

    def _second_factor_begun(self) -> Any:
        own = sessions.account(self.store)
        return self._with_new_key(own) if own and not own.totp_secret else self.shown(403)

    def _with_new_key(self, account: Account, status: int = 200, said: str = "") -> Any:
        """A key for the person's device; the cookie, which is signed, remembers whose and which."""
        kept = session.get(_NEW_KEY) or {}
        secret = kept.get("secret") if kept.get("name") == account.name else None
        secret = secret or second_factor.new_secret()
        session[_NEW_KEY] = {
            "name": account.name,
            "secret": secret,
            "until": utc_now().timestamp() + 600,
        }
        link = second_factor.address_of(secret, account.name)
        return self.shown(status, said, new_key=secret, new_key_link=link)

    def _enrolled(self) -> Any:
        kept, now = session.get(_NEW_KEY) or {}, utc_now()
        if not kept or kept["until"] < now.timestamp():
            return self.shown(400, "stale")
        name, code = str(kept["name"]), request.form.get("code", "")
        found = accounts.enrol(self.store, name, str(kept["secret"]), code, now)
        if found is not None:
            return self._begun(found)
        known = accounts.account_named(self.store, name)
        if known is None or known.totp_secret:
            return self.shown(403, "not_signed_in")
        return self._with_new_key(known, 403, "wrong_code")

    def shown(self, status: int = 200, said: str = "", **parts: str) -> Any:
        """The page, with what is to be said on it."""
        elsewhere = single_sign_on.BEGIN if single_sign_on.provider() else None
        if elsewhere and (where_to := request.args.get("next")):
            elsewhere = f"{elsewhere}?{urlencode({'next': where_to})}"
        own = sessions.account(self.store)
        actor, words = sessions.actor(self.store), Words(self.address.language)
        return rendered(
            "account.html",
            self.address,
            actor,
            status,
            is_required=sessions.are_required(self.store),
            has_records=self.store.exists(),
            has_second_factor=own is not None and own.totp_secret is not None,
            is_of_all=own is None or own.mission is None,
            shortest=accounts.SHORTEST_PASSWORD,
            said=said,
            sent_name=request.form.get("name", ""),
            back=self.address.link("/") if actor else "",  # who has not signed in comes back here
            back_words=words("records.back_to", page=words("nav.overview")),
            elsewhere=elsewhere,
            seconds=parts.get("seconds", ""),
            new_key=parts.get("new_key"),
            new_key_link=parts.get("new_key_link"),
        )
