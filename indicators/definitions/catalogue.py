"""The indicator repository: read, check against the contracts, look up.

One YAML an indicator in `data/indicators/`. A misspelt key, an unknown column, code or table is
a WrongUse that names file, key and the nearest known name; all problems come at once.
"""

import re
import typing
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator

from indicators.definitions.audiences import AudienceName
from indicators.definitions.confidentiality import ALL_PARTS, class_by_source
from indicators.definitions.contracts import (
    CLASSES,
    ConfidentialityClass,
    Contract,
    Strict,
    Words,
    contracts,
)
from indicators.definitions.derivations import period_columns
from indicators.definitions.expressions import (
    NUMBER,
    Operand,
    RefusedExpressionError,
    parse_expression,
    table_operands,
)
from indicators.definitions.measures import Measure, Part, expressions_of
from indicators.definitions.vocabularies import Vocabulary, vocabulary
from indicators.foundation.codes import NO_ANSWER
from indicators.foundation.data_folder import data_folder
from indicators.foundation.errors import Problem, WrongUse, nearest
from indicators.foundation.messages import has_message
from indicators.foundation.model_problems import model_problems
from indicators.foundation.yaml_files import read_yaml, row_of_key

_MART_DIMENSIONS = ("unit_type", "activity_type", "actor", "sex", "age_group")


class Change(Strict):
    """What a version of a definition changed."""

    version: int
    on: date
    what: Words


class EarlierVersion(Strict):
    """A version that was in force before: what differed then, as it stood; the rest is as now."""

    version: int = Field(ge=1)
    effective_from: date
    differs: Mapping[str, Any] = Field(min_length=1)


class Returns(Strict):
    """The returns that say whether an empty cell is a zero (definitions 11 and 12)."""

    source: str
    reporters: Literal["police", "all"] = "all"
    harm_checked: bool = False


class Raised(Strict):
    """What raises an indicator above the class of its source; nothing lowers it.

    `grid`, `grid_of_parts`: by audience a coarser grid of its figures of persons, of all or of what
    breaks them down, where the audit of the sample found counts of 1 to 7 pinned to one value.
    """

    total: ConfidentialityClass | None = None
    breakdowns: Mapping[str, ConfidentialityClass] = {}
    grid: Mapping[AudienceName, str] = {}
    grid_of_parts: Mapping[AudienceName, str] = {}


class ReachesBack(Strict):
    """How long before its period a case or a look-back begins (definitions 14, 49)."""

    days: int = Field(default=0, ge=0)
    months: int = Field(default=0, ge=0)
    target_hours: bool = False  # the longest of the mission's target times for alerts


class Indicator(Strict):
    """One entry of the repository.

    `date`: the column that says to which period a row belongs (for `matured` the day on which
    its waiting time ends; `reaches_back` is that time). `precision`: the column that says how
    exact that date is. `disaggregate`: dimension: column; unit_type, activity_type, actor, sex and
    age_group have columns of their own in the mart, every other name is a `breakdown`.
    `earlier_versions`: newest first; a period that ended before `effective_from` is computed by
    the version then in force, and by the oldest one where it ended before all of them.
    """

    code: str = Field(pattern=r"^(P[123]|X|D)-(OP|OC|IM)-\d\d$")
    version: int = 1
    effective_from: date
    title: Words
    short: Words
    definition: Words
    numerator: Words
    denominator: Words | None = None
    rationale: Words
    limitations: Words
    level: Literal["output", "outcome", "impact"]
    tier: tuple[Literal["I", "II", "III"], ...]
    phases: tuple[Literal["prevention", "preemption", "response", "consolidation"], ...]
    units: tuple[Literal["IPO", "FPU", "SPT", "PSU", "MIL", "CIV"], ...]
    source: str
    measure: Measure
    time_rule: Literal["flow", "stock", "matured", "distinct"]
    date: str | None = None
    precision: str | None = None
    reaches_back: ReachesBack | None = None
    area: str | None = None
    unit_of_measure: str
    direction: Literal["up", "down", "neutral"]
    compared_by_area: bool = True  # false: on no map, and areas are never ordered by it
    disaggregate: Mapping[str, str] = {}
    sex_of: str | None = None
    periods: tuple[Literal["W", "M", "Q", "S", "A", "B"], ...] = ("M", "Q", "A", "B")
    min_n: int | None = None
    returns: Returns | None = None
    owner: Words
    owner_reference: str
    contributes_to: tuple[str, ...] = ()
    confidentiality: Raised = Raised()
    reference: tuple[str, ...]
    supplementary: Words | None = None  # why it stands outside the list of 63
    changes: tuple[Change, ...] = ()
    earlier_versions: tuple[EarlierVersion, ...] = ()

    @field_validator("disaggregate")
    @classmethod
    def _dimension_names(cls, dimensions: Mapping[str, str]) -> Mapping[str, str]:
        for name in dimensions:
            if not re.fullmatch("[a-z_]+", name):
                raise ValueError(f"{name} is no name of a dimension: use a to z and _")
        return dimensions

    @property
    def is_survey(self) -> bool:
        """Whether it is estimated from a sample."""
        return self.measure.is_survey

    @property
    def counts_hits(self) -> bool:
        """Whether it compares a register with rows of another source, whose returns count (48)."""
        returns = self.returns
        return self.time_rule == "stock" and returns is not None and returns.source != self.source

    @property
    def is_state(self) -> bool:
        """Whether its figure is a state, known by its own date whatever came before."""
        return self.time_rule == "stock" and not self.counts_hits

    @property
    def is_bounded(self) -> bool:
        """Whether a period is known only as far as its source's record goes (definitions 49)."""
        return not self.is_survey and not self.is_state

    @property
    def scale(self) -> int:
        """What a share is multiplied by to be in the unit of measure."""
        if self.unit_of_measure in ("percent", "percentage_points"):
            return 100
        return self.measure.per


@cache
def load_catalogue() -> Mapping[str, Indicator]:
    """All indicators by code, checked. Raises WrongUse with every problem of every file."""
    return read_catalogue(data_folder() / "indicators")


def read_catalogue(folder: Path) -> Mapping[str, Indicator]:
    """The indicators of a folder by code. Raises WrongUse with every problem of every file."""
    found: dict[str, Indicator] = {}
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            indicator = read_indicator(path)
        except WrongUse as error:
            problems.extend(error.problems)
            continue
        found[indicator.code] = indicator
    if problems:
        raise WrongUse(problems)
    return MappingProxyType(found)


def check_catalogue() -> list[Problem]:
    """Everything that is wrong with the repository; an empty list where nothing is."""
    try:
        read_catalogue(data_folder() / "indicators")
    except WrongUse as error:
        return error.problems
    return []


def read_indicator(path: Path) -> Indicator:
    """One entry, checked. Raises WrongUse with all that is wrong in the file."""
    entry = read_yaml(path)
    try:
        indicator = Indicator.model_validate(entry)
    except ValidationError as error:
        raise WrongUse([*model_problems(path, error, Indicator), *_beside(path, entry)]) from error
    problems = list(_Entry(path, indicator).problems())
    problems += _problems_of_versions(path, indicator)
    if problems:
        raise WrongUse(problems)
    return indicator


# What every version has in common, or has of its own beside what differed.
_NOT_VERSIONED = ("code", "version", "effective_from", "changes", "earlier_versions")


def versions_of(indicator: Indicator) -> list[Indicator]:
    """The definition in each of its versions, newest first, each an entry of its own."""
    return [indicator, *(_as_it_was(indicator, earlier) for earlier in indicator.earlier_versions)]


# What a figure follows from; the rest of an entry is words.
_COMPUTING = (
    "source", "measure", "time_rule", "date", "precision", "reaches_back", "area",
    "unit_of_measure", "disaggregate", "sex_of", "periods", "returns",
)  # fmt: skip


def is_computed_alike(one: Indicator, other: Indicator) -> bool:
    """Whether two entries give the same figures; their words may differ."""
    return all(getattr(one, name) == getattr(other, name) for name in _COMPUTING)


def with_versions(versions: typing.Sequence[Indicator]) -> Indicator:
    """One entry out of a definition's versions, newest first: what `versions_of` takes apart."""
    newest, *others = versions
    kept = [name for name in Indicator.model_fields if name not in _NOT_VERSIONED]
    earlier = [
        EarlierVersion(
            version=entry.version,
            effective_from=entry.effective_from,
            differs={name: getattr(entry, name) for name in kept},
        )
        for entry in others
    ]
    return newest.model_copy(update={"earlier_versions": tuple(earlier)})


def entry_problems(indicator: Indicator) -> list[Problem]:
    """What the contracts and code lists have against an entry that was read from elsewhere."""
    return list(_Entry(Path(f"{indicator.code}.yaml"), indicator).problems())


def _as_it_was(indicator: Indicator, earlier: EarlierVersion) -> Indicator:
    entry = indicator.model_dump(exclude_unset=True, exclude={"earlier_versions"})
    changes = [
        change for change in entry.get("changes", ()) if change["version"] <= earlier.version
    ]
    own = {"version": earlier.version, "effective_from": earlier.effective_from}
    return Indicator.model_validate({**entry, **earlier.differs, **own, "changes": changes})


def _problems_of_versions(path: Path, indicator: Indicator) -> Iterator[Problem]:
    """What is wrong with earlier versions: each is held to all that holds for the present one."""
    newer: Indicator | EarlierVersion = indicator
    told = {change.version for change in indicator.changes}
    for place, earlier in enumerate(indicator.earlier_versions):
        key = f"earlier_versions.{place}"
        if earlier.version >= newer.version or earlier.effective_from >= newer.effective_from:
            yield _problem(path, "catalogue_version_order", key)
        if newer.version not in told:
            yield _problem(path, "catalogue_version_untold", "changes", version=newer.version)
        yield from _problems_of_version(path, indicator, earlier, f"{key}.differs.")
        newer = earlier


def _problems_of_version(
    path: Path, indicator: Indicator, earlier: EarlierVersion, within: str
) -> Iterator[Problem]:
    known = [name for name in Indicator.model_fields if name not in _NOT_VERSIONED]
    unknown = [name for name in earlier.differs if name not in known]
    for name in unknown:
        yield _problem(path, "yaml_unknown_key", f"{within}{name}", nearest=nearest(name, known))
    if unknown:
        return
    try:
        entry = _as_it_was(indicator, earlier)
    except ValidationError as error:
        yield from model_problems(path, error, Indicator, within)
        return
    yield from _Entry(path, entry, within).problems()


def _beside(path: Path, entry: Any) -> Iterator[Problem]:
    """What is wrong with the expressions of an entry whose other keys are wrong too."""
    try:
        measure = Measure.model_validate(entry["measure"])
        operands = table_operands(contracts()[entry["source"]])
    except (ValidationError, KeyError, TypeError):
        return
    for key, text, wanted in _expressions(measure):
        for rule, parameters in _refused(text, wanted, operands):
            yield _problem(path, rule, key, **parameters)


def _refused(
    text: str, wanted: str | None, operands: Mapping[str, Operand]
) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The rule and parameters of every fault of an expression."""
    try:
        parse_expression(text, operands, wanted)
    except RefusedExpressionError as refused:
        for fault in refused.faults:
            yield f"expression_{fault.rule}", fault.parameters


def _problem(path: Path, rule: str, key: str, **parameters: Any) -> Problem:
    """A problem with the line on which its key stands."""
    row = row_of_key(path, key)
    return Problem(rule, path.name, row=row, parameters={"key": key, **parameters})


class _Entry:
    """The checks of one entry against the contracts; `within`: where it stands in its file."""

    def __init__(self, path: Path, indicator: Indicator, within: str = "") -> None:
        self.path = path
        self.indicator = indicator
        self.within = within

    def problems(self) -> Iterator[Problem]:
        indicator = self.indicator
        if indicator.code != self.path.stem:
            yield self.problem("catalogue_name", "code", code=indicator.code)
        if not has_message(f"unit.{indicator.unit_of_measure}"):
            yield self.problem("catalogue_unit", "unit_of_measure", unit=indicator.unit_of_measure)
        known = contracts()
        for key, table in self._tables():
            if table not in known:
                yield self.problem(
                    "catalogue_table", key, table=table, nearest=nearest(table, sorted(known))
                )
        if indicator.source not in known:
            return
        columns = list(self._column_problems(known[indicator.source]))
        yield from columns or self._period_column_problems(known[indicator.source])
        if not columns:
            yield from self._confidentiality_problems(known[indicator.source])
        yield from self._time_problems()
        yield from self._item_problems()

    def _tables(self) -> Iterator[tuple[str, str]]:
        yield "source", self.indicator.source
        if self.indicator.returns:
            yield "returns.source", self.indicator.returns.source

    def _column_problems(self, contract: Contract) -> Iterator[Problem]:
        operands = table_operands(contract)
        for key, column, kinds in _named_columns(self.indicator):
            yield from self._column_problem(key, column, kinds, operands)
        for key, text, wanted in _expressions(self.indicator.measure):
            for rule, parameters in _refused(text, wanted, operands):
                yield self.problem(rule, key, **parameters)

    def _period_column_problems(self, contract: Contract) -> Iterator[Problem]:
        """What belongs to a row and a period is there for a state only."""
        if self.indicator.measure.state is None:
            for column in sorted(columns_used(self.indicator) & set(period_columns(contract))):
                yield self.problem("catalogue_period_column", "measure.state", column=column)

    def _confidentiality_problems(self, contract: Contract) -> Iterator[Problem]:
        """A class may be raised and never lowered, for the total and for what breaks it down."""
        indicator, raised = self.indicator, self.indicator.confidentiality
        unknown = sorted(set(raised.breakdowns) - set(indicator.disaggregate))
        for name in unknown:
            near = nearest(name, sorted(indicator.disaggregate))
            key = f"confidentiality.breakdowns.{name}"
            yield self.problem("yaml_unknown_key", key, nearest=near)
        told = {f"breakdowns.{name}": (name, own) for name, own in raised.breakdowns.items()}
        told |= {"total": (ALL_PARTS, raised.total)} if raised.total else {}
        for key, (name, own) in told.items():
            column = indicator.disaggregate.get(name)
            least = class_by_source(contract, indicator.measure, column)
            if name not in unknown and CLASSES.index(own) < CLASSES.index(least):
                where = f"confidentiality.{key}"
                yield self.problem("catalogue_confidentiality", where, own=own, least=least)

    def _column_problem(
        self, key: str, column: str, kinds: tuple[str, ...], operands: Mapping[str, Operand]
    ) -> Iterator[Problem]:
        if column not in operands:
            near = nearest(column, sorted(operands))
            yield self.problem("catalogue_column", key, column=column, nearest=near)
        elif operands[column].kind not in kinds:
            found = operands[column].kind
            wanted = ", ".join(kinds)
            yield self.problem(
                "catalogue_column_type", key, column=column, found=found, wanted=wanted
            )

    def _time_problems(self) -> Iterator[Problem]:
        indicator = self.indicator
        if indicator.is_survey or indicator.time_rule == "stock":
            if indicator.time_rule == "stock" and indicator.measure.state is None:
                yield self.problem("catalogue_stock", "measure.state")
        elif indicator.date is None:
            yield self.problem("catalogue_date", "date")
        if indicator.time_rule == "matured" and indicator.reaches_back is None:
            yield self.problem("catalogue_reaches_back", "reaches_back")

    def _item_problems(self) -> Iterator[Problem]:
        # The column itself is text, since some items are answered by a number.
        measure, known = self.indicator.measure, vocabulary("survey_item")
        scored = {item: tuple(numbers) for item, numbers in measure.scores.items()}
        named = {"items": measure.items, "among": measure.among, "scores": scored}
        for name, items in named.items():
            for item, answers in items.items():
                wrong = [] if item in known.codes else [(item, known.codes)]
                wrong += [
                    (answer, known.answers(item))
                    for answer in (answers if not wrong else ())
                    if not _is_answer(known, item, answer)
                ]
                for code, codes in wrong:
                    key, near = f"measure.{name}.{item}", nearest(code, codes)
                    yield self.problem("expression_unknown_code", key, code=code, nearest=near)
        for item in sorted(set(scored) & set(known.codes)):
            yield from self._score_problems(known, item, scored[item])

    def _score_problems(
        self, known: Vocabulary, item: str, scored: tuple[str, ...]
    ) -> Iterator[Problem]:
        """An answer without a score would leave the denominator in silence."""
        if scored or not known.takes_integer(item):
            for answer in known.answers(item):
                if answer not in (*scored, *NO_ANSWER):
                    key = f"measure.scores.{item}"
                    yield self.problem("catalogue_answer_without_score", key, code=answer)

    def problem(self, rule: str, key: str, **parameters: Any) -> Problem:
        return _problem(self.path, rule, self.within + key, **parameters)


def _is_answer(items: Vocabulary, item: str, answer: str) -> bool:
    return answer in items.answers(item) or (items.takes_integer(item) and answer.isdigit())


def _named_columns(indicator: Indicator) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    dated = ("date",)
    if indicator.date:
        yield "date", indicator.date, dated
    if indicator.precision:
        yield "precision", indicator.precision, ("code", "text")
    if indicator.area:
        yield "area", indicator.area, ("text",)
    for dimension, column in indicator.disaggregate.items():
        yield f"disaggregate.{dimension}", column, ("code", "text", "list")
    state = indicator.measure.state
    if state:
        for name in ("valid_from", "valid_to", "newest"):
            if getattr(state, name):
                yield f"measure.state.{name}", getattr(state, name), dated
        for column in state.by:
            yield "measure.state.by", column, ("text", "code")
    if indicator.measure.between:
        yield "measure.between.column", indicator.measure.between.column, ("code",)


def _expressions(measure: Measure) -> Iterator[tuple[str, str, str | None]]:
    parts: dict[str, Measure | Part | None] = {"measure": measure}
    parts |= {"measure.numerator": measure.numerator, "measure.denominator": measure.denominator}
    for key, part in parts.items():
        for name, wanted in (("where", "bool"), ("value", NUMBER)):
            text = getattr(part, name, None)
            if text:
                yield f"{key}.{name}", text, wanted
        for text in expressions_of(part.distinct) if part else ():
            yield f"{key}.distinct", text, None
    if measure.known:
        yield "measure.known", measure.known, "bool"


def checked_measure(indicator: Indicator) -> Measure:
    """The measure with every expression written anew from its checked tree.

    Raises RefusedExpressionError: nothing that was not checked goes on to the compiler.
    """
    operands = table_operands(contracts()[indicator.source])

    def rewritten(part: Measure | Part) -> dict[str, Any]:
        texts = {"where": part.where, "value": part.value}
        found: dict[str, Any] = {
            name: parse_expression(text, operands).sql for name, text in texts.items() if text
        }
        named = expressions_of(part.distinct)
        if named:
            found["distinct"] = tuple(parse_expression(text, operands).sql for text in named)
        return found

    measure = indicator.measure
    inner = {
        name: getattr(measure, name).model_copy(update=rewritten(getattr(measure, name)))
        for name in ("numerator", "denominator")
        if getattr(measure, name)
    }
    known = measure.known and parse_expression(measure.known, operands, "bool").sql
    return measure.model_copy(update={**rewritten(measure), **inner, "known": known})


def columns_used(indicator: Indicator) -> set[str]:
    """The columns of the source that the indicator reads, with those that say where."""
    places = (area_column(indicator), "location_precision")
    return columns_counted(indicator) | {column for column in places if column}


def columns_counted(indicator: Indicator) -> set[str]:
    """The columns of the source that the indicator reads to count, wherever it was."""
    operands = table_operands(contracts()[indicator.source])
    used = {column for _, column, _ in _named_columns(indicator)}
    for _, text, _ in _expressions(indicator.measure):
        used.update(parse_expression(text, operands).columns)
    return used


def area_column(indicator: Indicator) -> str | None:
    """The column that says where a row happened; None where its source knows no place."""
    contract = contracts()[indicator.source]
    known = "area_code" in table_operands(contract)
    return indicator.area or contract.area_column or ("area_code" if known else None)


def class_of_total(indicator: Indicator) -> str:
    """The class of its figures that nothing breaks down."""
    return class_of_part(indicator, ALL_PARTS)


def class_of_part(indicator: Indicator, dimension: str) -> str:
    """The class of its figures by this dimension of `disaggregate`; `ALL_PARTS`: of its totals."""
    raised, source = indicator.confidentiality, contracts()[indicator.source]
    column = indicator.disaggregate.get(dimension)
    found = class_by_source(source, indicator.measure, column)
    own = (raised.total, raised.breakdowns.get(dimension))
    return max([found, *(name for name in own if name)], key=CLASSES.index)


def dimension_of(name: str) -> str:
    """The mart column of a dimension: its own, or `breakdown`."""
    return name if name in _MART_DIMENSIONS else "breakdown"


def selected_indicators(
    catalogue: Mapping[str, Indicator],
    codes: typing.Iterable[str],
    file: str | None = "mission.yaml",
) -> list[Indicator]:
    """The chosen indicators in the order of their codes; `file`: where these stand, if in any.

    Raises WrongUse naming every code that the repository does not hold, with the nearest.
    """
    chosen = sorted(set(codes))
    unknown = [code for code in chosen if code not in catalogue]
    if unknown:
        raise WrongUse(
            Problem(
                "unknown_indicator",
                file,
                value=code,
                parameters={"nearest": nearest(code, sorted(catalogue))},
            )
            for code in unknown
        )
    return [catalogue[code] for code in chosen]
