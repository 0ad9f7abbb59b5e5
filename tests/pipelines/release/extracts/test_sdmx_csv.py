"""SDMX-CSV reads back by the rules of the field guide's own examples, and as numbers."""

import csv
import re
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from indicators.dissemination.notation import code_id, code_of, number_text, time_period
from pipelines.release.extracts.files import write_extracts
from tests.worlds.mission.figures import MISSION, PERIOD, fill, memory_warehouse

_STRUCTURES = {"dataflow", "datastructure", "dataprovision"}
_ACTIONS = {"I", "A", "R", "D"}
_STRUCTURE_ID = re.compile(r"^[A-Z][A-Z0-9_.]*:[A-Z][A-Z0-9_]*(\(\d+\.\d+\.\d+\))?(: .+)?$")


def read_sdmx_csv(path: Path) -> list[dict[str, str]]:
    """The observations of a file, refused where it breaks a rule of SDMX-CSV 2.0.

    The first column is STRUCTURE, with the separator of sub-fields where there is one; then
    STRUCTURE_ID and ACTION; the column separator is a comma, or a semicolon where decimals
    are written with a comma.
    """
    text = path.read_text(encoding="utf-8")
    delimiter = ";" if re.match(r"STRUCTURE(\[.\])?;", text) else ","
    with path.open(encoding="utf-8", newline="") as file:
        header, *lines = csv.reader(file, delimiter=delimiter)
    assert re.fullmatch(r"STRUCTURE(\[.\])?", header[0])
    assert header[1] == "STRUCTURE_ID" and "ACTION" in header
    assert len(set(header)) == len(header)
    rows = [dict(zip(header, line, strict=True)) for line in lines]
    assert {row[header[0]] for row in rows} <= _STRUCTURES
    assert {row["ACTION"] for row in rows} <= _ACTIONS
    assert all(_STRUCTURE_ID.match(row["STRUCTURE_ID"]) for row in rows)
    return rows


@pytest.fixture
def extract(tmp_path) -> Path:
    with memory_warehouse() as connection:
        fill(connection)
        withheld = (
            "value = NULL, numerator = NULL, n = NULL, conf_status = 'C', disclosure = 'below_8'"
        )
        connection.execute(f"UPDATE mart.indicator_value SET {withheld} WHERE value = 7")
        return write_extracts(connection, tmp_path, MISSION, PERIOD, "mission").paths[0]


def test_the_reader_of_this_test_reads_every_published_example(real_folder: Path) -> None:
    examples = sorted((real_folder / "sdmx_csv_samples").glob("*.csv"))
    assert len(examples) > 20
    assert all(read_sdmx_csv(example) for example in examples)


def test_the_file_keeps_its_fixed_name_and_columns(extract) -> None:
    assert extract.name == f"{MISSION}_{PERIOD}.csv"
    rows = read_sdmx_csv(extract)
    needed = "FREQ INDICATOR REF_AREA UNIT_TYPE ACTIVITY_TYPE ACTOR SEX AGE_GROUP BREAKDOWN"
    needed += " BREAKDOWN_VALUE TIME_PERIOD OBS_VALUE UNIT_MEASURE OBS_STATUS CONF_STATUS N"
    assert set(needed.split()) <= set(rows[0])
    assert {row["ACTION"] for row in rows} == {"I"}
    assert {(row["FREQ"], row["TIME_PERIOD"]) for row in rows} == {("Q", "2026-07-01/P3M")}


def test_no_two_observations_share_a_key(extract) -> None:
    frame = pd.read_csv(extract, dtype=str, keep_default_na=False)
    key = list(frame.columns[3 : list(frame.columns).index("OBS_VALUE")])
    assert len(frame) > 5
    assert not frame.duplicated(key).any()


def test_numbers_read_back_as_the_same_numbers(extract) -> None:
    frame = pd.read_csv(extract)
    assert frame["OBS_VALUE"].dtype == float
    country = frame[(frame["REF_AREA"] == "BK") & (frame["BREAKDOWN"] == "_T")]
    assert sorted(country["OBS_VALUE"]) == [41.25, 60.0]
    assert sorted(country["CI_LOW"].dropna()) == [37.3]


def test_the_kinds_of_empty_stay_apart(extract) -> None:
    rows = [row for row in read_sdmx_csv(extract) if not row["OBS_VALUE"]]
    found = {(row["REF_AREA"], row["OBS_STATUS"], row["CONF_STATUS"], row["N"]) for row in rows}
    assert found == {("BK-4", "O", "F", ""), ("BK-3", "A", "C", "")}


@pytest.mark.parametrize(
    ("period_type", "start", "text"),
    [
        ("M", date(2026, 7, 1), "2026-07-01/P1M"),
        ("S", date(2026, 7, 1), "2026-07-01/P6M"),
        ("B", date(2025, 7, 1), "2025-07-01/P1Y"),
        ("W", date(2026, 7, 27), "2026-07-27/P7D"),
    ],
)
def test_a_period_is_its_first_day_and_its_length(period_type, start, text) -> None:
    assert time_period(period_type, start) == text


@pytest.mark.parametrize("number", [0.0, 12.0, 0.1, 1 / 3, 1e-7, 123456789.25, 1e16, 2.5e-10])
def test_a_number_reads_back_and_has_no_exponent(number) -> None:
    text = number_text(number)
    assert float(text) == pytest.approx(number, rel=1e-9, abs=1e-20)
    assert "e" not in text


@pytest.mark.parametrize(
    "code", ["Upper Minu", "a/b.c", "P$20$", "é", "_T", "P2-OP-01", "per 1,000"]
)
def test_any_code_has_an_id_that_sdmx_allows_and_leads_back(code) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_@$-]+", code_id(code))
    assert code_of(code_id(code)) == code
