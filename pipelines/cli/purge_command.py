"""`poclens purge`: removes a file or the rows under a key for good, or what is past its time."""

import argparse
from datetime import date

from indicators.foundation.errors import Problem, WrongUse
from indicators.foundation.messages import message
from pipelines.cli.main import show
from pipelines.cli.options import Parser, mission_of
from pipelines.cli.progress import own_turn


def add_arguments(parser: Parser) -> None:
    """What is to be removed and why, or `--due`."""
    parser.add_argument("target", nargs="?", metavar="FILE|KEY")
    parser.add_argument("--reason")
    parser.add_argument("--due", action="store_true")
    parser.add_argument("--as-of", type=date)
    parser.add_argument("--mission", metavar="M")


def run(arguments: argparse.Namespace) -> int:
    """Removes what is named; `--due` lists what is due, and with a reason reduces it."""
    mission = mission_of(arguments)
    if bool(arguments.target) == arguments.due or (arguments.target and not arguments.reason):
        raise WrongUse(Problem("purge_needs_reason"))
    with own_turn(arguments, mission):
        return _due(arguments, mission) if arguments.due else _purge(arguments, mission)


def _purge(arguments: argparse.Namespace, mission: str) -> int:
    from pipelines.orchestration.runs.unchanged import forget
    from pipelines.upkeep.purge.erase import purge

    language = arguments.language
    report = purge(arguments.workspace, mission, arguments.target, arguments.reason)
    forget(arguments.workspace, mission)
    facts = {"id": report.purge_id, "rows": report.rows, "files": len(report.files)}
    lines = [message("cli.purge.done", language, **facts)]
    for one in report.releases:
        codes = ", ".join(one.indicators) or "–"
        figures = {"release": one.release, "indicators": codes}
        if one.indicators or not one.has_text:
            lines.append(message("cli.purge.release", language, **figures))
        if one.has_text:
            lines.append(message("cli.purge.release_text", language, release=one.release))
    if not report.releases:
        lines.append(message("cli.purge.no_release", language))
    lines += [message("cli.purge.still_there", language, path=path) for path in report.still_there]
    lines.append(message("cli.purge.next", language, mission=mission))
    releases = [vars(one) for one in report.releases]
    result = {
        "purge": report.purge_id,
        "kind": report.kind,
        "files": list(report.files),
        "rows": report.rows,
        "releases": releases,
        "still_there": list(report.still_there),
    }
    show(arguments, result, "\n".join(lines))
    return 0


def _due(arguments: argparse.Namespace, mission: str) -> int:
    from pipelines.orchestration.runs.unchanged import forget
    from pipelines.upkeep.purge.erase import finish
    from pipelines.upkeep.purge.retention import due, reduce_due
    from pipelines.workspace.warehouse.connection import open_warehouse

    day, language = arguments.as_of or date.today(), arguments.language
    if arguments.reason:
        found = reduce_due(arguments.workspace, mission, day, arguments.reason)
        forget(arguments.workspace, mission)
    else:
        finish(arguments.workspace, mission)
        with open_warehouse(arguments.workspace.warehouse(mission)) as connection:
            found = due(connection, mission, day)
    key = "cli.purge.reduced" if arguments.reason else "cli.purge.is_due"
    lines = [
        message(key, language, table=one.table, rows=one.rows, before=one.before) for one in found
    ]
    text = "\n".join(lines) or message("cli.purge.nothing_due", language)
    rows = [{"table": o.table, "before": o.before.isoformat(), "rows": o.rows} for o in found]
    show(arguments, {"due": rows, "removed": bool(arguments.reason)}, text)
    return 0
