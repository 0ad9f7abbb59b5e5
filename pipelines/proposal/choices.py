"""What a person may say of how a file is read: one list of questions, which the page shows as
fields and the terminal asks. What the answers do: `answers.py`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from indicators.definitions.contracts import contracts
from pipelines.proposal.layout import SEVERAL, WORKBOOKS
from pipelines.proposal.proposal import Proposal
from pipelines.proposal.survey import RESPONDENTS, answer_column, items
from pipelines.proposal.texts import ColumnProposal

_MOST_TEXTS = 60
_TWO_READINGS = {"day_or_month_first": ("day", "month"), "two_ways": ("thousands", "decimal")}


@dataclass(frozen=True)
class Choice:
    """`name`: of the answer, of one column `kind.column`; `value`: what stands now; `options`: what
    may be said, any text where there are none. Its words: `map.choice.<kind>`."""

    name: str
    value: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    takes_several: bool = False

    @property
    def kind(self) -> str:
        """The name without the column that it is about."""
        return self.name.partition(".")[0]

    @property
    def column(self) -> str:
        """The column of the table that it is about; empty of the whole file."""
        return self.name.partition(".")[2]


def choices(proposal: Proposal, answers: Mapping[str, str]) -> list[Choice]:
    """All of a proposal, those of the file first."""
    of_parts = (_of_file(proposal, answers), _of_columns(proposal, answers), _asked_of(proposal))
    return [choice for part in of_parts for choice in part]


def is_pair(one: ColumnProposal) -> bool:
    """Whether two columns of the file are joined, and no more than joined."""
    return len(one.headers) == 2 and {"template", "point"}.isdisjoint(one.entry)


def _of_file(proposal: Proposal, answers: Mapping[str, str]) -> Iterator[Choice]:
    options, headers = proposal.layout.options, proposal.layout.table.header
    if len(proposal.sheets) > 1:
        yield Choice("sheet", _sheets_read(proposal), proposal.sheets, takes_several=True)
    if proposal.layout.reader in (*WORKBOOKS, "csv"):
        yield Choice("header_row", (str(options.get("header_row", 1)),))
        if proposal.layout.reader in WORKBOOKS:
            yield Choice("header_rows", (str(options.get("header_rows", 1)),), ("1", "2", "3"))
        yield Choice("fill_down", tuple(options.get("fill_down", ())), headers, takes_several=True)
        yield Choice("ditto", tuple(options.get("ditto", ())), takes_several=True)
    column = next(iter(proposal.where), answers.get("where", ""))
    yield Choice("where", (column,) if column else (), headers)
    if column in headers:
        texts = next(one for one in proposal.layout.texts if one.header == column)
        values = texts.values[:_MOST_TEXTS]
        yield Choice("where_is", proposal.where.get(column, ()), values, takes_several=True)
    place = contracts()[proposal.table].area_column
    if place and proposal.point():
        of_point = any("point" in one.entry for one in proposal.columns)
        yield Choice("place", ("coordinates",) if of_point else (), ("coordinates",))


def _sheets_read(proposal: Proposal) -> tuple[str, ...]:
    """The sheets whose rows stand in the table that is looked at."""
    laid = proposal.layout
    if laid.table.sheet != SEVERAL:
        return (laid.table.sheet,)
    known = laid.options.get("ignore_sheets", ())
    return tuple(
        name for name in proposal.sheets if not any(fnmatchcase(name, one) for one in known)
    )


def _asked_of(proposal: Proposal) -> Iterator[Choice]:
    """Of a survey: the column of each item, and what its texts mean."""
    if proposal.table != RESPONDENTS:
        return
    found = {one.item: one for one in proposal.questions}
    for item in items():
        one, codes = found.get(item), answer_column(item).allowed_codes or ()
        header = (one.header,) if one else ()
        yield Choice(f"question.{item}", header, proposal.layout.table.header)
        for code in one.codes if one else ():
            if code.code != code.text:
                value = (code.code,) if code.code else ()
                yield Choice(f"answer.{item}.{code.text}", value, codes)


def _of_columns(proposal: Proposal, answers: Mapping[str, str]) -> Iterator[Choice]:
    for one in proposal.columns:
        ways = next((_TWO_READINGS[r] for r in one.reasons if r in _TWO_READINGS), ())
        said = answers.get(f"reading.{one.column}", "")
        ways = ways or next((way for way in _TWO_READINGS.values() if said in way), ())
        if ways:
            yield Choice(f"reading.{one.column}", (said,) if said else (), ways)
        if len(one.headers) == 1 or is_pair(one):
            yield Choice(f"join.{one.column}", one.headers[1:], proposal.layout.table.header)
