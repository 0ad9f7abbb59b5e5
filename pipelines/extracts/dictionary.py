"""The data dictionary: every column of the values and of the source tables, in both languages."""

from collections.abc import Iterator

from indicators.definitions.contracts import Column, contracts
from indicators.foundation.mart_tables import VALUE_COLUMNS
from indicators.foundation.messages import message

HEADINGS = ("table", "column", "type", "required", "codes", "title_en", "title_fr")


def dictionary_rows() -> Iterator[tuple[str, ...]]:
    """One row a column under `HEADINGS`: first the values', then the contracts'."""
    for name, sql_type in VALUE_COLUMNS.items():
        key = f"extract.column.{name}"
        words = (message(key, "en"), message(key, "fr"))
        yield ("indicator_value", name, sql_type.lower(), "", "", *words)
    for table, contract in contracts().items():
        for name, column in contract.columns.items():
            yield (table, name, column.type, _required(column), _codes(column), *_title(column))


def _required(column: Column) -> str:
    return "*" if column.required else ""


def _codes(column: Column) -> str:
    return ", ".join(column.allowed_codes or ())


def _title(column: Column) -> tuple[str, str]:
    return column.title.en, column.title.fr
