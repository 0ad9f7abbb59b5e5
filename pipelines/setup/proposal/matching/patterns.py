"""What texts mean of columns that take what fits a pattern: quarters, budget years, roles as words.

Nothing is made of a text for which no known name speaks: `Rokia Barry` is no role.
"""

import calendar
import re
from collections.abc import Iterable, Iterator
from functools import cache

from indicators.definitions.contracts import Column
from indicators.foundation.messages import message_catalogue
from pipelines.ingest.mapping.written.written_dates import with_english_months
from pipelines.setup.proposal.matching.codes import CodeProposal, named_code
from pipelines.setup.proposal.matching.words import code_lists, folded, readings, unaccented

_WORD = r"(?<![^\W\d_])(?:q|t|trim(?:estre)?|quarter)(?![^\W\d_])"
_NUMBERED = re.compile(
    rf"{_WORD}\.?[\W_]*([1-4])(?!\d)|(?<!\d)([1-4]) ?(?:er?|[ei]?eme|st|nd|rd|th)?[\W_]*{_WORD}"
)
_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)|(?<=[\W_])\d\d$")
_BUDGET_YEAR = re.compile(r"\D*(20\d\d|\d\d)[\W_]+(20\d\d|\d\d)\D*")
_NO_WORD = "zq_vwx"  # what fits anything but a list takes it
_MONTHS = (*calendar.month_abbr,)
_LIST = re.compile(r"\^?\(([\w|]+)\)\$?")
_SURE, _ASKED = 0.95, 0.75


def pattern_proposals(texts: Iterable[str], name: str, column: Column) -> list[CodeProposal]:
    """A proposal for each distinct text of the column `name`."""
    return [_of_pattern(text, name, column) for text in dict.fromkeys(texts)]


def listed_in(column: Column) -> tuple[str, ...]:
    """The texts that a pattern lists; of any other pattern none."""
    found = _LIST.fullmatch(column.pattern or "")
    return tuple(found[1].split("|")) if found else ()


def _of_pattern(text: str, name: str, column: Column) -> CodeProposal:
    def fits(other: str) -> bool:
        return re.fullmatch(column.pattern or "", other) is not None

    if fits(text):
        return CodeProposal(text, text, 1.0, "as_it_is")
    if (found := next(filter(fits, [*_periods(text), *_number(text, column)]), None)) is not None:
        return CodeProposal(text, found, _SURE, "written_otherwise")
    known = _names(name)
    one = named_code(text, known, ())
    if one.code and fits(one.code):
        return one
    is_open, words = fits(_NO_WORD), {word for entry in known for word in entry.split()}
    if not is_open or not words.isdisjoint(folded(text).split()):
        found = next(filter(fits, _as_one_word(text)), None)
        if found is not None:
            return CodeProposal(text, found, _ASKED, "written_otherwise")
    return CodeProposal(text, None, 0, "unknown_text")


def _periods(text: str) -> Iterator[str]:
    """The quarter and the budget year that a text may name, as contracts write them."""
    plain = unaccented(text)
    if (quarter := _quarter(text, plain)) and (year := _YEAR.search(plain)):
        yield f"20{year[0][-2:]}-Q{quarter}"
    if (both := _BUDGET_YEAR.fullmatch(plain)) and (int(both[2]) - int(both[1])) % 100 == 1:
        yield f"20{both[1][-2:]}/{both[2][-2:]}"


def _number(text: str, column: Column) -> Iterator[str]:
    """The number beside a name of the column itself: 2 of `Wave 2`."""
    titles = {folded(column.title.en), folded(column.title.fr)}
    words = folded(text).split()
    yield from (word for word in words if word.isdigit() and {*words} - {word} <= titles)


def _quarter(text: str, plain: str) -> int | None:
    """The quarter by its number, or by its first and last month: `Jul-Sep 2026`."""
    if found := _NUMBERED.search(plain):
        return int(found[1] or found[2])
    words = re.findall(r"[^\W\d_]+", with_english_months(text, "%b"))
    months = [_MONTHS.index(word) for word in words if word in _MONTHS]
    is_one = len(months) > 1 and months[0] % 3 == 1 and months[-1] == months[0] + 2
    return (months[0] + 2) // 3 if is_one else None


def _as_one_word(text: str) -> Iterator[str]:
    """A text in the forms that patterns have: `civil_affairs`, `P2-OC-05`."""
    words = re.findall(r"[a-z0-9]+", unaccented(text))
    yield "_".join(words)
    yield "-".join(words).upper()


@cache
def _names(name: str) -> dict[str, str]:
    """Folded names of the values that are known of a column: messages and synonyms."""
    start, found = f"page.code.{name}.", dict[str, set[str]]()
    for key, said in message_catalogue().items():
        if key.startswith(start):
            code = key.removeprefix(start)
            for text in (code, *said.values()):
                found.setdefault(folded(text), set()).add(code)
    for code, texts in code_lists().get(name, {}).items():
        for text in (code, *texts):
            for reading in readings(str(text)):
                found.setdefault(reading, set()).add(code)
    return {text: min(codes) for text, codes in found.items() if len(codes) == 1}
