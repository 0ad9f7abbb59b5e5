"""The steps of the cycle, each by who may: every role tries every step."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from indicators.definitions.vocabularies import vocabulary
from records import cycle
from records.cycle import NotAllowed
from records.kinds import ROLES, Assessment, Figure, Recommendation
from records.rights import LOCAL, ROLE_ACTIONS, Actor, actor_of
from records.store import Conflict, Store

NOW = datetime(2026, 10, 20, 9, 0, tzinfo=UTC)
AREAS = ("MT0101", "MT01", "MT")
COMPUTED = Figure(
    release="2026-Q3-r01", indicator="P2-OC-05", period="2026-Q3", area="MT0101",
    value=41.0, rating="at_risk", words={"en": "41%", "fr": "41 %"},
)  # fmt: skip
DRAFT = Assessment(
    indicator="P2-OC-05", area="MT0101", period="2026-Q3", rating="at_risk",
    narrative="More patrols at night.", computed=COMPUTED,
)  # fmt: skip
CONTENT = {
    "source_kind": "assessment", "source": DRAFT.key, "area": "MT0101",
    "text": "Two more night patrols a week.", "owner": "police_commissioner",
    "due_on": date(2026, 11, 30),
}  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store."""
    return Store(f"sqlite:///{tmp_path / 'records.db'}")


def person(role: str, name: str = "", area: str | None = None) -> Actor:
    return actor_of(name or role, role, area)


@pytest.mark.parametrize("role", ROLE_ACTIONS)
def test_each_role_may_what_is_its_own_and_nothing_else(store: Store, role: str) -> None:
    author, reviewer, actor = person("assessor", "a"), person("assessor", "b"), person(role)
    cycle.save_draft(store, author, "m", DRAFT, 0, NOW, AREAS)
    cycle.recommend(store, author, "m", CONTENT, NOW, AREAS)
    one = store.all("m", Recommendation)[0].record
    done = one.model_copy(update={"status": "done"})
    other = DRAFT.model_copy(update={"period": "2026-Q2"})
    cycle.save_draft(store, author, "m", other, 0, NOW, AREAS)
    cycle.advance(store, reviewer, "m", other.key, 1, NOW, AREAS)
    steps = {
        "assess": lambda: cycle.save_draft(store, actor, "m", DRAFT, 1, NOW, AREAS),
        "recommend": lambda: cycle.recommend(store, actor, "m", CONTENT, NOW, AREAS),
        "follow_up": lambda: cycle.follow_up(store, actor, "m", done, 1, NOW, AREAS),
        "approve_assessment": lambda: cycle.advance(store, actor, "m", other.key, 2, NOW, AREAS),
    }
    allowed = set()
    for name, step in steps.items():
        before = store.edition()
        try:
            step()
            allowed.add(name)
        except NotAllowed as refused:
            assert refused.reason == f"no_right.{name}"
            assert store.edition() == before
    assert (
        allowed
        == {
            "viewer": set(),
            "officer": {"follow_up"},
            "assessor": {"assess", "recommend", "follow_up"},
            "approver": {"assess", "approve_assessment", "recommend", "follow_up"},
            "administrator": set(),
        }[role]
    )


def test_nobody_reviews_or_approves_their_own_text(store: Store) -> None:
    a, b = person("assessor", "a"), person("assessor", "b")
    both = Actor("both", frozenset({"assess", "review", "approve_assessment"}))
    cycle.save_draft(store, both, "m", DRAFT, 0, NOW, AREAS)
    with pytest.raises(NotAllowed, match="own_text"):
        cycle.advance(store, both, "m", DRAFT.key, 1, NOW, AREAS)
    cycle.save_draft(store, a, "m", DRAFT, 1, NOW, AREAS)
    with pytest.raises(NotAllowed, match="own_text"):  # the first words are theirs
        cycle.advance(store, both, "m", DRAFT.key, 2, NOW, AREAS)
    cycle.advance(store, b, "m", DRAFT.key, 2, NOW, AREAS)
    with pytest.raises(NotAllowed, match="own_text"):
        cycle.advance(store, both, "m", DRAFT.key, 3, NOW, AREAS)
    cycle.advance(store, person("approver"), "m", DRAFT.key, 3, NOW, AREAS)
    with pytest.raises(NotAllowed, match="approved_already"):
        cycle.advance(store, person("approver"), "m", DRAFT.key, 4, NOW, AREAS)


def test_three_people_are_enough_also_where_a_text_is_sent_back(store: Store) -> None:
    writer, chief, approver = person("approver", "w"), person("assessor", "c"), person("approver")
    key, people = DRAFT.key, [writer, chief, approver]

    def may(action: str) -> list[str]:
        versions = store.versions("m", Assessment, key)
        return cycle.people_who_may(people, action, versions, AREAS)

    cycle.save_draft(store, writer, "m", DRAFT, 0, NOW, AREAS)
    assert (may("review"), may("approve_assessment")) == (["approver", "c"], ["approver"])
    for reason in ("", "   "):
        with pytest.raises(ValidationError, match="sent_back_missing"):
            cycle.send_back(store, chief, "m", key, 1, reason, NOW, AREAS)
    with pytest.raises(NotAllowed, match="own_text"):
        cycle.send_back(store, writer, "m", key, 1, "No.", NOW, AREAS)
    sent = cycle.send_back(store, chief, "m", key, 1, "Say which patrols.", NOW, AREAS)
    assert (sent.record.state, sent.record.sent_back) == ("sent_back", "Say which patrols.")
    assert sent.record.narrative == DRAFT.narrative
    with pytest.raises(NotAllowed, match="sent_back"):
        cycle.advance(store, chief, "m", key, 2, NOW, AREAS)
    again = cycle.save_draft(store, writer, "m", sent.record, 2, NOW, AREAS)
    assert again.record.sent_back == ""
    cycle.advance(store, chief, "m", key, 3, NOW, AREAS)
    with pytest.raises(NotAllowed, match=r"no_right\.approve_assessment"):
        cycle.advance(store, chief, "m", key, 4, NOW, AREAS)
    assert may("approve_assessment") == ["approver"]
    cycle.send_back(store, approver, "m", key, 4, "The figure has moved.", NOW, AREAS)
    cycle.save_draft(store, writer, "m", DRAFT, 5, NOW, AREAS)
    cycle.advance(store, chief, "m", key, 6, NOW, AREAS)
    done = cycle.advance(store, approver, "m", key, 7, NOW, AREAS)
    assert done.record.state == "approved"


def test_who_reviews_does_not_approve(store: Store) -> None:
    chief = person("approver", "chief")
    cycle.save_draft(store, person("assessor", "a"), "m", DRAFT, 0, NOW, AREAS)
    cycle.advance(store, chief, "m", DRAFT.key, 1, NOW, AREAS)
    with pytest.raises(NotAllowed, match="own_text"):
        cycle.advance(store, chief, "m", DRAFT.key, 2, NOW, AREAS)


def test_on_one_laptop_one_person_does_all_and_a_new_draft_keeps_what_was_approved(
    store: Store,
) -> None:
    cycle.save_draft(store, LOCAL, "m", DRAFT, 0, NOW, AREAS)
    cycle.advance(store, LOCAL, "m", DRAFT.key, 1, NOW, AREAS)
    cycle.advance(store, LOCAL, "m", DRAFT.key, 2, NOW, AREAS)
    cycle.save_draft(store, LOCAL, "m", DRAFT, 3, NOW, AREAS)
    states = [version.record.state for version in store.versions("m", Assessment, DRAFT.key)]
    assert states == ["draft", "reviewed", "approved", "draft"]


def test_what_changed_meanwhile_is_not_approved_unread(store: Store) -> None:
    cycle.save_draft(store, person("assessor", "a"), "m", DRAFT, 0, NOW, AREAS)
    cycle.save_draft(store, person("assessor", "a"), "m", DRAFT, 1, NOW, AREAS)
    with pytest.raises(Conflict):
        cycle.advance(store, person("assessor", "b"), "m", DRAFT.key, 1, NOW, AREAS)


@pytest.mark.parametrize(("area", "may"), [(None, True), ("MT01", True), ("MT02", False)])
def test_a_person_of_an_area_writes_there_and_below(
    store: Store, area: str | None, may: bool
) -> None:
    actor = person("assessor", area=area)
    if may:
        cycle.save_draft(store, actor, "m", DRAFT, 0, NOW, AREAS)
    else:
        with pytest.raises(NotAllowed, match="other_area"):
            cycle.save_draft(store, actor, "m", DRAFT, 0, NOW, AREAS)
    assert len(store.all("m", Assessment)) == may


def test_recommendations_are_counted_through_the_mission(store: Store) -> None:
    for _ in range(3):
        cycle.recommend(store, LOCAL, "m", CONTENT, NOW, AREAS)
    cycle.recommend(store, LOCAL, "other", CONTENT, NOW, AREAS)
    assert [v.record.key for v in store.all("m", Recommendation)] == ["R-0001", "R-0002", "R-0003"]


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"rating": "on_track"}, "reason_missing"),
        ({"narrative": "  "}, "narrative_missing"),
        ({"participants": ("king",)}, "no such role"),
        ({"period": "2026-07"}, "by the quarter"),
        ({"rating": "no_data"}, "rating"),
    ],
)
def test_what_is_no_assessment(wrong: dict[str, object], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        Assessment(**(DRAFT.model_dump() | wrong))


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"owner": "somebody"}, "owner_missing"),
        ({"text": ""}, "text_missing"),
        ({"status": "dropped"}, "note_missing"),
        ({"due_on": "soon"}, "due_on"),
    ],
)
def test_what_is_no_recommendation(store: Store, wrong: dict[str, object], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        cycle.recommend(store, LOCAL, "m", {**CONTENT, **wrong}, NOW, AREAS)
    assert not store.exists()


def test_overdue_is_what_is_open_after_its_day() -> None:
    one = Recommendation(**CONTENT, number=1)
    assert not one.is_overdue(date(2026, 11, 30)) and one.is_overdue(date(2026, 12, 1))
    for status in ("done", "dropped"):
        closed = one.model_copy(update={"status": status, "note": "x"})
        assert not closed.is_overdue(date(2027, 1, 1))


def test_roles_are_those_of_the_code_list_and_their_former_names_are_read() -> None:
    """One list for who verifies, who answers for a recommendation, who takes part (Annex A)."""
    assert set(ROLES) == set(vocabulary("mission_role").codes)
    written = {**CONTENT, "number": 1, "owner": "head_of_field_office"}
    assert Recommendation.model_validate(written).owner == "field_office"
    roles = {"participants": ("joint_operations_centre", "poc_adviser")}
    assert Assessment.model_validate(DRAFT.model_dump() | roles).participants == (
        "joc",
        "poc_adviser",
    )
    with pytest.raises(ValidationError):
        Recommendation.model_validate({**written, "owner": "rokia_barry"})
