"""Headers that name no column by themselves and texts that name no place or unit as they stand:
what their texts, the table or the words beside them tell."""

from pathlib import Path

import duckdb
import openpyxl
import pytest

from pipelines.cli.map_command import _open
from pipelines.setup.proposal.answering.confirm import ask
from pipelines.setup.proposal.beside.known_rows import code_named, known_in
from pipelines.setup.proposal.layout import layouts
from pipelines.setup.proposal.matching.columns import area_of_name
from pipelines.setup.proposal.matching.words import folded
from pipelines.setup.proposal.proposal import propose
from pipelines.workspace.warehouse.ddl import make_tables

AREAS = {"kaya": "BF1", "haut kaya": "BF2", "sebba": "BF3"}
UNITS = {
    "unpol team site kaya": "IPO-K",
    "unpol team site sebba": "IPO-S",
    "civil affair section": "CAS",
    "bangladesh battalion": "BANBATT",
    "senegal battalion": "SENBATT",
}
KNOWN = {"areas.area_code": AREAS, "units.unit_code": UNITS}


def written(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "list.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def proposed(tmp_path: Path, table: str, *lines: str) -> dict[str, str]:
    """Column: the header that it is read from."""
    found = propose(written(tmp_path, *lines), KNOWN, table=table)
    return {one.column: one.headers[0] for one in found.columns if one.headers}


@pytest.mark.parametrize(
    ("text", "known", "code"),
    [
        ("Commissariat de Kaya", AREAS, "BF1"),
        ("TGI Sebba", AREAS, "BF3"),
        ("Dépt de Haut Kaya", AREAS, "BF2"),
        ("Poste de police de Sebba", AREAS, "BF3"),
        ("Kaya and Sebba", AREAS, None),
        ("Commissariat central", AREAS, None),
        ("TS Kaya", UNITS, "IPO-K"),
        ("Civil Affairs", UNITS, "CAS"),
        ("Bataillon bangladais", UNITS, "BANBATT"),
        ("Bataillon", UNITS, None),
        ("UNPOL", UNITS, None),
    ],
)
def test_a_place_or_unit_beside_general_words_is_asked(
    text: str, known: dict[str, str], code: str | None
) -> None:
    one = area_of_name(text, known)
    assert one.code == code
    assert one.confidence < 0.9


def test_short_headers_mean_the_only_column_that_they_can(tmp_path: Path) -> None:
    lines = ["Case;Referred by;Commissariat;Observed;Referred",
             *(f"R{n};TS Kaya;Commissariat de {place};0{n}/03/2026;2{n}/03/2026"
               for n, place in enumerate(("Kaya", "Sebba", "Kaya"), start=1))]  # fmt: skip
    found = proposed(tmp_path, "referrals", *lines)
    assert found["referral_code"] == "Case"
    assert found["unit_code"] == "Referred by"
    assert found["area_code"] == "Commissariat"


def test_from_and_to_and_a_number_sign(tmp_path: Path) -> None:
    lines = ["#;Cercle;Menace;Du;Au",
             *(f"P{n};Kaya;EEI;{12 + n}-06-2026;{15 + n}-07-2026" for n in range(4))]  # fmt: skip
    found = proposed(tmp_path, "hot_spots", *lines)
    assert found["hot_spot_code"] == "#"
    assert (found["valid_from"], found["valid_to"]) == ("Du", "Au")


def test_running_numbers_under_a_number_sign_are_no_key(tmp_path: Path) -> None:
    lines = ["#;Cercle;Menace;Du", *(f"{n};Kaya;EEI;{12 + n}-06-2026" for n in range(1, 5))]
    assert proposed(tmp_path, "hot_spots", *lines).get("hot_spot_code") != "#"


def test_marks_in_two_columns_are_the_sex(tmp_path: Path) -> None:
    lines = ["Matricule;H;F;Thème;Fin", "G1;x;;DH;14/08/2026", "G2;;x;DH;15/08/2026"]
    found = propose(written(tmp_path, *lines), KNOWN, table="training")
    kept = found.mapping()
    assert kept["options"]["marked"] == {"H / F": ["H", "F"]}
    assert kept["tables"][0]["columns"]["sex"] == {"from": "H / F", "recode": {"H": "M"}}
    assert found.layout.table.rows["H / F"].to_pylist() == ["H", "F"]


def test_what_reaches_or_names_a_person_is_proposed_for_nothing(tmp_path: Path) -> None:
    lines = ["Enumerator phone no;Contact;Prénom;Date", "70112233;+223 70 14 68 34;Awa;2026-03-01",
             "70112244;+223 71 20 10 14;Ali;2026-03-02"]  # fmt: skip
    for table in ("survey_respondents", "training", "police_complaints"):
        found = proposed(tmp_path, table, *lines)
        assert {"Enumerator phone no", "Contact", "Prénom"}.isdisjoint(found.values())


def test_an_export_tells_two_columns_more(tmp_path: Path) -> None:
    lines = ["id,type_of_violence,date_start,best", "1,1,2026-07-09,2", "2,3,2026-07-10,4"]
    found = propose(written(tmp_path, *lines), KNOWN, table="incidents")
    told = {one.column: one for one in found.columns if one.headers == ("type_of_violence",)}
    assert told.keys() == {"violence_type", "incident_type", "against_civilians"}
    kinds = {one.text: one.code for one in told["incident_type"].codes}
    assert kinds == {"1": "armed_clash", "3": "killing"}
    assert told["incident_type"].confidence < 0.9


def test_a_header_above_tags_says_what_its_export_means(tmp_path: Path) -> None:
    lines = ["event_id_cnty,event_date,event_type,sub_event_type,actor1,fatalities",
             "#event+code,#date+occurred,#event+type,#event+type+sub,#group+name,#affected+killed",
             "S1,2026-07-09,Violence against civilians,Attack,Military Forces of Sava,1",
             "S2,2026-07-10,Battles,Armed clash,Military Forces of Sava,0",
             "S3,2026-07-11,Violence against civilians,Sexual violence,Military Forces of Sava,0",
             ]  # fmt: skip
    found = propose(written(tmp_path, *lines), KNOWN, table="incidents")
    told = {one.column: one for one in found.columns}
    assert told["incident_type"].headers == ("#event+sub+type",)
    kinds = {one.text: one.code for one in told["incident_type"].codes}
    assert kinds == {"Attack": "other", "Armed clash": "armed_clash",
                     "Sexual violence": "sexual_violence"}  # fmt: skip
    (actor,) = told["alleged_actor_type"].codes
    assert actor.code == "state_military"
    headers = {header for one in told.values() for header in one.headers}
    assert "#event+type" not in headers  # nor another column's, none of whose codes it holds


def test_a_sub_total_may_stand_in_any_column(tmp_path: Path) -> None:
    lines = ["Région;Code;Département;Femmes", "Nord;1;Kaya;12", "Nord;2;Sebba;13",
             "Nord;;Sous-total Nord;25", ";;TOTAL;25"]  # fmt: skip
    [found] = layouts(written(tmp_path, *lines))
    assert found.options["totals"] == ["Sous-total Nord", "TOTAL"]
    assert found.table.rows.num_rows == 2


def test_a_unit_is_known_by_each_name_within_its_own() -> None:
    with duckdb.connect() as connection:
        make_tables(connection)
        connection.execute(
            """INSERT INTO core.units (unit_code, unit_name) VALUES
            ('INF1', 'Bangladesh Battalion (BANBATT)'),
            ('INF2', 'SENBATT – Bataillon sénégalais'), ('FPU1', 'FPU (Rwanda)'),
            ('FPU2', 'FPU (Tunisie)')"""
        )
        units = known_in(connection)["units.unit_code"]
    named = {folded(text): code for text, code in (
        ("BANBATT", "INF1"), ("Bangladesh Battalion", "INF1"), ("SENBATT", "INF2"),
        ("Rwanda", "FPU1"), ("Tunisie", "FPU2"),
    )}  # fmt: skip
    assert named.items() <= units.items()
    assert folded("FPU") not in units  # two have it


def test_texts_that_say_yes_or_no_tell_no_column(tmp_path: Path) -> None:
    rows = ["p1,2026-06-01,oui", "p2,2026-06-02,non", "p3,2026-06-03,ne sait pas"]
    found = proposed(tmp_path, "survey_respondents", "_uuid,today,Signaleriez-vous ?", *rows)
    assert "disability" not in found


def test_a_name_of_a_person_is_no_key_be_it_one_word(tmp_path: Path) -> None:
    rows = ["Amina,u1,2026-06-01,f", "Deng,u2,2026-06-02,m", "Joseph,u3,2026-06-03,m"]
    found = proposed(tmp_path, "survey_respondents", "resp_name,_uuid,today,sex", *rows)
    assert found["respondent_key"] == found["household_key"] == "_uuid"


def test_yes_and_no_are_no_time_that_a_table_may_lack(tmp_path: Path) -> None:
    rows = ["A-1,2026-04-03 10:00,Oui", "A-2,2026-04-04 11:00,Non"]
    found = proposed(tmp_path, "alerts", "Réf. alerte,Reçue le,Confirmée", *rows)
    assert "confirmed_at" not in found and found["received_at"] == "Reçue le"


def test_women_of_a_sum_are_the_women_among_the_personnel(tmp_path: Path) -> None:
    rows = ["P-1,2026-04-03 10:00,Patrol,9,2", "P-2,2026-04-04 11:00,Patrol,7,0"]
    path = written(tmp_path, "Ref,Start,Activity,Strength / Men,Strength / Women", *rows)
    found = {one.column: one for one in propose(path, KNOWN, table="activities").columns}
    assert found["personnel_count"].headers == ("Strength / Men", "Strength / Women")
    assert found["women_personnel_count"].headers == ("Strength / Women",)


def test_a_column_of_formulas_without_a_result_is_proposed_and_told(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Incident no", "Incident date", "Men killed", "Civilians killed"])
    for row in (2, 3):
        book.active.append([f"J-{row}", "2026-04-02", row, f"=C{row}*2"])
    path = tmp_path / "incidents.xlsx"
    book.save(path)
    found = {one.column: one for one in propose(path, KNOWN, table="incidents").columns}
    assert found["deaths_civilian"].headers == ("Civilians killed",)
    assert found["deaths_civilian"].confidence < 0.9


def test_names_of_two_rows_above_tags_are_read_and_a_row_without_a_site_has_none(
    tmp_path: Path,
) -> None:
    rows = [
        "Protection monitoring,,,,,",
        "Incident,District,Site,Status,Killed,",
        ",,,,Women,Men",
        "#event+code,#adm2+name,#loc+site,#status,#affected+f+killed,#affected+m+killed",
        *("M-1,Kaya,Sebba,Verified,0,1", "M-2,Haut Kaya,,Reported,1,0", "M-3,Kaya,,Verified,1,1"),
    ]
    found = proposed(tmp_path, "incidents", *rows)
    assert found["verification"] == "#status"
    columns = propose(written(tmp_path, *rows), KNOWN, table="incidents").columns
    assert {one.column: one.headers for one in columns}["site_code"] == ("#loc+site",)


def test_what_odk_central_writes_beside_a_submission_is_none_of_its_answers(tmp_path: Path) -> None:
    head = ("SubmissionDate,day,left,back,kind,KEY,SubmitterID,SubmitterName,AttachmentsPresent,"
            "AttachmentsExpected,Status,ReviewState,DeviceID,Edits,FormVersion")  # fmt: skip
    lines = [head, *(
        f"2026-04-0{n}T14:09:00.112Z,2026-04-0{n},08:30,10:{n}5,patrol,uuid:{n},12,App,0,0,,"
        f"hasIssues,collect:{n},0,20260301" for n in (1, 2, 3))]  # fmt: skip
    found = proposed(tmp_path, "activities", *lines)
    assert not {"FormVersion", "Status", "AttachmentsPresent", "ReviewState"} & {*found.values()}


def test_when_a_form_was_sent_is_asked_where_nothing_else_tells_the_day(tmp_path: Path) -> None:
    head = "SubmissionDate,today,district,sex,trust,meta-instanceID,Status,FormVersion"
    lines = [head, *(
        f"2026-08-1{n}T15:00:00.112Z,2026-08-0{n},Kaya,f,lot,uuid:{n},,3"
        for n in (1, 2, 3))]  # fmt: skip
    found = proposed(tmp_path, "survey_respondents", *lines)
    assert found["interviewed_on"] == "today" and found["form_version"] == "FormVersion"
    assert not {"SubmissionDate", "Status"} & {*found.values()}
    alone = [line.replace(f",{day}", "", 1) for line in lines for day in [line.split(",")[1]]]
    columns = propose(written(tmp_path, *alone), KNOWN, table="survey_respondents").columns
    sent = [one for one in columns if one.headers == ("SubmissionDate",)]
    assert sent and all(one.confidence == 0.5 and "submitted" in one.reasons for one in sent)


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("BANBATT_Ptl_Log_Q3", "BANBATT"),
        ("Bangladesh Battalion – patrols, July", "BANBATT"),
        ("IPO K report", "IPO-K"),
        ("CAS_dialogues", "CAS"),
        ("registre des cas", ""),  # a word of French
        ("CASE list", ""),
        ("BANBATT and SENBATT", ""),
        ("UNPOL Team Site Kaya, formerly Team Site", "IPO-K"),
        ("NEPBATT2 patrols", "NEPBATT-2"),
        ("patrols of the second NEPBATT", "NEPBATT"),
    ],
)
def test_a_unit_is_named_by_a_title(title: str, code: str) -> None:
    own = {folded(code): code for code in (*UNITS.values(), "NEPBATT", "NEPBATT-2")}
    assert code_named([title, "Sheet1"], UNITS | own) == code


def test_the_unit_of_the_files_name_is_offered_and_taken_by_enter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "BANBATT_patrols_Q3.csv"
    path.write_text("Serial,Date,Task,District\nP-1,2026-07-01,patrol,Kaya\n", encoding="utf-8")
    known = KNOWN | {"units.unit_code": UNITS | {"banbatt": "BANBATT"}}
    found = propose(path, known, table="activities")
    assert "unit_code" in found.open_required  # offered is not said
    told: list[str] = []
    monkeypatch.setattr("builtins.input", lambda asked: told.append(asked) or "")
    said = ask(found, known, "en", sure=0)
    assert said.constants == {"unit_code": "BANBATT"}
    assert "--set unit_code=BANBATT" in _open(found, "unit_code").sentence("en")
    assert [line for line in told if "Enter = BANBATT" in line]
