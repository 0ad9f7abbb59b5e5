"""Numbers in a language's own writing, by Babel."""

from babel.numbers import format_decimal


def number_text(value: float, language: str, places: int, *, are_optional: bool = False) -> str:
    """A number with the language's separators and so many decimals, or up to as many."""
    sign = "#" if are_optional else "0"
    pattern = "#,##0" + ("." + sign * places if places else "")
    return str(format_decimal(value, format=pattern, locale=language))
