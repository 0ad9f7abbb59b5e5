"""Results kept from run to run: computed once, read back to the last bit, never halfway."""

import math
from collections.abc import Iterable

import duckdb
import numpy as np
import pytest

from indicators.foundation.stored.database import one_transaction
from indicators.incremental.result_cache import Tally, kept_results, tally
from indicators.linkage.finding import EffectEstimate, Finding, MethodResult
from indicators.linkage.grading import GradingInputs


def found(estimate: float) -> MethodResult:
    effect = EffectEstimate("panel", "twfe", 1, n_areas=20, estimate=estimate, p_value=1e-300)
    evidence = GradingInputs(
        "continuous", None, checks={"lead": "passed"}, ceilings=("few_rounds",)
    )
    finding = Finding(
        *(effect, evidence, "doubled", "units"),
        contrast_parameters={"days": 7, "t_window": "14"},
        caveats=("few_areas",),
        robustness=1 / 3,
    )
    row = {"specification": "leads", "event_time": -3, "estimate": estimate, "se": None}
    return MethodResult((finding,), (row,))


class Counted:
    """A computation that notes what it was asked for."""

    def __init__(self) -> None:
        self.calls: list[float] = []

    def __call__(self, estimate: float) -> MethodResult:
        self.calls.append(estimate)
        return found(estimate)


def run(
    connection: duckdb.DuckDBPyConnection,
    compute: Counted,
    estimates: dict[str, float],
    method: str = "panel",
) -> dict[str, MethodResult]:
    with kept_results(connection, "testland", method) as kept:
        return {
            edge: kept.result(edge, MethodResult, compute, estimate)
            for edge, estimate in estimates.items()
        }


@pytest.fixture
def connection() -> Iterable[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as made:
        yield made


def test_only_what_changed_is_computed(connection: duckdb.DuckDBPyConnection) -> None:
    compute = Counted()
    run(connection, compute, {"a": 1.0, "b": 2.0, "c": 3.0})
    assert tally(connection, "testland", "panel") == Tally(("a", "b", "c"), ())
    again = run(connection, compute, {"a": 1.0, "b": 2.5, "c": 3.0})
    assert compute.calls == [1.0, 2.0, 3.0, 2.5]
    assert tally(connection, "testland", "panel") == Tally(("b",), ("a", "c"))
    assert again == {"a": found(1.0), "b": found(2.5), "c": found(3.0)}


@pytest.mark.parametrize("estimate", [0.1 + 0.2, 5e-324, -0.0, 1.7976931348623157e308, math.inf])
def test_a_number_keeps_its_last_bit(
    connection: duckdb.DuckDBPyConnection, estimate: float
) -> None:
    for _ in range(2):
        result = run(connection, Counted(), {"a": estimate})["a"]
        read = result.findings[0].effect.estimate
        assert read is not None and np.float64(read).tobytes() == np.float64(estimate).tobytes()


def test_numbers_of_numpy_are_kept_as_plain_ones(connection: duckdb.DuckDBPyConnection) -> None:
    with kept_results(connection, "testland", "panel") as kept:
        result = kept.result("a", MethodResult, lambda: MethodResult((), ({"n": np.int64(3)},)))
    assert result.rows == ({"n": 3},) and type(result.rows[0]["n"]) is int


def test_what_nobody_asks_for_is_forgotten(connection: duckdb.DuckDBPyConnection) -> None:
    compute = Counted()
    run(connection, compute, {"a": 1.0, "b": 2.0})
    run(connection, compute, {"a": 1.0}, method="wake")
    run(connection, compute, {"a": 1.0})
    assert tally(connection, "testland", "panel") == Tally((), ("a",))
    assert tally(connection, "testland", "wake") == Tally(("a",), ()), "another method's"
    assert tally(connection, "testland", "panel", "wake") == Tally(("a",), ())


def test_a_run_that_ends_halfway_leaves_what_was_there(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    run(connection, Counted(), {"a": 1.0, "b": 2.0})
    before = connection.execute("FROM cube.kept_result ORDER BY ALL").fetchall()
    with pytest.raises(TypeError), one_transaction(connection):
        run(connection, Counted(), {"a": 1.5, "b": None})  # type: ignore[dict-item]
        run(connection, Counted(), {"a": object()})  # type: ignore[dict-item]
    assert connection.execute("FROM cube.kept_result ORDER BY ALL").fetchall() == before
