"""Numbers that a unit reports far from its own usual ones; they are flagged and stay.

A number is an outlier where it is ten times the unit's median or more, and more than five robust
standard deviations above it on the scale log(x + 1): a slip of a unit of measure or of a decimal,
seldom a busy day. Low numbers are not judged: near zero, rounding alone divides by ten. Half of a
unit's numbers may be wrong before median and deviation are (Rousseeuw and Croux 1993).
"""

from collections.abc import Iterator

from indicators.definitions.contracts import Contract, Words
from indicators.foundation.sql_text import quoted
from pipelines.quality.check_results import CheckResult, month_words, none_wrong
from pipelines.workspace.warehouse.inspect import Connection

TIMES = 10
_DEVIATIONS = 5
LEAST_NUMBERS = 20  # of fewer, the unit's usual number is not known
_UNIT = "units.unit_code"
_NAMED = 3


def unit_column(contract: Contract) -> str | None:
    """The column that says which unit reports; None where the table names none."""
    named = [name for name, column in contract.columns.items() if column.reference == _UNIT]
    return named[0] if named else None


def number_columns(contract: Contract) -> list[str]:
    """Columns of quantities: not coordinates."""
    return [
        name
        for name, column in contract.columns.items()
        if column.base_type in ("int", "dec") and name not in ("latitude", "longitude")
    ]


def outlier_sql(contract: Contract, column: str) -> str | None:
    """The outliers of a column: row, unit and month; None where the table has not what it takes.

    Columns: `file_sha256, sheet, row_number, unit, month`.
    """
    unit, day = unit_column(contract), contract.date_column
    if unit is None or day is None or column not in number_columns(contract):
        return None
    value = f"CAST({quoted(column)} AS DOUBLE)"
    needed = " AND ".join(f"{quoted(name)} IS NOT NULL" for name in (column, unit, day))
    return f"""
    WITH numbers AS (
      SELECT file_sha256, sheet, row_number, {quoted(unit)} AS unit,
             strftime({quoted(day)}, '%Y-%m') AS month, log10({value} + 1) AS size
      FROM core.{quoted(contract.table)}
      WHERE {needed}
    ),
    usual AS (
      SELECT unit, median(size) AS middle, 1.4826 * mad(size) AS spread
      FROM numbers GROUP BY unit HAVING count(*) >= {LEAST_NUMBERS}
    )
    SELECT file_sha256, sheet, row_number, unit, month FROM numbers JOIN usual USING (unit)
    WHERE size - middle >= log10({TIMES}) AND size - middle > {_DEVIATIONS} * spread
    """


def outliers(connection: Connection, contract: Contract) -> Iterator[CheckResult]:
    """For each quantity of a table whose rows name their unit: rows far from the unit's others."""
    if contract.calendar is None:
        return
    for column in number_columns(contract):
        query = outlier_sql(contract, column)
        if query is None:
            continue
        places = connection.execute(
            f"""SELECT unit, month, count(*) FROM ({query}) GROUP BY ALL
            ORDER BY count(*) DESC, month DESC, unit"""
        ).fetchall()
        rows = sum(number for *_, number in places)
        yield none_wrong(
            f"outliers.{column}",
            contract.table,
            rows,
            kind="outliers",
            column=contract.columns[column].title,
            times=TIMES,
            places=named_places([(unit, month) for unit, month, _ in places]),
        )


def named_places(places: list[tuple[str, str]]) -> Words:
    """The first units with their months, and how many more there are."""
    more = len(places) - _NAMED
    dated = [(unit, month_words(month)) for unit, month in places[:_NAMED]]

    def named(language: str) -> str:
        first = [f"{unit} ({month.in_language(language)})" for unit, month in dated]
        return ", ".join([*first, *([f"+ {more}"] if more > 0 else [])])

    return Words(en=named("en"), fr=named("fr"))
