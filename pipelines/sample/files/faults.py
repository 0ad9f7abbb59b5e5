"""Bad rows: what officers' files hold that must be rejected, each under the rule it breaks.

A bad row is an extra row: a copy of a good one with a key of its own and one thing wrong, so that
what is loaded stays exactly what was drawn.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pyarrow as pa

from pipelines.sample.draws import Array, Generator
from pipelines.sample.facts import facts
from pipelines.sample.files.forms import Form
from pipelines.sample.rows import texts

BAD_SHARE = 0.05
NO_SUCH_DAY, BEFORE_MISSION, NO_SUCH_HOUR, MID_MONTH = "@31 June", "@2021", "@25 h", "@15th"


@dataclass(frozen=True)
class Fault:
    """One way in which a row is wrong, and the rule under which it is rejected."""

    kind: str
    rule: str
    column: str
    changes: Mapping[str, str] = field(default_factory=dict)  # contract column: raw text
    based_on: Mapping[str, str] = field(default_factory=dict)  # only rows with these raw texts
    shape: bool = False  # one field too many: CSV only


@dataclass(frozen=True)
class BadRow:
    """Where a bad row stands in its file."""

    file: str
    sheet: str
    row_number: int
    fault: Fault


@dataclass(frozen=True)
class Planted:
    """The rows of a chunk with bad ones among them: `bad` gives position and fault."""

    rows: pa.Table
    bad: tuple[tuple[int, Fault], ...]
    misshapen: tuple[Fault, ...]  # to be written after the rows, with a field too many


@dataclass(frozen=True)
class _OfTable:
    """The faults of a table's files, and the column that makes each copy a row of its own."""

    faults: tuple[Fault, ...] = ()
    key: str | None = None


@cache
def _faults() -> Mapping[str, _OfTable]:
    """By table, from `faults.yaml`."""
    return {
        table: _OfTable(tuple(_fault(*line) for line in entry["faults"]), entry.get("key"))
        for table, entry in facts("faults").items()
    }


def _fault(
    kind: str,
    rule: str,
    column: str = "",
    texts: str | Mapping[str, str] | None = None,
    based_on: Mapping[str, str] | None = None,
) -> Fault:
    changes = {column: texts} if isinstance(texts, str) else texts or {}
    return Fault(kind, rule, column, changes, based_on or {}, shape=rule == "row_shape")


_STRIDE = 7  # rows of one activity or one census cell are fewer: no two bad rows share a key


class Planter:
    """Plants bad rows into the chunks of one file, going through the faults in turn."""

    def __init__(
        self, table: str, form: Form, generator: Generator, share: float = BAD_SHARE
    ) -> None:
        self.form, self.generator, self.share = form, generator, share
        known = _faults().get(table, _OfTable())
        self.key = known.key
        self.faults = [fault for fault in known.faults if _fits(fault, form)]
        self.owed = 0.0
        self.next = 0
        self.numbered = 0

    def plant(self, rows: pa.Table, avoid: Array | None = None) -> Planted:
        """The chunk with its share of bad rows; duplicates stand after what they repeat.

        `avoid`: true for rows that are not to be copied.
        """
        if not self.faults or not rows.num_rows:
            return Planted(rows, (), ())
        faults = self._due(rows.num_rows)
        misshapen = tuple(fault for fault in faults if fault.shape)
        planted = [fault for fault in faults if not fault.shape]
        usable = np.arange(0, rows.num_rows, 1 if self.key else _STRIDE)
        if avoid is not None:
            usable = usable[~avoid[usable]]
        based = [(fault, self._base(rows, fault, usable)) for fault in planted]
        planted = [fault for fault, base in based if base is not None]
        bases = [base for _, base in based if base is not None]
        copied = rows.take(pa.array(bases, pa.int64())).to_pylist()
        copies = [self._broken(row, fault) for row, fault in zip(copied, planted, strict=True)]
        if not copies:
            return Planted(rows, (), misshapen)
        extra = pa.Table.from_pylist(copies, schema=rows.schema)
        size = rows.num_rows
        at = self.generator.uniform(0, size, len(planted))
        last = np.array([fault.rule == "duplicate_key" for fault in planted])
        order = np.argsort(
            np.concatenate([np.arange(size), np.where(last, size, at)]), kind="stable"
        )
        joined = pa.concat_tables([rows, extra]).take(pa.array(order))
        bad = [
            (int(where), planted[order[where] - size]) for where in np.flatnonzero(order >= size)
        ]
        return Planted(joined.combine_chunks(), tuple(bad), misshapen)

    def _due(self, size: int) -> list[Fault]:
        self.owed += size * self.share
        count = int(self.owed)
        self.owed -= count
        found = [self.faults[(self.next + at) % len(self.faults)] for at in range(count)]
        self.next += count
        return found

    def _broken(self, row: dict[str, str | None], fault: Fault) -> dict[str, str | None]:
        """The copy of a good row with a key of its own and the fault in it."""
        self.numbered += 1
        if self.key and fault.rule != "duplicate_key":
            header = self.form.headers_of(self.key)[0]
            row[header] = f"{row[header]}-{self.numbered}"
        for column, text in fault.changes.items():
            header = self.form.headers_of(column)[0]
            raw = self._raw(column, text, row[header] or "")
            row.update(self.form.cells(column, raw))
        return row

    def _base(self, rows: pa.Table, fault: Fault, usable: Array) -> int | None:
        """The position of the good row that is copied; None where no row fits."""
        for column, code in fault.based_on.items():
            found = texts(rows, self.form.headers_of(column)[0])
            usable = np.flatnonzero(found == self.form.label(column, code))
        if not usable.size:
            return None
        return int(usable[self.generator.integers(0, usable.size)])

    def _raw(self, column: str, text: str, before: str) -> str:
        """The raw text of a change, with days as the form writes them."""
        if text == MID_MONTH:
            return f"{before[:-2]}15"
        days = {
            NO_SUCH_DAY: ("2026", "06", "31", "10"),
            BEFORE_MISSION: ("2021", "03", "04", "10"),
            NO_SUCH_HOUR: ("2026", "06", "30", "25"),
        }
        if text in days:
            return self._day(column, *days[text])
        return text.replace("@", f"{self.numbered:05d}")

    def _day(self, column: str, year: str, month: str, day: str, hour: str) -> str:
        is_time = column.endswith("_at")
        if is_time and not self.form.columns[column].formats:
            return f"{year}-{month}-{day} {hour}:30"
        return self.form.day_text(column, year, month, day, hour)


def _fits(fault: Fault, form: Form) -> bool:
    if fault.shape:
        return form.reader == "csv"
    needed = {*fault.changes, *fault.based_on, fault.column}
    return needed <= form.columns.keys()
