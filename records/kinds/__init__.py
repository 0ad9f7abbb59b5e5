"""The kinds of records: what an assessment, a recommendation, a decision on two rows hold.

Roles are those to which the policy gives responsibilities (2023.05, Annex A), the code list
`mission_role`.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, ClassVar, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from indicators.foundation.calendar.overdue import is_overdue
from indicators.foundation.periods import period_named

# Roles by their place in Annex A.
ROLES: Mapping[str, int] = {
    "head_of_mission": 3,
    "deputy_head_of_mission": 3,
    "chief_of_staff": 3,
    "mission_support": 4,
    "force_commander": 5,
    "police_commissioner": 6,
    "poc_adviser": 7,
    "field_office": 9,
    "political_affairs": 10,
    "human_rights": 11,
    "civil_affairs": 12,
    "jmac": 13,
    "joc": 14,
    "security_sector_reform": 15,
    "ddr": 16,
    "justice_corrections": 17,
    "mine_action": 18,
    "strategic_communications": 19,
    "strategic_planning": 20,
    "legal_adviser": 21,
    "child_protection": 22,
    "women_protection": 23,
    "gender_adviser": 24,
}
# As earlier versions wrote them, which stay as they are.
_FORMERLY = {
    "director_of_mission_support": "mission_support",
    "head_of_field_office": "field_office",
    "joint_mission_analysis_centre": "jmac",
    "joint_operations_centre": "joc",
    "disarmament": "ddr",
    "child_protection_adviser": "child_protection",
    "womens_protection_adviser": "women_protection",
}
# What people may conclude: the computed ratings but "no data".
Rating = Literal[
    "achieved", "achieved_likely", "on_track", "on_track_likely", "too_close", "at_risk",
    "off_track", "not_enough_data",
]  # fmt: skip
RATINGS: tuple[Rating, ...] = get_args(Rating)
STATES = ("draft", "reviewed", "approved")  # step by step; a text may be sent back in between
STATUSES = ("open", "under_way", "done", "dropped")
LONGEST_TEXT = 20_000  # characters


def said(missing: str) -> Callable[[str], str]:
    """Asks for words; `missing`: what the form says where there are none."""

    def in_words(text: str) -> str:
        if not text.strip():
            raise ValueError(missing)
        return text

    return in_words


def _of_now(role: str) -> str:
    return _FORMERLY.get(role, role)


def of_annex_a(missing: str) -> Callable[[str], str]:
    """Asks for one of ROLES."""

    def named(role: str) -> str:
        role = _of_now(role)
        if role not in ROLES:
            raise ValueError(missing)
        return role

    return named


def _quarter(name: str) -> str:
    if period_named(name).period_type != "Q":
        raise ValueError("assessed by the quarter")
    return name


Quarter = Annotated[str, AfterValidator(_quarter)]
Text = Annotated[str, Field(max_length=LONGEST_TEXT)]
Narrative = Annotated[Text, AfterValidator(said("narrative_missing"))]
Owner = Annotated[str, AfterValidator(of_annex_a("owner_missing"))]


class Record(BaseModel):
    """What one version of a record holds; `key` tells the records of a kind and mission apart.

    `right`: the action (`rights.py`) of who writes one that has no steps.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: ClassVar[str]
    right: ClassVar[str] = "assess"

    @property
    def key(self) -> str:
        """The key of this record."""
        raise NotImplementedError


class Figure(BaseModel):
    """A released figure as it stood when it was cited; `words`: value and interval by language.

    `value` is in the indicator's unit of measure; null where the release has none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    release: str
    indicator: str
    period: str
    area: str
    value: float | None
    rating: str | None
    words: Mapping[str, str]


class Assessment(Record):
    """What people concluded of one outcome in one area and quarter.

    `computed` is what the release said of it then; `reason` says why the judgement differs.
    """

    kind: ClassVar[str] = "assessment"
    indicator: str = Field(min_length=1, max_length=40)
    area: str = Field(min_length=1, max_length=80)
    period: Quarter
    state: Literal["draft", "sent_back", "reviewed", "approved"] = "draft"
    sent_back: str = Field(default="", max_length=LONGEST_TEXT)  # why, in that state alone
    rating: Rating
    reason: str = Field(default="", max_length=LONGEST_TEXT)
    narrative: Narrative
    participants: tuple[str, ...] = ()
    computed: Figure | None = None
    evidence: tuple[Figure, ...] = ()

    @property
    def key(self) -> str:
        """Indicator, area and quarter."""
        return f"{self.indicator}/{self.area}/{self.period}"

    @property
    def differs(self) -> bool:
        """Whether people concluded otherwise than the rule."""
        return self.computed is not None and self.rating != self.computed.rating

    @field_validator("participants")
    @classmethod
    def _are_roles(cls, roles: tuple[str, ...]) -> tuple[str, ...]:
        named = tuple(map(_of_now, roles))
        if unknown := set(named) - set(ROLES):
            raise ValueError(f"no such role: {', '.join(sorted(unknown))}")
        return named

    @model_validator(mode="after")
    def _says_why_it_is_sent_back(self) -> "Assessment":
        if (self.state == "sent_back") != bool(self.sent_back.strip()):
            raise ValueError("sent_back_missing")
        return self

    @model_validator(mode="after")
    def _says_why_it_differs(self) -> "Assessment":
        if self.differs and not self.reason.strip():
            raise ValueError("reason_missing")
        return self


class Recommendation(Record):
    """What is to be done, by which role, by when, and how far it is.

    `source`: key of the assessment, or code of the review, that it comes from.
    """

    kind: ClassVar[str] = "recommendation"
    number: int = Field(ge=1)
    source_kind: Literal["assessment", "review"]
    source: str = Field(min_length=1, max_length=200)
    area: str = Field(min_length=1, max_length=80)
    text: Annotated[Text, AfterValidator(said("text_missing"))]
    owner: Owner
    due_on: date
    status: Literal["open", "under_way", "done", "dropped"] = "open"
    note: str = Field(default="", max_length=LONGEST_TEXT)

    @property
    def key(self) -> str:
        """`R-0001`: counted through the mission."""
        return f"R-{self.number:04d}"

    @property
    def is_closed(self) -> bool:
        """Whether nothing more is to be done."""
        return self.status in ("done", "dropped")

    def is_overdue(self, today: date) -> bool:
        """Whether its day has passed with something still to be done."""
        return is_overdue(self.due_on, self.is_closed, today)

    @model_validator(mode="after")
    def _says_why_it_is_dropped(self) -> "Recommendation":
        if self.status == "dropped" and not self.note.strip():
            raise ValueError("note_missing")
        return self


class DuplicateDecision(Record):
    """What a person decided of two rows of a table, by their keys in order.

    duplicate: they tell of one case and `left_out` does not count; separate: of two, both count;
    undecided: taken back.
    """

    kind: ClassVar[str] = "duplicate"
    right: ClassVar[str] = "take_in"
    table: str = Field(min_length=1, max_length=80)
    row_key: str = Field(min_length=1, max_length=200)
    other_key: str = Field(min_length=1, max_length=200)
    decision: Literal["duplicate", "separate", "undecided"]
    left_out: str | None = None
    reason: str = Field(default="", max_length=LONGEST_TEXT)

    @property
    def key(self) -> str:
        """Table and both keys."""
        return f"{self.table}/{self.row_key}/{self.other_key}"

    @model_validator(mode="after")
    def _names_one_of_two(self) -> "DuplicateDecision":
        if self.row_key >= self.other_key:
            raise ValueError("duplicate_keys")
        one_of = (self.row_key, self.other_key) if self.decision == "duplicate" else (None,)
        if self.left_out not in one_of:
            raise ValueError("duplicate_left_out")
        return self


KINDS: Mapping[str, type[Record]] = {
    kind.kind: kind for kind in (Assessment, Recommendation, DuplicateDecision)
}
