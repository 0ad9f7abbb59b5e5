"""Which published releases hold figures that rest on a file. Releases themselves never change."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.release.naming import release_folder, releases_of
from pipelines.workspace.paths import Workspace


@dataclass(frozen=True)
class Rests:
    """A release, and the indicators whose figures count rows of the files."""

    release: str
    indicators: tuple[str, ...]


def resting_on(workspace: Workspace, mission: str, files: Sequence[str]) -> Iterator[Rests]:
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
            own = rows.filter(pc.is_in(rows["file_sha256"], value_set=_array(files)))
            found.update(own["indicator"].unique().to_pylist())
        yield Rests(name, tuple(sorted(found)))


def _array(values: Sequence[str]):  # type: ignore[no-untyped-def]
    import pyarrow as pa

    return pa.array(list(values), pa.string())
