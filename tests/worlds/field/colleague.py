"""What a colleague who knows what a file means answers on the page of mapping: names of answers
and their texts as `pipelines/setup/proposal/answering/answers.py` takes them, and no other."""

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path

import yaml

from indicators.definitions.contracts import Column, contracts
from indicators.foundation.errors import WrongUse
from pipelines.ingest.readers.sheet_shape import parts_told
from pipelines.setup.proposal.answering.answers import answered, joined
from pipelines.setup.proposal.beside.known_rows import Known
from pipelines.setup.proposal.matching import notation
from pipelines.setup.proposal.matching.codes import NOTHING
from pipelines.setup.proposal.matching.survey import ANSWERS, RESPONDENTS
from pipelines.setup.proposal.matching.texts import BETWEEN, GROUPED, ColumnProposal
from pipelines.setup.proposal.matching.wide import (
    VALUE,
    row_kinds,
    told_of_row,
    value_columns,
)
from pipelines.setup.proposal.proposal import Proposal

SHOWN = 0.9  # the meaning of a text that is surer is not shown unless somebody looks for it
_ROWS_ABOVE, _ROWS_OF_HEADER = 12, 3
_MONTH = "month"
_TIMES = ("date", "time")
Row = Mapping[str, str]


@dataclass(frozen=True)
class Truth:
    """`columns`: header: the contract columns it means; `rows`: of each table, as texts."""

    tables: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]
    said: Mapping[str, str]
    decided: Mapping[str, Mapping[str, str]]
    rows: Mapping[str, Sequence[Row]]

    def of(self, column: str) -> str:
        """The table whose column this is: the first that has it."""
        return next((t for t in self.tables if column in contracts()[t].columns), self.tables[0])


def plain(header: str) -> str:
    """A header by which two writings of it are known to be one."""
    return " ".join(header.split()).casefold()


def heads(proposal: Proposal, truth: Truth) -> dict[str, str]:
    """Headers of the truth: as the file's layout names them, where it has them."""
    there = {plain(name): name for name in proposal.layout.table.header}
    worded = {plain(w): one.header for one in proposal.layout.texts for w in one.wordings}
    options = proposal.layout.options
    marked = {**options.get("marked", {}), **options.get("calendar", {})}.items()
    taken = {plain(header): name for name, headers in marked for header in headers}
    known = worded | there | taken
    alone = {name: plain(name.rpartition(GROUPED)[2]) for name in truth.columns}  # groups left out
    times = Counter(alone.values())
    found = {name: known.get(plain(name)) or (known.get(one) if times[one] == 1 else None)
             for name, one in alone.items()}  # fmt: skip
    return {name: header for name, header in found.items() if header}


def by_parts(truth: Truth, found: Proposal) -> Truth:
    """The truth of a file whose cells are cut: each part means one of the columns that its cell
    does, and a text that is decided (`NA-road`) what it says in each part."""
    columns, own = dict(truth.columns), contracts()[truth.tables[0]].columns
    decided = {column: dict(codes) for column, codes in truth.decided.items()}
    for header, parts in found.layout.options.get("in_parts", {}).items():
        for to in columns.pop(header, ()):
            days = to in own and own[to].base_type in ("date", "time")
            at = 1 if days else 2 if to.endswith("reason") else 0  # status, day, reason
            columns[parts[at]] = (to,)
            told = ((parts_told(text), code) for text, code in truth.decided.get(to, {}).items())
            decided[to] = decided.get(to, {}) | {
                str(p[at]): code for p, code in told if p and p[at]
            }
    return replace(truth, columns=columns, decided=decided)


@dataclass
class Colleague:
    """Answers to what is proposed of one file; `open`: what the page gives no way to say."""

    path: Path
    known: Known
    truth: Truth
    answers: dict[str, str] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)

    def proposal(self, **more: str) -> Proposal:
        """What is proposed after the answers so far."""
        return answered(self.path, self.known, self.answers | more)

    def choose_table(self) -> None:
        """The table, the sheets and the row of the header."""
        own, *others = self.truth.tables
        try:
            is_found = self.proposal().table == own
        except WrongUse:
            is_found = False
        if not is_found:
            self.answers["table"] = own
        found = self.proposal()
        if others and own != RESPONDENTS and not self._is_of_sheets(found, own, others[0]):
            self.answers["also"] = others[0]
        self.truth = by_parts(self.truth, found)
        missing = len(self.truth.columns) - len(heads(found, self.truth))
        if "also_sheet" in self.answers:
            return
        if len(found.sheets) > 1:
            self._take_best({"sheet": BETWEEN.join(names)} for names in self._sheets(found, own))
        if missing:
            numbers = product(range(1, _ROWS_ABOVE), range(1, _ROWS_OF_HEADER))
            self._take_best({"header_row": str(a), "header_rows": str(b)} for a, b in numbers)

    def _is_of_sheets(self, found: Proposal, own: str, other: str) -> bool:
        """Whether the two tables stand on two sheets, which a person then says; so it is."""
        columns = {table: contracts()[table].columns for table in (own, other)}
        alone = {
            table: {plain(header) for header, to in self.truth.columns.items()
                    if to and all(c in columns[table] for c in to)}
            for table in columns
        }  # fmt: skip
        held = {
            name: {*map(plain, self.proposal(sheet=name, table=own).layout.table.header)}
            for name in found.sheets
        }
        best = {t: max(held, key=lambda n: len(held[n] & alone[t]), default="") for t in columns}
        if len({*best.values()}) < 2:
            return False
        also = {"also_sheet": best[other], "also.table": other}
        self.answers |= {"table": own, "sheet": best[own], **also}
        return True

    def _sheets(self, found: Proposal, table: str) -> Iterator[tuple[str, ...]]:
        """All sheets that hold a column of the truth, and each alone: one of notes holds none."""
        read = {name: self.proposal(sheet=name, table=table) for name in found.sheets}
        held = [name for name, one in read.items() if heads(one, self.truth)]
        yield tuple(held)
        yield from ((name,) for name in held)

    def _take_best(self, ways: Iterator[dict[str, str]]) -> None:
        """The way in which most of the truth's headers are there and as many rows."""
        meant = len(self.truth.rows[self.truth.tables[0]])

        def fit(way: dict[str, str]) -> tuple[int, int]:
            try:
                found = self.proposal(**{"table": self.truth.tables[0], **way})
            except WrongUse:
                return 0, 0
            return len(heads(found, self.truth)), -abs(found.layout.table.rows_read - meant)

        best = max(({}, *ways), key=fit)  # the first of equals: as proposed
        self.answers |= {"table": self.truth.tables[0], **best} if best else {}

    def complete(self) -> None:
        """All further answers, each after those before it were looked at."""
        for own in self.truth.tables if self._has_second else self.truth.tables[:1]:
            self._rows(own)
            self._columns(own)
        for name, value in self.truth.said.items():
            found = self._part(table := self.truth.of(name))
            if not (found.wide and name in found.wide.columns):  # a page asks nothing of these
                is_told = any(name in to for to in self.truth.columns.values())
                is_told &= any(one.column == name and one.headers for one in found.columns)
                kinds = ("empty", "otherwise") if is_told else ("constant",)
                # of a column that is there: of those rows that do not say it themselves
                self.answers |= {f"{self._before(table)}{kind}.{name}": value for kind in kinds}
        if RESPONDENTS in self.truth.tables and ANSWERS in self.truth.tables:
            self._questions()
        # what is chosen for one column may have been that of another, which is open then
        for step in (self._blanks, self._texts, self._still_open, self._still_open, self._texts):
            for own in self.truth.tables if self._has_second else self.truth.tables[:1]:
                step(own)

    @property
    def _has_second(self) -> bool:
        return not {"also", "also_sheet"}.isdisjoint(self.answers)

    def _before(self, table: str) -> str:
        return "" if table == self.truth.tables[0] else "also."

    def _part(self, table: str) -> Proposal:
        whole = self.proposal()
        return whole if table == self.truth.tables[0] else whole.also or whole

    def _rows(self, table: str) -> None:
        """What each column says that becomes rows, and which column of the table it fills."""
        found, contract = self._part(table), contracts()[table]
        names, kinds = heads(found, self.truth), row_kinds(contract)
        told = [kind for kind in kinds if len({r.get(kind) for r in self.truth.rows[table]}) > 1]
        columns = [to[0] for to in self.truth.columns.values() if len(to) == 1]
        wide = {one for one in value_columns(contract) if columns.count(one) > 1}
        fills = {names[h]: to[0] for h, to in self.truth.columns.items()
                 if {*to} <= wide and h in names and to}  # fmt: skip
        said = {to for header in self.truth.columns for to in self.truth.columns[header]}
        said |= {one.column for one in found.columns if _made(found) & {*one.headers}}
        told = [kind for kind in told if kind not in said]
        groups = dict.fromkeys(tuple(row[k] for k in told) for row in self.truth.rows[table])
        if not told or any(len(groups) < n for n in Counter(fills.values()).values()) or not fills:
            return
        meant = dict[str, dict[str, str]]()
        for one in dict.fromkeys(fills.values()):
            own = [h for h, to in fills.items() if to == one]
            rows, decided = self.truth.rows[table], self.truth.decided
            of_groups = _groups_of(found, own, [*groups], told, one, rows, decided)
            meant |= {h: dict(zip(told, codes, strict=True)) for h, codes in of_groups.items()}
        alone = {kind: self._only(table, kind) for kind in kinds}
        if found.wide and {*fills} == {*found.wide.items.values()} and _MONTH in found.wide.item:
            groups_of_rows = {"|".join(row.get(kind, alone[kind]) for kind in found.wide.item)
                              for row in self.truth.rows[table]}  # fmt: skip
            if found.wide.groups.keys() == groups_of_rows:
                return  # a person reads the names of months, and what stands beside them
        if found.wide and {
            header: [name, *group.split("|")]
            for group, held in found.wide.groups.items()
            for name, header in held.items()
        } == {h: [fills[h], *(one.get(k, alone[k]) for k in found.wide.item)]
              for h, one in meant.items()}:  # fmt: skip
            return
        before, most = self._before(table), next(iter(fills.values()))
        self.answers[f"{before}rows_value"] = most
        for header, codes in meant.items():
            for kind, code in codes.items():
                told = _month_of(header) if kind == _MONTH else ""
                self.answers[f"{before}row.{kind}.{header}"] = told or code
            if fills[header] != most:
                self.answers[f"{before}row.{VALUE}.{header}"] = fills[header]

    def _only(self, table: str, kind: str) -> str:
        """The one value that all rows have."""
        values = {row.get(kind, "_U") for row in self.truth.rows[table]}
        return next(iter(values)) if len(values) == 1 else "_U"

    def _columns(self, table: str) -> None:
        found, before = self._part(table), self._before(table)
        names, meant = heads(found, self.truth), defaultdict[str, list[str]](list)
        for header, columns in self.truth.columns.items():
            for column in columns if header in names else ():
                if column in contracts()[table].columns and names[header] not in meant[column]:
                    meant[column].append(names[header])  # days of a calendar are one column
        by_name, said = {one.column: one for one in found.columns}, dict[str, str]()
        wide = set(found.wide.items.values()) if found.wide else set()
        sheets = _made(found)
        for one in found.columns:
            is_asked = (
                bool(one.headers)
                and "template" not in one.entry
                and "of_another" not in one.reasons
            )
            kind = contracts()[table].columns[one.column]
            is_kept = one.column in meant or (kind.required and not self._states(table, one.column))
            is_kept |= bool(sheets & {*one.headers}) and self._states(table, one.column)
            if is_asked and not is_kept and _is_wrong(found, one, self.truth, names):
                said[one.column] = ""
        for column, headers in meant.items():
            own = by_name[column].headers if column in by_name else ()
            is_clock = contracts()[table].columns[column].base_type in _TIMES
            if not set(headers) - wide or (own and is_clock and set(headers) <= set(own)):
                continue
            if set(headers) <= set(own) and _is_area(contracts()[table].columns[column]):
                continue
            if own and set(own) < set(headers) and not self._are_joined(found, column):
                continue  # the surer of two that say it
            if set(headers) != set(own):
                said[column] = headers[0]
                if headers[1:] and self._are_joined(found, column):
                    self.answers[f"{before}join.{column}"] = BETWEEN.join(headers[1:])
        if said:  # a page says those that it leaves as well
            said = {one.column: joined(one) for one in found.columns} | said
        for column in filter(said.__contains__, contracts()[table].columns):
            self.answers[f"{before}header.{column}"] = said[column]

    def _states(self, table: str, column: str) -> bool:
        """Whether the truth says anything of a column: of codes that are made up it does not."""
        return any(row.get(column) for row in self.truth.rows[table])

    def _are_joined(self, found: Proposal, column: str) -> bool:
        """Whether several columns of the file make one value: none of marks, or of more rows."""
        kind = contracts()[found.table].columns[column]
        is_wide = len(self.truth.rows[found.table]) > found.layout.table.rows_read
        return kind.base_type in _TIMES or _is_area(kind) or (_is_number(kind) and not is_wide)

    def _pairs(self, found: Proposal, table: str) -> list[tuple[Row, Row]]:
        rows = found.layout.table.rows.to_pylist()
        read = [{name: text or "" for name, text in row.items()} for row in rows]
        codes = {one.headers: {code.text: code.code or "" for code in one.codes}
                 for one in found.columns}  # fmt: skip
        means = [[told.get(_text(row, own), "") for own, told in codes.items()] for row in read]
        told_above = found.wide.item if found.wide else ()
        return aligned(read, self.truth.rows[table], means, told_above)

    def _blanks(self, table: str) -> None:
        """Cells that repeat the one above, that say a value by saying nothing, or nothing."""
        found, before = self._part(table), self._before(table)
        pairs, filled = self._pairs(found, table), set[str]()
        told, nothing = set[str](), set[str]()
        for one in (one for one in found.columns if len(one.headers) == 1):
            is_number = _is_number(contracts()[table].columns[one.column])
            empty = {*found.missing} if is_number else set()  # `-` of what is counted may be 0
            texts = [row[one.headers[0]].strip() for row, _ in pairs]
            texts = ["" if text in empty else text for text in texts]
            cells = [(text, meant.get(one.column))
                     for text, (_, meant) in zip(texts, pairs, strict=True)]  # fmt: skip
            blank = {value for text, value in cells if not text}
            above = [v == cells[at - 1][1] for at, (text, v) in enumerate(cells) if not text and at]
            if blank - {"", None} and "" not in blank:
                if all(above) and len({value for _, value in cells}) > 1 and cells[0][0]:
                    filled.add(one.headers[0])
                elif len(blank) == 1:
                    self.answers[f"{before}empty.{one.column}"] = str(*blank)
            told |= {text for text, value in cells if value}
            nothing |= {text for text, value in cells if text and value == ""}
        for one in found.wide.coded if found.wide else ():
            if value := self.truth.decided.get(one.column, {}).get(""):
                self.answers[f"{before}empty.{one.column}"] = value
        if filled and found.layout.reader != "hxl":
            laid = found.layout.options.get("fill_down", ())
            self.answers["fill_down"] = BETWEEN.join(dict.fromkeys([*laid, *sorted(filled)]))
        for name, column in contracts()[table].columns.items():  # also of columns side by side
            said = {} if _is_number(column) else self.truth.decided.get(name, {})
            told |= {text for text, code in said.items() if code}
        kept = [text for text in found.missing if text not in told]
        if (nothing := nothing - told - {*found.missing}) or len(kept) < len(found.missing):
            self.answers["missing"] = BETWEEN.join([*kept, *sorted(nothing)])
            for one in found.columns:  # a page says what it shows, though it be found no more
                if "template" not in one.entry and "of_another" not in one.reasons:
                    self.answers.setdefault(f"{before}header.{one.column}", joined(one))

    def _texts(self, table: str) -> None:
        """What texts mean, and which of two readings of days and numbers is meant."""
        found, before = self._part(table), self._before(table)
        pairs = self._pairs(found, table)
        for one in (*found.columns, *(found.wide.coded if found.wide else ())):
            told = defaultdict[str, Counter[str]](Counter)
            for row, meant in pairs:
                text = _text(row, _own_headers(found, one, meant))
                value = meant.get(one.column, "")
                told[text][value] += 1
                if BETWEEN in value and (left := _left_of_list(one, text, value)):
                    told[left[0]][left[1]] += 1
            for code in one.codes:
                said = self.truth.decided.get(one.column, {})
                own = next((v for text, v in said.items() if plain(text) == plain(code.text)), "")
                votes = told[code.text]
                most = next((v for v, n in votes.items() if 3 * n >= 2 * votes.total()), "")
                value = own or (most if BETWEEN not in most else "")
                is_seen = own or code.code is None or code.confidence <= SHOWN
                if value and value != code.code and is_seen:
                    self.answers[f"{before}code.{one.column}.{code.text}"] = value
            unknown = (told[code.text] for code in one.codes if code.code is None)
            nothing = [votes for votes in unknown if 3 * votes[""] >= 2 * votes.total() > 0]
            column = contracts()[table].columns[one.column]
            if (
                nothing
                and (column.allowed_codes or column.base_type == "bool" or column.reference)
                and not (column.required)
            ):
                self.answers[f"{before}otherwise.{one.column}"] = NOTHING
            if way := _reading(one, pairs):
                self.answers[f"{before}reading.{one.column}"] = way

    def _still_open(self, table: str) -> None:
        """Required columns that no header means: the one value that all rows have."""
        found, before = self._part(table), self._before(table)
        read = {one.column for one in found.columns} | set(found.wide.columns if found.wide else ())
        read |= (found.constants or {}).keys() | {
            to for c in self.truth.columns.values() for to in c
        }
        sheets = {str(found.layout.options.get("sheet_name_as", "")), *found.sheets}
        derived = {one.column for one in found.columns if not one.headers}
        for name, column in contracts()[table].columns.items():
            values = {row.get(name, "") for row in self.truth.rows[table]}
            is_open = name in found.open_required
            if not is_open and name not in derived and (name in read or column.required):
                continue
            if len(values) == 1 and (value := next(iter(values))):
                self.answers[f"{before}constant.{name}"] = value  # a title may tell it
            elif is_open and "" not in values and values <= sheets:
                self.answers[f"{before}header.{name}"] = found.layout.options["sheet_name_as"]
            elif is_open and (label := self._label_of(found, name)):
                self.answers[f"{before}header.{name}"] = label
            elif is_open:
                self.open.append(name)

    def _label_of(self, found: Proposal, column: str) -> str:
        """The words above the header, or above rows, of which another stands for each value."""
        pairs = self._pairs(found, found.table)
        options = found.layout.options
        for label in (*options.get("labels_above", ()), options.get("headings")):
            if label not in found.layout.table.header:
                continue
            told = {(row[label], meant.get(column, "")) for row, meant in pairs if row[label]}
            texts, values = ({pair[at] for pair in told} for at in (0, 1))
            if "" not in values and 1 < len(told) == len(texts) == len(values):
                return str(label)
        return ""

    def _questions(self) -> None:
        """Of a survey which column answers which item, and what its texts mean."""
        found = self.proposal()
        names = heads(found, self.truth)
        key = next((names[h] for h, to in self.truth.columns.items()
                    if "respondent_key" in to and h in names), None)  # fmt: skip
        meant = {(row.get("respondent_key"), row["item"]): row["answer"]
                 for row in self.truth.rows[ANSWERS]}  # fmt: skip
        items, rows = {item for _, item in meant}, found.layout.table.rows.to_pylist()
        proposed = {one.header: one.item for one in found.questions}
        for header, to in self.truth.columns.items() if key else ():
            if not {"answer", "item", *items} & {*to} or header not in names:
                continue
            told = {item: defaultdict[str, Counter[str]](Counter) for item in items}
            for item, row in product(items, rows):
                text, value = (row[names[header]] or "").strip(), meant.get((row[key], item), "")
                told[item][text][value] += 1
            own = proposed.get(names[header])
            item = max(items, key=lambda one: (
                sum(max(votes.values()) for votes in told[one].values()), one == own
            ))  # fmt: skip
            if item != own:
                self.answers[f"question.{item}"] = names[header]
            for text, votes in told[item].items():
                if text and (value := votes.most_common(1)[0][0]):
                    self.answers[f"answer.{item}.{text}"] = value


def _made(found: Proposal) -> set[str | None]:
    """Columns made of names of sheets and of groups, and of what stands above the header."""
    options = found.layout.options
    named = {options.get(name) for name in ("sheet_as", "sheet_name_as", "headings")}
    return {*named, *options.get("labels_above", ())}


def _own_headers(found: Proposal, one: ColumnProposal, meant: Row) -> Sequence[str]:
    """The columns of the file that tell a row of the truth; of groups side by side its own."""
    if found.wide is None or one not in found.wide.coded:
        return one.headers
    group = "|".join(meant.get(kind, "") for kind in found.wide.item)
    own = found.wide.groups.get(group, {}).get(one.column)
    return [own] if own else one.headers


def _groups_of(
    found: Proposal,
    headers: Sequence[str],
    groups: Sequence[tuple[str, ...]],
    kinds: Sequence[str],
    value: str,
    rows: Sequence[Row],
    decided: Mapping[str, Mapping[str, str]],
) -> dict[str, tuple[str, ...]]:
    """Of each column that becomes rows the group whose values are its own; of values that are not
    written as they are meant the next group that none has. A name of two rows is decided by either
    (`Officers` of `Officers / M`)."""
    meant: dict[str, tuple[str, ...]] = {}
    contract = contracts()[found.table]
    says = {h: [_decided_of(h, decided.get(kind, {})) or told_of_row(contract, kind, h)
                for kind in kinds] for h in headers}  # fmt: skip
    for header in sorted(headers, key=lambda one: says[one].count("")):
        texts = found.layout.table.rows[header].to_pylist()
        cells = Counter(filter(None, map(_plain_number, texts)))
        left = [one for one in groups if one not in meant.values()]

        def fit(
            group: tuple[str, ...],
            cells: Counter[str] = cells,
            said: Sequence[str] = tuple(says[header]),
        ) -> tuple[bool, int, int]:
            own = (row.get(value) for row in rows if tuple(row[k] for k in kinds) == group)
            as_said = sum(map(str.__eq__, group, said))  # a person reads `août 26`
            found_in = (Counter(map(_plain_number, own)) & cells).total()
            return found_in == cells.total() > 0, as_said, found_in

        meant[header] = max(left, key=fit)  # the first of equals
    return meant


def _decided_of(header: str, decided: Mapping[str, str]) -> str:
    parts = {plain(part) for part in header.split(GROUPED)}
    return next((code for text, code in decided.items() if plain(text) in parts), "")


def _plain_number(text: str | None) -> str:
    return re.sub(r"\D", "", text or "")


def _is_number(column: Column) -> bool:
    return column.base_type in ("int", "dec")


def _is_area(column: Column) -> bool:
    return column.reference == "areas.area_code"


def _is_wrong(found: Proposal, one: ColumnProposal, truth: Truth, names: Row) -> bool:
    """Whether none of its headers means it, nor a day or time where it is one."""
    columns = contracts()[found.table].columns
    is_time = columns[one.column].base_type in ("date", "time")
    of_headers = [truth.columns[name] for name, header in names.items() if header in one.headers]
    kinds = {columns[c].base_type for meant in of_headers for c in meant if c in columns}
    return not (is_time and kinds & {"date", "time"})


def _reading(one: ColumnProposal, pairs: Sequence[tuple[Row, Row]]) -> str | None:
    """Of a column with two readings that which the truth's rows show."""
    found = Counter[str]()
    for row, meant in pairs:
        text, value = _text(row, one.headers[:1]), meant.get(one.column, "")
        numbers = [int(number) for number in re.findall(r"\d+", text)]
        if "day_or_month_first" in one.reasons and value and len(numbers) > 1:
            _, month, day = (int(number) for number in value[:10].split("-"))
            found["day"] += numbers[:2] == [day, month]
            found["month"] += numbers[:2] == [month, day]
        elif "two_ways" in one.reasons and value and re.search(r"[.,]", text):
            is_whole = re.sub(r"\D", "", text) == re.sub(r"\.0*$", "", value)
            found["thousands" if is_whole else "decimal"] += 1
    return found.most_common(1)[0][0] if found else None


def _left_of_list(one: ColumnProposal, text: str, value: str) -> tuple[str, str] | None:
    """The one member of a list whose code is not known, and the one code that is left for it."""
    members = {code.text: code.code for code in one.codes if code.text in text}
    unknown = [member for member, code in members.items() if code is None]
    codes = {*value.split(BETWEEN)} - {*members.values()}
    return (unknown[0], codes.pop()) if len(unknown) == len(codes) == 1 else None


def _month_of(header: str) -> str:
    """The first day of a month that a header names with its year, `Feb 26 staffed`."""
    found = re.search(r"([^\W\d_]{3,9})\.? (\d{2,4})(?!\d)", header)
    text = f"{found[1]} {found[2]}" if found else ""
    written = notation.dates([text], with_time=False, of_months=True)
    day = notation.date_of(text, written) if written.share == 1 and text else None
    return day.isoformat() if day else ""


def _text(row: Row, headers: Sequence[str]) -> str:
    return " ".join(filter(None, (row.get(name, "").strip() for name in headers)))


def aligned(
    read: Sequence[Row],
    rows: Sequence[Row],
    means: Sequence[Sequence[str]],
    told_above: Sequence[str] = (),
) -> list[tuple[Row, Row]]:
    """Each row of the truth with the row of the file that it comes from: by place where there are
    as many, else by the rarest that they have in common. `means`: codes that are proposed;
    `told_above`: columns that no cell tells but its header."""
    if len(read) == len(rows):
        return list(zip(read, rows, strict=True))
    marks = [{_mark(text) for text in (*row.values(), *more) if text.strip()}
             for row, more in zip(read, means, strict=True)]  # fmt: skip
    often = Counter(mark for own in marks for mark in own)
    found, at = [], 0
    for row in rows:
        told = [text for name, text in row.items() if text and name not in told_above]
        own = {_mark(part) for text in told for part in (text, text[:10])}
        shares = [(sum(1 / often[one] for one in own & mark), -abs(n - at))
                  for n, mark in enumerate(marks)]  # fmt: skip
        at = shares.index(max(shares)) if shares else 0
        found += [(read[at], row)] if shares else []
    return found


def _mark(text: str) -> object:
    numbers = frozenset(int(number) for number in re.findall(r"\d+", text))
    return numbers or plain(text)


def read_truth(path: Path) -> Truth:
    """The truth of the field file at this path, every value as its text."""
    folder = path.parent.parent / "truth"
    names = (f"{path.name}.yaml", f"{path.stem}.yaml")
    own = next(folder / name for name in names if (folder / name).is_file())
    said = yaml.load(own.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    tables = tuple(said.get("tables") or (said["table"],))
    rows = {tables[0]: said.get("rows") or [], **(said.get("rows_of") or {})}
    rows = {table: rows.get(table) or [*_csv_rows(own, table, tables)] for table in tables}
    columns = {name: tuple(to or ()) for name, to in said["columns"].items()}
    told = said.get("said") or {}
    decided = {  # a text that is decided to mean nothing is one of those that mean “empty”
        column: {text: code for text, code in codes.items() if _as_text(code)}
        for column, codes in (said.get("decided") or {}).items()
    }
    return Truth(tables, columns, told, decided, {t: _as_texts(rows[t]) for t in tables})


def _csv_rows(own: Path, table: str, tables: Sequence[str]) -> Iterator[Row]:
    ways = [f"{table}.csv", *(["csv"] if table == tables[0] else [])]
    names = [f"{stem}.{way}" for way in ways for stem in (own.stem, Path(own.stem).stem)]
    names += [own.stem] if own.stem.endswith(".csv") and table == tables[0] else []
    path = next((own.parent / name for name in names if (own.parent / name).is_file()), None)
    if path is None:
        raise FileNotFoundError(f"{own.name}: no rows of {table}")
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def _as_texts(rows: Sequence[Mapping[str, object]]) -> list[Row]:
    return [{name: _as_text(value) for name, value in row.items()} for row in rows]


def _as_text(value: object) -> str:
    if isinstance(value, list):
        return BETWEEN.join(sorted(map(str, value)))
    text = str(value or "").strip()
    return "" if text in ("null", "~", "None") else text
