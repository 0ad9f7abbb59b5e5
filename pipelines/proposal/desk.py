"""What the pages that take files in ask of the pipelines: a preview, and a place in the inbox.

The command that serves names this module to the dashboards, which know only the form of `Desk`
(`dashboards/forms/desk.py`). Libraries that read files are imported with the first file.
"""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from indicators.definitions.contracts import contracts
from indicators.definitions.mission_profile import Mission, read_mission
from indicators.foundation.errors import PocLensError, Problem, WrongUse
from indicators.foundation.messages import message
from pipelines.documents.workbook_desk import WorkbookDesk
from pipelines.workspace.paths import Workspace

if TYPE_CHECKING:
    from pipelines.mapping.model import Source
    from pipelines.proposal.preview import Preview
    from pipelines.proposal.proposal import Proposal

Said = dict[str, Any]


def open_desk(home: Path) -> "Desk":
    """The desk of a workspace."""
    return Desk(Workspace(home))


class Desk:
    """Shows what a file would bring, and puts it into a mission's inbox."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self.workbooks = WorkbookDesk(workspace)

    def missions(self) -> list[str]:
        """The missions of the workspace."""
        return self._workspace.missions()

    def preview(self, mission: str, path: Path, language: str, answers: Mapping[str, str]) -> Said:
        """What the file would bring; what hinders it stands under `problems`, a sentence each.

        `answers`: what a person said of columns that the table needs and nothing is proposed for:
        `constant.<column>`, the same value for every row, or `header.<column>`, where it stands.
        """
        try:
            return self._previewed(mission, path, language, answers)
        except PocLensError as error:
            return {"problems": [problem.sentence(language) for problem in error.problems]}

    def take_in(
        self, mission: str, path: Path, language: str, answers: Mapping[str, str]
    ) -> list[str]:
        """Moves the file into the inbox, its mapping written where it had none; what hinders it."""
        from pipelines.proposal.writing import write_mapping

        try:
            profile = self._workspace.profile(mission)
            if self._source(path, profile) is None:
                proposal = self._proposal(mission, path, answers)
                target = profile / "sources" / f"{proposal.source}.yaml"
                if proposal.open_required:
                    raise WrongUse([Problem("map_open", value=c) for c in proposal.open_required])
                self._require_free(mission, path)
                if target.exists():
                    facts = {"file_name": path.name}
                    raise WrongUse(Problem("map_exists", value=proposal.source, parameters=facts))
                write_mapping(proposal.mapping(), target)
            self._moved(mission, path)
        except PocLensError as error:
            return [problem.sentence(language) for problem in error.problems]
        return []

    def capture(
        self, mission: str, table: str, values: Mapping[str, str], name: str, language: str
    ) -> list[tuple[str, str]]:
        """Puts one row into the inbox as a filled template; else what is wrong, by column."""
        from pipelines.documents.templates import write_template
        from pipelines.mapping.template_sources import template_sources
        from pipelines.proposal.preview import preview

        profile, source = self._workspace.profile(mission), template_sources()[f"template_{table}"]
        warehouse = self._workspace.warehouse(mission)
        with TemporaryDirectory(dir=self._workspace.home) as folder:
            path = Path(folder) / name
            write_template(contracts()[table], path, language, [values])
            try:
                shown = preview(path, source, read_mission(profile), profile, warehouse)
                if not shown.rejects:
                    _require_new(shown, path.name)
                    self._moved(mission, path)
            except PocLensError as error:
                return [("", problem.sentence(language)) for problem in error.problems]
        told = _counted(shown, read_mission(profile), language)["rejects"]
        return [
            (one.column, said["sentence"]) for one, said in zip(shown.rejects, told, strict=True)
        ]

    def _require_free(self, mission: str, path: Path) -> None:
        if (self._workspace.inbox(mission) / path.name).exists():
            raise WrongUse(Problem("name_waits", path.name))

    def _moved(self, mission: str, path: Path) -> None:
        """A file of the same name that still waits is never replaced."""
        inbox = self._workspace.inbox(mission)
        inbox.mkdir(parents=True, exist_ok=True)
        coming = inbox / f".{path.name}.tmp"  # the inbox may lie on another file system
        try:
            shutil.copyfile(path, coming)
            os.link(coming, inbox / path.name)
        except FileExistsError:
            raise WrongUse(Problem("name_waits", path.name)) from None
        finally:
            coming.unlink(missing_ok=True)
        path.unlink()

    def _source(self, path: Path, profile: Path) -> "Source | None":
        """The mapping that takes the file; None where a new one must be proposed."""
        from pipelines.ingest import mended
        from pipelines.ingest.inbox import sources_of
        from pipelines.mapping.model import load_sources
        from pipelines.mapping.template_sources import template_of

        sources = load_sources(profile)
        if mended.is_mended(path):
            return mended.source_of(path, sources)
        if filled := template_of(path):
            return filled
        matching = sources_of(path, sources)
        if len(matching) > 1:
            names = ", ".join(source.source for source in matching)
            raise WrongUse(Problem("several_sources", path.name, parameters={"sources": names}))
        return matching[0] if matching else None

    def _proposal(self, mission: str, path: Path, answers: Mapping[str, str]) -> "Proposal":
        from pipelines.proposal.confirm import with_header
        from pipelines.proposal.known_rows import known_rows
        from pipelines.proposal.proposal import propose

        known = known_rows(self._workspace.warehouse(mission))
        proposal = propose(path, known)
        for name, value in answers.items():
            kind, _, column = name.partition(".")
            if kind == "header":
                proposal = with_header(proposal, column, value, known)
            else:
                proposal = proposal.with_constant(column, value)
        return proposal

    def _previewed(self, name: str, path: Path, language: str, answers: Mapping[str, str]) -> Said:
        from pipelines.ingest import mended
        from pipelines.proposal.preview import preview
        from pipelines.proposal.writing import checked

        profile = self._workspace.profile(name)
        mission, source = read_mission(profile), self._source(path, profile)
        said: Said = {"problems": [], "source": source.source if source else None}
        if mended.is_mended(path):
            return said | {"is_mended": True}
        if source is None:
            proposal = self._proposal(name, path, answers)
            said["proposal"] = _proposed(proposal, language)
            if proposal.open_required:
                return said
            source = checked(proposal.mapping())
        shown = preview(path, source, mission, profile, self._workspace.warehouse(name))
        return said | _counted(shown, mission, language)


def _require_new(shown: "Preview", name: str) -> None:
    """A form takes in one row that is not there yet: it has no area's right over another's row."""
    if shown.rows_read != 1:
        raise WrongUse(Problem("capture_empty", name))
    if shown.rows_changed:
        raise WrongUse(Problem("capture_known", name))


def _counted(shown: "Preview", mission: Mission, language: str) -> Said:
    from pipelines.ingest.quarantine import reject_sentence

    rejects = [
        {
            "rows": one.rows,
            "column": _title(one.table, one.column, language),
            "value": one.value or "",
            "sentence": reject_sentence(one.rule, one.parameters, one.value, language),
        }
        for one in shown.rejects
    ]
    share = 100 * shown.rows_rejected / shown.rows_read if shown.rows_read else 0
    return {
        "rows_read": shown.rows_read,
        "rows_new": shown.rows_loaded - shown.rows_changed,
        "rows_changed": shown.rows_changed,
        "rows_unchanged": shown.rows_unchanged,
        "rows_rejected": shown.rows_rejected,
        "is_held": share > mission.reject_limit_pct,
        "tables": _rows_by_table(shown, language),
        "rejects": rejects,
    }


def _rows_by_table(shown: "Preview", language: str) -> list[Said]:
    """Per table its title, the titles of the columns that are filled, and the rows."""
    found: list[Said] = []
    for table in dict.fromkeys(shown.tables):
        rows = [row for row, of in zip(shown.rows, shown.tables, strict=True) if of == table]
        columns = [c for c in contracts()[table].columns if any(c in row for row in rows)]
        found.append(
            {
                "title": contracts()[table].title.in_language(language),
                "columns": [_title(table, column, language) for column in columns],
                "rows": [[_cell(row.get(column)) for column in columns] for row in rows],
            }
        )
    return found


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _title(table: str, column: str, language: str) -> str:
    known = contracts()[table].columns
    return known[column].title.in_language(language) if column in known else column


def _proposed(proposal: "Proposal", language: str) -> Said:
    """The proposal with the reasons and the confidence of each column."""
    contract = contracts()[proposal.table]
    columns = [
        {
            "header": " + ".join(one.headers),
            "title": _title(proposal.table, one.column, language),
            "confidence": f"{one.confidence:.2f}",
            "reasons": ", ".join(message(f"map.reason.{r}", language) for r in one.reasons),
            "codes": [
                {"text": code.text, "code": code.code or "", "confidence": f"{code.confidence:.2f}"}
                for code in one.codes
                if code.code != code.text
            ],
        }
        for one in proposal.columns
    ]
    asked = [*proposal.open_required, *(proposal.constants or {})]
    return {
        "title": contract.title.in_language(language),
        "confidence": f"{proposal.confidence:.2f}",
        "columns": columns,
        "ignored": list(proposal.ignored),
        "rivals": [contracts()[name].title.in_language(language) for name in proposal.rivals],
        "asked": [
            {
                "column": name,
                "title": _title(proposal.table, name, language),
                "codes": list(contract.columns[name].allowed_codes or ()),
                "value": (proposal.constants or {}).get(name, ""),
            }
            for name in asked
        ],
        "is_complete": not proposal.open_required,
    }
