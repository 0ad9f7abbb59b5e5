"""`poclens reconcile`: a file of another system, such as SAGE, beside what the warehouse holds."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from indicators.definitions.contracts import contracts
from indicators.foundation.errors import Problem, WrongUse
from indicators.foundation.messages import message
from pipelines.cli.main import show
from pipelines.cli.options import Parser, mission_of

if TYPE_CHECKING:
    from pipelines.ingest.mapping.model import Source
    from pipelines.quality.pairs.reconciliation import Reconciliation


def add_arguments(parser: Parser) -> None:
    """The file, the mapping that reads it, and where the workbook goes."""
    parser.add_argument("--mission", metavar="M")
    parser.add_argument("file", type=Path)
    parser.add_argument("--source")
    parser.add_argument("--to", type=Path, default=Path("reconciliation.xlsx"))


def run(arguments: argparse.Namespace) -> int:
    """Compares, writes the workbook, prints how many cases are in both or in one."""
    from indicators.definitions.mission_profile import read_mission
    from pipelines.quality.pairs.reconciliation import reconcile, write_workbook

    if not arguments.file.is_file():
        raise WrongUse(Problem("no_file", str(arguments.file)))
    name = mission_of(arguments)
    profile = arguments.workspace.profile(name)
    source = _source(arguments, profile)
    warehouse = arguments.workspace.warehouse(name)
    found = reconcile(arguments.file, source, read_mission(profile), profile, warehouse)
    write_workbook(found, arguments.to, arguments.language)
    counts = _counts(found)
    show(arguments, {**counts, "file": str(arguments.to)}, _text(arguments, found, counts))
    return 0


def _source(arguments: argparse.Namespace, profile: Path) -> "Source":
    """The mapping that is named, or the one that takes files of this name."""
    from pipelines.ingest.inbox import sources_of
    from pipelines.ingest.mapping.sources.known_sources import known_sources

    known = known_sources(profile)
    if arguments.source:
        if arguments.source not in known:
            facts = {"names": ", ".join(sorted(known))}
            raise WrongUse(Problem("reconcile_unknown", value=arguments.source, parameters=facts))
        return known[arguments.source]
    matching = sources_of(arguments.file, known)
    if len(matching) != 1:
        raise WrongUse(Problem("reconcile_not_mapped", arguments.file.name))
    return matching[0]


def _counts(found: "Reconciliation") -> dict[str, int]:
    by_key = [match for match in found.matches if match.score is None]
    return {
        "rows_read": found.rows_read,
        "rows_rejected": found.rows_rejected,
        "equal": sum(not match.differs for match in by_key),
        "differing": sum(bool(match.differs) for match in by_key),
        "alike": len(found.matches) - len(by_key),
        "only_in_file": len(found.only_theirs),
        "not_comparable": len(found.not_comparable),
        "only_in_warehouse": len(found.only_ours),
    }


def _text(arguments: argparse.Namespace, found: "Reconciliation", counts: dict[str, int]) -> str:
    language = arguments.language
    head = message(
        "cli.reconcile.head",
        language,
        name=arguments.file.name,
        title=contracts()[found.table].title.in_language(language),
        first=found.first or "–",
        last=found.last or "–",
    )
    lines = [message(f"cli.reconcile.{name}", language, number=n) for name, n in counts.items()]
    done = message("cli.reconcile.done", language, path=arguments.to)
    return "\n".join([head, *lines, done])
