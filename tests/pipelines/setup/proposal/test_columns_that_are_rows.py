"""Columns side by side that are rows: months, days, groups, several values; what a file tells of
them, and what a person says by hand."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from indicators.foundation.errors import WrongUse
from indicators.foundation.messages import LANGUAGES
from pipelines.setup.proposal.answering.answers import answered
from pipelines.setup.proposal.answering.choices import choices
from pipelines.setup.proposal.answering.shown import proposed
from pipelines.setup.proposal.beside.known_rows import Known
from pipelines.setup.proposal.proposal import Proposal, propose

KNOWN: Known = {
    "areas.area_code": {"torit": "XX01", "ikoto": "XX02"},
    "units.unit_code": {"fpu1": "FPU1", "fpu2": "FPU2"},
}


def workbook(path: Path, rows: Sequence[Sequence[object]], merged: str = "") -> Path:
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(list(row))
    if merged:
        book.worksheets[0].merge_cells(merged)
    book.save(path)
    return path


def unpivot(found: Proposal) -> dict[str, Any]:
    (table,) = found.mapping()["tables"]
    held: dict[str, Any] = table["unpivot"]
    return held


def asked(found: Proposal) -> dict[str, tuple[str, ...]]:
    return {one.name: one.value for one in choices(found, {})}


def test_months_below_the_name_of_what_they_count_are_rows(tmp_path: Path) -> None:
    rows = [["No", "Unité", "Activité", "Quantités prévues", "", ""],
            ["", "", "", "Juil. 26", "Août 26", "Sept. 26"],
            [1, "FPU1", "Patrouille", 4, 5, 6], [2, "FPU2", "Escorte", 1, None, 3]]  # fmt: skip
    found = propose(workbook(tmp_path / "plan de travail.xlsx", rows, "D1:F1"), KNOWN)
    assert found.table == "activity_plan"
    assert list(unpivot(found)["items"]) == ["2026-07-01", "2026-08-01", "2026-09-01"]
    assert asked(found)["row.month.Quantités prévues / Août 26"] == ("2026-08-01",)


RETURNS = [["Unité", "Zone", "Rapport", "avril", "mai"],
           ["FPU1", "Torit", "Incidents", "R", "NR"],
           ["FPU2", "Ikoto", "Alertes", "PA", "R"]]  # fmt: skip
MEANT = {"R": "submitted", "NR": "not_submitted", "PA": "no_access"}


def test_codes_of_months_are_rows_whose_texts_are_asked(tmp_path: Path) -> None:
    path = workbook(tmp_path / "Remise des rapports 2026.xlsx", RETURNS)
    said = {f"code.return_status.{text}": code for text, code in MEANT.items()}
    found = answered(path, KNOWN, said)
    assert found.table == "reporting_returns"
    assert unpivot(found)["value"] == "return_status"
    assert list(unpivot(found)["items"]) == ["2026-04-01", "2026-05-01"]
    assert unpivot(found)["items"]["2026-05-01"]["recode"] == MEANT


@pytest.mark.parametrize("language", LANGUAGES)
def test_codes_of_months_are_said_by_hand_where_no_year_is_told(
    tmp_path: Path, language: str
) -> None:
    path = workbook(tmp_path / "remise.xlsx", RETURNS)
    first = propose(path, KNOWN, table="reporting_returns")
    assert first.wide is None and asked(first)["row.month.avril"] == ()
    said = {"table": "reporting_returns", "rows_value": "return_status",
            "row.month.avril": "04/2026", "row.month.mai": "2026-05-01"}  # fmt: skip
    found = answered(path, KNOWN, said)
    assert list(unpivot(found)["items"]) == ["2026-04-01", "2026-05-01"]
    shown = proposed(found, KNOWN, language, said, "", {})
    (status,) = [one for one in shown.columns if one.column == "return_status"]
    assert status.is_wide and not status.header
    assert {*MEANT} <= {one.text for one in status.codes} and "nil" in status.known_codes


def test_empty_cells_of_months_mean_what_a_person_says(tmp_path: Path) -> None:
    rows = [["Locality", "Jan 2026", "Feb 2026"], ["Torit", "x", "x"], ["Ikoto", "", "x"]]
    path = workbook(tmp_path / "police posts staffed.xlsx", rows)
    said = {"table": "police_posts", "header.entry_code": "Locality", "code.staffed.x": "true"}
    silent = answered(path, KNOWN, said)
    assert "empty" not in unpivot(silent)["items"]["2026-02-01"]
    assert asked(silent)["empty.staffed"] == ()
    found = answered(path, KNOWN, said | {"empty.staffed": "false"})
    assert unpivot(found)["items"]["2026-02-01"]["empty"] == "false"
    assert asked(found)["empty.staffed"] == ("false",)


def test_months_in_numbers_above_codes_are_a_header(tmp_path: Path) -> None:
    path = tmp_path / "compliance.csv"
    path.write_text("Unit,AOR,Report,POC email,07/2026,08/2026\n"
                    "FPU1,Torit,Incidents,a@example.ob,Submitted,Nil return\n"
                    "FPU2,Ikoto,Activities,b@example.ob,No access,OK - submitted\n")  # fmt: skip
    found = propose(path, KNOWN)
    assert found.table == "reporting_returns"
    assert list(unpivot(found)["items"]) == ["2026-07-01", "2026-08-01"]


def test_days_are_rows_and_are_all_written_in_one_way(tmp_path: Path) -> None:
    rows = [["Registered individuals by site and sex"],
            ["Site", "Sex", "04/05/2026", "04/30/2026"],
            ["Torit", "Female", "5 120", "5 102"], ["Ikoto", "Male", "7 808", "7 960"]]  # fmt: skip
    path = workbook(tmp_path / "registration.xlsx", rows)
    found = propose(path, KNOWN)
    assert (found.table, unpivot(found)["item"]) == ("population", ["reference_on"])
    assert list(unpivot(found)["items"]) == ["2026-04-05", "2026-04-30"]
    said = {"rows_value": "persons", "row.reference_on.04/05/2026": "5 April 2026",
            "row.reference_on.04/30/2026": "2026-04-30"}  # fmt: skip
    assert unpivot(answered(path, KNOWN, said)) == unpivot(found)


def test_two_counts_of_the_same_groups_make_a_row_of_each_group(tmp_path: Path) -> None:
    head = ["Month", "County", "Grave violation", "Boys reported", "Girls reported",
            "Boys verified", "Girls verified"]  # fmt: skip
    rows = [["2026-04", "Torit", "Abduction", 2, 5, 1, 2], ["2026-05", "Ikoto", "Abduction", 1, 4,
            0, 3]]  # fmt: skip
    path = workbook(tmp_path / "MRM grave violations.xlsx", [head, *rows])
    found = propose(path, KNOWN)
    boys, girls = found.mapping()["tables"]
    assert found.table == "rights_monitoring"
    assert boys["columns"]["sex"] == {"constant": "M"}
    assert boys["columns"]["age_group"] == {"constant": "Y0T17"}
    assert boys["columns"]["allegations_verified"] == {"from": "Boys verified"}
    assert girls["columns"]["allegations_reported"] == {"from": "Girls reported"}
    given = asked(found)
    assert given["rows_value"] == ("allegations_reported",)
    assert given["row.value.Boys reported"] == ()
    assert given["row.value.Girls verified"] == ("allegations_verified",)
    said = {name: value[0] for name, value in given.items()
            if value and name.startswith("row")}  # fmt: skip
    assert answered(path, KNOWN, said).mapping() == found.mapping()
    other = said | {"row.value.Girls verified": "allegations_referred"}
    assert "allegations_referred" in answered(path, KNOWN, other).mapping()["tables"][1]["columns"]
    left = said | {f"row.{kind}.Girls verified": "" for kind in ("sex", "age_group")}
    assert "Girls verified" in answered(path, KNOWN, left).ignored
    with pytest.raises(WrongUse, match="the same row"):
        answered(path, KNOWN, said | {"row.value.Girls verified": ""})


def test_men_and_women_are_side_by_side_in_the_gender_of_each(tmp_path: Path) -> None:
    words = ("avec date d’arrestation", "en dépassement")
    head = ["No visite", "Date de visite", "Type de lieu"]
    head += [f"{who} / {rest}" for who in ("Hommes détenus", "Femmes détenues") for rest in words]
    rows = [[f"V-{day}", f"2026-04-{day:02d}", "Prison", 30, 9, 5, 1] for day in range(1, 5)]
    path = workbook(tmp_path / "visites de lieux de détention.xlsx", [head, *rows])
    men, women = propose(path, KNOWN, table="custody_visits").mapping()["tables"]
    assert [one["columns"]["sex"] for one in (men, women)] == [{"constant": "M"}, {"constant": "F"}]
    assert women["columns"]["detainees_past_limit"] == {"from": head[-1]}


def test_a_tag_that_says_less_than_others_is_their_sum(tmp_path: Path) -> None:
    head = ["ADM2_PCODE", "F_00_17", "F_60Plus", "M_00_17", "M_60Plus", "F_TL", "M_TL", "T_TL"]
    tags = ["#adm2+code", "#population+f+age_00_17", "#population+f+age_60_plus",
            "#population+m+age_00_17", "#population+m+age_60_plus", "#population+f",
            "#population+m", "#population"]  # fmt: skip
    rows = [["XX01", 10, 2, 11, 1, 12, 12, 24], ["XX02", 20, 3, 21, 4, 23, 25, 48]]
    path = workbook(tmp_path / "x_admpop.xlsx", [head, tags, *rows])
    groups = ("F|Y0T17", "F|Y_GE60", "M|Y0T17", "M|Y_GE60")
    found = unpivot(propose(path, KNOWN, table="population"))
    assert found["items"].keys() == {*groups}


@pytest.mark.parametrize(
    ("more", "kept"),
    [
        (("F 18-59", "M 18-59"), {"F|_U": "F 18-59", "M|_U": "M 18-59"}),
        (("F 18-39", "F 40-59", "M 18-39", "M 40-59"), {}),  # two would be one row
    ],
)
def test_ages_that_are_no_group_of_the_list_keep_the_sum_whole(
    tmp_path: Path, more: tuple[str, ...], kept: dict[str, str]
) -> None:
    head = ["ADM2_PCODE", "F 0-17", "M 0-17", "F 60+", "M 60+", *more]
    rows = [["XX01", 10, 11, 2, 1, *range(20, 20 + len(more))]]
    path = workbook(tmp_path / "population.xlsx", [head, *rows])
    found = unpivot(propose(path, KNOWN, table="population"))["items"]
    known = {"F|Y0T17": "F 0-17", "M|Y0T17": "M 0-17", "F|Y_GE60": "F 60+", "M|Y_GE60": "M 60+"}
    assert {group: entry["from"] for group, entry in found.items()} == known | kept


def test_groups_of_several_counts_have_a_key_each(tmp_path: Path) -> None:
    head = ["Ref", "Date", "County", "Men", "Women", "Men (low)", "Women (low)"]
    path = workbook(tmp_path / "displaced.xlsx", [head, ["D-1", "2026-04-02", "Torit", 9, 8, 7, 6]])
    said = {"table": "displacement_events", "header.displacement_code": "Ref",
            "rows_value": "persons"}  # fmt: skip
    for at, header in enumerate(head[3:]):
        said |= {f"row.sex.{header}": "MF"[at % 2]}
        said |= {f"row.value.{header}": "persons_low"} if at > 1 else {}
    men, women = answered(path, KNOWN, said).mapping()["tables"]
    assert men["columns"]["displacement_code"] == {"template": "{Ref} M"}
    assert women["columns"]["displacement_code"] == {"template": "{Ref} F"}
    assert women["columns"]["persons_low"] == {"from": "Women (low)"}


def test_yes_and_no_of_months_may_be_any_words(tmp_path: Path) -> None:
    rows = [["Code", "Localité", "juillet 26", "août 26"],
            ["P-1", "Torit", "pourvu", "vacant"], ["P-2", "Ikoto", "vacant", None]]  # fmt: skip
    path = workbook(tmp_path / "Postes de police.xlsx", rows)
    said = {"table": "police_posts", "code.staffed.pourvu": "true", "code.staffed.vacant": "false"}
    items = unpivot(answered(path, KNOWN, said))["items"]
    assert items["2026-08-01"]["recode"] == {"pourvu": "true", "vacant": "false"}


def test_a_group_is_a_row_where_any_of_its_counts_stands(tmp_path: Path) -> None:
    head = ["Mois", "Territoire", "Violation", "Tués H", "Tués F", "Blessés H", "Blessés F"]
    rows = [
        ["2026-01", "Torit", "Torture", "", 1, 3, ""],
        ["2026-01", "Ikoto", "Meurtre", 2, "", "", 1],
    ]
    said = {"table": "rights_monitoring", "rows_value": "persons_killed"}
    for header, sex, value in zip(
        head[3:], "MFMF", ["", "", *["persons_injured"] * 2], strict=True
    ):
        said |= {f"row.sex.{header}": sex, f"row.value.{header}": value}
    found = answered(workbook(tmp_path / "ddh.xlsx", [head, *rows]), KNOWN, said)
    men, women = found.mapping()["tables"]
    assert men["where_any"] == ["Tués H", "Blessés H"] and women["where_any"] == [
        "Tués F",
        "Blessés F",
    ]
    assert "where" not in men  # a blank for those killed leaves nobody injured out


def test_days_below_the_kind_of_plan_are_a_row_for_each_kind(tmp_path: Path) -> None:
    quick = "Réaction rapide (QRF)"
    rows = [["Base", "Zone", "Évacuation", "Évacuation", quick, quick],
            ["", "", "Révisé le", "Exercice le", "Révisé le", "Exercice le"],
            ["B1", "Torit", "2026-04-18", "2026-02-23", "2026-05-11", None],
            ["B2", "Ikoto", None, None, "2026-03-11", "2026-06-06"]]  # fmt: skip
    path = tmp_path / "plans.xlsx"
    wide = propose(workbook(path, rows), KNOWN, table="preparedness").wide
    assert wide is not None and wide.item == ("plan_kind",)
    assert wide.groups == {
        "evacuation": {
            "reviewed_on": "Évacuation / Révisé le",
            "exercised_on": "Évacuation / Exercice le",
        },
        "rapid_reaction": {
            "reviewed_on": f"{quick} / Révisé le",
            "exercised_on": f"{quick} / Exercice le",
        },
    }


@pytest.mark.parametrize(
    ("header", "first", "table"),
    [
        ("Réf;Le;Unité;Lieu;Femmes;Hommes;Filles;Garçons", "S-{n};{day};U-1;Kaya;3;4;1;2",
         "activities"),
        ("Session ID;Date;Start;End;District;Women;Men;Girls;Boys",
         "S-{n};{day};09:00;11:30;Kaya;3;4;1;2", "activities"),
        ("Activity code;Women;Men;Girls;Boys", "S-{n};3;4;1;2", "activity_participants"),
    ],
)  # fmt: skip
def test_sessions_whose_participants_stand_side_by_side_are_activities(
    tmp_path: Path, header: str, first: str, table: str
) -> None:
    """Neither a list of participants alone nor detentions, whose hours the counts would be."""
    lines = [header, *(first.format(n=n, day=f"{n + 10}/06/2026") for n in range(3, 12))]
    path = tmp_path / "seances.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    known = {"areas.area_code": {"kaya": "BF1"}, "units.unit_code": {"u-1": "U-1"}}
    assert propose(path, known).table == table
