"""The cells with the state of each in words: why it is empty, or what stands beside its value."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from indicators.assessment.empty_reasons import (
    ADDED_COLUMNS,
    FACT_COLUMNS,
    Facts,
    Said,
    Statement,
    statement,
)
from indicators.dissemination.notation import Columns
from indicators.foundation.messages import LANGUAGES

_LEFT_OUT = tuple(name for name in ADDED_COLUMNS if name != "confidentiality")


def with_status_words(figures: Columns) -> Columns:
    """The figures with `status_en` and `status_fr` after the value, for what says why; after the
    trend `trend_en` and `trend_fr`, for what it was found on."""
    facts = {name: values for name, values in figures.items() if name in (*FACT_COLUMNS, "target")}

    @cache  # thousands of cells are in the same state
    def said_of(row: tuple[Any, ...]) -> tuple[str, ...]:
        said = statement(Facts.of(dict(zip(facts, row, strict=True))))
        status = [status_words(said, language) for language in LANGUAGES]
        return (*status, *(_joined(said.trend, language) for language in LANGUAGES))

    told = [said_of(row) for row in zip(*facts.values(), strict=True)]
    columns = list(zip(*told, strict=True)) if told else [()] * 2 * len(LANGUAGES)
    worded: dict[str, Sequence[Any]] = {}
    for name, values in figures.items():
        if name not in _LEFT_OUT:
            worded[name] = values
        if name == "value":
            worded |= {f"status_{one}": columns[at] for at, one in enumerate(LANGUAGES)}
        if name == "trend":
            worded |= {f"trend_{one}": columns[at + 2] for at, one in enumerate(LANGUAGES)}
    return worded


def status_words(said: Statement, language: str) -> str:
    """Why the cell is empty, or what stands beside its value."""
    return _joined([said.empty] if said.empty else said.beside, language)


def _joined(parts: Iterable[Said], language: str) -> str:
    return "; ".join(part.words(language) for part in parts)
