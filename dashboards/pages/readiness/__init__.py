"""Response and readiness: what was done against each threat, hot spots, means, plans of bases.

No unit and no commander is compared. What nobody did is said in words, as far as it was reported.
"""

from typing import Any

from dash import html

from dashboards.components.card import page_head
from dashboards.components.lists.readiness import base_plans
from dashboards.components.lists.threats import assessed_threats, threats_card, threats_counted
from dashboards.pages.readiness.cards import base_plans_card, called_off_cards, hot_spots_card
from dashboards.reading.context import Context
from dashboards.wording import formats
from dashboards.wording.words import sentence_case
from indicators.foundation.mart_tables import TOTAL


def sentence(context: Context) -> str:
    """The threats, how many of them nothing was done against, and how many plans are overdue."""
    words, threats = context.words, assessed_threats(context)
    said = [threats_counted(context)]
    if threats:
        unmet = sum(1 for tiers in threats.values() if not tiers[TOTAL]["done"])
        is_unmet = words.count("readiness.unmet", unmet) if unmet else words("readiness.met")
        is_unmet = context.with_reports(sentence_case(is_unmet), "threat_response")
        said.append(context.if_came(is_unmet, "activities"))
    plans = base_plans(context)
    if not plans.empty:
        overdue = int(plans["is_overdue"].sum())
        late = words.count("readiness.overdue", overdue) if overdue else words("readiness.in_time")
        said.append(late)
    return " ".join(sentence_case(part) for part in said)


def body(context: Context) -> list[Any]:
    """Sentence, threats by tier, hot spots, patrols called off, plans of bases."""
    heading = formats.period_heading(context.period, context.words)
    head = page_head(
        sentence(context),
        context.words("readiness.lead"),
        f"{context.area_name(context.area)}, {heading}",
    )
    cards = [threats_card(context), hot_spots_card(context)]
    cards += [*called_off_cards(context), base_plans_card(context)]
    return [head, html.Div(cards, className="stack")]
