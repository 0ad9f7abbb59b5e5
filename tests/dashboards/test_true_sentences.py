"""What pages once said that was not so: each sentence with the case in which it was false."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from dash import html

from dashboards.brief.content import brief_content
from dashboards.components.finding import no_figure
from dashboards.components.lists.decisions import decisions
from dashboards.components.outcome_summary import count_line, judged_of, links_of, outcomes_of
from dashboards.components.rating import evidence_mark
from dashboards.components.small_multiples import area_rank, sparkline
from dashboards.components.value import output_done, value_sentence, value_with_interval
from dashboards.figures.vector import Drawing, line_drawing
from dashboards.pages import alerts, budget, data_quality, indicator, map, overview, perceptions
from dashboards.pages.incidents.cards import EVENTS
from dashboards.pages.map import indicator_layer
from dashboards.pages.map.layers import indicators_with_areas
from dashboards.reading.address import Address
from dashboards.reading.context import Context, read_context
from dashboards.reading.queries.cells import Cell
from dashboards.wording.formats import Unit
from dashboards.wording.words import Words
from indicators.assessment.empty_reasons import Said, Statement
from indicators.definitions.catalogue import load_catalogue
from indicators.foundation.messages import message
from tests.dashboards.rendered import components, text_of
from tests.worlds.release import (
    AREA_NAMES,
    CLOSED_AREA,
    COUNTRY,
    LATE_AREA,
    UNRANKED,
    mart_rows,
    write_release,
)

At = Callable[..., Context]
Rows = list[dict[str, Any]]
FRENCH, ENGLISH = Words("fr"), Words("en")


def _context(home: Path, address: str = "/", **changed: Rows) -> Context:
    write_release(home, rows={**mart_rows(), **changed})
    path, _, search = address.partition("?")
    context = read_context(home, "mission", Address.parse(path, search))
    assert context is not None
    return context


def _values(change: Callable[[dict[str, Any]], Mapping[str, Any]]) -> Rows:
    """All values of the release, each changed as the function says."""
    return [row | dict(change(row)) for row in mart_rows()["indicator_value"]]


def _card(context: Context, body: object, key: str) -> str:
    sections = (part for part in components(body) if isinstance(part, html.Section))
    return next(
        text_of(part)
        for part in sections
        if getattr(part, "aria-labelledby", "") == f"heading-{key}"
    )


# 1. "no figure: it could not be worked out" headed indicators that were not reported


def test_an_indicator_that_was_not_reported_is_not_called_impossible_to_work_out(
    context_at: At,
) -> None:
    path = f"/indicators/P2-OC-07?area={LATE_AREA}"
    english = _card(c := context_at(path), indicator.body(c), "series")
    assert english.startswith("No figure in this period: not reported")
    french = _card(c := context_at(f"{path}&lang=fr"), indicator.body(c), "series")
    assert french.startswith("Aucun chiffre pour cette période\u00a0: non communiqué")


def test_a_finding_without_an_estimate_is_not_estimated() -> None:
    row = {"grade_reasons": None, "caveats": None, "status": None}
    assert text_of(no_figure(row, ENGLISH)) == "Not estimated"
    assert text_of(no_figure(row, FRENCH)) == "Non estimé"


# 2. "the target is not reached" stood for every rating but achieved


def test_a_rating_for_lack_of_data_is_not_a_target_missed(context_at: At) -> None:
    for code, rating in (("P2-OC-02", "off track"), ("P2-OC-05", "on track")):
        title = _card(c := context_at(f"/indicators/{code}"), indicator.body(c), "series")
        assert f"; {rating}" in title and "target is not reached" not in title


# 3. "No outcome changed" where none was tested; untested ones stood in the total


def test_change_that_was_not_tested_is_not_no_change(tmp_path: Path) -> None:
    untested = _context(tmp_path / "none", indicator_value=_values(lambda _: {"trend": None}))
    assert "No outcome’s change could be assessed." in overview.sentence(untested)
    one = _values(lambda row: {"trend": None} if row["indicator"] == "P2-OC-05" else {})
    some = _context(tmp_path / "some", indicator_value=one)
    assert "Two of four outcomes improved significantly." in overview.sentence(some)
    assert "Change of one could not be assessed." in overview.sentence(some)


def test_what_has_no_preferred_direction_is_not_counted_as_an_outcome_that_might_improve(
    tmp_path: Path,
) -> None:
    """It can neither improve nor be on track; what has a target and no figure is counted."""
    every = overview.sentence(_context(tmp_path / "all"))
    assert "Three of five outcomes improved significantly." in every
    neutral = [
        row | ({"direction": "neutral"} if row["indicator"] == "P2-OC-05" else {})
        for row in mart_rows()["indicator"]
    ]
    more = {"rating": None, "trend": "more"}
    rows = _values(lambda row: more if row["indicator"] == "P2-OC-05" else {})
    context = _context(tmp_path / "one", indicator=neutral, indicator_value=rows)
    assert "Two of four outcomes improved significantly." in overview.sentence(context)
    assert "could not be assessed" not in overview.sentence(context)


def test_an_outcome_that_lacks_its_figure_is_counted_as_not_rated(tmp_path: Path) -> None:
    hidden = {"rating": None, "value": None, "obs_status": "M", "disclosure": "suppressed"}
    hidden |= {"conf_status": "C", "trend": None}
    rows = _values(lambda row: hidden if row["indicator"] == "P2-OC-05" else {})
    context = _context(tmp_path, indicator_value=rows)
    assert "1 cannot be rated" in text_of(overview.body(context))


def test_the_line_of_ratings_adds_up_to_the_rows_below_it(tmp_path: Path) -> None:
    """One without a target for the place or the length of period is a row like the others."""
    held = dict.fromkeys(("rating", "baseline", "target", "expected"))
    rows = _values(lambda row: held if row["indicator"] == "P2-OC-05" else {})
    context = _context(tmp_path, indicator_value=rows)
    codes = outcomes_of(context, links_of(context))
    line = count_line(context, codes)
    assert "1 without a target here" in line
    assert sum(int(number) for number in re.findall(r"\d+", line)) == len(judged_of(context, codes))


def test_what_worsened_outside_the_framework_is_in_the_first_sentence(tmp_path: Path) -> None:
    framework = [row for row in mart_rows()["framework_item"] if row["indicator"] != "P3-OC-02"]
    links = [row for row in mart_rows()["result_link"] if row["to_indicator"] != "P3-OC-02"]
    worse = _values(lambda row: {"trend": "worsening"} if row["indicator"] == "P3-OC-02" else {})
    rows = {"framework_item": framework, "result_link": links, "indicator_value": worse}
    context = _context(tmp_path, **rows)
    assert "P3-OC-02" not in outcomes_of(context, links_of(context))
    said = "One other indicator worsened significantly: "
    assert said + context.named("P3-OC-02") in overview.sentence(context)


def test_the_gravest_alert_is_asked_for_first(tmp_path: Path) -> None:
    (grave, *_) = (r for r in mart_rows()["pending_action"] if r["kind"] == "alert_response")
    minor = grave | {"level": "low", "type": "cattle_raid", "since": "2026-07-01 10:00:00"}
    context = _context(tmp_path, pending_action=[minor, grave])
    asked = [one.text for one in decisions(context) if one.path == "/alerts"]
    assert ["cattle" in text for text in asked] == [False, True]


def test_the_largest_gaps_name_their_month_whatever_period_is_chosen(context_at: At) -> None:
    for period in ("2026-Q2", "2026-Q3"):
        context = context_at(f"/?period={period}")
        assert _card(context, overview.body(context), "next").startswith("Where, Sep\u00a02026")
        assert brief_content(context)["where"]["title"] == "Where, Sep\u00a02026"


def test_every_area_without_a_patrol_is_named_or_counted_not_only_the_first_by_rank(
    tmp_path: Path,
) -> None:
    """The longest wait may be where few incidents are expected."""
    rows, own = mart_rows()["protection_gap"], {"component": "days_since_patrol_police"}
    ranks = [row for row in rows if row["component"] == "gap" and row.get("value")]
    late = {ranks[1]["area"]: 15.0, ranks[-1]["area"]: 39.0}
    days = [
        row | own | {"value": late.get(row["area"], 14.0), "counted_to": date(2026, 9, 30)}
        for row in ranks
    ]
    said = map.sentence(_context(tmp_path / "two", "/map", protection_gap=[*ranks, *days]))
    named = " and ".join(AREA_NAMES[area] for area in late)
    assert said.endswith(f"No police or military patrol for over two weeks in {named}.")
    all_late = [row | {"value": 15.0} for row in days]
    many = map.sentence(_context(tmp_path / "all", "/map", protection_gap=[*ranks, *all_late]))
    first = ", ".join(AREA_NAMES[row["area"]] for row in ranks[:5])
    assert many.endswith(f"in {first} and {len(ranks) - 5} more.")


def test_what_was_done_beside_the_plan_is_nowhere_counted_as_done_of_it(tmp_path: Path) -> None:
    """Of 4 planned 3 were done, and 5 elsewhere: neither a month nor a unit has done 8 of 4."""
    lines = mart_rows()["work_plan"]
    elsewhere = lines[0] | {"area": LATE_AREA, "outcome": "_Z", "lines": 0, "done": 5}
    beside = elsewhere | dict.fromkeys(("original", "quantity", "reasons"))
    other_unit = beside | {"unit_code": "IPO-9", "done": 2}
    rows = [*lines, beside, other_unit]
    context = _context(tmp_path, "/budget?period=2026-Q3", work_plan=rows)
    said = budget.sentence(context)
    assert "of 4 activities planned" in said and "3 were done" in said
    assert "The log has 7 more where nothing was planned." in said
    body = " ".join(text_of(budget.body(context)).split())
    by_month, by_unit = body.split("Work plan by month", 1)[1].split("Work plan by unit", 1)
    assert "3 of 4 planned; 7 more where nothing was planned" in by_month
    assert "3 of 4 planned to date; 12 in all; 5 more where nothing was planned" in by_unit
    assert "2, not planned" in by_unit
    assert not re.search(r"\b(8|10|5) of 4\b", body)


def test_why_fewer_alerts_were_due_than_received_is_said_below_them(context_at: At) -> None:
    """Some of those received needed no action, and some were due in another period."""
    said = {one: text_of(alerts.body(context_at(f"/alerts?lang={one}"))) for one in ("en", "fr")}
    assert "alerts that needed action, in the period in which their target time ended" in said["en"]
    assert "appelant une action, dans la période où leur délai a pris fin" in said["fr"]


def test_an_output_says_apart_what_of_it_the_plan_foresaw(context_at: At) -> None:
    context = context_at("/?period=2026-Q3")
    done, plan = context.cell("P1-OP-02").value, context.plans["P1-OP-02"]
    assert done is not None and plan["unplanned"] == 4
    said = output_done(context, "P1-OP-02")
    assert f"{done - 4:.0f} of {plan['quantity']:.0f} planned, 4 where nothing was planned" in said
    assert said.startswith(f"{done:.0f} (police): ")


def test_a_period_without_a_report_due_is_no_mission_without_a_calendar(tmp_path: Path) -> None:
    owed = mart_rows()["return_status"]
    earlier = [row for row in owed if row["month"] < date(2026, 7, 1)]
    later = [row for row in owed if row["month"] > date(2026, 3, 31)]
    cases = {"earlier": ("2026-Q3", earlier), "later": ("2026-Q1", later), "never": ("2026-Q3", [])}
    for name, (period, rows) in cases.items():
        context = _context(tmp_path / name, f"/?period={period}", return_status=rows)
        for said in (
            _card(context, overview.body(context), "next"),
            data_quality.sentence(context),
        ):
            assert ("No reports were due in this period." in said) == bool(rows), name
            assert ("no reporting calendar" in said) == (not rows), name


def test_reports_of_a_site_are_those_of_the_area_that_owes_them(tmp_path: Path) -> None:
    """Reports are due from areas: of a site inside one, pages said that none was due."""
    areas = mart_rows()["area"]
    around = next(row for row in areas if row["area_code"] == LATE_AREA)
    site = around | {"area_code": "S1", "area_level": "site", "parent_area_code": LATE_AREA}
    at = {
        code: _context(tmp_path / code, f"/?area={code}", area=[*areas, site])
        for code in ("S1", LATE_AREA)
    }
    said = {code: data_quality.sentence(context) for code, context in at.items()}
    assert said["S1"] == said[LATE_AREA]
    assert "reports due were received" in said["S1"] and "No reports were due" not in said["S1"]
    assert "No reports were due" not in _card(at["S1"], overview.body(at["S1"]), "next")


def test_units_and_delays_are_those_of_the_chosen_area(context_at: At) -> None:
    for card in ("grid", "delays"):
        whole, part = (
            _card(c := context_at(path), data_quality.body(c), card)
            for path in ("/data-quality", f"/data-quality?area={LATE_AREA}")
        )
        assert whole != part, card
    reporting = _card(c, data_quality.body(c), "grid")
    units = {f"IPO {name}" for name in AREA_NAMES.values()}
    assert {unit for unit in units if unit in reporting} == {f"IPO {AREA_NAMES[LATE_AREA]}"}


def test_an_area_that_sent_nothing_does_not_read_as_unchanged(tmp_path: Path) -> None:
    silent = {"obs_status": "O", "conf_status": "F", "disclosure": "exact", "trend": None}
    nothing = silent | dict.fromkeys(("value", "ci_low", "ci_high", "n"))
    rows = _values(lambda row: nothing if row["area"] == LATE_AREA else {})
    context = _context(tmp_path, f"/?area={LATE_AREA}&period=2026-09", indicator_value=rows)
    assert overview.sentence(context) == "No outcome has a figure in this period."


def test_a_trend_says_what_was_compared_and_one_that_is_missing_says_why(tmp_path: Path) -> None:
    """A change of what came is no change of the whole, and "not assessed" is no reason."""
    on = {"trend_areas": 31, "trend_areas_due": 35, "trend_months": 84, "trend_months_due": 105}
    said = {"P2-OC-02": on, "P2-OC-07": {"trend": None, "trend_reason": "few_months_before"}}
    rows = _values(lambda row: said.get(row["indicator"], {}) if row["area"] == COUNTRY else {})
    found = {}
    for language in ("en", "fr"):
        context = _context(tmp_path / language, f"/?lang={language}", indicator_value=rows)
        found[language] = text_of(overview.body(context))
    english = "≈ no significant change; on 31 of 35 areas (together 84 of 105 months)"
    french = "≈ pas d’évolution significative\u202f; sur 31 des 35 zones (84 des 105 mois en tout)"
    assert english in found["en"] and french in found["fr"]
    assert "too few earlier months with cases" in found["en"]
    assert "trop peu de mois antérieurs avec des cas" in found["fr"]


# 4. "The other questions show no clear change" of questions not tested


def test_questions_that_were_not_tested_are_not_counted_as_unchanged(tmp_path: Path) -> None:
    one = _values(lambda row: {"trend": None} if row["indicator"] == "P3-OC-02" else {})
    sentence = perceptions.sentence(_context(tmp_path / "one", indicator_value=one))
    assert "The other question tested shows no significant change." in sentence
    all_rows = _values(lambda _: {"trend": None})
    none = perceptions.sentence(_context(tmp_path / "none", indicator_value=all_rows))
    assert none == "No outcome’s change could be assessed."


# 5. "full register" of medians, of estimates, and above "provisional"


@pytest.mark.parametrize(
    ("unit", "method", "is_provisional", "said"),
    [
        (Unit("patrols", "count"), "full_register", False, True),
        (Unit("percent", "ratio"), "full_register", False, True),
        (Unit("minutes", "median"), "full_register", False, False),
        (Unit("persons", "sum"), "full_register", False, False),
        (Unit("patrols", "count"), "full_register", True, False),
        (Unit("percent", "proportion"), None, False, False),
    ],
)
def test_recorded_cases_are_named_where_cases_are_counted_and_all_reports_are_in(
    unit: Unit, method: str | None, is_provisional: bool, said: bool
) -> None:
    reports = Said("beside", "provisional_reports", {"due": 187.0, "received": 118.0})
    beside = Statement(beside=(reports,) if is_provisional else ())
    cell = Cell(beside, value=12.0, n=12, method=method, is_provisional=is_provisional)
    for words, recorded in ((ENGLISH, "recorded cases"), (FRENCH, "cas enregistrés")):
        texts = value_sentence(cell, unit, words), text_of(value_with_interval(cell, unit, words))
        assert [recorded in text for text in texts] == [said, said]
    assert ("118 of 187 reports" in value_sentence(cell, unit, ENGLISH)) == is_provisional


# 6. "true zero" of what may be a nil report or no record at all


def test_a_zero_is_what_was_reported() -> None:
    assert (ENGLISH("key.zero"), FRENCH("key.zero")) == ("0 reported", "0 déclaré")


def test_a_zero_from_a_closed_area_says_that_it_is_closed(tmp_path: Path) -> None:
    zero = {"value": 0.0, "n": 0, "obs_status": "A", "conf_status": "F", "disclosure": "exact"}
    zero |= {"returns_due": None, "returns_received": None, "period": "2026-09"}
    rows = _values(
        lambda row: (
            zero
            if (row["indicator"], row["area"], row["period"]) == (UNRANKED, CLOSED_AREA, "2026-09")
            else {}
        )
    )
    context = _context(tmp_path, f"/?area={CLOSED_AREA}&period=2026-09", indicator_value=rows)
    assert "no access to the area in this period" in text_of(overview.body(context))


# 7. "not reported" of months without a survey wave


def test_a_month_without_a_wave_is_not_an_unreported_month(context_at: At) -> None:
    assert context_at("/?period=2026-07").cell("P2-OC-05").state == "no_survey"
    text = text_of(overview.body(context_at("/?period=2026-07&lang=fr")))
    assert "pas d’enquête sur la période" in text


# 8. "Nothing is known" of one indicator's gap


def test_the_map_says_of_what_there_are_no_data(context_at: At) -> None:
    english = map.sentence(context_at("/map?indicator=P2-OC-07"))
    assert "No data: Gorou and Ilora." in english and "Suppressed: Jebala." in english
    assert "Fewer than 8: Kessi." in english
    french = map.sentence(context_at("/map?indicator=P2-OC-07&lang=fr"))
    assert "Pas de données\u00a0: Gorou et Ilora." in french


def test_the_map_names_no_calm_area_as_the_worst(tmp_path: Path) -> None:
    names = list(AREA_NAMES)

    def calm(row: dict[str, Any]) -> Mapping[str, Any]:
        is_calm = row["indicator"] == "P2-OC-07" and row["area"] != COUNTRY
        figures = {"ci_low": None, "ci_high": None, "n": 0}
        return {**figures, "value": 0.0} if is_calm and row["value"] is not None else {}

    context = _context(tmp_path, "/map?indicator=P2-OC-07", indicator_value=_values(calm))
    sentence = map.sentence(context)
    assert ": 0 reported in 8 areas." in sentence and "highest" not in sentence
    assert not any(AREA_NAMES[code] in sentence for code in names[:4])


def test_why_no_area_is_ranked_is_what_is_said_of_the_areas(tmp_path: Path) -> None:
    """Incidents known by the year alone are no reports that did not come."""
    none = {"value": None, "rank_low": None, "rank_high": None}
    rows = [row for row in mart_rows()["protection_gap"] if row["component"] == "gap"]
    one = [row | none | {"reason_en": "Not ranked: no day is known."} for row in rows]
    context = _context(tmp_path / "one", "/map", protection_gap=one)
    assert map.sentence(context) == "No area can be ranked. Not ranked: no day is known."
    two = [one[0] | {"reason_en": "Not ranked: no access."}, *one[1:]]
    context = _context(tmp_path / "two", "/map", protection_gap=two)
    assert map.sentence(context) == "No area can be ranked."


def test_an_incident_stands_in_the_list_of_the_periods_that_count_it(tmp_path: Path) -> None:
    """One known by its year alone stood in the month and the quarter of its first day."""
    own = mart_rows()["incident"][0] | {"occurred_on": "2026-08-01"}
    rows = [
        own | {"incident_code": f"I-of-a-{name}", "date_precision": name}
        for name in ("day", "month", "quarter", "year")
    ]
    listed = {"2026-08": 2, "2026-Q3": 3}
    for period, number in listed.items():
        context = _context(tmp_path / period, f"/incidents?period={period}", incident=rows)
        found = EVENTS.records(context)
        assert len(found) == number, period
    assert {row["date_precision"] for row in found} == {"Day", "Month", "Quarter"}


def test_of_many_areas_with_one_value_none_is_singled_out(tmp_path: Path) -> None:
    def alike(row: dict[str, Any]) -> Mapping[str, Any]:
        is_area = row["indicator"] == "P2-OC-07" and row["area"] != COUNTRY
        return {"value": 2.0} if is_area and row["value"] is not None else {}

    context = _context(tmp_path, "/map?indicator=P2-OC-07", indicator_value=_values(alike))
    assert "highest: 2.0, in 8 areas." in map.sentence(context)


def test_the_slider_of_the_map_carries_its_subject(context_at: At) -> None:
    body = map.body(context_at("/map?period=2026-09&indicator=P2-OC-07"))
    (time,) = [part for part in components(body) if getattr(part, "className", "") == "time"]
    subject = dict(pair.split("=") for pair in getattr(time, "data-subject").split("&"))
    there = context_at(f"/map?period=2024-01&indicator={subject['indicator']}")
    assert indicator_layer.asked(there) == subject["indicator"]


def test_an_indicator_by_which_areas_are_not_ordered_is_on_no_map(context_at: At) -> None:
    context = context_at(f"/map?indicator={UNRANKED}")
    assert UNRANKED not in indicators_with_areas(context)
    body = indicator.body(context_at(f"/indicators/{UNRANKED}"))
    assert "in the order of names" in text_of(body) and "highest first" not in text_of(body)
    cells = {
        area: Cell(Statement(), value=value)
        for area, value in zip(list(AREA_NAMES)[:3], (1, 9, 5), strict=True)
    }
    ranked = sorted(cells, key=lambda area: area_rank(context, UNRANKED, area, cells[area]))
    assert ranked == sorted(cells, key=context.area_name)


# 9. "Every area sent a report" of a month part without access, part missing; lists cut unsaid


def _returns(statuses: Mapping[str, tuple[str, ...]]) -> Rows:
    return [
        {"source": f"source {number}", "unit_code": None, "area": area, "status": status}
        | {"mission": "minutam", "month": date(2026, 9, 1)}
        for area, found in statuses.items()
        for number, status in enumerate(found)
    ]


def test_a_month_part_closed_and_part_missing_sent_no_report(tmp_path: Path) -> None:
    returns = _returns({LATE_AREA: ("no_access", "not_submitted")})
    context = _context(tmp_path, "/?period=2026-09", return_status=returns)
    text = " ".join(_card(context, overview.body(context), "next").split())
    assert "Gorou No report received for Sep" in text and "from every area" not in text


def test_lists_that_stop_say_how_many_more_there_are(tmp_path: Path) -> None:
    returns = _returns(dict.fromkeys(list(AREA_NAMES)[:8], ("not_submitted",)))
    body = overview.body(context := _context(tmp_path, "/?period=2026-09", return_status=returns))
    assert "and 5 more" in _card(context, body, "next")
    assert "Aroko, Beldane, Cassou and 5 more" in _card(context, body, "certainty")


# 10. Rows with two errors counted twice, as rows


def test_errors_are_counted_as_errors(context_at: At) -> None:
    for path, page in (("/", overview), ("/data-quality", data_quality)):
        assert "37 errors" in text_of(page.body(context_at(path)))
        assert "37 erreurs" in text_of(page.body(context_at(f"{path}?lang=fr")))


# 11, 15. "not reached" of people who refused; "fewer than N" of every suppressed count


def test_response_by_group_is_no_reach_and_names_no_threshold(tmp_path: Path) -> None:
    rows = mart_rows()["survey_response"]
    hidden = [
        row | ({"sampled": None, "answered": None} if row["sex"] == "M" else {}) for row in rows
    ]
    context = _context(tmp_path, "/perceptions", survey_response=hidden)
    text = _card(context, perceptions.body(context), "reached")
    assert text.startswith("Response by group") and "reached" not in text
    assert "suppressed" in text and "fewer than" not in text


# 12. "the period before" of what is compared with the wave before or the same period last year


@pytest.mark.parametrize("key", ["extract.column.trend", "cli.explain.definition_changed"])
def test_a_trend_names_what_it_is_compared_with(key: str) -> None:
    assert "same period last year" in message(key) and "period before" not in message(key)
    assert "même période de l’an dernier" in message(key, "fr")


# 13, 14. "What is missing touches" of running periods; "No published figure changed"


def test_provisional_indicators_are_not_all_touched_by_missing_reports(context_at: At) -> None:
    text = text_of(data_quality.body(context_at("/data-quality?open=all")))
    assert "indicators are provisional or lack data." in text and "touches" not in text


def test_without_revisions_changes_in_suppression_are_not_denied(tmp_path: Path) -> None:
    context = _context(tmp_path, "/data-quality?open=all", revision=[])
    text = text_of(data_quality.body(context))
    assert "No value revised; changes in suppression are not listed." in text


# 16, 17. A list that does not exist; data said to be safe


@pytest.mark.parametrize("language", ["en", "fr"])
def test_nothing_is_promised_that_is_not_there(language: str) -> None:
    given = {"reference": "x", "path": "x"}
    leader = message("page.first.leader", language)
    assert "waits for you" not in leader and "attend" not in leader
    for key in ("page.state.error.lead", "cli.fault", "cli.interrupted"):
        text = message(key, language, **given)
        assert {"en": "releases are unchanged", "fr": "publications sont inchangées"}[
            language
        ] in text


# 18. "cannot tell" of a finding whose interval lies within the margin set before


def test_a_difference_within_the_margin_is_not_inconclusive() -> None:
    small = {"grade": None, "status": "small_at_most"}
    assert text_of(evidence_mark(small, ENGLISH)) == "small at most"
    assert text_of(evidence_mark(small, FRENCH)) == "faible tout au plus"
    assert "inconclusive" in text_of(evidence_mark({"grade": "D", "status": "tested"}, ENGLISH))
    untested = {"grade": None, "status": "not_tested"}
    assert text_of(evidence_mark(untested, ENGLISH)) == "not tested"


# 19, 20. Titles wider than the measure; causes claimed


def test_titles_are_no_wider_than_the_measure() -> None:
    entries = load_catalogue()
    shorts = {code: entries[code].short for code in ("X-IM-03", "P2-OC-04", "P1-OC-05")}
    assert entries["X-IM-01"].title.en == "Adults who rate their safety as good"
    assert entries["X-IM-01"].title.fr == "Adultes jugeant bonne leur sécurité"
    assert "(verified)" in shorts["X-IM-03"].en and "(cas vérifiés)" in shorts["X-IM-03"].fr
    assert "No recorded incident" in shorts["P2-OC-04"].en
    assert shorts["P1-OC-05"].fr == "Femmes pouvant dire leurs préoccupations"
    assert "avec sa participation" in entries["P1-OP-02"].title.fr
    assert "dus à" not in entries["X-IM-06"].title.fr and "liés à" in entries["X-IM-06"].title.fr


# Beside the list: dots, rows and reasons


def test_the_end_dot_of_a_line_stands_where_there_is_a_value() -> None:
    empty = Cell(Statement(Said("empty", "no_survey")))
    cells = [Cell(Statement(), value=30.0), Cell(Statement(), value=40.0), empty, empty]
    drawing = Drawing(66, 30, 30.0, 40.0, "light")
    end = f'cx="{drawing.x(1, 4):.1f}" cy="{drawing.y(40.0):.1f}" r="3"'
    assert end in line_drawing(drawing, cells, joins_gaps=True).replace("%22", '"')
    assert 'r="3"' not in line_drawing(drawing, cells).replace("%22", '"')
    shown = sparkline(cells, Unit("percent", "proportion"), ENGLISH, "light", joins_gaps=True)
    assert shown is not None and f'cx="{drawing.x(1, 4):.1f}"' in shown.src.replace("%22", '"')


def test_a_file_whose_rows_are_not_told_has_no_nan(tmp_path: Path) -> None:
    rows = [row | {"rows": None} for row in mart_rows()["contribution"]]
    context = _context(tmp_path, "/indicators/P2-OC-07", contribution=rows)
    text = text_of(indicator.body(context))
    assert "incidents_0926.xlsx" in text and "NaN" not in text


def test_an_indicator_with_a_target_is_not_called_one_without(tmp_path: Path) -> None:
    cleared = {"baseline": None, "target": None, "rating": None}
    rows = _values(lambda row: cleared if row["indicator"] == "P2-OC-07" else {})
    context = _context(tmp_path, "/indicators/P2-OC-07", indicator_value=rows)
    text = text_of(indicator.body(context))
    assert "the target is set for another area or length of period" in text
    assert "no target" not in text


def test_figures_of_persons_say_how_they_are_shown(context_at: At) -> None:
    text = text_of(map.body(context_at("/map?indicator=P2-OC-07")))
    assert "Counts of 1–7 are shown as <8" in text
    assert "Counts of 1–7" not in text_of(map.body(context_at("/map?indicator=P2-OC-05")))


def test_parts_outside_the_grid_say_where_they_are_published(tmp_path: Path) -> None:
    grid = [row for row in mart_rows()["breakdown_grid"] if row["area_level"] == "country"]
    address = f"/indicators/P2-OC-07?area={next(iter(AREA_NAMES))}"
    context = _context(tmp_path, address, breakdown_grid=grid)
    text = _card(context, indicator.body(context), "by_sex")
    assert "published for mission area only" in text


# Parts beside a total that they do not add up to


@pytest.mark.parametrize(("total", "is_said"), [(68.0, True), (83.0, False)])
@pytest.mark.parametrize("measure", ["sum", "rate"])
def test_parts_that_do_not_add_up_to_the_total_say_so(
    tmp_path: Path, measure: str, total: float, is_said: bool
) -> None:
    """By sex 44 and 39, of 68 in all: a case may stand in both, or a part is not told."""
    persons = {"measure": measure, "unit_of_measure": "persons"}
    column, sign = ("n", "n = ") if measure == "rate" else ("value", "")
    counted = [
        row | (persons if row["indicator"] == UNRANKED else {}) for row in mart_rows()["indicator"]
    ]
    by_sex = {"_T": total, "F": 44.0, "M": 39.0}
    rows = _values(
        lambda row: (
            {column: by_sex[row["sex"]]}
            if row["indicator"] == UNRANKED and row["value"] is not None
            else {}
        )
    )
    for language, said in (
        ("en", f"The parts add up to {sign}83, the total is {sign}68:"),
        ("fr", f"Les parties totalisent {sign}83, le total est {sign}68"),
    ):
        address = f"/indicators/{UNRANKED}?lang={language}"
        context = _context(tmp_path / language, address, indicator=counted, indicator_value=rows)
        text = _card(context, indicator.body(context), "by_sex")
        assert (said in text) == is_said, text


# How the forecast did stands beside the ranks that rest on it


@pytest.mark.parametrize(
    ("language", "parts"),
    [
        ("en", ("Mean of three years (shown) 2 4.0 0.140 1.60 0.81", "Lowest fifth 1.2 1.3 (")),
        ("fr", ("Moyenne de trois ans (montrée) 2 4,0 0,140 1,60 0,81", "le plus bas 1,2 1,3 (")),
    ],
)
def test_the_map_says_how_each_way_of_telling_risk_did(
    context_at: At, language: str, parts: tuple[str, ...]
) -> None:
    for view in ("", "&view=table"):
        context = context_at(f"/map?lang={language}{view}")
        text = re.sub(" +", " ", _card(context, map.body(context), "forecast"))
        assert all(part in text for part in parts), text
