"""Files from before a column was renamed are read by the mapping of now."""

from pathlib import Path

import pytest

from pipelines.cli.main import main
from pipelines.ingest.mapping.model import load_sources
from pipelines.setup.proposal.difference import Change, mended
from tests.worlds.mission.delivered import SmallMission
from tests.worlds.mission.mappings import POPULATION

OLD = "area,day,sex,persons\nXX01,2024-01-01,F,100\n"
NEW = "area,day,sex,people\nXX01,2024-02-01,F,120\n"
COUNTED = "SELECT CAST(reference_on AS VARCHAR), persons FROM core.population ORDER BY 1"


def test_archived_and_late_files_are_read_after_a_rename(
    small: SmallMission, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POCLENS_HOME", str(small.workspace.home))
    small.deliver("population_1.csv", OLD)
    path = tmp_path / "population_2.csv"
    path.write_text(NEW)
    asked = ["map", str(path), "--mission", "small", "--source", "population", "--yes"]
    assert main([*asked, "--column", "persons=people"]) == 0
    assert dict(load_sources(small.profile)["population"].renamed) == {"people": ("persons",)}
    small.drop(path.name, NEW)
    files = {file.name: file.status for file in small.ingest().files}
    assert files == {"population_1.csv": "unchanged", "population_2.csv": "loaded"}
    small.deliver("population_0.csv", OLD.replace("2024-01", "2023-12"))
    days = [("2023-12-01", 100), ("2024-01-01", 100), ("2024-02-01", 120)]
    assert small.query(COUNTED) == days
    late = tmp_path / "population_3.csv"
    late.write_text(OLD.replace("2024-01", "2023-11"))
    before = (small.profile / "sources" / "population.yaml").read_bytes()
    assert main([*asked[:1], str(late), *asked[2:]]) == 0  # nothing to mend
    assert (small.profile / "sources" / "population.yaml").read_bytes() == before


def test_archived_rows_are_read_after_a_rename(small: SmallMission) -> None:
    """Of a file with columns that may not be kept the archive has rows alone."""
    source = POPULATION | {"ignore": ["name"]}
    small.add_source(source)
    small.deliver("population_1.csv", "area,day,sex,persons,name\nXX01,2024-01-01,F,100,Ann\n")
    table = source["tables"][0]
    columns = table["columns"] | {"persons": {"from": "people"}}
    small.add_source(source | {"tables": [table | {"columns": columns}]})
    (kept,) = small.ingest().files
    assert kept.status == "kept"
    told = {problem.rule: problem.sentence("en") for problem in kept.problems}
    assert "the earlier name" in told["missing_column"]
    renamed = {"renamed": {"people": "persons"}, "tables": [table | {"columns": columns}]}
    small.add_source(source | renamed)
    assert [file.status for file in small.ingest().files] == ["unchanged"]
    assert small.query(COUNTED) == [("2024-01-01", 100)]


def test_column_that_is_renamed_twice_keeps_both_names(small: SmallMission) -> None:
    path = small.profile / "sources" / "population.yaml"
    first = [Change("renamed", "persons", "persons", "people", 1.0)]
    content = mended(path, first)
    small.add_source(content)
    content = mended(path, [Change("renamed", "people", "people", "residents", 1.0)])
    assert content["renamed"] == {"residents": ["persons", "people"]}
    small.add_source(content)
    content = mended(path, [Change("renamed", "residents", "residents", "people", 1.0)])
    assert content["renamed"] == {"people": ["persons", "residents"]}
