"""Taking in files: from a mission's inbox, from given paths, and read in place; then archiving.

What happens inside one file does not belong here (`load_file.py`).
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from indicators.definitions.contracts import contracts, load_order
from indicators.definitions.mission_profile import Mission, resolve_path
from indicators.foundation.errors import Problem, WrongUse
from pipelines.ingest.file_report import FileReport
from pipelines.ingest.files import archive as archived
from pipelines.ingest.files.arriving import Look, deliveries, look, settled_seconds, wait_for_all
from pipelines.ingest.files.delivered_file import Delivery, Read, read_delivery
from pipelines.ingest.files.reading_again import (
    Known,
    asked_for,
    outdated_files,
)
from pipelines.ingest.load_file import load_file
from pipelines.ingest.mapping.agreements import agreed
from pipelines.ingest.mapping.files.file_names import fits
from pipelines.ingest.mapping.model import Source, load_sources
from pipelines.ingest.mapping.places.area_polygons import (
    OUTLINES_SOURCE,
    Outlines,
    outlines_path,
    outlines_source,
    read_area_rows,
    read_outlines,
)
from pipelines.ingest.mapping.sources.known_sources import known_sources
from pipelines.ingest.mapping.sources.template_sources import template_of, template_sources
from pipelines.ingest.mapping.sources.written_sources import written_sources
from pipelines.ingest.mapping.version import mapping_version
from pipelines.ingest.rows import mended
from pipelines.ingest.rows.duplicate_rows import apply_decisions
from pipelines.ingest.rows.key_clashes import call_back_free
from pipelines.ingest.rows.listed_areas import call_back_waiting, listed_areas
from pipelines.ingest.rows.meant import forget, is_meant
from pipelines.ingest.written_records import duplicate_decisions, write_files
from pipelines.workspace.paths import Workspace
from pipelines.workspace.warehouse import ledger
from pipelines.workspace.warehouse.connection import open_warehouse
from pipelines.workspace.warehouse.inspect import Connection

Progress = Callable[[int, int, str], None]
"""Called before each file and at the end: files done, files in all, name of the file."""

_SHARED = "${POCLENS_SHARED}"
_REFUSED = ("held", "kept", "empty")  # statuses of files that cannot be read better just now


@dataclass(frozen=True)
class IngestReport:
    """What became of each file, in the order of intake, and of files that were refused."""

    files: list[FileReport]
    problems: list[Problem]


class FilesRefused(WrongUse):
    """Some files could not be taken in; `report` says what became of the others."""

    def __init__(self, report: IngestReport) -> None:
        super().__init__(report.problems)
        self.report = report


@dataclass(frozen=True)
class _Found:
    """A file before it is taken in."""

    path: Path
    source: Source
    folder: str = ""  # of the inbox, or that of a sender
    is_inbox: bool = False  # removed once it is in the warehouse
    is_in_place: bool = False  # never copied
    known: Known | None = None  # in the archive, to be read again
    is_mended: bool = False  # rejected rows that come back

    @property
    def name(self) -> str:
        """The name by which people and the ledger know the file."""
        return f"{self.folder}/{self.path.name}" if self.folder else self.path.name


@dataclass(frozen=True)
class _Intake:
    """What every file of one run needs."""

    workspace: Workspace
    mission: Mission
    connection: Connection
    sources: Mapping[str, Source]
    versions: Mapping[str, str]
    outlines: Callable[[], Outlines]
    number: int  # which intake this is

    @property
    def archive(self) -> Path:
        return self.workspace.archive(self.mission.mission)


def ingest(
    workspace: Workspace,
    mission: Mission,
    files: Sequence[Path] | None = None,
    progress: Progress | None = None,
    connection: Connection | None = None,
    again: Sequence[str] = (),
    settled: float | None = None,
    patience: float | None = None,
) -> IngestReport:
    """Takes in the given files, else all of the inbox, what is read in place, and the records.

    Each file is copied to the archive, loaded in one transaction and, if it came by the inbox,
    removed from there. A file that is still being written is left where it is and reported as
    waiting (`settled`, `patience`: seconds, see `arriving.py`). Files whose mapping changed since
    they were taken in are read again from the archive, and so are those that `again` names (by
    file name or SHA-256).

    Raises WrongUse where a mapping is wrong, before any file is touched, and FilesRefused (a
    WrongUse with the report) at the end where files could not be read at all: these stay in the
    inbox. `connection`: an open warehouse to use instead of opening it.
    """
    if connection is None:
        coming = sum(path.stat().st_size for path in files or () if path.is_file())
        with open_warehouse(workspace.warehouse(mission.mission), coming) as opened:
            return ingest(workspace, mission, files, progress, opened, again, settled, patience)
    profile = workspace.profile(mission.mission)
    own = load_sources(profile)
    sources = known_sources(profile)
    readers = {**sources, OUTLINES_SOURCE: outlines_source()}
    versions = {name: mapping_version(s, mission, profile) for name, s in readers.items()}
    outlines = cache(lambda: read_outlines(profile, mission))
    number = ledger.begin_intake(connection)
    intake = _Intake(workspace, mission, connection, sources, versions, outlines, number)
    problems: list[Problem] = []
    asked = list(_asked_for(intake, again, problems))
    new = list(_found(workspace, mission, own, files, problems))
    seconds = settled_seconds() if settled is None else settled
    looks = wait_for_all([entry.path for entry in new], seconds, patience)
    waiting = [entry for entry in new if looks[entry.path][1]]
    found = _in_order([*_outdated(intake, asked), *asked, *(e for e in new if e not in waiting)])
    _clear_unfinished(intake.archive)
    reports = [_waits(entry, looks[entry.path][1]) for entry in waiting]
    for number, entry in enumerate(found):
        if progress:
            progress(number, len(found), entry.name)
        if entry.source.source == OUTLINES_SOURCE and _only_draw(intake, entry):
            continue
        reports += _taken(intake, entry, looks.get(entry.path, (None, None))[0], problems)
    reports += _called_back(intake, reports, problems)
    apply_decisions(connection, duplicate_decisions(workspace.home, mission.mission))
    reports += _outlines_again(intake, problems)
    reports += _called_back(intake, reports, problems)
    ledger.record_told(connection, "unread_file", _unread(intake))
    ledger.record_told(connection, "recorded_column", _columns_in_force(intake))
    ledger.end_intake(connection)
    if progress:
        progress(len(found), len(found), "")
    report = IngestReport(reports, problems)
    if problems:
        raise FilesRefused(report)
    return report


def _taken(
    intake: _Intake, entry: _Found, seen: Look | None, problems: list[Problem]
) -> Iterator[FileReport]:
    """Takes one file in; what hinders it is added to `problems`."""
    try:
        with _delivery(intake, entry) as delivery:
            if not entry.known and look(entry.path) != seen:
                yield _waits(entry, "settling")
                return
            read = _reader_of(intake, entry)
            report = load_file(intake.connection, intake.mission, delivery, intake.outlines, read)
            if report.rows_loaded and entry.source.states("areas"):  # others may have waited for it
                call_back_waiting(intake.connection)
    except archived.StillChanging:
        yield _waits(entry, "settling")
        return
    except WrongUse as error:
        if entry.known:
            known = entry.known.entry
            told = tuple(error.problems)
            yield FileReport(known.name, known.file_sha256, known.source, "kept", problems=told)
            return
        problems.extend(error.problems)
        return
    yield _cleared(report, entry.path, seen) if entry.is_inbox else report


def _cleared(report: FileReport, path: Path, seen: Look | None) -> FileReport:
    """The report, the file removed from the inbox, unless its rest or another file has come.

    What cannot be removed is told and harms nothing: the next run knows it.
    """
    if look(path) == seen:
        try:
            path.unlink(missing_ok=True)
            forget(path)
        except OSError as error:
            told = Problem("inbox_not_cleared", path.name, parameters={"reason": error.strerror})
            return replace(report, remarks=(*report.remarks, told))
    return report


def _waits(entry: _Found, reason: str | None) -> FileReport:
    return FileReport(entry.name, "", entry.source.source, "waiting", waits_for=reason)


def _columns_in_force(intake: _Intake) -> Iterator[tuple[str, str]]:
    """(table, column) of all that the mappings of the files in force fill."""
    sources = {**intake.sources, OUTLINES_SOURCE: outlines_source()}
    in_force = {e.source for e in ledger.all_files(intake.connection) if e.status == "loaded"}
    for name in in_force & sources.keys():
        for table in agreed(sources[name], intake.mission).tables:
            yield from ((table.table, column) for column in table.mapped_columns())


def _unread(intake: _Intake) -> Iterator[tuple[str, str]]:
    """(file, table) of files that came and of which no row is loaded, held ones among them."""
    for entry in ledger.all_files(intake.connection):
        left = entry.rows_rejected + entry.rows_ignored  # of a held file all rows are rejected
        if entry.status != "superseded" and 0 < entry.rows_read == left:
            source = intake.sources.get(entry.source)
            yield from ((entry.name, table.table) for table in (source.tables if source else ()))


def _asked_for(intake: _Intake, names: Sequence[str], problems: list[Problem]) -> Iterator[_Found]:
    for known in asked_for(intake.connection, intake.sources, names, problems):
        yield _known_file(intake, known)


def _outdated(intake: _Intake, asked: Sequence[_Found]) -> Iterator[_Found]:
    """Files of the archive that were read in another way than now; those in place come anyway."""
    named = {entry.known.entry.file_sha256 for entry in asked if entry.known}
    for known in outdated_files(intake.connection, intake.sources, intake.versions):
        entry = _known_file(intake, known)
        is_elsewhere = _is_shared(known.source) and not entry.path.exists()
        if known.entry.file_sha256 not in named and not is_elsewhere:
            yield entry


def _called_back(
    intake: _Intake, reports: Sequence[FileReport], problems: list[Problem]
) -> Iterator[FileReport]:
    """Reads files again that what came in calls for, until none is left; a refused one waits."""
    made = [at for at, one in enumerate(reports) if one.source == OUTLINES_SOURCE]
    since = reports[made[-1] :] if made else reports  # areas for what was refused before
    refused = {report.sha256 for report in since if report.status in _REFUSED}
    while True:
        call_back_free(intake.connection)
        known = [
            entry
            for entry in outdated_files(intake.connection, intake.sources)
            if entry.entry.file_sha256 not in refused
        ]
        if not known:
            return
        for entry in _in_order(_known_file(intake, one) for one in known):
            for report in _taken(intake, entry, None, problems):
                if report.status in _REFUSED:
                    refused.add(report.sha256)
                yield report


def _known_file(intake: _Intake, known: Known) -> _Found:
    """The archive's copy; of what is read in place the file itself, as long as it is the same."""
    sha256 = known.entry.file_sha256
    path = archived.archived_path(intake.archive, sha256) or Path(known.entry.name)
    if not path.exists() and _is_shared(known.source):
        profile = intake.workspace.profile(intake.mission.mission)
        for entry in _read_in_place(known.source, profile, []):
            is_named = entry.name == known.entry.name
            if is_named and archived.sha256_of(entry.path) == known.entry.file_sha256:
                path = entry.path
    return _Found(path, known.source, known=known)


def _found(
    workspace: Workspace,
    mission: Mission,
    sources: dict[str, Source],
    files: Sequence[Path] | None,
    problems: list[Problem],
) -> Iterator[_Found]:
    """The files to take in, each with its mapping; what has none is added to `problems`."""
    if files is not None:
        inbox = workspace.inbox(mission.mission).resolve()
        for path in files:
            place = path.resolve().parent
            is_inbox = inbox in (place, place.parent)
            folder = place.name if is_inbox and place != inbox else ""
            yield from _with_source(path, sources, problems, is_inbox, folder)
        return
    yield from _outlines_file(workspace.profile(mission.mission), mission)
    for source in sources.values():
        yield from _read_in_place(source, workspace.profile(mission.mission), problems)
    for source_name, path in write_files(workspace.home, mission.mission):
        yield _Found(path, written_sources()[source_name])
    inbox = workspace.inbox(mission.mission)
    for path in deliveries(inbox):
        folder = path.parent.name if path.parent != inbox else ""
        yield from _with_source(path, sources, problems, True, folder)


def _with_source(
    path: Path, sources: dict[str, Source], problems: list[Problem], is_inbox: bool, folder: str
) -> Iterator[_Found]:
    if not path.is_file():
        problems.append(Problem("no_file", str(path)))
        return
    if is_inbox and (path.is_symlink() or (folder and path.parent.is_symlink())):
        problems.append(Problem("inbox_link", path.name))
        return
    try:
        matching = takers(path, sources)
    except WrongUse as error:
        problems.extend(error.problems)
        return
    if mended.is_mended(path):
        yield _Found(path, matching[0], folder, is_inbox, is_mended=True)
    elif len(matching) == 1:
        is_place = _is_shared(matching[0]) and not is_inbox
        of_sender = folder or ("" if is_inbox else _folder_of(path, matching[0]))
        yield _Found(path, matching[0], of_sender, is_inbox, is_place)
    elif matching:
        names = ", ".join(source.source for source in matching)
        problems.append(Problem("several_sources", path.name, parameters={"sources": names}))
    else:
        known = [pattern for source in sources.values() for pattern in source.files]
        parameters = {"patterns": ", ".join(known) or "–"}
        problems.append(Problem("no_source", path.name, parameters=parameters))


def takers(path: Path, sources: Mapping[str, Source]) -> list[Source]:
    """The mapping of a filled template, of rejected rows that come back, or those that take a file
    of this name. Raises WrongUse where the mission has no mapping of such rows."""
    if mended.is_mended(path):
        return [mended.source_of(path, {**sources, **template_sources()})]
    filled = template_of(path)
    return [filled] if filled else sources_of(path, sources)


def sources_of(path: Path, sources: Mapping[str, Source]) -> list[Source]:
    """The mappings that take a file of this name: one, where the profile is clear."""
    return [
        source
        for source in sources.values()
        if any(fits(path.name, pattern) for pattern in source.files)
    ]


def _is_shared(source: Source) -> bool:
    return any(pattern.startswith(_SHARED) for pattern in source.files)


def _read_in_place(source: Source, profile: Path, problems: list[Problem]) -> Iterator[_Found]:
    """Files below `${POCLENS_SHARED}`, which are read where they lie."""
    for pattern in source.files:
        if not pattern.startswith(_SHARED):
            continue
        folder, _, name = str(resolve_path(pattern, profile)).rpartition("/")
        paths = sorted(path for path in Path(folder).glob(name) if path.is_file())
        if not paths:
            problems.append(Problem("no_file", pattern))
        for path in paths:
            yield _Found(path, source, _folder_of(path, source), is_in_place=True)


def _folder_of(path: Path, source: Source) -> str:
    """The folder that is part of the file's name: where it says who sends the file."""
    return path.resolve().parent.name if source.sender == "folder" else ""


def _outlines_file(profile: Path, mission: Mission) -> Iterator[_Found]:
    """The outlines are an input file: they make the areas that no list states."""
    path = outlines_path(profile, mission)
    if path and path.is_file():
        yield _Found(path, outlines_source(), is_in_place=True)


def _outlines_again(intake: _Intake, problems: list[Problem]) -> Iterator[FileReport]:
    """The outlines once more, where a list of areas came or went since they were read."""
    for entry in _outlines_file(intake.workspace.profile(intake.mission.mission), intake.mission):
        known = ledger.known_file(intake.connection, archived.sha256_of(entry.path))
        if known and known.mapping_version != _version(intake, entry.source):
            again = replace(entry, known=Known(known, entry.source))
            yield from _taken(intake, again, None, problems)


def _only_draw(intake: _Intake, entry: _Found) -> bool:
    """Whether a list states all areas of the outlines, which never made one."""
    known = ledger.known_file(intake.connection, archived.sha256_of(entry.path))
    codes = {intake.mission.country_area, *intake.outlines().codes}
    return known is None and codes <= listed_areas(intake.connection)


def _version(intake: _Intake, source: Source) -> str:
    """How files of this mapping are read now; of outlines also beside which lists of areas."""
    version = intake.versions[source.source]
    if source.source != OUTLINES_SOURCE:
        return version
    listed = "\n".join(sorted(listed_areas(intake.connection)))
    return hashlib.sha256(f"{version}\n{listed}".encode()).hexdigest()[: len(version)]


def _in_order(found: Iterable[_Found]) -> list[_Found]:
    """Files whose tables others refer to come first; within a table those of before, then by name.

    Files that are read again keep the order in which they came.
    """
    order = load_order(contracts())

    def place(entry: _Found) -> tuple[int, bool, bool, int, str]:
        tables = [order.index(table.table) for table in entry.source.tables]
        is_drawn = entry.source.source == OUTLINES_SOURCE  # after the lists of areas
        sequence = entry.known.entry.sequence if entry.known else 0
        return min(tables), is_drawn, entry.known is None, sequence, entry.name

    return sorted(found, key=place)


def _reader_of(intake: _Intake, entry: _Found) -> Read:
    if entry.source.source == OUTLINES_SOURCE:
        listed = listed_areas(intake.connection)
        return lambda delivery: read_area_rows(delivery.path, intake.mission, listed)
    is_rows = entry.is_mended or archived.is_rows(entry.path)
    return archived.read_rows if is_rows else read_delivery


@contextmanager
def _delivery(intake: _Intake, found: _Found) -> Iterator[Delivery]:
    """The file as it is read: where it lies, as nothing of it is copied before it is known what
    may be kept."""
    name, source = found.name, found.source
    version = _version(intake, source)
    if found.known:
        known = found.known
        if not found.path.exists():
            raise WrongUse(Problem("not_in_archive", known.entry.name))
        given = Delivery(found.path, known.entry.name, known.entry.file_sha256, source, version)
        is_ours = found.path.parent == intake.archive
        folder = intake.archive if is_ours else None
        given = replace(given, is_again=True, is_newest=known.is_newest, archive=folder)
        given = replace(given, is_asked=known.is_asked)
        yield replace(given, intake=intake.number)
        return
    if found.is_mended:
        given = Delivery(found.path, name, "", source, version, intake=intake.number)
        with mended.mended_delivery(intake.connection, intake.archive, given) as delivery:
            yield delivery
        return
    sha256 = archived.sha256_of(found.path)
    if found.is_in_place:
        yield Delivery(found.path, name, sha256, source, version, intake=intake.number)
        return
    given = Delivery(found.path, name, sha256, source, version, intake=intake.number)
    if found.is_inbox and is_meant(found.path, sha256):
        before = ledger.known_file(intake.connection, sha256)
        is_back = before is not None and before.status == "superseded"
        given = replace(given, is_asked=True, is_newest=is_back)
    try:
        yield replace(given, archive=intake.archive)
    finally:
        if ledger.known_file(intake.connection, sha256) is None:
            archived.remove(intake.archive, sha256)


def _clear_unfinished(archive: Path) -> None:
    """Copies that a killed run left on their way; only the holder of the warehouse comes here."""
    for path in archive.glob(".coming-*.tmp"):
        path.unlink()
