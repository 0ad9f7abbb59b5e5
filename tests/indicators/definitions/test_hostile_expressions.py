"""Hostile text thrown at the checker of expressions: what passes reads columns and nothing else.

DuckDB's own parser says what a passed expression is made of; the checker's parser is another one.
"""

import json
import random
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import duckdb
import pytest
import sqlglot
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indicators.compiler.derived.functions import functions_sql
from indicators.definitions.catalogue import load_catalogue
from indicators.definitions.contracts import contracts
from indicators.definitions.expressions import (
    DEEPEST,
    LONGEST,
    Operand,
    RefusedExpressionError,
    parse_expression,
    table_operands,
)
from indicators.definitions.measures import Measure, Part, expressions_of
from indicators.foundation.messages import message
from tests.indicators.definitions.function_names import function_names
from tests.worlds.rows.warehouse import small_mission

SETTINGS = {
    "deadline": None,
    "derandomize": True,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.filter_too_much],
}
FEW = settings(max_examples=250, **SETTINGS)
MANY = settings(max_examples=2500, **SETTINGS)

# What DuckDB's parser may find in a passed expression, and what in its one table.
CLASSES = {
    "COLUMN_REF", "CONSTANT", "FUNCTION", "COMPARISON", "CONJUNCTION", "OPERATOR", "CASE", "CAST",
    "BETWEEN", "TYPE",
}  # fmt: skip
OPERATORS = {"+", "-", "*", "/", "&&"}
# Other names of what an expression's writer spells otherwise.
SYNONYMS = {
    "length", "array_contains", "list_distinct", "array_overlaps", "list_has_any", "list_value",
    "array_distinct", "list_contains", "array_has",
}  # fmt: skip
HOSTILE = [
    "(select 1)", "(select max(area_code) from core.areas)", "exists (select 1)",
    "(from core.units)", "(values (1))", "(with x as (select 1) select * from x)",
    "(table core.areas)", "(describe core.areas)", "(show tables)", "(pivot x on y)",
    "persons in (select 1)", "persons = any (select 1)", "persons = all (select 1)",
    "getenv('HOME')", "read_csv('/etc/passwd')", "read_text('/etc/passwd')", "read_blob('x')",
    "read_json_auto('x')", "parquet_scan('x')", "glob('*')", "sniff_csv('x')",
    "current_setting('home_directory')", "getvariable('x')", "duckdb_settings()", "version()",
    "current_user", "current_database()", "current_schema()", "session_user", "pg_sleep(9)",
    "query('select 1')", "query_table('core.areas')", "columns('a.*')", "columns(*)", "* ",
    "t.*", "*columns(*)", "unnest(partner_components)", "generate_series(1, 9)", "range(9)",
    "nextval('s')", "setseed(0.1)", "random()", "uuid()", "now()", "current_timestamp",
    "today()", "txid_current()", "hash(1)", "md5('x')", "error('x')", "load_extension('x')",
    "list_transform(partner_components, lambda x: x)", "x -> x + 1", "lambda x: x + 1",
    "[x for x in range(9)]", "[x for x in partner_components if true]",
    "list_aggregate([1], 'sum')", "list_reduce([1], lambda a, b: a)", "{'a': 1}", "map {'a': 1}",
    "row(1, 2)", "struct_pack(a := 1)", "(1, 2)", "partner_components[1]", "'abc'[1:2]",
    "count(*)", "sum(1)", "max(1) over ()", "row_number() over ()", "lag(1) over (order by 1)",
    "sum(1) filter (where true)", "string_agg('x', ',')", "grouping(1)", "list(1 order by 1)",
    "1::varchar", "cast(1 as varchar)", "try_cast(1 as date)", "cast('1' as int)", "'x'::regclass",
    "date 'yesterday'", "date '2026-02-30'", "timestamp '2026-01-01'", "interval 1 day",
    "'a' like 'b'", "'a' ilike 'b'", "'a' ~ 'b'", "'a' similar to 'b'", "'a' glob 'b'",
    "'a' || 'b'", "'a' collate nocase", "1 // 1", "1 % 1", "2 ** 9", "1 << 9", "~1", "1!", "@ 1",
    "$1", "?", ":name", "$name", "#1", "@variable", "@@version", "${x}", "{{ x }}", "%(x)s",
    "main.local_date(started_at)", "system.main.version()", "local_date(started_at) over ()",
    "coalesce(distinct 1)", "greatest(1 order by 1)", "1 as x", "excluded.x", "rowid",
    "E'\\x41'", "U&'\\0041'", "$$x$$", "$tag$x$tag$", "x'41'", "b'1'", "0x41", "1e9999",
    "'unended", '"unended', "/* unended", "-- cut", "/* ; */ 1", "1 ; drop table core.areas",
    "; select 1", "1); drop table core.areas; --", "' or 1=1 --", "') or ('1'='1",
    "attach 'x.db'", "copy core.areas to 'x.csv'", "pragma database_list", "install httpfs",
    "load httpfs", "set memory_limit = '1GB'", "create table x (y int)", "drop table core.areas",
    "insert into x values (1)", "update x set y = 1", "delete from core.areas", "checkpoint",
    "export database 'x'", "import database 'x'", "call pragma_version()", "explain select 1",
    "prepare x as select 1", "execute x", "begin", "commit", "use memory", "vacuum", "detach x",
    "area_code is distinct from 'x'", "area_code = any ['x']", "not in (1)",
    "1 between symmetric 2 and 3",
    "at time zone 'UTC'", "started_at at time zone 'UTC'", "case area_code when 'x' then 1 end",
    "if(true, 1, 2)", "iif(true, 1, 2)", "nullif(1, 1)", "ifnull(1, 2)", "try(1)", "alias(1)",
    "\u0455elect 1", "\u037e select 1", "1 \uff1b drop table x", "are\u0430_code",
    "\u200barea_code", "area\u00a0_code", "\ufeff1", "\u2018x\u2019", "\u02bcx\u02bc",
    "\uff071\uff07",
    "1 \u2010\u2010 x",
    "\x00", "\x1b[2J", "\u202e1", "\U0001f4a3",
]  # fmt: skip
# A number, written so that only a careless reader sees something else: abs, coalesce, a comment.
HARMLESS = {"@ 1", "ifnull(1, 2)", "/* ; */ 1"}
SIGNS = [
    "(", ")", ",", "'", '"', ";", "--", "/*", "*/", "=", "<>", "::", ".", "*", "$1", "?", "[", "]",
    "{", "}", "->", ":=", "\\", "\n", " ", "|", "&", "%", "@", "#", "!", "~", "^", "`",
]  # fmt: skip
WORDS = [
    "and", "or", "not", "is", "null", "in", "between", "case", "when", "then", "else", "end",
    "true", "false", "select", "from", "where", "union", "all", "any", "exists", "over", "filter",
    "with", "as", "distinct", "cast", "date", "interval", "like", "escape", "order", "by", "limit",
    "1", "'x'", "0.5", "1e5",
]  # fmt: skip
HOMOGLYPHS = str.maketrans(
    "aceopxyis'=();-",
    "\u0430\u0441\u0435\u043e\u0440\u0445\u0443\u0456\u0455\u2019\uff1d\uff08\uff09\uff1b\u2212",
)


@cache
def good_expressions() -> list[tuple[str, str]]:
    """(table, text) of every expression of the catalogue and the contracts."""
    found = [
        (entry.source, text)
        for entry in load_catalogue().values()
        for text in _texts(entry.measure)
    ]
    for table, contract in contracts().items():
        found += [(table, derived.sql) for derived in contract.derived.values() if derived.sql]
    return sorted(set(found))


def _texts(measure: Measure) -> Iterator[str]:
    parts: list[Measure | Part | None] = [measure, measure.numerator, measure.denominator]
    for part in parts:
        if part is not None:
            yield from (text for text in (part.where, part.value) if text)
            yield from expressions_of(part.distinct)


@cache
def database() -> duckdb.DuckDBPyConnection:
    """One empty table for each contract, all its columns in it, and the functions."""
    connection = duckdb.connect(config={"threads": 1, "enable_external_access": False})
    for table, contract in contracts().items():
        types = {name: column.sql_type for name, column in contract.columns.items()}
        types |= {name: derived.sql_type for name, derived in contract.derived.items()}
        body = ", ".join(f'"{name}" {sql_type}' for name, sql_type in types.items())
        connection.execute(f"CREATE TABLE {table} ({body})")
    for statement in functions_sql(small_mission([]), "2026-12-31"):
        connection.execute(statement)
    return connection


@cache
def operands(table: str) -> Mapping[str, Operand]:
    return table_operands(contracts()[table])


def judge(table: str, text: str) -> bool:
    """Whether the text passes; fails where it passes and is not what it should be."""
    try:
        passed = parse_expression(text, operands(table))
    except RefusedExpressionError as refused:
        assert refused.faults
        for fault in refused.faults:
            for language in ("en", "fr"):
                assert message(
                    f"problem.expression_{fault.rule}", language, key="k", **fault.parameters
                )
        return False
    assert parse_expression(passed.sql, operands(table)) == passed
    assert set(passed.columns) <= operands(table).keys()
    assert_reads_only(table, passed.sql, set(passed.columns))
    return True


def assert_reads_only(table: str, sql: str, columns: set[str]) -> None:
    """By the database's own parser, and by running it."""
    statement = f"SELECT {sql} AS result FROM {table}"
    text = database().execute("SELECT json_serialize_sql(?::VARCHAR)", [statement]).fetchone()
    assert text is not None
    tree = json.loads(text[0])
    assert not tree["error"], (sql, tree)
    (parsed,) = tree["statements"]
    node = parsed["node"]
    assert node["type"] == "SELECT_NODE" and not node["cte_map"]["map"] and not node["modifiers"]
    assert node["from_table"]["type"] == "BASE_TABLE" and node["from_table"]["table_name"] == table
    (selected,) = node["select_list"]
    read = set()
    for part in _parts(selected):
        assert part["class"] in CLASSES, (sql, part["class"])
        if part["class"] == "COLUMN_REF":
            (name,) = part["column_names"]
            read.add(name)
        if part["class"] == "FUNCTION":
            allowed = {*function_names(), *OPERATORS, *SYNONYMS}
            assert part["function_name"].lower() in allowed, (sql, part["function_name"])
            assert not part["schema"] and not part["catalog"] and not part["distinct"]
            assert part["filter"] is None and not part["order_bys"]["orders"]
        if part["class"] == "CAST":
            # A date is cast by its text; before IS TRUE the database itself casts, to what it is.
            kind = (part["type_expr"]["type_name"].upper(), part["child"]["class"])
            assert kind == ("DATE", "CONSTANT") or kind[0] == "BOOLEAN"
            assert not part["try_cast"]
    assert read == columns
    database().execute(statement).fetchall()  # binds: types fit what the database asks for


def _parts(node: Any) -> Iterator[dict[str, Any]]:
    """Every expression node below, this one first."""
    if isinstance(node, dict):
        if "class" in node and "type" in node:
            yield node
        for value in node.values():
            yield from _parts(value)
    elif isinstance(node, list):
        for entry in node:
            yield from _parts(entry)


@st.composite
def mutated(draw: Callable[[Any], Any]) -> tuple[str, str]:
    """A good expression with hostile text, signs, words or look-alike letters put into it."""
    table, text = draw(st.sampled_from(good_expressions()))
    names = [*operands(table), *function_names()]
    for _ in range(draw(st.integers(1, 3))):
        chance = random.Random(draw(st.integers(0, 2**32)))
        tokens = _tokens(text)
        at = chance.randrange(len(tokens) + 1)
        match chance.randrange(6):
            case 0:
                tokens[at:at] = [chance.choice(HOSTILE)]
            case 1:
                tokens[at : at + 1] = [chance.choice([*HOSTILE, *names, *WORDS])]
            case 2:
                tokens[at:at] = [chance.choice([*SIGNS, *WORDS, *names])]
            case 3:
                tokens[at : at + chance.randrange(1, 4)] = []
            case 4:
                chosen = slice(at, at + 1)
                tokens[chosen] = [token.translate(HOMOGLYPHS) for token in tokens[chosen]]
            case _:
                other = _tokens(chance.choice(good_expressions())[1])
                tokens[at:at] = other[: chance.randrange(1, len(other) + 1)]
        text = " ".join(tokens)
    return table, text


def _tokens(text: str) -> list[str]:
    try:
        return [text[token.start : token.end + 1] for token in sqlglot.tokenize(text, "duckdb")]
    except sqlglot.errors.SqlglotError:
        return text.split()


@st.composite
def wrapped(draw: Callable[[Any], Any]) -> tuple[str, str]:
    """Hostile text where a good part might stand."""
    table, good = draw(st.sampled_from(good_expressions()))
    frames = [
        "{h}", "({h})", "{g} and {h}", "{h} or {g}", "not {h}", "{g} = {h}", "coalesce({h}, {g})",
        "coalesce({g}, {h})", "case when {h} then {g} end", "case when {g} then {h} else null end",
        "{g} in ({h})", "{g} between {h} and {h}", "list_contains({h}, 'x')", "{g} {h}", "{h} {g}",
        "array_overlaps(partner_components, [{h}])", "abs({h})", "-{h}", "{h} is null", "{g};{h}",
        "{g} --\n{h}", "{g} /* {h} */", "{g} /* */ {h}", "local_date({h}) > as_of_day()",
    ]  # fmt: skip
    text = draw(st.sampled_from(HOSTILE))
    for _ in range(draw(st.integers(1, 3))):
        text = draw(st.sampled_from(frames)).replace("{g}", good).replace("{h}", text)
    return table, text


numbers, booleans, dates, times, codes, texts, lists = (
    st.deferred(lambda kind=kind: _of_kind(kind))
    for kind in ("number", "bool", "date", "time", "code", "text", "list")
)


def _columns(kind: str) -> st.SearchStrategy[str]:
    """Columns of `activities`, which has some of every kind."""
    named = [name for name, operand in operands("activities").items() if operand.kind == kind]
    return st.sampled_from([f'"{name}"' if name == "month" else name for name in named])


def _of_kind(kind: str) -> st.SearchStrategy[str]:
    comparison = st.sampled_from(["=", "<>", "<", "<=", ">", ">="])

    def joined(*parts: Any) -> st.SearchStrategy[str]:
        return st.tuples(*(st.just(p) if isinstance(p, str) else p for p in parts)).map("".join)

    leaves = [_columns(kind)]
    match kind:
        case "number":
            leaves += [st.integers(0, 99).map(str), st.just("0.5"), st.just("near_base_km()")]
            grown = [
                joined("(", numbers, st.sampled_from([" + ", " - ", " * ", " / "]), numbers, ")"),
                joined("abs(", numbers, ")"),
                joined("ceil(", numbers, ")"),
                joined("greatest(", numbers, ", ", numbers, ")"),
                joined("minutes_between(", times, ", ", times, ")"),
                joined("len(", lists, ")"),
                joined("year(", dates, ")"),
                joined("case when ", booleans, " then ", numbers, " else ", numbers, " end"),
            ]
        case "bool":
            leaves += [st.sampled_from(["true", "false"])]
            grown = [
                joined("(", booleans, st.sampled_from([" and ", " or "]), booleans, ")"),
                joined("not (", booleans, ")"),
                joined("(", numbers, " ", comparison, " ", numbers, ")"),
                joined("(", dates, " ", comparison, " ", dates, ")"),
                joined("(", times, " ", comparison, " ", times, ")"),
                joined("(", numbers, " between ", numbers, " and ", numbers, ")"),
                joined("(", texts, " is not null)"),
                joined("area_code in ('a', ", st.just("'b''; --'"), ")"),
                joined("list_contains(", lists, ", 'military')"),
                joined("is_night(", times, ")"),
            ]
        case "date":
            leaves += [st.just("date '2026-02-28'"), st.just("as_of_day()")]
            grown = [
                joined("local_date(", times, ")"),
                joined("(", dates, " + ", st.integers(0, 400).map(str), ")"),
                joined("months_after(", dates, ", 6)"),
            ]
        case "time":
            grown = [joined("local_time(", times, ")"), joined("local_midnight(", dates, ")")]
        case "list":
            grown = [joined("array_distinct(", lists, ")")]
        case _:
            leaves += [st.text(max_size=8).filter(_is_plain).map(_quoted)] * (kind == "text")
            grown = [joined("coalesce(", _columns(kind), ", ", _columns(kind), ")")]
    return st.one_of(*leaves, *leaves, *grown)


def _is_plain(text: str) -> bool:
    return "\x00" not in text and text.isprintable()


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def test_every_expression_of_the_product_passes_and_reads_only_its_columns() -> None:
    assert len(good_expressions()) > 80
    for table, text in good_expressions():
        if table in contracts():
            assert judge(table, text), (table, text)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_alone_is_refused_or_reads_nothing(text: str) -> None:
    passes = judge("activities", text)
    assert not passes or text in HARMLESS


@FEW
@given(wrapped())
def test_hostile_text_in_a_good_expression_reads_nothing_else(case: tuple[str, str]) -> None:
    judge(*case)


@FEW
@given(mutated())
def test_a_mutated_expression_reads_nothing_else(case: tuple[str, str]) -> None:
    judge(*case)


@FEW
@given(st.one_of(booleans, numbers, dates))
def test_what_the_grammar_makes_passes_and_binds(text: str) -> None:
    assert_passes(text)


def assert_passes(text: str) -> None:
    is_small = len(text) <= LONGEST and text.count("(") < DEEPEST // 3
    assert judge("activities", text) or not is_small or refused_for_calls(text)


def refused_for_calls(text: str) -> bool:
    """Whether its functions stand too deep inside one another: each writes out its argument."""
    try:
        parse_expression(text, operands("activities"))
    except RefusedExpressionError as refused:
        return [fault.rule for fault in refused.faults] == ["calls_too_deep"]
    return False


def test_calls_within_calls_are_refused_before_they_fill_the_memory() -> None:
    text = "started_at"
    for _ in range(3):
        assert judge("activities", f"local_time({text}) is not null")
        text = f"local_time({text})"
    assert not judge("activities", f"local_time({text}) is not null")
    assert refused_for_calls(f"local_time({text})")


@FEW
@given(st.text(max_size=60))
def test_any_text_at_all_is_judged(text: str) -> None:
    judge("activities", text)


@pytest.mark.soak
@MANY
@given(st.one_of(wrapped(), mutated()))
def test_hostile_text_reads_nothing_else_for_long(case: tuple[str, str]) -> None:
    judge(*case)


@pytest.mark.soak
@MANY
@given(st.one_of(booleans, numbers, dates))
def test_what_the_grammar_makes_passes_for_long(text: str) -> None:
    assert_passes(text)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 300 + "true" + ")" * 300,
        "not " * 3000 + "true",
        "-" + " -" * 400 + "1 > 0",
        " or ".join(["true"] * 200),
        "case when true then " * 40 + "1" + " end" * 40,
        "abs(" * 100 + "1" + ")" * 100,
        "1" + " + 1" * 400 + " > 0",
        "area_code = '" + "x" * LONGEST + "'",
    ],
)
def test_what_is_too_deep_or_too_long_is_refused_and_not_a_crash(text: str) -> None:
    assert not judge("activities", text)


def test_a_text_is_neither_true_nor_false() -> None:
    assert not judge("alerts", "merged_into is false")
    assert judge("training", "test_taken is false")
