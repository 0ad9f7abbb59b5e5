"""Bad rows: what officers' files hold that must be rejected, each under the rule it breaks.

A bad row is an extra row: a copy of a good one with a key of its own and one thing wrong, so that
what is loaded stays exactly what was drawn. Which there are stands in `faults.yaml`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from pipelines.sample.draws import Array, Stream
from pipelines.sample.facts import facts
from pipelines.sample.files.forms import Form
from pipelines.sample.rows import texts

BAD_SHARE = 0.05
_MID_MONTH = "@15th"
_WRONG_DAYS = {  # as the file writes days
    "@31 June": ("2026", "06", "31", "10"),
    "@2021": ("2021", "03", "04", "10"),  # before the mission
    "@25 h": ("2026", "06", "30", "25"),
}
_STRIDE = 7  # rows of one activity or one census cell are fewer: no two bad rows share a key


@dataclass(frozen=True)
class Fault:
    """One way in which a row is wrong, and the rule under which it is rejected."""

    kind: str
    rule: str
    column: str
    changes: Mapping[str, str] = field(default_factory=dict)  # contract column: raw text
    based_on: Mapping[str, str] = field(default_factory=dict)  # only rows with these raw texts

    @property
    def is_shape(self) -> bool:
        """Whether it is one field too many: CSV only."""
        return self.rule == "row_shape"

    def fits(self, form: Form) -> bool:
        """Whether a file of this form can hold it."""
        if self.is_shape:
            return form.reader == "csv"
        return {*self.changes, *self.based_on, self.column} <= form.columns.keys()


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
    bad: tuple[tuple[int, Fault], ...] = ()
    misshapen: tuple[Fault, ...] = ()  # to be written after the rows, with a field too many


def _fault(
    kind: str,
    rule: str,
    column: str = "",
    said: str | Mapping[str, str] | None = None,
    based_on: Mapping[str, str] | None = None,
) -> Fault:
    changes = {column: said} if isinstance(said, str) else said or {}
    return Fault(kind, rule, column, changes, based_on or {})


class Planter:
    """Plants bad rows into the chunks of one file, going through the faults in turn."""

    def __init__(self, table: str, form: Form, draw: Stream, share: float = BAD_SHARE) -> None:
        self.form, self.draw, self.share = form, draw, share
        known = facts("faults").get(table, {"faults": []})
        self.key: str | None = known.get("key")  # where each copy gets a text of its own
        self.faults = [fault for line in known["faults"] if (fault := _fault(*line)).fits(form)]
        self.owed, self.next, self.numbered = 0.0, 0, 0

    def plant(self, rows: pa.Table, avoid: Array | None = None) -> Planted:
        """The chunk with its share of bad rows; duplicates stand after what they repeat.

        `avoid`: true for rows that are not to be copied.
        """
        size = rows.num_rows
        if not self.faults or not size:
            return Planted(rows)
        usable = np.arange(0, size, 1 if self.key else _STRIDE)
        usable = usable if avoid is None else usable[~avoid[usable]]
        faults = self._due(size)
        misshapen = tuple(fault for fault in faults if fault.is_shape)
        bases = [(fault, self._base(rows, fault, usable)) for fault in faults if not fault.is_shape]
        planted = [(fault, base) for fault, base in bases if base is not None]
        if not planted:
            return Planted(rows, (), misshapen)
        copied = rows.take(pa.array([base for _, base in planted], pa.int64())).to_pylist()
        for row, (fault, _) in zip(copied, planted, strict=True):
            self._break(row, fault)
        extra = pa.Table.from_pylist(copied, schema=rows.schema)
        last = np.array([fault.rule == "duplicate_key" for fault, _ in planted])
        at = np.where(last, size, self.draw.uniform(0, size, len(planted)))
        order = np.argsort(np.concatenate([np.arange(size), at]), kind="stable")
        joined = pa.concat_tables([rows, extra]).take(pa.array(order))
        where = np.flatnonzero(order >= size).tolist()
        bad = tuple((position, planted[order[position] - size][0]) for position in where)
        return Planted(joined.combine_chunks(), bad, misshapen)

    def _due(self, size: int) -> list[Fault]:
        self.owed += size * self.share
        count = int(self.owed)
        self.owed -= count
        found = [self.faults[(self.next + at) % len(self.faults)] for at in range(count)]
        self.next += count
        return found

    def _break(self, row: dict[str, str | None], fault: Fault) -> None:
        """Gives the copy of a good row a key of its own and the fault."""
        self.numbered += 1
        if self.key and fault.rule != "duplicate_key":
            header = self.form.headers_of(self.key)[0]
            row[header] = f"{row[header]}-{self.numbered}"
        for column, text in fault.changes.items():
            raw = self._raw(column, text, row[self.form.headers_of(column)[0]] or "")
            row.update(self.form.cells(column, raw))

    def _base(self, rows: pa.Table, fault: Fault, usable: Array) -> int | None:
        """The position of the good row that is copied; None where no row fits."""
        for column, code in fault.based_on.items():
            found = texts(rows, self.form.headers_of(column)[0])
            usable = np.flatnonzero(found == self.form.label(column, code))
        if not usable.size:
            return None
        return int(usable[self.draw.integers(0, usable.size)])

    def _raw(self, column: str, text: str, before: str) -> str:
        """The raw text of a change, with days as the form writes them."""
        if text == _MID_MONTH:
            return f"{before[:-2]}15"
        if text not in _WRONG_DAYS:
            return text.replace("@", f"{self.numbered:05d}")
        year, month, day, hour = _WRONG_DAYS[text]
        if column.endswith("_at") and not self.form.columns[column].formats:
            return f"{year}-{month}-{day} {hour}:30"
        return self.form.day_text(column, year, month, day, hour)
