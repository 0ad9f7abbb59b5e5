"""What a person may say of how a file is read: one list of questions, which the page shows as
fields and the terminal asks. What the answers do: `answers.py`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from zoneinfo import available_timezones

from indicators.definitions.contracts import Column, contracts
from pipelines.setup.proposal.layout import SEVERAL, WORKBOOKS
from pipelines.setup.proposal.matching.codes import NOTHING
from pipelines.setup.proposal.matching.survey import RESPONDENTS, answer_column, items
from pipelines.setup.proposal.matching.texts import TWO_READINGS, ColumnProposal
from pipelines.setup.proposal.matching.wide import (
    VALUE,
    may_be_rows,
    row_kinds,
    told_of_row,
    value_columns,
)
from pipelines.setup.proposal.proposal import PERIODS, SENDERS, Proposal

CONDITIONS = ("where", "where_too")  # the names of columns by which rows are taken
FILLED = ("present", "absent")  # any text, and none
WORKED = ("after", "empty", "otherwise", "when", "when_is", "when_value")
_OF_SHEET = ("header_row", "header_rows", "fill_down", "ditto", "also", "missing", "place",
             "may_lack")  # fmt: skip
_ALWAYS = ("header_rows", "reading", "replaces", "sender", "part")
MOST_TEXTS = 60
_MOST_JOINED = 5
_FEWEST_ROWS, _MOST_ROWS = 2, 40


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
    def may_be_none(self) -> bool:
        """Whether nothing may be said of it, also where something stands now."""
        return not self.value or self.kind not in _ALWAYS

    @property
    def scope(self) -> str:
        """Of what it is said: the rows of one `table`, one `sheet`, or the `file`."""
        of_table = (*CONDITIONS, *(f"{name}_is" for name in CONDITIONS), "distinct", "rows_value")
        if self.kind in of_table:
            return "table"
        return "sheet" if self.kind in _OF_SHEET else "file"

    @property
    def is_further(self) -> bool:
        """Whether it is said of few columns only, so that a page shows it on demand."""
        return self.kind in WORKED or (self.kind == "join" and not self.value)

    @property
    def column(self) -> str:
        """The column of the table that it is about; empty of the whole file."""
        return self.name.partition(".")[2]


def choices(proposal: Proposal, answers: Mapping[str, str]) -> list[Choice]:
    """All of a proposal, those of the file first."""
    of_parts = (
        _of_file(proposal, answers),
        _of_columns(proposal, answers),
        _of_groups(proposal),
        _asked_of(proposal),
    )
    return [choice for part in of_parts for choice in part]


def is_joined(one: ColumnProposal) -> bool:
    """Whether columns of the file are joined, and no more than joined."""
    return len(one.headers) > 1 and {"template", "point"}.isdisjoint(one.entry)


def _of_file(proposal: Proposal, answers: Mapping[str, str]) -> Iterator[Choice]:
    options, headers = proposal.layout.options, proposal.layout.table.header
    if len(proposal.sheets) > 1:
        yield Choice("sheet", sheets_read(proposal), proposal.sheets, takes_several=True)
    if others := other_sheets(proposal):
        taken = tuple(one.sheet for one in proposal.parts if one.sheet in others)
        yield Choice("also_sheet", taken, others, takes_several=True)
    if proposal.layout.reader in (*WORKBOOKS, "csv"):
        yield Choice("header_row", (str(options.get("header_row", 1)),))
        yield Choice("header_rows", (str(options.get("header_rows", 1)),), ("1", "2", "3"))
        yield Choice("fill_down", tuple(options.get("fill_down", ())), headers, takes_several=True)
        yield Choice("ditto", tuple(options.get("ditto", ())), takes_several=True)
    if proposal.table != RESPONDENTS:
        also = tuple(one.table for one in proposal.parts[1:2] if one.sheet == proposal.sheet)
        yield Choice("also", also, also_tables(proposal))
    yield Choice("missing", proposal.missing, takes_several=True)
    yield from _of_rows(proposal, answers)
    place = contracts()[proposal.table].area_column
    if place and proposal.point():
        said = ("coordinates",) if proposal.is_at_coordinates() else ()
        yield Choice("place", said, ("coordinates",))


def _of_rows(proposal: Proposal, answers: Mapping[str, str]) -> Iterator[Choice]:
    """Which rows are taken, and what a later file means for those of this one."""
    headers, terms = proposal.layout.table.header, proposal.terms
    proposed = [*proposal.where, *("" for _ in CONDITIONS)]
    for name, stands in zip(CONDITIONS, proposed, strict=False):
        column = answers.get(name, "") if answers.get("laid") else answers.get(name, stands)
        yield Choice(name, (column,) if column else (), headers)
        if column in headers:
            texts = proposal.where.get(column, ())
            values = (*FILLED, *_values(proposal, column))
            chosen = (texts,) if isinstance(texts, str) else texts
            yield Choice(f"{name}_is", chosen, tuple(dict.fromkeys(values)), takes_several=True)
    yield Choice("distinct", ("once",) if terms.counts_equal_once else (), ("once",))
    is_dated = contracts()[proposal.table].date_column is not None
    periods = PERIODS if is_dated else ()
    yield Choice("replaces", (terms.replaces,), ("name", "all", *periods))
    if is_dated:
        yield Choice("covers", (terms.covers,) if terms.covers else (), ("name", "dates"))
    sender = proposal.sender
    sent_by = sender if isinstance(sender, str) else sender["column"]
    yield Choice("sender", (sent_by,), (*SENDERS, *headers))
    zones = tuple(sorted(zone for zone in available_timezones() if "/" in zone))
    yield Choice("time_zone", (terms.time_zone,) if terms.time_zone else (), ("UTC", *zones))
    read = tuple(dict.fromkeys(header for one in proposal.columns for header in one.headers))
    yield Choice("may_lack", terms.may_lack, read, takes_several=True)


def also_tables(proposal: Proposal) -> tuple[str, ...]:
    """The tables that the same rows may become besides."""
    return tuple(name for name in contracts() if name != proposal.table)


def _values(proposal: Proposal, header: str) -> tuple[str, ...]:
    """The first texts of a column of the file; none where it has no such column."""
    found = (one.values for one in proposal.layout.texts if one.header == header)
    return next(found, ())[:MOST_TEXTS]


def sheets_read(proposal: Proposal) -> tuple[str, ...]:
    """The sheets whose rows stand in the table that is looked at."""
    laid = proposal.layout
    if laid.table.sheet != SEVERAL:
        return (laid.table.sheet,)
    known = laid.options.get("ignore_sheets", ())
    return tuple(
        name for name in proposal.sheets if not any(fnmatchcase(name, one) for one in known)
    )


def _of_groups(proposal: Proposal) -> Iterator[Choice]:
    """What each number of a row says that becomes a row of its own, and what they all count."""
    contract, wide = contracts()[proposal.table], proposal.wide
    taken = {one.column for one in proposal.columns} | (proposal.constants or {}).keys()
    taken -= {*(wide.item if wide else ())}
    kinds = [kind for kind in row_kinds(contract) if kind not in taken]
    values = value_columns(contract)
    groups = wide.groups.items() if wide else ()
    standing = {header: (name, group.split("|"))
                for group, held in groups for name, header in held.items()}  # fmt: skip
    counted = {header for one in proposal.columns if one.column in values for header in one.headers}
    left = {*proposal.ignored, *standing, *counted}
    texts = [one for one in proposal.layout.texts if one.header in left]
    shown = {*may_be_rows(contract, values, texts), *standing}  # one that is empty stands too
    headers = [one.header for one in texts if one.header in shown] if kinds else []
    if len(headers) < _FEWEST_ROWS:
        return
    most = wide.value if wide else ""
    yield Choice("rows_value", _one(most), tuple(values))
    for header in headers[:_MOST_ROWS]:
        value, group = standing.get(header, ("", []))
        codes = dict(zip(wide.item, group, strict=False)) if wide else {}
        for kind in kinds:
            told = codes.get(kind, "") if wide else told_of_row(contract, kind, header)
            listed = contract.columns[kind].allowed_codes or ()
            yield Choice(f"row.{kind}.{header}", _one(told), tuple(listed))
        if len(values) > 1:
            other = value if value != most else ""
            yield Choice(f"row.{VALUE}.{header}", _one(other), tuple(values))


def other_sheets(proposal: Proposal) -> tuple[str, ...]:
    """The sheets with a table whose rows do not stand in the one that is looked at."""
    read = sheets_read(proposal)
    return tuple(name for name in proposal.sheets if name not in read)


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
        ways = one.two_readings
        said = answers.get(f"reading.{one.column}", "")
        ways = ways or next((way for way in TWO_READINGS.values() if said in way), ())
        if ways:
            yield Choice(f"reading.{one.column}", (said,) if said else (), ways)
        is_told = one.column == "latitude" or (bool(proposal.sides) and "point" in one.entry)
        if is_told and "part" in one.entry:
            yield Choice(f"part.{one.column}", (str(one.entry["part"]),), ("1", "2"))
        if len(one.headers) == 1 or is_joined(one):
            further = one.headers[1:] if len(one.headers) > _MOST_JOINED else (*one.headers[1:], "")
            for header in further:
                value = (header,) if header else ()
                yield Choice(f"join.{one.column}", value, proposal.layout.table.header)
        yield from _worked(proposal, one, answers)
    for one in proposal.wide.coded if proposal.wide else ():
        yield _empty(proposal, one)
    for name in proposal.wide.two_ways if proposal.wide else ():
        said = answers.get(f"reading.{name}", "")
        is_day = contracts()[proposal.table].columns[name].base_type == "date"
        ways = TWO_READINGS["day_or_month_first" if is_day else "two_ways"]
        yield Choice(f"reading.{name}", (said,) if said else (), ways)


def _worked(
    proposal: Proposal, one: ColumnProposal, answers: Mapping[str, str]
) -> Iterator[Choice]:
    """What may be said of cells that a column alone does not explain."""
    own, entry, name = contracts()[proposal.table].columns, one.entry, one.column
    column, headers = own[name], proposal.layout.table.header
    means = _codes_of(column)
    times = [other for other, known in own.items() if known.base_type == "time"]
    if name in times and "template" not in entry:
        found = {other.column for other in proposal.columns}
        earlier = tuple(other for other in times[: times.index(name)] if other in found)
        if earlier:
            yield Choice(f"after.{name}", _one(entry.get("after")), earlier)
    yield _empty(proposal, one)
    if means or (column.reference and not column.required):  # of a column that two are made of
        stands = NOTHING if entry.get("otherwise", "") is None else entry.get("otherwise")
        others = means if column.required else (*means, NOTHING)
        yield Choice(f"otherwise.{name}", _one(stands), others)
    (when,) = entry.get("when", [{}])
    looked_at = answers.get(f"when.{name}", "")
    yield Choice(f"when.{name}", _one(looked_at), headers)
    if looked_at in headers:
        texts = tuple(when.get("in", ()))
        yield Choice(f"when_is.{name}", texts, _values(proposal, looked_at), takes_several=True)
        yield Choice(f"when_value.{name}", _one(when.get("value")), means)


def _empty(proposal: Proposal, one: ColumnProposal) -> Choice:
    """What an empty cell means."""
    means = _codes_of(contracts()[proposal.table].columns[one.column])
    return Choice(f"empty.{one.column}", _one(one.entry.get("empty")), means)


def _codes_of(column: Column) -> tuple[str, ...]:
    return ("true", "false") if column.base_type == "bool" else tuple(column.allowed_codes or ())


def _one(text: str | None) -> tuple[str, ...]:
    return (text,) if text else ()
