"""Police matrices: what each element of UN police did in each phase, and with which partner.

STM 9.1 and 9.2, filled from activities; outcomes stand on the pages that measure them.
"""

from typing import Any

from dash import html

from dashboards.components.card import card, page_head, page_link
from dashboards.components.empty import reports_note
from dashboards.components.listing import Listing
from dashboards.components.lists import police_matrices as matrices
from dashboards.reading.context import Context
from dashboards.wording import formats


def sentence(context: Context) -> str:
    """Activities of the police, and of the partners those with whom something was done."""
    words, found = context.words, matrices.tasks(context)
    done = int(found[found["partner_component"] == matrices.ALL]["done"].sum())
    if not done:
        return context.with_reports(words("police_matrices.nothing"), "police_task")
    joined = found[found["partner_component"] != matrices.ALL]["partner_component"].nunique()
    numbers = {"number": formats.number(done, words), "partners": str(joined)}
    return words("police_matrices.sentence", **numbers, all=str(len(matrices.partners())))


def body(context: Context) -> list[Any]:
    """Sentence, the matrix of phases and elements, that of partners."""
    words, found = context.words, matrices.tasks(context)
    heading = formats.period_heading(context.period, words)
    place = f"{context.area_name(context.area)}, {heading}"
    head = page_head(sentence(context), words("police_matrices.lead"), place)
    if found.empty:
        return [head, *reports_note(context.reports_of("police_task"), words)]
    cards = [_card(context, name, one) for name, one in _MATRICES.items()]
    outcomes = page_link(words("police_matrices.outcomes"), context.address.link("/results-chain"))
    report = html.A(
        words("police_report.link"),
        href=context.address.link("/police-report.pdf", theme=None),
        download="",
    )
    return [head, html.Div([html.P([outcomes, " · ", report]), *cards], className="stack")]


_MATRICES = {"by_phase": matrices.BY_PHASE, "by_partner": matrices.BY_PARTNER}


def _card(context: Context, name: str, matrix: Listing) -> html.Section:
    content = [
        *reports_note(context.reports_of("police_task"), context.words),
        matrix.table(context, matrix.rows(context)),
        matrix.files(context),
    ]
    title = context.words(f"police_matrices.{name}")
    return card(title, content, context.words("police_matrices.under"), key=name)
