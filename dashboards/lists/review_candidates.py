"""Candidates for after-action review: what the rule says of each, and what a person decided.

2023.05 §87. A decision stands beside the rule and changes no figure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashboards.context import Context
from dashboards.lists.sheet import Sheet, source_notes
from dashboards.queries import pending
from dashboards.rows import rows_of
from dashboards.wording import formats
from dashboards.wording.signed import signed
from dashboards.written import approved, entries
from records.decisions import ReviewDecision
from records.store import Version

HEADS = ("type", "occurred", "rule", "review", "reviewed", "known", "decided", "reason")


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
    """Those of the chosen area and below: without a decision first, then without a review."""
    rows = rows_of(pending.review_candidates(context.release, context.area))
    if context.audience == "mission":
        decided = entries.review_decisions(context)
        found = [Candidate(row, decided.get(row["incident_code"])) for row in rows]
    else:
        released = approved.review_decisions(context.release)
        found = [Candidate(row, released.get(row.get("case_number", 0))) for row in rows]
    return sorted(found, key=lambda one: (not one.is_undecided, one.is_reviewed))


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


def cells(context: Context, one: Candidate) -> list[str]:
    """What is written of a candidate, a text a head."""
    words = context.words
    decision = one.decision
    own = ["", "", "", ""]
    if decision is None:
        is_here = context.audience == "mission"
        own[0] = words("candidates.not_decided" if is_here else "candidates.of_mission")
    else:
        record = decision.record
        own = [
            words(f"records.answer.{record.reviewed}"),
            words(f"records.answer.{record.should_have_known}"),
            words(
                "candidates.decided",
                role=words.label("owner_role", record.role),
                signed=signed(decision, words),
            ),
            record.reason,
        ]
    return [
        words.label("incident_type", one.row["type"]),
        formats.day(one.row["occurred_on"], words),
        _rule(context, one),
        _review(context, one),
        *own,
    ]


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


def sheets(context: Context) -> list[Sheet]:
    """One row a candidate; the code of the incident where the copy holds it."""
    words = context.words
    has_code = context.audience == "mission"
    rows = [
        [*([one.incident] if has_code else []), context.area_name(one.row["area"]),
         *cells(context, one)]
        for one in candidates(context)
    ]  # fmt: skip
    heads = [words("candidates.head.incident")] if has_code else []
    heads += [words("table.area"), *(words(f"candidates.head.{name}") for name in HEADS)]
    notes = [words("candidates.under"), *source_notes(context, "review_candidate")]
    return [Sheet(words("candidates.title"), heads, rows, notes)]
