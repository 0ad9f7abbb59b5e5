"""A file or a mapping that is wrong as a whole: what is said of it, who must act, what stays."""

import zipfile
from io import BytesIO
from pathlib import Path

import msoffcrypto
import pytest
import xlsxwriter
import yaml

from indicators.definitions.mission_profile import Mission
from indicators.foundation.errors import Problem, WrongUse
from indicators.foundation.messages import LANGUAGES
from pipelines.ingest.inbox import FilesRefused, ingest
from pipelines.setup.proposal.layout import layouts
from pipelines.workspace.paths import Workspace
from pipelines.workspace.warehouse.connection import open_warehouse
from tests.worlds.mission.own_names import MISSION, make_workspace

HEADER = (
    "area_code,parent_area_code,area_level,name_en,name_fr,site_kind,valid_from,valid_to,"
    "latitude,longitude"
)
GOOD = f"{HEADER}\nXX,,country,Land,Pays,,2024-01-01,,,\n".encode()
Faulty = tuple[Workspace, Mission]


def use_source(workspace: Workspace, **changes: object) -> None:
    """Changes top-level keys of the mapping of areas."""
    path = workspace.profile("faulty") / "sources" / "areas.yaml"
    entry = yaml.safe_load(path.read_text())
    path.write_text(yaml.safe_dump(entry | changes))


def refused(faulty: Faulty, name: str, content: bytes) -> Problem:
    """The one problem that a file makes; it stays in the inbox and the warehouse stays empty."""
    workspace, mission = faulty
    path = workspace.inbox("faulty") / name
    path.write_bytes(content)
    with pytest.raises(FilesRefused) as raised:
        ingest(workspace, mission)
    assert raised.value.exit_code == WrongUse.exit_code == 2
    assert raised.value.report.files == []
    assert path.read_bytes() == content
    assert list(workspace.archive("faulty").glob("*")) == []
    with open_warehouse(workspace.warehouse("faulty")) as connection:
        for table in ("ops.input_file", "raw.areas", "core.areas", "quarantine.areas"):
            assert connection.execute(f"FROM {table}").fetchall() == []
    (problem,) = raised.value.problems
    assert problem.file == name
    for language in LANGUAGES:
        assert "{" not in problem.sentence(language)
    return problem


def workbook(sheets: dict[str, list[list[object]]]) -> bytes:
    """An XLSX file with these sheets."""
    content = BytesIO()
    with xlsxwriter.Workbook(content) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return content.getvalue()


def areas_workbook(name: str = "Areas") -> bytes:
    """The good rows as a workbook."""
    return workbook({name: [line.split(",") for line in GOOD.decode().splitlines()]})


def test_good_file_is_taken_in(faulty: Faulty) -> None:
    workspace, mission = faulty
    (workspace.inbox("faulty") / "areas.csv").write_bytes(GOOD)
    (report,) = ingest(workspace, mission).files
    assert (report.status, report.rows_loaded) == ("loaded", 1)


def test_unknown_column_names_the_nearest_known(faulty: Faulty) -> None:
    content = GOOD.replace(b",longitude", b",longitude,Name of leader")
    content = content.replace(b"2024-01-01,,,", b"2024-01-01,,,,Ann")
    problem = refused(faulty, "areas.csv", content)
    assert (problem.rule, problem.column) == ("unknown_column", "Name of leader")


def test_missing_column_names_the_nearest_of_the_file(faulty: Faulty) -> None:
    workspace, _ = faulty
    use_source(workspace, ignore=["names_en"])
    problem = refused(faulty, "areas.csv", GOOD.replace(b"name_en", b"names_en"))
    assert (problem.rule, problem.column) == ("missing_column", "name_en")
    assert problem.parameters["nearest"] == "names_en"


def test_column_like_no_other_names_a_few_and_not_all(faulty: Faulty) -> None:
    content = GOOD.replace(b",longitude", b",longitude,QQQ")
    problem = refused(faulty, "areas.csv", content)
    named = problem.parameters["nearest"].removesuffix(" …").split(", ")
    assert problem.rule == "unknown_column" and problem.parameters["nearest"].endswith(" …")
    assert len(named) == 5 and set(named) <= set(GOOD.decode().splitlines()[0].split(","))


def test_file_without_a_mapping(faulty: Faulty) -> None:
    problem = refused(faulty, "holiday_photos.zip", b"PK")
    assert problem.rule == "no_source"
    assert "areas*.csv" in problem.parameters["patterns"]


def test_file_that_two_mappings_take(faulty: Faulty) -> None:
    workspace, _ = faulty
    source = workspace.profile("faulty") / "sources" / "areas.yaml"
    other = source.with_name("areas_again.yaml")
    other.write_text(source.read_text().replace("source: areas", "source: areas_again"))
    assert refused(faulty, "areas.csv", GOOD).parameters == {"sources": "areas, areas_again"}


@pytest.mark.parametrize("content", [b"", b" \n\n", b"\xef\xbb\xbf"])
def test_empty_file(faulty: Faulty, content: bytes) -> None:
    assert refused(faulty, "areas.csv", content).rule == "empty_file"


def test_header_only_is_noted_as_empty(faulty: Faulty) -> None:
    workspace, mission = faulty
    (workspace.inbox("faulty") / "areas.csv").write_text(HEADER + "\n")
    (report,) = ingest(workspace, mission).files
    assert (report.status, report.rows_read) == ("empty", 0)


def test_windows_text_read_as_utf_8_names_byte_and_line(faulty: Faulty) -> None:
    content = GOOD.replace(b"Pays", "l’État".encode("cp1252"))
    problem = refused(faulty, "areas.csv", content)
    assert (problem.rule, problem.row) == ("encoding", 2)
    assert problem.parameters["byte"] == "0x92"
    assert problem.parameters["position"] == content.index(b"\x92") + 1


def test_windows_text_comes_in_under_its_encoding(faulty: Faulty) -> None:
    workspace, mission = faulty
    use_source(workspace, options={"encoding": "cp1252"})
    content = GOOD.replace(b"Pays", "l’État".encode("cp1252"))
    (workspace.inbox("faulty") / "areas.csv").write_bytes(content)
    ingest(workspace, mission)
    with open_warehouse(workspace.warehouse("faulty")) as connection:
        assert connection.execute("SELECT name_fr FROM core.areas").fetchall() == [("l’État",)]


def test_utf_16_is_named(faulty: Faulty) -> None:
    assert refused(faulty, "areas.csv", GOOD.decode().encode("utf-16")).rule == "encoding_utf_16"


def test_nul_bytes_name_their_line(faulty: Faulty) -> None:
    problem = refused(faulty, "areas.csv", GOOD.replace(b"Land", b"La\0nd"))
    assert (problem.rule, problem.row) == ("nul_bytes", 2)


def test_unknown_encoding_in_the_mapping(faulty: Faulty) -> None:
    use_source(faulty[0], options={"encoding": "windows-french"})
    assert refused(faulty, "areas.csv", GOOD).rule == "unknown_encoding"


@pytest.mark.parametrize("name", ["areas.csv", "areas.txt", "areas.xlsx", "areas.zip"])
def test_workbook_that_the_mapping_reads_as_csv(faulty: Faulty, name: str) -> None:
    use_source(faulty[0], files=[name], reader="csv")
    assert refused(faulty, name, areas_workbook()).rule == "not_csv"


@pytest.mark.parametrize(
    ("name", "start", "kind"),
    [
        ("areas.pdf", b"%PDF-1.7\n1 0 obj\n", "PDF"),
        ("areas.csv", b"%PDF-1.7\n1 0 obj\n", "PDF"),
        ("photo.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF", "JPEG"),
        ("areas.xlsb", b"PK\x03\x04\x14\0\0\0", "XLSB"),
        ("report.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "DOC"),
    ],
)
def test_a_kind_of_file_that_is_not_read_is_told_by_its_name(
    faulty: Faulty, name: str, start: bytes, kind: str
) -> None:
    """On the page that proposes a mapping a PDF was a table with one column, `%PDF-1.7`."""
    use_source(faulty[0], files=[name], reader="csv")
    problem = refused(faulty, name, start)
    assert (problem.rule, problem.parameters["kind"]) == ("kind_not_read", kind)
    with pytest.raises(WrongUse) as raised:
        layouts(faulty[0].inbox("faulty") / name)
    assert raised.value.problems == [problem]


def test_workbook_with_a_password(faulty: Faulty) -> None:
    use_source(faulty[0], files=["areas.xlsx"], reader="xlsx")
    plain = msoffcrypto.OfficeFile(BytesIO(areas_workbook()))
    locked = BytesIO()
    plain.encrypt("secret", locked)
    assert refused(faulty, "areas.xlsx", locked.getvalue()).rule == "encrypted"


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_truncated_workbook(faulty: Faulty, share: float) -> None:
    use_source(faulty[0], files=["areas.xlsx"], reader="xlsx")
    whole = areas_workbook()
    assert refused(faulty, "areas.xlsx", whole[: int(len(whole) * share)]).rule == "unreadable"


def test_workbook_with_a_damaged_part(faulty: Faulty) -> None:
    use_source(faulty[0], files=["areas.xlsx"], reader="xlsx")
    damaged = BytesIO()
    with zipfile.ZipFile(BytesIO(areas_workbook())) as old, zipfile.ZipFile(damaged, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, part[: len(part) // 2] if "sheet1" in name else part)
    assert refused(faulty, "areas.xlsx", damaged.getvalue()).rule == "unreadable"


def test_text_named_xlsx(faulty: Faulty) -> None:
    use_source(faulty[0], files=["areas.xlsx"], reader="xlsx")
    assert refused(faulty, "areas.xlsx", GOOD).rule == "text_not_workbook"


def test_missing_sheet_names_the_sheets_there_are(faulty: Faulty) -> None:
    use_source(faulty[0], files=["areas.xlsx"], reader="xlsx", options={"sheet": "Zones"})
    problem = refused(faulty, "areas.xlsx", areas_workbook())
    assert (problem.rule, problem.sheet) == ("missing_sheet", "Zones")
    assert problem.parameters == {"sheets": "'Areas'"}


def test_several_sheets_and_none_named(faulty: Faulty) -> None:
    use_source(faulty[0], files=["areas.xlsx"], reader="xlsx")
    content = workbook({"Notes": [["Read me"]], "Areas": [["area_code"]]})
    problem = refused(faulty, "areas.xlsx", content)
    assert problem.rule == "sheet_not_named"
    assert problem.parameters == {"sheets": "'Notes', 'Areas'"}


def test_given_file_that_does_not_exist(faulty: Faulty) -> None:
    workspace, mission = faulty
    with pytest.raises(WrongUse) as raised:
        ingest(workspace, mission, [Path("nowhere/areas.csv")])
    assert [problem.rule for problem in raised.value.problems] == ["no_file"]


def test_one_refused_file_does_not_stop_the_others(faulty: Faulty) -> None:
    workspace, mission = faulty
    (workspace.inbox("faulty") / "areas.csv").write_bytes(GOOD)
    (workspace.inbox("faulty") / "areas.2.csv").write_bytes(b"")
    with pytest.raises(FilesRefused) as raised:
        ingest(workspace, mission)
    assert [file.name for file in raised.value.report.files] == ["areas.csv"]


def test_half_written_and_hidden_files_are_left_alone(faulty: Faulty) -> None:
    workspace, mission = faulty
    for name in (".areas.csv", "~$areas.xlsx", "areas.csv.part", "areas.tmp"):
        (workspace.inbox("faulty") / name).write_bytes(GOOD)
    assert ingest(workspace, mission).files == []


def test_too_many_rejects_hold_the_file_back(tmp_path: Path) -> None:
    workspace, mission = make_workspace(tmp_path, MISSION.replace("pct: 100", "pct: 20"))
    bad = GOOD + b"XX01,XX,province,A,A,,2024-01-01,,,\n"
    (workspace.inbox("faulty") / "areas.csv").write_bytes(bad)
    (report,) = ingest(workspace, mission).files
    assert (report.status, report.rows_read, report.rows_rejected) == ("held", 2, 2)
    with open_warehouse(workspace.warehouse("faulty")) as connection:
        rules = connection.execute("SELECT rule FROM quarantine.areas ORDER BY 1").fetchall()
    assert rules == [("code",), ("too_many_rejects",)]


MAPPING_FAULTS = {
    "reader": ("mapping_unknown_reader", {"reader": "cvs"}, "csv"),
    "key": ("yaml_unknown_key", {"ignroe": ["Remarks"]}, "ignore"),
    "option": ("mapping_unknown_key", {"options": {"delimeter": ";"}}, "delimiter"),
    "table": (
        "mapping_unknown_table",
        {"tables": [{"table": "activites", "columns": {}}]},
        "activities",
    ),
}


@pytest.mark.parametrize("name", MAPPING_FAULTS)
def test_misspelt_word_in_a_mapping_names_the_nearest(faulty: Faulty, name: str) -> None:
    workspace, mission = faulty
    rule, changes, nearest = MAPPING_FAULTS[name]
    use_source(workspace, **changes)
    with pytest.raises(WrongUse) as raised:
        ingest(workspace, mission)
    (problem,) = raised.value.problems
    assert (problem.rule, problem.file) == (rule, "areas.yaml")
    assert problem.parameters["nearest"] == nearest


COLUMN_FAULTS = {
    "contract column": ("mapping_unknown_column", {"area_kode": {"from": "x"}}, "area_code"),
    "key of a column": ("yaml_unknown_key", {"latitude": {"form": "x"}}, "from"),
    "code": ("mapping_unknown_code", {"area_level": {"constant": "contry"}}, "country"),
    "code in a recode": (
        "mapping_unknown_code",
        {"area_level": {"from": "area_level", "recode": {"1": "admn1"}}},
        "admin1",
    ),
}


@pytest.mark.parametrize("name", COLUMN_FAULTS)
def test_wrong_column_in_a_mapping_names_the_nearest(faulty: Faulty, name: str) -> None:
    workspace, mission = faulty
    rule, change, nearest = COLUMN_FAULTS[name]
    columns = {column: {"from": column} for column in HEADER.split(",")}
    use_source(workspace, tables=[{"table": "areas", "columns": columns | change}])
    with pytest.raises(WrongUse) as raised:
        ingest(workspace, mission)
    found = {problem.rule: problem.parameters.get("nearest") for problem in raised.value.problems}
    assert found[rule] == nearest


@pytest.mark.parametrize(
    "wrong", ["%d.%m", "%H:%M", "%d.%m.%Q", "JJ.MM.AAAA", "%", "%d.%m.%Y %H:%M %H:%M"]
)
def test_date_format_that_says_no_year_and_month(faulty: Faulty, wrong: str) -> None:
    workspace, mission = faulty
    columns: dict[str, object] = {column: {"from": column} for column in HEADER.split(",")}
    columns["valid_to"] = {"from": "valid_to", "formats": ["%m/%Y", wrong]}
    use_source(workspace, tables=[{"table": "areas", "columns": columns}])
    with pytest.raises(WrongUse) as raised:
        ingest(workspace, mission)
    assert [(p.rule, p.value) for p in raised.value.problems] == [("mapping_format", wrong)]


@pytest.mark.parametrize(
    "options", [{"header_row": "0"}, {"header_row": "two"}, {"delimiter": "tab"}, {"quote": ""}]
)
def test_option_that_its_reader_cannot_use(faulty: Faulty, options: dict[str, str]) -> None:
    workspace, mission = faulty
    use_source(workspace, options=options)
    with pytest.raises(WrongUse) as raised:
        ingest(workspace, mission)
    (problem,) = raised.value.problems
    assert problem.rule in ("mapping_option_number", "mapping_option_character")
    assert problem.value == next(iter(options.values()))


def test_time_zone_that_does_not_exist(faulty: Faulty) -> None:
    workspace, mission = faulty
    use_source(workspace, time_zone="Africa/Jubba")
    with pytest.raises(WrongUse) as raised:
        ingest(workspace, mission)
    assert [problem.parameters["key"] for problem in raised.value.problems] == ["time_zone"]


def test_required_column_that_nothing_is_mapped_to(faulty: Faulty) -> None:
    workspace, mission = faulty
    columns = {column: {"from": column} for column in HEADER.split(",") if column != "name_fr"}
    use_source(workspace, tables=[{"table": "areas", "columns": columns}])
    with pytest.raises(WrongUse) as raised:
        ingest(workspace, mission)
    assert [(p.rule, p.parameters) for p in raised.value.problems] == [
        ("mapping_required", {"table": "areas", "name": "name_fr"})
    ]


def test_mapping_that_is_no_yaml(faulty: Faulty) -> None:
    workspace, mission = faulty
    (workspace.profile("faulty") / "sources" / "areas.yaml").write_text("source: [areas\n")
    with pytest.raises(WrongUse) as raised:
        ingest(workspace, mission)
    assert [(p.rule, p.file) for p in raised.value.problems] == [("yaml_unreadable", "areas.yaml")]


def test_all_faults_of_all_mappings_are_told_at_once(faulty: Faulty) -> None:
    workspace, mission = faulty
    use_source(workspace, reader="cvs")
    (workspace.profile("faulty") / "sources" / "units.yaml").write_text("source: units\n")
    with pytest.raises(WrongUse) as raised:
        ingest(workspace, mission)
    assert {problem.file for problem in raised.value.problems} == {"areas.yaml", "units.yaml"}
