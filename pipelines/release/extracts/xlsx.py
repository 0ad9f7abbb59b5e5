"""A quarter as a workbook: values, definitions, data dictionary and notes, in both languages."""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from indicators.definitions.contracts import Column, contracts
from indicators.foundation.mart_tables import VALUE_COLUMNS
from indicators.foundation.messages import LANGUAGES, message
from pipelines.release.extracts.plain_sheet import write_plain_workbook
from pipelines.release.extracts.quarter import Quarter
from pipelines.release.extracts.said import as_of_line, audience_line, disclosure_lines

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


suffix = "xlsx"
_STATUSES = ("A", "P", "O", "L", "M", "U")
_CONF_STATUSES = ("F", "C")


def write(quarter: Quarter, path: Path) -> None:
    """Writes the quarter; numbers are numbers, an empty cell says why beside it."""
    write_plain_workbook(path, str(quarter.mission["name_en"]), _sheets(quarter))


def _sheets(quarter: Quarter) -> Iterator[tuple[str, Sequence[str], Iterable[Sequence[object]]]]:
    worded, definitions = quarter.worded, quarter.definitions
    yield _both("extract.sheet.cover"), ("en", "fr"), _cover(quarter)
    yield _both("extract.sheet.values"), list(worded), zip(*worded.values(), strict=True)
    yield (
        _both("extract.sheet.definitions"),
        list(definitions),
        zip(*definitions.values(), strict=True),
    )
    yield _both("extract.sheet.dictionary"), HEADINGS, dictionary_rows()
    yield _both("extract.sheet.notes"), ("en", "fr"), _notes(quarter)


def _cover(quarter: Quarter) -> list[tuple[str, str]]:
    """Whose figures these are, whom they are for, what was done to them, and where to look."""
    mission = quarter.mission
    lines = [(str(mission["name_en"]), str(mission["name_fr"]))]
    lines.append(_pair("extract.cover.period", period=quarter.period))
    told = [audience_line(quarter), as_of_line(quarter), *disclosure_lines(quarter)]
    lines += [(line["en"], line["fr"]) for line in told]
    numbers = {"cells": quarter.cells, "told": quarter.told_cells}
    keys = ("persons", "empty", "interval", "no_effect")
    lines += [_pair("extract.cover.cells", **numbers), _pair("extract.cover.sheets")]
    return lines + [_pair(f"extract.note.{key}") for key in keys]


def _notes(quarter: Quarter) -> list[tuple[str, str]]:
    """The mission, what its data cannot say, and what the statuses mean."""
    mission = quarter.mission
    lines = [(str(mission["name_en"]), str(mission["name_fr"]))]
    if not quarter.told_cells:
        lines.append(_pair("extract.note.no_value", cells=quarter.cells))
    if mission["is_fictional"]:
        lines.append(_pair("extract.note.fictional"))
    as_of = f"{mission['as_of']:%Y-%m-%d}"
    lines.append(_pair("extract.note.as_of", as_of=as_of))
    lines.append((str(mission["boundaries_en"]), str(mission["boundaries_fr"])))
    own = (json.loads(str(mission[f"notes_{language}"] or "[]")) for language in LANGUAGES)
    lines += list(zip(*own, strict=True))
    keys = ("no_effect", "interval", "empty", "persons", "parts", "grid")
    lines += [_pair(f"extract.note.{key}") for key in keys]
    lines += [_pair(f"extract.obs_status.{code}") for code in _STATUSES]
    lines += [_pair(f"extract.conf_status.{code}") for code in _CONF_STATUSES]
    return lines


def _pair(key: str, **parameters: object) -> tuple[str, str]:
    return message(key, "en", **parameters), message(key, "fr", **parameters)


def _both(key: str) -> str:
    """A sheet's name in both languages; Excel allows 31 characters."""
    return " - ".join(dict.fromkeys(_pair(key)))[:31]
