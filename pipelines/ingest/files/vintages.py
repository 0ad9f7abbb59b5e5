"""Which files a file replaces, and which came after it: by name, as a full export, by period."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from indicators.foundation.sql_text import sql_file
from pipelines.ingest.files.delivered_file import Delivery
from pipelines.workspace.warehouse import ledger
from pipelines.workspace.warehouse.inspect import Connection
from pipelines.workspace.warehouse.ledger import InputFile


@dataclass(frozen=True)
class Vintages:
    """What the ledger says of the files around one file.

    `sequence`: its place in the order of intake. `earlier`: files that it replaces whole;
    `replaced`: these, and itself where it was read before. `of_before`: files of the same mapping
    by period that came before it, of which it replaces some rows. `later`: files that came after
    it and are in force; `later_of_source`: those of the same mapping by period.
    """

    sequence: int
    earlier: tuple[InputFile, ...] = ()
    replaced: tuple[str, ...] = ()
    of_before: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    later_of_source: tuple[str, ...] = ()

    @property
    def is_first(self) -> bool:
        """Whether nothing of it, and nothing that it replaces, was ever taken in."""
        return not self.replaced


def vintages_of(connection: Connection, delivery: Delivery, known: InputFile | None) -> Vintages:
    """The files around one that is about to be loaded, or loaded again."""
    entries = ledger.all_files(connection)
    is_old = known is not None and not delivery.is_newest
    sequence = known.sequence if known and is_old else ledger.next_sequence(connection)
    source = delivery.source
    before = [
        entry
        for entry in entries
        if entry.source == source.source
        and entry.sequence < sequence
        and entry.file_sha256 != delivery.sha256
    ]
    earlier = [e for e in before if source.supersedes == "all" or e.name == delivery.name]
    own = [delivery.sha256] if known else []
    replaced = [*(entry.file_sha256 for entry in earlier), *own]
    at = {entry.file_sha256: _in_force(entry, entries) for entry in entries} if is_old else {}
    later = [
        sha256
        for sha256, entry in at.items()
        if entry.sequence > sequence and entry.file_sha256 != delivery.sha256
    ]
    return Vintages(
        sequence,
        tuple(earlier),
        tuple(replaced),
        tuple(entry.file_sha256 for entry in before if source.supersedes == "by_period"),
        tuple(sha256 for sha256 in later if sha256 not in replaced),
        tuple(
            entry.file_sha256
            for entry in entries
            if is_old
            and entry.source == source.source
            and entry.status == "loaded"
            and entry.sequence > sequence
            and source.supersedes == "by_period"
        ),
    )


def _in_force(entry: InputFile, entries: Sequence[InputFile]) -> InputFile:
    """The file itself, or the one that stands in its place now."""
    by_sha256: Mapping[str | None, InputFile] = {e.file_sha256: e for e in entries}
    seen = {entry.file_sha256}
    while (after := by_sha256.get(entry.superseded_by)) and after.file_sha256 not in seen:
        entry = after
        seen.add(entry.file_sha256)
    return entry


def supersede_covered(connection: Connection, source: str) -> None:
    """Marks files by period as replaced when later ones hold every period that they hold."""
    covered = connection.execute(
        sql_file(__file__, "replaced_files"),
        [source],
    ).fetchall()
    for sha256, by_file in covered:
        entry = ledger.known_file(connection, sha256)
        if entry:
            ledger.supersede_by_periods(connection, entry, by_file)
