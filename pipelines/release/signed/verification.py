"""Whether a release is what was published: every hash, the signature, databases against Parquet.

Needs the release's folder alone, and of a copy that was pulled only the audience it holds.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from indicators.definitions.sharing.audiences import policy
from indicators.foundation.errors import Problem, WrongUse
from indicators.foundation.sql_text import quoted
from indicators.foundation.stored.published_tables import MANIFEST, PUBLICATION, database_of
from pipelines.release.files import files_below, sha256_of
from pipelines.release.signed.manifest import fingerprint
from pipelines.release.signed.signing import SIGNATURE, Signed, state_of
from pipelines.workspace.warehouse.inspect import Connection

Entries = Sequence[Mapping[str, Any]]
_DATABASE_KINDS = ("databases", "briefs")


@dataclass(frozen=True)
class Verification:
    """What was found: paths and tables that are wrong, and what the signature is worth.

    `not_held`: audiences that the manifest lists and this copy lacks as a whole.
    """

    release: str
    files: int
    audiences: tuple[str, ...]
    not_held: tuple[str, ...]
    changed: tuple[str, ...]
    added: tuple[str, ...]
    wrong_statements: tuple[str, ...]
    tables: int
    differing_tables: tuple[str, ...]
    signature: Signed
    key: str | None

    @property
    def is_good(self) -> bool:
        """Whether nothing is wrong; without a signature, or by a key nobody trusts, too."""
        wrong = (self.changed, self.added, self.wrong_statements, self.differing_tables)
        return not any(wrong) and self.signature != "wrong"


def read_release_json(folder: Path, name: str) -> dict[str, Any]:
    """Manifest or publication. Raises WrongUse (`no_whole_release`) where it cannot be read."""
    try:
        found = json.loads((folder / name).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        words = {"file": name}
        raise WrongUse(Problem("no_whole_release", value=str(folder), parameters=words)) from error
    return dict(found)


def verify(folder: Path, trusted: str | None = None) -> Verification:
    """Re-hashes everything in a release's folder and holds it against what was signed.

    `trusted`: the public key that should have signed. Raises WrongUse where manifest or
    publication are missing.
    """
    manifest = read_release_json(folder, MANIFEST)
    publication = read_release_json(folder, PUBLICATION)
    entries = listed_files(manifest, publication)
    audiences = sorted({_audience(entry) for entry in entries})
    held = [name for name in audiences if (folder / name).is_dir()]
    own = [entry for entry in entries if _audience(entry) in held]
    tables = list(_tables(folder, held))
    signature = publication.get(SIGNATURE) or {}
    return Verification(
        release=folder.name,
        files=len(own),
        audiences=tuple(held),
        not_held=tuple(name for name in audiences if name not in held),
        changed=tuple(_changed(folder, own)),
        added=tuple(_added(folder, own)),
        wrong_statements=tuple(_wrong_statements(folder, manifest, publication)),
        tables=len(tables),
        differing_tables=tuple(name for name, is_same in tables if not is_same),
        signature=state_of(publication, trusted),
        key=signature.get("key"),
    )


def altered(folder: Path, audience: str) -> tuple[str, ...]:
    """What of one audience's copy is not as it was published, by hashes and signature alone: that
    database and Parquet have the same rows was seen as it was fetched. Raises as `verify`."""
    manifest = read_release_json(folder, MANIFEST)
    publication = read_release_json(folder, PUBLICATION)
    entries = listed_files(manifest, publication)
    own = [entry for entry in entries if _audience(entry) == audience]
    changed = _changed(folder, own) if own else [audience]
    statements = _wrong_statements(folder, manifest, publication)
    forged = [SIGNATURE] if state_of(publication, None) == "wrong" else []
    return (*changed, *_added(folder, entries), *statements, *forged)


def _audience(entry: Mapping[str, Any]) -> str:
    return str(entry["path"]).partition("/")[0]


def listed_files(manifest: Mapping[str, Any], publication: Mapping[str, Any]) -> Entries:
    """Path, SHA-256 and size of every file of a release, whatever lists it."""
    return [
        *manifest.get("files", []),
        *(entry for kind in _DATABASE_KINDS for entry in publication.get(kind, [])),
    ]


def _changed(folder: Path, entries: Entries) -> Iterator[str]:
    for entry in entries:
        path = folder / str(entry["path"])
        if not path.is_file() or sha256_of(path) != entry["sha256"]:
            yield str(entry["path"])


def _added(folder: Path, entries: Entries) -> Iterator[str]:
    known = {str(entry["path"]) for entry in entries} | {MANIFEST, PUBLICATION}
    found = (path.relative_to(folder).as_posix() for path in files_below(folder))
    return (path for path in found if path not in known)


def _wrong_statements(
    folder: Path, manifest: Mapping[str, Any], publication: Mapping[str, Any]
) -> Iterator[str]:
    """What manifest and publication say of each other and of themselves that is not so."""
    if publication.get("manifest_sha256") != sha256_of(folder / MANIFEST):
        yield "manifest_sha256"
    if publication.get("mission") != manifest.get("mission"):
        yield "mission"
    if publication.get("period") != manifest.get("period"):
        yield "period"
    facts = {name: value for name, value in manifest.items() if name not in _OF_THE_MANIFEST}
    if manifest.get("origin_sha256") != fingerprint(facts):
        yield "origin_sha256"


_OF_THE_MANIFEST = ("origin_sha256", "files")


def _tables(folder: Path, audiences: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """`<audience>/<table>` of each Parquet file, and whether the database has the same rows."""
    for audience in audiences:
        database = database_of(folder, audience)
        parquet = sorted((folder / audience / "parquet").glob("*.parquet"))
        if audience not in policy().audiences or not database.is_file():
            continue
        with duckdb.connect(":memory:") as connection:
            literal = str(database).replace("'", "''")
            try:
                connection.execute(f"ATTACH '{literal}' AS copy (READ_ONLY)")
            except duckdb.Error:
                yield database.relative_to(folder).as_posix(), False
                continue
            for path in parquet:
                yield f"{audience}/{path.stem}", _has_same_rows(connection, path)


def _has_same_rows(connection: Connection, path: Path) -> bool:
    """Same rows in any order, each as often: neither has what the other lacks."""
    table = f"copy.stored.{quoted(path.stem)}"
    query = f"""
    SELECT (SELECT count(*) FROM (FROM {table} EXCEPT ALL FROM file)) = 0
       AND (SELECT count(*) FROM (FROM file EXCEPT ALL FROM {table})) = 0"""
    try:
        connection.read_parquet(str(path)).create_view("file", replace=True)
        ((is_same,),) = connection.execute(query).fetchall()
    except duckdb.Error:
        return False
    return bool(is_same)
