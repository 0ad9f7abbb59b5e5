"""Operations, plans of bases, what residents say, transition benchmarks.

Each table has streams of its own: none of them shifts a row of another.
"""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.sample.country import AS_OF, DAYS, LAST_DAY, STARTS_ON, UNITS
from pipelines.sample.days.presence import DAY
from pipelines.sample.draws import stream
from pipelines.sample.facts import facts
from pipelines.sample.rows import numbered, rows_of, table_of

OPERATIONS = 160
_SHARES = facts("shares")
_CODES = facts("codes")["readiness"]
_FEEDBACK_A_MONTH = 30
_QUARTERS = [f"{year}-Q{number}" for year in (2024, 2025, 2026) for number in (1, 2, 3, 4)][:11]


def operations(seed: int) -> pa.Table:
    """Operations of formed, individual and military units; a few are still open."""
    draw, shares, size = stream(seed, "operations"), _SHARES["operations"], OPERATIONS
    weights = {unit: shares["unit"][unit.kind] for unit in UNITS if unit.kind in shares["unit"]}
    units = draw.pick(weights, size)
    day = np.sort(draw.integers(0, DAYS - 5, size))
    last = day + draw.integers(0, 9, size)
    area = np.array([draw.one_of(unit.covers) for unit in units], dtype=object)
    of_military = draw.pick(shares["operation_type_of_military"], size)
    kind = np.where(
        [unit.kind == "MIL" for unit in units],
        of_military,
        draw.pick(shares["operation_type"], size),
    )
    assessed = draw.chance(0.55 + 0.3 * day / DAYS, size)
    return rows_of(
        operation_code=numbered("OP-", size, 4),
        unit_code=[unit.code for unit in units],
        area_code=area,
        operation_type=kind,
        started_on=DAY[day],
        closed_on=(DAY[np.minimum(last, DAYS - 1)], last < DAYS - 1),
        risk_assessed=(assessed, draw.chance(0.95, size)),
        mitigation_recorded=assessed & draw.chance(0.7, size),
        host_state_partner=(
            draw.pick(shares["host_state_partner"], size),
            draw.chance(0.35, size),
        ),
    )


def preparedness(seed: int, deployments: pa.Table) -> pa.Table:
    """Each base reviews its plans about once a year; one in eight never did."""
    draw = stream(seed, "preparedness")
    names = (deployments[name].to_pylist() for name in ("base_code", "area_code"))
    rows: list[tuple[Any, ...]] = []
    for number, (base, area) in enumerate(sorted(set(zip(*names, strict=True)))):
        for kind in _CODES["plan_kinds"]:
            day, every = STARTS_ON - draw.days(10, 360), draw.days(290, 420)
            while number % 8 != 3 and day <= LAST_DAY:
                exercised = day + draw.days(-20, 200)
                is_exercised = draw.chance(0.75) and exercised <= AS_OF
                ends = day + timedelta(days=545) if draw.chance(0.6) else None
                rows.append((base, area, kind, day, exercised if is_exercised else None, ends))
                day += every + draw.days(-20, 90)
    return table_of("preparedness", rows)


def community_feedback(seed: int, month: int, sessions: pa.Table) -> pa.Table:
    """What residents said at a month's sessions, coded; `sessions`: code, area, local day."""
    draw, shares = stream(seed, "community_feedback", month), _SHARES["community_feedback"]
    size = min(_FEEDBACK_A_MONTH, sessions.num_rows)
    at = np.sort(draw.permutation(sessions.num_rows)[:size])
    theme = draw.pick(shares["theme"], size)
    of_grave = draw.pick(shares["sentiment_of_grave_themes"], size)
    of_others = draw.pick(shares["sentiment"], size)
    known = draw.chance(0.9, size)
    chosen = sessions.take(pa.array(at, pa.int64()))
    prefix = f"FB-{2024 + month // 12}{month % 12 + 1:02d}-"
    return rows_of(
        feedback_code=numbered(prefix, size, 3),
        **dict(zip(chosen.column_names, chosen.columns, strict=True)),
        sex=(draw.pick(shares["sex"], size), known),
        age_group=(draw.pick(shares["age_group"], size), known),
        theme=theme,
        sentiment=(
            np.where(np.isin(theme, _CODES["grave_themes"]), of_grave, of_others),
            draw.chance(0.95, size),
        ),
    )


def benchmarks() -> pa.Table:
    """Six benchmarks by quarter, as the mission's planners judge them; nothing is drawn."""
    rows: list[tuple[Any, ...]] = []
    for said in facts("benchmarks"):
        met = said.get("met_from")
        for quarter in _QUARTERS:
            is_met = met is not None and quarter >= met
            state = "met" if is_met else "partly" if quarter >= said["partly_from"] else "not_met"
            rows.append((
                said["code"], said["en"], said["fr"], quarter, state,
                date(int(met[:4]), 3 * int(met[-1]) - 2, 1) if is_met else None,
                said["evidence"], said["threshold"], None, said["months"],
                said.get("why") if is_met else None,
            ))  # fmt: skip
    return table_of("benchmarks", rows)
