"""From indicators to cube plans: what is computed in one scan, and over which groupings.

A plan holds all measures of one source that read the same clock (date or state), precision and
area: additive ones through the finest cube, the others recounted from the rows.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from indicators.definitions.checks.columns_read import (
    area_column,
    checked_measure,
    columns_used,
    dimension_of,
)
from indicators.definitions.contracts import Contract, contracts
from indicators.definitions.derivations import needed_derived, period_columns
from indicators.definitions.expressions import any_of, broadest, conjuncts, table_operands
from indicators.definitions.indicator import Indicator
from indicators.definitions.measures import Aggregate, Measure, Snapshot, aggregates, case_condition
from indicators.definitions.vocabularies import UNKNOWN

PEOPLE = ("sex", "age_group")
_ROLLED_TOGETHER = 3  # so many indicators share one statement with all their groupings


@dataclass(frozen=True)
class Dimension:
    """One way to break down: mart column, its name where the mart says `breakdown`, its source.

    `of_numerator`: it tells the cases of the numerator apart, as what happened to an entry of a
    register in the period, so that its parts have the denominator of the total.
    """

    name: str
    column: str
    is_multivalued: bool = False
    of_numerator: bool = False

    @property
    def mart_column(self) -> str:
        """The column of the mart that holds its value."""
        found = dimension_of(self.name)
        return "breakdown_value" if found == "breakdown" else found

    @property
    def stated(self) -> str:
        """Its value in a row as SQL: not stated (`_U`) where there is none (definitions 7)."""
        if self.is_multivalued:
            return f"coalesce(nullif(list_sort(list_distinct({self.column})), []), ['{UNKNOWN}'])"
        return f"coalesce({self.column}, '{UNKNOWN}')"


Grouping = tuple[Dimension, ...]


def columns_of(grouping: Grouping) -> tuple[str, ...]:
    """The columns that a grouping keeps apart."""
    return tuple(dimension.column for dimension in grouping)


@dataclass(frozen=True)
class PlannedIndicator:
    """One indicator with its checked measure, aggregates and the groupings it is shown in."""

    indicator: Indicator
    measure: Measure
    aggregates: tuple[Aggregate, ...]
    cases: str
    groupings: tuple[Grouping, ...]
    reads: frozenset[str]  # columns of the source, derived ones among them
    columns: Mapping[str, str] = field(default_factory=dict)  # of the plan's parts, by their key

    @property
    def code(self) -> str:
        """The indicator's code."""
        return self.indicator.code

    @property
    def parts(self) -> tuple[Aggregate, ...]:
        """Its aggregates and the cases, each once: a count is its own number of cases."""
        found: dict[str, Aggregate] = {}
        for aggregate in (*self.aggregates, self._cases):
            found.setdefault(self.key_of(aggregate), aggregate)
        return tuple(found.values())

    def part(self, role: str) -> str:
        """The column of this role's part in cube and roll-up, quoted."""
        for part in (*self.aggregates, self._cases):
            if part.role == role:
                return self.columns[self.key_of(part)]
        return f'"{self.code} {role}"'

    def named_parts(self) -> Iterator[tuple[str, str]]:
        """The key of each of its parts, and its column where it is the first of its key."""
        for part in self.parts:
            yield self.key_of(part), f'"{self.code} {part.role}"'

    @property
    def _cases(self) -> Aggregate:
        return Aggregate("cases", "count(*)", self.cases)

    def key_of(self, part: Aggregate) -> str:
        """Parts with the same key are one column; of a state, a part of the numerator may have
        the cases of the total, so that roles are kept apart."""
        return part.sql if self.measure.state is None else f"{part.role} {part.sql}"

    @property
    def counted(self) -> str:
        """The rows that any of its parts may count."""
        return self.measure.where or "TRUE"


@dataclass(frozen=True)
class CubePlan:
    """All that one scan of a source computes."""

    source: str
    clock: str | None
    state: Snapshot | None
    precision: str | None
    area: str | None  # None: rows without a place, which stand for the whole mission
    location_precision: bool
    is_additive: bool
    population: str | None
    weekly: bool
    period_columns: tuple[str, ...]  # what the rows of a state hold for each period
    indicators: tuple[PlannedIndicator, ...]

    @property
    def name(self) -> str:
        """The name of its cube table: source, clock and what sets it apart."""
        clock = self.clock or _state_name(self.state)
        marks = [self.precision, None if self.is_additive else "recounted", self.population]
        marks += self.people_columns.values()
        if self.area not in (None, "area_code"):
            marks.append(self.area)
        return "__".join([f"cube_{self.source}", clock, *(mark for mark in marks if mark)])

    @property
    def source_columns(self) -> set[str]:
        """The columns of the source, derived ones among them, that its indicators read."""
        return {column for planned in self.indicators for column in planned.reads}

    @property
    def adds_up_by_month(self) -> bool:
        """Whether the months of an area make its periods: a flow or distinct things, no rate."""
        return self.state is None and self.population is None and self.is_condensed

    @property
    def parts(self) -> Mapping[str, Aggregate]:
        """The parts of all its indicators by their column; what several count is there once."""
        return {
            planned.part(part.role): part for planned in self.indicators for part in planned.parts
        }

    @property
    def distinct_parts(self) -> tuple[str, ...]:
        """The columns that hold what counts once: kept apart until the periods are made."""
        return tuple(column for column, part in self.parts.items() if part.distinct is not None)

    @property
    def is_condensed(self) -> bool:
        """Whether rows that are alike are one row of the cube; a quantile needs each of them."""
        return all(part.adds_up or part.distinct for part in self.parts.values())

    @property
    def counted(self) -> tuple[str, ...]:
        """The conditions under which a row counts in any of its indicators; TRUE: every row."""
        found = dict.fromkeys(planned.counted for planned in self.indicators)
        return ("TRUE",) if "TRUE" in found else broadest(found)

    def counted_by(self, column: str) -> tuple[str, ...]:
        """The conditions under which a row counts in an indicator broken down by this column."""
        using = [
            planned
            for planned in self.indicators
            if any(dimension.column == column for g in planned.groupings for dimension in g)
        ]
        return replace(self, indicators=tuple(using)).counted

    @property
    def derived_where(self) -> Mapping[str, str]:
        """Of expressions that some of its indicators do not read: where the others may count.

        By columns of the core table alone; elsewhere the derived column makes no difference.
        """
        contract = contracts()[self.source]
        read = {p.code: needed_derived(contract, {*p.reads}) for p in self.indicators}
        always = needed_derived(contract, {str(self.clock)})
        found = {}
        for column in sorted(set().union(*read.values()) - always):
            readers = [planned for planned in self.indicators if column in read[planned.code]]
            conditions = broadest(_by_core_columns(contract, p.counted) for p in readers)
            is_expression = contract.derived[column].form == "expression"
            if is_expression and len(readers) < len(self.indicators) and "TRUE" not in conditions:
                found[column] = any_of(conditions)
        return found

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """The union of the dimensions used, in the order of their names."""
        used = {
            dimension
            for planned in self.indicators
            for grouping in planned.groupings
            for dimension in grouping
        }
        return tuple(sorted(used, key=lambda dimension: (dimension.name, dimension.column)))

    @property
    def columns(self) -> tuple[str, ...]:
        """The source columns that its dimensions read, each once."""
        return tuple(sorted(self.stated))

    @property
    def stated(self) -> Mapping[str, str]:
        """By the same columns what a row is kept apart by, as SQL."""
        return {dimension.column: dimension.stated for dimension in self.dimensions}

    @property
    def people_columns(self) -> Mapping[str, str]:
        """Of a rate: sex and age group to their columns, since each has a population of its own."""
        dimensions = self.dimensions if self.population else ()
        return {d.name: d.column for d in dimensions if d.name in PEOPLE}

    @property
    def plain_columns(self) -> tuple[str, ...]:
        """The columns with one value a row by which cells are grouped."""
        others = {d.column for d in self.dimensions if d.is_multivalued} | set(
            self.people_columns.values()
        )
        return tuple(column for column in self.columns if column not in others)

    @property
    def multivalued_columns(self) -> tuple[str, ...]:
        """The columns with several values a row by which cells are grouped: once under each."""
        others = set(self.people_columns.values())
        return tuple(sorted({d.column for d in self.dimensions if d.is_multivalued} - others))

    @property
    def column_sets(self) -> tuple[tuple[str, ...], ...]:
        """The columns of every grouping that an indicator is shown in, list columns too."""
        groupings = [g for planned in self.indicators for g in planned.groupings]
        return tuple(dict.fromkeys(columns_of(grouping) for grouping in groupings))

    def grouped_by(self, columns: tuple[str, ...]) -> "CubePlan":
        """The plan of one grouping alone: the indicators that are shown in it, and no others."""
        shown = [
            replace(planned, groupings=kept)
            for planned in self.indicators
            if (kept := tuple(g for g in planned.groupings if columns_of(g) == columns))
        ]
        return replace(self, indicators=tuple(shown))

    @property
    def groupings(self) -> tuple[tuple[str, ...], ...]:
        """Every grouping by plain columns that an indicator needs, the total first."""
        wanted = {
            tuple(sorted(d.column for d in grouping if d.name not in self.people_columns))
            for planned in self.indicators
            for grouping in planned.groupings
            if not any(d.is_multivalued and d.name not in self.people_columns for d in grouping)
        }
        return tuple(sorted(wanted, key=lambda columns: (len(columns), columns)))


def cube_plans(indicators: Iterable[Indicator], weekly: bool = False) -> list[CubePlan]:
    """The plans of all register indicators, in the order of their sources.

    `weekly`: cubes also keep weeks apart, which makes them larger.
    """
    grouped: dict[tuple[object, ...], list[PlannedIndicator]] = {}
    for indicator in indicators:
        if not indicator.is_survey:
            planned = plan_indicator(indicator)
            grouped.setdefault(_scan(planned), []).append(planned)
    plans = [_cube_plan(planned, weekly) for planned in grouped.values()]
    return sorted(plans, key=lambda plan: plan.name)


def roll_up_plans(plan: CubePlan) -> list[CubePlan]:
    """The parts of a plan that are rolled up together: of many indicators, a grouping at a time.

    Each holds the indicators that are shown in its grouping and no others, since most columns of
    a cube concern few groupings.
    """
    is_small = len(plan.indicators) <= _ROLLED_TOGETHER and not plan.distinct_parts
    if not plan.adds_up_by_month or is_small:
        return [plan]
    return [plan.grouped_by(columns) for columns in plan.column_sets]


def plan_indicator(indicator: Indicator) -> PlannedIndicator:
    """One indicator ready to compile. Raises RefusedExpressionError for an unsafe expression."""
    measure = checked_measure(indicator)
    planned = PlannedIndicator(
        indicator,
        measure,
        tuple(aggregates(measure)),
        case_condition(measure),
        groupings(indicator),
        frozenset(columns_used(indicator)),
    )
    return _with_columns([planned])[0]


def single_plan(indicator: Indicator) -> CubePlan:
    """The plan of one indicator alone, to be read by people."""
    return _cube_plan([plan_indicator(indicator)])


def _state_name(state: Snapshot | None) -> str:
    if state is None:
        return ""
    parts = ["state", state.valid_from or state.newest, *state.by]
    return "_".join([*(str(part) for part in parts), *(["start"] if state.at == "start" else [])])


def groupings(indicator: Indicator) -> tuple[Grouping, ...]:
    """The total, each dimension alone, sex with age group where a row has one of each."""
    contract = contracts()[indicator.source]
    operands = table_operands(contract)
    dimensions = {
        name: Dimension(
            name,
            column,
            operands[column].kind == "list",
            name in indicator.parts_of_numerator or _tells_of_period(contract, column),
        )
        for name, column in indicator.disaggregate.items()
    }
    alone = [(dimension,) for dimension in dimensions.values()]
    crossed = [dimensions[name] for name in ("sex", "age_group") if name in dimensions]
    together = [tuple(crossed)] if len(crossed) == 2 and not crossed[0].is_multivalued else []
    return ((), *alone, *together)


def _tells_of_period(contract: Contract, column: str) -> bool:
    return column in contract.derived and contract.derived[column].form == "in_period"


def _scan(planned: PlannedIndicator) -> tuple[object, ...]:
    indicator = planned.indicator
    state = planned.measure.state if indicator.time_rule == "stock" else None
    return (
        indicator.source,
        indicator.date if state is None else None,
        state,
        indicator.precision,
        area_column(indicator),
        planned.measure.is_additive and indicator.time_rule != "distinct",
        planned.measure.population,
        _people_columns(indicator),
    )


def _people_columns(indicator: Indicator) -> tuple[str | None, ...]:
    if indicator.measure.population is None:
        return ()
    return tuple(indicator.disaggregate.get(name) for name in PEOPLE)


def _cube_plan(planned: list[PlannedIndicator], weekly: bool = False) -> CubePlan:
    source, clock, state, precision, area, is_additive, population, _ = _scan(planned[0])
    contract = contracts()[str(source)]
    return CubePlan(
        source=str(source),
        clock=clock if clock is None else str(clock),
        state=state if isinstance(state, Snapshot) else None,
        precision=precision if precision is None else str(precision),
        area=area if area is None else str(area),
        location_precision="location_precision" in table_operands(contract)
        and area == (contract.area_column or "area_code"),
        is_additive=bool(is_additive),
        population=population if population is None else str(population),
        weekly=weekly,
        period_columns=_period_columns(contract, planned),
        indicators=_with_columns(planned),
    )


def _by_core_columns(contract: Contract, condition: str) -> str:
    """What follows from a checked condition for the columns of the core table; TRUE: nothing."""
    parts = conjuncts(condition)
    return " AND ".join(part for part in parts if parts[part] <= contract.columns.keys()) or "TRUE"


def _with_columns(planned: Iterable[PlannedIndicator]) -> tuple[PlannedIndicator, ...]:
    """The indicators of a plan with the columns of their parts: that of the first of its kind."""
    planned = tuple(planned)
    columns: dict[str, str] = {}
    for entry in planned:
        for key, column in entry.named_parts():
            columns.setdefault(key, column)
    return tuple(replace(entry, columns=columns) for entry in planned)


def _period_columns(contract: Contract, planned: list[PlannedIndicator]) -> tuple[str, ...]:
    used = {column for entry in planned for column in entry.reads}
    needed = needed_derived(contract, used)
    return tuple(name for name in period_columns(contract) if name in needed)
