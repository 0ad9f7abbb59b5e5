"""The kinds of measure, the parts that each is made of, and how parts add up.

A part is one aggregate over the rows of a table. Counts and sums add up over months, areas and
dimensions, so they go through the cube; distinct counts and quantiles are taken from the rows.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import Field, model_validator

from indicators.definitions.contracts import Strict

Kind = Literal[
    "count",
    "sum",
    "count_distinct",
    "mean",
    "median",
    "quantile",
    "ratio",
    "rate",
    "proportion",
    "difference",
    "index",
    "total",
    "survey_quantile",
]
COUNT_KINDS = ("count", "sum", "count_distinct", "rate")  # what is recorded is counted
SHARE_KINDS = ("proportion", "difference")
SCORE_KINDS = ("index", "total", "survey_quantile")
SURVEY_KINDS = (*SHARE_KINDS, *SCORE_KINDS)
HOLISTIC_KINDS = ("count_distinct", "median", "quantile")
# Kinds that have no value where there is no case; the others are zero there.
CASE_KINDS = ("mean", "median", "quantile", "ratio", "rate")


Distinct = str | tuple[str, ...]  # one expression, or several that together name what counts once


class Part(Strict):
    """Numerator or denominator: rows counted, or `value` summed, or `distinct` counted once."""

    where: str | None = None
    value: str | None = None
    distinct: Distinct | None = None


class Between(Strict):
    """A difference of shares: that among `column` = `of` minus that among `column` = `minus`."""

    column: str
    of: str
    minus: str


class Snapshot(Strict):
    """How a stock is read at a date: rows in force (the newest of each `by`), or newest lists."""

    valid_from: str | None = None
    valid_to: str | None = None
    newest: str | None = None
    by: tuple[str, ...] = ()
    at: Literal["start", "end"] = "end"

    @model_validator(mode="after")
    def _one_form(self) -> "Snapshot":
        if (self.valid_from is None) == (self.newest is None):
            raise ValueError("a state names either valid_from (and valid_to) or newest (and by)")
        return self


class Measure(Strict):
    """What is computed: `where` holds for all its parts; expressions are over the source table.

    From a survey: a proportion and a difference are of favourable answers to `items`; an index is
    the mean over respondents of each one's mean score, a total and a survey_quantile are of one
    item's. A count with `value` adds up what each row already counts. `counts`: what `n` of a
    sum is, the rows summed or, where the value is a number of persons, the value.
    """

    kind: Kind
    where: str | None = None
    value: str | None = None
    distinct: Distinct | None = None
    counts: Literal["rows", "value"] = "rows"
    quantile: float | None = Field(default=None, gt=0, lt=1)
    numerator: Part | None = None
    denominator: Part | None = None
    population: Literal["resident", "site"] | None = None
    per: int = 1
    state: Snapshot | None = None
    known: str | None = None  # rows without it leave the cell provisional
    asks: tuple[str, ...] = ()  # columns without which it would count all, where no file has them
    items: Mapping[str, tuple[str, ...]] = {}  # survey item: favourable answers, all must hold
    among: Mapping[str, tuple[str, ...]] = {}  # survey item: the answers of whom it is asked at all
    # Survey item: the number that each valid answer stands for; none: the answer is the number.
    scores: Mapping[str, Mapping[str, float]] = {}
    minimum_answered: int = Field(default=1, ge=1)  # scored items that a respondent must answer
    instrument: Literal["household", "site", "pulse"] = "household"
    weight: Literal["person", "household"] = "person"
    between: Between | None = None

    @model_validator(mode="after")
    def _fields_of_its_kind(self) -> "Measure":
        missing = [name for name in _NEEDED[self.kind] if not getattr(self, name)]
        if missing:
            raise ValueError(f"a measure of kind {self.kind} needs {', '.join(missing)}")
        if self.kind in ("total", "survey_quantile") and len(self.scores) > 1:
            raise ValueError(f"a measure of kind {self.kind} scores one item")
        if self.scores and self.minimum_answered > len(self.scores):
            raise ValueError("minimum_answered is above the number of scored items")
        return self

    @property
    def is_survey(self) -> bool:
        """Whether it is estimated from a sample."""
        return self.kind in SURVEY_KINDS

    @property
    def all_items(self) -> tuple[str, ...]:
        """The survey items that it reads, in the order of their names."""
        return tuple(sorted({*self.items, *self.scores, *self.among}))

    @property
    def is_additive(self) -> bool:
        """Whether its parts add up over months and areas."""
        parts = (self.numerator, self.denominator)
        return self.kind not in HOLISTIC_KINDS and not any(part and part.distinct for part in parts)

    @property
    def needs_cases(self) -> bool:
        """Whether it has no value, rather than zero, where there is no case."""
        return self.kind in CASE_KINDS


_NEEDED: Mapping[str, tuple[str, ...]] = {
    "count": (),
    "sum": ("value",),
    "count_distinct": ("distinct",),
    "mean": ("value",),
    "median": ("value",),
    "quantile": ("value", "quantile"),
    "ratio": ("numerator",),
    "rate": ("population",),
    "proportion": ("items",),
    "difference": ("items", "between"),
    "index": ("scores",),
    "total": ("scores",),
    "survey_quantile": ("scores", "quantile"),
}


@dataclass(frozen=True)
class Aggregate:
    """One aggregate of a measure, in checked SQL over the source's rows.

    role: numerator, denominator, n or value; known: the rows whose state is known; cases: the
    rows that make the cell non-empty. `distinct`: what counts once, where something does.
    """

    role: str
    function: str
    where: str
    distinct: str | None = None

    @property
    def sql(self) -> str:
        """The aggregate with its filter."""
        return f"{self.function}\n      FILTER (WHERE {self.where})"

    @property
    def fact(self) -> str:
        """What one row adds to it: whether it counts, or the number that is summed."""
        if self.function == "count(*)":
            return f"({self.where})"
        return f"CASE WHEN {self.where} THEN {self.function.removeprefix('sum(')[:-1]} END"

    def of_facts(self, column: str) -> str:
        """The aggregate over a column that holds `fact`."""
        return f"count_if({column})" if self.function == "count(*)" else f"sum({column})"

    @property
    def adds_up(self) -> bool:
        """Whether it is the sum of its parts; distinct counts and quantiles are not."""
        return self.distinct is None and not self.function.startswith("quantile")


def both(*conditions: str | None) -> str:
    """All these conditions together; TRUE where there is none."""
    held = [condition for condition in conditions if condition]
    if len(held) < 2:
        return held[0] if held else "TRUE"
    return " AND ".join(f"({condition})" for condition in held)


def aggregates(measure: Measure) -> Iterator[Aggregate]:
    """The aggregates of a register measure, one a role; `measure` holds checked SQL.

    Sums are of DECIMAL, so that they do not depend on the order of rows.
    """
    where = both(measure.where)
    match measure.kind:
        case "count" if measure.value is None:
            yield Aggregate("numerator", "count(*)", where)
        case "count":
            valued = both(measure.where, _is_present(measure.value))
            yield Aggregate("numerator", _sum(measure.value), valued)
        case "sum" | "mean":
            valued = both(measure.where, _is_present(measure.value))
            yield Aggregate("numerator", _sum(measure.value), valued)
            yield Aggregate("denominator", "count(*)", valued)
        case "count_distinct":
            present = both(measure.where, *_are_present(measure.distinct))
            yield _distinct("numerator", measure.distinct, present)
        case "median" | "quantile":
            valued = both(measure.where, _is_present(measure.value))
            share = measure.quantile or 0.5
            yield Aggregate(
                "value", f"quantile_cont(CAST({measure.value} AS DOUBLE), {share})", valued
            )
            yield Aggregate("denominator", "count(*)", valued)
        case "ratio" | "rate":
            yield _part("numerator", measure.numerator or Part(), measure.where)
            if measure.kind == "ratio":
                yield _part("denominator", measure.denominator or Part(), measure.where)
    if measure.known:
        yield Aggregate("known", "count(*)", both(measure.where, measure.known))


def case_condition(measure: Measure) -> str:
    """The rows that count in a cell: those of the denominator where there is one.

    Of a state every row counts: it is held even where no row has a share (definitions 13); so does
    every row of a sum that tells apart what is known.
    """
    if (measure.kind == "ratio" and measure.state) or (measure.kind == "sum" and measure.known):
        return both(measure.where)
    if measure.kind == "ratio":
        return both(measure.where, (measure.denominator or Part()).where)
    if measure.kind == "rate":
        return both(measure.where, (measure.numerator or Part()).where)
    return both(measure.where, _is_present(measure.value), *_are_present(measure.distinct))


def _part(role: str, part: Part, where: str | None) -> Aggregate:
    condition = both(where, part.where)
    if part.value:
        return Aggregate(role, _sum(part.value), condition)
    if part.distinct:
        return _distinct(role, part.distinct, condition)
    return Aggregate(role, "count(*)", condition)


def _is_present(value: str | None) -> str | None:
    if value is None:
        return None
    return f"{value} IS NOT NULL" if value.isidentifier() else f"({value}) IS NOT NULL"


def expressions_of(distinct: Distinct | None) -> tuple[str, ...]:
    """The expressions that together name what counts once."""
    if distinct is None or isinstance(distinct, str):
        return (distinct,) if distinct else ()
    return distinct


def _are_present(distinct: Distinct | None) -> Iterator[str | None]:
    return (_is_present(text) for text in expressions_of(distinct))


def _distinct(role: str, distinct: Distinct | None, where: str) -> Aggregate:
    texts = expressions_of(distinct)
    named = texts[0] if len(texts) == 1 else f"({', '.join(texts)})"
    return Aggregate(role, f"count(DISTINCT {named})", where, named)


def _sum(value: str | None) -> str:
    return f"sum(CAST({value} AS DECIMAL(18,4)))"
