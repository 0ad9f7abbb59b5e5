"""The field files of `files.yaml`: written as they come, with what each column and cell means."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import yaml

from indicators.definitions.contracts import contracts

HERE = Path(__file__).parent
AREAS = {"Bor": "XX01", "Akobo": "XX02", "Pibor": "XX03"}
UNITS = {"FPU Ghana": "U-1", "FPU Rwanda": "U-2"}
_SIGNS = str.maketrans({"␣": "\u00a0", "⍽": "\u202f"})
Cell = str | int | float | datetime | date | time | None


@dataclass(frozen=True)
class FieldFile:
    """One file; `meant`: header: the contract columns that it makes (none, one or two)."""

    name: str
    table: str
    header: tuple[str, ...]
    meant: Mapping[str, tuple[str, ...]]
    records: tuple[tuple[str, ...], ...]
    lay: Mapping[str, Any]
    said: Mapping[str, str]
    where: Mapping[str, tuple[str, ...]]
    means: Mapping[str, tuple[Any, ...]]
    asks: tuple[str, ...]
    rows: int

    def write(self, folder: Path) -> Path:
        """The file on disk."""
        folder = folder / self.name
        folder.mkdir()
        if self.lay.get("kind") == "xlsx":
            return _workbook(self, folder / f"{self.name}.xlsx")
        lines = [*self._above(), *self._heads(), *self.records]
        lines += [(line,) for line in self.lay.get("below", ())]
        text = io.StringIO()
        plain = [[_text(cell) for cell in line] for line in lines]
        csv.writer(text, delimiter=self.lay.get("delimiter", ",")).writerows(plain)
        data = text.getvalue().encode(self.lay.get("encoding", "utf-8"))
        if self.lay.get("mojibake"):
            data = data.decode("cp1252").encode("utf-8")
        path = folder / f"{self.name}.csv"
        path.write_bytes(data)
        return path

    def _above(self) -> list[tuple[str, ...]]:
        rows = [(line,) for line in self.lay.get("above", ())]
        return rows + [tuple(row) for row in [self.lay.get("above_row")] if row]

    def _heads(self) -> list[tuple[str, ...]]:
        names = tuple(name.rpartition(" / ")[2] if self.lay.get("above_row") else name
                      for name in self.header)  # fmt: skip
        return [names, *([tuple(self.lay["tags"])] if "tags" in self.lay else [])]

    def wanted(self, column: str) -> list[Any] | None:
        """What the column must hold; None where only its being loaded is looked at."""
        if column in self.means:
            return list(self.means[column])
        headers = [name for name, columns in self.meant.items() if column in columns]
        kind = contracts()[self.table].columns[column]
        is_alone = len(headers) == 1 and self.meant[headers[0]] == (column,)
        if not is_alone or self.rows != len(self.records):
            return None
        at = self.header.index(headers[0])
        cells = [row[at] if at < len(row) else "" for row in self.records]
        texts = [str(value) if (value := _cell(cell)) is not None else "" for cell in cells]
        if kind.base_type in ("int", "dec"):
            numbers = [_number(text) for text in texts]
            return numbers if all(one is not False for one in numbers) else None
        if column.endswith("area_code"):
            return [AREAS.get(text, text) for text in texts]
        if column == "unit_code" and self.table != "units":
            return [UNITS.get(text, text) for text in texts]
        return None


def _number(text: str) -> float | bool | None:
    try:
        return float(text) if text else None
    except ValueError:
        return False


def field_files() -> Iterator[FieldFile]:
    """All of them."""
    found = yaml.safe_load((HERE / "files.yaml").read_text(encoding="utf-8"))
    for name, entry in found.items():
        header, truth, *records = (
            tuple(cell.strip().translate(_SIGNS) for cell in line.split("|"))
            for line in entry["rows"].splitlines()
        )
        header = tuple(entry.get("heads", header)) if entry.get("heads") != "any" else header
        meant = {head: tuple(one for one in what.split() if one != "-")
                 for head, what in zip(header, truth, strict=True)}  # fmt: skip
        yield FieldFile(
            name, entry["table"], header, meant, tuple(records), entry.get("lay", {}),
            {key: str(value) for key, value in entry.get("said", {}).items()},
            {key: tuple(value) for key, value in entry.get("where", {}).items()},
            {key: tuple(value) for key, value in entry.get("means", {}).items()},
            tuple(entry.get("asks", ())), entry.get("n", len(records)),
        )  # fmt: skip


def _cell(text: str) -> Cell:
    kind, _, value = text.partition(":")
    if kind == "n":
        return float(value) if "." in value else int(value)
    if kind == "d":
        return datetime.fromisoformat(value)
    if kind == "t":
        return time.fromisoformat(value)
    return text or None


def _text(text: str) -> str:
    return str(_cell(text) or "") if text[1:2] == ":" and text[0] in "ndt" else text


def _workbook(file: FieldFile, path: Path) -> Path:
    book = openpyxl.Workbook()
    sheets = file.lay.get("sheets") or ["Sheet1"]
    share = len(file.records) // len(sheets)
    for at, name in enumerate(sheets):
        sheet = book.active if at == 0 else book.create_sheet()
        assert sheet is not None
        sheet.title = name
        for line in [*file._above(), *file._heads()]:
            sheet.append(list(line))
        last = len(file.records) if at == len(sheets) - 1 else (at + 1) * share
        for record in file.records[at * share : last]:
            sheet.append([_cell(cell) for cell in record])
        for line in file.lay.get("below", ()):
            sheet.append([line])
    book.save(path)
    return path
