"""A stratum with one sampled PSU: what each option makes of it."""

import math

import pandas as pd
import pytest

from indicators.foundation.errors import WrongUse
from indicators.survey import Condition, Design, Mean, Total, estimate

# Strata a and b have two PSUs, stratum c has one.
PEOPLE = pd.DataFrame(
    {
        "stratum": ["a", "a", "b", "b", "c"],
        "psu": [1, 2, 3, 4, 5],
        "y": [1.0, 3.0, 2.0, 6.0, 5.0],
        "population": [10, 10, 10, 10, 1],
    }
)
WITHOUT_LONELY = 2 * (1 + 1) + 2 * (4 + 4)  # n/(n-1) times squares about the stratum's mean


def variance_of_total(option: str, **more: object) -> float:
    design = Design(ids=("psu",), strata=("stratum",), lonely_psu=option, **more)  # type: ignore[arg-type]
    return float(estimate(PEOPLE, design, Total("y")).iloc[0]["se"]) ** 2


def test_fail_names_stratum_and_stage() -> None:
    with pytest.raises(WrongUse, match=r"'c'.*stage 1"):
        variance_of_total("fail")


@pytest.mark.parametrize("option", ["remove", "certainty"])
def test_remove_and_certainty_add_nothing(option: str) -> None:
    assert variance_of_total(option) == pytest.approx(WITHOUT_LONELY)


def test_adjust_adds_the_square_from_zero() -> None:
    assert variance_of_total("adjust") == pytest.approx(WITHOUT_LONELY + 5.0**2)


def test_average_gives_it_the_mean_of_the_other_strata() -> None:
    assert variance_of_total("average") == pytest.approx(WITHOUT_LONELY * 3 / 2)


def test_a_stratum_taken_whole_is_not_lonely() -> None:
    assert variance_of_total("fail", fpc=("population",)) == pytest.approx(
        WITHOUT_LONELY * 0.8 * 25
    )


def test_average_without_any_other_stratum_has_no_variance() -> None:
    design = Design(ids=("psu",), strata=("stratum",), lonely_psu="average")
    row = estimate(PEOPLE.tail(1), design, Mean("y")).iloc[0]
    assert row["estimate"] == 5.0
    assert math.isnan(row["se"])
    assert row["ci_reason"] == "no_degrees_of_freedom"


def test_a_domain_in_one_of_two_psus_is_lonely_only_if_asked() -> None:
    domain = (Condition("y", "in", (1.0, 2.0, 6.0)),)
    kept, adjusted = (
        estimate(
            PEOPLE,
            Design(
                ids=("psu",),
                strata=("stratum",),
                lonely_psu="adjust",
                adjust_domain_lonely=adjust,
            ),
            Total("y"),
            domain=domain,
        ).iloc[0]["se"]
        ** 2
        for adjust in (False, True)
    )
    assert kept == pytest.approx(2 * (0.5**2 + 0.5**2) + 16)
    assert adjusted == pytest.approx(2 * 1.0**2 + 16)
