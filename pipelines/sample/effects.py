"""What is planted in the sample: every effect, null and trap with its size, in one place."""

from datetime import date

# Night patrols and incidents at sites: in the 14 days after a completed night patrol in the same
# area, incidents at its sites are this many times as frequent. Night duty goes by a rota that
# does not look at incidents.
NIGHT_PATROL_FACTOR = 0.72
NIGHT_PATROL_DAYS = 14

# Women's patrol teams and P1-OC-05: log odds where a team is at work, and the first day of the
# teams by sector; a sector that is not named has none by September 2026.
WOMEN_TEAM_LOG_ODDS = 0.9
WOMEN_TEAMS_FROM = {
    "Aroko": date(2025, 4, 1),
    "Hamsa": date(2025, 4, 1),
    "Cassou": date(2025, 4, 1),
    "Fande": date(2025, 10, 1),
    "Dorima": date(2025, 10, 1),
    "Beldane": date(2026, 3, 1),
    "Essari": date(2026, 3, 1),
    "Jebala": date(2026, 3, 1),
    "Lomara": date(2026, 3, 1),
    "Gorou": date(2026, 3, 1),
}

# Favourable answers by wave 1 to 4, in percent of those who answer. Safety rises by 5 points a
# wave; trust in host-State police never moves, whatever is done.
SAFE_WALKING_PCT = (26.0, 31.0, 36.0, 41.0)
TRUST_PCT = (28.0, 28.0, 28.0, 28.0)

# Trap: in these areas more is reported by UN police in the 14 days after more day patrols than
# usual, though no more happens.
REPORTING_AREAS = ("Mavora", "Tombeya", "Kolbe", "Yambesa")
REPORTING_FACTOR = 1.5
REPORTING_DAYS = 14

# Trap: Kessi logs many patrols, few residents see any.
LOGGED_NOT_SEEN_AREA = "Kessi"
LOGGED_FACTOR = 3.0
SEEN_PCT = 18.0

# Incidents at sites fall by this factor a year, apart from night patrols.
SITE_YEARLY_FACTOR = 0.90

# Alerts answered within their target time, in percent of those that need action, by year.
ANSWERED_IN_TIME_PCT = {2024: 58.0, 2025: 63.0, 2026: 63.0}

# What is missing on purpose.
SILENT_AREA, SILENT_FROM = "Kessi", date(2026, 7, 1)
CLOSED_AREA, CLOSED_FROM = "Ilora", date(2026, 8, 9)
UNVISITED_AREA, UNVISITED_FROM = "Gorou", date(2026, 9, 12)
LATE_UNIT, LATE_MONTH = "FPU-3", date(2026, 9, 1)
NIL_UNIT, NIL_MONTHS = "SPT-Gender", (date(2025, 12, 1), date(2026, 4, 1))
HARM_UNCHECKED_FROM = date(2026, 7, 1)
SITES_HARDLY_REACHED_IN_WAVE, SITE_RESPONDENTS_THEN = 4, 24


def planted() -> dict[str, object]:
    """Everything above as one JSON object, for `truth.json`."""
    return {
        "night_patrols_and_incidents_at_sites": {
            "edge": ["P2-OP-04", "P2-OC-07"],
            "rate_factor": NIGHT_PATROL_FACTOR,
            "days_after": NIGHT_PATROL_DAYS,
            "exposure": "a completed night patrol in the same area in the days before",
        },
        "women_teams_and_raising_a_concern": {
            "indicator": "P1-OC-05",
            "log_odds": WOMEN_TEAM_LOG_ODDS,
            "from_by_sector": {name: day.isoformat() for name, day in WOMEN_TEAMS_FROM.items()},
        },
        "safety_by_wave_pct": {"indicator": "P2-OC-05", "waves": list(SAFE_WALKING_PCT)},
        "trust_by_wave_pct": {"indicator": "P3-OC-02", "waves": list(TRUST_PCT), "effect": None},
        "incidents_at_sites_yearly_factor": SITE_YEARLY_FACTOR,
        "alerts_answered_in_time_pct": {
            str(year): share for year, share in ANSWERED_IN_TIME_PCT.items()
        },
        "trap_reporting_rises_with_presence": {
            "areas": list(REPORTING_AREAS),
            "rate_factor": REPORTING_FACTOR,
            "days_after": REPORTING_DAYS,
        },
        "trap_logged_and_not_seen": {
            "area": LOGGED_NOT_SEEN_AREA,
            "logged_factor": LOGGED_FACTOR,
            "seen_weekly_pct": SEEN_PCT,
        },
        "missing": {
            "nothing_sent": {"area": SILENT_AREA, "from": SILENT_FROM.isoformat()},
            "no_access": {"area": CLOSED_AREA, "from": CLOSED_FROM.isoformat()},
            "no_activity": {"area": UNVISITED_AREA, "from": UNVISITED_FROM.isoformat()},
            "harm_not_checked_from": HARM_UNCHECKED_FROM.isoformat(),
            "sites_hardly_reached": {
                "wave": SITES_HARDLY_REACHED_IN_WAVE,
                "respondents": SITE_RESPONDENTS_THEN,
            },
        },
    }
