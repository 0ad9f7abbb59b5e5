"""Versions of a definition: each period is computed by the one in force when it ended."""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from indicators.assessment.rating import rate
from indicators.assessment.trend import DEFINITION_CHANGED, trends
from indicators.definitions.catalogue import read_indicator
from indicators.definitions.indicator import Indicator
from indicators.definitions.versions import decided_by, versions_of
from indicators.foundation.data_folder import data_folder
from indicators.foundation.errors import WrongUse
from tests.worlds.rows.warehouse import SmallWarehouse, small_mission, total_rows

CODE = "P2-OP-01"
PATROLS = data_folder() / "indicators" / f"{CODE}.yaml"
TODAY = date(2026, 12, 31)
NIGHTS = {"kind": "count", "where": "activity_type = 'patrol' and status = 'completed'"}
WHAT = {"en": "Patrols of every component count.", "fr": "Toutes les composantes comptent."}
SECOND = {
    "version": 2,
    "effective_from": date(2026, 7, 1),
    "measure": NIGHTS,
    "returns": None,
    "changes": [{"version": 2, "on": date(2026, 6, 15), "what": WHAT}],
}
FIRST_DIFFERS = {
    "measure": {**NIGHTS, "where": NIGHTS["where"] + " and component = 'police'"},
    "definition": {"en": "Patrols of police.", "fr": "Patrouilles de la police."},
}


def write(tmp_path: Path, earlier: list[dict[str, Any]], **more: Any) -> Path:
    entry = yaml.safe_load(PATROLS.read_text(encoding="utf-8"))
    path = tmp_path / PATROLS.name
    text = yaml.safe_dump({**entry, **SECOND, "earlier_versions": earlier, **more})
    path.write_text(text, encoding="utf-8")
    return path


def first(**more: Any) -> dict[str, Any]:
    return {
        "version": 1,
        "effective_from": date(2026, 1, 1),
        "differs": dict(FIRST_DIFFERS),
        **more,
    }


@pytest.fixture
def patrols(tmp_path: Path) -> Indicator:
    return read_indicator(write(tmp_path, [first()]))


@pytest.fixture
def small(patrols: Indicator) -> SmallWarehouse:
    """In each month from January 2025 one patrol of police and two of the military."""
    small = SmallWarehouse()
    days = [datetime(2025 + at // 12, at % 12 + 1, 10, 8) for at in range(24)]
    units = ("P1", "M1", "M1")
    small.add("activities", [{"started_at": day, "unit_code": u} for day in days for u in units])
    return small


def computed(small: SmallWarehouse, patrols: Indicator) -> Mapping[str, tuple[int, float]]:
    begun = date(2025, 1, 1)  # before it nothing is compared
    values = small.compute(CODE, catalogue={CODE: patrols}, as_of=TODAY, starts_on=begun)
    rows = total_rows(values)
    rows = rows[rows["area"] == "C"]
    named = rows[["period", "indicator_version", "value"]].itertuples(index=False)
    return {period: (version, value) for period, version, value in named}


def test_an_earlier_version_is_as_now_but_for_what_differed(patrols: Indicator) -> None:
    now, before = versions_of(patrols)
    assert (now.version, before.version) == (2, 1)
    assert before.definition.en == "Patrols of police." and before.title == now.title
    assert before.measure.where != now.measure.where
    assert before.changes == () and now.changes[0].what.en == WHAT["en"]


def test_a_period_is_computed_by_the_version_in_force_when_it_ended(
    patrols: Indicator, small: SmallWarehouse
) -> None:
    values = computed(small, patrols)
    assert values["2026-06"] == (1, 1) and values["2026-07"] == (2, 3)
    assert values["2026-Q2"] == (1, 3) and values["2026-Q3"] == (2, 9)
    assert values["2026"] == (2, 36) and values["2025"] == (1, 12)
    assert values["2025-01"] == (1, 1)


def test_no_figure_stands_twice_and_files_are_named_under_its_version(
    patrols: Indicator, small: SmallWarehouse
) -> None:
    computed(small, patrols)
    rows = small.connection.execute(
        """SELECT period, indicator, indicator_version, sum(rows) FROM mart.contribution
        WHERE area = 'C' AND period IN ('2026-06', '2026-07') GROUP BY ALL ORDER BY period"""
    ).fetchall()
    assert rows == [("2026-06", CODE, 1, 1), ("2026-07", CODE, 2, 3)]
    named = small.connection.execute("SELECT DISTINCT indicator FROM mart.indicator_value")
    assert named.fetchall() == [(CODE,)]


def test_the_register_holds_each_version_with_its_sql_and_what_it_changed(
    patrols: Indicator, small: SmallWarehouse
) -> None:
    computed(small, patrols)
    rows = small.connection.execute(
        "SELECT version, definition_en, change_en, sql, entry FROM mart.indicator ORDER BY version"
    ).fetchall()
    assert [row[:3] for row in rows] == [
        (1, "Patrols of police.", None),
        (2, patrols.definition.en, WHAT["en"]),
    ]
    assert "component = 'police'" in rows[0][3] and "component = 'police'" not in rows[1][3]
    again = Indicator.model_validate_json(rows[0][4])
    assert again == versions_of(patrols)[1]


def test_figures_of_two_versions_are_not_compared_and_that_is_said(
    patrols: Indicator, small: SmallWarehouse
) -> None:
    computed(small, patrols)
    trends(small.connection, small_mission([CODE]))
    found = dict(
        small.connection.execute(
            """SELECT period, trend FROM mart.indicator_value
            WHERE area = 'C' AND unit_type = '_T' AND breakdown = '_T' AND period_type = 'M'"""
        ).fetchall()
    )
    assert found["2026-07"] == found["2026-12"] == DEFINITION_CHANGED
    assert found["2026-06"] != DEFINITION_CHANGED and found["2025-03"] is None


def test_targets_are_those_of_the_version_in_force_now(
    patrols: Indicator, small: SmallWarehouse
) -> None:
    target = {"value": 5, "on": date(2026, 12, 31)}
    chosen = {"indicators": [{"code": CODE, "target": target}]}
    small.compute(CODE, catalogue={CODE: patrols}, as_of=TODAY, **chosen)
    rate(small.connection, small_mission([CODE], **chosen))
    found = small.connection.execute(
        """SELECT indicator_version, count(target) > 0, count(rating) > 0
        FROM mart.indicator_value GROUP BY ALL ORDER BY ALL"""
    ).fetchall()
    assert found == [(1, False, False), (2, True, True)]


@pytest.mark.parametrize(
    ("earlier", "more", "rule", "key"),
    [
        (
            [first(differs={"measur": {}})],
            {},
            "yaml_unknown_key",
            "earlier_versions.0.differs.measur",
        ),
        ([first(differs={"code": "P2-OP-02"})], {}, "yaml_unknown_key", None),
        (
            [first(differs={"measure": {"kind": "count", "wher": "x"}})],
            {},
            "yaml_unknown_key",
            None,
        ),
        (
            [first(differs={"measure": {**NIGHTS, "where": "stats = 'completed'"}})],
            {},
            "expression_unknown_column",
            "earlier_versions.0.differs.measure.where",
        ),
        ([first(differs={"source": "activites"})], {}, "catalogue_table", None),
        ([first(differs={})], {}, "yaml_invalid", "earlier_versions.0.differs"),
        ([first(version=2)], {}, "catalogue_version_order", "earlier_versions.0"),
        ([first(effective_from=date(2026, 7, 1))], {}, "catalogue_version_order", None),
        ([first(), first()], {}, "catalogue_version_order", "earlier_versions.1"),
        ([first()], {"changes": []}, "catalogue_version_untold", "changes"),
        ([first(differ={"x": 1})], {}, "yaml_unknown_key", "earlier_versions.0.differ"),
    ],
)
def test_an_earlier_version_is_held_to_what_the_present_one_is(
    tmp_path: Path, earlier: list[dict[str, Any]], more: dict[str, Any], rule: str, key: str | None
) -> None:
    with pytest.raises(WrongUse) as refused:
        read_indicator(write(tmp_path, earlier, **more))
    problems = [problem for problem in refused.value.problems if problem.rule == rule]
    assert problems, refused.value
    assert key is None or key in [problem.parameters["key"] for problem in problems]


def test_a_version_is_known_from_the_day_on_which_it_was_decided(patrols: Indicator) -> None:
    catalogue = {CODE: patrols}
    before = decided_by(catalogue, date(2026, 6, 14))[CODE]
    assert (before.version, before.earlier_versions, before.changes) == (1, (), ())
    assert before.measure.where == FIRST_DIFFERS["measure"]["where"]
    assert decided_by(catalogue, date(2026, 6, 15)) == catalogue
