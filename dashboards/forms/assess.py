"""Writing an assessment: draft, review, approval; what another wrote meanwhile is shown beside."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask, abort, redirect, request
from pydantic import ValidationError

from dashboards.components.outcome_summary import links_of, outcomes_of
from dashboards.components.value import value_in_brief
from dashboards.forms.accounts import sessions
from dashboards.forms.page import Writer, chosen, ground, problems, rendered, sent_ground, writer
from dashboards.reading.context import Context
from dashboards.wording.words import Words
from indicators.foundation.messages import LANGUAGES
from records import cycle
from records.cycle import NotAllowed
from records.kinds import RATINGS, ROLES, Assessment, Figure
from records.people import accounts
from records.store import Conflict, Store, Version, utc_now

ROUTE = "/records/assess"


def add_route(server: Flask, home: Path, store: Store) -> None:
    """The form of one outcome, in the area and quarter of the address."""

    @server.route(ROUTE, methods=["GET", "POST"])
    def assess() -> Any:
        at = writer(home, store)
        code = at.context.address.get("indicator")
        if code not in outcomes_of(at.context, links_of(at.context)):
            return abort(404)
        if request.method == "GET":
            return _form(at, str(code))
        if not sessions.is_genuine():
            return _form(at, str(code), 400, sent=request.form, told=[at.why_not("stale")])
        step = _STEPS.get(request.form.get("step", ""), _save)
        return _answered(at, str(code), step)


def _answered(at: Writer, code: str, step: Any) -> Any:
    words = at.context.words
    try:
        written = step(at, code)
    except NotAllowed as refused:
        return _form(at, code, 403, sent=request.form, told=[at.why_not(refused.reason)])
    except ValidationError as error:
        return _form(at, code, 400, sent=request.form, told=problems(error, words))
    except Conflict as conflict:
        return _form(at, code, 409, sent=request.form, other=conflict.latest)
    link = at.context.address.link(ROUTE, indicator=code, period=at.context.period.name)
    return redirect(f"{link}&saved={written.number}", 303)


def _save(at: Writer, code: str) -> Version[Assessment]:
    context, sent = at.context, request.form
    cited = {one.indicator: one for one in figures(context, code)}
    written = Assessment(
        indicator=code,
        area=context.area,
        period=context.period.name,
        rating=sent.get("rating", ""),
        reason=sent.get("reason", "").strip(),
        narrative=sent.get("narrative", "").strip(),
        participants=chosen(sent.getlist("participants"), ROLES),
        computed=cited[code],
        evidence=tuple(cited[one] for one in chosen(sent.getlist("evidence"), cited)),
    )
    above = at.area_and_above(context.area)
    return cycle.save_draft(
        at.store, at.actor, at.mission, written, sent_ground(), utc_now(), above
    )


def _advance(at: Writer, code: str) -> Version[Assessment]:
    context = at.context
    key = f"{code}/{context.area}/{context.period.name}"
    above = at.area_and_above(context.area)
    return cycle.advance(at.store, at.actor, at.mission, key, sent_ground(), utc_now(), above)


def _send_back(at: Writer, code: str) -> Version[Assessment]:
    context, reason = at.context, request.form.get("sent_back", "").strip()
    key = f"{code}/{context.area}/{context.period.name}"
    above = at.area_and_above(context.area)
    return cycle.send_back(
        at.store, at.actor, at.mission, key, sent_ground(), reason, utc_now(), above
    )


_STEPS = {"advance": _advance, "send_back": _send_back}


def figures(context: Context, code: str) -> list[Figure]:
    """The outcome and the outputs that the framework holds against it, as they are released."""
    links = links_of(context)
    outputs = links.loc[links["to_indicator"] == code, "from_indicator"]
    return [_figure(context, one) for one in dict.fromkeys([code, *outputs])]


def _figure(context: Context, code: str) -> Figure:
    cell, unit = context.cell(code), context.unit(code)
    said = {language: value_in_brief(cell, unit, Words(language)) for language in LANGUAGES}
    return Figure(
        release=context.release.name,
        indicator=code,
        period=context.period.name,
        area=context.area,
        value=cell.value,
        rating=cell.rating,
        words=said,
    )


def _form(
    at: Writer,
    code: str,
    status: int = 200,
    sent: Any = None,
    told: list[str] | None = None,
    other: Version[Assessment] | None = None,
) -> Any:
    """The form: as it was sent where it was refused, else as the newest version stands."""
    context = at.context
    key = f"{code}/{context.area}/{context.period.name}"
    versions = at.store.versions(at.mission, Assessment, key)
    latest = versions[-1] if versions else None
    step = _next_step(latest)
    above = at.area_and_above(context.area)
    refused = at.actor.refusal(step, above) if step else None
    if step and refused is None and cycle.is_own_text(at.actor, versions):
        refused = "own_text"
    not_writing = at.actor.refusal("assess", above)
    is_text = sent is not None and "narrative" in sent
    sent_back = "" if sent is None else sent.get("sent_back", "")
    chosen_outcome = {"indicator": code, "period": context.period.name}
    return rendered(
        "assess.html",
        context.address,
        at.actor,
        status,
        title=context.item(code),
        context=context,
        code=code,
        key=f"{at.mission}/{key}",
        figures=figures(context, code),
        ratings=RATINGS,
        latest=latest,
        versions=versions,
        other=other,
        values=_sent_values(sent) if is_text else _values(latest),
        is_posted=is_text,
        sent_back=sent_back,
        is_posted_back=sent is not None and sent.get("step") == "send_back",
        based_on=ground(latest, other is not None or sent is None),
        told=told or [],
        saved=request.args.get("saved") if sent is None else None,
        next_action=None if refused else step,
        refused=at.why_not(refused) if refused in ("own_text", "other_area") else None,
        waits_for=step,
        people=_people(at, step, versions, above),
        not_writing=at.why_not(not_writing) if not_writing else None,
        may_recommend=latest is not None and at.actor.may("recommend", above),
        recommend=context.address.link("/records/recommend", **chosen_outcome),
        back=context.address.link("/assessment", **chosen_outcome),
    )


def _people(
    at: Writer, step: str | None, versions: list[Version[Assessment]], above: list[str]
) -> dict[str, list[str]]:
    """By account: who else may take the next step (`next`), and who may approve the text as it
    stands once this person has reviewed it, or what they write where no step waits (`after`);
    nothing where nobody signs in."""
    if at.actor.is_local:
        return {}
    open_now = [one for one in accounts.accounts(at.store) if one.is_open(utc_now())]
    people = [one.actor for one in open_now if one.mission in (None, at.mission)]
    others = [one for one in people if one.name != at.actor.name]
    found = {"next": cycle.people_who_may(others, step, versions, above)} if step else {}
    if step != "approve_assessment":
        found["after"] = cycle.people_who_may(others, "approve_assessment", versions, above)
    return found


def _sent_values(sent: Any) -> Mapping[str, Any]:
    return {
        "rating": sent.get("rating", ""),
        "reason": sent.get("reason", ""),
        "narrative": sent.get("narrative", ""),
        "participants": sent.getlist("participants"),
        "evidence": sent.getlist("evidence"),
    }


def _values(latest: Version[Assessment] | None) -> Mapping[str, Any]:
    if latest is None:
        return {"rating": "", "reason": "", "narrative": "", "participants": (), "evidence": ()}
    record = latest.record
    return {
        "rating": record.rating,
        "reason": record.reason,
        "narrative": record.narrative,
        "participants": record.participants,
        "evidence": [one.indicator for one in record.evidence],
    }


def _next_step(latest: Version[Assessment] | None) -> str | None:
    """The step after the newest version; None where nothing is written, or it waits for none."""
    if latest is None or latest.record.state in ("approved", "sent_back"):
        return None
    action, _ = cycle.next_step(latest.record)
    return action
