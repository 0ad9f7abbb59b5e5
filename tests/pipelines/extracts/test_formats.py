"""Every format of an extract is read by the library of its standard, and says the same figures."""

import csv
import json
from pathlib import Path

import duckdb
import hxl
import pandas as pd
import pytest
from frictionless import Package
from pysdmx.io import read_sdmx
from pysdmx.model import Codelist, Dataflow, DataStructureDefinition

from indicators.foundation.messages import LANGUAGES
from pipelines.extracts.files import write_extracts
from tests.worlds.mission.figures import MISSION, PERIOD, SAFE, fill, memory_warehouse


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> tuple[Path, pd.DataFrame]:
    """The folder of extracts, and the cells of the mart that they were made from."""
    folder = tmp_path_factory.mktemp("extracts")
    with memory_warehouse() as connection:
        fill(connection)
        few = "value = NULL, numerator = NULL, n = NULL, conf_status = 'C', disclosure = 'below_8'"
        connection.execute(f"UPDATE mart.indicator_value SET {few} WHERE value = 7")
        connection.execute(
            f"""INSERT INTO mart.indicator_value
            SELECT * REPLACE ('M' AS period_type, '2026-06' AS period) FROM mart.indicator_value
            WHERE area = 'BK' AND indicator = '{SAFE}'"""
        )
        write_extracts(connection, folder, MISSION, PERIOD, "hq")
        cells = connection.execute("FROM mart.indicator_value").df()
    return folder, cells


@pytest.fixture(scope="module")
def folder(made) -> Path:
    return made[0]


def path_of(folder: Path, suffix: str) -> Path:
    return folder / f"{MISSION}_{PERIOD}.{suffix}"


def observations(folder: Path) -> list[dict[str, str]]:
    with path_of(folder, "csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("suffix", ["structure.json", "structure.xml"])
def test_the_structure_is_valid_by_the_schemas_of_its_standard(folder, suffix) -> None:
    told = read_sdmx(path_of(folder, suffix), validate=True)
    kinds = {type(one).__name__ for one in told.structures or ()}
    assert kinds == {"Dataflow", "DataStructureDefinition", "ConceptScheme", "Codelist"}


@pytest.mark.parametrize("suffix", ["structure.json", "structure.xml"])
def test_every_observation_fits_the_structure(folder, suffix) -> None:
    found = read_sdmx(path_of(folder, suffix), validate=True).structures or ()
    (definition,) = (one for one in found if isinstance(one, DataStructureDefinition))
    lists = {one.id: {code.id for code in one.items} for one in found if isinstance(one, Codelist)}
    rows = observations(folder)
    assert [one.id for one in definition.components.dimensions] == list(rows[0])[3:15]
    assert {one.id for one in definition.components} == set(rows[0]) - {
        "STRUCTURE",
        "STRUCTURE_ID",
        "ACTION",
    }
    for one in definition.components:
        told = {row[one.id] for row in rows}
        assert not one.required or one.role.value == "M" or "" not in told, one.id
        if f"CL_{one.id}" in lists:
            assert told - {""} <= lists[f"CL_{one.id}"], one.id


def test_names_stand_in_both_languages(folder) -> None:
    told = json.loads(path_of(folder, "structure.json").read_text(encoding="utf-8"))["data"]
    coded = {
        (own["id"], code["id"]): code["names"] for own in told["codelists"] for code in own["codes"]
    }
    assert all(set(names) == set(LANGUAGES) and all(names.values()) for names in coded.values())
    assert coded["CL_REF_AREA", "BK-1"] == {"en": "Area 1", "fr": "Zone 1"}
    written = path_of(folder, "structure.xml").read_text(encoding="utf-8")
    assert written.count('xml:lang="en"') == written.count('xml:lang="fr"') > len(coded)


def test_the_structure_says_whose_copy_it_is_and_what_was_done(folder) -> None:
    found = read_sdmx(path_of(folder, "structure.xml"), validate=True).structures or ()
    (flow,) = (one for one in found if isinstance(one, Dataflow))
    notes = {one.id: one for one in flow.annotations}
    assert notes["AUDIENCE"].title == "hq"
    assert any("Below 8: from 1 to 7: 1" in str(one.text) for one in notes.values())


def test_the_data_package_is_valid_and_holds_every_file(folder) -> None:
    package = Package(str(folder / "datapackage.json"))
    report = package.validate()
    assert report.valid, report.flatten(["type", "note"])
    named = {resource.path for resource in package.resources}
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert named == there - {"datapackage.json"}


def test_a_file_that_was_changed_breaks_the_data_package(folder, tmp_path) -> None:
    for path in folder.iterdir():
        if path.is_file():
            (tmp_path / path.name).write_bytes(path.read_bytes())
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    package["resources"] = [one for one in package["resources"] if "/" not in one["path"]]
    (tmp_path / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    assert Package(str(tmp_path / "datapackage.json")).validate().valid
    changed = path_of(tmp_path, "csv")
    changed.write_bytes(changed.read_bytes().replace(b"41.25", b"41.26"))
    assert not Package(str(tmp_path / "datapackage.json")).validate().valid


def test_the_data_package_counts_what_was_done_by_class(folder) -> None:
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert package["audience"] == "hq"
    below = {"class": "institutional", "disclosure": "below_8", "cells": 1}
    assert below in package["disclosure"]
    assert sum(one["cells"] for one in package["disclosure"]) == len(observations(folder))


def test_tagged_csv_is_read_by_its_tags(folder) -> None:
    with hxl.data(str(path_of(folder, "hxl.csv")), hxl.InputOptions(allow_local=True)) as source:
        rows = list(source)
    assert len(rows) == len(observations(folder))
    told = {
        (row.get("#indicator+code"), row.get("#loc+code"), row.get("#meta+breakdown+code")): row
        for row in rows
    }
    assert told[SAFE, "BK", "_T"].get("#indicator+value+num") == "41.25"
    assert told[SAFE, "BK-1", "_T"].get("#loc+name+i_fr") == "Zone 1"


def test_parquet_has_the_same_cells_and_says_why_one_is_empty(folder) -> None:
    frame = pd.read_parquet(path_of(folder, "parquet"))
    values = sorted(frame["value"].dropna())
    assert values == sorted(
        float(row["OBS_VALUE"]) for row in observations(folder) if row["OBS_VALUE"]
    )
    silent = frame[frame["area"] == "BK-4"]
    assert list(zip(silent["status_en"], silent["status_fr"], strict=True)) == [
        ("not reported", "non communiqué")
    ]


def test_the_star_holds_all_periods_and_every_fact_meets_its_dimensions(made) -> None:
    folder, cells = made
    star = folder / "star"
    facts = pd.read_parquet(star / "fact_value.parquet")
    assert len(facts) == len(cells) and set(facts["period_key"]) == {PERIOD, "2026-06"}
    assert facts["value"].sum() == cells["value"].sum()
    for name in ("mission", "indicator", "area", "period", "part"):
        keys = pd.read_parquet(star / f"dim_{name}.parquet")[f"{name}_key"]
        assert keys.is_unique
        if name != "area":  # BK-4 is none of the mission's areas
            assert set(facts[f"{name}_key"]) <= set(keys)


def test_a_period_without_a_value_says_so_in_every_table(folder) -> None:
    (row,) = (one for one in observations(folder) if one["REF_AREA"] == "BK-4")
    assert (row["OBS_VALUE"], row["OBS_STATUS"]) == ("", "O")
    query = "SELECT value, obs_status FROM read_parquet(?) WHERE area_key = 'BK-4'"
    facts = duckdb.execute(query, [str(folder / "star" / "fact_value.parquet")]).fetchall()
    assert facts == [(None, "O")]
