"""How numbers are written: what can be read in one way only is read, whatever signs it bears.

Only three digits after a single sign can be either (`1.200`: 1200 or 1.2): there the signs that a
mapping declares decide. One set of patterns, for SQL (RE2) and Python alike.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

BLANKS = "[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\u066c'\u2019]"
"""Blanks of all kinds and apostrophes: between groups of three digits they mean thousands."""
MINUS = "\u2212"
DIGITS = "٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫", "01234567890123456789,"
"""Digits and decimal sign of Arabic and Persian, and what they are here."""
PLAIN_DIGITS = str.maketrans(*DIGITS)
PLAIN = r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?"
WHOLE = r"[+-]?\d+(\.0*)?"
ZERO = r"0+([.,]0*)?"
DECIMAL_COMMA = r"[+-]?((0*|\d{4,}|\d{1,3}([ .]\d{3})+),\d+|\d+,(\d{1,2}|\d{4,}))"
"""What can only be read with a decimal comma."""
DECIMAL_POINT = r"[+-]?((0*|\d{4,}|\d{1,3}([ ,]\d{3})+)\.\d+|\d+\.(\d{1,2}|\d{4,}))"
"""What can only be read with a decimal point."""
POINT_OR_THOUSANDS = r"[+-]?[1-9]\d{0,2}\.\d{3}"
"""What can be read with either, as `1.200`."""


@dataclass(frozen=True)
class Signs:
    """The signs that count where a number can be read in two ways.

    `decimal` None: the mapping names none; then the point is one, but not in whole numbers. Empty:
    neither is, as the column itself writes a comma.
    """

    decimal: str | None = None
    thousands: str | None = None

    def own(self) -> list[tuple[str, str]]:
        """Signs other than point and comma, with what they mean."""
        meant = ((self.thousands, " "), (self.decimal, "."))
        return [(sign, means) for sign, means in meant if sign and sign not in ".,"]

    @property
    def grouped(self) -> str:
        """The pattern of a number with thousands: its first sign is theirs."""
        point, comma = (1 if self.thousands == sign else 2 for sign in ".,")
        return (
            rf"[+-]?[1-9]\d{{0,2}}(( \d{{3}})+([.,]\d*)?|(\.\d{{3}})+,\d*|(,\d{{3}})+\.\d*|"
            rf"(\.\d{{3}}){{{point},}}|(,\d{{3}}){{{comma},}})"
        )

    def unclear(self, *, whole: bool) -> str:
        """The pattern of what can be read in two ways with these signs."""
        undeclared = "" if whole else "."
        decimal = undeclared if self.decimal is None else self.decimal
        signs = "".join(sign for sign in ".," if sign != decimal)
        return rf"[+-]?[1-9]\d{{0,2}}[{signs}]\d{{3}}"


_IN_CELL = rf"[+-]?\d{{1,3}}(?:{BLANKS}\d{{3}})+(?!\d)|[+-]?\d+(?:[.,]\d+)?"
_BETWEEN = rf"(?P<between>\D{{1,20}})(?P<second>{_IN_CELL})"
_OF_TWO = re.compile(rf"(?P<first>{_IN_CELL})(?:{_BETWEEN})?\D{{0,20}}")
_BESIDE_SLASH = re.compile(rf"\s*({_IN_CELL}|[-‑–—?]|)\s*/\s*({_IN_CELL}|[-‑–—?]|)\s*")


def numbers_of_cell(text: str) -> re.Match[str] | None:
    """`first`, `between` and `second` of a cell of one or two numbers; any dash as `–`."""
    plain = text.translate(PLAIN_DIGITS)
    return _OF_TWO.fullmatch(re.sub(r"(?<=\d)\s*[-‑–—]\s*(?=\d)", " – ", plain))


def counts_beside(text: str) -> tuple[str | None, str | None] | None:
    """Both sides of `3 / 2`, of which one may be not known: `— / 1`."""
    found = _BESIDE_SLASH.fullmatch(text.translate(PLAIN_DIGITS))
    if found is None:
        return None
    first, second = (side if side[-1:].isdigit() else None for side in found.groups())
    return first, second


def number_of_cell(text: str, part: int) -> str | None:
    """The first or second (1, 2) of the numbers of a cell: `1493–1600`, `17 (4)`, `— / 1`; of other
    texts than one or two numbers the whole, which no number is read from."""
    if sides := counts_beside(text):
        return sides[part - 1]
    found = numbers_of_cell(text)
    return found[("first", "second")[part - 1]] if found else text


def are_added(text: str) -> bool:
    """Whether a text is three numbers or more with plus signs between them: `1+2+14`, officers
    and ranks. Of two the second may be of others."""
    return re.fullmatch(r"\d{1,4}(?:\s*\+\s*\d{1,4}){2,}", text) is not None


def numbers_in_cell(text: str) -> list[str]:
    """Both numbers of `14/1`, all of `1+2+14`; any other text, a range or a part of the whole,
    itself."""
    if are_added(text):
        return text.split("+")
    found = numbers_of_cell(text)
    are_two = found is not None and (found["between"] or "").strip() == "/"
    return [found["first"], found["second"]] if found and are_two else [text]


_WITH_UNIT = re.compile(r"(.*\d)\s*(\D+)|([^\d+-]+)(\d[\d .,\u00a0\u202f]*)")


def without_unit(text: str, units: Collection[str]) -> str:
    """The number of `72 h` or `v2`, where a mapping names the unit; any other text as it is."""
    found = _WITH_UNIT.fullmatch(text)
    number, behind, before, of_it = found.groups() if found else ("", "", "", "")
    unit = (behind or before or "").strip().rstrip(".")
    return (number or of_it) if found and unit in units else text


def number_of(text: str, words: Collection[str], others: Collection[str]) -> str | None:
    """The number before one of these words, `2` of `2 morts; 1 blessé`; None where others stand
    alone. A text with a word that is neither stays as it is, and no number is read from it: `3
    tués` is no blank."""
    named, own = counted_words(text), {word.casefold() for word in words}
    known = own | {word.casefold() for word in others}
    if not named or any(word.casefold() not in known for _, word in named):
        return text
    return next((number for number, word in named if word.casefold() in own), None)


_COUNTED = re.compile(r"(\d+)\s*([^\W\d_]+\.?(?: [^\W\d_]+\.?)?)")


def counted_words(text: str) -> list[tuple[str, str]]:
    """The numbers of a cell, each with the words behind it, where it holds nothing else:
    `2 morts; 1 blessé`, `3 killed and 2 wounded`."""
    parts = re.split(
        r"\s*(?:[;,/+&\n]|\bet\b|\band\b|\sو)\s*", text.translate(PLAIN_DIGITS).strip(" .")
    )
    found = [_COUNTED.fullmatch(part) for part in parts if part]
    return [(one[1], one[2]) for one in found if one] if all(found) else []


@lru_cache(maxsize=100_000)
def number_text(text: str, signs: Signs, *, whole: bool = False) -> str | None:
    """The number with a decimal point and no other sign; None for what is none, or unclear."""
    plain = re.sub(BLANKS, " ", text.strip().replace(MINUS, "-")).translate(PLAIN_DIGITS)
    for sign, means in signs.own():
        plain = plain.replace(sign, means)
    if re.fullmatch(signs.grouped, plain):
        plain = plain.replace(re.sub("[^ .,]", "", plain)[0], "")
    elif re.fullmatch(signs.unclear(whole=whole), plain):
        return None
    plain = plain.replace(",", ".")
    return plain if re.fullmatch(WHOLE if whole else PLAIN, plain) else None
