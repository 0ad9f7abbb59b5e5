"""`manifest.json`: all that a release follows from, and the hashes of what came out.

Avoid putting names of people, times, paths of the machine or the release's own name here: they
belong to `publication.json`. Who approved a copy is here: without that name it is not made.
Equal inputs must give an equal manifest.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from indicators.definitions.contracts import Contract, contracts
from indicators.definitions.mission_profile import Mission
from indicators.foundation.data_folder import data_folder
from indicators.foundation.messages import LANGUAGES
from indicators.foundation.stored.database import named_rows
from indicators.foundation.stored.published_tables import MANIFEST, PUBLICATION
from pipelines.release.files import (
    code_sha256,
    described,
    files_below,
    sha256_of,
    sha256_of_tree,
    write_json,
)
from pipelines.workspace.warehouse.inspect import Connection

# Not the same in two equal releases: a database's bytes differ between equal contents, a brief
# names its release. `publication.json` lists them.
_DATABASES, _BRIEFS = "*.duckdb", "*.pdf"
_OF_PUBLICATION = (".duckdb", ".pdf")
_NOT_OF_THE_ROWS = ("confidentiality", "retention", "expectations")
_NOT_OF_THE_FIGURES = (
    *("records_sha256", "publication_approved_by"),
    *("origin_sha256", "files"),  # of what a manifest says, not of what it follows from
)
_DATA = ("contracts", "indicators", "messages", "vocabularies")
_LIBRARIES = ("duckdb", "numpy", "pandas", "pyarrow", "xlsxwriter")

# Without numbers of rows: of a list of persons these are counts of persons, and every audience
# gets the manifest. Each copy's `input_file` has them as the audience may see them.
_INPUTS_SQL = """
SELECT name, file_sha256 AS sha256, source, status, superseded_by
FROM mart.input_file WHERE mission = ? ORDER BY name, sha256
"""

_CHECKS_SQL = """
SELECT severity, status, count(*) FROM mart.quality_check WHERE mission = ?
GROUP BY severity, status ORDER BY severity, status
"""


def origin(
    connection: Connection,
    mission: Mission,
    profile: Path,
    period: str,
    as_of: date,
    records_sha256: str,
    partner_approved_by: str = "",
    second_person: str = "",
) -> dict[str, object]:
    """What the release follows from: inputs, code, catalogue, profile, parameters, dates.

    `records_sha256`: of what people approved (`approved_records.py`).
    """
    policy_file = data_folder() / "disclosure.yaml"
    approval = {"partner_copy_approved_by": partner_approved_by} if partner_approved_by else {}
    if second_person:
        approval["publication_approved_by"] = second_person
    facts: dict[str, object] = {
        "mission": mission.mission,
        "mission_name": mission.name.model_dump(mode="json"),
        "period": period,
        "as_of": as_of.isoformat(),
        "code": {
            "version": version("poclens"),
            "sha256": code_sha256(),
            "libraries": {name: version(name) for name in _LIBRARIES},
        },
        "data": {f"{name}_sha256": sha256_of_tree(data_folder() / name) for name in _DATA}
        | {"disclosure_sha256": sha256_of(policy_file)},
        "contracts": {table: _contract_sha256(one) for table, one in contracts().items()},
        "profile_sha256": sha256_of_tree(profile),
        "parameters": mission.parameters.model_dump(mode="json"),
        "audiences": mission.disclosure.model_dump(mode="json", exclude_none=True),
        "inputs": _inputs(connection, mission.mission),
        "records_sha256": records_sha256,
        "checks": _checks(connection, mission.mission),
    }
    return facts | approval


def _contract_sha256(contract: Contract) -> str:
    """Of what the rows of a table follow from: words, checks and terms of keeping left out."""
    own = contract.model_dump(mode="json", exclude_defaults=True)
    rows = {name: value for name, value in own.items() if name not in _NOT_OF_THE_ROWS}
    text = json.dumps(_without_words(rows), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _without_words(content: Any) -> Any:
    """Without texts in languages, at any depth."""
    if not isinstance(content, dict):
        return content
    return {
        name: _without_words(value)
        for name, value in content.items()
        if not (isinstance(value, dict) and set(value) == set(LANGUAGES))
    }


def is_told_further(before: Mapping[str, Any], facts: Mapping[str, object]) -> bool:
    """Whether a release follows from what the one of manifest `before` did, but for what people
    have approved since."""
    own = {name for name in {*before, *facts} if name not in _NOT_OF_THE_FIGURES}
    is_same = all(before.get(name) == facts.get(name) for name in own)
    return is_same and before.get("records_sha256") != facts.get("records_sha256")


def fingerprint(facts: dict[str, object]) -> str:
    """One SHA-256 over all that a release follows from."""
    text = json.dumps(facts, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def write_manifest(folder: Path, facts: dict[str, object]) -> None:
    """Writes the manifest as the last file of a candidate: a folder without one is not whole."""
    paths = [
        path
        for path in files_below(folder)
        if path.suffix not in _OF_PUBLICATION and path != folder / PUBLICATION
    ]
    content = facts | {"origin_sha256": fingerprint(facts), "files": described(folder, paths)}
    write_json(folder / MANIFEST, content)


def publication_files(folder: Path) -> dict[str, list[dict[str, object]]]:
    """Path, SHA-256 and size of the audiences' databases and briefs, for `publication.json`."""
    kinds = {"databases": _DATABASES, "briefs": _BRIEFS}
    return {kind: described(folder, files_below(folder, wanted)) for kind, wanted in kinds.items()}


def changed_files(folder: Path) -> list[str]:
    """Paths of a release that are not as manifest and publication say; none where all is well."""
    listed = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
    publication = folder / PUBLICATION
    if publication.is_file():
        told = json.loads(publication.read_text(encoding="utf-8"))
        listed = [*listed, *told.get("databases", []), *told.get("briefs", [])]
    wrong = [entry["path"] for entry in listed if not _is_unchanged(folder, entry)]
    names = {entry["path"] for entry in listed} | {MANIFEST, PUBLICATION}
    added = [
        path.relative_to(folder).as_posix()
        for path in files_below(folder)
        if path.relative_to(folder).as_posix() not in names and path.suffix not in _OF_PUBLICATION
    ]
    return sorted([*wrong, *added])


def _is_unchanged(folder: Path, entry: dict[str, str]) -> bool:
    path = folder / entry["path"]
    return path.is_file() and sha256_of(path) == entry["sha256"]


def _inputs(connection: Connection, mission: str) -> list[dict[str, object]]:
    return named_rows(connection.execute(_INPUTS_SQL, [mission]))


def _checks(connection: Connection, mission: str) -> dict[str, int]:
    rows = connection.execute(_CHECKS_SQL, [mission]).fetchall()
    return {f"{severity}_{status}": count for severity, status, count in rows}
