"""`poclens refresh`: the Dagster job `refresh` in the workspace's own instance, with progress."""

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from indicators.foundation.messages import message
from indicators.foundation.numbers.number_format import number_text
from pipelines.cli.main import show
from pipelines.cli.options import Parser, mission_of
from pipelines.cli.progress import progress_bar
from pipelines.cli.quality_command import says_empty
from pipelines.cli.signing_in import act_by_account, add_account
from pipelines.ingest.file_report import as_at_the_end, by_source, closing_lines, remark_lines, sent
from pipelines.setup.runs import PROGRESS


def add_arguments(parser: Parser) -> None:
    """The mission, the as-of day, and who goes over the rows."""
    parser.add_argument("--mission", metavar="M")
    parser.add_argument("--as-of", type=date)
    parser.add_argument("--engine", choices=("duckdb", "spark"), default="")
    parser.add_argument("--master", metavar="URL", default="")
    parser.add_argument("--explain", action="store_true")
    add_account(parser)


def run(arguments: argparse.Namespace) -> int:
    """Refreshes where anything is new, prints what was checked; 1 where a blocking check failed."""
    mission = mission_of(arguments)
    act_by_account(arguments)
    from pipelines.orchestration.runs.unchanged import unchanged_result

    last = unchanged_result(arguments.workspace, mission, arguments.as_of)
    if last is not None:
        text = message("cli.refresh.unchanged", arguments.language, values=last["values"])
        show(arguments, last, text)
        return 0
    with progress_bar(arguments):
        from pipelines.ingest.inbox import FilesRefused
        from pipelines.orchestration.resources import Rows
        from pipelines.orchestration.run import refresh

        refused = None
        try:
            rows = Rows(engine=arguments.engine, master=arguments.master)
            result = refresh(arguments.workspace, mission, arguments.as_of, rows)
        except FilesRefused as error:
            refused = error
    if refused is not None:  # the others are in: say so before the complaint
        files = [asdict(file) for file in refused.report.files]
        if files and not arguments.json:
            print("\n".join(files_read(files, arguments.language)))
        if not arguments.json:
            print(message("cli.refresh.refused", arguments.language), flush=True)
        raise refused
    told = [*silent_units(arguments, mission), *due_lines(arguments, mission)]
    steps = step_lines(arguments, mission, result.seconds) if arguments.explain else []
    text = "\n".join([summary(result, arguments.language), *steps, *told])
    show(arguments, result.as_dict() | {"due": told}, text)
    return 0 if result.status == "success" else 1


def step_lines(
    arguments: argparse.Namespace, mission: str, seconds: Mapping[str, float]
) -> list[str]:
    """The seconds of each step; of what is kept by its inputs what ran, as these changed, and how
    much stood."""
    from indicators.incremental.result_cache import tallies
    from pipelines.workspace.warehouse.last_state import open_to_read

    language = arguments.language
    with open_to_read(arguments.workspace.warehouse(mission)) as connection:
        found = tallies(connection, mission)
    lines = [
        message("cli.refresh.step", language, step=step.removeprefix("mart__"), seconds=taken)
        for step, taken in seconds.items()
    ]
    for method, told in found.items():
        counts = {"ran": len(told.computed), "stood": len(told.kept)}
        subjects = ", ".join(told.computed) or "–"
        lines.append(
            message("cli.refresh.kept", language, what=method, subjects=subjects, **counts)
        )
    return lines


def silent_units(arguments: argparse.Namespace, mission: str) -> list[str]:
    """Units that stopped sending, one a line."""
    from pipelines.quality.reporting.silent_units import silent_lines
    from pipelines.workspace.warehouse.last_state import open_to_read

    with open_to_read(arguments.workspace.warehouse(mission)) as connection:
        return silent_lines(connection, arguments.language)


def due_lines(arguments: argparse.Namespace, mission: str) -> list[str]:
    """What is past its retention period, and a removal that was cut short; one a line."""
    from pipelines.upkeep.purge.erase import unfinished
    from pipelines.upkeep.purge.retention import due
    from pipelines.workspace.warehouse.last_state import open_to_read

    language, day = arguments.language, arguments.as_of or date.today()
    with open_to_read(arguments.workspace.warehouse(mission)) as connection:
        found, is_open = due(connection, mission, day), bool(unfinished(connection))
    lines = [
        message("cli.purge.is_due", language, table=one.table, rows=one.rows, before=one.before)
        for one in found
    ]
    return [*lines, *([message("cli.purge.unfinished", language)] if is_open else [])]


def summary(result, language: str) -> str:  # type: ignore[no-untyped-def]
    """What was read, computed and found, and what to do next; failed checks one a line."""
    failed = [check for check in result.checks if check["status"] != "passed"]
    lines = files_read(result.files, language)
    lines += [
        message(
            "cli.refresh.done",
            language,
            values=result.values,
            checks=len(result.checks),
            warnings=sum(c["severity"] == "warning" and not says_empty(c) for c in failed),
            blocking=sum(check["severity"] == "blocking" for check in failed),
            seconds=number_text(sum(result.seconds.values()), language, 1),
        )
    ]
    lines += [
        f"  {check['check_name']}: {check[f'sentence_{language}']}"
        for check in failed
        if check["severity"] == "blocking"
    ]
    return "\n".join(lines)


def files_read(files: Sequence[Mapping[str, Any]], language: str) -> list[str]:
    """A line a source, then what is to be said of single files."""
    if not files:
        return [message("cli.refresh.no_files", language)]
    lines = [message("cli.refresh.source", language, **own) for own in by_source(sent(files))]
    for file in as_at_the_end(files):
        if file["status"] == "held":
            lines.append(message("cli.refresh.held", language, name=file["name"]))
        lines += remark_lines(file, language)
    is_of_page = PROGRESS in os.environ  # which has a button
    return [*lines, *closing_lines(files, language, names_commands=not is_of_page)]
