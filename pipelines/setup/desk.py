"""What the pages that make a mission ask of the pipelines; part of the desk (`proposal/desk.py`).

A page knows fields and files; what is written of them is a profile in YAML and GeoJSON.
"""

import json
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from indicators.definitions.catalogue import load_catalogue
from indicators.definitions.contracts import contracts
from indicators.definitions.indicator import Indicator
from indicators.definitions.mission_profile import read_mission
from indicators.foundation.calendar.day_text import day_text
from indicators.foundation.errors import PocLensError, Problem, nearest
from indicators.foundation.messages import LANGUAGES, message
from indicators.foundation.periods import period_of
from pipelines.ingest.mapping.sources.written_sources import ALONE as WRITTEN
from pipelines.setup.mission_text import words
from pipelines.workspace.paths import Workspace
from records.desk.setup import (
    Brought,
    IndicatorChoice,
    MadeMission,
    MissionChange,
    MissionChanges,
    MissionChoices,
    QuestionChoice,
    RunChoices,
    StandingMission,
    TableChoice,
    ToldRun,
    ToldStep,
)

if TYPE_CHECKING:
    from pipelines.setup.changed_mission import Change

_CODE = re.compile(r"[a-z][a-z0-9_]*")
_NEEDED = (
    "code", "name_en", "name_fr", "country_code", "country_en", "country_fr", "time_zone",
    "starts_on", "boundaries_en", "boundaries_fr", "objective_en", "objective_fr",
)  # fmt: skip
_STAND_INS = {"code": "x", "time_zone": "UTC", "starts_on": "2000-01-01", "ends_on": ""}
"""What stands in for a wrong field while the files are looked at."""
_QUESTIONS = ("P1", "P2", "P3", "X", "D")  # as indicators' codes begin
_LEVELS = {"impact": 0, "outcome": 1, "output": 2}
_OF_CODE = re.compile(r"(?i)(?:.*p_?code|.*_?code|id)")
_BUDGET_YEAR = "B"
_AREA_CODE = "area_code"  # the property that needs no naming


class SetupDesk:
    """Makes missions of what a person typed and chose, tells their steps, begins their runs."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def choices(self, language: str) -> MissionChoices:
        """What the page offers."""
        catalogue, titles = load_catalogue(), contracts()
        questions = [
            QuestionChoice(
                message(f"setup.question.{start}", language),
                tuple(
                    IndicatorChoice(
                        one.code,
                        one.title.in_language(language),
                        one.level,
                        one.source,
                        titles[one.source].title.in_language(language),
                    )
                    for one in _in_order(catalogue, start)
                ),
            )
            for start in _QUESTIONS
        ]
        counted: dict[str, int] = {}
        for one in (one for one in catalogue.values() if one.source not in WRITTEN):
            counted[one.source] = counted.get(one.source, 0) + 1
        tables = [
            TableChoice(name, titles[name].title.in_language(language), number)
            for name, number in sorted(counted.items(), key=lambda item: (-item[1], item[0]))
        ]
        at_first = {
            f"{name}_{code}": message(f"setup.{name}", code)
            for name in ("boundaries", "objective")
            for code in LANGUAGES
        }
        zones = sorted(zone for zone in available_timezones() if "/" in zone)
        return MissionChoices(tuple(zones), tuple(questions), tuple(tables), at_first)

    def make(
        self,
        values: Mapping[str, str],
        chosen: Sequence[str],
        files: Mapping[str, Path],
        language: str,
        *,
        installs: bool = True,
    ) -> MadeMission:
        """Makes the mission, or tells all that hinders it.

        `chosen`: codes of indicators; `files`: `areas`, `units`, `outlines`, as far as given;
        `installs`: whether the mission is kept, or only looked at.
        """
        values = {**values, "time_zone": _zone(values.get("time_zone", ""))}
        told = dict(self._fields_problems(values, chosen, language))
        told |= dict(self._new_problems(values, files, language))
        try:
            if not told:
                return self._made(values, chosen, files, language, installs=installs)
            if {"areas", "outlines"} & files.keys():  # the files are looked at all the same
                stand_ins = {name: _STAND_INS.get(name, "–") for name in told}
                chosen = chosen or [next(iter(load_catalogue()))]
                looked_at = self._made({**values, **stand_ins}, chosen, files, language)
                return replace(looked_at, problems=(*told.values(), *looked_at.problems))
            return MadeMission(problems=tuple(told.values()))
        except PocLensError as error:
            problems = (one.sentence(language) for one in error.problems)
            return MadeMission(problems=(*told.values(), *problems))

    def standing(self, mission: str) -> StandingMission:
        """The mission's entries as the form has them."""
        from pipelines.setup.changed_mission import standing

        try:
            found = standing(self._workspace.profile(mission))
        except PocLensError as error:
            return StandingMission(problems=tuple(one.sentence() for one in error.problems))
        return StandingMission(found.values, found.chosen)

    def changes(
        self,
        mission: str,
        values: Mapping[str, str],
        chosen: Sequence[str],
        outlines: Path | None,
        language: str,
        ground: str | None = None,
    ) -> MissionChanges:
        """What entries would change in a made mission; with the `ground` of what was shown they
        change it."""
        from pipelines.setup.changed_mission import change, proposed

        try:
            with tempfile.TemporaryDirectory() as folder:
                was = self.standing(mission)
                values = _as_changed(values, was.values, outlines)
                found_wrong = self._fields_problems(values, chosen, language)
                told = {
                    name: text
                    for name, text in found_wrong
                    if was.values.get(name) or not name.startswith("objective")  # no framework
                }
                if told or was.problems:
                    return MissionChanges(was.problems or tuple(told.values()))
                asked = (self._workspace, mission, values, chosen, outlines, Path(folder))
                found = proposed(*asked) if ground is None else change(*asked, ground)
        except PocLensError as error:
            return MissionChanges(tuple(one.sentence(language) for one in error.problems))
        problems, remarks = (
            tuple(_as_sent(one, outlines).sentence(language) for one in told)
            for told in (found.problems, found.remarks)
        )
        titles = load_catalogue()
        changes = (_told_change(one, titles, language) for one in found.changes)
        return MissionChanges(problems, remarks, tuple(changes), found.ground)

    def steps(self, mission: str | None, language: str) -> list[ToldStep]:
        """The steps to the next release."""
        from pipelines.setup.steps import steps

        return [
            ToldStep(
                step.name,
                message(f"next.{step.name}.title", language),
                step.state,
                message(f"next.state.{step.state}", language),
                step.sentence(language),
            )
            for step in steps(self._workspace, mission)
        ]

    def runs(self, mission: str, language: str) -> list[ToldRun]:
        """Refreshes and publications that pages began, newest first, in words."""
        from pipelines.setup.runs import runs

        found = []
        for run in runs(self._workspace, mission):
            stage, total = run.progress.get("stage"), run.progress.get("total") or 0
            share = f" ({run.progress['done']}/{total})" if total else ""
            done = run.progress.get("done", 0)
            progress = message(f"stage.{stage}", language, done=done) + share if stage else ""
            options = " ".join(run.asked.get("options", ()))
            said = "next" if run.state == "queued" and not run.place else run.state
            state = message(f"page.run.state.{said}", language, place=run.place)
            found.append(
                ToldRun(
                    run.kind,
                    run.state,
                    state,
                    f"poclens {run.kind} --mission {mission} {options}".strip(),
                    run.asked.get("who", ""),
                    run.asked.get("at", ""),
                    progress if run.state == "running" else "",
                    run.lines,
                    run.problems,
                    run.asked.get("language", language),
                )
            )
        return found

    def brought(self, mission: str, language: str) -> Brought:
        """What the last refresh that read files brought."""
        from pipelines.ingest.file_report import brought
        from pipelines.quality.reporting.silent_units import silent_lines
        from pipelines.workspace.warehouse.last_state import open_to_read

        warehouse = self._workspace.warehouse(mission)
        at, lines = brought(warehouse, language)
        if not at:
            return Brought()
        with open_to_read(warehouse) as connection:
            return Brought(at, tuple(lines), tuple(silent_lines(connection, language)))

    def choices_of_runs(self, mission: str) -> RunChoices:
        """What may be refreshed and published."""
        from pipelines.setup.steps import ended_quarters, refreshed_as_of

        profile = read_mission(self._workspace.profile(mission))
        day = profile.as_of_day()
        ended = [one.name for one in ended_quarters(profile, date.today())]
        as_of = refreshed_as_of(self._workspace.warehouse(mission)) or date.today()
        over = [one.name for one in ended_quarters(profile, as_of)] or ended
        running = period_of(day, "Q").name
        quarters = [*reversed(ended), *([] if running in ended else [running])]
        return RunChoices(
            profile.starts_on.isoformat(),
            day.isoformat(),
            tuple(quarters),
            over[-1] if over else running,
            profile.second_person_publishes,
        )

    def start(self, mission: str, kind: str, value: str, who: str, language: str) -> None:
        """Begins a refresh as of a day or a publication of a quarter, as a process of its own."""
        from pipelines.setup.runs import start

        options = ["--as-of", value] if kind == "refresh" else ["--period", value, "--if-changed"]
        start(self._workspace, mission, kind, options, who, language)

    def rejected(self, mission: str, language: str) -> tuple[bytes, list[str]]:
        """The list of rejected rows and of warnings, as a workbook; what hinders it."""
        from pipelines.quality.rejects.workbook import rejects_workbook
        from pipelines.workspace.warehouse.last_state import open_to_read

        written = BytesIO()
        try:
            with open_to_read(self._workspace.warehouse(mission)) as connection:
                rejects_workbook(connection, written, language)
        except PocLensError as error:
            return b"", [problem.sentence(language) for problem in error.problems]
        return written.getvalue(), []

    def to_mend(self, mission: str, language: str) -> tuple[bytes, list[str]]:
        """The rejected rows as workbooks to correct and send back, in a ZIP; what hinders it."""
        from pipelines.ingest.mapping.sources.known_sources import known_sources
        from pipelines.quality.rejects.workbook import workbooks_to_mend
        from pipelines.workspace.warehouse.last_state import open_to_read

        archive, profile = self._workspace.archive(mission), self._workspace.profile(mission)
        written = BytesIO()
        try:
            with (
                tempfile.TemporaryDirectory() as folder,
                open_to_read(self._workspace.warehouse(mission)) as connection,
                zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as packed,
            ):
                sources = known_sources(profile)
                room = Path(folder)
                for path in workbooks_to_mend(connection, archive, sources, room, language):
                    packed.write(path, path.name)
        except PocLensError as error:
            return b"", [problem.sentence(language) for problem in error.problems]
        return written.getvalue(), []

    def _made(
        self,
        values: Mapping[str, str],
        chosen: Sequence[str],
        files: Mapping[str, Path],
        language: str,
        *,
        installs: bool = False,
    ) -> MadeMission:
        from pipelines.setup.new_mission import LISTS, checked, installed, write_profile

        lists = {name: files[name] for name in LISTS if name in files}
        with tempfile.TemporaryDirectory() as folder:
            profile, outlines = Path(folder) / values["code"], files.get("outlines")
            content = _content(values, chosen, outlines)
            objective = {code: values[f"objective_{code}"] for code in LANGUAGES}
            write_profile(profile, content, objective, language, outlines)
            found = checked(profile, lists, Path(folder))
            remarks, told = (
                tuple(_as_sent(one, outlines).sentence(language) for one in problems)
                for problems in (found.remarks, found.problems)
            )
            if told:
                return MadeMission(problems=told, remarks=remarks)
            if not installs:
                return MadeMission(remarks=remarks)
            name = installed(self._workspace, profile, found.lists)
        return MadeMission(name, remarks=remarks)

    def _fields_problems(
        self,
        values: Mapping[str, str],
        chosen: Sequence[str],
        language: str,
    ) -> Iterator[tuple[str, str]]:
        """The fields in which something is wrong, and what, under its name on the page."""
        told = partial(_told_field, values, language)
        yield from (told(name, "setup_empty") for name in _NEEDED if not values.get(name))
        zone = values["time_zone"]
        if zone and zone not in available_timezones():
            yield told("time_zone", "setup_zone", nearest=nearest(zone, available_timezones()))
        days = {name: values[name] for name in ("starts_on", "ends_on") if values.get(name)}
        wrong = [name for name, text in days.items() if _day(text) is None]
        yield from (told(name, "setup_day") for name in wrong)
        if len(days) == 2 and not wrong and days["ends_on"] < days["starts_on"]:
            yield told("ends_on", "setup_ends", starts_on=days["starts_on"])
        if not chosen:
            yield "chosen", Problem("setup_no_indicator").sentence(language)

    def _new_problems(
        self, values: Mapping[str, str], files: Mapping[str, Path], language: str
    ) -> Iterator[tuple[str, str]]:
        """The same of what a made mission has already: its short name, its areas."""
        code = values.get("code", "")
        if code and not _CODE.fullmatch(code):
            yield _told_field(values, language, "code", "setup_code")
        elif code in self._workspace.missions():
            yield _told_field(values, language, "code", "setup_exists")
        if not {"areas", "outlines"} & files.keys():
            yield "areas", Problem("setup_no_areas").sentence(language)


def _told_field(
    values: Mapping[str, str], language: str, field: str, rule: str, **parameters: Any
) -> tuple[str, str]:
    problem = Problem(rule, value=values.get(field, ""), parameters=parameters)
    name = message(f"page.setup.field.{field}", language)
    text = problem.sentence(language)
    return field, message("place.says", language, place=name, text=text)


def _as_sent(problem: Problem, outlines: Path | None) -> Problem:
    """With the name that the outlines were sent by."""
    from pipelines.setup.new_mission import OUTLINES

    is_of_them = outlines is not None and problem.file == OUTLINES
    return replace(problem, file=outlines.name) if outlines and is_of_them else problem


def _as_changed(
    values: Mapping[str, str], was: Mapping[str, str], outlines: Path | None
) -> dict[str, str]:
    """Fields of a made mission as they are compared with `was`: both codes stay, and outlines that
    hold codes under another property than the last ones are read by it."""
    found = {name: values.get(name, "").replace("\r\n", "\n") for name in was}
    found |= {name: was[name] for name in ("code", "country_code") if name in was}
    found["time_zone"] = _zone(found.get("time_zone", ""))
    asked = found.get("area_property", "")
    if outlines is not None and asked in ("", was.get("area_property")):
        is_there = asked and asked in _properties(outlines)
        found["area_property"] = asked if is_there else _property_of_codes(outlines) or _AREA_CODE
    elif outlines is None:
        found["area_property"] = asked or was.get("area_property", "")
    return found


def _told_change(one: "Change", titles: Mapping[str, Indicator], language: str) -> MissionChange:
    """A change in the words of the page."""

    def word(state: str) -> str:
        return message(f"page.setup.change.{state}", language) if state else "–"

    if one.of == "indicator":
        known = titles.get(one.name)
        title = f"{one.name} {known.title.in_language(language)}" if known else one.name
        return MissionChange(
            title, *(word("chosen_one") if now else "–" for now in (one.before, one.after))
        )
    if one.of == "outline":
        title = message("page.setup.change.outline", language, area=one.name)
        return MissionChange(title, word(one.before), word(one.after))
    if one.of == "file":
        title = message("page.setup.file.outlines", language)
        return MissionChange(title, one.before or "–", one.after)
    title = message(f"page.setup.field.{one.name}", language)
    return MissionChange(
        title, *(_entry(one.name, text, language) for text in (one.before, one.after))
    )


def _entry(name: str, text: str, language: str) -> str:
    """What a field says, as the page shows it: days in words, so that nobody takes one for
    another."""
    if name in ("budget_year", "is_fictional"):
        return message(f"page.setup.change.{'yes' if text else 'no'}", language)
    if name in ("starts_on", "ends_on") and text:
        return day_text(date.fromisoformat(text), language)
    return text or "–"


def _zone(text: str) -> str:
    """The time zone that a city alone names; any other text as it is."""
    city = text.strip().replace(" ", "_").casefold()
    found = [zone for zone in available_timezones() if zone.casefold().split("/")[-1] == city]
    return found[0] if len(found) == 1 and "/" in found[0] else text


def _in_order(catalogue: Mapping[str, Indicator], start: str) -> list[Indicator]:
    found = [one for code, one in catalogue.items() if code.startswith(f"{start}-")]
    return sorted(found, key=lambda one: (_LEVELS[one.level], one.code))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _content(
    values: Mapping[str, str], chosen: Sequence[str], outlines: Path | None
) -> dict[str, Any]:
    """The keys of `mission.yaml`."""
    from pipelines.setup.new_mission import OUTLINES

    def both(name: str) -> dict[str, str]:
        return {code: values[f"{name}_{code}"] for code in LANGUAGES}

    content: dict[str, Any] = {
        "mission": values["code"],
        "name": both("name"),
        "country_area": values["country_code"],
        "time_zone": values["time_zone"],
        "starts_on": _day(values["starts_on"]),
        "area_names": {values["country_code"]: both("country")},
        "boundaries": both("boundaries"),
        "period_types": ["M", "Q", "A", *([_BUDGET_YEAR] if values.get("budget_year") else [])],
        "indicators": [{"code": code} for code in load_catalogue() if code in chosen],
    }
    if values.get("ends_on"):
        content["ends_on"] = _day(values["ends_on"])
    if values.get("is_fictional"):
        content |= {"is_fictional": True, "notes": [words("setup.fictional")]}
    if outlines is not None:
        content["areas_geojson"] = OUTLINES
        name = values.get("area_property") or _property_of_codes(outlines)
        if name:
            content["area_property"] = name
    return content


def _properties(outlines: Path) -> set[str]:
    """The properties of the first outline."""
    try:
        return set(json.loads(outlines.read_text(encoding="utf-8"))["features"][0]["properties"])
    except (OSError, ValueError, LookupError, TypeError):
        return set()


def _property_of_codes(outlines: Path) -> str:
    """The property of the outlines that holds codes; of several levels the lowest; without
    codes the first that tells all outlines apart, as their names do; else nothing."""
    try:
        features = json.loads(outlines.read_text(encoding="utf-8"))["features"]
        found = [feature["properties"] for feature in features]
        names = [name for name in found[0] if _OF_CODE.fullmatch(name)]
        texts = {name: {str(own[name]) for own in found if own.get(name)} for name in found[0]}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return ""  # said by the check of the outlines
    if "area_code" in names:
        return ""
    if not names:
        return next((name for name, own in texts.items() if len(own) == len(found)), "")
    return max(names, key=lambda name: ("pcode" in name.lower().replace("_", ""), name))


def write_scaffold(folder: Path, language: str) -> None:
    """A profile to fill in by hand, with comments, and the templates of areas and units beside it.

    What is there already stays.
    """
    from pipelines.documents.templates import write_template
    from pipelines.setup.mission_text import example
    from pipelines.setup.new_mission import LISTS, write_profile

    if folder.exists():
        return
    coming = folder.with_name(f".{folder.name}.coming")
    shutil.rmtree(coming, ignore_errors=True)
    write_profile(coming, example(language), words("setup.objective"), language)
    for table in LISTS:
        write_template(contracts()[table], coming / f"{table}.xlsx", language)
    coming.rename(folder)
