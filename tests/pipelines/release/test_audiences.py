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


@pytest.mark.parametrize(("audience", "min_n"), [("mission", 5), ("hq", 10)])
def test_no_small_figure_is_left(release, audience, min_n) -> None:
    small = f"n BETWEEN 1 AND {min_n - 1} OR value BETWEEN 1 AND {min_n - 1}"
    assert rows(release, audience, f"SELECT * FROM mart.indicator_value WHERE {small}") == []
    counts = f"sampled BETWEEN 1 AND {min_n - 1} OR answered BETWEEN 1 AND {min_n - 1}"
    assert rows(release, audience, f"SELECT * FROM mart.survey_response WHERE {counts}") == []
    withheld = "SELECT count(*) FROM mart.indicator_value WHERE conf_status <> 'F'"
    assert (rows(release, audience, withheld)[0][0] > 0) == (audience == "hq")


def test_a_small_count_of_answers_cannot_be_had_from_the_total(release) -> None:
    query = "SELECT area, answered FROM mart.survey_response ORDER BY area"
    assert rows(release, "mission", query) == [("BK", 307), ("BK-1", 300), ("BK-3", 7)]
    assert rows(release, "hq", query) == [("BK", 307), ("BK-1", None), ("BK-3", None)]


def test_a_small_way_of_not_answering_goes_with_another_that_would_tell_it(release) -> None:
    results = "SELECT complete, partial, refusal, no_contact, ineligible FROM mart.survey_result"
    assert rows(release, "mission", results) == [(300, 7, 60, 45, 7)]
    assert rows(release, "hq", results) == [(None, None, 60, 45, None)]
    parts = "SELECT valid, dont_know, refused, not_asked, missing FROM mart.survey_item_response"
    assert rows(release, "mission", parts) == [(264, 20, 7, 0, 16)]
    assert rows(release, "hq", parts) == [(264, 20, None, 0, None)]


def test_a_withheld_cell_keeps_its_row_and_shows_no_number(release) -> None:
    cells = rows(
        release,
        "hq",
        "SELECT DISTINCT value, numerator, denominator, n, se, ci_low, ci_high "
        "FROM mart.indicator_value WHERE conf_status <> 'F'",
    )
    assert cells == [(None,) * 7]


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


def test_rows_of_a_file_do_not_give_a_withheld_figure_away(release) -> None:
    query = f"""
    SELECT contribution.rows FROM mart.contribution AS contribution
    JOIN mart.indicator_value AS value USING (mission, indicator, period, area)
    WHERE indicator = '{PATROLS}' AND conf_status <> 'F'
    """
    assert set(rows(release, "hq", query)) == {(None,)}
