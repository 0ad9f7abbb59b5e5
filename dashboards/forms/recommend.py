"""Writing a recommendation, and following it up: owner, day, status, note, and every version."""

from datetime import date
from pathlib import Path
from typing import Any

from flask import Flask, abort, redirect, request
from pydantic import ValidationError

from dashboards.forms.accounts import sessions
from dashboards.forms.page import Writer, ground, problems, rendered, sent_ground, writer
from dashboards.wording import formats
from records import cycle
from records.cycle import NotAllowed
from records.kinds import STATUSES, Recommendation
from records.store import Conflict, Store, Version, utc_now

ROUTE = "/records/recommend"
_FIELDS = ("text", "owner", "due_on", "status", "note", "source_kind", "source")


def add_route(server: Flask, home: Path, store: Store) -> None:
    """The form of a new recommendation, or with `key` that of one that is there."""

    @server.route(ROUTE, methods=["GET", "POST"])
    def recommend() -> Any:
        at, key = writer(home, store), request.args.get("key")
        versions = at.store.versions(at.mission, Recommendation, key) if key else []
        if key and not versions:
            return abort(404)
        if request.method == "GET":
            return _form(at, versions)
        if not sessions.is_genuine():
            return _form(at, versions, 400, [at.context.words("records.problem.stale")])
        return _answered(at, versions)


def _answered(at: Writer, versions: list[Version[Recommendation]]) -> Any:
    words = at.context.words
    if day := _past_due(at, versions):
        said = words("records.problem.past_due", day=formats.day(day, words))
        return _form(at, versions, 400, [said], is_past=True)
    try:
        written = _follow_up(at, versions[-1]) if versions else _recommend(at)
    except NotAllowed as refused:
        return _form(at, versions, 403, [at.why_not(refused.reason)])
    except ValidationError as error:
        return _form(at, versions, 400, problems(error, words))
    except Conflict as conflict:
        versions = at.store.versions(at.mission, Recommendation, versions[-1].record.key)
        return _form(at, versions, 409, other=conflict.latest)
    link = at.context.address.link(ROUTE, area=written.record.area)
    typed = "" if versions else "&typed=new"  # what was typed is kept as that of a new one
    return redirect(f"{link}&key={written.record.key}&saved={written.number}{typed}", 303)


def _past_due(at: Writer, versions: list[Version[Recommendation]]) -> date | None:
    """A due day that is past, newly given and not said to be meant."""
    try:
        day = date.fromisoformat(request.form.get("due_on", "").strip())
    except ValueError:
        return None  # said by the check of the fields
    is_known = bool(versions) and versions[-1].record.due_on == day
    is_meant = is_known or "past_is_meant" in request.form
    return None if is_meant or day >= date.today() else day


def _recommend(at: Writer) -> Version[Recommendation]:
    sent, area = request.form, at.context.area
    content = {name: sent.get(name, "").strip() for name in _FIELDS}
    content |= {"area": area, "status": "open"}
    above = at.area_and_above(area)
    return cycle.recommend(at.store, at.actor, at.mission, content, utc_now(), above)


def _follow_up(at: Writer, latest: Version[Recommendation]) -> Version[Recommendation]:
    sent = request.form
    changed = {name: sent.get(name, "").strip() for name in ("status", "note", "due_on", "owner")}
    record = Recommendation.model_validate(latest.record.model_dump() | changed)
    above = at.area_and_above(record.area)
    return cycle.follow_up(at.store, at.actor, at.mission, record, sent_ground(), utc_now(), above)


def _form(
    at: Writer,
    versions: list[Version[Recommendation]],
    status: int = 200,
    told: list[str] | None = None,
    other: Version[Recommendation] | None = None,
    is_past: bool = False,
) -> Any:
    context, latest = at.context, versions[-1] if versions else None
    is_posted = request.method == "POST"
    if is_posted:
        values = {name: request.form.get(name, "") for name in _FIELDS}
    elif latest:
        values = latest.record.model_dump(mode="json")
    else:
        code = context.address.get("indicator")
        source = f"{code}/{context.area}/{context.period.name}" if code else ""
        source = source or request.args.get("review", "")
        kind = "assessment" if code else "review"
        values = dict.fromkeys(_FIELDS, "") | {"source_kind": kind, "source": source}
    area = latest.record.area if latest else context.area
    refused = at.actor.refusal("follow_up" if latest else "recommend", at.area_and_above(area))
    title = latest.record.key if latest else context.words("assessment.recommend")
    saved = None if is_posted else request.args.get("saved")
    new = f"{at.mission}/new/{latest.record.source if latest else values['source']}"
    own = f"{at.mission}/{latest.record.key}" if latest else new
    return rendered(
        "recommend.html",
        context.address,
        at.actor,
        status,
        title=title,
        context=context,
        versions=versions,
        latest=latest,
        values=values,
        statuses=STATUSES,
        told=told or [],
        is_posted=is_posted,
        key=own,
        saved_key=new if request.args.get("typed") == "new" else own,
        saved=saved,
        other=other,
        theirs=_theirs(at, other.record) if other else [],
        based_on=ground(latest, other is not None or not is_posted),
        is_past=is_past,
        refused=at.why_not(refused) if refused else None,
        back=context.address.link("/assessment"),
    )


def _theirs(at: Writer, record: Recommendation) -> list[tuple[str, str]]:
    """What another recorded: name of the field and their text."""
    words = at.context.words
    found = {
        "owner": words.label("mission_role", record.owner),
        "due_on": formats.day(record.due_on, words),
        "status": words(f"records.status.{record.status}"),
        "note": record.note or "–",
    }
    return [(words(f"records.field.{name}"), text) for name, text in found.items()]
