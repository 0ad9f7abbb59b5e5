"""Which code each text of a column means: by code, label or synonym, else by likeness; of a column
that takes what fits a pattern (quarters, budget years) what it says otherwise."""

import calendar
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from indicators.definitions.contracts import Column
from indicators.foundation.messages import message_catalogue
from pipelines.ingest.mapping.written.written_dates import with_english_months
from pipelines.setup.proposal.matching.words import (
    code_lists,
    code_texts,
    folded,
    likeness,
    readings,
    unaccented,
)

Labels = Mapping[str, tuple[str, ...]]
"""Text: what a form calls it, a language each."""

NOTHING = "null"  # what a text may mean of a column that needs no value
_LEAST_ALIKE = 0.8
_MOST_WORDS, _LEAST_LETTERS = 6, 4  # of a text that holds a name of a code, of the name
_WITHIN = 0.75
DENIES = frozenset(
    ["no", "not", "non", "pas", "san", "without", "never", "jamai", "aucun", "aucune", "غير", "ليس"]
)
_TRUE = {"true", "yes", "oui", "vrai", "1", "y", "o", "x", "ye", "✓", "نعم"} | {
    "pass", "passed", "admis", "admise", "réussi", "réussie"}  # fmt: skip
_FALSE = {"false", "no", "non", "faux", "0", "n", "لا"} | {
    "fail", "failed", "ajourné", "ajournée", "échec", "échoué", "échouée"}  # fmt: skip
_READ_ANYWAY = {"true", "yes", "oui", "vrai", "1", "false", "no", "non", "faux", "0"}
_WORD = r"(?<![^\W\d_])(?:q|t|trim(?:estre)?|quarter)(?![^\W\d_])"
_NUMBERED = re.compile(
    rf"{_WORD}\.?[\W_]*([1-4])(?!\d)|(?<!\d)([1-4]) ?(?:er?|[ei]?eme|st|nd|rd|th)?[\W_]*{_WORD}"
)
_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)|(?<=[\W_])\d\d$")
_BUDGET_YEAR = re.compile(r"\D*(20\d\d|\d\d)[\W_]+(20\d\d|\d\d)\D*")
_MONTHS = (*calendar.month_abbr,)
_LIST = re.compile(r"\^?\(([\w|]+)\)\$?")
_SURE, _ASKED = 0.95, 0.75


@dataclass(frozen=True)
class CodeProposal:
    """What one text of the file means; `code` is None where nothing is proposed."""

    text: str
    code: str | None
    confidence: float
    reason: str  # message key `map.reason.<reason>`


def code_proposals(
    texts: Iterable[str],
    column: Column,
    signs: Sequence[str] = (),
    meant: Mapping[str, str] | None = None,
    labels: Labels | None = None,
) -> list[CodeProposal]:
    """A proposal for each distinct text, or for each member of texts that are lists.

    `signs`: between members; `meant`: what the codebook of an export says of them; `labels`: what
    a form calls them.
    """
    members, meant, labels = _members(texts, signs), meant or {}, labels or {}
    known = code_texts(column)

    def plain(text: str) -> CodeProposal:
        if column.base_type == "bool":
            is_own = text in members
            return _of_bool(text) if is_own else _truth(_of_bool(text))
        return named_code(text, known, column.allowed_codes or ())

    def proposed(text: str) -> CodeProposal:
        if text in meant:
            return CodeProposal(text, meant[text], 0.95, "codebook")
        return by_label(text, labels, plain)

    return [proposed(text) for text in members]


def recode_of(codes: Sequence[CodeProposal]) -> dict[str, Any]:
    """The `recode` that proposals give; texts that are right as they stand need none."""
    told = (one for one in codes if one.code and one.code != one.text)
    listed = {one.text: None if one.code == NOTHING else one.code for one in told}
    return {"recode": listed} if listed else {}


def by_label(text: str, labels: Labels, proposed: Callable[[str], CodeProposal]) -> CodeProposal:
    """The proposal for what a form calls the text, else for the text itself."""
    own = proposed(text)
    if own.code and not text.isdigit():  # a number is a code only as its label says
        return own
    found = (proposed(label) for label in labels.get(text, ()))
    best = next((one for one in found if one.code), None)
    if best is None or best.code == own.code:
        return own
    return CodeProposal(text, best.code, min(best.confidence, 0.95), "label_of_form")


def _members(texts: Iterable[str], signs: Sequence[str]) -> list[str]:
    between = "|".join(map(re.escape, signs))
    parts = (re.split(between, text) if signs else [text] for text in texts)
    return sorted({part.strip() for entry in parts for part in entry if part.strip()})


def _of_bool(text: str) -> CodeProposal:
    plain = text.casefold()
    if plain in _READ_ANYWAY:
        return CodeProposal(text, text, 1.0, "as_it_is")
    if plain in _TRUE:
        return CodeProposal(text, "true", 0.85, "short_for_yes")
    if plain in _FALSE:
        return CodeProposal(text, "false", 0.85, "short_for_no")
    both = {_truth(_of_bool(part.strip())).code for part in text.split("/")} if "/" in text else ()
    code = next(iter(both)) if len(both) == 1 else None  # `Yes / نعم`
    return CodeProposal(text, code, 0.85, "label") if code else _unknown(text)


def _unknown(text: str) -> CodeProposal:
    return CodeProposal(text, None, 0, "unknown_text")


def _truth(one: CodeProposal) -> CodeProposal:
    """What a label says, as the value that a recode gives."""
    plain = (one.code or "").casefold()
    code = "true" if plain in _TRUE else "false" if plain in _FALSE else None
    return CodeProposal(one.text, code, one.confidence, one.reason)


def named_code(text: str, known: Mapping[str, str], codes: tuple[str, ...]) -> CodeProposal:
    """The one code that a text names: `known`: folded name: code."""
    if text in codes:
        return CodeProposal(text, text, 1.0, "as_it_is")
    plain = folded(text)
    if plain in known:
        return CodeProposal(text, known[plain], 0.96, "label")
    denied = DENIES.intersection(plain.split())
    alike = {one: code for one, code in known.items() if denied == DENIES.intersection(one.split())}
    ranked = sorted(((likeness(plain, entry), code) for entry, code in alike.items()), reverse=True)
    if ranked and ranked[0][0] >= _LEAST_ALIKE:
        best, code = ranked[0]
        rival = next((score for score, other in ranked if other != code), 0.0)
        if best - rival >= 0.1:
            return CodeProposal(text, code, round(0.85 * best, 2), "alike")
    within = (_names_within(plain, known) or _names_around(plain, known)) if not denied else set()
    if len(within) == 1:
        return CodeProposal(text, within.pop(), _WITHIN, "name_within")
    return _unknown(text)


def _names_around(plain: str, known: Mapping[str, str]) -> set[str]:
    """The codes a name of which says more than the text: `extortion` of `extortion or bribery`."""
    words = set(plain.split())
    if max((len(word) for word in words), default=0) <= _LEAST_LETTERS:
        return set()
    return {code for name, code in known.items() if words.issubset(name.split())}


def _names_within(plain: str, known: Mapping[str, str]) -> set[str]:
    """The codes whose name in most words stands within a short text: `night patrol by car`."""
    words = set(plain.split())
    if len(words) > _MOST_WORDS:
        return set()
    held = [
        name for name in known if len(name) >= _LEAST_LETTERS and words.issuperset(name.split())
    ]
    most = max((len(name.split()) for name in held), default=0)
    return {known[name] for name in held if len(name.split()) == most}


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
    one = named_code(text, _names(name), ())
    if one.code and fits(one.code):
        return one
    if (found := next(filter(fits, _as_one_word(text)), None)) is not None:
        return CodeProposal(text, found, _ASKED, "written_otherwise")
    return CodeProposal(text, None, 0, "unknown_text")


def are_periods(texts: Sequence[str], column: Column) -> bool:
    """Whether all texts name quarters or budget years of the column's pattern: `Q3 2026`."""
    pattern = column.pattern or ""
    return bool(pattern and texts) and all(
        any(re.fullmatch(pattern, period) for period in _periods(text)) for text in texts
    )


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
