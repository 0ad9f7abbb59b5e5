"""What is told to be narrow is what earlier releases gave away, and nothing else is narrow."""

from collections.abc import Callable
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from indicators.disclosure.complementary import protect
from indicators.disclosure.tables import Tables
from tests.indicators.disclosure.counted_tables import counted, narrow_cells, pair_of_ratios, task


@pytest.mark.parametrize(("seed", "counts"), product(range(4), [counted, pair_of_ratios]))
def test_told_narrow_is_what_nothing_could_widen(
    seed: int, counts: Callable[[int], Tables]
) -> None:
    """Three in ten cells are known from earlier releases; the others may all be withheld."""
    linked = counts(seed)
    own = task(linked)
    random = np.random.default_rng(seed)
    own = replace(own, known=~own.primary & (random.random(linked.published) < 0.3))
    found = protect(linked, own)
    assert found.narrow.any()
    assert not found.unproven.any()
    asked = found.withheld & ~found.known & ~found.derivable & (linked.counts[:, 0] > 0)
    assert (asked & ~found.narrow).any()
    assert (narrow_cells(linked, own, found.withheld, asked) == found.narrow).all()
    everything = found.withheld | ~found.known
    assert narrow_cells(linked, own, everything, found.narrow)[found.narrow].all()
