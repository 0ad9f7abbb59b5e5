"""Files of a release: their hashes, written to disk for good, closed to writing."""

import hashlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import indicators
import pipelines
from pipelines.workspace.durable import sync


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, as hexadecimal text."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def code_sha256() -> str:
    """Over the engine's and the pipelines' Python and SQL: two states of the code differ in it."""
    folders = [Path(str(package.__file__)).parent for package in (indicators, pipelines)]
    trees = [sha256_of_tree(folder, f"*.{kind}") for folder in folders for kind in ("py", "sql")]
    return hashlib.sha256("\n".join(trees).encode()).hexdigest()


def sha256_of_tree(folder: Path, pattern: str = "*") -> str:
    """One SHA-256 over the names and bytes of all files below a folder, in sorted order."""
    digest = hashlib.sha256()
    for path in files_below(folder, pattern):
        digest.update(f"{path.relative_to(folder).as_posix()}\0{sha256_of(path)}\n".encode())
    return digest.hexdigest()


def files_below(folder: Path, pattern: str = "*") -> list[Path]:
    """All files below a folder whose names fit the pattern, hidden and compiled ones left out."""
    found = [path for path in folder.rglob(pattern) if path.is_file()]
    return sorted(
        path
        for path in found
        if not any(
            part.startswith(".") or part == "__pycache__" for part in path.relative_to(folder).parts
        )
    )


def described(folder: Path, paths: list[Path]) -> list[dict[str, object]]:
    """Path within the folder, SHA-256 and size in bytes of each file."""
    return [
        {
            "path": path.relative_to(folder).as_posix(),
            "sha256": sha256_of(path),
            "bytes": path.stat().st_size,
        }
        for path in paths
    ]


def write_json(path: Path, content: object) -> None:
    """JSON with sorted keys and a final line end: equal content is equal bytes."""
    text = json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def settle(folder: Path) -> None:
    """Files read-only and everything on disk, so that a rename after it moves whole files."""
    files = files_below(folder)
    for path in files:
        path.chmod(0o444)
    with ThreadPoolExecutor(16) as threads:  # a disk settles many at once as fast as one
        for paths in (files, [folder, *_folders_below(folder)]):
            list(threads.map(sync, paths))


def _folders_below(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_dir())


def move_folder(source: Path, target: Path) -> None:
    """Gives a folder its final name in one step. Raises OSError where the name is taken."""
    source.rename(target)
    sync(target.parent)
