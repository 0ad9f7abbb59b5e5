"""Every page answers first, in both languages, and keeps the kinds of empty apart."""

import json
import re
from collections.abc import Callable
from pkgutil import iter_modules
from types import ModuleType

import pytest
from dash import html
from dash.development.base_component import Component
from plotly.io.json import to_json_plotly

from dashboards import pages
from dashboards.brief.content import brief_content
from dashboards.components.harm import counted, counted_harm, harm_sentence
from dashboards.pages import (
    alerts,
    catalogue,
    data_quality,
    effects,
    effort,
    indicator,
    indicators,
    lessons,
    map,
    overview,
    perceptions,
    police_matrices,
    results_chain,
    transition,
)
from dashboards.reading.access import Audience
from dashboards.reading.context import Context
from dashboards.reading.queries import framework
from indicators.foundation.messages import message, message_catalogue
from tests.dashboards.rendered import classes_of, components, text_of
from tests.worlds.pages import addresses
from tests.worlds.release import NEUTRAL


def module_at(path: str) -> ModuleType:
    page = pages.page_at(path.partition("?")[0])
    assert page is not None
    return page.module


ADDRESSES = addresses()
LAST_DAY = "31\N{NO-BREAK SPACE}Aug\N{NO-BREAK SPACE}2026"
EVERY_PAGE = pytest.mark.parametrize(
    ("path", "page"), [(path, module_at(path)) for path in ADDRESSES], ids=ADDRESSES
)

At = Callable[..., Context]


def test_every_page_of_the_folder_is_in_the_list_and_has_its_words() -> None:
    named = [page.name for page in (*pages.PAGES, pages.INDICATOR)]
    assert sorted(named) == sorted(module.name for module in iter_modules(pages.__path__))
    questions = {f"page.nav.group.{page.question}" for page in pages.PAGES if page.question}
    within = {f"entry.{page.within}" for page in pages.PAGES if page.within}
    assert {f"page.nav.{name}" for name in (*named, *within)} <= set(message_catalogue())
    assert {key for key in message_catalogue() if key.startswith("page.nav.group.")} == questions


@pytest.mark.parametrize(("audience", "most"), [("mission", 14), ("hq", 15)])
def test_the_menu_is_short_and_reaches_every_page(audience: Audience, most: int) -> None:
    entries = pages.menu(audience)
    reached = [page.name for entry in entries for page in entry]
    hidden = {p.name for p in pages.PAGES if not p.within and audience not in p.menu}
    allowed = {page.name for page in pages.PAGES if audience in page.audiences}
    assert 0 < len(entries) <= most
    assert set(reached) == allowed - hidden
    assert len(reached) == len(set(reached))


def regions(body: object) -> list[Component]:
    """Sections, and what says by itself that it is a region."""
    return [
        found
        for found in components(body)
        if isinstance(found, html.Section) or getattr(found, "role", None) == "region"
    ]


def _with(path: str, query: str) -> str:
    return path + ("&" if "?" in path else "?") + query


@EVERY_PAGE
def test_a_french_colon_has_a_space_before_it(context_at: At, path: str, page: ModuleType) -> None:
    text = text_of(page.body(context_at(_with(path, "lang=fr"))))
    assert re.findall(r"\S+:\s", text) == []


@EVERY_PAGE
@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("view", ["chart", "table"])
def test_a_page_has_one_heading_and_a_sentence(
    context_at: At, path: str, page: ModuleType, language: str, view: str
) -> None:
    context = context_at(_with(path, f"lang={language}&view={view}"))
    body = page.body(context)
    assert sum(isinstance(found, html.H1) for found in components(body)) == 1
    assert len(page.sentence(context)) > 20


@EVERY_PAGE
def test_no_region_lies_in_a_region_of_its_name(
    context_at: At, path: str, page: ModuleType
) -> None:
    """A screen reader would list both."""
    body = page.body(context_at(_with(path, "view=table&open=all")))
    for card in regions(body):
        heading = next((one for one in components(card) if isinstance(one, html.H2)), None)
        inner = [one for one in regions(card.children) if getattr(one, "aria-label", None)]
        names = [getattr(one, "aria-label") for one in inner]
        assert heading is None or text_of(heading) not in names


@EVERY_PAGE
@pytest.mark.parametrize("view", ["chart", "table"])
def test_what_the_tab_key_stops_at_has_a_role_and_a_name(
    context_at: At, path: str, page: ModuleType, view: str
) -> None:
    """Also what only scrolls; a link or a button is named by its words."""
    body = page.body(context_at(_with(path, f"view={view}&open=all")))
    stops = [one.to_plotly_json()["props"] for one in components(body)]
    unnamed = [
        stop.get("className")
        for stop in stops
        if stop.get("tabIndex") == 0
        and ("role" not in stop or not {"aria-label", "aria-labelledby"} & set(stop))
    ]
    assert unnamed == []


@EVERY_PAGE
def test_french_pages_hold_no_english_sentence(context_at: At, path: str, page: ModuleType) -> None:
    text = text_of(page.body(context_at(_with(path, "lang=fr"))))
    english = {
        entry["en"]
        for key, entry in message_catalogue().items()
        if key.startswith("page.") and entry["en"] != entry["fr"] and "{" not in entry["en"]
    }
    left = [words for words in english if len(words) > 12 and words in text]
    assert left == []


@EVERY_PAGE
@pytest.mark.parametrize("language", ["en", "fr"])
def test_no_sentence_claims_a_cause(
    context_at: At, path: str, page: ModuleType, language: str
) -> None:
    forbidden = {
        "en": r"\b(caused|led to|thanks to|proves|impact of|effective|saved)\b",
        "fr": r"\b(a causé|a permis|grâce à|prouve|impact de|efficace|a sauvé)\b",
    }[language]
    assert (
        re.findall(forbidden, text_of(page.body(context_at(_with(path, f"lang={language}"))))) == []
    )


@pytest.mark.parametrize(
    ("audience", "path"), [(one, path) for one in pages.BOTH for path in addresses(one)]
)
def test_pages_hold_for_both_audiences_and_any_area(
    context_at: At, audience: Audience, path: str
) -> None:
    for query in ("area=MT0303", "period=2025-02", "period=2024-Q1"):
        assert module_at(path).body(context_at(_with(path, query), audience))


def test_the_overview_says_what_improved_and_what_is_off_track(context_at: At) -> None:
    assert overview.sentence(context_at("/")).endswith(
        "Three of five outcomes improved significantly."
        " One is off track: “Alerts answered within the target time”."
    )
    assert "de trois résultats sur cinq" in overview.sentence(context_at("/?lang=fr"))


def test_the_first_sentence_says_what_happened_to_civilians(context_at: At) -> None:
    """A count first, with its interval, and the test against a year ago: never an arrow alone."""
    context = context_at("/")
    code = counted_harm(context)[0]
    first = harm_sentence(context)
    assert overview.sentence(context).startswith(first) and first
    assert counted(context, code) in first
    assert context.words(f"harm.trend.{context.cell(code).trend or 'not_assessed'}") in first


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/map?indicator=P2-OC-07", map),
        ("/indicators/P2-OC-07?view=table", indicator),
        ("/effects?edge=E3&open=all", effects),
    ],
)
def test_the_kinds_of_empty_have_their_own_looks_and_words(
    context_at: At, path: str, page: ModuleType
) -> None:
    body = page.body(context_at(path))
    looks = {"empty-not-reported", "empty-no-access", "empty-suppressed"}
    assert looks <= classes_of(body)
    text = text_of(body)
    words = ("not reported", "no access", "<8", "suppressed: fewer than 25 cases")
    assert [word for word in words if word not in text] == []


def test_a_true_zero_is_written_as_zero(context_at: At) -> None:
    shown = components(map.body(context_at("/map?indicator=P2-OC-07")))
    listed = [found for found in shown if "map-list" in (getattr(found, "className", "") or "")]
    rows = [
        found
        for found in components(listed)
        if isinstance(found, html.Tr) and "Essari" in text_of(found)
    ]
    assert len(rows) == 1
    assert text_of(rows[0]).split()[:2] == ["Essari", "0"]


def test_a_neutral_indicator_has_no_rating_and_no_judgement(context_at: At) -> None:
    body = indicator.body(context_at(f"/indicators/{NEUTRAL}"))
    assert not any(name.startswith("rating") for name in classes_of(body))
    assert not re.search(r"improved|worsened", text_of(body))


def test_a_list_says_why_a_neutral_indicator_is_not_rated(context_at: At) -> None:
    listed = components(indicators.body(context_at("/indicators")))
    rows = [text_of(one) for one in listed if isinstance(one, html.Tr)]
    assert "no preferred direction" in next(row for row in rows if NEUTRAL in row)


def test_suppressed_cells_put_no_number_on_the_page(context_at: At) -> None:
    body = map.body(context_at("/map?indicator=P2-OC-07"))
    rows = [found for found in components(body) if isinstance(found, html.Tr)]
    suppressed = [text_of(row) for row in rows if "suppressed:" in text_of(row)]
    assert len(suppressed) == 1
    assert not re.search(r"\d", suppressed[0].replace("fewer than 25", ""))


def test_an_edge_stands_once_however_many_methods_tested_it(context_at: At) -> None:
    context = context_at("/")
    edges = framework.links(context.release, context.country)["edge"]
    assert len(edges) and edges.is_unique


def test_effects_say_that_they_show_no_effect(context_at: At) -> None:
    english = text_of(effects.body(context_at("/effects?open=all")))
    french = text_of(effects.body(context_at("/effects?open=all&lang=fr")))
    assert "shows no effect" in english and "ne montre aucun effet" in french


@pytest.mark.parametrize(
    ("language", "owner"), [("en", "Police Commissioner"), ("fr", "Chef de la police")]
)
def test_the_owner_of_an_indicator_is_named_and_found(
    context_at: At, language: str, owner: str
) -> None:
    text = text_of(catalogue.body(context_at(f"/catalogue?lang={language}")))
    assert f"{owner} (2023.05 Annex A 6(j))" in text
    asked = owner.replace(" ", "+")
    found = context_at(f"/indicators?q={asked}&lang={language}")
    assert found.address.get("q") == owner
    assert "P2-OC-07" in text_of(indicators.body(found))


def test_the_caveats_of_a_finding_stand_under_its_sentence(context_at: At) -> None:
    for language in ("en", "fr"):
        text = text_of(effects.body(context_at(f"/effects?open=all&lang={language}")))
        assert message("linkage.caveat.few_areas", language) in text
        assert message("linkage.caveat.missing_returns", language) in text


def test_what_is_expected_of_an_outcome_stands_beside_the_finding(context_at: At) -> None:
    english = text_of(effects.body(context_at("/effects?open=all&edge=E1")))
    assert "An expectation, not a finding" in english
    assert "women and girls, site committees" in english and "as a benchmark" in english
    assert "Improved physical protection" in english and "should feel safe" in english
    french = text_of(effects.body(context_at("/effects?open=all&edge=E1&lang=fr")))
    assert "femmes et filles, comités des sites" in french and "critère de référence" in french
    assert "Amélioration de la protection physique" in french and "women and girls" not in french


@pytest.mark.parametrize(
    ("edge", "language", "said"),
    [
        ("E1", "en", "This is an association only: other explanations remain."),
        ("E3", "en", "not tested together"),
        (
            "E5",
            "en",
            "In the two weeks after patrols conducted by UN police, the figure for “Adults who"
            " trust host-State police” was 39% lower (25 to 50%) than on other days there."
            " Other explanations remain.",
        ),
        (
            "E5",
            "fr",
            "était inférieur de 39\u202f% (25 à 50\u202f%) à celui des autres jours aux mêmes"
            " endroits. D’autres explications restent possibles.",
        ),
        ("E4", "en", "inconclusive"),
    ],
)
def test_the_sentence_of_a_link_says_what_its_grade_allows(
    context_at: At, edge: str, language: str, said: str
) -> None:
    path = f"?edge={edge}&lang={language}"
    assert said in effects.sentence(context_at(f"/effects{path}"))
    assert said in text_of(results_chain.body(context_at(f"/results-chain{path}")))


def test_a_link_of_the_best_grades_is_told_in_one_sentence_everywhere(context_at: At) -> None:
    said = effects.sentence(context_at("/effects?edge=E5"))
    assert said in text_of(overview.body(context_at("/")))
    assert said in json.dumps(brief_content(context_at("/")), ensure_ascii=False)


def test_effects_open_on_finding_picture_checks_and_what_would_be_enough(context_at: At) -> None:
    body = effects.body(context_at("/effects?edge=E5"))
    closed = [part for part in components(body) if getattr(part, "aria-expanded", "") == "false"]
    assert len(closed) > 3
    for key in ("settings", "rests", "months"):
        assert "\u2014" not in _card(body, key) and len(_card(body, key)) < 300
    checks = _card(body, "checks")
    assert checks.count("Do not contradict it") + checks.count("not") >= 3
    opened = effects.body(context_at("/effects?edge=E5&open=settings"))
    assert len(_card(opened, "settings")) > len(_card(body, "settings"))
    empty = [part for part in components(opened) if "card" in str(getattr(part, "className", ""))]
    assert empty and not any(text_of([part]).strip() == "" for part in empty)


def test_what_a_finding_rests_on_stands_beside_it(context_at: At) -> None:
    text = _card(effects.body(context_at("/effects?open=all&edge=E5")), "rests")
    numbers = {"n_events": 819, "n_eff": 155, "n_areas": 8, "n_periods": 33}
    for name, number in numbers.items():
        assert f"{message(f'page.effects.rests.{name}')} {number}" in text
    assert "5, of which 1 answered" in text and "Data as at" in text
    untested = _card(effects.body(context_at("/effects?open=all&edge=E3&lang=fr")), "rests")
    assert "aucune n’a pu s’appliquer" in untested and "Zones" not in untested


def test_below_grade_b_the_caveat_comes_before_the_estimate(context_at: At) -> None:
    for language in ("en", "fr"):
        weak = _card(
            effects.body(context_at(f"/effects?open=all&edge=E1&lang={language}")), "finding"
        )
        caveat = message("page.effects.caveat.C", language)
        assert caveat in weak
        strong = _card(
            effects.body(context_at(f"/effects?open=all&edge=E5&lang={language}")), "finding"
        )
        assert caveat not in strong


def test_the_setting_chosen_beforehand_stands_among_its_siblings(context_at: At) -> None:
    rows = _rows(effects.body(context_at("/effects?open=all&edge=E5")), "settings")
    marked = [row for row in rows if "●" in row]
    assert (
        len(marked) == 1 and "days 1 to 14 after" in marked[0] and "−39% −50 to −25%" in marked[0]
    )
    assert len(rows) > 2 and "check" in rows[-1]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_panel_says_how_it_is_read(context_at: At, language: str) -> None:
    body = effects.body(context_at(f"/effects?open=all&edge=E3&lang={language}"))
    how = message("page.effects.how_to_read", language).strip()
    for key in ("leads", "plan", "area-effects", "months"):
        assert how in _card(body, key), key
    other = effects.body(context_at(f"/effects?open=all&edge=E5&lang={language}"))
    for key in ("cases", "settings"):
        assert how in _card(other, key), key


def _card(body: object, key: str) -> str:
    """The words of one card."""
    heading = f"heading-{key}"
    own = [
        found
        for found in components(body)
        if isinstance(found, html.Section) and getattr(found, "aria-labelledby", "") == heading
    ]
    assert len(own) == 1
    return text_of(own)


def _rows(body: object, key: str) -> list[str]:
    """The words of each row of figures in one card."""
    sections = (found for found in components(body) if isinstance(found, html.Section))
    card = next(s for s in sections if getattr(s, "aria-labelledby", "") == f"heading-{key}")
    bodies = (found for found in components(card) if isinstance(found, html.Tbody))
    return [text_of(row) for body in bodies for row in body.children]


def test_interviews_around_activities_show_cost_counts_and_reasons(context_at: At) -> None:
    body = effects.body(context_at("/effects?open=all&edge=E1"))
    whole, wider, pulse, police = _rows(body, "interviews")
    assert whole.startswith("All activities 7 days either side +3.2 −4.1 to 10.5 212 187")
    assert "2,140 37 5,120" in whole and "association only" in whole
    assert wider.startswith("All activities 10 days either side")
    assert pulse.startswith("Any patrol") and "88 61" in pulse
    assert police.startswith("Police up to 7 days after") and "70 43 2,140 37" in police
    text = _card(body, "interviews")
    assert "Joint with the military" not in text, "what could not be compared has no row"
    assert "After minus before, points" in text and "Soon minus later, points" in text
    assert message("linkage.caveat.interviews") in text and message("linkage.caveat.pulse") in text
    assert "All activities (7 days): fewer than three survey rounds" in text


def test_interviews_around_activities_are_told_in_french(context_at: At) -> None:
    body = effects.body(context_at("/effects?open=all&edge=E1&lang=fr"))
    whole, *_ = _rows(body, "interviews")
    assert "+3,2 −4,1 à 10,5 212 187" in whole and "2\u202f140 37 5\u202f120" in whole


@pytest.mark.parametrize("language", ["en", "fr"])
def test_an_outcome_before_and_after_the_activity_has_its_unit_and_table(
    context_at: At, language: str
) -> None:
    body = effects.body(context_at(f"/effects?open=all&edge=E1&lang={language}"))
    expected = {
        "en": ["−2 −0.20 −0.50 to 0.10 12 30", "+1 +0.10 −0.20 to 0.40 12 30"],
        "fr": ["−2 −0,20 −0,50 à 0,10 12 30", "+1 +0,10 −0,20 à 0,40 12 30"],
    }[language]
    rows = _rows(body, "leads")
    assert [rows[0], rows[-1]] == expected and len(rows) == 4
    text = _card(body, "leads")
    assert "points" in text and message("page.leads.under", language) in text
    (chart,) = [
        found
        for card in components(body)
        if "card-leads" in (getattr(card, "className", None) or "").split()
        for found in components(card)
        if isinstance(found, html.Figure)
    ]
    points = [found for found in components(chart) if hasattr(found, "data-said")]
    assert [getattr(point, "data-said").split(":")[0].strip() for point in points] == [
        "−2",
        "−1",
        "0",
        "+1",
    ]


def test_a_ratio_before_and_after_is_told_in_percent(context_at: At) -> None:
    body = effects.body(context_at("/effects?open=all&edge=E3&view=table"))
    rows = _rows(body, "leads")  # by group and time; the other model stands in the files
    assert rows[2] == "0 0.0 −25.9 to 35.0 12 30"
    assert "percent more or less" in _card(body, "leads")
    assert not any(isinstance(found, html.Figure) for found in components(body))


def test_of_one_area_the_findings_of_the_whole_mission_are_shown_as_such(context_at: At) -> None:
    country = _card(effects.body(context_at("/effects?open=all&edge=E1")), "interviews")
    area = _card(effects.body(context_at("/effects?open=all&edge=E1&area=MT0303")), "interviews")
    assert message("page.finding.whole_mission") not in country
    assert message("page.finding.whole_mission") in area and "+3.2" in area


def test_a_judgement_stands_beside_the_finding_and_is_marked_as_one(context_at: At) -> None:
    english = text_of(effects.body(context_at("/effects?open=all&edge=E1")))
    assert "Staff assessment" in english and "Judgement, not a result" in english
    assert "Names another explanation" in english and "The market reopened." in english
    assert "Police Commissioner" in english and "15\u00a0Sep\u00a02026" in english
    assert "Headquarters sees it too." in english
    french = text_of(effects.body(context_at("/effects?open=all&edge=E1&lang=fr")))
    assert "Avis du personnel" in french and "Le marché a rouvert." in french
    assert "The market reopened." not in french


def test_a_cleared_sentence_stands_with_what_residents_said(context_at: At) -> None:
    body = effects.body(context_at("/effects?open=all&edge=E1"))
    residents, staff = _card(body, "feedback"), _card(body, "judgement")
    assert "We know whom to call." in residents and "Translated and cleared: " in residents
    assert "We know whom to call." not in staff and "The market reopened." in staff
    other = text_of(effects.body(context_at("/effects?open=all&edge=E3")))
    assert "We know whom to call." not in other


def test_a_judgement_in_the_other_language_says_so(context_at: At) -> None:
    text = text_of(effects.body(context_at("/effects?open=all&edge=E1&area=MT0303")))
    assert "Peu de gens ont été vus." in text and "Recorded in French only." in text
    assert "Headquarters sees it too." not in text
    assert "The market reopened." not in text  # of the whole mission, not of this area


def test_without_a_judgement_the_page_says_who_can_record_one(context_at: At) -> None:
    words = {
        "en": "Who keeps the mission’s profile can add",
        "fr": "Qui tient le profil de la mission",
    }
    for language, said in words.items():
        path = f"/effects?open=all&edge=E3&lang={language}"
        assert said in text_of(effects.body(context_at(path)))


def test_rejects_show_place_value_rule_and_mend(context_at: At) -> None:
    text = text_of(data_quality.body(context_at("/data-quality?open=all")))
    parts = ("activities_0826.xlsx", "row 214, Started at (started_at)", "31.06.2026",
             "June has 30 days")  # fmt: skip
    assert [part for part in parts if part not in text] == []


def test_undecided_pairs_are_listed_with_what_was_decided(context_at: At) -> None:
    text = text_of(data_quality.body(context_at("/data-quality?open=all")))
    assert "Undecided pairs of rows: 2;" in text and "1 as one case" in text
    assert "I-1 (incidents_police.xlsx, row 2)" in text and "N-7 (incidents_ngo.csv" in text
    assert "I-3" not in text and "I-5" not in text
    assert "N-7" not in text_of(data_quality.body(context_at("/data-quality?open=all", "hq")))


def test_headquarters_see_no_raw_value_no_unit_and_no_base(context_at: At) -> None:
    quality_text = text_of(data_quality.body(context_at("/data-quality?open=all", "hq")))
    assert "31.06.2026" not in quality_text and "IPO Kessi" not in quality_text
    key = text_of(map.body(context_at("/map?indicator=P2-OC-07", "hq")))
    assert "▲" not in key


def test_headquarters_are_told_nothing_of_what_stays_in_the_mission(context_at: At) -> None:
    """No draft is not “not assessed”, and evaluations that are not shown are not none overdue."""
    for name, told in (("accountability", "unit evaluation"), ("assessment", "not assessed yet")):
        module = module_at(f"/{name}")
        assert told in text_of(module.body(context_at(f"/{name}")))
        assert told not in text_of(module.body(context_at(f"/{name}", "hq")))
    assert "no approved assessment" in text_of(
        module_at("/assessment").body(context_at("/assessment", "hq"))
    )


@pytest.mark.parametrize("path", ["/indicators/P2-OC-07", "/perceptions"])
def test_figures_are_small_and_every_chart_has_a_caption(context_at: At, path: str) -> None:
    body = module_at(path).body(context_at(path))
    figures = [found for found in components(body) if isinstance(found, html.Figure)]
    assert figures
    for figure in figures:
        plot, caption = figure.children
        assert len(to_json_plotly(plot)) <= 60_000
        assert len(caption.children) > 20


WAYS_OF_NOT_ANSWERING = {
    "en": ("Valid answer", "Does not know", "Refused", "Not asked", "No answer recorded"),
    "fr": ("Réponse valide", "Ne sait pas", "Refus", "Non posée", "Aucune réponse enregistrée"),
}


def _responses(context: Context) -> html.Section:
    (found,) = [
        part
        for part in components(perceptions.body(context))
        if "card-responses" in (getattr(part, "className", None) or "").split()
    ]
    return found


@pytest.mark.parametrize("language", ["en", "fr"])
def test_each_way_of_not_answering_stands_apart_by_wave_and_question(
    context_at: At, language: str
) -> None:
    card = _responses(context_at(f"/perceptions?open=all&lang={language}"))
    results, newest, *earlier = [part for part in components(card) if isinstance(part, html.Table)]
    assert len(earlier) == 3
    heads = [part.children for part in components(newest) if isinstance(part, html.Th)]
    assert set(WAYS_OF_NOT_ANSWERING[language]) < set(heads)
    night = text_of(newest).replace("\u202f", "").replace(",", "")
    assert ("95% (2300)" in night) and ("3% (71)" in night) and ("0% (0)" in night)
    rate = text_of(results).replace("\u202f", "")
    assert "82%" in rate and "301" in rate


def test_suppressed_counts_of_answers_are_marked_without_a_threshold(context_at: At) -> None:
    card = _responses(context_at("/perceptions?open=all"))
    tables = [part for part in components(card) if isinstance(part, html.Table)]
    marks = ["empty-suppressed" in classes_of(table) for table in tables]
    assert marks == [True, True, False, False, False]
    assert "fewer than" not in text_of(card)


def test_waves_after_the_period_are_not_told_of(context_at: At) -> None:
    text = text_of(_responses(context_at("/perceptions?open=all&period=2025-Q3")))
    assert "W2" in text and "W3" not in text


def test_an_unknown_indicator_is_not_found(context_at: At) -> None:
    assert indicator.code_of(context_at("/indicators/P9-XX-99")) is None


def test_a_link_of_the_chain_is_a_named_tag_and_a_row_of_the_table(context_at: At) -> None:
    tree = components(results_chain.body(context_at("/results-chain?edge=E3")))
    shown = [found for found in tree if isinstance(found, html.A)]
    tags = [found for found in shown if "chain-tag" in (getattr(found, "className", "") or "")]
    edges = framework.links(context_at("/").release, "MT")["edge"]
    assert len(tags) == len(edges)
    chosen = [tag for tag in tags if getattr(tag, "aria-current", None)]
    assert [tag.href for tag in chosen] == ["/results-chain?edge=E3"]
    assert all("grade" in text_of(tag) or "not tested" in text_of(tag) for tag in tags)
    text = text_of(results_chain.body(context_at("/results-chain?view=table")))
    assert text.count("chain-graph") == 0 and "Civilians are protected" not in text


def test_gaps_stand_by_rank_and_the_unranked_last_with_their_reason(context_at: At) -> None:
    body = map.body(context_at("/map"))
    items = [found for found in components(body) if "gap-rank" in classes_of([found])]
    listed = next(
        found for found in items if "gaps" in str(getattr(found, "className", "")).split()
    )
    texts = [text_of(item) for item in listed.children]
    assert "Aroko" in texts[0] and "rank 1–4 of 11" in texts[0]
    assert f"Last police or military patrol 19 days before {LAST_DAY}" in texts[0]
    assert "Ilora" in texts[-1] and "not ranked" in texts[-1] and "No access." in texts[-1]


@pytest.mark.parametrize("path", ["/map", "/map?indicator=P2-OC-07", "/"])
def test_a_map_is_one_small_picture_whose_places_are_links(context_at: At, path: str) -> None:
    body = module_at(path).body(context_at(path))
    (picture,) = [found for found in components(body) if isinstance(found, html.MapEl)]
    (image,) = [found for found in components(body) if getattr(found, "useMap", None)]
    assert len(image.src) < 60_000 and len(image.alt) > 30
    assert {"Aroko", "Ilora"} <= {place.alt.split(":")[0] for place in picture.children}
    assert all("area=" in place.href for place in picture.children)


def test_whose_last_patrol_the_map_shows_is_chosen(context_at: At) -> None:
    told = {
        by: text_of(map.body(context_at(f"/map?presence={by}")))
        for by in ("either", "police", "military")
    }
    assert f"Last police or military patrol 19 days before {LAST_DAY}" in told["either"]
    assert "Last police patrol" in told["police"] and "military patrol" in told["military"]
    table = text_of(map.body(context_at("/map?view=table")))
    assert "Days since last military patrol" in table and "Aroko" in table
    assert "at least 31" in table and "at least 19" not in table


def test_the_police_matrices_name_kinds_by_element_and_by_partner(context_at: At) -> None:
    body = police_matrices.body(context_at("/police-matrices"))
    assert (
        "Prevention" in _rows(body, "by_phase")[0]
        and "Patrol\u00a057" in _rows(body, "by_phase")[0]
    )
    assert any(
        "Military component" in row and "Patrol\u00a041" in row for row in _rows(body, "by_partner")
    )
    assert "UN police completed 62 activities, and worked with 1 of 11" in text_of(body)


def test_effort_stands_beside_its_plan_and_its_outcomes(context_at: At) -> None:
    body = effort.body(context_at("/effort"))
    text = text_of(body)
    assert effort.sentence(context_at("/effort")).startswith("Of 1,378 completed activities")
    assert "1,190 of 1,180 planned" in text and "0 of 20 planned" in text
    assert "nothing planned" in text and "no plan" in text and "no outcome measured" in text
    spans = [found for found in components(body) if isinstance(found, html.Span)]
    widths = {found.style["--done"] for found in spans if "done-bar" in classes_of([found])}
    assert widths == {"89%", "100%", "0%"}


def test_what_waits_is_counted_from_the_as_of_day(context_at: At) -> None:
    text = text_of(overview.body(context_at("/")))
    assert "1 open alert without a recorded response" in text and "2 reviews due" in text
    assert "1 past their date" in text
    inside, outside = (
        text_of(alerts.body(context_at(f"/alerts?area={area}"))) for area in ("MT0302", "MT0101")
    )
    assert "Ambush on a road" in inside and "overdue" in inside and "not closed yet" in inside
    assert "Ambush" not in outside and "Every alert that needed action" in outside


def test_a_benchmark_is_held_for_the_quarters_without_a_break(context_at: At) -> None:
    rows = {
        text_of(cells[0]).split()[0]: [text_of(cell).replace("\u00a0", " ") for cell in cells]
        for cells in _cells_of_card(transition.body(context_at("/transition")), "card-benchmarks")
    }
    computed = ["at least 40%, for 3 months", "Not met"]
    differs = "Met (Q3 2026) Differs from the figure; no reason is given."
    assert rows["TB-1"][3:] == [*computed, differs, "1 Apr 2026", "2"]
    assert rows["TB-2"][3:] == ["not stated", "Not met", "Partly met (Q3 2026)", "–", "0"]
    earlier = transition.sentence(context_at("/transition?period=2025-Q4"))
    figures = "Met by their figures: 0; left open by them: 0."
    assert earlier == f"Transition benchmarks: 2. {figures} Judged met by planners: 1."


def test_what_became_of_each_area_left_stands_in_the_sentence_and_the_list(context_at: At) -> None:
    context = context_at("/transition")
    said = transition.sentence(context)
    assert "Of 3 areas that UN police left at least six months ago, 1 had" in said
    posts = [
        text_of(cells[-1]) for cells in _cells_of_card(transition.body(context), "card-handovers")
    ]
    assert sorted(posts) == ["not reported", "not six months yet", "not staffed", "staffed"]


def test_a_strategy_whose_review_is_due_waits_on_the_overview(context_at: At) -> None:
    assert "The review of the strategy is due" in text_of(overview.body(context_at("/")))
    text = text_of(transition.body(context_at("/transition")))
    assert "Version 2; before 1." in text and "former_outcome" in text


def test_lessons_are_found_by_their_tags(context_at: At) -> None:
    found = text_of(lessons.body(context_at("/lessons?tier=II&threat_type=crime")))
    assert "1 of 2 lessons" in found
    assert "No lesson has all of these tags" in text_of(
        lessons.body(context_at("/lessons?tier=II&lesson=coordination"))
    )


def test_the_plan_shows_original_and_current_beside_what_was_done(context_at: At) -> None:
    text = text_of(effort.body(context_at("/effort")))
    assert "originally 196" in text
    assert "1 line was changed: planned 8 at first, 4 now, 3 done." in text


def test_what_residents_said_stands_with_its_display(context_at: At) -> None:
    rows = [
        [text_of(cell) for cell in cells]
        for cells in _cells_of_card(
            effects.body(context_at("/effects?open=all&edge=E1")), "card-feedback"
        )
    ]
    assert rows[0][1] == "12" and rows[1][1] == "fewer than 8"


def _cells_of_card(body: list[object], look: str) -> list[list[object]]:
    """The cells of each body row of the first table in a card."""
    (found,) = (
        part for part in components(body) if look in (getattr(part, "className", "") or "").split()
    )
    (body_of_table, *_) = (part for part in components(found) if isinstance(part, html.Tbody))
    return [row.children for row in body_of_table.children]
