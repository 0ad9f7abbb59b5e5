"""What people wrote as a source: the same bytes from both databases, without a name."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.ingest.written_records import write_files, written_text
from records import cycle
from records.kinds import Assessment
from records.rights import LOCAL, Actor, actor_of
from records.store import Store

NOW = datetime(2026, 10, 20, 9, tzinfo=UTC)
AREAS = ("MT",)
PEOPLE = ("amina", "bruno", "chen")
EXPECTED = {
    "records_assessments.jsonl": (
        '{"outcome_indicator": "P2-OC-05", "area_code": "MT", "quarter": "2026-Q3", '
        '"rating": "at_risk", "computed_rating": null, "first_written_on": "2026-10-20", '
        '"approved_on": "2026-10-22"}\n'
    ),
    "records_recommendations.jsonl": (
        '{"recommendation_code": "R-0001", "source_kind": "assessment", "area_code": "MT", '
        '"owner_role": "police_commissioner", "made_on": "2026-10-23", '
        '"first_due_on": "2026-11-30", "due_on": "2026-12-15", "done_on": "2026-12-01", '
        '"dropped_on": null}\n'
    ),
}


def write_a_quarter(store: Store) -> None:
    """An assessment approved and a recommendation done, by three people."""
    author, reviewer = (actor_of(name, "assessor", None) for name in PEOPLE[:2])
    approver = actor_of(PEOPLE[2], "approver", None)
    draft = Assessment(
        indicator="P2-OC-05", area="MT", period="2026-Q3", rating="at_risk",
        narrative="Amina spoke to the elders of Fandé.",
    )  # fmt: skip
    cycle.save_draft(store, author, "m", draft, 0, NOW, AREAS)
    cycle.advance(store, reviewer, "m", draft.key, 1, NOW + timedelta(days=1), AREAS)
    cycle.advance(store, approver, "m", draft.key, 2, NOW + timedelta(days=2), AREAS)
    content = {
        "source_kind": "assessment", "source": draft.key, "area": "MT", "text": "Ask Bruno.",
        "owner": "police_commissioner", "due_on": date(2026, 11, 30),
    }  # fmt: skip
    made = cycle.recommend(store, author, "m", content, NOW + timedelta(days=3), AREAS).record
    _follow_up(store, reviewer, made.model_copy(update={"due_on": date(2026, 12, 15)}), 1, 10)
    done = made.model_copy(update={"due_on": date(2026, 12, 15), "status": "done"})
    _follow_up(store, reviewer, done, 2, 42)


def _follow_up(store: Store, actor: Actor, record: object, based_on: int, days: int) -> None:
    cycle.follow_up(store, actor, "m", record, based_on, NOW + timedelta(days=days), AREAS)  # type: ignore[arg-type]


def test_both_databases_give_the_same_bytes_without_a_name(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_a_quarter(store)
    monkeypatch.setenv("POCLENS_DATABASE_URL", store.url.render_as_string(hide_password=False))
    for home in (tmp_path / "first", tmp_path / "second"):
        found = {path.name: path.read_text(encoding="utf-8") for _, path in write_files(home, "m")}
        assert found == EXPECTED
    text = "".join(EXPECTED.values()).lower()
    assert not any(word in text for word in (*PEOPLE, "fandé"))
    assert list(write_files(tmp_path / "first", "other")) == []


def test_without_a_store_there_is_nothing_and_none_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("POCLENS_DATABASE_URL", raising=False)
    assert written_text(tmp_path, "m") == "" and list(tmp_path.iterdir()) == []


def test_migrations_keep_accounts_and_records_of_a_filled_store(store: Store) -> None:
    """One step down and up again leaves all that the step does not make."""
    from records.people import accounts
    from records.store import migrate

    write_a_quarter(store)
    accounts.add(store, "amina", "assessor", "a long enough password", "local", NOW)
    people, edition = accounts.accounts(store), store.edition()
    with store.writing() as connection:
        migrate(connection, "0002")
        migrate(connection)
    assert accounts.accounts(store) == people and store.edition() == edition
    assert store.first_broken_entry() is None
    store.write(LOCAL, "m", store.all("m", Assessment)[0].record, 3, NOW)
    assert store.first_broken_entry() is None
