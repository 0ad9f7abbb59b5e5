"""A figure as it stands in a sentence: decimals and words of the reader's language."""

import pandas as pd

from indicators.assessment.empty_reasons import Facts, statement


def shown_number(value: object, obs_status: str, language: str) -> str:
    """Up to two decimals, decimal comma in French; the kind of empty in words where it is null."""
    if value is None or pd.isna(value):  # type: ignore[call-overload]
        empty = statement(Facts(obs_status=obs_status)).empty
        return empty.words(language) if empty else "–"
    text = f"{float(value):,.2f}".rstrip("0").rstrip(".")  # type: ignore[arg-type]
    if language == "fr":
        return text.replace(",", "\u202f").replace(".", ",")
    return text


def signed_number(value: float, language: str) -> str:
    """A change with its sign, the minus a true one."""
    text = shown_number(abs(value), "A", language)
    sign = "−" if value < 0 else "+"
    return f"{sign}{text}"
