"""Files as the field writes them: what is proposed, once what the file lacks is said, loads what
pandas reads of the same file."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from indicators.definitions.contracts import contracts
from indicators.definitions.mission_profile import Mission
from pipelines.ingest.mapping.written.written_dates import with_english_months
from pipelines.ingest.mapping.written.written_places import decimal_degrees, part_of_pair
from pipelines.setup.proposal.beside.known_rows import Known
from pipelines.setup.proposal.preview import preview
from pipelines.setup.proposal.proposal import Proposal, propose
from pipelines.setup.proposal.writing import checked
from pipelines.workspace.paths import Workspace
from tests.worlds.mission.own_names import make_workspace

ROWS = 9  # of each file: no more than a preview shows
KNOWN: Known = {"areas.area_code": {"bor": "XX01", "xx01": "XX01", "akobo": "XX02"}}
MONTHS = ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre")
DAYS = [datetime(2026, 1 + at, 13 + at) for at in range(ROWS)]
FRENCH = [f"{day.day} {MONTHS[day.month - 1]} {day.year}" for day in DAYS]
HOURS = [f"{6 + at:02d}h{5 * at:02d}" for at in range(ROWS)]
PERSONS = [1250, 13_400, 2750, 134_567, 1999, 4321, 1100, 12, 5005]
SIGNS = " \u00a0\u202f, \u2009,, "
MIXED = [f"{n:,}".replace(",", sign) for n, sign in zip(PERSONS, SIGNS, strict=True)]
ARABIC = [str(n).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")) for n in PERSONS]
SERIAL = [(day - datetime(1899, 12, 30)).days for day in DAYS]
LATITUDES = [6.25, 6.5, 6.75, 7.0, 7.25, 7.5, 7.75, 8.0, 8.25]
DISPLACED = {"cause": "violence", "estimate_source": "dtm", "origin_area_code": "XX"}
INCIDENT = {
    "incident_type": "other", "against_civilians": "true", "date_precision": "day",
    "location_precision": "admin1", "reported_by": "ngo", "verification": "reported",
    "area_code": "XX",
}  # fmt: skip
PATROL = {
    "activity_type": "patrol", "status": "completed", "unit_code": "U-1", "tier": "II",
    "phase": "prevention", "location_precision": "admin2", "area_code": "XX",
}  # fmt: skip


@dataclass(frozen=True)
class FieldFile:
    """A file: columns under their headers, how it is written, and what each column means.

    `meant`: contract column: what pandas makes of the file.
    """

    table: str
    columns: dict[str, list[str] | list[int]]
    meant: dict[str, Callable[[pd.DataFrame], pd.Series]]
    said: dict[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    delimiter: str = ","
    encoding: str = "utf-8"
    is_workbook: bool = False

    def write(self, folder: Path) -> Path:
        frame = pd.DataFrame(self.columns)
        rows = [list(frame.columns), *([list(self.tags)] if self.tags else [])]
        rows += frame.to_numpy().tolist() + [[line] for line in self.below]
        if self.is_workbook:
            book = openpyxl.Workbook()
            for row in rows:
                book.active.append(row)  # type: ignore[union-attr]
            book.save(folder / "field.xlsx")
            return folder / "field.xlsx"
        text = io.StringIO()
        pd.DataFrame(rows).to_csv(text, sep=self.delimiter, header=False, index=False)
        (folder / "field.csv").write_bytes(text.getvalue().encode(self.encoding))
        return folder / "field.csv"

    def read_by_pandas(self, path: Path) -> pd.DataFrame:
        """The rows of the file as text, below its header and tags."""
        keep = {"header": 0, "dtype": str, "nrows": ROWS + len(self.tags[:1])}
        if self.is_workbook:
            found = pd.read_excel(path, engine="openpyxl", **keep)
        else:
            found = pd.read_csv(path, sep=self.delimiter, encoding=self.encoding, **keep)
        return found.iloc[len(self.tags[:1]) :].reset_index(drop=True)


def column(name: str) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda frame: frame[name]


def whole(name: str) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda frame: frame[name].str.replace(r"\D", "", regex=True).astype(int)


def codes(prefix: str) -> list[str]:
    return [f"{prefix}-{at:03d}" for at in range(ROWS)]


def _french_days(frame: pd.DataFrame) -> pd.Series:
    parts = frame["Date de l'incident"].str.extract(r"(\d+) (\S+) (\d+)")
    numbers = {name: at for at, name in enumerate(MONTHS, start=1)}
    texts = parts[2] + "-" + parts[1].map(numbers).astype(str) + "-" + parts[0]
    return pd.to_datetime(texts).dt.date


def _juba(days: pd.Series, hours: pd.Series, form: str) -> pd.Series:
    local = pd.to_datetime(days + " " + hours, format=form)
    return local.dt.tz_localize("Africa/Juba").dt.tz_convert("UTC").dt.tz_localize(None)


def _serial(name: str) -> Callable[[pd.DataFrame], pd.Series]:
    origin = "1899-12-30"
    return lambda frame: pd.to_datetime(frame[name].astype(int), unit="D", origin=origin).dt.date


FILES = {
    "french_months_cp1252": FieldFile(
        "incidents",
        {"N° incident": codes("I"), "Date de l'incident": FRENCH, "Heure": HOURS},
        {
            "occurred_on": _french_days,
            "occurred_at": lambda f: _juba(
                _french_days(f).astype(str), f["Heure"], "%Y-%m-%d %Hh%M"
            ),
        },
        INCIDENT,
        delimiter=";",
        encoding="cp1252",
    ),
    "mixed_thousands": FieldFile(
        "displacement_events",
        {"Reference No.": codes("D"),
         "Date of displacement": [d.strftime("%d-%b-%Y") for d in DAYS],
         "# of Individuals": MIXED},
        {"persons": whole("# of Individuals"), "displacement_code": column("Reference No.")},
        DISPLACED,
        encoding="utf-16",
        delimiter="\t",
    ),
    "serial_dates_and_footnotes": FieldFile(
        "displacement_events",
        {"ID_Evenement": codes("E"), "Date_Deplacement": SERIAL,
         "Nombre_Individus": PERSONS},
        {"displaced_on": _serial("Date_Deplacement"), "persons": whole("Nombre_Individus")},
        DISPLACED,
        below=("Source : OIM, matrice de suivi des déplacements.", "Diffusion restreinte"),
        is_workbook=True,
    ),
    "hxl_tags": FieldFile(
        "displacement_events",
        {"A": codes("E"), "B": [d.strftime("%Y-%m-%d") for d in DAYS], "C": PERSONS, "D": PERSONS},
        {"displacement_code": column("A"), "displaced_on": lambda f: pd.to_datetime(f["B"]).dt.date,
         "persons": whole("C")},
        DISPLACED,
        tags=("#event+code", "#date+occurred", "#affected+idps+ind", "#affected+hh+idps"),
    ),
    "hxl_workbook": FieldFile(
        "incidents",
        {"A": codes("X"), "B": [d.strftime("%d/%m/%Y") for d in DAYS], "C": list(range(ROWS))},
        {"incident_code": column("A"), "deaths_best": whole("C")},
        INCIDENT,
        tags=("#event+code", "#date+occurred", "#affected+killed"),
        is_workbook=True,
    ),
    "arabic": FieldFile(
        "displacement_events",
        {"الرقم": codes("N"), "تاريخ النزوح": [d.strftime("%d/%m/%Y") for d in DAYS],
         "عدد الأفراد": ARABIC},
        {"persons": lambda f: f["عدد الأفراد"].map(int),
         "displaced_on": lambda f: pd.to_datetime(f["تاريخ النزوح"], format="%d/%m/%Y").dt.date},
        DISPLACED,
    ),
    "two_coordinates_in_one_cell": FieldFile(
        "incidents",
        {"Event No.": codes("S"), "Event Date": [d.strftime("%d-%m-%Y") for d in DAYS],
         "Lat/Long": [f"{lat}, 31.{at}5" for at, lat in enumerate(LATITUDES)]},
        {"latitude": lambda f: f["Lat/Long"].str.split(",").str[0].astype(float),
         "longitude": lambda f: f["Lat/Long"].str.split(",").str[1].astype(float)},
        INCIDENT,
    ),
    "degrees_and_minutes": FieldFile(
        "incidents",
        {"IMSMA ID": codes("M"), "Date of accident": [d.strftime("%Y/%m/%d") for d in DAYS],
         "Lat": [f"{int(lat)}°{int(lat % 1 * 60):02d}'00\"N" for lat in LATITUDES],
         "Lon": [f"{31 + at}°30.0'O" for at in range(ROWS)]},
        {"latitude": lambda f: f["Lat"].str.extract(r"(\d+)°(\d+)").astype(float).dot([1, 1 / 60]),
         "longitude": lambda f: -f["Lon"].str.extract(r"(\d+)°([\d.]+)").astype(float)
                                          .dot([1, 1 / 60])},
        INCIDENT,
        delimiter=";",
    ),
    "idem": FieldFile(
        "incidents",
        {"N°": codes("R"), "Date": [d.strftime("%d/%m/%Y") for d in DAYS],
         "Territoire": ["Bor", "idem", "idem", "Akobo", "idem", "Bor", "idem", "idem", "idem"],
         "Civils tués": list(range(ROWS))},
        {"area_code": lambda f: f["Territoire"].where(f["Territoire"] != "idem").ffill()
                                .map({"Bor": "XX01", "Akobo": "XX02"}),
         "deaths_civilian": whole("Civils tués")},
        {name: value for name, value in INCIDENT.items() if name != "area_code"},
        delimiter="\t",
    ),
    "day_and_hour_apart": FieldFile(
        "activities",
        {"Patrol No.": codes("P"), "Patrol Date": [d.strftime("%d/%m/%Y") for d in DAYS],
         "Start": [hour.replace("h", "") for hour in HOURS]},
        {"started_at": lambda f: _juba(f["Patrol Date"], f["Start"], "%d/%m/%Y %H%M"),
         "activity_code": column("Patrol No.")},
        PATROL,
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Mission]:
    """A mission with three areas and a unit."""
    from pipelines.ingest.inbox import ingest

    workspace, mission = make_workspace(tmp_path_factory.mktemp("field"))
    inbox = workspace.inbox("faulty")
    for name, lines in {
        "areas": ["area_code,parent_area_code,area_level,name_en,name_fr,valid_from",
                  "XX,,country,C,P,2024-01-01", "XX01,XX,admin1,Bor,Bor,2024-01-01",
                  "XX02,XX,admin1,Akobo,Akobo,2024-01-01"],
        "units": ["unit_code,unit_name,component,unit_type,valid_from",
                  "U-1,FPU Ghana,police,FPU,2024-01-01"],
    }.items():  # fmt: skip
        own = list(contracts()[name].columns)
        header, *rows = lines
        lacking = [one for one in own if one not in header.split(",")]
        text = "\n".join(
            [",".join([header, *lacking]), *(row + "," * len(lacking) for row in rows)]
        )
        (inbox / f"{name}.csv").write_text(text + "\n", encoding="utf-8")
    ingest(workspace, mission, settled=0)
    return workspace, mission


def _said(found: Proposal, said: dict[str, str]) -> Proposal:
    for name, value in said.items():
        found = found.with_constant(name, value)
    return found


@pytest.mark.parametrize("name", FILES)
def test_a_field_file_arrives_as_pandas_reads_it(
    world: tuple[Workspace, Mission], name: str, tmp_path: Path
) -> None:
    workspace, mission = world
    file, path = FILES[name], FILES[name].write(tmp_path)
    proposal = propose(path, KNOWN, table=file.table)
    by_column = {one.column: one for one in proposal.columns}
    assert file.meant.keys() <= by_column.keys(), proposal.columns
    profile, warehouse = workspace.profile("faulty"), workspace.warehouse("faulty")
    source = checked(_said(proposal, file.said).mapping())
    shown = preview(path, source, mission, profile, warehouse)
    assert (shown.rows_loaded, shown.rejects) == (ROWS, ())
    expected = file.read_by_pandas(path)
    for column_name, meant in file.meant.items():
        came = pd.Series([row[column_name] for row in shown.rows])
        wanted = meant(expected).reset_index(drop=True)
        if isinstance(wanted.iloc[0], float):
            pd.testing.assert_series_equal(came.astype(float), wanted, check_names=False, atol=1e-5)
        else:
            assert list(came) == list(wanted), column_name


def test_a_day_above_twelve_is_needed_to_be_sure_of_a_date(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Event No.,Event Date\nA-1,03/04/2026\nA-2,05/06/2026\n")
    found = {one.column: one for one in propose(path, {}, table="incidents").columns}
    assert found["occurred_on"].confidence <= 0.9


def test_which_of_two_coordinates_comes_first_stays_asked_where_nothing_says_so(
    tmp_path: Path,
) -> None:
    for header, least in (("Coordinates", False), ("Lon / Lat", True)):
        path = tmp_path / "a.csv"
        path.write_text(f"Event No.;{header}\nA-1;6.25, 31.5\nA-2;7.5, 30.75\n")
        found = {one.column: one for one in propose(path, {}, table="incidents").columns}
        assert (found["latitude"].confidence > 0.8) == least
        assert found["latitude"].entry["part"] == (2 if least else 1)


@pytest.mark.parametrize(
    ("text", "degrees"),
    [("6°12'00\"N", "6.200000"), ("S 6° 30.0'", "-6.500000"), ("6.25", "6.25"),
     ("6°61'N", "6°61'N"), ("6°12'E", "6°12'E"), ("-6°12'S", "-6°12'S"), ("6,5°", "6.500000")],
)  # fmt: skip
def test_degrees_that_can_be_read_in_one_way_only_are_read(text: str, degrees: str) -> None:
    assert decimal_degrees(text, "NS") == degrees


@pytest.mark.parametrize(
    ("text", "parts"),
    [("6,2; 31,5", ("6,2", "31,5")), ("6.21 31.55 420.0 5", ("6.21", "31.55")),
     ("6,2,31,5", (None, None)), ("6°12'N 31°33'E", ("6°12'N", "31°33'E")),
     ("SAGE-0001", (None, None))],
)  # fmt: skip
def test_two_coordinates_are_told_apart(text: str, parts: tuple[str | None, str | None]) -> None:
    assert (part_of_pair(text, 1), part_of_pair(text, 2)) == parts


@pytest.mark.parametrize(
    ("text", "form", "english"),
    [("1er août 2026", "%d %B %Y", "1 August 2026"), ("03-FEVR.-26", "%d-%b-%y", "03-Feb-26"),
     ("5 تشرين الأول 2026", "%d %B %Y", "5 October 2026"),
     ("5 brumaire 2026", "%d %B %Y", "5 brumaire 2026")],
)  # fmt: skip
def test_months_of_other_languages_are_read(text: str, form: str, english: str) -> None:
    assert with_english_months(text, form) == english
