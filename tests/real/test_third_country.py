"""A country that the project has never seen needs a profile and no Python.

The profile is made here: another survey round, other question numbers, recodes by label instead
of by code, other areas.
"""

from collections.abc import Iterator
from datetime import date

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from pipelines.workspace.paths import Workspace
from tests.real.refreshed import Refreshed, refreshed

MISSION = """
mission: third_country
name: {en: Third country, fr: Troisième pays}
country_area: XXC
time_zone: Africa/Bangui
starts_on: 2018-01-01
areas_geojson: areas.geojson
area_property: id
boundaries: {en: Drawn for a test., fr: Tracées pour un test.}
survey_substitutes:
  - survey_code: barometer
    wave: R9
    design_effect: 2.0
    reason: {en: Stated for a test., fr: Déclaré pour un test.}
indicators: [{code: P3-OC-02}, {code: D-OC-01}]
"""

AREAS = """
{"type": "FeatureCollection", "features": [
 {"type": "Feature", "properties": {"id": "XX-N", "name": "North"},
  "geometry": {"type": "Polygon", "coordinates": [[[0,0],[2,0],[2,1],[0,1],[0,0]]]}},
 {"type": "Feature", "properties": {"id": "XX-S", "name": "South"},
  "geometry": {"type": "Polygon", "coordinates": [[[0,-1],[2,-1],[2,0],[0,0],[0,-1]]]}}]}
"""

SURVEY = """
source: barometer
files: ["barometer_*.sav"]
reader: spss
ignore: ["*"]
tables:
  - table: survey_respondents
    columns:
      survey_code: &survey {constant: barometer}
      wave: &wave {constant: R9}
      respondent_key: &key {from: CASEID}
      household_key: {from: CASEID}
      instrument: {constant: household}
      stratum: {from: PROVINCE}
      weight_person: {from: WT}
      result: {constant: complete}
      consent_given: {constant: "true"}
      interviewed_on: {from: DAY}
      area_code: {from: PROVINCE (label), recode: {NORTH: XX-N, South: XX-S}}
      sex: {from: Q99 (label), recode: {Homme: M, Femme: F}}
      is_adult: {constant: "true"}
  - table: survey_answers
    columns: {survey_code: *survey, wave: *wave, respondent_key: *key}
    unpivot:
      item: item
      value: answer
      items:
        trust_host_police:
          from: Q7 (label)
          recode:
            {Pas du tout: not_at_all, Un peu: little, Assez: somewhat, Beaucoup: a_lot,
             Ne sait pas: dont_know}
        felt_unsafe_walking:
          from: Q31C
          recode: {"1": never, "2": several_times, "7": refused}
"""
TRUST = {0: "Pas du tout", 1: "Un peu", 2: "Assez", 3: "Beaucoup", 9: "Ne sait pas"}


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    """240 interviews in two provinces, drawn with a fixed seed."""
    draw = np.random.default_rng(20)
    return pd.DataFrame(
        {
            "CASEID": [f"X{number:03d}" for number in range(240)],
            "PROVINCE": draw.choice([1.0, 2.0], 240),
            "DAY": [date(2019, 5, 1 + number % 20) for number in range(240)],
            "WT": draw.uniform(0.5, 1.5, 240),
            "Q99": draw.choice([1.0, 2.0], 240),
            "Q7": draw.choice([0.0, 1.0, 2.0, 3.0, 9.0], 240),
            "Q31C": draw.choice([1.0, 2.0, 7.0], 240, p=[0.5, 0.4, 0.1]),
        }
    )


@pytest.fixture(scope="module")
def third_country(
    tmp_path_factory: pytest.TempPathFactory, answers: pd.DataFrame
) -> Iterator[Refreshed]:
    workspace = Workspace(tmp_path_factory.mktemp("third"))
    profile = workspace.profile("third_country")
    (profile / "sources").mkdir(parents=True)
    (profile / "mission.yaml").write_text(MISSION, encoding="utf-8")
    (profile / "areas.geojson").write_text(AREAS, encoding="utf-8")
    (profile / "sources" / "barometer.yaml").write_text(SURVEY, encoding="utf-8")
    inbox = workspace.inbox("third_country")
    inbox.mkdir(parents=True)
    pyreadstat.write_sav(
        answers,
        str(inbox / "barometer_r9.sav"),
        variable_value_labels={
            "PROVINCE": {1: "NORTH", 2: "South"},
            "Q99": {1: "Homme", 2: "Femme"},
            "Q7": TRUST,
        },
    )
    with refreshed(workspace, "third_country", date(2019, 12, 31)) as result:
        yield result


def weighted(frame: pd.DataFrame, question: str, valid: list[int], favourable: list[int]) -> float:
    asked = frame[frame[question].isin(valid)]
    said = asked[question].isin(favourable)
    return float(100 * asked.loc[said, "WT"].sum() / asked["WT"].sum())


@pytest.mark.parametrize(
    ("indicator", "question", "valid", "favourable"),
    [("P3-OC-02", "Q7", [0, 1, 2, 3], [2, 3]), ("D-OC-01", "Q31C", [1, 2], [2])],
)
def test_shares_come_out_by_area(
    third_country: Refreshed,
    answers: pd.DataFrame,
    indicator: str,
    question: str,
    valid: list[int],
    favourable: list[int],
) -> None:
    cells = third_country.totals(indicator, "M").set_index(["period", "area"])
    for area, code in (("XXC", None), ("XX-N", 1.0), ("XX-S", 2.0)):
        inside = answers if code is None else answers[answers["PROVINCE"] == code]
        cell = cells.loc[("2019-05", area)]
        expected = weighted(inside, question, valid, favourable)
        assert cell["value"] == pytest.approx(expected, abs=1e-5)
        assert cell["n"] == inside[question].isin(valid).sum()
        assert cell["deff"] == 2.0


def test_file_of_the_inbox_is_archived_and_taken_in_whole(third_country: Refreshed) -> None:
    (survey,) = (file for file in third_country.report.files if file.source == "barometer")
    assert (survey.rows_read, survey.rows_loaded) == (240, 240)
    assert not list(third_country.workspace.inbox("third_country").iterdir())
    archived = third_country.workspace.archive("third_country")
    assert [path for path in archived.rglob("*") if survey.sha256 in path.name]
