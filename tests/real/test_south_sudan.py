"""South Sudan: events 2011-2017 and bases, against UCDP's totals and independent queries."""

from pathlib import Path

import pandas as pd
import pytest

from tests.real import independent
from tests.real.refreshed import Refreshed, copied

COUNTRY = "SSD"
TYPES = {"state_based": "1", "non_state": "2", "one_sided": "3"}


@pytest.fixture(scope="module")
def events(real_folder: Path) -> pd.DataFrame:
    return independent.events(real_folder)


def test_every_row_is_accounted_for(south_sudan: Refreshed) -> None:
    for file in south_sudan.report.files:
        assert file.rows_read == file.rows_loaded + file.rows_rejected + file.rows_unchanged, file
        assert file.rows_rejected == 0, file
    (event_file,) = (file for file in south_sudan.report.files if file.source == "events")
    assert (event_file.rows_read, event_file.rows_loaded) == (598, 598)


def test_deaths_by_year_and_type_are_those_that_ucdp_published(
    south_sudan: Refreshed, real_folder: Path
) -> None:
    published = independent.published_deaths(real_folder, "South Sudan")
    ours = south_sudan.frame(
        """
        SELECT period, breakdown_value, value FROM mart.indicator_value
        WHERE indicator = 'D-IM-03' AND period_type = 'A' AND area = ?
            AND breakdown = 'violence_type'
        """,
        COUNTRY,
    )
    found = {(int(row.period), row.breakdown_value): row.value for row in ours.itertuples()}
    assert set(published.index) == set(range(2011, 2018))
    for year, figures in published.iterrows():
        for kind in TYPES:
            assert found.get((year, kind), 0) == figures[kind], (year, kind)
    totals = south_sudan.values("D-IM-03", "A")
    assert {year: totals[str(year), COUNTRY] for year in published.index} == (
        published.sum(axis=1).to_dict()
    )


@pytest.mark.parametrize(
    ("period_type", "column"), [("M", "month"), ("Q", "quarter"), ("A", "year")]
)
def test_events_and_civilian_deaths_by_area_and_period(
    south_sudan: Refreshed, events: pd.DataFrame, period_type: str, column: str
) -> None:
    counted = events if period_type == "A" else events[~events["year_only"]]
    rows = independent.by_area(counted, COUNTRY)
    rows = rows.assign(period=rows[column].astype(str))
    deaths = rows.groupby(["period", "area"])["civilians"].sum()
    assert south_sudan.values("D-IM-01", period_type) == deaths[deaths > 0].to_dict()
    against = rows[rows["type"] == "3"].groupby(["period", "area"]).size()
    assert south_sudan.values("D-IM-02", period_type) == against.to_dict()


def test_an_event_with_where_prec_4_counts_in_its_state_and_one_above_in_the_country_only(
    south_sudan: Refreshed, events: pd.DataFrame
) -> None:
    core = south_sudan.frame(
        "SELECT incident_code AS id, area_code, location_precision FROM core.incidents"
    ).set_index("id")
    state_known = events[events["where_prec"] == 4]
    wider = events[events["where_prec"] > 4]
    assert len(state_known) + len(wider) == 85
    assert core.loc[state_known["id"], "location_precision"].eq("admin1").all()
    assert core.loc[state_known["id"], "area_code"].tolist() == state_known["state"].tolist()
    assert core.loc[wider["id"], "area_code"].eq(COUNTRY).all()
    assert core.loc[wider["id"], "location_precision"].eq("country").all()


def test_an_event_of_date_prec_5_or_longer_than_31_days_counts_in_its_year_only(
    south_sudan: Refreshed, events: pd.DataFrame
) -> None:
    long = events[events["year_only"]]
    core = south_sudan.frame(
        "SELECT incident_code AS id FROM core.incidents WHERE date_precision = 'year'"
    )
    assert len(long) == 37 and set(core["id"]) == set(long["id"])
    months = sum(
        value for (_, area), value in south_sudan.values("D-IM-03", "M").items() if area == COUNTRY
    )
    years = sum(
        value for (_, area), value in south_sudan.values("D-IM-03", "A").items() if area == COUNTRY
    )
    assert years - months == long["best"].sum() > 0


def test_an_event_over_a_month_end_counts_in_the_month_of_its_first_day(
    south_sudan: Refreshed,
) -> None:
    crossing = south_sudan.frame(
        """
        SELECT count(*) AS n FROM core.incidents
        WHERE date_precision <> 'year' AND month(ended_on) <> month(occurred_on)
        """
    )
    assert crossing["n"].item() > 0  # else the comparison by month would not show the rule


def test_look_alike_events_stay_and_name_the_first(
    south_sudan: Refreshed, real_folder: Path
) -> None:
    raw = independent.text_of(
        real_folder / "ucdp_ged_ssd" / "conflict_data_ssd_2011_2017.csv"
    ).iloc[1:]
    look = ["date_start", "latitude", "longitude", "type_of_violence", "best"]
    later = set(raw.loc[raw.duplicated(look), "id"])
    flagged = south_sudan.frame(
        """
        SELECT incident_code, possible_duplicate_of FROM core.incidents
        WHERE possible_duplicate_of IS NOT NULL
        """
    )
    assert set(flagged["incident_code"]) == later
    assert dict(zip(*flagged.to_dict("list").values(), strict=True))["30111"] == "29942"


def test_estimates_out_of_order_stay_with_a_warning(south_sudan: Refreshed) -> None:
    warned = south_sudan.frame("SELECT row_number, rule FROM ops.row_warning")
    outside = south_sudan.frame(
        """
        SELECT row_number FROM core.incidents
        WHERE deaths_low > deaths_best OR deaths_best > deaths_high
        """
    )
    assert len(outside) > 0
    assert set(outside["row_number"]) == set(
        warned.loc[warned["rule"] == "deaths_ordered", "row_number"]
    )
    assert (warned["rule"] == "hxl_tags").sum() == 1


def test_areas_have_their_own_codes_and_names_in_both_languages(south_sudan: Refreshed) -> None:
    areas = south_sudan.frame("SELECT * FROM mart.area ORDER BY area_code")
    assert set(areas["area_code"]) == {COUNTRY, *independent.STATES.values()}
    names = areas.set_index("area_code")
    assert names.loc["SS-JG", "name_en"] == "Jonglei"  # the outline says Jungoli
    assert names.loc["SS-NU", "name_fr"] == "Haut-Nil"
    assert names.loc[list(independent.STATES.values()), "geometry"].notna().all()


@pytest.mark.parametrize(("indicator", "column"), [("D-OP-01", "unpol"), ("D-OP-02", "untrp")])
def test_police_and_troops_by_area_and_year(
    south_sudan: Refreshed, real_folder: Path, indicator: str, column: str
) -> None:
    bases = independent.bases(real_folder, "unmiss")
    outlines = south_sudan.mission.area_codes
    stated = {"pibor": "SS-JG", "raga": "SS-BW"}  # the file's points are elsewhere
    bases["area"] = [
        stated.get(row.base)
        or outlines[independent.outline_of(real_folder, "ssd", row.longitude, row.latitude)]
        for row in bases.itertuples()
    ]
    rows = pd.concat([bases, bases.assign(area=COUNTRY)])
    expected = rows.groupby([rows["year"].astype(str), "area"])[column].sum()
    expected = expected[expected > 0]
    found = south_sudan.values(indicator, "A")
    assert found.keys() == set(expected.index)
    assert all(found[key] == pytest.approx(value, abs=5e-3) for key, value in expected.items())


def test_bases_that_radpko_puts_elsewhere_lie_where_geopko_has_them(
    south_sudan: Refreshed, real_folder: Path
) -> None:
    places = south_sudan.frame(
        """
        SELECT DISTINCT base_code, figure_basis, latitude, longitude, area_code
        FROM core.deployments WHERE base_code IN ('pibor', 'raga')
        """
    )
    assert (places.groupby("base_code")["figure_basis"].nunique() == 2).all()
    assert (places.groupby("base_code")[["latitude", "longitude", "area_code"]].nunique() == 1).all(
        axis=None
    )


def test_base_without_a_name_is_kept(south_sudan: Refreshed) -> None:
    found = south_sudan.frame(
        """
        SELECT component, area_code, personnel_count FROM core.deployments
        WHERE base_code = 'unnamed' ORDER BY component
        """
    )
    assert found["component"].tolist() == ["military", "police"]
    assert found["area_code"].tolist() == ["SS-UY", "SS-UY"]
    assert found["personnel_count"].iloc[0] > 0


def test_maps_are_not_added_to_yearly_means(south_sudan: Refreshed, real_folder: Path) -> None:
    maps = independent.text_of(real_folder / "geopko" / "geopko_v2_0_unmiss.csv")
    maps = maps.assign(
        period=maps["year"] + "-" + maps["month"].str.zfill(2), troops=maps["No.troops"].astype(int)
    )
    expected = maps.groupby("period")["troops"].sum()
    found = {
        period: value
        for (period, area), value in south_sudan.values("D-OP-03", "M").items()
        if area == COUNTRY and period < "2019"
    }
    assert found == expected.to_dict()


def test_v2_3_counts_a_location_year_once(south_sudan: Refreshed, real_folder: Path) -> None:
    years = independent.text_of(real_folder / "geopko" / "geopko_v2_3_yearly_unmiss.csv")
    once = years.drop_duplicates(["year", "location"])
    once = once[once["year"].astype(int) >= 2019]
    stored = south_sudan.frame(
        """
        SELECT year(from_on) AS year, base_name, personnel_count FROM core.deployments
        WHERE figure_basis = 'map_estimate' AND from_on >= DATE '2019-01-01'
        """
    )
    assert len(stored) == len(once)
    assert stored.groupby("year")["personnel_count"].sum().astype(float).to_dict() == (
        once.assign(n=once["ave.no.troops"].astype(float))
        .groupby(once["year"].astype(int))["n"]
        .sum()
        .to_dict()
    )


def test_quality_meets_the_published_totals_and_stops_nothing(south_sudan: Refreshed) -> None:
    checks = south_sudan.checks
    totals = [check for check in checks if ".published_total." in check.check]
    # The mission began in July 2011: that year is on record in part and is not compared.
    assert [check.check[-4:] for check in totals] == [str(year) for year in range(2012, 2018)]
    assert {check.status for check in totals} == {"passed"}
    (alike,) = (check for check in checks if check.check == "incidents.look_alike_events")
    assert alike.severity == "warning" and alike.status == "failed"
    stopping = [
        check for check in checks if check.severity == "blocking" and check.status != "passed"
    ]
    assert stopping == []


def test_no_shared_file_is_copied_into_the_workspace(south_sudan: Refreshed) -> None:
    assert copied(south_sudan) == set()
