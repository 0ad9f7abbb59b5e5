"""Outstanding: rejected rows by sender, a reminder to send; broken rules and scores beside."""

from pathlib import Path

import pytest

from dashboards.pages import data_quality, outstanding
from dashboards.pages import outstanding as outstanding_rows
from dashboards.reading.address import Address
from dashboards.reading.context import read_context
from dashboards.serving.app import create_app
from tests.dashboards.rendered import text_of
from tests.worlds.release import COUNTRY, MISSION, OTHER_AREA, mart_rows, write_release


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The release with rejected rows, broken rules and scores."""
    folder = tmp_path_factory.mktemp("outstanding")
    rows = {name: list(found) for name, found in mart_rows().items()}
    unit = next(row["unit_code"] for row in rows["return_status"] if row["unit_code"])
    waiting = {"mission": MISSION, "source": "activities", "file": "a.xlsx"}
    rows["rejected_row"] = [
        {**waiting, "unit_code": unit, "rows": 3, "oldest_on": "2026-08-01"},
        {**waiting, "unit_code": None, "rows": 7, "oldest_on": None},
    ]
    rule = {
        "mission": MISSION, "source": "activities", "kind": "rejected", "first_seen": "2026-07-15",
        "last_seen": "2026-10-15", "title_fr": "Est connu",
    }  # fmt: skip
    rows["violation"] = [
        {**rule, "rule": "a", "title_en": "Is known", "rows": 2, "rows_before": 5, "state": "open",
         "counts": '[["2026-07-15", 5], ["2026-10-15", 2]]'},
        {**rule, "rule": "b", "title_en": "Was odd", "rows": 0, "rows_before": 4,
         "state": "resolved", "counts": '[["2026-07-15", 4]]'},
    ]  # fmt: skip
    owed = {"mission": MISSION, "source": "activities", "month": "2026-08-01", "reason": None}
    came = {
        "returns_due": 10, "returns_received": 5, "returns_dated": 5, "returns_in_time": 5,
        "rows_accepted": 10, "rows_rejected": 0, "rows_flagged": 0, "score": 0.5,
    }  # fmt: skip
    rows["quality_score"] = [{**owed, **came, "area": area} for area in (COUNTRY, OTHER_AREA)]
    write_release(folder, rows=rows)
    return folder


def said(home: Path, path: str, page) -> str:
    address = Address.parse(*path.partition("?")[::2])
    context = read_context(home, "mission", address)
    assert context is not None
    return " ".join(text_of([page.sentence(context), *page.body(context)]).split())


def test_the_page_says_who_has_what_to_correct(home: Path) -> None:
    text = said(home, "/outstanding?lang=en", outstanding)
    assert "10 rejected rows have not been corrected" in text
    assert "No known unit named" in text and "--to-mend" in text
    assert "3 1 Aug 2026 75" in text  # days up to 15 October
    assert "lignes rejetées" in said(home, "/outstanding?lang=fr", outstanding)


def test_the_list_has_each_sender_and_file(home: Path) -> None:
    context = read_context(home, "mission", Address.parse("/outstanding", "lang=en"))
    assert context is not None
    (sheet,) = outstanding_rows.OUTSTANDING.sheets(context)
    assert sorted(row[3] for row in sheet.rows) == [3, 7]


def test_data_quality_tells_broken_rules_and_scores(home: Path) -> None:
    text = said(home, "/data-quality?lang=en&open=all", data_quality)
    assert "Since the release before: 0 new, 1 still open, 1 resolved" in text
    assert "5 → 2" in text and "50%" in text and "Ask for the missing reports (10)" in text


@pytest.mark.parametrize(
    ("status", "quarter", "is_said"),
    [("failed", "2026-Q3", True), ("failed", "2026-Q2", False), ("passed", "2026-Q3", False)],
)
def test_a_quarter_covered_in_part_is_told_before_all_else(
    tmp_path: Path, status: str, quarter: str, is_said: bool
) -> None:
    rows = mart_rows()
    facts = {"check_name": "activities.reaches_quarter_end", "status": status, "expected": quarter}
    check = rows["quality_check"][0] | facts | {"sentence_en": "Covered in part."}
    checks = [*rows["quality_check"], check]
    write_release(tmp_path, rows={**rows, "quality_check": checks})
    text = said(tmp_path, "/data-quality?lang=en&period=2026-Q3", data_quality)
    assert ("Covered in part." in text.partition("Score of each source")[0]) == is_said


def test_headquarters_has_no_such_page(home: Path) -> None:
    client = create_app(home, "hq").server.test_client()
    found = client.get("/screen/outstanding").get_data(as_text=True)
    assert "a.xlsx" not in found and "to-mend" not in found
