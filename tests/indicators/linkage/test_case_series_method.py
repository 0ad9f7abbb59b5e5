"""Case series of an edge: planted, null and reactive missions, and what cannot be graded."""

from dataclasses import astuple, fields, replace
from datetime import date, timedelta
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from indicators.definitions.catalogue import load_catalogue
from indicators.foundation.messages import LANGUAGES, has_message
from indicators.linkage.finding import Finding
from indicators.linkage.framework.model import Edge
from indicators.linkage.grading import CHECKS, grade
from indicators.linkage.methods.case_series.analysis import MODELS, cells_of_model, fit, fit_cells
from indicators.linkage.methods.case_series.cells import cells_of
from indicators.linkage.methods.case_series.days import (
    KnownDays,
    Record,
    calendar,
    exposed_days,
    moved,
)
from indicators.linkage.methods.case_series.fake_dates import SHIFTS, fake_shift
from indicators.linkage.methods.case_series.method import (
    PRIMARY,
    CaseSeries,
    Series,
    create_series,
    read_series,
    series_of_record,
)
from tests.worlds.rows.warehouse import SmallWarehouse

FIRST, DAYS, AREAS = date(2024, 1, 1), 900, 12
WORDS = {"en": "text", "fr": "texte"}
EDGE = Edge.model_validate(
    {"id": "e", "from": "P2-OP-01", "to": "P2-OC-07", "expected_sign": -1, "why": WORDS}
)


def series(ratio: float = 1.0, reaction: float = 0.0, areas: int = AREAS, seed: int = 1) -> Series:
    """Patrols by rota of four weeks, incidents day by day; `reaction`: patrols that answer them."""
    draw = np.random.default_rng(seed)
    acted = (
        draw.random((areas, DAYS))
        < 0.2 * np.repeat(draw.random((areas, DAYS // 28 + 1)) < 0.5, 28, axis=1)[:, :DAYS]
    )
    incidents = np.zeros((areas, DAYS), dtype=int)
    for day in range(DAYS):
        exposed = acted[:, max(day - 14, 0) : day].any(axis=1)
        incidents[:, day] = draw.poisson(0.16 * np.where(exposed, ratio, 1.0))
        for area in np.flatnonzero((incidents[:, day] > 0) & (draw.random(areas) < reaction)):
            acted[area, min(day + draw.integers(1, 8), DAYS - 1)] = True
    return of_grids(acted, incidents, draw)


def of_grids(acted: Any, incidents: Any, draw: np.random.Generator) -> Series:
    connection = duckdb.connect()
    for table, grid in (("activity", acted.astype(int)), ("incident", incidents)):
        area, day = (np.repeat(at, grid[grid > 0]) for at in np.nonzero(grid))
        frame = pd.DataFrame(
            {
                "area": [f"A{number:02d}" for number in area],
                "day": [FIRST + timedelta(days=int(number)) for number in day],
                "is_independent": draw.random(len(day)) < 0.7,
                "is_lethal": False,
                "is_second_source": False,
            }
        )
        connection.register("frame", frame)
        connection.execute(
            f"""CREATE TABLE series_{table} AS
            SELECT * REPLACE (CAST("day" AS DATE) AS "day"), 1 AS rows FROM frame"""
        )
    last = FIRST + timedelta(days=DAYS - 1)
    connection.execute(
        f"""CREATE TABLE series_returned AS
        SELECT source, 'A' || lpad(CAST(number AS VARCHAR), 2, '0') AS area,
          CAST("month" AS DATE) AS "month", true AS is_sent
        FROM range({len(acted)}) AS areas(number),
          (VALUES ('activities'), ('incidents')) AS sources(source),
          range(DATE '{FIRST}', DATE '{last}' + 1, INTERVAL 1 MONTH) AS months("month")"""
    )
    found = read_series(connection)
    assert found is not None
    return found


def primary(inputs: Series | None) -> Finding:
    method = CaseSeries()
    return next(
        own for own in method.evidence(inputs, EDGE).findings if own.effect.specification == PRIMARY
    )


def letter(finding: Finding) -> str:
    return grade(replace(finding.grading_inputs, q_value=finding.effect.p_value)).letter


def test_what_was_planted_is_found_with_every_check_run() -> None:
    found = primary(series(ratio=0.6))
    assert found.effect.estimate == pytest.approx(np.log(0.6), abs=0.2)
    assert found.effect.ci_high is not None and found.effect.ci_high < 0
    checks = found.grading_inputs.checks
    assert set(checks) == set(CHECKS["case_series"])
    assert "not_run" not in checks.values()
    assert checks["corroboration"] == "no_source"
    assert letter(found) in "AB"


def test_nothing_planted_is_seldom_more_than_d() -> None:
    letters = [letter(primary(series(seed=seed))) for seed in range(2, 8)]
    assert letters.count("D") >= 5, letters
    assert not {"A", "B"} & set(letters)


def test_patrols_that_answer_incidents_are_an_association_at_most() -> None:
    found = primary(series(reaction=0.6))
    assert found.grading_inputs.checks["lead"] == "failed"
    assert letter(found) in "CD"


def test_an_area_left_out_of_the_cells_is_left_out_of_the_days() -> None:
    days, model = series(areas=7).days, MODELS["lead"]
    cells = cells_of_model(days, model)
    for area in (0, 3, 6):
        rest = {part.name: getattr(days, part.name)[days.area != area] for part in fields(days)}
        expected = fit(KnownDays(**rest), model)
        found = fit_cells(cells.only(cells.area != area), model)
        assert (found.days, found.incidents, found.strata) == (
            expected.days,
            expected.incidents,
            expected.strata,
        )
        for one, other in zip(found.terms, expected.terms, strict=True):
            assert astuple(one)[1:] == pytest.approx(astuple(other)[1:], rel=1e-9)


def test_no_known_day_is_no_model() -> None:
    days = series().days
    none = KnownDays(**{part.name: getattr(days, part.name)[:0] for part in fields(days)})
    assert {fit(none, model).reason for model in MODELS.values()} == {"no_rows"}


def test_too_few_areas_are_no_ground_for_a_grade() -> None:
    found = primary(series(ratio=0.5, areas=5))
    assert (found.effect.estimate, found.effect.reason) == (None, "too_few_clusters")
    assert found.effect.n_eff is not None and found.effect.n_areas <= 5
    assert CaseSeries().primary([found]) is None


def test_no_returns_are_told() -> None:
    found = primary(None)
    assert found.effect.reason == "no_known_days"
    assert all(has_message(f"linkage.grade_reason.{found.effect.reason}") for _ in LANGUAGES)


@pytest.mark.parametrize(
    ("ratio", "share", "outcome"),
    [(0.6, 0.5, "passed"), (1.0, 0.5, "failed"), (0.6, 0.03, "weak"), (1.0, 0.0, "no_source")],
)
def test_what_is_hard_to_hide_has_to_go_the_same_way(
    ratio: float, share: float, outcome: str
) -> None:
    """Of the incidents of a mission with an effect, and of one whose log alone shows one."""
    found, true = series(ratio=0.6), series(ratio=ratio)
    kept = np.random.default_rng(4).binomial(true.days.incidents, share)
    told = primary(replace(found, unhidden=kept if share else None))
    assert told.grading_inputs.checks["corroboration"] == outcome
    expected = {"passed": "AB", "failed": "C", "weak": "BC", "no_source": "AB"}
    assert letter(told) in expected[outcome]


def record(acted: Any, incidents: Any = None, size: int = DAYS) -> Record:
    """Areas × days with every return received."""
    sent = dict.fromkeys(("activities", "incidents"), np.ones(acted.shape, dtype=bool))
    happened = np.zeros(acted.shape, dtype=int) if incidents is None else incidents
    areas = tuple(f"A{number:02d}" for number in range(len(acted)))
    return Record(areas, *calendar(FIRST, size), acted, happened, happened, sent, sent)


def fixed_rota(areas: int = AREAS) -> Any:
    """Four weeks with patrols, four without, half of the areas in turn with the others."""
    block = np.arange(DAYS) // 28
    on = (block[None, :] + np.arange(areas)[:, None]) % 2 == 0
    return on & (np.random.default_rng(1).random((areas, DAYS)) < 0.3)


def alike(own: Record, shift: int) -> float:
    true, fake = (moved(exposed_days(own), days)[:, : DAYS - 130] for days in (0, shift))
    return float(np.corrcoef(true.ravel(), fake.ravel())[0, 1])


def test_fake_dates_of_a_rota_do_not_fall_on_its_true_ones() -> None:
    rota = record(fixed_rota())
    chosen = fake_shift(rota)
    assert chosen in SHIFTS
    assert abs(alike(rota, chosen)) < 0.1 < 0.5 < alike(rota, 60)


def test_fake_dates_are_chosen_before_any_incident_is_seen() -> None:
    acted, draw = fixed_rota(), np.random.default_rng(2)
    chosen = {fake_shift(record(acted, draw.poisson(rate, acted.shape))) for rate in (0, 0.1, 3)}
    assert len(chosen) == 1


def test_without_fake_dates_that_differ_the_check_is_not_run() -> None:
    """Patrols on ten days in a row of every thirty: any shift goes with them, or against them."""
    daily = record(np.ones((AREAS, DAYS), dtype=bool))
    assert fake_shift(daily) is None
    found = series(ratio=0.6)
    checks = primary(replace(found, moved=None)).grading_inputs.checks
    assert checks["fake_date"] == "not_run"
    assert letter(primary(replace(found, moved=None))) == "C"


def test_activities_put_too_early_leave_the_days_beyond_the_record_unknown() -> None:
    own = record(fixed_rota())
    found = series_of_record(own)
    shift = fake_shift(own)
    assert found.moved is not None and shift is not None
    shifted, whole = (int(np.bincount(days.area).max()) for days in (found.moved, found.days))
    assert whole - shift - 7 <= shifted <= whole - shift


def test_an_area_has_its_own_season_from_two_years_of_known_months() -> None:
    def has_season(days: int) -> set[bool]:
        quiet = np.zeros((2, days), dtype=bool)
        known = series_of_record(record(quiet, size=days)).days
        return set(cells_of(known, ("post",)).has_season.tolist())

    # The first 28 and the last 7 days are never known.
    assert [has_season(days) for days in (35 + 670, 35 + 740)] == [{False}, {True}]


def test_patrols_that_shun_a_season_of_their_own_area_show_nothing() -> None:
    """Rates that rise and fall by area, with patrols where and when they are low; no effect."""
    draw, years = np.random.default_rng(5), np.arange(DAYS) / 365.25
    season = np.sin(2 * np.pi * (years + draw.random((AREAS, 1))))
    acted = draw.random((AREAS, DAYS)) < 0.07 * 0.15**season
    incidents = draw.poisson(0.16 * np.exp(season))
    days = series_of_record(record(acted, incidents)).days
    common, own = (
        fit(days, replace(MODELS["primary"], own_seasons=is_own)).terms[0]
        for is_own in (False, True)
    )
    assert common.p_value < 0.05 and common.estimate < -0.1
    assert own.p_value > 0.05 and abs(own.estimate) < abs(common.estimate) / 2


def test_what_those_who_act_record_themselves_is_an_association_at_most() -> None:
    found = primary(replace(series(ratio=0.6), has_same_collector=True))
    assert found.grading_inputs.ceilings == ("same_collector",)
    assert letter(found) == "C"


def test_a_month_that_no_stratum_compares_does_not_stop_the_fit() -> None:
    """January is known in one area alone, which has nothing in February and March."""
    days = series(ratio=0.6).days
    january = days.month.min()
    in_first_quarter = days.month < january + 3
    kept = ~in_first_quarter | np.where(days.area == 0, days.month == january, days.incidents >= 0)
    january_elsewhere = (days.month == january) & (days.area != 0)
    incidents = np.where(january_elsewhere, 0, days.incidents)
    days = replace(days, incidents=incidents)
    cut = KnownDays(**{name: values[kept] for name, values in vars(days).items()})
    without = KnownDays(
        **{name: values[kept & ~january_elsewhere] for name, values in vars(days).items()}
    )
    found, expected = (fit(known, MODELS["primary"]) for known in (cut, without))
    assert found.reason is None
    assert found.terms[0].estimate == pytest.approx(expected.terms[0].estimate, abs=1e-9)


def returned(*units: tuple[str, str, str]) -> list[tuple[str, bool | None]]:
    """Source and whether its returns came, of half a year of returns of these units."""
    small = SmallWarehouse()
    months = [
        {
            "unit_code": unit,
            "month": date(2026, month, 1),
            "return_status": status,
            "source": source,
        }
        for month in range(1, 7)
        for unit, status, source in units
    ]
    small.add("reporting_returns", months)
    small.compute("P2-OP-01", "P2-OC-07")
    catalogue = load_catalogue()
    create_series(small.connection, "small", catalogue["P2-OP-01"], catalogue["P2-OC-07"])
    return small.connection.execute(
        "SELECT DISTINCT source, is_sent FROM series_returned ORDER BY ALL"
    ).fetchall()


def test_returns_of_others_do_not_make_a_day_unknown() -> None:
    """Of an indicator of UN police only what police units owe has to have come."""
    sent = returned(
        ("P1", "submitted", "activities"),
        ("M1", "not_submitted", "activities"),
        ("P1", "submitted", "incidents"),
    )
    assert sent == [("activities", True), ("incidents", True)]


def test_a_return_that_is_not_due_is_not_missing() -> None:
    police = ("P1", "submitted", "activities")
    incidents = ("P1", "submitted", "incidents")
    assert returned(police, ("P2", "not_due", "activities"), incidents) == [
        ("activities", True),
        ("incidents", True),
    ]
    assert returned(("P1", "not_due", "activities"), incidents) == [("incidents", True)]


def test_returns_that_cannot_come_are_not_asked_for() -> None:
    incidents = ("P1", "submitted", "incidents")
    assert returned(("P1", "no_access", "activities"), incidents)[0] == ("activities", None)
    assert returned(("P1", "not_submitted", "activities"), incidents)[0] == ("activities", False)
