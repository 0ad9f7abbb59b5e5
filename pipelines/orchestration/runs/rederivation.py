"""The figures of a release computed again, from what the archive keeps of its inputs.

In a workspace of its own that is thrown away: the profile, the archived files in the order in which
they came, the release before it, the records as they stood. Equal inputs and equal code give equal
bytes, so files are held against the manifest's hashes, and figures row by row.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from indicators.definitions.mission_profile import Mission, read_mission
from indicators.foundation.stored.database import named_rows
from indicators.foundation.stored.published_tables import (
    MANIFEST,
    PUBLICATION,
    current_pointer,
    database_of,
)
from pipelines.ingest.files import archive
from pipelines.ingest.files.delivered_file import Delivery, read_delivery
from pipelines.ingest.inbox import ingest
from pipelines.ingest.load_file import load_file
from pipelines.ingest.mapping.model import Source
from pipelines.ingest.mapping.places.area_polygons import OUTLINES_SOURCE, read_outlines
from pipelines.ingest.mapping.sources.known_sources import known_sources
from pipelines.ingest.mapping.version import mapping_version
from pipelines.orchestration.run import publish, refresh
from pipelines.release.files import code_sha256, sha256_of, sha256_of_tree
from pipelines.release.signed.verification import read_release_json
from pipelines.workspace.installation import make_workspace
from pipelines.workspace.paths import Workspace
from pipelines.workspace.warehouse.connection import open_warehouse
from records.store import DATABASE_URL, NO_ENTRY, Store


@dataclass(frozen=True)
class Rederivation:
    """What came out: figures and files that differ, of how many.

    `obstacles`: message keys of what makes a difference likely, or, where nothing was computed,
    why not (code, profile, inputs or records that are not those of the release).
    """

    obstacles: tuple[str, ...]
    missing_inputs: tuple[str, ...]
    figures: int = 0
    figures_differing: int = 0
    files: int = 0
    files_differing: tuple[str, ...] = ()
    is_computed: bool = False

    @property
    def is_same(self) -> bool:
        """Whether the figures were computed again and every one and every file is the same."""
        is_different = self.figures_differing or self.files_differing
        return self.is_computed and not is_different and self.figures > 0


def rederive(workspace: Workspace, mission: str, folder: Path) -> Rederivation:
    """Computes a release of this workspace again and compares; the workspace is only read.

    Where an input is not in the archive, or the profile has changed, nothing is computed.
    """
    manifest = read_release_json(folder, MANIFEST)
    missing = tuple(_missing_inputs(workspace, mission, manifest))
    obstacles = tuple(_obstacles(workspace, mission, folder, missing))
    if "profile" in obstacles or missing:
        return Rederivation(obstacles, missing)
    with tempfile.TemporaryDirectory(prefix="poclens-verify-") as made:
        again = Workspace(Path(made) / "workspace")
        path = _computed(workspace, again, mission, folder, manifest)
        return _compared(folder, path, manifest, obstacles)


def _obstacles(
    workspace: Workspace, mission: str, folder: Path, missing: tuple[str, ...]
) -> Iterator[str]:
    manifest = read_release_json(folder, MANIFEST)
    if manifest["code"]["sha256"] != code_sha256():
        yield "code"
    profile = workspace.profile(mission)
    if not profile.is_dir() or manifest["profile_sha256"] != sha256_of_tree(profile):
        yield "profile"
    if missing:
        yield "inputs"
    if Store.of_workspace(workspace.home).lost_heads({"release": _audit_head(folder)}):
        yield "records"


def _missing_inputs(
    workspace: Workspace, mission: str, manifest: Mapping[str, Any]
) -> Iterator[str]:
    profile, folder = workspace.profile(mission), workspace.archive(mission)
    sources = known_sources(profile) if profile.is_dir() else {}
    for entry in manifest["inputs"]:
        is_read_in_place = entry["source"] == OUTLINES_SOURCE or _is_in_place(sources, entry)
        if not is_read_in_place and archive.archived_path(folder, entry["sha256"]) is None:
            yield entry["name"]


def _is_in_place(sources: Mapping[str, Any], entry: Mapping[str, Any]) -> bool:
    source = sources.get(entry["source"])
    return source is not None and any(pattern.startswith("${") for pattern in source.files)


def _computed(
    workspace: Workspace, again: Workspace, mission: str, folder: Path, manifest: Mapping[str, Any]
) -> Path:
    """The folder of the release that the new workspace publishes."""
    make_workspace(again)
    shutil.copytree(workspace.profile(mission), again.profile(mission))
    _copy_previous(folder, again.releases(mission))
    profile = read_mission(again.profile(mission))
    _load_inputs(workspace.archive(mission), again, profile, folder)
    kept = Store.of_workspace(workspace.home)
    with _records_in(again.home / "refreshed.db"):  # what they fed came as files, above
        refresh(again, mission, date.fromisoformat(manifest["as_of"]))
    with _records_in(again.home / "records.db") as records:
        kept.copy_until(_audit_head(folder)["number"], records)
        partner_approved_by = str(manifest.get("partner_copy_approved_by", ""))
        _, path = publish(again, mission, manifest["period"], partner_approved_by)
    return path


def _audit_head(folder: Path) -> Mapping[str, Any]:
    """The newest entry of the audit log when the release was built; releases of before say none."""
    head: Mapping[str, Any] = read_release_json(folder, PUBLICATION).get("audit_log") or NO_ENTRY
    return head


@contextmanager
def _records_in(path: Path) -> Iterator[Store]:
    """A store that is thrown away, also where the server's own is in PostgreSQL."""
    before = os.environ.get(DATABASE_URL)
    os.environ[DATABASE_URL] = f"sqlite:///{path}"
    try:
        yield Store(os.environ[DATABASE_URL])
    finally:
        del os.environ[DATABASE_URL]
        if before is not None:
            os.environ[DATABASE_URL] = before


def _copy_previous(folder: Path, releases: Path) -> None:
    """The release that was current then: what was revised is told against it."""
    previous = read_release_json(folder, PUBLICATION).get("previous_release")
    if previous and (folder.parent / previous).is_dir():
        releases.mkdir(parents=True)
        shutil.copytree(folder.parent / previous, releases / previous)
        current_pointer(releases).write_text(f"{previous}\n", encoding="utf-8")


def _load_inputs(kept: Path, again: Workspace, mission: Mission, folder: Path) -> None:
    """Loads the archived files in the order in which the release had them.

    Outlines of which lists state all areas only draw them, so these lists come before them.
    """
    profile, entries = again.profile(mission.mission), _in_order(folder)
    sources = known_sources(profile)
    outlines = cache(lambda: read_outlines(profile, mission))
    with open_warehouse(again.warehouse(mission.mission)) as connection:

        def load(entry: Mapping[str, Any]) -> None:
            path = archive.archived_path(kept, entry["file_sha256"])
            source = sources.get(entry["source"])
            if path is None or source is None:  # read in place
                return
            read = archive.read_rows if archive.is_rows(path) else read_delivery
            version = mapping_version(source, mission, profile)
            facts = (path, entry["name"], entry["file_sha256"], source, version)
            is_in = entry["status"] != "held"  # whatever it states less: that was answered
            delivery = Delivery(*facts, intake=entry.get("intake"), is_asked=is_in)
            load_file(connection, mission, delivery, outlines, read)

        made_areas = any(entry["source"] == OUTLINES_SOURCE for entry in entries)
        lists = [] if made_areas else [entry for entry in entries if _lists_areas(sources, entry)]
        for entry in lists:
            load(entry)
        ingest(again, mission, connection=connection)  # outlines, and what is read in place
        for entry in entries:
            if entry not in lists:
                load(entry)


def _lists_areas(sources: Mapping[str, Source], entry: Mapping[str, Any]) -> bool:
    source = sources.get(entry["source"])
    return source is not None and any(table.table == "areas" for table in source.tables)


def _in_order(folder: Path) -> list[dict[str, Any]]:
    with duckdb.connect(str(database_of(folder, "mission")), read_only=True) as release:
        rows = release.execute(
            "SELECT * FROM mart.input_file ORDER BY sequence, name"  # one of before has no `intake`
        )
        return named_rows(rows)


def _compared(
    folder: Path, again: Path, manifest: Mapping[str, Any], obstacles: tuple[str, ...]
) -> Rederivation:
    differing = tuple(
        str(entry["path"])
        for entry in manifest["files"]
        if not (again / entry["path"]).is_file()
        or sha256_of(again / entry["path"]) != entry["sha256"]
    )
    figures, wrong = _figures(folder, again)
    return Rederivation(obstacles, (), figures, wrong, len(manifest["files"]), differing, True)


def _figures(folder: Path, again: Path) -> tuple[int, int]:
    """Published values of the mission's copy, and those that the other has not as they are."""
    name = Path("mission", "parquet", "indicator_value.parquet")
    with duckdb.connect(":memory:") as connection:
        for view, path in (("before", folder), ("after", again)):
            connection.read_parquet(str(path / name)).create_view(view)
        ((figures, wrong),) = connection.execute(
            """SELECT (SELECT count(*) FROM before),
              (SELECT count(*) FROM (FROM before EXCEPT ALL FROM after))
              + (SELECT count(*) FROM (FROM after EXCEPT ALL FROM before))"""
        ).fetchall()
    return int(figures), int(wrong)
