"""The codes that a release uses, with their labels in both languages, and notes on its figures."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from indicators.definitions.contracts import contracts
from indicators.definitions.vocabularies import vocabularies
from indicators.dissemination.components import COMPONENTS
from indicators.foundation.messages import LANGUAGES, has_message, message
from indicators.foundation.stored.database import named_rows

# Lists that never depend on a release; every other holds the codes of the releases at hand.
FIXED = {
    "FREQ": ("period_type", ("W", "M", "Q", "S", "A")),
    "OBS_STATUS": ("obs_status", ("A", "P", "O", "L", "M", "U")),
    "CONF_STATUS": ("conf_status", ("F", "C")),
    "DISCLOSURE": ("disclosure", ("exact", "rounded_5", "below_8", "suppressed")),
    "CONFIDENTIALITY_CLASS": (
        "class", ("institutional", "event", "person", "survey", "protected"),
    ),
}  # fmt: skip
_USED_SQL = """
SELECT DISTINCT unit_type, activity_type, actor, sex, age_group, breakdown, breakdown_value
FROM mart.indicator_value ORDER BY ALL
"""
_UNITS_SQL = "SELECT DISTINCT unit_of_measure AS code FROM mart.indicator ORDER BY ALL"
_INDICATORS_SQL = """
SELECT indicator AS code, arg_max(title_en, version) AS en, arg_max(title_fr, version) AS fr,
  arg_max(definition_en, version) AS definition_en, arg_max(definition_fr, version) AS definition_fr
FROM mart.indicator GROUP BY indicator ORDER BY indicator
"""
# Areas that figures name and a copy knows nothing else of are among them.
_AREAS_SQL = """
SELECT code, coalesce(name_en, code) AS en, coalesce(name_fr, code) AS fr
FROM (SELECT area AS code FROM mart.indicator_value UNION SELECT area_code FROM mart.area)
LEFT JOIN mart.area AS known ON known.area_code = code
ORDER BY code
"""
_MISSIONS_SQL = "SELECT mission AS code, name_en AS en, name_fr AS fr FROM mart.mission"
_CODED = ("UNIT_TYPE", "ACTIVITY_TYPE", "ACTOR", "SEX", "AGE_GROUP")


@dataclass(frozen=True)
class Code:
    """A code with its label and, where there is one, its definition, by language."""

    code: str
    label: Mapping[str, str]
    definition: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Note:
    """What is said of all figures: a code, what it says, and that in words by language."""

    id: str
    title: str
    words: Mapping[str, str]


CodeLists = Mapping[str, Mapping[str, Code]]


def code_lists(connection: duckdb.DuckDBPyConnection) -> CodeLists:
    """The code lists of a copy of the mart: by id of the component, then by code."""
    found = {name: _fixed(kind, codes) for name, (kind, codes) in FIXED.items()}
    found |= {
        "INDICATOR": _named(connection, _INDICATORS_SQL),
        "REF_AREA": _named(connection, _AREAS_SQL),
        "MISSION": _named(connection, _MISSIONS_SQL),
        "UNIT_MEASURE": [
            Code(code, {language: unit_words(code, language) for language in LANGUAGES})
            for (code,) in connection.execute(_UNITS_SQL).fetchall()
        ],
    }
    used = connection.execute(_USED_SQL).fetchall()
    for place, name in enumerate(_CODED):
        codes = sorted({row[place] for row in used})
        found[name] = [_of_vocabulary((name.lower(),), code) for code in codes]
    found["BREAKDOWN"] = [_dimension(code) for code in sorted({row[5] for row in used})]
    lists: dict[str, set[str]] = {}
    for row in used:
        lists.setdefault(row[6], set()).add(row[5])
    areas = {one.code: one for one in found["REF_AREA"]}
    found["BREAKDOWN_VALUE"] = [
        areas[code] if names == {"area_of_origin"} and code in areas
        else _of_vocabulary(sorted(names), code)
        for code, names in sorted(lists.items())
    ]  # fmt: skip
    return {
        one.id: {code.code: code for code in found[one.id]}
        for one in COMPONENTS
        if one.kind == "code"
    }


def joined(several: Iterable[CodeLists]) -> CodeLists:
    """The codes of several releases together; where two have a code, the later one's words."""
    found: dict[str, dict[str, Code]] = {}
    for lists in several:
        for name, codes in lists.items():
            found.setdefault(name, {}).update(codes)
    return {name: dict(sorted(codes.items())) for name, codes in found.items()}


def unit_words(code: str, language: str) -> str:
    """A unit of measure in words; the code without its underlines where nothing words it."""
    key = f"unit.{code}"
    return message(key, language) if has_message(key) else code.replace("_", " ")


def _fixed(kind: str, codes: Iterable[str]) -> list[Code]:
    return [
        Code(code, {language: message(f"sdmx.{kind}.{code}", language) for language in LANGUAGES})
        for code in codes
    ]


def _named(connection: duckdb.DuckDBPyConnection, query: str) -> list[Code]:
    return [_named_code(row) for row in named_rows(connection.execute(query))]


def _named_code(row: Mapping[str, Any]) -> Code:
    label = {language: str(row[language]) for language in LANGUAGES}
    definition = None
    if row.get("definition_en"):
        definition = {language: str(row[f"definition_{language}"]) for language in LANGUAGES}
    return Code(str(row["code"]), label, definition)


def _of_vocabulary(names: Iterable[str], code: str) -> Code:
    """The code's label; where lists that share it word it differently, all of them."""
    lists = [vocabularies()[name] for name in names if name in vocabularies()]
    label = {}
    for language in LANGUAGES:
        told = [one.label(code, language) for one in lists if _is_known(one, code)]
        told = told or ([message(f"code.{code}", language)] if code.startswith("_") else [code])
        label[language] = " / ".join(dict.fromkeys(told))
    return Code(code, label)


def _is_known(one: Any, code: str) -> bool:
    return code in one.labels or code in one.pools or code.startswith("_")


def _dimension(code: str) -> Code:
    """A further dimension, named as the column of the tables that it is counted by."""
    key = f"sdmx.breakdown.{code}"
    if has_message(key):
        return Code(code, {language: message(key, language) for language in LANGUAGES})
    for contract in contracts().values():
        if code in contract.columns:
            title = contract.columns[code].title
            return Code(code, {"en": title.en, "fr": title.fr})
    return _of_vocabulary((), code)
