"""The SQL of one figure as people run it: it needs a warehouse's `core` tables and nothing else.

Functions of the expressions are made by the text itself, tables that the engine keeps are CTEs, as
far as this one figure needs them: one period, one area, the total. The rows are those of the
engine's own stages (`base_cube.py`); they are counted straight, without months and roll-ups. Of a
survey the text gives estimate and n; intervals come from `indicators.survey`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from indicators.compiler.areas import place_queries
from indicators.compiler.base_cube import cube_stages
from indicators.compiler.cells.ratios import values_of
from indicators.compiler.ctes import Cte, with_stages
from indicators.compiler.derived.columns import rows_sql
from indicators.compiler.derived.functions import functions_sql
from indicators.compiler.explanation.wave_sql import (
    answers_sql,
    domain_sql,
    outcome_sql,
    place_column,
    shown_waves_sql,
)
from indicators.compiler.plan import CubePlan, single_plan
from indicators.compiler.population import population_queries
from indicators.definitions.checks.columns_read import checked_measure, columns_counted
from indicators.definitions.contracts import contracts
from indicators.definitions.derivations import upstream_tables
from indicators.definitions.indicator import Indicator
from indicators.definitions.measures import Measure
from indicators.definitions.mission_profile import Setting
from indicators.definitions.vocabularies import TOTAL
from indicators.foundation.periods import PRECISION_PERIODS, Period, period_of
from indicators.foundation.sql_text import literal

_MACRO = re.compile(r"CREATE OR REPLACE TEMP MACRO (\w+)\(")
_KEPT_TABLE = re.compile(r"\bcube\.(\w+)")
_NO_MISSION = date(2026, 9, 30)  # an entry of the catalogue is shown with this as-of date


@dataclass(frozen=True)
class Figure:
    """Which figure: an area's total in a period, as it was on a day.

    `is_shown`: whether there is one; where no return came (status O or L) rows are no figure.
    """

    area: str
    period: Period
    as_of: date
    is_shown: bool = True


@dataclass(frozen=True)
class _Query:
    """The stages of a figure, its columns out of the last of them, and the rows behind it."""

    stages: list[Cte]
    columns: Mapping[str, str]
    source: str
    rows: str = "count(*)"

    def sql(self, kept: Sequence[Cte], is_shown: bool) -> str:
        """One statement, after the tables that the engine keeps; not told: the rows alone."""
        columns = dict(self.columns)
        if not is_shown:
            columns = dict.fromkeys(columns, "NULL") | {"rows": self.rows}
        lines = ",\n  ".join(f"{sql} AS {name}" for name, sql in columns.items())
        return with_stages([*kept, *self.stages], f"SELECT\n  {lines}\n{self.source}")


def indicator_sql(
    indicator: Indicator, setting: Setting | None = None, as_of: date = _NO_MISSION
) -> str:
    """The SQL of the whole mission's last quarter (or period of the first type that there is)."""
    setting = setting or Setting()
    period_type = "Q" if "Q" in indicator.periods else indicator.periods[0]
    figure = Figure(setting.country_area, period_of(as_of, period_type), as_of)
    return figure_sql(indicator, figure, setting)


def figure_sql(indicator: Indicator, figure: Figure, setting: Setting) -> str:
    """Statements that give value, numerator, denominator and n of a figure, as the mart has them.

    They run on any connection to the mission's warehouse, a read-only one too. Raises
    RefusedExpressionError for an unsafe expression.
    """
    of_kind = _survey_query if indicator.is_survey else _register_query
    query = of_kind(indicator, figure, setting)
    kept = _kept_tables(indicator, figure, [stage.sql for stage in query.stages])
    text = _without_schema(query.sql(kept, figure.is_shown))
    return ";\n".join([*_functions_used(setting, figure.as_of, text), text])


def _register_query(indicator: Indicator, figure: Figure, setting: Setting) -> _Query:
    plan = _plan_of(indicator, figure, setting)
    stages = [stage for stage in cube_stages(plan) if stage.name not in ("facts", "base_cube")]
    stages.append(Cte("in_figure", _in_figure_sql(plan, figure)))
    (planned,) = plan.indicators
    parts = ",\n".join(f"    {part.sql} AS {column}" for column, part in plan.parts.items())
    stages.append(Cte("parts", f"  SELECT\n{parts}\n  FROM in_figure"))
    columns, source = values_of(planned), "FROM parts"
    if plan.population:
        persons = _persons_sql(plan, figure)
        stages.append(Cte("people", persons))
        source = "FROM parts CROSS JOIN people"
        share = f"{indicator.scale} * coalesce({planned.part('numerator')}, 0) / persons"
        columns["value"] = f"CASE WHEN persons > 0 THEN {share} END"
        columns["denominator"] = "persons"
    return _Query(stages, columns, source, planned.part("cases"))


def _plan_of(indicator: Indicator, figure: Figure, setting: Setting) -> CubePlan:
    """The plan of the total alone; of the whole mission no row is asked where it was."""
    total = indicator.model_copy(update={"disaggregate": {}})
    plan = single_plan(total)
    (planned,) = plan.indicators
    roles = {key: part.role for part in reversed(planned.parts) for key in [planned.key_of(part)]}
    planned = replace(planned, columns=roles)
    if figure.area == setting.country_area and plan.population is None:
        planned = replace(planned, reads=frozenset(columns_counted(total)))
        plan = replace(plan, area=None)
    return replace(plan, indicators=(planned,))


def _in_figure_sql(plan: CubePlan, figure: Figure) -> str:
    conditions = []
    source = "  SELECT located.*\n  FROM located"
    if plan.state is None:
        source += (
            f"\n  JOIN cube.period ON located.{plan.clock} BETWEEN period_start AND period_end"
        )
    if plan.precision is not None:
        fine = [
            name for name, types in PRECISION_PERIODS.items() if figure.period.period_type in types
        ]
        conditions.append(f"{plan.precision} IN ({', '.join(map(literal, fine))})")
    if plan.area is not None:
        areas = f"SELECT area_code FROM cube.area_ancestor WHERE area = {literal(figure.area)}"
        conditions.append(f"cube_area IN ({areas})")
    if plan.population is not None:
        conditions.append(
            f"cube_area IN (\n      SELECT area FROM cube.population_place\n      {_people(plan)})"
        )
    where = "\n  WHERE " + "\n    AND ".join(conditions) if conditions else ""
    return source + where


def _persons_sql(plan: CubePlan, figure: Figure) -> str:
    return (
        "  SELECT max(persons) AS persons FROM cube.population_area\n"
        f"  {_people(plan)} AND area = {literal(figure.area)}"
    )


def _people(plan: CubePlan) -> str:
    return (
        f"WHERE population_kind = '{plan.population}' AND sex = '{TOTAL}' AND age_group = '{TOTAL}'"
    )


def _survey_query(indicator: Indicator, figure: Figure, setting: Setting) -> _Query:
    measure = checked_measure(indicator)
    place = place_column(measure.instrument)
    side = f", own.{measure.between.column} AS side" if measure.between else ""
    stages = [
        Cte("shown_wave", _indented(shown_waves_sql(indicator))),
        Cte(
            "answered",
            f"""  SELECT respondent_key,
    {answers_sql(measure.all_items)}
  FROM core.survey_answers JOIN shown_wave USING (survey_code, wave)
  GROUP BY respondent_key""",
        ),
        Cte("in_area", _area_of_wave_sql(figure, setting)),
        Cte(
            "respondents",
            f"""  SELECT CAST(own.weight_{measure.weight} AS DOUBLE) AS weight{side},
    {outcome_sql(measure)} AS outcome
  FROM cube.survey_respondents AS own
  JOIN shown_wave USING (survey_code, wave, instrument)
  LEFT JOIN answered USING (respondent_key)
  WHERE consent_given AND result IN ('complete', 'partial')
    AND {domain_sql(indicator)}
    AND own.{place} IN (SELECT area_code FROM in_area)""",
        ),
        Cte(
            "valid",
            "  SELECT * FROM respondents WHERE outcome IS NOT NULL AND weight IS NOT NULL",
        ),
    ]
    if measure.kind == "survey_quantile":
        stages.append(Cte("ordered", _ordered_sql()))
    columns = _estimate_columns(indicator, measure)
    if measure.between is not None:
        sides = ", ".join(map(literal, (measure.between.of, measure.between.minus)))
        return _Query(stages, columns, f"FROM valid\nWHERE side IN ({sides})")
    return _Query(stages, columns, f"FROM {stages[-1].name}")


def _area_of_wave_sql(figure: Figure, setting: Setting) -> str:
    """All of a wave lies where its areas lay on the day of its last interview."""
    if figure.area == setting.country_area:
        return """  SELECT area_code FROM core.areas WHERE valid_from <= as_of_day()
  UNION
  SELECT country_area()"""
    return f"""  SELECT span.area_code
  FROM cube.area_version AS span
  JOIN cube.area_ancestor ON area_ancestor.area_code = span.place
  JOIN shown_wave ON last_on >= span.begins AND last_on < span.ends
  WHERE area_ancestor.area = {literal(figure.area)}"""


def _estimate_columns(indicator: Indicator, measure: Measure) -> dict[str, str]:
    """The estimate out of weights and outcomes, its parts, and n."""
    scale = indicator.scale
    numerator, denominator = "sum(weight * outcome)", "sum(weight)"
    share = f"{numerator} / {denominator}"
    # Nobody with a valid answer: no share, and parts of nothing.
    parts = {"numerator": f"coalesce({numerator}, 0)", "denominator": f"coalesce({denominator}, 0)"}
    if measure.between is not None:
        of, minus = (_share_of(side) for side in (measure.between.of, measure.between.minus))
        share, parts = f"({of}\n    - {minus})", dict.fromkeys(parts, "NULL")
    elif measure.kind == "survey_quantile":
        share = f"min(outcome) FILTER (WHERE running >= {measure.quantile} * whole)"
        parts = dict.fromkeys(parts, "NULL")
    elif measure.kind == "total":
        share, parts = numerator, parts | {"denominator": "NULL"}
    return {"value": f"{scale} * {share}", **parts, "n": "count(*)"}


def _share_of(side: str) -> str:
    only = f"FILTER (WHERE side = {literal(side)})"
    return f"sum(weight * outcome) {only} / sum(weight) {only}"


def _ordered_sql() -> str:
    return """  SELECT outcome, sum(weight) OVER (ORDER BY outcome) AS running,
    sum(weight) OVER () AS whole
  FROM valid"""


def _kept_tables(indicator: Indicator, figure: Figure, texts: Iterable[str]) -> list[Cte]:
    """The tables of the engine that these texts read, each after those that it reads itself."""
    queries = _queries(indicator, figure)
    found: dict[str, Cte] = {}

    def visit(text: str) -> None:
        for name in dict.fromkeys(_KEPT_TABLE.findall(text)):
            if name not in found and name in queries:
                query = queries[name]
                visit(query)
                found[name] = Cte(name, _indented(query))

    for text in texts:
        visit(text)
    return list(found.values())


def _queries(indicator: Indicator, figure: Figure) -> Mapping[str, str]:
    """Each table of the engine by name, as a query."""
    fixed = {**dict(place_queries()), **dict(population_queries()), "period": _period_sql(figure)}
    looked_at = upstream_tables({indicator.source: columns_counted(indicator)})
    return fixed | {
        table: rows_sql(contracts()[table], columns) for table, columns in looked_at.items()
    }


def _period_sql(figure: Figure) -> str:
    period = figure.period
    return (
        f"SELECT '{period.period_type}' AS period_type, '{period.name}' AS period,\n"
        f"  DATE '{period.start}' AS period_start, DATE '{period.end}' AS period_end,\n"
        f"  DATE '{period.middle}' AS period_middle"
    )


def _without_schema(query: str) -> str:
    """CTEs by their names; survey respondents have nothing derived and are the core rows."""
    query = query.replace("cube.survey_respondents", "core.survey_respondents")
    return _KEPT_TABLE.sub(r"\1", query)


def _functions_used(setting: Setting, as_of: date, query: str) -> list[str]:
    """Statements that make the functions which the query calls, and those that they call."""
    made = {}
    for statement in functions_sql(setting, as_of.isoformat()):
        (name,) = _MACRO.findall(statement)
        made[name] = statement
    used: set[str] = set()
    waiting = list(_calls(made, query))
    while waiting:
        name = waiting.pop()
        if name not in used:
            used.add(name)
            waiting += _calls(made, made[name])
    return [statement for name, statement in made.items() if name in used]


def _calls(names: Iterable[str], text: str) -> Iterator[str]:
    for name in names:
        if re.search(rf"\b{name}\(", text, re.IGNORECASE):
            yield name


def _indented(query: str) -> str:
    return "\n".join(f"  {line}" if line else line for line in query.splitlines())
