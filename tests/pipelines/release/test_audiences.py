"""What headquarters may not see is in no file of its folder."""

import zipfile

import duckdb
import pytest

from tests.pipelines.small_mission import PATROLS

HIDDEN = (
    *("Camp Secret", "FPU-HIDDEN", "Unit Hidden", "Patrouille-Brute", "Risk-Hidden"),
    "Judgement-Hidden",
)


@pytest.fixture
def release(read_only):
    return read_only[1]


def rows(release, audience: str, query: str) -> list[tuple]:
    path = str(release.path / audience / "poclens.duckdb")
    with duckdb.connect(path, read_only=True) as connection:
        return connection.execute(query).fetchall()


@pytest.mark.parametrize("word", HIDDEN)
def test_no_byte_of_the_hq_folder_holds_what_stays_with_the_mission(release, word) -> None:
    assert holds(release.path / "mission", word)
    assert not holds(release.path / "hq", word)


def test_a_judgement_that_is_for_headquarters_is_there(release) -> None:
    assert holds(release.path / "hq", "Judgement-Shown")


def holds(folder, word: str) -> bool:
    """Whether a file below holds the word, looked for in its rows and, for the rest, its bytes."""
    for path in folder.rglob("*"):
        if path.suffix == ".parquet":
            found = duckdb.execute("SELECT * FROM read_parquet(?)", [str(path)]).fetchall()
            if word in str(found):
                return True
        elif path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as book:
                if any(word.encode() in book.read(name) for name in book.namelist()):
                    return True
        elif path.is_file() and word.encode() in path.read_bytes():
            return True
    return False


def test_answers_of_fewer_than_25_people_are_suppressed_for_everybody(release) -> None:
    for audience in ("mission", "hq"):
        query = "SELECT area, sampled, answered FROM mart.survey_response ORDER BY area"
        shown = [("BK", 412, 307), ("BK-1", 400, 300), ("BK-3", None, None)]
        assert rows(release, audience, query) == shown
        results = (
            "SELECT complete, partial, refusal, no_contact, ineligible FROM mart.survey_result"
        )
        assert rows(release, audience, results) == [(300, 7, 60, 45, 7)]


def test_few_activities_are_exact_for_everybody(release) -> None:
    query = f"""SELECT value, n, conf_status, disclosure FROM mart.indicator_value
    WHERE indicator = '{PATROLS}' AND area = 'BK-3'"""
    for audience in ("mission", "hq"):
        assert rows(release, audience, query) == [(7.0, 7, "F", "exact")]
        assert (7,) in rows(release, audience, "SELECT rows FROM mart.contribution")


def test_the_unit_is_not_named_and_the_return_is_still_counted(release) -> None:
    query = "SELECT unit_code, unit_name, area, status FROM mart.return_status"
    assert rows(release, "hq", query) == [(None, None, "BK-1", "submitted")]


def test_the_contributing_country_is_for_headquarters_only(release) -> None:
    query = "SELECT count(*) FROM mart.indicator_value WHERE breakdown = 'contributing_country'"
    assert rows(release, "mission", query) == [(0,)]
    assert rows(release, "hq", query) == [(1,)]


def test_rejects_keep_their_place_and_lose_their_value(release) -> None:
    query = "SELECT sheet, first_row, rule, raw_value FROM mart.reject_summary"
    assert rows(release, "mission", query) == [("Patrols", 214, "code", "Patrouille-Brute")]
    assert rows(release, "hq", query) == [("Patrols", 214, "code", None)]
