"""`poclens templates`: XLSX forms from the contracts, with lists of codes and notes."""

import argparse
from pathlib import Path

from pipelines.cli.main import show
from pipelines.cli.options import Parser


def add_arguments(parser: Parser) -> None:
    """The folder, where not all are wanted the tables, and what is filled in already."""
    parser.add_argument("tables", nargs="*")
    parser.add_argument("--to", type=Path, default=Path("templates"))
    parser.add_argument("--unit", default="")
    parser.add_argument("--month", default="", metavar="2026-10")


def run(arguments: argparse.Namespace) -> int:
    """Writes one template a table."""
    from indicators.definitions.contracts import contracts
    from indicators.foundation.errors import Problem, WrongUse
    from pipelines.documents.templates import month_named, template_name, write_template_of

    known, unit, month = contracts(), arguments.unit, arguments.month
    unknown = [table for table in arguments.tables if table not in known]
    if unknown:
        raise WrongUse(
            Problem("unknown_table", value=unknown[0], parameters={"known": ", ".join(known)})
        )
    if month:
        month_named(month)
    arguments.to.mkdir(parents=True, exist_ok=True)
    paths = []
    for table in arguments.tables or known:
        path = arguments.to / template_name(table, unit, month)
        write_template_of(known[table], path, arguments.language, unit, month)
        paths.append(str(path))
    show(arguments, {"files": paths}, "\n".join(paths))
    return 0
