"""`poclens map FILE`: a mapping proposed for an unknown file, or the mend of one that changed."""

import argparse
import sys
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from indicators.foundation.errors import Problem, WrongUse
from indicators.foundation.messages import message
from pipelines.cli.main import show
from pipelines.cli.options import Parser, mission_of
from pipelines.release.approval.second_person import user

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from indicators.definitions.mission_profile import Mission
    from pipelines.setup.proposal.beside.known_rows import Known
    from pipelines.setup.proposal.difference import Change
    from pipelines.setup.proposal.preview import Preview
    from pipelines.setup.proposal.proposal import Proposal
    from records.desk.intake import Counted

_SURE = 0.9  # from here on a person at a terminal is not asked about a column by itself


def add_arguments(parser: Parser) -> None:
    """The file, what a person says of it, and whether and where to write."""
    parser.add_argument("--mission", metavar="M")
    parser.add_argument("file", type=Path)
    for name in ("source", "name", "files", "table", "sheet"):
        parser.add_argument(f"--{name}")
    for name, metavar in (
        ("set", "COLUMN=VALUE"),
        ("column", "COLUMN=HEADER"),
        ("drop", "COLUMN"),
        ("answer", "NAME=VALUE"),
    ):
        parser.add_argument(f"--{name}", action="append", default=[], metavar=metavar)
    parser.add_argument("--form", type=Path)
    parser.add_argument("--yes", action="store_true")
    parser.add_argument("--write", type=Path)


def run(arguments: argparse.Namespace) -> int:
    """Shows the proposal, asks where somebody is there, writes what was confirmed."""
    from indicators.definitions.mission_profile import read_mission
    from pipelines.setup.proposal.beside.known_rows import known_rows

    for path in filter(None, (arguments.file, arguments.form)):
        if not path.is_file():
            raise WrongUse(Problem("no_file", str(path)))
    profile = arguments.workspace.profile(mission_of(arguments))
    mission = read_mission(profile)
    known = known_rows(arguments.workspace.warehouse(mission.mission), mission)
    if arguments.source:
        return _mend(arguments, profile, mission, known)
    return _propose(arguments, profile, mission, known)


def _pairs(texts: list[str]) -> dict[str, str]:
    for text in texts:
        if "=" not in text:
            raise WrongUse(Problem("map_pair", value=text))
    pairs = (text.partition("=") for text in texts)
    return {name.strip(): value.strip() for name, _, value in pairs}


def _answers(arguments: argparse.Namespace) -> dict[str, str]:
    """What the options say, as the page's fields say it."""
    answers = {name: getattr(arguments, name) or "" for name in ("table", "sheet", "files")}
    answers |= {f"constant.{column}": value for column, value in _pairs(arguments.set).items()}
    answers |= {f"header.{column}": value for column, value in _pairs(arguments.column).items()}
    answers |= {f"header.{column}": "" for column in arguments.drop}
    return answers | _pairs(arguments.answer)


def _is_asking(arguments: argparse.Namespace) -> bool:
    return not arguments.yes and not arguments.json and sys.stdin.isatty()


def _propose(
    arguments: argparse.Namespace, profile: Path, mission: "Mission", known: "Known"
) -> int:
    from pipelines.setup.proposal.answering.choices import choices
    from pipelines.setup.proposal.answering.confirm import ask
    from pipelines.setup.proposal.answering.told import choice_lines, pattern_line, proposal_lines
    from pipelines.setup.proposal.beside.neighbours import neighbours

    language = arguments.language
    beside = neighbours(arguments.workspace, mission.mission, arguments.file, is_here=True)
    answers, proposal = _as_said(arguments, known)
    is_asking, is_same = _is_asking(arguments), False
    while not is_same:
        asked = choices(proposal, answers)
        _tell(arguments, proposal_lines(arguments.file, proposal, language, is_asked=is_asking))
        _tell(arguments, choice_lines(asked, proposal.table, language, are_all=not is_asking))
        before = proposal
        if is_asking:
            answers, proposal = _otherwise(arguments, known, answers, proposal)
        is_same = proposal is before
    if problem := beside.problem(proposal.files):
        raise WrongUse(problem)
    _tell(arguments, [pattern_line(proposal.files, beside, language)])
    if is_asking:
        proposal = ask(proposal, known, language, _SURE)
    if arguments.name:
        proposal = replace(proposal, source=arguments.name)
    target = arguments.write or profile / "sources" / f"{proposal.source}.yaml"
    if not arguments.write and target.exists():
        facts = {"file_name": arguments.file.name}
        raise WrongUse(Problem("map_exists", value=proposal.source, parameters=facts))
    trial = _Trial(arguments, profile, mission, beside.tried(proposal.files))
    return _finish(trial, proposal, target)


def _as_said(arguments: argparse.Namespace, known: "Known") -> "tuple[dict[str, str], Proposal]":
    """What the options say, by names and codes, and what is proposed so."""
    from pipelines.setup.proposal.answering.answers import answered
    from pipelines.setup.proposal.answering.in_words import meant
    from pipelines.setup.proposal.answering.typed import (
        answers_meant,
        are_names,
        named,
        split,
        tables,
    )

    given, language = _answers(arguments), arguments.language
    given["table"] = meant(given["table"], tables(language)) or given["table"]
    by_answers = partial(answered, arguments.file, known, form=arguments.form, is_page=False)
    if not are_names(given):
        first = {name: given[name] for name in ("table", "sheet")}
        given = named(given, by_answers(first), given, language)
    answers = split(given)
    proposal = by_answers(answers)
    meaning = answers_meant(answers, proposal, answers, known, language)
    return meaning, proposal if meaning == answers else by_answers(meaning)


def _otherwise(
    arguments: argparse.Namespace, known: "Known", answers: dict[str, str], proposal: "Proposal"
) -> "tuple[dict[str, str], Proposal]":
    """Asks until an answer changes how the file is read, or none is given; what is no answer is
    refused at once."""
    from pipelines.setup.proposal.answering.answers import answered
    from pipelines.setup.proposal.answering.choices import choices
    from pipelines.setup.proposal.answering.confirm import ALL, ask_choice
    from pipelines.setup.proposal.answering.told import choice_lines
    from pipelines.setup.proposal.answering.typed import answers_meant

    language = arguments.language
    while said := ask_choice(language):
        if said == ALL:
            _tell(arguments, choice_lines(choices(proposal, answers), proposal.table, language))
            continue
        try:
            more = answers_meant(_pairs([said]), proposal, answers, known, language)
            now = {**answers, **more}
            return now, answered(arguments.file, known, now, arguments.form, is_page=False)
        except WrongUse as error:
            _tell(arguments, [problem.sentence(language) for problem in error.problems])
    return answers, proposal


def _finish(trial: "_Trial", proposal: "Proposal", target: Path) -> int:
    """Shows what would arrive, and writes the mapping where a person, or `--yes`, says so."""
    from pipelines.setup.proposal.beside.wider_key import with_wider_key

    arguments = trial.arguments
    result: dict[str, Any] = {"mapping": proposal.mapping(), "open": list(proposal.open_of_all)}
    result |= {"confidence": proposal.confidence, "rivals": list(proposal.rivals), "path": None}
    if proposal.open_of_all:
        if arguments.yes:
            raise WrongUse(
                [_open(part, name) for part in proposal.parts for name in part.open_required]
            )
        show(arguments, result, message("map.not_written", arguments.language))
        return 0
    undecided = [Problem("map_reading", value=name) for _, name in proposal.undecided_of_all]
    if undecided and arguments.yes:
        raise WrongUse(undecided)
    changes, result["preview"] = trial.shown(proposal.mapping())
    for change in changes:
        proposal = with_wider_key(proposal, change)
    result["mapping"] = proposal.mapping()
    result["columns"] = [asdict(one) for one in proposal.columns]
    if undecided:
        _tell(arguments, [problem.sentence(arguments.language) for problem in undecided])
    else:
        result["path"] = _written(arguments, proposal.mapping(), target, trial.mission)
    show(arguments, result, "")
    return 0


def _open(proposal: "Proposal", name: str) -> Problem:
    """That nothing says a column which the table needs, but perhaps the file's name."""
    if named := proposal.named.get(name):
        return Problem("map_named", value=name, parameters={"named": named})
    return Problem("map_open", value=name)


def _mend(arguments: argparse.Namespace, profile: Path, mission: "Mission", known: "Known") -> int:
    """What of a known mapping does not fit the file; writes the mend where it is confirmed."""
    from pipelines.ingest.mapping.model import load_sources
    from pipelines.setup.proposal.answering.told import change_line
    from pipelines.setup.proposal.beside.neighbours import neighbours
    from pipelines.setup.proposal.difference import changes_of, file_of, mended, with_key

    language, sources = arguments.language, load_sources(profile)
    if arguments.source not in sources:
        facts = {"known": ", ".join(sources)}
        raise WrongUse(Problem("map_no_source", value=arguments.source, parameters=facts))
    path = file_of(profile, arguments.source)
    said = _pairs(arguments.column)
    changes = changes_of(arguments.file, sources[arguments.source], known, said)
    names = {"name": arguments.file.name, "source": arguments.source}
    result: dict[str, Any] = {"path": None}
    if changes:
        lines = [message("map.differs", language, **names)]
        _tell(arguments, [*lines, *(change_line(one, language) for one in changes)])
    gone = [one.before or one.place for one in changes if one.kind == "missing"]
    if gone and (arguments.yes or arguments.write):  # a mapping that would refuse the file
        raise WrongUse([Problem("map_gone", arguments.file.name, value=name) for name in gone])
    content = mended(path, changes)
    of_keys: list[Change] = []
    if not gone:
        beside = neighbours(arguments.workspace, mission.mission, arguments.file, is_here=True)
        others = [other for one in content["files"] for other in beside.tried(one)]
        trial = _Trial(arguments, profile, mission, others)
        of_keys, result["preview"] = trial.shown(content)
    result["changes"] = [vars(one) for one in (*changes, *of_keys)]
    if not changes and not of_keys:
        show(arguments, result, message("map.same", language, **names))
        return 0
    for change in of_keys:
        content = with_key(content, change)
    result["mapping"] = content
    result["path"] = _written(arguments, content, arguments.write or path, mission)
    show(arguments, result, "")
    return 0


def _tell(arguments: argparse.Namespace, lines: Any) -> None:
    if not arguments.json:
        print("\n".join(lines))


@dataclass(frozen=True)
class _Trial:
    """Tries mappings on the file, beside others that they would take."""

    arguments: argparse.Namespace
    profile: Path
    mission: "Mission"
    beside: "Sequence[Path]"

    def preview(self, mapping: "Mapping[str, Any]") -> "Preview":
        """What a mapping makes of the file."""
        from pipelines.setup.proposal.preview import preview
        from pipelines.setup.proposal.writing import checked

        warehouse = self.arguments.workspace.warehouse(self.mission.mission)
        how = (checked(mapping), self.mission, self.profile, warehouse, self.beside)
        archive = self.arguments.workspace.archive(self.mission.mission)
        return preview(self.arguments.file, *how, archive=archive)

    def _counted(self, found: "Preview") -> "Counted":
        """A preview as the page shows it."""
        from pipelines.setup.proposal.answering.shown import counted
        from pipelines.setup.proposal.beside.known_rows import area_names

        language, warehouse = self.arguments.language, self.arguments.workspace.warehouse
        areas = area_names(warehouse(self.mission.mission), language)
        return counted(found, self.mission, language, areas)

    def shown(self, mapping: "Mapping[str, Any]") -> "tuple[list[Change], dict[str, Any]]":
        """Tells what would arrive; the wider key that it needs, and what arrives with it."""
        from pipelines.setup.proposal.answering.told import change_line, preview_lines
        from pipelines.setup.proposal.beside.wider_key import key_change

        language = self.arguments.language
        found = self.preview(mapping)
        _tell(self.arguments, preview_lines(self._counted(found), language))
        wider = key_change(mapping, found, self.preview)
        if wider is None:
            return [], asdict(found)
        change, found = wider
        _tell(
            self.arguments,
            [change_line(change, language), *preview_lines(self._counted(found), language)],
        )
        return [change], asdict(found)


def _written(
    arguments: argparse.Namespace, mapping: dict[str, Any], target: Path, mission: "Mission"
) -> str | None:
    """The path of the mapping where it was confirmed; None where nothing was written."""
    from pipelines.setup.proposal.writing import write_mapping

    language = arguments.language
    if _is_asking(arguments):
        answer = input(message("map.ask.write", language)).strip().lower()
        is_wanted = answer[:1] in ("y", "o")
    else:
        is_wanted = arguments.yes or arguments.write is not None
    if not is_wanted:
        _tell(arguments, [message("map.not_written", language)])
        return None
    write_mapping(mapping, target, user())
    facts = {"path": target, "mission": mission.mission, "file": arguments.file}
    _tell(arguments, [message("map.written", language, **facts)])
    return str(target)
