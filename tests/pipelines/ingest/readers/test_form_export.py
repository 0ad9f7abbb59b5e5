"""Exports of KoboToolbox and ODK Central: repeats, choices, and what misleads in them."""

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import xlsxwriter

from indicators.foundation.errors import WrongUse
from pipelines.ingest.readers.form_export import READER
from pipelines.ingest.readers.table import SourceTable

Rows = Sequence[Sequence[str]]
MAIN = [["start", "hh/name", "child/name", "_uuid", "_index"],
        ["2026-07-01T08:00:00.000+03:00", "A", "B", "u-1", "1"],
        ["2026-07-02T08:00:00.000+03:00", "C", "D", "u-2", "2"]]  # fmt: skip
MEMBERS = [["hh/age", "_index", "_parent_table_name", "_parent_index"],
           ["31", "1", "Form", "2"], ["7", "2", "Form", "2"], ["40", "3", "Form", "9"]]  # fmt: skip


def read(path: Path, **options: object) -> SourceTable:
    (table,) = READER.read(path, options)
    return table


def write_csv(path: Path, rows: Rows, delimiter: str = ";") -> Path:
    lines = [delimiter.join(f'"{cell}"' for cell in row) for row in rows]
    path.write_text("\ufeff" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def write_xlsx(path: Path, sheets: Mapping[str, Rows]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            page = book.add_worksheet(name)
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)
    return path


def write_zip(path: Path, parts: Mapping[str, Rows | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in parts.items():
            lines = rows if isinstance(rows, bytes) else "\n".join(",".join(row) for row in rows)
            archive.writestr(name, lines)
    return path


def rules(table: SourceTable) -> list[str]:
    return [one.rule for one in table.remarks]


@pytest.mark.parametrize("delimiter", [";", ","])
def test_the_delimiter_is_known_by_the_columns_that_the_system_adds(
    tmp_path: Path, delimiter: str
) -> None:
    table = read(write_csv(tmp_path / "a.csv", MAIN, delimiter))
    assert table.header == ("start", "hh/name", "child/name", "_uuid", "_index")
    assert table.rows["child/name"].to_pylist() == ["B", "D"]


def test_questions_of_one_name_without_their_groups_stay_apart(tmp_path: Path) -> None:
    rows = [["name", "name", "_uuid"], ["A", "B", "u-1"]]
    assert read(write_csv(tmp_path / "a.csv", rows)).header == ("name", "name (2)", "_uuid")


def test_rows_of_a_repeat_have_the_columns_of_their_submission(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", {"Form": MAIN, "members": MEMBERS})
    table = read(path, repeat="members", repeats=["members"])
    told = [(row["hh/age"], row["hh/name"], row["_uuid"]) for row in table.rows.to_pylist()]
    assert told == [("31", "C", "u-2"), ("7", "C", "u-2"), ("40", None, None)]
    assert table.rows["_index"].to_pylist() == ["1", "2", "3"]  # its own, not the submission's
    (lost,) = table.remarks
    assert (lost.rule, lost.row_number, lost.raw_value) == ("repeat_without_parent", 4, "9")
    assert rules(read(path, repeats=["other"])) == ["repeat_absent", "repeat_unknown"]


def test_a_repeat_that_nobody_filled_in_is_told_and_has_no_rows(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", {"Form": MAIN})
    table = read(path, repeat="members")
    assert (table.rows_read, rules(table)) == (0, ["repeat_absent"])


def test_a_zip_of_odk_central_with_a_repeat_in_a_repeat(tmp_path: Path) -> None:
    parts: dict[str, Rows | bytes] = {
        "form.csv": [["SubmissionDate", "today", "place", "KEY"],
                     ["2026-07-05T10:00:00.000Z", "2026-07-01", "Bor", "uuid:1"]],
        "form-house.csv": [["rooms", "PARENT_KEY", "KEY"], ["3", "uuid:1", "uuid:1/house[1]"]],
        "form-person.csv": [["age", "PARENT_KEY", "KEY"],
                            ["31", "uuid:1/house[1]", "uuid:1/house[1]/person[1]"]],
        "media/photo.jpg": b"\xff\xd8",
    }  # fmt: skip
    path = write_zip(tmp_path / "a.zip", parts)
    assert read(path).rows["place"].to_pylist() == ["Bor"]
    (row,) = read(path, repeat="form-person").rows.to_pylist()
    assert (row["age"], row["rooms"], row["place"]) == ("31", "3", "Bor")
    assert row["KEY"] == "uuid:1/house[1]/person[1]"


def test_the_version_stands_in_one_column(tmp_path: Path) -> None:
    rows = [["_version_", "__version__", "_version__001", "_uuid"],
            ["v1", "", "", "u-1"], ["", "", "v3", "u-2"], ["", "v2", "", "u-3"]]  # fmt: skip
    table = read(write_csv(tmp_path / "a.csv", rows))
    assert table.header == ("_uuid", "__version__")
    assert table.rows["__version__"].to_pylist() == ["v1", "v3", "v2"]
    assert table.remarks[0].parameters == {"columns": 3, "versions": 3}


@pytest.mark.parametrize(
    "rows",
    [
        [["water", "_uuid"], ["tap well", "u-1"], ["", "u-2"]],
        [["water/tap", "water/well", "water/rain", "_uuid"],
         ["1", "1", "0", "u-1"], ["", "", "", "u-2"]],
        [["water", "water/tap", "water/well", "_uuid"],
         ["tap well", "True", "True", "u-1"], ["", "", "", "u-2"]],
        # a later version of the form, in which a choice is gone
        [["water/tap", "water/well", "_uuid"], ["1", "1", "u-1"], ["", "", "u-2"]],
    ],
)  # fmt: skip
def test_several_answers_are_one_column_whatever_their_shape(tmp_path: Path, rows: Rows) -> None:
    table = read(write_csv(tmp_path / "a.csv", rows), select_multiple=["water"])
    assert sorted(table.header) == ["_uuid", "water"]
    assert table.rows["water"].to_pylist() == ["tap well", None]
    assert table.remarks == ()


def test_labels_of_choices_are_one_code_each(tmp_path: Path) -> None:
    rows = [["who/Human Rights", "who/Justice", "_uuid"], ["1", "1", "u-1"], ["1", "0", "u-2"]]
    table = read(write_csv(tmp_path / "a.csv", rows), select_multiple=["who"])
    assert table.rows["who"].to_pylist() == ["Human_Rights Justice", "Human_Rights"]


def test_a_column_of_codes_that_its_choices_contradict_is_told(tmp_path: Path) -> None:
    rows = [["water", "water/tap", "water/well", "_uuid"], ["tap", "1", "1", "u-1"]]
    table = read(write_csv(tmp_path / "a.csv", rows), select_multiple="water")
    (told,) = table.remarks
    assert (told.rule, told.row_number, told.raw_value) == ("choices_differ", 2, "tap")
    assert told.parameters == {"codes": "tap well"}


def test_the_day_of_submission_is_none_of_the_interview(tmp_path: Path) -> None:
    rows = [["start", "end", "_uuid", "_submission_time"],
            ["2026-07-01T08:00", "2026-07-01T09:00", "u-1", "2026-07-04T10:00:00"],
            ["2026-07-02T08:00", "2026-07-02T09:00", "u-2", "2026-07-02T10:00:00"]]  # fmt: skip
    (told,) = read(write_csv(tmp_path / "a.csv", rows)).remarks
    assert (told.rule, told.column) == ("submitted_later", "_submission_time")
    assert told.parameters == {"rows": 1, "held": "end"}


def nested(levels: int) -> bytes:
    return b"a,b\n" + b"1,2\n" * levels


@pytest.mark.parametrize(
    ("parts", "options", "rule"),
    [
        ({"../form.csv": MAIN}, {}, "zip_path"),
        ({"C:\\form.csv": MAIN}, {}, "zip_path"),
        ({"form.csv": nested(1_000_000)}, {"largest_mb": "2"}, "workbook_too_large"),
        ({f"{at}.csv": b"" for at in range(1001)}, {}, "zip_many_parts"),
        ({"photo.jpg": b"\xff"}, {}, "zip_without_csv"),
        ({"form.csv": [["a", "b"], ["1", "2"]]}, {}, "not_form_export"),
        ({"form.csv": [["KEY", "b"], ["1", "x\0y"]]}, {}, "nul_bytes"),
        ({"form.csv": MAIN}, {"select_multiple": "watr"}, "no_question"),
        ({"form.csv": MAIN}, {"sheet": "other"}, "missing_sheet"),
    ],
)
def test_what_is_refused(
    tmp_path: Path, parts: dict[str, Rows | bytes], options: dict[str, str], rule: str
) -> None:
    path = write_zip(tmp_path / "a.zip", parts)
    with pytest.raises(WrongUse) as raised:
        read(path, **options)
    (problem,) = raised.value.problems
    assert problem.rule == rule
    assert problem.sentence("fr").startswith("a.zip") and problem.sentence("en")
    assert list(tmp_path.iterdir()) == [path]  # nothing was unpacked
