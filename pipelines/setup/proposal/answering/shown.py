"""A preview, a proposal and the differences of a file as a page shows them: texts and lists."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from indicators.definitions.contracts import Column, contracts
from indicators.definitions.mission_profile import Mission
from indicators.definitions.vocabularies import vocabulary
from indicators.foundation.calendar.day_text import day_text
from indicators.foundation.messages import has_message, message
from indicators.foundation.numbers.number_format import number_text
from records.desk.intake import (
    AnswerText,
    Counted,
    Difference,
    Differences,
    OfferedChoice,
    OfferedCode,
    OfferedColumn,
    OfferedMapping,
    OfferedQuestion,
    RejectedRows,
    TableRows,
)

if TYPE_CHECKING:
    from pipelines.setup.proposal.answering.choices import Choice
    from pipelines.setup.proposal.beside.known_rows import Known
    from pipelines.setup.proposal.difference import Change
    from pipelines.setup.proposal.matching.codes import CodeProposal
    from pipelines.setup.proposal.preview import Preview
    from pipelines.setup.proposal.proposal import Proposal

_ANSWERS = "survey_answers"
_AREA = "areas.area_code"
_CLEAR = 0.9  # above it a text's meaning is shown on demand
_PLACES = 9  # of a number, as far as it has them: more than any source states


def _rule_on_page(rule: str) -> str:
    """A rule in the words of a page, where a text is given its meaning in a list above."""
    return f"page_{rule}" if has_message(f"problem.page_{rule}") else rule


def counted(
    shown: "Preview",
    mission: Mission,
    language: str,
    areas: Mapping[str, str] | None = None,
    *,
    is_asked: bool = False,
) -> Counted:
    """Counts of rows, the first of them as they would arrive, and what would be rejected.

    `is_asked`: a person is asked beside it what texts mean.
    """
    from pipelines.ingest.file_report import remark_sentence
    from pipelines.ingest.rows.quarantine import reject_sentence

    rejects = (
        RejectedRows(
            one.rows,
            one.sheet,
            _title(one.table, one.column, language),
            one.value or "",
            reject_sentence(
                _rule_on_page(one.rule) if is_asked else one.rule,
                one.parameters,
                one.value,
                language,
            ),
            one.first_rows,
        )
        for one in shown.rejects
    )
    share = 100 * shown.rows_rejected / shown.rows_read if shown.rows_read else 0
    return Counted(
        rows_read=shown.rows_read,
        rows_new=shown.rows_loaded - shown.rows_changed,
        rows_changed=shown.rows_changed,
        rows_unchanged=shown.rows_unchanged,
        rows_rejected=shown.rows_rejected,
        is_held=share > mission.reject_limit_pct,
        question=shown.question.sentence(language) if shown.question else "",
        tables=_rows_by_table(shown, mission, areas or {}, language),
        rejects=tuple(rejects),
        remarks=tuple(remark_sentence(one, language) for one in shown.remarks),
        rows_retracted=shown.rows_retracted,
    )


def _rows_by_table(
    shown: "Preview", mission: Mission, areas: Mapping[str, str], language: str
) -> tuple[TableRows, ...]:
    """Per table its title, the titles of the columns that are filled, and the rows."""
    found = []
    for table in dict.fromkeys(shown.tables):
        rows = [row for row, of in zip(shown.rows, shown.tables, strict=True) if of == table]
        own = contracts()[table].columns
        columns = [c for c in own if any(c in row for row in rows)]
        words = {
            c: areas if own[c].reference == _AREA else code_words(own[c], language) for c in columns
        }
        if table == _ANSWERS and "answer" in words:
            known = vocabulary("answer")
            words["answer"] = {code: known.label(code, language) for code in known.codes}
        found.append(
            TableRows(
                contracts()[table].title.in_language(language),
                tuple(_head(table, column, mission, language) for column in columns),
                tuple(
                    tuple(cell(own[c], row.get(c), mission, words[c], language) for c in columns)
                    for row in rows
                ),
            )
        )
    return tuple(found)


def _head(table: str, column: str, mission: Mission, language: str) -> str:
    is_time = contracts()[table].columns[column].base_type == "time"
    return _title(table, column, language) + (f" ({mission.time_zone})" if is_time else "")


def cell(
    column: Column, value: Any, mission: Mission, words: Mapping[str, str], language: str
) -> str:
    """A value as a person reads it: times in the mission's zone, areas and codes in words, days and
    numbers in the language's notation."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        local = value.replace(tzinfo=UTC).astimezone(ZoneInfo(mission.time_zone))
        return f"{day_text(local, language)} {local:%H:%M}"
    if isinstance(value, date):
        return day_text(value, language)
    if column.reference == _AREA:
        return _area(str(value), words)
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        return number_text(value, language, _PLACES, are_optional=True)
    listed = value if isinstance(value, list) else [value]
    texts = (str(one).lower() if isinstance(one, bool) else str(one) for one in listed)
    # a label says more after its dash: there is no room for it in a cell
    return ", ".join(words.get(text, text).partition(" – ")[0] for text in texts)


def _title(table: str, column: str, language: str) -> str:
    known = contracts()[table].columns
    return known[column].title.in_language(language) if column in known else column


def proposed(
    proposal: "Proposal",
    known: "Known",
    language: str,
    answers: Mapping[str, str],
    files_told: str,
    areas: Mapping[str, str],
    prefix: str = "",
    scopes: Sequence[str] = ("file", "sheet", "table"),
) -> OfferedMapping:
    """Every column of the table with what is proposed for it, what of the file is not kept, and
    what is asked; `files_told`: which files it takes; `areas`: names by code; `scopes`: of what it
    is asked."""
    from pipelines.setup.proposal.answering.answers import answers_also
    from pipelines.setup.proposal.answering.choices import choices, sheets_read

    also = proposal.also
    is_of_rows = also is not None and also.sheet == proposal.sheet
    own_sheet = bool(prefix) or any(one.sheet != proposal.sheet for one in proposal.parts)
    asked = [
        _choice(one, proposal.table, language)
        for one in choices(proposal, answers)
        if one.column or one.scope in scopes
    ]
    rows_value = next((one for one in asked if one.name == "rows_value"), None)
    contract = contracts()[proposal.table]
    asked_as = {
        one.header: " / ".join(one.wordings) for one in proposal.layout.texts if one.wordings
    }
    ignored = (f"{n} ({asked_as[n]})" if n in asked_as else n for n in proposal.ignored)
    return OfferedMapping(
        table=proposal.table,
        title=contract.title.in_language(language),
        confidence=number_text(proposal.confidence, language, 2),
        columns=tuple(_columns(proposal, known, asked, areas, language)),
        headers=tuple(proposal.layout.table.header),
        ignored=tuple(ignored),
        rivals=tuple(contracts()[name].title.in_language(language) for name in proposal.rivals),
        tables={name: one.title.in_language(language) for name, one in contracts().items()},
        choices=tuple(one for one in asked if not one.column and one.name != "rows_value"),
        questions=tuple(_questions(proposal, asked, language)),
        wide=() if rows_value else tuple(_wide(proposal, language)),
        rows=_rows(asked),
        rows_value=rows_value,
        files=proposal.files,
        files_told=files_told,
        is_complete=not proposal.open_of_all,
        undecided=titles_undecided(proposal, language),
        prefix=prefix,
        sheet=", ".join(sheets_read(proposal)) if own_sheet and "sheet" in scopes else "",
        also=proposed(
            also,
            known,
            language,
            answers_also(answers, is_of_rows),
            "",
            areas,
            f"{prefix}also.",
            ("table",) if is_of_rows else ("sheet", "table"),
        )
        if also
        else None,
    )


def titles_undecided(proposal: "Proposal", language: str) -> tuple[str, ...]:
    """The titles of columns that can be read in two ways, of which nobody said in which."""
    told = (contracts()[table].columns[name].title for table, name in proposal.undecided_of_all)
    return tuple(dict.fromkeys(title.in_language(language) for title in told))


def _columns(
    proposal: "Proposal",
    known: "Known",
    asked: Sequence[OfferedChoice],
    areas: Mapping[str, str],
    language: str,
) -> Iterator[OfferedColumn]:
    from pipelines.setup.proposal.answering.answers import joined
    from pipelines.setup.proposal.matching.survey import answer_column, items

    given, found = proposal.constants or {}, {one.column: one for one in proposal.columns}
    coded = {one.column: one for one in proposal.wide.coded} if proposal.wide else {}
    for name, column in contracts()[proposal.table].columns.items():
        one = found.get(name)
        entry = OfferedColumn(
            column=name,
            title=column.title.in_language(language),
            is_required=column.required,
            is_wide=bool(proposal.wide and name in proposal.wide.columns),
            header=joined(one) if one else "",
            constant=given.get(name, ""),
            named="" if one or name in given else proposal.named.get(name, ""),
            constants=known_codes(column, known, areas, language)
            if column.required
            else code_words(column, language),
            choices=tuple(choice for choice in asked if choice.column == name),
            is_asked=column.required or column.is_asked,
            note=column.description.in_language(language) if column.description else "",
        )
        if of_rows := coded.get(name):
            codes = _codes(of_rows.codes, language)
            entry = replace(entry, codes=codes, known_codes=code_words(column, language))
        elif one:
            is_answer = proposal.table == _ANSWERS and name == "answer"
            column = answer_column(*items()) if is_answer else column
            entry = replace(
                entry,
                confidence=number_text(one.confidence, language, 2),
                reasons=", ".join(message(f"map.reason.{r}", language) for r in one.reasons),
                codes=_codes(one.codes, language),
                known_codes=may_mean(column, known, areas, language),
            )
        yield entry


def _wide(proposal: "Proposal", language: str) -> Iterator[tuple[str, str]]:
    """What each column that becomes rows says, in words, and the column."""
    if proposal.wide is None:
        return
    own = contracts()[proposal.table].columns
    words = {name: column.title.in_language(language) for name, column in own.items()}
    for name in proposal.wide.columns:
        words |= code_words(own[name], language)
    for item, header in proposal.wide.items.items():
        yield ", ".join(words.get(part, part) for part in item.split("|")), header


def _rows(asked: Sequence[OfferedChoice]) -> dict[str, tuple[OfferedChoice, ...]]:
    """Columns of the file that may become rows: what each says."""
    found: dict[str, tuple[OfferedChoice, ...]] = {}
    for one in asked:
        if one.name.startswith("row."):
            header = one.column.partition(".")[2]
            found[header] = (*found.get(header, ()), one)
    return found


def _questions(
    proposal: "Proposal", asked: Sequence[OfferedChoice], language: str
) -> Iterator[OfferedQuestion]:
    """Of a survey each item with the column of the file that answers it, and its texts."""
    found = {one.item: one for one in proposal.questions}
    titles = vocabulary("survey_item").labels
    for choice in (one for one in asked if one.name.startswith("question.")):
        item = found.get(choice.column)
        yield OfferedQuestion(
            titles[choice.column][language],
            number_text(item.confidence, language, 2) if item else "",
            message(f"map.reason.{item.reason}", language) if item else "",
            choice,
            tuple(
                AnswerText(one.column.partition(".")[2], one)
                for one in asked
                if one.name.startswith(f"answer.{choice.column}.")
            ),
        )


def _choice(one: "Choice", table: str, language: str) -> OfferedChoice:
    kind = one.column.partition(".")[0]
    if one.kind != "row":
        title = message(f"map.choice.{one.kind}", language)
    elif kind in contracts()[table].columns:
        title = _title(table, kind, language)
    else:
        title = message("map.row_value", language)
    return OfferedChoice(
        one.name,
        one.column,
        title,
        tuple(one.value),
        tuple((text, option_words(one, table, text, language)) for text in one.options),
        one.takes_several,
        one.may_be_none,
        one.is_further,
    )


def option_words(one: "Choice", table: str, text: str, language: str) -> str:
    """The words of what may be said of it."""
    key = f"map.option.{one.kind.replace('_too', '')}.{text}"
    if has_message(key):
        return message(key, language)
    if one.kind == "answer":
        return vocabulary("answer").labels[text][language]
    if one.kind == "also":
        return contracts()[text].title.in_language(language)
    if one.kind == "after":
        return _title(table, text, language)
    column = contracts()[table].columns.get(one.column.partition(".")[0])
    if one.kind == "rows_value" or (one.kind == "row" and column is None):
        return _title(table, text, language)
    if column and one.kind in ("empty", "otherwise", "when_value", "row"):
        return code_words(column, language).get(text, text)
    return text


def _codes(codes: "Sequence[CodeProposal]", language: str) -> tuple[OfferedCode, ...]:
    return tuple(
        OfferedCode(
            one.text,
            one.code or "",
            number_text(one.confidence, language, 2),
            is_clear=one.confidence > _CLEAR,
        )
        for one in codes
        if one.code != one.text
    )


def may_mean(
    column: Column, known: "Known", areas: Mapping[str, str], language: str
) -> dict[str, str]:
    """What a text of the column may mean, and of one that needs no value that it means nothing."""
    from pipelines.setup.proposal.matching.codes import NOTHING

    codes = known_codes(column, known, areas, language)
    nothing = {NOTHING: message("map.option.otherwise.null", language)}
    return codes if column.required or not codes else codes | nothing


def known_codes(
    column: Column, known: "Known", areas: Mapping[str, str], language: str
) -> dict[str, str]:
    """What a text of the column may mean, with its words; nothing where an answer is free."""
    from pipelines.setup.proposal.matching.codes import listed_in

    if column.base_type == "bool" or column.allowed_codes:
        return code_words(column, language)
    if listed := listed_in(column):
        return {code: code for code in listed}
    of_rows = sorted(set(known.get(column.reference or "", {}).values()))
    return {code: _area(code, areas) if column.reference == _AREA else code for code in of_rows}


def code_words(column: Column, language: str) -> dict[str, str]:
    """The codes of a column with their labels; of one that takes no codes none."""
    if column.base_type == "bool":
        return {code: message(f"page.intake.{code}", language) for code in ("true", "false")}
    listed = vocabulary(column.vocabulary) if column.vocabulary else None
    return {
        code: listed.label(code, language) if listed else code
        for code in column.allowed_codes or ()
    }


def _area(code: str, areas: Mapping[str, str]) -> str:
    return f"{areas[code]} ({code})" if code in areas else code


def differing(
    changes: "Sequence[Change]",
    known: "Known",
    areas: Mapping[str, str],
    language: str,
    mends: bool,
    as_is: bool,
) -> Differences:
    """The differences of a file with the mend of each, and what a person may answer to them."""
    return Differences(
        tuple(_difference(one, known, areas, language) for one in changes),
        tuple(one.after or "" for one in changes if one.kind in ("new", "renamed")),
        mends,
        as_is,
    )


def _difference(
    one: "Change", known: "Known", areas: Mapping[str, str], language: str
) -> Difference:
    from pipelines.setup.proposal.answering.told import change_line

    if one.kind == "missing":
        sentence = message("map.change.missing_here", language, before=one.before)
    else:
        sentence = change_line(one, language).strip()
    told = Difference(one.kind, one.place, one.after or "", sentence)
    if one.kind != "code":
        return told
    table, _, name = one.place.partition(".")
    codes = known_codes(contracts()[table].columns[name], known, areas, language)
    meant = codes.get(one.meant or "", one.meant)  # a page names columns and codes by their words
    sentence = change_line(replace(one, place=_title(table, name, language), meant=meant), language)
    return replace(told, sentence=sentence.strip(), meant=one.meant or "", known_codes=codes)
