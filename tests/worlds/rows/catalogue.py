"""Rows for the catalogue's benchmarks, made in DuckDB: same size, same rows, on any machine.

Every draw is a hash of the row's number and the draw's name; nothing is random. `fill_core` writes
straight into `core`: what ingest costs is another benchmark.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import duckdb

from pipelines.workspace.warehouse.ddl import create_all

FIRST_DAY = date(2016, 7, 1)
UNITS = 24
_FILE = 10_000_000  # activities


@dataclass(frozen=True)
class Size:
    """How many rows of each kind, over how many months from `FIRST_DAY`."""

    activities: int
    incidents: int = 0
    alerts: int = 0
    respondents: int = 0  # a wave, of four
    months: int = 120
    areas: int = 100  # admin 2, five to an admin 1

    @property
    def last_day(self) -> date:
        """The last day on which anything happened."""
        index = FIRST_DAY.year * 12 + FIRST_DAY.month - 1 + self.months
        return date.fromordinal(date(index // 12, index % 12 + 1, 1).toordinal() - 1)


def fill_core(connection: duckdb.DuckDBPyConnection, size: Size) -> None:
    """All schemas and tables, with rows in those that the catalogue's larger sources need.

    Of activities the first file: `later_files` gives the others.
    """
    create_all(connection)
    for name, text in _macros(size).items():
        connection.execute(f"CREATE OR REPLACE TEMP MACRO {name} AS {text}")
    for table, select in _selects(size).items():
        _insert(connection, table, select)


def later_files(connection: duckdb.DuckDBPyConnection, size: Size) -> Iterator[None]:
    """The activities beyond the first file, a file at a time: its rows again, as other activities.

    The first has to be complete; so are these, whose hashes are others.
    """
    for number, first in enumerate(range(_FILE, size.activities, _FILE)):
        connection.execute(
            f"""INSERT INTO core.activities
            SELECT * REPLACE ('later{number}' AS file_sha256,
              activity_code || '-{number}' AS activity_code, hash(row_hash, {number}) AS row_hash)
            FROM core.activities
            WHERE file_sha256 = 'bench' AND row_number <= {size.activities - first}"""
        )
        yield


def append_month(connection: duckdb.DuckDBPyConnection, size: Size, rows: int) -> None:
    """One more month of activities and their returns after the last, as a new file."""
    later = Size(size.activities + rows, size.incidents, size.alerts, months=size.months + 1)
    for name, text in _macros(later).items():
        connection.execute(f"CREATE OR REPLACE TEMP MACRO {name} AS {text}")
    first = f"TIMESTAMP '{date.fromordinal(size.last_day.toordinal() + 1)}'"
    minutes = f"(draw('minute', i, {28 * 1440}))"
    started = f"{first} + to_minutes({minutes})"
    numbers = f"range({size.activities}, {size.activities + rows})"
    _insert(connection, "activities", _activities(numbers, started), "late")
    month = f"DATE '{date.fromordinal(size.last_day.toordinal() + 1)}'"
    _insert(connection, "reporting_returns", _returns(month, size.areas), "late")


def _insert(
    connection: duckdb.DuckDBPyConnection, table: str, select: str, file: str = "bench"
) -> None:
    connection.execute(
        f"""INSERT INTO core.{table} BY NAME
        SELECT 'bench' AS mission, '{file}' AS file_sha256, '' AS sheet,
          row_number() OVER () AS row_number, made.*
        FROM ({select}) AS made"""
    )


def _macros(size: Size) -> dict[str, str]:
    """Draws by name and number; hashed twice, as DuckDB's hash of two values alone is correlated
    between names."""
    minutes = (size.last_day - FIRST_DAY).days * 1440
    return {
        "draw(name, i, among)": "CAST(hash(hash(name, i)) % among AS INTEGER)",
        "pick(name, i, codes)": "codes[1 + CAST(hash(hash(name, i)) % len(codes) AS INTEGER)]",
        "chance(name, i, percent)": "hash(hash(name, i)) % 100 < percent",
        "moment(name, i)": (
            f"TIMESTAMP '{FIRST_DAY}' + to_minutes(CAST(hash(hash(name, i)) % {minutes} AS BIGINT))"
        ),
        "area_of(name, i)": f"format('A{{:03d}}', draw(name, i, {size.areas}))",
        "unit_of(name, i)": f"format('U{{:02d}}', draw(name, i, {UNITS}))",
        "alert_of(i)": f"format('L{{:07d}}', draw('alert', i, {max(1, size.alerts)}))",
    }


def _selects(size: Size) -> dict[str, str]:
    months = (
        f"CAST(unnest(range(DATE '{FIRST_DAY}', DATE '{size.last_day}', INTERVAL 1 MONTH)) AS DATE)"
    )
    found = {
        "areas": _areas(size.areas),
        "units": _units(),
        "hot_spots": f"""SELECT format('H{{:03d}}', i) AS hot_spot_code,
          area_of('hot', i) AS area_code, 'other' AS threat_type, '1' AS priority,
          DATE '{FIRST_DAY}' + draw('hot from', i, {size.months * 30}) AS valid_from,
          DATE '{FIRST_DAY}' + draw('hot from', i, {size.months * 30}) + 200 AS valid_to
          FROM range(500) AS row(i)""",
        "route_days": f"""SELECT format('R{{:02d}}', i) AS route_code,
          pick('route', i, ['market', 'farm', 'school', 'water']) AS route_type,
          area_of('route', i) AS area_code,
          CAST(day AS DATE) AS agreed_on
          FROM range(50) AS row(i),
            (SELECT unnest(range(DATE '{FIRST_DAY}', DATE '{size.last_day}', INTERVAL 7 DAY))
              AS day)
        """,
        "hrddp_assessments": """SELECT format('D{:05d}', i) AS assessment_code,
          'police' AS host_state_actor, 'training' AS support_type,
          CAST(moment('assessed', i) AS DATE) AS completed_on FROM range(5000) AS row(i)""",
        "reporting_returns": _returns(months, size.areas),
        "activities": _activities(f"range({min(size.activities, _FILE)})", "moment('started', i)"),
    }
    if size.incidents:
        found |= {"incidents": _incidents(size), "incident_victims": _victims(size)}
        found["deployments"] = _deployments(size)
    if size.alerts:
        found["alerts"] = _alerts(size)
    if size.respondents:
        found |= {"survey_respondents": _respondents(size), "survey_answers": _answers()}
    return found


def _areas(areas: int) -> str:
    dated = f"DATE '{FIRST_DAY}' AS valid_from"
    return f"""SELECT 'C' AS area_code, NULL AS parent_area_code, 'country' AS area_level,
      'C' AS name_en, 'C' AS name_fr, {dated}
    UNION ALL SELECT format('P{{:02d}}', i), 'C', 'admin1', 'P', 'P', DATE '{FIRST_DAY}'
    FROM range({areas // 5}) AS row(i)
    UNION ALL SELECT format('A{{:03d}}', i), format('P{{:02d}}', i // 5), 'admin2', 'A', 'A',
      DATE '{FIRST_DAY}' FROM range({areas}) AS row(i)"""


def _units() -> str:
    return f"""SELECT format('U{{:02d}}', i) AS unit_code, 'unit' AS unit_name,
      CASE WHEN i % 6 = 5 THEN 'military' ELSE 'police' END AS component,
      ['IPO', 'FPU', 'SPT', 'PSU', 'FPU', 'MIL'][1 + i % 6] AS unit_type,
      DATE '{FIRST_DAY}' AS valid_from
    FROM range({UNITS}) AS row(i)"""


def _returns(months: str, areas: int) -> str:
    return f"""SELECT 'activities' AS source, format('U{{:02d}}', unit) AS unit_code,
      format('A{{:03d}}', area) AS area_code, {months} AS month,
      'submitted' AS return_status
    FROM range({areas}) AS place(area), range({UNITS}) AS whose(unit)
    WHERE area % {UNITS} = unit"""


def _activities(numbers: str, started: str) -> str:
    kinds = (
        "['patrol', 'patrol', 'patrol', 'patrol', 'patrol', 'patrol', 'patrol', 'patrol', "
        "'escort', 'host_state_dialogue', 'community_session', 'public_information', 'mediation', "
        "'host_police_support', 'weapons_search', 'colocation', 'facility_handover', 'exercise', "
        "'checkpoint', 'other', 'network_meeting']"
    )
    return f"""WITH drawn AS (
      SELECT i, pick('kind', i, {kinds}) AS activity_type, {started} AS started_at
      FROM {numbers} AS row(i)
    )
    SELECT format('B{{:08d}}', i) AS activity_code, activity_type,
      CASE WHEN chance('done', i, 92) THEN 'completed' ELSE 'aborted' END AS status,
      unit_of('unit', i) AS unit_code, pick('tier', i, ['I', 'II', 'III']) AS tier,
      'prevention' AS phase, area_of('area', i) AS area_code,
      pick('exact', i, ['exact', 'exact', 'exact', 'near', 'admin2', 'admin1'])
        AS location_precision,
      started_at,
      CASE WHEN chance('ends', i, 95)
        THEN started_at + to_minutes(30 + draw('length', i, 2000)) END AS ended_at,
      CASE WHEN chance('counted', i, 97) THEN 2 + draw('people', i, 30) END AS personnel_count,
      CASE WHEN chance('women', i, 95) THEN draw('women of', i, 3) END AS women_personnel_count,
      CASE WHEN activity_type = 'patrol' AND chance('away', i, 6) THEN 1 + draw('nights', i, 3) END
        AS nights_out,
      CASE WHEN chance('partners', i, 25) THEN pick('which', i, [['military'],
        ['civil_affairs'], ['human_rights', 'military'], ['humanitarian'],
        ['civil_affairs', 'military']]) END AS partner_components,
      CASE WHEN activity_type IN ('host_state_dialogue', 'host_police_support', 'colocation')
          OR chance('joint', i, 20)
        THEN pick('actor', i, ['police', 'gendarmerie', 'armed_forces', 'interior_ministry'])
        END AS host_state_actor,
      CASE WHEN activity_type = 'patrol' AND chance('mode known', i, 90)
        THEN pick('mode', i, ['foot', 'vehicle', 'air', 'river', 'mixed']) END AS patrol_mode,
      CASE WHEN activity_type = 'patrol' AND chance('on alert', i, 5) THEN alert_of(i) END
        AS alert_code,
      CASE WHEN activity_type = 'patrol' AND chance('on spot', i, 15)
        THEN format('H{{:03d}}', draw('spot', i, 500)) END AS hot_spot_code,
      CASE WHEN activity_type = 'patrol' AND chance('on spot', i, 15) THEN 'hot_spot' END
        AS tasking,
      CASE WHEN activity_type = 'patrol' AND chance('on route', i, 15)
        THEN format('R{{:02d}}', draw('which route', i, 50)) END AS route_code,
      CASE WHEN activity_type = 'escort'
        THEN pick('convoy', i, ['humanitarian', 'civilian_component', 'other']) END AS convoy_type,
      CASE WHEN activity_type = 'host_state_dialogue' THEN chance('agenda', i, 60) END
        AS protection_on_agenda,
      CASE WHEN activity_type = 'host_state_dialogue'
        THEN pick('grade', i, ['command', 'other']) END AS counterpart_grade,
      CASE WHEN activity_type = 'public_information'
        THEN pick('channel', i, ['radio', 'print', 'social_media', 'face_to_face']) END AS channel,
      CASE WHEN activity_type = 'public_information'
        THEN pick('language', i, ['eng', 'fra', 'ara', 'swa']) END AS language,
      CASE WHEN activity_type = 'mediation'
        THEN format('M{{}}-{{}}', substr(area_of('area', i), 2), draw('process', i, 20)) END
        AS process_code,
      CASE WHEN activity_type = 'mediation'
        THEN pick('conflict', i, ['land', 'livestock', 'communal', 'political']) END
        AS conflict_type,
      CASE WHEN activity_type = 'host_police_support'
        THEN pick('support', i, ['training', 'equipment', 'transport', 'advice']) END
        AS support_type,
      CASE WHEN activity_type = 'host_police_support' AND chance('assessed', i, 80)
        THEN format('D{{:05d}}', draw('assessment', i, 5000)) END AS hrddp_assessment_code,
      CASE WHEN activity_type = 'weapons_search'
        THEN pick('site', i, ['poc_site', 'camp', 'settlement']) END AS site_type,
      CASE WHEN activity_type = 'weapons_search'
        THEN pick('found', i, ['firearm', 'ammunition', 'blade', 'none']) END AS found_type,
      CASE WHEN activity_type = 'facility_handover'
        THEN format('F{{:05d}}', draw('facility', i, 20000)) END AS facility_code,
      CASE WHEN activity_type = 'facility_handover'
        THEN pick('building', i, ['police_station', 'police_post', 'prison']) END AS facility_type,
      CASE WHEN activity_type = 'facility_handover'
        THEN pick('paid', i, ['quick_impact', 'programme', 'donor']) END AS funding_source,
      CASE WHEN activity_type = 'facility_handover' THEN CAST(started_at AS DATE) END
        AS handed_over_on,
      CASE WHEN activity_type = 'colocation' THEN CAST(draw('days', i, 3000) / 100 AS DECIMAL(6,2))
        END AS presence_days,
      CASE WHEN activity_type = 'exercise'
        THEN pick('exercise', i, ['table_top', 'field', 'rehearsal']) END AS exercise_type
    FROM drawn"""


def _deployments(size: Size) -> str:
    days = size.months * 30
    return f"""SELECT format('Y{{:04d}}', i) AS deployment_code,
      format('Y{{:04d}}', i) AS base_code, 'base' AS base_name,
      3 + draw('lat', i, 90000) / 10000 AS latitude,
      25 + draw('lon', i, 90000) / 10000 AS longitude, area_of('base', i) AS area_code,
      'police' AS component, 'reported' AS figure_basis,
      DATE '{FIRST_DAY}' + draw('from', i, {days}) AS from_on,
      CASE WHEN chance('left', i, 60)
        THEN DATE '{FIRST_DAY}' + draw('from', i, {days}) + draw('stay', i, 900) END AS to_on
    FROM range(300) AS row(i)"""


def _incidents(size: Size) -> str:
    return f"""WITH drawn AS (
      SELECT i, CAST(moment('occurred', i) AS DATE) AS occurred_on
      FROM range({size.incidents}) AS row(i)
    )
    SELECT format('N{{:07d}}', i) AS incident_code,
      pick('what', i, ['killing', 'injury', 'abduction', 'looting', 'armed_clash'])
        AS incident_type,
      chance('civilians', i, 70) AS against_civilians, occurred_on,
      pick('how exact', i, ['day', 'day', 'day', 'month', 'quarter']) AS date_precision,
      area_of('incident', i) AS area_code,
      pick('place', i, ['exact', 'exact', 'near', 'admin1']) AS location_precision,
      3 + draw('lat', -i, 90000) / 10000 AS latitude,
      25 + draw('lon', -i, 90000) / 10000 AS longitude,
      pick('who', i, ['armed_group', 'militia', 'state_military', 'unknown']) AS alleged_actor_type,
      draw('dead', i, 4) AS deaths_civilian, draw('hurt', i, 4) AS injured_civilian,
      CASE WHEN chance('linked', i, 3) THEN 'un_police' ELSE 'none' END AS linked_operation,
      'un_police' AS reported_by, 'reported' AS verification,
      CASE WHEN chance('closed', i, 60) THEN occurred_on + draw('closing', i, 90) END AS closed_on
    FROM drawn"""


def _victims(size: Size) -> str:
    return f"""SELECT format('N{{:07d}}', i) AS incident_code, sex, 'Y18T29' AS age_group,
      'injured' AS harm, 1 AS victims_count
    FROM range({size.incidents}) AS row(i), (VALUES ('F'), ('M')) AS whose(sex)
    WHERE chance(sex, i, 15)"""


def _alerts(size: Size) -> str:
    return f"""WITH drawn AS (
      SELECT i, moment('received', i) AS received_at FROM range({size.alerts}) AS row(i)
    )
    SELECT format('L{{:07d}}', i) AS alert_code,
      pick('source', i, ['community_network', 'hotline', 'patrol']) AS source_type,
      'other' AS threat_type, pick('level', i, ['high', 'medium', 'low']) AS level,
      area_of('alert', i) AS area_code, received_at,
      CASE WHEN chance('confirmed', i, 80)
        THEN received_at + to_minutes(draw('confirming', i, 600)) END AS confirmed_at,
      chance('needed', i, 70) AS action_needed,
      CASE WHEN chance('acted', i, 60)
        THEN received_at + to_minutes(700 + draw('acting', i, 3000)) END AS first_action_at,
      CASE WHEN chance('unit', i, 60) THEN unit_of('responding', i) END AS responding_unit_code,
      CASE WHEN chance('acted', i, 60)
        THEN received_at + to_minutes(800 + draw('arriving', i, 4000)) END AS arrived_at,
      CASE WHEN chance('shut', i, 95)
        THEN received_at + to_minutes(5000 + draw('closing', i, 9000)) END AS closed_at
    FROM drawn"""


def _respondents(size: Size) -> str:
    return f"""SELECT 'bench' AS survey_code, 'w' || wave AS wave, 'household' AS instrument,
      'K' || i AS respondent_key, 'K' || i AS household_key,
      'S' || (i % 12) AS stratum, format('S{{}}P{{}}', i % 12, draw('psu', i, 40)) AS psu,
      0.5 + draw('weight', i, 200) / 100 AS weight_person,
      0.5 + draw('weight', i, 200) / 100 AS weight_household,
      'complete' AS result, true AS consent_given,
      DATE '{FIRST_DAY}' + CAST(200 + wave * 180 + draw('day', i, 20) AS INTEGER) AS interviewed_on,
      area_of('home', i) AS area_code, pick('sex', i, ['F', 'M']) AS sex,
      pick('age', i, ['Y18T29', 'Y30T44', 'Y45T59', 'Y_GE60']) AS age_group, true AS is_adult,
      'resident' AS displacement_status
    FROM range({size.respondents}) AS row(i), range(1, 5) AS round(wave)"""


def _answers() -> str:
    safe = "['very_safe', 'safe', 'unsafe', 'very_unsafe']"
    good = "['very_good', 'good', 'fair', 'bad', 'very_bad']"
    likely = "['very_likely', 'likely', 'unlikely', 'very_unlikely']"
    items = {
        "safe_walking_night": safe,
        "safety_overall": good,
        "unpol_asked_about_security": "['yes', 'no']",
        "could_raise_concern_unpol": likely,
        "would_report_unpol": likely,
        "saw_unpol_patrol": "['daily', 'weekly', 'monthly', 'less', 'never']",
    }
    selects = [
        f"""SELECT survey_code, wave, respondent_key, '{item}' AS item,
          pick('{item}' || wave, respondent_key, {answers}) AS answer
        FROM core.survey_respondents"""
        for item, answers in items.items()
    ]
    return " UNION ALL ".join(selects)
