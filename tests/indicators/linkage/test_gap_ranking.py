"""Ranks of areas: who comes first, and how far uncertainty lets a rank move."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.linkage.protection_gaps.ranking import Needs, rank


def needs(
    risk: list[float],
    days: list[float],
    trust: list[float],
    certainty: float = 1e8,
    days_as_of: list[float] | None = None,
    trust_se: float = 0,
) -> Needs:
    """Gamma with this mean; its spread is the mean over the root of `certainty`."""
    shape = np.full(len(risk), certainty)
    return Needs(
        shape,
        shape / np.array(risk),
        np.array(days),
        np.array(days_as_of or days),
        np.array(trust),
        np.full(len(risk), trust_se),
    )


def test_more_risk_fewer_patrols_and_less_trust_come_first() -> None:
    found = rank(needs([9, 5, 1], [40, 20, 5], [20, 40, 80]))
    assert found.rank.tolist() == [1, 2, 3]


def test_what_is_certain_has_one_rank() -> None:
    found = rank(needs([9, 5, 1], [40, 20, 5], [20, 40, 80]))
    assert found.low.tolist() == found.high.tolist() == found.rank.tolist()


def test_uncertain_risk_widens_the_ranks() -> None:
    sure = rank(needs([5, 4, 3, 2], [10, 11, 12, 13], [50, 50, 50, 50]))
    unsure = rank(needs([5, 4, 3, 2], [10, 11, 12, 13], [50, 50, 50, 50], certainty=2))
    assert (unsure.high - unsure.low > sure.high - sure.low).all()


def test_patrols_that_may_have_gone_unrecorded_widen_the_rank() -> None:
    found = rank(needs([3, 3, 3], [1, 50, 10], [50, 50, 50], days_as_of=[90, 50, 10]))
    assert (found.low[0], found.high[0]) == (1, 3)


def test_trust_that_nobody_was_asked_about_is_left_out() -> None:
    """The first area stands on risk and days alone, where it comes first."""
    found = rank(needs([9, 5, 1], [40, 20, 5], [np.nan, 10, 20]))
    assert found.rank[0] == 1


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(0.1, 50), st.floats(0, 300), st.floats(0, 100)), min_size=1, max_size=12
    )
)
def test_ranks_are_a_permutation_inside_their_interval(areas: list[tuple[float, ...]]) -> None:
    risk, days, trust = (list(values) for values in zip(*areas, strict=True))
    found = rank(needs(risk, days, trust, certainty=3, trust_se=5))
    assert sorted(found.rank.tolist()) == list(range(1, len(areas) + 1))
    assert (found.low <= found.rank).all() and (found.rank <= found.high).all()
    again = rank(needs(risk, days, trust, certainty=3, trust_se=5))
    assert (again.low == found.low).all() and (again.high == found.high).all()
