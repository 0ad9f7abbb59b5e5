"""Same arguments, same bytes: CSV, workbooks and the truth; another seed, other rows."""

import hashlib
import zipfile
from pathlib import Path

from pipelines.sample import generate

_TINY = {"activities": 300, "incidents": 150, "alerts": 90, "waves": 3, "respondents": 240}


def _hashes(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_two_runs_are_equal_and_another_seed_is_not(tmp_path: Path) -> None:
    for name, seed in (("first", 11), ("second", 11), ("other", 12)):
        home = tmp_path / name
        generate(home / "inbox", seed=seed, beside=home / "beside", **_TINY)
    first, second = _hashes(tmp_path / "first"), _hashes(tmp_path / "second")
    assert first == second
    other = _hashes(tmp_path / "other")
    assert other.keys() == first.keys()
    inbox = tmp_path / "first"
    empty = {path for path in inbox.rglob("*.csv") if len(path.read_bytes().splitlines()) < 2}
    without_rows = {str(path.relative_to(inbox)) for path in empty}
    same = {name for name in first if first[name] == other[name]} - without_rows
    fixed = {"areas", "units", "transition_benchmarks"}  # what does not change with the seed
    assert same == {f"inbox/{name}.csv" for name in fixed}
    workbook = tmp_path / "first" / "inbox" / "activities_2026q3.xlsx"
    with zipfile.ZipFile(workbook) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
