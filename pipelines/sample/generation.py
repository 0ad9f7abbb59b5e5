"""Drawing the sample: what is drawn in which order, and what goes into which file."""

import shutil
from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from indicators.definitions.contracts import contracts
from indicators.foundation.errors import Problem, WrongUse
from pipelines.sample import effects
from pipelines.sample.country import MONTHS, points_of_places
from pipelines.sample.days.hot_spot_patrols import draw_days
from pipelines.sample.days.presence import MONTH, Presence, activity_plan, plan_revisions
from pipelines.sample.days.returns import (
    Owed,
    activities_by_month,
    draw_owed,
    reporting_returns,
    rows_by_month,
)
from pipelines.sample.draws import Array, stream
from pipelines.sample.files.exports import FILES, Export
from pipelines.sample.files.faults import Planted
from pipelines.sample.files.writing import LATER, Truth, Writing, by_year, open_file
from pipelines.sample.rows import moments, texts, with_columns
from pipelines.sample.tables import (
    harm,
    host_state,
    readiness,
    registers,
    surveys,
    un_police,
)
from pipelines.sample.tables.activities import Cited, draw_activities
from pipelines.sample.tables.alerts import (
    Alerts,
    after_action_reviews,
    draw_alerts,
    operation_reviews,
)
from pipelines.sample.tables.incidents import Incidents, draw_incidents
from pipelines.sample.tables.registers import draw_places

_ROWS_OF_A_WORKBOOK = 20_000  # what is longer is exported as CSV
_ENDS_TOO_EARLY_SHARE = 0.003
_LATE_REPORTS = 9
_USUAL_SIZES = {
    "activities": 22_000, "incidents": 3_350, "alerts": 1_200, "waves": 4, "respondents": 2_400
}  # fmt: skip
_LEAST = {"activities": 1, "incidents": 1, "alerts": 1, "waves": 1, "respondents": 240}
_MOST = {"waves": len(surveys.WAVE_STARTS)}


def generate(
    folder: Path,
    *,
    seed: int = 2026,
    until: date | None = None,
    beside: Path | None = None,
    **sizes: int,
) -> Truth:
    """Writes the sample's input files into `folder`, and into `beside` what is no input.

    `until`: the files as they would have been sent after that day (see `exports.py`).

    `sizes`: good rows (bad rows come on top of them) of `activities`, `incidents` and `alerts`;
    `waves` of surveys; `respondents`: interviews that a household wave completes, at least one a
    PSU. The other tables have their own size, or follow from incidents. `beside` (default: a
    folder `<folder>_truth` next to it) gets `truth.json`, `bad_rows.csv` (place and rule of each
    bad row) and `later/`, files to drop in afterwards. Same arguments, same bytes. WrongUse where
    a size is out of its range; nothing is written then.
    """
    sizes = _USUAL_SIZES | sizes
    _check(sizes)
    beside = beside or folder.with_name(f"{folder.name}_truth")
    folder.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(beside, ignore_errors=True)
    (beside / LATER).mkdir(parents=True)
    writing = Writing(folder, beside, seed, Export(until))
    _write_all(writing, sizes)
    writing.write_truth()
    return writing.truth


def _check(sizes: Mapping[str, int]) -> None:
    """WrongUse that names each size which is out of its range."""
    problems = []
    for name, value in sizes.items():
        least, most = _LEAST[name], _MOST.get(name, value)
        which, bound = ("small", least) if value < least else ("large", most)
        if not least <= value <= most:
            parameters, rule = {"name": name, "bound": bound}, f"sample_size_too_{which}"
            problems.append(Problem(rule, value=str(value), parameters=parameters))
    if problems:
        raise WrongUse(problems)


def _write_all(writing: Writing, sizes: Mapping[str, int]) -> None:
    seed = writing.seed
    points = points_of_places()
    presence, outside = draw_days(seed, sizes["activities"], sizes["incidents"])
    deployments = registers.deployments(seed, points)
    writing.tables({
        "areas": registers.areas(points), "units": registers.units(),
        "population": registers.population(seed), "deployments": deployments,
        "police_census": registers.police_census(seed),
    })  # fmt: skip
    _write_plan(writing, presence)
    alerts = draw_alerts(seed, presence, sizes["alerts"])
    writing.tables({"alerts": alerts.rows})
    incidents = draw_incidents(seed, presence, points, sizes["incidents"], outside)
    _write_incidents(writing, incidents)
    cited = _write_others(writing, presence, deployments, incidents, alerts)
    for number in range(1, sizes["waves"] + 1):
        if not writing.export.has_begun(surveys.WAVE_STARTS[number - 1]):
            break
        _write_wave(writing, number, sizes["respondents"])
    _write_operations(writing, cited.operations)
    _write_activities(writing, presence, cited, points)
    _write_later(writing)


def _write_plan(writing: Writing, presence: Presence) -> None:
    """A file a budget year, and one with second versions."""
    plan = activity_plan(presence)
    for year in sorted(set(plan["budget_year"].to_pylist())):
        if writing.export.has_begun(date(int(year[:4]), 7, 1)):
            rows = plan.filter(pc.equal(plan["budget_year"], year))
            name = f"activity_plan_{year.replace('/', '-')}.csv"
            writing.write("activity_plan", "activity_plan", name, rows, 0.005)
    revisions = writing.export.rows(plan_revisions(writing.seed, plan), "approved_on")
    writing.write("activity_plan", "activity_plan", "activity_plan_revisions.csv", revisions, 0.0)


def _write_incidents(writing: Writing, drawn: Incidents) -> None:
    for year, rows in by_year(writing.export.incidents(drawn.rows), "occurred_on"):
        in_workbook = rows.num_rows <= _ROWS_OF_A_WORKBOOK
        source = "incidents_workbook" if in_workbook else "incidents_plain"
        name = f"incidents_{year}.{'xlsx' if in_workbook else 'csv'}"
        writing.write("incidents", source, name, rows)
    _write_corrected(writing, name, source, rows)
    writing.tables({"incident_victims": writing.export.victims(drawn.victims, drawn.rows)})


def _write_corrected(writing: Writing, name: str, source: str, rows: pa.Table) -> None:
    """The last file of incidents as corrected: no bad rows, one more death, late reports."""
    killing = pc.equal(rows["incident_type"], "killing").to_numpy(zero_copy_only=False)
    more = {name: rows[name].to_numpy() + killing for name in ("deaths_civilian", "deaths_best")}
    corrected = with_columns(rows, **more)
    of_second_quarter = pc.and_(
        pc.is_in(pc.month(rows["occurred_on"]), pa.array([4, 5, 6])), pc.is_valid(rows["site_code"])
    )
    late = corrected.filter(of_second_quarter).slice(0, _LATE_REPORTS)
    late = with_columns(late, incident_code=texts(late, "incident_code") + "-LATE")
    file = open_file(writing.beside / LATER, name, writing.forms[source])
    text = writing.forms[source].render(pa.concat_tables([corrected, late]))
    file.add(Planted(text))
    file.close()
    writing.truth.later[name] = {
        "corrects": name,
        "rows": text.num_rows,
        "rows_changed": int(killing.sum()),
        "rows_added": late.num_rows,
    }


def _write_others(
    writing: Writing, presence: Presence, deployments: pa.Table, of: Incidents, alerts: Alerts
) -> Cited:
    """The tables beside activities, incidents, alerts and surveys, and what each source sent."""
    seed, incidents, victims = writing.seed, of.rows, of.victims
    owed, places = draw_owed(seed, presence), draw_places(seed)
    assessments = un_police.draw_assessments(seed)
    tables = {
        "registers": places.registers,
        "hot_spots": places.hot_spots,
        "route_days": places.route_days,
        "hrddp_assessments": assessments.rows,
        "un_personnel": un_police.personnel(seed),
        "un_detentions": un_police.detentions(seed, owed["un_detentions"]),
        "referrals": un_police.referrals(seed, owed["referrals"]),
        "displacement_events": harm.displacement_events(seed, incidents, victims),
        "rights_monitoring": harm.rights_monitoring(
            seed, owed["rights_monitoring"], incidents, victims
        ),
        "after_action_reviews": after_action_reviews(seed, incidents, alerts.rows, deployments),
        "threat_assessments": harm.threat_assessments(seed),
        "training": host_state.training(seed),
        "custody_visits": host_state.custody_visits(seed, owed["custody_visits"], places),
        "police_posts": host_state.police_posts(seed, places),
        "justice_cases": host_state.justice_cases(seed, incidents),
        "police_complaints": host_state.police_complaints(seed),
        "commitments": host_state.commitments(seed, owed["commitments"]),
        "local_agreements": host_state.local_agreements(seed, owed["local_agreements"]),
        "preparedness": readiness.preparedness(seed, deployments),
        "benchmarks": readiness.benchmarks(),
    }
    writing.tables(tables)
    _write_returns(
        writing, presence, owed, {"incidents": incidents, "alerts": alerts.rows, **tables}
    )
    return Cited(alerts, places, assessments, readiness.operations(seed))


def _write_returns(
    writing: Writing, presence: Presence, owed: Mapping[str, Owed], tables: Mapping[str, pa.Table]
) -> None:
    """A file a year; a return that came is nil where the month has no row."""
    counts = {"activities": activities_by_month(presence)}
    for source in owed.keys() - counts.keys():
        day_column = contracts()[source].date_column or ""
        counts[source] = rows_by_month(owed[source].posts, tables[source], day_column)
    writing.tables({"reporting_returns": reporting_returns(writing.seed, owed, counts)})


def _write_operations(writing: Writing, operations: pa.Table) -> None:
    writing.tables({"operations": operations})
    drawn = operation_reviews(writing.seed, operations)
    table, share = "after_action_reviews", FILES["after_action_reviews"].bad_share
    rows = writing.export.rows(drawn, "started_on")
    writing.write(table, "operation_reviews", "operation_reviews.csv", rows, share)


def _write_wave(writing: Writing, number: int, respondents: int) -> None:
    """Two plain files for waves 1 and 2, one wide file from wave 3 on; site and pulse files."""
    seed, table = writing.seed, "survey_respondents"
    wave = surveys.draw_wave(seed, "household", number, respondents)
    if number <= 2:
        writing.write(table, table, f"{table}_w{number}.csv", wave.respondents)
        name = f"survey_answers_w{number}.csv"
        writing.write("survey_answers", "survey_answers", name, wave.long, 0.01)
    else:
        _write_wide(writing, f"survey_wave{number}", f"survey_wave{number}.csv", wave)
    at_sites = max(respondents // 6, 60)
    if number == effects.SITES_HARDLY_REACHED_IN_WAVE:
        at_sites = effects.SITE_RESPONDENTS_THEN
    wave = surveys.draw_wave(seed, "site", number, at_sites)
    _write_wide(writing, "site_survey", f"site_survey_w{number}.csv", wave)
    if number == 4:
        wave = surveys.draw_wave(seed, "pulse", number, max(respondents // 8, 40))
        _write_wide(writing, "pulse", "pulse_2026.csv", wave)


def _write_wide(writing: Writing, source: str, name: str, wave: surveys.Wave) -> None:
    writing.write("survey_respondents", source, name, wave.wide)
    writing.truth.rows["survey_answers"] += wave.long.num_rows


def _write_activities(
    writing: Writing, presence: Presence, cited: Cited, points: dict[str, Array]
) -> None:
    """Activities month by month into the file of their time, and their participants by year."""
    months = draw_activities(writing.seed, presence, cited, points)
    feedback: list[pa.Table] = []
    for ending, source, numbers in _activity_files(presence):
        if not writing.export.has_begun(MONTH[numbers.start].astype("datetime64[D]").astype(date)):
            break
        name = f"activities_{ending}"
        beside = f"participants_{ending.partition('.')[0]}.csv"
        warned = writing.truth.warnings[name] = Counter()
        with (
            writing.file("activities", source, name) as file,
            writing.file("activity_participants", "activity_participants", beside, 0.01) as people,
        ):
            for number in numbers:
                drawn, participants = next(months)
                rows, early = _some_end_too_early(writing.seed, drawn, number)
                sessions = _sessions(drawn)
                feedback.append(readiness.community_feedback(writing.seed, number, sessions))
                file.add(rows, early)
                people.add(participants)
                warned["ended_after_start"] += int(early.sum())
    writing.tables({"community_feedback": pa.concat_tables(feedback)})


def _sessions(rows: pa.Table) -> pa.Table:
    """Code, area and local day of the completed sessions with communities."""
    held = pc.and_(
        pc.equal(rows["activity_type"], "community_session"), pc.equal(rows["status"], "completed")
    )
    rows = rows.filter(held)
    day = rows["started_at"].cast(pa.date32())
    return rows.select(["activity_code", "area_code"]).append_column("heard_on", day)


def _activity_files(presence: Presence) -> list[tuple[str, str, range]]:
    """(end of the name, source, months): one a year, then the quarters of 2026; the last is a
    workbook."""
    in_workbook = presence.all_counts[:, -92:].sum() <= _ROWS_OF_A_WORKBOOK
    last = (
        ("2026q3.xlsx", "activities_workbook")
        if in_workbook
        else ("2026q3.csv", "activities_plain")
    )
    return [
        ("2024.csv", "activities_french", range(12)),
        ("2025.csv", "activities_plain", range(12, 24)),
        ("2026q1.csv", "activities_plain", range(24, 27)),
        ("2026q2.csv", "activities_plain", range(27, 30)),
        (*last, range(30, MONTHS)),
    ]


def _some_end_too_early(seed: int, rows: pa.Table, month: int) -> tuple[pa.Table, Array]:
    """A few good rows end an hour before they start, a warning and no reject; which they are."""
    ended = moments(rows, "ended_at", "s")
    drawn = stream(seed, "ends too early", month).chance(_ENDS_TOO_EARLY_SHARE, rows.num_rows)
    chosen = ~np.isnat(ended) & drawn
    started = moments(rows, "started_at", "s")
    ended = np.where(chosen, started - np.timedelta64(1, "h"), ended)
    return with_columns(rows, ended_at=(ended, ~np.isnat(ended))), chosen


def _write_later(writing: Writing) -> None:
    """A file of the inbox under another name: the same bytes, to be known again."""
    copy = writing.beside / LATER / "alerts_2024_2026_copy.csv"
    shutil.copyfile(writing.folder / "alerts_2024_2026.csv", copy)
    writing.truth.later[copy.name] = {"same_bytes_as": "alerts_2024_2026.csv"}
