"""What is proposed for files as units send them, against what each of their columns means.

A wrong suggestion that says that it is sure is what nobody would look at: fewer than 1 in 200.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from indicators.definitions.contracts import contracts
from pipelines.setup.proposal.beside.known_rows import Known
from pipelines.setup.proposal.matching.words import folded
from pipelines.setup.proposal.proposal import Proposal, propose
from tests.worlds.messy.kinds import PLACES, UNITS, WAYS, Messy, messy_files, write

KNOWN: Known = {
    "areas.area_code": {
        folded(text): code for code, names in PLACES.items() for text in (code, *names)
    },
    "units.unit_code": {
        folded(text): code for code, name in UNITS.items() for text in (code, name)
    },
}
SURE = 0.9


@dataclass(frozen=True)
class Judged:
    """One suggestion held against the truth: `right`, `wrong` or `open`."""

    file: str
    what: str  # table, column or text
    place: str
    verdict: str
    confidence: float


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> list[Judged]:
    folder = tmp_path_factory.mktemp("messy")
    return [entry for file in messy_files() for entry in _judge(file, write(file, folder))]


def _judge(file: Messy, path: Path) -> Iterator[Judged]:
    found = propose(path, KNOWN)
    name = f"{file.kind}/{file.table}"
    is_right = found.table == file.table
    yield Judged(name, "table", found.table, "right" if is_right else "wrong", found.confidence)
    if not is_right:
        found = propose(path, KNOWN, table=file.table)
    yield from _columns(name, file, found)
    yield from _texts(name, file, found)


def _columns(name: str, file: Messy, found: Proposal) -> Iterator[Judged]:
    by_column = {one.column: one for one in found.columns}
    for column, headers in file.names.items():
        one = by_column.pop(column, None)
        if one is None:
            yield Judged(name, "column", column, "open", 0)
        else:
            verdict = "right" if one.headers == headers else "wrong"
            yield Judged(name, "column", f"{column} ← {one.headers}", verdict, one.confidence)
    for column, one in by_column.items():
        yield Judged(name, "column", f"{column} ← {one.headers}", "wrong", one.confidence)


def _texts(name: str, file: Messy, found: Proposal) -> Iterator[Judged]:
    proposed = {
        (one.column, code.text): (code.code, code.confidence)
        for one in found.columns
        for code in one.codes
    }
    for (column, text), meant in file.texts.items():
        code, confidence = proposed.get((column, text), (None, 0))
        place = f"{column}: {text} → {code}"
        if contracts()[file.table].columns[column].base_type == "bool" and code == text:
            code = meant  # what ingest reads as yes or no anyway
        if code is None:
            yield Judged(name, "text", place, "right" if meant is None else "open", confidence)
        else:
            yield Judged(name, "text", place, "right" if code == meant else "wrong", confidence)


def test_there_are_forty_kinds_of_files() -> None:
    assert len(WAYS) >= 40


@pytest.mark.soak
def test_sure_suggestions_are_right(judged: list[Judged]) -> None:
    counts = Counter((entry.what, entry.verdict) for entry in judged)
    for what in ("table", "column", "text"):
        total = sum(counts[what, verdict] for verdict in ("right", "wrong", "open"))
        shares = ", ".join(
            f"{verdict} {counts[what, verdict]} ({counts[what, verdict] / total:.1%})"
            for verdict in ("right", "wrong", "open")
        )
        print(f"{what}: {total} suggestions, {shares}")
    sure = [entry for entry in judged if entry.confidence > SURE]
    wrong = [entry for entry in sure if entry.verdict == "wrong"]
    print(f"above {SURE}: {len(sure)} suggestions, {len(wrong)} wrong")
    for entry in judged:
        if entry.verdict != "right":
            print(f"  {entry}")
    assert len(sure) > 1000
    assert len(wrong) * 200 < len(sure), wrong


def test_most_is_suggested_right(judged: list[Judged]) -> None:
    for what, least in (("table", 0.9), ("column", 0.9), ("text", 0.9)):
        entries = [entry for entry in judged if entry.what == what]
        right = sum(entry.verdict == "right" for entry in entries)
        assert right >= least * len(entries), what
