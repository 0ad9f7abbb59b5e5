"""A person's answers on a page to a proposal, or to the differences of a changed file.

Names of the answers: `table`; `files` (the pattern of names); `header.<column>` (the column of the
file, empty: none); `constant.<column>`; `code.<column>.<text>` (empty: not known). Of a changed
file: `successor.<column of the file>`; `meant.<table>.<column>.<text>`.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from indicators.foundation.errors import WrongUse
from pipelines.mapping.model import Source
from pipelines.proposal.columns import recode_of
from pipelines.proposal.confirm import with_header
from pipelines.proposal.difference import Change, changes_of
from pipelines.proposal.known_rows import Known
from pipelines.proposal.proposal import Proposal, propose
from pipelines.proposal.texts import ColumnProposal

Answers = Mapping[str, str]
_BETWEEN = " + "


def joined(one: ColumnProposal) -> str:
    """The columns of the file that one column of the table is read from, as a page names them."""
    return _BETWEEN.join(one.headers)


def answered(path: Path, known: Known, answers: Answers) -> Proposal:
    """The proposal for a file as a person completed it. Raises WrongUse for what cannot be."""
    try:
        proposal = propose(path, known, table=answers.get("table") or None)
    except WrongUse as error:  # a page has no option --table
        rules = {"map_no_contract": "page_map_no_contract"}
        told = [replace(one, rule=rules.get(one.rule, one.rule)) for one in error.problems]
        raise WrongUse(told) from None
    if answers.get("of_table", proposal.table) != proposal.table:
        return proposal  # another table: the answers were about the columns of the one before
    if files := answers.get("files"):
        proposal = replace(proposal, files=files)
    proposed = {one.column: joined(one) for one in proposal.columns}
    for column, header in _of("header", answers).items():
        if header == proposed.get(column, "") or _is_several(proposal, header):
            continue
        if header:
            proposal = with_header(proposal, column, header, known)
        else:
            proposal = proposal.without(column)
    for column, value in _of("constant", answers).items():
        if value:
            proposal = proposal.with_constant(column, value)
    return replace(proposal, columns=tuple(_coded(one, answers) for one in proposal.columns))


def _is_several(proposal: Proposal, header: str) -> bool:
    """Whether several columns are named: a key that was made wider, which will be so again."""
    return _BETWEEN in header and header not in proposal.layout.table.header


def has_chosen(answers: Answers, column: str) -> bool:
    """Whether a person chose one column of the file, where more of them were proposed."""
    return _BETWEEN not in answers.get(f"header.{column}", _BETWEEN)


def _coded(one: ColumnProposal, answers: Answers) -> ColumnProposal:
    said = _of(f"code.{one.column}", answers)
    changed = {text: code or None for text, code in said.items()}
    codes = tuple(
        replace(code, code=changed[code.text], confidence=1.0, reason="by_person")
        if changed.get(code.text, code.code) != code.code
        else code
        for code in one.codes
    )
    if codes == one.codes:
        return one
    entry = {key: value for key, value in one.entry.items() if key != "recode"}
    return replace(one, codes=codes, entry=entry | recode_of(codes))


def answered_changes(path: Path, source: Source, known: Known, answers: Answers) -> list[Change]:
    """The differences of a changed file, with the successors and codes that a person named."""
    successors = {old: new for old, new in _of("successor", answers).items() if new}
    meant = _of("meant", answers)
    return [
        replace(one, meant=meant.get(f"{one.place}.{one.after}", one.meant or "") or None)
        if one.kind == "code"
        else one
        for one in changes_of(path, source, known, successors)
    ]


def _of(kind: str, answers: Answers) -> dict[str, str]:
    """The answers of one kind by what they are about."""
    start = f"{kind}."
    return {
        name.removeprefix(start): value for name, value in answers.items() if name.startswith(start)
    }
