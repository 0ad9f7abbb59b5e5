"""A page with a form: the template, the words, who writes, and where it leads back to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask, render_template, request
from jinja2 import ChoiceLoader, FileSystemLoader
from markupsafe import Markup
from pydantic import ValidationError
from werkzeug.exceptions import NotFound, Unauthorized

from dashboards.components.card import with_commands
from dashboards.figures.theme import style_sheet
from dashboards.forms.accounts import sessions
from dashboards.reading.access import Audience
from dashboards.reading.address import Address
from dashboards.reading.context import Context, read_context
from dashboards.reading.written import records
from dashboards.wording import formats
from dashboards.wording.words import Words
from indicators.foundation.messages import LANGUAGES
from records.desk.intake import Desk
from records.kinds import ROLES
from records.rights import Actor
from records.store import Store, Version

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MISSION: Audience = "mission"  # forms are the mission's own: headquarters only reads


@dataclass(frozen=True)
class Writer:
    """One request for a form: who asks, what of, in which words."""

    store: Store
    actor: Actor
    context: Context
    desk: Desk | None = None

    @property
    def mission(self) -> str:
        """The mission that is written about."""
        return self.context.release.mission

    def why_not(self, reason: str) -> str:
        """Why something is not theirs, with the area for which their account writes."""
        own = self.context.area_name(self.actor.area or self.context.country)
        return self.context.words(f"records.problem.{reason}", area=own)

    def area_and_above(self, area: str) -> list[str]:
        """An area and those above it, lowest first. Stops the request for an unknown area."""
        parents, found = self.context.areas["parent_area_code"], []
        if area not in parents.index:
            raise NotFound
        while isinstance(area, str) and area in parents.index and area not in found:
            found.append(area)
            area = parents[area]
        return found


def writer(home: Path, store: Store, desk: Desk | None = None) -> Writer:
    """Who writes at the request's address. Stops it where nothing is published, or by no one."""
    address = Address.parse("/assessment", request.query_string.decode("utf-8", "replace"))
    context, actor = read_context(home, MISSION, address), sessions.actor(store)
    if actor is None:
        raise Unauthorized
    if context is None or not context.has_figures:
        raise NotFound
    return Writer(store, actor, records.of_quarter(context), desk)


def add_templates(server: Flask) -> None:
    """The templates of the forms, beside Dash's own."""
    own = FileSystemLoader(Path(__file__).parent / "templates")
    server.jinja_loader = ChoiceLoader([own, *filter(None, [server.jinja_loader])])
    server.jinja_env.filters["with_commands"] = _with_commands


def _with_commands(text: str) -> Markup:
    """A sentence with what stands between backticks, as of a terminal, set as code."""
    code = Markup("<code>{}</code>")
    parts = with_commands(text)
    return Markup("").join(
        part if isinstance(part, str) else code.format(part.children) for part in parts
    )


def rendered(
    template: str, address: Address, actor: Actor | None, status: int = 200, **parts: Any
) -> tuple[str, int, dict[str, str]]:
    """The page of a template; never kept by a browser."""
    words = Words(address.language)
    text = render_template(
        template,
        words=words,
        address=address,
        style=style_sheet(),
        actor=actor,
        token=sessions.token(),
        roles=list(ROLES),
        day=lambda on: formats.day(date.fromisoformat(str(on)[:10]), words),
        number=lambda found: formats.number(found, words),
        period_name=lambda period: formats.period_name(period, words),
        own_address=request.full_path,
        languages=_languages(),
        was_sent=request.method != "GET",
        **parts,
    )
    return text, status, {"Cache-Control": "no-store"}


def _languages() -> list[tuple[str, str]]:
    """The addresses of this page in each language; what was sent to it is sent again by a form."""
    asked = request.args.to_dict()
    return [(code, f"{request.path}?{urlencode(asked | {'lang': code})}") for code in LANGUAGES]


def problems(error: ValidationError, words: Words) -> list[str]:
    """What is missing or wrong, a sentence each."""
    return [_problem(found, words) for found in error.errors()]


def _problem(found: Any, words: Words) -> str:
    reason = str(found.get("ctx", {}).get("error", ""))
    if words.known(f"records.problem.{reason}"):
        return words(f"records.problem.{reason}")
    field = next((str(part) for part in found["loc"]), "")
    name = words(f"records.field.{field}") if words.known(f"records.field.{field}") else field
    return words("records.problem.unfit", field=name)


def sent_ground() -> int:
    """The version that the writer of a sent form had before them; -1 where it is no number."""
    text = request.form.get("based_on", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


def ground(latest: Version[Any] | None, is_shown: bool) -> str:
    """What the next save of a form rests on: the newest version where it is shown, else as sent.

    A later version that its writer has not seen must still be told to them.
    """
    return str(latest.number if latest else 0) if is_shown else request.form.get("based_on", "0")


def chosen(values: Iterable[str], known: Iterable[str]) -> tuple[str, ...]:
    """Of what was sent, what is known, each once and in the known order."""
    sent = set(values)
    return tuple(value for value in known if value in sent)
