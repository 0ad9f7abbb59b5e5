"""The plan of activities: a line for each post, month and planned type, and its revisions."""

import numpy as np
import pyarrow as pa

from pipelines.sample.country import AREA_CODES, MONTHS
from pipelines.sample.days.presence import MONTH, MONTH_OF_DAY, Presence
from pipelines.sample.draws import Array, stream
from pipelines.sample.facts import facts
from pipelines.sample.rows import looked_up, numbered, rows_of, with_columns

PLANNED_TYPES = ("patrol", "community_session", "host_state_dialogue", "escort")
_SHARES = facts("shares")["activity_plan"]
_CODES = facts("codes")["activity_plan"]


def activity_plan(presence: Presence) -> pa.Table:
    """One line for each post, month and planned type: about what its kind of unit does."""
    draw = stream(0, "plan")
    posts = presence.posts
    share = np.array([
        [0.55 if kind == "patrol" else share_of_others(unit.kind, kind) for kind in PLANNED_TYPES]
        for unit in posts.units
    ])  # fmt: skip
    month_starts = np.flatnonzero(np.diff(MONTH_OF_DAY, prepend=-1))
    usual = np.add.reduceat(presence.all_counts, month_starts, axis=1).mean(axis=1)
    planned = np.ceil(usual[:, None, None] * share[:, None, :] * np.ones((1, MONTHS, 1)))
    planned = np.maximum(1, planned + draw.integers(-1, 2, planned.shape))
    planned *= (share > 0)[:, None]
    post, month, kind = np.nonzero(planned)
    names = np.array(PLANNED_TYPES, dtype=object)[kind]
    threat = _planned_against(names)
    years = np.array([_budget_year(at) for at in range(MONTHS)])
    return rows_of(
        plan_line_code=plan_line_code(post, month, names),
        plan_version=np.ones(post.size, dtype=int),
        budget_year=years[month],
        unit_code=posts.unit_code[post],
        activity_type=names,
        area_code=AREA_CODES[posts.area[post]],
        month=MONTH.astype("datetime64[D]")[month],
        planned_quantity=planned[post, month, kind],
        quantity_unit="activity",
        outcome_code=looked_up(_CODES["outcome_of_type"], names),
        tier=looked_up(_CODES["tier_of_type"], names, "II"),
        phase=looked_up(_CODES["phase_of_type"], names, "prevention"),
        threat_type=threat,
        # the fifteenth of the June before the budget year
        approved_on=np.array([f"{year[:4]}-06-15" for year in years], "datetime64[D]")[month],
    )


def _planned_against(names: Array) -> Array:
    """The threat that a line names: of patrols two in five, of other types none."""
    draw = stream(0, "threats of the plan")
    threat = draw.pick(facts("shares")["activities"]["threat_type"], names.size)
    threat[(names != "patrol") | (draw.random(names.size) > 0.4)] = None
    return threat


def plan_revisions(seed: int, plan: pa.Table) -> pa.Table:
    """Second versions of some lines from October on: another quantity, and why."""
    draw = stream(seed, "plan revisions")
    month = np.array(plan["month"]).astype("datetime64[M]")
    is_late = ~np.isin(month.astype(int) % 12, (6, 7, 8))
    changed = np.flatnonzero(is_late & draw.chance(0.08, plan.num_rows))
    rows = plan.take(pa.array(changed))
    factor = draw.pick(_SHARES["change_factor"], changed.size).astype(float)
    rows = with_columns(
        rows,
        plan_version=np.full(changed.size, 2),
        planned_quantity=np.maximum(1, np.round(np.array(rows["planned_quantity"]) * factor)),
        approved_on=(month[changed] - 1).astype("datetime64[D]") + 14,
    )
    reasons = draw.pick(_SHARES["change_reason"], changed.size)
    return rows.append_column("change_reason", pa.array(reasons, pa.string()))


def plan_line_code(post: Array, month: Array, kind: Array) -> Array:
    """The code of the line that plans this type at this post in this month."""
    types = np.array([PLANNED_TYPES.index(name) for name in kind])
    return numbered("PL-", month * 10_000 + post + types * 1_000_000, 8)


def share_of_others(unit_kind: str, activity_type: str) -> float:
    """The share of a type in what a kind of unit does, apart from patrols, visits and meetings."""
    types = facts("shares")["activities"]["activity_type"][unit_kind]
    return 0.42 * types.get(activity_type, 0) / sum(types.values())


def _budget_year(month: int) -> str:
    first = 2024 + month // 12 - (month % 12 < 6)
    return f"{first}/{(first + 1) % 100:02d}"
