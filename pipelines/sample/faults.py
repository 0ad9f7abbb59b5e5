"""Bad rows: what officers' files hold that must be rejected, each under the rule it breaks.

A bad row is an extra row: a copy of a good one with a key of its own and one thing wrong, so that
what is loaded stays exactly what was drawn.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from pipelines.sample.draws import Array, Generator
from pipelines.sample.forms import Form

BAD_SHARE = 0.05
NO_SUCH_DAY, BEFORE_MISSION, NO_SUCH_HOUR, MID_MONTH = "@31 June", "@2021", "@25 h", "@15th"


@dataclass(frozen=True)
class Fault:
    """One way in which a row is wrong, and the rule under which it is rejected."""

    kind: str
    rule: str
    column: str
    changes: Mapping[str, str] = field(default_factory=dict)  # contract column: raw text
    based_on: Mapping[str, str] = field(default_factory=dict)  # only rows with these raw texts
    shape: bool = False  # one field too many: CSV only


@dataclass(frozen=True)
class BadRow:
    """Where a bad row stands in its file."""

    file: str
    sheet: str
    row_number: int
    fault: Fault


@dataclass(frozen=True)
class Planted:
    """The rows of a chunk with bad ones among them: `bad` gives position and fault."""

    rows: pa.Table
    bad: tuple[tuple[int, Fault], ...]
    misshapen: tuple[Fault, ...]  # to be written after the rows, with a field too many


def _broken(kind: str, rule: str, column: str, text: str) -> Fault:
    return Fault(kind, rule, column, {column: text})


def _unknown_area(text: str = "Kesi") -> Fault:
    return Fault("unknown area", "reference", "area_code", {"area_code": text})


def _duplicate(key: str) -> Fault:
    return Fault("duplicate key", "duplicate_key", key)


def _missing(column: str) -> Fault:
    return Fault(f"{column} missing", "required", column, {column: ""})


def _text_for_number(
    column: str, rule: str = "type_int", text: str = "douze", **more: str
) -> Fault:
    return Fault("text for a number", rule, column, {column: text, **more})


def _unknown_code(column: str, text: str, **more: str) -> Fault:
    return Fault(f"unknown {column}", "code", column, {column: text, **more})


_ZERO = Fault(
    "coordinates 0, 0", "coordinates_not_zero", "latitude", {"latitude": "0", "longitude": "0"}
)
_MISSHAPEN = Fault("a field too many", "row_shape", "", shape=True)

FAULTS: Mapping[str, tuple[Fault, ...]] = {
    "activities": (
        _unknown_area(),
        _broken("no such day", "type_time", "started_at", NO_SUCH_DAY),
        _text_for_number("personnel_count"),
        _missing("unit_code"),
        _unknown_code("activity_type", "Patrouile"),
        _duplicate("activity_code"),
        _broken("unknown unit", "reference", "unit_code", "FPU-9"),
        Fault(
            "negative number", "minimum", "personnel_count",
            {"personnel_count": "-4", "women_personnel_count": ""},
        ),
        _broken("before the mission", "outside_mission", "started_at", BEFORE_MISSION),
        _ZERO,
        Fault(
            "more women than personnel", "women_within_personnel", "women_personnel_count",
            {"personnel_count": "4", "women_personnel_count": "9"},
        ),
        Fault("latitude over 90", "maximum", "latitude", {"latitude": "95", "longitude": "-25"}),
        _broken("unknown alert", "reference", "alert_code", "E-X"),
        Fault(
            "half a place", "coordinates_complete", "latitude",
            {"latitude": "-7", "longitude": ""},
        ),
        _missing("status"),
        _broken("neither yes nor no", "type_bool", "is_long_range", "peut-être"),
        _broken("unknown partner_components", "type_list", "partner_components", "air force"),
        _broken("unknown line of the plan", "reference", "plan_line_code", "PL-X"),
        _text_for_number("distance_km", "type_dec", "twelve"),
        _broken("no such hour", "type_time", "ended_at", NO_SUCH_HOUR),
        _broken("unknown hot spot", "reference", "hot_spot_code", "HS-X"),
        _broken("unknown assessment", "reference", "hrddp_assessment_code", "HR-X"),
        _MISSHAPEN,
    ),
    "incidents": (
        _unknown_area(),
        _broken("no such day", "type_date", "occurred_on", NO_SUCH_DAY),
        _text_for_number("deaths_civilian", text="deux"),
        _missing("occurred_on"),
        _unknown_code("incident_type", "robbery"),
        _duplicate("incident_code"),
        _broken("before the mission", "outside_mission", "occurred_on", BEFORE_MISSION),
        _ZERO,
        _broken("negative number", "minimum", "deaths_civilian", "-1"),
        _broken("unknown site", "reference", "site_code", "Kessi-S9"),
        _broken("neither yes nor no", "type_bool", "against_civilians", "maybe"),
        _unknown_code("verification", "sure"),
    ),
    "alerts": (
        _unknown_area(),
        _broken("no such day", "type_time", "received_at", NO_SUCH_DAY),
        _missing("received_at"),
        _unknown_code("level", "urgent"),
        _duplicate("alert_code"),
        _broken("unknown unit", "reference", "responding_unit_code", "FPU-9"),
        _broken("neither yes nor no", "type_bool", "action_needed", "X"),
        _broken("before the mission", "outside_mission", "received_at", BEFORE_MISSION),
        _unknown_code("threat_type", "ghosts"),
        _MISSHAPEN,
    ),
    "activity_plan": (
        _unknown_area(),
        _text_for_number("planned_quantity", "type_dec", "ten"),
        _broken("not the first of the month", "month_is_first_day", "month", MID_MONTH),
        _duplicate("plan_line_code"),
        _broken("unknown unit", "reference", "unit_code", "FPU-9"),
    ),
    "activity_participants": (
        _broken("unknown activity", "reference", "activity_code", "A-2023-000001"),
        Fault(
            "negative number", "minimum", "participants_count",
            {"participants_count": "-3", "age_group": "Y0T17"},
        ),
        _text_for_number("participants_count", age_group="Y_GE60"),
        _unknown_code("sex", "femme"),
    ),
    "incident_victims": (
        _broken("unknown incident", "reference", "incident_code", "I-XX"),
        _unknown_code("harm", "robbed"),
        Fault(
            "negative number", "minimum", "victims_count",
            {"victims_count": "-2", "harm": "displaced"}, {"harm": "killed"},
        ),
    ),
    "population": (
        _unknown_area(),
        Fault(
            "negative number", "minimum", "persons",
            {"persons": "-250", "persons_low": "", "estimate_source": "Second count"},
        ),
        _text_for_number("persons", text="1 200 approx", estimate_source="Third count"),
        _unknown_code("sex", "female"),
    ),
    "police_census": (
        _unknown_area(),
        Fault(
            "more vetted than there are", "vetted_within_officers", "officers_vetted_count",
            {"officers_count": "3", "officers_vetted_count": "9", "rank_group": "_U"},
        ),
        _unknown_code("rank_group", "Divers"),
    ),
    "reporting_returns": (
        _unknown_area(),
        _unknown_code("source", "patrols"),
        _broken("unknown unit", "reference", "unit_code", "FPU-9"),
        _broken("not the first of the month", "month_is_first_day", "month", MID_MONTH),
    ),
    "survey_respondents": (
        _unknown_area(),
        _unknown_code("result", "finished"),
        Fault(
            "weight below zero", "weight_positive", "weight_person", {"weight_person": "-1.5"},
            {"result": "complete"},
        ),
        _duplicate("respondent_key"),
        _broken("before the mission", "outside_mission", "interviewed_on", BEFORE_MISSION),
        Fault(
            "no weight", "weight_given", "weight_person",
            {"weight_person": "", "weight_household": ""}, {"result": "complete"},
        ),
        _text_for_number("weight_household", "type_dec", "heavy"),
    ),
    "survey_answers": (
        _broken("unknown respondent", "reference", "respondent_key", "H9-@"),
        _unknown_code("item", "Q99"),
        Fault(
            "no answer of this question", "answer_of_item", "answer",
            {"item": "safe_in_site_day", "answer": "blue"},
        ),
    ),
    "registers": (
        _unknown_area(),
        _unknown_code("register_code", "prison_list"),
        Fault(
            "valid to before valid from", "validity_ordered", "valid_to",
            {"valid_to": "2019-01-31"},
        ),
        _missing("listed_on"),
    ),
    "hot_spots": (
        _unknown_area(),
        _unknown_code("threat_type", "bandits"),
        _duplicate("hot_spot_code"),
        _broken("no such day", "type_date", "valid_from", NO_SUCH_DAY),
    ),
    "route_days": (
        _unknown_area(),
        _unknown_code("route_type", "marché"),
        _broken("no such day", "type_date", "agreed_on", NO_SUCH_DAY),
        _duplicate("route_code"),
    ),
    "hrddp_assessments": (
        _unknown_code("support_type", "weapons"),
        _broken("no such day", "type_date", "completed_on", NO_SUCH_DAY),
        _broken("before the mission", "outside_mission", "completed_on", BEFORE_MISSION),
        _duplicate("assessment_code"),
    ),
    "un_personnel": (
        _broken("unknown unit", "reference", "unit_code", "FPU-9"),
        _missing("arrived_on"),
        _unknown_code("sex", "H"),
        _duplicate("personnel_key"),
        _broken("no such day", "type_date", "departed_on", NO_SUCH_DAY),
    ),
    "un_detentions": (
        _unknown_area(),
        _broken("no such day", "type_time", "started_at", NO_SUCH_DAY),
        _text_for_number("limit_hours", text="two days"),
        _broken("limit of nothing", "minimum", "limit_hours", "0"),
        _missing("age_group"),
        _duplicate("detention_code"),
        _broken("unknown unit", "reference", "unit_code", "FPU-9"),
        _broken("before the mission", "outside_mission", "started_at", BEFORE_MISSION),
    ),
    "referrals": (
        Fault(
            "survivor without consent", "survivor_consents", "consent_given",
            {"consent_given": "false"}, {"referral_kind": "survivor_services"},
        ),
        _unknown_area(),
        _unknown_code("referral_kind", "referral"),
        _missing("consent_given"),
        _broken("no such day", "type_date", "referred_on", NO_SUCH_DAY),
        _broken("unknown unit", "reference", "unit_code", "IPO-Kesi"),
        _duplicate("referral_code"),
        _MISSHAPEN,
    ),
    "displacement_events": (
        _broken("unknown area", "reference", "origin_area_code", "Kesi"),
        _broken("negative number", "minimum", "persons", "-40"),
        _text_for_number("persons", text="about 300"),
        _missing("estimate_source"),
        _duplicate("displacement_code"),
    ),
    "rights_monitoring": (
        _unknown_area(),
        _broken("not the first of the month", "month_is_first_day", "month", MID_MONTH),
        Fault(
            "no grave violation", "grave_violation_of_mrm", "violation_type",
            {"violation_type": "property"}, {"mechanism": "mrm"},
        ),
        _broken("negative number", "minimum", "persons_killed", "-1"),
        _unknown_code("alleged_actor_type", "bandits"),
    ),
    "after_action_reviews": (
        _broken("unknown incident", "reference", "incident_code", "I-XX"),
        _unknown_code("review_kind", "debriefing"),
        _duplicate("review_code"),
        _broken("negative number", "minimum", "recommendations_count", "-2"),
    ),
    "threat_assessments": (
        _unknown_area(),
        _broken("no quarter", "pattern", "quarter", "3rd quarter 2026"),
        _unknown_code("trend", "up"),
        _unknown_code("likelihood", "6"),
    ),
    "training": (
        _unknown_area(),
        _unknown_code("course_topic", "Secourisme"),
        _broken("no such day", "type_date", "completed_on", NO_SUCH_DAY),
        _text_for_number("duration_days", "type_dec", "trois jours"),
        _broken("neither yes nor no", "type_bool", "test_passed", "12/20"),
        Fault(
            "before the mission", "outside_mission", "completed_on",
            {"started_on": BEFORE_MISSION, "completed_on": BEFORE_MISSION},
        ),
        _duplicate("officer_key"),
        _broken("negative number", "minimum", "duration_days", "-2"),
    ),
    "custody_visits": (
        _unknown_area(),
        _broken("unknown facility", "reference", "facility_code", "DF-999"),
        Fault(
            "more past the limit than dated", "past_limit_within_dated", "detainees_past_limit",
            {"detainees_with_arrest_date": "3", "detainees_past_limit": "8"},
        ),
        _text_for_number("detainees_with_arrest_date", text="plusieurs"),
        _broken("no such day", "type_date", "visited_on", NO_SUCH_DAY),
        _unknown_code("visiting_component", "Gouverneur"),
        _duplicate("visit_code"),
        _MISSHAPEN,
    ),
    "police_posts": (
        _broken("unknown locality", "reference", "entry_code", "L-999"),
        _broken("neither yes nor no", "type_bool", "staffed", "parfois"),
        _broken("more than seven days", "maximum", "open_days_per_week", "8"),
        _missing("host_state_actor"),
    ),
    "justice_cases": (
        _unknown_area(),
        _unknown_code("case_type", "theft"),
        _broken("before the mission", "outside_mission", "referred_on", BEFORE_MISSION),
        _duplicate("case_code"),
        _missing("referred_on"),
    ),
    "police_complaints": (
        _unknown_area(),
        _unknown_code("complaint_type", "Bruit"),
        _broken("no such day", "type_date", "received_on", NO_SUCH_DAY),
        _duplicate("complaint_code"),
        _broken("neither yes nor no", "type_bool", "has_written_finding", "en cours"),
    ),
    "commitments": (
        _unknown_area(),
        _broken("no such day", "type_date", "made_on", NO_SUCH_DAY),
        _unknown_code("host_state_actor", "Maire"),
        _missing("made_on"),
        _broken("before the mission", "outside_mission", "made_on", BEFORE_MISSION),
        _unknown_code("verifier_role", "Commissaire"),
        _duplicate("commitment_code"),
    ),
    "local_agreements": (
        _unknown_area(),
        _unknown_code("conflict_type", "water"),
        _broken("no such day", "type_date", "followed_up_on", NO_SUCH_DAY),
        _duplicate("agreement_code"),
    ),
}  # fmt: skip

KEYS: Mapping[str, str] = {
    "activities": "activity_code",
    "incidents": "incident_code",
    "alerts": "alert_code",
    "activity_plan": "plan_line_code",
    "survey_respondents": "respondent_key",
    "hot_spots": "hot_spot_code",
    "hrddp_assessments": "assessment_code",
    "un_personnel": "personnel_key",
    "un_detentions": "detention_code",
    "referrals": "referral_code",
    "displacement_events": "displacement_code",
    "after_action_reviews": "review_code",
    "training": "officer_key",
    "custody_visits": "visit_code",
    "justice_cases": "case_code",
    "police_complaints": "complaint_code",
    "commitments": "commitment_code",
    "local_agreements": "agreement_code",
}
_STRIDE = 7  # rows of one activity or one census cell are fewer: no two bad rows share a key


class Planter:
    """Plants bad rows into the chunks of one file, going through the faults in turn."""

    def __init__(
        self, table: str, form: Form, generator: Generator, share: float = BAD_SHARE
    ) -> None:
        self.form, self.generator, self.share = form, generator, share
        self.key = KEYS.get(table)
        self.faults = [fault for fault in FAULTS.get(table, ()) if _fits(fault, form)]
        self.owed = 0.0
        self.next = 0
        self.numbered = 0

    def plant(self, rows: pa.Table, avoid: Array | None = None) -> Planted:
        """The chunk with its share of bad rows; duplicates stand after what they repeat.

        `avoid`: true for rows that are not to be copied.
        """
        if not self.faults or not rows.num_rows:
            return Planted(rows, (), ())
        faults = self._due(rows.num_rows)
        misshapen = tuple(fault for fault in faults if fault.shape)
        planted = [fault for fault in faults if not fault.shape]
        usable = np.arange(0, rows.num_rows, 1 if self.key else _STRIDE)
        if avoid is not None:
            usable = usable[~avoid[usable]]
        based = [(fault, self._base(rows, fault, usable)) for fault in planted]
        planted = [fault for fault, base in based if base is not None]
        bases = [base for _, base in based if base is not None]
        copied = rows.take(pa.array(bases, pa.int64())).to_pylist()
        copies = [self._broken(row, fault) for row, fault in zip(copied, planted, strict=True)]
        if not copies:
            return Planted(rows, (), misshapen)
        extra = pa.Table.from_pylist(copies, schema=rows.schema)
        size = rows.num_rows
        at = self.generator.uniform(0, size, len(planted))
        last = np.array([fault.rule == "duplicate_key" for fault in planted])
        order = np.argsort(
            np.concatenate([np.arange(size), np.where(last, size, at)]), kind="stable"
        )
        joined = pa.concat_tables([rows, extra]).take(pa.array(order))
        bad = [
            (int(where), planted[order[where] - size]) for where in np.flatnonzero(order >= size)
        ]
        return Planted(joined.combine_chunks(), tuple(bad), misshapen)

    def _due(self, size: int) -> list[Fault]:
        self.owed += size * self.share
        count = int(self.owed)
        self.owed -= count
        found = [self.faults[(self.next + at) % len(self.faults)] for at in range(count)]
        self.next += count
        return found

    def _broken(self, row: dict[str, str | None], fault: Fault) -> dict[str, str | None]:
        """The copy of a good row with a key of its own and the fault in it."""
        self.numbered += 1
        if self.key and fault.rule != "duplicate_key":
            header = self.form.columns[self.key].headers[0]
            row[header] = f"{row[header]}-{self.numbered}"
        for column, text in fault.changes.items():
            header = self.form.columns[column].headers[0]
            raw = self._raw(column, text, row[header] or "")
            row.update(self.form.cells(column, raw))
        return row

    def _base(self, rows: pa.Table, fault: Fault, usable: Array) -> int | None:
        """The position of the good row that is copied; None where no row fits."""
        for column, code in fault.based_on.items():
            entry = self.form.columns[column]
            text = entry.label_of_code.get(code, code)
            texts = np.asarray(rows[entry.headers[0]].to_pylist(), dtype=object)
            usable = np.flatnonzero(texts == text)
        if not usable.size:
            return None
        return int(usable[self.generator.integers(0, usable.size)])

    def _raw(self, column: str, text: str, before: str) -> str:
        """The raw text of a change, with days as the form writes them."""
        if text == MID_MONTH:
            return f"{before[:-2]}15"
        days = {
            NO_SUCH_DAY: ("2026", "06", "31", "10"),
            BEFORE_MISSION: ("2021", "03", "04", "10"),
            NO_SUCH_HOUR: ("2026", "06", "30", "25"),
        }
        if text in days:
            return self._day(column, *days[text])
        return text.replace("@", f"{self.numbered:05d}")

    def _day(self, column: str, year: str, month: str, day: str, hour: str) -> str:
        is_time = column.endswith("_at")
        if is_time and not self.form.columns[column].date_format:
            return f"{year}-{month}-{day} {hour}:30"
        return self.form.day_text(column, year, month, day, hour)


def _fits(fault: Fault, form: Form) -> bool:
    if fault.shape:
        return form.reader == "csv"
    needed = {*fault.changes, *fault.based_on, fault.column}
    return needed <= form.columns.keys()
