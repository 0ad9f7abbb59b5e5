"""A dated event file declares the days it speaks for (definitions 49), kept with the file."""

from datetime import date
from typing import Any

import pytest
import yaml

from indicators.foundation.data_folder import data_folder
from indicators.foundation.errors import WrongUse
from pipelines.mapping.model import load_sources, read_source
from tests.worlds.mission.delivered import SmallMission
from tests.worlds.mission.mappings import POPULATION

ROWS = "area,day,sex,persons\nXX01,2024-01-01,F,100\n"
SPANS = (
    "SELECT name, table_name, covers_from, covers_to, precision FROM ops.covered_span "
    "JOIN ops.input_file USING (file_sha256) WHERE status = 'loaded'"
)


@pytest.mark.parametrize(
    ("covers", "first", "last", "precision"),
    [
        (["2024-01-05", "2024-03-31"], date(2024, 1, 5), date(2024, 3, 31), "day"),
        (["2023-02", "2024-02"], date(2023, 2, 1), date(2024, 2, 29), "month"),
        (["2013", "2019"], date(2013, 1, 1), date(2019, 12, 31), "year"),
        ([None, "2019"], None, date(2019, 12, 31), "year"),
        (["2013-01-01", None], date(2013, 1, 1), None, "day"),
    ],
)
def test_the_span_stands_with_the_file_that_counts(
    small: SmallMission, covers: list[Any], first: date, last: date, precision: str
) -> None:
    small.add_source(POPULATION | {"covers": covers})
    small.deliver("population.csv", ROWS)
    small.deliver("population.csv", ROWS.replace("100", "101"))
    assert small.query(SPANS) == [("population.csv", "population", first, last, precision)]


def test_without_the_key_nothing_is_declared(small: SmallMission) -> None:
    small.deliver("population.csv", ROWS)
    assert small.query("FROM ops.covered_span") == []


@pytest.mark.parametrize("covers", [["2019", "2013"], ["2013"], ["last year", "2013"], ["2013-13"]])
def test_a_span_that_is_none_is_refused(small: SmallMission, covers: list[str]) -> None:
    path = small.profile / "sources" / "population.yaml"
    path.write_text(yaml.safe_dump(POPULATION | {"covers": covers}), encoding="utf-8")
    with pytest.raises(WrongUse, match="covers"):
        read_source(path)


def test_the_shipped_event_files_say_what_they_cover() -> None:
    spans = {}
    for mission in ("south_sudan", "mali"):
        for source in load_sources(data_folder() / "missions" / mission).values():
            if source.span():
                spans[mission, source.source] = source.span()
    assert spans == {
        ("south_sudan", "events"): (date(2011, 1, 1), date(2017, 12, 31), "day"),
        ("mali", "events_by_year"): (date(2013, 1, 1), date(2019, 12, 31), "year"),
    }
