"""Compiled SQL as people read it: one golden file a measure kind.

After a wanted change, write them anew with POCLENS_WRITE_GOLDEN=1 and read the difference.
"""

import os
from pathlib import Path

import pytest

from indicators.compiler.explanation.figure_sql import indicator_sql
from indicators.compiler.plan import plan_indicator
from indicators.definitions.catalogue import load_catalogue
from indicators.definitions.indicator import Indicator
from indicators.definitions.measures import Measure

GOLDEN = Path(__file__).parent / "golden"
PATROL = "activity_type = 'patrol'"


def golden_indicators() -> dict[str, Indicator]:
    """One indicator a measure kind; the two kinds that no entry has yet are made of P2-OP-02."""
    catalogue = load_catalogue()
    listed = {
        "count": "P2-OP-06",
        "sum": "P2-OP-02",
        "count_distinct": "P1-OP-09",
        "median": "P2-OC-03",
        "ratio": "P2-OP-03",
        "rate": "P2-OC-07",
        "proportion": "P2-OC-05",
        "difference": "X-IM-02",
    }
    found = {kind: catalogue[code] for kind, code in listed.items()}
    made = {
        "mean": Measure(kind="mean", value="personnel_count", where=PATROL),
        "quantile": Measure(kind="quantile", value="personnel_count", quantile=0.9, where=PATROL),
    }
    base = catalogue["P2-OP-02"]
    found |= {kind: base.model_copy(update={"measure": measure}) for kind, measure in made.items()}
    found["ratio_of_a_stock"] = catalogue["P3-OC-07"]
    found["ratio_of_a_register"] = catalogue["P3-OC-03"]
    found["count_of_values"] = catalogue["X-IM-05"]
    return found


@pytest.mark.parametrize("kind", sorted(golden_indicators()))
def test_compiled_sql_is_the_golden_one(kind: str) -> None:
    indicator = golden_indicators()[kind]
    text = f"-- {kind}: {indicator.code}, {indicator.title.en}\n{indicator_sql(indicator)}\n"
    path = GOLDEN / f"{kind}.sql"
    if os.environ.get("POCLENS_WRITE_GOLDEN") == "1":
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


def test_every_entry_compiles_to_named_stages_of_core_tables_alone() -> None:
    for indicator in load_catalogue().values():
        sql = indicator_sql(indicator)
        stage = "shown_wave AS (" if indicator.is_survey else "in_figure AS ("
        assert stage in sql and "cube." not in sql and "mart." not in sql
        assert not any(line.endswith(" ") for line in sql.splitlines())


def test_sex_and_age_group_are_crossed_and_no_other_pair_is() -> None:
    base = load_catalogue()["P1-OP-03"]
    columns = {"unit_type": "unit_type", "sex": "sex", "age_group": "age_group"}
    planned = plan_indicator(base.model_copy(update={"disaggregate": columns}))
    names = [tuple(dimension.name for dimension in grouping) for grouping in planned.groupings]
    assert names == [(), ("unit_type",), ("sex",), ("age_group",), ("sex", "age_group")]
