"""What a mapping says that is made anew, as answers to the proposal (`answers.py`): nobody is asked
again what was said before.
"""

from dataclasses import replace

from indicators.definitions.contracts import contracts
from pipelines.ingest.mapping.model import ColumnMapping, Source, TableMapping
from pipelines.setup.proposal.answering.answers import LISTS, NUMBERS, Answers, about
from pipelines.setup.proposal.answering.choices import CONDITIONS
from pipelines.setup.proposal.matching.codes import NOTHING, CodeProposal, recode_of
from pipelines.setup.proposal.matching.notation import order_of
from pipelines.setup.proposal.matching.survey import ANSWERS, items
from pipelines.setup.proposal.matching.texts import ColumnProposal
from pipelines.setup.proposal.proposal import Proposal


def answers_of(source: Source) -> dict[str, str]:
    """What a mapping says, as answers to the proposal that makes it anew; of what no answer is for
    (columns that become rows, tables of other sheets) the proposal speaks again."""
    first, *others = source.tables
    sender = (
        source.sender if isinstance(source.sender, str) else source.sender and source.sender.column
    )
    is_of_period = source.supersedes == "by_period"
    of_file = {
        "files": source.files[0],
        "missing": "\n".join(source.missing),
        "replaces": source.period if is_of_period else source.supersedes,
        "sender": sender or "",
        "covers": source.covers if isinstance(source.covers, str) else "",
        "time_zone": source.time_zone or "",
        **{name: str(source.options[name]) for name in NUMBERS if name in source.options},
        **{name: "\n".join(source.options[name]) for name in LISTS if name in source.options},
    }
    also = [one for one in others if not one.unpivot and one.table != first.table and not one.sheet]
    of_also = {"table": also[0].table, **_of_table(also[0])} if also else {}
    return {
        **{name: text for name, text in of_file.items() if text or name == "missing"},
        "table": first.table,
        **_of_table(first),
        **_of_questions(source),
        **({"also": also[0].table} if also else {}),
        **{f"also.{name}": text for name, text in of_also.items()},
    }


def _of_table(table: TableMapping) -> dict[str, str]:
    """The answers about the rows of a table and its columns."""
    found: dict[str, str] = {"distinct": "once"} if table.distinct else {}
    for name, (column, texts) in zip(CONDITIONS, table.where.items(), strict=False):
        found |= {name: column, f"{name}_is": texts if isinstance(texts, str) else "\n".join(texts)}
    lacking: list[str] = []
    for column in contracts()[table.table].columns:
        entry = table.columns.get(column)
        if entry is not None:
            found |= _of_entry(column, entry)
            lacking += entry.origin_columns() if entry.optional else ()
        elif table.unpivot is None:
            found[f"header.{column}"] = ""
    return found | ({"may_lack": "\n".join(lacking)} if lacking else {})


def _of_entry(column: str, entry: ColumnMapping) -> dict[str, str]:
    """The answers about one column of a table."""
    said: dict[str, str | None] = {}
    if entry.point:
        said["place"] = "coordinates"
    if entry.constant is not None:
        said |= {f"header.{column}": "", f"constant.{column}": entry.constant}
    elif entry.sources:
        header, *further = entry.sources
        said |= {f"header.{column}": header, f"join.{column}": "\n".join(further)}
    order = order_of(entry.formats[0]) if entry.formats else ()
    said[f"reading.{column}"] = {"%d": "day", "%m": "month"}.get(order[0]) if order else None
    said |= {f"code.{column}.{text}": code or NOTHING for text, code in entry.recode.items()}
    said |= {f"empty.{column}": entry.empty, f"after.{column}": entry.after}
    if entry.has_otherwise:
        said[f"otherwise.{column}"] = entry.otherwise or NOTHING
    if entry.when:
        when = entry.when[0]
        texts = "\n".join(when.values)
        said |= {f"when.{column}": when.column, f"when_is.{column}": texts}
        said[f"when_value.{column}"] = when.value
    return {name: text for name, text in said.items() if text is not None}


def _of_questions(source: Source) -> dict[str, str]:
    """Of a survey the column of each question, and what its texts mean."""
    read = (one.unpivot.items for one in source.tables if one.table == ANSWERS and one.unpivot)
    asked = {name: entry for found in read for name, entry in found.items() if entry.sources}
    found = {f"question.{name}": "" for name in items()} if asked else {}
    for name, entry in asked.items():
        found[f"question.{name}"] = (entry.sources or ("",))[0]
        found |= {f"answer.{name}.{text}": code or "" for text, code in entry.recode.items()}
    return found


def with_former_codes(proposal: Proposal, before: Source, answers: Answers) -> Proposal:
    """The proposal with what the mapping before knew of texts that this file does not hold."""
    former = next((one for one in before.tables if one.table == proposal.table), None)
    entries = former.columns if former else {}
    return replace(
        proposal,
        columns=tuple(
            _with_former(one, entries[one.column], about(f"code.{one.column}", answers))
            if one.column in entries and entries[one.column].sources == one.headers
            else one
            for one in proposal.columns
        ),
    )


def _with_former(one: ColumnProposal, former: ColumnMapping, said: Answers) -> ColumnProposal:
    known = {code.text for code in one.codes}
    more = (
        CodeProposal(text, said.get(text, code or NOTHING) or None, 1.0, "by_person")
        for text, code in former.recode.items()
        if text not in known
    )
    codes = (*one.codes, *more)
    return replace(one, codes=codes, entry={**one.entry, **recode_of(codes)})
