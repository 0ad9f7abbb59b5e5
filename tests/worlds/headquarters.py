"""Small signed releases of several missions, and their servers on this machine, whole or faulty.

Rows are those of the small mission of `tests.worlds.mission.figures` under other names and figures.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import flask
import pandas as pd
import pyarrow as pa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from werkzeug.serving import WSGIRequestHandler, make_server

from dashboards.api import routes
from indicators.compiler.explanation.figure_sql import indicator_sql
from indicators.definitions.catalogue import load_catalogue
from indicators.foundation.mart_tables import MART_TABLES
from indicators.foundation.stored.published_tables import MANIFEST, PUBLICATION
from pipelines.hq.settings import Headquarters
from pipelines.release.extracts.parquet import write_parquet
from pipelines.release.files import sha256_of, write_json
from pipelines.release.signed.manifest import publication_files, write_manifest
from pipelines.release.signed.signing import signed
from pipelines.release.snapshot import (
    open_database,
    open_memory,
    put_tables,
    take_tables,
    write_database,
)
from pipelines.workspace.keys import public_text
from tests.worlds.mission.figures import AS_OF, MISSION, PATROLS, SAFE, fill, memory_warehouse

TABLES = ("indicator", "indicator_value", "mission", "area", "return_status", "revision")
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
CONTRACTS = {"activities": "a1", "units": "b1", "survey_respondents": "c1", "survey_answers": "d1"}
Change = Callable[[dict[str, pd.DataFrame]], None]
Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


def rows_of_a_mission() -> dict[str, pa.Table]:
    """The mart of the small mission, its definitions with their own SQL."""
    with memory_warehouse() as connection:
        fill(connection)
        for code in (PATROLS, SAFE):
            connection.execute(
                "UPDATE mart.indicator SET sql = ? WHERE indicator = ?",
                [indicator_sql(load_catalogue()[code]), code],
            )
        tables = take_tables(connection, MISSION)
    return {name: tables[name] for name in TABLES}


def figures(patrols: float, safe: float, se: float, population: float) -> Change:
    """Changes the country's figures: patrols, the share that feels safe and what it rests on."""

    def change(tables: dict[str, pd.DataFrame]) -> None:
        values = tables["indicator_value"]
        own = (values["area"] == "BK") & (values["breakdown"] == "_T")
        counted, asked = own & (values["indicator"] == PATROLS), own & (values["indicator"] == SAFE)
        values.loc[counted, ["value", "numerator"]] = patrols
        values.loc[counted, "n"] = int(patrols)
        values.loc[asked, ["value", "se"]] = [safe, se]
        values.loc[asked, ["ci_low", "ci_high"]] = [safe - 2 * se, safe + 2 * se]
        values.loc[asked, ["numerator", "denominator"]] = [safe / 100 * population, population]
        values.loc[asked, ["n", "df"]] = [600, 50.0]

    return change


def write_release(
    home: Path,
    mission: str,
    rows: Mapping[str, pa.Table],
    change: Change = lambda tables: None,
    name: str = "2026-Q3-r01",
    key: Ed25519PrivateKey | None = KEY,
    columns_left_out: Iterable[str] = (),
    contracts: Mapping[str, str] = CONTRACTS,
) -> Path:
    """A release with headquarters' copy alone, below a workspace; its folder."""
    frames = {table: found.to_pandas() for table, found in rows.items()}
    change(frames)
    for frame in frames.values():
        frame["mission"] = mission
    tables = {table: _typed(table, frame) for table, frame in frames.items()}
    gone = [column for column in columns_left_out if column]
    tables["indicator_value"] = tables["indicator_value"].drop_columns(gone)
    folder = home / "releases" / mission / name
    period = name.rpartition("-r")[0]
    (folder / "hq").mkdir(parents=True)
    with open_memory() as copy:
        put_tables(copy, "mart", tables)
        write_database(folder / "hq" / "poclens.duckdb", copy, name)
    with open_database(folder / "hq" / "poclens.duckdb") as connection:
        write_parquet(connection, tables, folder / "hq" / "parquet")
    facts = {"mission": mission, "period": period, "as_of": AS_OF.isoformat(), "parameters": {},
             "contracts": dict(contracts),
             "code": {"version": "0.1.0", "sha256": "0" * 64},
             "data": {"indicators_sha256": "1" * 64, "contracts_sha256": "2" * 64}}  # fmt: skip
    write_manifest(folder, facts)
    told = {"release": name, "mission": mission, "period": period, "previous_release": None,
            "published_at": "2026-10-16T08:00:00+00:00", "published_by": "planning",
            "manifest_sha256": sha256_of(folder / MANIFEST)}  # fmt: skip
    told |= publication_files(folder)
    write_publication(folder, told, key)
    (folder.parent / "current").write_text(f"{name}\n", encoding="utf-8")
    return folder


def write_publication(folder: Path, told: dict[str, Any], key: Ed25519PrivateKey | None) -> None:
    """Writes what a mission says of its release, signed by a key where there is one."""
    write_json(folder / PUBLICATION, signed(told, key) if key else told)


def _typed(table: str, frame: pd.DataFrame) -> pa.Table:
    columns = MART_TABLES[table]
    casts = ", ".join(f'CAST("{name}" AS {kind}) AS "{name}"' for name, kind in columns.items())
    with open_memory() as connection:
        connection.register("frame", frame.astype(object).where(frame.notna(), None))
        return connection.sql(f"SELECT {casts} FROM frame ORDER BY ALL").to_arrow_table()


def application(home: Path) -> Application:
    """The server of a mission: the addresses of releases and nothing else."""
    server = flask.Flask("mission")
    routes.add_routes(server, home, "hq")
    return server.wsgi_app


class _Silent(WSGIRequestHandler):
    """Writes no line for each request, and none where a reader went away."""

    def log(self, type: str, message: str, *args: Any) -> None: ...


@contextmanager
def serving(served: Application) -> Iterator[str]:
    """The address of a server on a free port of this machine."""
    server = make_server("127.0.0.1", 0, served, threaded=True, request_handler=_Silent)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def settings_of(urls: Mapping[str, str], keys: Mapping[str, str] | None = None) -> Headquarters:
    """Settings with these servers; each mission's key is `KEY` where no other is given."""
    own = public_text(KEY.public_key())
    return Headquarters.model_validate(
        {
            "missions": [
                {"mission": name, "url": url, "public_key": (keys or {}).get(name, own)}
                for name, url in urls.items()
            ]
        }
    )
