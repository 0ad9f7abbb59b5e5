"""What an audience may see, decided on its own copy of the mart before a file is written.

Nothing is hidden at display: what is left out here is in no file of the audience.
"""

from collections.abc import Iterator, Mapping
from datetime import date

import duckdb
import pandas as pd

from indicators.definitions.catalogue import load_catalogue
from indicators.definitions.checks.columns_read import class_of_total
from indicators.definitions.contracts import CLASSES, contracts
from indicators.definitions.indicator import Indicator, Raised
from indicators.definitions.mission_profile import Mission
from indicators.definitions.sharing.audiences import (
    LEAST_CASES,
    LEAST_PERSONS,
    Audience,
    AudienceName,
    Shown,
    policy,
)
from indicators.definitions.versions import versions_of
from indicators.disclosure.display import disclosure_sql, displayed, figures_sql, in_grid_sql
from indicators.disclosure.pooling import pool, pooled_kinds
from indicators.foundation.mart_tables import (
    BELOW_8,
    CONFIDENTIAL,
    DIMENSIONS,
    FREE,
    NOT_APPLICABLE,
    ROUNDED,
    SUPPRESSED,
    TOO_IMPRECISE,
    TOTAL,
    VALUE_COLUMNS,
    released_columns,
    totals_sql,
)
from indicators.foundation.messages import LANGUAGES, message

# What a value too imprecise to show does not say either; n and df stay, which say why.
_IMPRECISE_COLUMNS = (
    "value", "numerator", "denominator", "se", "ci_low", "ci_high", "deff",
)  # fmt: skip
OWN: AudienceName = "mission"
# Tables of answers: the number that a row rests on, and the columns that it carries.
_ANSWERS = {
    "survey_response": (
        f"IF(sampled < {LEAST_CASES}, sampled, answered)", ("sampled", "answered"),
    ),
    "survey_result": (
        "complete + partial + refusal + no_contact + without_consent + ineligible",
        ("complete", "partial", "refusal", "no_contact", "without_consent", "ineligible",
         "response_rate"),
    ),
    "survey_item_response": (
        "interviewed",
        ("interviewed", "valid", "dont_know", "refused", "not_asked", "missing"),
    ),
    "interview_effect": (
        "least(n_before, n_after)",
        ("n_before", "n_after", "estimate", "se", "ci_low", "ci_high", "p_value", "balance_p",
         "placebo_p"),
    ),
}  # fmt: skip


# Tables that cite figures: the column that names the indicator, and the figure's own.
_CITED = {
    "assessment_figure": ("cited_indicator", ("value", "words_en", "words_fr")),
    "benchmark": ("evidence_indicator", ("value",)),
}
# Tables of protected counts: whole only for who answers for protected figures as such.
_PROTECTED = {"rows_not_kept", "due_diligence_finding", "monitoring_referral"}


def restrict(
    connection: duckdb.DuckDBPyConnection,
    mission: Mission,
    audience: AudienceName,
    until: date | None = None,
    catalogue: Mapping[str, Indicator] | None = None,
) -> None:
    """Changes the copy in `mart` to what the audience may see (`disclosure.md`).

    `until`: no period that ends later is in the copy, for audiences that get figures later.
    `catalogue`: another than the repository's. To be run once, on a copy in which every figure is
    exact.
    """
    catalogue = load_catalogue() if catalogue is None else catalogue
    rules = mission.disclosure.shown(audience)
    if audience != OWN:
        _leave_out_tables(connection, audience)
    _leave_out_rows(connection, mission, audience, rules, until)
    kinds = {
        entry: pooled_kinds(indicator)
        for entry, indicator in _entries(connection, catalogue)
        if class_of_total(indicator) != "protected"  # counts nothing else, and is shown as such
    }
    is_answered_for = _is_open(mission, audience, rules.classes["protected"], None)
    if not is_answered_for:
        for table in sorted(_PROTECTED & _tables(connection)):
            connection.execute(f"DELETE FROM mart.{table}")
    alone = rules.protected_kinds if is_answered_for else "none"
    pool(connection, kinds, policy().grids[alone])
    _show_values(connection, mission, audience, rules, catalogue)
    hide_imprecise(connection)
    if rules.is_agreed:
        _leave_out_definitions(connection)
    tables = _tables(connection)
    if "community_feedback" in tables:
        _show_feedback(connection, rules)
    if rules.classes["person"].display == "persons":
        _show_rows_of_files(connection, tables)
    if "contribution" in tables:
        _show_contributions(connection)
    for table in sorted(set(_CITED) & tables):
        _show_cited(connection, rules, table)
    answers = set(_ANSWERS) - ({"survey_response"} if audience == OWN else set())
    for table in sorted(answers & tables):
        _show_answers(connection, table)
    connection.execute("DROP TABLE disclosed")


def hide_imprecise(connection: duckdb.DuckDBPyConnection) -> None:
    """Figures of values with status U go, for every audience; the row and its status stay.

    The engine's own mart keeps them, for tests and comparisons of waves.
    """
    nulls = ", ".join(f"{name} = NULL" for name in _IMPRECISE_COLUMNS)
    connection.execute(
        f"UPDATE mart.indicator_value SET {nulls} WHERE obs_status = ?", [TOO_IMPRECISE]
    )


# What is left out whole ---------------------------------------------------------------------------


def _tables(connection: duckdb.DuckDBPyConnection) -> set[str]:
    rows = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'mart'"
    ).fetchall()
    return {name for (name,) in rows}


def _leave_out_tables(connection: duckdb.DuckDBPyConnection, audience: AudienceName) -> None:
    """What is not declared for an audience (`indicators/mart/`) is not in its copy: columns stay,
    empty.
    """
    for table in sorted(_tables(connection)):
        shown = released_columns(table, audience)
        if not shown:
            connection.execute(f'DROP TABLE mart."{table}"')
            continue
        columns = connection.table(f'mart."{table}"').columns
        nulls = ", ".join(f'"{name}" = NULL' for name in columns if name not in shown)
        if nulls:
            connection.execute(f'UPDATE mart."{table}" SET {nulls}')


def _leave_out_rows(
    connection: duckdb.DuckDBPyConnection,
    mission: Mission,
    audience: AudienceName,
    rules: Audience,
    until: date | None,
) -> None:
    left_out = list(rules.without.breakdowns)
    connection.execute(
        """DELETE FROM mart.indicator_value
        WHERE list_contains($names, breakdown) OR period_end > $until""",
        {"names": left_out, "until": until or date.max},
    )
    for table, condition in rules.without.rows.items():
        connection.execute(f"DELETE FROM mart.{table} WHERE {condition}")
    for table, column in rules.without.numbered.items():
        connection.execute(
            f"""UPDATE mart.{table} AS own SET {column} = known.number FROM (
              SELECT DISTINCT mission, area, {column} AS name, CAST(dense_rank() OVER (
                PARTITION BY mission, area ORDER BY {column}) AS VARCHAR) AS number
              FROM mart.{table}) AS known
            WHERE known.mission = own.mission AND known.area = own.area
              AND known.name = own.{column}"""
        )
    if "reject_summary" in _tables(connection) and audience != OWN:
        _word_rejects_without_value(connection)
    if rules.is_agreed:
        agreed = list(mission.disclosure.of(audience).indicators)  # type: ignore[union-attr]
        for table in ("indicator", "indicator_value"):
            connection.execute(
                f"DELETE FROM mart.{table} WHERE NOT list_contains(?, indicator)", [agreed]
            )


def _leave_out_definitions(connection: duckdb.DuckDBPyConnection) -> None:
    """A copy for others defines what it shows and names nothing else."""
    connection.execute(
        "DELETE FROM mart.indicator WHERE indicator NOT IN "
        "(SELECT indicator FROM mart.indicator_value)"
    )


def _word_rejects_without_value(connection: duckdb.DuckDBPyConnection) -> None:
    lines = connection.execute(
        "SELECT rowid, rows, rule, column_name FROM mart.reject_summary"
    ).fetchall()
    worded = []
    for line, rows, rule, column in lines:
        words = {"rows": rows, "rule": rule, "column": column}
        said = [
            message("release.reject_without_value", language, **words) for language in LANGUAGES
        ]
        worded.append((line, *said))
    columns = ["line", "sentence_en", "sentence_fr"]
    connection.register("worded", pd.DataFrame(worded, columns=columns))
    connection.execute(
        """UPDATE mart.reject_summary AS own
        SET sentence_en = worded.sentence_en, sentence_fr = worded.sentence_fr
        FROM worded WHERE own.rowid = worded.line"""
    )
    connection.unregister("worded")


# Values -------------------------------------------------------------------------------------------


def _entries(
    connection: duckdb.DuckDBPyConnection, catalogue: Mapping[str, Indicator]
) -> Iterator[tuple[tuple[str, int], Indicator]]:
    """The definitions in the copy as the catalogue has them."""
    rows = connection.execute(
        "SELECT DISTINCT indicator, version, entry FROM mart.indicator ORDER BY ALL"
    ).fetchall()
    for code, version, entry in rows:
        known = {one.version: one for one in versions_of(catalogue[code])}
        yield (code, version), known.get(version) or Indicator.model_validate_json(entry)


def _show_values(
    connection: duckdb.DuckDBPyConnection,
    mission: Mission,
    audience: AudienceName,
    rules: Audience,
    catalogue: Mapping[str, Indicator],
) -> None:
    """Rows of each class by its grid, each figure as its class is displayed."""
    told = connection.execute(
        "SELECT DISTINCT indicator, version, confidentiality, confidentiality_of_parts "
        "FROM mart.indicator ORDER BY ALL"
    ).fetchall()
    connection.register("part_classes", pd.DataFrame(_part_ranks(told), columns=_PART_COLUMNS))
    connection.register("class_rules", pd.DataFrame(
        [row for code, version, *_ in told
         for row in _class_rules(mission, audience, rules, code, version, catalogue.get(code))],
        columns=["indicator", "indicator_version", "rank", "is_part", "grid", "sex_age", "display",
                 "is_open"],
    ))  # fmt: skip
    grids = " ".join(
        f"WHEN '{name}' THEN {in_grid_sql(grid)}" for name, grid in policy().grids.items()
    )
    connection.execute(
        f"""
        CREATE TEMP TABLE disclosed AS
        WITH ranked AS (
          SELECT cell.*, {_rank_sql()} AS rank, total.rank AS total_rank,
            NOT ({totals_sql("cell.")}) AS is_part,
            NOT {totals_sql("cell.", ["sex"])} AND NOT {totals_sql("cell.", ["age_group"])}
              AS is_sex_age,
            indicator.measure, indicator.unit_of_measure
          FROM mart.indicator_value AS cell
          JOIN mart.indicator AS indicator ON indicator.mission = cell.mission
            AND indicator.indicator = cell.indicator
            AND indicator.version = cell.indicator_version
          JOIN part_classes AS total ON total.indicator = cell.indicator
            AND total.indicator_version = cell.indicator_version AND total.dimension = '{TOTAL}'
          {_rank_joins()}
        ),
        ruled AS (
          SELECT ranked.*, CASE WHEN rule.is_open THEN rule.display ELSE 'none' END AS display
          FROM ranked JOIN class_rules AS rule USING (indicator, indicator_version, rank, is_part)
          WHERE CASE IF(is_sex_age, rule.sex_age, rule.grid) {grids} END
            AND (rule.is_open OR (rank = total_rank AND NOT is_part))
        )
        SELECT *, {disclosure_sql()} AS disclosed FROM ruled
        """
    )
    if "breakdown_grid" in _tables(connection):  # copies for others have values alone
        _show_grid(connection, grids, rules)
    figures = figures_sql() | {
        "disclosure": f"CASE disclosure WHEN '{SUPPRESSED}' THEN disclosure ELSE disclosed END",
        "conf_status": f"""CASE WHEN conf_status = '{CONFIDENTIAL}'
          OR disclosed IN ('{SUPPRESSED}', '{BELOW_8}') THEN '{CONFIDENTIAL}' ELSE '{FREE}' END""",
    }
    listed = ", ".join(
        f"CAST({figures.get(name, name)} AS {kind}) AS {name}"
        for name, kind in VALUE_COLUMNS.items()
    )
    connection.execute(
        "DROP TABLE mart.indicator_value;"  # before, not in place of: two of them at once are large
        f"CREATE TABLE mart.indicator_value AS SELECT {listed} FROM disclosed"
    )
    connection.unregister("part_classes")
    connection.unregister("class_rules")


def _show_grid(connection: duckdb.DuckDBPyConnection, grids: str, rules: Audience) -> None:
    """Where the copy has parts: not where their class is left out, as absent would mean zero."""
    connection.execute(
        f"""
        CREATE OR REPLACE TABLE mart.breakdown_grid AS
        WITH ranked AS (
          SELECT own.*, (
            SELECT max(part.rank) FROM part_classes AS part
            WHERE part.indicator = own.indicator
              AND part.indicator_version = own.indicator_version
              AND (part.dimension IN ('{TOTAL}', own.dimension)
                OR (own.dimension = 'sex_age' AND part.dimension IN ('sex', 'age_group')))
          ) AS rank, true AS is_part, own.dimension = 'sex_age' AS is_sex_age
          FROM mart.breakdown_grid AS own
          WHERE NOT list_contains(?, own.dimension)
        )
        SELECT ranked.* EXCLUDE (rank, is_part, is_sex_age)
        FROM ranked JOIN class_rules AS rule USING (indicator, indicator_version, rank, is_part)
        WHERE rule.is_open AND CASE IF(is_sex_age, rule.sex_age, rule.grid) {grids} END
        ORDER BY ALL
        """,
        [list(rules.without.breakdowns)],
    )


_PART_COLUMNS = ["indicator", "indicator_version", "dimension", "rank"]
_OWN_DIMENSIONS = tuple(name for name in DIMENSIONS if not name.startswith("breakdown"))


def _part_ranks(
    told: list[tuple[str, int, str, str | None]],
) -> Iterator[tuple[str, int, str, int]]:
    """Classes of the totals, and of what stands in a column of its own or under a breakdown."""
    for code, version, total, parts in told:
        yield code, version, TOTAL, CLASSES.index(total)
        for part in (parts or "").split("|"):
            if part:
                dimension, _, kind = part.partition("=")
                yield code, version, dimension, CLASSES.index(kind)


def _rank_sql() -> str:
    """The highest class of the total and of whatever breaks the cell down."""
    parts = [f"coalesce(by_{name}.rank, 0)" for name in (*_OWN_DIMENSIONS, "breakdown")]
    return f"greatest(total.rank, {', '.join(parts)})"


def _rank_joins() -> str:
    open_columns = f"NOT IN ('{TOTAL}', '{NOT_APPLICABLE}')"
    joins = []
    for name in (*_OWN_DIMENSIONS, "breakdown"):
        which = f"cell.{name}" if name == "breakdown" else f"'{name}'"
        joins.append(
            f"LEFT JOIN part_classes AS by_{name} ON by_{name}.indicator = cell.indicator "
            f"AND by_{name}.indicator_version = cell.indicator_version "
            f"AND by_{name}.dimension = {which} AND cell.{name} {open_columns}"
        )
    return "\n          ".join(joins)


def _class_rules(
    mission: Mission,
    audience: AudienceName,
    rules: Audience,
    code: str,
    version: int,
    indicator: Indicator | None,
) -> Iterator[tuple[str, int, int, bool, str, str, str, bool]]:
    """By class the grid and display of one indicator, and whether who decides has let it out."""
    raised = indicator.confidentiality if indicator else Raised()
    for kind, shown in rules.classes.items():
        # Nobody who gets displayed counts has them finer than headquarters.
        audited: AudienceName = "hq" if shown.display == "persons" else audience
        is_open = _is_open(mission, audience, shown, code)
        for is_part in (False, True):
            is_chosen = shown.only is None or code in shown.only
            grid = shown.grid if is_chosen else policy().emptiest
            if kind in ("person", "protected"):
                for coarser in (raised.grid, raised.grid_of_parts if is_part else {}):
                    grid = policy().coarser(grid, coarser.get(audited, grid))
            crossed = policy().coarser(grid, shown.sex_age or grid)
            rank = CLASSES.index(kind)
            yield code, version, rank, is_part, grid, crossed, shown.display, is_open


def _is_open(mission: Mission, audience: AudienceName, shown: Shown, code: str | None) -> bool:
    """Whether who answers for the figures of a class has let them out; `code`: of one indicator."""
    if shown.needs == "confirmed":
        own = mission.disclosure.of(audience)
        return bool(own.confirmed_by and own.confirmed_on)  # type: ignore[union-attr]
    if shown.needs == "cleared":
        chosen = [entry for entry in mission.indicators if entry.code == code]
        return any(entry.cleared_by and entry.cleared_on for entry in chosen)
    return True


# What stands beside the values --------------------------------------------------------------------


def _show_contributions(connection: duckdb.DuckDBPyConnection) -> None:
    """Rows by file of the totals in the copy, displayed as the total is."""
    key = "mission, indicator, indicator_version, period_type, period, area"
    connection.execute(
        f"""
        CREATE OR REPLACE TABLE mart.contribution AS
        SELECT file.* REPLACE (CAST(CASE
          WHEN total.disclosed = '{SUPPRESSED}' THEN NULL
          WHEN total.display = 'persons' THEN {displayed("rows")}
          ELSE rows END AS BIGINT) AS rows)
        FROM mart.contribution AS file
        JOIN (SELECT {key}, disclosed, display FROM disclosed WHERE {totals_sql()}) AS total
          USING ({key})
        WHERE total.display <> 'none' ORDER BY ALL
        """
    )


def _show_answers(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    base, columns = _ANSWERS[table]
    nulls = ", ".join(f"{name} = NULL" for name in columns)
    connection.execute(
        f"UPDATE mart.{table} SET {nulls} WHERE ({base}) BETWEEN 1 AND {LEAST_CASES - 1}"
    )


def _show_cited(connection: duckdb.DuckDBPyConnection, rules: Audience, table: str) -> None:
    """Figures that an assessment or benchmark cites stood in the mission's copy: those of classes
    that this copy shows just as that one are told, of others which they are."""
    mission = policy().audiences[OWN].classes
    alike = [kind for kind, shown in rules.classes.items() if shown == mission[kind]]
    by, columns = _CITED[table]
    nulls = ", ".join(f"{name} = NULL" for name in columns)
    connection.execute(
        f"""UPDATE mart.{table} SET {nulls} WHERE {by} NOT IN (
          SELECT indicator FROM mart.indicator WHERE list_contains(?, confidentiality))""",
        [alike],
    )


def _show_feedback(connection: duckdb.DuckDBPyConnection, rules: Audience) -> None:
    """What residents said, in the grid of persons and as they are displayed."""
    shown = rules.classes["person"]
    grid = policy().grids[shown.grid]
    if grid.area_levels is not None:
        connection.execute(
            f"""DELETE FROM mart.community_feedback AS own WHERE NOT EXISTS (
              SELECT 1 FROM (SELECT *, 'Q' AS period_type FROM mart.area) AS known
              WHERE known.area_code = own.area AND {in_grid_sql(grid)})"""
        )
    if shown.display == "persons":
        connection.execute(
            f"""UPDATE mart.community_feedback SET said = {displayed("said")},
            disclosure = CASE WHEN said < {LEAST_PERSONS} THEN '{BELOW_8}' ELSE '{ROUNDED}' END"""
        )


def _show_rows_of_files(connection: duckdb.DuckDBPyConnection, tables: set[str]) -> None:
    """Rows of files of persons are persons: displayed, those of protected tables not at all, and no
    size of their tables is told."""
    rows = ("rows_read", "rows_loaded", "rows_rejected", "rows_unchanged", "rows_ignored")
    if {"input_file", "contribution"} <= tables:
        shown = ", ".join(
            f"{name} = CASE WHEN confidentiality IS DISTINCT FROM 'protected' "
            f"THEN {displayed(name)} END"
            for name in rows
        )
        connection.execute(
            f"""
            UPDATE mart.input_file SET {shown}
            WHERE confidentiality IS NOT NULL OR file_sha256 IN (
              SELECT file.file_sha256 FROM mart.contribution AS file
              JOIN mart.indicator AS indicator USING (mission, indicator)
              WHERE indicator.confidentiality IN ('person', 'protected'))
            """
        )
    if "quality_check" in tables:
        _word_checks_without_number(connection)


def _word_checks_without_number(connection: duckdb.DuckDBPyConnection) -> None:
    """Checks of tables of persons that count rows say whether they passed, and no number; which
    months a table reaches counts none."""
    of_persons = [name for name, one in contracts().items()
                  if one.confidentiality.total in ("person", "protected")]  # fmt: skip
    connection.execute(
        """UPDATE mart.quality_check SET observed = NULL,
          rows_failed = CASE rows_failed WHEN 0 THEN 0 END
        WHERE list_contains(?, source)""",
        [of_persons],
    )
    counting = connection.execute(
        """SELECT check_name, status FROM mart.quality_check
        WHERE list_contains(?, source) AND check_name <> source || '.reaches_quarter_end'
          AND (status = 'failed' OR check_name = source || '.volume')""",
        [of_persons],
    ).fetchall()
    for check, status in counting:
        sentences = [
            message("release.check_passed_without_number", language, check=check)
            if status == "passed"
            else message("release.check_failed_without_number", language, check=check)
            for language in LANGUAGES
        ]
        connection.execute(
            """UPDATE mart.quality_check SET expected = NULL, sentence_en = ?, sentence_fr = ?
            WHERE check_name = ?""",
            [*sentences, check],
        )
