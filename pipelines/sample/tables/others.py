"""The tables beside activities, incidents, alerts and surveys: drawn in order, and their files."""

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from pipelines.sample.days.returns import Owed
from pipelines.sample.files.faults import BAD_SHARE
from pipelines.sample.tables import harm, host_state, readiness, reviews, un_police
from pipelines.sample.tables.places import Places
from pipelines.sample.tables.un_police import Assessments


@dataclass(frozen=True)
class FileOf:
    """The file of one table; `{year}` in its name: one a year of `day_column`.

    An export of an earlier day holds the rows up to it by `day_column`; without one, all.
    """

    name: str
    bad_share: float = BAD_SHARE
    day_column: str = ""
    filled_in_later: tuple[str, ...] = ()


FILES: Mapping[str, FileOf] = {  # by table; the source of the mapping has the same name
    "areas": FileOf("areas.csv", 0.0),
    "units": FileOf("units.csv", 0.0),
    "population": FileOf("population_2023_2026.csv", 0.01),
    "deployments": FileOf("deployments.xlsx", 0.0),
    "police_census": FileOf("police_census_2024_2026.xlsx", 0.01, "listed_on"),
    "alerts": FileOf("alerts_2024_2026.csv", day_column="received_at"),
    "incident_victims": FileOf("victims_2024_2026.csv", 0.01),
    "reporting_returns": FileOf("reporting_returns_{year}.csv", 0.004, "month"),
    "registers": FileOf("registers_2023_2026.csv", 0.02),
    "hot_spots": FileOf("hot_spots.csv", 0.03, "valid_from"),
    "route_days": FileOf("route_days_2024_2026.csv", 0.005, "agreed_on"),
    "hrddp_assessments": FileOf("hrddp_assessments.xlsx", 0.02, "completed_on"),
    "un_personnel": FileOf("un_personnel.csv", 0.01, "arrived_on"),
    "un_detentions": FileOf("un_detentions.csv", 0.05, "started_at"),
    "referrals": FileOf("referrals_{year}.csv", 0.05, "referred_on"),
    "displacement_events": FileOf("displacement_2024_2026.csv", 0.03, "displaced_on"),
    "rights_monitoring": FileOf("rights_monitoring_{year}.csv", 0.02, "month"),
    "after_action_reviews": FileOf("after_action_reviews.xlsx", 0.04, "started_on"),
    "threat_assessments": FileOf("threat_assessments.xlsx", 0.02, "quarter"),
    "training": FileOf("formations_{year}.xlsx", 0.05, "started_on"),
    "custody_visits": FileOf("visites_{year}.csv", 0.05, "visited_on"),
    "police_posts": FileOf("postes_de_police.xlsx", 0.02, "month"),
    "justice_cases": FileOf("justice_cases.csv", 0.04, "referred_on"),
    "police_complaints": FileOf("plaintes.csv", 0.05, "received_on"),
    "commitments": FileOf("engagements.csv", 0.05, "made_on", ("acted_on", "verified_on")),
    "local_agreements": FileOf("local_agreements.csv", 0.04, "signed_on"),
    "operations": FileOf("operations.csv", 0.03, "started_on", ("closed_on",)),
    "preparedness": FileOf("base_plans.xlsx", 0.02, "reviewed_on", ("exercised_on",)),
    "community_feedback": FileOf("community_feedback.csv", 0.03, "heard_on"),
    "benchmarks": FileOf("transition_benchmarks.csv", 0.0, "quarter"),
}


@dataclass(frozen=True)
class Basis:
    """What is drawn before these tables, and what they refer to."""

    owed: Mapping[str, Owed]
    places: Places
    assessments: Assessments
    deployments: pa.Table
    incidents: pa.Table
    victims: pa.Table
    alerts: pa.Table


def draw_tables(seed: int, basis: Basis) -> dict[str, pa.Table]:
    """Rows by table, in the order in which they are written."""
    owed, places = basis.owed, basis.places
    incidents, victims = basis.incidents, basis.victims
    return {
        "registers": places.registers,
        "hot_spots": places.hot_spots,
        "route_days": places.route_days,
        "hrddp_assessments": basis.assessments.rows,
        "un_personnel": un_police.personnel(seed),
        "un_detentions": un_police.detentions(seed, owed["un_detentions"]),
        "referrals": un_police.referrals(seed, owed["referrals"]),
        "displacement_events": harm.displacement_events(seed, incidents, victims),
        "rights_monitoring": harm.rights_monitoring(
            seed, owed["rights_monitoring"], incidents, victims
        ),
        "after_action_reviews": reviews.after_action_reviews(
            seed, incidents, basis.alerts, basis.deployments
        ),
        "threat_assessments": harm.threat_assessments(seed),
        "training": host_state.training(seed),
        "custody_visits": host_state.custody_visits(seed, owed["custody_visits"], places),
        "police_posts": host_state.police_posts(seed, places),
        "justice_cases": host_state.justice_cases(seed, incidents),
        "police_complaints": host_state.police_complaints(seed),
        "commitments": host_state.commitments(seed, owed["commitments"]),
        "local_agreements": host_state.local_agreements(seed, owed["local_agreements"]),
        "preparedness": readiness.preparedness(seed, basis.deployments),
        "benchmarks": readiness.benchmarks(),
    }
