"""Numbers, intervals and periods are written as each language writes them."""

from datetime import date

import pytest

from dashboards.wording.formats import (
    Unit,
    day,
    months,
    number,
    percent,
    period_heading,
    period_name,
)
from dashboards.wording.words import Words
from indicators.foundation.periods import period_named

EN, FR = Words("en"), Words("fr")
SHARE, RATE, COUNT = (
    Unit("percent", "proportion"),
    Unit("per_1000", "rate"),
    Unit("patrols", "count"),
)


@pytest.mark.parametrize(
    ("words", "text"), [(EN, "1,234.5"), (FR, "1\u202f234,5")], ids=["en", "fr"]
)
def test_large_numbers_are_grouped_without_breaking_spaces(words: Words, text: str) -> None:
    assert number(1234.5, words, 1) == text


def test_minus_is_the_minus_sign() -> None:
    assert number(-5, EN) == "\u22125"


def test_nothing_is_rounded_to_minus_zero() -> None:
    assert number(-0.004, EN, 1) == "0.0"


def test_french_percent_has_a_narrow_space() -> None:
    assert (percent(41, EN), percent(41, FR)) == ("41%", "41\u202f%")


def test_interval_uses_a_dash_unless_it_is_negative() -> None:
    assert SHARE.interval(37, 45, EN) == "37–45"
    assert SHARE.interval(-5, 7, EN) == "\u22125 to 7"
    assert SHARE.interval(37, 45, FR) == "37 à 45"


def test_narrow_percentages_get_a_decimal() -> None:
    assert SHARE.value(41.26, EN, half_width=0.6) == "41.3%"
    assert SHARE.value(41.26, EN, half_width=4.0) == "41%"


def test_counts_are_whole_and_rates_have_one_decimal() -> None:
    assert COUNT.value(1218.0, EN) == "1,218"
    assert RATE.value(3.1, EN) == "3.1"


def test_a_true_zero_is_the_digit_alone() -> None:
    assert RATE.value(0.0, EN) == "0"


def test_change_of_shares_is_in_points() -> None:
    assert SHARE.change(-3.0, EN) == "\u22123 points"
    assert SHARE.change(7.0, FR) == "+7 points"


def test_dates_do_not_break() -> None:
    assert day(date(2026, 10, 12), EN) == "12\u00a0Oct\u00a02026"
    assert day(date(2026, 9, 1), FR) == "1er\u00a0sept.\u00a02026"
    assert day(date(2026, 9, 21), FR) == "21\u00a0sept.\u00a02026"
    assert day(date(2026, 10, 12), FR) == "12\u00a0oct.\u00a02026"


def test_months_that_follow_each_other_are_a_span() -> None:
    three = [date(2026, 7, 1), date(2026, 8, 1), date(2026, 9, 1)]
    assert months(three, EN) == "Jul–Sep\u00a02026"
    assert months(three[::2], EN) == "Jul\u00a02026 and Sep\u00a02026"
    assert months(three[1:2], FR) == "août\u00a02026"
    assert months([date(2025, 12, 1), date(2026, 1, 1)], EN) == "Dec\u00a02025 and Jan\u00a02026"


def test_a_quarter_bears_both_its_names() -> None:
    heading = period_heading(period_named("2026-Q3"), EN)
    assert heading == "July–September 2026, calendar Q3, budget year 2026/27 Q1"
    heading = period_heading(period_named("2026-Q1"), FR)
    assert heading == "janvier–mars 2026, T1 civil, exercice 2025/26, T3"


def test_names_of_periods() -> None:
    names = [
        period_name(period_named("2026-09"), FR),
        period_name(period_named("2025/26"), EN),
        period_name(period_named("2026-W31"), EN),
    ]
    assert names == ["sept.\u00a02026", "budget year\u00a02025/26", "week\u00a031, 2026"]
