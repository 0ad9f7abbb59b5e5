"""Rolling windows overlap: no audience gets them, whatever the mission's profile asks for."""

from indicators.mission import DisclosurePolicy
from pipelines.release.audiences import restrict
from tests.indicators.mart_rows import empty_mart, fill, indicator, mission, value


def test_no_audience_gets_a_rolling_window() -> None:
    for audience in ("mission", "hq"):
        mart = empty_mart()
        fill(mart, "indicator", [indicator()])
        periods = ["2026-Q3", "2026-09", "2026-09-R3", "2026-09-R12"]
        fill(mart, "indicator_value", [value(period=period, value=1, n=99) for period in periods])
        named = {"mission": mission().mission, "indicator": "P2-OC-02", "period_type": "R3"}
        fill(mart, "contribution", [{**named, "period": "2026-09-R3", "rows": 3}])
        restrict(mart, DisclosurePolicy(min_n=5), audience)
        kept = mart.execute("SELECT period FROM mart.indicator_value ORDER BY period").fetchall()
        assert [period for (period,) in kept] == ["2026-09", "2026-Q3"]
        assert mart.execute("SELECT count(*) FROM mart.contribution").fetchone() == (0,)
