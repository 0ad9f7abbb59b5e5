"""A mission with personal data planted in every source, and a search of every byte it wrote."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from indicators.definitions.contracts import contracts
from pipelines.workspace.paths import Workspace
from tests.faults.fault_rows import Row, base_rows, write_rows
from tests.worlds.mission.mappings import under_own_names
from tests.worlds.mission.own_names import MISSION, make_workspace
from tests.worlds.mission.profile import write_source

IGNORED = ("Name", "Telephone", "E-mail")
KEY, KEY_OF_OTHER = "withdrawn-4711", "other-4712"


@dataclass
class PlantedMission:
    """The workspace, and the texts that nothing in it may hold by now."""

    workspace: Workspace
    temporary: Path
    forbidden: list[str] = field(default_factory=list)

    def found(self) -> list[tuple[str, str]]:
        """(text, file) of each forbidden text that stands in a file of workspace or temp folder."""
        folders = (self.workspace.home, self.temporary)
        paths = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
        assert len(paths) > 40
        hits = []
        for path in paths:
            contents = list(_contents(path))
            for text in self.forbidden:
                if any(text.encode() in content for content in contents):
                    hits.append((text, path.name))
        return hits


def _contents(path: Path) -> Iterator[bytes]:
    """The bytes of a file, and what they hold where they are packed."""
    content = path.read_bytes()
    yield content
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            yield from (parts.read(name) for name in parts.namelist())
    if path.suffix == ".parquet":
        yield repr(pq.read_table(path).to_pylist()).encode()
        yield repr(pq.read_schema(path).metadata).encode()
    if path.suffix == ".duckdb":
        with duckdb.connect(str(path), read_only=True) as connection:
            tables = connection.execute(
                "SELECT schema_name, table_name FROM duckdb_tables()"
            ).fetchall()
            for schema, table in tables:
                yield repr(connection.execute(f'FROM {schema}."{table}"').fetchall()).encode()


def _refused(good: Row) -> Iterator[Row]:
    for number, change in enumerate(
        ({"consent_given": "false"}, {"protection_risk_assessed": ""}, {"consent_given": "perhaps"})
    ):
        yield good | change | {"referral_code": f"refused-{number}-8831", "sex": "8831-sex"}


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlantedMission]:
    home, temporary = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("temporary")
    text = MISSION.replace("indicators: []", "indicators: [{code: P1-OP-05}, {code: P3-OC-08}]")
    workspace, _ = make_workspace(home, text)
    mission = PlantedMission(workspace, temporary)
    inbox, profile = workspace.inbox("faulty"), workspace.profile("faulty")
    for table, contract in contracts().items():
        if table not in base_rows():
            continue
        row, rows = base_rows()[table].row, []
        secrets = {name: f"{table}-{name}-9917" for name in IGNORED}
        mission.forbidden += secrets.values()
        rows = [row]
        if table == "referrals":
            keys = (KEY, KEY_OF_OTHER)
            rows += [*_refused(row), *(row | {"referral_code": key} for key in keys)]
            mission.forbidden += ["refused-", "8831-sex"]
        if table == "survey_respondents":
            rows[0] = row | {"ethnic_group": "ethnic-5521"}
            mission.forbidden.append("ethnic-5521")
        source = under_own_names(table, contract.columns) | {"ignore": list(IGNORED)}
        path = inbox / f"{table}_1.csv"
        write_rows(path, rows, contract)
        lines = path.read_text().splitlines()
        header, *others = lines
        told = ",".join(secrets.values())
        listed = [f"{header},{','.join(IGNORED)}", *(f"{line},{told}" for line in others)]
        if table == "alerts":  # a record that fits no column may hold a name anywhere
            listed.append(f"{others[0]},{told},malformed-6634")
            mission.forbidden.append("malformed-6634")
        path.write_text("\n".join(listed) + "\n")
        if table == "training":
            source |= {"reader": "xlsx", "files": ["training*.xlsx"]}
            source["options"] = {"sheet": "Courses", "header_row": 2}
            _as_workbook(path, listed, mission)
        write_source(profile, source)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(temporary))
        patch.setenv("POCLENS_SETTLED_SECONDS", "0")
        yield mission


def _as_workbook(path: Path, lines: list[str], mission: PlantedMission) -> None:
    """The lines as a workbook with an author, a title and a sheet of contacts."""
    book = xlsxwriter.Workbook(path.with_suffix(".xlsx"))
    book.set_properties({"author": "author-3391"})
    courses, contacts = book.add_worksheet("Courses"), book.add_worksheet("Contacts")
    courses.write_string(0, 0, "prepared by title-3391")
    for number, line in enumerate(lines, start=1):
        courses.write_row(number, 0, line.split(","))
    contacts.write_string(0, 0, "sheet-3391")
    book.close()
    path.unlink()
    mission.forbidden += ["author-3391", "title-3391", "sheet-3391"]
