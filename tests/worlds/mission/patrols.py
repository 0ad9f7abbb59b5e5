"""A mission of patrol files only, taken in and published for real, release after release."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from indicators.assessment.rating import rate
from indicators.assessment.trend import trends
from indicators.definitions.catalogue import load_catalogue
from indicators.definitions.indicator import Indicator
from indicators.definitions.mission_profile import read_mission
from indicators.engine.refresh import compute
from pipelines.ingest.inbox import ingest
from pipelines.quality.checks import run_checks
from pipelines.quality.input_files import write_input_files
from pipelines.release.publishing import Release, publish
from pipelines.workspace.paths import Workspace
from pipelines.workspace.warehouse.connection import open_warehouse
from tests.worlds.mission.figures import call_refreshed
from tests.worlds.mission.mappings import AREAS, AREAS_CSV, PATROLS, UNITS
from tests.worlds.mission.profile import profile, write_source, write_yaml

MISSION = "patrols"
AS_OF = date(2026, 10, 15)
PERIOD = "2026-Q3"
COUNT, SHARE, MEDIAN = "P2-OP-01", "P2-OP-03", "P2-OP-02"
_UNITS = "code,component,kind\nP1,police,FPU\nP2,police,IPO\nM1,military,MIL\n"


@dataclass(frozen=True)
class Patrol:
    """One line of a patrol file."""

    code: str
    day: str
    unit: str = "P1"
    status: str = "completed"
    mode: str = "foot"
    area: str = "XX01"
    people: int = 4


def month_of_patrols(month: int, number: int, seed: int) -> list[Patrol]:
    """Patrols of a month of 2026, the same for the same seed."""
    draw = random.Random(seed)
    return [
        Patrol(
            f"{month:02d}-{at:03d}",
            f"2026-{month:02d}-{draw.randint(1, 28):02d}",
            draw.choice(["P1", "P2", "M1"]),
            draw.choice(["completed", "completed", "completed", "aborted"]),
            draw.choice(["foot", "vehicle"]),
            draw.choice(["XX01", "XX02"]),
            draw.randint(2, 30),
        )
        for at in range(number)
    ]


def as_csv(patrols: Iterable[Patrol]) -> str:
    """The file that a unit sends."""
    lines = [asdict(patrol) for patrol in patrols]
    return "\n".join([",".join(lines[0]), *(",".join(map(str, line.values())) for line in lines)])


class PatrolMission:
    """A workspace whose files are delivered, computed and published on demand."""

    def __init__(self, home: Path) -> None:
        self.workspace = Workspace(home)
        self.profile = self.workspace.profile(MISSION)

    @classmethod
    def made(cls, home: Path) -> "PatrolMission":
        """A new workspace with areas and units in it."""
        self = cls(home)
        self.workspace.inbox(MISSION).mkdir(parents=True)
        self.set()
        for source in (AREAS, UNITS, PATROLS):
            write_source(self.profile, source)
        self.deliver("areas.csv", AREAS_CSV)
        self.deliver("units.csv", _UNITS)
        return self

    def set(self, **settings: Any) -> None:
        """Writes the profile with these settings."""
        write_yaml(self.profile / "mission.yaml", _PROFILE | settings)

    def deliver(self, name: str, content: str) -> None:
        """Drops a file in and takes it in; files that are read again for it come before it."""
        (self.workspace.inbox(MISSION) / name).write_text(content, encoding="utf-8")
        report = ingest(self.workspace, read_mission(self.profile)).files[-1]
        assert (report.name, report.status) == (name, "loaded")

    def release(
        self, catalogue: Mapping[str, Indicator] | None = None, checked: bool = False
    ) -> Release:
        """Computes and publishes what is there now; `checked`: its checks are run anew."""
        mission = read_mission(self.profile)
        with open_warehouse(self.workspace.warehouse(MISSION)) as connection:
            done = connection.execute("SELECT 1 FROM mart.quality_check LIMIT 1").fetchall()
            if checked or not done:
                run_checks(connection, mission, self.profile)
            write_input_files(connection, mission)
            compute(connection, mission, catalogue or load_catalogue(), AS_OF, self.profile)
            rate(connection, mission)
            trends(connection, mission)
            call_refreshed(connection)
            return publish(self.workspace, MISSION, PERIOD, connection)


_PROFILE = profile(
    MISSION,
    starts_on="2026-01-01",
    reject_limit_pct=50,
    period_types=["M", "Q"],
    indicators=[{"code": code} for code in (COUNT, SHARE, MEDIAN)],
)
