"""`poclens hq rollup`: the current releases of all missions in one database, figures held apart.

`hq/rollup-<hash>.duckdb`, the hash being of what it was made from, and `hq/current`, the name of
the newest. Its schema `mart`: `mission_release`, `indicator`, `indicator_value` (each mission's
whole area), `comparison` (per indicator and quarter a line a mission, with the reason where it
cannot stand beside the others), `combined`, and `pooled_link` (one link over missions). Every
figure is as headquarters' copy has it.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from indicators.foundation.errors import Problem, WrongUse
from indicators.foundation.mart_tables import MART_TABLES, totals_sql
from indicators.foundation.stored.database import named_rows
from indicators.foundation.stored.published_tables import MANIFEST, PUBLICATION, database_of
from pipelines.hq.combination import Combined, combine
from pipelines.hq.comparison import (
    COMPARABLE,
    NO_FIGURE,
    WITHHELD,
    Basis,
    Figure,
    Line,
    basis_of,
    compare,
)
from pipelines.hq.pooled_links import COLUMNS as _POOLED
from pipelines.hq.pooled_links import LINKS_SQL, pooled_rows
from pipelines.hq.pull import AUDIENCE
from pipelines.release.files import code_sha256
from pipelines.release.naming import current_name
from pipelines.release.signed.verification import altered, read_release_json
from pipelines.workspace.durable import replace_text, sync
from pipelines.workspace.paths import Workspace
from pipelines.workspace.warehouse.inspect import Connection

CURRENT = "hq/current"
_FIGURE_FACTS = (
    "value", "numerator", "denominator", "n", "se", "ci_low", "ci_high", "deff", "df", "method",
    "obs_status", "conf_status", "disclosure", "returns_due", "returns_received",
)  # fmt: skip
_KINDS = {"n": "BIGINT", "returns_due": "INTEGER", "returns_received": "INTEGER"} | dict.fromkeys(
    ("method", "obs_status", "conf_status", "disclosure"), "VARCHAR"
)
_COMPARISON = {
    "indicator": "VARCHAR", "period": "VARCHAR", "mission": "VARCHAR", "version": "INTEGER",
    "fingerprint": "VARCHAR", "is_comparable": "BOOLEAN", "reason": "VARCHAR", "differs": "VARCHAR",
    **{name: _KINDS.get(name, "DOUBLE") for name in _FIGURE_FACTS},
}  # fmt: skip
_COMBINED = {
    "indicator": "VARCHAR", "period": "VARCHAR", "version": "INTEGER", "measure": "VARCHAR",
    "unit_of_measure": "VARCHAR", "missions": "VARCHAR", "without": "VARCHAR",
    "withheld": "VARCHAR", "not_comparable": "VARCHAR", "reason": "VARCHAR", "method": "VARCHAR",
    "value": "DOUBLE", "numerator": "DOUBLE", "denominator": "DOUBLE", "n": "BIGINT",
    "se": "DOUBLE", "ci_low": "DOUBLE", "ci_high": "DOUBLE", "df": "DOUBLE",
    "disclosure": "VARCHAR",
}  # fmt: skip
_RELEASES = {
    "mission": "VARCHAR", "name_en": "VARCHAR", "name_fr": "VARCHAR", "release": "VARCHAR",
    "period": "VARCHAR", "as_of": "DATE", "country_area": "VARCHAR", "published_at": "VARCHAR",
    "manifest_sha256": "VARCHAR", "key": "VARCHAR", "code_version": "VARCHAR",
    "catalogue_sha256": "VARCHAR", "contracts_sha256": "VARCHAR", "parameters": "VARCHAR",
}  # fmt: skip
_DEFINITIONS = {
    name: MART_TABLES["indicator"][name]
    for name in (
        "mission", "indicator", "version", "level", "tier", "source", "measure", "time_rule",
        "unit_of_measure", "direction", "title_en", "title_fr", "short_en", "short_fr",
        "definition_en", "definition_fr", "limitations_en", "limitations_fr", "effective_from",
    )
} | {"fingerprint": "VARCHAR"}  # fmt: skip


@dataclass(frozen=True)
class Rollup:
    """Where the database lies and what it holds; `is_new`: it was not there before."""

    path: Path
    missions: tuple[str, ...]
    is_new: bool
    compared: int
    not_comparable: int
    combined: int


@dataclass(frozen=True)
class _Mission:
    """One mission's current release, opened once and read."""

    facts: Mapping[str, Any]
    definitions: Sequence[Mapping[str, Any]]
    values: pd.DataFrame
    links: Sequence[Mapping[str, Any]] = ()

    @property
    def name(self) -> str:
        return str(self.facts["mission"])


def rollup(workspace: Workspace) -> Rollup:
    """Makes the database of the current releases, unless it is there.

    Raises WrongUse where no mission has a release for headquarters, and for one that is not as it
    was published.
    """
    names = sorted(path.parent.name for path in workspace.home.glob("releases/*/current"))
    folders = [_folder(workspace, name) for name in names]
    folders = [folder for folder in folders if _has_copy(folder)]
    if not folders:
        raise WrongUse(Problem("nothing_to_roll_up", value=str(workspace.home)))
    path = workspace.home / "hq" / f"rollup-{_origin(folders)}.duckdb"
    is_new = not _can_be_read(path)
    if is_new:
        _write(path, [_read(folder) for folder in folders])
    replace_text(workspace.home / CURRENT, f"{path.name}\n")
    with duckdb.connect(str(path), read_only=True) as connection:
        ((compared, apart, combined),) = connection.execute(
            """SELECT count(*), count(*) FILTER (WHERE NOT is_comparable),
            (SELECT count(*) FROM mart.combined WHERE value IS NOT NULL) FROM mart.comparison"""
        ).fetchall()
    rolled = tuple(folder.parent.name for folder in folders)
    return Rollup(path, rolled, is_new, compared, apart, combined)


def _can_be_read(path: Path) -> bool:
    """Whether the database is there whole; one that a disk damaged is made anew."""
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            connection.execute("SELECT count(*) FROM mart.comparison")
    except duckdb.Error:
        return False
    return True


def _folder(workspace: Workspace, mission: str) -> Path:
    return workspace.releases(mission) / str(current_name(workspace, mission))


def _has_copy(folder: Path) -> bool:
    """Whether the release was published with a copy for headquarters."""
    databases = read_release_json(folder, PUBLICATION).get("databases", [])
    return any(str(entry["path"]).startswith(f"{AUDIENCE}/") for entry in databases)


def _origin(folders: Sequence[Path]) -> str:
    """A hash of the releases and of the code that puts them together."""
    signed = [read_release_json(folder, PUBLICATION).get("manifest_sha256") for folder in folders]
    facts = [
        [folder.parent.name, folder.name, own] for folder, own in zip(folders, signed, strict=True)
    ]
    text = json.dumps([facts, code_sha256()])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _read(folder: Path) -> _Mission:
    if wrong := altered(folder, AUDIENCE):
        names = ", ".join(wrong[:5])
        release = f"{folder.parent.name}/{folder.name}"
        raise WrongUse(Problem("release_altered", value=release, parameters={"names": names}))
    manifest = read_release_json(folder, MANIFEST)
    publication = read_release_json(folder, PUBLICATION)
    with duckdb.connect(str(database_of(folder, AUDIENCE)), read_only=True) as connection:
        (mission,) = named_rows(connection.execute("SELECT * FROM mart.mission"))
        definitions = named_rows(connection.execute("SELECT * FROM mart.indicator"))
        columns = ", ".join(f'"{name}"' for name in MART_TABLES["indicator_value"])
        values = connection.execute(
            f"SELECT {columns} FROM mart.indicator_value WHERE area = ? ORDER BY ALL",
            [mission["country_area"]],
        ).df()
        links = _links(connection)
    facts = mission | {
        "mission": manifest["mission"],
        "release": folder.name,
        "period": manifest["period"],
        "published_at": publication.get("published_at"),
        "manifest_sha256": publication.get("manifest_sha256"),
        "key": (publication.get("signature") or {}).get("key"),
        "code_version": manifest["code"]["version"],
        "catalogue_sha256": manifest["data"]["indicators_sha256"],
        "contracts_sha256": manifest["data"]["contracts_sha256"],
        "parameters": json.dumps(manifest["parameters"], sort_keys=True),
    }
    with_basis = [one | {"basis": basis_of(one, manifest)} for one in definitions]
    return _Mission(facts, with_basis, values, links)


def _links(connection: Connection) -> Sequence[Mapping[str, Any]]:
    """What the release says of its links; nothing where it was made before links had such rows."""
    try:
        return named_rows(connection.execute(LINKS_SQL))
    except (duckdb.CatalogException, duckdb.BinderException):
        return ()


def _write(path: Path, found: Sequence[_Mission]) -> None:
    """Written beside and renamed: a reader sees the whole database or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    lines = list(_lines(found))
    with duckdb.connect(str(beside)) as connection:
        connection.execute("CREATE SCHEMA mart")
        _store(connection, "mission_release", _RELEASES, [one.facts for one in found])
        definitions = [
            {**row, "fingerprint": _fingerprint(row["basis"])}
            for one in found
            for row in one.definitions
        ]
        _store(connection, "indicator", _DEFINITIONS, definitions)
        _store(connection, "comparison", _COMPARISON, map(_line_row, lines))
        _store(connection, "combined", _COMBINED, _combined_rows(lines))
        bases = {
            one.name: {str(row["indicator"]): _fingerprint(row["basis"]) for row in one.definitions}
            for one in found
        }
        links = {one.name: one.links for one in found}
        _store(connection, "pooled_link", _POOLED, pooled_rows(links, bases))
        columns = dict(MART_TABLES["indicator_value"])
        values = pd.concat([one.values for one in found], ignore_index=True)
        _store_frame(connection, "indicator_value", columns, values)
        connection.execute("CHECKPOINT")
    sync(beside)
    beside.replace(path)
    sync(path.parent)


def _store(
    connection: Connection,
    table: str,
    columns: Mapping[str, str],
    rows: Iterator[Mapping[str, Any]] | Sequence[Mapping[str, Any]],
) -> None:
    frame = pd.DataFrame(list(rows), columns=list(columns), dtype=object)
    _store_frame(connection, table, columns, frame.where(frame.notna(), None))


def _store_frame(
    connection: Connection,
    table: str,
    columns: Mapping[str, str],
    frame: pd.DataFrame,
) -> None:
    casts = ", ".join(f'CAST("{name}" AS {kind}) AS "{name}"' for name, kind in columns.items())
    connection.register("incoming", frame)
    connection.execute(f"CREATE TABLE mart.{table} AS SELECT {casts} FROM incoming ORDER BY ALL")
    connection.unregister("incoming")


def _fingerprint(basis: Basis) -> str:
    return basis.sha256[:16]


def _lines(found: Sequence[_Mission]) -> Iterator[Line]:
    """Every indicator of any mission, in every quarter of any release, a line a mission."""
    figures: dict[tuple[str, str], list[Figure]] = {}
    periods: dict[str, set[str]] = {}
    selected: dict[str, set[str]] = {}
    for one in found:
        selected[one.name] = {str(row["indicator"]) for row in one.definitions}
        periods[one.name] = set()
        for figure in _figures(one):
            periods[one.name].add(figure.period)
            figures.setdefault((figure.indicator, figure.period), []).append(figure)
    for indicator, period in sorted(figures):
        yield from compare(indicator, period, figures[indicator, period], periods, selected)


def _figures(one: _Mission) -> Iterator[Figure]:
    """The mission's totals by quarter."""
    by_version = {(row["indicator"], row["version"]): row for row in one.definitions}
    values = one.values
    with duckdb.connect(":memory:") as connection:
        connection.register("value", values)
        rows = named_rows(
            connection.execute(
                f"SELECT * FROM value WHERE period_type = 'Q' AND {totals_sql()} ORDER BY ALL"
            )
        )
    for row in rows:
        definition = by_version.get((row["indicator"], row["indicator_version"]))
        if definition is not None:
            yield Figure(
                one.name,
                str(row["indicator"]),
                int(row["indicator_version"]),
                str(row["period"]),
                str(definition["measure"]),
                str(definition["unit_of_measure"]),
                definition["basis"],
                {name: _plain(row[name]) for name in _FIGURE_FACTS},
            )


def _plain(value: Any) -> Any:
    """None for what a data frame calls not a number."""
    return None if value is None or value != value else value


def _line_row(line: Line) -> dict[str, Any]:
    figure = line.figure
    own: dict[str, Any] = {"differs": "|".join(line.differs) or None}
    if figure:
        own |= {"version": figure.version, "fingerprint": _fingerprint(figure.basis)}
    facts = dict(figure.facts) if figure else {}
    place = {"indicator": line.indicator, "period": line.period, "mission": line.mission}
    return place | own | facts | {"is_comparable": line.is_comparable, "reason": line.reason}


def _combined_rows(lines: Sequence[Line]) -> Iterator[dict[str, Any]]:
    groups: dict[tuple[str, str], list[Line]] = {}
    for line in lines:
        groups.setdefault((line.indicator, line.period), []).append(line)
    for (indicator, period), group in groups.items():
        shown = [line.figure for line in group if line.is_comparable and line.figure]
        if not shown:
            continue
        found = combine(
            [line.figure for line in group if line.reason == COMPARABLE and line.figure]
        )
        no_figure, hidden = (
            [line.mission for line in group if line.reason == reason]
            for reason in (NO_FIGURE, WITHHELD)
        )
        apart = [line.mission for line in group if not line.is_comparable]
        yield _combined_row(found, shown[0]) | {
            "indicator": indicator,
            "period": period,
            "without": "|".join(no_figure),
            "withheld": "|".join(hidden),
            "not_comparable": "|".join(apart),
        }


def _combined_row(found: Combined, figure: Figure) -> dict[str, Any]:
    definition = {
        "version": figure.version,
        "measure": figure.measure,
        "unit_of_measure": figure.unit_of_measure,
    }
    return asdict(found) | definition | {"missions": "|".join(found.missions)}
