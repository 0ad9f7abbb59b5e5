"""`/health`: the process answers. `/ready`: it can also serve pages: releases and records open."""

import json
from pathlib import Path
from typing import Any

from flask import Flask, Response
from sqlalchemy.exc import SQLAlchemyError

from dashboards.access import Audience
from dashboards.releases import DamagedRelease, current_release, published_missions
from indicators.foundation.errors import WrongUse
from records.store import Store

HEALTH, READY = "/health", "/ready"
OPEN = (HEALTH, READY)


def add_route(server: Flask, home: Path, audience: Audience, store: Store) -> None:
    """`/ready` says in JSON what is in order and answers 503 where something is not.

    Names of missions are left out: whoever watches a machine need not know them.
    """

    @server.get(READY)
    def ready() -> Any:
        found = {"records": _records_open(store), "releases": _releases_open(home, audience)}
        status = 200 if all(found.values()) else 503
        return Response(
            json.dumps({"ready": status == 200} | found), status, mimetype="application/json"
        )


def _records_open(store: Store) -> bool:
    try:
        store.exists()
    except (SQLAlchemyError, WrongUse):
        return False
    return True


def _releases_open(home: Path, audience: Audience) -> bool:
    """Whether every mission's current release can be opened; true where nothing is published."""
    if not home.is_dir():
        return False
    for mission in published_missions(home):
        release = current_release(home, mission, audience)
        try:
            if release is not None:
                release.require_whole()
        except DamagedRelease:
            return False
    return True
