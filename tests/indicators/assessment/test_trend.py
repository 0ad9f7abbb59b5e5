"""A trend is called where a test says so, and nowhere else."""

from datetime import date
from typing import Any

import numpy as np
import pytest
from scipy.stats import binomtest, fisher_exact

from indicators.assessment.changes.change_tests import (
    Dispersion,
    count_change_p,
    count_change_sizes,
    dispersion,
    estimate_change_p,
    share_change_p,
    share_change_sizes,
)
from indicators.assessment.trend import trends
from indicators.foundation.numbers.statistics import benjamini_hochberg
from indicators.foundation.periods import periods_between
from tests.indicators.assessment.trend_simulation import DISPERSED, DRIFTING, PERIODS, error_rates
from tests.worlds.rows.mart import COUNTRY, empty_mart, fill, indicator, mission, value

MONTHS = [period.name for period in periods_between(date(2024, 1, 1), date(2026, 9, 30), ("M",))]
QUARTERS = [period.name for period in periods_between(date(2024, 1, 1), date(2026, 9, 30), ("Q",))]


def plain(size: int = 1) -> Dispersion:
    """Counts that vary as Poisson counts do, known as well as can be."""
    return Dispersion(np.ones(size), np.full(size, 1e9))


def series(counts: list[float], **fields: Any) -> list[dict[str, Any]]:
    """Months and quarters of a count from January 2024."""
    months = dict(zip(MONTHS, counts, strict=True))
    quarters = {name: sum(counts[at * 3 : at * 3 + 3]) for at, name in enumerate(QUARTERS)}
    return [
        value(period=period, value=count, numerator=count, n=count, **fields)
        for period, count in (months | quarters).items()
    ]


def found(
    rows: list[dict[str, Any]], of: list[dict[str, Any]], key: tuple[str, ...] = ("period",)
) -> dict[Any, str | None]:
    """Trends of the mart by the columns of `key`."""
    connection = empty_mart()
    fill(connection, "indicator", of)
    fill(connection, "indicator_value", rows)
    trends(connection, mission())
    names = ", ".join(key)
    cells = connection.execute(f"SELECT {names}, trend FROM mart.indicator_value").fetchall()
    return {cell[0] if len(key) == 1 else cell[:-1]: cell[-1] for cell in cells}


LEVEL_100 = [98.0, 103.0, 110.0, 95.0, 101.0, 97.0, 92.0, 105.0, 99.0, 104.0, 96.0, 100.0]
HALVED = [*LEVEL_100, *LEVEL_100, *LEVEL_100[:6], *(count / 2 for count in LEVEL_100[6:9])]
DOUBLED = [*LEVEL_100, *LEVEL_100, *LEVEL_100[:6], *(count * 2 for count in LEVEL_100[6:9])]


@pytest.mark.parametrize(
    ("counts", "direction", "expected"),
    [
        (HALVED, "down", "improving"),
        (HALVED, "up", "worsening"),
        (HALVED, "neutral", "fewer"),
        (DOUBLED, "down", "worsening"),
        (DOUBLED, "up", "improving"),
        (DOUBLED, "neutral", "more"),
        ([*LEVEL_100, *LEVEL_100, *LEVEL_100[:9]], "down", "no_clear_change"),
    ],
)
def test_a_count_is_held_against_the_same_period_of_last_year(
    counts: list[float], direction: str, expected: str
) -> None:
    of = [indicator(measure="count", direction=direction)]
    assert found(series(counts), of)["2026-Q3"] == expected


def test_periods_by_two_versions_of_a_definition_are_not_compared() -> None:
    """Where this year and last were computed by one version they are, also of another's months."""
    rows = [
        row | {"indicator_version": 2 if row["period"] >= first else 1}
        for row in series(HALVED)
        for first in ("2026-Q3" if "Q" in row["period"] else "2026-07",)
    ]
    of = [indicator(measure="count", direction="down", version=number) for number in (1, 2)]
    told = found(rows, of)
    assert told["2026-Q3"] == told["2026-07"] == "definition_changed"
    assert told["2026-Q2"] == "no_clear_change"
    assert found(series(HALVED), [indicator(measure="count", direction="down")])["2026-Q3"]


def test_a_season_is_not_a_trend() -> None:
    rainy = [20.0] * 6 + [200.0] * 6
    words = found(series([*rainy, *rainy, *rainy[:9]]), [indicator(measure="count")])
    assert {words[name] for name in ("2026-07", "2026-Q3")} == {"no_clear_change"}


def test_noise_that_was_always_there_is_not_a_trend() -> None:
    erratic = [400.0, 20.0, 180.0, 10.0, 350.0, 60.0, 15.0, 300.0, 90.0, 5.0, 250.0, 30.0]
    shifted = [*erratic, *erratic[5:], *erratic[:5], *LEVEL_100[:6], 200.0, 210.0, 190.0]
    assert found(series(shifted), [indicator(measure="count")])["2026-Q3"] == "no_clear_change"


def test_fewer_than_eight_earlier_periods_tell_nothing() -> None:
    of = [indicator(measure="count", periods="Q")]

    def last(quarters: list[str]) -> str | None:
        numbers = [100.0] * (len(quarters) - 1) + [400.0]
        rows = [
            value(period=name, value=count, numerator=count, n=count)
            for name, count in zip(quarters, numbers, strict=True)
        ]
        return found(rows, of)[quarters[-1]]

    names = [one.name for one in periods_between(date(2022, 1, 1), date(2026, 9, 30), ("Q",))]
    assert last(names[-12:]) is None  # eleven quarters before: seven with one of the year before
    assert last(names[-13:]) is not None


@pytest.mark.parametrize("status", ["O", "L", "M"])
def test_what_holds_no_figure_has_no_trend(status: str) -> None:
    rows = [
        row | {"obs_status": status} if row["period"] == "2026-Q3" else row
        for row in series(HALVED)
    ]
    words = found(rows, [indicator(measure="count")])
    assert words["2026-Q3"] is None
    assert words["2026-07"] is not None


@pytest.mark.parametrize(
    ("of", "fields"),
    [
        ({"measure": "median"}, {}),
        ({"measure": "count", "time_rule": "stock"}, {"time_rule": "stock"}),
        ({"measure": "count"}, {"sex": "F"}),
    ],
)
def test_medians_stocks_and_parts_have_no_trend(of: dict[str, Any], fields: dict[str, Any]) -> None:
    assert set(found(series(HALVED, **fields), [indicator(**of)]).values()) == {None}


def test_the_length_of_a_month_is_no_change() -> None:
    daily = [10.0 * (29 if month == "2024-02" else 28) for month in ("2024-02", "2025-02")]
    p = count_change_p(*(np.array([x]) for x in (daily[1], daily[0], 28.0, 29.0)), plain())
    assert p[0] > 0.99


def test_a_share_is_compared_as_two_shares() -> None:
    rows = []
    for name in [*MONTHS, *QUARTERS]:
        cases = 100 if name in MONTHS else 300
        answered = cases * (0.9 if name in ("2026-07", "2026-08", "2026-09", "2026-Q3") else 0.5)
        rows.append(
            value(
                period=name, value=answered / cases, numerator=answered, denominator=cases, n=cases
            )
        )
    words = found(rows, [indicator(measure="ratio")])
    assert (words["2026-Q2"], words["2026-Q3"]) == ("no_clear_change", "improving")


def wave(period: str, estimate: float, se: float, **fields: Any) -> dict[str, Any]:
    given = {"period": period, "value": estimate, "se": se, "df": 100.0, "n": 1000}
    return value(**(given | {"time_rule": "distinct"} | fields))


WAVES = [wave("2025-02", 30.0, 2.0), wave("2025-08", 32.0, 2.0), wave("2026-08", 45.0, 2.0)]
SURVEY = [indicator(measure="proportion", source="survey_respondents", time_rule="distinct")]


def test_a_wave_is_held_against_the_wave_before_in_every_period_that_shows_it() -> None:
    shown = [wave("2025-Q1", 30.0, 2.0), wave("2025-Q3", 32.0, 2.0), wave("2026-Q3", 45.0, 2.0)]
    years = [wave("2025", 32.0, 2.0), wave("2026", 45.0, 2.0)]
    words = found([*WAVES, *shown, *years], SURVEY)
    assert words == {
        "2025-02": None,
        "2025-08": "no_clear_change",
        "2026-08": "improving",
        "2025-Q1": None,
        "2025-Q3": "no_clear_change",
        "2026-Q3": "improving",
        "2025": "no_clear_change",
        "2026": "improving",
    }


def test_a_wave_that_may_not_be_shown_is_not_stepped_over() -> None:
    hidden = wave("2025-08", 32.0, 9.0, obs_status="U")
    words = found([WAVES[0], hidden, WAVES[2]], SURVEY)
    assert words == {"2025-02": None, "2025-08": None, "2026-08": None}


def test_many_looks_are_allowed_for() -> None:
    """A change of p = 0.02 is called alone and not among forty areas that did not change."""
    pair = [wave("2025-08", 30.0, 2.0), wave("2026-08", 36.68, 2.0)]
    same = [wave("2025-08", 30.0, 2.0), wave("2026-08", 30.0, 2.0)]

    def area(code: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [row | {"area": code, "area_level": "admin2"} for row in rows]

    others = [row for at in range(40) for row in area(f"TST-{at}", same)]
    alone = found(area("TST-X", pair), SURVEY, ("area", "period"))
    among = found([*area("TST-X", pair), *others], SURVEY, ("area", "period"))
    assert alone["TST-X", "2026-08"] == "improving"
    assert among["TST-X", "2026-08"] == "no_clear_change"


def test_mission_totals_are_a_family_apart_from_areas() -> None:
    pair = [wave("2025-08", 30.0, 2.0), wave("2026-08", 36.68, 2.0)]
    same = [wave("2025-08", 30.0, 2.0), wave("2026-08", 30.0, 2.0)]
    areas = [row | {"area": f"TST-{at}"} for at in range(40) for row in same]
    assert found([*pair, *areas], SURVEY, ("area", "period"))[COUNTRY, "2026-08"] == "improving"


# The tests themselves ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "before", "days"), [(12, 5, 1), (3, 9, 1), (40, 20, 2), (0, 6, 1), (7, 0, 1), (0, 0, 1)]
)
def test_counts_given_their_total_are_binomial(now: int, before: int, days: int) -> None:
    """Against scipy's exact binomial tails, mid-p being half of the two exact tails."""
    p = count_change_p(*(np.array([float(x)]) for x in (now, before, days, 1)), plain())
    total, share = now + before, days / (days + 1)
    tails = []
    for side in ("less", "greater"):
        exact = binomtest(now, total, share, side).pvalue if total else 1.0
        stricter = now + (-1 if side == "less" else 1)
        beyond = binomtest(stricter, total, share, side).pvalue if 0 <= stricter <= total else 0.0
        tails.append((exact + beyond) / 2)
    assert p[0] == pytest.approx(min(1.0, 2 * min(tails)), rel=1e-6)


@pytest.mark.parametrize(("x", "n", "y", "m"), [(8, 10, 3, 12), (1, 30, 6, 40), (0, 5, 5, 5)])
def test_shares_are_compared_exactly(x: int, n: int, y: int, m: int) -> None:
    p = share_change_p(*(np.array([float(part)]) for part in (x, n, y, m)), plain())
    tails = []
    for side, step in (("less", -1), ("greater", 1)):
        exact = fisher_exact([[x, n - x], [y, m - y]], side).pvalue
        beyond = 0.0
        if 0 <= x + step <= n and 0 <= y - step <= m:
            table = [[x + step, n - x - step], [y - step, m - y + step]]
            beyond = fisher_exact(table, side).pvalue
        tails.append((exact + beyond) / 2)
    assert p[0] == pytest.approx(min(1.0, 2 * min(tails)), rel=1e-6)


@pytest.mark.parametrize("parts", [(1.5, 4.0, 1.0, 4.0), (5.0, 4.0, 1.0, 4.0)])
def test_what_is_no_share_of_whole_cases_is_not_tested(parts: tuple[float, ...]) -> None:
    assert np.isnan(share_change_p(*(np.array([part]) for part in parts), plain())[0])


def test_dispersion_weakens_the_same_change() -> None:
    figures = [np.full(3, float(x)) for x in (60, 30, 1, 1)]
    noise = Dispersion(np.array([1.0, 2.0, 6.0]), np.full(3, 20.0))
    p = count_change_p(*figures, noise)
    assert p[0] < p[1] < p[2]


def test_dispersion_is_what_the_same_months_of_two_years_differ_by() -> None:
    """A season alone is none; a disturbed series has the mean square of its differences."""
    season = np.array([10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 50.0, 40.0, 30.0, 20.0, 15.0, 12.0])
    smooth = np.tile(season, 2)
    shift = np.array([9.0, -9.0] * 6)
    disturbed = np.concatenate([season, season + shift])
    found = dispersion(np.vstack([smooth, disturbed]), np.ones((2, 24)), 12)
    by_hand = (shift**2).sum() / (2 * season + shift).sum()
    assert found.phi == pytest.approx([1.0, max(1.0, by_hand)])
    assert found.df.tolist() == [6.0, 6.0]


def test_what_persists_counts_more_in_longer_periods() -> None:
    """The same differences in a row or in turn: alike for a month, not for a quarter."""
    level = np.full(12, 100.0)
    in_turn, in_a_row = np.array([30.0, -30.0] * 6), np.repeat([30.0, -30.0], 6)
    series = np.vstack([np.concatenate([level, level + one]) for one in (in_turn, in_a_row)])
    month, quarter = (dispersion(series, np.ones((2, 24)), 12, length).phi for length in (1, 3))
    assert month[0] == month[1] == quarter[0]
    assert quarter[1] > 1.5 * month[1]


def test_a_share_varies_less_near_all_or_nothing() -> None:
    cases = np.full((2, 24), 20.0)
    answered = np.concatenate([np.full(12, 10.0), np.tile([12.0, 8.0], 6)])
    nearly = np.concatenate([np.full(12, 18.0), np.tile([20.0, 16.0], 6)])
    counts = np.vstack([answered, nearly])
    usual = np.ones((2, 24))
    as_counts, as_shares = (
        dispersion(counts, usual, 12).phi,
        dispersion(counts, usual, 12, 1, cases).phi,
    )
    assert as_counts[1] == 1.0
    assert as_shares[1] > as_shares[0]


@pytest.mark.parametrize(("now", "before"), [(60, 100), (130, 100), (12, 5), (0, 9)])
def test_the_limits_of_a_change_agree_with_its_test(now: int, before: int) -> None:
    figures = [np.array([float(x)]) for x in (now, before, 1, 1)]
    p, sizes = count_change_p(*figures, plain()), count_change_sizes(*figures, plain())
    change = 100 * (now / before - 1)
    assert sizes.low[0] <= change <= sizes.high[0]
    assert (sizes.low[0] > 0 or sizes.high[0] < 0) == (p[0] < 0.05)
    shares = [np.array([float(x)]) for x in (now, 200, before, 200)]
    p = share_change_p(*shares, plain())
    sizes = share_change_sizes(*shares, plain(), p)
    assert sizes.low[0] <= (now - before) / 200 <= sizes.high[0]
    assert (sizes.low[0] > 0 or sizes.high[0] < 0) == (p[0] < 0.05)


@pytest.mark.parametrize("part", [0.0, 1.0])
def test_two_shares_without_an_exception_are_not_sure_to_be_equal(part: float) -> None:
    """Agresti and Caffo (2000): 2 of 2 cases and 2 of 2 leave much open, 80 of 80 little."""
    for cases, half in ((2.0, 0.600), (80.0, 0.033)):
        shares = [np.array([x]) for x in (part * cases, cases, part * cases, cases)]
        sizes = share_change_sizes(*shares, plain(), share_change_p(*shares, plain()))
        found = (sizes.low[0], sizes.high[0], sizes.visible[0])
        assert found == pytest.approx((-half, half, half * 2.80 / 1.96), abs=0.002)


def test_the_smallest_visible_change_is_seen_in_four_of_five_cases() -> None:
    before = np.full(1, 300.0)
    ones = np.ones(1)
    visible = count_change_sizes(before, before, ones, ones, plain()).visible[0]
    draws = np.random.default_rng(7)
    now, then = draws.poisson(300 * (1 + visible / 100), 4000), draws.poisson(300, 4000)
    days = np.ones(4000)
    p = count_change_p(now.astype(float), then.astype(float), days, days, plain(4000))
    assert (p < 0.05).mean() == pytest.approx(0.8, abs=0.03)


def test_no_variance_no_test() -> None:
    p = estimate_change_p(np.array([1.0, 0.0]), np.array([0.0, np.nan]), np.array([5.0, 5.0]))
    assert np.isnan(p).all()


def test_q_values_by_hand() -> None:
    p = np.array([0.01, 0.04, 0.03, np.nan, 0.2, 0.04])
    q = benjamini_hochberg(p, np.array([0, 0, 0, 0, 1, 1]))
    assert q == pytest.approx([0.03, 0.04, 0.04, np.nan, 0.2, 0.08], nan_ok=True)


# Error rates ------------------------------------------------------------------------------------


SHORT = ("month", "quarter", "half-year")


def test_arrows_where_nothing_changed_are_few() -> None:
    """All dispersions and periods together; thousands of series each are in `make soak`."""
    rates = error_rates(100, DISPERSED, SHORT)
    null = [share for (_, _, change), share in rates.called.items() if change == "none"]
    assert sum(null) / len(null) <= 0.05
    assert rates.found("quarter", DISPERSED[0]) >= 0.80
    assert rates.found("half-year", DISPERSED[2]) >= 0.80


def test_arrows_from_drift_are_few() -> None:
    """Quarters whose risk drifts slowly, 40 events a month; alone each world is in `make soak`."""
    rates = error_rates(200, DRIFTING, ("quarter",))
    null = [share for (_, _, change), share in rates.called.items() if change == "none"]
    assert sum(null) / len(null) <= 0.07


def test_arrows_from_drift_are_few_in_whole_years() -> None:
    """Of a year most rests on what months share, which twelve differences tell least of."""
    most = [world for world in DRIFTING if world.correlation == 0.8]
    rates = error_rates(6000, tuple(most), ("year",))
    null = [share for (_, _, change), share in rates.called.items() if change == "none"]
    assert sum(null) / len(null) <= 0.0625


@pytest.mark.soak
def test_error_rates_of_the_count_test_on_thousands_of_series(
    capsys: pytest.CaptureFixture[str],
) -> None:
    dispersed = error_rates(4000, DISPERSED, SHORT)
    drifting = error_rates(4000, DRIFTING, tuple(PERIODS))
    with capsys.disabled():
        print("\n" + dispersed.table() + "\n" + drifting.table())
    for (period, world, change), share in dispersed.called.items():
        assert change != "none" or share <= 0.055, (period, world)
    for (period, world, change), share in drifting.called.items():
        assert change != "none" or share <= 0.07, (period, world)
    assert dispersed.found("quarter", DISPERSED[0]) >= 0.80
    for world in DISPERSED[:3]:
        assert dispersed.found("half-year", world) >= 0.80, world


def test_at_its_bound_dispersion_is_no_estimate() -> None:
    """Counts that vary no more than Poisson counts are not tested as if phi were uncertain."""
    figures = [np.array([float(x)]) for x in (130, 100, 30, 30)]
    at_bound = Dispersion(np.array([1.0]), np.array([16.0]))
    beyond = Dispersion(np.array([1.0 + 1e-9]), np.array([16.0]))
    assert count_change_p(*figures, at_bound) == pytest.approx(count_change_p(*figures, plain()))
    assert count_change_p(*figures, at_bound)[0] < count_change_p(*figures, beyond)[0]


def test_weeks_are_compared_with_weeks() -> None:
    weeks = periods_between(date(2024, 1, 1), date(2026, 9, 27), ("W",))
    counts = [25.0 if week.start < date(2026, 9, 21) else 90.0 for week in weeks]
    rows = [
        value(period=week.name, value=count, numerator=count, n=count)
        for week, count in zip(weeks, counts, strict=True)
    ]
    of = [indicator(measure="count", direction="down", periods="W|M")]
    words = found([*series([100.0] * 33), *rows], of)
    assert (words["2026-W38"], words["2026-W39"]) == ("no_clear_change", "worsening")
