"""Every list that can be taken as a file, by the name that stands in its address."""

from dashboards.lists import (
    budget,
    missing_reports,
    police_matrices,
    readiness,
    review_candidates,
    revisions,
    threats,
)
from dashboards.pages.data_quality import rejected_rows
from dashboards.pages.effort import plan_changes
from dashboards.pages.indicator import one_indicator
from dashboards.pages.lessons import lists as lessons
from dashboards.pages.outstanding import lists as outstanding
from dashboards.pages.transition import lists as transition
from dashboards.routes.lists import Lists

LISTS: Lists = {
    "missing-reports": missing_reports.sheets,
    "rejected-rows": rejected_rows.sheets,
    "outstanding-rows": outstanding.sheets,
    "revised-figures": revisions.sheets,
    "indicator": one_indicator.sheets,
    "benchmarks": transition.benchmark_sheets,
    "handovers": transition.handover_sheets,
    "lessons": lessons.sheets,
    "plan-changes": plan_changes.sheets,
    "police-matrices": police_matrices.sheets,
    "police-partners": police_matrices.partner_sheets,
    "missed-warnings": threats.sheets,
    "operations": readiness.sheets,
    "review-candidates": review_candidates.sheets,
    "budget": budget.sheets,
    "work-plan": budget.plan_sheets,
}
