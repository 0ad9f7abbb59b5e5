"""Figures as they would be without late rows, or by the definitions and choices of before.

Where more than one cause may have moved an indicator, its figures are computed again in the states
between the older release and this one, in a scratch database. The state before the corrections is
the older release itself, so the corrections' part is what is left:

    older release -(correction)-> without_late -(late data)-> old_definition
                  -(new definition)-> old_parameters -(parameters)-> this release

Differences along the way add up to the whole change for any measure, medians and surveys too.
The order is part of the meaning: late rows count by the definition of before.
"""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from indicators.definitions.checks.catalogue_checks import entry_problems
from indicators.definitions.contracts import contracts
from indicators.definitions.indicator import Indicator
from indicators.definitions.mission_profile import Mission
from indicators.definitions.sharing.audiences import policy
from indicators.definitions.versions import all_versions, with_versions
from indicators.disclosure.pooling import pool, pooled_kinds
from indicators.foundation.sql_text import quoted
from pipelines.release.revisions.causes import (
    Published,
    causes_of_files,
    causes_of_rows,
    stored_versions,
)
from pipelines.workspace.warehouse.ddl import create_all
from pipelines.workspace.warehouse.inspect import Connection

STATES = ("old_parameters", "old_definition", "without_late")  # as they are computed, from now back
OLDER_RELEASE = "older_release"
CELL = (
    "indicator", "period_type", "period", "area", "unit_type", "activity_type", "actor", "sex",
    "age_group", "breakdown", "breakdown_value",
)  # fmt: skip


@dataclass(frozen=True)
class Decomposition:
    """What may have moved each indicator, and values in between of those with several causes.

    `states`: by name the cells `CELL, value, n` of the recounted indicators (`recounted`).
    """

    causes: Mapping[str, set[str]] = field(default_factory=dict)
    states: Mapping[str, pa.Table] = field(default_factory=dict)
    recounted: frozenset[str] = frozenset()

    def steps(self, code: str) -> Iterator[tuple[str, str]]:
        """From this release back to the older one: each cause, and the state on its far side."""
        causes = self.causes[code]
        if "parameters" in causes:
            redefined = "new_definition" in causes
            yield "parameters", "old_parameters" if redefined else "old_definition"
        if "new_definition" in causes:
            yield "new_definition", "old_definition"
        if "late_data" in causes:
            yield "late_data", "without_late"
        yield "correction" if "correction" in causes else "recomputed", OLDER_RELEASE


def decomposition(
    connection: Connection,
    mission: Mission,
    before: Published,
    after: Published,
    as_of: date,
    moved: Set[str],
) -> Decomposition:
    """Tells apart what moved figures since an earlier release, with the warehouse at hand.

    `after`: this release as it will be; `moved`: the indicators with a figure that was revised,
    others are not recounted. The warehouse itself is only read.
    """
    if _has_moved_on(connection, after):
        return Decomposition(causes_of_files(before, after))
    causes = causes_of_rows(connection, before, after)
    wanted = _wanted(causes, before, after, moved)
    states: dict[str, pa.Table] = {}
    if any(wanted.values()):
        with _scratch(connection) as scratch:
            old = _catalogue(before)
            new = _catalogue(after)
            without = {"parameters": before.parameters, "areas_geojson": None}
            earlier = mission.model_copy(update=without)
            for state, catalogue in zip(STATES, (new, old, old), strict=True):
                if state == "without_late":
                    _remove_late_rows(connection, scratch)
                if wanted[state]:
                    states[state] = _computed(scratch, earlier, catalogue, wanted[state], as_of)
    return Decomposition(causes, states, frozenset(set().union(*wanted.values())))


def _has_moved_on(connection: Connection, after: Published) -> bool:
    """Whether files came in, or were read again, after the figures were computed.

    The rows are then no longer theirs.
    """
    ledger = connection.execute(
        "SELECT file_sha256, status, mapping_version FROM ops.input_file"
    ).fetchall()
    states = {sha256: status for sha256, status, _ in ledger}
    versions = {sha256: version for sha256, status, version in ledger if status == "loaded"}
    return states != dict(after.files) or versions != dict(after.read_with)


def _wanted(
    causes: Mapping[str, set[str]], before: Published, after: Published, moved: Set[str]
) -> dict[str, set[str]]:
    """By state the indicators to compute: those with several causes, as far as they need it."""
    several = {code for code, found in causes.items() if len(found) > 1 and code in moved}
    fit = {code for code in several if _is_fit(before, code) and _is_fit(after, code)}
    return {
        "without_late": {code for code in fit if "late_data" in causes[code]},
        "old_definition": {code for code in fit if causes[code] & {"new_definition", "parameters"}},
        "old_parameters": {
            code for code in fit if {"new_definition", "parameters"} <= causes[code]
        },
    }


def _is_fit(release: Published, code: str) -> bool:
    """Whether the release holds the definition in a form that can still be computed."""
    versions = stored_versions(release.definitions.get(code, [])) or []
    return bool(versions) and not any(map(entry_problems, versions))


def _catalogue(release: Published) -> dict[str, Indicator]:
    found = {code: stored_versions(lines) for code, lines in release.definitions.items()}
    return {code: with_versions(versions) for code, versions in found.items() if versions}


def _scratch(connection: Connection) -> Connection:
    """A database in memory with the core tables and the ledger of a warehouse."""
    scratch = duckdb.connect(":memory:", config={"autoinstall_known_extensions": False})
    scratch.execute("SET TimeZone = 'UTC'")
    create_all(scratch)
    tables = [f"core.{quoted(table)}" for table in contracts()]
    for table in [*tables, "ops.input_file"]:
        rows = connection.sql(f"SELECT * FROM {table} ORDER BY rowid").to_arrow_reader()
        scratch.register("incoming", rows)
        scratch.execute(f"INSERT INTO {table} BY NAME FROM incoming")
        scratch.unregister("incoming")
    return scratch


def _remove_late_rows(connection: Connection, scratch: Connection) -> None:
    """Deletes from the scratch tables what `causes.mark_late_rows` marked in the warehouse."""
    for table in contracts():
        late = connection.sql(
            f"""SELECT position FROM (
              SELECT rowid, row_number() OVER (ORDER BY rowid) - 1 AS position
              FROM core.{quoted(table)}
            ) WHERE rowid IN (SELECT late_rowid FROM late_{table})"""
        ).to_arrow_table()
        scratch.register("late", late)
        scratch.execute(
            f"DELETE FROM core.{quoted(table)} WHERE rowid IN (SELECT position FROM late)"
        )
        scratch.unregister("late")


def _computed(
    scratch: Connection,
    mission: Mission,
    catalogue: Mapping[str, Indicator],
    codes: Iterable[str],
    as_of: date,
) -> pa.Table:
    """The values of these indicators in the scratch database's present state."""
    from indicators.engine.refresh import compute  # seconds to load, and most releases need none

    chosen = tuple(entry for entry in mission.indicators if entry.code in set(codes))
    compute(scratch, mission.model_copy(update={"indicators": chosen}), catalogue, as_of, Path())
    listed = f"""SELECT {", ".join(CELL)}, CASE WHEN obs_status <> 'U' THEN value END AS value, n
        FROM mart.indicator_value"""
    scratch.register("alone", scratch.sql(listed).to_arrow_table())
    # Copies show protected kinds in their pools: those cells have a state between too.
    versions = all_versions(catalogue[entry.code] for entry in chosen)
    scratch.begin()
    pool(scratch, {(e.code, e.version): pooled_kinds(e) for e in versions}, policy().grids["none"])
    found = scratch.sql(f"SELECT * FROM alone UNION {listed} ORDER BY ALL").to_arrow_table()
    scratch.rollback()
    scratch.unregister("alone")
    return found
