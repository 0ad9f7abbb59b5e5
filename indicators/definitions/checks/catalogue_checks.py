"""What contracts, code lists and expressions have against an entry of the repository."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from indicators.definitions.checks.columns_read import columns_used, expressions, named_columns
from indicators.definitions.contracts import (
    CLASSES,
    Contract,
    contracts,
)
from indicators.definitions.derivations import period_columns
from indicators.definitions.expressions import (
    Operand,
    RefusedExpressionError,
    parse_expression,
    table_operands,
    table_vocabulary,
)
from indicators.definitions.indicator import EarlierVersion, Indicator
from indicators.definitions.measures import Measure
from indicators.definitions.sharing.confidentiality import (
    ALL_PARTS,
    class_by_source,
    codes_compared,
)
from indicators.definitions.versions import NOT_VERSIONED, as_it_was
from indicators.definitions.vocabularies import Vocabulary, vocabulary
from indicators.foundation.errors import Problem, nearest
from indicators.foundation.mart_tables import NO_ANSWER
from indicators.foundation.messages import has_message
from indicators.foundation.reading.model_problems import model_problems
from indicators.foundation.reading.yaml_files import row_of_key


def entry_problems(indicator: Indicator, path: Path | None = None) -> list[Problem]:
    """What contracts and code lists have against an entry; without `path`: read from elsewhere."""
    return list(_Entry(path or Path(f"{indicator.code}.yaml"), indicator).problems())


def version_problems(path: Path, indicator: Indicator) -> Iterator[Problem]:
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
    known = [name for name in Indicator.model_fields if name not in NOT_VERSIONED]
    unknown = [name for name in earlier.differs if name not in known]
    for name in unknown:
        yield _problem(path, "yaml_unknown_key", f"{within}{name}", nearest=nearest(name, known))
    if unknown:
        return
    try:
        entry = as_it_was(indicator, earlier)
    except ValidationError as error:
        yield from model_problems(path, error, Indicator, within)
        return
    yield from _Entry(path, entry, within).problems()


def expression_problems(path: Path, entry: Any) -> Iterator[Problem]:
    """What is wrong with the expressions of an entry whose other keys are wrong too."""
    try:
        measure = Measure.model_validate(entry["measure"])
        operands = table_operands(contracts()[entry["source"]])
    except (ValidationError, KeyError, TypeError):
        return
    for key, text, wanted in expressions(measure):
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
            yield from self._pool_problems(known[indicator.source])
        yield from self._time_problems()
        yield from self._item_problems()

    def _tables(self) -> Iterator[tuple[str, str]]:
        yield "source", self.indicator.source
        if self.indicator.returns:
            yield "returns.source", self.indicator.returns.source

    def _column_problems(self, contract: Contract) -> Iterator[Problem]:
        operands = table_operands(contract)
        for key, column, kinds in named_columns(self.indicator):
            yield from self._column_problem(key, column, kinds, operands)
        for key, text, wanted in expressions(self.indicator.measure):
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

    def _pool_problems(self, contract: Contract) -> Iterator[Problem]:
        """What counts some kinds of a pool and not all of it gives the protected ones by what other
        figures have more, whichever pools these show."""
        if class_by_source(contract, self.indicator.measure) == CLASSES[-1]:
            return
        for column in contract.columns:
            name = table_vocabulary(contract, column)
            pooled_as = vocabulary(name).pooled_as if name else {}
            for key, text, _ in expressions(self.indicator.measure) if pooled_as else ():
                named = codes_compared(text, column)
                pools = {pooled_as[code] for code in named & pooled_as.keys()}
                missing = [
                    code for code, pool in pooled_as.items() if pool in pools and code not in named
                ]
                if missing:
                    yield self.problem("catalogue_pool", key, codes=", ".join(missing))

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
