"""Files as others publish them (columns of DTM, common operational data, UCDP, a survey of IMPACT),
each by `poclens map` and an intake, compared with pandas."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from shapely.geometry import Point, shape

from indicators.definitions.contracts import contracts
from indicators.definitions.mission_profile import read_mission
from pipelines.cli.main import main
from pipelines.ingest.inbox import ingest
from pipelines.setup.proposal.desk import open_desk
from pipelines.setup.proposal.proposal import propose
from pipelines.workspace.paths import Workspace
from pipelines.workspace.warehouse.last_state import open_to_read
from tests.worlds.mission.own_names import make_workspace

DATA = Path(__file__).parents[3] / "real" / "data"
CUT = DATA / "ocha_cutouts"
PLACES = {
    "HT01": "Ouest", "HT02": "Sud-Est", "HT03": "Nord", "HT04": "Nord Est", "HT05": "Artibonite",
    "HT06": "Centre", "HT07": "Sud", "HT08": "Grande Anse", "HT09": "Nord Ouest", "HT10": "Nippes",
    "AF01": "Kabul", "AF02": "Kapisa", "AF03": "Parwan", "AF06": "Nangarhar", "AF09": "Baghlan",
    "BD10": "Barisāl Division", "BD20": "Chittagong Division", "BD30": "Dhaka Division",
    "BD40": "Khulna Division", "BD50": "Rajshahi Division",
}  # fmt: skip
FIGURES = {"D-IM-01": "deaths_civilians", "D-IM-02": "events", "D-IM-03": "best"}
Map = Callable[..., None]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A mission with the places that the files name."""
    workspace, _ = make_workspace(tmp_path_factory.mktemp("public"))
    file = workspace.profile("faulty") / "mission.yaml"
    text = file.read_text().replace("starts_on: 2024-01-01", "starts_on: 1990-01-01")
    chosen = "".join(f"\n  - {{code: {code}}}" for code in FIGURES)
    file.write_text(text.replace("indicators: []", f"indicators:{chosen}"))
    mission = read_mission(workspace.profile("faulty"))
    own = list(contracts()["areas"].columns)
    rows = [{"area_code": "XX", "area_level": "country", "name_en": "World", "name_fr": "Monde"}]
    rows += [{"area_code": code, "parent_area_code": "XX", "area_level": "admin1",
              "name_en": name, "name_fr": name} for code, name in PLACES.items()]  # fmt: skip
    frame = pd.DataFrame(rows).assign(valid_from="1980-01-01").reindex(columns=own)
    frame.to_csv(workspace.inbox("faulty") / "areas.csv", index=False)
    ingest(workspace, mission, settled=0)
    return workspace


@pytest.fixture
def taken_in(home: Workspace, monkeypatch: pytest.MonkeyPatch) -> Map:
    """Maps a file with what a person says, and takes it in whole."""
    monkeypatch.setenv("POCLENS_HOME", str(home.home))

    def taken(path: Path, *said: str) -> None:
        assert main(["map", str(path), "--mission", "faulty", "--yes", *said]) == 0
        (home.inbox("faulty") / path.name).write_bytes(path.read_bytes())
        report = ingest(home, read_mission(home.profile("faulty")), settled=0)
        (file,) = [one for one in report.files if one.name == path.name]
        assert (file.status, file.rows_rejected) == ("loaded", 0), file

    return taken


def table(home: Workspace, sql: str) -> list[tuple[Any, ...]]:
    with open_to_read(home.warehouse("faulty")) as connection:
        return connection.execute(sql).fetchall()


def said(**values: str) -> list[str]:
    return [f"--set={name}={value}" for name, value in values.items()]


def test_displaced_people_of_the_displacement_tracking_matrix(
    home: Workspace, taken_in: Map
) -> None:
    path = Path(__file__).with_name("dtm_like_admin1.csv")  # its terms allow no copy: numbers drawn
    taken_in(path, *said(population_kind="displaced", sex="_U", age_group="_U",
                         estimate_source="IOM DTM"))  # fmt: skip
    frame = pd.read_csv(path, skiprows=[1])
    meant = {
        (row.admin1Pcode, row.reportingDate[:10]): row.numPresentIdpInd
        for row in frame.itertuples()
    }
    came = table(home, "SELECT area_code, CAST(reference_on AS VARCHAR), persons "
                       "FROM core.population")  # fmt: skip
    assert {(area, day): persons for area, day, persons in came} == meant


def test_places_of_the_common_operational_data(home: Workspace, taken_in: Map) -> None:
    path = CUT / "cod_pcodes_afg.csv"
    taken_in(path, "--answer=where=Admin Level", "--answer=where_is=2")
    frame = pd.read_csv(path)
    own = frame[frame["Admin Level"] == 2]
    meant = sorted(zip(own["P-Code"], own["Parent P-Code"], own["Name"], strict=True))
    came = table(home, "SELECT area_code, parent_area_code, name_fr FROM core.areas "
                       "WHERE area_level = 'admin2' ORDER BY 1")  # fmt: skip
    assert came == meant


def test_events_of_ucdp_with_tags(home: Workspace, taken_in: Map) -> None:
    path = CUT / "ucdp_ged_hxl_bgd.csv"
    taken_in(path, *said(incident_type="killing", against_civilians="true",
                         reported_by="ngo", verification="reported"))  # fmt: skip
    frame = pd.read_csv(path, skiprows=[1])
    names = {name: code for code, name in PLACES.items()}
    meant = sorted(
        (str(row.id), row.date_start, names[row.adm_1], row.best, row.deaths_civilians)
        for row in frame.itertuples()
    )
    came = table(home, "SELECT incident_code, CAST(occurred_on AS VARCHAR), area_code, deaths_best,"
                       " deaths_civilian FROM core.incidents ORDER BY 1")  # fmt: skip
    assert came == meant


def test_a_survey_of_households_with_weights_strata_and_clusters(
    home: Workspace, taken_in: Map, tmp_path: Path
) -> None:
    folder = DATA / "msna_haiti_2022"
    frame = pd.read_csv(folder / "msna_hti_2022_households.csv", dtype=str)
    own = frame[frame["admin1"].isin(["ouest", "artibonite", "centre", "nippes", "sud"])]
    own = own[own["weights"].notna()].head(300)
    path = tmp_path / "households.csv"
    own.to_csv(path, index=False)
    taken_in(path, "--table=survey_respondents", f"--form={folder / 'msna_hti_2022_xlsform.xlsx'}",
             *said(survey_code="MSNA", wave="2022", instrument="household", result="complete",
                   consent_given="true", interviewed_on="2022-07-01"))  # fmt: skip
    names = {name.lower(): code for code, name in PLACES.items()}
    came = table(home, "SELECT respondent_key, stratum, psu, CAST(weight_person AS DOUBLE), "
                       "area_code FROM core.survey_respondents WHERE survey_code = 'MSNA' "
                       "ORDER BY 1")  # fmt: skip
    meant = sorted(
        (row.uuid, row.stratum, row.i_cluster, pytest.approx(float(row.weights)), names[row.admin1])
        for row in own.itertuples()
    )
    assert came == meant


@pytest.mark.parametrize("state", ["raw", "clean"])
def test_interviews_of_kobotoolbox_as_they_were_exported(
    home: Workspace, taken_in: Map, state: str
) -> None:
    """Of one person a household: times with their zone, a byte-order mark in the first name."""
    folder = DATA / "kobo_water_survey_2021"
    path = folder / f"kobo_{state}_export.csv"
    survey = f"WATER_{state}"
    taken_in(path, "--table=survey_respondents", f"--form={folder / 'xlsform.xlsx'}",
             *(f"--column={one}" for one in ("stratum=neighbourhood", "respondent_key=X_uuid",
                                             "household_key=X_uuid", "started_at=X.U.FEFF.start")),
             "--drop=disability", *said(survey_code=survey, wave="2021", instrument="household",
                                        result="complete", weight_person="1", area_code="XX",
                                        consent_given="true"))  # fmt: skip
    frame = pd.read_csv(path, dtype=str)
    begun = pd.to_datetime(frame["X.U.FEFF.start"], utc=True).dt.tz_localize(None)
    sexes = {"male": "M", "female": "F"}
    meant = sorted(
        (row.X_uuid, row.neighbourhood, row.date_assessment, start.floor("s").to_pydatetime(),
         sexes.get(row.gender_hoh))
        for row, start in zip(frame.itertuples(), begun, strict=True)
    )  # fmt: skip
    came = table(home, "SELECT respondent_key, stratum, CAST(interviewed_on AS VARCHAR), "
                       "date_trunc('second', started_at), household_head_sex "
                       f"FROM core.survey_respondents WHERE survey_code = '{survey}' "
                       "ORDER BY 1")  # fmt: skip
    assert came == meant


def test_neither_a_count_of_members_nor_a_yes_is_taken_for_what_it_is_not() -> None:
    folder = DATA / "kobo_water_survey_2021"
    found = propose(folder / "kobo_raw_export.csv", {}, table="survey_respondents")
    by_column = {one.column: one.headers[0] for one in found.columns if one.headers}
    assert by_column.get("household_key") != "num_hh_member"
    assert "disability" not in by_column


def test_events_of_ucdp_for_one_country(home: Workspace, taken_in: Map) -> None:
    path = DATA / "ucdp_ged_ssd" / "conflict_data_ssd_2011_2017.csv"
    taken_in(path, "--drop=area_code", *said(
        incident_type="killing", against_civilians="true", reported_by="ngo",
        verification="reported", area_code="XX"))  # fmt: skip
    frame = pd.read_csv(path, skiprows=[1])
    by_year = frame.groupby(frame["date_start"].str[:4])[["best", "deaths_civilians"]].sum()
    came = table(home, "SELECT CAST(year(occurred_on) AS VARCHAR), sum(deaths_best), "
                       "sum(deaths_civilian) FROM core.incidents WHERE area_code = 'XX' "
                       "GROUP BY 1 ORDER BY 1")  # fmt: skip
    assert came == [(year, *map(int, row)) for year, row in by_year.iterrows()]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Missions of which outlines are all that is known of places, as the page makes them."""
    home = tmp_path_factory.mktemp("drawn")
    assert main(["init", str(home)]) == 0
    desk = open_desk(home).setup
    told = {
        "name_en": "M", "name_fr": "M", "country_code": "XX", "country_en": "X", "country_fr": "X",
        "time_zone": "Africa/Juba", "starts_on": "2011-01-01", **desk.choices("en").at_first,
    }  # fmt: skip
    for code in ("ssd", "mli"):
        outlines = {"outlines": DATA / "admin1" / f"{code}_admin1.geojson"}
        made = desk.make(told | {"code": code}, ["D-IM-01"], outlines, "en")
        assert (made.mission, made.problems) == (code, ())
    return Workspace(home)


@pytest.mark.parametrize("code", ["ssd", "mli"])
def test_outlines_without_codes_are_areas_by_their_names(drawn: Workspace, code: str) -> None:
    """One of the files gives two outlines one id."""
    outlines = json.loads((DATA / "admin1" / f"{code}_admin1.geojson").read_text("utf-8"))
    names = {one["properties"]["name"] for one in outlines["features"]}
    with open_to_read(drawn.warehouse(code)) as connection:
        came = connection.execute("SELECT area_code FROM core.areas WHERE area_level <> 'country'")
        assert {name for (name,) in came.fetchall()} == names


def deaths_by_outline(workspace: Workspace, mission: str) -> list[tuple[Any, ...]]:
    """Area, year, all deaths and those of civilians, as they were taken in."""
    with open_to_read(workspace.warehouse(mission)) as connection:
        return connection.execute(
            "SELECT area_code, year(occurred_on), sum(deaths_best), sum(deaths_civilian) "
            "FROM core.incidents GROUP BY ALL ORDER BY ALL"
        ).fetchall()


def meant_by_outline(events: pd.DataFrame, mission: str) -> list[tuple[Any, ...]]:
    """The same of the points of a file, each in the outline that covers it."""
    features = json.loads((DATA / f"admin1/{mission}_admin1.geojson").read_text("utf-8"))
    shapes = {one["properties"]["name"]: shape(one["geometry"]) for one in features["features"]}
    areas = [
        next((name for name, own in shapes.items() if own.covers(Point(*at))), None)
        for at in zip(events["longitude"], events["latitude"], strict=True)
    ]
    sums = events.assign(area=areas).groupby(["area", "year"])[["best", "deaths_civilians"]].sum()
    return [(*at, *map(int, row)) for at, row in sums.iterrows()]


def test_places_of_events_are_found_in_outlines(
    drawn: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POCLENS_HOME", str(drawn.home))
    path = DATA / "ucdp_ged_ssd" / "conflict_data_ssd_2011_2017.csv"
    values = said(incident_type="killing", against_civilians="true", reported_by="ngo",
                  verification="reported")  # fmt: skip
    answer = ["--answer", "place=coordinates", "--yes"]
    assert main(["map", str(path), "--mission", "ssd", *values, *answer]) == 0
    (drawn.inbox("ssd") / path.name).write_bytes(path.read_bytes())
    ingest(drawn, read_mission(drawn.profile("ssd")), settled=0)
    events = pd.read_csv(path, skiprows=[1])
    events["year"] = events["date_start"].str[:4].astype(int)
    assert deaths_by_outline(drawn, "ssd") == meant_by_outline(events, "ssd")


def test_events_of_which_the_year_alone_is_known(
    drawn: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They have no reference either: all that is known of one is its key."""
    monkeypatch.setenv("POCLENS_HOME", str(drawn.home))
    events = pd.read_csv(DATA / "ucdp_ged_mli_year" / "ged201_reduced_mli.csv")
    events = events[events["year"] >= 2011]  # the mission's own years
    path = drawn.inbox("mli") / "events_by_year.csv"
    events.to_csv(path, index=False)
    values = said(incident_type="killing", against_civilians="true", reported_by="ngo",
                  verification="reported", date_precision="year",
                  location_precision="near")  # fmt: skip
    columns = ["--column=occurred_on=year", f"--column=incident_code={' + '.join(events.columns)}"]
    answer = ["--answer", "place=coordinates", "--yes"]
    assert main(["map", str(path), "--mission", "mli", *values, *columns, *answer]) == 0
    ingest(drawn, read_mission(drawn.profile("mli")), settled=0)
    assert deaths_by_outline(drawn, "mli") == meant_by_outline(events, "mli")


def test_figures_of_the_files_are_those_of_pandas(
    home: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the files above: one refresh, as a newcomer begins it."""
    monkeypatch.setenv("POCLENS_HOME", str(home.home))
    assert main(["refresh", "--mission", "faulty", "--as-of", "2022-12-31"]) == 0
    tagged = [CUT / "ucdp_ged_hxl_bgd.csv", DATA / "ucdp_ged_ssd/conflict_data_ssd_2011_2017.csv"]
    events = pd.concat(pd.read_csv(path, skiprows=[1]) for path in tagged).assign(events=1)
    sums = events.groupby(events["date_start"].str[:4])[[*FIGURES.values()]].sum()
    came = table(home, "SELECT indicator, period, value FROM mart.indicator_value "
                       "WHERE period_type = 'A' AND area = 'XX' AND breakdown = '_T' "
                       "AND sex IN ('_T', '_Z') AND age_group IN ('_T', '_Z') "
                       "AND actor IN ('_T', '_Z') AND value > 0")  # fmt: skip
    assert sorted(came) == sorted(
        (code, year, total)
        for code, column in FIGURES.items()
        for year, total in sums[column].items()
        if total
    )
