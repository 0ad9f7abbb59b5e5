"""Parts of counts of persons against a slow count in pandas: no false zero, and they add up."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from indicators.compiler.cells.breakdowns import parts_sql
from indicators.foundation.errors import InternalFault
from tests.worlds.rows.warehouse import ABOVE, SmallWarehouse

Part = tuple[str, str, str, str, str]  # period type, period, area, sex, age group
SEXES, AGES = ("F", "M", "_U", None), ("Y0T17", "Y18T29", "_U", None)
people = st.fixed_dictionaries(
    {
        "area": st.sampled_from(["A2", "A1a", "A1b", "S1"]),
        "day": st.integers(0, 120).map(lambda number: date(2026, 1, 1) + timedelta(days=number)),
        "sex": st.sampled_from(SEXES),
        "age_group": st.sampled_from(AGES),
        "persons": st.integers(0, 40),
    }
)


@pytest.fixture(scope="module")
def small() -> SmallWarehouse:
    return SmallWarehouse()


def displaced(small: SmallWarehouse, rows: Sequence[dict[str, Any]]) -> None:
    small.connection.execute("DELETE FROM core.displacement_events")
    small.add(
        "displacement_events",
        [
            {
                "displacement_code": f"d{number}", "cause": "violence", "estimate_source": "count",
                "origin_area_code": row["area"], "displaced_on": row["day"],
                **{name: row[name] for name in ("sex", "age_group", "persons")},
            }
            for number, row in enumerate(rows)
        ],
    )  # fmt: skip


@settings(
    max_examples=8, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(rows=st.lists(people, min_size=1, max_size=30))
def test_parts_are_those_of_a_slow_count(small: SmallWarehouse, rows: list[dict[str, Any]]) -> None:
    displaced(small, rows)
    values = small.compute("X-IM-06", as_of=date(2026, 12, 31))
    found = cells(small.connection.execute(parts_sql("period_type IN ('M', 'Q')")).df())
    is_total = (values["sex"] == "_T") & (values["age_group"] == "_T")
    totals = values[is_total & values["period_type"].isin(["M", "Q"])]
    assert found == expected(slow_parts(rows), totals)
    assert_added_up(found, totals)


def slow_parts(rows: Sequence[dict[str, Any]]) -> pd.Series:
    """Persons by period, area, sex and age group; `_T` for all of them, `_U` for none."""
    lines = [
        {"period_type": kind, "period": period, "area": area, "persons": row["persons"],
         "sex": (row["sex"] or "_U") if by[0] else "_T",
         "age_group": (row["age_group"] or "_U") if by[1] else "_T"}
        for row in rows
        for kind, period in (("M", f"{row['day']:%Y-%m}"), ("Q", quarter(row["day"])))
        for area in ABOVE[row["area"]]
        for by in ((True, False), (False, True), (True, True))
        if in_grid(area, kind, by)
    ]  # fmt: skip
    key = ["period_type", "period", "area", "sex", "age_group"]
    return pd.DataFrame(lines).groupby(key)["persons"].sum()


def quarter(day: date) -> str:
    return f"{day.year}-Q{(day.month + 2) // 3}"


def in_grid(area: str, kind: str, by: tuple[bool, bool]) -> bool:
    is_coarse = area in ("C", "A1", "A2")
    return is_coarse and kind == "Q" if all(by) else is_coarse or kind == "Q"


def level(area: str) -> str:
    return {"C": "country", "A1": "admin1", "A2": "admin1", "S1": "site"}.get(area, "admin2")


def expected(counted: pd.Series, totals: pd.DataFrame) -> dict[Part, tuple[str, float | None]]:
    """Every code that has a person at that level by that kind of period, 0 where it has none."""
    codes: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for (kind, _, area, sex, age), persons in counted.items():
        if persons:
            codes.setdefault((level(area), kind), set()).add((sex, age))
    found = {}
    for total in totals.to_dict("records"):
        own = codes.get((total["area_level"], total["period_type"]), set())
        crossed = {pair for pair in own if "_T" not in pair}
        for sex, age in own | {(one[0], other[1]) for one in crossed for other in crossed}:
            key = (total["period_type"], total["period"], total["area"], sex, age)
            is_told = total["obs_status"] in ("A", "P")
            persons = float(counted.get(key, 0)) if is_told else None
            found[key] = (total["obs_status"], persons)
    return found


def cells(parts: pd.DataFrame) -> dict[Part, tuple[str, float | None]]:
    return {
        (row["period_type"], row["period"], row["area"], row["sex"], row["age_group"]): (
            row["obs_status"], None if pd.isna(row["value"]) else row["value"],
        )
        for row in parts.to_dict("records")
    }  # fmt: skip


def assert_added_up(found: dict[Part, tuple[str, float | None]], totals: pd.DataFrame) -> None:
    told = totals[totals["obs_status"].isin(["A", "P"]) & (totals["value"] > 0)]
    for total in told.to_dict("records"):
        key = (total["period_type"], total["period"], total["area"])
        for by in ((True, False), (False, True), (True, True)):
            if not in_grid(total["area"], total["period_type"], by):
                continue
            parts = [
                value or 0
                for part, (_, value) in found.items()
                if part[:3] == key and (part[3] != "_T", part[4] != "_T") == by
            ]
            assert sum(parts) == total["value"], (key, by)


def test_people_without_a_stated_sex_are_no_false_zero(small: SmallWarehouse) -> None:
    usual = {"area": "A1a", "sex": None, "age_group": None, "persons": 40}
    march = {"day": date(2026, 3, 1), "sex": "F", "persons": 3}
    displaced(small, [usual | {"day": date(2026, 1, 5), "persons": 9637}, usual | march])
    small.compute("X-IM-06")
    parts = cells(small.connection.execute(parts_sql("area = 'A1' AND period_type = 'M'")).df())
    assert parts["M", "2026-01", "A1", "_U", "_T"] == ("A", 9637)
    assert parts["M", "2026-01", "A1", "F", "_T"] == ("A", 0)  # all are told: nothing is hidden


def test_parts_that_do_not_make_up_their_total_stop_the_refresh(small: SmallWarehouse) -> None:
    row = {"area": "A1a", "day": date(2026, 1, 5), "sex": "F", "age_group": None, "persons": 4}
    displaced(small, [row])
    small.compute("X-IM-06")
    small.connection.execute(
        "UPDATE mart.indicator_value SET value = 3 WHERE sex = 'F' AND area = 'A1'"
    )
    with pytest.raises(InternalFault, match="and its parts add up to"):
        small.compute("X-IM-06", as_of=date(2026, 12, 30))
