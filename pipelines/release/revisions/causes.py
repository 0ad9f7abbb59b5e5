"""What may have moved figures between two releases: late rows, corrections, definitions, choices.

Read from two published folders, and, where the warehouse is at hand, row by row from it. What each
cause did to a figure is said in `report.py`, what a figure would have been without one in
`decomposition.py`.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from pydantic import ValidationError

from indicators.definitions.checks.coverage import requirements
from indicators.definitions.contracts import Contract, contracts
from indicators.definitions.indicator import Indicator
from indicators.definitions.mission_profile import Parameters
from indicators.definitions.versions import is_computed_alike
from indicators.foundation.sql_text import quoted
from indicators.foundation.stored.database import named_rows
from indicators.foundation.stored.published_tables import MANIFEST, database_of
from pipelines.release.snapshot import opened_release
from pipelines.workspace.warehouse.inspect import Connection

# In the order in which a change is told apart; `recomputed`: other code, contracts or code lists.
CAUSES = ("correction", "late_data", "new_definition", "parameters", "recomputed")
_TAKEN_IN = ("loaded", "superseded")
_SYSTEM = ("code", "data")
Definitions = Mapping[str, list[dict[str, Any]]]  # by code: each version, newest first


@dataclass(frozen=True)
class Published:
    """What a published folder says of its own making, as one audience has it."""

    name: str
    files: Mapping[str, str]  # SHA-256: status
    corrected_by: Mapping[str, str]  # superseded SHA-256: the one after it
    read_with: Mapping[str, str | None]  # SHA-256: version of the mapping that read it
    definitions: Definitions
    rejected: tuple[tuple[str, str, str, int], ...]  # table, file, sheet, row that waited
    left_out: frozenset[tuple[str, str]]  # table, key of rows that were decided to be duplicates
    parameters: Parameters
    system: str

    @property
    def taken_in(self) -> set[str]:
        """Files whose rows could count."""
        return {sha256 for sha256, status in self.files.items() if status in _TAKEN_IN}


def read_published(folder: Path, audience: str) -> Published:
    """Reads one release from its folder; nothing else is needed, no workspace and no warehouse."""
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    with opened_release(database_of(folder, audience)) as release:
        return published_of(folder.name, manifest, release)


def published_of(name: str, manifest: Mapping[str, Any], release: Connection) -> Published:
    """The same of a release that is still being made: its manifest's facts, its mart."""
    ledger = release.execute(
        "SELECT file_sha256, status, superseded_by, mapping_version FROM mart.input_file"
    ).fetchall()
    return Published(
        name,
        {sha256: status for sha256, status, _, _ in ledger},
        {sha256: after for sha256, _, after, _ in ledger if after},
        {sha256: version for sha256, status, _, version in ledger if status == "loaded"},
        _definitions(release),
        tuple(_rejected(release)),
        _left_out(release),
        Parameters.model_validate(manifest["parameters"]),
        json.dumps([_system(manifest[key]) for key in _SYSTEM], sort_keys=True),
    )


def _system(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Without indicators and messages: definitions are compared by themselves, words not at all."""
    apart = ("indicators_sha256", "messages_sha256", "version")
    return {name: facts[name] for name in facts if name not in apart}


def _definitions(release: Connection) -> dict[str, list[dict[str, Any]]]:
    rows = release.execute("SELECT * FROM mart.indicator ORDER BY indicator, version DESC")
    found: dict[str, list[dict[str, Any]]] = {}
    for entry in named_rows(rows):
        found.setdefault(entry["indicator"], []).append(entry)
    return found


def _rejected(release: Connection) -> Iterable[tuple[str, str, str, int]]:
    rows = release.execute(
        """SELECT DISTINCT source, file_sha256, sheet, unnest(range(first_row, last_row + 1))
        FROM mart.reject_summary WHERE first_row IS NOT NULL ORDER BY ALL"""
    )
    return rows.fetchall()


def _left_out(release: Connection) -> frozenset[tuple[str, str]]:
    """Empty for an audience whose copy does not tell of single rows."""
    rows = release.execute(
        "SELECT source, left_out FROM mart.duplicate_candidate WHERE decision = 'duplicate'"
    )
    return frozenset(rows.fetchall())


def stored_versions(lines: Iterable[Mapping[str, Any]]) -> list[Indicator] | None:
    """The definition's versions as a release holds them, newest first; None where it does not.

    What is read is checked like any entry of the catalogue before it is compiled.
    """
    try:
        return [Indicator.model_validate_json(line["entry"]) for line in lines]
    except (KeyError, TypeError, ValidationError):
        return None


def _is_redefined(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> bool:
    old, new = stored_versions(before), stored_versions(after)
    if old is None or new is None:
        return _compiled(before) != _compiled(after)
    if len(old) == len(new) == 1:
        return not is_computed_alike(old[0], new[0])
    dated = [[(entry.version, entry.effective_from) for entry in entries] for entries in (old, new)]
    return dated[0] != dated[1] or not all(map(is_computed_alike, old, new))


def _compiled(lines: list[dict[str, Any]]) -> list[tuple[Any, Any]]:
    return [(line["version"], line["sql"]) for line in lines]


def causes_of_files(before: Published, after: Published) -> dict[str, set[str]]:
    """By indicator what may have moved it, as far as two releases alone can tell."""
    arrived = after.taken_in - before.taken_in
    corrected = set(_corrected(before, after))
    correcting = {after.corrected_by.get(sha256) for sha256 in corrected}
    common = {
        "correction": bool(corrected) or before.left_out != after.left_out,
        "late_data": bool(arrived - correcting),
        "parameters": before.parameters != after.parameters,
        "recomputed": before.system != after.system,
    }
    general = {name for name, holds in common.items() if holds}
    return {
        code: general | ({"new_definition"} if redefined else set())
        for code, redefined in _redefined(before, after).items()
    }


def _corrected(before: Published, after: Published) -> list[str]:
    """Files of the older release that were replaced since, or read again with another mapping."""
    return [
        sha256
        for sha256, status in sorted(after.files.items())
        if before.files.get(sha256) == "loaded"
        and (status == "superseded" or _is_read_otherwise(sha256, before, after))
    ]


def _is_read_otherwise(sha256: str, before: Published, after: Published) -> bool:
    """Whether both releases hold rows of the file, made by different versions of its mapping."""
    versions = [one.read_with[sha256] for one in (before, after) if sha256 in one.read_with]
    return len(versions) == 2 and versions[0] != versions[1]


def _redefined(before: Published, after: Published) -> dict[str, bool]:
    return {
        code: _is_redefined(before.definitions.get(code, lines), lines)
        for code, lines in after.definitions.items()
    }


# With the warehouse -------------------------------------------------------------------------------


def causes_of_rows(
    connection: Connection, before: Published, after: Published
) -> dict[str, set[str]]:
    """By indicator what may have moved it: rows of the very tables that it reads.

    Makes the temporary tables `late_<table>` with the rowids of late rows.
    """
    mark_late_rows(connection, before, after)
    late = {table for table in contracts() if _any(connection, f"late_{table}")}
    corrected = _corrected_tables(connection, before, after)
    general = causes_of_files(before, after)
    found = {}
    for code, causes in general.items():
        lines = [*after.definitions[code], *before.definitions.get(code, [])]
        read = _tables_read(lines)
        kept = causes - {"late_data", "correction"}
        kept |= {"late_data"} if read & late else set()
        kept |= {"correction"} if read & corrected else set()
        found[code] = kept
    return found


def _tables_read(lines: list[dict[str, Any]]) -> set[str]:
    versions = stored_versions(lines)
    return set(contracts()) if versions is None else set(requirements(versions).columns)


def mark_late_rows(connection: Connection, before: Published, after: Published) -> None:
    """Temporary tables `late_<table>`: rows of core whose key no file of the older release stated.

    A row of a newer file that states an old key anew is a correction. A row that waited in the
    quarantine when the older release was made, and is in now, is late, unless a changed mapping
    brought it in.
    """
    files = {"known_file": before.taken_in, "new_file": after.taken_in - before.taken_in}
    for name, hashes in files.items():
        listed = [pa.array(sorted(hashes), pa.string())]
        _put(connection, name, pa.table(listed, names=["file_sha256"]))
    kinds = ("table_name", "file_sha256", "sheet")
    schema = pa.schema([*((name, pa.string()) for name in kinds), ("row_number", pa.int64())])
    waited = [
        dict(zip(schema.names, place, strict=True))
        for place in before.rejected
        if not _is_read_otherwise(place[1], before, after)
    ]
    _put(connection, "waited", pa.Table.from_pylist(waited, schema=schema))
    for contract in contracts().values():
        connection.execute(_late_rows_sql(contract))


def _put(connection: Connection, name: str, rows: pa.Table) -> None:
    connection.register("put_rows", rows)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS FROM put_rows")
    connection.unregister("put_rows")


def _late_rows_sql(contract: Contract) -> str:
    same_key = " AND ".join(
        f"correction.row_key->>'$.{name}' IS NOT DISTINCT FROM CAST(own.{quoted(name)} AS VARCHAR)"
        for name in contract.key
    )
    place = "file_sha256, sheet, row_number"
    return f"""
    CREATE OR REPLACE TEMP TABLE late_{contract.table} AS
    WITH waited_here AS (
      SELECT {place} FROM waited WHERE table_name = '{contract.table}'
      EXCEPT
      SELECT {place} FROM quarantine.{quoted(contract.table)}
    )
    SELECT own.rowid AS late_rowid
    FROM core.{quoted(contract.table)} AS own
    LEFT JOIN waited_here USING ({place})
    WHERE waited_here.file_sha256 IS NOT NULL
      OR own.file_sha256 IN (FROM new_file) AND NOT EXISTS (
        SELECT 1 FROM ops.row_correction AS correction
        WHERE correction.table_name = '{contract.table}' AND {same_key}
          AND correction.old_file_sha256 IN (FROM known_file))
    """


def _corrected_tables(connection: Connection, before: Published, after: Published) -> set[str]:
    """Tables of which the older release's rows were replaced or taken back since."""
    rows = connection.execute(
        """SELECT DISTINCT table_name FROM ops.row_correction
        WHERE old_file_sha256 IN (FROM known_file) AND file_sha256 IN (FROM new_file)"""
    ).fetchall()
    found = {str(table) for (table,) in rows}
    found |= {table for table, _ in before.left_out ^ after.left_out}
    replaced = _corrected(before, after)
    for table in contracts() if replaced else ():
        if _any(connection, f"raw.{quoted(table)}", "list_contains(?, file_sha256)", [replaced]):
            found.add(table)
    return found


def _any(
    connection: Connection,
    relation: str,
    condition: str = "true",
    values: list[Any] | None = None,
) -> bool:
    query = f"SELECT EXISTS (SELECT 1 FROM {relation} WHERE {condition})"
    (row,) = connection.execute(query, values or []).fetchall()
    return bool(row[0])
