"""A whole mapping proposed for an unknown file, and what of it is left for a person to say."""

import glob
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from indicators.definitions.catalogue import load_catalogue
from indicators.definitions.contracts import Column, Contract, contracts
from indicators.foundation.errors import Problem, WrongUse
from pipelines.ingest.mapping.files.file_names import pattern_of, stem_words
from pipelines.ingest.mapping.written.written_places import SIDES
from pipelines.setup.proposal.beside.known_rows import OUTLINES, UNUSED_TABLES, Known, code_named
from pipelines.setup.proposal.layout import (
    SEVERAL,
    Layout,
    below_each_other,
    in_other_shape,
    layouts,
    with_questions,
)
from pipelines.setup.proposal.matching import notation
from pipelines.setup.proposal.matching.columns import (
    LEAST_LIKENESS,
    are_running,
    are_sentences,
    column_proposals,
    header_likeness,
    is_personal,
    may_be_key,
)
from pipelines.setup.proposal.matching.places_within import with_levels
from pipelines.setup.proposal.matching.side_by_side import side_by_side
from pipelines.setup.proposal.matching.survey import (
    ANSWERS,
    RESPONDENTS,
    Answered,
    answers_entry,
    with_answers,
)
from pipelines.setup.proposal.matching.texts import (
    BETWEEN,
    ColumnProposal,
    Texts,
    is_drawn,
    trimmed,
    without_lone_cells,
)
from pipelines.setup.proposal.matching.wide import (
    Wide,
    grouped,
    row_kinds,
    wide_columns,
    years_told,
)
from pipelines.setup.proposal.matching.words import (
    folded,
    likeness,
    names_a_country,
    readings,
    reference_place,
    table_names,
    total_words,
    unaccented,
)
from pipelines.setup.proposal.told_otherwise import (
    of_another,
    of_group,
    of_own_rows,
    of_texts,
    precision_of_area,
    with_sex_and_age,
)

PERIODS = ("month", "quarter", "year")
SENDERS = ("series", "folder")
_LEAST_SCORE = 0.2
_LEAST_COLUMNS = 2
_LOOKED_AT = 6  # contracts
_UNUSED = 0.1  # what a table is behind whose rows indicators count, but none of the mission
_ANOTHER = 0.6  # score of a sheet that is surely a table of another kind
_ADDED = ("sheet_name_as", "headings")  # options that name a column which is made
_OF_BOOK = ("sheet", "sheets", "ignore_sheets")  # options
_NUMBER = re.compile(r"[\d\s.,]+")
_ISO_MONTH = re.compile(r"\d{4}-\d\d-01")
_BY_PARTS = 0.7  # of a count that its parts beside it may tell by rows of their own
_REFERENCE_KEY = 0.75
_WIDE = 0.7
_SAID_ONCE = 0.5
_SUMMED = 0.7  # of the score of a table of sums, for a file of cases
_COMMON = 0.7  # weight of code, day and area, which tell no table from another
_COMMON_NAME = 0.3  # of the name alone
_OF_ANOTHER = 0.5  # weight of a header that is alike here and the name itself elsewhere
_WIDEST = 30  # columns: of a file with more, most are about something else
_BY_SHEET = 0.85
_MOST_ROWS = 0.9
_OF_EVENTS = 3  # columns of a table of events, beside persons that stand side by side
_LEAST_OF_EVENTS = 0.36  # score of a table of events whose persons are in the file too
_BY_POINT = 0.6
_OF_ROW = "area_code"
_JOINED_KEY = 0.5  # sure of a key of several columns: later files may hold two rows of it


@dataclass(frozen=True)
class FileTerms:
    """What a person says of the files of a mapping as wholes.

    `time_zone`: of local times, where it is not the mission's; `replaces`: what a new file takes
    the place of (`name`, `all`, or the rows of its `month`, `quarter`, `year`); `sender`: `series`,
    `folder` or a column; `covers`: `name` or `dates`; `may_lack`: columns that a file may lack;
    `counts_equal_once`: rows that are equal in every column count once.
    """

    time_zone: str = ""
    replaces: str = "name"
    sender: str = ""
    covers: str = ""
    may_lack: tuple[str, ...] = ()
    counts_equal_once: bool = False

    def keys(self) -> dict[str, str]:
        """What of it stands in a mapping beside its tables."""
        found = {"time_zone": self.time_zone, "covers": self.covers}
        if self.replaces in PERIODS:
            found |= {"supersedes": "by_period", "period": self.replaces}
        elif self.replaces != "name":
            found["supersedes"] = self.replaces
        return {name: text for name, text in found.items() if text}


@dataclass(frozen=True)
class Proposal:
    """A mapping for one file.

    `open_required`: columns that the contract requires and nothing is proposed for; `constants`:
    what a person said that they hold; `ignored`: columns of the file that would not be kept;
    `rivals`: other contracts that fit nearly as well; `named`: codes of required columns that the
    file's name or its titles name, offered where nothing else says them; `sides`: latitude and
    longitude of the file, for a table that has areas and no coordinates.
    """

    source: str
    files: str
    layout: Layout
    table: str
    confidence: float
    columns: tuple[ColumnProposal, ...]
    missing: tuple[str, ...] = ()
    constants: Mapping[str, str] | None = None
    where: Mapping[str, tuple[str, ...] | str] = field(default_factory=dict)  # as a mapping's
    wide: Wide | None = None
    sheets: tuple[str, ...] = ()  # those that hold a table
    other_kinds: tuple[str, ...] = ()  # of them those that are surely another table
    rivals: tuple[str, ...] = ()
    indicators: tuple[str, ...] = ()  # those of the catalogue that the table feeds
    questions: tuple[Answered, ...] = ()  # of respondents: the answers that stand beside them
    terms: FileTerms = FileTerms()
    named: Mapping[str, str] = field(default_factory=dict)
    sides: tuple[ColumnProposal, ...] = ()
    also: "Proposal | None" = None  # of a second table, of the same rows or of another sheet

    @property
    def sender(self) -> str | dict[str, str]:
        """Who sends a row: as a person says, else the unit that it names, or the series of the
        files."""
        if said := self.terms.sender:
            return said if said in SENDERS else {"column": said}
        units = [one.headers for one in self.columns if one.column == "unit_code"]
        is_told = units and len(units[0]) == 1
        is_told = is_told and all(units[0][0] in one.layout.table.header for one in self.parts)
        return {"column": units[0][0]} if is_told else "series"

    @property
    def parts(self) -> tuple["Proposal", ...]:
        """The proposals of all its tables."""
        return (self, *(self.also.parts if self.also else ()))

    @property
    def sheet(self) -> str:
        """The sheet whose rows become the table, `*` of several; empty where there are none."""
        return str(self.layout.options.get("sheets", self.layout.table.sheet))

    @property
    def open_required(self) -> tuple[str, ...]:
        """Columns that the contract requires and nobody has spoken for."""
        named = {one.column for one in self.columns} | (self.constants or {}).keys()
        named |= set(self.wide.columns) if self.wide else set()
        required = contracts()[self.table].columns.items()
        return tuple(name for name, column in required if column.required and name not in named)

    @property
    def open_of_all(self) -> tuple[str, ...]:
        """Those of all tables."""
        return tuple(name for one in self.parts for name in one.open_required)

    @property
    def undecided(self) -> tuple[str, ...]:
        """Columns of days or numbers that can be read in two ways, of which nobody said in which:
        no such mapping is kept."""
        own = [one.column for one in self.columns if one.two_readings]
        if self.wide:
            own += [name for name in self.wide.two_ways if name not in self.wide.said]
        return tuple(own)

    @property
    def undecided_of_all(self) -> tuple[tuple[str, str], ...]:
        """Table and column of those of all tables."""
        return tuple((one.table, name) for one in self.parts for name in one.undecided)

    @property
    def ignored(self) -> tuple[str, ...]:
        """Columns of the file that nothing is proposed for: they are not kept."""
        taken = {name for one in self.parts for name in one._taken()}
        named = dict.fromkeys(name for one in self.parts for name in one.layout.table.header)
        added = {one.layout.options.get(name) for one in self.parts for name in _ADDED}
        return tuple(name for name in named if name not in taken | added)

    def _taken(self) -> set[str]:
        """The columns of the file that the table is made of."""
        taken = {header for one in self.columns for header in one.headers} | self.where.keys()
        taken |= set(self.wide.items.values()) if self.wide else set()
        taken |= {one.header for one in self.questions} | {self.terms.sender}
        whens = (when for one in self.columns for when in one.entry.get("when", ()))
        return taken | {when["column"] for when in whens}

    def mapping(self) -> dict[str, Any]:
        """The content of `sources/<source>.yaml`."""
        found: dict[str, Any] = {
            "source": self.source,
            "files": [self.files],
            "reader": self.layout.reader,
            "sender": self.sender,
            **self.terms.keys(),
        }
        if options := self._options():
            found["options"] = options
        if missing := [text for one in self.parts for text in one.missing]:
            found["missing"] = list(dict.fromkeys(missing))
        if self.ignored:
            found["ignore"] = [glob.escape(name) for name in self.ignored]
        are_of_kinds = isinstance(options.get("sheets"), Mapping)
        return found | {
            "tables": [
                {"table": table["table"], "sheet": one.sheet, **table} if are_of_kinds else table
                for one in self.parts
                for table in one._tables()
            ]
        }

    def _options(self) -> dict[str, Any]:
        """The options of the reader; where the tables are of several sheets, those of each."""
        kinds = {one.sheet: one._own_options() for one in self.parts}
        if len(kinds) == 1:
            return kinds[self.sheet]
        own = {
            sheet: {name: value for name, value in options.items() if name not in _OF_BOOK}
            for sheet, options in kinds.items()
        }
        known = [text for options in kinds.values() for text in options.get("ignore_sheets", ())]
        known = [text for text in dict.fromkeys(known) if text not in map(glob.escape, kinds)]
        return {"sheets": own} | ({"ignore_sheets": known} if known else {})

    def _own_options(self) -> dict[str, Any]:
        """The options of its sheets; their names, and those of groups, are a column where
        something is made of it."""
        options, taken = self.layout.options, {name for one in self.parts for name in one._taken()}
        unused = {name: options[name] for name in _ADDED if name in options
                  and options[name] not in taken}  # fmt: skip
        kept = {
            name: [one for one in value if one not in unused.values()]
            if isinstance(value, list)
            else value
            for name, value in options.items()
            if name not in unused
        }
        told = {"headings": True} if "headings" in unused else {}
        return {name: value for name, value in (kept | told).items() if value != []}

    def _tables(self) -> list[dict[str, Any]]:
        """What of the mapping is said of the rows of this table."""
        columns: dict[str, Any] = {}
        by_name = {one.column: one for one in self.columns}
        for name in contracts()[self.table].columns:
            if name in (self.constants or {}):
                columns[name] = {"constant": (self.constants or {})[name]}
            elif name in by_name:
                one = by_name[name]
                origin = one.headers[0] if len(one.headers) == 1 else list(one.headers)
                from_columns = {"from": origin}
                if not {"template", "point", "precision_of"}.isdisjoint(one.entry):
                    from_columns = {}
                if one.entry.get("precision_of") not in (None, *by_name, *(self.constants or {})):
                    continue
                if one.entry.get("nights") not in (None, *by_name):
                    one = replace(one, entry={k: v for k, v in one.entry.items() if k != "nights"})
                lacking = {"optional": True} if {*one.headers} & {*self.terms.may_lack} else {}
                columns[name] = {**from_columns, **one.entry, **lacking}
        table: dict[str, Any] = {"table": self.table}
        if self.where:
            table["where"] = {
                name: texts if isinstance(texts, str) else list(texts)
                for name, texts in self.where.items()
            }
        if self.terms.counts_equal_once:
            table["distinct"] = True
        table["columns"] = columns
        tables = self.wide.tables(table) if self.wide else [table]
        answers = [answers_entry(columns, self.questions)] if self.questions else []
        return [*tables, *answers]

    def point(self) -> tuple[str, str] | None:
        """The columns of the file with longitude and latitude; twice one that holds both."""
        found = self._coordinates()
        pair = [found[name].headers[0] for name in ("longitude", "latitude") if name in found]
        return (pair[0], pair[1]) if len(pair) == 2 else None

    def _coordinates(self) -> dict[str, ColumnProposal]:
        return {one.column: one for one in (*self.sides, *self.columns) if len(one.headers) == 1}

    def at_coordinates(self, sure: float = 1.0, reason: str = "by_person") -> "Proposal":
        """The proposal with areas found by the coordinates, in the outlines of the mission."""
        column, pair = contracts()[self.table].area_column, self.point()
        if column is None or pair is None:
            return self
        keys = self._coordinates()["latitude"].entry
        kept = {name: keys[name] for name in ("decimal", "part") if name in keys}
        said = ColumnProposal(column, pair, sure, (reason,), {"point": list(pair), **kept})
        return replace(self, columns=(*self.without(column).columns, said))

    def is_at_coordinates(self) -> bool:
        """Whether areas are found by the coordinates."""
        return any("point" in one.entry for one in self.columns)

    def without(self, column: str) -> "Proposal":
        """The proposal with nothing for this column."""
        wide = None if self.wide and column in self.wide.columns else self.wide
        kept = tuple(one for one in self.columns if one.column != column)
        return replace(self, columns=kept, wide=wide)

    def with_constant(self, column: str, value: str) -> "Proposal":
        """The proposal with one text for every row of this column."""
        known = contracts()[self.table].columns
        if column not in known:
            listed = ", ".join(known)
            raise WrongUse(Problem("map_no_column", value=column, parameters={"known": listed}))
        return replace(self.without(column), constants={**(self.constants or {}), column: value})


def propose(
    path: Path,
    known: Known,
    *,
    table: str | None = None,
    sheet: str | None = None,
    shape: Mapping[str, Any] | None = None,
    form: Path | None = None,
) -> Proposal:
    """The mapping that fits the file best. Raises WrongUse where no contract fits at all.

    `form`: the XLSForm or XForm that it was collected with. `shape`: options of the reader that a
    person named, in the place of what the file shows.
    """
    found = layouts(path, form)
    sheets = tuple(one.table.sheet for one in found if one.table.sheet not in ("", SEVERAL))
    if sheet is not None:
        found = [_of_sheets(path, found, tuple(sheet.split(BETWEEN)))]
    elif found[0].table.sheet == SEVERAL:  # a month that fits better alone is no reason to lose two
        header = {*found[0].table.header}
        found = [found[0], *(one for one in found[1:] if not header.issuperset(one.table.header))]
    found = [with_questions(path, one) for one in found]
    if shape:
        found = [in_other_shape(path, one, shape) for one in found]
    if table is not None and table not in contracts():
        listed = ", ".join(contracts())
        raise WrongUse(Problem("unknown_table", value=table, parameters={"known": listed}))
    tables = [table] if table else list(contracts())
    scored = [
        (*_scored(path, layout, contracts()[name], known), layout, name)
        for layout in found
        for name in (tables if table else _shortlist(path, layout, tables))
    ]

    def by_file(entry: tuple[Any, ...]) -> tuple[bool, float]:
        # a list of one column beside the sheet is explained in full, and tells nothing
        return _explained(entry) < _LEAST_COLUMNS, -entry[0]

    def by_mission(entry: tuple[Any, ...]) -> tuple[bool, float]:
        is_little, behind = by_file(entry)
        return is_little, behind + _UNUSED * (entry[-1] in known.get(UNUSED_TABLES, ()))

    scored.sort(key=by_mission)
    scored = _events_first(scored)
    score, columns, wide, layout, name = scored[0]
    if not table and (score < _LEAST_SCORE or _explained(scored[0]) < _LEAST_COLUMNS):
        raise WrongUse(Problem("map_no_contract", path.name))
    others = _other_kinds(scored)
    beside = [entry for entry in scored[1:] if entry[-2].table.sheet not in others]
    beside.sort(key=by_file)  # what the mission counts tells nothing of how sure a table is
    rivals = [(entry[0], entry[-1]) for entry in beside if entry[-1] != name]
    distance = score - rivals[0][0] if rivals else 1.0
    confidence = min(0.97, round(score, 2)) if distance >= 0.1 else min(0.6, round(score, 2))
    near = tuple(dict.fromkeys(other for value, other in rivals if score - value < 0.1))[:3]
    source = _source_name(path, name)
    contract = contracts()[name]
    columns = _asked_of_totals(_asked_by_month(layout, columns), layout.texts)
    asked = _questions(name, layout, columns)
    columns = with_answers(columns, layout.texts) if name == ANSWERS else columns
    once = {*layout.options.get("labels_above", ())}  # what stands above all rows is no key of one
    columns = [c for c in columns if (c.column,) != contract.key or once.isdisjoint(c.headers)]
    columns = [*columns, *_reference_key(layout, contract, columns)]
    columns = with_levels(contract, layout, columns, known)
    columns += _joined_key(source, layout, contract, columns, wide)
    columns += of_own_rows(layout, contract, columns)
    columns += of_group(layout, contract, columns, wide, known)
    columns += of_another(layout, contract, columns)
    columns += precision_of_area(contract, columns)
    columns += of_texts(layout, contract, columns, wide, known)
    columns = with_sex_and_age(layout, contract, columns, wide)
    zone = notation.zone_told(layout.above, layout.table.header)
    columns = _asked_in_zone(contract, columns) if zone else columns
    feeds = tuple(sorted(c for c, one in load_catalogue().items() if one.source == name))
    whole = Proposal(
        source,
        _pattern(path, wide),
        layout,
        name,
        confidence,
        tuple(columns),
        _missing(layout),
        {},
        _where(layout, columns, known),
        wide,
        sheets,
        others,
        near,
        feeds,
        asked,
        terms=FileTerms(time_zone=zone),
        named=_named_codes(path, layout, contract, known),
        sides=_sides(layout, contract, columns, known),
    )
    has_area = contract.area_column in {one.column for one in columns}
    # a point says where a row happened, not where persons came from or a unit has its home
    is_told = has_area or (whole.sides and contract.area_column != _OF_ROW)
    return whole if is_told or OUTLINES not in known else whole.at_coordinates(_BY_POINT, "point")


def _sides(
    layout: Layout, contract: Contract, columns: Sequence[ColumnProposal], known: Known
) -> tuple[ColumnProposal, ...]:
    """Latitude and longitude of the file, for a table that has areas and no coordinates; found as
    for one that has both."""
    if contract.area_column is None or "latitude" in contract.columns:
        return ()
    taken = {header for one in columns for header in one.headers}
    left = [one for one in layout.texts if one.header not in taken]
    found = column_proposals(contracts()["incidents"], left, known)
    return tuple(one for one in found if one.column in SIDES)


def _events_first(scored: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The table of events before that of their persons, which fits better, where the file tells
    both: incidents with the place and the kind that a mere list of victims does not have."""
    event = _events_of(scored[0][-1])
    told = (
        entry
        for entry in scored
        if entry[-1] == event
        and (entry[0] >= _LEAST_OF_EVENTS or (scored[0][2] and _has_day_and_more(entry)))
    )
    first = next(told, scored[0])
    return [first, *(entry for entry in scored if entry is not first)]


def _events_of(table: str) -> str | None:
    """The table of events of which this one has the persons."""
    contract = contracts()[table]
    event, _, _ = (contract.columns[contract.key[0]].reference or "").partition(".")
    return event if event and contracts()[event].date_column else None


def _has_day_and_more(scored: tuple[Any, ...]) -> bool:
    """Whether a sheet whose rows count persons side by side tells events: when, and what else."""
    _, columns, _, _, name = scored
    named = {one.column for one in columns if one.headers}
    return contracts()[name].date_column in named and len(named) >= _OF_EVENTS


def _pattern(path: Path, wide: Wide | None) -> str:
    """The names that files like this one have; where headers are months whose year is told by no
    more than the file, this one alone: those of another year mean other months."""
    items = wide.items.items() if wide else ()
    is_of_year = any(_ISO_MONTH.search(name) and not any(map(str.isdigit, header))
                     for name, header in items)  # fmt: skip
    return glob.escape(path.name) if is_of_year else pattern_of(path.name)


def _other_kinds(scored: Sequence[tuple[Any, ...]]) -> tuple[str, ...]:
    """The sheets that are as surely a table of another kind as the best is of its own."""
    *_, layout, name = scored[0]
    best: dict[str, tuple[Any, ...]] = {}
    for entry in scored:
        best.setdefault(entry[-2].table.sheet, entry)
    others = [sheet for sheet, entry in best.items() if _is_sure(entry) and entry[-1] != name]
    return tuple(sheet for sheet in others if sheet not in (layout.table.sheet, SEVERAL))


def _is_sure(scored: tuple[Any, ...]) -> bool:
    return scored[0] >= _ANOTHER and _explained(scored) >= _LEAST_COLUMNS


def _explained(scored: tuple[Any, ...]) -> int:
    """How many columns of a table are told by a sheet."""
    _, columns, wide, *_ = scored
    return len(columns) + 2 * bool(wide)


def with_joined_key(proposal: Proposal) -> Proposal:
    """The proposal with a key of several columns, where a person named the day and nobody a key."""
    contract, constants = contracts()[proposal.table], proposal.constants or {}
    if contract.key[0] in constants:
        return proposal
    more = _joined_key(proposal.source, proposal.layout, contract, proposal.columns, proposal.wide)
    return replace(proposal, columns=(*proposal.columns, *more))


def _of_sheets(path: Path, found: Sequence[Layout], named: Sequence[str]) -> Layout:
    """The sheet of this name, or those of these names below each other."""
    chosen = [one for one in found if one.table.sheet in named]
    if missing := [name for name in named if name not in [one.table.sheet for one in chosen]]:
        facts = {"sheets": ", ".join(one.table.sheet for one in found)}
        raise WrongUse(Problem("missing_sheet", path.name, missing[0], parameters=facts))
    return chosen[0] if len(chosen) == 1 else below_each_other(path, chosen)


def _questions(
    table: str, layout: Layout, columns: Sequence[ColumnProposal]
) -> tuple[Answered, ...]:
    """Of respondents the questions that stand in columns which say nothing of the person."""
    if table != RESPONDENTS:
        return ()
    taken = {header for one in columns for header in one.headers}
    return tuple(one for one in layout.questions if one.header not in taken)


def _asked_of_totals(
    columns: Sequence[ColumnProposal], texts: Sequence[Texts]
) -> list[ColumnProposal]:
    """A total whose parts stand beside it under the same words stays asked: `PDI total` beside `PDI
    femmes` and `PDI hommes`, `#affected+idps` beside `#affected+idps+f` and `#affected+idps+m`."""

    def said(header: str) -> set[str]:
        words = (word for one in readings(header) for word in re.split("[ +]", one))
        return {folded(word) for word in words}

    def has_parts(header: str) -> bool:
        own = said(header) - total_words()
        is_total = len(own) < len(said(header)) or header.startswith("#")
        others = [one for one in texts if one.header != header and own and own < said(one.header)]
        return is_total and sum(all(map(_NUMBER.fullmatch, one.values)) for one in others) > 1

    return [
        one.asked(_BY_PARTS, "contested")
        if len(one.headers) == 1 and has_parts(one.headers[0])
        else one
        for one in columns
    ]


def _asked_by_month(layout: Layout, columns: Sequence[ColumnProposal]) -> list[ColumnProposal]:
    """Days whose month the name of their sheet tells stay asked, and days of crosses."""
    why = {
        header: reason
        for reason in ("month_of_sheet", "calendar")
        for header in layout.options.get(reason, ())
    }
    return [
        one.asked(_BY_SHEET, *told)
        if (told := [why[header] for header in one.headers if header in why])
        else one
        for one in columns
    ]


def _asked_in_zone(contract: Contract, columns: Sequence[ColumnProposal]) -> list[ColumnProposal]:
    """Times whose zone a title or a header tells stay asked: the page shows the zone elsewhere."""
    return [
        one.asked(_BY_SHEET, "zone_told")
        if contract.columns[one.column].base_type == "time"
        else one
        for one in columns
    ]


def _where(
    layout: Layout, columns: Sequence[ColumnProposal], known: Known
) -> dict[str, tuple[str, ...] | str]:
    """Of a file of many countries the rows of the mission's own."""
    own, taken = known.get("country", {}), {header for one in columns for header in one.headers}
    for texts in layout.texts:
        mine = tuple(text for text in texts.values if folded(text) in own)
        is_of_countries = names_a_country(texts.header) and texts.header not in taken
        if mine and is_of_countries and len(texts.values) > len(mine):
            return {texts.header: mine}
    return {}


def _reference_key(
    layout: Layout, contract: Contract, columns: Sequence[ColumnProposal]
) -> list[ColumnProposal]:
    """A free column that names a reference, where no two rows share one: the surest of them."""
    key, taken = contract.key[0], {header for one in columns for header in one.headers}
    if len(contract.key) > 1 or any(one.column == key for one in columns):
        return []
    if contract.columns[key].base_type != "text" or contract.columns[key].reference:
        return []
    places = [
        (place, texts.header)
        for texts in layout.texts
        if may_be_key(texts)
        and texts.header not in taken
        and texts.values
        and not is_personal(texts)
        and not are_sentences(texts.values)
        for place in [reference_place(texts.header)]
        if place is not None
    ]
    if not places:
        return []
    header = min(places, key=lambda one: one[0])[1]
    return [ColumnProposal(key, (header,), _REFERENCE_KEY, ("unique_reference",))]


def _joined_key(
    source: str,
    layout: Layout,
    contract: Contract,
    columns: Sequence[ColumnProposal],
    wide: Wide | None,
) -> list[ColumnProposal]:
    """A key of several columns, where the file has none: the first that tell all its rows apart,
    with running numbers where no others do.

    It begins with the source's name: rows of another sender never take the place of these. Days
    that need not be there, such as that of an end, come last: they may be filled in later.
    """
    (key, *more), by_name = contract.key, {one.column: one for one in columns}
    groups = row_kinds(contract)
    is_own = all(name in groups or contract.columns[name].base_type == "int" for name in more)
    is_code = contract.columns[key].base_type == "text" and not contract.columns[key].reference
    if not is_own or key in by_name or not is_code:
        return []
    days = (name for name, one in contract.columns.items() if one.required and
            one.base_type == "date" and name not in contract.key)  # fmt: skip
    day = contract.date_column or next(days, None)
    first = (day, "unit_code", contract.area_column)
    apart = [one for one in columns if one.column not in more]
    apart.sort(key=lambda one: _may_come_later(contract.columns[one.column]))
    order = [*(by_name[name] for name in first if name in by_name), *apart]
    told = [header for one in columns if one.column in more for header in one.headers]
    headers = list(dict.fromkeys(header for one in order for header in one.headers))
    headers += [texts.header for texts in layout.texts if are_running(texts)]
    headers = [header for header in headers if not set(header) & set("{}")]
    if day not in {*by_name, *(wide.columns if wide else ())}:
        return []
    for number in range(2, len(headers) + 1):
        joined = headers[:number]
        names = list(dict.fromkeys([*joined, *told]))
        rows = trimmed(without_lone_cells(layout.table.rows).select(names))
        if rows.num_rows and rows.group_by(names).aggregate([]).num_rows == rows.num_rows:
            template = " ".join([source, *(f"{{{header}}}" for header in joined)])
            said = (text for header in joined for text in rows[header].unique().to_pylist())
            is_blank = any(not text or text.strip() in layout.missing for text in said)
            entry = {"template": template, **({"blank_parts": True} if is_blank else {})}
            return [ColumnProposal(key, tuple(joined), _JOINED_KEY, ("joined_key",), entry)]
    return []


def _may_come_later(column: Column) -> bool:
    return column.base_type in ("date", "time") and not column.required


def _source_name(path: Path, table: str) -> str:
    """The file's name without what changes from one delivery to the next, else the table's."""
    stem = re.sub(r"[^a-z0-9]+", "_", unaccented(stem_words(path.name)))
    return stem.strip("_").lstrip("0123456789_") or table


def _shortlist(path: Path, layout: Layout, tables: Sequence[str]) -> list[str]:
    """The contracts whose column names fit most headers: only these are looked at in full."""

    cut = {part: name for name, parts in layout.options.get("in_parts", {}).items()
           for part in parts}  # fmt: skip
    headers = [*dict.fromkeys(cut.get(one.header, one.header) for one in layout.texts)]

    def named(table: str) -> float:
        own = contracts()[table]
        likenesses = [[_tells(own, name, header) for name in own.columns] for header in headers]
        # A header names one column, and a column is named once: `ADM1_EN` and `ADM2_EN` are one.
        fitting = min(_fitting(likenesses), _fitting([*zip(*likenesses, strict=True)]))
        fitting += _WIDE * len(grouped(own, headers))
        return fitting + _named_in(_titles(path, layout), own)

    best = sorted(tables, key=lambda name: -named(name))[:_LOOKED_AT]
    events = dict.fromkeys(filter(None, map(_events_of, best)))
    best += [event for event in events if event not in best]
    is_survey = ANSWERS not in best and len(layout.questions) >= _LEAST_COLUMNS
    return [*best, RESPONDENTS] if is_survey and RESPONDENTS not in best else best


def _weight(contract: Contract, name: str, header: str) -> float:
    """What a pair tells for a table: less where most tables have such a column, or where the header
    is the very name of another table's."""
    if name in _common(contract):
        return _COMMON
    is_own = header_likeness(contract.table, name, header)[0] == 1
    return 1 if is_own or not _is_a_name(header) else _OF_ANOTHER


@lru_cache(maxsize=10_000)
def _is_a_name(header: str) -> bool:
    return any(header_likeness(one.table, name, header)[0] == 1
               for one in contracts().values() for name in one.columns)  # fmt: skip


def _common(contract: Contract) -> set[str | None]:
    """What most tables have: a code, a day, an area; a code that is an area's is its own."""
    return {contract.date_column, contract.area_column} ^ set(contract.key[:1])


def _fitting(likenesses: Sequence[Sequence[float]]) -> float:
    return sum(max(one) for one in likenesses)


def _tells(contract: Contract, name: str, header: str) -> float:
    """What a header tells for a table before its texts are looked at: a name that is a column's own
    far more than one that is only alike, and what most tables have little."""
    alike = header_likeness(contract.table, name, header)[0]
    weight = _COMMON_NAME if name in _common(contract) else 1
    return weight * alike**4 if alike >= LEAST_LIKENESS else 0


def _missing(layout: Layout) -> tuple[str, ...]:
    """Texts of the file that say that there is no value."""
    there: set[str] = set()
    for column in layout.table.rows.columns:
        there.update(text.strip() for text in column.unique().to_pylist() if text)
    drawn = sorted(filter(is_drawn, there))
    return (*(text for text in layout.missing if text in there), *drawn)


def _scored(
    path: Path, layout: Layout, contract: Contract, known: Known
) -> tuple[float, Sequence[ColumnProposal], Wide | None]:
    """How well a contract explains a sheet: 0 to about 1."""
    texts = layout.texts
    columns = column_proposals(contract, texts, known)
    said_once = (one.values[0] for one in texts if len(one.values) == 1)
    titles = _titles(path, layout)
    years = years_told([path.stem, *said_once, *layout.above])
    wide = wide_columns(contract, texts, years, titles)
    wide = wide and wide.without({one.column for one in columns})
    several = side_by_side(contract, texts, years)
    if wide and several and len(several.items) < len(wide.items):
        several = None
    wide = None if several else wide
    if wide and (alone := {one.column for one in columns}.intersection(wide.columns)):
        # A sum beside its parts says nothing else: the parts are left out where it is sure.
        sums = [one for one in columns if one.column == wide.value]
        is_by_parts = not any("_U" in name.split("|") for name in wide.items)  # by all that it asks
        is_unsure = bool(sums) and sums[0].confidence < _REFERENCE_KEY
        is_of_key = {*wide.item} <= {*contract.key}  # else one event would be told as several
        is_part = bool(sums) and {*sums[0].headers} <= {*wide.items.values()}
        parts_count = alone == {wide.value} and (
            is_part
            or (is_of_key and (is_by_parts or is_unsure))
            or (is_of_key and _adds_up(layout, sums[0].headers[0], wide))
        )
        said = sums[0].headers if parts_count else tuple(wide.items.values())
        texts = [one for one in texts if alone != {wide.value} or one.header not in said]
        columns = [one for one in columns if not parts_count or one not in sums]
        if sums and not parts_count and _adds_up(layout, sums[0].headers[0], wide):
            asked = replace(sums[0], confidence=_BY_PARTS, reasons=(*sums[0].reasons, "contested"))
            columns = [asked if one is sums[0] else one for one in columns]  # or rows by sex
        wide = wide if parts_count else None
    if wide:
        side = {*wide.items.values()}
        columns = [one for one in columns if side.isdisjoint(one.headers)]
    if several:
        texts = [one for one in texts if one.header not in several.items.values()]
        columns = column_proposals(contract, texts, known)
        columns = [one for one in columns if one.column not in several.columns]
    explained = {
        header: one.confidence * _weight(contract, one.column, header)
        for one in columns
        for header in one.headers
    }
    # A code may be the same in every row, and then no file has a column for it.
    required = {
        name: _SAID_ONCE if column.base_type in ("code", "bool") else 1.0
        for name, column in contract.columns.items()
        if column.required
    }
    found = {one.column: one.confidence for one in columns}
    groups = wide or several
    if groups:
        explained |= dict.fromkeys(groups.items.values(), _WIDE)
        found |= dict.fromkeys(groups.columns, _WIDE)
    explained |= {one.header: _WIDE for one in _questions(contract.table, layout, columns)}
    left = [one for one in texts if one.header not in explained]
    if contract.area_column and contract.columns[contract.area_column].reference:
        left = [one for one in left if not _tells_where(one.header)]
    own = sum(explained.values()) / min(max(len(explained) + len(left), 1), _WIDEST)
    needed = sum(weight * found.get(name, 0) for name, weight in required.items())
    needed /= sum(required.values()) or 1
    named = 1 if groups and _counts(titles, contract, groups) else _named_in(titles, contract)
    score = 0.5 * own + 0.4 * needed + 0.1 * named
    return score * (_SUMMED if _counts_cases(contract, left) else 1), columns, groups


def _counts(titles: Sequence[str], contract: Contract, groups: Wide) -> bool:
    """Whether a title names by its own name what columns side by side count."""
    words = {word for title in titles for word in folded(title).split()}
    columns = [(contract.table, name) for name in groups.values]
    return any(header_likeness(*own, word)[0] == 1 for own in columns for word in words)


def _adds_up(layout: Layout, whole: str, parts: Wide) -> bool:
    """Whether parts side by side are in most rows the sum beside them: nobody is left out."""
    rows = layout.table.rows

    def counts(header: str) -> list[int]:
        texts = rows[header].to_pylist()
        return [int(re.sub(r"\D", "", text or "") or 0) for text in texts]

    sums = map(sum, zip(*(counts(header) for header in parts.items.values()), strict=True))
    same = [one == own for one, own in zip(sums, counts(whole), strict=True) if own]
    return bool(same) and sum(same) >= _MOST_ROWS * len(same)


def _tells_where(header: str) -> bool:
    """Whether a header names a country or area: beside that of a row it says the same again."""
    return names_a_country(header) or header_likeness("incidents", "area_code", header)[0] >= 0.9


def _counts_cases(contract: Contract, left: Sequence[Texts]) -> bool:
    """Whether the table has sums where the file has cases: a reference of each that it cannot
    keep."""
    references = (one for one in left if one.is_unique and one.values)
    named = any(reference_place(one.header) is not None for one in references)
    return "age_group" in contract.key and named


def _titles(path: Path, layout: Layout) -> tuple[str, ...]:
    """The names of file and sheet, and what stands above the header."""
    return (stem_words(path.name), layout.table.sheet, *layout.above)


def _named_codes(path: Path, layout: Layout, contract: Contract, known: Known) -> dict[str, str]:
    titles = (path.stem, layout.table.sheet, *layout.above)
    asked = ((name, one.reference) for name, one in contract.columns.items() if one.required)
    named = ((name, code_named(titles, known.get(told or "", {}))) for name, told in asked)
    return {name: code for name, code in named if code}


def _named_in(names: Sequence[str], contract: Contract) -> float:
    """1 where one of the names is the table's, 0.5 where a word of it is."""
    titles = table_names(contract.table)
    plain = [folded(re.sub(r"[\d_-]+", " ", name)) for name in names]
    words = {word for name in plain for word in (name, *name.split()) if word}
    if any(likeness(word, title) >= 0.85 for word in words for title in titles):
        return 1
    return 0.5 * any(len(word) > 4 and word in title.split() for word in words for title in titles)
