"""The folders of a workspace, whose layout is fixed (design §3)."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Workspace:
    """Paths below one workspace folder; nothing here reads or writes."""

    home: Path

    @classmethod
    def from_environment(cls) -> "Workspace":
        """The workspace that `POCLENS_HOME` names, else the one in which the command runs, else
        `./workspace`."""
        is_within = Path("missions").is_dir() and Path("warehouse").is_dir()
        default = "." if is_within else "workspace"
        return cls(Path(os.environ.get("POCLENS_HOME", default)).resolve())

    def profile(self, mission: str) -> Path:
        """The mission's profile: mission.yaml, framework.yaml, judgements.yaml, sources/ …"""
        return self.home / "missions" / mission

    def inbox(self, mission: str) -> Path:
        """Where people drop files."""
        return self.home / "inbox" / mission

    def archive(self, mission: str) -> Path:
        """Every file ever taken in, by SHA-256."""
        return self.home / "archive" / mission

    def warehouse(self, mission: str) -> Path:
        """The mission's database; one writer at a time, read by nobody else."""
        return self.home / "warehouse" / f"{mission}.duckdb"

    def row_files(self, mission: str) -> Path:
        """The warehouse's rows as Parquet, where an engine beside it goes over them."""
        return self.home / "warehouse" / f"{mission}.rows"

    def releases(self, mission: str) -> Path:
        """The mission's releases, one immutable folder each, and the file `current`."""
        return self.home / "releases" / mission

    @property
    def dagster_home(self) -> Path:
        """DAGSTER_HOME: runs, events and schedules."""
        return self.home / "dagster"

    def missions(self) -> list[str]:
        """The missions that have a profile here, sorted; not what an installation left behind."""
        found = (path.parent.name for path in self.home.glob("missions/*/mission.yaml"))
        return sorted(name for name in found if not name.startswith("."))
