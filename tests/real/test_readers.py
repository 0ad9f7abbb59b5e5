"""What is messy in the published files, and what the readers make of it."""

from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat
import pytest

from indicators.foundation.errors import WrongUse
from indicators.foundation.messages import message
from pipelines.ingest.readers import reader
from pipelines.ingest.readers.table import SourceTable
from tests.worlds.stand_ins import INTERVIEWS, write_stand_ins

Sets = tuple[Path, dict[str, Any]]


def read(name: str, path: Path, **options: object) -> SourceTable:
    (table,) = reader(name).read(path, options)
    return table


def independent(path: Path, **options: object) -> pd.DataFrame:
    """The file as pandas reads it: every cell as text, empty cells as ''."""
    return pd.read_csv(path, dtype=str, keep_default_na=False, **options)


# What the sets that may not be passed on hold, and what of the same shape is drawn in their place.
PUBLISHED = {
    "as published": {"repaired": 51, "named": "Ménaka", "interviews": 1200},
    "drawn": {"repaired": 8, "named": "Ségou", "interviews": INTERVIEWS},
}


@pytest.fixture(scope="module", params=list(PUBLISHED))
def sets(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Sets:
    """The folder of the sets, and what is known of them; the drawn ones need no other file."""
    if request.param == "drawn":
        folder = write_stand_ins(tmp_path_factory.mktemp("drawn"))
    else:
        folder = request.getfixturevalue("not_passed_on")
    return folder, PUBLISHED[request.param]


# UCDP GED -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ged_path(real_folder: Path) -> Path:
    return real_folder / "ucdp_ged_ssd" / "conflict_data_ssd_2011_2017.csv"


def test_ged_hxl_tags_are_set_aside_and_told(ged_path: Path) -> None:
    table = read("ged", ged_path)
    expected = independent(ged_path)
    assert table.rows_read == len(expected) - 1 == 598
    (remark,) = table.remarks
    assert (remark.rule, remark.row_number) == ("hxl_tags", 2)
    assert remark.parameters["tags"] == (expected.iloc[0] != "").sum()
    assert not any(text.startswith("#") for text in table.rows.column("id").to_pylist())


def test_ged_without_tags_loses_no_row(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text(
        "id,type_of_violence,where_prec,latitude,longitude,date_prec,date_start,date_end,best\n"
        "1,3,1,5.0,30.0,1,2014-01-01,2014-01-01,4\n"
        "2,3,1,5.0,30.0,4,2014-01-01,2014-02-01,4\n"
        "3,3,1,5.0,30.0,4,2014-01-01,2014-01-31,9\n",
        encoding="utf-8",
    )
    table = read("ged", path)
    assert table.rows.column("id").to_pylist() == ["1", "2", "3"]
    assert table.remarks == ()
    assert table.rows.column("longer_than_31_days").to_pylist() == ["0", "1", "0"]
    assert table.rows.column("resembles").to_pylist() == [None, "1", None]


def test_ged_keeps_line_breaks_between_quotes_and_every_cell(ged_path: Path) -> None:
    table = read("ged", ged_path)
    expected = independent(ged_path).iloc[1:].reset_index(drop=True)
    ours = table.rows.to_pandas().fillna("")[expected.columns]
    pd.testing.assert_frame_equal(ours.astype(str), expected.astype(str), check_dtype=False)
    assert ours["where_description"].str.contains("\n").any()


def test_ged_row_number_is_the_line_on_which_the_event_begins(ged_path: Path) -> None:
    table = read("ged", ged_path)
    lines = ged_path.read_bytes().decode().split("\n")
    for number, identifier in zip(
        table.row_numbers.to_pylist(), table.rows.column("id").to_pylist(), strict=True
    ):
        assert lines[number - 1].startswith(f"{identifier},")


def test_ged_names_the_first_of_the_look_alikes(ged_path: Path) -> None:
    look = ["date_start", "latitude", "longitude", "type_of_violence", "best"]
    expected = independent(ged_path).iloc[1:]
    later = expected[expected.duplicated(look)]
    table = read("ged", ged_path).rows.to_pandas()
    flagged = table[table["resembles"].notna()]
    assert sorted(flagged["id"]) == sorted(later["id"])
    assert flagged.set_index("id")["resembles"]["30111"] == "29942"
    assert expected.duplicated(look, keep=False).sum() == 23


def test_a_file_that_is_no_ged_says_which_columns_are_missing(real_folder: Path) -> None:
    with pytest.raises(WrongUse, match="columns id, date_start, type_of_violence"):
        read("ged", real_folder / "ucdp_ged_mli_year" / "ged201_reduced_mli.csv")


# Geo-PKO --------------------------------------------------------------------------------------


def test_geopko_repairs_text_encoded_twice_and_tells_each_cell(sets: Sets) -> None:
    folder, known = sets
    path = folder / "geopko" / "geopko_v2_0_minusma.csv"
    table = read("geopko", path)
    assert {remark.rule for remark in table.remarks} == {"doubly_encoded"}
    assert len({remark.row_number for remark in table.remarks}) == known["repaired"]
    locations = set(table.rows.column("location").to_pylist())
    v2_3 = independent(folder / "geopko" / "geopko_v2_3_yearly_minusma.csv")
    assert locations == set(v2_3["location"])
    remark = table.remarks[0]
    sentence = message("problem.doubly_encoded", "en", value=remark.raw_value, **remark.parameters)
    assert "Ã" in sentence and known["named"] in sentence


def test_geopko_na_is_missing_and_nothing_else_is(sets: Sets) -> None:
    folder, _ = sets
    path = folder / "geopko" / "geopko_v2_0_unmiss.csv"
    table = read("geopko", path)
    expected = independent(path)
    for name in expected.columns:
        missing = [text is None for text in table.rows.column(name).to_pylist()]
        assert missing == expected[name].isin(["NA", ""]).tolist(), name


def test_geopko_map_speaks_for_its_month(sets: Sets) -> None:
    folder, _ = sets
    table = read("geopko", folder / "geopko" / "geopko_v2_0_unmiss.csv").rows.to_pandas()
    first = pd.to_datetime(table["period_from"])
    assert (first.dt.year == table["year"].astype(int)).all()
    assert (first.dt.month == table["month"].astype(int)).all()
    assert (pd.to_datetime(table["period_to"]) == first + pd.offsets.MonthEnd(0)).all()


@pytest.mark.parametrize("mission", ["minusma", "unmiss"])
def test_geopko_v2_3_counts_the_configurations_of_a_location_year(sets: Sets, mission: str) -> None:
    folder, _ = sets
    path = folder / "geopko" / f"geopko_v2_3_yearly_{mission}.csv"
    table = read("geopko", path).rows.to_pandas()
    expected = independent(path)
    assert len(table) == len(expected)
    once = table[table["configuration"] == "1"]
    assert len(once) == len(expected[["year", "location"]].drop_duplicates())
    assert expected.groupby(["year", "location"])["ave.no.troops"].nunique().max() == 1


def test_cp1252_fails_as_utf_8_and_is_read_as_cp1252(sets: Sets) -> None:
    folder, _ = sets
    path = folder / "geopko" / "geopko_cp1252_encoding_sample.csv"
    with pytest.raises(WrongUse, match="0x92") as caught:
        read("geopko", path)
    assert caught.value.problems[0].rule == "encoding"
    table = read("geopko", path, encoding="cp1252")
    assert table.rows_read == 60
    assert "Cote D’Ivoire" in table.rows.column("name").to_pylist()


# RADPKO ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("mission", ["minusma", "unmiss"])
def test_radpko_keeps_every_base_year_and_its_fractions(sets: Sets, mission: str) -> None:
    folder, _ = sets
    path = folder / "radpko" / f"radpko_base_year_{mission}.csv"
    table = read("radpko", path)
    expected = independent(path)
    ours = table.rows.to_pandas().fillna("")
    pd.testing.assert_frame_equal(
        ours[expected.columns].astype(str), expected.astype(str), check_dtype=False
    )
    assert (ours["period_to"] == expected["year"] + "-12-31").all()


# SPSS -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["mli_r6_data_2015_eng.sav", "mli_r7_data_eng.sav"])
def test_spss_gives_codes_as_text_and_labels_beside_them(sets: Sets, name: str) -> None:
    folder, known = sets
    table = read("spss", folder / "afrobarometer_mali" / name)
    wave = name[4:6]
    codes = pd.read_csv(
        folder / "afrobarometer_mali" / f"afro_mli_{wave}_codes.csv",
        dtype=str,
        keep_default_na=False,
    )
    assert table.rows_read == len(codes) == known["interviews"]
    for column in ("REGION", "URBRUR", "Q10A", "Q10B"):
        expected = codes[column].str.removesuffix(".0").tolist()
        assert table.rows.column(column).to_pylist() == expected
    labels = set(table.rows.column("REGION (label)").to_pylist())
    assert ({"Ségou", "Tombouctou"} if wave == "r6" else {"SEGOU", "TOMBOUCTOU"}) <= labels


def test_spss_keeps_declared_missing_codes_dates_and_blanks(tmp_path: Path) -> None:
    path = tmp_path / "small.sav"
    frame = pd.DataFrame(
        {
            "ID": ["a", "b", "c"],
            "Q1": [1.0, 9.0, None],
            "W": [0.5, 1.25, 1.0],
            "DAY": pd.to_datetime(["2014-12-01", "2014-12-02", "2014-12-03"]).date,
        }
    )
    pyreadstat.write_sav(
        frame,
        str(path),
        variable_value_labels={"Q1": {1: "Yes", 9: "Don’t know"}},
        missing_ranges={"Q1": [9]},
    )
    rows = read("spss", path).rows.to_pydict()
    assert rows["Q1"] == ["1", "9", None]
    assert rows["Q1 (label)"] == ["Yes", "Don’t know", None]
    assert rows["W"] == ["0.5", "1.25", "1"]
    assert rows["DAY"][0] == "2014-12-01"


@pytest.mark.parametrize("content", [b"", b"RESPNO,Q1\n1,2\n"])
def test_what_is_no_spss_file_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.sav"
    path.write_bytes(content)
    with pytest.raises(WrongUse, match=r"broken\.sav"):
        read("spss", path)
