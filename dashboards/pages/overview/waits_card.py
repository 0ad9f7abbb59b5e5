"""What to decide; then, counted, all that waits: alerts, reviews, plans, reports, links."""

import pandas as pd
from dash import html

from dashboards.components.card import card, page_link
from dashboards.components.rating import BARS, verdict
from dashboards.context import Context
from dashboards.lists.readiness import base_plans, called_off, operations
from dashboards.pages.overview.decisions_card import decision_lines
from dashboards.queries import framework, quality, threats, transition
from dashboards.releases import earlier_release
from dashboards.rows import rows_of
from dashboards.wording import formats
from dashboards.wording.words import Words, in_sentence
from dashboards.written import records

_NAMED = 2


def waits_card(context: Context, returns: pd.DataFrame) -> html.Section:
    """One line a kind of thing that waits, each with the way to its page."""
    words = context.words
    lines = [*_alerts(context), *_reviews(context), *_operations(context), *_base_plans(context)]
    lines += [*_called_off(context), *_reports(context, returns), *_links(context)]
    lines += [*_recommendations(context), *_strategy(context)]
    items = lines or [html.Li(words("waits.none"))]
    under = words("waits.under", on=formats.day(context.mission["as_of"], words))
    first = decision_lines(context)
    counts = html.Ul(items, className="facts")
    if first is None:
        return card(words("waits.title"), [counts], under, key="waits")
    content = [first, html.Details([html.Summary(words("waits.counts")), counts], open=True)]
    return card(words("waits.title"), content, under, key="waits")


def _line(context: Context, text: str, path: str, note: str) -> html.Li:
    link = html.B(page_link(text, context.address.link(path)))
    return html.Li([link, *([html.Span(note, className="note")] if note else [])])


def _alerts(context: Context) -> list[html.Li]:
    found = threats.pending(context.release, threats.ALERTS, context.area)
    if found.empty:
        return []
    words, oldest = context.words, found.iloc[0]
    days = str(context.days_since(oldest["since"]))
    note = words("waits.oldest", area=context.area_name(oldest["area"]), days=days)
    return [_line(context, words.digits("waits.alerts", len(found)), "/alerts", note)]


def _reviews(context: Context) -> list[html.Li]:
    found = threats.pending(context.release, threats.REVIEWS, context.area)
    if found.empty:
        return []
    words = context.words
    overdue = int(found["is_overdue"].sum())
    note = words("waits.overdue", number=formats.number(overdue, words))
    return [_line(context, words.digits("waits.reviews", len(found)), "/alerts", note)]


def _operations(context: Context) -> list[html.Li]:
    found = operations(context)
    areas = list(found.loc[found["is_overdue"].astype(bool), "area"])
    return _number_line(context, "waits.operations", len(areas), "/alerts", areas)


def _base_plans(context: Context) -> list[html.Li]:
    plans = base_plans(context)
    areas = list(plans.loc[plans["is_overdue"].astype(bool), "area"])
    return _number_line(context, "waits.base_plans", len(areas), "/readiness", areas)


def _called_off(context: Context) -> list[html.Li]:
    return _number_line(context, "waits.called_off", called_off(context) or 0, "/readiness", [])


def _number_line(
    context: Context, key: str, number: int, path: str, areas: list[str]
) -> list[html.Li]:
    """A line with its number, and the areas by name; none where there is nothing."""
    if not number:
        return []
    names = list(dict.fromkeys(context.area_name(area) for area in areas))
    note = context.words.some_of(names, _NAMED)
    return [_line(context, context.words.digits(key, number), path, note)]


def _reports(context: Context, returns: pd.DataFrame) -> list[html.Li]:
    due = quality.due_returns(returns)
    missing = due[~due["status"].isin(quality.RECEIVED)]
    if missing.empty:
        return []
    words = context.words
    areas = [context.area_name(code) for code in missing["area"].value_counts().index]
    note = words.some_of(list(dict.fromkeys(areas)), _NAMED)
    return [_line(context, words.digits("waits.reports", len(missing)), "/data-quality", note)]


def _recommendations(context: Context) -> list[html.Li]:
    """Those past their day; counted to today, as they go on between releases."""
    found = records.overdue(context)
    if not found:
        return []
    words, oldest = context.words, found[0].record
    owner = words.label("owner_role", oldest.owner)
    note = words("waits.recommendations_note", owner=owner, on=formats.day(oldest.due_on, words))
    text = words.digits("waits.recommendations", len(found))
    return [_line(context, text, "/assessment", note)]


def _links(context: Context) -> list[html.Li]:
    """Links whose evidence grade differs from the release before."""
    before = earlier_release(context.release)
    if before is None:
        return []
    words = context.words
    was = _grades(framework.links(before, context.country))
    now = framework.links(context.release, context.country).drop_duplicates("edge")
    changed = []
    for row in rows_of(now):
        grade = verdict(row)
        if row["edge"] in was and was[row["edge"]] != grade:
            names = {
                "output": context.item(row["from_indicator"]),
                "outcome": in_sentence(context.short(row["to_indicator"])),
            }
            grades = {
                "before": _grade_words(was[row["edge"]], words),
                "after": _grade_words(grade, words),
            }
            changed.append(words("waits.grade", pair=words("chain.pair", **names), **grades))
    if not changed:
        return []
    text = words.digits("waits.links", len(changed), release=before.name)
    note = words.some_of(changed, _NAMED)
    if context.area != context.country:
        note = f"{note}. {words('finding.whole_mission')}"
    return [_line(context, text, "/results-chain", note)]


def _strategy(context: Context) -> list[html.Li]:
    """The review of the strategy, once its day has come."""
    found = rows_of(transition.strategy(context.release))
    if not found or not found[0]["days_overdue"]:
        return []
    words = context.words
    note = words("waits.strategy_since", on=formats.day(found[0]["review_due_on"], words))
    return [_line(context, words("waits.strategy"), "/transition", note)]


def _grades(links: pd.DataFrame) -> dict[str, str | None]:
    return {row["edge"]: verdict(row) for row in rows_of(links)}


def _grade_words(grade: str | None, words: Words) -> str:
    return str(grade) if grade in BARS else words(f"evidence.{grade or 'not_tested'}")
