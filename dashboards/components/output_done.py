"""What was done of an output, beside what was planned of it."""

from dash import html

from dashboards.components.value import value_in_brief
from dashboards.context import Context


def output_done(context: Context, code: str) -> str:
    """214 of 260 planned, where the framework holds a plan for the mission and period."""
    words, cell, unit = context.words, context.cell(code), context.unit(code)
    planned = context.plans.get(code)
    if planned is None or cell.value is None or context.area != context.country:
        return value_in_brief(cell, unit, words)
    numbers = {"done": unit.value(cell.value, words), "planned": unit.value(planned, words)}
    return words("overview.planned", **numbers)


def done_bar(done: float, planned: float) -> html.Span:
    """A grey bar of what was done of the plan; more than planned fills it. The words say both."""
    share = min(1.0, done / planned) if planned else 0.0
    width = {"--done": f"{100 * share:.0f}%"}
    return html.Span(className="done-bar", style=width, **{"aria-hidden": "true"})
