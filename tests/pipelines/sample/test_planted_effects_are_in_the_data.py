"""The effects, nulls and gaps that the truth names can be found in the rows."""

from datetime import date

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from indicators.compiler.indicator_filter import filter_sql
from indicators.definitions.catalogue import load_catalogue
from indicators.definitions.contracts import contracts
from pipelines.sample import effects
from pipelines.sample.country import AREAS, SITES, sector
from pipelines.sample.days.hot_spot_patrols import draw_days
from pipelines.sample.days.presence import DAY, Presence, reported_days
from pipelines.sample.draws import Array, recent
from pipelines.sample.tables import surveys
from pipelines.sample.tables.alerts import TARGET_HOURS, draw_alerts
from pipelines.sample.tables.incidents import OUTSIDE_SHARE, draw_incidents

COUNT = 120_000
Drawn = tuple[Presence, pa.Table]


@pytest.fixture(scope="module")
def presence() -> Presence:
    return draw_days(5, 22_000, 3_350)[0]


@pytest.fixture(scope="module")
def many() -> Drawn:
    """Presence and its incidents, so many that chance is small."""
    presence, outside = draw_days(5, 22_000, COUNT)
    points = {code: np.zeros((1, 2)) for code in (*AREAS, *(site.code for site in SITES))}
    return presence, draw_incidents(5, presence, points, COUNT, outside).rows


def rate_ratio(rows: pa.Table, day_column: str, exposed: Array, source: str, of: Presence) -> float:
    """Mantel and Haenszel over area × half-year, so that trend and risk do not pass for effect."""
    site_area = {site.code: site.area for site in SITES}
    names = [site_area.get(code, code) for code in rows["area_code"].to_pylist()]
    rows = rows.filter(pa.array([name in AREAS for name in names]))
    places = np.array([AREAS.index(name) for name in names if name in AREAS])
    days = (np.array(rows[day_column]).astype("datetime64[D]") - DAY[0]).astype(int)
    counts = np.zeros(exposed.shape)
    np.add.at(counts, (places, days), 1)
    open_days = reported_days(of, source) > 0
    above = below = 0.0
    for place in set(places):
        for half in np.array_split(np.arange(DAY.size), 6):
            kept = half[open_days[place, half]]
            on = exposed[place, kept]
            total = max(kept.size, 1)
            above += counts[place, kept][on].sum() * (~on).sum() / total
            below += counts[place, kept][~on].sum() * on.sum() / total
    return above / below


def _share(answers: pa.Array, favourable: tuple[str, ...]) -> float:
    valid = [
        answer for answer in answers.to_pylist() if answer not in (None, "dont_know", "refused")
    ]
    return 100 * sum(answer in favourable for answer in valid) / len(valid)


def test_incidents_at_sites_are_fewer_after_night_patrols(many: Drawn) -> None:
    presence, rows = many
    at_sites = rows.filter(pc.is_valid(rows["site_code"]))
    after = presence.after(presence.night_completed)
    ratio = rate_ratio(at_sites, "occurred_on", after, "incidents", presence)
    assert ratio == pytest.approx(effects.NIGHT_PATROL_FACTOR, abs=0.08)


def test_attacks_at_water_and_wood_are_fewer_after_liaison_visits(many: Drawn) -> None:
    presence, rows = many
    at_water = rows.filter(pc.equal(rows["circumstance"], "fetching_water_or_wood"))
    after = presence.after(presence.liaison_completed)
    ratio = rate_ratio(at_water, "occurred_on", after, "incidents", presence)
    assert ratio == pytest.approx(effects.LIAISON_FACTOR, abs=0.08)


def test_patrols_to_hot_spots_answer_violence_outside_sites() -> None:
    presence, outside = draw_days(5, 22_000, 3_350)
    patrols = presence.by_area(presence.hot_spot_completed)
    after_incident = recent(outside, effects.HOT_SPOT_ANSWER_DAYS[1]) > 0
    known = reported_days(presence, "incidents") > 0
    answered = patrols[after_incident & known].mean()
    routine = patrols[~after_incident & known].mean()
    assert answered > 1.5 * routine
    assert outside.sum() == pytest.approx(3_350 * OUTSIDE_SHARE, abs=120)


def test_violence_outside_sites_is_what_its_indicator_counts(presence: Presence) -> None:
    """What is counted and has no effect planted would water the link's effect down."""
    outside = draw_days(5, 22_000, 3_350)[1]
    points = {code: np.zeros((1, 2)) for code in (*AREAS, *(site.code for site in SITES))}
    rows = draw_incidents(5, presence, points, 3_350, outside).rows
    definition = load_catalogue()["D-OC-06"]
    with duckdb.connect() as connection:
        connection.register("drawn", rows)
        counted = connection.sql(f"SELECT count(*) FROM drawn WHERE {filter_sql(definition)}")
        assert counted.fetchall() == [(outside.sum(),)]


def test_alerts_rise_after_network_meetings(presence: Presence) -> None:
    rows = draw_alerts(5, presence, 60_000).rows
    after = presence.after(presence.meetings_completed)
    ratio = rate_ratio(rows, "received_at", after, "alerts", presence)
    assert ratio == pytest.approx(effects.NETWORK_MEETING_FACTOR, abs=0.15)


def test_reported_incidents_rise_with_presence_in_the_trap_areas(many: Drawn) -> None:
    presence, rows = many
    often = presence.after_many_patrols()

    def ratio(names: tuple[str, ...]) -> float:
        own = rows.filter(pc.is_in(rows["area_code"], pa.array(names)))
        place = np.array([AREAS.index(code) for code in own["area_code"].to_pylist()])
        day = (np.array(own["occurred_on"]).astype("datetime64[D]") - DAY[0]).astype(int)
        with_many = often[place, day].sum() / often[[AREAS.index(name) for name in names]].sum()
        without = (~often)[place, day].sum() / (~often)[[AREAS.index(name) for name in names]].sum()
        return float(with_many / without)

    others = tuple(name for name in AREAS if name not in effects.REPORTING_AREAS)
    assert ratio(effects.REPORTING_AREAS) > 1.25 * ratio(others)


def test_safety_rises_by_wave_and_trust_does_not() -> None:
    waves = [surveys.draw_wave(5, "household", number, 2_400) for number in (1, 2, 3, 4)]
    safe = [_share(wave.answers["safe_walking_night"], ("very_safe", "safe")) for wave in waves]
    trust = [_share(wave.answers["trust_host_police"], ("a_lot", "somewhat")) for wave in waves]
    assert safe == pytest.approx(effects.waves("safety_by_wave_pct"), abs=2.5)
    assert trust == pytest.approx(effects.waves("trust_by_wave_pct"), abs=2.5)


def test_women_raise_concerns_more_where_womens_teams_work() -> None:
    wave = surveys.draw_wave(5, "household", 3, 12_000)
    women = pc.equal(wave.respondents["sex"], "F")
    sectors = pa.array([sector(area) for area in wave.respondents["area_code"].to_pylist()])
    with_team = [
        name for name, day in effects.WOMEN_TEAMS_FROM.items() if day <= surveys.WAVE_STARTS[2]
    ]
    in_team = pc.is_in(sectors, pa.array(with_team))
    answers = wave.answers["could_raise_concern_unpol"]
    favourable = ("very_likely", "likely")
    with_teams = _share(answers.filter(pc.and_(women, in_team)), favourable)
    without = _share(answers.filter(pc.and_(women, pc.invert(in_team))), favourable)
    assert with_teams > without + 10


def test_few_people_in_kessi_see_the_patrols_that_it_logs(presence: Presence) -> None:
    wave = surveys.draw_wave(5, "household", 2, 12_000)
    kessi = pc.equal(wave.respondents["area_code"], effects.LOGGED_NOT_SEEN_AREA)
    seen = _share(wave.answers["saw_unpol_patrol"].filter(kessi), ("daily", "weekly"))
    assert seen == pytest.approx(effects.SEEN_PCT, abs=5)
    before = np.datetime64(effects.SILENT_FROM) > DAY
    logged = presence.patrols_by_area[:, before].sum(axis=1)
    assert logged[AREAS.index("Kessi")] > 1.5 * np.median(logged)


def test_alerts_are_answered_in_time_at_the_planted_share(presence: Presence) -> None:
    rows = draw_alerts(5, presence, 30_000).rows.to_pandas()
    rows = rows[rows["action_needed"] & (rows["received_at"] < "2026-09-01")]
    target = rows["level"].map(TARGET_HOURS)
    hours = (rows["first_action_at"] - rows["received_at"]).dt.total_seconds() / 3600
    in_time = 100 * (hours <= target).groupby(rows["received_at"].dt.year).mean()
    assert in_time.to_dict() == pytest.approx(effects.ANSWERED_IN_TIME_PCT, abs=2)


def test_no_wave_after_the_closure_asks_in_ilora() -> None:
    asked = [
        effects.CLOSED_AREA
        in surveys.draw_wave(5, "household", number, 2_400).respondents["area_code"].to_pylist()
        for number in (1, 2, 3, 4)
    ]
    assert asked == [True, True, True, False]


def test_a_wave_has_twelve_strata_of_twenty_psu_and_exact_answers() -> None:
    for number in (1, 4):
        rows = surveys.draw_wave(5, "household", number, 2_400).respondents.to_pandas()
        assert rows.groupby("stratum")["psu"].nunique().to_list() == [20] * 12
        assert rows["consent_given"].sum() == 2_400
        answered = rows[rows["consent_given"]]
        assert answered["psu"].nunique() == 240
        assert answered["weight_person"].notna().all() and (answered["weight_person"] > 0).all()


def test_kessi_sends_nothing_and_ilora_is_closed(warehouse: duckdb.DuckDBPyConnection) -> None:
    silent = warehouse.execute(
        "SELECT DISTINCT source, return_status FROM core.reporting_returns "
        "WHERE area_code = 'Kessi' AND month >= DATE '2026-07-01' ORDER BY source"
    ).fetchall()
    owed = sorted(name for name, contract in contracts().items() if contract.calendar)
    assert silent == [(source, "not_submitted") for source in owed]
    rows = warehouse.execute(
        "SELECT count(*) FROM core.activities AS a JOIN core.areas AS p USING (area_code) "
        "WHERE 'Kessi' IN (a.area_code, p.parent_area_code) AND started_at >= DATE '2026-07-01'"
    ).fetchone()
    assert rows == (0,)
    closed = warehouse.execute(
        "SELECT DISTINCT return_status FROM core.reporting_returns "
        "WHERE area_code = 'Ilora' AND month >= DATE '2026-08-01'"
    ).fetchall()
    assert closed == [("no_access",)]
    (last,) = warehouse.execute(
        "SELECT max(CAST(started_at AS DATE)) FROM core.activities WHERE area_code = 'Ilora'"
    ).fetchone()
    assert last < date(2026, 8, 9)


def test_all_kinds_of_return_occur(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = warehouse.execute(
        "SELECT DISTINCT return_status FROM core.reporting_returns ORDER BY 1"
    ).fetchall()
    assert [status for (status,) in found] == [
        "nil", "no_access", "not_due", "not_submitted", "submitted",
    ]  # fmt: skip


def test_a_nil_return_has_no_rows_and_a_submitted_one_has(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    wrong = warehouse.execute(
        """
        WITH months AS (
          SELECT coalesce(s.parent_area_code, a.area_code) AS area_code, unit_code,
            date_trunc('month', started_at + INTERVAL 1 HOUR) AS month, count(*) AS activities
          FROM core.activities AS a
          LEFT JOIN core.areas AS s ON s.area_code = a.area_code AND s.area_level = 'site'
          GROUP BY ALL
        )
        SELECT count(*)
        FROM core.reporting_returns AS r
        LEFT JOIN months AS m USING (area_code, unit_code, month)
        WHERE r.source = 'activities'
          AND ((return_status = 'nil') <> (m.activities IS NULL))
          AND return_status IN ('nil', 'submitted')
        """
    ).fetchone()
    assert wrong == (0,)
