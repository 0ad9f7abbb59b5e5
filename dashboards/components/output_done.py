"""What was done of an output, beside what was planned of it."""

from dash import html

from dashboards.components.value import value_in_brief
from dashboards.context import Context
from dashboards.wording import formats
from dashboards.wording.words import in_sentence


def output_done(context: Context, code: str) -> str:
    """759 of 1,120 planned, of whom, and how many of them where nothing was planned."""
    words, cell, unit = context.words, context.cell(code), context.unit(code)
    plan = context.plans.get(code)
    if plan is None or cell.value is None:
        return value_in_brief(cell, unit, words)
    said = words(
        "overview.planned",
        done=unit.value(cell.value, words),
        planned=unit.value(plan["quantity"], words),
        component=in_sentence(words.label("component", plan["component"])),
    )
    if not plan["unplanned"]:
        return said
    beside = words("overview.unplanned", number=formats.number(plan["unplanned"], words))
    return f"{said} {beside}"


def output_bar(context: Context, code: str) -> list[html.Span]:
    """The bar of an output with a plan and a figure."""
    done, plan = context.cell(code).value, context.plans.get(code)
    return [] if done is None or plan is None else [done_bar(done, plan["quantity"])]


def done_bar(done: float, planned: float) -> html.Span:
    """A grey bar of what was done of the plan; more than planned fills it. The words say both."""
    share = min(1.0, done / planned) if planned else 0.0
    width = {"--done": f"{100 * share:.0f}%"}
    return html.Span(className="done-bar", style=width, **{"aria-hidden": "true"})
