"""Places in several columns, parts beside their whole, and two values of one cell, as proposed."""

from datetime import date
from pathlib import Path

import pytest

from indicators.definitions.contracts import contracts
from pipelines.ingest.mapping.written.written_dates import day_of_span
from pipelines.ingest.mapping.written.written_numbers import without_unit
from pipelines.ingest.mapping.written.written_times import with_usual_clock
from pipelines.setup.proposal.answering.answers import answered
from pipelines.setup.proposal.beside.known_rows import Known
from pipelines.setup.proposal.layout import layouts
from pipelines.setup.proposal.matching import notation
from pipelines.setup.proposal.matching.columns import area_of_name, fit_of
from pipelines.setup.proposal.matching.joined_columns import two_of_one_cell
from pipelines.setup.proposal.matching.texts import Texts
from pipelines.setup.proposal.matching.wide import Wide, wide_columns
from pipelines.setup.proposal.proposal import Proposal, propose
from tests.pipelines.setup.proposal.test_mess_of_other_hands import workbook

# Two districts of the north, each with a Market, and Hill, whose district writes no locality.
PLACES = {
    "North": ("nord-kivu", None), "South": ("sud-kivu", None), "N1": ("masisi", "North"),
    "N2": ("beni", "North"), "S1": ("fizi", "South"), "N11": ("sake", "N1"),
    "N21": ("mbau", "N2"), "S11": ("mbau", "S1"),
}  # fmt: skip


def names(of: str | None = None) -> dict[str, str]:
    """Names of one place alone, of all or within one."""
    codes = [code for code in PLACES if of in (None, code, PLACES[code][1])
             or (PLACES[code][1] and PLACES[str(PLACES[code][1])][1] == of)]  # fmt: skip
    found = [PLACES[code][0] for code in codes]
    return {PLACES[code][0]: code for code in codes if found.count(PLACES[code][0]) == 1}


KNOWN: Known = {
    "areas.area_code": names(),
    "units.unit_code": {"fpu1": "FPU1", "fpu2": "FPU2"},
    **{f"within {code}": names(code) for code in PLACES},
}


def by_column(found: Proposal) -> dict[str, tuple[str, ...]]:
    return {one.column: one.headers for one in found.columns}


def patrols(path: Path, places: list[tuple[str | None, ...]]) -> Path:
    head = ["Patrol No", "Patrol date", "Province", "Territoire", "Localité", "Activity"]
    rows = [[f"P{at}", date(2026, 3, at + 1), *place, "Patrol"] for at, place in enumerate(places)]
    return workbook(path, Log=[head, *rows])


def test_a_third_level_is_joined_where_rows_give_the_two_below_it_nothing(tmp_path: Path) -> None:
    places = [("N/Kivu", "Terr. de Masisi", "Sake"), ("N/Kivu", "Territoire de Beni", "Mbau"),
              ("Sud Kivu", "Fizi", "Mbau"), ("S/Kivu", None, None)]  # fmt: skip
    found = propose(patrols(tmp_path / "patrols.xlsx", [*places, *places]), KNOWN)
    (place,) = [one for one in found.columns if one.column == "area_code"]
    assert place.headers == ("Province", "Territoire", "Localité") and place.confidence <= 0.9
    assert {code.text: code.code for code in place.codes} == {
        "N/Kivu Terr. de Masisi Sake": "N11", "N/Kivu Territoire de Beni Mbau": "N21",
        "Sud Kivu Fizi Mbau": "S11", "S/Kivu": "South",
    }  # fmt: skip
    found = propose(patrols(tmp_path / "patrols_2.xlsx", [*places[:3], *places[:3]]), KNOWN)
    assert by_column(found)["area_code"] == ("Territoire", "Localité")


@pytest.mark.parametrize("deepest", [1, 2, 3])
def test_levels_of_a_list_of_areas_count_from_its_deepest(tmp_path: Path, deepest: int) -> None:
    rows, head = [], []
    for level in range(deepest + 1):
        head += [f"ADM{level}_EN", f"ADM{level}_FR", f"ADM{level}_PCODE"]
    for at in range(4):
        codes = ["XX", *(f"XX{at // 2 ** (deepest - n)}" + "1" * n for n in range(1, deepest + 1))]
        rows.append([text for code in codes for text in (f"Mount {code}", f"Mont {code}", code)])
    found = propose(workbook(tmp_path / "x_admbnda.xlsx", Sheet1=[head, *rows]), {}, table="areas")
    assert by_column(found) == {
        "area_code": (f"ADM{deepest}_PCODE",), "parent_area_code": (f"ADM{deepest - 1}_PCODE",),
        "name_en": (f"ADM{deepest}_EN",), "name_fr": (f"ADM{deepest}_FR",),
    }  # fmt: skip


def test_one_letter_is_a_word_cut_short_where_the_rest_of_the_name_is_given() -> None:
    known = {"nord-kivu": "N", "sud-kivu": "S", "north kivu": "N", "bas uele": "B"}
    told = [area_of_name(text, known).code for text in ("N/Kivu", "S. Kivu", "X/Kivu", "B/Kivu")]
    assert told == ["N", "S", None, None]
    assert area_of_name("DET-05", {"det-04": "DET-04"}).code is None


def test_a_name_that_is_no_entry_of_a_register_is_not_sure_to_be_one() -> None:
    known: Known = {"registers.entry_code": {"loc-1": "LOC-1", "loc-2": "LOC-2"}}
    column = contracts()["police_posts"].columns["entry_code"]
    names, codes = (Texts("Localité", texts) for texts in (("Sake", "Mbau"), ("LOC-1", "LOC-2")))
    assert fit_of(column, names, known).share == 0 and fit_of(column, codes, known).share == 1
    assert fit_of(column, names, {"registers.entry_code": {}}).share  # before any is registered


SESSIONS: list[list[object]] = [
    ["Code", "Unit", "Session date", "Locality", "Language", "Men / 18-29", "Women / 18-29"],
    *([f"S{day}", "FPU1", date(2026, 3, day), "Sake", "Lingala", 3, 4] for day in range(1, 9)),
]


def test_both_tables_of_a_file_are_of_one_sheet_and_of_one_key(tmp_path: Path) -> None:
    path = workbook(tmp_path / "s.xlsx", Sessions=SESSIONS, Lists=[["Language"], ["Lingala"]])
    assert propose(path, KNOWN, table="activities").layout.table.sheet == "Sessions"
    found = answered(path, KNOWN, {"table": "activity_participants", "also": "activities"})
    assert found.also and found.also.layout.table.sheet == "Sessions"
    assert isinstance(found.wide, Wide) and list(found.wide.items) == ["M|Y18T29", "F|Y18T29"]
    assert "women_personnel_count" not in by_column(found.also)
    turned = answered(path, KNOWN, {"table": "activities", "also": "activity_participants"})
    assert turned.also and by_column(turned.also)["activity_code"] == ("Code",)


def test_a_total_is_no_part_and_a_nil_may_stand_beside_counts() -> None:
    heads = ["Tués / Hommes", "Tués / Garçons", "Total tués", "Blessés / Filles"]
    columns = [Texts(head, ("0", "2"), False) for head in heads]
    wide = wide_columns(contracts()["incident_victims"], columns)
    assert wide and list(wide.items) == ["M|_U|killed", "M|Y0T17|killed", "F|Y0T17|injured"]


def test_ranks_by_sex_are_rows_of_their_own() -> None:
    ranks = ("Officiers supérieurs", "Officiers subalternes", "Agents et sous-officiers")
    columns = [Texts(f"{rank} / {sex}", ("4", "néant"), False) for rank in ranks for sex in "HF"]
    wide = wide_columns(contracts()["police_census"], columns)
    assert wide and wide.item == ("sex", "rank_group")
    told = ["M|command", "F|command", "M|middle", "F|middle", "M|junior", "F|junior"]
    assert list(wide.items) == told
    assert wide.read["Officiers supérieurs / H"] == {"recode": {"néant": "0"}}
    alone = [Texts(f"Officers / {sex}", ("4", "5"), False) for sex in ("Men", "Women")]
    one = wide_columns(contracts()["police_census"], alone)
    assert one is None or one.item == ("sex",)  # no rank where there is one alone


def test_sexes_below_days_and_kinds_beside_a_column_of_the_sex_are_rows() -> None:
    days = [f"{day} 2026 / {sex}" for day in ("30 avril", "31 mai") for sex in "FH"]
    wide = wide_columns(contracts()["population"], [Texts(one, ("3 110", "12")) for one in days])
    assert wide and wide.item == ("sex", "age_group", "reference_on")
    assert [*wide.items][1:3] == ["M|_U|2026-04-30", "F|_U|2026-05-31"]
    kinds = [Texts(one, ("0", "2"), False) for one in ("K&M", "R&U", "DHA")]
    wide = wide_columns(contracts()["rights_monitoring"], kinds)  # the `M` of `K&M` is no man
    told = wide and wide.without({"sex", "age_group"})
    assert told and told.items == {
        "killing_maiming": "K&M", "child_recruitment": "R&U", "aid_denial": "DHA"
    }  # fmt: skip


def test_a_side_of_zero_in_the_name_of_a_column_is_that_of_its_numbers(tmp_path: Path) -> None:
    head = ["IMSMA ref", "Date", "Device", "Place", "Position S", "Position E", "Killed"]
    rows = [[f"E{at}", date(2026, 1, at), "Mine", "Sake", f"2° {at}0.000'", "29.5", 0]
            for at in (1, 2, 3)]  # fmt: skip
    found = propose(
        workbook(tmp_path / "hazards.xlsx", Log=[head, *rows]), KNOWN, table="incidents"
    )
    (column,) = [one for one in found.columns if one.column == "latitude"]
    assert column.entry == {"template": "{Position S} S"} and "side_of_header" in column.reasons
    (other,) = [one for one in found.columns if one.column == "longitude"]
    assert "template" not in other.entry  # east is as it is written
    written = Texts("Position S", ("-2.5", "-3.5"))
    assert "template" not in fit_of(contracts()["incidents"].columns["latitude"], written, KNOWN,
                                    "latitude").entry  # fmt: skip


def test_a_day_in_the_title_of_each_sheet_is_that_of_its_rows(tmp_path: Path) -> None:
    head = [["Site", "Female", None, "Male", None], [None, "-18", "60+", "-18", "60+"]]
    sheets = {
        f"R{number}": [[f"Camp population, round {number}"], [f"Data as of {day} 2026"], *head,
                       ["Masisi", 4, 1, 5, 2], ["Beni", *["n.d."] * 4], ["Fizi", 3, 1, number, 2]]
        for number, day in ((14, "30 June"), (15, "30 September"))
    }  # fmt: skip
    path = workbook(tmp_path / "camps.xlsx", **sheets)
    found = propose(path, KNOWN)
    assert found.layout.options["labels_above"] == ["Data as of"]
    assert found.layout.table.rows["Data as of"].to_pylist() == [
        *("30 June 2026",) * 3, *("30 September 2026",) * 3
    ]  # fmt: skip
    assert found.table == "population" and by_column(found)["reference_on"] == ("Data as of",)
    assert isinstance(found.wide, Wide) and next(iter(found.wide.items)) == "F|Y0T17"


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("16/02/2026 - 18/02/2026", ("16/02/2026", "18/02/2026")),
        ("du 16 mars 2026 au 18 avril 2026", ("16 mars 2026", "18 avril 2026")),
        ("16-18 mars 2026", ("16 mars 2026", "18 mars 2026")),
        ("16-02-2026", ("16-02-2026", "16-02-2026")),
        ("2026-02-16", ("2026-02-16", "2026-02-16")),
    ],
)
def test_a_span_of_days_has_a_first_and_a_last(text: str, days: tuple[str, str]) -> None:
    assert (day_of_span(text, 1), day_of_span(text, 2)) == days


def test_two_days_of_one_cell_are_start_and_end() -> None:
    texts = Texts("Période", ("16/02/2026 - 18/02/2026", "02/03/2026", "20/03/2026 - 21/03/2026"))
    found = {one.column: one for one in two_of_one_cell(contracts()["training"], texts)}
    assert found["started_on"].entry == {"part": 1, "formats": ["%d/%m/%Y"]}
    assert found["completed_on"].entry == {"part": 2, "formats": ["%d/%m/%Y"]}
    days = Texts("Période", ("16/02/2026", "18/02/2026"))
    assert two_of_one_cell(contracts()["training"], days) == []


def test_what_stands_before_a_number_is_left_out_where_it_is_named() -> None:
    column = contracts()["activity_plan"].columns["plan_version"]
    assert fit_of(column, Texts("Version", ("v1", "v2"), False), {}).entry == {"units": ["v"]}
    assert [without_unit(text, ["v"]) for text in ("v2", "w2", "2")] == ["2", "w2", "2"]


def test_hours_without_minutes_are_hours() -> None:
    texts = ["8h40", "20h45", "20h", "7 h", "12h10", "9h15"]
    assert notation.clock_formats(texts) == ["%H:%M"]
    assert [with_usual_clock(text) for text in texts[2:4]] == ["20:00", "07:00"]
    assert notation.clock_formats(["8h40", "late", "20h"]) == []


def test_days_that_lost_their_format_may_stand_among_written_ones(tmp_path: Path) -> None:
    def serial(path: Path, *days: object, name: str = "Suite le") -> object:
        rows = [[f"C{at}", day] for at, day in enumerate(days)]
        (found,) = layouts(workbook(path, Log=[["Ref", name], *rows]))
        return found.options.get("serial_dates")

    assert serial(tmp_path / "a.xlsx", "46198", "07/07/2026", "en attente") == ["Suite le"]
    assert serial(tmp_path / "b.xlsx", "46198", "close to 7", "07/07/2026") is None
    days = [str(46198 + day) for day in range(8)]
    assert serial(tmp_path / "d.xlsx", *days, "left early", name="End date") == ["End date"]
    assert serial(tmp_path / "e.xlsx", *days[:2], "left early", name="End date") is None
    said = answered(tmp_path / "e.xlsx", {}, {"table": "training", "missing": "left early"})
    assert said.layout.options.get("serial_dates") == ["End date"]
    assert serial(tmp_path / "c.xlsx", "12", "07/07/2026", "08/07/2026") is None
    assert serial(tmp_path / "f.xlsx", *days, name="Lodged by") is None
    told = {"table": "training", "header.completed_on": "Lodged by", "missing": "open"}
    named = answered(tmp_path / "f.xlsx", {}, told)
    assert named.layout.options.get("serial_dates") == ["Lodged by"]


def test_months_in_spanish_and_portuguese_are_days_of_theirs() -> None:
    written = notation.dates(["2-ago-26", "15-set-26", "3-ene-26", "9-dez-26"], with_time=False)
    assert (written.keys, written.share) == ({"formats": ["%d-%b-%y"]}, 1)


def test_a_row_that_sums_names_what_it_sums(tmp_path: Path) -> None:
    rows = [[f"P{day}", date(2026, 3, day), "Sake", "Patrol"] for day in range(1, 9)]
    head, total = ["Patrol No", "Patrol date", "AO", "Activity"], ["Total patrols", None, None, "8"]
    full = ["Total station", date(2026, 3, 9), "Sake", "Patrol"]  # a place where petrol is sold
    log = [head, *rows, full, total, ["S/TOTAL"], ["Total général", date(2026, 3, 9), "9", "8"]]
    (found,) = layouts(workbook(tmp_path / "p.xlsx", Log=log))
    assert found.options["totals"] == ["S/TOTAL", "Total général", "Total patrols"]


def test_no_certificate_is_none_and_none_of_a_list_is_none() -> None:
    certificate = contracts()["un_personnel"].columns["poc_certificate_on"]
    texts = Texts("POC certificate", ("03/16/2026", "No certificate", "No idea", "TBD ?"), False)
    assert fit_of(certificate, texts, {}).entry["recode"] == {"No certificate": None}
    partners = contracts()["activities"].columns["partner_components"]
    entry = fit_of(partners, Texts("Partners", ("aucun", "Human rights"), False), {}).entry
    assert entry["recode"]["aucun"] is None


def test_the_headers_above_tags_speak_and_whose_deaths_they_were_is_not_sure(
    tmp_path: Path,
) -> None:
    rows = [[f"I{day}", f"2026-03-{day:02d}", "Sake", "Murder", day % 3, "Probable"]
            for day in range(1, 9)]  # fmt: skip
    head = ["ID", "Date", "Town", "Category", "Civ. killed", "Confidence"]
    tags = ["#event+code", "#date+occurred", "#loc", "#event+type", "#affected+killed", "#status"]
    found = propose(workbook(tmp_path / "i.xlsx", Log=[head, tags, *rows]), KNOWN)
    assert by_column(found)["verification"] == ("#status",)
    assert by_column(found)["deaths_civilian"] == ("#affected+killed",)
    head[4] = "Total killed"
    plain = propose(workbook(tmp_path / "j.xlsx", Log=[head, *rows]), KNOWN)
    (deaths,) = [one for one in plain.columns if one.column == "deaths_best"]
    assert 0.8 < deaths.confidence < 0.9


def test_a_unit_is_filled_down_where_some_rows_say_idem(tmp_path: Path) -> None:
    units = ["FPU1", "idem", None, "FPU2", None, "idem", "FPU1", None]
    rows = [[f"P{at}", "S30", unit, date(2026, 3, at + 1), "Sake", "Patrol"]
            for at, unit in enumerate(units)]  # fmt: skip
    head = ["Patrol No", "Week", "Unit", "Patrol date", "AO", "Activity"]
    (found,) = layouts(workbook(tmp_path / "p.xlsx", Log=[head, *rows]))
    assert found.options["fill_down"] == ["Unit"]
    assert found.table.rows["Unit"].to_pylist()[2] == "FPU1"
    unsaid = [[*row[:2], None if row[2] == "idem" else row[2], *row[3:]] for row in rows]
    (plain,) = layouts(workbook(tmp_path / "q.xlsx", Log=[head, *unsaid]))
    assert "fill_down" not in plain.options


def test_an_end_is_so_many_nights_later(tmp_path: Path) -> None:
    head = ["Patrol No", "Patrol date", "Time out", "Time in", "AO", "Activity", "Nights out"]
    rows = [[f"P{day}", date(2026, 3, day), "06:00", "15:40", "Sake", "Patrol", day % 3]
            for day in range(1, 9)]  # fmt: skip
    found = propose(workbook(tmp_path / "p.xlsx", Log=[head, *rows]), KNOWN)
    (table,) = found.mapping()["tables"]
    assert table["columns"]["ended_at"]["nights"] == "nights_out"
    (table,) = found.without("nights_out").mapping()["tables"]
    assert "nights" not in table["columns"]["ended_at"]
    rows[1][3] = "04 Mar 1540"  # its own day: the nights are in it
    (table,) = propose(workbook(tmp_path / "q.xlsx", Log=[head, *rows]), KNOWN).mapping()["tables"]
    assert table["columns"]["ended_at"]["from"] == ["Patrol date", "Time in"]
    assert "nights" not in table["columns"]["ended_at"]


def test_who_arrives_before_they_depart_begins_with_the_arrival(tmp_path: Path) -> None:
    def read(path: Path, *times: str) -> dict[str, tuple[str, ...]]:
        rows = [[f"V{day}", date(2026, 3, day), "08:00", "15:40", "Sake", "Patrol"]
                for day in range(1, 9)]  # fmt: skip
        head = ["Activity No", "Date of activity", *times, "AO", "Activity"]
        return by_column(propose(workbook(path, Log=[head, *rows]), KNOWN))

    visit = read(tmp_path / "v.xlsx", "Time of arrival", "Time of departure")
    assert visit["started_at"] == ("Date of activity", "Time of arrival")
    assert visit["ended_at"] == ("Date of activity", "Time of departure")
    patrol = read(tmp_path / "w.xlsx", "Time of departure", "Time of arrival")
    assert patrol["started_at"] == ("Date of activity", "Time of departure")


def test_a_second_row_of_names_may_stand_below_one_column_alone(tmp_path: Path) -> None:
    upper = ["Patrol No", "Start", None, "End", "Strength", None, "AO", "Reason if not done"]
    lower = [None, "Date", "Time", "Time", "Total", "Women", None, None]
    rows = [[f"P{day}", date(2026, 3, day), "06:00", "15:40", 9, 2, "Sake", None]
            for day in range(1, 9)]  # fmt: skip
    (found,) = layouts(workbook(tmp_path / "p.xlsx", Log=[upper, lower, *rows]))
    assert found.table.header[3:5] == ("End / Time", "Strength / Total")
    (plain,) = layouts(workbook(tmp_path / "q.xlsx", Log=[upper, *rows]))
    assert plain.options.get("header_rows") is None


def test_months_whose_days_have_a_date_take_no_month_of_their_sheet(tmp_path: Path) -> None:
    head = ["Unit", "Date et heure de début", "AO", "Activity"]
    rows = [["FPU1", f"2026-03-{day:02d} 08:00", "Sake", "Patrol"] for day in range(1, 9)]
    path = workbook(tmp_path / "p.xlsx", Janvier=[head, *rows], Mars=[head, *rows])
    found = propose(path, KNOWN).layout
    assert "sheet_as" not in found.options and found.table.rows.num_rows == 16


def test_what_the_codebook_of_an_export_means_by_a_code_is_not_sure(tmp_path: Path) -> None:
    head = ["id", "date_start", "adm_1", "type_of_violence", "best", "inter1"]
    rows = [[f"E{day}", date(2026, 3, day), "Sake", 1 + day % 3, 2, "Rebel group"]
            for day in range(1, 9)]  # fmt: skip
    found = propose(workbook(tmp_path / "e.xlsx", Log=[head, *rows]), KNOWN, table="incidents")
    sure = {one.column: one.confidence for one in found.columns}
    assert 0 < sure["violence_type"] < 0.9 and 0 < sure["alleged_actor_type"] < 0.9


def test_what_says_that_nothing_is_known_is_no_wider_place(tmp_path: Path) -> None:
    places = [("n/a", "Masisi", "Sake"), ("Nord Kivu", "Beni", "Mbau"), ("n/a", "Fizi", "Mbau")]
    found = propose(patrols(tmp_path / "patrols.xlsx", [*places, *places]), KNOWN)
    (place,) = [one for one in found.columns if one.column == "area_code"]
    codes = {one.text: one.code for one in place.codes}
    assert {"N11", "N21", "S11"} <= {*codes.values()}


def test_a_count_that_is_not_known_beside_a_code_is_no_wider_place(tmp_path: Path) -> None:
    head = ["P-code", "Évalué le", "Ménages", "PDI"]
    rows = [["N1", date(2026, 4, 1), "1467", 12], ["N2", date(2026, 4, 1), "n/a", None],
            ["S1", date(2026, 4, 1), "2291", 3]]  # fmt: skip
    codes = {code.casefold(): code for code in PLACES}
    known = {**KNOWN, "areas.area_code": {**names(), **codes}}
    found = propose(workbook(tmp_path / "list.xlsx", Log=[head, *rows]), known, table="population")
    assert by_column(found)["area_code"] == ("P-code",)


@pytest.mark.parametrize("start", ["Left", "ETD"])  # a header that is not known, and one that is
def test_an_end_of_the_next_day_counts_from_the_day_of_the_start(
    tmp_path: Path, start: str
) -> None:
    head = ["Patrol No", "Day", start, "Back in camp", "Territoire", "Activity"]
    rows = [["P1", "08/07/2026", "19:00", "00:30 (+1)", "Masisi", "Patrol"],
            ["P2", "19/07/2026", "16:00", "18:10", "Beni", "Patrol"]]  # fmt: skip
    path = workbook(tmp_path / "log.xlsx", Log=[head, *rows])
    answers = {"header.started_at": "Day", "join.started_at": start,
               "header.ended_at": "Day", "join.ended_at": "Back in camp"}  # fmt: skip
    found = answered(path, answers, KNOWN)
    (ended,) = [one for one in found.columns if one.column == "ended_at"]
    assert ended.headers == ("Day", "Back in camp") and ended.entry["after"] == "started_at"
