"""`mart.evidence_plan`: for each edge what its primary test would see, now and with more data.

One row a step: today; with 6 and 12 more months; a year by itself; then what is missing for a test
or for a quarter's change; then what the mission could add (missing returns, days of incidents, a
question in a survey), the most helpful first; then each area alone, by months. It rests on counts
and errors, never on what was found.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from indicators.definitions.checks.columns_read import class_of_total
from indicators.definitions.measures import SURVEY_KINDS
from indicators.definitions.vocabularies import vocabulary
from indicators.foundation.messages import LANGUAGES, message
from indicators.linkage.evidence.primaries import PrimaryTest, Results
from indicators.linkage.finding import Finding
from indicators.linkage.framework.model import Edge
from indicators.linkage.methods.protocol import Warehouse
from indicators.linkage.power import MONTHS_AHEAD, Supply, needs
from indicators.linkage.sentences.findings import About, size_in_words
from indicators.linkage.sentences.needs import needs_sentence, shown_change

Row = dict[str, Any]
_A_YEAR = 12  # months
_MONTHS_ALONE = (6, _A_YEAR, 24)
_NOTHING_LEFT = 99.5  # percent fewer: rounded, all of it; and of points nearly the whole scale


def plan_rows(
    warehouse: Warehouse,
    abouts: Sequence[About],
    tests: Mapping[str, PrimaryTest],
    results: Results,
) -> Iterator[Row]:
    """Rows of `mart.evidence_plan`, edge by edge, in the order in which they are read."""
    names = _area_names(warehouse)
    for about in abouts:
        test = tests.get(about.edge.id)
        finding = test.asked_finding(results) if test else None
        if finding and _is_protected(warehouse, about.edge):
            finding = _without_areas(finding)
        country = warehouse.mission.country_area
        steps = list(_steps(about, finding, names)) if finding else [_untestable()]
        steps += _question(warehouse, about.edge)
        steps += _alone(about, finding, names, country) if finding else ()
        for position, step in enumerate(steps, start=1):
            yield {
                "edge": about.edge.id,
                "area": warehouse.mission.country_area,
                "position": position,
                "method": finding.effect.method if finding else None,
                "specification": finding.effect.specification if finding else None,
                **step,
            }


def _steps(about: About, finding: Finding, names: Mapping[str, Mapping[str, str]]) -> Iterator[Row]:
    precision = finding.precision
    today = finding.smallest_change
    key = "today" if today is not None else "no_size"
    yield _step("today", about, finding, today, key, months=0)
    for months in MONTHS_AHEAD:
        later = precision.after(months) if precision else None
        if later is not None:
            yield _step("months_ahead", about, finding, later, "after", months=months)
    year = _year(about, finding, names)
    if year is not None:
        yield year
    for need in needs(precision, finding.shortfalls):
        target = precision.target if precision and need.purpose == "target" else None
        smallest, unit = shown_change(finding, target)
        yield {
            "step": need.kind,
            "purpose": need.purpose,
            "quantity": need.quantity,
            "smallest_change": smallest,
            "change_unit": unit,
            **{
                f"sentence_{language}": needs_sentence(finding, (need,), language)
                for language in LANGUAGES
            },
        }
    # Of the whole mission the most helpful first, then areas by their codes.
    for supply in sorted(finding.supplies, key=lambda own: (own.area, -(own.times or 0))):
        yield _supplied(about, finding, supply, names)


def _year(about: About, finding: Finding, names: Mapping[str, Mapping[str, str]]) -> Row | None:
    """What a year by itself would show, told before it begins: of all areas, and of the best alone.

    Months like those on record; reports that can never come are not in it.
    """
    precision, areas = finding.precision, finding.effect.n_areas
    whole = precision.alone(_A_YEAR) if precision else None
    if precision is None or whole is None or not areas:
        return None
    area, share = max(precision.by_area.items(), key=lambda own: own[1], default=("", 0.0))
    own = precision.alone(_A_YEAR, share) if area else None
    is_seen = own is not None and not _is_beyond(about, finding, own)
    key = "year_best" if is_seen else "year_unseen" if area else "year"
    change, unit = shown_change(finding, whole)
    sentences = {
        f"sentence_{name}": message(
            f"linkage.plan.{key}",
            name,
            size=size_in_words(whole, finding, about, name),
            alone=size_in_words(own, finding, about, name),
            area=names.get(area, {}).get(name, area),
            areas=areas,
        )
        for name in LANGUAGES
    }
    facts = {"step": "year", "months": _A_YEAR, "smallest_change": change, "change_unit": unit}
    return facts | sentences


def _alone(
    about: About, finding: Finding, names: Mapping[str, Mapping[str, str]], country: str
) -> Iterator[Row]:
    """So many months by themselves: of all areas, then of each by its share of what all tell.

    Without a size where not even the end of the outcome, or all of its scale, would be seen.
    """
    precision = finding.precision
    if precision is None or not precision.months or not precision.by_area:
        return
    for area, share in {country: 1.0, **dict(sorted(precision.by_area.items()))}.items():
        for months in _MONTHS_ALONE:
            own = precision.alone(months, share)
            seen = None if own is None or _is_beyond(about, finding, own) else own
            key = "area_unseen" if seen is None else "area_alone"
            row = _step("area_alone", about, finding, seen, key, None, names.get(area), months)
            yield row | {"area": area}


def _is_beyond(about: About, finding: Finding, smallest: float) -> bool:
    """Whether no change that there can be is as large."""
    outcome = about.indicators.get(about.edge.to_indicator, {})
    change, unit = shown_change(finding, smallest)
    is_share = unit == "percent" or outcome.get("unit_of_measure") == "percent"
    return is_share and (change or 0.0) >= _NOTHING_LEFT


def _without_areas(finding: Finding) -> Finding:
    precision = finding.precision
    return replace(finding, precision=precision and replace(precision, by_area={}))


def _is_protected(warehouse: Warehouse, edge: Edge) -> bool:
    """Of the outcome or the activity: then no figure of a single area leaves the engine."""
    ends = (warehouse.catalogue.get(code) for code in (edge.from_indicator, edge.to_indicator))
    return any(end is not None and class_of_total(end) == "protected" for end in ends)


def _supplied(
    about: About, finding: Finding, supply: Supply, names: Mapping[str, Mapping[str, str]]
) -> Row:
    precision = finding.precision
    smallest = precision.with_information(supply.times) if precision and supply.times else None
    key = ("returns_of" if supply.area else supply.kind) + ("" if smallest else "_unsized")
    row = _step(supply.kind, about, finding, smallest, key, supply.quantity, names.get(supply.area))
    return row | ({"area": supply.area} if supply.area else {})


def _step(
    step: str,
    about: About,
    finding: Finding,
    smallest: float | None,
    key: str,
    quantity: int | None = None,
    area: Mapping[str, str] | None = None,
    months: int | None = None,
) -> Row:
    change, unit = shown_change(finding, smallest)
    sentences = {
        f"sentence_{language}": message(
            f"linkage.plan.{key}",
            language,
            size=size_in_words(smallest, finding, about, language),
            number=quantity,
            months=months,
            area=(area or {}).get(language, ""),
        )
        for language in LANGUAGES
    }
    return {
        "step": step,
        "quantity": quantity,
        "months": months,
        "smallest_change": change,
        "change_unit": unit,
        **sentences,
    }


def _untestable() -> Row:
    words = {f"sentence_{name}": message("linkage.plan.no_size", name) for name in LANGUAGES}
    return {"step": "today", "months": 0, **words}


def _question(warehouse: Warehouse, edge: Edge) -> list[Row]:
    """What a survey would have to ask, where the outcome is a question that nobody was asked."""
    outcome = warehouse.selected.get(edge.to_indicator)
    if outcome is None or outcome.measure.kind not in SURVEY_KINDS:
        return []
    ((answered,),) = warehouse.connection.execute(
        """SELECT count(*) FROM mart.indicator_value
        WHERE mission = ? AND indicator = ? AND value IS NOT NULL""",
        [warehouse.mission.mission, outcome.code],
    ).fetchall()
    if answered:
        return []
    items = sorted(outcome.measure.all_items)
    words = {
        f"sentence_{language}": message(
            "linkage.plan.survey_item",
            language,
            items=", ".join(vocabulary("survey_item").label(item, language) for item in items),
        )
        for language in LANGUAGES
    }
    return [{"step": "survey_item", "quantity": len(items), **words}]


def _area_names(warehouse: Warehouse) -> dict[str, dict[str, str]]:
    rows = warehouse.connection.execute(
        """SELECT area_code, any_value(name_en), any_value(name_fr) FROM mart.area
        WHERE mission = ? GROUP BY area_code""",
        [warehouse.mission.mission],
    ).fetchall()
    return {code: {"en": english, "fr": french} for code, english, french in rows}
