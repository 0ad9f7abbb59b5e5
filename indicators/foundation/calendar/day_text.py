"""Days and months in words of a language, by Babel: 12 Oct 2026, 1er sept. 2026, Sep 2026."""

from datetime import date

from babel.dates import format_date

DAY, DAY_OF_YEAR, MONTH = "d MMM yyyy", "d MMM", "MMM yyyy"


def day_text(value: date, language: str, form: str = DAY) -> str:
    """A day, or its month, in words that do not break."""
    text = str(format_date(value, form, locale=language))
    # the other days of a month are plain numbers
    text = text.replace("1 ", "1er ", 1) if language == "fr" and text[:2] == "1 " else text
    return text.replace(" ", "\u00a0")
