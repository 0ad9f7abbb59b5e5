"""Candidates for after-action review: what the rule says of each, and what a person decided.

2023.05 §87. A decision stands beside the rule and changes no figure.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from dash import html

from dashboards.components.listing import Field, Listing, area_link
from dashboards.reading.context import Context
from dashboards.reading.queries import threats
from dashboards.reading.rows import rows_of
from dashboards.reading.written import approved, records
from dashboards.wording import formats
from dashboards.wording.signed import signed
from dashboards.wording.words import Words
from records.kinds.decisions import ReviewDecision
from records.store import Version


@dataclass(frozen=True)
class Candidate:
    """One incident, with the last decision on it; None where nobody decided so far."""

    row: Mapping[str, Any]
    decision: Version[ReviewDecision] | None

    @property
    def incident(self) -> str:
        """The code of the incident; not in headquarters' copy."""
        return str(self.row["incident_code"])

    @property
    def rule(self) -> str:
        """`required`, or `undecided` as long as nobody stated whether it was near a base."""
        return str(self.row["rule"])

    @property
    def is_reviewed(self) -> bool:
        """Whether a completed review is on record."""
        return not formats.is_missing(self.row["reviewed_on"])

    @property
    def is_undecided(self) -> bool:
        """Whether a person has still to decide something."""
        return self.decision is None or self.decision.record.is_undecided


def candidates(context: Context) -> list[Candidate]:
    """Those of the chosen area and below, the newest first: without a decision before others, then
    without a review, then those that the rule requires, then killings."""
    rows = rows_of(threats.review_candidates(context.release, context.area))
    if context.audience == "mission":
        decided = records.review_decisions(context)
        found = [Candidate(row, decided.get(row["incident_code"])) for row in rows]
    else:
        released = approved.review_decisions(context.release)
        found = [Candidate(row, released.get(row.get("case_number", 0))) for row in rows]
    return sorted(found, key=_order)


def _order(one: Candidate) -> tuple[bool, ...]:
    is_killing = one.row["type"] == threats.KILLING
    return not one.is_undecided, one.is_reviewed, one.rule != "required", not is_killing


def counts(found: list[Candidate]) -> dict[str, int]:
    """How many: required and not reviewed, undecided by the rule, and undecided by people."""
    return {
        "all": len(found),
        "due": sum(one.rule == "required" and not one.is_reviewed for one in found),
        "rule_undecided": sum(one.rule == "undecided" for one in found),
        "undecided": sum(one.is_undecided for one in found),
    }


def named(context: Context) -> dict[str, str]:
    """The candidates to choose from: code, type and day."""
    words = context.words
    return {
        one.incident: ", ".join(
            [
                one.incident,
                words.label("incident_type", one.row["type"]),
                formats.day(one.row["occurred_on"], words),
            ]
        )
        for one in candidates(context)
    }


def released(context: Context, sent: Mapping[str, Any]) -> dict[str, Any]:
    """Where an incident lies and what the rule says of it; nothing for one that is no candidate."""
    for one in candidates(context):
        if one.incident == sent.get("incident"):
            return {"area": one.row["area"], "rule": one.rule}
    return {}


def _decided(write: Callable[[Version[ReviewDecision], Words], str]) -> Callable[..., str]:
    """What a decision says; nothing without one."""
    return lambda context, one: write(one.decision, context.words) if one.decision else ""


def _reviewed(context: Context, one: Candidate) -> str:
    if one.decision is not None:
        return context.words(f"records.answer.{one.decision.record.reviewed}")
    is_here = context.audience == "mission"
    return context.words("candidates.not_decided" if is_here else "candidates.of_mission")


def _by_whom(decision: Version[ReviewDecision], words: Words) -> str:
    role = words.label("mission_role", decision.record.role)
    return words("candidates.decided", role=role, signed=signed(decision, words))


def _rule(context: Context, one: Candidate) -> str:
    words, row = context.words, one.row
    if one.rule == "undecided":
        return words("candidates.rule.undecided")
    said = ["near_base"] if row["is_near_base"] in (True,) else []
    said += ["known_threat"] if row["known_threat"] else []
    return words("candidates.rule.required", why=", ".join(words(f"candidates.{n}") for n in said))


def _review(context: Context, one: Candidate) -> str:
    words, due = context.words, one.row["review_due_on"]
    if one.is_reviewed:
        return words("operations.reviewed", day=formats.day(one.row["reviewed_on"], words))
    if one.rule == "undecided":
        return words("candidates.not_known_due")
    if formats.is_missing(due):
        return words("pending.no_date")
    key = "operations.overdue" if one.row["is_overdue"] else "operations.due"
    return words(key, day=formats.day(due, words))


def _reason_shown(context: Context, one: Candidate) -> Any:
    """The reason, and where the mission decides."""
    reason = one.decision.record.reason if one.decision else ""
    return [f"{reason} ", *_links(context, one)] if context.audience == "mission" else reason


def _links(context: Context, one: Candidate) -> list[Any]:
    """To decide or decide anew; once it is decided, to recommend what follows."""
    words, place = context.words, {"area": one.row["area"], "period": context.period.name}
    form = context.address.link("/records/entry/review_decision", **place)
    if one.decision is None:
        asked = urlencode({"incident": one.incident})
        return [html.A(words("candidates.decide"), href=f"{form}&{asked}")]
    again = html.A(
        words("candidates.decide_anew"), href=f"{form}&{urlencode({'key': one.incident})}"
    )
    recommend = context.address.link("/records/recommend", **place)
    asked = urlencode({"review": one.incident})
    return [again, ", ", html.A(words("assessment.recommend"), href=f"{recommend}&{asked}")]


def _area(context: Context, one: Candidate) -> str:
    return context.area_name(one.row["area"])


CANDIDATES = Listing(
    "review-candidates",
    "candidates.title",
    "candidates",
    (
        Field("incident", audiences=("mission",)),
        Field("area", _area, lambda context, one: area_link(context, one.row), "table.area"),
        Field("type", lambda context, one: context.words.label("incident_type", one.row["type"])),
        Field("occurred", lambda context, one: one.row["occurred_on"]),
        Field("rule", _rule),
        Field("review", _review),
        Field("reviewed", _reviewed),
        Field(
            "known",
            _decided(lambda one, words: words(f"records.answer.{one.record.should_have_known}")),
        ),
        Field("decided", _decided(_by_whom)),
        Field("reason", _decided(lambda one, _: one.record.reason), _reason_shown),
    ),
    candidates,
    "candidates.under",
    counts="review_candidate",
)
