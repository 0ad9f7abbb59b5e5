"""Who may do what: five roles, and an area whose records a person may write."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

# `review` also sends a text back. What people concluded is approved by another right than a release
# whose figures another person computed.
ACTIONS = (
    "assess", "review", "approve_assessment", "approve_release", "recommend", "follow_up",
    "take_in", "administer",
)  # fmt: skip
ROLE_ACTIONS: Mapping[str, frozenset[str]] = {
    "viewer": frozenset(),
    "officer": frozenset({"follow_up", "take_in"}),
    "assessor": frozenset({"assess", "review", "recommend", "follow_up"}),
    "approver": frozenset(
        {"assess", "review", "approve_assessment", "approve_release", "recommend", "follow_up"}
    ),
    "administrator": frozenset({"administer"}),
}


def may_open(own: str, audience: str) -> bool:
    """Whether what is for one audience opens the copy of another: the mission's own people may read
    what headquarters may, nobody else another's."""
    return own in (audience, "mission")


@dataclass(frozen=True)
class Actor:
    """Who acts. `area`: may write of this area and those below it; None: of all."""

    name: str
    actions: frozenset[str]
    area: str | None = None
    is_local: bool = False

    def may(self, action: str, area_and_above: Collection[str] = ()) -> bool:
        """Whether an action is theirs; `area_and_above`: the record's area and those above it."""
        return self.refusal(action, area_and_above) is None

    def refusal(self, action: str, area_and_above: Collection[str] = ()) -> str | None:
        """Why an action is not theirs, a message key: the role, or the area; None where it is."""
        if action not in self.actions:
            return f"no_right.{action}"
        is_theirs = self.area is None or self.area in area_and_above
        return None if is_theirs else "other_area"


# On a machine without accounts whoever sits at it is the one person there is.
LOCAL = Actor("local", frozenset(ACTIONS), is_local=True)


def actor_of(name: str, role: str, area: str | None) -> Actor:
    """The person of an account. Raises KeyError for an unknown role."""
    return Actor(name, ROLE_ACTIONS[role], area)
