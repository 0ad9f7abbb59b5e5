"""The table of the results-based budget as a workbook: accomplishments, outputs, notes.

It says what the page "Budget and work plan" says of the whole mission. Reasons for a variance are
the mission's records and in no release.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from indicators.definitions.vocabularies import vocabularies
from indicators.dissemination.code_lists import unit_words
from indicators.foundation.mart_tables import NOT_APPLICABLE
from indicators.foundation.messages import LANGUAGES
from pipelines.release.extracts.budget_year import BudgetYear
from pipelines.release.extracts.plain_sheet import write_plain_workbook
from pipelines.release.extracts.quarter import Quarter
from pipelines.release.extracts.said import Pair, as_of_line, audience_line, pair

suffix = "budget.xlsx"
_PAGE, _OWN = "page.budget.head", "extract.budget.head"
_OF_A_YEAR = ("value", "ci_low", "ci_high", "status_en", "status_fr")
_NUMBERS = ("original", "current", "due", "done", "variance")


def write(quarter: Quarter, path: Path) -> None:
    """Writes the budget year in which the quarter ends. The quarter's copy must hold it."""
    year = quarter.budget_year
    if year is None:
        raise ValueError(f"{quarter.audience}: no plan in this copy")
    sheets = _sheets(quarter, year)
    write_plain_workbook(path, str(quarter.mission["name_en"]), sheets)


def _sheets(
    quarter: Quarter, year: BudgetYear
) -> Iterator[tuple[str, list[str], list[Sequence[Any]]]]:
    heads = [*_by_language(f"{_PAGE}.accomplishment"), *_by_language(f"{_PAGE}.indicator")]
    heads += [_head(f"{_OWN}.code"), *_by_language(f"{_OWN}.unit_of_measure")]
    heads += [*_by_language(f"{_OWN}.class"), _head(f"{_PAGE}.target")]
    for name in (year.name_before, year.name):
        heads += [f"{name}: {_head(f'{_OWN}.{one}')}" for one in _OF_A_YEAR]
    heads += _by_language(f"{_PAGE}.rating")
    yield _name("achievements"), heads, [_achievement(year, row) for row in year.achievements]
    texts, others = ("outcome", "activity", "quantity_unit"), (*_NUMBERS, "reasons")
    heads = [head for name in texts for head in _by_language(f"{_PAGE}.{name}")]
    heads += [_head(f"{_PAGE}.{name}") for name in others]
    yield _name("outputs"), heads, [_output(row) for row in year.outputs]
    yield (
        " - ".join(dict.fromkeys(pair("extract.sheet.notes").values())),
        list(LANGUAGES),
        [tuple(line[one] for one in LANGUAGES) for line in _notes(quarter, year)],
    )


def _achievement(year: BudgetYear, row: Mapping[str, Any]) -> list[Any]:
    code, unit = row["indicator"], row["unit_of_measure"]
    told: list[Any] = [row[f"accomplishment_{one}"] for one in LANGUAGES]
    told += [*(row[f"title_{one}"] for one in LANGUAGES), code]
    told += [unit_words(unit, one) for one in LANGUAGES]
    told += [*pair(f"sdmx.class.{row['confidentiality']}").values()]
    now = year.cells.get((code, year.name)) or {}
    told.append(now.get("target"))  # one for another length of period is none of this year's
    for name in (year.name_before, year.name):
        told += _figure(year.cells.get((code, name)))
    rating = now.get("rating") or "none"
    return [*told, *pair(f"page.rating.{rating}").values()]


def _figure(cell: Mapping[str, Any] | None) -> list[Any]:
    """The figure, its interval and its state in words; without a cell the words alone."""
    if cell is None:
        return [None, None, None, *pair("extract.budget.no_figure").values()]
    return [cell[name] for name in _OF_A_YEAR]


def _output(row: Mapping[str, Any]) -> list[Any]:
    none = pair(f"page.budget.{'unplanned' if row['outcome'] == NOT_APPLICABLE else 'no_outcome'}")
    told: list[Any] = [row[f"outcome_{one}"] or none[one] for one in LANGUAGES]
    for name in ("activity_type", "quantity_unit"):
        told += [vocabularies()[name].label(row[name], one) for one in LANGUAGES]
    return [*told, *(row[name] for name in _NUMBERS), row["reasons"] or None]


def _notes(quarter: Quarter, year: BudgetYear) -> Iterator[Pair]:
    """Whose table it is, what its columns are, and what it does not hold."""
    mission = quarter.mission
    yield {one: str(mission[f"name_{one}"]) for one in LANGUAGES}
    yield from (audience_line(quarter), as_of_line(quarter))
    if mission["is_fictional"]:
        yield pair("extract.note.fictional")
    yield pair("page.budget.under", year=year.name)
    if not year.achievements:
        yield pair("page.budget.no_framework")
    yield pair("page.budget.outputs_under", day=f"{mission['as_of']:%Y-%m-%d}")
    if not year.outputs:
        yield pair("extract.budget.no_plan", year=year.name)
    yield from (
        pair(f"extract.budget.{name}") for name in ("classes", "variance", "units", "interval")
    )
    yield from (pair(f"extract.note.{name}") for name in ("persons", "empty", "no_effect"))


def _name(key: str) -> str:
    """A sheet's name in both languages; Excel allows 31 characters."""
    return " - ".join(pair(f"extract.budget.sheet.{key}").values())[:31]


def _head(key: str) -> str:
    """One head for both languages."""
    return " / ".join(dict.fromkeys(pair(key).values()))


def _by_language(key: str) -> list[str]:
    """The heads of two columns, one a language."""
    return list(pair(key).values())
