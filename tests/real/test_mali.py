"""Mali: two survey rounds, bases and yearly events, against READMEs and independent queries."""

import re
from pathlib import Path
from typing import Literal

import pandas as pd
import pytest

from indicators.disclosure.copy import restrict
from indicators.survey import Condition, Design, Proportion, estimate
from tests.real import independent
from tests.real.refreshed import Refreshed, copied

COUNTRY = "MLI"
# item: indicator, question by wave, valid codes, favourable codes
ITEMS = {
    "trust_host_police": ("P3-OC-02", {"r6": "Q52H", "r7": "Q43G"}, range(4), range(2, 4)),
    "felt_unsafe_walking": ("D-OC-01", {"r6": "Q10A", "r7": "Q10A"}, range(5), range(1, 5)),
    "feared_crime_at_home": ("D-OC-02", {"r6": "Q10B", "r7": "Q10B"}, range(5), range(1, 5)),
    "physically_attacked": ("D-OC-03", {"r6": "Q11B", "r7": "Q11B"}, range(4), range(1, 4)),
    "un_mission_helps_unity": ("D-OC-04", {"r7": "Q81B_MLI"}, range(1, 5), range(3, 5)),
}
PERIODS = {"r6": "2014-12", "r7": "2017-02"}
CASES = [(item, wave) for item, entry in ITEMS.items() for wave in entry[1]]


def test_every_row_is_accounted_for(mali: Refreshed) -> None:
    for file in mali.report.files:
        assert file.rows_read == file.rows_loaded + file.rows_rejected + file.rows_unchanged, file
        assert file.rows_rejected == 0, file
    loaded = {file.source: file.rows_loaded for file in mali.report.files}
    assert loaded["afrobarometer_r6"] == loaded["afrobarometer_r7"] == 1200


# Survey ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("item", "wave"), CASES)
def test_weighted_shares_of_both_rounds(
    mali: Refreshed, real_folder: Path, item: str, wave: str
) -> None:
    indicator, questions, valid, favourable = ITEMS[item]
    frame = independent.interviews(real_folder, wave)
    cells = mali.totals(indicator, "M").set_index(["period", "area"])
    for area in (COUNTRY, *independent.REGIONS):
        inside = frame if area == COUNTRY else frame[frame["area"] == area]
        expected, n = independent.share(inside, questions[wave], valid, favourable)
        cell = cells.loc[(PERIODS[wave], area)]
        assert cell["n"] == n
        assert cell["value"] == pytest.approx(expected, abs=1e-6), area


@pytest.mark.parametrize("item", [item for item, wave in CASES if wave == "r6"])
def test_standard_error_of_round_6_rests_on_rebuilt_psus(
    mali: Refreshed, real_folder: Path, item: str
) -> None:
    indicator, questions, valid, favourable = ITEMS[item]
    frame = independent.interviews(real_folder, "r6")
    cells = mali.totals(indicator, "M").set_index(["period", "area"])
    for area in (COUNTRY, *independent.REGIONS):
        cell = cells.loc[(PERIODS["r6"], area)]
        within = None if area == COUNTRY else area
        expected = independent.standard_error(frame, questions["r6"], valid, favourable, within)
        assert cell["se"] == pytest.approx(expected, abs=1e-6), area
        assert cell["method"] == "taylor"
        if cell["obs_status"] != "U":
            assert cell["ci_low"] < cell["value"] < cell["ci_high"]


def test_psus_of_round_6_are_runs_of_eight_with_one_stratum_and_weight(mali: Refreshed) -> None:
    psus = mali.frame(
        """
        SELECT psu, count(*) AS n, count(DISTINCT stratum) AS strata,
            count(DISTINCT weight_person) AS weights
        FROM core.survey_respondents WHERE wave = 'R6' GROUP BY psu
        """
    )
    assert len(psus) == 150
    assert (psus["n"] == 8).all() and (psus[["strata", "weights"]] == 1).all(axis=None)


@pytest.mark.parametrize("item", [item for item, wave in CASES if wave == "r7"])
def test_interval_of_round_7_rests_on_the_stated_design_effect_and_says_so(
    mali: Refreshed, real_folder: Path, item: str
) -> None:
    indicator, questions, valid, favourable = ITEMS[item]
    (substitute,) = mali.mission.survey_substitutes
    assert (
        mali.frame("SELECT count(psu) AS n FROM core.survey_respondents WHERE wave = 'R7'")[
            "n"
        ].item()
        == 0
    )
    cell = mali.totals(indicator, "M").set_index(["period", "area"]).loc[(PERIODS["r7"], COUNTRY)]
    frame = independent.interviews(real_folder, "r7")
    p, n = independent.share(frame, questions["r7"], valid, favourable)
    simple = p * (100 - p) / (n - 1)
    assert cell["deff"] == substitute.design_effect
    assert cell["se"] ** 2 == pytest.approx(substitute.design_effect * simple, rel=2e-3)
    assert cell["method"].startswith("stated_deff")


def test_stated_design_effect_is_the_largest_of_round_6(mali: Refreshed, real_folder: Path) -> None:
    frame = independent.interviews(real_folder, "r6")
    design = Design(ids=("psu",), strata=("stratum",), weights="weight", lonely_psu="adjust")
    effects = []
    for _, questions, valid, favourable in ITEMS.values():
        if "r6" not in questions:
            continue
        code = frame[questions["r6"]].astype(float)
        asked = frame.assign(valid=code.isin(valid), said=code.isin(favourable))
        row = estimate(
            asked, design, Proportion("said", True), domain=[Condition("valid", "==", True)]
        )
        effects.append(float(row["deff_replace"].item()))
    (substitute,) = mali.mission.survey_substitutes
    assert substitute.design_effect == round(max(effects), 2)
    shown = [
        mali.totals(indicator, "M").set_index(["period", "area"]).loc[(PERIODS["r6"], COUNTRY)]
        for indicator, questions, _, _ in ITEMS.values()
        if "r6" in questions
    ]
    assert [cell["deff"] for cell in shown] == pytest.approx(effects, rel=1e-6)
    for effect in effects:
        assert f"{effect:.2f}" in substitute.reason.en


def test_kidal_has_too_few_interviews_to_be_shown(mali: Refreshed) -> None:
    cells = mali.totals("P3-OC-02", "M")
    kidal = cells[(cells["area"] == "ML-8") & cells["period"].isin(PERIODS.values())]
    assert kidal.set_index("period")["n"].to_dict() == {"2014-12": 16, "2017-02": 8}
    assert kidal["obs_status"].eq("U").all()
    shown = cells[cells["obs_status"] == "A"]
    assert len(shown) > 0 and (shown["n"] >= 30).all()


@pytest.mark.parametrize("audience", ["mission", "hq"])
def test_kidal_is_withheld_from_each_audience_and_bases_are_not(
    mali: Refreshed, audience: Literal["mission", "hq"]
) -> None:
    mali.connection.execute("BEGIN")
    try:
        restrict(mali.connection, mali.mission, audience)
        surveys = [mali.totals(entry[0], "M") for entry in ITEMS.values()]
        police = mali.totals("D-OP-01", "A")
    finally:
        mali.connection.execute("ROLLBACK")
    for cells in surveys:
        kidal = cells[(cells["area"] == "ML-8") & cells["obs_status"].ne("O")]
        assert len(kidal) > 0 and kidal["conf_status"].eq("C").all()
        assert kidal[["value", "n", "se", "ci_low"]].isna().all(axis=None)
    assert police["conf_status"].eq("F").all()


def test_a_round_that_did_not_ask_the_item_shows_nothing(mali: Refreshed) -> None:
    cells = mali.totals("D-OC-04", "M")
    assert cells.loc[cells["value"].notna(), "period"].unique().tolist() == ["2017-02"]


# Bases ----------------------------------------------------------------------------------------


def test_minusma_police_by_year_are_the_figures_of_the_readme(
    mali: Refreshed, real_folder: Path
) -> None:
    readme = (real_folder / "radpko" / "README.md").read_text(encoding="utf-8")
    line = next(line for line in readme.splitlines() if "yearly sums of unpol" in line)
    police = re.findall(r"(\d{4}) (\d+)", line.split(";")[0])
    assert [int(value) for _, value in police][::5] == [990, 1690]
    found = mali.values("D-OP-01", "A")
    assert {year: round(found[year, COUNTRY]) for year, _ in police} == {
        year: int(value) for year, value in police
    }
    troops = [int(text) for text in re.findall(r"\d+", line.split("untrp:")[1])]
    military = mali.values("D-OP-02", "A")
    assert [round(military[year, COUNTRY]) for year, _ in police] == troops


def test_police_by_base_and_by_area(mali: Refreshed, real_folder: Path) -> None:
    bases = independent.bases(real_folder, "minusma")
    stored = mali.frame(
        """
        SELECT base_code, year(from_on) AS year, CAST(personnel_count AS DOUBLE) AS police
        FROM core.deployments WHERE component = 'police'
        """
    ).set_index(["base_code", "year"])["police"]
    expected = bases.set_index(["base", "year"])["unpol"]
    assert stored.index.is_unique and set(stored.index) == set(expected.index)
    assert (stored - expected).abs().max() <= 5e-5

    names = mali.mission.area_codes
    bases["area"] = [
        # The file's longitude of Ménaka (Gao before 2016) has lost its sign.
        "ML-7"
        if row.base == "menaka"
        else names[independent.outline_of(real_folder, "mli", row.longitude, row.latitude)]
        for row in bases.itertuples()
    ]
    sums = bases.groupby([bases["year"].astype(str), "area"])["unpol"].sum()
    found = {key: value for key, value in mali.values("D-OP-01", "A").items() if key[1] != COUNTRY}
    assert found.keys() == set(sums[sums > 0].index)
    assert all(found[key] == pytest.approx(sums[key], abs=5e-3) for key in found)


def test_names_of_bases_agree_between_the_sources(mali: Refreshed) -> None:
    names = mali.frame("SELECT DISTINCT base_code, base_name FROM core.deployments")
    assert names["base_code"].is_unique
    assert "Ménaka" in set(names["base_name"])
    assert not names["base_name"].str.contains("Ã").any()


def test_doubly_encoded_text_is_told(mali: Refreshed) -> None:
    warned = mali.frame("SELECT * FROM ops.row_warning WHERE rule = 'doubly_encoded'")
    assert warned["row_number"].nunique() == 28  # of the columns that the mapping reads


def test_nothing_is_deployed_after_the_withdrawal(mali: Refreshed) -> None:
    last = mali.frame("SELECT max(to_on) AS day FROM core.deployments")["day"].item()
    assert pd.Timestamp(last).date() == mali.mission.ends_on


# Events ---------------------------------------------------------------------------------------


def test_reduced_events_count_in_their_year_only(mali: Refreshed, real_folder: Path) -> None:
    raw = independent.text_of(real_folder / "ucdp_ged_mli_year" / "ged201_reduced_mli.csv")
    raw = raw[raw["year"].astype(int) >= 2013]
    expected = raw["best"].astype(int).groupby(raw["year"]).sum()
    found = {
        period: value
        for (period, area), value in mali.values("D-IM-03", "A").items()
        if area == COUNTRY
    }
    assert found == expected.to_dict()
    for period_type in ("M", "Q", "B"):
        assert mali.values("D-IM-03", period_type) == {}


def test_reduced_events_are_flagged_as_below_the_published_total(
    mali: Refreshed, real_folder: Path
) -> None:
    published = independent.published_deaths(real_folder, "Mali").sum(axis=1)
    ours = mali.values("D-IM-03", "A")
    flagged = {
        int(check.check.rsplit(".", 1)[1]): check
        for check in mali.checks
        if ".published_total." in check.check and check.status == "failed"
    }
    assert set(flagged) == set(range(2013, 2020))
    for year, check in flagged.items():
        assert float(check.observed) == ours[str(year), COUNTRY] < published[year]
        assert float(check.expected) == published[year]
        assert "below" in check.sentence_en


def test_quality_says_that_round_7_has_no_psu_and_stops_nothing(mali: Refreshed) -> None:
    checks = mali.checks
    (psu,) = (check for check in checks if check.check == "survey_respondents.psu.afrobarometer.R7")
    assert psu.status == "failed" and psu.rows_failed == 1200
    assert "design effect" in psu.sentence_en
    stopping = [
        check for check in checks if check.severity == "blocking" and check.status != "passed"
    ]
    assert stopping == []


def test_no_shared_file_is_copied_into_the_workspace(mali: Refreshed) -> None:
    assert copied(mali) == set()
