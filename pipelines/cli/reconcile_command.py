"""`poclens reconcile FILE`: another system's export held against the warehouse.

The file is read by its mapping and compared; nothing is taken in.
"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from indicators.foundation.errors import Problem, WrongUse
from indicators.foundation.messages import message
from pipelines.cli.main import show
from pipelines.cli.options import add_mission, mission_of

if TYPE_CHECKING:
    from pipelines.mapping.model import Source
    from pipelines.quality.reconciliation import Reconciliation

_SHOWN = 20


def add_arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """The export, its mapping, and where every case is written."""
    parser.add_argument("file", type=Path, help=message("cli.reconcile.file", language))
    add_mission(parser, language)
    parser.add_argument("--source", help=message("cli.reconcile.source", language))
    parser.add_argument(
        "--to", type=Path, metavar="FILE.xlsx", help=message("cli.reconcile.to", language)
    )


def run(arguments: argparse.Namespace) -> int:
    """Prints the counts and the first cases that are not alike; writes all where it is asked."""
    from indicators.definitions.mission_profile import read_mission
    from pipelines.quality.reconciliation import reconcile
    from pipelines.quality.reconciliation_words import workbook

    if not arguments.file.is_file():
        raise WrongUse(Problem("no_file", str(arguments.file)))
    profile = arguments.workspace.profile(mission_of(arguments))
    mission = read_mission(profile)
    source = _source(arguments, profile)
    warehouse = arguments.workspace.warehouse(mission.mission)
    found = reconcile(arguments.file, source, mission, profile, warehouse)
    lines = _lines(found, arguments.file.name, arguments.language)
    if arguments.to:
        arguments.to.write_bytes(workbook(found, arguments.file.name, arguments.language))
        lines.append(message("cli.reconcile.written", arguments.language, path=arguments.to))
    result = {"table": found.table, "counts": found.counts(), "rejected": found.rows_rejected}
    days = [day and day.isoformat() for day in (found.first_day, found.last_day)]
    show(arguments, {**result, "days": days}, "\n".join(lines))
    return 0


def _source(arguments: argparse.Namespace, profile: Path) -> "Source":
    """The mapping that is named, else the one that takes the file. Raises WrongUse."""
    from pipelines.ingest.inbox import sources_of
    from pipelines.mapping.model import load_sources

    sources = load_sources(profile)
    if arguments.source in sources:
        return sources[arguments.source]
    matching = [] if arguments.source else sources_of(arguments.file, sources)
    if len(matching) != 1:
        facts = {"known": ", ".join(sources)}
        raise WrongUse(Problem("reconcile_no_source", arguments.file.name, parameters=facts))
    return matching[0]


def _lines(found: "Reconciliation", file: str, language: str) -> list[str]:
    from pipelines.quality.reconciliation import SAME
    from pipelines.quality.reconciliation_words import case_texts, counted, notes

    lines = [*notes(found, file, language), ""]
    lines += [f"{count:>6}  {words}" for words, count in counted(found, language)]
    told = [line for line in found.lines if line.status != SAME]
    for line in told[:_SHOWN]:
        cells = [text for text in case_texts(found, line, language) if text]
        lines.append("  " + " | ".join(cells))
    if len(told) > _SHOWN:
        lines.append(message("cli.reconcile.more", language, number=len(told) - _SHOWN))
    return lines
