"""Results chain: the framework as a graph, its links by evidence grade, one link unfolded."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import pandas as pd
from dash import html

from dashboards.components.card import card, notice, page_head, page_link
from dashboards.components.chart import chart_card, shows_table
from dashboards.components.finding import caveat_codes, caveat_list
from dashboards.components.link_sentence import link_sentence, primary_rows
from dashboards.components.outcome_summary import judged_of
from dashboards.components.rating import (
    BARS,
    SMALL_AT_MOST,
    evidence_key,
    evidence_mark,
    evidence_sentence,
    is_tested,
    rating_mark,
    verdict,
)
from dashboards.components.table import Column, table
from dashboards.components.value import marked_in_brief, marked_output
from dashboards.pages.results_chain.chain_filters import chain_filters, is_shown, narrowed
from dashboards.pages.results_chain.chain_graph import Chain, chain_graph, link_name
from dashboards.reading.context import Context
from dashboards.reading.queries import framework
from dashboards.reading.rows import rows_of
from dashboards.wording.words import in_sentence, sentence_case

_VERDICTS = ("A", "B", "C", SMALL_AT_MOST, "D")
_STRONGER = ("A", "B")  # what the checks do not contradict
_NAMED = 2
_ENDS: Mapping[Literal["output", "outcome"], str] = {
    "output": "from_indicator",
    "outcome": "to_indicator",
}
Link = dict[str, Any]


def _links(context: Context) -> list[Link]:
    """Each edge once, as tested for the whole mission: one area alone is not tested."""
    known = context.indicators.index
    frame = framework.links(context.release, context.country)
    frame = frame[frame["from_indicator"].isin(known) & frame["to_indicator"].isin(known)]
    return rows_of(frame.drop_duplicates("edge"))


def sentence(context: Context) -> str:
    """How many of the tested links stand up to the checks, and which."""
    return _sentence(context, _links(context))


def _sentence(context: Context, links: list[Link]) -> str:
    words = context.words
    if not links:
        return words("side.no_framework_title")
    tested = [link for link in links if is_tested(link)]
    stronger = [link for link in tested if link["grade"] in _STRONGER]
    if not tested:
        return words("chain.none_tested")
    if not stronger:
        return sentence_case(words.count("chain.none_stronger", len(tested)))
    names = words.some_of([in_sentence(_pair(context, link)) for link in stronger], _NAMED)
    total = words.spelled(len(tested))
    return sentence_case(words.count("chain.stronger", len(stronger), total=total, names=names))


def _pair(context: Context, link: Mapping[str, Any]) -> str:
    outcome = in_sentence(context.short(link["to_indicator"]))
    return context.words("chain.pair", output=context.item(link["from_indicator"]), outcome=outcome)


def _strength(link: Link) -> int:
    found = verdict(link)
    return _VERDICTS.index(found) if found else len(_VERDICTS)


def _chosen(context: Context, links: list[Link]) -> Link:
    asked = [link for link in links if link["edge"] == context.address.get("edge")]
    return (asked or sorted(links, key=_strength))[0]


def _codes(
    context: Context, items: pd.DataFrame, links: list[Link]
) -> Mapping[Literal["output", "outcome"], list[str]]:
    """Outputs and outcomes of the framework and its links, in the order of the file."""
    found = {}
    for kind, end in _ENDS.items():
        codes = [*items.loc[items["kind"] == kind, "indicator"], *(link[end] for link in links)]
        found[kind] = [code for code in dict.fromkeys(codes) if code in context.indicators.index]
    return found


def _chain(context: Context, links: list[Link]) -> Chain:
    """Outputs and outcomes in the order of the framework, outputs by their indicators' tiers."""
    items = framework.items(context.release)
    shown = narrowed(context, links)
    codes = {
        kind: [code for code in known if is_shown(context, code, kind, shown)]
        for kind, known in _codes(context, items, links).items()
    }
    tiers: dict[str, list[str]] = {}
    for code in codes["output"]:
        tiers.setdefault(str(context.indicator(code)["tier"]), []).append(code)
    objective = rows_of(items[items["kind"] == "objective"])
    return Chain(
        dict(sorted(tiers.items())),
        codes["outcome"],
        shown,
        _chosen(context, shown or links)["edge"],
        context.words.of(objective[0], "title") if objective else context.words("chain.objective"),
        _impacts(context, _codes(context, items, links)["outcome"]),
    )


def _impacts(context: Context, outcomes: list[str]) -> list[str]:
    """The impact indicators to which the catalogue says that the outcomes contribute."""
    served = [str(context.indicator(code)["contributes_to"]).split("|") for code in outcomes]
    known = {code for codes in served for code in codes} & set(context.indicators.index)
    return [code for code in sorted(known) if context.indicator(code)["level"] == "impact"]


def _lead(context: Context, links: list[Link]) -> str:
    """Numbers of the whole chain, whatever is filtered."""
    words = context.words
    codes = _codes(context, framework.items(context.release), links)
    grades = Counter(verdict(link) for link in links)
    parts = [words("chain.graded", grade=g, number=str(grades[g])) for g in BARS if grades[g]]
    small = grades[SMALL_AT_MOST]
    parts += [words.digits("chain.small", small)] if small else []
    parts += [words("chain.untested", number=str(grades[None]))] if grades[None] else []
    area = "" if context.area == context.country else " " + words("chain.whole_mission")
    lead = words(
        "chain.lead",
        outputs=words.digits("chain.number_outputs", len(codes["output"])),
        outcomes=words.digits("chain.number_outcomes", len(judged_of(context, codes["outcome"]))),
        grades=", ".join(parts),
    )
    return lead + area


def _table(context: Context, links: Sequence[Mapping[str, Any]]) -> html.Div:
    """One row a link: the reading order for the keyboard and for narrow screens."""
    words = context.words
    heads = ("output", "done", "outcome", "value", "rating", "grade")
    columns = [Column(words(f"chain.head.{name}")) for name in heads]
    rows = []
    for link in links:
        output, outcome = link["from_indicator"], link["to_indicator"]
        cell = context.cell(outcome)
        grade = evidence_mark(link, words)
        href = context.address.link(edge=link["edge"])
        rows.append(
            [
                page_link(context.item(output), href, **{"aria-label": link_name(context, link)}),
                marked_output(context, output),
                context.item(outcome),
                marked_in_brief(cell, context.unit(outcome), words),
                rating_mark(cell, words),
                grade,
            ]
        )
    return table(columns, rows, words("chain.table"), "table-chain")


def _graph_card(context: Context, links: list[Link], chain: Chain) -> html.Section:
    words = context.words
    titles = words("chain.title"), f"{words('chain.under')} {words('brief.grades')}"
    drawn = [] if shows_table(context.address) else [chain_graph(context, chain)]
    filters = chain_filters(context, links, chain)
    return chart_card(context, "chain", titles, drawn, _table(context, chain.links), filters)


def _panel(context: Context, link: Mapping[str, Any], key: str = "link") -> html.Section:
    """One link: grade, sentence, caveats, and the way to all that was looked at."""
    words = context.words
    href = context.address.link("/effects", edge=link["edge"])
    grade, mark = evidence_sentence(link, words), evidence_mark(link, words)
    parts = [
        html.P([mark, html.Span(sentence_case(grade))], className="chain-grade"),
        html.P(link_sentence(context, link, primary_rows(context).get(link["edge"]))),
        *caveat_list(caveat_codes(link), words),
        page_link(words("chain.more"), href),
    ]
    return card(sentence_case(_pair(context, link)), parts, words("chain.chosen"), key=key)


def _printed_panels(context: Context, links: Sequence[Mapping[str, Any]]) -> html.Div:
    """On paper the panels of all links that are drawn follow the graph."""
    panels = [_panel(context, link, f"link-{number}") for number, link in enumerate(links)]
    return html.Div(panels, className="print-only chain-panels")


def body(context: Context) -> list[Any]:
    """Sentence, the graph or its table, the legend, the chosen link."""
    links, words = _links(context), context.words
    if not links:
        told = notice(words("side.no_framework"))
        return [page_head(_sentence(context, links)), told, *_profile_link(context)]
    chain = _chain(context, links)
    chosen = next(link for link in links if link["edge"] == chain.chosen)
    key = html.Div(evidence_key(words), className="chain-key")
    left = html.Div([_graph_card(context, links, chain), key], className="stack")
    panel = html.Div(_panel(context, chosen), id="chain-panel", tabIndex=-1)
    columns = html.Div([left, panel], className="columns columns-chain")
    head = page_head(_sentence(context, links), _lead(context, links))
    others = [link for link in chain.links if link is not chosen]
    return [head, columns, *_profile_link(context), _printed_panels(context, others)]


def _profile_link(context: Context) -> list[Any]:
    """Where the framework is changed: in the mission alone."""
    if context.audience != "mission":
        return []
    href = context.address.link("/records/profile")
    return [html.P(html.A(context.words("profile.link"), href=href), className="note")]
