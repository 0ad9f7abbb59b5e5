"""Source contracts: each core table's columns, rules, derived columns and expectations.

One YAML a table in `data/contracts/`. DDL, casting SQL, reject reasons, Great Expectations
suites, templates and documentation follow from it; no second place states a column.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from indicators.definitions.vocabularies import Vocabulary, vocabulary
from indicators.foundation.calendar.day_text import day_text
from indicators.foundation.data_folder import data_folder
from indicators.foundation.reading.model_problems import read_model

LINEAGE = ("mission", "file_sha256", "sheet", "row_number")
_DECIMAL = re.compile(r"^dec\((\d+),(\d+)\)$")
_PLAIN_SQL_TYPES = {
    "text": "VARCHAR",
    "code": "VARCHAR",
    "int": "BIGINT",
    "bool": "BOOLEAN",
    "date": "DATE",
    "time": "TIMESTAMP",
    "list<code>": "VARCHAR[]",
}


class Strict(BaseModel):
    """A frozen model that refuses keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Words(Strict):
    """One text in English and in French."""

    en: str
    fr: str

    def in_language(self, language: str) -> str:
        """The text in `en` or `fr`."""
        return str(getattr(self, language))


class Column(Strict):
    """One column of a core table; times are UTC, units stand in the name."""

    type: str
    title: Words
    required: bool = False
    codes: tuple[str, ...] | None = None
    vocabulary: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    pattern: str | None = None
    example: str | None = None  # a value of the pattern, for people
    reference: str | None = None  # table.column of another contract
    needs_agreement: bool = False  # left out unless the profile names who agreed (`agreements`)
    holds_values: bool = False  # a value that breaks a rule is held back, and its row is loaded
    is_asked: bool = False  # rows may lack it, but a mapping is asked what it is
    description: Words | None = None

    @model_validator(mode="after")
    def _held_values_may_lack(self) -> "Column":
        if self.holds_values and (self.required or self.reference):
            raise ValueError("holds_values: a value that is required, or refers to a row, is none")
        return self

    @property
    def severity(self) -> Literal["blocking", "warning"]:
        """Of a rule of this column alone: whether a row that breaks it is rejected."""
        return "warning" if self.holds_values else "blocking"

    @model_validator(mode="after")
    def _type_is_known(self) -> "Column":
        if self.type not in _PLAIN_SQL_TYPES and not _DECIMAL.match(self.type):
            raise ValueError(f"unknown type {self.type}")
        if "code" in self.type and not (self.codes or self.vocabulary):
            raise ValueError("a code column names its codes or its vocabulary")
        if self.pattern and not re.fullmatch(self.pattern, self.example or ""):
            raise ValueError("a column with a pattern gives an example that fits it")
        return self

    def in_words(self, value: object, language: str) -> str:
        """A value as people read it: a code of its list by its label, a day in words, of none a
        dash."""
        if value is None:
            return "–"
        if self.type == "date":
            with suppress(ValueError):  # of a year that no calendar has it stands as it is
                return day_text(date.fromisoformat(str(value)), language)
        if self.vocabulary and value in (self.allowed_codes or ()):
            return vocabulary(self.vocabulary).label(str(value), language)
        return str(value)

    @property
    def counts_from_one(self) -> bool:
        """Whether no row stands for none: `0` beside other counts of a file makes no row."""
        return self.type == "int" and self.minimum == 1

    @property
    def base_type(self) -> str:
        """`dec` for every dec(p,s), else the type itself."""
        return "dec" if _DECIMAL.match(self.type) else self.type

    @property
    def unreadable_rule(self) -> str | None:
        """The kind of rule that a text breaks which is no value of the type; None for text."""
        named = {"text": None, "code": "code", "list<code>": "type_list"}
        return named.get(self.base_type, f"type_{self.base_type}")

    @property
    def sql_type(self) -> str:
        """The DuckDB type of the column."""
        decimal = _DECIMAL.match(self.type)
        if decimal:
            return f"DECIMAL({decimal[1]},{decimal[2]})"
        return _PLAIN_SQL_TYPES[self.type]

    @property
    def decimal_places(self) -> int:
        """Digits behind the point that the column holds."""
        decimal = _DECIMAL.match(self.type)
        return int(decimal[2]) if decimal else 0

    @property
    def allowed_codes(self) -> tuple[str, ...] | None:
        """The codes that a value may have; None for columns that are no codes."""
        if self.codes is not None:
            return self.codes
        return vocabulary(self.vocabulary).codes if self.vocabulary else None


class RowRule(Strict):
    """A rule over the columns of one row: `expression` (SQL) is true or null for a good row.

    `answers_of` stands for an expression: the first column holds an answer that the vocabulary
    of this name lists for the item in the second column. The SQL is then made from the list.
    """

    expression: str = ""
    answers_of: str | None = None
    columns: tuple[str, ...] = Field(min_length=1)
    severity: Literal["blocking", "warning"] = "blocking"
    title: Words
    mend: Words

    @model_validator(mode="after")
    def _has_one_expression(self) -> "RowRule":
        if bool(self.expression) == bool(self.answers_of):
            raise ValueError("a row rule has either an expression or answers_of")
        if self.answers_of:
            answer, item = self.columns
            object.__setattr__(self, "expression", _answers_sql(answer, item, self.answers_of))
        return self


def _answers_sql(answer: str, item: str, name: str) -> str:
    items = vocabulary(name)
    cases = [f"WHEN '{code}' THEN {_answer_sql(answer, items, code)}" for code in items.codes]
    return "\n".join([f'CASE "{item}"', *cases, "END"])


def _answer_sql(answer: str, items: Vocabulary, item: str) -> str:
    listed = ", ".join(f"'{code}'" for code in items.answers(item))
    condition = f'"{answer}" IN ({listed})'
    if items.takes_integer(item):
        return f"({condition} OR regexp_full_match(\"{answer}\", '[0-9]{{1,3}}'))"
    return condition


class CompositeReference(Strict):
    """Several columns that together name a row of another table."""

    columns: tuple[str, ...] = Field(min_length=2)
    table: str
    to_columns: tuple[str, ...] = Field(min_length=2)


class Derived(Strict):
    """A column computed once before the cube, in one of six declared forms.

    expression: `sql` over the row's own columns (and earlier derived columns).
    lookup: `take` of the row of `table` whose `match` columns are equal.
    as_of: is there (or `take` of) a row of `table` with equal `match` columns, valid at `at`;
        with `around`, of an area that is the row's own or lies above it, below it, or both. Days
        of validity belong to it, moments lie after its start and before its end.
    followed_by: is there a row of `table` in the same area or below, `within_days` after `at`;
        null before the month of the table's first row.
    nearest: great-circle km to the nearest row of `table` valid at `at`.
    in_period: all `take` of the rows of `table` whose `dated` day lies in the period.

    A column in_period, or as_of `period_start` or `period_end`, belongs to a row of a stock and
    a period: measures of a state read it, and no other.
    """

    form: Literal["expression", "lookup", "as_of", "followed_by", "nearest", "in_period"]
    type: str
    title: Words
    sql: str | None = None
    table: str | None = None
    match: Mapping[str, str] | None = None  # own column: column of `table`
    take: str | None = None
    at: str | None = None
    valid_from: str | None = None
    valid_to: str | None = None
    within_days: int | None = None
    around: Literal["above", "below", "both"] | None = None
    dated: str | None = None
    where: str | None = None
    codes: tuple[str, ...] | None = None

    @property
    def sql_type(self) -> str:
        """The DuckDB type of the derived column."""
        return Column(type=self.type, title=self.title, codes=self.codes or ("_",)).sql_type


class Expectation(Strict):
    """One check of a whole table by Great Expectations; blocking stops a release."""

    expectation: str  # a GX class name, as ExpectColumnValuesToBeBetween
    arguments: Mapping[str, object] = {}
    severity: Literal["blocking", "warning"] = "warning"
    title: Words


class Closeness(Strict):
    """How far two numbers may lie apart: by so much, or by a share of the greater one."""

    by: float = Field(default=0, ge=0)
    share: float = Field(default=0, ge=0, le=1)


class DuplicateRule(Strict):
    """Which two rows may tell of one case: all that it names must hold, and the score suffice.

    differ: columns of which at least one differs, as rows of one source are told apart by it.
    same: equal in both. at: a day or a moment, at most `within_days` apart. Where both rows have
    coordinates they lie at most `within_km` apart; else the areas are equal or one above the other.
    close: numbers, where both are given. The score (0 to 1) is the mean of what can be compared:
    nearness in time and place, of numbers that are not both zero, equality of `compare`.
    """

    title: Words
    where: str = "true"  # SQL over a row: those that can be compared at all
    differ: tuple[str, ...] = Field(min_length=1)
    same: tuple[str, ...] = ()
    at: str
    within_days: float = Field(gt=0)
    within_km: float = Field(gt=0)
    close: Mapping[str, Closeness] = {}
    compare: tuple[str, ...] = ()
    least_score: float = Field(ge=0, le=1)

    def columns(self) -> tuple[str, ...]:
        """The columns that it names."""
        return (*self.differ, *self.same, self.at, *self.close, *self.compare)


class Calendar(Strict):
    """When returns of this source are owed: monthly, so many days after the month's end."""

    frequency: Literal["monthly"] = "monthly"
    due_days: int = 10


# What a figure is about, from the class that may be shown to most to the one shown to fewest.
CLASSES = ("institutional", "event", "person", "survey", "protected")
ConfidentialityClass = Literal["institutional", "event", "person", "survey", "protected"]


class TableConfidentiality(Strict):
    """The class of a table's rows (`disclosure.md` §1), and what differs from it.

    columns: of a figure that is broken down by the column or reads more of it than whether it is
    filled. rows: of the rows that a condition keeps; a figure is of that class whose filter names
    the condition as one of those that all must hold, and of the class of the table otherwise.
    """

    total: ConfidentialityClass
    columns: Mapping[str, ConfidentialityClass] = {}
    rows: Mapping[str, ConfidentialityClass] = {}

    def of_column(self, name: str) -> str:
        """The class of a figure of the table that tells what the column holds."""
        return max(self.total, self.columns.get(name, self.total), key=CLASSES.index)


class Retention(Strict):
    """For how long the rows of a table stay as they came.

    After so many months, counted from the month of the table's date, archive, raw rows and
    quarantine let go of them. What is counted stays in core: without the columns in `drop`, under
    a key that leads to nobody.

    `together`: columns; rows that are alike in them go together once the last of them is past its
    time, as an estimate rests on all of a wave. `dated_by`: the table that dates them (its own
    where empty), which has the same columns.
    """

    months: int = Field(ge=1)
    together: tuple[str, ...] = ()
    dated_by: str = ""
    drop: tuple[str, ...] = ()


class Contract(Strict):
    """All that is known of one core table before any file arrives."""

    table: str
    title: Words
    grain: Words
    key: tuple[str, ...]
    confidentiality: TableConfidentiality
    area_column: str | None = None
    # Reason: column of type bool. Where it is not true, nothing of the row is kept but a count.
    # `table.column`: of the row that a composite reference names; there only a plain no refuses
    kept_only_if: Mapping[str, str] = {}
    retention: Retention | None = None
    date_column: str | None = None  # says when the row happened: checked against the mission
    calendar: Calendar | None = None
    columns: Mapping[str, Column]
    composite_references: tuple[CompositeReference, ...] = ()
    row_rules: Mapping[str, RowRule] = {}
    derived: Mapping[str, Derived] = {}
    expectations: Mapping[str, Expectation] = {}
    duplicates: Mapping[str, DuplicateRule] = {}  # of tables with a key of one column

    @model_validator(mode="after")
    def _columns_exist(self) -> "Contract":
        named = [*self.key, self.area_column, self.date_column]
        for rule in self.row_rules.values():
            named.extend(rule.columns)
        for reference in self.composite_references:
            named.extend(reference.columns)
        for likeness in self.duplicates.values():
            named.extend(likeness.columns())
        unknown = {name for name in named if name and name not in self.columns}
        unknown |= set(self.confidentiality.columns) - set(self.columns) - set(self.derived)
        asked = {f"{one.table}.{name}" for _, one, name in self.refused_by_reference()}
        unknown |= set(self.kept_only_if.values()) - set(self.columns) - asked
        if self.retention:
            unknown |= {*self.retention.drop, *self.retention.together} - set(self.columns)
        if self.duplicates and (len(self.key) > 1 or not self.area_column):
            raise ValueError("duplicates needs a key of one column and an area_column")
        if unknown:
            raise ValueError(f"not columns of {self.table}: {', '.join(sorted(unknown))}")
        return self

    def refused_by_reference(self) -> list[tuple[str, CompositeReference, str]]:
        """Of `kept_only_if`: the reason, the reference, the column of its table that may say no."""
        return [
            (reason, one, name.removeprefix(f"{one.table}."))
            for reason, name in self.kept_only_if.items()
            for one in self.composite_references
            if name.startswith(f"{one.table}.")
        ]

    def person_keys(self) -> tuple[str, ...]:
        """The columns that tell one person, case or household of the table from another.

        Keys of persons (`…_key`), and the code of a case where the rows are about persons.
        """
        about_persons = CLASSES.index(self.confidentiality.total) >= CLASSES.index("person")
        own = {name for name in self.columns if name.endswith("_key")}
        if about_persons and self.columns[self.key[0]].base_type == "text":
            own |= {self.key[0]} if not any(n.endswith("_key") for n in self.key) else set()
        return tuple(name for name in self.columns if name in own)

    def rules(self) -> Iterator["Rule"]:
        """Every rule that can reject a row or warn of it, in the order of the columns.

        A row in which a column of `kept_only_if` is not true is not kept, so not rejected either.
        """
        for name, column in self.columns.items():
            if name not in self.kept_only_if.values():
                kinds = _column_kinds(column)
                yield from (Rule(self.table, name, kind, column.severity) for kind in kinds)
        for reference in self.composite_references:
            yield Rule(self.table, reference.columns[-1], "reference")
        yield Rule(self.table, self.key[0], "duplicate_key")
        if self.date_column:
            yield Rule(self.table, self.date_column, "outside_mission")
        for name, rule in self.row_rules.items():
            yield Rule(self.table, rule.columns[0], name, rule.severity)

    def row_rule_parameters(self, name: str, found: Mapping[str, object]) -> dict[str, str]:
        """What the sentence `problem.row_rule` needs: the rule's own words, the values found."""
        rule = self.row_rules[name]
        return {
            "title_en": rule.title.en,
            "title_fr": rule.title.fr,
            "mend_en": rule.mend.en,
            "mend_fr": rule.mend.fr,
            "found_en": self.told(rule.columns, found, "en"),
            "found_fr": self.told(rule.columns, found, "fr"),
        }

    def told(self, names: Iterable[str], found: Mapping[str, object], language: str) -> str:
        """Values of these columns, columns and codes in words."""
        own = ((self.columns[name], found.get(name)) for name in names)
        return ", ".join(
            f"{column.title.in_language(language)} = {column.in_words(value, language)}"
            for column, value in own
        )

    def called(self, name: str, language: str) -> str:
        """A column as people know it: its title and its name; a name that says the same, or is a
        file's own, as it is."""
        title = self.columns[name].title.in_language(language) if name in self.columns else name
        return name if title.casefold() == name.casefold() else f"{title} ({name})"

    def references(self) -> Iterator[tuple[str, str, str]]:
        """(own column, table, column) for each reference to another contract."""
        for name, column in self.columns.items():
            if column.reference:
                table, _, other = column.reference.partition(".")
                yield name, table, other

    def referenced_tables(self) -> set[str]:
        """The tables that must be loaded before this one."""
        named = {table for _, table, _ in self.references()}
        return named | {reference.table for reference in self.composite_references}


@dataclass(frozen=True)
class Rule:
    """One named rule: what `quarantine.<table>.rule` holds is its `kind`."""

    table: str
    column: str
    kind: str
    severity: str = "blocking"

    @property
    def name(self) -> str:
        """The rule's full name: table.column.kind."""
        return f"{self.table}.{self.column}.{self.kind}"


def _column_kinds(column: Column) -> Iterator[str]:
    if column.required:
        yield "required"
    if column.unreadable_rule:
        yield column.unreadable_rule
    for kind in ("minimum", "maximum", "pattern", "reference"):
        if getattr(column, kind) is not None:
            yield kind


def read_contract(path: Path) -> Contract:
    """The contract in a YAML file. Raises WrongUse naming file, key and what is wrong with it."""
    return read_model(path, Contract)


def json_schema(model: type[BaseModel]) -> str:
    """The JSON Schema (draft 2020-12) of a YAML file's model, as text with a final line end."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps(schema | model.model_json_schema(), indent=2, ensure_ascii=False) + "\n"


@cache
def contracts() -> Mapping[str, Contract]:
    """All contracts of `data/contracts/` by table name, in the order of the file names."""
    paths = sorted((data_folder() / "contracts").glob("*.yaml"))
    found = {path.stem: read_contract(path) for path in paths}
    wrong = [stem for stem, contract in found.items() if contract.table != stem]
    if wrong:
        raise ValueError(f"a contract's file bears the name of its table: {wrong}")
    return found


def load_order(selected: Mapping[str, Contract]) -> list[str]:
    """Table names so that a referenced table comes before those that refer to it."""
    ordered: list[str] = []

    def visit(table: str, path: tuple[str, ...] = ()) -> None:
        if table in ordered or table in path or table not in selected:
            return
        for other in sorted(selected[table].referenced_tables()):
            visit(other, (*path, table))
        ordered.append(table)

    for table in sorted(selected):
        visit(table)
    return ordered
