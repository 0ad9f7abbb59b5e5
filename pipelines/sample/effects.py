"""What is planted in the sample: every effect, null and trap with its size (`effects.yaml`)."""

from pipelines.sample.facts import facts

_SAID = facts("effects")
_PLANTED = _SAID["planted"]
_LIAISON = _PLANTED["liaison_visits_and_attacks_at_water_and_wood"]
_HOT_SPOTS = _PLANTED["hot_spot_patrols_and_violence_outside_sites"]
_TEAMS = _PLANTED["women_teams_and_raising_a_concern"]
_REPORTING = _PLANTED["trap_reporting_rises_with_presence"]
_LOGGED = _PLANTED["trap_logged_and_not_seen"]
_MISSING = _PLANTED["missing"]

DAYS_AFTER = _SAID["days_after"]
NIGHT_PATROL_FACTOR = _PLANTED["night_patrols_and_incidents_at_sites"]["rate_factor"]
LIAISON_FACTOR, LIAISON_AREAS = _LIAISON["rate_factor"], _LIAISON["areas"]
HOT_SPOT_FACTOR = _HOT_SPOTS["rate_factor"]
HOT_SPOT_ROUTINE_A_MONTH = _SAID["hot_spot_routine_a_month"]
HOT_SPOT_ANSWERED_SHARE = _HOT_SPOTS["answered_share"]
HOT_SPOT_ANSWER_DAYS = _HOT_SPOTS["answered_within_days"]
NETWORK_MEETING_FACTOR = _PLANTED["network_meetings_and_alerts"]["rate_factor"]
WOMEN_TEAM_LOG_ODDS, WOMEN_TEAMS_FROM = _TEAMS["log_odds"], _TEAMS["from_by_sector"]
REPORTING_AREAS, REPORTING_FACTOR = tuple(_REPORTING["areas"]), _REPORTING["rate_factor"]
REPORTING_DAYS = _REPORTING["days_after"]
LOGGED_NOT_SEEN_AREA, LOGGED_FACTOR = _LOGGED["area"], _LOGGED["logged_factor"]
SEEN_PCT = _LOGGED["seen_weekly_pct"]
SITE_YEARLY_FACTOR = _PLANTED["incidents_at_sites_yearly_factor"]
ANSWERED_IN_TIME_PCT = _PLANTED["alerts_answered_in_time_pct"]

# What is missing on purpose.
SILENT_AREA, SILENT_FROM = _MISSING["nothing_sent"].values()
CLOSED_AREA, CLOSED_FROM = _MISSING["no_access"].values()
UNVISITED_AREA, UNVISITED_FROM = _MISSING["no_activity"].values()
LATE_UNIT, LATE_MONTH = _SAID["late"].values()
NIL_UNIT, NIL_MONTHS = _SAID["nil"].values()
HARM_UNCHECKED_FROM = _MISSING["harm_not_checked_from"]
SITES_HARDLY_REACHED_IN_WAVE, SITE_RESPONDENTS_THEN = _MISSING["sites_hardly_reached"].values()


def planted() -> dict[str, object]:
    """What is planted, for `truth.json`; with each edge the days over which it acts."""
    after = {"days_after": DAYS_AFTER}
    tables = {name: said for name, said in _PLANTED.items() if isinstance(said, dict)}
    return _PLANTED | {name: said | after for name, said in tables.items() if "edge" in said}


def waves(name: str) -> list[float]:
    """Favourable answers by wave 1 to 4 that are planted under this name, in per cent."""
    return list(_PLANTED[name]["waves"])
