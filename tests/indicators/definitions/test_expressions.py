"""Expressions: what may stand in one, and what is refused before it could reach the database."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.definitions.contracts import contracts
from indicators.definitions.expressions import (
    Operand,
    RefusedExpressionError,
    parse_expression,
    table_operands,
)
from tests.indicators.definitions.function_names import function_names

COLUMNS = {
    "kind": Operand("code", ("patrol", "escort")),
    "name": Operand("text"),
    "persons": Operand("number"),
    "begun": Operand("time"),
    "ended": Operand("time"),
    "day": Operand("date"),
    "is_open": Operand("bool"),
    "partners": Operand("list", ("military", "justice")),
}

ACCEPTED = [
    ("kind = 'patrol'", "kind = 'patrol'", "bool"),
    ("kind in ('patrol', 'escort') and not is_open", None, "bool"),
    ("persons between 1 and 5 or persons is null", None, "bool"),
    ("day >= date '2026-01-01'", "day >= CAST('2026-01-01' AS DATE)", "bool"),
    ("local_date(begun) + 14", None, "date"),
    ("day - day", "day - day", "number"),
    ("persons * greatest(1, ceil(minutes_between(begun, ended) / 1440))", None, "number"),
    ("case when is_open then 'yes' else 'no' end", None, "text"),
    ("list_contains(partners, 'military') and len(partners) > 1", None, "bool"),
    ("coalesce(persons, 0) > 0", None, "bool"),
]


@pytest.mark.parametrize(("text", "sql", "kind"), ACCEPTED)
def test_what_may_stand_is_written_anew(text: str, sql: str | None, kind: str) -> None:
    expression = parse_expression(text, COLUMNS)
    assert expression.operand.kind == kind
    assert sql is None or expression.sql == sql
    assert parse_expression(expression.sql, COLUMNS).sql == expression.sql


REFUSED = [
    ("kind = 'patrl'", "unknown_code", {"code": "patrl", "nearest": "patrol"}),
    ("kind in ('escort', 'scout')", "unknown_code", {"code": "scout"}),
    ("list_contains(partners, 'militari')", "unknown_code", {"nearest": "military"}),
    ("list_has_any(partners, ['justice', 'x'])", "unknown_code", {"code": "x"}),
    ("coalesce(kind, 'other') = 'patrol'", "unknown_code", {"code": "other"}),
    ("person > 1", "unknown_column", {"column": "person", "nearest": "persons"}),
    ("activities.persons > 1", "not_allowed", {}),
    ("persons > 'one'", "wrong_type", {"wanted": "number", "found": "text"}),
    ("is_open + 1 > 2", "wrong_type", {"found": "bool"}),
    ("day > 3", "wrong_type", {}),
    ("not persons", "wrong_type", {"wanted": "bool"}),
    ("minutes_between(day, ended)", "wrong_type", {"wanted": "time", "found": "date"}),
    ("minutes_between(begun)", "arguments", {"wanted": "2"}),
    ("getenv('HOME') = 'x'", "unknown_function", {"function": "getenv"}),
    ("read_csv('/etc/passwd')", "unknown_function", {"function": "read_csv"}),
    ("nextval('s')", "unknown_function", {}),
    ("persons > 1 = true", "not_allowed", {}),
    ("1 < persons < 3", "not_allowed", {}),
    ("(select 1) = 1", "not_allowed", {}),
    ("persons in (select 1)", "not_allowed", {}),
    ("exists (select 1)", "unknown_function", {}),
    ("count(*) > 1", "not_allowed", {}),
    ("sum(persons) over () > 1", "not_allowed", {}),
    ("persons::varchar = '1'", "not_allowed", {}),
    ("kind like 'p%'", "not_allowed", {}),
    ("name = $1", "not_allowed", {}),
    ("partners[1] = 'military'", "not_allowed", {}),
    ("columns('x') = 1", "unknown_function", {}),
    ("persons = 1; drop table core.activities", "one_expression", {}),
    ("", "one_expression", {}),
    ("persons = = 1", "unreadable", {}),
    ("drop table core.activities", "not_allowed", {}),
    ("attach 'x.db'", "not_allowed", {}),
    ("copy core.activities to 'x'", "not_allowed", {}),
    ("pragma version", "not_allowed", {}),
]


@pytest.mark.parametrize(("text", "rule", "parameters"), REFUSED)
def test_what_may_not_is_refused_by_name(text: str, rule: str, parameters: dict[str, str]) -> None:
    with pytest.raises(RefusedExpressionError) as refused:
        parse_expression(text, COLUMNS)
    first = refused.value.faults[0]
    assert first.rule == rule
    assert parameters.items() <= dict(first.parameters).items()


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        (
            "kind = 'x' and person = 1 and foo(persons)",
            ["unknown_code", "unknown_column", "unknown_function"],
        ),
        (
            "kind = 'x' and person = 1; drop table core.activities",
            ["one_expression", "unknown_code", "unknown_column"],
        ),
    ],
)
def test_all_faults_come_at_once(text: str, rules: list[str]) -> None:
    """A second statement hides no fault of the first either."""
    with pytest.raises(RefusedExpressionError) as refused:
        parse_expression(text, COLUMNS)
    assert [fault.rule for fault in refused.value.faults] == rules


def test_a_filter_must_give_true_or_false() -> None:
    with pytest.raises(RefusedExpressionError) as refused:
        parse_expression("persons + 1", COLUMNS, "bool")
    assert refused.value.faults[0].rule == "wrong_result"


def test_a_comment_does_not_reach_the_sql() -> None:
    assert parse_expression("persons = 1 -- ; drop table x", COLUMNS).sql == "persons = 1"


SIGNS = ["(", ")", ",", "=", "'patrol'", "1", ";", "--", "*"]
SQL_WORDS = ["and", "or", "not", "is", "null", "in", "case", "when", "then", "end"]
SQL_WORDS += ["select", "from", "union", "core.activities"]
words = st.sampled_from([*COLUMNS, *function_names(), *SIGNS, *SQL_WORDS])


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(words, max_size=12).map(" ".join))
def test_no_mix_of_words_gets_another_table_through(text: str) -> None:
    try:
        sql = parse_expression(text, COLUMNS).sql
    except RefusedExpressionError:
        return
    assert not {";", "--", "*", "core.activities"} & set(sql.split())
    assert "SELECT" not in sql.upper().split()


def test_every_derived_column_of_the_contracts_is_a_good_expression() -> None:
    from indicators.compiler.derived.columns import cube_table_sql, period_column_sql
    from indicators.definitions.derivations import period_columns

    for contract in contracts().values():
        dated = [period_column_sql(contract, name, "x") for name in period_columns(contract)]
        sql = "\n".join([cube_table_sql(contract), *dated])
        assert all(f" AS {name}" in sql for name in contract.derived)


def test_a_code_taken_from_another_table_keeps_its_codes() -> None:
    operands = table_operands(contracts()["activities"])
    assert operands["component"].codes == contracts()["units"].columns["component"].allowed_codes
    with pytest.raises(RefusedExpressionError):
        parse_expression("component = 'polic'", operands)
