"""Which published releases hold figures that rest on a file. Releases themselves never change."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.release.naming import release_folder, releases_of
from pipelines.workspace.paths import Workspace


@dataclass(frozen=True)
class Rests:
    """A release, and the indicators whose figures count rows of the files.

    `has_text`: the key stands among the rejected cells that the mission's own copy lists.
    """

    release: str
    indicators: tuple[str, ...]
    has_text: bool


def resting_on(
    workspace: Workspace, mission: str, files: Sequence[str], text: str
) -> Iterator[Rests]:
    """The releases made while one of these files (SHA-256) was in force, oldest first."""
    for name in releases_of(workspace, mission):
        folder = release_folder(workspace, mission, name)
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        inputs = {e["sha256"] for e in manifest["inputs"] if e["status"] == "loaded"}
        if inputs.isdisjoint(files):
            continue
        found: set[str] = set()
        for path in folder.glob("*/parquet/contribution.parquet"):
            rows = pq.read_table(path, columns=["indicator", "file_sha256"])
            own = rows.filter(pc.is_in(rows["file_sha256"], value_set=pa.array(files, pa.string())))
            found.update(own["indicator"].unique().to_pylist())
        listed = (_lists(path, text) for path in folder.glob("*/parquet/reject_summary.parquet"))
        yield Rests(name, tuple(sorted(found)), any(listed))


def _lists(path: Path, text: str) -> bool:
    """Whether a list of rejected cells tells the text."""
    columns = set(pq.read_schema(path).names) & {"raw_value", "sentence_en"}
    rows = pq.read_table(path, columns=sorted(columns))
    return any(pc.any(pc.match_substring(column, text)).as_py() for column in rows.columns)
