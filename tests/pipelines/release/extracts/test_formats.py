"""Every format of an extract is read by the library of its standard, and says the same figures."""

import csv
import json
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from pysdmx.io import read_sdmx
from pysdmx.model import Codelist, Dataflow, DataStructureDefinition

from indicators.foundation.messages import LANGUAGES
from pipelines.release.extracts.files import write_extracts
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
