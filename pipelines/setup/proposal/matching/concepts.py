"""What the words of a header mean, whatever their order and language: `Date of visit`, `visited on`
and `Date de visite` are one thing. The words stand in `data/synonyms.yaml` under `concepts`."""

from collections.abc import Mapping
from functools import cache
from itertools import islice, product

from indicators.definitions.contracts import contracts
from pipelines.setup.proposal.matching.words import (
    column_names,
    folded,
    kind_names,
    listed_words,
)

_ENDINGS = ("ations", "ation", "ement", "ment", "ing", "ion", "ed", "ee", "er", "al", "e", "s")
_SHORTEST = 4  # letters that stay of a word whose ending is cut
_MOST_MEANINGS = 8  # of one header: words with two meanings multiply
_NOISE, _OTHERS = "noise", "another_group"
_COUNTED = frozenset({"count"})  # `number of women` is `women`
_SAID_OF_MANY = frozenset(
    ["date", "hour", "code", "count", "type", "group", "area", "person", "source", "begin",
     "finish", "without", "kept", "level", "status", "cause"]
)  # fmt: skip
_WOMEN = "women"
_ENDS = frozenset({"begin", "finish"})
_WHEN = frozenset({"date", "hour", "begin", "finish", "closed", "open"})
_MOST_WORDS = 5  # of a header that a single word tells
Meaning = frozenset[str]


@cache
def meanings(name: str) -> frozenset[Meaning]:
    """What a folded name may mean: sets of concepts, and of stems that are none."""
    words = name.replace("-", " ").split()
    known = [one for word in words if (one := _concepts(word))]
    ways = (frozenset(way) for way in islice(product(*known), _MOST_MEANINGS) if way)
    return frozenset(way - _COUNTED for way in ways if way != _COUNTED)  # `No` counts nothing


@cache
def column_meanings(table: str, column: str) -> frozenset[Meaning]:
    """What the names of a contract column mean; `Time in` is more than a time, and where one was
    released `Time out` is no beginning, as it is of a patrol."""
    own = frozenset[str]().union(*meanings(folded(column.replace("_", " "))))
    other_end = _ENDS - own if own & _ENDS else frozenset()
    return frozenset(
        one
        for name in column_names(table, column)
        for one in meanings(name)
        if not other_end & one and (one != {"hour"} or len(name.split()) == 1)
    )


def means_the_same_words(readings: tuple[str, ...], names: frozenset[str]) -> bool:
    """Whether a text, as it may be read, means what one of the names means."""
    wanted = frozenset(one for name in names for one in meanings(name))
    return any(not wanted.isdisjoint(meanings(one)) for one in readings)


def means_the_same(readings: tuple[str, ...], table: str, column: str) -> bool:
    """Whether a header, as it may be read, means what a column's names mean."""
    wanted = column_meanings(table, column)
    return any(not wanted.isdisjoint(meanings(one)) for one in readings)


def holds_the_meaning(readings: tuple[str, ...], table: str, column: str) -> bool:
    """Whether a header says more than a name of the column, also one that many columns bear, by
    one word that is no concept: `Type of session`, `Date identified`."""
    general = (one for name in kind_names(table, column) for one in meanings(name))
    wanted, known = column_meanings(table, column).union(general), listed_words("concepts")
    return any(
        len(own) > 1 and (own - {extra}) in wanted
        for one in readings
        for own in meanings(one)
        for extra in own
        if extra not in known
    )


def is_named_in(readings: tuple[str, ...], table: str, column: str) -> bool:
    """Whether a title, as it may be read, has all that one of a column's names means."""
    wanted = column_meanings(table, column)
    return any(other <= own for one in readings for own in meanings(one) for other in wanted)


def tells_of(readings: tuple[str, ...], table: str, column: str) -> bool:
    """Whether a header has a word that, of this table, one column alone is named by, and no word
    that another column alone is: `Minutes on file`, `PoC raised?`."""
    told = _told_by(table)
    return any(
        {told[one] for one in own if one in told} == {column}
        for reading in readings
        for own in meanings(reading)
        if len(own) <= _MOST_WORDS
    )


@cache
def _told_by(table: str) -> Mapping[str, str]:
    """Of the words that name the columns of a table those that name one of them alone."""
    found: dict[str, set[str]] = {}
    for column in contracts()[table].columns:
        for word in frozenset[str]().union(*column_meanings(table, column)) - _SAID_OF_MANY:
            if len(word) >= _SHORTEST:  # `by`, `up`, `not` are of no column
                found.setdefault(word, set()).add(column)
    return {word: min(columns) for word, columns in found.items() if len(columns) == 1}


def contradicts(readings: tuple[str, ...], table: str, column: str) -> bool:
    """Whether a header speaks of something else than each name of the column: `visit date` and
    `visit code` are alike in their letters alone, `killed` and `killed (military)` not even so."""
    wanted, known = column_meanings(table, column), listed_words("concepts").keys()
    said = [own for one in readings for own in meanings(one)]
    if any(_OTHERS in own for own in said):
        return not any(_OTHERS in other for other in wanted)
    if column.startswith(_WOMEN) and not any(_WOMEN in own for own in said):
        return True  # `Personnel (2)`, `Pax transported`
    return all(
        not known.isdisjoint(own - other) and not known.isdisjoint(other - own)
        for one in readings
        for own in meanings(one)
        for other in wanted
    )


@cache
def spoken(text: str) -> frozenset[str]:
    """The words of a question by what they mean, without those that every question has."""
    idle = {folded(word) for word in listed_words("questions")["idle"]}
    words = [word for word in folded(text.replace("-", " ")).split() if word not in idle]
    return frozenset(one for word in words for one in _concepts(word)[:1])


def says_only_when(header: str) -> bool:
    """Whether a header has no word that we know but of days and hours: `Delisted`, `Vacated on`."""
    known = listed_words("concepts").keys() - _WHEN
    return any(known.isdisjoint(one) and one - {"date", "hour"} for one in meanings(folded(header)))


def says_nothing(word: str, but: frozenset[str]) -> bool:
    """Whether a folded word adds nothing to what `but` names: noise, or one of these concepts."""
    return all(one in but for one in _concepts(word))


@cache
def _words() -> Mapping[str, tuple[str, ...]]:
    """Folded word, and its stem where that is no word itself (`départ` of `département`): its
    concepts; none for what says nothing."""
    listed = [
        (concept, folded(word)) for concept, words in listed_words("concepts").items()
        for word in words
    ]  # fmt: skip
    whole = {word for _, word in listed}
    found: dict[str, tuple[str, ...]] = {}
    for concept, word in listed:
        for form in {word, *({_stem(word)} - whole)}:
            own = () if concept == _NOISE else (*found.get(form, ()), concept)
            found[form] = tuple(dict.fromkeys(own))
    return found


def _concepts(word: str) -> tuple[str, ...]:
    """What one word may mean; a word that is no concept means its stem."""
    stem = _stem(word)
    return next((_words()[form] for form in (word, stem) if form in _words()), (stem,))


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST:
            return word.removesuffix(ending)
    return word
