"""Rows that point at a row of another table which is not there."""

from collections.abc import Iterator

from indicators.definitions.contracts import Contract
from indicators.foundation.sql_text import quoted
from pipelines.quality.check_results import CheckResult, check_result
from pipelines.warehouse.inspect import Connection, single


def orphan_sql(
    table: str, columns: tuple[str, ...], other: str, other_columns: tuple[str, ...]
) -> str:
    """How many rows of `table` name, with these columns, a row that `other` does not have."""
    filled = " AND ".join(f"row.{quoted(column)} IS NOT NULL" for column in columns)
    matched = " AND ".join(
        f"known.{quoted(theirs)} = row.{quoted(ours)}"
        for ours, theirs in zip(columns, other_columns, strict=True)
    )
    return f"""
    SELECT count(*) FROM core.{quoted(table)} AS row
    WHERE {filled}
      AND NOT EXISTS (SELECT 1 FROM core.{quoted(other)} AS known WHERE {matched})
    """


def orphans(connection: Connection, contract: Contract) -> Iterator[CheckResult]:
    """For each reference of the contract: no row points at nothing."""
    single_columns = [((ours,), table, (theirs,)) for ours, table, theirs in contract.references()]
    composite = [
        (reference.columns, reference.table, reference.to_columns)
        for reference in contract.composite_references
    ]
    for columns, other, other_columns in [*single_columns, *composite]:
        rows = single(connection, orphan_sql(contract.table, columns, other, other_columns))
        yield check_result(
            f"{'_'.join(columns)}.reference",
            contract.table,
            rows == 0,
            kind="orphans",
            observed=rows,
            expected=0,
            rows_failed=rows,
            severity="blocking",
            column=contract.columns[columns[-1]].title,
            other=other,
        )
