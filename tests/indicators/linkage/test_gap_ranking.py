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
    vague: tuple[int, ...] = (),
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
        np.isin(np.arange(len(risk)), vague),
    )


def test_more_risk_fewer_patrols_and_less_trust_come_first() -> None:
    found = rank(needs([9, 5, 1], [40, 20, 5], [20, 40, 80]))
    assert found.rank.tolist() == [1, 2, 3]


def test_what_is_certain_has_one_rank() -> None:
    found = rank(needs([9, 5, 1], [40, 20, 5], [20, 40, 80]))
    assert found.low.tolist() == found.high.tolist() == found.rank.tolist()


def test_uncertain_risk_widens_the_ranks() -> None:
    sure = rank(needs([7, 5, 3.5, 2.5], [10, 11, 12, 13], [50, 50, 50, 50]))
    unsure = rank(needs([7, 5, 3.5, 2.5], [10, 11, 12, 13], [50, 50, 50, 50], certainty=2))
    assert (unsure.high - unsure.low > sure.high - sure.low).all()


def test_patrols_that_may_have_gone_unrecorded_widen_the_rank() -> None:
    found = rank(needs([3, 3, 3], [1, 50, 10], [50, 50, 50], days_as_of=[90, 50, 10]))
    assert (found.low[0], found.high[0]) == (1, 3)


def test_risk_comes_first_and_at_like_risk_presence_and_trust() -> None:
    """15.8 incidents a month do not stand below 4.6 with unknown trust and no patrol for months."""
    found = rank(needs([4.6, 15.8, 5.0], [200, 1, 2], [np.nan, 90, 80]))
    assert found.rank[1] == 1
    asked = rank(needs([4.6, 15.8, 5.0], [200, 1, 2], [70, 90, 80]))
    assert asked.rank.tolist() == [2, 1, 3]


def test_presence_and_trust_count_for_less_than_twice_the_incidents() -> None:
    """4.5 incidents and a known lack of trust do not stand above 7.8 whose trust is not known."""
    found = rank(needs([4.5, 7.8, 2.0], [0, 0, 0], [20, np.nan, 60]))
    assert found.rank.tolist() == [2, 1, 3]


def test_what_is_not_known_widens_the_rank() -> None:
    """Trust of the first area, as low or as high as that of any other."""
    risk, days = [5.3, 5.2, 5.1, 5.0], [10, 10, 10, 10]
    asked = rank(needs(risk, days, [50, 20, 40, 60]))
    unasked = rank(needs(risk, days, [np.nan, 20, 40, 60]))
    assert (asked.low[0], asked.high[0]) == (3, 3)
    assert unasked.rank[0] == 4
    assert (unasked.low[0], unasked.high[0]) == (1, 4)


def test_what_is_too_imprecise_to_be_told_raises_nobody_and_narrows_the_interval() -> None:
    """5.0 incidents and a patrol today, by a trust that no reader sees, above 5.6 and five days."""
    risk, days, trust = [5.6, 5.0, 4.2], [5, 0, 5], [60, 30, 50]
    assert rank(needs(risk, days, trust, trust_se=1)).rank[1] == 1
    vague = rank(needs(risk, days, trust, trust_se=1, vague=(0, 1, 2)))
    assert vague.rank.tolist() == [1, 3, 2]
    assert vague.low[1] == 1, "what was answered still counts in the interval"


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


_AREA = st.tuples(st.floats(0.01, 50), st.floats(0, 300), st.floats(0, 100))


@settings(max_examples=60, deadline=None)
@given(st.lists(_AREA, min_size=2, max_size=10), st.data())
def test_twice_as_many_incidents_come_first_and_the_unknown_raises_no_area(
    areas: list[tuple[float, ...]], data: st.DataObject
) -> None:
    risk, days, trust = (list(values) for values in zip(*areas, strict=True))
    place = data.draw(st.integers(0, len(areas) - 1))
    known = rank(needs(risk, days, trust))
    for column in (days, trust):
        column[place] = np.nan
        unknown = rank(needs(risk, days, trust))
        assert unknown.rank[place] >= known.rank[place]
        known = unknown
    for one, other in np.ndindex(len(areas), len(areas)):
        if risk[one] >= 2.001 * max(risk[other], 0.25):
            assert known.rank[one] < known.rank[other]
