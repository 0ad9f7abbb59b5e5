"""Numbers in a language's own writing, by Babel: French thousands stand apart by U+202F."""

from functools import lru_cache
from typing import Any

from babel.numbers import format_decimal


@lru_cache(maxsize=20_000)  # a page writes the same few numbers again and again
def number_text(value: float, language: str, places: int, *, are_optional: bool = False) -> str:
    """A number with the language's separators and so many decimals, or up to as many."""
    sign = "#" if are_optional else "0"
    pattern = "#,##0" + ("." + sign * places if places else "")
    return str(format_decimal(value, format=pattern, locale=language))


def separated(value: Any, language: str) -> Any:
    """A whole number with its separators; anything else as it is."""
    return number_text(value, language, 0) if isinstance(value, int) else value
