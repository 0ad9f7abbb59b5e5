"""An XLSForm for pulse interviews, in English and French, and the source that takes its export.

Names of questions are those of the contracts, so that an export as CSV needs no mapping of
columns or codes. Adults alone are asked, after consent; no name, contact or position is. The same
plan gives the same bytes.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import yaml

from indicators.definitions.contracts import contracts
from indicators.definitions.vocabularies import vocabulary
from indicators.dissemination.spreadsheets import Book, new_workbook, write_table
from indicators.foundation.messages import LANGUAGES, message
from pipelines.ingest.readers.form_export import ADDED_BY_CENTRAL

_VERSION = "pulse-1"
_LABELS = {"en": "label::English (en)", "fr": "label::Français (fr)"}
_HEADS = ("type", "name", *_LABELS.values(), "required", "relevant", "calculation")
_CONSENTED = "${consent_given} = 'true'"
_QUARTER = (
    "concat(format-date(today(), '%Y'), 'Q', "
    "string(int((number(format-date(today(), '%n')) + 2) div 3)))"
)
# What the form works out by itself, by column of survey_respondents.
_WORKED_OUT = {
    "survey_code": "'PULSE'",
    "wave": _QUARTER,
    "instrument": "'pulse'",
    "respondent_key": "once(concat('P-', uuid()))",
    "household_key": "concat('H-', ${respondent_key})",
    "stratum": "${area_code}",
    "psu": "concat(${area_code}, ' ', ${interviewed_on})",
    "result": f"if({_CONSENTED}, 'complete', 'refusal')",
    "is_adult": "'true'",
    "form_version": f"'{_VERSION}'",
}
_META = {"started_at": "start", "interviewed_on": "today", "ended_at": "end"}
_ABOUT_INTERVIEWER = ("interviewer_sex", "language")
_ABOUT_PERSON = ("sex", "age_group", "displacement_status", "origin_area_code", "disability",
                 "household_head_sex")  # fmt: skip
_MINORS = "Y0T17"
# Columns that ODK Central and KoboToolbox add to an export by themselves: none is taken.
_OF_SERVERS = (
    "SubmissionDate", "meta-instanceID", "instanceID", "KEY", *ADDED_BY_CENTRAL, "_id", "_uuid",
    "_submission_time", "_validation_status", "_notes", "_status", "_submitted_by", "__version__",
    "_tags", "_index", "meta/instanceID", "meta/rootUuid", "formhub/uuid",
)  # fmt: skip
Names = Mapping[str, str]  # by language
Line = Mapping[str, str]


def write_form(path: Path, areas: Mapping[str, Names], items: Sequence[str]) -> None:
    """Write the form: `areas` where to ask, by code; `items` of the list `survey_item`."""
    with new_workbook(path) as book:
        _write(book, "survey", _HEADS, [*_survey(items)])
        _write(book, "choices", ("list_name", "name", *_LABELS.values()), [*_choices(areas, items)])
        settings = {
            "form_title": message("interview_form.title", "en"),
            "form_id": "poclens_pulse",
            "version": _VERSION,
            "default_language": "English (en)",
        }
        _write(book, "settings", tuple(settings), [settings])


def source_text(items: Sequence[str]) -> str:
    """`sources/pulse.yaml` of a mission that has none: every column under its own name."""
    key = ("survey_code", "wave", "respondent_key")
    source = {
        "source": "pulse",
        "files": ["pulse_*.csv"],
        "reader": "csv",
        "ignore": list(_OF_SERVERS),
        "tables": [
            {
                "table": "survey_respondents",
                "columns": {name: {"from": name} for name in respondent_columns()},
            },
            {
                "table": "survey_answers",
                "columns": {name: {"from": name} for name in key},
                "unpivot": {
                    "item": "item",
                    "value": "answer",
                    "items": {item: {"from": item} for item in items},
                },
            },
        ],
    }
    return yaml.safe_dump(source, sort_keys=False, allow_unicode=True)


def respondent_columns() -> list[str]:
    """The columns of survey_respondents that the form fills, in the contract's order."""
    asked = {*_META, *_WORKED_OUT, *_ABOUT_INTERVIEWER, *_ABOUT_PERSON}
    asked |= {"area_code", "consent_given", "interviewer_key"}
    return [name for name in contracts()["survey_respondents"].columns if name in asked]


def _survey(items: Sequence[str]) -> Iterator[Line]:
    for name, kind in _META.items():
        yield {"type": kind, "name": name}
    yield _question("text", "interviewer_key")
    for name in _ABOUT_INTERVIEWER:
        yield _question(f"select_one {_list_of(name)}", name)
    yield _question("select_one area", "area_code")
    yield _question("select_one consent", "consent_given") | _texts("interview_form.consent")
    for name in _ABOUT_PERSON:
        is_area = name == "origin_area_code"
        kind = "select_one area" if is_area else f"select_one {_list_of(name)}"
        is_displaced = f"{_CONSENTED} and ${{displacement_status}} = 'displaced'"
        yield _question(kind, name) | {
            "relevant": is_displaced if is_area else _CONSENTED,
            **({"required": ""} if is_area else {}),
        }
    for item in items:
        labels = {head: vocabulary("survey_item").label(item, own) for own, head in _LABELS.items()}
        asked = {"type": f"select_one {item}", "name": item, "required": "yes"}
        yield asked | labels | {"relevant": _CONSENTED}
    for name, text in _WORKED_OUT.items():
        yield {"type": "calculate", "name": name, "calculation": text}


def _question(kind: str, name: str) -> dict[str, str]:
    column = contracts()["survey_respondents"].columns[name]
    labels = {head: column.title.in_language(own) for own, head in _LABELS.items()}
    return {"type": kind, "name": name, "required": "yes", **labels}


def _list_of(name: str) -> str:
    return contracts()["survey_respondents"].columns[name].vocabulary or name


def _choices(areas: Mapping[str, Names], items: Sequence[str]) -> Iterator[Line]:
    for code, names in areas.items():
        labels = {head: names[own] for own, head in _LABELS.items()}
        yield {"list_name": "area", "name": code} | labels
    for code, key in (("true", "interview_form.yes"), ("false", "interview_form.no")):
        yield {"list_name": "consent", "name": code} | _texts(key)
    lists = dict.fromkeys(
        _list_of(name)
        for name in (*_ABOUT_INTERVIEWER, *_ABOUT_PERSON)
        if name != "origin_area_code"
    )
    for title in lists:
        own_list = vocabulary(title)
        codes = dict.fromkeys([*own_list.codes, *(["_U"] if title == "sex" else [])])
        yield from _labelled(title, title, [code for code in codes if code != _MINORS])
    for item in items:
        answers = [code for code in vocabulary("survey_item").answers(item) if code != "not_asked"]
        yield from _labelled(item, "answer", answers)


def _labelled(list_name: str, title: str, codes: Sequence[str]) -> Iterator[Line]:
    for code in codes:
        labels = {head: vocabulary(title).label(code, own) for own, head in _LABELS.items()}
        yield {"list_name": list_name, "name": code} | labels


def _texts(key: str) -> dict[str, str]:
    return {_LABELS[language]: message(key, language) for language in LANGUAGES}


def _write(book: Book, name: str, heads: Sequence[str], lines: Sequence[Line]) -> None:
    write_table(book, name, heads, [[line.get(head) or None for head in heads] for line in lines])
