"""What is past the retention of its contract, and reducing it to what is counted.

Person-level text goes from archive, raw rows and quarantine. In core a row stays as it counts,
so that no figure changes: under a key drawn once and kept nowhere, without place in a file and
without the columns that the contract drops.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date

from indicators.definitions.contracts import Contract, Retention, contracts
from indicators.definitions.mission_profile import Mission, read_mission
from indicators.foundation.sql_text import quoted
from indicators.foundation.stored.database import one_transaction
from indicators.incremental.stored_columns import complete_rows
from pipelines.upkeep.purge import erase
from pipelines.workspace.paths import Workspace
from pipelines.workspace.warehouse import ledger
from pipelines.workspace.warehouse.connection import open_warehouse
from pipelines.workspace.warehouse.inspect import Connection
from pipelines.workspace.warehouse.ledger import InputFile


@dataclass(frozen=True)
class Due:
    """Rows of a table whose date lies before the day up to which they may stay as they came."""

    table: str
    before: date
    rows: int


def due(connection: Connection, mission: str, day: date) -> list[Due]:
    """What is past its retention on this day and has not been reduced yet, by table."""
    found = []
    for contract in contracts().values():
        if contract.retention is None:
            continue
        before = _months_before(day, contract.retention.months)
        query = f"SELECT count(*) FROM core.{quoted(contract.table)} WHERE {_is_due(contract)}"
        place = {"before": before, "origin": _file_of(mission, contract)}
        ((rows,),) = connection.execute(query, place).fetchall()
        if rows:
            found.append(Due(contract.table, before, rows))
    return found


def reduce_due(workspace: Workspace, mission: str, day: date, reason: str) -> list[Due]:
    """Reduces what is due to what is counted, and finishes what an earlier run left."""
    erase.finish(workspace, mission)
    profile = read_mission(workspace.profile(mission))
    with open_warehouse(workspace.warehouse(mission)) as connection:
        found = due(connection, mission, day)
        if not found:
            return []
        purge_id, salt = erase.new_id(), secrets.token_hex(16)
        with one_transaction(connection):
            for one in found:
                _reduce(connection, profile, contracts()[one.table], one, salt)
                connection.execute(
                    "INSERT INTO ops.retention VALUES (?, ?, ?)", [purge_id, one.table, one.before]
                )
            erase.record(connection, purge_id, "retention", reason, sum(one.rows for one in found))
            erase.forget_what_follows(connection)
            complete_rows(connection, profile, [one.table for one in found])
    erase.finish(workspace, mission)
    return found


def _reduce(
    connection: Connection, mission: Mission, contract: Contract, one: Due, salt: str
) -> None:
    origin = _file_of(mission.mission, contract)
    table = f"core.{quoted(contract.table)}"
    where = {"before": one.before, "origin": origin}
    places = connection.execute(
        f"SELECT file_sha256, sheet, row_number FROM {table} WHERE {_is_due(contract)}", where
    ).fetchall()
    changes = [
        f"{quoted(name)} = NULL" for name in (contract.retention.drop if contract.retention else ())
    ]
    changes += [
        f"{quoted(name)} = 'reduced-' || sha256(concat($salt, {quoted(name)}))[:16]"
        for name in contract.person_keys()
    ]
    changes += ["file_sha256 = $origin", "sheet = ''", "row_number = NULL", "row_hash = NULL"]
    connection.execute(
        f"UPDATE {table} SET {', '.join(changes)} WHERE {_is_due(contract)}", where | {"salt": salt}
    )
    erase.remove_places(connection, set(places))
    if ledger.known_file(connection, origin) is None:
        sequence = ledger.next_sequence(connection)
        entry = InputFile(
            origin,
            ledger.REDUCED,
            ledger.REDUCED,
            "loaded",
            sequence,
            mapping_version=ledger.REDUCED,
        )
        ledger.record(connection, entry)


def _is_due(contract: Contract) -> str:
    """SQL of the rows that are past their time by `$before`, and not yet under `$origin`, the file
    of rows that are reduced already."""
    rule = contract.retention or Retention(months=1)
    dated = contracts()[rule.dated_by or contract.table]
    day = f"CAST({quoted(dated.date_column or '')} AS DATE)"
    condition = f"{day} < $before"
    if rule.together:
        names = ", ".join(map(quoted, rule.together))
        condition = (
            f"({names}) IN (SELECT ({names}) FROM core.{quoted(dated.table)} "
            f"GROUP BY {names} HAVING max({day}) < $before)"
        )
    return f"{condition} AND file_sha256 <> $origin"


def _file_of(mission: str, contract: Contract) -> str:
    """The hash under which the ledger lists the reduced rows of a table."""
    return hashlib.sha256(f"retention\n{mission}\n{contract.table}".encode()).hexdigest()


def _months_before(day: date, months: int) -> date:
    """The first day of the month so many months before."""
    month = day.year * 12 + day.month - 1 - months
    return date(month // 12, month % 12 + 1, 1)
