"""What was published before and is another figure now, and how much of it each cause makes."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from indicators.assessment.empty_reasons import Facts, statement
from indicators.foundation.errors import Problem, WrongUse
from indicators.foundation.mart_tables import (
    DIMENSIONS,
    MART_TABLES,
    NO_ACCESS,
    NORMAL,
    NOT_COMPUTABLE,
    NOT_REPORTED,
    TOTAL,
    totals_sql,
)
from indicators.foundation.messages import LANGUAGES, message
from indicators.foundation.numbers.number_format import number_text
from indicators.foundation.stored.published_tables import database_of
from pipelines.release.naming import release_folder, releases_of
from pipelines.release.revisions.causes import CAUSES, causes_of_files, read_published
from pipelines.release.revisions.decomposition import CELL, OLDER_RELEASE, Decomposition
from pipelines.release.snapshot import open_memory, opened_release
from pipelines.workspace.paths import Workspace
from pipelines.workspace.warehouse.inspect import Connection


def shown_number(value: object, obs_status: str, language: str) -> str:
    """Up to two decimals, decimal comma in French; the kind of empty in words where it is null."""
    if value is None or pd.isna(value):  # type: ignore[call-overload]
        empty = statement(Facts(obs_status=obs_status)).empty
        return empty.words(language) if empty else "–"
    return number_text(float(value), language, 2, are_optional=True)  # type: ignore[arg-type]


def signed_number(value: float, language: str) -> str:
    """A change with its sign, the minus a true one."""
    text = shown_number(abs(value), "A", language)
    sign = "−" if value < 0 else "+"
    return f"{sign}{text}"


# Sums of weighted answers may differ in the last bit between versions of a library.
RELATIVE_TOLERANCE = 1e-9

_HELD_AGAINST = ("baseline", "baseline_on", "target", "target_on", "tolerance", "min_n")
_KEY = ("mission", "indicator", "period_type", "period", "area", *DIMENSIONS)
_PLACE = "mission, indicator, period_type, period, area"
_CELL = f"""{", ".join(_KEY)}, indicator_version, period_end, value, n, obs_status, conf_status,
  disclosure"""
_WAY = ", ".join(("indicator", "breakdown", *(f"{name} <> '{TOTAL}'" for name in DIMENSIONS[:-1])))
_CHANGED = f"hash({_CELL}) NOT IN (FROM other_release)"
# Cells that are not in the other release to the last bit, and the totals of these: few of all.
_NEEDED = {
    "indicator_value": f"""SELECT {_CELL} FROM mart.indicator_value
      WHERE {_CHANGED} OR ({totals_sql()} AND ({_PLACE}) IN (FROM touched))""",
    "way": f"SELECT DISTINCT {_WAY} FROM mart.indicator_value",
    "contribution": f"SELECT {_PLACE}, file_sha256 FROM mart.contribution",
    "input_file": "SELECT file_sha256, status, superseded_by, mapping_version FROM mart.input_file",
    "mission": "SELECT as_of FROM mart.mission",
    "indicator": "SELECT mission, indicator, version, measure FROM mart.indicator",
}
# A cell that a state does not have stands for nothing there, and nothing of these is zero.
_ZERO_KINDS = ("count", "sum", "count_distinct")
# Only the system of before could tell these two apart: both stand under `correction`.
_ALIKE = {"correction", "recomputed"}
_TOLD = ("one_cause", "recounted", "correction_or_recomputed")
Point = tuple[float | None, int]  # a value and the cases behind it
Way = list[tuple[str, Point, Point]]  # back from this release: each cause, its near and far side


def revisions_sql() -> str:
    """Compares `before_<table>` with `after_<table>`, of two releases.

    `by_files` is the reason as the files tell it, in this order: another version of the
    definition; a file of this figure was superseded, or read again with another mapping; a file of
    this figure is new; the same of any file (returns and population count in figures without
    giving them rows); else the same files were computed otherwise.
    """
    cell = ", ".join(_KEY)
    return f"""
    WITH arrived AS (
      SELECT file_sha256 FROM after_input_file WHERE status = 'loaded'
      EXCEPT
      SELECT file_sha256 FROM before_input_file WHERE status = 'loaded'
    ),
    superseded AS (
      SELECT file_sha256 FROM after_input_file WHERE status = 'superseded'
      EXCEPT
      SELECT file_sha256 FROM before_input_file WHERE status = 'superseded'
    ),
    reread AS (
      SELECT file_sha256 FROM after_input_file AS new
      JOIN before_input_file AS old USING (file_sha256)
      WHERE new.status = 'loaded' AND old.status = 'loaded'
        AND new.mapping_version IS DISTINCT FROM old.mapping_version
    ),
    corrected AS (FROM superseded UNION FROM reread),
    correcting AS (
      SELECT superseded_by AS file_sha256 FROM after_input_file
      WHERE file_sha256 IN (SELECT file_sha256 FROM superseded)
      UNION
      FROM reread
    ),
    corrected_place AS (
      SELECT DISTINCT {_PLACE} FROM before_contribution
      WHERE file_sha256 IN (SELECT file_sha256 FROM corrected)
      UNION
      SELECT DISTINCT {_PLACE} FROM after_contribution
      WHERE file_sha256 IN (SELECT file_sha256 FROM correcting)
    ),
    late_place AS (
      SELECT DISTINCT {_PLACE} FROM after_contribution
      WHERE file_sha256 IN (SELECT file_sha256 FROM arrived)
    ),
    compared AS (
      SELECT {cell}, new.indicator_version, old.indicator_version AS version_before,
             old.value AS value_before, new.value AS value_after,
             old.n AS n_before, new.n AS n_after,
             old.obs_status AS obs_status_before, new.obs_status AS obs_status_after,
             old.conf_status AS conf_status_before, new.conf_status AS conf_status_after,
             old.disclosure = 'exact' AND new.disclosure = 'exact' AS is_exact
      FROM before_indicator_value AS old
      JOIN after_indicator_value AS new USING ({cell})
      WHERE old.period_end <= (SELECT max(as_of) FROM before_mission)
        AND (old.conf_status = 'F' OR new.conf_status = 'F')
    ),
    in_both AS (
      SELECT {_PLACE}, new.indicator_version, old.indicator_version AS version_before,
             measure IN {_ZERO_KINDS} AS adds_up,
             old.obs_status AS total_before, new.obs_status AS total_after
      FROM before_indicator_value AS old
      JOIN after_indicator_value AS new USING ({cell})
      JOIN after_indicator AS indicator USING (mission, indicator)
      WHERE indicator.version = new.indicator_version AND {totals_sql("new.")}
        AND old.period_end <= (SELECT max(as_of) FROM before_mission)
    ),
    broken_down_in_both AS (FROM before_way INTERSECT FROM after_way),
    one_sided AS (
      SELECT {cell}, false AS was_there, value, n, obs_status, disclosure
      FROM after_indicator_value ANTI JOIN before_indicator_value USING ({cell})
      WHERE conf_status = 'F' AND value IS NOT NULL
      UNION ALL
      SELECT {cell}, true AS was_there, value, n, obs_status, disclosure
      FROM before_indicator_value ANTI JOIN after_indicator_value USING ({cell})
      WHERE conf_status = 'F' AND value IS NOT NULL
    ),
    -- A part without a case has no cell: zero where it adds up and its total is known.
    came_or_went AS (
      SELECT *,
             CASE WHEN was_there THEN total_after ELSE total_before END AS of_total,
             CASE WHEN of_total IN ('{NOT_REPORTED}', '{NO_ACCESS}') THEN of_total
               WHEN adds_up THEN '{NORMAL}' ELSE '{NOT_COMPUTABLE}' END AS other_status,
             CASE WHEN other_status = '{NORMAL}' THEN 0 END AS other_value
      FROM one_sided JOIN in_both USING ({_PLACE})
      WHERE ({_WAY}) IN (FROM broken_down_in_both)
    ),
    parts AS (
      SELECT {cell}, indicator_version, version_before,
             CASE WHEN was_there THEN value ELSE other_value END AS value_before,
             CASE WHEN was_there THEN other_value ELSE value END AS value_after,
             CASE WHEN was_there THEN n ELSE 0 END AS n_before,
             CASE WHEN was_there THEN 0 ELSE n END AS n_after,
             CASE WHEN was_there THEN obs_status ELSE other_status END AS obs_status_before,
             CASE WHEN was_there THEN other_status ELSE obs_status END AS obs_status_after,
             'F' AS conf_status_before, 'F' AS conf_status_after, disclosure = 'exact' AS is_exact
      FROM came_or_went
    ),
    moved AS (
      SELECT * FROM (FROM compared UNION ALL BY NAME FROM parts)
      WHERE (conf_status_before = 'F') <> (conf_status_after = 'F')
         OR (value_before IS NULL) <> (value_after IS NULL)
         OR abs(value_after - value_before)
            > {RELATIVE_TOLERANCE} * greatest(1, abs(value_before))
         OR (value_before IS NULL AND value_after IS NULL
             AND obs_status_before <> obs_status_after)
    )
    SELECT moved.*, indicator.measure,
           CASE
             WHEN conf_status_after <> 'F' THEN 'withheld'
             WHEN conf_status_before <> 'F' THEN 'released'
             WHEN version_before <> indicator_version THEN 'new_definition'
             WHEN ({_PLACE}) IN (SELECT ({_PLACE}) FROM corrected_place) THEN 'correction'
             WHEN ({_PLACE}) IN (SELECT ({_PLACE}) FROM late_place) THEN 'late_data'
             WHEN EXISTS (FROM corrected) THEN 'correction'
             WHEN EXISTS (FROM arrived) THEN 'late_data'
             ELSE 'recomputed'
           END AS by_files
    FROM moved
    LEFT JOIN after_indicator AS indicator USING (mission, indicator)
    WHERE indicator.version IS NULL OR indicator.version = indicator_version
    ORDER BY ALL
    """


# Reading two releases -----------------------------------------------------------------------------


def diff(
    workspace: Workspace,
    mission: str,
    old: str | None = None,
    new: str | None = None,
    audience: str = "mission",
) -> pd.DataFrame:
    """What moved between two releases of a workspace, in the columns of `mart.revision`.

    `new` is the current release where none is named, `old` the one that was current when `new`
    was published. Raises WrongUse for a release that is not there.
    """
    return diff_releases(*compared_folders(workspace, mission, old, new), audience)


def compared_folders(
    workspace: Workspace, mission: str, old: str | None = None, new: str | None = None
) -> tuple[Path, Path]:
    """The folders of the two releases that are compared where these are, or are not, named."""
    after = release_folder(workspace, mission, new)
    return release_folder(workspace, mission, old or _previous(workspace, mission, after)), after


def diff_releases(old: Path, new: Path, audience: str) -> pd.DataFrame:
    """What moved between two published folders, from these alone (columns of `mart.revision`).

    Parts were told apart when `new` was made. Of releases further apart they are summed over the
    releases between, where their folders lie beside `new`; else they are null, and
    `parts_status` says so.
    """
    before = database_of(old, audience)
    chain = _chain(old, new, audience)
    if len(chain) == 1:
        return chain[0]
    causes = causes_of_files(read_published(old, audience), read_published(new, audience))
    with opened_release(database_of(new, audience)) as after:
        moved = revisions_against(after, before, old.name, lambda _: Decomposition(causes))
    return _summed(moved, chain) if chain else moved


def _chain(old: Path, new: Path, audience: str) -> list[pd.DataFrame]:
    """The revisions of each release after `old` up to `new`; empty where one is not there."""
    found: list[pd.DataFrame] = []
    folder = new
    names = ", ".join(MART_TABLES["revision"])
    while database_of(folder, audience).is_file():
        with opened_release(database_of(folder, audience)) as release:
            ((previous,),) = release.execute("SELECT previous_release FROM mart.release").fetchall()
            if not previous:
                return []
            found.append(release.execute(f"SELECT {names} FROM mart.revision ORDER BY ALL").df())
        if previous == old.name:
            return found
        folder = new.parent / str(previous)
    return []


def _summed(moved: pd.DataFrame, chain: list[pd.DataFrame]) -> pd.DataFrame:
    """The revisions with the parts of every step between added up, where each step tells them."""
    key, parts = list(_KEY), [f"part_{name}" for name in CAUSES]
    steps = pd.concat(chain)
    told = steps["parts_status"].isin(_TOLD)
    known = steps[told].groupby(key)[parts].sum()
    untold = set(map(tuple, steps.loc[~told, key].to_numpy()))
    alike = set(map(tuple, steps.loc[steps["parts_status"] == _TOLD[-1], key].to_numpy()))
    lines = []
    for line in _records(moved):
        cell = tuple(line[name] for name in key)
        if cell in known.index and cell not in untold and line["parts_status"] != "not_counted":
            status = _TOLD[-1] if cell in alike else "recounted"
            line |= known.loc[cell].to_dict() | {"parts_status": status}
            line["reason"] = max(CAUSES, key=lambda name: abs(line[f"part_{name}"]))
        lines.append(_worded(line))
    return pd.DataFrame(lines, columns=list(MART_TABLES["revision"]))


def changed_parameters(old: Path, new: Path, audience: str) -> list[dict[str, Any]]:
    """What the mission set otherwise: `indicator, parameter, before, after`.

    Baseline, target, tolerance and the least number of respondents of an indicator; under the
    indicator `*` the mission's own parameters.
    """
    before, after = (read_published(folder, audience) for folder in (old, new))
    pairs = {"*": [entry.parameters.model_dump(mode="json") for entry in (before, after)]}
    for code in sorted(set(before.definitions) & set(after.definitions)):
        newest = [entry.definitions[code][0] for entry in (before, after)]
        pairs[code] = [{name: line[name] for name in _HELD_AGAINST} for line in newest]
    return [
        {"indicator": code, "parameter": name, "before": one[name], "after": other[name]}
        for code, (one, other) in pairs.items()
        for name in one
        if one[name] != other[name]
    ]


# Comparing ----------------------------------------------------------------------------------------


def revisions_against(
    after: Connection,
    before: Path,
    release_before: str,
    decompose: Callable[[Set[str]], Decomposition],
) -> pd.DataFrame:
    """The rows of `mart.revision` for the mart of `after` against an earlier release's database.

    `decompose`: tells apart the causes of these indicators' changes.
    """
    with opened_release(before) as earlier, open_memory() as connection:
        hashes = f"SELECT hash({_CELL}) FROM mart.indicator_value"
        known = [release.sql(hashes).to_arrow_table() for release in (after, earlier)]
        places = []
        for release, other in zip((earlier, after), known, strict=True):
            release.register("other_release", other)
            changed = f"SELECT DISTINCT {_PLACE} FROM mart.indicator_value WHERE {_CHANGED}"
            places.append(release.sql(changed).to_arrow_table())
        touched = pa.concat_tables(places)
        for side, release in (("before", earlier), ("after", after)):
            release.register("touched", touched)
            for name, query in _NEEDED.items():
                connection.register(f"{side}_{name}", release.sql(query).to_arrow_table())
            release.unregister("touched")
            release.unregister("other_release")
        moved = connection.execute(revisions_sql()).df().astype(object)
    moved = moved.where(moved.notna(), None)
    moved["release_before"] = release_before
    found = decompose(frozenset(moved["indicator"]))
    cells = _cells_of_states(found, moved)
    lines = [_worded(_attribute_change(line, found, cells)) for line in _records(moved)]
    return pd.DataFrame(lines, columns=list(MART_TABLES["revision"]))


def _records(frame: pd.DataFrame) -> Iterable[dict[str, Any]]:
    return ({str(key): value for key, value in line.items()} for line in frame.to_dict("records"))


def _cells_of_states(
    decomposition: Decomposition, moved: pd.DataFrame
) -> dict[tuple[str, ...], dict[str, Point]]:
    """By cell and state: value and n, of the cells that moved."""
    wanted = set(map(tuple, moved[list(CELL)].to_numpy()))
    found: dict[tuple[str, ...], dict[str, Point]] = {}
    for state, table in decomposition.states.items():
        columns = [table.column(name).to_pylist() for name in (*CELL, "value", "n")]
        for *cell, value, n in zip(*columns, strict=True):
            if tuple(cell) in wanted:
                found.setdefault(tuple(cell), {})[state] = (value, n or 0)
    return found


def _attribute_change(
    line: dict[str, Any],
    decomposition: Decomposition,
    cells: Mapping[tuple[str, ...], Mapping[str, Point]],
) -> dict[str, Any]:
    """The line with its parts, its reason and `parts_status`."""
    code, by_files = line["indicator"], line["by_files"]
    causes = decomposition.causes.get(code) or {by_files}
    parts: dict[str, float] = {}
    status = "not_counted"
    way: Way = []
    if code in decomposition.recounted and line["is_exact"]:  # states between are exact ones
        states = cells.get(tuple(line[name] for name in CELL), {})
        way = [*_way(line, decomposition, states)]
    if line["value_before"] is not None and line["value_after"] is not None:
        if way:
            parts, status = _parts(way)
        elif len(causes) == 1 or causes == _ALIKE:
            parts = {min(causes): line["value_after"] - line["value_before"]}
            status = "one_cause"
        else:
            status = "not_told_apart"
        if parts and causes >= _ALIKE:
            status = "correction_or_recomputed"
    sole = None if parts else _only_step(way)
    line["reason"] = _reason(by_files, {sole} if sole else causes, parts)
    if by_files == "withheld":
        line["value_before"] = None  # it was published once, and is not repeated
    named = {f"part_{name}": parts.get(name, 0.0 if parts else None) for name in CAUSES}
    return line | named | {"parts_status": status}


def _only_step(way: Way) -> str | None:
    """The one cause by which a figure came or went, as the states between tell it: of a difference
    to nothing there is no part."""
    moved = [cause for cause, near, far in way if near[0] != far[0]]
    return moved[0] if len(moved) == 1 else None


def _way(
    line: Mapping[str, Any], decomposition: Decomposition, states: Mapping[str, Point]
) -> Iterator[tuple[str, Point, Point]]:
    """Each cause, with the figure on its near and on its far side."""
    absent: Point = (0.0, 0) if line["measure"] in _ZERO_KINDS else (None, 0)
    known = {**states, OLDER_RELEASE: (line["value_before"], line["n_before"] or 0)}
    near: Point = (line["value_after"], line["n_after"] or 0)
    for cause, state in decomposition.steps(line["indicator"]):
        far = known.get(state, absent)
        yield cause, near, far
        near = far


def _reason(by_files: str, causes: set[str], parts: Mapping[str, float]) -> str:
    """The largest part, else the only cause, else what the files tell."""
    if by_files in ("withheld", "released"):
        return by_files
    if any(parts.values()):
        return max(parts, key=lambda name: abs(parts[name]))
    return next(iter(causes)) if len(causes) == 1 else by_files


def _parts(way: Way) -> tuple[dict[str, float], str]:
    """What each cause makes of the change, and whether that can be told."""
    parts: dict[str, float] = {}
    for cause, near, far in way:
        if near[0] is None or far[0] is None:
            return {}, "not_told_apart"
        parts[cause] = near[0] - far[0]
    return parts, "recounted"


# Words --------------------------------------------------------------------------------------------


def _worded(line: dict[str, Any]) -> dict[str, Any]:
    return line | {f"sentence_{language}": _sentence(line, language) for language in LANGUAGES}


def _sentence(line: Mapping[str, Any], language: str) -> str:
    reason = line["reason"]
    words = {
        side: shown_number(line[f"value_{side}"], str(line[f"obs_status_{side}"]), language)
        for side in ("before", "after")
    }
    parts = {name: line[f"part_{name}"] for name in CAUSES if line[f"part_{name}"]}
    if line["parts_status"] == _TOLD[-1] and "correction" in parts:
        parts = {_TOLD[-1]: parts.pop("correction")} | parts
        reason = _TOLD[-1] if reason == "correction" else reason
    if len(parts) > 1 and reason not in ("withheld", "released"):
        listed = [
            message(f"release.part.{name}", language, amount=signed_number(amount, language))
            for name, amount in parts.items()
        ]
        return message("release.revision.parts", language, **words, parts=", ".join(listed))
    return message(f"release.revision.{reason}", language, **words)


def _previous(workspace: Workspace, mission: str, after: Path) -> str:
    with opened_release(database_of(after, "mission")) as connection:
        row = connection.execute("SELECT previous_release FROM mart.release").fetchone()
    if row and row[0] in releases_of(workspace, mission):
        return str(row[0])
    raise WrongUse(Problem("no_earlier_release", value=after.name))
