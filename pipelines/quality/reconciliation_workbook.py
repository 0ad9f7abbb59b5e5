"""A reconciliation as a workbook: cases in both, in the file only, in the warehouse only."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from indicators.definitions.contracts import Contract, contracts
from indicators.definitions.vocabularies import vocabulary
from indicators.dissemination.spreadsheets import Book, new_workbook, write_table
from indicators.foundation.messages import message
from pipelines.quality.reconciliation import Match, Reconciliation, Row

_WIDTH = 20


def write_workbook(found: Reconciliation, path: Path, language: str) -> None:
    """Writes the four sheets in `en` or `fr`, beside and then in place of an earlier one."""
    contract = contracts()[found.table]
    matched = [_matched(match, contract, language) for match in found.matches]
    with new_workbook(path) as book:
        _write_sheet(book, "both", _heads(language), matched, language)
        for name in ("only_theirs", "not_comparable", "only_ours"):
            rows = _plain(getattr(found, name), contract, language)
            _write_sheet(book, name, _titles(contract, language), rows, language)


def _write_sheet(
    book: Book, name: str, heads: Sequence[str], rows: Iterable[Sequence[Any]], language: str
) -> None:
    title = message(f"reconcile.sheet.{name}", language)
    write_table(book, title, heads, rows, [_WIDTH] * len(heads))


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
