"""Finds, opens and reopens published releases, read-only. Knows no page.

`releases/<mission>/current` is read on each request; a release is immutable and has its own file,
so a new publication opens a new file and never touches an open one (DuckDB would otherwise hand
back the instance that it holds for a path). What was read of a release is kept: it stays true.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import duckdb
import pandas as pd

from dashboards.reading.access import Audience, opens
from dashboards.reading.kept import Kept
from indicators.assessment.owed_reports import owed_reports_sql
from indicators.foundation.stored.published_tables import (
    HISTORY_COMING,
    MANIFEST,
    PUBLICATION,
    attach_published,
    current_name,
    database_of,
)

LOCKED_DOWN: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "threads": "2",
    "lock_configuration": "true",  # last: nothing is set after it
}


# Errors of a file that is cut off or overwritten; a query that is wrong raises others.
_BROKEN = (
    duckdb.IOException,
    duckdb.FatalException,
    duckdb.InternalException,
    duckdb.SerializationException,
)
# A table or a column that the query names is not there: another version wrote the release.
_LACKING = (duckdb.CatalogException, duckdb.BinderException)
_KEPT_MB = 48
Edition = tuple[Path, int]  # database, and when it was put there
_OF_A_QUESTION = {"memory_limit": "144MB", "temp_directory": ""}
_ROWS_AT_A_TIME = 2000
_OPENING = Lock()
# Names of accounts that say nothing of who published: the machine's own, and where none is known.
_NOBODYS_ACCOUNTS = ("root", "unknown")


class DamagedRelease(Exception):
    """A file of a published release is missing or cannot be read; `release`, `file`: which."""

    def __init__(self, release: str, file: Path) -> None:
        super().__init__(f"{release}: {file} is missing or damaged")
        self.release, self.file = release, file


class LackingRelease(Exception):
    """A published release has no such table or column; `release`: which."""

    def __init__(self, release: str) -> None:
        super().__init__(f"{release} was published by another version")
        self.release = release


OWED_REPORTS = "FROM kept.owed_report"
"""The rows of `owed_reports_sql`, made as a release is opened: planning them takes longer than all
else of a question."""


@lru_cache(maxsize=6)
def _database(path: Path, modified: int) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(str(path), read_only=True, config=LOCKED_DOWN)
    # Connections to one path share what is attached.
    with _OPENING, suppress(*_LACKING):  # what a release lacks, whoever asks for it is told
        connection.execute("ATTACH IF NOT EXISTS ':memory:' AS kept (READ_WRITE)")
        connection.execute(f"CREATE TABLE IF NOT EXISTS kept.owed_report AS {owed_reports_sql()}")
    return connection


@lru_cache(maxsize=1)  # programs ask of all missions, one question after the other
def _for_programs(editions: tuple[Edition, ...]) -> duckdb.DuckDBPyConnection:
    """The same of some releases, `release0`, `release1` …, each with every table of this version,
    those that it lacks without rows; they share the bounds to the memory and the cores that a
    question takes."""
    connection = duckdb.connect(":memory:")
    for place, (path, _) in enumerate(editions):
        try:
            attach_published(connection, path, f"release{place}")
        except (OSError, *_BROKEN) as error:
            raise DamagedRelease(path.parent.parent.name, path) from error
    for name, value in {**_OF_A_QUESTION, **LOCKED_DOWN, "threads": "1"}.items():
        connection.execute(f"SET {name} = '{value}'")
    return connection


def _bytes_of(frame: pd.DataFrame) -> int:
    return int(frame.memory_usage().sum())


_FRAMES: Kept[pd.DataFrame] = Kept(_KEPT_MB * 2**20, _bytes_of)


def _json(path: Path) -> Mapping[str, Any]:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


@lru_cache(maxsize=256)  # every page names every mission; a manifest lists hundreds of files
def _mission_names(manifest: Path, modified: int) -> Mapping[str, str]:
    return _json(manifest).get("mission_name", {})


@dataclass(frozen=True)
class Release:
    """One published release of one mission, as one audience sees it."""

    mission: str
    name: str
    folder: Path
    audience: Audience
    asked_with: tuple[Edition, ...] = ()  # releases of which programs ask the same

    @property
    def audience_folder(self) -> Path:
        """Where the audience's files lie."""
        return self.folder / self.audience

    @cached_property
    def manifest(self) -> Mapping[str, Any]:
        """What `manifest.json` says."""
        return _json(self.folder / MANIFEST)

    @property
    def mission_names(self) -> Mapping[str, str]:
        """The mission's name by language; empty where another version wrote the manifest.

        Raises ValueError where the manifest is damaged.
        """
        path = self.folder / MANIFEST
        return _mission_names(path, path.stat().st_mtime_ns if path.is_file() else 0)

    @cached_property
    def publication(self) -> Mapping[str, Any]:
        """Who published, and when."""
        return _json(self.folder / PUBLICATION)

    @property
    def confirmed_by(self) -> str | None:
        """Who approved this audience's copy in the mission's profile, where someone did."""
        found = self.manifest.get("audiences", {}).get(self.audience, {}).get("confirmed_by")
        return str(found) if found else None

    @property
    def published_by(self) -> str | None:
        """Whose account published it; None of an account that is nobody's own."""
        found = self.publication.get("published_by")
        return str(found) if found and found not in _NOBODYS_ACCOUNTS else None

    @property
    def published_on(self) -> date | None:
        """The day of its publication, where that is known."""
        text = str(self.publication.get("published_at", ""))[:10]
        return date.fromisoformat(text) if text else None

    @cached_property
    def tables(self) -> frozenset[str]:
        """The mart tables that this audience's database has."""
        sql = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'mart'"
        return frozenset(name for (name,) in self.cursor().execute(sql).fetchall())

    @property
    def database(self) -> Path:
        """The audience's database."""
        return database_of(self.folder, self.audience)

    @property
    def is_history_coming(self) -> bool:
        """Whether earlier quarters are being published, and what they revise with them."""
        return (self.folder.parent / HISTORY_COMING).is_file()

    @cached_property
    def edition(self) -> Edition:
        """What tells this release from every other, also from one put in its place."""
        is_there = self.database.is_file()
        return self.database, self.database.stat().st_mtime_ns if is_there else 0

    def require_whole(self) -> None:
        """Raises DamagedRelease where manifest or database are missing or cannot be read."""
        manifest = self.folder / MANIFEST
        try:
            is_known = bool(self.manifest)
        except ValueError:
            is_known = False
        if not is_known:
            raise DamagedRelease(self.name, manifest)
        self.cursor()

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A cursor of its own on the audience's database, read-only and locked down.

        Raises DamagedRelease where the database cannot be read.
        """
        try:
            return _database(*self.edition).cursor()
        except (OSError, *_BROKEN) as error:
            raise DamagedRelease(self.name, self.database) from error

    def frame(self, sql: str, parameters: Sequence[Any] = ()) -> pd.DataFrame:
        """The rows of a query; values go in as parameters, never as text of the query.

        Raises DamagedRelease where the database cannot be read, LackingRelease where it has no such
        table or column.
        """
        key = (self.edition, sql, *parameters)
        kept = _FRAMES.get(key, lambda: self._read(sql, parameters))
        return kept.copy(deep=False)  # who changes it changes a copy

    def rows(self, sql: str, parameters: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
        """Rows of a query as plain Python values, read as they are taken; nothing of them is kept.

        Tables and columns that the release lacks are empty: programs ask for the figures of all
        missions at once, and one of an earlier version stops no other. Raises DamagedRelease where
        the database cannot be read.
        """
        try:
            editions = self.asked_with or (self.edition,)
            cursor = _for_programs(editions).cursor()
            place = [path for path, _ in editions].index(self.database)
            found = cursor.execute(f"USE release{place}").execute(sql, dict(parameters))
            while rows := found.fetchmany(_ROWS_AT_A_TIME):
                yield from rows
        except (OSError, *_BROKEN) as error:
            raise DamagedRelease(self.name, self.database) from error

    def _read(self, sql: str, parameters: Sequence[Any]) -> pd.DataFrame:
        try:
            return self.cursor().execute(sql, list(parameters)).df()
        except _BROKEN as error:
            raise DamagedRelease(self.name, self.database) from error
        except _LACKING as error:
            raise LackingRelease(self.name) from error


def published_missions(home: Path) -> list[str]:
    """The missions that have a current release and are open to who asks, sorted."""
    found = (path.parent.name for path in home.glob("releases/*/current"))
    return sorted(name for name in found if opens(name))


def asked_together(releases: Sequence[Release]) -> list[Release]:
    """The same releases, opened in one place for programs that ask of all of them."""
    editions = tuple(release.edition for release in releases)
    return [replace(release, asked_with=editions) for release in releases]


def release_names(home: Path, mission: str) -> list[str]:
    """All releases of a mission, the newest name first."""
    if not opens(mission):
        return []
    folders = (home / "releases" / mission).glob(f"*/{MANIFEST}")
    return sorted((path.parent.name for path in folders), reverse=True)


def current_release(home: Path, mission: str, audience: Audience) -> Release | None:
    """The release that `current` names; None where there is none for this audience and who asks.

    What the release lacks otherwise is for `require_whole` to say.
    """
    folder = home / "releases" / mission
    name = current_name(folder)
    if name is None or not opens(mission):
        return None
    release = Release(mission, name, folder / name, audience)
    is_for_others = release.folder.is_dir() and not release.audience_folder.is_dir()
    return None if name and is_for_others else release


def current_editions(home: Path, audience: Audience) -> tuple[tuple[Path, int, bool], ...]:
    """The current releases of all missions: while this is the same, every page is the same."""
    found = (current_release(home, mission, audience) for mission in published_missions(home))
    return tuple((*release.edition, release.is_history_coming) for release in found if release)


def release_named(home: Path, mission: str, name: str, audience: Audience) -> Release | None:
    """A release by its name; None where there is none for this audience on disk."""
    release = Release(mission, name, home / "releases" / mission / name, audience)
    return release if opens(mission) and release.database.is_file() else None


def earlier_release(release: Release) -> Release | None:
    """The release before this one as its audience sees it; None where there is none on disk."""
    name = release.publication.get("previous_release")
    if not isinstance(name, str):
        return None
    found = Release(release.mission, name, release.folder.parent / name, release.audience)
    return found if found.database.is_file() else None
