"""A reconciliation as a workbook: cases in both, in the file only, in the warehouse only."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from indicators.definitions.contracts import Contract, contracts
from indicators.definitions.vocabularies import vocabulary
from indicators.foundation.messages import message
from pipelines.quality.reconciliation import Match, Reconciliation, Row

_FIXED_DATE = datetime(2000, 1, 1, tzinfo=UTC)  # no clock in the file: same rows, same bytes


def write_workbook(found: Reconciliation, path: Path, language: str) -> None:
    """Writes the four sheets in `en` or `fr`, beside and then in place of an earlier one."""
    contract = contracts()[found.table]
    coming = path.with_name(f".{path.name}.tmp")
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(coming, options) as workbook:
        workbook.set_properties({"created": _FIXED_DATE})
        lines = (_matched(match, contract, language) for match in found.matches)
        _sheet(workbook, "both", _heads(language), lines, language)
        for name in ("only_theirs", "not_comparable", "only_ours"):
            rows = getattr(found, name)
            _sheet(
                workbook,
                name,
                _titles(contract, language),
                _plain(rows, contract, language),
                language,
            )
    coming.replace(path)


def _heads(language: str) -> list[str]:
    names = ("key_theirs", "key_ours", "score", "area_theirs", "area_ours", "differs")
    return [message(f"reconcile.head.{name}", language) for name in names]


def _titles(contract: Contract, language: str) -> list[str]:
    return [column.title.in_language(language) for column in contract.columns.values()]


def _matched(match: Match, contract: Contract, language: str) -> list[Any]:
    key = contract.key[0]
    area = contract.area_column or key
    differs = [
        message(
            "reconcile.differs",
            language,
            column=contract.columns[name].title.in_language(language),
            theirs=_shown(contract, name, match.theirs[name], language),
            ours=_shown(contract, name, match.ours[name], language),
        )
        for name in match.differs
    ]
    sides = (match.theirs[key], match.ours[key], match.score, match.theirs[area], match.ours[area])
    return [*sides, "\n".join(differs)]


def _plain(rows: Iterable[Row], contract: Contract, language: str) -> Iterable[list[Any]]:
    return (
        [_shown(contract, name, row[name], language) for name in contract.columns] for row in rows
    )


def _shown(contract: Contract, column: str, value: Any, language: str) -> Any:
    """The value; a protected kind, and those pooled with it, by its pooled code in words."""
    name = contract.columns[column].vocabulary
    known = vocabulary(name) if name else None
    if known is None or value not in known.pooled_as:
        return value
    return known.label(known.pooled_as[value], language)


def _sheet(
    workbook: xlsxwriter.Workbook,
    name: str,
    heads: Sequence[str],
    lines: Iterable[Sequence[Any]],
    language: str,
) -> None:
    sheet = workbook.add_worksheet(message(f"reconcile.sheet.{name}", language))
    bold, wrapped = workbook.add_format({"bold": True}), workbook.add_format({"text_wrap": True})
    sheet.set_column(0, len(heads) - 1, 20)
    sheet.write_row(0, 0, heads, bold)
    sheet.freeze_panes(1, 0)
    number = 0
    for number, line in enumerate(lines, start=1):
        for at, value in enumerate(line):
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                sheet.write_number(number, at, float(value))
            elif value is not None:
                sheet.write_string(number, at, str(value), wrapped)
    sheet.autofilter(0, 0, max(1, number), len(heads) - 1)
