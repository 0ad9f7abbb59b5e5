"""Drawing the sample and writing its files: what goes into which file, and the truth beside."""

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from indicators.definitions.contracts import contracts
from indicators.foundation.data_folder import data_folder
from indicators.foundation.errors import Problem, WrongUse
from pipelines.sample import effects
from pipelines.sample.country import AS_OF, MISSION, MONTHS, SITES
from pipelines.sample.days import activity_plan
from pipelines.sample.days.hot_spot_patrols import draw_days
from pipelines.sample.days.presence import Presence
from pipelines.sample.days.returns import (
    Owed,
    activities_by_month,
    draw_owed,
    reporting_returns,
    rows_by_month,
)
from pipelines.sample.draws import Array, stream
from pipelines.sample.files.exports import Export
from pipelines.sample.files.faults import BAD_SHARE, BadRow, Planted, Planter
from pipelines.sample.files.forms import read_forms
from pipelines.sample.files.written import CsvFile, Workbook, open_file
from pipelines.sample.outlines import outlines, points_within
from pipelines.sample.tables import activities, readiness, registers, reviews, surveys
from pipelines.sample.tables.activities import Cited
from pipelines.sample.tables.alerts import draw_alerts
from pipelines.sample.tables.incidents import draw_incidents
from pipelines.sample.tables.others import FILES, Basis, draw_tables
from pipelines.sample.tables.places import draw_places
from pipelines.sample.tables.un_police import draw_assessments

Progress = Callable[[int, int, str], None]
"""Called before each step and at the end: steps done, steps in all, name of the step."""

LATER = "later"
_LAST_QUARTER = 30  # position of its first month
_ROWS_OF_A_WORKBOOK = 20_000  # what is longer is exported as CSV
_ENDS_TOO_EARLY_SHARE = 0.003
_POINTS_PER_AREA = 400
_LATE_REPORTS = 9
_RANGES: Mapping[str, tuple[int, int | None]] = {  # least and most
    "activities": (1, None), "incidents": (1, None), "alerts": (1, None), "waves": (1, 4),
    "respondents": (240, None),
}  # fmt: skip


@dataclass
class Truth:
    """What the files hold: effects, good rows by table, bad rows by file and rule."""

    seed: int
    rows: Counter[str] = field(default_factory=Counter)
    bad_rows: dict[str, Counter[str]] = field(default_factory=dict)  # file: rule: rows
    kinds: dict[str, Counter[str]] = field(default_factory=dict)  # file: kind of fault: rows
    warnings: dict[str, Counter[str]] = field(default_factory=dict)  # file: rule: rows
    later: dict[str, dict[str, object]] = field(default_factory=dict)  # file: what it is

    def note(self, bad: list[BadRow]) -> None:
        """Counts bad rows."""
        for row in bad:
            self.bad_rows.setdefault(row.file, Counter())[row.fault.rule] += 1
            self.kinds.setdefault(row.file, Counter())[row.fault.kind] += 1

    def as_json(self) -> str:
        """The truth as indented JSON with sorted keys."""
        entry = {
            "mission": MISSION,
            "seed": self.seed,
            "as_of": AS_OF.isoformat(),
            "planted": effects.planted(),
            "good_rows": dict(self.rows),
            "bad_rows_by_rule": {name: dict(count) for name, count in self.bad_rows.items()},
            "bad_rows_by_kind": {name: dict(count) for name, count in self.kinds.items()},
            "warnings_by_rule": {name: dict(count) for name, count in self.warnings.items()},
            LATER: self.later,
        }
        return json.dumps(entry, indent=2, sort_keys=True, ensure_ascii=False, default=str) + "\n"


def generate(
    folder: Path,
    *,
    seed: int = 2026,
    activities: int = 22_000,
    incidents: int = 3_350,
    alerts: int = 1_200,
    waves: int = 4,
    respondents: int = 2_400,
    until: date | None = None,
    beside: Path | None = None,
    progress: Progress | None = None,
) -> Truth:
    """Writes the sample's input files into `folder`, and into `beside` what is no input.

    `until`: the files as they would have been sent after that day (see `exports.py`).

    Sizes are good rows; bad rows come on top of them. `activities`, `incidents`, `alerts`: at
    least 1; `waves`: 1 to 4; `respondents`: interviews that a household wave completes, at least
    240 (one a PSU). The other tables have their own size, or follow from incidents. `beside`
    (default: a folder `<folder>_truth` next to it) gets `truth.json`, `bad_rows.csv` (place and
    rule of each bad row) and `later/`, files to drop in afterwards. Same arguments, same bytes.
    WrongUse where a size is out of its range; nothing is written then.
    """
    sizes = _Sizes(activities, incidents, alerts, waves, respondents)
    sizes.check()
    beside = beside or folder.with_name(f"{folder.name}_truth")
    folder.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(beside, ignore_errors=True)
    (beside / LATER).mkdir(parents=True)
    writing = _Writing(folder, beside, seed, Export(until), progress)
    with writing.bad_row_list():
        _write_all(writing, sizes)
    (beside / "truth.json").write_text(writing.truth.as_json(), encoding="utf-8")
    return writing.truth


@dataclass(frozen=True)
class _Sizes:
    activities: int
    incidents: int
    alerts: int
    waves: int
    respondents: int

    def check(self) -> None:
        """WrongUse that names each size which is out of its range."""
        problems = []
        for name, (least, most) in _RANGES.items():
            value = getattr(self, name)
            if value < least:
                problems.append(_size_problem("small", name, value, least))
            elif most is not None and value > most:
                problems.append(_size_problem("large", name, value, most))
        if problems:
            raise WrongUse(problems)


def _size_problem(which: str, name: str, value: int, bound: int) -> Problem:
    parameters = {"name": name, "bound": bound}
    return Problem(f"sample_size_too_{which}", value=str(value), parameters=parameters)


class _Writing:
    """Where files go, and what has been written."""

    def __init__(
        self, folder: Path, beside: Path, seed: int, export: Export, progress: Progress | None
    ) -> None:
        self.folder, self.beside, self.seed, self.export = folder, beside, seed, export
        self.forms = read_forms(data_folder() / "missions" / MISSION)
        self.truth = Truth(seed)
        self._progress = progress
        self._steps = 0

    def step(self, name: str, in_all: int) -> None:
        """Says how far the writing is."""
        if self._progress:
            self._progress(min(self._steps, in_all), in_all, name)
        self._steps += 1

    @contextmanager
    def bad_row_list(self) -> Iterator[None]:
        """Keeps `bad_rows.csv` open."""
        with (self.beside / "bad_rows.csv").open("w", encoding="utf-8", newline="\n") as self._list:
            self._list.write("file,sheet,row_number,table,column,rule,kind\n")
            yield

    def write(
        self, table: str, source: str, name: str, rows: pa.Table, share: float = BAD_SHARE
    ) -> None:
        """One whole file of rows of one table."""
        with self.file(table, source, name, share) as file:
            file.add(rows, refused_rows(table, rows))

    @contextmanager
    def file(
        self, table: str, source: str, name: str, share: float = BAD_SHARE
    ) -> Iterator["_OpenFile"]:
        """A file to which chunks of rows are added."""
        form = self.forms[source]
        planter = Planter(table, form, stream(self.seed, f"faults {name}"), share)
        written = open_file(self.folder, name, form)
        yield _OpenFile(self, table, written, planter)
        written.close()

    def note(self, table: str, rows: int, bad: list[BadRow]) -> None:
        """Counts what was added to a file."""
        self.truth.rows[table] += rows
        self.truth.note(bad)
        for row in bad:
            fault = row.fault
            self._list.write(
                f"{row.file},{row.sheet},{row.row_number},{table},{fault.column},{fault.rule},"
                f'"{fault.kind}"\n'
            )


@dataclass(frozen=True)
class _OpenFile:
    writing: _Writing
    table: str
    written: CsvFile | Workbook
    planter: Planter

    def add(self, rows: pa.Table, avoid: Array | None = None) -> None:
        """Adds a chunk with its share of bad rows, none a copy of a row to be avoided."""
        planted_rows = self.planter.plant(self.planter.form.render(rows), avoid)
        kept = rows.num_rows - int(refused_rows(self.table, rows).sum())
        self.writing.note(self.table, kept, self.written.add(planted_rows))


def refused_rows(table: str, rows: pa.Table) -> Array:
    """True for rows that intake does not keep: without consent, or without an assessment."""
    refused = np.zeros(rows.num_rows, dtype=bool)
    for name in contracts()[table].kept_only_if.values():
        refused |= ~rows[name].to_numpy(zero_copy_only=False)
    return refused


def _write_all(writing: _Writing, sizes: _Sizes) -> None:
    in_all, seed = MONTHS + 5 + sizes.waves, writing.seed
    writing.step("registers", in_all)
    points = places_of_rows()
    presence, outside = draw_days(seed, sizes.activities, sizes.incidents)
    deployments = registers.deployments(seed, points)
    _write_registers(writing, presence, points, deployments)
    writing.step("alerts", in_all)
    drawn_alerts = draw_alerts(seed, presence, sizes.alerts)
    _write_tables(writing, {"alerts": drawn_alerts.rows})
    writing.step("incidents", in_all)
    drawn = draw_incidents(seed, presence, points, sizes.incidents, outside)
    _write_incidents(writing, drawn.rows)
    victims = writing.export.victims(drawn.victims, drawn.rows)
    _write_tables(writing, {"incident_victims": victims})
    writing.step("other tables", in_all)
    owed, places, assessments = draw_owed(seed, presence), draw_places(seed), draw_assessments(seed)
    basis = Basis(
        owed, places, assessments, deployments, drawn.rows, drawn.victims, drawn_alerts.rows
    )
    others = draw_tables(seed, basis)
    _write_tables(writing, others)
    counted = {"incidents": drawn.rows, "alerts": drawn_alerts.rows, **others}
    _write_returns(writing, presence, owed, counted)
    for number in range(1, sizes.waves + 1):
        if not writing.export.has_begun(surveys.WAVE_STARTS[number - 1]):
            break
        writing.step(f"survey wave {number}", in_all)
        _write_wave(writing, number, sizes.respondents)
    operations = readiness.operations(seed)
    _write_tables(writing, {"operations": operations})
    reviewed = writing.export.rows(reviews.operation_reviews(seed, operations), "started_on")
    share = FILES["after_action_reviews"].bad_share
    writing.write(
        "after_action_reviews", "operation_reviews", "operation_reviews.csv", reviewed, share
    )
    cited = Cited(drawn_alerts, places, assessments, operations)
    _write_activities(writing, presence, cited, points, in_all)
    _write_later(writing)
    writing.step("", in_all)


def places_of_rows() -> dict[str, Array]:
    """(longitude, latitude) rows within each area; those of a site lie within 3 km."""
    found = {
        code: points_within(outline, _POINTS_PER_AREA, seed)
        for seed, (code, outline) in enumerate(outlines().items())
    }
    for number, site in enumerate(SITES):
        generator = np.random.default_rng(number)
        middle = found[site.area][number]
        found[site.code] = (middle + generator.uniform(-0.02, 0.02, found[site.area].shape)).round(
            5
        )
    return found


def _write_registers(
    writing: _Writing, presence: Presence, points: dict[str, Array], deployments: pa.Table
) -> None:
    seed = writing.seed
    tables = {"areas": registers.areas(points), "units": registers.units()}
    tables |= {"population": registers.population(seed), "deployments": deployments}
    _write_tables(writing, tables | {"police_census": registers.police_census(seed)})
    plan = activity_plan.activity_plan(presence)
    for year in sorted(set(plan["budget_year"].to_pylist())):
        if not writing.export.has_begun(date(int(year[:4]), 7, 1)):
            continue
        rows = plan.filter(pc.equal(plan["budget_year"], year))
        name = f"activity_plan_{year.replace('/', '-')}.csv"
        writing.write("activity_plan", "activity_plan", name, rows, 0.005)
    revisions = writing.export.rows(activity_plan.plan_revisions(seed, plan), "approved_on")
    writing.write("activity_plan", "activity_plan", "activity_plan_revisions.csv", revisions, 0.0)


def _write_incidents(writing: _Writing, rows: pa.Table) -> None:
    rows = writing.export.incidents(rows)
    for year, of_year in _by_year(rows, "occurred_on"):
        in_workbook = of_year.num_rows <= _ROWS_OF_A_WORKBOOK
        source = "incidents_workbook" if in_workbook else "incidents_plain"
        name = f"incidents_{year}.{'xlsx' if in_workbook else 'csv'}"
        writing.write("incidents", source, name, of_year)
    _write_corrected(writing, name, source, of_year)


def _write_tables(writing: _Writing, tables: Mapping[str, pa.Table]) -> None:
    """The files of these tables, whose sources bear their names."""
    for table, rows in tables.items():
        file = FILES[table]
        rows = writing.export.rows(rows, file.day_column, file.filled_in_later)
        parts = _by_year(rows, file.day_column) if "{year}" in file.name else [(0, rows)]
        for year, part in parts:
            writing.write(table, table, file.name.format(year=year), part, file.bad_share)


def _write_returns(
    writing: _Writing, presence: Presence, owed: Mapping[str, Owed], tables: Mapping[str, pa.Table]
) -> None:
    """A file a year; a return that came is nil where the month has no row."""
    counts = {"activities": activities_by_month(presence)}
    for source in owed.keys() - counts.keys():
        day_column = contracts()[source].date_column or ""
        counts[source] = rows_by_month(owed[source].posts, tables[source], day_column)
    _write_tables(writing, {"reporting_returns": reporting_returns(writing.seed, owed, counts)})


def _write_wave(writing: _Writing, number: int, respondents: int) -> None:
    """Two plain files for waves 1 and 2, one wide file from wave 3 on; site and pulse files."""
    wave = surveys.draw_wave(writing.seed, "household", number, respondents)
    if number <= 2:
        name = f"survey_respondents_w{number}.csv"
        writing.write("survey_respondents", "survey_respondents", name, wave.respondents)
        writing.write(
            "survey_answers", "survey_answers", f"survey_answers_w{number}.csv", wave.long, 0.01
        )
    else:
        _write_wide(writing, f"survey_wave{number}", f"survey_wave{number}.csv", wave)
    at_sites = surveys.draw_wave(
        writing.seed, "site", number, _site_respondents(number, respondents)
    )
    _write_wide(writing, "site_survey", f"site_survey_w{number}.csv", at_sites)
    if number == 4:
        pulse = surveys.draw_wave(writing.seed, "pulse", number, max(respondents // 8, 40))
        _write_wide(writing, "pulse", "pulse_2026.csv", pulse)


def _site_respondents(number: int, respondents: int) -> int:
    """A sixth of a household wave; in wave 4 the sites were hardly reached."""
    if number == effects.SITES_HARDLY_REACHED_IN_WAVE:
        return effects.SITE_RESPONDENTS_THEN
    return max(respondents // 6, 60)


def _write_wide(writing: _Writing, source: str, name: str, wave: surveys.Wave) -> None:
    writing.write("survey_respondents", source, name, wave.wide)
    writing.truth.rows["survey_answers"] += wave.long.num_rows


def _write_activities(
    writing: _Writing, presence: Presence, cited: Cited, points: dict[str, Array], in_all: int
) -> None:
    """Activities month by month into the file of their time, and their participants by year."""
    months = activities.draw_activities(writing.seed, presence, cited, points)
    feedback: list[pa.Table] = []
    for name, source, numbers in _activity_files(presence):
        year = int(name[11:15])
        if not writing.export.has_begun(
            date(2024 + numbers.start // 12, numbers.start % 12 + 1, 1)
        ):
            break
        writing.truth.warnings[name] = Counter()
        with (
            writing.file("activities", source, name) as file,
            writing.file(
                "activity_participants", "activity_participants",
                name.replace("activities", "participants").rpartition(".")[0] + ".csv", 0.01,
            ) as participants,
        ):  # fmt: skip
            for number in numbers:
                writing.step(f"activities {year}-{number % 12 + 1:02d}", in_all)
                drawn = next(months)
                rows, early = _some_end_too_early(writing.seed, drawn.activities, number)
                feedback.append(
                    readiness.community_feedback(writing.seed, number, _sessions(drawn.activities))
                )
                file.add(rows, early)
                participants.add(drawn.participants)
                writing.truth.warnings[name]["ended_after_start"] += int(early.sum())
    _write_tables(writing, {"community_feedback": pa.concat_tables(feedback)})


def _sessions(rows: pa.Table) -> pa.Table:
    """Code, area and local day of the completed sessions with communities."""
    held = pc.and_(
        pc.equal(rows["activity_type"], "community_session"), pc.equal(rows["status"], "completed")
    )
    rows = rows.filter(held)
    day = rows["started_at"].cast(pa.date32())
    return rows.select(["activity_code", "area_code"]).append_column("heard_on", day)


def _activity_files(presence: Presence) -> list[tuple[str, str, range]]:
    """(file, source, months): one a year, then the quarters of 2026; the last is a workbook."""
    last = int(presence.all_counts[:, -92:].sum())
    workbook = last <= _ROWS_OF_A_WORKBOOK
    return [
        ("activities_2024.csv", "activities_french", range(12)),
        ("activities_2025.csv", "activities_plain", range(12, 24)),
        ("activities_2026q1.csv", "activities_plain", range(24, 27)),
        ("activities_2026q2.csv", "activities_plain", range(27, 30)),
        (
            f"activities_2026q3.{'xlsx' if workbook else 'csv'}",
            "activities_workbook" if workbook else "activities_plain",
            range(_LAST_QUARTER, MONTHS),
        ),
    ]


def _some_end_too_early(seed: int, rows: pa.Table, month: int) -> tuple[pa.Table, Array]:
    """A few good rows end an hour before they start, a warning and no reject; which they are."""
    generator = stream(seed, "ends too early", month)
    has_end = pc.is_valid(rows["ended_at"]).to_numpy(zero_copy_only=False)
    chosen = has_end & (generator.random(rows.num_rows) < _ENDS_TOO_EARLY_SHARE)
    started = rows["started_at"].to_numpy().astype("datetime64[s]")
    ended = rows["ended_at"].to_numpy().astype("datetime64[s]")
    ended = np.where(chosen, started - np.timedelta64(1, "h"), ended)
    column = pa.array(ended, mask=~has_end)
    at = rows.column_names.index("ended_at")
    return rows.set_column(at, "ended_at", column), chosen


def _write_later(writing: _Writing) -> None:
    """A file of the inbox under another name: the same bytes, to be known again."""
    copy = writing.beside / LATER / "alerts_2024_2026_copy.csv"
    shutil.copyfile(writing.folder / "alerts_2024_2026.csv", copy)
    writing.truth.later[copy.name] = {"same_bytes_as": "alerts_2024_2026.csv"}


def _write_corrected(writing: _Writing, name: str, source: str, rows: pa.Table) -> None:
    """The last file of incidents as corrected: no bad rows, one more death, late reports."""
    killing = pc.equal(rows["incident_type"], "killing").to_numpy(zero_copy_only=False)
    deaths = rows["deaths_civilian"].to_numpy() + killing
    best = rows["deaths_best"].to_numpy() + killing
    corrected = rows
    for column, values in (("deaths_civilian", deaths), ("deaths_best", best)):
        at = corrected.column_names.index(column)
        corrected = corrected.set_column(at, column, pa.array(values))
    of_second_quarter = pc.and_(
        pc.is_in(pc.month(rows["occurred_on"]), pa.array([4, 5, 6])), pc.is_valid(rows["site_code"])
    )
    late = corrected.filter(of_second_quarter).slice(0, _LATE_REPORTS)
    codes = pa.array([f"{code}-LATE" for code in late["incident_code"].to_pylist()], pa.string())
    late = late.set_column(0, "incident_code", codes)
    file = open_file(writing.beside / LATER, name, writing.forms[source])
    text = writing.forms[source].render(pa.concat_tables([corrected, late]))
    file.add(Planted(text, (), ()))
    file.close()
    writing.truth.later[name] = {
        "corrects": name,
        "rows": text.num_rows,
        "rows_changed": int(killing.sum()),
        "rows_added": late.num_rows,
    }


def _by_year(rows: pa.Table, day_column: str) -> Iterator[tuple[int, pa.Table]]:
    years = pc.year(rows[day_column])
    for year in (2024, 2025, 2026):
        yield year, rows.filter(pc.equal(years, year))
