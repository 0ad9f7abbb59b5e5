"""Operations with their reviews, plans of bases, what residents say, transition benchmarks.

Each table has streams of its own: none of them shifts a row of another.
"""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.sample.country import AS_OF, DAYS, LAST_DAY, STARTS_ON, UNITS
from pipelines.sample.days.presence import DAY
from pipelines.sample.draws import Array, Generator, column, numbered, only, pick, stream, table_of

OPERATIONS = 160
_OPERATION_TYPES = {
    "search": 30, "public_order": 22, "checkpoint": 18, "arrest": 14, "site_security": 12,
    "other": 4,
}  # fmt: skip
_MILITARY_TYPES = {"military_operation": 80, "search": 20}
_PARTNERS = {"police": 60, "gendarmerie": 40}
_REVIEWED_PCT, _HEARD_PCT = 74, (38, 72)  # of operations closed; residents heard, first to last
_LESSONS = (
    "early_warning", "community_engagement", "coordination", "response_time", "means_and_mobility",
    "use_of_force", "host_state", "harm_mitigation", "public_information",
)  # fmt: skip
_PHASE_OF = {
    "checkpoint": "prevention", "site_security": "prevention", "search": "preemption",
    "arrest": "preemption",
}  # fmt: skip
_THREATS = ("armed_attack", "public_disorder", "crime", "looting", "intercommunal_violence")
_PLAN_KINDS = ("civilians_seeking_protection", "evacuation", "rapid_reaction")
_THEMES = {
    "safety": 30, "patrols": 20, "host_state_forces": 12, "movement": 12, "armed_groups": 9,
    "information": 6, "assistance": 5, "conduct": 3, "risk_of_contact": 2, "other": 1,
}  # fmt: skip
_FEEDBACK_A_MONTH = 30
_QUARTERS = [f"{year}-Q{number}" for year in (2024, 2025, 2026) for number in (1, 2, 3, 4)][:11]
_BENCHMARKS = (
    # code, condition, evidence, threshold, quarters (positions) from which it is partly met and met
    ("TB-1", "Host-State police posts stand open in nine of ten agreed localities",
     "Les postes de police de l’État hôte sont ouverts dans neuf localités convenues sur dix",
     "P3-OC-03", 90, 3, None),
    ("TB-2", "Two of five adults trust host-State police",
     "Deux adultes sur cinq font confiance à la police de l’État hôte", "P3-OC-02", 40, 6, None),
    ("TB-3", "Complaints against the police are closed with a finding within 90 days",
     "Les plaintes contre la police sont closes avec une conclusion sous 90 jours",
     "P3-OC-08", 75, 2, 6),
    ("TB-4", "Posts that UN police left stay open for six months",
     "Les postes quittés par la police des Nations Unies restent ouverts six mois",
     "P3-OC-11", 80, 9, None),
    ("TB-5", "Women are 15 per cent of host-State police",
     "Les femmes représentent 15 % de la police de l’État hôte", "P3-OC-07", 15, 4, None),
    ("TB-6", "Cases of serious violence reach a prosecutor within six months",
     "Les affaires de violence grave parviennent au parquet sous six mois", "P3-OC-06", 50, 0, 8),
)  # fmt: skip
_HELD_FOR = 3  # months
_JUDGED_OTHERWISE = "Judged on the complaints that the inspectorate itself received"


def operations(seed: int) -> pa.Table:
    """Operations of formed, individual and military units; a few are still open."""
    generator = stream(seed, "operations")
    units = [unit for unit in UNITS if unit.kind in ("FPU", "IPO", "MIL")]
    weights = {"FPU": 6.0, "IPO": 0.8, "MIL": 3.0}
    at = pick(generator, {i: weights[unit.kind] for i, unit in enumerate(units)}, OPERATIONS)
    day = np.sort(generator.integers(0, DAYS - 5, OPERATIONS))
    last = day + generator.integers(0, 9, OPERATIONS)
    is_military = np.array([units[int(i)].kind == "MIL" for i in at])
    area = np.array([_one_of(generator, units[int(i)].covers) for i in at], dtype=object)
    kind = np.where(
        is_military,
        pick(generator, _MILITARY_TYPES, OPERATIONS),
        pick(generator, _OPERATION_TYPES, OPERATIONS),
    )
    assessed = generator.random(OPERATIONS) < 0.55 + 0.3 * day / DAYS
    return pa.table({
        "operation_code": column(numbered("OP-", np.arange(1, OPERATIONS + 1), 4)),
        "unit_code": column(np.array([units[int(i)].code for i in at], dtype=object)),
        "area_code": column(area),
        "operation_type": column(kind),
        "started_on": column(DAY[day]),
        "closed_on": column(DAY[np.minimum(last, DAYS - 1)], last < DAYS - 1),
        "risk_assessed": column(assessed, generator.random(OPERATIONS) < 0.95),
        "mitigation_recorded": column(assessed & (generator.random(OPERATIONS) < 0.7)),
        "host_state_partner": column(
            pick(generator, _PARTNERS, OPERATIONS), generator.random(OPERATIONS) < 0.35
        ),
    })  # fmt: skip


def _one_of(generator: Generator, areas: tuple[str, ...]) -> str:
    return areas[int(generator.integers(0, len(areas)))]


def operation_reviews(seed: int, rows: pa.Table) -> pa.Table:
    """Reviews of closed operations; in most of the later ones residents were heard."""
    generator = stream(seed, "operation reviews")
    closed = np.array(rows["closed_on"]).astype("datetime64[D]")
    size = closed.size
    delay = np.where(generator.random(size) < 0.8, *_delays(generator, size))
    done = closed + delay
    taken = ~np.isnat(closed) & (generator.random(size) < _REVIEWED_PCT / 100) & (done <= DAY[-1])
    first, last = _HEARD_PCT
    share = (first + (last - first) * np.arange(size) / size) / 100
    heard = generator.random(size) < share
    lessons = [
        "|".join(sorted(generator.permutation(_LESSONS)[: 1 + at % 3])) for at in range(size)
    ]
    keep = np.flatnonzero(taken)
    kinds = rows["operation_type"].to_pylist()
    return pa.table({
        "review_code": column(numbered("OR-", np.arange(1, keep.size + 1), 4)),
        "operation_code": rows["operation_code"].take(pa.array(keep)),
        "review_kind": column(np.full(keep.size, "after_action_review", dtype=object)),
        "trigger": column(np.full(keep.size, "other", dtype=object)),
        "started_on": column(closed[keep] + 2),
        "completed_on": column(done[keep]),
        "recommendations_count": column(generator.poisson(2.4, size)[keep]),
        "perceptions_heard": column(heard[keep]),
        "lessons": column(np.array(lessons, dtype=object)[keep]),
        "tier": column(np.full(keep.size, "II", dtype=object)),
        "phase": column(np.array([_PHASE_OF.get(kind, "response") for kind in kinds])[keep]),
        "threat_type": column(np.array([_THREATS[at % len(_THREATS)] for at in range(size)])[keep]),
        "for_headquarters": column((np.arange(size) % 3 > 0)[keep]),
    })  # fmt: skip


def _delays(generator: Generator, size: int) -> tuple[Array, Array]:
    """Days from closing to the review's end: in time, and late."""
    return generator.integers(5, 58, size), generator.integers(62, 130, size)


def preparedness(seed: int, deployments: pa.Table) -> pa.Table:
    """Each base reviews its plans about once a year; one in eight never did."""
    generator = stream(seed, "preparedness")
    names = (deployments[name].to_pylist() for name in ("base_code", "area_code"))
    bases = sorted(set(zip(*names, strict=True)))
    rows: list[tuple[Any, ...]] = []
    for number, (base, area) in enumerate(bases):
        for kind in _PLAN_KINDS:
            day = STARTS_ON - timedelta(days=int(generator.integers(10, 360)))
            every = int(generator.integers(290, 420))
            while number % 8 != 3 and day <= LAST_DAY:
                exercised = day + timedelta(days=int(generator.integers(-20, 200)))
                is_exercised = generator.random() < 0.75 and exercised <= AS_OF
                ends = day + timedelta(days=545) if generator.random() < 0.6 else None
                rows.append((base, area, kind, day, exercised if is_exercised else None, ends))
                day += timedelta(days=every + int(generator.integers(-20, 90)))
    return table_of("preparedness", rows)


def community_feedback(seed: int, month: int, sessions: pa.Table) -> pa.Table:
    """What residents said at a month's sessions, coded; `sessions`: code, area, local day."""
    generator = stream(seed, "community_feedback", month)
    size = min(_FEEDBACK_A_MONTH, sessions.num_rows)
    at = np.sort(generator.permutation(sessions.num_rows)[:size])
    theme = pick(generator, _THEMES, size)
    tone = np.where(
        np.isin(theme, ("risk_of_contact", "armed_groups", "host_state_forces")),
        pick(generator, {"negative": 70, "neutral": 20, "positive": 10}, size),
        pick(generator, {"positive": 42, "negative": 38, "neutral": 20}, size),
    )
    ages = {"Y18T29": 38, "Y30T44": 34, "Y45T59": 18, "Y_GE60": 10}
    known = generator.random(size) < 0.9
    chosen = sessions.take(pa.array(at, pa.int64()))
    prefix = f"FB-{2024 + month // 12}{month % 12 + 1:02d}-"
    return pa.table({
        "feedback_code": column(numbered(prefix, np.arange(1, size + 1), 3)),
        "activity_code": chosen["activity_code"],
        "area_code": chosen["area_code"],
        "heard_on": chosen["heard_on"],
        "sex": column(only(pick(generator, {"F": 44, "M": 56}, size), known)),
        "age_group": column(only(pick(generator, ages, size), known)),
        "theme": column(theme),
        "sentiment": column(tone, generator.random(size) < 0.95),
    })  # fmt: skip


def benchmarks() -> pa.Table:
    """Six benchmarks by quarter, as the mission's planners judge them; nothing is drawn."""
    rows: list[tuple[Any, ...]] = []
    for code, english, french, evidence, threshold, partly, met in _BENCHMARKS:
        for number, quarter in enumerate(_QUARTERS):
            state = "partly" if number >= partly else "not_met"
            since = None
            if met is not None and number >= met:
                state = "met"
                since = date(int(_QUARTERS[met][:4]), 3 * int(_QUARTERS[met][-1]) - 2, 1)
            figures = (evidence, threshold, None, _HELD_FOR)
            why = _JUDGED_OTHERWISE if state == "met" and code == "TB-3" else None
            rows.append((code, english, french, quarter, state, since, *figures, why))
    return table_of("benchmarks", rows)
