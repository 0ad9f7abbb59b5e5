"""Headers that many tables share: the table is found by the file's name, and nothing is certain."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from indicators.definitions.contracts import contracts
from pipelines.setup.proposal.beside.known_rows import Known
from pipelines.setup.proposal.layout import layouts
from pipelines.setup.proposal.matching.columns import (
    LEAST_LIKENESS,
    column_proposals,
    header_likeness,
)
from pipelines.setup.proposal.matching.texts import Texts
from pipelines.setup.proposal.matching.words import (
    column_names,
    likeness,
    likeness_to_names,
    readings,
)
from pipelines.setup.proposal.proposal import Proposal, propose

REPOSITORY = Path(__file__).parents[4]
KNOWN: Known = {"areas.area_code": {"torit": "XX01", "ikotos": "XX02"}}
INCIDENTS = [
    ["Date", "Place", "Type", "Killed", "Injured"],
    *([date(2026, 3, day), "Torit", "Killing", day % 3, 1] for day in range(1, 9)),
]


def proposed(path: Path, rows: Sequence[Sequence[object]]) -> Proposal:
    book = Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(list(row))
    book.save(path)
    return propose(path, KNOWN)


@pytest.mark.parametrize("above", [[], [["Incidents"]], [["Incidents, mars 2026"], []]])
@pytest.mark.parametrize("below", [[], [[], ["Vehicles"], ["Plate", "Km"], ["UN-1", 1200]]])
def test_an_incident_list_without_its_own_names(
    tmp_path: Path, above: list[list[str]], below: list[list[object]]
) -> None:
    found = proposed(tmp_path / "incidents_mars_2026.xlsx", [*above, *INCIDENTS, *below])
    assert found.table == "incidents"
    named = [one for one in found.columns if one.headers]
    by_column = {one.column: (one.headers[0], one.confidence) for one in named}
    assert {column: header for column, (header, _) in by_column.items()} == {
        "occurred_on": "Date",
        "area_code": "Place",
        "incident_type": "Type",
        "deaths_best": "Killed",
        "injured_civilian": "Injured",
        "incident_code": "Date",  # and Place: together they tell the rows apart
    }
    key = found.mapping()["tables"][0]["columns"]["incident_code"]
    assert key == {"template": "incidents {Date} {Place}"}
    assert all(sure < 0.9 for column, (_, sure) in by_column.items() if column != "area_code")


@pytest.mark.parametrize(
    ("code", "name"), [("p_code", "territoire"), ("رمز المديرية (P-code)", "المديرية")]
)
def test_a_code_is_preferred_to_the_name_beside_it(tmp_path: Path, code: str, name: str) -> None:
    head = ["Date", code, name, "Type", "Killed"]
    places = [("XX01", "Torit"), ("XX02", "Ikotos")]
    rows = [[date(2026, 3, day), *places[day % 2], "Killing", 1] for day in range(1, 9)]
    known: Known = {"areas.area_code": {**KNOWN["areas.area_code"], "xx01": "XX01", "xx02": "XX02"}}
    book = Workbook()
    assert book.active is not None
    for row in [head, *rows]:
        book.active.append(row)
    book.save(path := tmp_path / "incidents_mars_2026.xlsx")
    found = {one.column: one.headers for one in propose(path, known).columns}
    assert found["area_code"] == (code,)


def test_a_word_of_the_name_says_which_of_several_tables(tmp_path: Path) -> None:
    rows = [["id", "date", "place"], *([f"F-{n}", f"0{n}.03.2026", "Torit"] for n in range(1, 7))]
    assert proposed(tmp_path / "feedback.xlsx", rows).table == "community_feedback"


def test_a_key_of_several_columns_tells_all_rows_apart_or_is_left_open(tmp_path: Path) -> None:
    day = date(2026, 3, 1)
    rows = [["Date", "Place", "Type", "Killed"], [day, "Torit", "Killing", 1]]
    found = proposed(tmp_path / "incidents_a.xlsx", [*rows, [day, "Torit", "Killing", 2]])
    key = found.mapping()["tables"][0]["columns"]["incident_code"]["template"]
    assert key.startswith("incidents_a ") and "{Killed}" in key
    twice = proposed(tmp_path / "incidents_b.xlsx", [*rows, rows[1]])
    assert "incident_code" in twice.open_required


def test_the_quick_way_finds_the_likeness_of_each_name_alone() -> None:
    sets = REPOSITORY / "tests" / "worlds" / "field" / "sets"
    paths = sorted(
        path for one in ("benue", "mereb") for path in (sets / one / "files").glob("*.csv")
    )
    headers = {header for path in paths for one in layouts(path) for header in one.table.header}
    assert len(headers) > 100
    columns = [(table, name) for table, one in contracts().items() for name in one.columns]
    for text in sorted({reading for header in headers for reading in readings(header)})[::7]:
        for table, name in columns[::11]:
            names = column_names(table, name)
            each = max((likeness(text, other) for other in names), default=0)
            assert likeness_to_names(text, names) == each, (text, table, name)


def test_a_beginning_is_no_end_where_somebody_goes_out_at_the_end() -> None:
    """`Time out` is when a patrol begins, and when a detained person is released."""
    for header in ("Heure début", "Heure de début", "Start time"):
        assert header_likeness("un_detentions", "started_at", header)[0] > 0.9
        assert header_likeness("un_detentions", "ended_at", header)[0] < 0.7
    assert header_likeness("un_detentions", "ended_at", "Time out")[0] == 1
    assert header_likeness("activities", "started_at", "Time out")[0] == 1


def test_a_header_in_two_scripts_or_cut_words_is_the_name_in_one_of_them() -> None:
    for name, header in (("started_at", "تاريخ الدخول Date in"), ("sex", "الجنس Sex")):
        assert header_likeness("un_detentions", name, header)[0] == 1
    assert header_likeness("un_detentions", "ended_at", "تاريخ الدخول Date in")[0] < 0.9
    assert header_likeness("incidents", "location_precision", "Loc. acc.")[0] >= LEAST_LIKENESS
    assert header_likeness("incidents", "location_precision", "Loc. name")[0] < LEAST_LIKENESS


def test_columns_of_an_export_that_mean_nothing_are_no_names_of_others() -> None:
    incidents = contracts()["incidents"]
    export = [Texts(one, ("1", "2"), False) for one in ("type_of_violence", "best", "date_prec")]
    sides = [
        Texts(one, ("Government of Kelo", "FLK"), False) for one in ("side_b", "source_article")
    ]
    found = {one.column: one.headers for one in column_proposals(incidents, [*export, *sides], {})}
    assert "alleged_actor_type" not in found
    told = Texts("Chief threat", ("LFM raid", "Clan feud"), False)  # in words that nobody knows
    (one,) = column_proposals(contracts()["hot_spots"], [told], {})
    assert (one.column, one.confidence) == ("threat_type", 0.5)
