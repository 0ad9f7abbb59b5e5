"""`poclens hq rollup` over twenty missions' releases of two million values each.

`hq_rollup`: seconds and peak memory of making the database of all missions, against reading the
same rows of the whole areas from the releases and nothing else. The releases are one wide release
under twenty names. `python -m tests.benchmarks.bench_headquarters [MISSIONS]`.
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path

import duckdb

from pipelines.hq.rollup import rollup
from pipelines.release.signed.manifest import MANIFEST, PUBLICATION
from pipelines.workspace.paths import Workspace
from tests.benchmarks.measuring import cpu_seconds, measured, note
from tests.benchmarks.wide_release import write_wide_release

MISSIONS = 20
_FACTS = {
    "period": "2026-Q3",
    "parameters": {},
    "contracts": {},
    "code": {"version": "0.1.0"},
    "data": {"indicators_sha256": "1" * 64, "contracts_sha256": "2" * 64},
}


def _copies(home: Path, missions: int) -> list[Path]:
    """The wide release under many names; headquarters' copy alone, each with its own rows."""
    made = write_wide_release(home / "made")
    folders = []
    for place in range(missions):
        mission = f"mission{place:02d}"
        folder = home / "releases" / mission / made.name
        (folder / "hq").mkdir(parents=True)
        for name in (MANIFEST, PUBLICATION):
            content = json.loads((made / name).read_text()) | _FACTS | {"mission": mission}
            (folder / name).write_text(json.dumps(content))
        path = shutil.copy(made / "hq" / "poclens.duckdb", folder / "hq")
        with duckdb.connect(str(path)) as connection:
            connection.execute("UPDATE stored.mission SET mission = ?", [mission])
            connection.execute(
                """UPDATE stored.indicator SET mission = ?, sql = 'FROM core.activities',
                entry = json_object('code', indicator)""",
                [mission],
            )
        (folder.parent / "current").write_text(f"{made.name}\n")
        folders.append(folder)
    return folders


def _read_alone(folders: list[Path]) -> int:
    """The rows of the whole areas, read from each release and dropped; how many."""
    rows = 0
    for folder in folders:
        with duckdb.connect(str(folder / "hq" / "poclens.duckdb"), read_only=True) as connection:
            rows += len(
                connection.execute(
                    """SELECT * FROM mart.indicator_value
                    WHERE area = (SELECT country_area FROM mart.mission)"""
                ).df()
            )
    return rows


def run(missions: int = MISSIONS) -> None:
    """Prints one line."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        folders = _copies(home, missions)
        note(f"{missions} releases stand")
        read = measured(lambda: _read_alone(folders))
        begun = cpu_seconds()
        made = measured(lambda: rollup(Workspace(home)))
        processor = round(cpu_seconds() - begun, 2)
        print(
            json.dumps(
                {
                    "bench": "hq_rollup",
                    "ours": made.seconds,
                    "theirs": read.seconds,
                    "ratio": made.seconds / read.seconds,
                    "n": missions,
                    "unit": "releases of 2,110,500 values, reading their totals",
                    "peak_mb": made.peak_mb,
                    "processor_seconds": processor,
                }
            ),
            flush=True,
        )


if __name__ == "__main__":
    run(*map(int, sys.argv[1:2]))
