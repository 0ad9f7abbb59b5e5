"""Numbers in a language's own writing, by Babel."""

from functools import lru_cache

from babel.numbers import format_decimal


@lru_cache(maxsize=20_000)  # a page writes the same few numbers again and again
def number_text(value: float, language: str, places: int, *, are_optional: bool = False) -> str:
    """A number with the language's separators and so many decimals, or up to as many."""
    sign = "#" if are_optional else "0"
    pattern = "#,##0" + ("." + sign * places if places else "")
    return str(format_decimal(value, format=pattern, locale=language))
