"""A threat assessed in the records holds over a file of the same key, whichever came first."""

from typing import Any

import pytest

from records.kinds.threats import ThreatAssessment
from records.rights import LOCAL
from records.store import Store, utc_now
from tests.worlds.mission.delivered import SmallMission
from tests.worlds.mission.mappings import under_own_names

COLUMNS = ("quarter", "area_code", "actor_type", "threat_type", "likelihood", "trend")
FILE = ",".join(COLUMNS) + "\n2026-Q1,XX01,militia,looting,1,stable\n"
OTHER = "2026-Q1,XX01,armed_group,looting,2,stable\n"
STANDING = "SELECT actor_type, likelihood FROM core.threat_assessments ORDER BY 1"


def write(small: SmallMission, likelihood: str) -> None:
    record = ThreatAssessment.model_validate(
        {
            "quarter": "2026-Q1", "area": "XX01", "actor_type": "militia",
            "threat_type": "looting", "trend": "rising", "narrative": "Markets are robbed.",
            "likelihood": likelihood,
        }
    )  # fmt: skip
    store = Store.of_workspace(small.workspace.home)
    latest = store.latest("small", ThreatAssessment, record.key)
    store.write(LOCAL, "small", record, latest.number if latest else 0, utc_now())
    small.ingest()


def standing(small: SmallMission) -> list[tuple[Any, ...]]:
    return list(small.query(STANDING))


@pytest.mark.parametrize("is_file_first", [True, False])
def test_the_record_holds_over_the_file_in_either_order(
    small: SmallMission, is_file_first: bool
) -> None:
    small.add_source(under_own_names("threat_assessments", COLUMNS))
    if is_file_first:
        small.deliver("threat_assessments_1.csv", FILE + OTHER)
        small.ingest()
        assert standing(small) == [("armed_group", "2"), ("militia", "1")]
        write(small, "4")
    else:
        write(small, "4")
        small.deliver("threat_assessments_1.csv", FILE + OTHER)
        small.ingest()
    assert standing(small) == [("armed_group", "2"), ("militia", "4")]
    write(small, "5")  # a newer version of the record
    small.deliver("threat_assessments_2.csv", FILE.replace(",1,", ",3,"))
    small.ingest()
    assert standing(small)[1] == ("militia", "5")
