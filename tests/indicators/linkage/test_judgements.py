"""Field judgements are read strictly and stored beside findings; no finding hangs on them."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from indicators.definitions.catalogue import load_catalogue
from indicators.foundation.data_folder import data_folder
from indicators.foundation.errors import WrongUse
from indicators.foundation.messages import LANGUAGES, message_catalogue
from indicators.linkage.framework.field_judgements import (
    FILE_NAME,
    LONGEST_TEXT,
    read_judgements,
    store_judgements,
)
from indicators.linkage.framework.model import Framework, read_framework
from tests.worlds.rows.mart import COUNTRY, MISSION, empty_mart, fill, mission

WORDS = {"en": "–", "fr": "–"}
FRAMEWORK = Framework.model_validate({
    "objective": WORDS,
    "outcomes": [{"id": "o", "title": WORDS, "indicator": "P2-OC-07"}],
    "outputs": [{"id": "a", "title": WORDS, "indicator": "P2-OP-04"}],
    "edges": [{
        "id": "night_patrols", "from": "P2-OP-04", "to": "P2-OC-07", "expected_sign": -1,
        "why": WORDS,
    }],
})  # fmt: skip
GOOD: dict[str, Any] = {
    "edge": "night_patrols",
    "area": "T01",
    "role": "police_commissioner",
    "on": "2026-09-15",
    "stance": "doubts",
    "text": {"en": "The log says more than residents saw."},
}
STANCES = ("agrees", "doubts", "rival_explanation", "residents_said")
AREAS = {COUNTRY, "T01"}


def write(folder: Path, *entries: dict[str, Any]) -> Path:
    text = yaml.safe_dump({"judgements": list(entries)}, allow_unicode=True, sort_keys=False)
    # A date is written without quotes.
    (folder / FILE_NAME).write_text(text.replace("'2026-", "2026-").replace("-15'", "-15"), "utf-8")
    return folder


def test_a_profile_may_have_none(tmp_path: Path) -> None:
    assert read_judgements(tmp_path, FRAMEWORK, AREAS) == ()


@pytest.mark.parametrize(
    ("wrong", "row", "said"),
    [
        ({"edge": "night_patrol"}, 2, "the nearest is night_patrols"),
        ({"area": "T1"}, 3, "the nearest is T01"),
        ({"role": "Police Comissioner"}, 4, "the nearest is police_commissioner"),
        ({"on": "mid-September"}, 5, "judgements.0.on"),
        ({"stance": "proven"}, 6, "judgements.0.stance"),
        ({"text": {"en": "x" * (LONGEST_TEXT + 1)}}, 8, f"at most {LONGEST_TEXT}"),
        ({"text": {"en": "Ask someone@example.org."}}, 8, "e-mail address"),
        ({"text": {"fr": "Appeler le +221 77 123 45 67."}}, 8, "telephone number"),
        ({"text": {"en": "Since 2026-08-20 call 771 234 567."}}, 8, "telephone number"),
        ({"text": {"en": " "}}, 7, "without words"),
        ({"name": "Jane Doe"}, 9, "never a person"),
        ({"stanze": "doubts"}, 9, "The nearest known key is stance"),
    ],
)
def test_what_is_wrong_is_refused_with_file_row_and_mend(
    tmp_path: Path, wrong: dict[str, Any], row: int, said: str
) -> None:
    with pytest.raises(WrongUse) as refused:
        read_judgements(write(tmp_path, GOOD | wrong), FRAMEWORK, AREAS)
    (problem,) = refused.value.problems
    assert (problem.file, problem.row) == (FILE_NAME, row)
    assert said in problem.sentence("en") and problem.sentence("fr")


@pytest.mark.parametrize(
    "said", ["from 2026-08-20 to 2026-08-27", "12.08.2026", "20/08/2026", "2025/2026", "1 200 000"]
)
def test_dates_and_large_numbers_are_no_telephone_numbers(tmp_path: Path, said: str) -> None:
    entry = GOOD | {"text": {"en": f"Few patrols: {said}."}}
    (judgement,) = read_judgements(write(tmp_path, entry), FRAMEWORK, AREAS)
    assert judgement.text.en == entry["text"]["en"]


def test_all_problems_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(WrongUse) as refused:
        read_judgements(
            write(tmp_path, GOOD | {"edge": "e"}, GOOD | {"role": "r", "area": "a"}),
            FRAMEWORK,
            AREAS,
        )
    assert [problem.rule for problem in refused.value.problems] == [
        "judgement_edge", "judgement_role", "judgement_area",
    ]  # fmt: skip


def test_judgements_up_to_the_as_of_day_are_stored(tmp_path: Path) -> None:
    later = GOOD | {"on": "2026-10-15", "stance": "agrees"}
    whole = {name: value for name, value in GOOD.items() if name != "area"}
    whole["for_headquarters"] = True
    connection = empty_mart()
    fill(connection, "area", [{"mission": MISSION, "area_code": code} for code in sorted(AREAS)])
    for _ in range(2):  # again: the same rows, once
        store_judgements(
            connection, mission(), write(tmp_path, GOOD, later, whole), FRAMEWORK, date(2026, 9, 30)
        )
    rows = connection.execute(
        "SELECT edge, area, given_on, stance, text_en, text_fr, for_headquarters"
        " FROM mart.field_judgement ORDER BY area"
    ).fetchall()
    said = (date(2026, 9, 15), "doubts", GOOD["text"]["en"], None)
    edge = "night_patrols"
    assert rows == [(edge, "T01", *said, False), (edge, COUNTRY, *said, True)]


def test_a_refused_file_leaves_what_was_there(tmp_path: Path) -> None:
    connection = empty_mart()
    fill(connection, "area", [{"mission": MISSION, "area_code": code} for code in sorted(AREAS)])
    store_judgements(connection, mission(), write(tmp_path, GOOD), FRAMEWORK, date(2026, 9, 30))
    with pytest.raises(WrongUse):
        wrong = write(tmp_path, GOOD, GOOD | {"area": "nowhere"})
        store_judgements(connection, mission(), wrong, FRAMEWORK, date(2026, 9, 30))
    assert connection.execute("SELECT count(*) FROM mart.field_judgement").fetchone() == (1,)


@pytest.mark.parametrize("name", ["sample", "south_sudan", "mali"])
def test_the_judgements_of_our_profiles_are_right(name: str) -> None:
    profile = data_folder() / "missions" / name
    framework = read_framework(profile, load_catalogue())
    found = read_judgements(profile, framework)
    assert bool(found) == (name == "sample")
    assert {judgement.stance for judgement in found} <= set(STANCES)


def test_every_stance_has_its_words() -> None:
    for stance in STANCES:
        assert set(message_catalogue()[f"page.judgement.{stance}"]) == set(LANGUAGES)
