"""A profile's lists go out as a workbook and come back checked, comments and all."""

import difflib
import shutil
from pathlib import Path

import openpyxl
import pytest

from indicators.definitions.mission_profile import read_mission
from indicators.foundation.data_folder import data_folder
from indicators.foundation.errors import WrongUse
from pipelines.documents.profile_workbook import read_workbook, write_workbook


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    """The sample's profile."""
    return Path(shutil.copytree(data_folder() / "missions" / "sample", tmp_path / "sample"))


@pytest.fixture
def book(profile: Path, tmp_path: Path) -> Path:
    write_workbook(profile, tmp_path / "plan.xlsx", "fr")
    return tmp_path / "plan.xlsx"


def fill(book: Path, sheet: str, row: str, **cells: object) -> None:
    """Writes cells of the row whose first cell is `row`; a new row where there is none."""
    opened = openpyxl.load_workbook(book)
    page = opened[sheet]
    heads = [cell.value for cell in page[2]]
    names = [page.cell(number, 1).value for number in range(1, page.max_row + 1)]
    number = names.index(row) + 1 if row in names else page.max_row + 1
    for name, value in {heads[0]: row, **cells}.items():
        page.cell(number, heads.index(name.replace("__", ".")) + 1).value = value
    opened.save(book)


def lines_changed(before: str, after: str) -> list[str]:
    found = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in found if line[0] in "+-" and line[:3] not in ("+++", "---")]


@pytest.mark.parametrize("mission", ["sample", "mali", "south_sudan"])
def test_what_comes_back_untouched_changes_nothing(tmp_path: Path, mission: str) -> None:
    profile = Path(shutil.copytree(data_folder() / "missions" / mission, tmp_path / mission))
    for language in ("en", "fr"):
        write_workbook(profile, tmp_path / "plan.xlsx", language)
        assert read_workbook(profile, tmp_path / "plan.xlsx", is_written=True) == []


def test_sheets_are_named_in_the_language_and_told_by_that_name(
    profile: Path, book: Path, tmp_path: Path
) -> None:
    french = ["indicateurs", "résultats", "produits", "liens"]
    assert openpyxl.load_workbook(book).sheetnames == french
    write_workbook(profile, tmp_path / "english.xlsx", "en")
    names = openpyxl.load_workbook(tmp_path / "english.xlsx").sheetnames
    assert names == ["indicators", "outcomes", "outputs", "edges"]
    for path, sheet in ((book, "indicateurs"), (tmp_path / "english.xlsx", "indicators")):
        fill(path, sheet, "P1-OP-10", target__value=88.5)
        assert [one.sheet for one in read_workbook(profile, path, is_written=False)] == [sheet]


def test_a_target_and_a_primary_test_come_back_and_the_rest_stays(
    profile: Path, book: Path
) -> None:
    before = (profile / "mission.yaml").read_text(encoding="utf-8")
    fill(book, "indicateurs", "P1-OP-10", target__value=88.5)
    fill(book, "liens", "patrols_seen", primary__named_on="2026-11-02")
    changes = read_workbook(profile, book, is_written=True)
    assert [(one.sheet, one.entry, one.column) for one in changes] == [
        ("indicateurs", "P1-OP-10", "target.value"),
        ("liens", "patrols_seen", "primary.named_on"),
    ]
    after = (profile / "mission.yaml").read_text(encoding="utf-8")
    target = next(one for one in read_mission(profile).indicators if one.code == "P1-OP-10").target
    assert target is not None and target.value == 88.5
    comments = [line for line in before.splitlines() if line.lstrip().startswith("#")]
    assert all(line in after for line in comments)
    assert any("88.5" in line for line in lines_changed(before, after))


def test_rows_are_added_and_removed(profile: Path, book: Path) -> None:
    opened = openpyxl.load_workbook(book)
    page = opened["indicateurs"]
    page.delete_rows(3)  # P1-OP-01
    opened.save(book)
    before = len(read_mission(profile).indicators)
    fill(book, "liens", "new_edge", **{"from": "P1-OP-02", "to": "P2-OC-05", "lag": 1})
    fill(book, "liens", "new_edge", expected_sign=1, why__en="Heard.", why__fr="Entendus.")
    changes = read_workbook(profile, book, is_written=True)
    assert [(one.entry, one.before, one.after) for one in changes] == [
        ("P1-OP-01", "-", ""),
        ("new_edge", "", "+"),
    ]
    assert len(read_mission(profile).indicators) == before - 1


def test_rows_for_a_file_that_the_profile_lacks_are_refused_and_not_lost(
    profile: Path, book: Path
) -> None:
    (profile / "framework.yaml").unlink()
    fill(book, "indicateurs", "P1-OP-10", target__value=88.5)
    before = (profile / "mission.yaml").read_bytes()
    with pytest.raises(WrongUse) as refused:
        read_workbook(profile, book, is_written=True)
    assert {(one.rule, one.sheet) for one in refused.value.problems} == {
        ("profile_no_file", sheet) for sheet in ("résultats", "produits", "liens")
    }
    assert (profile / "mission.yaml").read_bytes() == before


def test_what_is_wrong_is_named_by_its_cell_and_nothing_is_written(
    profile: Path, book: Path
) -> None:
    before = (profile / "framework.yaml").read_text(encoding="utf-8")
    fill(book, "indicateurs", "P1-OP-10", target__value="many")
    fill(book, "liens", "patrols_seen", lag=-1)
    fill(book, "résultats", "safe_in_area", title__en="Patrols caused safety")
    with pytest.raises(WrongUse) as refused:
        read_workbook(profile, book, is_written=True)
    assert [(one.sheet, one.column) for one in refused.value.problems] == [
        ("indicateurs", "Cible"),
        ("liens", "Décalage en mois"),
        ("résultats", "Titre (anglais)"),
    ]
    assert "many\u00a0» n’est pas un nombre" in refused.value.problems[0].sentence("fr")
    assert all(one.row and one.row > 2 for one in refused.value.problems)
    assert (profile / "framework.yaml").read_text(encoding="utf-8") == before


def test_numbers_days_and_answers_are_read_as_people_write_them(profile: Path, book: Path) -> None:
    fill(book, "indicateurs", "P1-OP-10", target__value="88,5 %", target__on="30/09/2027")
    fill(book, "indicateurs", "P1-OP-10", tolerance="1,5", min_n="1\u202f200")
    fill(book, "liens", "patrols_seen", expected_sign="+1", primary__named_on="02.11.2026")
    fill(book, "résultats", "safe_in_area", is_benchmark="oui")
    found = {one.column: one.after for one in read_workbook(profile, book, is_written=True)}
    assert found["target.value"] == 88.5 and found["target.on"] == "2027-09-30"
    assert (found["tolerance"], found["min_n"]) == (1.5, 1200)
    assert (found["is_benchmark"], found["primary.named_on"]) == ("true", "2026-11-02")


def test_a_percent_cell_means_the_number_before_its_sign(profile: Path, book: Path) -> None:
    fill(book, "indicateurs", "P1-OP-10", target__value=0.145)
    opened = openpyxl.load_workbook(book)
    page = opened["indicateurs"]
    heads = [cell.value for cell in page[2]]
    row = [cell.value for cell in page["A"]].index("P1-OP-10") + 1
    page.cell(row, heads.index("target.value") + 1).number_format = "0.0%"
    opened.save(book)
    (change,) = read_workbook(profile, book, is_written=True)
    assert (change.column, change.after) == ("target.value", 14.5)


def test_a_day_that_may_be_two_is_asked_for_where_the_language_has_two_orders(
    profile: Path, book: Path, tmp_path: Path
) -> None:
    write_workbook(profile, tmp_path / "english.xlsx", "en")
    fill(tmp_path / "english.xlsx", "indicators", "P1-OP-10", target__on="01/04/2027")
    with pytest.raises(WrongUse) as refused:
        read_workbook(profile, tmp_path / "english.xlsx", is_written=True)
    assert [one.column for one in refused.value.problems] == ["Target: day"]
    fill(book, "indicateurs", "P1-OP-10", target__on="01/04/2027")  # French writes the day first
    (change,) = read_workbook(profile, book, is_written=True)
    assert (change.column, change.after) == ("target.on", "2027-04-01")


def test_a_mistake_of_a_link_is_named_on_the_sheet_of_links(profile: Path, book: Path) -> None:
    fill(book, "produits", "patrols", title__en="Patrols", title__fr="Patrouilles")
    fill(book, "produits", "patrols", indicator="P1-OP-02")
    fill(book, "liens", "new_edge", **{"from": "patrols", "to": "P2-OC-05", "expected_sign": 1})
    fill(book, "liens", "new_edge", why__en="Heard.", why__fr="Entendus.")
    with pytest.raises(WrongUse) as refused:
        read_workbook(profile, book, is_written=True)
    (problem,) = refused.value.problems
    assert (problem.sheet, problem.column) == ("liens", "Indicateur du produit")
    assert "edges" not in problem.sentence("fr")


def test_the_reason_why_a_row_does_not_fit_is_told_in_the_language(
    profile: Path, book: Path
) -> None:
    fill(book, "liens", "sessions_feeling_safe", primary__outcome="independent")
    with pytest.raises(WrongUse) as refused:
        read_workbook(profile, book, is_written=True)
    (problem,) = refused.value.problems
    assert "ne va qu’avec `method: case_series`. Corrigez-la" in problem.sentence("fr")


def test_a_row_that_lacks_something_hides_nothing_of_other_rows(profile: Path, book: Path) -> None:
    fill(book, "résultats", "new_outcome", title__en="New", title__fr="Neuf", indicator="P3-OC-2")
    fill(book, "liens", "new_edge", **{"from": "P1-OP-02", "to": "P2-OC-05", "lag": 1})
    fill(book, "produits", "new_output", indicator="P1-OP-03")
    with pytest.raises(WrongUse) as refused:
        read_workbook(profile, book, is_written=True)
    assert [(one.sheet, one.column) for one in refused.value.problems] == [
        ("produits", "Titre (anglais), Titre (français)"),
        ("liens", "Signe attendu (1 ou -1)"),
        ("liens", "Pourquoi (anglais), Pourquoi (français)"),
        ("résultats", "Indicateur"),
    ]


def test_what_only_the_whole_profile_shows_is_named_by_its_row(profile: Path, book: Path) -> None:
    fill(book, "résultats", "safe_in_area", title__en="Patrols caused safety")
    with pytest.raises(WrongUse) as refused:
        read_workbook(profile, book, is_written=True)
    problem = refused.value.problems[0]
    assert (problem.sheet, problem.row, problem.column) == ("résultats", 3, "Titre (anglais)")


def test_a_target_for_each_length_of_period_is_a_line_each(profile: Path, tmp_path: Path) -> None:
    path = profile / "mission.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace(
            "indicators:\n",
            "indicators:\n"
            "  - code: D-OP-01\n"
            "    target:\n"
            "      - {value: 40, on: 2026-12-31, period_type: M}\n"
            "      - {value: 120.5, on: 2026-12-31, period_type: Q}\n",
            1,
        ),
        encoding="utf-8",
    )
    book = tmp_path / "plan.xlsx"
    write_workbook(profile, book, "en")
    assert read_workbook(profile, book, is_written=True) == []
    fill(book, "indicators", "D-OP-01", target__value="40\n130")
    (change,) = read_workbook(profile, book, is_written=True)
    assert (change.column, change.before, change.after) == ("target.value", "40\n120.5", "40\n130")
    chosen = next(one for one in read_mission(profile).indicators if one.code == "D-OP-01")
    assert isinstance(chosen.target, tuple)
    assert [(one.value, one.period_type) for one in chosen.target] == [(40, "M"), (130, "Q")]
    fill(book, "indicators", "D-OP-01", target__value="40\nmany")
    with pytest.raises(WrongUse) as refused:
        read_workbook(profile, book, is_written=True)
    assert [one.column for one in refused.value.problems] == ["Target"]


def test_the_length_of_a_single_targets_period_stays(profile: Path, tmp_path: Path) -> None:
    path = profile / "mission.yaml"
    single = "  - {code: D-OP-01, target: {value: 40, on: 2026-12-31, period_type: M}}\n"
    text = path.read_text(encoding="utf-8").replace("indicators:\n", f"indicators:\n{single}", 1)
    path.write_text(text, encoding="utf-8")
    book = tmp_path / "plan.xlsx"
    write_workbook(profile, book, "en")
    fill(book, "indicators", "D-OP-01", target__value=45)
    read_workbook(profile, book, is_written=True)
    chosen = next(one for one in read_mission(profile).indicators if one.code == "D-OP-01").target
    assert not isinstance(chosen, tuple) and chosen is not None
    assert (chosen.value, chosen.period_type) == (45, "M")
