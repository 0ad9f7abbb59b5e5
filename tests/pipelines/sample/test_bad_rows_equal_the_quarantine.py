"""What was planted as wrong is what a real ingest rejects: same file, row and rule, no more."""

from collections import Counter

import duckdb
import pyarrow.parquet as pq

from indicators.definitions.contracts import contracts
from pipelines.sample.files.exports import FILES

from .conftest import SIZES, SmallSample

_WIDE = ("survey_wave3.csv", "survey_wave4.csv", "pulse_2026.csv", "site_survey_w")


def _planted(sample: SmallSample) -> set[tuple[str, ...]]:
    return {
        (row["table"], row["file"], row["sheet"], row["row_number"], row["rule"])
        for row in sample.bad_rows
    }


def _rejected(connection: duckdb.DuckDBPyConnection, tables: set[str]) -> set[tuple[str, ...]]:
    found = set()
    for table in tables:
        rows = connection.execute(
            f"SELECT file, sheet, row_number, rule FROM quarantine.{table}"
        ).fetchall()
        found |= {(table, file, sheet, str(row), rule) for file, sheet, row, rule in rows}
    return found


def test_every_bad_row_is_rejected_under_its_rule_and_no_other_row(
    small_sample: SmallSample, warehouse: duckdb.DuckDBPyConnection
) -> None:
    planted = _planted(small_sample)
    rejected = _rejected(warehouse, set(small_sample.truth.rows))
    # a wide file's row feeds respondents and answers: its answers are orphans of the bad respondent
    followers = {
        entry for entry in rejected if entry[0] == "survey_answers" and entry[1].startswith(_WIDE)
    }
    assert rejected - followers == planted
    bad_places = {entry[1:4] for entry in planted}
    assert {entry[1:4] for entry in followers} <= bad_places


def test_truth_counts_the_same_rows(small_sample: SmallSample) -> None:
    by_rule = {name: dict(count) for name, count in small_sample.truth.bad_rows.items()}
    listed: dict[str, Counter[str]] = {}
    for row in small_sample.bad_rows:
        listed.setdefault(row["file"], Counter())[row["rule"]] += 1
    assert by_rule == {name: dict(count) for name, count in listed.items()}
    kinds = {row["kind"] for row in small_sample.bad_rows}
    assert len(kinds) >= 15
    assert len({row["rule"] for row in small_sample.bad_rows}) >= 15


def test_reports_add_up_and_nothing_is_held(small_sample: SmallSample) -> None:
    rejects = {name: sum(count.values()) for name, count in small_sample.truth.bad_rows.items()}
    for file in small_sample.report.files:
        assert file.status == "loaded"
        assert file.rows_rejected == rejects.get(file.name, 0)
        assert file.rows_read == file.rows_loaded + file.rows_rejected + file.rows_unchanged
    read = sum(f.rows_read for f in small_sample.report.files if f.name.startswith("activities"))
    assert 0.04 < 1 - SIZES["activities"] / read < 0.06


def test_bad_rows_are_planted_in_the_files_of_the_other_tables(small_sample: SmallSample) -> None:
    listed = Counter(row["table"] for row in small_sample.bad_rows)
    for table, file in FILES.items():
        files = 3 if file.day_column else 1  # the share of each is rounded down
        refused = sum(
            sum(f.not_kept.values()) for f in small_sample.report.files if f.source == table
        )
        due = file.bad_share * (small_sample.truth.rows[table] + refused)
        assert due - 1.5 * files <= listed[table] <= due, table
    assert sum(listed[table] > 3 for table in FILES) >= 12


def test_every_table_of_the_contracts_has_rows(
    small_sample: SmallSample, warehouse: duckdb.DuckDBPyConnection
) -> None:
    empty = [
        table
        for table in contracts()
        if not warehouse.execute(f"SELECT count(*) FROM core.{table}").fetchone()[0]
    ]
    assert empty == []
    # what people write comes from the records, not from files that are generated
    written = {"assessments", "recommendations"}
    assert set(small_sample.truth.rows) == set(contracts()) - written


def test_good_rows_are_all_loaded(
    small_sample: SmallSample, warehouse: duckdb.DuckDBPyConnection
) -> None:
    written = "SELECT file_sha256 FROM ops.input_file WHERE starts_with(source, 'records_')"
    loaded = {
        table: warehouse.execute(
            f"SELECT count(*) FROM core.{table} WHERE file_sha256 NOT IN ({written})"
        ).fetchone()[0]
        for table in small_sample.truth.rows
    }
    assert loaded == dict(small_sample.truth.rows)
    assert loaded["activities"] == SIZES["activities"]
    assert loaded["incidents"] == SIZES["incidents"]
    assert loaded["alerts"] == SIZES["alerts"]


def test_warnings_are_those_planted(
    small_sample: SmallSample, warehouse: duckdb.DuckDBPyConnection
) -> None:
    found = warehouse.execute(
        "SELECT file, rule, count(*) FROM ops.row_warning GROUP BY ALL"
    ).fetchall()
    planted = {
        (file, rule, count)
        for file, rules in small_sample.truth.warnings.items()
        for rule, count in rules.items()
        if count
    }
    assert set(found) == planted


def test_an_unknown_area_is_told_the_nearest_known_one(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    rows = warehouse.execute(
        "SELECT DISTINCT raw_value, json_extract_string(parameters, '$.nearest') "
        "FROM quarantine.activities WHERE rule = 'reference' AND raw_value = 'Kesi'"
    ).fetchall()
    assert rows == [("Kesi", "Kessi")]


def test_names_and_telephones_stay_out_of_archive_and_warehouse(
    small_sample: SmallSample, warehouse: duckdb.DuckDBPyConnection
) -> None:
    archive = small_sample.workspace.archive("sample")
    assert len(list(archive.iterdir())) == len(small_sample.report.files)
    for path in archive.glob("*.csv"):
        assert b"+000 555" not in path.read_bytes()
    for path in archive.glob("*.parquet"):
        columns = pq.read_schema(path).names
        assert not {"Name", "Name of respondent", "Telephone", "Duty officer"} & set(columns)
    for schema in ("raw", "core", "quarantine"):
        for (table,) in warehouse.execute(
            "SELECT table_name FROM duckdb_tables() WHERE schema_name = ?", [schema]
        ).fetchall():
            found = warehouse.execute(
                f"SELECT count(*) FROM {schema}.{table} AS t "
                "WHERE CAST(t AS VARCHAR) LIKE '%+000 555%'"
            ).fetchone()
            assert found == (0,), f"{schema}.{table}"
