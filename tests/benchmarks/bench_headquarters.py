"""Headquarters over twenty missions' releases of two million values each.

`hq_rollup`: seconds and peak memory of making the database of all missions, against reading the
same rows of the whole areas from the releases and nothing else. `hq_page`: the page of missions,
asked for the first time; `hq_browse_10`: ten readers go over the pages of all missions. `hq_sdmx`:
one indicator's quarters of all missions, `…_first` with what a server does once; `…_mb`: the memory
that questions added. The releases are one wide release under twenty names.
`python -m tests.benchmarks.bench_headquarters [MISSIONS]`.
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path

import duckdb
import psutil

from indicators.foundation.stored.published_tables import MANIFEST, PUBLICATION
from pipelines.hq.rollup import rollup
from pipelines.workspace.paths import Workspace
from tests.benchmarks.bench_dashboards import asked, choices, line, processor_seconds
from tests.benchmarks.browsing import PAGES, Reader, Visited, browse, share
from tests.benchmarks.measuring import cpu_seconds, measured, note
from tests.benchmarks.wide_release import write_wide_release
from tests.worlds.server import serving

MISSIONS = 20
_PAUSE = (2.0, 8.0)
_FACTS = {
    "period": "2026-Q3",
    "parameters": {},
    "contracts": {},
    "code": {"version": "0.1.0"},
    "data": {"indicators_sha256": "1" * 64, "contracts_sha256": "2" * 64},
}


def _copies(made: Path, home: Path, missions: int) -> list[Path]:
    """A release under many names; headquarters' copy alone, each with its own rows."""
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
            named = connection.execute(
                """SELECT table_name FROM duckdb_columns()
                WHERE schema_name = 'stored' AND column_name = 'mission'"""
            ).fetchall()
            for (table,) in named:
                connection.execute(f"UPDATE stored.{table} SET mission = ?", [mission])
            connection.execute(
                """UPDATE stored.indicator SET sql = 'FROM core.activities',
                entry = json_object('code', indicator)"""
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


def _rolled(home: Path, folders: list[Path]) -> None:
    read = measured(lambda: _read_alone(folders))
    begun = cpu_seconds()
    made = measured(lambda: rollup(Workspace(home)))
    used = round(cpu_seconds() - begun, 2)
    unit = "releases of 2,110,500 values, reading their totals"
    more = {"peak_mb": made.peak_mb, "processor_seconds": used}
    line("hq_rollup", made.seconds, read.seconds, len(folders), unit, **more)


def _pages(port: int, process: psutil.Process) -> None:
    """The page of missions, of each quarter in each language once."""
    quarters = [f"{year}-Q{quarter}" for year in range(2022, 2026) for quarter in range(1, 5)]
    asks = [(quarter, language) for quarter in quarters for language in ("en", "fr")]
    used = processor_seconds(process)
    paths = [f"/screen/missions?lang={language}&period={quarter}" for quarter, language in asks]
    taken = [asked(port, path)[0] for path in paths]
    used = round((processor_seconds(process) - used) / len(asks), 2)
    for bench, part in (("hq_page", 0.5), ("hq_page_p95", 0.95)):
        unit = "pages of missions that nobody asked for yet, seconds"
        line(bench, share(taken, part), 0.0, len(asks), unit, processor_seconds=used)


def _browsed(found: Visited, used: float) -> None:
    number, unit = len(found.screens), "pages of all missions by 10 readers, seconds"
    each = round(used / max(1, number), 2)
    for bench, part in (("hq_browse_10", 0.5), ("hq_browse_10_p95", 0.95)):
        line(bench, share(found.screens, part), 0.0, number, unit, processor_seconds=each)
    line("hq_browse_10_failed", len(found.failures), 0.0, number, "pages of 10 readers")


def _questions(port: int, process: psutil.Process) -> None:
    """What a script asks of all missions by SDMX: the first time, and again of what is open."""
    before = _peak_mb(process)
    chosen = "c[INDICATOR]=P2-OP-01&c[FREQ]=Q"
    quarters, since = f"/api/sdmx/data?{chosen}", "c[TIME_PERIOD]=ge:2026-01"
    codes = "/api/sdmx/structure/codelist/POCLENS/CL_INDICATOR"
    what = {
        "hq_sdmx_first": f"{quarters}&{since}",
        "hq_sdmx": f"{quarters}&c[TIME_PERIOD]=ge:2026-04",
        "hq_sdmx_200000": "/api/sdmx/data?limit=200000",
        "hq_sdmx_codes": codes,
        "hq_sdmx_available": f"/api/sdmx/availability/*/*/*/*/*/*?{chosen}",
    }
    for bench, path in what.items():
        used = processor_seconds(process)
        seconds, body = asked(port, path)
        used = round(processor_seconds(process) - used, 2)
        unit = "bytes, packed, of one answer over all missions, seconds"
        line(bench, seconds, 0.0, len(body), unit, processor_seconds=used)
    more = _peak_mb(process) - before
    line("hq_sdmx_mb", more, 0.0, len(what), "answers, MB by which the peaks of all processes rose")


def _peak_mb(process: psutil.Process) -> int:
    """The largest memory so far of each process that answers, added up."""
    status = [Path(f"/proc/{one.pid}/status").read_text() for one in process.children()]
    return sum(int(text.split("VmHWM:")[1].split()[0]) for text in status) // 1024


def run(missions: int = MISSIONS) -> None:
    """Prints a line a figure."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        made = write_wide_release(home / "made")
        folders = _copies(made, home, missions)
        note(f"{missions} releases stand")
        _rolled(home, folders)
        served = ("dashboards", "--home", folder, "--audience", "hq", "--port")
        with serving(*served) as (port, server):
            process = psutil.Process(server.pid)
            _pages(port, process)
            _questions(port, process)
            pages, names = ("/missions", *PAGES), [one.parent.name for one in folders]
            codes = choices(made)
            readers = [Reader(port, n, *codes, _PAUSE, pages, names) for n in range(10)]
            used = processor_seconds(process)
            found = browse(readers, 60.0 if missions >= MISSIONS else 3.0)
            _browsed(found, processor_seconds(process) - used)


if __name__ == "__main__":
    run(*map(int, sys.argv[1:2]))
