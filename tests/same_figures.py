"""Are the figures the same? `python -m tests.same_figures OLD NEW [OLD NEW …]`.

Each is a workspace, a release's folder, or a database (a warehouse, or one audience's copy). Values
are compared by their key, figure by figure. Set aside and counted: rows that the lean grid drops
or that its readers get back as zeros, and parts that it adds. All else is listed by indicator and
column with examples. Of releases the files too, by their hashes. Exit code 1: something differs.
"""

import hashlib
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa

from indicators.compiler.cells.breakdowns import CROSSED, NO_PART, dimension_sql, parts_sql
from indicators.compiler.cells.grid import GRID
from indicators.foundation.mart_tables import VALUE_KEY

EXAMPLES = 3
FILES = ("*.parquet", "*.csv", "*.xlsx", "quality/*")
NOT_OF_THE_FIGURES = ("code", "data", "origin_sha256")  # of a manifest
_ROLLING = ("R3", "R12")
_KEY = ", ".join(VALUE_KEY)


@dataclass
class Comparison:
    """What two databases or releases have apart; `aside`: rows by the reason that explains them."""

    same: int = 0
    aside: dict[str, int] = field(default_factory=dict)
    # indicator, column (or `only in OLD`, `only in NEW`), rows, examples
    differing: list[tuple[str, str, int, str]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)

    @property
    def is_same(self) -> bool:
        """Whether nothing differs that has no reason."""
        return not (self.differing or self.files)

    def lines(self) -> Iterator[str]:
        """The comparison for people to read."""
        yield f"  {self.same} rows are the same"
        yield from (f"  aside: {count} rows, {reason}" for reason, count in self.aside.items())
        for indicator, column, rows, examples in self.differing:
            yield f"  DIFFERS {indicator} {column}: {rows} rows; {examples}"
        yield from (f"  DIFFERS {text}" for text in self.files)


def compare_databases(old: Path, new: Path) -> Comparison:
    """The rows of `mart.indicator_value` of two warehouses or two copies of a release."""
    before, after, read_back = _values(old), _values(new), _read_back(new)
    columns = [name for name in after.column_names if name not in (*VALUE_KEY, "release")]
    compared = [name for name in columns if name in before.column_names]
    found = Comparison()
    for name in {*columns, *before.column_names} - {*compared, *VALUE_KEY, "release"}:
        if name != "disclosure":  # a column of copies alone
            found.differing.append(("all", name, after.num_rows, "column of one side"))
    with duckdb.connect() as connection:
        for name, table in (("before", before), ("after", after), ("read_back", read_back)):
            connection.register(f"{name}_arrow", table)
            connection.execute(f"CREATE TABLE {name} AS FROM {name}_arrow")
        connection.register("grid", _grid_frame())
        _compare_columns(connection, compared, found)
        _compare_one_sided(connection, found)
    found.differing.sort()
    return found


def _compare_columns(
    connection: duckdb.DuckDBPyConnection, columns: Sequence[str], found: Comparison
) -> None:
    differs = {name: f'old."{name}" IS DISTINCT FROM new."{name}"' for name in columns}
    pairs = ", ".join(
        f'old."{name}" AS "old {name}", new."{name}" AS "new {name}"' for name in columns
    )
    connection.execute(
        f"""CREATE TABLE pair AS
        SELECT {_KEY}, {pairs}, {" OR ".join(differs.values())} AS differs
        FROM before AS old JOIN after AS new USING ({_KEY})"""
    )
    ((found.same,),) = connection.execute("SELECT count(*) FROM pair WHERE NOT differs").fetchall()
    connection.execute("DELETE FROM pair WHERE NOT differs")
    for name in columns:
        rows = connection.execute(
            f"""SELECT indicator, count(*), list({_cell_sql("pair")}
                || ' ' || {_text_sql("pair", f"old {name}")}
                || ' -> ' || {_text_sql("pair", f"new {name}")} ORDER BY {_KEY})[:{EXAMPLES}]
            FROM pair WHERE "old {name}" IS DISTINCT FROM "new {name}" GROUP BY indicator"""
        ).fetchall()
        found.differing += [(code, name, count, "; ".join(texts)) for code, count, texts in rows]


def _compare_one_sided(connection: duckdb.DuckDBPyConnection, found: Comparison) -> None:
    """Rows that one side has: why, or that nothing explains it."""
    kind = f"""CASE WHEN {dimension_sql()} IS NULL THEN 'total'
      WHEN {dimension_sql()} = '{CROSSED}' THEN 'sex_age' ELSE 'part' END"""
    same_figures = " AND ".join(
        f"old.{name} IS NOT DISTINCT FROM again.{name}"
        for name in ("value", "numerator", "denominator", "n", "obs_status")
    )
    dropped = f"""
      SELECT old.*, CASE
        WHEN old.period_type IN {_ROLLING} THEN 'rolling windows'
        WHEN NOT EXISTS (FROM grid WHERE grid.parts = old.parts
            AND grid.area_level = old.area_level AND grid.period_type = old.period_type)
          THEN format('outside the grid: {{}} of {{}} by {{}}', parts, old.area_level,
            old.period_type)
        WHEN again.indicator IS NOT NULL AND {same_figures} THEN 'zero parts that are read back'
      END AS reason
      FROM (SELECT *, {kind} AS parts FROM before ANTI JOIN after USING ({_KEY})) AS old
      LEFT JOIN read_back AS again USING ({_KEY})"""
    added = f"""
      SELECT new.*, CASE WHEN absent = '{NO_PART}' AND coalesce(value, 0) = 0 AND coalesce(n, 0) = 0
        THEN 'added: unit types that owed a return and have no case' END AS reason
      FROM (SELECT *, {dimension_sql()} AS dimension FROM after ANTI JOIN before USING ({_KEY}))
        AS new
      LEFT JOIN (SELECT DISTINCT indicator, dimension, absent FROM read_back WHERE absent <> '')
        USING (indicator, dimension)"""
    for side, rows in (("OLD", dropped), ("NEW", added)):
        counted = connection.execute(
            f"""SELECT reason, count(*) FROM ({rows})
            WHERE reason IS NOT NULL GROUP BY ALL ORDER BY reason"""
        ).fetchall()
        for reason, count in counted:
            found.aside[reason] = found.aside.get(reason, 0) + count
        left = connection.execute(
            f"""SELECT indicator, count(*), list({_cell_sql("row")}
                || ' ' || {_text_sql("row", "value")} || ' ' || obs_status
                ORDER BY {_KEY})[:{EXAMPLES}]
            FROM ({rows}) AS row WHERE reason IS NULL GROUP BY indicator"""
        ).fetchall()
        found.differing += [
            (code, f"only in {side}", n, "; ".join(texts)) for code, n, texts in left
        ]


def _cell_sql(row: str) -> str:
    """Period, area and codes of a cell as one text."""
    key = [name for name in VALUE_KEY if name not in ("mission", "indicator", "period_type")]
    return f"concat_ws(' ', {', '.join(f'{row}.{name}' for name in key)})"


def _text_sql(row: str, column: str) -> str:
    return f"""coalesce(CAST({row}."{column}" AS VARCHAR), 'empty')"""


def _values(path: Path) -> pa.Table:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.sql("FROM mart.indicator_value").to_arrow_table()


def _read_back(path: Path) -> pa.Table:
    """The parts with those that have no row, and `absent` by dimension; only keys where the copy
    has no grid to read them by."""
    with duckdb.connect(str(path), read_only=True) as connection:
        has_grid = connection.execute(
            "SELECT 1 FROM information_schema.tables WHERE table_name = 'breakdown_grid'"
        ).fetchall()
        if not has_grid:
            return connection.sql(
                "SELECT *, '' AS dimension, '' AS absent FROM mart.indicator_value LIMIT 0"
            ).to_arrow_table()
        return connection.sql(
            f"""SELECT part.*, {dimension_sql("part.")} AS dimension, coalesce(absent, '') AS absent
            FROM ({parts_sql()}) AS part
            LEFT JOIN (SELECT DISTINCT indicator, indicator_version, dimension, absent
                FROM mart.breakdown_grid) AS grid
              ON grid.indicator = part.indicator
              AND grid.indicator_version = part.indicator_version
              AND grid.dimension = {dimension_sql("part.")}"""
        ).to_arrow_table()


def _grid_frame() -> pd.DataFrame:
    rows = [
        (parts, level, period_type)
        for parts, levels in GRID.items()
        for level, period_types in levels.items()
        for period_type in period_types
    ]
    return pd.DataFrame(rows, columns=["parts", "area_level", "period_type"])


# Files --------------------------------------------------------------------------------------------


def compare_files(old: Path, new: Path) -> list[str]:
    """The files of two releases' folders that differ or that one of them has not."""
    hashes = [_hashes(old), _hashes(new)]
    found = []
    for name in sorted(hashes[0].keys() | hashes[1].keys()):
        before, after = (side.get(name) for side in hashes)
        if before != after:
            only = "" if before and after else f" (only in {'OLD' if before else 'NEW'})"
            found.append(f"{name}{only}")
    manifests = [_manifest(folder) for folder in (old, new)]
    keys = sorted(set().union(*manifests))
    found += [
        f"manifest.json: {key}" for key in keys if manifests[0].get(key) != manifests[1].get(key)
    ]
    return found


def _hashes(folder: Path) -> dict[str, str]:
    paths = {path for pattern in FILES for path in folder.rglob(pattern) if path.is_file()}
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in paths
    }


def _manifest(folder: Path) -> dict[str, object]:
    """Its entries; hashes of files stand in the files' own comparison."""
    content = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    left_out = (*NOT_OF_THE_FIGURES, "files")
    return {key: value for key, value in content.items() if key not in left_out}


# What is compared with what -----------------------------------------------------------------------


def compare(old: Path, new: Path) -> Iterator[tuple[str, Comparison]]:
    """Every comparison of two workspaces, releases or databases, by name.

    Raises FileNotFoundError where one of them is none of these.
    """
    if old.is_file() and new.is_file():
        yield new.name, compare_databases(old, new)
    elif (old / "manifest.json").is_file() and (new / "manifest.json").is_file():
        yield from _compare_releases(old, new)
    elif (old / "warehouse").is_dir() and (new / "warehouse").is_dir():
        for path in sorted((old / "warehouse").glob("*.duckdb")):
            yield f"warehouse {path.stem}", compare_databases(path, new / "warehouse" / path.name)
        for pointer in sorted((old / "releases").glob("*/current")):
            folders = [_current(side / "releases" / pointer.parent.name) for side in (old, new)]
            yield from _compare_releases(*folders)
    else:
        raise FileNotFoundError(f"{old} and {new} are not two workspaces, releases or databases")


def _current(releases: Path) -> Path:
    return releases / (releases / "current").read_text(encoding="utf-8").strip()


def _compare_releases(old: Path, new: Path) -> Iterator[tuple[str, Comparison]]:
    for database in sorted(old.glob("*/poclens.duckdb")):
        audience = database.parent.name
        if (new / audience / database.name).is_file():
            yield (
                f"{new.name} {audience}",
                compare_databases(database, new / audience / database.name),
            )
    yield f"{new.name} files", Comparison(files=compare_files(old, new))


def main(arguments: Sequence[str]) -> int:
    """0: the same; 1: something differs; 2: wrong use."""
    if not arguments or len(arguments) % 2:
        print(__doc__)
        return 2
    paths = [Path(argument) for argument in arguments]
    is_same = True
    for old, new in zip(paths[::2], paths[1::2], strict=True):
        for name, found in compare(old, new):
            is_same &= found.is_same
            print(name, *found.lines(), sep="\n", flush=True)
    return 0 if is_same else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
