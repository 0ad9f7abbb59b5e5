"""Columns of a table that no column of the file is named for: told by another one, by the name of
a group above the rows, by rows of their own, by the area. All but the last are asked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from indicators.definitions.contracts import Column, Contract
from pipelines.ingest.rows.cast import TRUE_TEXTS
from pipelines.setup.proposal.beside.known_rows import Known
from pipelines.setup.proposal.layout import Layout
from pipelines.setup.proposal.matching.codes import CodeProposal, code_proposals, recode_of
from pipelines.setup.proposal.matching.columns import fit_of, is_personal
from pipelines.setup.proposal.matching.survey import RESPONDENTS
from pipelines.setup.proposal.matching.texts import ColumnProposal, Texts
from pipelines.setup.proposal.matching.wide import Wide, without_group
from pipelines.setup.proposal.matching.words import told_by_export, without_idle_exports

_UNTOLD = 0.6  # what another column alone tells
_TOLD_BY = {
    RESPONDENTS: (
        ("area_code", "site_code"),
        ("household_key", "respondent_key"),
        ("stratum", "area_code"),
    ),
    "areas": (("name_fr", "name_en"), ("name_en", "name_fr")),
    "deployments": (("base_code", "base_name"), ("base_name", "base_code")),
}
_BY_CONSENT = ("refusal", "complete")  # result of an interview without and with it
_LEAST_OF_GROUPS = 0.5  # share of their names
_NAMED_WITHIN = 0.8
_OF_PERSON, _MOST_TOLD = ("sex", "age_group"), 0.6  # share of the texts that tell either
_MOST_GROUPS = 60  # different texts: a narrative has one a row
_PRECISION, _NAMED_BY_AREA = "location_precision", 0.95


def of_group(
    layout: Layout,
    contract: Contract,
    columns: Sequence[ColumnProposal],
    wide: Wide | None,
    known: Known,
) -> list[ColumnProposal]:
    """What names of groups between rows tell: the first column of codes, places or units that the
    table requires and nothing else tells, of which they are most."""
    group = layout.options.get("headings")
    texts = next((one for one in layout.texts if one.header == group), None)
    if texts is None or any(texts.header in one.headers for one in columns):
        return []
    for name, column in _untold(contract, columns, wide):
        if column.base_type != "code" and not (column.reference and column.reference in known):
            continue
        fit = fit_of(column, texts, known, name)
        if (fit.share or 0) >= _LEAST_OF_GROUPS:
            told = ("group_above",)
            return [ColumnProposal(name, (texts.header,), _UNTOLD, told, fit.entry, fit.codes)]
    return []


def _untold(
    contract: Contract, columns: Sequence[ColumnProposal], wide: Wide | None
) -> list[tuple[str, Column]]:
    """The columns that the table requires and nothing tells yet."""
    named = {one.column for one in columns} | {*(wide.columns if wide else ())}
    own = contract.columns.items()
    return [(name, column) for name, column in own if column.required and name not in named]


def of_texts(
    layout: Layout,
    contract: Contract,
    columns: Sequence[ColumnProposal],
    wide: Wide | None,
    known: Known,
) -> list[ColumnProposal]:
    """Codes that the table requires and no header names, where each text of one column names one
    beside what else it says. What a row is may also be told by a column that tells something else:
    `Patrouille de nuit` is a patrol."""
    taken = {header: contract.columns[one.column] for one in columns for header in one.headers}
    kind = next((name for name in contract.columns if name.endswith(("_type", "_kind"))), None)
    told = without_idle_exports(texts.header for texts in layout.texts)
    worded = [texts for texts in layout.texts if texts.header in told and _are_words(texts.values)]
    free = [texts for texts in worded if texts.header not in taken]
    coded = [
        texts
        for texts in worded
        if texts.header in taken and taken[texts.header].base_type == "code"
    ]
    found: list[ColumnProposal] = []
    for name, column in _untold(contract, columns, wide):
        if column.base_type != "code":
            continue
        fits = ((one.header, fit_of(column, one, known, name))
                for one in [*free, *(coded if name == kind else ())])  # fmt: skip
        header, fit = next((both for both in fits if both[1].share == 1), ("", None))
        if fit:
            reasons = ("of_another",)
            found.append(ColumnProposal(name, (header,), _UNTOLD, reasons, fit.entry, fit.codes))
    return found


def _are_words(values: Sequence[str]) -> bool:
    """Whether there are texts, and none is a mere number, which as a code means what it counts."""
    return bool(values) and all(any(map(str.isalpha, text)) for text in values)


def with_sex_and_age(
    layout: Layout, contract: Contract, columns: Sequence[ColumnProposal], wide: Wide | None
) -> list[ColumnProposal]:
    """Sex and age group of one column that tells both: `Homme 18-29`, `Girl`, `F 60+`."""
    if not contract.columns.keys() >= {*_OF_PERSON} or contract.table == RESPONDENTS:
        return [*columns]  # a question may be of others: who fetches water
    by_name = {one.column: one for one in columns}
    taken = {header: one.column for one in columns for header in one.headers}
    beside = {*(wide.columns if wide else ())}
    for texts in layout.texts:
        if taken.get(texts.header, _OF_PERSON[0]) not in _OF_PERSON or is_personal(texts):
            continue
        own = (by_name.get(name) for name in _OF_PERSON)
        unsure = {one.column for one in own if one and one.headers == (texts.header,)
                  and any(code.code is None for code in one.codes)}  # fmt: skip
        open_ = {name: at for at, name in enumerate(_OF_PERSON)
                 if name in unsure or name not in by_name.keys() | beside}  # fmt: skip
        if open_ and (told := _persons_told(contract, texts)):
            more = (_told_as(name, texts, {text: both[at] for text, both in told.items()})
                    for name, at in open_.items())  # fmt: skip
            return [*(one for one in columns if one.column not in unsure), *more]
    return [*columns]


def _persons_told(contract: Contract, texts: Texts) -> dict[str, list[str]]:
    """Sex and age group of each text that tells either; none where the column does not tell both
    of most."""
    if len(texts.values) > _MOST_GROUPS:
        return {}
    groups = {text: without_group(contract, _OF_PERSON, text)[0] for text in texts.values}
    told = {text: group.split("|") for text, group in groups.items() if group}
    known = [sex for sex, age in told.values() if (sex, age) != ("_U", "_U")]
    has_ages = any(age != "_U" for _, age in told.values())
    is_told = has_ages and {"F", "M"} <= {*known} and len(known) >= _MOST_TOLD * len(groups)
    return told if is_told else {}


def _told_as(name: str, texts: Texts, meant: Mapping[str, str]) -> ColumnProposal:
    codes = tuple(
        CodeProposal(text, meant[text], _NAMED_WITHIN, "name_within")
        if text in meant
        else CodeProposal(text, None, 0, "unknown_text")
        for text in texts.values
    )
    reasons = ("of_another",)
    return ColumnProposal(name, (texts.header,), _UNTOLD, reasons, recode_of(codes), codes)


def precision_of_area(
    contract: Contract, columns: Sequence[ColumnProposal]
) -> list[ColumnProposal]:
    """How precise a place is that a file knows by its area alone: as that area is. How precise
    coordinates are only a person can say."""
    named = {one.column for one in columns}
    if _PRECISION not in contract.columns or named & {_PRECISION, "latitude"}:
        return []
    entry = {"precision_of": contract.area_column}
    return [ColumnProposal(_PRECISION, (), _NAMED_BY_AREA, ("precision_of_area",), entry)]


def of_another(
    layout: Layout, contract: Contract, columns: Sequence[ColumnProposal]
) -> list[ColumnProposal]:
    """What a file says by other columns: of a survey without households, strata or a mark for
    adults one person a household, an area a stratum, the age, and its result where it holds the
    consent alone; of places with a name in one language the same name in the other; what a column
    of a published export tells as well. All of it is asked."""
    by_name = {one.column: one for one in columns}
    found: list[ColumnProposal] = []
    for name, other in _TOLD_BY.get(contract.table, ()):
        if other in by_name and name not in by_name:
            one = by_name[other]
            is_alike = contract.columns[name].reference == contract.columns[other].reference
            kept = ("template", "recode") if is_alike else ("template",)
            entry = {key: value for key, value in one.entry.items() if key in kept}
            codes = one.codes if is_alike else ()
            is_of_places = contract.columns[other].reference and not is_alike
            headers = one.headers[:1] if is_of_places else one.headers  # the widest is the stratum
            found.append(ColumnProposal(name, headers, _UNTOLD, ("of_another",), entry, codes))
    values = {texts.header: texts.values for texts in layout.texts}
    for each in columns:
        also = told_by_export(each.headers[0])
        if each.column == "consent_given":
            is_given = {c.text: c.code.casefold() in TRUE_TEXTS for c in each.codes if c.code}
            also = {"result": {text: _BY_CONSENT[given] for text, given in is_given.items()}}
        for name, meant in also.items():
            if name in contract.columns and name not in by_name:
                texts, column = values[each.headers[0]], contract.columns[name]
                codes = tuple(code_proposals(texts, column, meant=meant))
                told = replace(each, column=name, confidence=_UNTOLD, reasons=("of_another",))
                found.append(replace(told, entry=recode_of(codes), codes=codes))
    age = by_name.get("age_group")
    has_adults = "is_adult" in contract.columns and "is_adult" not in by_name
    if age and "bands" in age.entry and has_adults:
        unknown = dict.fromkeys(age.entry.get("recode", {}))
        bands = [{"value": "false", "below": "18"}, {"value": "true"}]
        entry = {key: v for key, v in age.entry.items() if key == "units"} | {"bands": bands}
        entry |= {"recode": unknown} if unknown else {}
        found.append(ColumnProposal("is_adult", age.headers, _UNTOLD, ("of_another",), entry))
    return found


def of_own_rows(
    layout: Layout, contract: Contract, columns: Sequence[ColumnProposal]
) -> list[ColumnProposal]:
    """What refers to other rows of the table, as an area to that above it, in whatever words it is
    named: the free column most of whose texts are keys of rows."""
    key, by_name = contract.key[0], {one.column: one for one in columns}
    own = f"{contract.table}.{key}"
    open_ = [n for n, one in contract.columns.items() if one.reference == own and n not in by_name]
    if key not in by_name or len(open_) != 1:
        return []
    taken = {header for one in columns for header in one.headers}
    keys = {*layout.table.rows[by_name[key].headers[0]].to_pylist()}
    for texts in layout.texts:
        found = [text for text in texts.values if text in keys]
        if texts.header in taken or texts.is_unique or len(found) < 2:
            continue
        if 3 * len(found) >= 2 * len(texts.values):  # that above all others is no row of the list
            return [ColumnProposal(open_[0], (texts.header,), _UNTOLD, ("texts_are_known",))]
    return []
