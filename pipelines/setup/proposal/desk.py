"""What the pages that take files in ask of the pipelines: a preview, and a place in the inbox.

The command that serves names this module to the dashboards, which know only the form of `Desk`
(`records/desk/`). Libraries that read files are imported with the first file.
"""

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from filecmp import cmp
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from indicators.definitions.contracts import contracts
from indicators.definitions.mission_profile import read_mission
from indicators.foundation.errors import PocLensError, Problem, WrongUse
from pipelines.documents.workbook_desk import WorkbookDesk
from pipelines.ingest.files.arriving import deliveries
from pipelines.setup.desk import SetupDesk
from pipelines.setup.proposal.answering import shown
from pipelines.setup.proposal.answering.refused import refused_answers
from pipelines.setup.rota_desk import RotaDesk
from pipelines.workspace.paths import Workspace
from records.desk.intake import Counted, Desk, FilePreview, KeptMapping

if TYPE_CHECKING:
    from pipelines.ingest.mapping.model import Source
    from pipelines.setup.proposal.beside.known_rows import Known
    from pipelines.setup.proposal.beside.neighbours import Neighbours
    from pipelines.setup.proposal.difference import Change
    from pipelines.setup.proposal.preview import Preview
    from pipelines.setup.proposal.proposal import Proposal

_OUT = ".taken_out"  # of the inbox, hidden: nothing in it is a delivery


def open_desk(home: Path) -> Desk:
    """The desk of a workspace."""
    return IntakeDesk(Workspace(home))


class IntakeDesk:
    """Shows what a file would bring, and puts it into a mission's inbox."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self.workbooks = WorkbookDesk(workspace)
        self.setup = SetupDesk(workspace)
        self.rotas = RotaDesk(workspace)

    def missions(self, language: str) -> dict[str, str]:
        """The missions of the workspace: code and name, the code where no profile can be read."""
        return {code: self._name(code, language) for code in self._workspace.missions()}

    def _name(self, mission: str, language: str) -> str:
        try:
            return read_mission(self._workspace.profile(mission)).name.in_language(language)
        except PocLensError:
            return mission

    def preview(
        self, mission: str, path: Path, language: str, answers: Mapping[str, str]
    ) -> FilePreview:
        """What the file would bring, or what hinders it.

        `answers`: what a person said to the proposal or to the differences (`answers.py`). Where
        some are refused, what the file would bring with the others.
        """
        try:
            return self._previewed(mission, path, language, answers)
        except PocLensError as error:
            told = tuple(one.sentence(language) for one in error.problems)

        def previewed(some: Mapping[str, str]) -> FilePreview | None:
            try:
                return self._previewed(mission, path, language, some)
            except PocLensError:
                return None

        refused = self._refused_at_once(mission, path, answers)
        refused = refused or refused_answers(answers, lambda some: previewed(some) is not None)
        rest = {name: text for name, text in answers.items() if name not in refused}
        found = previewed(rest) if refused else None
        return replace(found or FilePreview(), problems=told, refused=refused)

    def _refused_at_once(
        self, mission: str, path: Path, answers: Mapping[str, str]
    ) -> dict[str, str]:
        """The answers of which no mapping can be made, without taking the file in on trial."""
        from pipelines.setup.proposal.answering.answers import answered
        from pipelines.setup.proposal.writing import checked

        def makes_a_mapping(some: Mapping[str, str]) -> bool:
            try:
                proposal = answered(path, known, some, _form_of(path))
                return bool(proposal.open_of_all) or bool(checked(proposal.mapping()))
            except PocLensError:
                return False

        known = self._known(mission)
        return {} if makes_a_mapping(answers) else refused_answers(answers, makes_a_mapping)

    def take_in(
        self, mission: str, path: Path, language: str, answers: Mapping[str, str], who: str = ""
    ) -> list[str]:
        """Moves the file into the inbox, its mapping written where it had none; what hinders it.

        `who`: by whom the mapping's history says it was made or changed."""
        from pipelines.setup.proposal.answering.shown import titles_undecided
        from pipelines.setup.proposal.writing import write_mapping

        try:
            profile = self._workspace.profile(mission)
            source = self._source(path, profile)
            before = source if source and self._is_made_anew(mission, source, answers) else None
            if source is None or before:
                answers = self._with_said_before(mission, path, answers, before)
                proposal, _ = self._proposal(mission, path, answers, before)
                target = profile / "sources" / f"{proposal.source}.yaml"
                if opened := proposal.open_of_all:
                    raise WrongUse([Problem("page_map_open", value=name) for name in opened])
                if readings := titles_undecided(proposal, language):
                    raise WrongUse([Problem("page_map_reading", value=name) for name in readings])
                is_waiting = self._is_waiting(mission, path)
                if not is_waiting:
                    self._require_free(mission, path)
                if target.exists() and not before:
                    raise WrongUse(Problem("page_map_exists", value=proposal.source))
                if problem := self._beside(mission, path, before).problem(proposal.files):
                    raise WrongUse(problem)
                write_mapping(proposal.mapping(), target, who)
                if is_waiting:
                    return []
            elif answers.get("mend"):
                self._mend(mission, path, source, answers, who)
                if self._is_waiting(mission, path) and not answers.get("meant"):
                    return []
            self._moved(mission, path, is_meant=bool(answers.get("meant")))
        except PocLensError as error:
            return [problem.sentence(language) for problem in error.problems]
        return []

    def waiting(self, mission: str) -> list[str]:
        """The files in the inbox, by name; before it and a stroke the folder of its sender."""
        inbox = self._workspace.inbox(mission)
        return [path.relative_to(inbox).as_posix() for path in deliveries(inbox)]

    def take_out(self, mission: str, name: str) -> str:
        """Moves a file that waits to where no refresh finds it: its place in the workspace; empty
        where it waits no more."""
        from pipelines.ingest.rows.meant import forget

        if name not in self.waiting(mission):
            return ""
        inbox = self._workspace.inbox(mission)
        path = inbox / name
        out = inbox / _OUT / f"{datetime.now(UTC):%Y-%m-%d_%H%M%S_%f}" / path.name
        try:
            out.parent.mkdir(parents=True)
            path.rename(out)
        except FileNotFoundError:  # a refresh took it in meanwhile
            out.parent.rmdir()
            return ""
        forget(path)
        return out.relative_to(self._workspace.home).as_posix()

    def compared(self, mission: str, path: Path, language: str) -> tuple[bytes, list[str]]:
        """The workbook that holds the file against the warehouse, which is left as it is; what
        hinders it."""
        from pipelines.quality.pairs.reconciliation import reconcile, write_workbook

        try:
            profile = self._workspace.profile(mission)
            source = self._source(path, profile)
            if source is None:
                raise WrongUse(Problem("reconcile_not_mapped", path.name))
            warehouse = self._workspace.warehouse(mission)
            found = reconcile(path, source, read_mission(profile), profile, warehouse)
            with TemporaryDirectory() as folder:
                book = Path(folder) / "reconciliation.xlsx"
                write_workbook(found, book, language)
                return book.read_bytes(), []
        except PocLensError as error:
            return b"", [problem.sentence(language) for problem in error.problems]

    def rows_beside(
        self, mission: str, table: str, keys: Sequence[str], language: str
    ) -> list[tuple[str, list[str]]]:
        """Of rows of a table each filled column: its title, and its text in every row."""
        from pipelines.quality.pairs.duplicate_candidates import side_by_side
        from pipelines.setup.proposal.beside.known_rows import area_names
        from pipelines.workspace.warehouse.last_state import open_to_read

        warehouse, contract = self._workspace.warehouse(mission), contracts().get(table)
        if contract is None or not contract.duplicates or not warehouse.is_file():
            return []
        try:
            with open_to_read(warehouse) as connection:
                found = side_by_side(connection, table, keys)
            areas = area_names(warehouse, language)
        except PocLensError:
            return []  # it is being written for the first time
        told = {name: shown.code_words(contract.columns[name], language) for name, _ in found}
        told |= {contract.area_column: areas} if contract.area_column else {}
        of_mission = read_mission(self._workspace.profile(mission))
        return [
            (
                (column := contract.columns[name]).title.in_language(language),
                [
                    shown.cell(column, one, of_mission, told[name], language) or "–"
                    for one in values
                ],
            )
            for name, values in found
        ]

    def capture(
        self, mission: str, table: str, values: Mapping[str, str], name: str, language: str
    ) -> list[tuple[str, str]]:
        """Puts one row into the inbox as a filled template; else what is wrong, by column."""
        from pipelines.documents.templates import write_template
        from pipelines.ingest.mapping.sources.template_sources import template_sources
        from pipelines.setup.proposal.preview import preview

        profile, source = self._workspace.profile(mission), template_sources()[f"template_{table}"]
        warehouse = self._workspace.warehouse(mission)
        with TemporaryDirectory(dir=self._workspace.home) as folder:
            path = Path(folder) / name
            write_template(contracts()[table], path, language, [values])
            try:
                found = preview(path, source, read_mission(profile), profile, warehouse)
                _require_new(found, path.name)
                if not found.rejects:
                    self._moved(mission, path)
            except PocLensError as error:
                return [("", problem.sentence(language)) for problem in error.problems]
        told = shown.counted(found, read_mission(profile), language).rejects
        return [(one.column, said.sentence) for one, said in zip(found.rejects, told, strict=True)]

    def _is_made_anew(self, mission: str, source: "Source", answers: Mapping[str, str]) -> bool:
        """Whether a person makes the mapping of known files anew: one pattern, no template."""
        is_wanted = bool(answers.get("anew")) and len(source.files) == 1
        return is_wanted and self._kept(mission, source) is not None

    def _is_waiting(self, mission: str, path: Path) -> bool:
        """Whether this very file waits already, and only its mapping is made, anew or otherwise."""
        waiting = self._workspace.inbox(mission) / path.name
        return waiting.is_file() and cmp(waiting, path, shallow=False)

    def _require_free(self, mission: str, path: Path) -> None:
        if (self._workspace.inbox(mission) / path.name).exists():
            raise WrongUse(Problem("name_waits", path.name))

    def _moved(self, mission: str, path: Path, *, is_meant: bool = False) -> None:
        """A file of the same name that still waits is never replaced.

        `is_meant`: somebody answered the question for which it would be held.
        """
        from pipelines.ingest.files.archive import sha256_of
        from pipelines.ingest.rows.meant import say_meant

        inbox = self._workspace.inbox(mission)
        inbox.mkdir(parents=True, exist_ok=True)
        coming = inbox / f".{path.name}.tmp"  # the inbox may lie on another file system
        try:
            shutil.copyfile(path, coming)
            if is_meant:  # before the file is there: who looks into the inbox finds both
                self._require_free(mission, path)
                say_meant(inbox / path.name, sha256_of(path))
            os.link(coming, inbox / path.name)
        except FileExistsError:
            raise WrongUse(Problem("name_waits", path.name)) from None
        finally:
            coming.unlink(missing_ok=True)
        path.unlink()

    def _source(self, path: Path, profile: Path) -> "Source | None":
        """The mapping that takes the file; None where a new one must be proposed."""
        from pipelines.ingest.inbox import takers
        from pipelines.ingest.mapping.model import load_sources

        matching = takers(path, load_sources(profile))
        if len(matching) > 1:
            names = ", ".join(source.source for source in matching)
            raise WrongUse(Problem("several_sources", path.name, parameters={"sources": names}))
        return matching[0] if matching else None

    def _beside(self, mission: str, path: Path, before: "Source | None" = None) -> "Neighbours":
        """The files beside it, and the mappings but the one that is made anew."""
        from pipelines.setup.proposal.beside.neighbours import neighbours

        found = neighbours(self._workspace, mission, path, is_here=before is not None)
        own = before.source if before else None
        others = {name: one for name, one in found.sources.items() if name != own}
        return replace(found, sources=others)

    def _known(self, mission: str) -> "Known":
        from pipelines.setup.proposal.beside.known_rows import known_rows

        profile = self._workspace.profile(mission)
        return known_rows(self._workspace.warehouse(mission), read_mission(profile))

    def _area_names(self, mission: str, language: str) -> dict[str, str]:
        from pipelines.setup.proposal.beside.known_rows import area_names

        return area_names(self._workspace.warehouse(mission), language)

    def _mend(
        self, mission: str, path: Path, source: "Source", answers: Mapping[str, str], who: str
    ) -> None:
        """Writes the mapping of a changed file as a person confirmed it."""
        from pipelines.setup.proposal.difference import file_of, mended
        from pipelines.setup.proposal.writing import write_mapping

        changes, _, _ = self._changes(mission, path, source, answers)
        gone = [one.place for one in changes if one.kind == "missing"]
        if gone:
            raise WrongUse([Problem("page_map_gone", value=name) for name in gone])
        if not self._is_waiting(mission, path):
            self._require_free(mission, path)
        target = file_of(self._workspace.profile(mission), source.source)
        content = mended(target, changes)
        if content != mended(target, []):  # writing costs the comments of the file
            write_mapping(content, target, who)

    def _previewed(
        self, name: str, path: Path, language: str, answers: Mapping[str, str]
    ) -> FilePreview:
        from pipelines.ingest.rows import mended
        from pipelines.setup.proposal.answering.told import pattern_line
        from pipelines.setup.proposal.writing import proposed_mapping

        source = self._source(path, self._workspace.profile(name))
        before = source if source and self._is_made_anew(name, source, answers) else None
        if source is not None and before is None:
            rules = [contracts()[table.table].duplicates for table in source.tables]
            said = FilePreview(source=source.source, is_mended=mended.is_mended(path))
            if not said.is_mended:
                kept = self._kept(name, source)
                said = replace(said, is_comparable=any(rules), mapping=kept)
            return self._of_known_source(said, name, path, source, language, answers)
        answers = self._with_said_before(name, path, answers, before)
        proposal, found = self._proposal(name, path, answers, before)
        beside = self._beside(name, path, before)
        problem = beside.problem(proposal.files)
        pattern = pattern_line(proposal.files, beside, language)
        told = problem.sentence(language) if problem else pattern
        areas = self._area_names(name, language)
        offered = shown.proposed(proposal, self._known(name), language, answers, told, areas)
        counted = self._counted(name, found, language) if not problem else None
        mapping = proposed_mapping(proposal.mapping())
        own = before.source if before else ""
        return FilePreview(source=own, offered=offered, counted=counted, mapping=mapping)

    def _kept(self, name: str, source: "Source") -> KeptMapping | None:
        """The mapping of the profile and its history; None of a template, which has none."""
        from pipelines.ingest.mapping.sources.template_sources import template_sources
        from pipelines.setup.proposal.difference import file_of
        from pipelines.setup.proposal.writing import kept_mapping

        if source.source in template_sources():
            return None
        return kept_mapping(file_of(self._workspace.profile(name), source.source))

    def _with_said_before(
        self, mission: str, path: Path, answers: Mapping[str, str], before: "Source | None"
    ) -> Mapping[str, str]:
        """The answers, at first with those that the mapping before holds, as far as they fit."""
        from pipelines.setup.proposal.answering.said_before import answers_of

        if before is None or answers.get("laid"):
            return answers
        said = answers_of(before)
        refused = self._refused_at_once(mission, path, said)
        return {**{name: text for name, text in said.items() if name not in refused}, **answers}

    def _proposal(
        self, name: str, path: Path, answers: Mapping[str, str], before: "Source | None" = None
    ) -> "tuple[Proposal, Preview | None]":
        """The proposal as a person completed it, its key wide enough, and what it would bring."""
        from pipelines.setup.proposal.answering.answers import answered, has_chosen
        from pipelines.setup.proposal.answering.said_before import with_former_codes
        from pipelines.setup.proposal.beside.wider_key import key_change, with_wider_key

        proposal = answered(path, self._known(name), answers, _form_of(path))
        if before:
            files = answers.get("files") or before.files[0]
            proposal = replace(proposal, source=before.source, files=files)
            proposal = with_former_codes(proposal, before, answers)
        if proposal.open_of_all:
            return proposal, None
        trial = self._trial(name, path, [proposal.files], before)
        found = trial(proposal.mapping())
        wider = key_change(proposal.mapping(), found, trial)
        if wider is None or has_chosen(answers, wider[0].place.partition(".")[2]):
            return proposal, found
        return with_wider_key(proposal, wider[0]), wider[1]

    def _trial(
        self, name: str, path: Path, patterns: Sequence[str], before: "Source | None" = None
    ) -> "Callable[[Mapping[str, Any]], Preview]":
        """What mappings make of the file, beside others that they take."""
        from pipelines.setup.proposal.writing import checked

        beside = self._beside(name, path, before)
        others = [other for pattern in patterns for other in beside.tried(pattern)]
        archive = self._workspace.archive(name)
        return lambda content: self._tried(name, path, checked(content), others, archive)

    def _tried(
        self,
        name: str,
        path: Path,
        source: "Source",
        others: Sequence[Path] = (),
        archive: Path | None = None,
    ) -> "Preview":
        """What a mapping would make of the file."""
        from pipelines.setup.proposal.beside.neighbours import referred_to
        from pipelines.setup.proposal.preview import preview

        profile, warehouse = self._workspace.profile(name), self._workspace.warehouse(name)
        before = referred_to(self._workspace, name, source)
        where = (read_mission(profile), profile, warehouse)
        return preview(path, source, *where, others, before, archive)

    def _counted(self, name: str, found: "Preview | None", language: str) -> Counted | None:
        if found is None:
            return None
        areas = self._area_names(name, language)
        mission = read_mission(self._workspace.profile(name))
        return shown.counted(found, mission, language, areas, is_asked=True)

    def _of_known_source(
        self,
        said: FilePreview,
        name: str,
        path: Path,
        source: "Source",
        language: str,
        answers: Mapping[str, str],
    ) -> FilePreview:
        """What the file would bring, by the mended mapping where it does not fit any more."""
        from pipelines.setup.proposal.difference import file_of, mended

        changes, found, refused = self._changes(name, path, source, answers)
        if not changes:
            if refused:
                raise refused
            return replace(said, counted=self._counted(name, found, language))
        mends = refused is not None or not answers or bool(answers.get("mend"))
        known, areas = self._known(name), self._area_names(name, language)
        differs = shown.differing(changes, known, areas, language, mends, refused is None)
        if mends and not any(one.kind == "missing" for one in changes):
            content = mended(file_of(self._workspace.profile(name), source.source), changes)
            found = self._trial(name, path, source.files)(content)
        return replace(said, differs=differs, counted=self._counted(name, found, language))

    def _changes(
        self, name: str, path: Path, source: "Source", answers: Mapping[str, str]
    ) -> "tuple[list[Change], Preview | None, WrongUse | None]":
        """What a known mapping needs so that it reads the file; what it brings as it is, or why
        nothing."""
        from pipelines.ingest.mapping.sources.template_sources import template_sources
        from pipelines.ingest.rows.mended import is_mended
        from pipelines.setup.proposal.answering.answers import answered_changes
        from pipelines.setup.proposal.beside.wider_key import key_change
        from pipelines.setup.proposal.difference import file_of, mended

        found, refused, archive = None, None, None
        others = [one for files in source.files for one in self._beside(name, path).tried(files)]
        if is_mended(path):  # its rows stand in a file that is known
            archive, others = self._workspace.archive(name), []
        try:
            found = self._tried(name, path, source, others, archive)
        except WrongUse as error:
            refused = error
        if source.source in template_sources() or (found and not found.rejects):
            return [], found, refused
        changes = answered_changes(path, source, self._known(name), answers)
        if refused is None:  # its columns are read: only new texts may want a mend
            changes = [one for one in changes if one.kind == "code"]
        if not any(one.kind == "missing" for one in changes):
            content = mended(file_of(self._workspace.profile(name), source.source), changes)
            trial = self._trial(name, path, source.files)
            wider = key_change(content, trial(content), trial)
            changes += [wider[0]] if wider else []
        return changes, found, refused


def _form_of(path: Path) -> Path | None:
    """The form that a person gave with the file: it lies in a folder of its own beside it."""
    return next((path.parent / "form").glob("*"), None)


def _require_new(found: "Preview", name: str) -> None:
    """A form takes in one row that is not there yet: it has no area's right over another's row."""
    from pipelines.ingest.rows.key_clashes import RULE

    if found.rows_read != 1:
        raise WrongUse(Problem("capture_empty", name))
    if found.rows_changed or any(reject.rule == RULE for reject in found.rejects):
        raise WrongUse(Problem("capture_known", name))
