"""What one column of a file holds, and where one contract column may come from."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.ingest.readers.codebook import Codebook, Question, question_of
from pipelines.ingest.readers.table import SourceTable
from pipelines.ingest.rows.cast import CELL_RULES
from pipelines.setup.proposal.matching.codes import CodeProposal

MISSING = ("NA", "N/A", "n/a", "-", "--", "–", "—", "NULL", "null", "nd", "n.d.", "ND")
TWO_READINGS = {"day_or_month_first": ("day", "month"), "two_ways": ("thousands", "decimal")}
_FAULTS = frozenset(text for texts in CELL_RULES.values() for text in texts)
_DRAWN = re.compile(r"\s*(?:/\s*/|_{2,}|\.{3,})\s*")
_BESIDE_PLUS = {"-", "–", "—"}  # where a column says `+`, these are an answer too
BETWEEN = "\n"  # the texts of an answer that has several
GROUPED = " / "  # between the names of a header of two rows
_DISTINCT = 400  # texts of a column that are looked at
_LOOKED_AT = 20_000
_WIDER = 4  # columns
_UNIQUE = 0.98  # share of rows with a text of their own: a line pasted twice changes no key


@dataclass(frozen=True)
class Texts:
    """What one column of the file holds: its distinct texts without those that say nothing.

    `is_unique`: hardly any row shares its text with another, or has none. `wordings`, `labels`:
    the question and what its codes are called, as a form has them. `told_by_group`: another column
    has the same name in another group, `Departure / Date` and `Arrival / Date`. `is_full`: no row
    is blank there.
    """

    header: str
    values: tuple[str, ...]
    is_unique: bool = True
    wordings: tuple[str, ...] = ()
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    told_by_group: bool = False
    is_full: bool = True


@dataclass(frozen=True)
class ColumnProposal:
    """Where one contract column may come from.

    `entry`: keys of the mapping beside `from`; `reasons`: message keys `map.reason.<reason>`;
    `codes`: what its texts mean, where it takes codes, areas or units.
    """

    column: str
    headers: tuple[str, ...]
    confidence: float
    reasons: tuple[str, ...]
    entry: Mapping[str, Any] = field(default_factory=dict)
    codes: tuple[CodeProposal, ...] = ()

    @property
    def two_readings(self) -> tuple[str, ...]:
        """The ways in which its texts can be read, where nobody has said in which."""
        return next((TWO_READINGS[why] for why in self.reasons if why in TWO_READINGS), ())

    def asked(self, sure: float, *why: str) -> "ColumnProposal":
        """The same, no surer than this, with more reasons."""
        return replace(self, confidence=min(self.confidence, sure), reasons=(*self.reasons, *why))


def texts_of(
    table: SourceTable, book: Codebook | None = None, missing: Sequence[str] = MISSING
) -> list[Texts]:
    """The distinct texts of each column of the sheet but those that say nothing (`missing`), with
    what a form says of them."""
    last = {name: name.rpartition(GROUPED)[2] for name in table.header}
    own = Counter(last[name] for name in table.header if GROUPED in name)
    rows = without_lone_cells(table.rows.slice(0, _LOOKED_AT))
    found = [
        _texts(name, rows[name].combine_chunks(), question, missing)
        for name in table.header
        for question in [question_of(name, book or {})]
    ]
    return [replace(one, told_by_group=own[last[one.header]] > 1) for one in found]


def without_lone_cells(rows: pa.Table) -> pa.Table:
    """The rows that are more than one cell in a wider table: the name of a group is no row."""
    if rows.num_columns < _WIDER or not rows.num_rows:
        return rows
    filled = pa.array([0] * rows.num_rows)
    for column in rows.columns:
        filled = pc.add(filled, pc.cast(pc.is_valid(column), pa.int64()))
    full = rows.filter(pc.greater(filled, 1))
    return full if full.num_rows else rows


def trimmed(rows: pa.Table) -> pa.Table:
    """The rows as they are read: without the blanks around their texts."""
    columns = [pc.utf8_trim_whitespace(column) for column in rows.columns]
    return pa.table(columns, names=rows.column_names)


def is_drawn(text: str) -> bool:
    """Whether a text is a field that nobody filled in: `  /  /  `, `____`."""
    return _DRAWN.fullmatch(text) is not None


def _texts(name: str, column: pa.Array, question: Question, missing: Sequence[str]) -> Texts:
    distinct = pc.unique(column)
    plain = [text.strip() for text in distinct.to_pylist()[:_DISTINCT] if text]
    nothing = {*missing, *_FAULTS} - (_BESIDE_PLUS if "+" in plain else set())
    said = (text for text in plain if text and text not in nothing and not is_drawn(text))
    values = tuple(dict.fromkeys(said))
    own = len(distinct) - bool(column.null_count)
    is_unique = own >= _UNIQUE * len(column)
    is_full = not column.null_count
    return Texts(name, values, is_unique, question.labels, question.texts, is_full=is_full)
