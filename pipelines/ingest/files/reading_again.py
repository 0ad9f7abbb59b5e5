"""Files that were taken in already and have to be read again, from the archive.

Because their mapping changed (or what else decides on their rows), because a row that had replaced
one of theirs is gone, or because somebody asks for it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from indicators.foundation.errors import Problem
from pipelines.ingest.mapping.model import Source
from pipelines.workspace.warehouse import ledger
from pipelines.workspace.warehouse.inspect import Connection
from pipelines.workspace.warehouse.ledger import InputFile

_SHORTEST_HASH = 8  # signs of a SHA-256 that are enough to name a file


@dataclass(frozen=True)
class Known:
    """A file of the ledger, with the mapping that reads it now."""

    entry: InputFile
    source: Source
    is_newest: bool = False
    is_asked: bool = False


def outdated_files(
    connection: Connection,
    sources: Mapping[str, Source],
    versions: Mapping[str, str] | None = None,
) -> Iterator[Known]:
    """Files that stand, or would stand by the mapping of now, and were read in another way.

    Without `versions` only those that what came in just now calls back.
    """
    entries = ledger.all_files(connection)
    for name, source in sources.items():
        own = [entry for entry in entries if entry.source == name]
        wanted = versions[name] if versions else None
        for entry in ledger.newest_of(own, source.supersedes):
            version = entry.mapping_version
            if version is None or (versions and version != wanted):
                yield Known(entry, source)


def asked_for(
    connection: Connection,
    sources: Mapping[str, Source],
    names: Sequence[str],
    problems: list[Problem],
) -> Iterator[Known]:
    """The files that somebody names: by file name its last version, else by SHA-256.

    A version that a later one has replaced comes into force again.
    """
    entries = [entry for entry in ledger.all_files(connection) if entry.source in sources]
    for name in names:
        named = [entry for entry in entries if entry.name == name]
        named = named or [e for e in entries if Path(e.name).name == Path(name).name]
        if not named and len(name) >= _SHORTEST_HASH:
            named = [entry for entry in entries if entry.file_sha256.startswith(name)]
        standing = [entry for entry in named if entry.status != "superseded"] or named
        if not standing:
            problems.append(Problem("no_file_taken_in", name))
            continue
        entry = standing[-1]
        yield Known(entry, sources[entry.source], entry.status == "superseded", True)
