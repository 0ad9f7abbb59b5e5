"""`poclens duplicates`: pairs of rows that may tell of one case, and what a person decides.

A decision is kept in the records, with who took it, and takes effect with the next refresh.
"""

import argparse
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from indicators.definitions.contracts import contracts
from indicators.foundation.errors import Problem, WrongUse, suggestion
from indicators.foundation.messages import message
from indicators.foundation.sql_text import quoted
from indicators.foundation.stored.database import named_rows
from pipelines.cli.main import show
from pipelines.cli.options import Parser, mission_of
from pipelines.release.approval.second_person import at_terminal

if TYPE_CHECKING:
    import duckdb

_DECISIONS = ("duplicate", "separate", "undecided")
_LISTED_SQL = """
SELECT * EXCLUDE (mission) FROM mart.duplicate_candidate
WHERE mission = ? AND (decision = 'undecided' OR ?)
ORDER BY source, score DESC NULLS LAST, key_a, key_b
"""


def add_arguments(parser: Parser) -> None:
    """What to do; of a decision both keys, what they are, and why."""
    parser.add_argument("step", choices=("list", "decide"))
    parser.add_argument("keys", nargs="*")
    parser.add_argument("--mission", metavar="M")
    parser.add_argument("--all", action="store_true")
    decision = parser.add_mutually_exclusive_group()
    decision.add_argument(
        "--leave-out", metavar="KEY", help=message("cli.duplicates.leave_out", parser.language)
    )
    for name in _DECISIONS[1:]:
        text = message(f"cli.duplicates.{name}", parser.language)
        decision.add_argument(
            f"--{name}", dest="decision", action="store_const", const=name, help=text
        )
    parser.add_argument("--reason", default="")


def run(arguments: argparse.Namespace) -> int:
    """Prints the pairs that wait (`--all`: those that were decided too), or keeps a decision."""
    from pipelines.workspace.warehouse.last_state import open_to_read

    mission = mission_of(arguments)
    with open_to_read(arguments.workspace.warehouse(mission)) as connection:
        if arguments.step == "list":
            return _list(arguments, mission, connection)
        table, pair = _pair(arguments, connection)
    return _decide(arguments, mission, table, pair)


def _list(
    arguments: argparse.Namespace, mission: str, connection: "duckdb.DuckDBPyConnection"
) -> int:
    found = connection.execute(_LISTED_SQL, [mission, arguments.all])
    rows = [row | {"differs": json.loads(row["differs"] or "[]")} for row in named_rows(found)]
    language = arguments.language
    lines = [_line(row, language) for row in rows]
    text = "\n".join(lines) or message("cli.duplicates.none", language)
    show(arguments, {"candidates": rows}, text)
    return 0


def _line(row: Mapping[str, Any], language: str) -> str:
    decision = message(f"duplicates.decision.{row['decision']}", language)
    if row["rule"] is None:
        told = {key: row[key] for key in ("source", "key_a", "key_b")}
        return message("cli.duplicates.line_decided", language, decision=decision, **told)
    contract = contracts()[row["source"]]
    title = contract.duplicates[row["rule"]].title.in_language(language)
    titles = [contract.columns[name].title.in_language(language) for name in row["differs"]]
    told = {**row, "differs": ", ".join(titles) or "–", "area": row["area"] or "–"}
    return message("cli.duplicates.line", language, **told | {"decision": decision, "rule": title})


def _pair(
    arguments: argparse.Namespace, connection: "duckdb.DuckDBPyConnection"
) -> tuple[str, tuple[str, str]]:
    """The table that has both rows, and their keys in order. Raises WrongUse where none has."""
    if len(set(arguments.keys)) != 2 or not (arguments.leave_out or arguments.decision):
        raise WrongUse(Problem("duplicates_needs"))
    if arguments.leave_out and arguments.leave_out not in arguments.keys:
        raise WrongUse(
            Problem(
                "duplicates_other_key",
                value=arguments.leave_out,
                parameters={"keys": ", ".join(arguments.keys)},
            )
        )
    first, second = sorted(arguments.keys)
    missing = ""
    for table, contract in contracts().items():
        if contract.duplicates:
            rows = connection.execute(
                f"SELECT DISTINCT {(key := quoted(contract.key[0]))} FROM raw.{quoted(table)} "
                f"WHERE {key} IN (?, ?)",
                [first, second],
            ).fetchall()
            if len(rows) == 2:
                return table, (first, second)
            missing = missing or (second if rows == [(first,)] else first if rows else "")
    known = connection.execute(
        "SELECT DISTINCT unnest([key_a, key_b]) FROM mart.duplicate_candidate"
    ).fetchall()
    value = missing or first
    nearest = suggestion(value, [key for (key,) in known])
    raise WrongUse(Problem("duplicates_unknown_key", value=value, parameters={"nearest": nearest}))


def _decide(arguments: argparse.Namespace, mission: str, table: str, pair: tuple[str, str]) -> int:
    from records.kinds import DuplicateDecision
    from records.rights import Actor
    from records.store import Store, utc_now

    decision = "duplicate" if arguments.leave_out else arguments.decision
    content = {"table": table, "row_key": pair[0], "other_key": pair[1], "decision": decision}
    content |= {"left_out": arguments.leave_out, "reason": arguments.reason}
    record = DuplicateDecision.model_validate(content)
    store = Store.of_workspace(arguments.workspace.home)
    latest = store.latest(mission, DuplicateDecision, record.key)
    who = Actor(at_terminal(), frozenset())
    store.write(who, mission, record, latest.number if latest else 0, utc_now())
    told = {"key": pair[0], "other": pair[1]}
    words = message(f"duplicates.decision.{decision}", arguments.language)
    text = message("cli.duplicates.done", arguments.language, decision=words, **told)
    show(arguments, record.model_dump(mode="json"), text)
    return 0
