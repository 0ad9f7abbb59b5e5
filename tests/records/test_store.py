"""The store on both databases: versions are only added, conflicts told, every change traced."""

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from indicators.foundation.errors import WrongUse
from records.kinds import Assessment, DuplicateDecision, Record
from records.kinds.decisions import VarianceReason
from records.people import accounts
from records.rights import LOCAL
from records.store import Conflict, Store, migrate
from records.tables import APPEND_ONLY, HEAD, METADATA

NOW = datetime(2026, 10, 20, 9, 0, tzinfo=UTC)


def assessment(narrative: str = "Patrols reach every site.", area: str = "MT") -> Assessment:
    return Assessment(
        indicator="P2-OC-05", area=area, period="2026-Q3", rating="at_risk", narrative=narrative
    )


KEY = assessment().key


def test_every_version_stays_and_the_newest_counts(store: Store) -> None:
    assert store.all("m", Assessment) == [] and store.edition() == 0
    store.write(LOCAL, "m", assessment("First."), 0, NOW)
    store.write(LOCAL, "m", assessment("Second."), 1, NOW)
    store.write(LOCAL, "m", assessment(area="MT01"), 0, NOW)
    store.write(LOCAL, "other", assessment(), 0, NOW)
    assert [v.record.narrative for v in store.versions("m", Assessment, KEY)] == [
        "First.",
        "Second.",
    ]
    assert [(v.record.area, v.number) for v in store.all("m", Assessment)] == [
        ("MT", 2),
        ("MT01", 1),
    ]
    assert store.edition() == 4


def test_who_writes_on_an_older_version_is_told_and_nothing_is_lost(store: Store) -> None:
    store.write(LOCAL, "m", assessment("First."), 0, NOW)
    store.write(LOCAL, "m", assessment("Of another person."), 1, NOW)
    for based_on in (0, 1, 3):
        with pytest.raises(Conflict) as told:
            store.write(LOCAL, "m", assessment("Mine."), based_on, NOW)
        assert told.value.latest is not None
        assert told.value.latest.record.narrative == "Of another person."
    assert len(store.versions("m", Assessment, KEY)) == 2


LONGEST = (
    VarianceReason(
        budget_year="2026/27", area="a" * 80, outcome="o" * 80, activity_type="t" * 60,
        quantity_unit="q" * 40, due=4, done=2, as_of=NOW.date(), reason="Roads were cut.",
    ),
    DuplicateDecision(
        table="t" * 80, row_key="a" * 200, other_key="b" * 200, decision="separate",
    ),
)  # fmt: skip


@pytest.mark.parametrize("record", LONGEST, ids=lambda record: record.kind)
def test_the_longest_key_that_a_record_may_have_is_stored(store: Store, record: Record) -> None:
    store.write(LOCAL, "m" * 64, record, 0, NOW)
    assert [one.record for one in store.versions("m" * 64, type(record), record.key)] == [record]
    assert store.first_broken_entry() is None


def test_of_many_who_write_at_once_one_wins_each_version(store: Store) -> None:
    store.write(LOCAL, "m", assessment("0"), 0, NOW)
    conflicts: list[Conflict] = []

    def write(number: int) -> None:
        try:
            store.write(LOCAL, "m", assessment(str(number)), 1, NOW)
        except Conflict as conflict:
            conflicts.append(conflict)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(conflicts) == 5
    assert len(store.versions("m", Assessment, KEY)) == 2
    assert store.first_broken_entry() is None


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("change", ["UPDATE {} SET {} = 'x'", "DELETE FROM {}"])
def test_the_database_refuses_to_change_or_remove(store: Store, table: str, change: str) -> None:
    store.write(LOCAL, "m", assessment(), 0, NOW)
    column = "who" if table == "audit_entry" else "content"
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), store.writing() as connection:
        connection.execute(sa.text(change.format(table, column)))
    assert store.first_broken_entry() is None
    assert len(store.versions("m", Assessment, KEY)) == 1


@pytest.mark.parametrize(
    ("tampering", "broken"),
    [
        ("UPDATE audit_entry SET who = 'someone' WHERE number = 2", 2),
        ("UPDATE record_version SET content = replace(content, 'Second', 'Third')", 2),
        ("DELETE FROM record_version WHERE entry = 1", 1),
        ("DELETE FROM audit_entry WHERE number = 2", 2),
    ],
)
def test_the_chain_shows_what_was_changed_behind_its_back(
    tmp_path: Path, tampering: str, broken: int
) -> None:
    store = Store(f"sqlite:///{tmp_path / 'records.db'}")
    store.write(LOCAL, "m", assessment("First."), 0, NOW)
    store.write(LOCAL, "m", assessment("Second."), 1, NOW)
    store.write(LOCAL, "m", assessment(area="MT01"), 0, NOW)
    assert store.first_broken_entry() is None
    with store.writing() as connection:
        connection.execute(sa.text("PRAGMA defer_foreign_keys = ON"))
        names = connection.scalars(sa.text("SELECT name FROM sqlite_master WHERE type='trigger'"))
        for name in names.all():
            connection.execute(sa.text(f"DROP TRIGGER {name}"))
        connection.execute(sa.text(tampering))
        if tampering.startswith("DELETE FROM audit_entry"):  # and its version with it
            connection.execute(sa.text("DELETE FROM record_version WHERE entry = 2"))
    assert store.first_broken_entry() == broken


def test_migrations_go_down_and_up_on_a_filled_store(store: Store) -> None:
    """What people wrote stays below the migration of accounts; below the first all is gone."""
    store.write(LOCAL, "m", assessment("First."), 0, NOW)
    before = store.versions("m", Assessment, KEY)
    with store.writing() as connection:
        migrate(connection, "0001")
        names = sa.inspect(connection).get_table_names()
        assert "account" not in names and "record_version" in names
        migrate(connection)
        assert connection.scalar(sa.text("SELECT version_num FROM alembic_version")) == HEAD
        found = compare_metadata(MigrationContext.configure(connection), METADATA)
        assert found == []
    assert store.versions("m", Assessment, KEY) == before
    assert store.first_broken_entry() is None
    with store.writing() as connection:
        migrate(connection, "base")
        assert not {"record_version", "audit_entry"} & set(sa.inspect(connection).get_table_names())
    again = Store(store.url.render_as_string(hide_password=False))
    assert not again.exists()
    again.write(LOCAL, "m", assessment("Anew."), 0, NOW)
    assert again.edition() == 1


@pytest.mark.parametrize("revision", ["0002", "0001"])
def test_what_an_earlier_version_wrote_is_there_at_the_first_look(
    store: Store, revision: str
) -> None:
    """Were older tables taken for none, accounts would be off until somebody wrote."""
    store.write(LOCAL, "m", assessment("First."), 0, NOW)
    accounts.add(store, "ann", "administrator", "a long enough password", "local", NOW)
    accounts.require(store, True, "local", NOW)
    with store.writing() as connection:
        migrate(connection, revision)
    later = Store(store.url.render_as_string(hide_password=False), store.home)
    assert accounts.are_required(later)  # also where the store has not even accounts
    assert [one.record.narrative for one in later.all("m", Assessment)] == ["First."]
    with later.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    assert later.first_broken_entry() is None


def test_what_a_later_version_wrote_is_neither_read_nor_written(store: Store) -> None:
    store.write(LOCAL, "m", assessment("First."), 0, NOW)
    with store.writing() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    earlier = Store(store.url.render_as_string(hide_password=False))
    for attempt in (
        earlier.exists,
        lambda: accounts.are_required(earlier),
        lambda: earlier.write(LOCAL, "m", assessment("Second."), 1, NOW),
    ):
        with pytest.raises(WrongUse, match="Install that version again"):
            attempt()
