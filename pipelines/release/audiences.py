"""What an audience may see, decided on its own copy of the mart before a file is written.

Nothing is hidden at display: what is withheld here is in no file of the audience.
"""

from collections.abc import Sequence

import duckdb

from indicators.contracts import contracts
from indicators.disclosure import EarlierRelease, Withheld, suppress
from indicators.messages import message
from indicators.mission import DisclosurePolicy
from indicators.values import TOO_IMPRECISE

# Tables that an audience does not get at all: where each base lies, and what is wrong with the
# files of which area, stay with the mission.
WITHHELD_TABLES: dict[str, frozenset[str]] = {
    "mission": frozenset(),
    "hq": frozenset({"base", "reject_place"}),
}

# What a value too imprecise to show does not say either; n and df stay, which say why.
IMPRECISE_COLUMNS = (
    "value",
    "numerator",
    "denominator",
    "se",
    "ci_low",
    "ci_high",
    "deff",
)


def restrict(
    connection: duckdb.DuckDBPyConnection,
    policy: DisclosurePolicy,
    audience: str,
    earlier: Sequence[EarlierRelease] = (),
    quick: bool = False,
) -> Withheld:
    """Changes the copy in `mart` to what the audience may see: columns, then cells.

    `earlier`: what the audience has of the mission's earlier releases; `quick`: not every withheld
    count is shown to be hard to guess (`indicators.disclosure.suppress`).
    """
    for table in sorted(WITHHELD_TABLES[audience]):
        connection.execute(f'DROP TABLE mart."{table}"')
    if audience == "hq":
        _restrict_hq(connection)
    else:
        _drop_hq_breakdowns(connection)
    withheld = suppress(connection, policy, audience, earlier=earlier, quick=quick)
    hide_imprecise(connection)
    return withheld


def hide_imprecise(connection: duckdb.DuckDBPyConnection) -> None:
    """Figures of values with status U go, for every audience; the row and its status stay.

    The engine's own mart keeps them, for tests and comparisons of waves.
    """
    nulls = ", ".join(f"{name} = NULL" for name in IMPRECISE_COLUMNS)
    connection.execute(
        f"UPDATE mart.indicator_value SET {nulls} WHERE obs_status = ?", [TOO_IMPRECISE]
    )


def hq_breakdowns() -> list[str]:
    """Breakdowns that only headquarters sees: columns of the contracts with that sensitivity."""
    return sorted(
        {
            name
            for contract in contracts().values()
            for name, column in contract.columns.items()
            if column.sensitivity == "hq"
        }
    )


def _drop_hq_breakdowns(connection: duckdb.DuckDBPyConnection) -> None:
    for table, column in (("indicator_value", "breakdown"), ("breakdown_grid", "dimension")):
        connection.execute(
            f"DELETE FROM mart.{table} WHERE list_contains(?, {column})", [hq_breakdowns()]
        )


def _restrict_hq(connection: duckdb.DuckDBPyConnection) -> None:
    """No raw values, no unit of a return, no rows of a single file, no protection gaps.

    Gaps rest on counts of single areas and say where nobody patrols: they stay with the mission, as
    do judgements that are not said to be for headquarters.
    """
    connection.execute("DELETE FROM mart.protection_gap")
    connection.execute("DELETE FROM mart.field_judgement WHERE NOT for_headquarters")
    connection.execute("UPDATE mart.return_status SET unit_code = NULL, unit_name = NULL")
    connection.execute("UPDATE mart.contribution SET rows = NULL")
    lines = connection.execute(
        "SELECT rowid, rows, rule, column_name FROM mart.reject_summary ORDER BY rowid"
    ).fetchall()
    for line, rows, rule, column in lines:
        words = {"rows": rows, "rule": rule, "column": column}
        sentences = [
            message("release.reject_without_value", lang, **words) for lang in ("en", "fr")
        ]
        connection.execute(
            """
            UPDATE mart.reject_summary SET raw_value = NULL, sentence_en = ?, sentence_fr = ?
            WHERE rowid = ?
            """,
            [*sentences, line],
        )
