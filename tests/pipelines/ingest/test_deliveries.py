"""What a second, a corrected, an overlapping and a late delivery do to the warehouse."""

import pytest

from pipelines.workspace.warehouse.connection import open_warehouse
from tests.worlds.mission.delivered import SmallMission
from tests.worlds.mission.mappings import AREAS_CSV, POPULATION

HEADER = "area,day,sex,persons\n"
FIRST = HEADER + "XX01,2024-01-01,F,100\nXX01,2024-01-01,M,90\n"
COUNTS = "SELECT sex, persons FROM core.population ORDER BY sex"
LEDGER = (
    "SELECT name, status, rows_loaded, rows_rejected, rows_unchanged FROM ops.input_file "
    "ORDER BY sequence"
)


def counts(report: object) -> tuple[str, int, int, int, int]:
    """(status, read, loaded, rejected, unchanged); read is the sum of the other three."""
    found = (
        report.status,
        report.rows_read,
        report.rows_loaded,
        report.rows_rejected,
        report.rows_unchanged,
    )
    assert found[1] == sum(found[2:])
    return found


def test_file_is_archived_by_its_hash_and_leaves_the_inbox(small: SmallMission) -> None:
    report = small.deliver("population.csv", FIRST)
    assert counts(report) == ("loaded", 2, 2, 0, 0)
    archived = small.workspace.archive("small") / f"{report.sha256}.csv"
    assert archived.read_text() == FIRST
    assert list(small.workspace.inbox("small").iterdir()) == []


def test_rows_carry_where_they_came_from(small: SmallMission) -> None:
    report = small.deliver("population.csv", FIRST)
    lineage = (
        "SELECT DISTINCT mission, file_sha256, sheet, row_number FROM core.population ORDER BY 4"
    )
    assert small.query(lineage) == [
        ("small", report.sha256, "", 2),
        ("small", report.sha256, "", 3),
    ]


def test_same_file_twice_changes_nothing(small: SmallMission) -> None:
    small.deliver("population.csv", FIRST)
    before = small.query("FROM ops.input_file"), small.query("FROM core.population")
    assert counts(small.deliver("population.csv", FIRST)) == ("unchanged", 2, 0, 0, 2)
    assert counts(small.deliver("population_copy.csv", FIRST)) == ("unchanged", 2, 0, 0, 2)
    assert (small.query("FROM ops.input_file"), small.query("FROM core.population")) == before


def test_same_file_with_rejects_twice_changes_nothing(small: SmallMission) -> None:
    text = FIRST + "XX09,2024-01-01,F,5\n"
    assert counts(small.deliver("population.csv", text)) == ("loaded", 3, 2, 1, 0)
    before = small.query("FROM ops.input_file"), small.query("FROM quarantine.population")
    assert counts(small.deliver("population.csv", text)) == ("unchanged", 3, 0, 0, 3)
    assert (small.query("FROM ops.input_file"), small.query("FROM quarantine.population")) == before


def test_corrected_file_supersedes(small: SmallMission) -> None:
    old = small.deliver("population.csv", FIRST + "XX02,2024-01-01,F,70\n")
    corrected = HEADER + "XX01,2024-01-01,F,101\nXX01,2024-01-01,M,90\n"
    new = small.deliver("population.csv", corrected)
    assert counts(new) == ("loaded", 2, 1, 0, 1)
    assert small.query(
        "SELECT persons, file_sha256, row_number FROM core.population ORDER BY 3"
    ) == [
        (101, new.sha256, 2),
        (90, old.sha256, 3),  # an unchanged row keeps its lineage
    ]
    assert small.query(
        "SELECT status, superseded_by FROM ops.input_file WHERE source = 'population' "
        "ORDER BY sequence"
    ) == [("superseded", new.sha256), ("loaded", None)]
    vintages = "SELECT count(*) FROM raw.population GROUP BY file_sha256 ORDER BY 1"
    assert small.query(vintages) == [(2,), (3,)]


def test_third_vintage_retracts_rows_of_the_first(small: SmallMission) -> None:
    small.deliver("population.csv", FIRST)
    small.deliver("population.csv", FIRST + "XX02,2024-01-01,F,70\n")
    small.deliver("population.csv", HEADER + "XX02,2024-01-01,F,70\n")
    assert small.query("SELECT area_code, persons FROM core.population") == [("XX02", 70)]


def test_superseded_file_dropped_in_again_changes_nothing(small: SmallMission) -> None:
    small.deliver("population.csv", FIRST)
    small.deliver("population.csv", HEADER + "XX01,2024-01-01,F,101\n")
    assert counts(small.deliver("population.csv", FIRST)) == ("unchanged", 2, 0, 0, 2)
    assert small.query(COUNTS) == [("F", 101)]


def test_row_that_a_correction_breaks_is_retracted(small: SmallMission) -> None:
    small.deliver("population.csv", FIRST)
    broken = FIRST.replace("M,90", "M,ninety")
    assert counts(small.deliver("population.csv", broken)) == ("loaded", 2, 0, 1, 1)
    assert small.query(COUNTS) == [("F", 100)]


def test_row_that_another_file_stated_is_unchanged(small: SmallMission) -> None:
    first = small.deliver("population_a.csv", FIRST)
    assert counts(small.deliver("population_b.csv", FIRST + "\n")) == ("loaded", 2, 0, 0, 2)
    assert small.query("SELECT DISTINCT file_sha256 FROM core.population") == [(first.sha256,)]


def test_row_that_two_files_state_stays_when_one_takes_it_back(small: SmallMission) -> None:
    small.deliver("population_a.csv", FIRST)
    second = small.deliver("population_b.csv", FIRST + "\n")
    small.deliver("population_a.csv", HEADER + "XX01,2024-01-01,M,90\n")
    lineage = "SELECT sex, file_sha256 FROM core.population WHERE sex = 'F'"
    assert small.query(lineage) == [("F", second.sha256)]
    small.deliver("population_b.csv", HEADER + "XX01,2024-01-01,M,90\n\n")
    assert small.query(COUNTS) == [("M", 90)]


def test_row_that_a_superseded_file_stated_too_goes(small: SmallMission) -> None:
    small.deliver("population_a.csv", FIRST)
    small.deliver("population_b.csv", FIRST + "\n")
    small.deliver("population_b.csv", HEADER + "XX01,2024-01-01,M,90\n")
    small.deliver("population_a.csv", HEADER + "XX01,2024-01-01,M,90\n\n")
    assert small.query(COUNTS) == [("M", 90)]


def test_other_content_for_a_key_in_another_file_is_held(small: SmallMission) -> None:
    small.deliver("population_a.csv", FIRST)
    new = small.deliver("population_b.csv", HEADER + "XX01,2024-01-01,F,111\n")
    assert counts(new) == ("loaded", 1, 0, 1, 0)
    assert small.query(COUNTS) == [("F", 100), ("M", 90)]


def test_other_content_for_a_key_of_the_same_sender_is_a_recorded_correction(
    small: SmallMission,
) -> None:
    small.add_source(POPULATION | {"sender": "series"})
    old = small.deliver("population.csv", FIRST)
    new = small.deliver("population_late.csv", HEADER + "XX01,2024-01-01,F,111\n")
    assert counts(new) == ("loaded", 1, 1, 0, 0)
    assert small.query(COUNTS) == [("F", 111), ("M", 90)]
    assert small.query(
        "SELECT table_name, old_file_sha256, old_row_number, file_sha256, row_number "
        "FROM ops.row_correction"
    ) == [("population", old.sha256, 2, new.sha256, 2)]


def test_key_twice_in_one_file_keeps_the_first_row(small: SmallMission) -> None:
    text = HEADER + "XX01,2024-01-01,F,100\nXX01,2024-01-01,F,100\nXX01,2024-01-01,F,7\n"
    assert counts(small.deliver("population.csv", text)) == ("loaded", 3, 1, 2, 0)
    assert small.query(COUNTS) == [("F", 100)]
    assert small.query("SELECT row_number, rule FROM quarantine.population ORDER BY 1") == [
        (3, "duplicate_key"),
        (4, "duplicate_key"),
    ]


def test_child_is_judged_again_once_its_parent_has_come(small: SmallMission) -> None:
    child = FIRST + "XX03,2024-01-01,F,5\n"
    assert counts(small.deliver("population.csv", child)) == ("loaded", 3, 2, 1, 0)
    small.deliver("areas.csv", AREAS_CSV + "XX03,XX\n")  # what waited for it comes with it
    assert small.query("SELECT count(*) FROM quarantine.population") == [(0,)]
    assert small.query("SELECT persons FROM core.population WHERE area_code = 'XX03'") == [(5,)]
    assert counts(small.deliver("population.csv", child)) == ("unchanged", 3, 0, 0, 3)
    assert small.query(LEDGER)[1] == ("population.csv", "loaded", 3, 0, 0)


def test_retry_does_not_undo_a_later_correction(small: SmallMission) -> None:
    small.add_source(POPULATION | {"sender": "series"})
    first = FIRST + "XX03,2024-01-01,F,5\n"
    small.deliver("population.csv", first)
    small.deliver("population_late.csv", HEADER + "XX01,2024-01-01,F,111\n")
    small.deliver("areas.csv", AREAS_CSV + "XX03,XX\n")
    came = "SELECT persons FROM core.population WHERE area_code = 'XX03'"
    assert small.query(came) == [(5,)]
    persons = "SELECT persons FROM core.population WHERE area_code = 'XX01' AND sex = 'F'"
    assert small.query(persons) == [(111,)]


def test_retry_judges_only_what_was_rejected(small: SmallMission) -> None:
    text = FIRST + "XX03,2024-01-01,F,5\n"
    small.deliver("population.csv", text)
    (again,) = [
        file
        for file in small.deliver_all("areas.csv", "code,parent\nXX,\nXX01,XX\nXX03,XX\n")
        if file.name == "population.csv"
    ]
    assert counts(again) == ("loaded", 3, 1, 0, 2)
    assert counts(small.deliver("population.csv", text)) == ("unchanged", 3, 0, 0, 3)


def test_file_of_which_no_table_takes_a_row(small: SmallMission) -> None:
    source = POPULATION | {"source": "nothing", "files": ["nothing*.csv"]}
    table = source["tables"][0] | {"where": {"sex": ["X"]}}
    small.add_source(source | {"tables": [table]})
    assert counts(small.deliver("nothing.csv", FIRST)) == ("loaded", 2, 0, 0, 2)
    assert small.query("SELECT rows_ignored FROM ops.input_file WHERE source = 'nothing'") == [(2,)]


def test_file_of_which_no_record_has_the_right_shape(small: SmallMission) -> None:
    text = HEADER + "XX01\nXX01,2024-01-01\n"
    assert counts(small.deliver("population.csv", text)) == ("loaded", 2, 0, 2, 0)
    assert counts(small.deliver("population.csv", text)) == ("unchanged", 2, 0, 0, 2)


def test_what_no_mapping_takes_never_enters_the_warehouse(small: SmallMission) -> None:
    small.add_source(POPULATION | {"ignore": ["name"]})
    named = "area,day,sex,persons,name\nXX01,2024-01-01,F,5,Ann Ngor\nXX01,x,F,5,Ann Ngor\n"
    small.deliver("population.csv", named + "XX01,Ann Ngor\n")
    with open_warehouse(small.workspace.warehouse("small")) as connection:
        tables = connection.execute(
            "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE NOT internal"
        ).fetchall()
        held = {name: str(connection.execute(f"FROM {name}").fetchall()) for (name,) in tables}
    assert "row_shape" in held["quarantine.population"]
    assert [name for name, content in held.items() if "Ngor" in content] == []


def test_children_of_a_retracted_parent_go_to_the_quarantine(small: SmallMission) -> None:
    text = FIRST + "XX02,2024-01-01,F,70\n"
    report = small.deliver("population.csv", text)
    shorter = small.deliver("areas.csv", "code,parent\nXX,\nXX01,XX\n")
    (told,) = (one for one in shorter.remarks if one.rule == "rows_orphaned")
    assert (told.file, told.row, told.value, told.parameters["rows"]) == (
        "population.csv", 4, "XX02", 1,
    )  # fmt: skip
    assert "“Areas”" in told.sentence("en") and "«\u00a0Zones\u00a0»" in told.sentence("fr")
    assert small.query(COUNTS) == [("F", 100), ("M", 90)]
    assert small.query("SELECT file_sha256, row_number, rule FROM quarantine.population") == [
        (report.sha256, 4, "reference")
    ]
    assert small.query(LEDGER)[1] == ("population.csv", "loaded", 2, 1, 0)
    small.deliver("areas.csv", AREAS_CSV + "\n")  # the child comes back with its parent
    assert small.query("SELECT count(*) FROM quarantine.population") == [(0,)]
    assert small.query("SELECT persons FROM core.population WHERE area_code = 'XX02'") == [(70,)]


def test_file_with_too_many_rejects_is_held_back_whole(small: SmallMission) -> None:
    small.settings["reject_limit_pct"] = 40
    small.deliver("population.csv", FIRST)
    bad = HEADER + "XX01,2024-01-01,F,101\nXX01,2024-01-01,M,ninety\n"
    assert counts(small.deliver("population.csv", bad)) == ("held", 2, 0, 2, 0)
    assert small.query(COUNTS) == [("F", 100), ("M", 90)]  # the earlier vintage stays in force
    rules = "SELECT rule, row_number FROM quarantine.population ORDER BY rule"
    assert small.query(rules) == [("too_many_rejects", None), ("type_int", 3)]


def test_files_of_which_nothing_is_loaded_are_known_until_they_are(small: SmallMission) -> None:
    unread = "FROM ops.unread_file ORDER BY ALL"
    small.deliver("population.csv", FIRST)
    assert small.query(unread) == []
    small.deliver("population_b.csv", HEADER + "XX09,2024-01-01,F,5\n")
    assert small.query(unread) == [("population_b.csv", "population")]
    small.deliver("population_b.csv", HEADER + "XX01,2025-01-01,F,5\n")
    assert small.query(unread) == []


def test_columns_that_no_file_in_force_has_are_known(small: SmallMission) -> None:
    recorded = "SELECT column_name FROM ops.recorded_column WHERE table_name = 'population'"
    small.deliver("population.csv", FIRST)
    found = {name for (name,) in small.query(recorded)}
    assert {"area_code", "sex", "persons"} <= found
    assert not found & {"persons_low", "persons_high"}


def test_held_file_comes_in_once_the_limit_allows(small: SmallMission) -> None:
    small.settings["reject_limit_pct"] = 40
    bad = HEADER + "XX01,2024-01-01,F,101\nXX01,2024-01-01,M,ninety\n"
    small.deliver("population.csv", bad)
    assert counts(small.deliver("population.csv", bad)) == ("held", 2, 0, 2, 0)
    small.settings["reject_limit_pct"] = 50
    assert counts(small.deliver("population.csv", bad)) == ("loaded", 2, 1, 1, 0)
    assert small.query("SELECT rule FROM quarantine.population") == [("type_int",)]


def test_header_without_rows_replaces_nothing(small: SmallMission) -> None:
    small.deliver("population.csv", FIRST)
    assert counts(small.deliver("population.csv", HEADER)) == ("empty", 0, 0, 0, 0)
    assert small.query(COUNTS) == [("F", 100), ("M", 90)]


def test_parents_come_before_children_whatever_their_names(small: SmallMission) -> None:
    small.drop("population.csv", HEADER + "XX07,2024-01-01,F,5\n")
    small.drop("areas_more.csv", "code,parent\nXX07,XX\n")
    assert [file.source for file in small.ingest().files] == ["areas", "population"]
    assert small.query(COUNTS) == [("F", 5)]


def test_progress_names_each_file(small: SmallMission) -> None:
    small.drop("population.csv", FIRST)
    seen: list[tuple[int, int, str]] = []
    small.ingest(progress=lambda *step: seen.append(step))
    assert seen == [(0, 1, "population.csv"), (1, 1, "")]


def test_given_files_stay_where_they_are(small: SmallMission) -> None:
    path = small.workspace.home / "population.csv"
    path.write_text(FIRST)
    (report,) = small.ingest(files=[path]).files
    assert counts(report) == ("loaded", 2, 2, 0, 0)
    assert path.read_text() == FIRST


def test_interrupt_leaves_the_file_for_the_next_run(small: SmallMission) -> None:
    small.drop("population_a.csv", FIRST)
    small.drop("population_b.csv", HEADER + "XX02,2024-01-01,F,70\n")

    def interrupt(done: int, total: int, name: str) -> None:
        if done == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        small.ingest(progress=interrupt)
    assert [path.name for path in small.workspace.inbox("small").iterdir()] == ["population_b.csv"]
    assert [file.status for file in small.ingest().files] == ["loaded"]
    assert len(small.query("FROM core.population")) == 3
