"""One sentence for a link, the same on every page: what was done, what differed, by how much.

It names the other explanations at every grade, and never says that one moved the other.
"""

from collections.abc import Mapping
from typing import Any

from dashboards.components.rating import verdict
from dashboards.reading.context import Context
from dashboards.reading.queries import framework
from dashboards.reading.rows import rows_of
from dashboards.wording import formats
from dashboards.wording.difference import change_in_words, size_and_interval
from dashboards.wording.words import in_sentence

Row = Mapping[str, Any]
_DATED, _ARRIVAL = "case_series", "rollout"
_STRONGER = ("A", "B")


def primary_rows(context: Context) -> dict[str, Row]:
    """By link the row of the test that sets its grade; without those that no method answered."""
    rows = rows_of(framework.primary_results(context.release, context.country))
    return {str(row["edge"]): row for row in rows if verdict(row)}


def link_sentence(context: Context, link: Row, primary: Row | None) -> str:
    """The sentence of a link by its grade; `primary`: the row of the test that set it.

    Links are tested over the whole mission: where an area is chosen, the sentence says so.
    """
    said = _sentence(context, link, primary)
    is_of_area = context.area != context.country and primary is not None
    return f"{said} {context.words('link.whole_mission')}" if is_of_area else said


def _sentence(context: Context, link: Row, primary: Row | None) -> str:
    words, grade = context.words, verdict(link)
    names = {
        "output": context.item(link["from_indicator"]),
        "outcome": context.short(link["to_indicator"]),
    }
    if grade is None or grade == "D":
        key = "untested" if grade is None else "inconclusive"
        return words(f"link.{key}", **names)
    if grade not in (*_STRONGER, "C"):
        return words("link.small_at_most", bound=_bound(context, link), **names)
    close = words("link.association" if grade == "C" else "link.remain")
    if primary is not None and primary["method"] == _DATED:
        return f"{_after_days(context, primary, names)} {close}"
    if primary is not None and primary["method"] == _ARRIVAL:
        way, size = _sized(context, primary)
        return f"{words(f'link.arrival.{way}', **names, **size)} {close}"
    change = change_in_words(primary, words) if primary else ""
    said = words("link.together", change=change, **names) if change else words("link.go", **names)
    return f"{said} {close}"


def link_in_brief(context: Context, primary: Row | None) -> str:
    """39% lower (25 to 50%); nothing where no difference stands up to a test."""
    if primary is None or verdict(primary) not in (*_STRONGER, "C"):
        return ""
    way, size = _sized(context, primary)
    return context.words(f"link.brief.{way}", **size) if size else ""


def _sized(context: Context, row: Row) -> tuple[str, dict[str, str]]:
    """The way and the size without sign, of shares in points."""
    way, size = size_and_interval(row, context.words)
    unit = context.unit(str(row["to_indicator"]))
    if size and row["change_unit"] != "percent" and unit.differs_in_points:
        size = size | {"size": unit.as_change(size["size"], context.words)}
    return way, size


def _after_days(context: Context, row: Row, names: Mapping[str, str]) -> str:
    """In the two weeks after night patrols, violence in sites was 39% lower than …"""
    words, code = context.words, str(row["to_indicator"])
    way, size = _sized(context, row)
    own = f"link.clause.{code}.{way}"
    clause = (
        words(own, **size)
        if words.known(own)
        else words(f"link.clause.{way}", outcome=names["outcome"], **size)
    )
    days = f"link.days.{row['specification']}"
    span = words(days if words.known(days) else "link.days.other")
    return words("link.after", span=span, output=in_sentence(names["output"]), clause=clause)


def _bound(context: Context, link: Row) -> str:
    """The largest difference that the interval leaves open."""
    words, bound = context.words, float(link["bound"])
    if link["change_unit"] == "percent":
        return words("format.percent", number=formats.number(bound, words))
    unit, text = context.unit(link["to_indicator"]), formats.number(bound, words, 1)
    return unit.as_change(text, words) if unit.differs_in_points else f"{text} {unit.words(words)}"
