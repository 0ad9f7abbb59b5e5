"""Each area's own ratio, against a plain fit of it, and what is drawn towards the mission's."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy import optimize

from indicators.linkage.methods.case_series.analysis import MODELS, cells_of_model, fit
from indicators.linkage.methods.case_series.areas import AreaEffect, area_effects, variance_between
from indicators.linkage.methods.case_series.cells import Cells
from indicators.linkage.methods.case_series.fit import Term, relative_days
from indicators.linkage.methods.case_series.method import CaseSeries, Series
from tests.indicators.linkage.test_case_series_method import AREAS, DAYS, EDGE, of_grids

SPEC = MODELS["primary"]
RATIOS = np.exp(np.linspace(-1.2, 0.4, AREAS))


def by_area(ratios: Any, seed: int = 1, rate: float = 0.2) -> Series:
    """Patrols by rota; incidents of the fortnight after at the area's own ratio."""
    draw = np.random.default_rng(seed)
    on = np.repeat(draw.random((len(ratios), DAYS // 28 + 1)) < 0.5, 28, axis=1)[:, :DAYS]
    acted = (draw.random(on.shape) < 0.2) & on
    exposed = np.array([acted[:, max(day - 14, 0) : day].any(axis=1) for day in range(DAYS)]).T
    expected = rate * np.where(exposed, np.asarray(ratios)[:, None], 1.0)
    return of_grids(acted, draw.poisson(expected), draw)


def looked_at(own: Series) -> tuple[Cells, Term, list[AreaEffect]]:
    cells = cells_of_model(own.days, SPEC).compared()
    whole = fit(own.days, SPEC).terms[0]
    return cells, whole, area_effects(cells, whole)


def plain_ratio(cells: Cells, area: int) -> float:
    """Poisson with one effect a stratum, by a general optimiser; other terms as of all areas."""
    own = cells.area == area
    weight, incidents = relative_days(cells)[own].toarray(), cells.incidents[own].toarray()
    month, pattern = np.nonzero(weight)
    weight, incidents = weight[month, pattern], incidents[month, pattern]
    exposed = cells.terms[pattern, 0]
    stratum = np.unique(cells.stratum[own][month], return_inverse=True)[1]

    def fall(parts: Any) -> float:
        mean = weight * np.exp(parts[0] * exposed + parts[1:][stratum])
        return float(mean.sum() - incidents @ np.log(mean))

    begin = np.r_[0.0, np.log(np.bincount(stratum, incidents) / np.bincount(stratum, weight))]
    return float(optimize.minimize(fall, begin, method="BFGS", options={"gtol": 1e-8}).x[0])


@pytest.fixture(scope="module")
def varied() -> tuple[Cells, Term, list[AreaEffect]]:
    return looked_at(by_area(RATIOS))


def test_an_areas_own_ratio_is_that_of_a_plain_fit(varied: Any) -> None:
    cells, _, found = varied
    assert len(found) == AREAS
    for own in found[::4]:
        assert own.estimate == pytest.approx(plain_ratio(cells, own.area), abs=1e-4)


def test_what_is_drawn_in_lies_between_the_areas_own_and_the_missions(varied: Any) -> None:
    _, whole, found = varied
    for own in found:
        low, high = sorted((own.estimate, whole.estimate))
        assert low - 1e-9 <= own.shrunken <= high + 1e-9
    apart = [abs(own.shrunken - own.estimate) / own.se**2 for own in found]
    assert min(apart) >= 0 and max(own.shrunken_se for own in found) < max(own.se for own in found)


def test_drawn_in_ratios_are_nearer_the_planted_ones() -> None:
    """Of areas that differ little, seen with few incidents each; what is said of them holds."""
    planted = np.linspace(-0.7, -0.1, AREAS)
    found = [looked_at(by_area(np.exp(planted), seed, 0.06))[2] for seed in range(1, 6)]
    pairs = [(own, true) for run in found for own, true in zip(run, planted, strict=True)]
    known = [(own, true) for own, true in pairs if own.estimate is not None]
    own_error = np.mean([(own.estimate - true) ** 2 for own, true in known])  # type: ignore[operator]
    drawn_error = np.mean([(own.shrunken - true) ** 2 for own, true in known])  # type: ignore[operator]
    assert drawn_error < 0.5 * own_error
    limits = [(*own.interval(own.shrunken, own.shrunken_se), true) for own, true in pairs]
    assert np.mean([low <= true <= high for low, high, true in limits]) >= 0.85  # type: ignore[operator]


def test_the_variance_between_areas_is_that_beyond_their_errors() -> None:
    draw = np.random.default_rng(7)
    errors = np.full(3000, 0.3)
    for spread in (0.2, 0.6):
        drawn = draw.normal(0.5, np.hypot(spread, 0.3), 3000)
        assert variance_between(drawn, errors, 0.5) == pytest.approx(spread**2, rel=0.25)
    assert variance_between([0.3], [0.1], 0.0) == 0
    alike = variance_between([0.1, -0.1, 0.0, 0.1], [1.0] * 4, 0.0)
    assert 0 < alike < 1, "of areas that differ by noise alone not nought, and below their errors"


def test_an_area_with_incidents_on_one_side_has_no_ratio_of_its_own() -> None:
    ratios = RATIOS.copy()
    ratios[3] = 0.0
    _, whole, found = looked_at(by_area(ratios))
    assert (found[3].status, found[3].estimate) == ("one_side_only", None)
    assert found[3].shrunken is not None and found[3].shrunken < whole.estimate


def test_rows_name_the_areas_that_have_incidents() -> None:
    """The first area has none: it has no row, and the names of the others must follow."""
    own = by_area(RATIOS)
    silent = own.days.incidents * (own.days.area > 0)
    days = replace(own.days, incidents=silent, independent=silent)  # reports of one kind: all count
    rows = CaseSeries().evidence(Series(**{**vars(own), "days": days}), EDGE).rows
    assert [row["area"] for row in rows] == list(own.areas[1:])
    counts = np.bincount(days.area, silent)[1:]
    assert [row["n_events"] for row in rows] == list(counts)


def test_figures_of_single_areas_stay_inside_where_the_outcome_is_protected() -> None:
    own = by_area(RATIOS)
    assert CaseSeries().evidence(Series(**{**vars(own), "is_protected": True}), EDGE).rows == ()
