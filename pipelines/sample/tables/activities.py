"""Activities, their participants and their plan, drawn month by month in bounded memory."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from pipelines.sample import effects
from pipelines.sample.country import AREAS, MONTHS, SITES, UNITS, region, sector
from pipelines.sample.draws import Array, Generator, column, numbered, only, pick, stream
from pipelines.sample.tables.alerts import Alerts
from pipelines.sample.tables.places import Places, mediation_track, network_code
from pipelines.sample.tables.presence import DAY, MONTH, MONTH_OF_DAY, Posts, Presence, month_days
from pipelines.sample.tables.un_police import Assessments, cited_assessments

_OTHER_TYPES = {
    "IPO": {
        "community_session": 30, "host_state_dialogue": 19,
        "public_information": 12, "mediation": 6, "host_police_support": 6, "colocation": 10,
        "facility_handover": 1, "exercise": 1, "escort": 2, "other": 2,
    },
    "FPU": {
        "escort": 34, "weapons_search": 20, "checkpoint": 17, "protective_presence": 17,
        "community_session": 5, "exercise": 3, "other": 4,
    },
    "SPT": {
        "community_session": 42, "host_police_support": 18, "colocation": 20,
        "host_state_dialogue": 14, "public_information": 6,
    },
    "PSU": {"escort": 30, "protective_presence": 45, "checkpoint": 20, "exercise": 5},
    "MIL": {"escort": 50, "checkpoint": 25, "protective_presence": 25},
    "CIV": {
        "community_session": 40, "host_state_dialogue": 22, "mediation": 22,
        "public_information": 16,
    },
}  # fmt: skip
_TIER = {
    "host_state_dialogue": "I", "community_session": "I", "network_meeting": "I",
    "public_information": "I", "mediation": "I", "host_police_support": "III",
    "colocation": "III", "facility_handover": "III",
}  # fmt: skip
_PHASE = {
    "escort": "response", "weapons_search": "preemption", "checkpoint": "preemption",
    "protective_presence": "preemption", "mediation": "consolidation",
    "facility_handover": "consolidation", "colocation": "consolidation",
}  # fmt: skip
_PHASE_OF_TASKING = {
    "routine": "prevention", "hot_spot": "preemption", "alert": "response",
    "after_incident": "response",
}  # fmt: skip
_HOURS = {"patrol": 4.5, "escort": 7, "colocation": 8, "checkpoint": 6, "protective_presence": 9}
_PLANNED_TYPES = ("patrol", "community_session", "host_state_dialogue", "escort")
_OUTCOME_OF_TYPE = {
    "patrol": "safe_in_area", "community_session": "women_can_raise_a_concern",
    "host_state_dialogue": "trust_in_host_police", "escort": "safe_in_area",
}  # fmt: skip
_HOST_STATE = {
    "police": 48, "gendarmerie": 22, "interior_ministry": 12, "local_authority": 12, "justice": 6
}  # fmt: skip
_PARTNERS = (
    "civil_affairs", "human_rights", "poc_adviser", "child_protection", "women_protection",
    "justice", "mine_action", "public_information", "humanitarian",
)  # fmt: skip
_VISITORS = ("civil_affairs", "human_rights", "child_protection", "women_protection")
LIAISON_VISIT = "liaison_visit"
_CONFLICTS = {"land": 30, "livestock": 33, "communal": 24, "political": 7, "other": 6}
_REASONS_OF_PERSONNEL = {
    "personnel": 46, "escort": 16, "caveat": 14, "medevac": 12, "clearance": 12
}  # fmt: skip
_THREATS_ADDRESSED = {
    "armed_attack": 24, "intercommunal_violence": 20, "cattle_raid": 18, "ambush": 14,
    "looting": 10, "abduction": 8, "crime": 6,
}  # fmt: skip
_PLAN_CHANGES = {
    "Roads cut by the rains": 30, "More vehicles than planned": 20, "Access lost": 25,
    "Priority moved to another area": 25,
}  # fmt: skip
_AGES = ("Y18T29", "Y30T44", "Y45T59")
_STATIONS_PER_AREA = 4  # police stations and posts
_MINUTE = np.timedelta64(1, "m")


@dataclass(frozen=True)
class MonthOfActivities:
    """One month's rows: activities sorted by start, and their participants."""

    month: int
    activities: pa.Table
    participants: pa.Table


@dataclass(frozen=True)
class Cited:
    """What activities refer to."""

    alerts: Alerts
    places: Places
    assessments: Assessments
    operations: pa.Table


def draw_activities(
    seed: int, presence: Presence, cited: Cited, points: dict[str, Array]
) -> Iterator[MonthOfActivities]:
    """All months in order; only one is held in memory."""
    first = 1
    for month in range(MONTHS):
        if month % 12 == 0:
            first = 1
        drawn = _month(seed, presence, cited, points, month, first)
        first += drawn.activities.num_rows
        yield drawn


def activity_plan(presence: Presence) -> pa.Table:
    """One line for each post, month and planned type: about what its kind of unit does."""
    generator = stream(0, "plan")
    posts = presence.posts
    share = np.array([
        [0.55 if kind == "patrol" else _other_share(unit.kind, kind) for kind in _PLANNED_TYPES]
        for unit in posts.units
    ])  # fmt: skip
    usual = np.add.reduceat(presence.all_counts, _month_starts(), axis=1).mean(axis=1)
    planned = np.ceil(usual[:, None, None] * share[:, None, :] * np.ones((1, MONTHS, 1)))
    planned = (
        np.maximum(1, planned + generator.integers(-1, 2, planned.shape)) * (share > 0)[:, None]
    )
    post, month, kind = np.nonzero(planned)
    names = np.array(_PLANNED_TYPES, dtype=object)[kind]
    return pa.table({
        "plan_line_code": column(plan_line_code(posts, post, month, names)),
        "plan_version": column(np.ones(post.size, dtype=int)),
        "budget_year": column(np.array([_budget_year(at) for at in range(MONTHS)])[month]),
        "unit_code": column(_unit_codes(posts, post)),
        "activity_type": column(names),
        "area_code": column(np.array(AREAS, dtype=object)[posts.area[post]]),
        "month": column(MONTH.astype("datetime64[D]")[month]),
        "planned_quantity": column(planned[post, month, kind]),
        "quantity_unit": column(np.full(post.size, "activity", dtype=object)),
        "outcome_code": column(np.array([_OUTCOME_OF_TYPE[name] for name in names], dtype=object)),
        "tier": column(_look_up(_TIER, names, "II")),
        "phase": column(_look_up(_PHASE, names, "prevention")),
        "threat_type": column(_planned_against(names)),
        "approved_on": column(np.array([_approved_on(at) for at in range(MONTHS)])[month]),
    })  # fmt: skip


def _planned_against(names: Array) -> Array:
    """The threat that a line names: of patrols two in five, of other types none."""
    generator = stream(0, "threats of the plan")
    threat = pick(generator, _THREATS_ADDRESSED, names.size)
    threat[(names != "patrol") | (generator.random(names.size) > 0.4)] = None
    return threat


def plan_revisions(seed: int, plan: pa.Table) -> pa.Table:
    """Second versions of some lines from October on: another quantity, and why."""
    generator = stream(seed, "plan revisions")
    month = np.array(plan["month"]).astype("datetime64[M]")
    is_late = ~np.isin(month.astype(int) % 12, (6, 7, 8))
    changed = np.flatnonzero(is_late & (generator.random(plan.num_rows) < 0.08))
    rows = plan.take(pa.array(changed))
    factor = pick(generator, {0.5: 45, 0.8: 20, 1.3: 20, 1.6: 15}, changed.size).astype(float)
    quantity = np.maximum(1, np.round(np.array(rows["planned_quantity"]) * factor))
    new = {
        "plan_version": column(np.full(changed.size, 2)),
        "planned_quantity": column(quantity),
        "approved_on": column((month[changed] - 1).astype("datetime64[D]") + 14),
    }
    for name, values in new.items():
        rows = rows.set_column(rows.column_names.index(name), name, values)
    reasons = pick(generator, _PLAN_CHANGES, changed.size)
    return rows.append_column("change_reason", column(reasons))


def _approved_on(month: int) -> np.datetime64:
    """The fifteenth of the June before the month's budget year."""
    return np.datetime64(f"{_budget_year(month)[:4]}-06-15", "D")


def plan_line_code(posts: Posts, post: Array, month: Array, kind: Array) -> Array:
    """The code of the line that plans this type at this post in this month."""
    number = month * 10_000 + post
    types = np.array([list(_PLANNED_TYPES).index(name) for name in kind]) * 1_000
    return numbered("PL-", number + types * 1_000, 8)


def _other_share(unit_kind: str, activity_type: str) -> float:
    types = _OTHER_TYPES[unit_kind]
    return 0.42 * types.get(activity_type, 0) / sum(types.values())


def _month_starts() -> Array:
    return np.flatnonzero(np.diff(MONTH_OF_DAY, prepend=-1))


def _budget_year(month: int) -> str:
    year, calendar_month = 2024 + month // 12, month % 12 + 1
    first = year if calendar_month >= 7 else year - 1
    return f"{first}/{(first + 1) % 100:02d}"


def _unit_codes(posts: Posts, post: Array) -> Array:
    return np.array([unit.code for unit in UNITS], dtype=object)[posts.unit[post]]


def _month(
    seed: int, presence: Presence, cited: Cited, points: dict[str, Array], month: int, first: int
) -> MonthOfActivities:
    generator = stream(seed, "activities", month)
    draft = _draft(generator, presence, month)
    rows = _Rows(generator, presence.posts, draft, month)
    code = numbered(f"A-{2024 + month // 12}-", np.arange(first, first + len(rows)), 7)
    columns = rows.columns(cited.alerts, points)
    # drawn apart, so that what is cited shifts nothing else
    columns |= rows.citations(stream(seed, "citations", month), cited, columns)
    columns |= rows.reasons_and_threats(stream(seed, "reasons and threats", month), cited, columns)
    table = pa.table({"activity_code": column(code), **columns})
    return MonthOfActivities(month, table, _participants(generator, code, rows))


@dataclass(frozen=True)
class _Draft:
    """Post, local start, kind where it is known, time, task, status; sorted by start."""

    post: Array
    started_at: Array
    kind: Array  # activity type, empty where it is still to be drawn
    is_night: Array
    is_hot_spot: Array
    status: Array


def _draft(generator: Generator, presence: Presence, month: int) -> _Draft:
    days = month_days(month)
    streams = [
        # counts, kind, night, to a hot spot, completed (None: drawn)
        (presence.night_completed, "patrol", True, False, True),
        (presence.night_other, "patrol", True, False, False),
        (presence.hot_spot_completed, "patrol", False, True, True),
        (presence.hot_spot_other, "patrol", False, True, False),
        (presence.day_patrols, "patrol", False, False, None),
        (presence.liaison_completed, LIAISON_VISIT, False, False, True),
        (presence.liaison_other, LIAISON_VISIT, False, False, False),
        (presence.meetings_completed, "network_meeting", False, False, True),
        (presence.meetings_other, "network_meeting", False, False, False),
        (presence.others, "", False, False, None),
    ]  # fmt: skip
    parts = []
    for counts, kind, is_night, is_hot_spot, completed in streams:
        post, day = np.nonzero(counts[:, days])
        times = counts[post, day + days.start]
        post, day = np.repeat(post, times), np.repeat(day + days.start, times)
        size = post.size
        done = generator.random(size) < 0.95 if completed is None else np.full(size, completed)
        broken_off = pick(generator, {"aborted": 55, "cancelled": 45}, size)
        minute = generator.integers(*((1140, 1380) if is_night else (345, 870)), size)
        parts.append((
            post, DAY[day].astype("datetime64[m]") + minute, np.full(size, kind, dtype=object),
            np.full(size, is_night), np.full(size, is_hot_spot),
            np.where(done, "completed", broken_off),
        ))  # fmt: skip
    joined = [np.concatenate(column) for column in zip(*parts, strict=True)]
    order = np.lexsort((joined[0], joined[1]))
    return _Draft(*(values[order] for values in joined))


class _Rows:
    """The rows of one month while their columns are drawn, one after the other."""

    def __init__(self, generator: Generator, posts: Posts, draft: _Draft, month: int) -> None:
        self.generator, self.posts, self.draft, self.month = generator, posts, draft, month
        self.post, self.size = draft.post, draft.post.size
        self.area = posts.area[self.post]
        self.unit = posts.unit[self.post]
        self.unit_kind = np.array([unit.kind for unit in UNITS], dtype=object)[self.unit]
        self.is_liaison = draft.kind == LIAISON_VISIT  # logged as other activity, with its partner
        self.kind = self._kind()
        self.done = draft.status == "completed"

    def __len__(self) -> int:
        return int(self.size)

    def is_kind(self, *names: str) -> Array:
        """Which rows are of these activity types."""
        return np.isin(self.kind, names)

    def chance(self, share: float) -> Array:
        """True for about this share of rows."""
        return self.generator.random(self.size) < share

    def pick(self, shares: Mapping[str, float]) -> Array:
        """A code a row."""
        return pick(self.generator, shares, self.size)

    def columns(self, alerts: Alerts, points: dict[str, Array]) -> dict[str, pa.Array]:
        """All columns of the contract that are filled here, except the key."""
        return {
            **self._all(points),
            **self._patrols(alerts),
            **self._dialogue(),
            **self._support(),
        }

    def citations(
        self, generator: Generator, cited: Cited, columns: Mapping[str, pa.Array]
    ) -> dict[str, pa.Array]:
        """Hot spots, agreed routes and HRDDP assessments that rows name."""
        places, tasking = cited.places, np.array(columns["tasking"].to_pylist(), dtype=object)
        day = (self.draft.started_at.astype("datetime64[D]") - DAY[0]).astype(int)
        agreed = places.agreed_route[self.area, day]
        on_route = (tasking == "routine") & ~self.draft.is_night
        # a route is named on its day by many, on other days by a few
        named = generator.random(self.size) < np.where(agreed != None, 0.5, 0.03)  # noqa: E711
        route = np.where(agreed != None, agreed, places.usual_route[self.area])  # noqa: E711
        return {
            "hot_spot_code": column(places.hot_spot[self.area, day], tasking == "hot_spot"),
            "route_code": column(route, on_route & named),
            "hrddp_assessment_code": column(
                self._assessments(generator, cited.assessments, columns, day)
            ),
        }

    def _assessments(
        self, generator: Generator, assessments: Assessments, columns: Mapping[str, pa.Array],
        day: Array,
    ) -> Array:  # fmt: skip
        at = np.flatnonzero(self.is_kind("host_police_support"))
        actors, kinds = (
            columns[name].take(pa.array(at)).to_pylist()
            for name in ("host_state_actor", "support_type")
        )
        sectors = [sector(AREAS[area]) for area in self.area[at]]
        support = list(zip(sectors, actors, kinds, DAY[day[at]].astype(object), strict=True))
        found = np.full(self.size, None, dtype=object)
        found[at] = cited_assessments(generator, assessments, support)
        return found

    def reasons_and_threats(
        self, generator: Generator, cited: Cited, columns: Mapping[str, pa.Array]
    ) -> dict[str, pa.Array]:
        """Threat, operation, message and caveat of rows; some reasons and types more exactly."""
        reason = np.array(columns["status_reason"].to_pylist(), dtype=object)
        exact = pick(generator, _REASONS_OF_PERSONNEL, self.size)
        reason = np.where(reason == "personnel", exact, reason)
        caveat = (reason == "caveat") | (
            np.isin(reason, ("escort", "clearance")) & (generator.random(self.size) < 0.1)
        )
        meets = self.is_kind("other") & ~self.is_liaison & (generator.random(self.size) < 0.6)
        forums = {
            "poc_working_group": 40,
            "area_security": 35,
            "protection_cluster": 20,
            "other": 5,
        }
        return {
            "activity_type": column(np.where(meets, "coordination_meeting", self.kind)),
            "forum": column(pick(generator, forums, self.size), meets),
            "status_reason": column(reason, ~self.done),
            "national_caveat": column(caveat, ~self.done),
            "threat_type": column(self._threats(generator, cited, columns)),
            "operation_code": column(self._operations(cited.operations)),
            "answers_alert_code": column(self._alerts_answered(cited.alerts, columns)),
        }

    def _threats(
        self, generator: Generator, cited: Cited, columns: Mapping[str, pa.Array]
    ) -> Array:
        """That of the hot spot or alert which a row names; of other patrols some say one."""
        found = pick(generator, _THREATS_ADDRESSED, self.size)
        found[generator.random(self.size) > np.where(self.is_kind("patrol"), 0.4, 0.1)] = None
        for name, table in (
            ("hot_spot_code", cited.places.hot_spots),
            ("alert_code", cited.alerts.rows),
        ):
            of_code = dict(
                zip(table[name].to_pylist(), table["threat_type"].to_pylist(), strict=True)
            )
            named = np.array(
                [of_code.get(code) for code in columns[name].to_pylist()], dtype=object
            )
            found = np.where(named == None, found, named)  # noqa: E711
        return found

    def _operations(self, operations: pa.Table) -> Array:
        """The operation of the unit that ran on the day of a patrol, search or checkpoint."""
        found = np.full(self.size, None, dtype=object)
        day = self.draft.started_at.astype("datetime64[D]")
        unit = _unit_codes(self.posts, self.post)
        taking_part = self.is_kind("patrol", "weapons_search", "checkpoint")
        for row in operations.to_pylist():
            first, last = (
                np.datetime64(row[name] or DAY[-1], "D") for name in ("started_on", "closed_on")
            )
            within = (unit == row["unit_code"]) & (first <= day) & (day <= last)
            found[taking_part & within] = row["operation_code"]
        return found

    def _alerts_answered(self, alerts: Alerts, columns: Mapping[str, pa.Array]) -> Array:
        """The last alert of speech in the three days before a message: of its region, or any by
        radio."""
        code, area, received = alerts.of_speech()
        found = np.full(self.size, None, dtype=object)
        regions = np.array([region(name) for name in AREAS], dtype=object)
        by_radio = np.array(columns["channel"].to_pylist(), dtype=object) == "radio"
        started = self.draft.started_at.astype("datetime64[s]")
        for at in np.flatnonzero(self.is_kind("public_information") & self.done):
            near = by_radio[at] | (regions[area] == regions[self.area[at]])
            age = started[at] - received
            recent = near & (age > np.timedelta64(0, "s")) & (age <= np.timedelta64(3, "D"))
            if recent.any():
                found[at] = code[np.flatnonzero(recent)[-1]]
        return found

    def _kind(self) -> Array:
        kind = np.where(self.is_liaison, "other", self.draft.kind).astype(object)
        for unit_kind, shares in _OTHER_TYPES.items():
            rows = np.flatnonzero((kind == "") & (self.unit_kind == unit_kind))
            kind[rows] = pick(self.generator, shares, rows.size)
        return kind

    def _all(self, points: dict[str, Array]) -> dict[str, pa.Array]:
        hours = np.array([_HOURS.get(name, 2.5) for name in self.kind])
        length = self.generator.gamma(9, hours / 9 * 60).astype(int) // 5 * 5 + 20
        ended = self.draft.started_at + np.where(self.done, length, length // 3) * _MINUTE
        place = self._place(points)
        personnel = self.generator.poisson(np.where(self.unit_kind == "IPO", 3, 9)) + 3
        reasons = {"insecurity": 30, "weather": 22, "vehicle": 20, "fuel": 12, "personnel": 16}
        return {
            "activity_type": column(self.kind),
            "status": column(self.draft.status),
            "status_reason": column(self.pick(reasons), ~self.done),
            "unit_code": column(_unit_codes(self.posts, self.post)),
            "tier": column(np.where(self.is_liaison, "I", _look_up(_TIER, self.kind, "II"))),
            "phase": column(self._phase()),
            "area_code": column(place[0]),
            "latitude": column(place[2], place[3] != "admin2"),
            "longitude": column(place[1], place[3] != "admin2"),
            "location_precision": column(place[3]),
            "started_at": column(self.draft.started_at),
            "ended_at": column(ended, self.chance(0.97)),
            "personnel_count": column(personnel, self.chance(0.98)),
            "women_personnel_count": column(self._women(personnel), self.chance(0.96)),
            "partner_components": column(self._partners()),
            "host_state_actor": column(self.pick(_HOST_STATE), self._with_host_state()),
            "plan_line_code": column(self._plan_line(), self.is_kind(*_PLANNED_TYPES)),
        }

    def _phase(self) -> Array:
        drawn = self.pick({"routine": 83, "alert": 11, "after_incident": 6})
        self.tasking = np.where(self.draft.is_hot_spot, "hot_spot", drawn)
        by_tasking = _look_up(_PHASE_OF_TASKING, self.tasking, "prevention")
        return np.where(
            self.is_kind("patrol"), by_tasking, _look_up(_PHASE, self.kind, "prevention")
        )

    def _place(self, points: dict[str, Array]) -> tuple[Array, Array, Array, Array]:
        """Area or site, longitude, latitude, precision; patrols often go to a site."""
        codes = np.array(AREAS, dtype=object)[self.area]
        site_of_area = np.full(len(AREAS), None, dtype=object)
        for site in SITES:
            site_of_area[AREAS.index(site.area)] = site.code
        at_site = (site_of_area[self.area] != None) & self.is_kind("patrol", "weapons_search")  # noqa: E711
        at_site &= self.generator.random(self.size) < np.where(self.draft.is_night, 0.7, 0.25)
        at_site &= ~self.draft.is_hot_spot
        codes = np.where(at_site, site_of_area[self.area], codes)
        cloud = np.stack([points[code] for code in AREAS])
        drawn = cloud[self.area, self.generator.integers(0, cloud.shape[1], self.size)]
        precision = self.pick({"exact": 78, "near": 12, "admin2": 10})
        return codes, drawn[:, 0], drawn[:, 1], np.where(at_site, "exact", precision)

    def _women(self, personnel: Array) -> Array:
        """A fifth of the personnel; half and more in women's patrol teams where there are some."""
        start = np.array([
            np.datetime64(effects.WOMEN_TEAMS_FROM.get(sector(area), "2099-01-01"), "m")
            for area in AREAS
        ])[self.area]  # fmt: skip
        team = (self.draft.started_at >= start) & self.is_kind("patrol") & self.chance(0.3)
        return self.generator.binomial(personnel, np.where(team, 0.65, 0.19))

    def _with_host_state(self) -> Array:
        always = self.is_kind("host_state_dialogue", "host_police_support", "colocation")
        joint = self.is_kind("patrol") & self.chance(0.14)
        return always | joint | self.is_kind("facility_handover")

    def _partners(self) -> Array:
        """Up to two partner components, joined by `|`; nothing for most patrols."""
        military = (self.unit_kind != "MIL") & self.chance(0.14)
        civilian = self.chance(0.22) | self.chance(0.4) & self.is_kind(
            "community_session", "mediation"
        )
        civilian &= ~self.is_kind("other")
        partner = self.pick(dict.fromkeys(_PARTNERS, 1.0))
        found = np.full(self.size, None, dtype=object)
        found[civilian] = partner[civilian]
        found[military] = "military"
        both = military & civilian
        found[both] = "military|" + partner[both]
        visitors = self.pick(dict.fromkeys(_VISITORS, 1.0))
        return np.where(self.is_liaison, visitors, found)

    def _plan_line(self) -> Array:
        planned = self.is_kind(*_PLANNED_TYPES)
        kind = np.where(planned, self.kind, _PLANNED_TYPES[0])
        share = np.array(
            [_other_share(name, kind) for name, kind in zip(self.unit_kind, kind, strict=True)]
        )
        code = plan_line_code(self.posts, self.post, np.full(self.size, self.month), kind)
        return only(code, (kind == "patrol") | (share > 0))

    def _patrols(self, alerts: Alerts) -> dict[str, pa.Array]:
        patrol = self.is_kind("patrol")
        moves = patrol | self.is_kind("escort")
        alert = alerts.last_before(self.area, self.draft.started_at.astype("datetime64[s]"), 10)
        answers = patrol & (self.tasking == "alert")
        no_alert = answers & (alert == None)  # noqa: E711
        tasking = np.where(no_alert, "routine", self.tasking)
        long_range = patrol & self.chance(0.06)
        modes = {"foot": 34, "vehicle": 52, "river": 3, "air": 1, "mixed": 10}
        distance = self.generator.gamma(2, np.where(long_range, 60, 9)).round(1)
        return {
            "patrol_mode": column(self.pick(modes), patrol & self.chance(0.97)),
            "tasking": column(tasking, patrol),
            "alert_code": column(alert, answers & ~no_alert),
            "is_long_range": column(long_range, patrol),
            "distance_km": column(distance, moves & self.done),
            "nights_out": column(self.generator.integers(1, 4, self.size), long_range),
            "convoy_type": column(
                self.pick({"humanitarian": 62, "civilian_component": 30, "other": 8}),
                self.is_kind("escort"),
            ),
        }

    def _dialogue(self) -> dict[str, pa.Array]:
        dialogue = self.is_kind("host_state_dialogue")
        channels = {"radio": 40, "print": 12, "social_media": 8, "face_to_face": 40}
        track = mediation_track(self.area, np.full(self.size, self.month))
        network = network_code(self.area, self.generator.integers(0, 3, self.size))
        return {
            "protection_on_agenda": column(self.chance(0.8), dialogue),
            "counterpart_grade": column(self.pick({"command": 62, "other": 38}), dialogue),
            "channel": column(self.pick(channels), self.is_kind("public_information")),
            "language": column(
                self.pick({"fra": 55, "sag": 30, "ara": 15}), self.is_kind("public_information")
            ),
            "network_code": column(network, self.is_kind("network_meeting")),
            "minutes_recorded": column(self.chance(0.85), self.is_kind("network_meeting")),
            "process_code": column(track, self.is_kind("mediation") & self.chance(0.95)),
            "conflict_type": column(self.pick(_CONFLICTS), self.is_kind("mediation")),
        }

    def _support(self) -> dict[str, pa.Array]:
        handover = self.is_kind("facility_handover")
        supports = {
            "training": 52,
            "equipment": 14,
            "transport": 10,
            "joint_operation": 14,
            "advice": 10,
        }
        found = {"none": 55, "blade": 24, "ammunition": 9, "firearm": 10, "explosive": 2}
        number = self.generator.integers(0, 140, self.size) % _STATIONS_PER_AREA
        facility = numbered("F-", self.area * _STATIONS_PER_AREA + number, 4)
        handed_over = self.draft.started_at.astype("datetime64[D]")
        presence_days = (self.generator.integers(2, 12, self.size) / 2).astype(float)
        return {
            "support_type": column(self.pick(supports), self.is_kind("host_police_support")),
            "site_type": column(
                self.pick({"poc_site": 45, "camp": 40, "settlement": 15}),
                self.is_kind("weapons_search"),
            ),
            "found_type": column(self.pick(found), self.is_kind("weapons_search") & self.done),
            "facility_code": column(facility, handover | self.is_kind("colocation")),
            "facility_type": column(self.pick({"police_station": 40, "police_post": 60}), handover),
            "funding_source": column(
                self.pick({"quick_impact": 60, "programme": 30, "donor": 10}), handover
            ),
            "handed_over_on": column(handed_over, handover),
            "presence_days": column(presence_days, self.is_kind("colocation")),
            "exercise_type": column(
                self.pick({"table_top": 50, "field": 30, "rehearsal": 20}), self.is_kind("exercise")
            ),
        }


def _participants(generator: Generator, code: Array, rows: _Rows) -> pa.Table:
    """Session × sex × age group; one session in twelve did not record the sex."""
    session = np.flatnonzero(rows.is_kind("community_session") & rows.done)
    unknown = generator.random(session.size) < 0.08
    share = np.array([0.40 if rows.unit_kind[at] == "SPT" else 0.33 for at in session])
    size = 8 + generator.poisson(22, session.size)
    women = generator.binomial(size, share)
    parts = []
    for sex, count in (("F", women), ("M", size - women)):
        split = generator.multinomial(count, (0.4, 0.38, 0.22))
        parts += [(sex, age, split[:, at], ~unknown) for at, age in enumerate(_AGES)]
    parts.append(("_U", "_U", size, unknown))
    tables = [
        pa.table({
            "activity_code": column(code[session][keep]),
            "sex": column(np.full(int(keep.sum()), sex, dtype=object)),
            "age_group": column(np.full(int(keep.sum()), age, dtype=object)),
            "participants_count": column(counts[keep]),
        })
        for sex, age, counts, keep in parts
    ]  # fmt: skip
    joined = pa.concat_tables(tables)
    return joined.sort_by([(key, "ascending") for key in ("activity_code", "sex", "age_group")])


def _look_up(found: dict[str, str], names: Array, otherwise: str) -> Array:
    return np.array([found.get(name, otherwise) for name in names], dtype=object)
