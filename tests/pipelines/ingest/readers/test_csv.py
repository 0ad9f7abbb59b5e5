"""CSV files are read as text, each row with the line on which it begins, and nothing is lost."""

import csv as standard
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.ingest.readers import csv, delimited
from pipelines.ingest.readers.table import SourceTable


def read(folder: Path, text: str, **options: object) -> SourceTable:
    path = folder / "file.csv"
    path.write_bytes(text.encode(str(options.get("encoding", "utf-8"))))
    (table,) = csv.read(path, options)
    return table


def rows(table: SourceTable) -> list[tuple[int, ...]]:
    """(row number, cells…) of each row."""
    columns = [table.row_numbers.to_pylist(), *(c.to_pylist() for c in table.rows.columns)]
    return list(zip(*columns, strict=True))


def test_cells_stay_text(tmp_path: Path) -> None:
    table = read(tmp_path, "code,share,day\n007,1.50,2026-07-01\n")
    assert rows(table) == [(2, "007", "1.50", "2026-07-01")]


@pytest.mark.parametrize("quoted", ["no", '"no"'])
def test_a_header_of_two_rows_goes_on_to_the_right(tmp_path: Path, quoted: str) -> None:
    text = f"Title\nPost,Jan 2026,,Feb 2026,\n,Staffed,Days,Staffed,Days\nP1,{quoted},0,yes,5\n"
    table = read(tmp_path, text, header_row=2, header_rows=2)
    assert table.header == ("Post", "Jan 2026 / Staffed", "Jan 2026 / Days",
                            "Feb 2026 / Staffed", "Feb 2026 / Days")  # fmt: skip
    assert rows(table) == [(4, "P1", "no", "0", "yes", "5")]


@pytest.mark.parametrize("quoted", ["", '"x"'])
def test_blank_lines_and_empty_rows_are_no_rows_but_count_as_lines(
    tmp_path: Path, quoted: str
) -> None:
    table = read(tmp_path, f"a,b\n\n1,{quoted}\n,\n\n2,y\n\n")
    assert rows(table) == [(3, "1", quoted.strip('"') or None), (6, "2", "y")]


@pytest.mark.parametrize("last", ["9,z", '9,"z"'])
def test_wrong_number_of_fields_is_kept_with_its_line(tmp_path: Path, last: str) -> None:
    table = read(tmp_path, f"a,b\n1,x,more\n2,y\n3\n{last}\n")
    assert rows(table) == [(3, "2", "y"), (5, "9", "z")]
    found = [(m.row_number, m.text, m.rule, m.parameters["fields"]) for m in table.malformed]
    assert found == [(2, "1,x,more", "row_shape", 3), (4, "3", "row_shape", 1)]
    assert table.rows_read == 4


@pytest.mark.parametrize("wrong", [(), (1,), (700, 1200, 1201)])
def test_a_large_file_read_by_all_threads_is_read_as_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: tuple[int, ...]
) -> None:
    lines = [f"{number},{number % 7}" for number in range(2000)]
    for number in wrong:
        lines[number] += ",more"
    text = "\n".join(["a,b", *lines, ""])
    by_one = read(tmp_path, text)
    monkeypatch.setattr(delimited, "_BLOCK", 256)
    by_all = read(tmp_path, text)
    assert rows(by_all) == rows(by_one)
    assert by_all.rows.column(0).num_chunks > by_one.rows.column(0).num_chunks
    assert by_all.malformed == by_one.malformed
    assert [one.row_number for one in by_all.malformed] == [number + 2 for number in wrong]


def test_line_breaks_within_quotes_keep_the_first_line(tmp_path: Path) -> None:
    table = read(tmp_path, 'a,b\n1,"x\ny\nz"\n2,w\n')
    assert rows(table) == [(2, "1", "x\ny\nz"), (5, "2", "w")]


def test_quote_within_a_word_is_told_and_not_repaired(tmp_path: Path) -> None:
    table = read(tmp_path, 'a,b\n1,"un"closed\n2,y\n')
    assert rows(table) == [(3, "2", "y")]
    assert [(m.row_number, m.text, m.rule) for m in table.malformed] == [
        (2, '1,"un"closed', "row_quoting")
    ]


def test_unclosed_quote_swallows_no_row_below_it(tmp_path: Path) -> None:
    table = read(tmp_path, 'a,b\n1,"open\n2,y\n3,z\n')
    assert rows(table) == [(3, "2", "y"), (4, "3", "z")]
    assert [m.row_number for m in table.malformed] == [2]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(tmp_path: Path, end: str) -> None:
    assert rows(read(tmp_path, f"a,b{end}1,x{end}2,y{end}")) == [(2, "1", "x"), (3, "2", "y")]


def test_no_line_end_at_the_end(tmp_path: Path) -> None:
    assert rows(read(tmp_path, "a,b\n1,x")) == [(2, "1", "x")]


def test_byte_order_mark_is_no_part_of_the_header(tmp_path: Path) -> None:
    assert read(tmp_path, "\ufeffa,b\n1,x\n").header == ("a", "b")


def test_other_delimiter_and_header_row(tmp_path: Path) -> None:
    table = read(tmp_path, "Rapport;\n;\na;b\n1,5;x\n", delimiter=";", header_row="3")
    assert table.header == ("a", "b")
    assert rows(table) == [(4, "1,5", "x")]


def test_header_names_are_made_usable(tmp_path: Path) -> None:
    table = read(tmp_path, " Name ,Name,,First  name\n1,2,3,4\n")
    assert table.header == ("Name", "Name (2)", "(column 3)", "First name")


def test_one_column(tmp_path: Path) -> None:
    assert rows(read(tmp_path, "a\n1\n\n2\n")) == [(2, "1"), (4, "2")]


CELL = st.text(st.sampled_from("ab,;\"'\n éÿ0\t|"), max_size=6)


@settings(max_examples=150, deadline=None)
@given(
    records=st.lists(st.tuples(CELL, CELL, CELL), max_size=8),
    quoting=st.sampled_from([standard.QUOTE_MINIMAL, standard.QUOTE_ALL]),
)
def test_what_python_writes_is_what_is_read(
    tmp_path_factory: pytest.TempPathFactory, records: list[tuple[str, ...]], quoting: int
) -> None:
    text = io.StringIO(newline="")
    writer = standard.writer(text, quoting=quoting, lineterminator="\n")
    writer.writerows([("a", "b", "c"), *records])
    table = read(tmp_path_factory.mktemp("csv"), text.getvalue())
    expected = [tuple(cell or None for cell in record) for record in records if any(record)]
    assert [tuple(row[1:]) for row in rows(table)] == expected
    assert table.malformed == ()


@pytest.mark.parametrize("quoted", ["", '"x"'])
def test_a_header_that_comes_again_is_set_aside_and_told(tmp_path: Path, quoted: str) -> None:
    text = f"Code, Day \n1,{quoted}\nCode, Day\n2,y\nCode,z\n Code ,Day\n"
    table = read(tmp_path, text)
    assert [row[0] for row in rows(table)] == [2, 4, 5]
    assert [(one.row_number, one.rule) for one in table.remarks] == [
        (3, "header_again"),
        (6, "header_again"),
    ]
