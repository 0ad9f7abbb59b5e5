"""What a value is held against: the engine's own path, and only where the engine holds it so."""

from collections.abc import Callable
from dataclasses import replace

from dashboards.reading.context import Against, Context

At = Callable[..., Context]
CODE = "P2-OC-07"


def test_the_path_lies_between_baseline_and_target_on_the_way(context_at: At) -> None:
    against = context_at("/").against(CODE)
    assert against.baseline is not None and against.target is not None
    assert against.expected is not None
    low, high = sorted((against.baseline, against.target))
    assert low < against.expected < high


def test_a_figure_that_the_engine_holds_against_nothing_is_held_against_nothing(
    context_at: At,
) -> None:
    """A count of one area, or of a month where the target is a quarter's."""
    context = context_at("/")
    context.cells[CODE] = replace(context.cell(CODE), baseline=None, target=None, rating=None)
    assert context.against(CODE) == Against()
