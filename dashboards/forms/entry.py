"""Writing what has no steps: threats, compacts, evaluations, decisions, reasons for variance.

One form for all: the fields of a kind, and every version below them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from flask import Flask, abort, redirect, request
from pydantic import ValidationError

from dashboards.components.lists import budget, review_candidates
from dashboards.forms.accounts import sessions
from dashboards.forms.page import Writer, ground, problems, rendered, sent_ground, writer
from dashboards.reading.context import Context
from indicators.definitions.contracts import contracts
from indicators.definitions.vocabularies import vocabularies
from records import cycle
from records.cycle import NotAllowed
from records.desk.intake import Desk
from records.kinds import DuplicateDecision, Record
from records.kinds.accountability import Compact, UnitEvaluation
from records.kinds.decisions import ANSWERS, ReviewDecision, VarianceReason
from records.kinds.threats import CRITERIA, PRIORITIES, SCALE, TRENDS, ThreatAssessment
from records.store import Conflict, Store, Version, utc_now

ROUTE = "/records/entry"
Choices = Mapping[str, str]


@dataclass(frozen=True)
class Field:
    """One field: how it is asked for; `is_key`: tells the records apart, so it stays as it is."""

    name: str
    control: str  # text, long, day, choice or many; given: known to the page that leads here
    choices: Callable[[Context], Choices] | None = None
    is_required: bool = False
    is_key: bool = False


@dataclass(frozen=True)
class Kind:
    """A kind of record with its fields and the page that shows it.

    `released`: what the release says of what is written about, kept with it; nothing for what the
    release does not know.
    """

    record: type[Record]
    page: str
    fields: Sequence[Field]
    released: Callable[[Context, Mapping[str, Any]], Mapping[str, Any]] | None = None

    def area_of(self, context: Context, record: Record | None) -> str:
        """The area in which a person must be allowed to write."""
        return str(getattr(record, "area", None) or context.country)


def _coded(vocabulary: str, codes: Sequence[str] = ()) -> Callable[[Context], Choices]:
    def choices(context: Context) -> Choices:
        found = codes or list(vocabularies()[vocabulary].labels)
        return {code: context.words.label(vocabulary, code) for code in found}

    return choices


def _told(stem: str, codes: Sequence[str]) -> Callable[[Context], Choices]:
    return lambda context: {code: context.words(f"records.{stem}.{code}") for code in codes}


def _indicators(context: Context) -> Choices:
    return {code: context.short(code) for code in context.indicators.index}


def _areas(context: Context) -> Choices:
    return {code: context.area_name(code) for code in context.areas_inside}


_scale = _coded("five_point_scale", SCALE)
_THREAT = Kind(
    ThreatAssessment,
    "/threats",
    (
        Field("quarter", "text", is_required=True, is_key=True),
        Field("area", "choice", _areas, is_required=True, is_key=True),
        Field("actor_type", "choice", _coded("alleged_actor_type"), True, True),
        Field("threat_type", "choice", _coded("threat_type"), True, True),
        Field("likelihood", "choice", _scale),
        Field("impact", "choice", _scale),
        Field("vulnerability", "choice", _scale),
        Field("trend", "choice", _coded("threat_trend", TRENDS), is_required=True),
        *(Field(name, "choice", _scale) for name in CRITERIA),
        Field("priorities", "many", _told("priority", PRIORITIES)),
        Field("narrative", "long", is_required=True),
        Field("shared_with_leadership_on", "day"),
        Field("shared_with_hq_on", "day"),
    ),
)
_COMPACT = Kind(
    Compact,
    "/accountability",
    (
        Field("role", "choice", _coded("mission_role"), True, True),
        Field("year", "text", is_required=True, is_key=True),
        Field("instrument", "choice", _told("instrument", ("compact", "work_plan")), True),
        Field("indicators", "many", _indicators),
        Field("reference", "text"),
    ),
)
_EVALUATION = Kind(
    UnitEvaluation,
    "/accountability",
    (
        Field("unit_code", "text", is_required=True, is_key=True),
        Field("evaluated_on", "day", is_required=True, is_key=True),
        Field("reference", "text"),
        Field("follow_up_due_on", "day"),
        Field("followed_up_on", "day"),
        Field("note", "long"),
    ),
)
_answers = _told("answer", ANSWERS)
_DECISION = Kind(
    ReviewDecision,
    "/alerts",
    (
        Field("incident", "choice", review_candidates.named, True, True),
        Field("reviewed", "choice", _answers, is_required=True),
        Field("should_have_known", "choice", _answers, is_required=True),
        Field("role", "choice", _coded("mission_role"), is_required=True),
        Field("reason", "long", is_required=True),
    ),
    review_candidates.released,
)
_VARIANCE = Kind(
    VarianceReason,
    "/budget",
    (
        Field("budget_year", "text", is_required=True, is_key=True),
        Field("outcome", "choice", budget.titles, is_key=True),
        Field("activity_type", "choice", _coded("activity_type"), True, True),
        Field("quantity_unit", "choice", _coded("quantity_unit"), True, True),
        Field("reason", "long", is_required=True),
    ),
    budget.released,
)


def _tables(context: Context) -> Choices:
    return {
        name: contract.title.in_language(context.words.language)
        for name, contract in contracts().items()
    }


def _two_rows(context: Context) -> Choices:
    """The keys of the pair that the form is about; of a record that is there, those in its key."""
    named = request.args.get("key", "").split("/")[1:]
    keys = named or [request.values.get(name, "") for name in ("row_key", "other_key")]
    return {key: key for key in keys}


def _without_what_counts(context: Context, sent: Mapping[str, Any]) -> Mapping[str, Any]:
    """Only of one case is a row left out."""
    return {} if sent.get("decision") == "duplicate" else {"left_out": None}


_DUPLICATE = Kind(
    DuplicateDecision,
    "/data-quality",
    (
        Field("table", "given", _tables, True, True),
        Field("row_key", "given", None, True, True),
        Field("other_key", "given", None, True, True),
        Field(
            "decision", "choice", _told("duplicate", ("duplicate", "separate", "undecided")), True
        ),
        Field("left_out", "choice", _two_rows),
        Field("reason", "long"),
    ),
    _without_what_counts,
)
KINDS = {
    one.record.kind: one
    for one in (_THREAT, _COMPACT, _EVALUATION, _DECISION, _VARIANCE, _DUPLICATE)
}


def add_route(server: Flask, home: Path, store: Store, desk: Desk | None) -> None:
    """The form of a kind: a new record, or with `key` the one that is there."""

    @server.route(f"{ROUTE}/<name>", methods=["GET", "POST"])
    def entry(name: str) -> Any:
        if name not in KINDS:
            return abort(404)
        at, kind, key = writer(home, store, desk), KINDS[name], request.args.get("key")
        versions = at.store.versions(at.mission, kind.record, key) if key else []
        if request.method == "GET":
            if versions or _names_what_is_given(kind):
                return _form(at, kind, versions)
            return redirect(at.context.address.link(kind.page, period=at.context.period.name))
        if not sessions.is_genuine():
            return _form(at, kind, versions, 400, [at.context.words("records.problem.stale")])
        return _answered(at, kind, versions)


def _names_what_is_given(kind: Kind) -> bool:
    """Whether the address names what the page that leads here knows, and nobody can type."""
    given = (field for field in kind.fields if field.control == "given" and field.is_required)
    return all(request.args.get(field.name) for field in given)


def _rows_beside(at: Writer, values: Mapping[str, Any]) -> dict[str, Any]:
    """The two rows that a decision is about, side by side."""
    keys = [str(values.get(name, "")) for name in ("row_key", "other_key")]
    if at.desk is None or not all(keys):
        return {}
    language, table = at.context.words.language, str(values.get("table", ""))
    rows = at.desk.rows_beside(at.mission, table, keys, language)
    return {"keys": keys, "rows": rows} if rows else {}


def _answered(at: Writer, kind: Kind, versions: list[Version[Any]]) -> Any:
    words = at.context.words
    try:
        sent = _sent(kind, versions)
        said = kind.released(at.context, sent) if kind.released else {}
        record = kind.record.model_validate({**sent, **said})
        above = at.area_and_above(kind.area_of(at.context, record))
        written = cycle.write_entry(
            at.store, at.actor, at.mission, record, sent_ground(), utc_now(), above
        )
    except NotAllowed as refused:
        return _form(at, kind, versions, 403, [at.why_not(refused.reason)])
    except ValidationError as error:
        return _form(at, kind, versions, 400, problems(error, words))
    except Conflict as conflict:
        versions = at.store.versions(at.mission, kind.record, record.key)
        return _form(at, kind, versions, 409, other=conflict.latest)
    link = at.context.address.link(request.path, period=at.context.period.name)
    typed = "&typed=new" if _is_typed_as_new() else ""
    return redirect(f"{link}&key={quote(record.key)}&saved={written.number}{typed}", 303)


def _is_typed_as_new() -> bool:
    """Whether the browser keeps what was typed as a new record, which has no key yet."""
    return "key" not in request.args or request.args.get("typed") == "new"


def _sent(kind: Kind, versions: list[Version[Any]]) -> dict[str, Any]:
    """What was sent; empty fields are left out, and what tells the record apart stays."""
    latest = versions[-1].record if versions else None
    found: dict[str, Any] = {}
    for field in kind.fields:
        if field.is_key and latest is not None:
            found[field.name] = getattr(latest, field.name)
        elif field.control == "many":
            found[field.name] = tuple(request.form.getlist(field.name))
        elif text := request.form.get(field.name, "").strip():
            found[field.name] = text
    return found


def _form(
    at: Writer,
    kind: Kind,
    versions: list[Version[Any]],
    status: int = 200,
    told: list[str] | None = None,
    other: Version[Any] | None = None,
) -> Any:
    context, latest = at.context, versions[-1] if versions else None
    is_posted = request.method == "POST"
    if is_posted:
        values: Mapping[str, Any] = _sent(kind, versions)
    elif latest:
        values = latest.record.model_dump(mode="json", exclude_none=True)
    else:
        values = dict(request.args)  # what the page that leads here knows already
    name = kind.record.kind
    area = kind.area_of(context, latest.record if latest else None)
    fields = [(field, field.choices(context) if field.choices else {}) for field in kind.fields]
    refused = at.actor.refusal(kind.record.right, at.area_and_above(area))
    saved = None if is_posted else request.args.get("saved")
    new, own = f"{at.mission}/{name}/new", f"{at.mission}/{name}/{latest and latest.record.key}"
    return rendered(
        "entry.html",
        context.address,
        at.actor,
        status,
        title=context.words(f"records.entry.{name}"),
        context=context,
        kind=name,
        fields=fields,
        is_posted=is_posted,
        saved=saved,
        other=other,
        theirs=_differing(context, fields, other.record, values) if other else [],
        based_on=ground(latest, other is not None or not is_posted),
        action=f"{request.path}?{urlencode(_query(latest))}",
        values=values,
        versions=versions,
        latest=latest,
        told=told or [],
        key=new if latest is None or (is_posted and _is_typed_as_new()) else own,
        saved_key=new if _is_typed_as_new() else own,
        refused=at.why_not(refused) if refused else None,
        beside=_rows_beside(at, values) if kind is _DUPLICATE and not refused else {},
        back=context.address.link(kind.page),
        back_words=context.words(
            "records.back_to", page=context.words(f"nav.{kind.page[1:].replace('-', '_')}")
        ),
    )


def _query(latest: Version[Any] | None) -> dict[str, str]:
    """The parameters of the form's own address, of the record that is there now."""
    own = ("key", "saved", "typed")
    kept = {key: value for key, value in request.args.items() if key not in own}
    if latest is None:
        return kept
    is_new = request.method == "POST" and _is_typed_as_new()
    return kept | {"key": latest.record.key} | ({"typed": "new"} if is_new else {})


def _differing(
    context: Context,
    fields: Sequence[tuple[Field, Choices]],
    theirs: Record,
    own: Mapping[str, Any],
) -> list[tuple[str, str]]:
    """The fields in which another's version differs from what was sent: name, and their text."""
    found = []
    standing = theirs.model_dump(mode="json", exclude_none=True)
    for field, choices in fields:
        value, sent = standing.get(field.name, ""), own.get(field.name, "")
        listed, mine = ([v] if isinstance(v, str | int) else list(v) for v in (value, sent))
        if [str(one) for one in listed] != [str(one) for one in mine]:
            text = ", ".join(str(choices.get(str(one), one)) for one in listed)
            found.append((context.words(f"records.field.{field.name}"), text or "–"))
    return found
