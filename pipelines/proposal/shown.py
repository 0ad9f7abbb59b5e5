"""A preview, a proposal and the differences of a file as a page shows them: texts and lists."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from indicators.definitions.contracts import Column, contracts
from indicators.definitions.mission_profile import Mission
from indicators.definitions.vocabularies import vocabulary
from indicators.foundation.messages import has_message, message

if TYPE_CHECKING:
    from pipelines.proposal.choices import Choice
    from pipelines.proposal.codes import CodeProposal
    from pipelines.proposal.difference import Change
    from pipelines.proposal.known_rows import Known
    from pipelines.proposal.preview import Preview
    from pipelines.proposal.proposal import Proposal

Said = dict[str, Any]


def counted(
    shown: "Preview", mission: Mission, language: str, areas: Mapping[str, str] | None = None
) -> Said:
    """Counts of rows, the first of them as they would arrive, and what would be rejected."""
    from pipelines.ingest.rows.quarantine import reject_sentence

    rejects = [
        {
            "rows": one.rows,
            "column": _title(one.table, one.column, language),
            "value": one.value or "",
            "sentence": reject_sentence(one.rule, one.parameters, one.value, language),
        }
        for one in shown.rejects
    ]
    share = 100 * shown.rows_rejected / shown.rows_read if shown.rows_read else 0
    return {
        "rows_read": shown.rows_read,
        "rows_new": shown.rows_loaded - shown.rows_changed,
        "rows_changed": shown.rows_changed,
        "rows_unchanged": shown.rows_unchanged,
        "rows_rejected": shown.rows_rejected,
        "is_held": share > mission.reject_limit_pct,
        "question": shown.question.sentence(language) if shown.question else "",
        "tables": _rows_by_table(shown, mission, areas or {}, language),
        "rejects": rejects,
    }


def _rows_by_table(
    shown: "Preview", mission: Mission, areas: Mapping[str, str], language: str
) -> list[Said]:
    """Per table its title, the titles of the columns that are filled, and the rows."""
    found: list[Said] = []
    for table in dict.fromkeys(shown.tables):
        rows = [row for row, of in zip(shown.rows, shown.tables, strict=True) if of == table]
        own = contracts()[table].columns
        columns = [c for c in own if any(c in row for row in rows)]
        found.append(
            {
                "title": contracts()[table].title.in_language(language),
                "columns": [_head(table, column, mission, language) for column in columns],
                "rows": [
                    [cell(own[column], row.get(column), mission, areas) for column in columns]
                    for row in rows
                ],
            }
        )
    return found


def _head(table: str, column: str, mission: Mission, language: str) -> str:
    is_time = contracts()[table].columns[column].base_type == "time"
    return _title(table, column, language) + (f" ({mission.time_zone})" if is_time else "")


def cell(column: Column, value: Any, mission: Mission, areas: Mapping[str, str]) -> str:
    """A value as a person reads it: times in the mission's zone, areas with their names."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        local = value.replace(tzinfo=UTC).astimezone(ZoneInfo(mission.time_zone))
        return local.strftime("%Y-%m-%d %H:%M")
    if column.reference == "areas.area_code" and value in areas:
        return f"{areas[value]} ({value})"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _title(table: str, column: str, language: str) -> str:
    known = contracts()[table].columns
    return known[column].title.in_language(language) if column in known else column


def proposed(
    proposal: "Proposal", known: "Known", language: str, answers: Mapping[str, str]
) -> Said:
    """Every column of the table with what is proposed for it, what of the file is not kept, and
    what is asked."""
    from pipelines.proposal.answers import answers_also, joined
    from pipelines.proposal.choices import choices

    asked = [_choice(one, proposal.table, language) for one in choices(proposal, answers)]
    contract, given = contracts()[proposal.table], proposal.constants or {}
    found = {one.column: one for one in proposal.columns}
    columns = []
    for name, column in contract.columns.items():
        one = found.get(name)
        entry: Said = {
            "column": name,
            "title": column.title.in_language(language),
            "is_required": column.required,
            "is_wide": bool(proposal.wide and name in proposal.wide.columns),
            "header": joined(one) if one else "",
            "constant": given.get(name, ""),
            "constants": list(column.allowed_codes or ()),
            "choices": [choice for choice in asked if choice["column"] == name],
        }
        if one:
            entry["confidence"] = f"{one.confidence:.2f}"
            entry["reasons"] = ", ".join(message(f"map.reason.{r}", language) for r in one.reasons)
            entry["codes"] = _codes(one.codes)
            entry["known_codes"] = _known_codes(column, known)
        columns.append(entry)
    return {
        "table": proposal.table,
        "title": contract.title.in_language(language),
        "confidence": f"{proposal.confidence:.2f}",
        "columns": columns,
        "headers": list(proposal.layout.table.header),
        "ignored": list(proposal.ignored),
        "rivals": [contracts()[name].title.in_language(language) for name in proposal.rivals],
        "tables": {name: one.title.in_language(language) for name, one in contracts().items()},
        "asked": [
            {
                "column": name,
                "title": _title(proposal.table, name, language),
                "codes": list(contract.columns[name].allowed_codes or ()),
                "value": given.get(name, ""),
            }
            for name, column in contract.columns.items()
            if column.required and (name in given or name in proposal.open_required)
        ],
        "is_complete": not proposal.open_of_all,
        "prefix": "",
        "also": proposed(proposal.also, known, language, answers_also(answers))
        | {"prefix": "also."}
        if proposal.also
        else None,
        "choices": [choice for choice in asked if not choice["column"]],
        "questions": _questions(proposal, asked, language),
        "wide": list(proposal.wide.items.items()) if proposal.wide else [],
    }


def _questions(proposal: "Proposal", asked: Sequence[Said], language: str) -> list[Said]:
    """Of a survey each item with the column of the file that answers it, and its texts."""
    found = {one.item: one for one in proposal.questions}
    titles = vocabulary("survey_item").labels
    return [
        {
            **choice,
            "title": titles[item][language],
            "confidence": f"{found[item].confidence:.2f}" if item in found else "",
            "reason": message(f"map.reason.{found[item].reason}", language)
            if item in found
            else "",
            "texts": [
                {**one, "text": one["column"].partition(".")[2]}
                for one in asked
                if one["name"].startswith(f"answer.{item}.")
            ],
        }
        for choice in asked
        if choice["name"].startswith("question.")
        for item in [choice["column"]]
    ]


def _choice(one: "Choice", table: str, language: str) -> Said:
    return {
        "name": one.name,
        "column": one.column,
        "title": message(f"map.choice.{one.kind}", language),
        "value": list(one.value),
        "options": [(text, _option(one, table, text, language)) for text in one.options],
        "takes_several": one.takes_several,
        "may_be_none": one.may_be_none,
        "is_further": one.is_further,
        "is_of_table": one.is_of_table,
    }


def _option(one: "Choice", table: str, text: str, language: str) -> str:
    if one.kind == "answer":
        return vocabulary("answer").labels[text][language]
    if one.kind == "also":
        return contracts()[text].title.in_language(language)
    if one.kind == "after":
        return _title(table, text, language)
    key = f"map.option.{one.kind.replace('_too', '')}.{text}"
    return message(key, language) if has_message(key) else text


def _codes(codes: "Sequence[CodeProposal]") -> list[Said]:
    return [
        {"text": one.text, "code": one.code or "", "confidence": f"{one.confidence:.2f}"}
        for one in codes
        if one.code != one.text
    ]


def _known_codes(column: Column, known: "Known") -> list[str]:
    """What a text of the column may mean."""
    if column.base_type == "bool":
        return ["true", "false"]
    of_rows = sorted(set(known.get(column.reference or "", {}).values()))
    return list(column.allowed_codes or of_rows)


def changed(changes: "Sequence[Change]", known: "Known", language: str) -> Said:
    """The differences of a file with the mend of each, and what a person may answer to them."""
    from pipelines.proposal.told import change_line

    told = []
    for one in changes:
        entry: Said = {"kind": one.kind, "place": one.place, "text": one.after or ""}
        if one.kind == "missing":
            entry["sentence"] = message("map.change.missing_here", language, before=one.before)
        else:
            entry["sentence"] = change_line(one, language).strip()
        if one.kind == "code":
            table, _, name = one.place.partition(".")
            entry["meant"] = one.meant or ""
            entry["known_codes"] = _known_codes(contracts()[table].columns[name], known)
        elif one.kind == "renamed":
            entry["before"] = one.before
        told.append(entry)
    return {
        "changes": told,
        "free_headers": [one.after for one in changes if one.kind in ("new", "renamed")],
        "is_mendable": not any(one.kind == "missing" for one in changes),
    }
