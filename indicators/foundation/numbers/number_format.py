"""Numbers in a language's own writing, by Babel: French thousands stand apart by U+202F."""

from functools import lru_cache
from typing import Any

from babel.numbers import format_decimal

_ALL = 15  # decimals that a number of the machine may have


@lru_cache(maxsize=20_000)  # a page writes the same few numbers again and again
def number_text(value: float, language: str, places: int, *, are_optional: bool = False) -> str:
    """A number with the language's separators and so many decimals, or up to as many."""
    sign = "#" if are_optional else "0"
    pattern = "#,##0" + ("." + sign * places if places else "")
    return str(format_decimal(value, format=pattern, locale=language))


def value_text(value: Any, language: str) -> str:
    """A number in the language's writing with all its decimals; a text as it is."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return number_text(value, language, _ALL, are_optional=True) if is_number else str(value)


def separated(value: Any, language: str) -> Any:
    """A whole number with its separators; anything else as it is."""
    return number_text(value, language, 0) if isinstance(value, int) else value
