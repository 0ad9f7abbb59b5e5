"""Adds the forms, and the gate before everything, to the server of the dashboards."""

from pathlib import Path

from flask import Flask

from dashboards.forms import assess, capture, entry, page, recommend
from dashboards.forms.accounts import account, people, sessions, single_sign_on
from dashboards.forms.intake import profile, template_files, upload
from dashboards.forms.missions import new_mission, rota, steps
from dashboards.reading.access import Audience
from records.desk.intake import Desk
from records.people import signing_in_asked
from records.store import Store


def add_routes(
    server: Flask,
    home: Path,
    audience: Audience,
    desk: Desk | None = None,
    is_reached: bool = False,
) -> None:
    """Headquarters' copy has no forms to write in: what the mission wrote is read there.

    `is_reached`: other machines reach the server.
    """
    store = Store.of_workspace(home)
    page.add_templates(server)
    signing_in_asked.keep(store)
    server.config["SESSION_COOKIE_NAME"] = sessions.cookie_name(home, audience)
    sessions.add_gate(server, store, audience, is_reached)
    account.add_route(server, home, store, audience)
    single_sign_on.add_routes(server, store, audience)
    if audience == page.MISSION:
        people.add_route(server, home, store)
        assess.add_route(server, home, store)
        recommend.add_route(server, home, store)
        entry.add_route(server, home, store, desk)
        upload.Upload.add_route(server, home, store, desk)
        capture.add_route(server, home, store, desk)
        template_files.add_route(server, home, store, desk)
        profile.add_route(server, home, store, desk)
        new_mission.NewMission.add_route(server, home, store, desk)
        new_mission.ChangedMission.add_route(server, home, store, desk)
        steps.add_route(server, home, store, desk)
        rota.add_route(server, home, store, desk)
