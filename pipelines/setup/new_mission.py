"""Making a mission: its profile, lists of areas and units and outlines are checked as a whole, by
taking them in on trial; only then are they installed.

What is wrong is told at once, with row and mend, and nothing is half there.
"""

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from indicators.definitions.contracts import contracts
from indicators.definitions.mission_profile import Mission, read_mission
from indicators.foundation.data_folder import data_folder
from indicators.foundation.errors import Problem, WrongUse, nearest
from indicators.foundation.messages import has_message
from pipelines.documents.templates import write_template
from pipelines.ingest.inbox import FilesRefused, ingest
from pipelines.ingest.mapping.model import load_sources
from pipelines.ingest.mapping.places.area_polygons import (
    OUTLINES_SOURCE,
    outlines_path,
    outlines_remarks,
    read_outlines,
)
from pipelines.ingest.mapping.profile import profile_problems
from pipelines.ingest.mapping.sources.template_sources import template_of
from pipelines.quality.rejects.workbook import Reject, open_rejects
from pipelines.setup.mission_text import framework_text, mission_text
from pipelines.setup.nested_areas import (
    Record,
    nested_problems,
    nested_rows,
    records_of_outlines,
    rows_of_list,
)
from pipelines.setup.proposal.answering.answers import answered
from pipelines.setup.proposal.beside.known_rows import Known, known_in
from pipelines.setup.proposal.proposal import Proposal
from pipelines.setup.proposal.writing import write_mapping
from pipelines.workspace.installation import install_profile, make_workspace
from pipelines.workspace.paths import Workspace
from pipelines.workspace.warehouse.connection import open_warehouse
from pipelines.workspace.warehouse.inspect import Connection
from pipelines.workspace.warehouse.turns import turn

OUTLINES = "areas.geojson"
LISTS = ("areas", "units")  # tables that a mission may be made with
COUNTRY = "00_mission_area"  # the list of the mission area alone; by its name it is read first
_TOLD, _ROWS_NAMED = 50, 10  # problems; further rows of one of them


@dataclass(frozen=True)
class Checked:
    """What hinders a mission, what is to be known of it that does not hinder, and its lists."""

    problems: list[Problem] = field(default_factory=list)
    remarks: list[Problem] = field(default_factory=list)
    lists: Mapping[str, Path] = field(default_factory=dict)


def write_profile(
    folder: Path,
    content: Mapping[str, Any],
    objective: Mapping[str, str],
    language: str,
    outlines: Path | None = None,
) -> None:
    """Writes a profile's files into an empty folder, with the schemas that editors check by."""
    (folder / "sources").mkdir(parents=True)
    (folder / "schemas").mkdir()
    for name in ("mission", "framework"):
        schema = f"{name}.schema.json"
        shutil.copyfile(data_folder() / "schemas" / schema, folder / "schemas" / schema)
    (folder / "mission.yaml").write_text(mission_text(content, language), encoding="utf-8")
    text = framework_text(objective, language)
    (folder / "framework.yaml").write_text(text, encoding="utf-8")
    if outlines is not None:
        shutil.copyfile(outlines, folder / OUTLINES)


def checked(profile: Path, lists: Mapping[str, Path], room: Path) -> Checked:
    """A profile that is not installed yet, with its lists of areas and units by table.

    Mappings for lists that are no filled templates are written into the profile; the mission area,
    where nothing states it, and areas that rows or outlines name with those above them, as lists of
    their own into the folder `room`.
    """
    found = profile_problems(profile, is_installed=False)
    if found:
        return Checked(found)
    mission = read_mission(profile)
    outlines = outlines_path(profile, mission)
    is_drawn = outlines is not None and outlines.is_file()
    remarks = outlines_remarks(outlines, mission) if outlines is not None and is_drawn else []
    if not lists and (not is_drawn or _lists_areas(profile)):
        return Checked([], remarks)  # what a source of the profile states comes with its file
    try:
        lists, nested = _with_nested(mission, lists, outlines if is_drawn else None, room)
    except WrongUse as error:
        return Checked(error.problems, remarks)
    places = {table: path for table, path in lists.items() if table == "areas"}
    problems, undrawn, has_country = _trial(profile, mission, places, lists)
    if not has_country and "areas" in lists:
        places = {COUNTRY: _country_list(mission, room), **places}
        lists = {**places, **lists}
        problems, undrawn, _ = _trial(profile, mission, places, lists)
    return Checked([*nested, *problems], [*remarks, *undrawn], lists)


def _with_nested(
    mission: Mission, lists: Mapping[str, Path], outlines: Path | None, room: Path
) -> tuple[dict[str, Path], list[Problem]]:
    """The lists with that of areas as the table has it, where a row or an outline names an area
    with all those above it, and what is wrong in rows of such a list. Raises WrongUse for a list
    that cannot be read."""
    listed, problems = lists.get("areas"), []
    records: Sequence[Record] = []
    if listed is not None and template_of(listed) is None:
        numbered = rows_of_list(listed)
        records = [record for *_, record in numbered]
        problems = [*nested_problems(listed.name, numbered, mission.country_area)][:_TOLD]
    elif listed is None and outlines is not None:
        records = records_of_outlines(outlines)
    rows = nested_rows(records, mission.country_area, mission.starts_on.isoformat())
    if not rows:
        return {**lists}, problems
    path = room / f"{(listed or outlines or room).stem}.areas.xlsx"
    write_template(contracts()["areas"], path, "en", rows)
    return {**lists, "areas": path}, problems


def _lists_areas(profile: Path) -> bool:
    """Whether a source of the profile states areas."""
    return any(source.states("areas") for source in load_sources(profile).values())


def installed(workspace: Workspace, profile: Path, lists: Mapping[str, Path]) -> str:
    """Installs a checked profile and takes its lists and outlines in; the mission's name.

    Files that name areas and units are looked at next: these have to be known by then.
    """
    name = install_profile(workspace, profile)
    for path in lists.values():
        shutil.copyfile(path, workspace.inbox(name) / path.name)
    if lists or not load_sources(profile):
        warehouse = workspace.warehouse(name)
        with turn(warehouse, lambda _: None):
            ingest(workspace, read_mission(workspace.profile(name)), settled=0)
    return name


def _mapped(profile: Path, table: str, path: Path, known: Known) -> Iterator[Problem]:
    """Writes the mapping of a list that is no template of ours; what of it cannot be read."""
    filled = template_of(path) if path.is_file() else None
    if filled is not None:
        if filled.tables[0].table != table:
            tables = {"table": filled.tables[0].table, "asked": table}
            yield Problem("setup_other_template", path.name, parameters=tables)
        return
    starts_on = read_mission(profile).starts_on.isoformat()
    try:
        proposal = answered(path, known, {"table": table})
        if alone := _names_alone(proposal):
            proposal = answered(path, known, {"table": table, **alone})
        if "valid_from" in proposal.open_required:
            proposal = proposal.with_constant("valid_from", starts_on)
        for name in proposal.open_required:
            words = contracts()[table].columns[name].title
            titles = {"title": f"{words.en} / {words.fr}"}
            yield Problem("setup_column", path.name, value=name, parameters=titles)
        if not proposal.open_required:
            content = proposal.mapping() | {"source": table, "files": [path.name]}
            for one in content["tables"]:  # a blank day is that of a list without days
                if "from" in (since := one["columns"].get("valid_from", {})):
                    since.setdefault("empty", starts_on)
            write_mapping(content, profile / "sources" / f"{table}.yaml")
    except WrongUse as error:
        yield from error.problems


def _names_alone(proposal: Proposal) -> dict[str, str]:
    """The answers by which the one column of a list that says who a unit is gives code and name;
    nothing where a column that was not recognised may be the other."""
    read = {one.column: one.headers[0] for one in proposal.columns if one.headers}
    pair, others = ("unit_code", "unit_name"), {*proposal.layout.table.header} - {*read.values()}
    if others or not set(pair) & {*proposal.open_required}:
        return {}
    return {f"header.{name}": read[one] for one in pair if one in read for name in pair}


def _country_list(mission: Mission, room: Path) -> Path:
    """The template of areas with one row: the mission area."""
    path, names = room / f"{COUNTRY}.xlsx", mission.area_names.get(mission.country_area)
    names = names or mission.name
    row = {
        "area_code": mission.country_area,
        "area_level": "country",
        "name_en": names.en,
        "name_fr": names.fr,
        "valid_from": mission.starts_on.isoformat(),
    }
    write_template(contracts()["areas"], path, "en", [row])
    return path


def _trial(
    profile: Path, mission: Mission, places: Mapping[str, Path], lists: Mapping[str, Path]
) -> tuple[list[Problem], list[Problem], bool]:
    """Takes outlines and places in, then the other lists, which may name these, in a workspace that
    is thrown away; what is wrong, listed areas without an outline, and whether a list states a
    mission area. Where none does, and places are listed, the rest waits until it is stated."""
    with tempfile.TemporaryDirectory() as folder:
        trial = Workspace(Path(folder))
        make_workspace(trial)
        name = install_profile(trial, profile)
        for path in (trial.profile(name) / "sources").glob("*.yaml"):
            path.unlink()  # what else a profile reads is no matter of its making
        lenient = mission.model_copy(update={"reject_limit_pct": 100})
        problems: list[Problem] = []
        rest = {table: path for table, path in lists.items() if table not in places}
        with open_warehouse(trial.warehouse(name)) as connection:
            is_read = True
            for step in (places, rest):
                known = known_in(connection)
                for table, path in step.items():
                    problems += _mapped(profile, table, path, known) if table != COUNTRY else ()
                    shutil.copyfile(path, trial.inbox(name) / path.name)
                is_read = is_read and not problems
                if not is_read:
                    continue  # what the other lists name is not there: their columns are looked at
                for path in (profile / "sources").glob("*.yaml"):
                    if path.stem in step:
                        shutil.copyfile(path, trial.profile(name) / "sources" / path.name)
                try:
                    ingest(trial, lenient, connection=connection, settled=0)
                except FilesRefused as refused:
                    problems += refused.problems
                if places and not _states_country(connection):
                    return problems, [], False
            problems += [*_of_rows(open_rejects(connection), mission)][:_TOLD]
            undrawn = [] if problems else [*_undrawn(connection, profile, mission)]
            problems = problems or [*_unmet(connection, mission, lists)]
            return problems, undrawn, _states_country(connection)


def _states_country(connection: Connection) -> bool:
    """Whether a list, and not only the outlines, states a mission area."""
    stated = connection.execute(
        "SELECT count(*) FROM core.areas JOIN ops.input_file USING (file_sha256) "
        "WHERE area_level = 'country' AND source <> ?",
        [OUTLINES_SOURCE],
    ).fetchone()
    return bool(stated and stated[0])


def _of_rows(rejects: Sequence[Reject], mission: Mission) -> Iterator[Problem]:
    """What is wrong in rows: the same in several is told once, with the others' numbers."""
    alike: dict[tuple[str | None, ...], list[Reject]] = {}
    for one in rejects:
        same = (one.file, one.sheet, one.rule, one.column_name, one.raw_value)
        alike.setdefault(same, []).append(one)
    for first, *others in alike.values():
        yield _of_row(first, mission)
        if others:
            rows = ", ".join(str(one.row_number) for one in others[:_ROWS_NAMED])
            rows += " …" if len(others) > _ROWS_NAMED else ""
            facts = {"number": len(others), "rows": rows}
            yield Problem("setup_same_rows", first.file, parameters=facts)


def _of_row(reject: Reject, mission: Mission) -> Problem:
    place = (reject.file, reject.sheet, reject.row_number, reject.column_name)
    if reject.rule == "code":
        return Problem("setup_list_code", *place, reject.raw_value, dict(reject.parameters))
    if reject.rule == "reference" and reject.parameters["table"] == "areas":
        words = {"country": mission.country_area}
        return Problem("setup_area", *place, reject.raw_value, words)
    is_known = has_message(f"problem.{reject.rule}")
    parameters = {key: value for key, value in reject.parameters.items() if key != "value"}
    return Problem(
        reject.rule if is_known else "row_rule",
        *place,
        reject.raw_value,
        parameters | {"hint": ""},
    )


def _unmet(
    connection: Connection, mission: Mission, lists: Mapping[str, Path]
) -> Iterator[Problem]:
    """Codes of outlines and lists that do not meet, and a mission area that no area lies in."""
    rows = connection.execute(
        "SELECT area_code, parent_area_code, area_level, source = ? FROM core.areas "
        "JOIN ops.input_file USING (file_sha256)",
        [OUTLINES_SOURCE],
    ).fetchall()
    country = mission.country_area
    listed = {code for code, *_, is_drawn in rows if not is_drawn}
    for code, _, _, is_drawn in rows if "areas" in lists else ():
        if is_drawn and code != country:
            words = {"nearest": nearest(code, listed), "list": lists["areas"].name}
            yield Problem("setup_not_listed", OUTLINES, value=code, parameters=words)
    tops = sorted(code for code, _, level, _ in rows if level == "country")
    if country not in tops:
        words = {"found": ", ".join(tops) or "–"}
        place = lists["areas"].name if "areas" in lists else "mission.yaml"
        yield Problem("setup_no_country", place, value=country, parameters=words)
    parents = {code: parent for code, parent, *_ in rows}
    for code in sorted(parents):
        if _top(code, parents) not in (country, code):
            words = {"country": country}
            yield Problem("setup_outside", value=code, parameters=words)
    for extra in tops:
        if extra != country and country in tops:
            yield Problem("setup_second_country", value=extra, parameters={"country": country})


def _undrawn(connection: Connection, profile: Path, mission: Mission) -> Iterator[Problem]:
    """Listed areas of the lowest level that is drawn which have no outline themselves."""
    if mission.areas_geojson is None:
        return
    drawn = set(read_outlines(profile, mission).codes)
    rows = connection.execute(
        "SELECT area_code, area_level, name_en, name_fr FROM core.areas "
        "JOIN ops.input_file USING (file_sha256) WHERE source <> ? ORDER BY area_code",
        [OUTLINES_SOURCE],
    ).fetchall()
    lowest = max((level for code, level, *_ in rows if code in drawn), default="country")
    bare = [row for row in rows if row[1] == lowest and row[0] not in drawn]
    if bare and lowest.startswith("admin"):  # a site is a point and has no outline
        names = ", ".join(_area(*row) for row in bare[:_TOLD])
        names += " …" if len(bare) > _TOLD else ""
        words = {"number": len(bare), "names": names}
        yield Problem("setup_undrawn", OUTLINES, parameters=words)


def _area(code: str, _: str, english: str, french: str) -> str:
    """An area as a person of either language knows it."""
    return f"{english if english == french else f'{english} / {french}'} ({code})"


def _top(code: str, parents: Mapping[str, str | None]) -> str:
    """The area that an area lies in at last."""
    seen = [code]
    while (above := parents.get(seen[-1])) is not None and above not in seen:
        seen.append(above)
    return seen[-1]
