"""Texts made alike before they are compared, and how much two of them are alike.

Accents, capitals, signs, articles and plurals do not count: `Type d’activité` is `TYPE_ACTIVITE`.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache, lru_cache
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from indicators.definitions.contracts import Column, Contract, contracts
from indicators.definitions.vocabularies import vocabularies
from indicators.foundation.data_folder import data_folder
from indicators.foundation.reading.yaml_loader import StrictLoader

_NO_WORDS = {"the", "of", "a", "an", "le", "la", "les", "l", "d", "de", "des", "du", "un", "une"}
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_GROUP = re.compile(r"^(?:.*(?:/|::)\s*|[^\W_]\w+-)(?=\S)")  # `group/question`, `group-question`
_NUMERO = re.compile(r"\bn\s?[°º]\s*|(?<=\w)\s*#\s*|#\s+(?=\w)|^\s*#\s*$", re.IGNORECASE)
_NUMBERED = re.compile(r"^[A-Za-z]{0,2}\d{1,3}([._]\d+)?[.):]\s+")  # `A3. `, `Q1: `
_QUESTION = re.compile(r"^[qQ]\d{1,3}[a-z]?[_.-](?=[^\W\d])")  # `q12_sex` of a form
_SCRIPTS = (re.compile(r"[\u0620-\u06ff]+"), re.compile(r"[^\W\u0620-\u06ff]+"))
_YES_OR_NO = re.compile(r"\b(?:y|yes|o|oui)\s?/\s?(?:n|no|non)\b", re.IGNORECASE)
_BELOW = re.compile(r"(?<!\S)[-–](?=18\b)")  # `-18`: below that age
_UN = re.compile(r"\bUN\b")  # the organisation, which is no article
_FROM_AND_TO = {
    "from": ("valid_from", "started_on", "from_on"),
    "to": ("valid_to", "ended_on", "completed_on", "to_on"),
}
_SAID_IN_BRACKETS = ("women", "civilian", "another_group", "armed", "low", "high")  # concepts
_LEAST = 0.6  # below it two texts are not compared letter by letter
_LEAST_EXPORTED = 3  # headers by which an export is known
_LEAST_FUZZY = 5  # letters below which a text is alike only where it is equal
_OPPOSITES = ("un", "in", "im", "il", "ir", "dis", "mal", "non", "des", "mis")  # prefixes


@cache
def folded(text: str) -> str:
    """The text as words without accents, capitals, signs, articles and plural endings."""
    text = text.replace("œ", "oe").replace("Œ", "Oe").replace("PoC", "POC")
    text = _CAMEL.sub(" ", text)
    text = _NUMERO.sub(" no ", _UN.sub("ONU", _BELOW.sub("<", text)))
    plain = _arabic(unaccented(text).replace("_", " "))
    words = re.findall(r"[a-z0-9<>=+-]+|[\u0620-\u06ff]+", plain)
    kept = [_singular(word.strip("-")) for word in words if word not in _NO_WORDS]
    return " ".join(word for word in kept or words if word)  # `Du` alone is a name


def unaccented(text: str) -> str:
    """The text in small letters without accents."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


def _arabic(text: str) -> str:
    """Arabic letters that writers exchange made one; the article and the long stroke left out."""
    plain = text.translate(str.maketrans("ىةک", "يهك", "\u0640"))
    return re.sub(r"(?<![\u0620-\u06ff])ال(?=[\u0620-\u06ff]{3})", "", plain)


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word[-1] in "sx" else word


@lru_cache(maxsize=20_000)
def readings(header: str) -> tuple[str, ...]:
    """A header as it stands, without what is in brackets, and without the group before it, which
    that before the `N` of `Y/N` is not."""
    is_of_form = " " not in header or "/" in header or "::" in header
    is_of_form = is_of_form and not _YES_OR_NO.search(header)
    plain = header if _tells_more(header) else _BRACKETS.sub(" ", header)
    header, plain = _NUMBERED.sub("", header), _NUMBERED.sub("", plain)
    asked = header if header.rstrip().endswith(("?", "؟")) else ""
    own = _QUESTION.sub("", _GROUP.sub("", plain)) if is_of_form else ""
    shorter = (header, plain, own, _without_idle(asked), *_of_two_scripts(plain))
    return tuple(dict.fromkeys(word for word in map(folded, shorter) if word))


def _of_two_scripts(header: str) -> tuple[str, ...]:
    """What a header says in Arabic and what in Latin letters, where it says it twice: `date in` of
    `تاريخ الدخول Date in`."""
    found = (" ".join(script.findall(header)) for script in _SCRIPTS)
    parts = tuple(part for part in found if len(part) > 1)
    return parts if len(parts) == len(_SCRIPTS) else ()


def _without_idle(asked: str) -> str:
    """A question without the words that every question has: `manned` of `Is it manned?`"""
    idle = {folded(word) for word in listed_words("questions")["idle"]}
    return " ".join(word for word in folded(asked).split() if word not in idle)


def _tells_more(header: str) -> bool:
    """Whether what is in brackets says of whom it is, or which estimate: `Strength (F)`, `Killed
    (civilians)`, `Persons (low est.)`."""
    groups = {folded(word) for name in _SAID_IN_BRACKETS for word in _concept_words(name)}
    within = " ".join(folded(text) for text in _BRACKETS.findall(header))
    return not groups.isdisjoint(within.split())


def _concept_words(name: str) -> list[str]:
    return listed_words("concepts")[name]


@lru_cache(maxsize=200_000)
def likeness(one: str, other: str) -> float:
    """How much two folded texts are alike, 0 to 1; 1 only where they are equal, 0 for opposites."""
    if one == other:
        return 1.0
    if min(len(one), len(other)) < _LEAST_FUZZY:
        return 0.0
    (ours, letters), (theirs, others) = _parts(one), _parts(other)
    shared = len(ours & theirs) / len(ours | theirs)
    length = len(one) + len(other)
    is_far = 2 * min(len(one), len(other)) < _LEAST * length
    if not is_far and 2 * len(letters & others) >= _LEAST * length:
        # what they have in common bounds the ratio: of others there is no need to align them
        shared = min(0.95, max(shared, SequenceMatcher(None, one, other).ratio()))
    return 0.0 if shared and (_denies(ours, theirs) or _denies(theirs, ours)) else shared


def likeness_to_names(text: str, names: frozenset[str]) -> float:
    """The highest likeness of a folded text to some names of columns."""
    found = _alike_names(text)
    if len(names) < len(found):
        return max((found.get(name, 0.0) for name in names), default=0.0)
    return max((alike for name, alike in found.items() if name in names), default=0.0)


@lru_cache(maxsize=5_000)
def _alike_names(text: str) -> Mapping[str, float]:
    """The names of all columns that are alike to a folded text at all, with how much.

    As `likeness` tells of each alone; of the others counts of letters show at once that they share
    neither a word nor enough letters.
    """
    known = _every_name()
    shared = np.minimum(known.letters, _counted(text, known.signs)).sum(axis=1)
    length = known.lengths + len(text)
    is_near = (2 * np.minimum(known.lengths, len(text)) >= _LEAST * length) & (
        2 * shared >= _LEAST * length
    )
    places = {*np.flatnonzero(is_near).tolist()}
    places.update(*(known.by_word.get(word, ()) for word in text.split()))
    near = ((known.names[at], likeness(text, known.names[at])) for at in sorted(places))
    return {name: alike for name, alike in near if alike}


@dataclass(frozen=True)
class _Names:
    """All names of columns: how often each has each sign, how long it is, and where a word is."""

    names: Sequence[str]
    signs: Mapping[str, int]
    letters: NDArray[np.int16]
    lengths: NDArray[np.int64]
    by_word: Mapping[str, Sequence[int]]


@cache
def _every_name() -> _Names:
    own = (column_names(table, name) for table, one in contracts().items() for name in one.columns)
    names = sorted(frozenset().union(*own))
    signs = {sign: at for at, sign in enumerate(sorted(set().union(*names)))}
    by_word: dict[str, list[int]] = {}
    for at, name in enumerate(names):
        for word in {*name.split()}:
            by_word.setdefault(word, []).append(at)
    letters = np.array([_counted(name, signs) for name in names], np.int16)
    return _Names(names, signs, letters, np.array([*map(len, names)]), by_word)


def _counted(text: str, signs: Mapping[str, int]) -> NDArray[np.int16]:
    """How often a text has each sign that names have."""
    counts = np.zeros(len(signs), np.int16)
    for sign in text:
        if sign in signs:
            counts[signs[sign]] += 1
    return counts


def _denies(ours: frozenset[str], theirs: frozenset[str]) -> bool:
    """Whether one says the opposite of a word that the other says: `unlikely` and `likely`."""
    return any(prefix + word in ours for word in theirs - ours for prefix in _OPPOSITES)


@lru_cache(maxsize=20_000)
def _parts(text: str) -> tuple[frozenset[str], frozenset[tuple[str, int]]]:
    """The words of a text and its letters, the second of one kind apart from the first."""
    seen: Counter[str] = Counter()
    letters = []
    for sign in text:
        letters.append((sign, seen[sign]))
        seen[sign] += 1
    return frozenset(text.split()), frozenset(letters)


@cache
def _synonyms() -> Mapping[str, Any]:
    text = (data_folder() / "synonyms.yaml").read_text(encoding="utf-8")
    found: Mapping[str, Any] = yaml.load(text, Loader=StrictLoader)
    return found


@cache
def listed_words(section: str) -> Mapping[str, list[str]]:
    """One section of the synonyms: name: texts."""
    given = _synonyms()[section]
    return {name: _listed(given, name) for name in given}


@cache
def words_for_none(kind: str) -> frozenset[str]:
    """Folded words that say that there is none: `zero` of what is counted, `yet`, `never`."""
    return frozenset(map(folded, listed_words("nothing")[kind]))


@cache
def column_names(table: str, name: str) -> frozenset[str]:
    """Folded names of a contract column: its own, its titles, its synonyms."""
    column = contracts()[table].columns[name]
    given = _synonyms()["columns"]
    here = f"{table}.{name}"  # of this table alone, in the place of what it means elsewhere
    listed = _listed(given, here if here in given else name)
    names = [name, column.title.en, column.title.fr, *listed]
    names += [header for header, one in exports().items() if one["column"] == name]
    found = frozenset(word for entry in names for word in readings(entry))
    if column.reference and name not in contracts()[table].key:  # `Ref` is that of the row
        found -= {
            word for entry in _listed(_synonyms()["general"], "key") for word in readings(entry)
        }
    return found


@cache
def table_names(table: str) -> frozenset[str]:
    """Folded names of a table, and words that tell of it where they head a file."""
    contract = contracts()[table]
    names = [table, contract.title.en, contract.title.fr]
    return frozenset(map(folded, [*names, *_listed(_synonyms()["tables"], table)]))


@cache
def total_words() -> frozenset[str]:
    """Folded words that say that a row or a column is the sum of others."""
    return frozenset(map(folded, listed_words("general")["total"]))


@cache
def general_names(table: str, name: str) -> frozenset[str]:
    """Folded names that often mean this column and could mean another: `Date`, `Type`, `Killed`."""
    words = _listed(_synonyms()["perhaps"], name)
    return kind_names(table, name).union(reading for word in words for reading in readings(word))


@cache
def kind_names(table: str, name: str) -> frozenset[str]:
    """Those of them that say no more than date, key or type."""
    contract, given = contracts()[table], _synonyms()["general"]
    days = [one for one, column in contract.columns.items() if column.base_type in ("date", "time")]
    is_day = name == contract.date_column or days == [name]
    kinds = {"date": is_day, "key": _names_rows(contract, name)}
    types = [one for one in contract.columns if one.endswith(("_type", "_kind"))]
    own = contract.key[0].removesuffix("_code")
    kinds["type"] = name in (f"{own}_type", f"{own}_kind") or types == [name]
    counts = [one for one, column in contract.columns.items() if column.base_type == "int"]
    kinds["count"] = counts == [name]
    units = [one for one, c in contract.columns.items() if c.reference == "units.unit_code"]
    kinds |= {kind: name in listed for kind, listed in _FROM_AND_TO.items()}
    words = [word for kind, is_so in kinds.items() if is_so for word in _listed(given, kind)]
    words += _listed(_synonyms()["columns"], "unit_code") if units == [name] else []
    return frozenset(reading for word in words for reading in readings(word))


def _names_rows(contract: Contract, name: str) -> bool:
    """Whether the column alone is the key, or with the day from which its row holds."""
    first, *rest = contract.key
    return name == first and all(contract.columns[one].base_type == "date" for one in rest)


@cache
def exports() -> Mapping[str, Mapping[str, Any]]:
    """Headers of published exports: `column`, what `texts` mean there, and an `empty` cell; which
    columns they tell `also`, and by which texts."""
    found: Mapping[str, Mapping[str, Any]] = _synonyms()["exports"]
    return found


@cache
def export_of(header: str, name: str) -> Mapping[str, Any]:
    """What the codebook of an export says of a header that a column is known by there."""
    one = _exported(header)
    return one if one.get("column") == name else {}


def told_by_export(header: str) -> Mapping[str, Mapping[str, str]]:
    """The columns that a header of an export tells beside its own: what its texts mean there."""
    found: Mapping[str, Mapping[str, str]] = _exported(header).get("also", {})
    return found


@cache
def _exported(header: str) -> Mapping[str, Any]:
    return next((one for known, one in exports().items() if folded(known) == folded(header)), {})


def without_idle_exports(headers: Iterable[str]) -> frozenset[str]:
    """The headers of a published export without those of which no column takes anything: `side_b`
    beside `side_a`; of another file all."""
    there = frozenset(headers)
    if sum(bool(_exported(one)) for one in there) < _LEAST_EXPORTED:
        return there
    idle = frozenset(map(folded, _listed(_synonyms(), "exports_idle")))
    return frozenset(one for one in there if folded(one) not in idle)


@cache
def tag_place(tag: str, name: str) -> int | None:
    """How far down a tag stands among those of a column; None where it is none of them."""
    own = _tag(tag)
    known = [_tag(one) for one in _listed(_synonyms()["hxl"], name)]
    return known.index(own) if own in known else None


def _tag(tag: str) -> tuple[str, frozenset[str]]:
    """The tag and its attributes, without those that say only how it is written."""
    first, *attributes = (part.strip().casefold() for part in tag.split("+"))
    neutral = _listed(_synonyms(), "hxl_neutral")
    return first, frozenset(one for one in attributes if one not in neutral)


@cache
def reference_place(header: str) -> int | None:
    """How surely a header names a reference, 0 most; None where no word of it does."""
    words = [
        word
        for reading in readings(header)
        for word in reading.split()
        if word != "key" or reading.endswith(word)
    ]  # `Key points` is none
    known = [folded(word) for word in _listed(_synonyms()["general"], "reference")]
    return min((known.index(word) for word in words if word in known), default=None)


@cache
def names_a_country(header: str) -> bool:
    """Whether a header names the country of a row."""
    known = {folded(word) for word in _listed(_synonyms()["general"], "country")}
    return not known.isdisjoint(readings(header))


@cache
def names_a_name(header: str) -> bool:
    """Whether a header says that it holds names."""
    known = {folded(word) for word in _listed(_synonyms()["general"], "name")}
    return not known.isdisjoint(folded(header).split())


@cache
def names_a_person(header: str) -> bool:
    """Whether a header says that it holds telephones, addresses or names of persons."""
    listed = map(folded, _listed(_synonyms()["general"], "personal"))
    return any(f" {word} " in f" {folded(header)} " for word in listed)


def _listed(section: Mapping[str, object], name: str) -> list[str]:
    given = section.get(name, [])
    assert isinstance(given, list)
    return list(map(str, given))


@cache
def all_column_names() -> frozenset[str]:
    """Folded names of every column of every contract."""
    return frozenset(
        word
        for table, contract in contracts().items()
        for name in contract.columns
        for word in column_names(table, name) | general_names(table, name)
    )


@cache
def code_names(listed_in: str, code: str) -> frozenset[str]:
    """Folded names of one code: its own, its labels, its synonyms."""
    labels = vocabularies()[listed_in].labels.get(code, {}).values()
    more = _synonyms()["codes"].get(listed_in, {}).get(code, [])
    return frozenset(word for text in (code, *labels, *more) for word in readings(str(text)))


def code_lists() -> Mapping[str, Mapping[str, list[str]]]:
    """List or column of a pattern: code: what people write for it."""
    found: Mapping[str, Mapping[str, list[str]]] = _synonyms()["codes"]
    return found


def without_levels(plain: str) -> str:
    """A folded name of a place without words of levels, institutions and offices beside it: `kelo`
    of `department of Kelo`, of `Commissariat de Kelo`."""
    return " ".join(word for word in plain.split() if word not in _levels())


@cache
def in_short(plain: str) -> str:
    """A folded name with the code of a type of unit in the place of its names: `formed police
    unit` and `upc` are `fpu`."""
    found = f" {plain.replace('-', ' ')} "
    for name, code in _unit_types():
        found = found.replace(f" {name} ", f" {code} ")
    return found.strip()


@cache
def _unit_types() -> tuple[tuple[str, str], ...]:
    codes = vocabularies()["unit_type"].codes
    names = [(name, folded(code)) for code in codes for name in code_names("unit_type", code)]
    return tuple(sorted(names, key=lambda one: -len(one[0])))


@cache
def _levels() -> frozenset[str]:
    levels = vocabularies()["area_level"].labels
    named = frozenset(name for level in levels for name in code_names("area_level", level))
    return named.union(map(folded, _listed(_synonyms()["general"], "beside_places")))


def code_texts(column: Column) -> Mapping[str, str]:
    """Folded text: code, from codes, labels and synonyms; texts of two codes are left out."""
    return _code_texts(column.vocabulary, column.allowed_codes or ())


@cache
def _code_texts(vocabulary: str | None, codes: tuple[str, ...]) -> Mapping[str, str]:
    lists = _synonyms()["codes"]
    own = lists.get(vocabulary or "", {})
    labels = vocabularies()[vocabulary].labels if vocabulary else {}
    found: dict[str, set[str]] = {}
    for code in codes:
        texts = [code, *labels.get(code, {}).values(), *map(str, own.get(code, []))]
        if code not in own:  # what the code is called where another list has it
            texts += [str(text) for other in lists.values() for text in other.get(code, [])]
        for text in texts:
            found.setdefault(folded(text), set()).add(code)
    return {text: min(meant) for text, meant in found.items() if text and len(meant) == 1}
