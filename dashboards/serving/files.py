"""Every list that can be taken as a file, by the name that stands in its address."""

from dashboards.components.listing import Listing
from dashboards.components.lists import (
    budget,
    missing_reports,
    police_matrices,
    readiness,
    review_candidates,
    revisions,
    threats,
)
from dashboards.pages import lessons as lessons
from dashboards.pages import outstanding as outstanding
from dashboards.pages.data_quality import rejected_rows
from dashboards.pages.effort import plan_changes
from dashboards.pages.incidents.cards import EVENTS
from dashboards.pages.indicator import one_indicator
from dashboards.pages.transition import lists as transition

_ALL: tuple[Listing, ...] = (
    missing_reports.MISSING,
    rejected_rows.REJECTED,
    outstanding.OUTSTANDING,
    revisions.REVISIONS,
    one_indicator.ONE_INDICATOR,
    transition.BENCHMARKS,
    transition.HANDOVERS,
    lessons.LESSONS,
    plan_changes.PLAN_CHANGES,
    police_matrices.BY_PHASE,
    police_matrices.BY_PARTNER,
    threats.WARNINGS,
    readiness.OPERATIONS,
    review_candidates.CANDIDATES,
    EVENTS,
    budget.ACHIEVEMENTS,
    budget.WORK_PLAN,
)
LISTS = {listing.name: listing for listing in _ALL}
