"""What a selection of indicators needs, and where it shows what was done and not what changed."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from indicators.definitions.checks.columns_read import columns_used
from indicators.definitions.contracts import Contract, Derived, contracts
from indicators.definitions.expressions import parse_expression, table_operands
from indicators.definitions.indicator import Indicator

Need = tuple[str, str]  # table, column
_PLACES = ("area_code", "parent_area_code", "area_level", "valid_from")
_RETURNS = ("source", "unit_code", "area_code", "month", "return_status", "received_on")
_POPULATION = ("area_code", "reference_on", "population_kind", "sex", "age_group", "persons")
_DESIGN = (
    "survey_code", "wave", "instrument", "respondent_key", "stratum", "psu", "fpc_psu", "result",
    "consent_given", "interviewed_on",
)  # fmt: skip
_ANSWERS = ("survey_code", "wave", "respondent_key", "item", "answer")


@dataclass(frozen=True)
class Requirements:
    """Columns by table in the contracts' order, survey items, sources whose returns are read."""

    columns: Mapping[str, tuple[str, ...]]
    questions: tuple[str, ...]
    returns: tuple[str, ...]


def requirements(indicators: Iterable[Indicator]) -> Requirements:
    """What these indicators read, and what a file must hold for its rows to be taken in."""
    chosen = list(indicators)
    needs = {need for indicator in chosen for need in _needs(indicator)}
    items = {item for indicator in chosen for item in indicator.measure.all_items}
    sources = {indicator.returns.source for indicator in chosen if indicator.returns}
    columns = {
        table: tuple(
            name
            for name, column in contract.columns.items()
            if (table, name) in needs or (column.required and (table, "") in needs)
        )
        for table, contract in contracts().items()
    }
    found = {table: names for table, names in columns.items() if names}
    return Requirements(found, tuple(sorted(items)), tuple(sorted(sources)))


def _needs(indicator: Indicator) -> Iterator[Need]:
    named: dict[str, Iterable[str]] = {indicator.source: columns_used(indicator), "areas": _PLACES}
    if indicator.returns:
        checked = ["harm_checked"] if indicator.returns.harm_checked else []
        named["reporting_returns"] = (*_RETURNS, *checked)
        named["units"] = ("unit_code", "component", "unit_type", "valid_from")
    if indicator.measure.population:
        named["population"] = _POPULATION
    if indicator.is_survey:
        weight = f"weight_{indicator.measure.weight}"
        place = "site_code" if indicator.measure.instrument == "site" else "area_code"
        named[indicator.source] = {*columns_used(indicator), *_DESIGN, weight, place}
        named["survey_answers"] = _ANSWERS
    for table, columns in named.items():
        for column in columns:
            yield from _behind(table, column)


def _behind(table: str, column: str) -> Iterator[Need]:
    """The core columns that a column is made of: itself, or those that it derives from."""
    contract = contracts()[table]
    if column in contract.columns:
        yield table, column
        yield table, ""  # the table itself, whose required columns go with it
    elif column in contract.derived:
        for other, name in _read_by(contract, contract.derived[column]):
            yield from _behind(other, name)


def _read_by(contract: Contract, derived: Derived) -> Iterator[Need]:
    """Columns that a derived column reads, of its own table and of the one it looks at."""
    matched = derived.match or {}
    own, other = {*matched, derived.at}, {*matched.values(), derived.take, derived.dated}
    other |= {derived.valid_from, derived.valid_to}
    if derived.sql:
        own.update(parse_expression(derived.sql, table_operands(contract)).columns)
    if derived.around or derived.form == "followed_by":
        own.add("area_code")
        other |= {"area_code", "location_precision"}
    if derived.form == "nearest":
        own |= {"latitude", "longitude"}
        other |= {"latitude", "longitude"}
    yield from ((contract.table, name) for name in own if name)
    if derived.table:
        looked_at = contracts()[derived.table]
        if derived.form == "followed_by":
            other.add(looked_at.date_column)
        if derived.where:
            other.update(parse_expression(derived.where, table_operands(looked_at)).columns)
        yield from ((derived.table, name) for name in other if name)


Cell = tuple[str, str, str]  # tier, phase, unit type


@dataclass(frozen=True)
class Gap:
    """One tier, phase and unit type whose outputs stand without any outcome."""

    tier: str
    phase: str
    unit_type: str
    outputs: tuple[str, ...]


def gaps(indicators: Iterable[Indicator]) -> list[Gap]:
    """The gaps of a selection, by tier, phase and unit type in the order of their codes."""
    chosen = list(indicators)
    covered = {cell for i in chosen if i.level == "outcome" for cell in _cells(i)}
    outputs: dict[Cell, list[str]] = {}
    for indicator in sorted(chosen, key=lambda entry: entry.code):
        if indicator.level == "output":
            for cell in _cells(indicator):
                outputs.setdefault(cell, []).append(indicator.code)
    return [
        Gap(*cell, tuple(codes)) for cell, codes in sorted(outputs.items()) if cell not in covered
    ]


def _cells(indicator: Indicator) -> Iterator[Cell]:
    for tier in indicator.tier:
        for phase in indicator.phases:
            for unit_type in indicator.units:
                yield tier, phase, unit_type
