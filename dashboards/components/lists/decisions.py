"""What to decide: at most five lines, each with a verb, a place, an owner, a day and a link.

The rule: recommendations past their day; reviews due where civilians were killed (those past their
day first, then the newest case); alerts without a response (highest level first); areas that rank
first among the gaps and saw no patrol for two weeks; links whose evidence grade is another than in
the release before. The most pressing of each kind comes first, then the second of each, until
there are five. Where nothing sets a day, one is proposed: of a patrol two weeks from the day of
the data, of all else the end of that quarter. The page Help says the rule to readers
(`page.term.decision`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, islice, zip_longest

import pandas as pd

from dashboards.components.protection_gaps import days_since_patrol, is_ranked, read_gaps
from dashboards.components.rating import BARS, verdict
from dashboards.reading.context import Context
from dashboards.reading.queries import framework, threats
from dashboards.reading.queries.quality import never_came
from dashboards.reading.releases import earlier_release
from dashboards.reading.rows import rows_of
from dashboards.reading.written import records
from dashboards.wording import formats
from dashboards.wording.words import Words, in_sentence
from indicators.foundation.periods import period_of

_SHOWN = 5
_LATE = 14  # days without a patrol, as on the map
_AMONG = 5


@dataclass(frozen=True)
class Decision:
    """One line: what to do, then who and by when, and the page where it is done, with the area or
    the link (`edge`) that it opens on."""

    text: str
    note: str
    path: str
    opens_on: Mapping[str, str] = field(default_factory=dict)


def decisions(context: Context) -> list[Decision]:
    """The lines, by the rule above."""
    kinds = (_recommendations, _reviews, _alerts, _patrols, _links)
    found = zip_longest(*(islice(kind(context), _SHOWN) for kind in kinds))
    return [one for one in chain.from_iterable(found) if one is not None][:_SHOWN]


def _recommendations(context: Context) -> Iterator[Decision]:
    words = context.words
    for one in records.overdue(context):
        record = one.record
        note = words(
            "decide.overdue",
            area=context.area_name(record.area),
            owner=words.label("mission_role", record.owner),
            on=formats.day(record.due_on, words),
        )
        yield Decision(words("quoted", text=record.text), note, "/assessment")


def _reviews(context: Context) -> Iterator[Decision]:
    """Reviews due where civilians were killed: those past their day first, then the newest case."""
    found = threats.pending(context.release, threats.REVIEWS, context.area)
    words, killings = context.words, found[found["type"] == threats.KILLING].iloc[::-1]
    for row in sorted(rows_of(killings), key=lambda row: not row["is_overdue"]):
        place = context.area_name(row["area"])
        text = words("decide.review", area=place, on=formats.day(row["since"], words))
        yield Decision(text, _due(context, row), "/alerts", {"area": row["area"]})


def _alerts(context: Context) -> Iterator[Decision]:
    words = context.words
    for row in rows_of(threats.pending(context.release, threats.ALERTS, context.area)):
        threat = in_sentence(words.label("threat_type", row["type"]))
        text = words("decide.alert", area=context.area_name(row["area"]), threat=threat)
        yield Decision(text, _due(context, row), "/alerts", {"area": row["area"]})


def _due(context: Context, row: dict[str, object]) -> str:
    words, due = context.words, row["due_at"]
    if formats.is_missing(due):
        return _proposed(words, "poc_adviser", _quarter_end(context))
    key = "decide.was_due" if row["is_overdue"] else "decide.due"
    return words(key, on=formats.day(due, words))  # type: ignore[arg-type]


def _patrols(context: Context) -> Iterator[Decision]:
    """Of the areas that rank first, those without a patrol for two weeks."""
    words = context.words
    if never_came(context.release, ["activities"]):
        return  # nobody knows where no patrol was
    ranked = [one for one in read_gaps(context).items() if is_ranked(one[1])]
    for area, known in ranked[:_AMONG]:
        days = days_since_patrol(known)
        if area in context.areas_inside and (days is None or days > _LATE):
            text = words("decide.patrol", area=context.area_name(area))
            by = pd.Timestamp(context.mission["as_of"]) + pd.Timedelta(days=_LATE)
            yield Decision(
                text, _proposed(words, "police_commissioner", by), "/map", {"area": area}
            )


def _links(context: Context) -> Iterator[Decision]:
    """Links are graded for the whole mission, and are nothing for one area to decide."""
    words = context.words
    if context.area != context.country:
        return
    for edge, pair, grades in changed_links(context):
        text = words("decide.link", pair=pair, **grades)
        note = _proposed(words, "poc_adviser", _quarter_end(context))
        yield Decision(text, note, "/effects", {"edge": edge})


def _quarter_end(context: Context) -> date:
    return period_of(pd.Timestamp(context.mission["as_of"]).date(), "Q").end


def _proposed(words: Words, owner: str, on: date | pd.Timestamp) -> str:
    role = words.label("mission_role", owner)
    return words("decide.proposed", owner=role, on=formats.day(on, words))


def changed_links(context: Context) -> list[tuple[str, str, dict[str, str]]]:
    """Links whose evidence grade differs from the release before: edge, pair, both grades."""
    before = earlier_release(context.release)
    if before is None:
        return []
    words, was = context.words, _grades(framework.links(before, context.country))
    found = []
    for row in rows_of(framework.links(context.release, context.country).drop_duplicates("edge")):
        grade = verdict(row)
        if row["edge"] in was and was[row["edge"]] != grade:
            output, outcome = context.item(row["from_indicator"]), context.item(row["to_indicator"])
            pair = words("chain.pair", output=output, outcome=in_sentence(outcome))
            before_words = _grade_words(was[row["edge"]], words)
            grades = {"before": before_words, "after": _grade_words(grade, words)}
            found.append((str(row["edge"]), pair, grades))
    return found


def _grades(links: pd.DataFrame) -> dict[str, str | None]:
    return {row["edge"]: verdict(row) for row in rows_of(links)}


def _grade_words(grade: str | None, words: Words) -> str:
    return str(grade) if grade in BARS else words(f"evidence.{grade or 'not_tested'}")
