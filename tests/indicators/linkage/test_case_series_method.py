"""Case series of an edge: planted, null and reactive missions, and what cannot be graded."""

from dataclasses import astuple, fields, replace
from datetime import date, timedelta
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from indicators.foundation.messages import LANGUAGES, has_message
from indicators.linkage.case_series.analysis import MODELS, cells_of_model, fit, fit_cells
from indicators.linkage.case_series.days import KnownDays, known_days
from indicators.linkage.finding import Finding
from indicators.linkage.framework.model import Edge
from indicators.linkage.grading import CHECKS, grade
from indicators.linkage.methods.case_series import FAKE_DAYS, PRIMARY, CaseSeries, Series

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
            }
        )
        connection.register("frame", frame)
        connection.execute(
            f"""CREATE TABLE series_{table} AS
            SELECT * REPLACE (CAST("day" AS DATE) AS "day") FROM frame"""
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
    return Series(known_days(connection), known_days(connection, earlier=FAKE_DAYS))


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


def test_activities_put_too_early_leave_the_days_beyond_the_record_unknown() -> None:
    found = series()
    assert len(found.moved.area) < len(found.days.area)
    shifted = np.bincount(found.moved.area).max()
    whole = np.bincount(found.days.area).max()
    assert whole - FAKE_DAYS - 7 <= shifted <= whole
