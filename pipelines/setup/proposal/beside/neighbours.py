"""The files beside one that is being mapped: which of them a pattern takes, and which mapping would
take the same names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from filecmp import cmp
from pathlib import Path

from indicators.definitions.contracts import contracts, load_order
from indicators.foundation.errors import Problem
from pipelines.ingest.files.arriving import deliveries
from pipelines.ingest.inbox import sources_of
from pipelines.ingest.mapping.files.file_names import fits, have_a_name_in_common, series_of
from pipelines.ingest.mapping.model import Source, load_sources
from pipelines.ingest.mapping.sources.template_sources import template_of
from pipelines.workspace.paths import Workspace
from pipelines.workspace.warehouse import ledger
from pipelines.workspace.warehouse.last_state import open_to_read

_TRIED = 3  # files that are read beside the one that is mapped


@dataclass(frozen=True)
class Neighbours:
    """`present`: files in the inbox and in the folder of the file; `archived`: names of those that
    were ever taken in; `sources`: the mappings of the profile."""

    path: Path
    present: Sequence[Path]
    archived: Sequence[str]
    sources: Mapping[str, Source]

    def waiting(self, pattern: str) -> list[Path]:
        """The other files there that the pattern takes."""
        own = self.path.resolve()
        return [one for one in self.present if fits(one.name, pattern) and one.resolve() != own]

    def tried(self, pattern: str) -> list[Path]:
        """The few that are held against the file, to see whether their keys clash: those that the
        pattern takes, then those of a name alike, which another unit may have sent."""
        kind, words = self.path.suffix.lower(), set(series_of(self.path.name).split())
        own = self.path.resolve()
        alike = (
            one
            for one in self.present
            if one.suffix.lower() == kind and words.intersection(series_of(one.name).split())
        )
        found = dict.fromkeys([*self.waiting(pattern), *alike])
        return [one for one in found if one.resolve() != own][:_TRIED]

    def taken_in(self, pattern: str) -> list[str]:
        """Names of files of the archive that the pattern takes."""
        return [name for name in self.archived if fits(name, pattern)]

    def problem(self, pattern: str) -> Problem | None:
        """What is wrong with a pattern for the file: it misses it, or another takes its names."""
        if not fits(self.path.name, pattern):
            return Problem("pattern_misses", self.path.name, value=pattern)
        for name, source in self.sources.items():
            for other in source.files:
                if have_a_name_in_common(pattern, other):
                    facts = {"other": other, "source": name}
                    return Problem("pattern_clash", self.path.name, value=pattern, parameters=facts)
        return None


def referred_to(workspace: Workspace, mission: str, source: Source) -> list[tuple[Path, Source]]:
    """The files of the inbox, with their mappings, whose rows those of a mapping refer to."""
    tables, known = contracts(), load_sources(workspace.profile(mission))
    needed = {name for own in source.tables for name in tables[own.table].referenced_tables()}
    needed -= {own.table for own in source.tables}
    found = []
    for path in deliveries(workspace.inbox(mission)):
        filled = template_of(path)
        own = [filled] if filled else sources_of(path, known)
        if len(own) == 1 and needed & {table.table for table in own[0].tables}:
            found.append((path, own[0]))
    order = load_order(tables)
    return sorted(found, key=lambda one: min(order.index(table.table) for table in one[1].tables))


def neighbours(
    workspace: Workspace, mission: str, path: Path, *, is_here: bool = False
) -> Neighbours:
    """Looks at inbox, folder, archive and profile.

    `is_here`: a copy of the file that waits in the inbox is the file itself, not one sent again.
    """
    beside = (one for one in sorted(path.parent.glob("*")) if one.is_file())
    present = dict.fromkeys([*deliveries(workspace.inbox(mission)), *beside])
    copies = [one for one in present if is_here and one.name == path.name and cmp(one, path, False)]
    for one in copies:
        del present[one]
    archived: dict[str, None] = {}
    warehouse = workspace.warehouse(mission)
    if warehouse.is_file():
        with open_to_read(warehouse) as connection:
            archived = dict.fromkeys(entry.name for entry in ledger.all_files(connection))
    return Neighbours(path, list(present), list(archived), load_sources(workspace.profile(mission)))
