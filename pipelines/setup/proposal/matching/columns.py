"""Which column of a file is which column of a contract: by name first, then by what it holds.

A confidence above 0.9 needs both: a name that is this column's alone and texts that its type reads.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache, partial
from itertools import takewhile
from operator import eq
from typing import Any

from indicators.definitions.contracts import Column, Contract, contracts
from indicators.definitions.vocabularies import vocabularies
from pipelines.ingest.mapping.model import SUM
from pipelines.ingest.mapping.written.written_dates import day_of_span
from pipelines.ingest.mapping.written.written_numbers import are_added, without_unit
from pipelines.ingest.mapping.written.written_places import SIDES, decimal_degrees
from pipelines.ingest.mapping.written.written_times import has_hours
from pipelines.ingest.readers.form_export import ADDED_BY_CENTRAL, SUBMITTED
from pipelines.ingest.readers.hxl import is_tags
from pipelines.setup.proposal.beside.known_rows import Known
from pipelines.setup.proposal.matching import notation
from pipelines.setup.proposal.matching.codes import (
    DENIES,
    CodeProposal,
    Labels,
    are_periods,
    by_label,
    code_proposals,
    pattern_proposals,
    recode_of,
)
from pipelines.setup.proposal.matching.concepts import (
    contradicts,
    holds_the_meaning,
    meanings,
    means_the_same,
    tells_of,
)
from pipelines.setup.proposal.matching.joined_columns import (
    WOMEN,
    hours_of_their_days,
    two_of_one_cell,
    with_clocks,
    with_days,
    with_days_left,
    with_hours_of_span,
    with_next_clock,
    with_only_day,
    with_precision,
    with_sums,
    without_sex,
)
from pipelines.setup.proposal.matching.survey import RESPONDENTS
from pipelines.setup.proposal.matching.texts import ColumnProposal, Texts
from pipelines.setup.proposal.matching.words import (
    code_names,
    code_texts,
    column_names,
    export_of,
    folded,
    general_names,
    in_short,
    likeness,
    likeness_to_names,
    listed_words,
    names_a_name,
    names_a_person,
    readings,
    reference_place,
    tag_place,
    without_idle_exports,
    without_levels,
    words_for_none,
)

LEAST_CONFIDENCE = 0.5
_SENT = 0.5  # sure that a row is of the time at which its form was sent
LEAST_LIKENESS = 0.72
_LEAST_WORDED = 0.9
_GENERAL = 0.9  # likeness of a name that many columns bear, such as `Date`
_SAME_MEANING = 0.96
_WIDER_MEANING = 0.75
_LEAST_SHORT = 3  # letters of an abbreviation
_AKIN = 0.57  # of the letters of the longer of two words that begin alike
_LEAST_TOLD = 0.75  # what texts that nobody knows leave of a name that is only alike
_MOST_CODES = 60
_OF_EXPORT = 50  # places behind
_AREAS, _SHARED_NAME, _LEAST_OF_LEVEL = "areas.area_code", 0.85, 2
_LEVEL = re.compile(r"(?i)(adm(?:in)?[ _]?)(\d)")
_LEVEL_OF_NAMES = 2  # by whose headers the synonyms of a list of areas go
_REGISTERS = "registers.entry_code"
_SURVEY = "survey_code"  # the same in every row
_HOUSEHOLD, _FEWEST_HOUSEHOLDS = "household_key", 30
_MEN = frozenset(map(folded, ("Men", "Male", "Males", "Hommes", "Masculin", "رجال", "ذكور")))
_FORM_TIMES = frozenset({"start", "end", "today"})
_CHOSEN = frozenset({"0", "1", "0.0", "1.0", "True", "False", "TRUE", "FALSE"})
_OF_FORM = frozenset(map(folded, ("_uuid", "_submission_time", "SubmissionDate", "instanceID")))
_SEPARATORS = (";", ",", "|", " ", "/", "+", "&", "\n")
_ONLY_PARTS = (";", ",", "|", "\n")  # signs that are no part of a name
_SURE_PARTS = (";", "|", "\n")  # beside which another sign may be part of one: `mobility/air; EW`
_REACHES = re.compile(
    r"(\+|00)\d{1,3}[ .()-]?[\d .()-]{6,}|\S+@\S+\.\S+"
)  # a telephone, an address
_SAID_OF_ANYTHING = frozenset({"yes", "no", "oui", "non"})
_NAME = re.compile(r"[^\W\d_]+\.?([ '-][^\W\d_]+\.?)+")
_AGE = re.compile(r"-?\d{1,4}")
_YEARS = re.compile(r"\d{1,3}\s*(ans?|yrs?|y|years?|y\.?o|سنة)\.?", re.IGNORECASE)
_DEATHS = "deaths_best"
_MODE = "patrol_mode"
_LONG_WORD, _SIGNS_OF_NONE = 5, ("-", "–")
_BEGUN_AND_ENDED, _TURNED = ("started_at", "ended_at"), 0.6
_OF_UNITS = 0.89  # below what is sure
_BEYOND_ZERO = frozenset("SWO")
_OLDEST, _MOST_GROUPS = 120, 12
_LEAST_DAYS, _FEWEST_IN_WORDS = 0.5, 2
_FEW_NAMES, _OF_FEW, _OF_MANY = 12, 0.6, 0.8  # share of names that are known
_GROUP_OF_AGES = re.compile(r"Y(?:_GE)?(?P<first>\d+)(?:T(?P<last>\d+))?")


def column_proposals(
    contract: Contract, columns: Sequence[Texts], known: Known
) -> list[ColumnProposal]:
    """The best pairs, each column of the file and of the contract at most once."""
    every, columns = columns, _told_of(contract, columns)
    levels = _from_the_deepest(contract, columns)
    columns = [texts for texts in columns if levels.get(texts.header, texts.header)]
    pairs = {texts.header: two_of_one_cell(contract, texts) for texts in columns}
    hours = hours_of_their_days(columns)
    found = [
        proposal
        for texts in columns
        if not pairs[texts.header] and texts.header not in hours
        for proposal in _of_header(contract, texts, known, levels.get(texts.header))
        if proposal.confidence >= LEAST_CONFIDENCE
    ]
    found = [one for one in found if not _is_said_otherwise(contract, one, columns)]
    found = [one for one in found if not _is_beside_its_code(contract, one, columns)]
    found = _submitted_last(contract, found)
    found = sorted(_finest(found), key=partial(_rank, contract))
    chosen: dict[str, ColumnProposal] = {}
    taken: set[str] = set()
    passed: set[str] = set()  # headers whose surer meaning another header has
    for proposal in _humbled(found):
        header = proposal.headers[0]
        is_weak = header in passed and _tells_nothing(contract, proposal)
        if proposal.column not in chosen and header not in taken and not is_weak:
            chosen[proposal.column] = proposal
            taken.update(proposal.headers)
        passed.add(header)
    for proposal in (one for both in pairs.values() for one in both):
        chosen.setdefault(proposal.column, proposal)
    timed = _of_a_visit(with_clocks(contract, list(chosen.values()), columns), columns)
    dated = with_only_day(contract, with_days(contract, timed, columns), columns)
    timed = with_days_left(contract, with_next_clock(contract, dated, columns), columns)
    timed = with_precision(contract, with_hours_of_span(contract, timed, columns), columns)
    return with_only_day(contract, with_sums(contract, timed, columns), every)


def _submitted_last(contract: Contract, found: Sequence[ColumnProposal]) -> list[ColumnProposal]:
    """When a form was sent, often days later, is a day or time of no row that has another; where
    it has none, a person says whether it is."""
    days = [name for name, one in contract.columns.items() if one.base_type in ("date", "time")]
    sent = [one for one in found if one.headers[0] in SUBMITTED]
    is_told = any(one.column in days for one in found if one not in sent)
    others = [one for one in found if one not in sent]
    return others if is_told else [*others, *(one.asked(_SENT, "submitted") for one in sent)]


def _tells_nothing(contract: Contract, one: ColumnProposal) -> bool:
    """Whether a column that need not be there is named by its header alone: none of its texts is
    known, and each would reject its rows."""
    is_needed = contract.columns[one.column].required
    return not is_needed and bool(one.codes) and not any(code.code for code in one.codes)


def _of_a_visit(chosen: Sequence[ColumnProposal], columns: Sequence[Texts]) -> list[ColumnProposal]:
    """Start and end exchanged where an arrival stands before a departure, as of a visit."""
    times = {one.column: one for one in chosen if one.column in _BEGUN_AND_ENDED}
    place = {texts.header: at for at, texts in enumerate(columns)}
    if len(times) < len(_BEGUN_AND_ENDED):
        return list(chosen)
    first, last = (times[name].headers for name in _BEGUN_AND_ENDED)
    says_arrival = any("arrival" in one for text in readings(last[-1]) for one in meanings(text))
    if not says_arrival or first[:-1] != last[:-1] or place[last[-1]] > place[first[-1]]:
        return list(chosen)
    clocks = dict(zip(_BEGUN_AND_ENDED, reversed(_BEGUN_AND_ENDED), strict=True))
    return [
        replace(
            one,
            headers=times[clocks[one.column]].headers,
            confidence=min(one.confidence, _TURNED),
            entry={**one.entry, "formats": times[clocks[one.column]].entry.get("formats", [])},
        )
        if one.column in clocks
        else one
        for one in chosen
    ]


def _told_of(contract: Contract, columns: Sequence[Texts]) -> Sequence[Texts]:
    """The columns without those that name or reach a person, and without when a form was opened
    and sent, which is not when what it tells of was, but for an interview."""
    columns = [one for one in columns if not is_personal(one) and not are_running(one)]
    told = without_idle_exports(texts.header for texts in columns)
    columns = [texts for texts in columns if texts.header in told]
    headers = {texts.header for texts in columns}
    columns = [texts for texts in columns if not _is_choice(texts, headers)]
    columns = [texts for texts in columns if not _is_listed(contract, texts, headers)]
    words = set(map(folded, headers))
    if contract.table == RESPONDENTS or words.isdisjoint(_OF_FORM):
        return columns
    added = {*ADDED_BY_CENTRAL} if headers.issuperset(ADDED_BY_CENTRAL) else set()
    return [
        one for one in columns if folded(one.header) not in _FORM_TIMES and one.header not in added
    ]


def _from_the_deepest(contract: Contract, columns: Sequence[Texts]) -> dict[str, str]:
    """Headers of a list of areas as if the deepest level that it has were the second: beside
    `ADM3_PCODE` `ADM2_PCODE` is the area above. Empty what else it says of levels further up."""
    if contract.table != _AREAS.partition(".")[0]:
        return {}
    found = [(texts.header, _LEVEL.search(texts.header)) for texts in columns if texts.values]
    levels = {header: int(level[2]) for header, level in found if level}
    down = _LEVEL_OF_NAMES - max(levels.values(), default=0)
    called = {name: _LEVEL.sub(rf"\g<1>{level + down}", name) for name, level in levels.items()}

    def tells(header: str, name: str) -> bool:
        is_deepest = levels[header] + down == _LEVEL_OF_NAMES
        return is_deepest or header_likeness(contract.table, "parent_area_code", name)[0] == 1

    return {header: name if tells(header, name) else "" for header, name in called.items()}


def is_personal(texts: Texts) -> bool:
    """Whether a column holds telephones, addresses or names of persons."""
    told = sum(_REACHES.fullmatch(text) is not None for text in texts.values)
    said = names_a_person(texts.header) or 2 * told > len(texts.values)
    return said and not is_tags([texts.header])


def _is_choice(texts: Texts, headers: Set[str]) -> bool:
    """Whether a column says of one choice of a question that stands beside it whether it was made:
    `themes/security` beside `themes`."""
    question = re.match(r"(.+)[/.]", texts.header)
    return bool(question) and question[1] in headers and set(texts.values) <= _CHOSEN  # type: ignore[index]


def _is_listed(contract: Contract, texts: Texts, headers: Set[str]) -> bool:
    """Whether a column says of one of several listed codes whether it was chosen, where the
    question itself is no column: `partners/military` beside `partners/justice`."""
    question, _, choice = texts.header.rpartition("/")
    if not question or not set(texts.values) <= _CHOSEN:
        return False
    parts = [one.removeprefix(f"{question}/") for one in headers if one.startswith(f"{question}/")]
    beside = {folded(part) for part in parts}
    lists = (code_texts(one) for one in contract.columns.values() if one.base_type == "list<code>")
    return any(folded(choice) in known and len(beside & known.keys()) > 1 for known in lists)


def questions_by_choice(columns: Sequence[Texts]) -> list[str]:
    """The questions that are no column, but each of their choices, which a list of a table has."""
    headers = {texts.header for texts in columns}
    listed = (
        texts.header.rpartition("/")[0]
        for texts in columns
        if any(_is_listed(contract, texts, headers) for contract in contracts().values())
    )
    return [one for one in dict.fromkeys(listed) if one not in headers and all(
            set(texts.values) <= _CHOSEN for texts in columns
            if texts.header.startswith((f"{one}/", f"{one}.")))]  # fmt: skip


def _is_said_otherwise(contract: Contract, one: ColumnProposal, columns: Sequence[Texts]) -> bool:
    """Whether a header means something else beside the others: women beside men are no part of
    the personnel."""
    sex, rest = without_sex(one.headers[0])
    named = [without_sex(texts.header) for texts in columns] if sex else []
    if one.column not in WOMEN:  # boys injured beside girls, men, women: no whole
        is_count = contract.columns[one.column].base_type == "int"
        return is_count and sum(bool(other) and beside == rest for other, beside in named) > 2
    headers = {folded(word) for texts in columns for word in readings(texts.header)}
    if "general_name" in one.reasons and not headers.isdisjoint(_MEN):
        return True
    return sex == "F" and any(
        other == "M" and likeness(" ".join(beside), " ".join(rest)) >= _LEAST_WORDED
        for other, beside in named
    )  # `Women / 18-29` beside `Men / 18-29`


def _is_beside_its_code(contract: Contract, one: ColumnProposal, columns: Sequence[Texts]) -> bool:
    """Whether a header beside one that says code or number of the same is no key: `Unit` beside
    `Unit ID`."""
    own = {*folded(one.headers[0]).split()}
    others = (texts.header for texts in columns if reference_place(texts.header) is not None)
    is_beside = any(own < {*folded(other).split()} for other in others)
    is_name = reference_place(one.headers[0]) is None and not is_tags(one.headers)
    return is_name and is_beside and one.column == contract.key[0]


def _rank(
    contract: Contract, one: ColumnProposal
) -> tuple[float, bool, int, float, int, int, str, tuple[str, ...]]:
    """The surest first; of equals what has the column's own title, the finest, codes before names,
    what names a reference surely, by a name of its own before what an export adds, and the plainest
    column: `sex` before `household_head_sex`."""
    title = contract.columns[one.column].title
    sure = sum(code.confidence for code in one.codes) / len(one.codes) if one.codes else 1.0
    place = reference_place(one.headers[0])
    return (
        -one.confidence,
        folded(one.headers[0]) not in (folded(title.en), folded(title.fr)),
        -len({code.code for code in one.codes if code.code}),
        -sure,
        99 if place is None else place + _OF_EXPORT * one.headers[0].startswith("_"),
        len(one.column),
        one.column,
        one.headers,
    )


def as_said(name: str, column: Column, texts: Texts, known: Known) -> ColumnProposal:
    """A column of the file for one of the table, as a person says; what can be read in two ways
    stays asked."""
    fit = fit_of(column, texts, known, name)
    sure, why = (0.6, fit.reason) if fit.is_ambiguous else (1.0, None)
    reasons = ("by_person", *([why] if why else []))
    return ColumnProposal(name, (texts.header,), sure, reasons, fit.entry, fit.codes)


def _humbled(found: Sequence[ColumnProposal]) -> list[ColumnProposal]:
    """Two headers for one column, or two columns for one header, leave neither sure; beside
    districts their provinces say nothing else."""

    def is_contested(one: ColumnProposal) -> bool:
        return any(
            other is not one
            and (other.column == one.column or other.headers == one.headers)
            and one.confidence - other.confidence < 0.1
            and not _is_above(other, one)
            for other in found
        )

    return [one.asked(0.7, "contested") if is_contested(one) else one for one in found]


def _is_above(one: ColumnProposal, other: ColumnProposal) -> bool:
    """Whether both are areas that the mission knows, the first far fewer."""
    is_area = one.column == other.column and _is_place(one.column)
    ours, theirs = ({code.code for code in each.codes if code.code} for each in (one, other))
    return is_area and 0 < 2 * len(ours) <= len(theirs)


def _is_place(column: str) -> bool:
    """Whether a column says where a row is: the area above it is another."""
    return column.endswith("area_code") and column != "parent_area_code"


def _finest(found: Sequence[ColumnProposal]) -> list[ColumnProposal]:
    """A province is no surer than the district beside it, of which one may be misspelt."""
    return [
        replace(one, confidence=min([one.confidence, *(o.confidence - 0.01 for o in finer)]))
        for one in found
        for finer in [[other for other in found if _is_above(one, other)]]
    ]


def _of_header(
    contract: Contract, texts: Texts, known: Known, called: str | None
) -> Iterator[ColumnProposal]:
    is_tag, own = is_tags([texts.header]), replace(texts, header=called or texts.header)
    names = {name: _named(contract.table, name, own) for name in contract.columns}
    is_name = any(alike == 1 for alike, _ in names.values())
    for name, column in contract.columns.items():
        alike, named = names[name]
        if is_name and alike < 1 and named is None:
            alike = 0.0  # what is one column's name is no other's by its letters
        is_place = name in (contract.area_column, _only_unit(contract))
        is_place = is_place or column.reference == _REGISTERS
        is_place = is_place and not texts.header.startswith("_")  # what Kobo and ODK add
        tells = is_place and _are_known(texts.values, known.get(column.reference or "", {}))
        tells = tells or (column.required and are_periods(texts.values, column))
        if alike < LEAST_LIKENESS and (is_tag or not (tells or _has_codes(column, texts.values))):
            continue
        fit = fit_of(column, texts, known, name)
        is_none = contract.key == (name,) and not may_be_key(texts)
        is_none = is_none or (name == _SURVEY and texts.is_unique and len(texts.values) > 1)
        if name.endswith("_key") and (names_a_name(texts.header) or _are_names(texts.values)):
            continue  # persons are known by keys, never by their names
        if is_none or (name == _HOUSEHOLD and not _may_be_households(texts)):
            fit = replace(fit, share=0.0)
        if alike >= _GENERAL and fit.codes and column.reference and _are_codes(fit.codes):
            alike = 1.0  # `p_code` beside `territoire`, the column's own name: a code says it surer
        confidence, reason = _confidence(alike, fit, column)
        if reason == "same_name_other_texts" and _are_known(texts.values, known.get(_AREAS, {})):
            continue  # names of places, which say nothing else in another language
        is_coded = column.base_type == "code" and _exported(texts, name)
        is_free = name.endswith("_code") and not (column.reference and fit.codes)
        if is_free and texts.values and _are_words(texts.values) and not texts.is_unique:
            confidence = min(confidence, _TURNED)  # `Facility`, of which the texts say the kind
        if name == _DEATHS or is_coded:
            confidence = min(confidence, _OF_UNITS)  # whose deaths, and what a codebook means by it
        if confidence:
            told = named if named and reason in ("alike_name", "same_name") else reason
            reasons = (told, *((fit.reason,) if fit.reason else ()))
            yield ColumnProposal(name, (texts.header,), confidence, reasons, fit.entry, fit.codes)


def _are_codes(codes: Sequence[CodeProposal]) -> bool:
    """Whether all texts of a column are codes as the mission has them."""
    return all(one.reason == "as_it_is" for one in codes)


def _named(table: str, name: str, texts: Texts) -> tuple[float, str | None]:
    """How much header or wording are alike to a column's names; a question that says more than a
    name asks something else."""
    worded = ((header_likeness(table, name, one)[0], None) for one in texts.wordings)
    sure = (one for one in worded if one[0] >= _LEAST_WORDED)
    header = texts.header.replace("/", " ") if texts.told_by_group else texts.header
    return max([header_likeness(table, name, header), *sure], key=lambda found: found[0])


def may_be_key(texts: Texts) -> bool:
    """Whether texts tell rows apart also beside those of later files: no days, no names of
    persons, no running numbers."""
    is_told = _are_days(texts.values) or names_a_name(texts.header) or are_running(texts)
    return texts.is_unique and not is_told


def are_running(texts: Texts) -> bool:
    """Whether a column holds the numbers from 1 on below a mere `N°`: they tell of nothing."""
    numbers = {str(number) for number in range(1, len(texts.values) + 1)}
    is_mere = texts.header.strip() == "#" or folded(texts.header) in _mere_numbers()
    return is_mere and len(numbers) > 1 and numbers == {*texts.values}


@cache
def _mere_numbers() -> frozenset[str]:
    return frozenset(map(folded, listed_words("general")["counted"]))


def _are_names(values: Sequence[str]) -> bool:
    """Whether most texts are several words without a number, as names of persons are."""
    return 2 * sum(bool(_NAME.fullmatch(text)) for text in values) > len(values)


def _may_be_households(texts: Texts) -> bool:
    """Whether there are as many as households, and not a count of their members."""
    return texts.is_unique or len(texts.values) > _FEWEST_HOUSEHOLDS


def _are_days(values: Sequence[str]) -> bool:
    """Whether the texts are dates, and not numbers that could be read as some."""
    written = [text for text in values if not text.isdigit()]
    return bool(written) and notation.dates(written, with_time=True).share >= 0.9


@lru_cache(maxsize=100_000)
def header_likeness(table: str, name: str, header: str) -> tuple[float, str | None]:
    """How much a header is alike to a column's names, and the reason where it is no such name.

    A tag speaks alone: the first of a column's tags, or of the nearest of them.
    """
    if is_tags([header]):
        place = tag_place(header, name)
        return (0.0, None) if place is None else (1.0, "hxl_tag")
    own, names = readings(header), column_names(table, name)
    alike = max((likeness_to_names(one, names) for one in own), default=0)
    if alike == 1 and _names_another(table, name, header):
        return _GENERAL, "general_name"
    if header.startswith("_"):  # what Kobo and ODK add of their own: `_status` is no stratum
        return (_GENERAL, "general_name") if alike == 1 else (0.0, None)
    if alike < _GENERAL and not general_names(table, name).isdisjoint(own):
        return _GENERAL, "general_name"
    if alike < 1 and contradicts(own, table, name):
        return 0.0, None
    if alike < _SAME_MEANING and means_the_same(own, table, name):
        return _SAME_MEANING, "same_meaning"
    if alike < _WIDER_MEANING and holds_the_meaning(own, table, name):
        return _WIDER_MEANING, "same_meaning"
    may_be_told = alike < LEAST_LIKENESS and _may_be_told(table, name)
    if may_be_told and (tells_of(own, table, name) or _is_short_for(own, names)):
        return LEAST_LIKENESS, "same_meaning"
    return alike, None


def _names_another(table: str, name: str, header: str) -> bool:
    """Whether a header says one column or another: `Village / site`, whose first is no group."""
    first, own = header.rpartition("/")[0], contracts()[table].columns[name]
    if not first or own.base_type != "text" or folded(header) in column_names(table, name):
        return False  # `Sexe / âge` says both
    others = (one for one in contracts()[table].columns if one != name)
    return any(not column_names(table, one).isdisjoint(readings(first)) for one in others)


def _is_short_for(own: Sequence[str], names: frozenset[str]) -> bool:
    """Whether each word of a header begins one of a name: `Dist.` of `Distance`, `Loc. acc.` of
    `Location accuracy`."""

    short = [one.split() for one in own if all(len(word) >= _LEAST_SHORT for word in one.split())]
    return any(
        all(other.startswith(word) for word, other in zip(words, others, strict=True))
        for words in short
        for others in _names_by_begin(names).get((len(words), words[0][:_LEAST_SHORT]), ())
    )


@cache
def _names_by_begin(names: frozenset[str]) -> Mapping[tuple[int, str], list[list[str]]]:
    """The words of names, by how many they are and how the first begins."""
    found: dict[tuple[int, str], list[list[str]]] = {}
    for words in map(str.split, names):
        found.setdefault((len(words), words[0][:_LEAST_SHORT]), []).append(words)
    return found


def _may_be_told(table: str, name: str) -> bool:
    """Whether the texts of a column show more than that they are texts."""
    column = contracts()[table].columns[name]
    return column.base_type != "text" and not column.reference


def _has_codes(column: Column, values: Sequence[str]) -> bool:
    """Whether most texts are codes or labels of the column, without looking at likeness; of a list
    of codes some have several."""
    if column.base_type == "list<code>" and any(" " in text for text in values):
        values = [*{part for text in values for part in text.split()}]
    elif column.base_type != "code":
        return False
    if not values or len(values) > _MOST_CODES:
        return False
    known = code_texts(column)
    if all(text.isdigit() or folded(text) in _SAID_OF_ANYTHING for text in values):
        return False  # numbers, yes and no are codes only where a name says so
    return sum(folded(text) in known for text in values) >= 0.8 * len(values)


def _only_unit(contract: Contract) -> str | None:
    """The one column of a table that names a unit."""
    units = [name for name, one in contract.columns.items() if one.reference == "units.unit_code"]
    return units[0] if len(units) == 1 else None


def _are_known(values: Sequence[str], known: Mapping[str, str]) -> bool:
    """Whether most texts are names or codes of areas or units that the mission has; be it without
    their blanks, `FPU 1`."""
    plain = [folded(text) for text in values if not text.isdigit()]
    joined = {name.replace(" ", "") for name in known} if len(plain) <= _FEW_NAMES else set()
    found = [
        text
        for text in plain
        if {text, without_levels(text)} & known.keys() or text.replace(" ", "") in joined
    ]
    most = _OF_FEW if len(plain) <= _FEW_NAMES else _OF_MANY
    return len(found) >= 2 and len(found) >= most * len(values)


@dataclass(frozen=True)
class Fit:
    """How well the texts are what the contract's column takes; `share` None: nothing to tell by."""

    share: float | None
    entry: Mapping[str, Any] = field(default_factory=dict)
    codes: tuple[CodeProposal, ...] = ()
    reason: str | None = None
    is_ambiguous: bool = False
    is_worded: bool = False  # no day or time has a digit


def _confidence(alike: float, fit: Fit, column: Column) -> tuple[float, str]:
    if alike == 1:
        if fit.share is None:
            return 0.88, "same_name"
        if not fit.share and column.base_type in ("int", "dec"):
            return 0, ""  # `Day/Night` is no number of nights
        if fit.is_worded and not column.required:
            return 0, ""  # `Confirmed`, which says yes or no, is no time
        if fit.share < 0.5:
            return 0.55, "same_name_other_texts"
        sure = 0.97 if fit.share >= 0.9 else 0.85
        return (0.6 if fit.is_ambiguous else sure), "same_name"
    if fit.reason == "empty_column" and (column.required or alike < _SAME_MEANING):
        return 0, ""  # nothing tells for it: `Status`, which Central adds and leaves empty
    is_sure = alike > LEAST_LIKENESS and column.base_type != "bool"
    least = 0.5 if is_sure else 0.8  # what one word tells, or says yes or no, needs texts that fit
    if alike >= LEAST_LIKENESS and (fit.share is None or fit.share >= least):
        sure = 0.6 if fit.is_ambiguous else 0.85
        told = (
            1 if fit.share is None or not fit.codes else _LEAST_TOLD + (1 - _LEAST_TOLD) * fit.share
        )
        return round(sure * alike * told, 2), "alike_name"
    written = [one.text for one in fit.codes]
    if alike >= _WIDER_MEANING and column.base_type == "code" and _are_words(written):
        # its texts may be of a language, or abbreviations, that we have not
        return (0.55 if alike >= _SAME_MEANING else 0.5), "same_name_other_texts"
    is_telling = len({one.code for one in fit.codes if one.code} - _SAID_OF_ANYTHING) >= 2
    share = fit.share or 0
    if (
        is_telling
        and share >= _OF_MANY
        and (column.base_type in ("code", "list<code>") or column.pattern)
    ):
        return 0.6, "texts_are_codes"
    if is_telling and share >= _OF_FEW and column.reference:
        return 0.55, "texts_are_known"
    return 0, ""


def _are_words(texts: Sequence[str]) -> bool:
    """Whether texts say something: no numbers, days, single letters or mere yes and no."""
    said = [text for text in texts if folded(text) not in _SAID_OF_ANYTHING]
    is_any = any(len(text) > 1 for text in said)
    return is_any and not any(sign.isdigit() for text in said for sign in text)


def fit_of(column: Column, texts: Texts, known: Known, name: str = "") -> Fit:
    """How well texts are what the type, codes or known rows of a contract column take.

    `name`: of the contract column, where it counts: coordinates, patterns, published exports.
    """
    values, kind = texts.values, column.base_type
    takes_none = kind in ("int", "dec", "date", "time", "list<code>") or column.reference
    if takes_none and (worded := _in_words(texts, kind)):
        there = tuple(text for text in values if text not in worded)
        rest = fit_of(column, replace(texts, values=there), known, name)
        recode = {**worded, **rest.entry.get("recode", {})}
        return replace(rest, entry={**rest.entry, "recode": recode})
    if not values:
        return Fit(None, reason="empty_column")
    if kind == "int" and any(map(are_added, values)):
        alone = [text for text in values if not are_added(text)]
        written = notation.numbers(alone, column) if alone else notation.Written({}, 1)
        share = 1 - (1 - written.share) * len(alone) / len(values)
        return Fit(share, {**written.keys, "join": SUM}, (), "summed")
    if kind in ("int", "dec"):
        if name in SIDES and (side := _side_of(texts.header, values, SIDES[name])):
            sided = replace(texts, header="", values=tuple(f"{text} {side}" for text in values))
            template = {"template": f"{{{texts.header}}} {side}"}
            return Fit(fit_of(column, sided, known, name).share, template, (), "side_of_header")
        plain = [decimal_degrees(text, SIDES[name]) for text in values] if name in SIDES else values
        number = notation.numbers(plain, column)
        if "units" in number.keys and not number.is_ambiguous:  # which a person sees: miles, hours
            return Fit(min(number.share, _OF_UNITS), number.keys, (), "unit_left_out")
        reason = "two_ways" if number.is_ambiguous else None
        return Fit(number.share, number.keys, (), reason, number.is_ambiguous)
    if kind in ("date", "time"):
        dated = _date_fit(values, kind, name, is_optional=not column.required)
        is_worded = not dated.share and not any(sign.isdigit() for text in values for sign in text)
        return replace(dated, is_worded=is_worded)
    if kind in ("code", "bool", "list<code>"):
        if name == "age_group" and (fit := age_fit(values, column.allowed_codes or ())):
            return fit
        fit = _code_fit(column, texts, _exported(texts, name))
        return _of_patrols(fit) if name == _MODE else fit
    if column.reference and known.get(column.reference):
        return reference_fit(texts, column.reference, known)
    if column.pattern:
        codes = tuple(pattern_proposals(values, name, column))
        return Fit(sum(one.code is not None for one in codes) / len(codes), recode_of(codes), codes)
    is_long = sum(len(text) for text in values) / len(values) > 80
    is_no_code = name.endswith("_code") and (are_sentences(values) or _are_phrases(values))
    return Fit(0.4 if is_long or is_no_code else 0.9)


def _of_patrols(fit: Fit) -> Fit:
    """How patrols moved, of texts that name no other kind of activity: a `mixed checkpoint` is one
    with the police."""
    kinds = contracts()["activities"].columns["activity_type"]
    told = code_proposals([one.text for one in fit.codes if one.code], kinds)
    others = {one.text for one in told if one.code not in (None, "patrol")}
    if not others:
        return fit
    unknown = (CodeProposal(text, None, 0, "unknown_text") for text in others)
    by_text = {one.text: one for one in (*fit.codes, *unknown)}
    return _fit_of_codes(tuple(by_text.values()), [])


def _side_of(header: str, values: Sequence[str], sides: str) -> str | None:
    """The side south or west of zero that a header names, where no text says one: `Position / S`,
    below which `2° 50.009'` stands."""
    last = re.split(r"[\s/()\[\].,]+", header.strip(" )]."))[-1]
    is_said = any(re.search(r"^\s*[-−]|[NSEWO]", text, re.IGNORECASE) for text in values)
    return last if last in {*sides} & _BEYOND_ZERO and not is_said else None


def _exported(texts: Texts, name: str) -> Mapping[str, Any]:
    """What an export means by a column of this header; a header above tags is its wording."""
    found = (export_of(one, name) for one in (texts.header, *texts.wordings))
    return next(filter(None, found), {})


def are_sentences(values: Sequence[str]) -> bool:
    """Whether most texts have several words: `Key points`, which names no row."""
    return 2 * sum(len(text.split()) > 2 for text in values) > len(values)


def _are_phrases(values: Sequence[str]) -> bool:
    """Whether most texts are words without a number: a pledge that is told, not its reference."""
    told = [text for text in values if " " in text and not any(map(str.isdigit, text))]
    return 2 * len(told) > len(values)


def _in_words(texts: Texts, kind: str) -> dict[str, str | None]:
    """The words of a column that say that there is none: `not yet`, `no certificate` of a
    certificate; of what is counted `none` is 0, and `deux` 2."""
    none = "0" if kind == "int" else None
    means = dict.fromkeys(words_for_none("yet")) | dict.fromkeys(words_for_none("zero"), none)
    if kind in ("date", "time"):  # of when something was: it was not
        means |= dict.fromkeys(words_for_none("never"))
    if kind == "int":
        means |= {folded(word): number for number, words in listed_words("numbers").items()
                  for word in words}  # fmt: skip
    means |= dict.fromkeys(_SIGNS_OF_NONE, none)  # where it is said that they are more than a blank
    said = " ".join(readings(texts.header)).split()
    for plain in map(folded, texts.values):
        first, *rest = plain.split() or [""]
        if first in DENIES and rest and {*rest} <= {*said}:
            means[plain] = none
    sure = (text for text in texts.values if "?" not in text)  # `ongoing?` stays asked
    plain_of = {text: text if text in _SIGNS_OF_NONE else folded(text) for text in sure}
    return {text: means[word] for text, word in plain_of.items() if word in means}


def _date_fit(values: Sequence[str], kind: str, name: str, *, is_optional: bool = False) -> Fit:
    """In a time column a date without a time of day waits for the column of hours beside it; where
    the time may be lacking, it is not known of a day without an hour among others."""
    if kind == "time" and (notation.clock_formats(values) or notation.have_no_year(values)):
        return Fit(0.6)
    is_month = name == "month"
    if kind == "date" and not is_month and all(map(notation.YEAR.fullmatch, values)):
        first_days = {year: f"{year}-01-01" for year in values}
        return Fit(1.0, {"recode": first_days}, (), "first_of_year", is_ambiguous=True)
    written = notation.dates(values, with_time=kind == "time", of_months=is_month)
    if kind == "date" and written.share < _LEAST_DAYS:
        written = notation.days_of_times(values)
    if kind == "date" and written.share < _LEAST_DAYS and (fit := _day_in_words(values)):
        return fit
    if kind == "date" and not is_month:
        both = notation.with_months(values, written)
        if both is not written:
            return Fit(1.0, both.keys, (), "months_among_days", is_ambiguous=True)
    reason = "day_or_month_first" if written.is_ambiguous else None
    if is_month and not notation.are_months(values, written):
        return Fit(0.0)
    share = 0.6 if kind == "time" and not any(":" in text or "h" in text for text in values) else 1
    forms = [*written.keys.get("formats", ())]  # type: ignore[misc]
    timed = [*filter(has_hours, forms)] if kind == "time" and is_optional else []
    keys = {**written.keys, "formats": timed} if timed else written.keys
    return Fit(written.share * share, keys, (), reason, written.is_ambiguous)


def _day_in_words(values: Sequence[str]) -> Fit | None:
    """The one day that most texts hold among words: `PoC adviser, 29 Dec 25`."""
    found = {text: day for text in values if (day := day_of_span(text, 1)) != text}
    written = notation.dates([found.get(text, text) for text in values], with_time=False)
    if len(found) < _FEWEST_IN_WORDS or written.share < _LEAST_DAYS:
        return None
    keys = {"part": 1, **(written.keys or {"formats": ["%Y-%m-%d"]})}
    return Fit(written.share, keys, (), "day_in_words", is_ambiguous=True)


def age_fit(values: Sequence[str], codes: Sequence[str]) -> Fit | None:
    """Ages in years as the groups of the list, `Y18T29` and `Y_GE60`; None for other texts.

    Whole numbers of which most are beyond any number of groups; `-1`, `998`: not known.
    """
    units = sorted({one[1] for text in values if (one := _YEARS.fullmatch(text))})
    plain = [without_unit(text, units) for text in values]
    numbers = [int(text) for text in plain if _AGE.fullmatch(text)]
    years = [number for number in numbers if 0 <= number <= _OLDEST]
    if len(numbers) < len(values) or len([one for one in years if one > _MOST_GROUPS]) < 3:
        return None
    bounds = [(one, found) for one in codes for found in [_GROUP_OF_AGES.fullmatch(one)] if found]
    bands: list[dict[str, Any]] = [
        {"value": one, "below": str(int(found["last"]) + 1)} if found["last"] else {"value": one}
        for one, found in bounds
    ]
    unknown = {str(number): "_U" for number in sorted(set(numbers) - set(years))}
    entry: dict[str, Any] = {"recode": unknown} if unknown else {}
    entry |= {"units": units} if units else {}
    return Fit(1.0, {**entry, "bands": bands}) if bands else None


def _code_fit(column: Column, texts: Texts, export: Mapping[str, Any]) -> Fit:
    values, labels = texts.values, texts.labels
    if len(values) > _MOST_CODES:
        return Fit(0.0)
    if export.get("texts"):
        fit = _codes_by(column, values, meant=export["texts"])
        empty = {"empty": export["empty"]} if "empty" in export else {}
        return replace(fit, entry={**fit.entry, **empty})
    if column.base_type != "list<code>":
        return _codes_by(column, values, labels=labels)
    is_parted = any(sign in text for text in values for sign in _ONLY_PARTS)
    signs = [sign for sign in _SEPARATORS if sign != " " or not is_parted]
    fits = {sign: _codes_by(column, values, [sign], labels=labels) for sign in signs}
    sure = [sign for sign in _SURE_PARTS if any(sign in text for text in values)]
    if " " in fits and not sure and _are_of_a_form(values, fits[" "]):
        sure = [" "]
    first = max(sure or signs, key=lambda sign: (fits[sign].share or 0, _least_sure(fits[sign])))
    fit = fits[first]
    for sign in (one for one in _SEPARATORS if one not in (first, " ")):
        # `A / B` beside `A; B`: never one code for both; a list where each part is a known code, or
        # one stands alone elsewhere
        is_list = _holds_one_of(
            sign, values, [one for one in fit.codes if one.confidence < _GENERAL]
        )
        parts = {
            one: code_proposals([one.text], column, (sign,), labels=labels)
            for one in fit.codes
            if sign in one.text and one.confidence < _GENERAL
        }
        parts = {one: held for one, held in parts.items() if len({p.code for p in held}) > 1}
        if is_list or any(
            all(part.confidence >= _GENERAL for part in held) for held in parts.values()
        ):
            signs = [*fit.entry.get("separator", [";"]), sign]
            fit = _codes_by(column, values, signs, labels=labels)
        elif parts:
            unknown = {one: CodeProposal(one.text, None, 0, "unknown_text") for one in parts}
            codes = tuple(unknown.get(one, one) for one in fit.codes)
            fit = _fit_of_codes(codes, fit.entry.get("separator", [";"]))
    return fit


def _are_of_a_form(values: Sequence[str], by_blanks: Fit) -> bool:
    """Whether blanks stand between choices of a form (`military civil_affairs other`): each part is
    surely a code, or a choice that stands alone elsewhere."""
    parts = {part for text in values for part in text.split() if " " in text.strip()}
    known = {one.text for one in by_blanks.codes if one.code and one.confidence >= _GENERAL}
    return bool(parts) and parts <= known.union(values)


def _holds_one_of(sign: str, values: Sequence[str], codes: Sequence[CodeProposal]) -> bool:
    """Whether the sign stands in one of these texts beside another that is a value by itself, or
    between what several have where it hardly parts anything else."""
    held = [{part.strip() for part in one.text.split(sign)} for one in codes if sign in one.text]
    parts = Counter(part for one in held for part in one)
    is_shared = sign in _ONLY_PARTS and any(number > 1 for number in parts.values())
    return is_shared or not parts.keys().isdisjoint(value.strip() for value in values)


def _least_sure(fit: Fit) -> float:
    """How sure the least sure code is: `human_rights justice` is two, and holds the name of one."""
    return min((one.confidence for one in fit.codes if one.code), default=0)


def _codes_by(
    column: Column,
    values: Sequence[str],
    signs: Sequence[str] = (),
    meant: Mapping[str, str] | None = None,
    labels: Labels | None = None,
) -> Fit:
    return _fit_of_codes(tuple(code_proposals(values, column, signs, meant, labels)), signs)


def _fit_of_codes(codes: tuple[CodeProposal, ...], signs: Sequence[str]) -> Fit:
    share = sum(one.code is not None for one in codes) / len(codes) if codes else 0.0
    entry: dict[str, Any] = recode_of(codes)
    if signs and list(signs) != [";"]:
        entry["separator"] = signs[0] if len(signs) == 1 else list(signs)
    return Fit(share, entry, codes)


def reference_fit(texts: Texts, reference: str, known: Known) -> Fit:
    """The areas or units that names or codes mean; of no names there is nothing to tell.

    A name that places of several levels share is that of the level of the others.
    """
    if not texts.values:
        return Fit(None)

    def meant(names: Mapping[str, str]) -> tuple[CodeProposal, ...]:
        return tuple(
            by_label(text, texts.labels, lambda one: area_of_name(one, names))
            for text in texts.values
        )

    codes = meant(known[reference])
    if reference == _AREAS and (level := _level(texts.header, codes, known)):
        of_level = meant({**known[reference], **known[level]})
        codes = tuple(
            max(one, replace(other, confidence=min(other.confidence, _SHARED_NAME)), key=_sureness)
            for one, other in zip(codes, of_level, strict=True)
        )
    share = sum(one.code is not None for one in codes) / len(codes)
    return Fit(share, recode_of(codes), codes)


def _sureness(one: CodeProposal) -> float:
    return one.confidence if one.code else 0


def _level(header: str, codes: Sequence[CodeProposal], known: Known) -> str | None:
    """The level of areas that all places of a column have, else the one that its header names; some
    may be only alike to places of another."""
    levels = [level for level in vocabularies()["area_level"].codes if level in known]
    found = {one.code for one in codes if one.code}
    held = [level for level in levels if not found.isdisjoint(known[level].values())]
    if len(found) >= _LEAST_OF_LEVEL and len(held) == 1:
        return held[0]
    words = {word for reading in readings(header) for word in reading.split()}
    named = [one for one in levels if not words.isdisjoint(code_names("area_level", one))]
    return named[0] if len(named) == 1 else None


def area_of_name(text: str, known: Mapping[str, str]) -> CodeProposal:
    """The one of these areas or units that a text names, be it spelled a little otherwise."""
    plain = folded(text)
    if plain in known:
        code = known[plain]
        is_code = code == text
        return CodeProposal(text, code, 1.0 if is_code else 0.95, "as_it_is" if is_code else "name")
    apart = plain.replace("-", " ")
    if len(same := {c for name, c in known.items() if name.replace("-", " ") == apart}) == 1:
        return CodeProposal(text, same.pop(), 0.95, "name")  # `Kafra centre` of `Kafra-Centre`
    if (name := without_levels(plain)) in known:
        return CodeProposal(text, known[name], 0.85, "name")  # `Sirba department`
    if len(short := {code for name, code in known.items() if _is_begun(plain, name)}) == 1:
        return CodeProposal(text, short.pop(), 0.8, "alike")
    number = re.findall(r"\d+", plain)  # `DET-5` is not `DET-6`
    alike = (name for name in known if re.findall(r"\d+", name) == number)
    ranked = sorted(((likeness(plain, name), known[name]) for name in alike), reverse=True)
    best = ranked[0] if ranked else (0.0, "")
    rival = next((score for score, code in ranked if code != best[1]), 0.0)
    if best[0] >= 0.8 and best[0] - rival >= 0.1:
        return CodeProposal(text, best[1], round(0.85 * best[0], 2), "alike")
    return CodeProposal(text, None, 0, "unknown_text")


def _is_begun(plain: str, name: str) -> bool:
    """Whether each of several words begins one of a name: `UPC Sen 1` of `UPC Sénégal 1`,
    `Togo FPU` of `Formed police unit Togo`, `N/Kivu` of `Nord-Kivu`, `TS Kelo` of `Team site Kelo`;
    numbers are not shortened. One long word alone, `Sirwa` of `Sirwa Hills`."""
    if len(plain) >= _LONG_WORD and plain.isalpha() and name.startswith(f"{plain} "):
        return True
    return _begins(in_short(plain).split(), in_short(name).split()) or _begins(
        plain.split(), name.split()
    )


def _begins(words: list[str], others: list[str]) -> bool:
    others = _with_initials(others, words)
    if not 1 < len(words) <= len(others):
        return False
    is_initial = len(words[0]) == 1 and words[1:] == others[1:]  # the rest is given in full
    for word in words:
        is_cut = (len(word) >= _LEAST_SHORT or (is_initial and word is words[0])) and word.isalpha()
        found = (
            other for other in others
            if other == word or (is_cut and (other.startswith(word) or _are_akin(word, other)))
        )  # fmt: skip
        if (one := next(found, None)) is None:
            return False
        others.remove(one)
    return True


def _with_initials(others: list[str], words: Sequence[str]) -> list[str]:
    """The words of a name with the initials that a text has for several of them: `ts`."""
    for word in (word for word in words if len(word) > 1 and word not in others):
        for at in range(len(others) - len(word) + 1):
            run = others[at : at + len(word)]
            if [other[0] for other in run] == [*word]:
                return [*others[:at], word, *others[at + len(word) :]]
    return list(others)


def _are_akin(word: str, other: str) -> bool:
    """Whether two words begin alike, as a country and its people: `bangladais`, `Bangladesh`."""
    shared = sum(takewhile(bool, map(eq, word, other)))
    return shared > _LEAST_SHORT and shared >= _AKIN * max(len(word), len(other))
