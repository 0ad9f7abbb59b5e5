"""How a link is graded, what more data would show, where a result comes from: as pages say it."""

from pathlib import Path
from typing import Any

import pytest

from dashboards.pages import effects, releases, results_chain
from dashboards.pages.effects.areas.area_effects_card import area_effects
from dashboards.pages.effects.plan_card import evidence_plan
from dashboards.pages.effects.primary_card import primary_test
from dashboards.pages.effects.readings.readings_card import readings
from dashboards.reading.address import Address
from dashboards.reading.context import Context, read_context
from indicators.foundation.messages import message
from tests.dashboards.rendered import text_of
from tests.worlds.release import COUNTRY, mart_rows, write_release


def context(home: Path, language: str = "en", view: str = "") -> Context:
    write_release(home)
    query = f"lang={language}" + (f"&view={view}" if view else "")
    found = read_context(home, "mission", Address.parse("/effects", query))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("language", "edge", "parts"),
    [
        ("en", "E1", ("named in the framework on", "2026", "asked beforehand: 5; answered: 1")),
        ("fr", "E1", ("fixé dans le cadre", "à l’avance\u00a0: 5, dont avec réponse\u00a0: 1")),
        ("en", "E2", ("by the kind of outcome", "panel of areas and periods")),
        ("en", "E3", ("case series by area", "too few incidents", "Graded by: panel")),
        ("fr", "E3", ("série de cas par zone", "trop peu d’incidents", "panel de zones")),
    ],
)
def test_who_chose_the_test_and_what_stands_in(
    tmp_path: Path, language: str, edge: str, parts: tuple[str, ...]
) -> None:
    text = text_of(primary_test(context(tmp_path, language), edge))
    assert all(part in text for part in parts), text


def test_the_plan_is_read_step_by_step_and_areas_by_name(tmp_path: Path) -> None:
    found = context(tmp_path)
    text = text_of(evidence_plan(found, "E3"))
    places = [text.index(f"Step {number}.") for number in (1, 2, 3, 4)]
    assert places == sorted(places)
    names = [found.area_name(code) for code in ("MT0101", "MT0303")]
    assert text.index(sorted(names)[0]) < text.index(sorted(names)[1])
    assert "Step 5." not in text and "Step 7." not in text, "areas stand in a table"


def test_what_so_many_months_would_show_is_said_once(tmp_path: Path) -> None:
    rows = mart_rows()
    twelve = {"step": "months", "quantity": 12}  # of the target; step 2 are twelve months ahead
    plan = [row | twelve if row["step"] == "incidents" else row for row in rows["evidence_plan"]]
    write_release(tmp_path, rows={**rows, "evidence_plan": plan})
    found = read_context(tmp_path, "mission", Address.parse("/effects", "lang=en"))
    assert found is not None
    text = text_of(evidence_plan(found, "E3"))
    assert "Step 3." in text and "Step 2." not in text


@pytest.mark.parametrize(
    ("language", "whole", "seen", "unseen"),
    [
        ("en", "All areas together 44% –", "83% 4", "none 2"),
        ("fr", "Toutes les zones ensemble 44\u202f% –", "83\u202f% 4", "aucun 2"),
    ],
)
def test_an_area_alone_has_its_smallest_change_or_none_that_is_possible(
    tmp_path: Path, language: str, whole: str, seen: str, unseen: str
) -> None:
    found = context(tmp_path, language)
    text = text_of(evidence_plan(found, "E3"))
    first, second = (found.area_name(code) for code in ("MT0303", "MT0101"))
    assert all(part in text for part in (whole, f"{first} {seen}", f"{second} {unseen}")), text


def test_areas_stand_by_name_with_their_own_and_the_drawn_in_figure(tmp_path: Path) -> None:
    found = context(tmp_path, view="table")
    text = text_of(area_effects(found, {"edge": "E3", "to_indicator": "P2-OC-07"}))
    names = [found.area_name(code) for code in ("MT0101", "MT0102", "MT0303")]
    places = [text.index(name) for name in sorted(names)]
    assert places == sorted(places)
    assert "−33" in text and "−18" in text, "own and drawn in, as percent"
    assert "cases on one kind of days only" in text
    assert "empirical Bayes" in text and "not tested" in text


@pytest.mark.parametrize(("language", "said"), [("en", "graded by panel"), ("fr", "évalué par")])
def test_a_changed_test_stands_on_the_page_of_releases(
    tmp_path: Path, language: str, said: str
) -> None:
    assert said in text_of(releases.body(context(tmp_path, language)))


@pytest.mark.parametrize(
    ("language", "parts"),
    [
        (
            "en",
            ("Patrols by police alone", "−33", "−50 to −10", "400", "Not enough data", "Secondary"),
        ),
        (
            "fr",
            (
                "Patrouilles de la police seule",
                "−33",
                "−50 à −10",
                "400",
                "Données insuffisantes",
                "secondaires",
            ),
        ),
    ],
)
def test_components_stand_with_their_cost_and_how_many_were_compared(
    tmp_path: Path, language: str, parts: tuple[str, ...]
) -> None:
    found = context(tmp_path, language)
    text = text_of(readings(found, "E3"))
    assert all(part in text for part in parts), text
    said = {"en": "beside them: 3, of which with a figure: 1", "fr": "à côté\u00a0: 3, dont"}
    assert said[language] in text, "every comparison of the release is counted"
    none = {"en": "Not compared", "fr": "Pas de comparaison"}
    assert none[language] in text_of(readings(found, "E1"))


@pytest.mark.parametrize(
    ("language", "unit", "parts"),
    [
        ("en", "percent", ("a difference of 12% at most", "Small at most: no difference beyond")),
        ("fr", "percent", ("un écart de 12\u202f% tout au plus", "Faible tout au plus")),
        # Of two shares the difference is told in points, which are no percent of either.
        ("en", "points", ("a difference of 12.0 points at most",)),
        ("fr", "points", ("un écart de 12,0 points tout au plus",)),
    ],
)
def test_a_bounded_difference_is_an_answer_on_every_page(
    tmp_path: Path, language: str, unit: str, parts: tuple[str, ...]
) -> None:
    small = {"grade": None, "status": "small_at_most", "bound": 12.0, "change_unit": unit}
    rows = mart_rows()
    links = [row | small if _speaks(row) else row for row in rows["result_link"]]
    write_release(tmp_path, rows={**rows, "result_link": links})
    found = read_context(tmp_path, "mission", Address.parse("/effects", f"edge=E5&lang={language}"))
    assert found is not None
    text = text_of(effects.body(found))
    assert all(part in text for part in parts), text
    chain = text_of(results_chain.body(found))
    named = {"en": "1 small at most", "fr": "1 faible tout au plus"}[language]
    assert named in chain and message("page.evidence.small_at_most", language) in chain


def _speaks(row: dict[str, Any]) -> bool:
    is_country = row["area"] == COUNTRY
    at = ("side_by_side", row["specification"]), ("case_series", "14_days")
    return row["edge"] == "E5" and is_country and (row["method"], row["specification"]) in at
