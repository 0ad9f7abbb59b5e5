"""Rows that test the rules, planted in the core tables of a small sample: the sample's own rows
are mostly plain. Every choice goes by a hash of the row's key, so it is the same in each run.
"""

import duckdb

from tests.worlds.rows.stored import rows_were_changed

_MOMENT = "TIMESTAMP '2026-10-15 22:59:00'"  # the last local minute of the as-of day


def plant(connection: duckdb.DuckDBPyConnection) -> None:
    """Runs all statements; a rule of `definitions.md` stands beside each group."""
    for statements in [
        _UNITS, _RETURNS, _ACTIVITIES, _ALERTS, _INCIDENTS, _CENSUS, _SURVEYS,
        _UN_POLICE, _HOST_STATE, _HARM, _REGISTERS, _MORE, _ADDED,
    ]:  # fmt: skip
        for statement in statements:
            connection.execute(statement)
    rows_were_changed(connection)


def _some(key: str, name: str, per_cent: int) -> str:
    """SQL: true for about so many per cent of the rows, others for each name."""
    return f"hash({key} || '{name}') % 1000 < {per_cent * 10}"


def _change(table: str, key: str, change: str, name: str, per_cent: int) -> str:
    return f"UPDATE core.{table} SET {change} WHERE {_some(key, name, per_cent)}"


def _activities(change: str, name: str, per_cent: int, also: str = "true") -> str:
    chosen = _some("activity_code", name, per_cent)
    return f"UPDATE core.activities SET {change} WHERE {chosen} AND ({also})"


def _alerts(change: str, name: str, per_cent: int, also: str = "true") -> str:
    chosen = _some("alert_code", name, per_cent)
    return f"UPDATE core.alerts SET {change} WHERE {chosen} AND ({also})"


def _incidents(change: str, name: str, per_cent: int, also: str = "true") -> str:
    chosen = _some("incident_code", name, per_cent)
    return f"UPDATE core.incidents SET {change} WHERE {chosen} AND ({also})"


def _respondents(change: str, name: str, per_cent: int, also: str = "true") -> str:
    chosen = _some("respondent_key", name, per_cent)
    return f"UPDATE core.survey_respondents SET {change} WHERE {chosen} AND ({also})"


_UNITS = [  # 4: a unit keeps its last version, changes type with a new one, is unknown before any
    "UPDATE core.units SET valid_to = DATE '2025-01-31' WHERE unit_code = 'IPO-Aroko'",
    "UPDATE core.units SET valid_to = DATE '2025-06-30' WHERE unit_code = 'FPU-1'",
    """INSERT INTO core.units SELECT * REPLACE (
         DATE '2025-07-01' AS valid_from, NULL AS valid_to, 'PSU' AS unit_type,
         row_number + 1000 AS row_number)
       FROM core.units WHERE unit_code = 'FPU-1'""",
    """INSERT INTO core.units SELECT * REPLACE (
         DATE '2025-10-10' AS valid_from, NULL AS valid_to, 'MIL' AS unit_type,
         'military' AS component, row_number + 1000 AS row_number)
       FROM core.units WHERE unit_code = 'FPU-2'""",
    "UPDATE core.units SET valid_from = DATE '2024-05-15' WHERE unit_code = 'IPO-Gorou'",
]
_RETURN = "source || unit_code || area_code || month"
_RETURNS = [  # 11, 12
    # 48, 49: sources that mostly owe none, by the quarter; calendars that begin late or end early
    *(
        f"""INSERT INTO core.reporting_returns SELECT * REPLACE (
             '{source}' AS source, row_number + {number}00000 AS row_number)
           FROM core.reporting_returns WHERE source = 'commitments' AND {held}"""
        for number, (source, held) in enumerate(
            {
                "displacement_events": "month >= DATE '2024-07-01'",
                "un_personnel": "true",
                "justice_cases": "true",
                "police_complaints": "month < DATE '2026-04-01'",
                "training": "month(month) % 2 = 0",
                "police_census": "month(month) % 3 = 1 AND unit_code < 'IPO-H'",
            }.items(),
            start=3,
        )
    ),
    *(
        f"UPDATE core.reporting_returns SET return_status = '{status}' "
        f"WHERE {_some(_RETURN, status, per_cent)}"
        for status, per_cent in [("no_access", 4), ("not_due", 3), ("not_submitted", 3)]
    ),
    *(
        f"UPDATE core.reporting_returns SET return_status = '{status}' "
        f"WHERE {_some('area_code || month', f'whole {status}', 3)}"
        for status in ["no_access", "not_due", "not_submitted"]
    ),
    f"DELETE FROM core.reporting_returns WHERE {_some('area_code || month', 'gone', 2)}",
    f"UPDATE core.reporting_returns SET received_on = DATE '2026-10-16' "
    f"WHERE {_some(_RETURN, 'later', 2)}",
    f"UPDATE core.reporting_returns SET harm_checked = CASE WHEN {_some(_RETURN, 'null', 50)} "
    f"THEN NULL ELSE false END WHERE {_some(_RETURN, 'unchecked', 10)}",
    """INSERT INTO core.reporting_returns SELECT * REPLACE (
         DATE '2026-10-01' AS month, row_number + 100000 AS row_number)
       FROM core.reporting_returns WHERE month = DATE '2026-05-01'""",
    """INSERT INTO core.reporting_returns SELECT * REPLACE (
         DATE '2026-11-01' AS month, row_number + 200000 AS row_number)
       FROM core.reporting_returns WHERE month = DATE '2026-05-01'""",
]
_LOCAL_MIDNIGHT = "date_trunc('day', started_at) - INTERVAL 1 HOUR"  # zone of the sample: +1
_START_DAY = "CAST(started_at + INTERVAL 1 HOUR AS DATE)"
_ACTIVITIES = [
    # 6: month ends by the local clock; 8: around the as-of date
    _activities("started_at = date_trunc('month', started_at) - INTERVAL 30 MINUTE", "edge", 4),
    _activities("started_at = TIMESTAMP '2026-10-05 10:00'", "running", 4),
    _activities(f"started_at = {_MOMENT}", "last", 1),
    _activities(f"started_at = {_MOMENT} + INTERVAL 2 MINUTE", "late", 2),
    # 18, 23, 24: spans of all lengths, exactly half a night, none, and an end before the start
    _activities("ended_at = started_at + INTERVAL 24 HOUR", "day", 6),
    _activities("ended_at = started_at + INTERVAL 48 HOUR + INTERVAL 1 MINUTE", "days", 6),
    _activities(
        f"started_at = {_LOCAL_MIDNIGHT} + INTERVAL 17 HOUR, "
        f"ended_at = {_LOCAL_MIDNIGHT} + INTERVAL 19 HOUR",
        "half",
        6,
    ),
    _activities("started_at = started_at + INTERVAL 9 HOUR", "evening", 20),
    _activities("ended_at = started_at", "moment", 3),
    _activities("ended_at = started_at - INTERVAL 3 HOUR", "before", 4),
    _activities("personnel_count = NULL", "uncounted", 5),
    # 5
    _activities("location_precision = 'admin1'", "coarse", 8),
    _activities("location_precision = 'country'", "coarsest", 3),
    # 1, 2, 3, 19, 22
    _activities("unit_code = 'MIL-North'", "soldiers", 10),
    _activities("status = 'aborted'", "aborted", 5),
    _activities("host_state_actor = 'armed_forces'", "army", 20, "host_state_actor = 'police'"),
    _activities("protection_on_agenda = NULL", "agenda", 20, "protection_on_agenda"),
    _activities(
        "partner_components = ['military', 'humanitarian']", "aid", 8, "activity_type = 'patrol'"
    ),
    _activities("partner_components = ['military', 'justice', 'military']", "twice", 10),
    _activities("process_code = 'T-' || (hash(activity_code) % 3)::VARCHAR", "tracks", 60,
                "activity_type = 'mediation'"),
    _activities("process_code = NULL", "trackless", 20, "activity_type = 'mediation'"),
    # 27, 35 and co-location: too few in a small sample
    _activities(
        "activity_type = 'exercise', exercise_type = "
        "['table_top', 'field', 'rehearsal'][(hash(activity_code) % 3)::INT + 1]",
        "exercises", 5,
    ),
    _activities(
        "activity_type = 'facility_handover', handed_over_on = CAST(started_at AS DATE) + 20, "
        "facility_code = 'F-' || (hash(activity_code) % 9)::VARCHAR, facility_type = "
        "['police_station', 'police_post', 'prison'][(hash(activity_code) % 3)::INT + 1], "
        "funding_source = ['quick_impact', 'donor'][(hash(activity_code) % 2)::INT + 1]",
        "handovers", 6,
    ),
    # 21, 25, 26: assessed the day before or on the day; hot spots, alerts and routes of that day
    _activities(
        "activity_type = 'host_police_support', support_type = 'transport', "
        "hrddp_assessment_code = (SELECT min(assessment_code) FROM core.hrddp_assessments "
        f"WHERE completed_on BETWEEN {_START_DAY} - 1 AND {_START_DAY} + 1)",
        "supports", 6,
    ),
    _activities("hrddp_assessment_code = NULL", "unassessed", 10),
    _activities(
        "hot_spot_code = 'HS-' || lpad((hash(activity_code) % 150)::VARCHAR, 3, '0')", "spots", 40
    ),
    _activities(
        "alert_code = 'E-' || lpad((hash(activity_code) % 300)::VARCHAR, 7, '0')", "alerts", 30
    ),
    _activities(
        "route_code = (SELECT min(route_code) FROM core.route_days "
        f"WHERE agreed_on BETWEEN {_START_DAY} AND {_START_DAY} + 1)",
        "routes", 30,
    ),
    _activities("facility_code = NULL", "nameless", 20, "activity_type = 'facility_handover'"),
    _activities("presence_days = NULL", "absent", 20, "activity_type = 'colocation'"),
    f"UPDATE core.activity_participants SET sex = '_U' "
    f"WHERE {_some('activity_code || sex || age_group', 'unknown', 10)}",
]  # fmt: skip
_ALERTS = [
    _alerts("merged_into = 'E-0000001'", "merged", 4, "alert_code <> 'E-0000001'"),
    # 36 to 38: unit without component, component without unit, joint
    _alerts("responding_unit_code = NULL", "no unit", 30),
    _alerts("responding_unit_code = 'MIL-South'", "soldiers", 15, "first_action_at IS NOT NULL"),
    _alerts("responding_component = 'police'", "police", 15, "responding_unit_code IS NULL"),
    _alerts("responding_component = NULL", "unknown", 8),
    # 14: day N is in time; 18: dates before their start
    _alerts("first_action_at = received_at + INTERVAL 48 HOUR", "in time", 10, "level = 'medium'"),
    _alerts("first_action_at = received_at + INTERVAL 2881 MINUTE", "late", 10,
            "level = 'medium'"),
    _alerts("first_action_at = received_at - INTERVAL 1 HOUR", "before", 6),
    _alerts("confirmed_at = received_at - INTERVAL 1 HOUR", "confirmed before", 5),
    _alerts("arrived_at = confirmed_at - INTERVAL 5 MINUTE", "arrived before", 8),
    _alerts("arrived_at = TIMESTAMP '2026-10-20 08:00'", "arrived after", 3),
    # 8: ripening around the as-of date
    _alerts(
        "received_at = TIMESTAMP '2026-10-14 08:00' "
        "- INTERVAL 1 HOUR * (hash(alert_code) % 30)::INT",
        "recent", 3,
    ),
    _alerts("received_at = TIMESTAMP '2026-10-16 08:00'", "after", 2),
    _alerts(
        "first_action_at = TIMESTAMP '2026-10-01 22:30' "
        "- INTERVAL 1 HOUR * (hash(alert_code) % 3)::INT",
        "ripe", 3, "confirmed_at IS NOT NULL",
    ),
    _alerts("source_sex = NULL", "not asked", 10),
    _alerts("area_code = 'Lower-Minu'", "wide", 5),
    _alerts("area_code = 'Hamsa-S1'", "site", 4),
]  # fmt: skip
_INCIDENTS = [
    # 17
    *(
        _incidents(f"date_precision = '{precision}'", precision, 5)
        for precision in ["week", "month", "quarter", "year"]
    ),
    # 8
    _incidents("occurred_on = DATE '2026-10-15'", "today", 2),
    _incidents("occurred_on = DATE '2026-10-16'", "tomorrow", 2),
    _incidents("occurred_on = DATE '2026-10-03'", "running", 4),
    # 37: day 0, 14 and 15 after an action; a place known by its province counts in the province
    *(
        f"""UPDATE core.incidents SET occurred_on = a.acted + {days}, area_code = a.area_code,
              date_precision = 'day', location_precision = '{place}', against_civilians = true
            FROM (SELECT area_code, CAST(first_action_at + INTERVAL 1 HOUR AS DATE) AS acted,
                    row_number() OVER (ORDER BY alert_code) AS number
                  FROM core.alerts WHERE first_action_at IS NOT NULL) AS a
            WHERE {_some("incident_code", f"day {days}", 10)} AND hash(incident_code) % 200 = number
        """
        for days, place in [(0, "exact"), (14, "exact"), (15, "exact"), (5, "admin1")]
    ),
    # 5
    _incidents("location_precision = 'admin1'", "coarse", 8),
    _incidents("location_precision = 'country'", "coarsest", 3),
    _incidents("area_code = 'Lower-Minu', location_precision = 'admin1'", "province", 4),
    # 41 to 43: at a base; a review on day 60 and on day 61
    _incidents(
        "latitude = (SELECT min(latitude) + 0.02 FROM core.deployments), "
        "longitude = (SELECT arg_min(longitude, latitude) FROM core.deployments)",
        "base", 12,
    ),
    _incidents("closed_on = occurred_on + 20", "closed", 40),
    _incidents("closed_on = occurred_on - 1", "closed before", 4),
    _incidents("occurred_at = NULL", "no time", 20),
    """INSERT INTO core.after_action_reviews BY NAME
       SELECT 'H-' || incident_code AS review_code, incident_code,
         'inquiry' AS review_kind, 'near_base' AS trigger, occurred_on AS started_on,
         closed_on + 60 + (hash(incident_code) % 2)::INT AS completed_on,
         mission, file_sha256, sheet, row_number
       FROM core.incidents WHERE hash(incident_code || 'reviewed') % 3 = 0""",
    # D-OP-08: done before, on and after the day first agreed; dropped on it and after it
    """INSERT INTO core.recommendations BY NAME
       SELECT 'R-' || row_number() OVER (ORDER BY incident_code) AS recommendation_code,
         'review' AS source_kind, area_code, 'poc_adviser' AS owner_role,
         occurred_on AS made_on, occurred_on + 30 AS first_due_on, occurred_on + 50 AS due_on,
         CASE WHEN hash(incident_code) % 6 < 3
           THEN occurred_on + 29 + (hash(incident_code) % 6)::INT END AS done_on,
         CASE WHEN hash(incident_code) % 6 IN (3, 4)
           THEN occurred_on + 27 + (hash(incident_code) % 6)::INT END AS dropped_on,
         mission, file_sha256, sheet, row_number
       FROM core.incidents WHERE hash(incident_code || 'recommended') % 3 = 0""",
    # 38
    _incidents(
        "linked_operation = ['un_police', 'un_military', 'joint_host_state', 'none']"
        "[(hash(incident_code) % 4)::INT + 1], operation_type = "
        "['search', 'public_order', NULL][(hash(incident_code) % 3)::INT + 1]",
        "linked", 40,
    ),
    _incidents("against_civilians = false", "fighters", 30),
    # 42: a person decides what the place leaves open
    _incidents("near_base = true", "near", 4),
    _incidents("near_base = false", "far", 4),
    _incidents("deaths_civilian = 0, injured_civilian = 0", "unharmed", 70),
    _incidents("site_code = NULL", "elsewhere", 5),
    f"UPDATE core.incident_victims SET sex = '_U' "
    f"WHERE {_some('incident_code || sex || age_group || harm', 'unknown', 10)}",
    f"DELETE FROM core.incident_victims WHERE {_some('incident_code', 'unlisted', 30)}",
    # 39: no figure before the first; the last one holds; a total without sex and age
    """DELETE FROM core.population WHERE area_code IN ('Hamsa-S1', 'Dorima-S1')
       AND reference_on < DATE '2025-06-01'""",
    """DELETE FROM core.population WHERE area_code = 'Gorou-S1'
       AND reference_on > DATE '2025-02-01'""",
    "DELETE FROM core.population WHERE area_code = 'Kessi-S1'",
    "UPDATE core.areas SET site_kind = 'host_community' WHERE area_code = 'Lomara-S1'",
]  # fmt: skip
_CELL = "listed_on || area_code || host_state_actor || rank_group || sex"
_LIST = "listed_on || area_code || host_state_actor"
_CENSUS = [  # 15, 33
    f"DELETE FROM core.police_census WHERE {_some(_LIST, 'no list', 15)}",
    f"UPDATE core.police_census SET officers_vetted_count = NULL WHERE {_some(_CELL, 'null', 10)}",
    f"UPDATE core.police_census SET officers_vetted_count = NULL WHERE {_some(_LIST, 'all', 8)}",
    f"UPDATE core.police_census SET sex = '_U' WHERE sex = 'M' AND {_some(_LIST, 'unknown', 20)}",
    f"UPDATE core.police_census SET rank_group = '_U' WHERE rank_group = 'middle' "
    f"AND {_some(_LIST, 'rank', 20)}",
    f"UPDATE core.police_census SET listed_on = listed_on + 40 WHERE {_some(_LIST, 'later', 20)}",
    f"UPDATE core.police_census SET listed_on = DATE '2026-10-16' WHERE listed_on = "
    f"DATE '2026-07-31' AND {_some('area_code || host_state_actor', 'after', 10)}",
    "DELETE FROM core.police_census WHERE area_code = 'Zorgane'",
]
_SURVEYS = [
    # 16: a stratum of one unit, no unit, no fpc, units nested in the stratum only
    "UPDATE core.survey_respondents SET psu = 'only' WHERE stratum = 'Aroko' AND wave = '1'",
    "UPDATE core.survey_respondents SET psu = NULL WHERE stratum = 'Beldane' AND wave = '2'",
    "UPDATE core.survey_respondents SET fpc_psu = NULL WHERE wave = '2' AND stratum > 'Fande'",
    "UPDATE core.survey_respondents SET psu = right(psu, 2) WHERE wave = '3'",
    # who is in the domain, who in the design
    _respondents("sex = '_U'", "unknown", 4),
    _respondents("sex = NULL", "not asked", 3),
    _respondents("age_group = NULL", "age", 4),
    _respondents("is_adult = false", "child", 4),
    _respondents("is_adult = NULL", "adult unknown", 2),
    _respondents("consent_given = false", "no consent", 3),
    _respondents("result = 'partial'", "partial", 5, "result = 'complete'"),
    _respondents("displacement_status = NULL", "status", 4),
    # wave 2 was not asked one item; its last interview is a partial one in the next month
    "DELETE FROM core.survey_answers WHERE wave = '2' AND item = 'safe_walking_night'",
    "UPDATE core.survey_answers SET answer = 'not_asked' "
    "WHERE wave = '3' AND item = 'trust_host_police'",
    """UPDATE core.survey_respondents SET interviewed_on = DATE '2025-09-02', result = 'partial'
       WHERE respondent_key = (SELECT max(respondent_key) FROM core.survey_respondents
         WHERE wave = '2' AND instrument = 'household' AND result = 'complete')""",
    # a second survey of the same year; one wave ends after the as-of date
    """UPDATE core.survey_respondents SET interviewed_on = interviewed_on + 240
       WHERE wave = '3' AND instrument = 'site'""",
]

_LAST_OF_AUGUST = "DATE '2025-08-31'"  # six months later is the last day of February
_UN_POLICE = [
    # 1, 8, 18
    _change("referrals", "referral_code", "unit_code = 'MIL-North'", "soldiers", 8),
    _change("referrals", "referral_code", "observed_on = referred_on + 1", "before", 5),
    _change("referrals", "referral_code", "observed_on = NULL", "unseen", 5),
    _change("referrals", "referral_code", "referred_on = DATE '2026-10-16'", "after", 2),
    # 28: day 30 is in time; who leaves before it stays
    _change("un_personnel", "personnel_key", "poc_certificate_on = arrived_on + 30", "in time", 8),
    _change("un_personnel", "personnel_key", "poc_certificate_on = arrived_on + 31", "late", 8),
    _change("un_personnel", "personnel_key", "departed_on = arrived_on + 3", "gone", 8),
    _change("un_personnel", "personnel_key", "arrived_on = DATE '2026-09-15'", "ripe", 1),
    _change("un_personnel", "personnel_key", "arrived_on = DATE '2026-09-16'", "unripe", 1),
    # 29
    _change(
        "un_detentions", "detention_code",
        "ended_at = started_at + INTERVAL 48 HOUR, limit_hours = 48", "limit", 10,
    ),
    _change(
        "un_detentions", "detention_code",
        "ended_at = started_at + INTERVAL 2881 MINUTE, limit_hours = 48", "over", 10,
    ),
    _change(
        "un_detentions", "detention_code", "ended_at = started_at - INTERVAL 1 HOUR", "before", 5
    ),
    _change(
        "un_detentions", "detention_code",
        "ended_at = date_trunc('month', ended_at) - INTERVAL 30 MINUTE", "edge", 8,
    ),
    _change("un_detentions", "detention_code", "ended_at = NULL", "held", 5),
    _change("un_detentions", "detention_code", "detention_end = NULL", "unknown", 5),
    _change("un_detentions", "detention_code", "unit_code = 'MIL-South'", "soldiers", 5),
    _change(
        "un_detentions", "detention_code", "ended_at = TIMESTAMP '2026-10-16 08:00'", "after", 3
    ),
]  # fmt: skip
_COURSE = "officer_key || course_code"
_VISIT = "visit_code || coalesce(sex, '') || coalesce(age_group, '')"
_HOST_STATE = [
    # 31: one day is enough; the same officer and topic twice in a year, and in two years
    _change("training", _COURSE, "duration_days = 0.9", "short", 5),
    _change("training", _COURSE, "duration_days = NULL", "length unknown", 3),
    _change("training", _COURSE, "duration_days = 1.0", "one day", 5),
    _change("training", _COURSE, "sex = NULL", "not asked", 4),
    _change("training", _COURSE, "course_topic = 'human_rights'", "rights", 30),
    _change(
        "training", _COURSE, "officer_key = 'O-' || (hash(course_code) % 7)::VARCHAR", "again", 10
    ),
    _change("training", _COURSE, "host_state_actor = 'interior_ministry'", "ministry", 4),
    _change("training", _COURSE, "completed_on = DATE '2026-10-16'", "after", 2),
    _change("training", _COURSE, "test_passed = NULL", "no result", 4),
    _change("training", _COURSE, "started_on = completed_on + 1", "backwards", 3),
    # 44: three to six months
    *(
        _change("training", _COURSE, f"observed_on = {day}, skill_applied = true", day, 4)
        for day in [
            "CAST(completed_on + INTERVAL 3 MONTH AS DATE)",
            "CAST(completed_on + INTERVAL 3 MONTH AS DATE) - 1",
            "CAST(completed_on + INTERVAL 6 MONTH AS DATE)",
            "CAST(completed_on + INTERVAL 6 MONTH AS DATE) + 1",
        ]
    ),
    _change("training", _COURSE, "skill_applied = NULL", "unrated", 4),
    _change("custody_visits", _VISIT, "detainees_with_arrest_date = NULL", "no dates", 5),
    _change("custody_visits", _VISIT, "detainees_past_limit = NULL", "no limit", 5),
    # 14, 18
    _change(
        "justice_cases", "case_code", f"referred_on = {_LAST_OF_AUGUST}, "
        "prosecutor_received_on = DATE '2026-02-28'", "february", 10,
    ),
    _change(
        "justice_cases", "case_code", f"referred_on = {_LAST_OF_AUGUST}, "
        "prosecutor_received_on = DATE '2026-03-01'", "march", 10,
    ),
    _change("justice_cases", "case_code", "prosecutor_received_on = referred_on - 1", "before", 8),
    _change("police_complaints", "complaint_code", "closed_on = received_on + 90", "in time", 10),
    _change("police_complaints", "complaint_code", "closed_on = received_on + 91", "late", 10),
    _change("police_complaints", "complaint_code", "closed_on = received_on - 1", "before", 5),
    _change("police_complaints", "complaint_code", "has_written_finding = NULL", "unwritten", 10),
    # 36
    _change("commitments", "commitment_code", "acted_on = made_on + 60", "in time", 10),
    _change("commitments", "commitment_code", "acted_on = made_on + 61", "late", 10),
    _change("commitments", "commitment_code", "acted_on = made_on - 1", "before", 5),
    _change("commitments", "commitment_code", "verified_on = DATE '2026-10-16'", "after", 10),
    _change("commitments", "commitment_code", "verified_on = DATE '2026-10-15'", "last", 10),
    _change("local_agreements", "agreement_code", f"signed_on = {_LAST_OF_AUGUST}", "signed", 20),
    _change(
        "local_agreements", "agreement_code",
        "violent_breach_on = CAST(signed_on + INTERVAL 6 MONTH AS DATE)", "last day", 10,
    ),
    _change(
        "local_agreements", "agreement_code",
        "violent_breach_on = CAST(signed_on + INTERVAL 6 MONTH AS DATE) + 1", "day after", 10,
    ),
    _change("local_agreements", "agreement_code", "violent_breach_on = signed_on - 1", "old", 5),
    _change("local_agreements", "agreement_code", "followed_up_on = signed_on - 1", "early", 5),
    _change(
        "local_agreements", "agreement_code", "followed_up_on = DATE '2026-10-16'", "after", 10
    ),
]  # fmt: skip
_RIGHTS = "month || area_code || mechanism || violation_type || alleged_actor_type || sex"
_HARM = [
    # a rise of one area that is one
    """INSERT INTO core.referrals SELECT referrals.* REPLACE (
         referral_code || '-' || number AS referral_code,
         row_number + 700000 * number AS row_number)
       FROM core.referrals CROSS JOIN range(1, 5) AS again(number)
       WHERE area_code = 'Vanko' AND observed_on >= DATE '2026-07-01'""",
    # decision 0019: a fall in what came that is none if the areas without are as high as before
    _change("rights_monitoring", "area_code || month || violation_type",
            "violations_count = 0, incidents_count = 0", "fewer", 75)
    + " AND month >= DATE '2026-07-01'",
    _change("rights_monitoring", _RIGHTS, "incidents_count = NULL", "no incidents", 5),
    _change("rights_monitoring", _RIGHTS, "violations_count = NULL", "no violations", 5),
    _change("rights_monitoring", _RIGHTS, "allegations_referred = NULL", "no referral", 5),
    _change("rights_monitoring", _RIGHTS, "allegations_with_follow_up = NULL", "no action", 5),
    _change("rights_monitoring", _RIGHTS, "month = DATE '2026-10-01'", "running", 3),
    _change("rights_monitoring", _RIGHTS, "mechanism = 'mrm'", "grave", 20),
    _change("rights_monitoring", _RIGHTS, "mechanism = 'mara'", "sexual", 20),
    _change("displacement_events", "displacement_code", "cause = 'violence'", "fled", 50),
    _change(
        "displacement_events", "displacement_code", "displaced_on = DATE '2026-10-16'", "after", 4
    ),
    _change("displacement_events", "displacement_code", "age_group = 'Y0T17'", "children", 20),
]  # fmt: skip
_HELD = "register_code || entry_code"
_REGISTERS = [
    # 4, 15: the last valid day, the first
    _change("registers", _HELD, "valid_to = DATE '2025-06-30'", "last day", 8),
    _change("registers", _HELD, "valid_to = DATE '2025-07-01'", "day after", 8),
    _change("registers", _HELD, "valid_from = DATE '2025-04-01'", "first day", 8),
    _change("registers", _HELD, "valid_from = DATE '2025-04-02'", "too late", 8),
    # 4: the newest of two versions; the last valid day; a place and a kind that change
    f"""INSERT INTO core.registers SELECT * REPLACE (
         valid_from + 400 AS valid_from, NULL AS valid_to, row_number + 1000 AS row_number,
         (SELECT min(area_code) FROM core.areas WHERE area_level = 'admin2') AS area_code,
         CASE WHEN facility_type IS NOT NULL THEN 'camp' END AS facility_type)
       FROM core.registers WHERE {_some(_HELD, "version", 25)}""",
    # two registers may use one code
    """UPDATE core.registers SET entry_code = (SELECT min(entry_code) FROM core.registers
         WHERE register_code = 'community_network')
       WHERE entry_code = (SELECT min(entry_code) FROM core.registers
         WHERE register_code = 'coverage_locality')""",
    # P1-OP-04: meetings of many networks, some not minuted, not completed, not of the police
    """UPDATE core.activities SET activity_type = 'network_meeting', minutes_recorded = true,
         network_code = 'N-' || lpad((hash(activity_code) % 120)::VARCHAR, 4, '0')
       WHERE hash(activity_code || 'network') % 4 = 0""",
    _activities("minutes_recorded = false", "oral", 20, "activity_type = 'network_meeting'"),
    _activities("minutes_recorded = NULL", "unsaid", 10, "activity_type = 'network_meeting'"),
    # P3-OP-06
    _change("custody_visits", "visit_code", "visiting_component = 'human_rights'", "others", 20),
    _change("custody_visits", "visit_code", "visiting_component = 'joint'", "joint", 20),
    _change("custody_visits", "visit_code", "visited_on = DATE '2026-10-16'", "after", 2),
    _change("custody_visits", "visit_code", "visited_on = DATE '2025-03-31'", "quarter", 2),
    # P3-OC-03: a row counts for three months more; exactly five days; another service
    "DELETE FROM core.police_posts WHERE hash(entry_code || month) % 5 < 3",
    "DELETE FROM core.police_posts WHERE hash(entry_code) % 9 = 0",
    _change("police_posts", "entry_code || month", "open_days_per_week = 5, staffed = true",
            "five", 10),
    _change("police_posts", "entry_code || month", "open_days_per_week = 4.5", "four", 8),
    _change("police_posts", "entry_code || month", "open_days_per_week = NULL", "unknown", 8),
    _change("police_posts", "entry_code || month", "host_state_actor = 'armed_forces'", "army", 10),
    _change("police_posts", "entry_code || month", "month = month + INTERVAL 30 YEAR", "after", 2),
]  # fmt: skip
_MORE = [
    # 3, 5: who is no component; a place near a site
    _activities("partner_components = ['humanitarian']", "relief", 25,
                "activity_type = 'exercise'"),
    _activities("area_code = 'Hamsa-S1', location_precision = 'near'", "near a site", 3),
    # 6: half an hour after local midnight of a month's first day is the day before in UTC
    _alerts("confirmed_at = date_trunc('month', confirmed_at) - INTERVAL 30 MINUTE, "
            "arrived_at = date_trunc('month', confirmed_at), responding_component = 'police', "
            "responding_unit_code = NULL", "midnight", 8),
    _alerts("received_at = date_trunc('month', received_at) - INTERVAL 30 MINUTE "
            "- INTERVAL 1 HOUR * 24, level = 'high', action_needed = true, first_action_at = NULL",
            "due at midnight", 8),
    _alerts("first_action_at = date_trunc('month', received_at) + INTERVAL 45 DAY, "
            "confirmed_at = received_at, responding_component = 'police', "
            "responding_unit_code = NULL", "acted", 8),
    _alerts("first_action_at = date_trunc('month', first_action_at) - INTERVAL 30 MINUTE "
            "- INTERVAL 14 DAY, received_at = date_trunc('month', first_action_at) "
            "- INTERVAL 40 DAY", "ripe at midnight", 10, "first_action_at IS NOT NULL"),
    # 8: not yet due; a breach that is not known yet
    _alerts("received_at = TIMESTAMP '2026-10-14 08:00', level = 'low', action_needed = true, "
            "first_action_at = NULL, merged_into = NULL", "not due", 3),
    _change("local_agreements", "agreement_code", "followed_up_on = NULL, "
            "violent_breach_on = DATE '2026-10-16'", "breach after", 10),
]  # fmt: skip
_DAY_OF_ALERT = "CAST(a.received_at + INTERVAL 1 HOUR AS DATE)"
_DUE_OF_ALERT = (
    "a.received_at + INTERVAL 1 HOUR * CASE a.level WHEN 'high' THEN 24 WHEN 'medium' THEN 48 "
    "ELSE 72 END"
)
_DEPLOYED = "deployment_code"
_ADDED = [
    # 51: a warning 1, 14 and 15 days before and on the day; of the area and of the one above
    *(
        f"""UPDATE core.incidents SET occurred_on = {_DAY_OF_ALERT} + {days},
              area_code = a.area_code, date_precision = 'day', location_precision = 'exact',
              against_civilians = true, incident_type = 'injury'
            FROM (SELECT *, row_number() OVER (ORDER BY alert_code) AS number FROM core.alerts) AS a
            WHERE {_some("incident_code", f"warned {days}", 6)}
              AND hash(incident_code) % 300 = number"""
        for days in (0, 1, 14, 15)
    ),
    # 53, 54, 56: reasons with and without a caveat, nights without persons, no woman
    _activities(
        "status = ['cancelled', 'aborted', 'completed'][(hash(activity_code) % 3)::INT + 1], "
        "status_reason = ['vehicle', 'caveat', 'escort', 'clearance', 'weather', 'fuel', 'medevac']"
        "[(hash(activity_code || 'why') % 7)::INT + 1], "
        "national_caveat = [true, false, NULL][(hash(activity_code || 'caveat') % 3)::INT + 1]",
        "called off", 15, "activity_type = 'patrol'",
    ),
    _activities("nights_out = (hash(activity_code) % 4)::INT", "nights", 30),
    _activities("women_personnel_count = 0", "men", 15),
    _activities("women_personnel_count = NULL", "unsaid women", 15),
    # 52: day 0, 7 and 8, and the day before; by soldiers too
    *(
        f"""UPDATE core.activities SET hot_spot_code = s.hot_spot_code, activity_type = 'patrol',
              status = 'completed',
              started_at = CAST(s.valid_from AS TIMESTAMP) + INTERVAL ({days}) DAY {clock}
            FROM (SELECT *, row_number() OVER (ORDER BY hot_spot_code) AS number
                  FROM core.hot_spots WHERE valid_from > DATE '2024-02-01') AS s
            WHERE {_some("activity_code", f"spot {days}", 12)}
              AND hash(activity_code) % 200 = number"""
        for days, clock in ((-1, ""), (0, ""), (7, "+ INTERVAL 1350 MINUTE"), (8, ""))
    ),
    _change("hot_spots", "hot_spot_code", "priority = '1'", "urgent", 50),
    _change("hot_spots", "hot_spot_code", "priority = NULL", "unranked", 8),
    # 58, 60: a message as the hours end and a minute later, before receipt, called off
    _alerts("threat_type = 'hate_speech'", "hate", 25),
    _alerts("threat_type = 'disinformation'", "rumour", 10),
    _alerts("responding_component = 'host_state_police'", "host State", 25),
    *(
        f"""UPDATE core.activities SET answers_alert_code = a.alert_code,
              activity_type = 'public_information', status = '{status}', started_at = {moment}
            FROM (SELECT *, row_number() OVER (ORDER BY alert_code) AS number FROM core.alerts
                  WHERE threat_type IN ('hate_speech', 'disinformation')) AS a
            WHERE {_some("activity_code", f"message {name}", 12)}
              AND hash(activity_code) % 150 = number"""
        for name, status, moment in (
            ("in time", "completed", _DUE_OF_ALERT),
            ("late", "completed", f"{_DUE_OF_ALERT} + INTERVAL 1 MINUTE"),
            ("early", "completed", "a.received_at - INTERVAL 1 MINUTE"),
            ("none", "aborted", "a.received_at + INTERVAL 1 HOUR"),
        )
    ),
    # 57
    _change("referrals", "referral_code", "referral_kind = 'mrm'", "children", 20),
    _change("referrals", "referral_code", "referral_kind = 'mara'", "women", 15),
    # 55: a year on to the day and the day after; no longer valid; never exercised
    _change("preparedness", "base_code || plan_kind || reviewed_on",
            "reviewed_on = DATE '2024-06-30'", "a year", 6),
    _change("preparedness", "base_code || plan_kind || reviewed_on",
            "exercised_on = DATE '2025-09-29'", "day too late", 10),
    _change("preparedness", "base_code || plan_kind || reviewed_on",
            "exercised_on = DATE '2025-09-30'", "last day", 10),
    _change("preparedness", "base_code || plan_kind || reviewed_on", "valid_to = reviewed_on + 90",
            "short", 15),
    _change("preparedness", "base_code || plan_kind || reviewed_on", "exercised_on = NULL", "none",
            15),
    # 61: the police of many areas leave, on one day at two bases, or into a new deployment
    f"""UPDATE core.deployments SET to_on = DATE '2025-08-31'
        WHERE component = 'police' AND {_some(_DEPLOYED, "left", 40)}""",
    f"""UPDATE core.deployments SET to_on = DATE '2026-01-15'
        WHERE component = 'police' AND {_some(_DEPLOYED, "left later", 20)}""",
    f"""INSERT INTO core.deployments SELECT * REPLACE (
          'R-' || deployment_code AS deployment_code, to_on + 1 AS from_on, NULL AS to_on,
          row_number + 1000 AS row_number)
        FROM core.deployments WHERE to_on IS NOT NULL AND {_some(_DEPLOYED, "relieved", 25)}""",
    f"""INSERT INTO core.deployments SELECT * REPLACE (
          'T-' || deployment_code AS deployment_code, base_code || '-2' AS base_code,
          row_number + 2000 AS row_number)
        FROM core.deployments WHERE to_on IS NOT NULL AND {_some(_DEPLOYED, "twice", 40)}""",
    # 62: day 60 and 61, closed before the start, of soldiers, nobody heard
    _change("operations", "operation_code", "closed_on = started_on - 1", "before", 6),
    _change("operations", "operation_code", "unit_code = 'MIL-North'", "soldiers", 10),
    """UPDATE core.after_action_reviews AS r
       SET completed_on = o.closed_on + 60 + (hash(review_code) % 2)::INT, started_on = o.closed_on
       FROM core.operations AS o WHERE o.operation_code = r.operation_code
         AND hash(review_code || 'day') % 2 = 0""",
    _change("after_action_reviews", "review_code", "perceptions_heard = NULL", "unsaid", 10),
]  # fmt: skip
