"""Answers as a person types them, by name and code or in the words of the page, as `answers.py`
takes them; what is none is refused with what may be said."""

import re
from collections.abc import Iterator, Sequence

from indicators.definitions.contracts import contracts
from indicators.foundation.errors import Problem, WrongUse
from pipelines.setup.proposal.answering.answers import LISTS, NUMBERS, Answers, answers_also
from pipelines.setup.proposal.answering.choices import MOST_TEXTS, Choice, choices
from pipelines.setup.proposal.answering.in_words import Words, code_meant, listed, meant, nearest
from pipelines.setup.proposal.answering.shown import known_codes, may_mean, option_words
from pipelines.setup.proposal.answering.told import choice_title
from pipelines.setup.proposal.beside.known_rows import Known
from pipelines.setup.proposal.matching.texts import BETWEEN
from pipelines.setup.proposal.proposal import Proposal

_OF_COLUMNS = ("header", "constant", "code", "join", "part")  # may be said of any column
_ALWAYS = ("table", "sheet", "files", "laid")
_ALSO = "also."
_SEVERAL = ("sheet", "also_sheet", *LISTS, "missing", "where_is", "where_too_is", "may_lack")
_NUMBERS = ("1", "2", "3")
_MOST = 15  # of what may be said


def split(given: Answers) -> dict[str, str]:
    """`A + B` are two columns of the file; ` | ` stands between the texts of a list."""
    found: dict[str, str] = {}
    for name, value in given.items():
        first, _, further = value.partition(" + ")
        if name.startswith("header.") and further:
            joined = BETWEEN.join(part.strip() for part in further.split(" + "))
            found |= {name: first.strip(), name.replace("header.", "join.", 1): joined}
        else:
            plain = _of_any_table(name)
            is_list = plain in _SEVERAL or plain.startswith("when_is.")
            found[name] = value.replace(" | ", BETWEEN) if is_list else value
    return found


def _of_any_table(name: str) -> str:
    """The name of an answer, whichever of the tables it is about."""
    return re.sub(rf"^({re.escape(_ALSO)})+", "", name)


def tables(language: str) -> Words:
    """All tables and their titles."""
    return {name: one.title.in_language(language) for name, one in contracts().items()}


def are_names(given: Answers) -> bool:
    """Whether each answer names a column by its code, so that its table need not be known."""
    columns = {name for one in contracts().values() for name in one.columns}
    parts = [_of_any_table(name).split(".") for name in given]
    return all(len(one) == 1 or one[0] not in _OF_COLUMNS or one[1] in columns for one in parts)


def named(given: Answers, proposal: Proposal, answers: Answers, language: str) -> dict[str, str]:
    """The answers by the names that they have. Raises WrongUse for one that cannot be given."""
    parts = _by_part(given, proposal, answers, language)
    return {start + name: value for start, _, _, own in parts for name, value in own.items()}


def answers_meant(
    given: Answers, proposal: Proposal, answers: Answers, known: Known, language: str
) -> dict[str, str]:
    """The answers by their names, with codes for words. Raises WrongUse for what is no answer."""
    found = {}
    for start, part, asked, own in _by_part(given, proposal, answers, language):
        for said, value in split(own).items():
            name = _name_of_value(said, value, part, known, language)
            found[start + name] = _value(name, value, part, asked, known, language)
    return found


def _name_of_value(name: str, value: str, proposal: Proposal, known: Known, language: str) -> str:
    """The name of the answer: a code that is said of a column is the same in each row."""
    kind, _, rest = name.partition(".")
    column = contracts()[proposal.table].columns.get(rest)
    if kind != "header" or column is None or value in proposal.layout.table.header:
        return name
    words = known_codes(column, known, {}, language)
    return f"constant.{rest}" if code_meant(value, words, column, known) else name


def _by_part(
    given: Answers, proposal: Proposal, answers: Answers, language: str, start: str = ""
) -> Iterator[tuple[str, Proposal, Sequence[Choice], dict[str, str]]]:
    """Of each table how its answers begin, what may be said of it, and the answers by name."""
    own = {name: value for name, value in given.items() if not name.startswith(_ALSO)}
    further = {name.removeprefix(_ALSO): given[name] for name in given if name not in own}
    asked = choices(proposal, {**answers, **own})
    yield start, proposal, asked, {_name(n, proposal, asked, language): own[n] for n in own}
    if further and proposal.also is None:
        raise _no_answer(_ALSO + next(iter(further)), {one.name: one.name for one in asked})
    if further and proposal.also:
        of_next = answers_also(answers, proposal.also.sheet == proposal.sheet)
        yield from _by_part(further, proposal.also, of_next, language, start + _ALSO)


def _name(said: str, proposal: Proposal, asked: Sequence[Choice], language: str) -> str:
    """The name of an answer that is said by it, or in the words of what is asked."""
    own = contracts()[proposal.table].columns
    titles = {name: column.title.in_language(language) for name, column in own.items()}
    names = {name: name for name in _ALWAYS}
    names |= {one.name: choice_title(one, proposal.table, language) for one in asked}
    if said in names or said.startswith("answer."):
        return said
    kind, dot, rest = said.partition(".")
    head, more, text = rest.partition(".")
    column = meant(head, titles)
    name = f"{kind}.{column}{more}{text}" if column else said
    if name in names or (column and kind in _OF_COLUMNS):
        return name
    if kind in _OF_COLUMNS and dot:
        raise _no_answer(head, titles)
    columns = {f"header.{name}": title for name, title in titles.items()}
    if not dot and (column := meant(said, titles)):
        return f"header.{column}"  # the column of the file that is read
    found = meant(said, names)
    if found is None:
        raise _no_answer(said, names | columns)
    return found


def _no_answer(said: str, names: Words) -> WrongUse:
    return WrongUse(
        Problem("map_no_answer", value=said, parameters={"nearest": nearest(said, names)})
    )


def _value(
    name: str,
    value: str,
    proposal: Proposal,
    asked: Sequence[Choice],
    known: Known,
    language: str,
) -> str:
    """The code of what is said, of each text of a list; text that nothing lists as it is."""
    kind, _, rest = name.partition(".")
    column = contracts()[proposal.table].columns.get(rest.partition(".")[0])
    choice = next((one for one in asked if one.name == name), None)
    words: Words = {}
    if kind == "table":
        words = tables(language)
    elif kind in ("header", "join"):
        words = {header: header for header in proposal.layout.table.header}
    elif kind == "constant" and column and column.base_type != "list<code>":
        words = known_codes(column, known, {}, language)
    elif kind == "code" and column:
        words = may_mean(column, known, {}, language)
    elif kind in NUMBERS and not value.isdigit():
        words = {number: number for number in _NUMBERS}
    elif choice and len(choice.options) < MOST_TEXTS:
        words = {one: option_words(choice, proposal.table, one, language) for one in choice.options}
    several = kind == "join" or bool(choice and choice.takes_several)
    found = []
    for said in value.split(BETWEEN) if several else [value]:
        one = code_meant(said, words, column, known) if column else meant(said, words)
        if one is None and said and words:
            title = column.title.in_language(language) if column else name
            title = choice_title(choice, proposal.table, language) if choice else title
            facts = {"name": title, "nearest": nearest(said, words), "known": listed(words, _MOST)}
            raise WrongUse(Problem("map_no_option", value=said, parameters=facts))
        found.append(one or said)
    return BETWEEN.join(found)
