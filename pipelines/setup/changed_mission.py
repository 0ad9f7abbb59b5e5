"""A made mission as the form holds it, and what other entries would change of it.

The changed profile is made beside the one that stands and checked as a whole; only then the files
that differ are replaced. Lists of areas and units, targets and links have pages of their own.
"""

import hashlib
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq
from shapely import Geometry

from indicators.definitions.contracts import Words, contracts
from indicators.definitions.mission_profile import Mission, read_mission
from indicators.foundation.errors import Problem, WrongUse
from indicators.foundation.messages import LANGUAGES
from indicators.foundation.sql_text import quoted
from pipelines.documents.profile_workbook import (
    FRAMEWORK,
    MISSION,
    profile_yaml,
    put_key,
    yaml_text,
)
from pipelines.documents.templates import write_template
from pipelines.ingest.mapping.places.area_polygons import (
    OUTLINES_SOURCE,
    outline_names,
    outlines_path,
    read_outlines,
)
from pipelines.ingest.mapping.profile import profile_problems
from pipelines.ingest.rows.listed_areas import listed_areas
from pipelines.setup.mission_text import words
from pipelines.setup.new_mission import COUNTRY, OUTLINES, Checked, checked
from pipelines.workspace.durable import replace_bytes
from pipelines.workspace.paths import Workspace
from pipelines.workspace.warehouse.inspect import Connection
from pipelines.workspace.warehouse.last_state import open_to_read
from pipelines.workspace.warehouse.turns import turn

HISTORY = "outlines_history"
_BUDGET_YEAR = "B"
_YES = "yes"
_DAYS = ("starts_on", "ends_on")
_COUNTRY_NAMES = tuple(f"country_{language}" for language in LANGUAGES)


@dataclass(frozen=True)
class Standing:
    """The mission's entries under the names of the form's fields, and its indicators."""

    values: Mapping[str, str]
    chosen: tuple[str, ...]


@dataclass(frozen=True)
class Change:
    """What would be another: a field of the form, an indicator or an area's outline (`of`), by
    `name`. `before` and `after` as the form has them; of an outline what becomes of it (`after`).
    """

    of: str
    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Proposed:
    """What would change, what hinders it, what is to be known of it; `ground`: of which state."""

    changes: tuple[Change, ...] = ()
    problems: tuple[Problem, ...] = ()
    remarks: tuple[Problem, ...] = ()
    ground: str = ""


def standing(profile: Path) -> Standing:
    """The mission as it stands. Raises WrongUse for a profile that cannot be read."""
    mission = read_mission(profile)
    country = mission.area_names.get(mission.country_area, mission.name)
    framework = profile_yaml(profile / FRAMEWORK) or {}
    texts: dict[str, Mapping[str, str] | Words] = {
        "name": mission.name,
        "country": country,
        "boundaries": mission.boundaries,
        "objective": framework.get("objective") or {},
    }
    values = {
        f"{name}_{language}": _in(language, own).strip()
        for name, own in texts.items()
        for language in LANGUAGES
    }
    values |= {
        "code": mission.mission,
        "country_code": mission.country_area,
        "time_zone": mission.time_zone,
        "starts_on": mission.starts_on.isoformat(),
        "ends_on": mission.ends_on.isoformat() if mission.ends_on else "",
        "budget_year": _YES if _BUDGET_YEAR in mission.period_types else "",
        "is_fictional": _YES if mission.is_fictional else "",
        "area_property": mission.area_property if mission.areas_geojson else "",
    }
    return Standing(values, tuple(one.code for one in mission.indicators))


def proposed(
    workspace: Workspace,
    code: str,
    values: Mapping[str, str],
    chosen: Sequence[str],
    outlines: Path | None,
    room: Path,
) -> Proposed:
    """What entries would change in a mission; the changed profile stands in the folder `room`."""
    profile, copy = workspace.profile(code), room / code
    was = standing(profile)
    changes = [
        Change("field", name, before, values.get(name, ""))
        for name, before in was.values.items()
        if values.get(name, "") != before
    ]
    changes += [Change("indicator", one, "", "+") for one in chosen if one not in was.chosen]
    changes += [Change("indicator", one, "-", "") for one in was.chosen if one not in chosen]
    shutil.copytree(profile, copy, ignore=shutil.ignore_patterns(HISTORY))
    _write_copy(copy, values, {one.name for one in changes if one.of == "field"}, changes, outlines)
    problems = profile_problems(copy)
    if problems:
        return Proposed(problems=tuple(problems))
    found = Checked()
    if outlines is not None or any(one.name == "area_property" for one in changes):
        changes += _of_outlines(profile, copy, outlines)
        found = _checked_with_lists(workspace, copy, room)
    follows = [] if found.problems else [*_what_follows(profile, changes)]
    remarks = [*found.remarks, *follows]
    state = repr(changes).encode()
    for path in (profile / MISSION, profile / FRAMEWORK, copy / OUTLINES):
        state += path.read_bytes() if path.is_file() else b""
    ground = hashlib.sha256(state).hexdigest()
    return Proposed(tuple(changes), tuple(found.problems), tuple(remarks), ground)


def change(
    workspace: Workspace,
    code: str,
    values: Mapping[str, str],
    chosen: Sequence[str],
    outlines: Path | None,
    room: Path,
    ground: str,
) -> Proposed:
    """Replaces what differs, where it is still what was shown. Raises WrongUse where it is not,
    and while somebody computes or publishes."""

    def refuse(_: int) -> None:
        raise WrongUse(Problem("setup_busy"))

    with turn(workspace.warehouse(code), refuse):
        found = proposed(workspace, code, values, chosen, outlines, room)
        if found.problems:
            return found
        if found.ground != ground:
            raise WrongUse(Problem("setup_changed_since"))
        copy, profile = room / code, workspace.profile(code)
        if any(one.name in _COUNTRY_NAMES for one in found.changes):
            _send_country(workspace, read_mission(copy), room)
        if outlines is not None:
            _keep_old(profile / OUTLINES)
        for name in (OUTLINES, FRAMEWORK, MISSION):  # the last names the first
            _replace(copy / name, profile / name)
    return found


def _in(language: str, own: Mapping[str, str] | Words) -> str:
    text = own.get(language, "") if isinstance(own, Mapping) else getattr(own, language)
    return str(text)


def _write_copy(
    copy: Path,
    values: Mapping[str, str],
    changed: set[str],
    changes: Sequence[Change],
    outlines: Path | None,
) -> None:
    """The files of the profile with the entries that differ; comments and other keys stay."""
    content, framework = profile_yaml(copy / MISSION), profile_yaml(copy / FRAMEWORK)
    mission = read_mission(copy)

    def both(name: str) -> dict[str, str]:
        return {language: values.get(f"{name}_{language}", "") for language in LANGUAGES}

    def is_changed(name: str) -> bool:
        return any(f"{name}_{language}" in changed for language in LANGUAGES)

    for name in ("name", "boundaries"):
        if is_changed(name):
            put_key(content, name, both(name))
    if is_changed("country"):
        content["area_names"] = content.get("area_names") or {}
        put_key(content["area_names"], mission.country_area, both("country"))
    for name in (one for one in _DAYS if one in changed):  # a key that is emptied keeps its comment
        content[name] = date.fromisoformat(values[name]) if values.get(name) else None
    for name in {"time_zone", "area_property"} & changed:
        content[name] = values[name]
    if "budget_year" in changed:
        kept = [one for one in mission.period_types if one != _BUDGET_YEAR]
        _relist(content, "period_types", kept + [_BUDGET_YEAR] * bool(values.get("budget_year")))
    if "is_fictional" in changed:
        _say_fictional(content, bool(values.get("is_fictional")))
    _choose(content, changes)
    if outlines is not None:
        shutil.copyfile(outlines, copy / OUTLINES)
        content["areas_geojson"] = OUTLINES
    (copy / MISSION).write_text(yaml_text(content), encoding="utf-8")
    if is_changed("objective") and framework is not None:
        put_key(framework, "objective", both("objective"))
        (copy / FRAMEWORK).write_text(yaml_text(framework), encoding="utf-8")


def _say_fictional(content: Any, is_fictional: bool) -> None:
    note = words("setup.fictional")
    notes = [one for one in content.get("notes") or [] if dict(one) != note]
    content["is_fictional"] = is_fictional
    content["notes"] = [*notes, note] if is_fictional else notes


def _choose(content: Any, changes: Sequence[Change]) -> None:
    own = {one.name: one.after for one in changes if one.of == "indicator"}
    kept = [entry for entry in content["indicators"] if own.get(entry["code"], "+")]
    come = [CommentedMap(code=name) for name, is_new in own.items() if is_new]
    if own:
        _relist(content, "indicators", kept + come)


def _relist(content: Any, key: str, entries: list[Any]) -> None:
    """Other entries of a list; the comment behind its last one, which is that of the next key,
    stays behind it."""
    standing = content.setdefault(key, CommentedSeq())
    comment = _comment_behind(standing)
    standing.clear()
    standing.extend(entries)
    if comment is not None:
        _comment_behind(standing, comment)


def _comment_behind(node: Any, comment: Any = None) -> Any:
    """Takes the comment behind the last value of a list or mapping out, or puts one there."""
    key = len(node) - 1 if isinstance(node, CommentedSeq) else next(reversed(node), None)
    if key in (None, -1):
        return None
    if isinstance(node[key], CommentedSeq | CommentedMap):
        return _comment_behind(node[key], comment)
    slots, at = ([None] * 2, 0) if isinstance(node, CommentedSeq) else ([None] * 4, 2)
    slots = node.ca.items.setdefault(key, slots)
    found, slots[at] = slots[at], comment
    return found


def _of_outlines(profile: Path, copy: Path, outlines: Path | None) -> Iterator[Change]:
    """Which areas the new outlines draw otherwise, anew, or no more; the file itself first."""
    (old, names), (new, new_names) = _drawn(profile), _drawn(copy)
    if outlines is not None:
        before = outlines_path(profile, read_mission(profile))
        if before and before.is_file() and before.read_bytes() == outlines.read_bytes():
            return
        yield Change("file", "outlines", before.name if before else "", outlines.name)
    names |= new_names
    for code in sorted(names):
        if code not in new:
            yield Change("outline", names[code], "drawn", "gone")
        elif code not in old:
            yield Change("outline", names[code], "", "drawn")
        elif old[code] != new[code]:
            yield Change("outline", names[code], "drawn", "redrawn")


def _drawn(profile: Path) -> tuple[dict[str, set[bytes]], dict[str, str]]:
    """The outlines of a profile by area, in a form that is the same for the same shape, and what
    people call them; none where it has none that can be read."""
    mission = read_mission(profile)
    try:
        found, names = read_outlines(profile, mission), outline_names(profile, mission)
    except WrongUse:
        return {}, {}
    shapes: dict[str, set[bytes]] = {}
    for code, shape in zip(found.codes, found.tree.geometries, strict=True):
        shapes.setdefault(code, set()).add(_normal(shape))
    return shapes, names


def _normal(shape: Geometry) -> bytes:
    return bytes(shape.normalize().wkb)


def _checked_with_lists(workspace: Workspace, copy: Path, room: Path) -> Checked:
    """The changed profile as if it were made of the areas that are listed now, where the outlines
    only draw; where they make areas the new ones may make others."""
    warehouse = workspace.warehouse(copy.name)
    if not warehouse.is_file():
        return checked(copy, {}, room)
    with open_to_read(warehouse) as connection:
        listed, name = _listed(connection, read_mission(copy).country_area)
    if not listed:
        return checked(copy, {}, room)
    path = room / "areas.xlsx"
    write_template(contracts()["areas"], path, "en", listed)
    found = checked(copy, {"areas": path}, room)
    problems = [
        replace(one, parameters=one.parameters | {"list": name})
        if "list" in one.parameters
        else one
        for one in found.problems
    ]
    return replace(found, problems=problems)


def _listed(connection: Connection, country: str) -> tuple[list[dict[str, str]], str]:
    """The rows of areas that lists state and a list's name; none where outlines make areas."""
    made = connection.execute(
        "SELECT count(*) FROM core.areas JOIN ops.input_file USING (file_sha256) "
        "WHERE source = ? AND area_code <> ?",
        [OUTLINES_SOURCE, country],
    ).fetchone()
    codes = listed_areas(connection)
    if (made and made[0]) or not codes - {country}:
        return [], ""
    columns = list(contracts()["areas"].columns)
    asked = ", ".join(map(quoted, columns))
    rows = connection.execute(
        f"SELECT {asked}, name FROM core.areas JOIN ops.input_file USING (file_sha256) "
        "ORDER BY area_level = 'country', area_code"
    ).fetchall()
    listed = [_texts(columns, row) for row in rows if row[0] in codes]
    return listed, str(rows[0][-1])


def _texts(columns: Sequence[str], row: Sequence[Any]) -> dict[str, str]:
    named = zip(columns, row, strict=False)
    return {name: str(value) for name, value in named if value is not None}


def _what_follows(profile: Path, changes: Sequence[Change]) -> Iterator[Problem]:
    """What the next refresh does because of the changes, in sentences."""
    fields = {one.name: one.after for one in changes if one.of == "field"}
    if "time_zone" in fields:
        yield Problem("setup_follows_zone", parameters={"zone": fields["time_zone"]})
    if fields.keys() & set(_DAYS):
        yield Problem("setup_follows_days")
    if any(one.of == "outline" for one in changes):
        yield Problem("setup_follows_outlines")
    gone = {one.name for one in changes if one.of == "indicator" and not one.after}
    aimed = [
        one.code
        for one in read_mission(profile).indicators
        if one.code in gone and (one.baseline or one.target)
    ]
    if aimed:
        yield Problem("setup_follows_targets", parameters={"codes": ", ".join(aimed)})


def _send_country(workspace: Workspace, mission: Mission, room: Path) -> None:
    """Sends the mission area's row with its new names in, where a list states it: what a list says
    of an area stands before what the profile says."""
    warehouse = workspace.warehouse(mission.mission)
    if not warehouse.is_file():
        return
    columns = list(contracts()["areas"].columns)
    with open_to_read(warehouse) as connection:
        row = connection.execute(
            f"SELECT {', '.join(map(quoted, columns))} FROM core.areas "
            "JOIN ops.input_file USING (file_sha256) WHERE area_code = ? AND source <> ? "
            "ORDER BY valid_from DESC",
            [mission.country_area, OUTLINES_SOURCE],
        ).fetchone()
    if row is None:
        return
    names = mission.area_names[mission.country_area]
    texts = _texts(columns, row) | {"name_en": names.en, "name_fr": names.fr}
    path = room / f"{COUNTRY}.xlsx"
    write_template(contracts()["areas"], path, "en", [texts])
    _replace(path, workspace.inbox(mission.mission) / path.name)


def _keep_old(path: Path) -> None:
    """The outlines that are about to be replaced, beside the profile's files, with the time."""
    if path.is_file():
        history = path.parent / HISTORY
        history.mkdir(exist_ok=True)
        at = datetime.now(UTC).strftime("%Y-%m-%dT%H%M%SZ")
        shutil.copy2(path, history / f"{at}_{path.name}")


def _replace(fresh: Path, target: Path) -> None:
    """Puts a file in the place of another, whole; nothing where they say the same."""
    content = fresh.read_bytes() if fresh.is_file() else None
    if content is not None and not (target.is_file() and target.read_bytes() == content):
        replace_bytes(target, content)
