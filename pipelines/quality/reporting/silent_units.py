"""Units that stopped sending: told at the end of a refresh and on the page that begins one."""

from indicators.definitions.contracts import contracts
from indicators.foundation.calendar.day_text import MONTH, day_text
from indicators.foundation.messages import message
from indicators.foundation.sql_text import quoted, sql_file
from pipelines.workspace.warehouse.inspect import Connection

LEAST_MONTHS = 2  # a report that is a month late is usual
REGULAR_MONTHS = 3  # of the six before the last: who sends now and then has not stopped
_UNIT = "units.unit_code"
_NOT_SENT = ("activity_plan", "reporting_returns")  # what is to be done, and who owed a report


def silent_lines(connection: Connection, language: str) -> list[str]:
    """A line a unit: its last report, and the months without; by the last refresh's day."""
    found = connection.execute(_sql()).fetchall()
    return [
        message(
            "closing.silent_unit",
            language,
            unit=code if name in (None, code) else f"{name} ({code})",
            last=day_text(last, language, MONTH),
            months=months,
        )
        for code, name, last, months in found
    ]


def _sql() -> str:
    selects = []
    for table, contract in contracts().items():
        column = contract.columns.get("unit_code")
        is_sent = column is not None and column.reference == _UNIT and table not in _NOT_SENT
        if is_sent and contract.date_column is not None:
            month = f"CAST(date_trunc('month', {quoted(contract.date_column)}) AS DATE)"
            selects.append(
                f'SELECT DISTINCT unit_code, {month} AS "month"\n  FROM core.{quoted(table)}'
            )
    sent = "\n  UNION\n  ".join(selects)
    limits = {"least": LEAST_MONTHS, "regular": REGULAR_MONTHS}
    return sql_file(__file__, "silent_units").format(sent=sent, **limits)
