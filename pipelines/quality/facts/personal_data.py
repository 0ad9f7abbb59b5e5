"""Texts that look like personal data: e-mail addresses, telephone numbers, names, exact places.

A mapping takes listed columns only, but a listed column of text takes what was typed. Looked at are
the rows of core and the text that is kept of rejected rows. A finding names the column, the file
and the row, never the text itself.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from indicators.definitions.contracts import Contract
from indicators.foundation.sql_text import literal, quoted
from pipelines.quality.check_results import CheckResult, none_wrong
from pipelines.workspace.warehouse.inspect import Connection, single

# RE2 has no look-around, so what stands before and after belongs to the pattern.
PATTERNS: Mapping[str, str] = {
    "email": r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+\.[A-Za-z]{2,}",
    # International form (+ or 00), or groups after a leading 0 set apart by spaces, as in no date.
    "telephone": (
        r"(^|[^0-9A-Za-z_/-])((\+|00)[1-9]([ .()-]{0,2}[0-9]){7,13}|0[0-9]{1,3}( [0-9]{2,4}){3,4})"
        r"($|[^0-9A-Za-z])"
    ),
    # Four decimals of a degree are eleven metres: a house.
    "coordinates": r"(^|[^0-9.])-?[0-9]{1,2}[.,][0-9]{4,}[°NSns]?[ ,;/]+-?[0-9]{1,3}[.,][0-9]{4,}",
    # A form of address and a capital; a name without one cannot be told from a place.
    "name": (
        r"(^|[^\pL])(Mr|Mrs|Ms|Miss|Dr|Mme|Mlle|Monsieur|Madame|Cheikh|Sheikh|Chief|Chef|Capt|"
        r"Captain|Capitaine|Lt|Sgt|Col|Colonel|Major|Pastor|Pasteur|Imam|Father|Père)\.?"
        r"[ \x{A0}]+\p{Lu}\pL+"
    ),
}
_PLACES = frozenset({"areas", "deployments"})  # their texts are names of places


def personal_data(connection: Connection, contract: Contract) -> Iterator[CheckResult]:
    """For each kind: no text of the table's core rows looks like it."""
    yield from _results(connection, contract, "core", _texts(contract), "personal_data")


def personal_data_of_rejects(connection: Connection, contract: Contract) -> Iterator[CheckResult]:
    """Where the texts of rejected rows look like it, in all their columns: none is cast yet."""
    columns = list(contract.columns)
    found = _results(connection, contract, "raw", columns, "personal_data_of_rejects")
    yield from (result for result in found if result.status == "failed")


def _texts(contract: Contract) -> list[str]:
    """Columns in which anything may be typed: no code, no reference to a list."""
    return [
        name
        for name, column in contract.columns.items()
        if column.type == "text" and column.reference is None
    ]


def _results(
    connection: Connection, contract: Contract, schema: str, columns: list[str], kind: str
) -> Iterator[CheckResult]:
    searched = [name for name in PATTERNS if name != "name" or contract.table not in _PLACES]
    if not columns:
        return
    for name, found in _found(connection, contract, schema, columns, searched).items():
        rows, file, row, texts = found
        column = next((c for c, text in texts.items() if _is_in(connection, text, name)), "")
        yield none_wrong(
            f"{kind}.{name}",
            contract.table,
            rows,
            kind=f"{kind}_{name}",
            column=contract.columns[column].title if column else "",
            file=file,
            row=row,
        )


def _is_in(connection: Connection, text: str | None, name: str) -> bool:
    return single(connection, "SELECT regexp_matches(?, ?)", [text or "", PATTERNS[name]]) > 0


def _found(
    connection: Connection, contract: Contract, schema: str, columns: list[str], names: list[str]
) -> dict[str, tuple[int, str, int, dict[str, str | None]]]:
    """For each kind how many rows have such a text; file, row and texts of the first.

    One look at all texts of a row: sixty columns searched one by one take sixty times as long.
    """
    rows = f"{schema}.{quoted(contract.table)}"
    if schema == "raw":
        rows = f"""(SELECT * FROM {rows} AS kept
          SEMI JOIN quarantine.{quoted(contract.table)} AS waiting
          ON waiting.file_sha256 = kept.file_sha256 AND waiting.row_number = kept.row_number
            AND waiting.sheet IS NOT DISTINCT FROM kept.sheet)"""
    texts = ", ".join(quoted(column) for column in columns)
    place = "{'file': file, 'sheet': sheet, 'row': row_number, 'texts': texts}"
    facts = [
        f"count(*) FILTER ({look}), min({place}) FILTER ({look})"
        for look in (f"regexp_matches(joined, {literal(PATTERNS[name])})" for name in names)
    ]
    found = connection.execute(
        f"""
        WITH own AS (
          SELECT file_sha256, sheet, row_number, [{texts}] AS texts,
                 concat_ws(chr(31), {texts}) AS joined
          FROM {rows}
        ),
        named AS (
          SELECT own.*, coalesce(f.name, '') AS file
          FROM own LEFT JOIN ops.input_file AS f USING (file_sha256)
        )
        SELECT {", ".join(facts)} FROM named
        """
    ).fetchone()
    assert found is not None  # aggregates without GROUP BY
    nothing: dict[str, Any] = {"file": "", "row": 0, "texts": []}
    results = {}
    for name, count, first in zip(names, found[0::2], found[1::2], strict=True):
        at = first or nothing
        cells = dict(zip(columns, at["texts"], strict=False))
        results[name] = (int(count), str(at["file"]), int(at["row"] or 0), cells)
    return results
