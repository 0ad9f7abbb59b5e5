"""A survey in one wide file: which of its columns hold answers to which items of the list
`survey_item`, and what their texts mean. Each becomes a row of `survey_answers`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from indicators.definitions.contracts import Column, contracts
from indicators.definitions.vocabularies import vocabulary
from pipelines.setup.proposal.matching.codes import CodeProposal, code_proposals, recode_of
from pipelines.setup.proposal.matching.concepts import means_the_same_words, spoken
from pipelines.setup.proposal.matching.texts import ColumnProposal, Texts
from pipelines.setup.proposal.matching.words import code_names, likeness, readings

_MOST_NUMBERS = 20
RESPONDENTS, ANSWERS = "survey_respondents", "survey_answers"
_KEY = ("survey_code", "wave", "respondent_key")
_WITHOUT_ANSWER = ("dont_know", "refused", "not_asked")
_LEAST_LIKENESS = 0.8
_CONTAINED = 0.85
_MOST_TEXTS = 25
_SURE, _UNSURE = 0.85, 0.6
_UNITED_NATIONS = re.compile(
    r"(?<![A-Za-z])(UN|ONU|(?i:unpol|onu|united nations|nations unies|un police))(?![A-Za-z])"
    "|الأمم المتحدة"
)


@dataclass(frozen=True)
class Answered:
    """A column of the file that holds the answers to one item."""

    item: str
    header: str
    confidence: float
    reason: str
    codes: tuple[CodeProposal, ...]

    def entry(self) -> dict[str, Any]:
        """As a mapping writes it."""
        return {"from": self.header} | recode_of(self.codes)


def questions(columns: Sequence[Texts]) -> tuple[Answered, ...]:
    """The items that columns of the file answer; of two columns for one item the likest."""
    found: dict[str, Answered] = {}
    for texts in columns:
        if not texts.values or len(texts.values) > _MOST_TEXTS:
            continue
        for item in items():
            alike = _likeness(item, texts)
            best = found.get(item)
            if alike >= _LEAST_LIKENESS and (best is None or alike > best.confidence):
                found[item] = as_answer(item, texts, alike, "same_question")
    by_header: dict[str, Answered] = {}
    for one in sorted(found.values(), key=lambda one: -one.confidence):
        by_header.setdefault(one.header, one)
    kept = {one.item: _judged(one) for one in by_header.values() if _fits(one)}
    return tuple(kept[item] for item in items() if item in kept)


def items() -> tuple[str, ...]:
    """The items of the list."""
    return vocabulary("survey_item").codes


def as_answer(item: str, texts: Texts, sure: float = 1.0, reason: str = "by_person") -> Answered:
    """A column of the file as the answers to an item."""
    codes = () if _is_number(item) else code_proposals(texts.values, answer_column(item),
                                                       labels=texts.labels)  # fmt: skip
    return Answered(item, texts.header, sure, reason, tuple(codes))


def with_answers(columns: Sequence[ColumnProposal], texts: Sequence[Texts]) -> list[ColumnProposal]:
    """Of a file with a row for each answer what its texts mean, of the answers to its items."""
    asked = {code.code for one in columns if one.column == "item" for code in one.codes}
    column = answer_column(*sorted(item for item in asked if item))
    every = answer_column(*vocabulary("survey_item").codes)  # for an item left to a person

    coded = vocabulary("survey_item").answers
    is_coded = all(coded(item) for item in asked if item)  # 1 to 5 are then answers, no counts

    def told(one: ColumnProposal) -> ColumnProposal:
        values = next(own.values for own in texts if own.header == one.headers[0])
        words = [text for text in values if not text.lstrip("-").isdigit()]
        words = list(values) if is_coded and len(values) <= _MOST_NUMBERS else words
        codes = tuple(code_proposals(words, column))
        if None in asked:
            others = code_proposals(words, every)
            codes = tuple(a if a.code else b for a, b in zip(codes, others, strict=True))
        return replace(one, codes=codes, entry={**one.entry, **recode_of(codes)})

    return [told(one) if one.column == "answer" else one for one in columns]


@cache
def answer_column(*asked: str) -> Column:
    """The column of answers with the codes that items allow."""
    own = contracts()[ANSWERS].columns["answer"]
    allowed = {code for item in asked for code in vocabulary("survey_item").answers(item)}
    codes = tuple(code for code in _all() if code in allowed)
    more = tuple(code for code in _WITHOUT_ANSWER if code not in codes)
    return own.model_copy(update={"type": "code", "vocabulary": "answer", "codes": (*codes, *more)})


def answers_entry(respondents: dict[str, Any], asked: Sequence[Answered]) -> dict[str, Any]:
    """The second table of the mapping, its key that of the first."""
    items_of = {one.item: one.entry() for one in asked}
    columns = {name: respondents[name] for name in _KEY if name in respondents}
    unpivot = {"item": "item", "value": "answer", "items": items_of}
    return {"table": ANSWERS, "columns": columns, "unpivot": unpivot}


def _all() -> tuple[str, ...]:
    return vocabulary("answer").codes


def _is_number(item: str) -> bool:
    return vocabulary("survey_item").takes_integer(item)


def _likeness(item: str, texts: Texts) -> float:
    names = code_names("survey_item", item)
    if _of_the_un(texts.header, *texts.wordings) and not _of_the_un(*names):
        return 0.0  # trust in UN police is not trust in the police, whatever the column is called
    best = 0.0
    for written in (texts.header, *texts.wordings):
        own, question = readings(written), spoken(written)
        if means_the_same_words(own, names):
            return 1.0
        if question.isdisjoint(_words_of_others(item)):
            best = max(best, *(likeness(one, other) for one in own for other in names), 0.0)
            says_all = any(len(one) > 1 and one <= question for one in _wordings(item))
            best = max(best, _CONTAINED * says_all)
    return best


def _of_the_un(*written: str) -> bool:
    """Whether one of the texts speaks of the United Nations; “un” is also an article."""
    return any(map(_UNITED_NATIONS.search, written))


@cache
def _words_of_others(item: str) -> frozenset[str]:
    """What other items are told by: walking at night is not safety at large."""
    words = (word for other in items() for one in _wordings(other) for word in one)
    return frozenset(words).difference(*_wordings(item))


@cache
def _wordings(item: str) -> frozenset[frozenset[str]]:
    return frozenset(map(spoken, code_names("survey_item", item)))


def _fits(one: Answered) -> bool:
    """Whether the texts may be answers: all of them numbers, one of two known, or the question
    the item's own, and then its answers may be in words that we have not."""
    known = sum(code.code is not None for code in one.codes)
    are_numbers = all(code.text.lstrip("-").isdigit() for code in one.codes)
    return are_numbers or one.confidence == 1 or 2 * known >= len(one.codes)


def _judged(one: Answered) -> Answered:
    is_told = all(code.code for code in one.codes)
    sure = round((_SURE if is_told else _UNSURE) * one.confidence, 2)
    return Answered(one.item, one.header, sure, one.reason, one.codes)
