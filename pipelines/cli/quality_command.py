"""`poclens quality`: what the last refresh checked and found."""

import argparse
from collections.abc import Mapping
from typing import Any

from indicators.definitions.contracts import contracts
from indicators.foundation.messages import message
from pipelines.cli.main import show
from pipelines.cli.options import Parser, mission_of


def add_arguments(parser: Parser) -> None:
    """The mission."""
    parser.add_argument("--mission", metavar="M")


def says_empty(check: Mapping[Any, Any]) -> bool:
    """Whether it warns that a table has no row: of what never came, no fault of what did."""
    return check["severity"] == "warning" and check["check_name"].endswith(".has_rows")


def run(arguments: argparse.Namespace) -> int:
    """Prints the checks that did not pass; 1 where a blocking one failed."""
    from pipelines.workspace.warehouse.last_state import open_to_read

    with open_to_read(arguments.workspace.warehouse(mission_of(arguments))) as connection:
        frame = connection.execute(
            "SELECT * FROM mart.quality_check ORDER BY severity, status, check_name"
        ).df()
    checks = frame.to_dict("records")
    found = [check for check in checks if check["status"] != "passed"]
    key = "cli.quality.count" if checks else "cli.quality.none"
    lines = [message(key, arguments.language, total=len(checks), found=len(found))]
    absent = [check["source"] for check in found if says_empty(check)]
    if absent:  # one line for all tables
        language = arguments.language
        titles = [contracts()[table].title.in_language(language) for table in sorted(absent)]
        lines.append(message("cli.quality.never_came", language, tables=", ".join(titles)))
    lines += [_line(check, arguments.language) for check in found if not says_empty(check)]
    show(arguments, {"checks": checks}, "\n".join(lines))
    return int(any(check["severity"] == "blocking" for check in found))


def _line(check: Mapping[Any, Any], language: str) -> str:
    told = {"severity": message(f"page.code.severity.{check['severity']}", language)}
    told |= {"check": check["check_name"], "sentence": check[f"sentence_{language}"]}
    return message("cli.quality.line", language, **told)
