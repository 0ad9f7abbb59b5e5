"""Writing the sample: rows into files with their share of bad ones, and the truth beside."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from indicators.definitions.contracts import contracts
from indicators.foundation.data_folder import data_folder
from pipelines.sample import effects
from pipelines.sample.country import AS_OF, MISSION
from pipelines.sample.draws import Array, stream
from pipelines.sample.files.exports import FILES, Export
from pipelines.sample.files.faults import BAD_SHARE, BadRow, Planter
from pipelines.sample.files.forms import read_forms
from pipelines.sample.files.written import CsvFile, Workbook, open_file

LATER = "later"
_Counts = dict[str, Counter[str]]


@dataclass
class Truth:
    """What the files hold: effects, good rows by table, bad rows by file and rule."""

    seed: int
    rows: Counter[str] = field(default_factory=Counter)
    bad_rows: _Counts = field(default_factory=dict)  # file: rule: rows
    kinds: _Counts = field(default_factory=dict)  # file: kind of fault: rows
    warnings: _Counts = field(default_factory=dict)  # file: rule: rows
    later: dict[str, dict[str, object]] = field(default_factory=dict)  # file: what it is

    def as_json(self) -> str:
        """The truth as indented JSON with sorted keys."""
        entry = {
            "mission": MISSION,
            "seed": self.seed,
            "as_of": AS_OF,
            "planted": effects.planted(),
            "good_rows": self.rows,
            "bad_rows_by_rule": self.bad_rows,
            "bad_rows_by_kind": self.kinds,
            "warnings_by_rule": self.warnings,
            LATER: self.later,
        }
        text = json.dumps(entry, indent=2, sort_keys=True, ensure_ascii=False, default=str)
        return f"{text}\n"


class Writing:
    """Where files go, and what has been written."""

    def __init__(self, folder: Path, beside: Path, seed: int, export: Export) -> None:
        self.folder, self.beside, self.seed, self.export = folder, beside, seed, export
        self.forms = read_forms(data_folder() / "missions" / MISSION)
        self.truth = Truth(seed)
        self._bad = ["file,sheet,row_number,table,column,rule,kind\n"]

    def write_truth(self) -> None:
        """`truth.json`, and `bad_rows.csv` with place and rule of each."""
        (self.beside / "truth.json").write_text(self.truth.as_json(), encoding="utf-8")
        (self.beside / "bad_rows.csv").write_text("".join(self._bad), encoding="utf-8", newline="")

    def tables(self, tables: Mapping[str, pa.Table]) -> None:
        """The files of these tables, whose sources bear their names."""
        for table, rows in tables.items():
            file = FILES[table]
            rows = self.export.rows(rows, file.day_column, file.filled_in_later)
            parts = by_year(rows, file.day_column) if "{year}" in file.name else [(0, rows)]
            for year, part in parts:
                self.write(table, table, file.name.format(year=year), part, file.bad_share)

    def write(
        self, table: str, source: str, name: str, rows: pa.Table, share: float = BAD_SHARE
    ) -> None:
        """One whole file of rows of one table."""
        with self.file(table, source, name, share) as file:
            file.add(rows, refused_rows(table, rows))

    @contextmanager
    def file(
        self, table: str, source: str, name: str, share: float = BAD_SHARE
    ) -> Iterator["OpenFile"]:
        """A file to which chunks of rows are added."""
        form = self.forms[source]
        planter = Planter(table, form, stream(self.seed, f"faults {name}"), share)
        written = open_file(self.folder, name, form)
        yield OpenFile(self, table, written, planter)
        written.close()

    def note(self, table: str, rows: int, bad: list[BadRow]) -> None:
        """Counts what was added to a file."""
        self.truth.rows[table] += rows
        for row in bad:
            fault = row.fault
            self.truth.bad_rows.setdefault(row.file, Counter())[fault.rule] += 1
            self.truth.kinds.setdefault(row.file, Counter())[fault.kind] += 1
            place = f"{row.file},{row.sheet},{row.row_number},{table},{fault.column}"
            self._bad.append(f'{place},{fault.rule},"{fault.kind}"\n')


@dataclass(frozen=True)
class OpenFile:
    """A file that is being written, with the faults that it is to hold."""

    writing: Writing
    table: str
    written: CsvFile | Workbook
    planter: Planter

    def add(self, rows: pa.Table, avoid: Array | None = None) -> None:
        """Adds a chunk with its share of bad rows, none a copy of a row to be avoided."""
        planted = self.planter.plant(self.planter.form.render(rows), avoid)
        kept = rows.num_rows - int(refused_rows(self.table, rows).sum())
        self.writing.note(self.table, kept, self.written.add(planted))


def refused_rows(table: str, rows: pa.Table) -> Array:
    """True for rows that intake does not keep: without consent, or without an assessment."""
    refused = np.zeros(rows.num_rows, dtype=bool)
    for name in contracts()[table].kept_only_if.values():
        refused |= ~rows[name].to_numpy(zero_copy_only=False)
    return refused


def by_year(rows: pa.Table, day_column: str) -> Iterator[tuple[int, pa.Table]]:
    """The rows of each year of the sample."""
    years = pc.year(rows[day_column])
    for year in (2024, 2025, 2026):
        yield year, rows.filter(pc.equal(years, year))
