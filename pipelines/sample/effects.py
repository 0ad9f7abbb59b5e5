"""What is planted in the sample: every effect, null and trap with its size, in one place."""

from datetime import date

# Each effect multiplies a rate on the days after a completed activity in the same area, the day of
# the activity not counted. Rotas do not look at incidents.
DAYS_AFTER = 14

# Night patrols and incidents at sites, by a rota of four weeks.
NIGHT_PATROL_FACTOR = 0.60

# Liaison visits and attacks on those who fetch water or wood: a rota of four weeks in areas
# without sites.
LIAISON_FACTOR = 0.60
LIAISON_AREAS = (
    "Mavora", "Nabeko", "Cassou", "Ondari", "Perrou", "Quelba", "Rutano", "Sefari", "Tombeya",
    "Ulenga", "Essari", "Wellori", "Yambesa", "Zorgane", "Akume", "Birani", "Cherou", "Dabosso",
    "Ekoya", "Folima", "Guirou", "Houmba", "Isanga", "Kolbe",
)  # fmt: skip

# Trap: hot-spot patrols and violence outside sites. There is an effect, but patrols answer what
# happened: one more on one of the days after this share of incidents.
HOT_SPOT_FACTOR = 0.65
HOT_SPOT_ROUTINE_A_MONTH = 0.6  # by area, whatever happens
HOT_SPOT_ANSWERED_SHARE = 0.30
HOT_SPOT_ANSWER_DAYS = (1, 7)

# Trap: network meetings and alerts; who holds the meetings writes the alerts down.
NETWORK_MEETING_FACTOR = 1.5

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
        "night_patrols_and_incidents_at_sites": _edge("P2-OP-04", "P2-OC-07", NIGHT_PATROL_FACTOR),
        "liaison_visits_and_attacks_at_water_and_wood": {
            **_edge("D-OP-05", "D-OC-05", LIAISON_FACTOR),
            "areas": list(LIAISON_AREAS),
        },
        "hot_spot_patrols_and_violence_outside_sites": {
            **_edge("D-OP-06", "D-OC-06", HOT_SPOT_FACTOR),
            "trap": "patrols answer incidents",
            "answered_share": HOT_SPOT_ANSWERED_SHARE,
            "answered_within_days": list(HOT_SPOT_ANSWER_DAYS),
        },
        "network_meetings_and_alerts": {
            **_edge("D-OP-07", "P2-OP-09", NETWORK_MEETING_FACTOR),
            "trap": "those who hold the meetings write the alerts down",
        },
        "weapons_searches_and_incidents_at_sites": _edge("P2-OP-13", "P2-OC-07", 1.0),
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


def _edge(output: str, outcome: str, factor: float) -> dict[str, object]:
    return {"edge": [output, outcome], "rate_factor": factor, "days_after": DAYS_AFTER}
