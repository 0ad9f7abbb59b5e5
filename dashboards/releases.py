"""Finds, opens and reopens published releases, read-only. Knows no page.

`releases/<mission>/current` is read on each request; a release is immutable and has its own file,
so a new publication opens a new file and never touches an open one (DuckDB would otherwise hand
back the instance that it holds for a path).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from dashboards.access import Audience

_LOCKED_DOWN: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "lock_configuration": "true",
    "threads": "2",
}


@lru_cache(maxsize=6)
def _database(path: Path, modified: int) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(path), read_only=True, config=_LOCKED_DOWN)


def _json(path: Path) -> Mapping[str, Any]:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


@dataclass(frozen=True)
class Release:
    """One published release of one mission, as one audience sees it."""

    mission: str
    name: str
    folder: Path
    audience: Audience

    @property
    def audience_folder(self) -> Path:
        """Where the audience's files lie."""
        return self.folder / self.audience

    @cached_property
    def manifest(self) -> Mapping[str, Any]:
        """What `manifest.json` says."""
        return _json(self.folder / "manifest.json")

    @cached_property
    def publication(self) -> Mapping[str, Any]:
        """Who published, and when."""
        return _json(self.folder / "publication.json")

    @property
    def published_on(self) -> date | None:
        """The day of its publication, where that is known."""
        text = str(self.publication.get("published_at", ""))[:10]
        return date.fromisoformat(text) if text else None

    @cached_property
    def tables(self) -> frozenset[str]:
        """The mart tables that this audience's database has."""
        sql = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'mart'"
        return frozenset(name for (name,) in self._cursor().execute(sql).fetchall())

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        path = self.audience_folder / "poclens.duckdb"
        return _database(path, path.stat().st_mtime_ns).cursor()

    def frame(self, sql: str, parameters: Sequence[Any] = ()) -> pd.DataFrame:
        """The rows of a query; values go in as parameters, never as text of the query."""
        return self._cursor().execute(sql, list(parameters)).df()


def published_missions(home: Path) -> list[str]:
    """The missions that have a current release, sorted."""
    return sorted(path.parent.name for path in home.glob("releases/*/current"))


def release_names(home: Path, mission: str) -> list[str]:
    """All releases of a mission, the newest name first."""
    folders = (home / "releases" / mission).glob("*/manifest.json")
    return sorted((path.parent.name for path in folders), reverse=True)


def current_release(home: Path, mission: str, audience: Audience) -> Release | None:
    """The release that `current` names; None where there is none for this audience."""
    pointer = home / "releases" / mission / "current"
    if not pointer.is_file():
        return None
    name = pointer.read_text(encoding="utf-8").strip()
    return release_named(home, mission, name, audience)


def release_named(home: Path, mission: str, name: str, audience: Audience) -> Release | None:
    """A release by its name; None where there is none for this audience on disk."""
    release = Release(mission, name, home / "releases" / mission / name, audience)
    return release if (release.audience_folder / "poclens.duckdb").is_file() else None


def earlier_release(release: Release) -> Release | None:
    """The release before this one as its audience sees it; None where there is none on disk."""
    name = release.publication.get("previous_release")
    if not isinstance(name, str):
        return None
    found = Release(release.mission, name, release.folder.parent / name, release.audience)
    return found if (found.audience_folder / "poclens.duckdb").is_file() else None
