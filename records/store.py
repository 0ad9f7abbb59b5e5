"""The records store: versions are added and never changed, each with its entry in the audit log.

SQLite in the workspace, PostgreSQL by URL (`POCLENS_DATABASE_URL`). One writer at a time; who wrote
on the ground of a version that is not the latest any more is told so and nothing is lost.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, event, func, select

from indicators.foundation.errors import Problem, WrongUse
from records.kinds import Record
from records.rights import Actor
from records.tables import AUDIT_ENTRY, HEAD, RECORD_VERSION

RecordType = TypeVar("RecordType", bound=Record)
DATABASE_URL = "POCLENS_DATABASE_URL"
_BEGINNING = "0" * 64
NO_ENTRY: Mapping[str, Any] = {"number": 0, "hash": _BEGINNING}  # head of a log without entries
_WAIT_SECONDS = 30
_ENTRY = ("number", "at", "who", "action", "subject", "detail", "previous_hash")


@dataclass(frozen=True)
class Version(Generic[RecordType]):
    """One version of a record, with who wrote it and when (UTC)."""

    mission: str
    number: int
    written_at: datetime
    written_by: str
    record: RecordType


class Conflict(Exception):
    """Somebody else has written since; `latest` is what stands there now."""

    def __init__(self, latest: Version[Any] | None) -> None:
        super().__init__("the record has a later version")
        self.latest = latest


def canonical(content: Any) -> str:
    """JSON with one spelling for one content."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


class Store:
    """The store behind a database URL; its tables are made when something is first written."""

    def __init__(self, url: str, home: Path | None = None) -> None:
        self.url = sa.make_url(url)
        self._home = home
        self._is_ready = False  # once they are there, tables stay

    @classmethod
    def of_workspace(cls, home: Path) -> "Store":
        """The store that `POCLENS_DATABASE_URL` names, else `records.db` of the workspace."""
        url = os.environ.get(DATABASE_URL) or f"sqlite:///{home / 'records.db'}"
        return cls(url, home)

    @property
    def home(self) -> Path | None:
        """The workspace; None of a database that was named without one."""
        own = Path(str(self.url.database)).parent if self._is_file else None
        return self._home or own

    @cached_property
    def _is_file(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @cached_property
    def _engine(self) -> Engine:
        """Connections are not pooled: the server parts into processes after it is loaded."""
        wait = {"timeout": _WAIT_SECONDS} if self._is_file else {}
        engine = sa.create_engine(self.url, poolclass=sa.NullPool, connect_args=wait)
        if self._is_file:
            event.listen(engine, "connect", _leave_transactions_to_us)
            event.listen(engine, "begin", _begin)
        return engine

    def exists(self) -> bool:
        """Whether anything was ever written here; older tables are brought to this version first.

        They never count as empty: accounts that are on would be off until somebody writes. Raises
        WrongUse (`records_newer`) where a later version of the software has written here.
        """
        if self._is_file and not Path(str(self.url.database)).is_file():
            return False
        if not self._is_ready:
            with self._engine.connect() as connection:
                revision = _revision(connection)
            if revision not in (None, HEAD):
                with self.writing():
                    pass  # migrates
            self._is_ready = revision is not None
        return self._is_ready

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the store; call only where it `exists`."""
        with self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction with the only right to write; all of it is kept or nothing."""
        if self._is_file:  # a workspace may begin with an account or a token
            _make_private(Path(str(self.url.database)))
        engine = self._engine.execution_options(writes=True)
        with engine.begin() as connection:
            if not self._is_file:
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(2023050)"))
            if _revision(connection) != HEAD:
                migrate(connection)
            yield connection

    def write(
        self, actor: Actor, mission: str, record: RecordType, based_on: int, now: datetime
    ) -> Version[RecordType]:
        """Add a version to a record; `based_on`: the version that its writer had before them.

        0 where there was none. Raises Conflict where another one has been written since.
        """
        with self.writing() as connection:
            return self.write_in(connection, actor, mission, record, based_on, now)

    def write_in(
        self,
        connection: Connection,
        actor: Actor,
        mission: str,
        record: RecordType,
        based_on: int,
        now: datetime,
    ) -> Version[RecordType]:
        """The same within a transaction that is open."""
        latest = _latest(connection, mission, type(record), record.key)
        if (latest.number if latest else 0) != based_on:
            raise Conflict(latest)
        content, number = canonical(record.model_dump(mode="json")), based_on + 1
        detail = {
            "version": number,
            "sha256": hashlib.sha256(content.encode()).hexdigest(),
        }
        subject = f"{mission}/{record.kind}/{record.key}"
        entry = log(connection, actor.name, "write", subject, detail, now)
        row = {
            "entry": entry,
            "mission": mission,
            "kind": record.kind,
            "key": record.key,
            "version": number,
            "written_at": now.isoformat(),
            "written_by": actor.name,
            "content": content,
        }
        connection.execute(RECORD_VERSION.insert().values(row))
        return Version(mission, number, now, actor.name, record)

    def versions(self, mission: str, kind: type[RecordType], key: str) -> list[Version[RecordType]]:
        """All versions of a record, oldest first."""
        if not self.exists():
            return []
        asked = _of_kind(mission, kind).where(RECORD_VERSION.c.key == key)
        with self.reading() as connection:
            return _versions(connection, asked.order_by(RECORD_VERSION.c.version), kind)

    def latest(self, mission: str, kind: type[RecordType], key: str) -> Version[RecordType] | None:
        """The newest version of a record; None where there is none."""
        found = self.versions(mission, kind, key)
        return found[-1] if found else None

    def all(self, mission: str, kind: type[RecordType]) -> list[Version[RecordType]]:
        """The newest version of each record of a kind, by key."""
        if not self.exists():
            return []
        of_key = RECORD_VERSION.alias()
        newest = (
            select(func.max(of_key.c.version))
            .where(of_key.c.mission == mission, of_key.c.kind == kind.kind)
            .where(of_key.c.key == RECORD_VERSION.c.key)
            .scalar_subquery()
        )
        asked = _of_kind(mission, kind).where(RECORD_VERSION.c.version == newest)
        with self.reading() as connection:
            return _versions(connection, asked.order_by(RECORD_VERSION.c.key), kind)

    def copy_until(self, number: int, target: "Store") -> None:
        """Into an empty store what this one held after an entry of its log, accounts left out."""
        if not self.exists():
            return
        with self.reading() as source, target.writing() as connection:
            for table, at in (
                (AUDIT_ENTRY, AUDIT_ENTRY.c.number),
                (RECORD_VERSION, RECORD_VERSION.c.entry),
            ):
                found = source.execute(select(table).where(at <= number))
                if rows := [dict(row._mapping) for row in found]:
                    connection.execute(table.insert(), rows)

    def edition(self) -> int:
        """A number that differs after a record was written: pages that show records hang on it."""
        if not self.exists():
            return 0
        with self.reading() as connection:
            return connection.scalar(select(func.max(RECORD_VERSION.c.entry))) or 0

    def audit_log(self, last: int) -> list[dict[str, Any]]:
        """The last entries of the audit log, newest first."""
        if not self.exists():
            return []
        asked = select(AUDIT_ENTRY).order_by(AUDIT_ENTRY.c.number.desc()).limit(last)
        with self.reading() as connection:
            return [dict(row._mapping) for row in connection.execute(asked)]

    def audit_head(self) -> dict[str, Any]:
        """Number and hash of the newest entry: noted outside the store, it tells a chain that was
        cut off or written anew."""
        entry = next(iter(self.audit_log(1)), NO_ENTRY)
        return {name: entry[name] for name in NO_ENTRY}

    def lost_heads(self, noted: Mapping[str, Mapping[str, Any]]) -> list[str]:
        """Of heads that were noted elsewhere, by where, those that this log does not hold."""
        wanted = {int(head["number"]) for head in noted.values()}
        here = {NO_ENTRY["number"]: NO_ENTRY["hash"]}
        if wanted and self.exists():
            asked = select(AUDIT_ENTRY.c.number, AUDIT_ENTRY.c.hash)
            with self.reading() as connection:
                found = connection.execute(asked.where(AUDIT_ENTRY.c.number.in_(wanted)))
                here |= {row.number: row.hash for row in found}
        return [where for where, head in noted.items() if here.get(head["number"]) != head["hash"]]

    def first_broken_entry(self) -> int | None:
        """The first entry of the audit log that does not follow from the one before it.

        An entry about a version is broken too where that version is gone or reads otherwise now.
        """
        if not self.exists():
            return None
        with self.reading() as connection:
            contents = {
                row.entry: row.content
                for row in connection.execute(
                    select(RECORD_VERSION.c.entry, RECORD_VERSION.c.content)
                )
            }
            before, expected = _BEGINNING, 1
            for row in connection.execute(select(AUDIT_ENTRY).order_by(AUDIT_ENTRY.c.number)):
                entry = dict(row._mapping)
                is_next = entry["number"] == expected and entry["previous_hash"] == before
                if not is_next or _hash(entry) != entry["hash"] or _is_changed(entry, contents):
                    return expected
                before, expected = entry["hash"], expected + 1
        return None


def log(
    connection: Connection, who: str, action: str, subject: str, detail: Any, now: datetime
) -> int:
    """Add an entry to the audit log within a transaction that writes; its number."""
    asked = select(AUDIT_ENTRY.c.number, AUDIT_ENTRY.c.hash)
    last = connection.execute(asked.order_by(AUDIT_ENTRY.c.number.desc()).limit(1)).first()
    number, previous = (last.number + 1, last.hash) if last else (1, _BEGINNING)
    at, text = now.isoformat(), canonical(detail)
    entry = dict(zip(_ENTRY, (number, at, who, action, subject, text, previous), strict=True))
    connection.execute(AUDIT_ENTRY.insert().values(entry | {"hash": _hash(entry)}))
    return number


def utc_now() -> datetime:
    """Now, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


def migrate(connection: Connection, to: str = "head") -> None:
    """Bring the tables to a migration, up or down, within a transaction that is open.

    Raises WrongUse (`records_newer`) where they stand at one that is not known here.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    now, known = _revision(connection), list(ScriptDirectory.from_config(config).walk_revisions())
    order = {"base": 0} | {one.revision: at for at, one in enumerate(reversed(known), start=1)}
    if now and now not in order:
        raise WrongUse(Problem("records_newer", parameters={"there": now, "here": HEAD}))
    is_down = order.get(to, len(known)) < order.get(now or "base", 0)
    (command.downgrade if is_down else command.upgrade)(config, to)


def _make_private(path: Path) -> None:
    """The file and its folder, where they are not there yet, for their owner alone."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))


def _leave_transactions_to_us(connection: Any, _: Any) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _revision(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.scalar(sa.text("SELECT version_num FROM alembic_version"))


def _of_kind(mission: str, kind: type[Record]) -> sa.Select[Any]:
    columns = RECORD_VERSION.c
    return select(RECORD_VERSION).where(columns.mission == mission, columns.kind == kind.kind)


def _latest(
    connection: Connection, mission: str, kind: type[RecordType], key: str
) -> Version[RecordType] | None:
    columns = RECORD_VERSION.c
    asked = _of_kind(mission, kind).where(columns.key == key).order_by(columns.version.desc())
    found = _versions(connection, asked.limit(1), kind)
    return found[0] if found else None


def _versions(
    connection: Connection, asked: sa.Select[Any], kind: type[RecordType]
) -> list[Version[RecordType]]:
    return [
        Version(
            row.mission,
            row.version,
            datetime.fromisoformat(row.written_at),
            row.written_by,
            kind.model_validate_json(row.content),
        )
        for row in connection.execute(asked)
    ]


def _hash(entry: dict[str, Any]) -> str:
    return hashlib.sha256(canonical([entry[name] for name in _ENTRY]).encode()).hexdigest()


def _is_changed(entry: dict[str, Any], contents: dict[int, str]) -> bool:
    if entry["action"] != "write":
        return False
    content = contents.get(entry["number"])
    said = json.loads(entry["detail"])["sha256"]
    return content is None or hashlib.sha256(content.encode()).hexdigest() != said
