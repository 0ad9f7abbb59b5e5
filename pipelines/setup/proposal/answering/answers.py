"""A person's answers on a page to a proposal, or to the differences of a changed file.

Names of the answers: those of `choices.py`; `table`; `laid` (what `choices.py` asks was shown);
`files` (the pattern of names); `header.<column>` (the column of the file, empty: none);
`constant.<column>`; `code.<column>.<text>` (empty: not known). Of a survey: `question.<item>` (its
column), `answer.<item>.<text>`. Of columns that become rows: `rows_value` (the column of the table
that they fill), `row.<sex, month ...>.<column of the file>`, `row.value.<column of the file>`
(another that this one fills). Of a changed file:
`successor.<column of the file>`; `meant.<table>.<column>.<text>`. Of a second table, of the same
rows (`also`: its name) or of another sheet (`also_sheet`: these, each a table of its own): the same
with `also.` before it, of a third with `also.also.`; `of_sheet` is the one they were said of.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from indicators.definitions.contracts import contracts
from indicators.foundation.errors import Problem, WrongUse
from pipelines.ingest.mapping.model import Source
from pipelines.ingest.mapping.written.written_places import SIDES
from pipelines.setup.proposal.answering.choices import (
    CONDITIONS,
    FILLED,
    WORKED,
    also_tables,
    is_joined,
    other_sheets,
    sheets_read,
)
from pipelines.setup.proposal.answering.confirm import (
    keys_read,
    with_header,
    with_headers,
    with_reading,
)
from pipelines.setup.proposal.beside.known_rows import Known
from pipelines.setup.proposal.difference import Change, changes_of
from pipelines.setup.proposal.layout import holds_serial_days
from pipelines.setup.proposal.matching.codes import NOTHING, recode_of
from pipelines.setup.proposal.matching.survey import RESPONDENTS, as_answer, items
from pipelines.setup.proposal.matching.texts import BETWEEN, ColumnProposal
from pipelines.setup.proposal.matching.wide import (
    VALUE,
    as_rows,
    dated,
    period_of,
    row_kinds,
    value_columns,
)
from pipelines.setup.proposal.proposal import FileTerms, Proposal, propose, with_joined_key

Answers = Mapping[str, str]
_BETWEEN = " + "
NUMBERS, LISTS = ("header_row", "header_rows"), ("fill_down", "ditto")
_OF_FILE = ("sheet", *NUMBERS, *LISTS, "laid", "missing", "may_lack")


def joined(one: ColumnProposal) -> str:
    """The column of the file that one column of the table is read from, as a page names it;
    further ones are asked apart."""
    return one.headers[0] if is_joined(one) else _BETWEEN.join(one.headers)


def answered(
    path: Path, known: Known, answers: Answers, form: Path | None = None, *, is_page: bool = True
) -> Proposal:
    """The proposal for a file as a person completed it. Raises WrongUse for what cannot be.

    `form`: the XLSForm or XForm of an export.
    """
    table, sheet = answers.get("table") or None, answers.get("sheet") or None
    shape = _shape(answers)
    try:
        if _stands_elsewhere(path, known, answers, form):
            sheet, shape = None, {}
        proposal = propose(path, known, table=table, sheet=sheet, shape=shape, form=form)
        if serial := _serial_days(proposal, answers):
            shape = {**shape, "serial_dates": serial}
            proposal = propose(path, known, table=table, sheet=sheet, shape=shape, form=form)
    except WrongUse as error:  # a page has no option --table
        rules = {"map_no_contract": "page_map_no_contract"} if is_page else {}
        told = [replace(one, rule=rules.get(one.rule, one.rule)) for one in error.problems]
        raise WrongUse(told) from None
    is_other_table = answers.get("of_table", proposal.table) != proposal.table
    if is_other_table or _is_elsewhere(proposal, answers):
        # another table or sheet: the answers were about the columns of the one before
        of_next = {f"also.{name}": value for name, value in about("also", answers).items()}
        answers = {"also_sheet": answers.get("also_sheet", ""), **of_next}
    elif _has_other_header(answers):
        answers = _of_any_header(proposal, answers)
    if files := answers.get("files"):
        proposal = replace(proposal, files=files)
    proposed = {one.column: joined(one) for one in proposal.columns}
    at_first = {one.column: one for one in proposal.columns}
    for column, header in about("header", answers).items():
        is_as_proposed = is_page and header == proposed.get(column, "")
        if is_as_proposed or _is_several(proposal, header):
            continue
        if header:
            proposal = with_header(proposal, column, header, known)
        else:
            proposal = proposal.without(column)
    left = {one.column for one in proposal.columns}
    kept = [
        at_first[column]
        for column, header in about("header", answers).items()
        if is_page and header and header == proposed.get(column) and column not in left
    ]  # the page says both: a district may be area and stratum
    proposal = replace(proposal, columns=(*proposal.columns, *kept))
    for column, header in about("join", answers).items():
        proposal = _joined(proposal, column, header, known)
    for column, way in about("reading", answers).items():
        proposal = with_reading(proposal, column, way)
    proposal = _with_questions(_with_rows(proposal, answers), answers)
    proposal = _placed(proposal, answers, proposed)
    if answers.get("laid") or "where" in answers:
        proposal = replace(proposal, where=_where(proposal, answers))
    for column, value in about("constant", answers).items():
        if value:
            proposal = proposal.with_constant(column, value)
    proposal = _of_files(with_joined_key(proposal), answers)
    if wide := proposal.wide:
        for value, way in about("reading", answers).items():
            keys = keys_read(way, wide.keys_of(value)) if value in wide.two_ways else None
            wide = wide.with_keys(value, keys) if keys else wide
        of_rows = tuple(_worked(_coded(one, answers), answers) for one in wide.coded)
        proposal = replace(proposal, wide=replace(wide, coded=of_rows))
    coded = (_coded(one, answers) for one in proposal.columns)
    proposal = replace(proposal, columns=tuple(_worked(one, answers) for one in coded))
    sheet, *others = [BETWEEN.join(sheets_read(proposal)), *_other_sheets(proposal, answers)]
    is_of_rows = answers.get("also") in also_tables(proposal)
    if not is_of_rows and not others:
        return proposal
    sheet = sheet if is_of_rows else others.pop(0)
    said = answers_also(answers, is_of_rows)
    said = said if said.pop("of_sheet", sheet) == sheet else {}
    said = {"sheet": sheet, **said, "also_sheet": BETWEEN.join(others)}
    also = answered(path, known, said, form, is_page=is_page)
    if also.layout.reader != proposal.layout.reader:
        return proposal
    return replace(proposal, also=_referring(also, proposal, answers) if is_of_rows else also)


def _stands_elsewhere(path: Path, known: Known, answers: Answers, form: Path | None) -> bool:
    """Whether another table was chosen, and it is not the sheets shown for the one before that hold
    it."""
    table, shown = answers.get("table") or None, _texts(answers.get("of_sheet", ""))
    is_as_shown = shown and shown == _texts(answers.get("sheet", ""))
    if not is_as_shown or table == answers.get("of_table", table):
        return False
    return [*sheets_read(propose(path, known, table=table, form=form))] != shown


def _is_elsewhere(proposal: Proposal, answers: Answers) -> bool:
    """Whether the answers were about sheets of which none is read any more."""
    before = _texts(answers.get("of_sheet", ""))
    return bool(before) and set(before).isdisjoint(sheets_read(proposal))


def _has_other_header(answers: Answers) -> bool:
    """Whether another row of the header, or another number of its rows, was named than was
    shown."""
    return any(
        answers.get(f"of_{name}") and answers.get(name) != answers[f"of_{name}"] for name in NUMBERS
    )


def _of_any_header(proposal: Proposal, answers: Answers) -> dict[str, str]:
    """The answers that speak of no column of the header before: one value for every row, where
    nothing else is proposed now, and what is said of files as wholes."""
    found = {f"constant.{one.column}" for one in proposal.columns}
    kept = {name for name in answers if name.startswith("constant.")} - found
    kept |= answers.keys() & {"files", "replaces", "covers", "sender", "time_zone", "also_sheet"}
    return {name: answers[name] for name in kept}


def _other_sheets(proposal: Proposal, answers: Answers) -> list[str]:
    """The sheets that are tables of their own: those that a person names, or that surely are."""
    named = proposal.other_kinds
    if answers.get("laid") or "also_sheet" in answers:
        named = tuple(_texts(answers.get("also_sheet", "")))
    return [name for name in named if name in other_sheets(proposal)]


def _referring(also: Proposal, proposal: Proposal, answers: Answers) -> Proposal:
    """The second table with the key of the first where it refers to it and nobody says else."""
    key = contracts()[proposal.table].key[0]
    own = next((one for one in proposal.columns if one.column == key), None)
    columns = contracts()[also.table].columns.items()
    said, named = about("also.header", answers), (also.constants or {}).keys()
    referring = [
        replace(own, column=name)
        for name, column in columns
        if own and column.reference == f"{proposal.table}.{key}" and name not in named
        if said.get(name) is None or said[name] in own.headers
    ]
    names = {one.column for one in referring}
    kept = (one for one in also.columns if one.column not in names)
    return replace(also, columns=(*referring, *kept))


def answers_also(answers: Answers, is_of_rows: bool) -> dict[str, str]:
    """What a person said of the second table; where it is of the same rows also of how they are
    read."""
    own = about("also", answers)
    if not is_of_rows:
        return own
    of_file = {name: answers[name] for name in _OF_FILE if name in answers}
    return {**of_file, **own, "table": answers["also"]}


def _of_files(proposal: Proposal, answers: Answers) -> Proposal:
    """The proposal with what a person said of its files as wholes."""
    terms = FileTerms(
        time_zone=answers.get("time_zone", proposal.terms.time_zone),
        replaces=answers.get("replaces", "name"),
        sender=answers.get("sender", ""),
        covers=answers.get("covers", ""),
        may_lack=tuple(_texts(answers.get("may_lack", ""))),
        counts_equal_once=bool(answers.get("distinct")),
    )
    missing = proposal.missing
    if answers.get("laid") or "missing" in answers:
        missing = tuple(_texts(answers.get("missing", "")))
    return replace(proposal, terms=terms, missing=missing)


def _worked(one: ColumnProposal, answers: Answers) -> ColumnProposal:
    """The column with what a person says of its empty cells, of texts that have no meaning of
    their own, of rows that another column tells apart, and of ends after midnight."""
    said = {kind: answers.get(f"{kind}.{one.column}", "") for kind in WORKED}
    entry = dict(one.entry)
    if said["empty"]:
        entry["empty"] = said["empty"]
    if said["otherwise"]:
        recode = {code.text: code.code for code in one.codes if code.code}
        others = None if said["otherwise"] == NOTHING else said["otherwise"]
        entry |= {"recode": recode, "otherwise": others}
    if said["when"] and (texts := _texts(said["when_is"])):
        when = {"column": said["when"], "in": texts}
        entry["when"] = [when | ({"value": said["when_value"]} if said["when_value"] else {})]
    if f"after.{one.column}" in answers:
        entry = {name: value for name, value in entry.items() if name != "after"}
        entry |= {"after": said["after"]} if said["after"] else {}
    is_place = one.column in SIDES or "point" in entry
    part = answers.get("part.latitude") or answers.get(f"part.{one.column}")
    if part and part.isdigit() and "part" in entry and is_place:
        entry["part"] = 3 - int(part) if one.column == "longitude" else int(part)
    return one if entry == one.entry else replace(one, entry=entry)


def _with_rows(proposal: Proposal, answers: Answers) -> Proposal:
    """The proposal with the columns that a person says become rows of their own."""
    value, table = answers.get("rows_value"), contracts()[proposal.table]
    kinds, values = row_kinds(table), value_columns(table)
    said = [(kind, header, code) for name, code in about("row", answers).items()
            for kind, _, header in [name.partition(".")]
            if header in proposal.layout.table.header]  # fmt: skip
    if value is None or not said:
        return proposal
    groups: dict[str, dict[str, str]] = {}
    for kind, header, code in said:
        if code and kind in kinds:
            told = dated(kind, [code]).get(code, code) if kind == period_of(table) else code
            groups.setdefault(header, {})[kind] = told
    if value not in values or not groups:
        return replace(proposal, wide=None)
    fills = {header: code for kind, header, code in said if kind == VALUE and code in values}
    fills = {header: fills.get(header, value) for header in groups}
    wide = as_rows(table, fills, groups, proposal.layout.texts)
    kept = (one for one in proposal.columns if one.column not in wide.columns)
    kept = (one for one in kept if groups.keys().isdisjoint(one.headers))
    return replace(proposal, wide=wide, columns=tuple(kept))


def _with_questions(proposal: Proposal, answers: Answers) -> Proposal:
    """The proposal with the columns of items, and the meanings of their texts, that were named."""
    if proposal.table != RESPONDENTS:
        return proposal
    found = {one.item: one for one in proposal.questions}
    columns = {one.header: one for one in proposal.layout.texts}
    named = {header: item for item, header in about("question", answers).items() if header}
    for item, header in about("question", answers).items():
        if item not in items() or (item in found and found[item].header == header):
            continue
        found.pop(item, None)
        found = {name: one for name, one in found.items() if named.get(one.header, name) == name}
        if header in columns:
            found[item] = as_answer(item, columns[header])
        elif header:
            facts = {"known": ", ".join(columns)}
            raise WrongUse(Problem("map_no_header", value=header, parameters=facts))
    for item, one in found.items():
        said = about(f"answer.{item}", answers)
        codes = [replace(code, code=said.get(code.text, code.code) or None) for code in one.codes]
        found[item] = replace(one, codes=tuple(codes))
    return replace(proposal, questions=tuple(found[item] for item in items() if item in found))


def _shape(answers: Answers) -> dict[str, Any]:
    """Options of the reader that a person named; of a list that was shown nothing is none of it."""
    said: dict[str, Any] = {
        name: int(answers[name]) for name in NUMBERS if answers.get(name, "").isdigit()
    }
    if _has_other_header(answers):
        return said  # lists name columns of the header before
    shown = LISTS if answers.get("laid") else [name for name in LISTS if name in answers]
    shown = [*shown, *(["missing"] if "missing" in answers else [])]
    said |= {name: _texts(answers.get(name, "")) for name in shown}
    return said


def _serial_days(proposal: Proposal, answers: Answers) -> list[str]:
    """All columns of days as a workbook counts them, where a person names one whose header told
    nobody that it is; none otherwise."""
    own, layout = contracts()[proposal.table].columns, proposal.layout
    days = [header for column, header in about("header", answers).items()
            if column in own and own[column].base_type in ("date", "time")
            and holds_serial_days(layout, header)]  # fmt: skip
    return list(dict.fromkeys([*layout.options.get("serial_dates", ()), *days])) if days else []


def _texts(answer: str) -> list[str]:
    return [text for line in answer.split(BETWEEN) if (text := line.strip())]


def _where(proposal: Proposal, answers: Answers) -> dict[str, tuple[str, ...] | str]:
    found: dict[str, tuple[str, ...] | str] = {}
    for name in CONDITIONS:
        column, texts = answers.get(name, ""), _texts(answers.get(f"{name}_is", ""))
        known = next((one for one in proposal.layout.texts if one.header == column), None)
        if known and texts:
            is_any = texts[0] in FILLED and texts[0] not in known.values
            found[column] = texts[0] if is_any else tuple(texts)
    return found


def _joined(proposal: Proposal, column: str, header: str, known: Known) -> Proposal:
    """The proposal with further columns of the file for one of the table, or without them."""
    one = next((one for one in proposal.columns if one.column == column), None)
    further = tuple(_texts(header))
    if one is None or one.headers[1:] == further:
        return proposal
    if not further:
        return with_header(proposal, column, one.headers[0], known)
    return with_headers(proposal, column, (one.headers[0], *further), known)


def _is_several(proposal: Proposal, header: str) -> bool:
    """Whether several columns are named: a key that was made wider, which will be so again."""
    return _BETWEEN in header and header not in proposal.layout.table.header


def _placed(proposal: Proposal, answers: Answers, proposed: Mapping[str, str]) -> Proposal:
    """Areas by the coordinates, unless a person named another column than was proposed for them."""
    area = contracts()[proposal.table].area_column or ""
    named = answers.get(f"header.{area}", "")
    is_another = bool(named) and named != proposed.get(area) and not _is_several(proposal, named)
    if answers.get("place") == "coordinates" and not is_another:
        return proposal if proposal.is_at_coordinates() else proposal.at_coordinates()
    is_left = bool(answers.get("laid")) and proposal.is_at_coordinates()
    return proposal.without(area) if is_left else proposal


def has_chosen(answers: Answers, column: str) -> bool:
    """Whether a person chose one column of the file, where more of them were proposed."""
    return _BETWEEN not in answers.get(f"header.{column}", _BETWEEN)


def _coded(one: ColumnProposal, answers: Answers) -> ColumnProposal:
    said = about(f"code.{one.column}", answers)
    changed = {text: code or None for text, code in said.items()}
    empty = {*_texts(answers.get("missing", ""))} - {text for text in changed if changed[text]}
    codes = tuple(
        replace(code, code=changed[code.text], confidence=1.0, reason="by_person")
        if changed.get(code.text, code.code) != code.code
        else code
        for code in one.codes
        if code.text not in empty
    )
    if codes == one.codes:
        return one
    entry = {key: value for key, value in one.entry.items() if key != "recode"}
    return replace(one, codes=codes, entry=entry | recode_of(codes))


def answered_changes(path: Path, source: Source, known: Known, answers: Answers) -> list[Change]:
    """The differences of a changed file, with the successors and codes that a person named."""
    successors = {old: new for old, new in about("successor", answers).items() if new}
    meant = about("meant", answers)
    return [
        replace(one, meant=meant.get(f"{one.place}.{one.after}", one.meant or "") or None)
        if one.kind == "code"
        else one
        for one in changes_of(path, source, known, successors)
    ]


def about(kind: str, answers: Answers) -> dict[str, str]:
    """The answers of one kind by what they are about."""
    start = f"{kind}."
    return {
        name.removeprefix(start): value for name, value in answers.items() if name.startswith(start)
    }
