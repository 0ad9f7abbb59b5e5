"""`mart.interview_plan`: after which patrols to ask residents, how many and where.

For each edge to a question put to households and each change of `interview_plan.CHANGES`: a row of
the mission, then one an area. It rests on patrols and on the level of the answer, never on what was
found.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from indicators.definitions.indicator import Indicator
from indicators.foundation.messages import LANGUAGES, message
from indicators.foundation.numbers.number_format import number_text
from indicators.linkage.methods.interviews.method import PULSE_DAYS, Interviews
from indicators.linkage.methods.interviews.plan import (
    CHANGES,
    PER_VISIT,
    InterviewPlan,
    plan_interviews,
)
from indicators.linkage.methods.protocol import Warehouse
from indicators.linkage.sentences.findings import About

LATER_DAYS = (PULSE_DAYS + 1, 3 * PULSE_DAYS)
_LEVEL_UNKNOWN = 0.5  # the least favourable
_QUARTERS = 4  # of the year that is looked at
Row = dict[str, Any]


def interview_plan_rows(warehouse: Warehouse, abouts: Sequence[About]) -> Iterator[Row]:
    """Rows of `mart.interview_plan`, edge by edge, in the order in which they are read."""
    asked = [about for about in abouts if _is_asked(about, warehouse.selected)]
    patrols = _usable_patrols(warehouse) if asked else {}
    for about in asked:
        outcome = warehouse.selected[about.edge.to_indicator]
        level = _level(warehouse, outcome)
        position = 0
        for change in CHANGES:
            plan = plan_interviews(change, level, patrols)
            for row in _rows(warehouse, about, change, plan, patrols):
                position += 1
                common = {"edge": about.edge.id, "position": position, "change": change}
                yield common | {"level": 100 * level} | row


def _is_asked(about: About, catalogue: Mapping[str, Indicator]) -> bool:
    outcome = catalogue.get(about.edge.to_indicator)
    if outcome is None or outcome.measure.instrument != "household":
        return False
    return Interviews().applies(about.edge, catalogue)


def _usable_patrols(warehouse: Warehouse) -> dict[str, float]:
    """By area where residents were asked before: patrols a quarter that can be asked after.

    Of the last year, those after which none followed for more than a week: so both sides can be
    asked.
    """
    rows = warehouse.connection.execute(
        f"""WITH day_of AS (
          SELECT DISTINCT area, started_on_local AS "day" FROM {warehouse.logged_activity}
          WHERE activity_type = 'patrol' AND status = 'completed'
            AND area IN (SELECT area_code FROM core.survey_respondents WHERE site_code IS NULL)
        ), followed AS (
          SELECT area, "day", lead("day") OVER (PARTITION BY area ORDER BY "day") AS next
          FROM day_of
        )
        SELECT area, count(*) FROM followed
        WHERE "day" BETWEEN $until - INTERVAL 1 YEAR AND $until
          AND coalesce(next, $until) - "day" > {PULSE_DAYS}
        GROUP BY area ORDER BY area""",
        {"until": warehouse.as_of},
    ).fetchall()
    return {area: many / _QUARTERS for area, many in rows}


def _level(warehouse: Warehouse, outcome: Indicator) -> float:
    """Share of favourable answers in the latest round, 0 to 1."""
    found = warehouse.connection.execute(
        """SELECT value FROM mart.indicator_value
        WHERE mission = ? AND indicator = ? AND area = ? AND value BETWEEN 1 AND 99
          AND sex = '_T' AND age_group = '_T'
        ORDER BY period_end DESC, period_type LIMIT 1""",
        [warehouse.mission.mission, outcome.code, warehouse.mission.country_area],
    ).fetchall()
    return float(found[0][0]) / 100 if found else _LEVEL_UNKNOWN


def _rows(
    warehouse: Warehouse,
    about: About,
    change: int,
    plan: InterviewPlan | None,
    patrols: Mapping[str, float],
) -> Iterator[Row]:
    country = warehouse.mission.country_area
    if plan is None:
        yield {"area": country, **_sentences("none", about, change=change)}
        return
    months = max(math.ceil(3 * plan.visits / patrols[area]) for area in plan.areas)
    figures = {
        "visits": plan.visits * len(plan.areas),
        "areas": len(plan.areas),
        "interviews": plan.interviews,
        "months": months,
    }
    first, last = LATER_DAYS
    days = {"each": PER_VISIT, "soon": PULSE_DAYS, "first": first, "last": last}
    yield {
        "area": country,
        "visits_soon": figures["visits"],
        "visits_later": figures["visits"],
        "interviews": plan.interviews,
        "months": months,
        "smallest_change": plan.smallest,
        **_sentences("ask", about, change=change, **figures, **days),
    }
    for area in plan.areas:
        # Over the months of the plan, so that its whole length is covered alike.
        every = max(1, math.floor(patrols[area] * months / 3 / plan.visits))
        yield {
            "area": area,
            "visits_soon": plan.visits,
            "visits_later": plan.visits,
            "interviews": 2 * plan.visits * PER_VISIT,
            "patrols": patrols[area],
            "every": every,
        }


def _sentences(key: str, about: About, **numbers: int) -> Row:
    return {
        f"sentence_{language}": message(
            f"linkage.interview_plan.{key}",
            language,
            title=about.title(about.edge.to_indicator, language),
            **{name: number_text(number, language, 0) for name, number in numbers.items()},
        )
        for language in LANGUAGES
    }
