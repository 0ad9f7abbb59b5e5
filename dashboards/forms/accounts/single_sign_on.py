"""Signing in at the organisation's own OpenID Connect provider, in place of a password here.

Off unless `POCLENS_OIDC_ISSUER` and `POCLENS_OIDC_CLIENT_ID` are set; the client's secret stands in
the file that `POCLENS_OIDC_SECRET_FILE` names. The provider says who somebody is and nothing else:
role, area and expiry are those of the account of that name (`poclens users`), and who has none is
refused. The name is the claim `POCLENS_OIDC_NAME_CLAIM`, by default `email`; an address that the
provider itself calls unverified is not taken. Authorization code flow with PKCE, state and nonce
(OpenID Connect Core 1.0 §3.1; RFC 7636), by authlib.
"""

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import OAuth
from flask import Flask, redirect, request, session, url_for
from joserfc.errors import JoseError

from dashboards.forms.accounts import sessions
from dashboards.reading.access import Audience
from records.people import accounts
from records.store import Store, utc_now

BEGIN = sessions.SINGLE_SIGN_ON
BACK = f"{BEGIN}/back"
LOG = logging.getLogger("dashboards.single_sign_on")
_ISSUER, _CLIENT = "POCLENS_OIDC_ISSUER", "POCLENS_OIDC_CLIENT_ID"
_SECRET_FILE, _NAME_CLAIM = "POCLENS_OIDC_SECRET_FILE", "POCLENS_OIDC_NAME_CLAIM"
_WHERE_TO = "single_sign_on_next"
_REFUSED = (AuthlibBaseError, JoseError, requests.RequestException, ValueError)


@dataclass(frozen=True)
class Provider:
    """The provider that the environment names."""

    issuer: str
    client_id: str
    client_secret: str | None
    name_claim: str

    def name_in(self, claims: Mapping[str, Any]) -> str | None:
        """The account's name in the claims; None where they give none that can be trusted."""
        if self.name_claim == "email" and claims.get("email_verified") is False:
            return None
        name = claims.get(self.name_claim)
        return name.strip() if isinstance(name, str) and name.strip() else None


def provider() -> Provider | None:
    """The provider, where one is configured."""
    issuer, client = os.environ.get(_ISSUER), os.environ.get(_CLIENT)
    if not issuer or not client:
        return None
    file = os.environ.get(_SECRET_FILE)
    secret = Path(file).read_text(encoding="utf-8").strip() if file else None
    return Provider(issuer, client, secret, os.environ.get(_NAME_CLAIM) or "email")


def add_routes(server: Flask, store: Store, audience: Audience) -> None:
    """The way to the provider and the way back, where one is configured."""
    known = provider()
    if known is None:
        return
    client = OAuth(server).register(
        "provider",
        client_id=known.client_id,
        client_secret=known.client_secret,
        server_metadata_url=f"{known.issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid profile email",
            "code_challenge_method": "S256",
            "timeout": 10,
        },
    )

    @server.get(BEGIN)
    def begin() -> Any:
        session[_WHERE_TO] = request.args.get("next", "")
        try:
            return client.authorize_redirect(url_for("back", _external=True))
        except _REFUSED as error:
            return _refused(store, error)

    @server.get(BACK)
    def back() -> Any:
        try:
            claims = _claims(client, known)
        except _REFUSED as error:
            return _refused(store, error)
        found = accounts.sign_in_as(store, known.name_in(claims), utc_now())
        if found is None or not found.opens(audience):
            return redirect(f"{sessions.SIGN_IN}?told=no_account", 303)
        where_to = str(session.get(_WHERE_TO, ""))
        sessions.begin(store, found)
        return redirect(sessions.own_page(where_to) or "/", 303)


def _claims(client: Any, known: Provider) -> Mapping[str, Any]:
    """Claims of the ID token: signature, issuer, audience, expiry and nonce hold."""
    metadata = client.load_server_metadata()
    if metadata.get("issuer") != known.issuer:
        raise ValueError("the provider names another issuer than the one configured")
    claims: Mapping[str, Any] | None = client.authorize_access_token(leeway=60).get("userinfo")
    if claims is None:
        raise ValueError("the provider gave no ID token")
    return claims


def _refused(store: Store, error: Exception) -> Any:
    """Back to the page of the account. What the provider sent is in no page and no log entry."""
    LOG.warning("single sign-on refused: %s", type(error).__name__)
    accounts.note_refused(store, utc_now())
    return redirect(f"{sessions.SIGN_IN}?told=single_sign_on", 303)
