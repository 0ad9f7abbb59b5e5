"""Activities and their participants, drawn month by month in bounded memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.sample import effects
from pipelines.sample.country import AREA_CODES, AREAS, MONTHS, SITES, region, sector
from pipelines.sample.days.presence import (
    DAY,
    PLANNED_TYPES,
    Posts,
    Presence,
    month_days,
    plan_line_code,
    share_of_others,
)
from pipelines.sample.draws import Array, Stream, each_case, stream
from pipelines.sample.facts import facts
from pipelines.sample.rows import given, looked_up, numbered, only, rows_of
from pipelines.sample.tables.alerts import Alerts
from pipelines.sample.tables.registers import Places, mediation_track, network_code
from pipelines.sample.tables.un_police import Assessments, cited_assessments

_SHARES = facts("shares")["activities"]
_CODES = facts("codes")["activities"]
LIAISON_VISIT = "liaison_visit"
_AGES = ("Y18T29", "Y30T44", "Y45T59")
_STATIONS_PER_AREA = 4  # police stations and posts
_MINUTE = np.timedelta64(1, "m")


@dataclass(frozen=True)
class Cited:
    """What activities refer to."""

    alerts: Alerts
    places: Places
    assessments: Assessments
    operations: pa.Table


def draw_activities(
    seed: int, presence: Presence, cited: Cited, points: dict[str, Array]
) -> Iterator[tuple[pa.Table, pa.Table]]:
    """Activities of each month, sorted by start, and participants; one month is in memory."""
    first = 1
    for month in range(MONTHS):
        first = 1 if month % 12 == 0 else first
        draw = stream(seed, "activities", month)
        rows = _Rows(draw, presence.posts, month, *_draft(draw, presence, month))
        numbers = np.arange(first, first + rows.size)
        code = numbered(f"A-{2024 + month // 12}-", numbers, 7)
        columns = rows.columns(cited.alerts, points)
        # drawn apart, so that what is cited shifts nothing else
        columns |= rows.citations(stream(seed, "citations", month), cited, columns)
        apart = stream(seed, "reasons and threats", month)
        columns |= rows.reasons_and_threats(apart, cited, columns)
        drawn = rows_of(activity_code=code, **columns)
        yield drawn, _participants(draw, code, rows)
        first += rows.size


def _draft(draw: Stream, presence: Presence, month: int) -> list[Array]:
    """Post, local start, kind (empty: still to be drawn), at night, to a hot spot, status."""
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
        post, day = each_case(counts[:, days])
        size = post.size
        done = draw.chance(0.95, size) if completed is None else np.full(size, completed)
        broken_off = draw.pick(_SHARES["not_completed"], size)
        minute = draw.integers(*((1140, 1380) if is_night else (345, 870)), size)
        parts.append((
            post, DAY[day + days.start].astype("datetime64[m]") + minute,
            np.full(size, kind, dtype=object), np.full(size, is_night), np.full(size, is_hot_spot),
            np.where(done, "completed", broken_off),
        ))  # fmt: skip
    joined = [np.concatenate(column) for column in zip(*parts, strict=True)]
    order = np.lexsort((joined[0], joined[1]))
    return [values[order] for values in joined]


class _Rows:
    """The rows of one month while their columns are drawn, one after the other."""

    def __init__(
        self, draw: Stream, posts: Posts, month: int, post: Array, started_at: Array, kind: Array,
        is_night: Array, is_hot_spot: Array, status: Array,
    ) -> None:  # fmt: skip
        self.draw, self.month, self.post, self.size = draw, month, post, int(post.size)
        self.started_at, self.day = started_at, started_at.astype("datetime64[D]")
        self.is_night, self.is_hot_spot, self.status = is_night, is_hot_spot, status
        self.area, self.unit_code = posts.area[post], posts.unit_code[post]
        self.unit_kind = np.array([unit.kind for unit in posts.units], dtype=object)[post]
        self.is_liaison = kind == LIAISON_VISIT  # logged as other activity, with its partner
        self.kind = np.where(self.is_liaison, "other", kind).astype(object)
        for unit_kind, shares in _SHARES["activity_type"].items():
            rows = np.flatnonzero((self.kind == "") & (self.unit_kind == unit_kind))
            self.kind[rows] = draw.pick(shares, rows.size)
        self.done = status == "completed"

    def is_kind(self, *names: str) -> Array:
        """Which rows are of these activity types."""
        return np.isin(self.kind, names)

    def chance(self, share: Any) -> Array:
        """True for about this share of rows."""
        return self.draw.chance(share, self.size)

    def pick(self, name: str) -> Array:
        """A code a row."""
        return self.draw.pick(_SHARES[name], self.size)

    def columns(self, alerts: Alerts, points: dict[str, Array]) -> dict[str, Any]:
        """All columns of the contract that are filled here, except the key."""
        drawn = self._all(points)
        return drawn | self._patrols(alerts) | self._dialogue() | self._support()

    def citations(self, draw: Stream, cited: Cited, columns: dict[str, Any]) -> dict[str, Any]:
        """Hot spots, agreed routes and HRDDP assessments that rows name."""
        places, tasking = cited.places, columns["tasking"]
        day = (self.day - DAY[0]).astype(int)
        agreed = places.agreed_route[self.area, day]
        is_agreed = given(agreed)
        on_route = (tasking == "routine") & ~self.is_night
        # a route is named on its day by many, on other days by a few
        named = draw.chance(np.where(is_agreed, 0.5, 0.03), self.size)
        route = np.where(is_agreed, agreed, places.usual_route[self.area])
        return {
            "hot_spot_code": only(places.hot_spot[self.area, day], tasking == "hot_spot"),
            "route_code": (route, on_route & named),
            "hrddp_assessment_code": self._assessments(draw, cited.assessments, columns),
        }

    def _assessments(self, draw: Stream, drawn: Assessments, columns: dict[str, Any]) -> Array:
        at = np.flatnonzero(self.is_kind("host_police_support"))
        actors, kinds = (columns[name][at] for name in ("host_state_actor", "support_type"))
        sectors = [sector(AREAS[area]) for area in self.area[at]]
        support = list(zip(sectors, actors, kinds, self.day[at].astype(object), strict=True))
        found = np.full(self.size, None, dtype=object)
        found[at] = cited_assessments(draw, drawn, support)
        return found

    def reasons_and_threats(
        self, draw: Stream, cited: Cited, columns: dict[str, Any]
    ) -> dict[str, Any]:
        """Threat, operation, message and caveat of rows; some reasons and types more exactly."""
        exact = draw.pick(_SHARES["reason_of_personnel"], self.size)
        reason = np.where(columns["status_reason"] == "personnel", exact, columns["status_reason"])
        excused = np.isin(reason, ("escort", "clearance")) & draw.chance(0.1, self.size)
        meets = self.is_kind("other") & ~self.is_liaison & draw.chance(0.6, self.size)
        return {
            "activity_type": np.where(meets, "coordination_meeting", self.kind),
            "forum": (draw.pick(_SHARES["forum"], self.size), meets),
            "status_reason": (reason, ~self.done),
            "national_caveat": ((reason == "caveat") | excused, ~self.done),
            "threat_type": self._threats(draw, cited, columns),
            "operation_code": self._operations(cited.operations),
            "answers_alert_code": self._alerts_answered(cited.alerts, columns["channel"]),
        }

    def _threats(self, draw: Stream, cited: Cited, columns: dict[str, Any]) -> Array:
        """That of the hot spot or alert which a row names; of other patrols some say one."""
        found = draw.pick(_SHARES["threat_type"], self.size)
        found[draw.random(self.size) > np.where(self.is_kind("patrol"), 0.4, 0.1)] = None
        for name, rows in (
            ("hot_spot_code", cited.places.hot_spots),
            ("alert_code", cited.alerts.rows),
        ):
            pairs = (rows[key].to_pylist() for key in (name, "threat_type"))
            named = looked_up(dict(zip(*pairs, strict=True)), columns[name])
            found = np.where(~given(named), found, named)
        return found

    def _operations(self, operations: pa.Table) -> Array:
        """The operation of the unit that ran on the day of a patrol, search or checkpoint."""
        found = np.full(self.size, None, dtype=object)
        taking_part = self.is_kind("patrol", "weapons_search", "checkpoint")
        for row in operations.to_pylist():
            first = np.datetime64(row["started_on"], "D")
            last = np.datetime64(row["closed_on"] or DAY[-1], "D")
            within = (self.unit_code == row["unit_code"]) & (first <= self.day) & (self.day <= last)
            found[taking_part & within] = row["operation_code"]
        return found

    def _alerts_answered(self, alerts: Alerts, channel: Array) -> Array:
        """The last alert of speech in the three days before a message: of its region, or any by
        radio."""
        code, area, received = alerts.of_speech()
        found = np.full(self.size, None, dtype=object)
        regions = np.array([region(name) for name in AREAS], dtype=object)
        started = self.started_at.astype("datetime64[s]")
        for at in np.flatnonzero(self.is_kind("public_information") & self.done):
            near = (channel[at] == "radio") | (regions[area] == regions[self.area[at]])
            age = started[at] - received
            recent = near & (age > np.timedelta64(0, "s")) & (age <= np.timedelta64(3, "D"))
            if recent.any():
                found[at] = code[np.flatnonzero(recent)[-1]]
        return found

    def _all(self, points: dict[str, Array]) -> dict[str, Any]:
        hours = looked_up(_CODES["hours"], self.kind, 2.5).astype(float)
        length = self.draw.gamma(9, hours / 9 * 60).astype(int) // 5 * 5 + 20
        ended = self.started_at + np.where(self.done, length, length // 3) * _MINUTE
        place = self._place(points)
        personnel = self.draw.poisson(np.where(self.unit_kind == "IPO", 3, 9)) + 3
        return {
            "activity_type": self.kind,
            "status": self.status,
            "status_reason": only(self.pick("status_reason"), ~self.done),
            "unit_code": self.unit_code,
            "tier": np.where(self.is_liaison, "I", self._planned("tier", "II")),
            "phase": self._phase(),
            **place,
            "started_at": self.started_at,
            "ended_at": (ended, self.chance(0.97)),
            "personnel_count": (personnel, self.chance(0.98)),
            "women_personnel_count": (self._women(personnel), self.chance(0.96)),
            "partner_components": self._partners(),
            "host_state_actor": only(self.pick("host_state_actor"), self._with_host_state()),
            "plan_line_code": self._plan_line(),
        }

    def _planned(self, name: str, otherwise: str) -> Array:
        return looked_up(facts("codes")["activity_plan"][f"{name}_of_type"], self.kind, otherwise)

    def _phase(self) -> Array:
        self.tasking = np.where(self.is_hot_spot, "hot_spot", self.pick("tasking"))
        by_tasking = looked_up(_CODES["phase_of_tasking"], self.tasking)
        return np.where(self.is_kind("patrol"), by_tasking, self._planned("phase", "prevention"))

    def _place(self, points: dict[str, Array]) -> dict[str, Any]:
        """Area or site, and the point if it is known; patrols often go to a site."""
        last_site = looked_up({site.area: site.code for site in SITES}, AREA_CODES)[self.area]
        at_site = given(last_site) & self.is_kind("patrol", "weapons_search")
        at_site &= self.chance(np.where(self.is_night, 0.7, 0.25)) & ~self.is_hot_spot
        cloud = np.stack([points[code] for code in AREAS])
        drawn = cloud[self.area, self.draw.integers(0, cloud.shape[1], self.size)]
        precision = np.where(at_site, "exact", self.pick("location_precision"))
        return {
            "area_code": np.where(at_site, last_site, AREA_CODES[self.area]),
            "latitude": (drawn[:, 1], precision != "admin2"),
            "longitude": (drawn[:, 0], precision != "admin2"),
            "location_precision": precision,
        }

    def _women(self, personnel: Array) -> Array:
        """A fifth of the personnel; half and more in women's patrol teams where there are some."""
        starts = [effects.WOMEN_TEAMS_FROM.get(sector(area), "2099-01-01") for area in AREAS]
        has_team = self.day >= np.array(starts, dtype="datetime64[D]")[self.area]
        team = has_team & self.is_kind("patrol") & self.chance(0.3)
        return np.asarray(self.draw.binomial(personnel, np.where(team, 0.65, 0.19)))

    def _with_host_state(self) -> Array:
        joint = self.is_kind("patrol") & self.chance(0.14)
        return joint | self.is_kind(
            "host_state_dialogue", "host_police_support", "colocation", "facility_handover"
        )

    def _partners(self) -> Array:
        """Up to two partner components, joined by `|`; nothing for most patrols."""
        military = (self.unit_kind != "MIL") & self.chance(0.14)
        with_people = self.is_kind("community_session", "mediation")
        civilian = self.chance(0.22) | self.chance(0.4) & with_people
        civilian &= ~self.is_kind("other")
        partner = self.pick("partner")
        found = np.where(military, "military", only(partner, civilian))
        both = military & civilian
        found[both] = "military|" + partner[both]
        return np.where(self.is_liaison, self.pick("visitor"), found)

    def _plan_line(self) -> Array:
        """The line of the post, month and type, if one is planned."""
        planned = self.is_kind(*PLANNED_TYPES)
        kind = np.where(planned, self.kind, PLANNED_TYPES[0])
        share = np.array(
            [share_of_others(of, name) for of, name in zip(self.unit_kind, kind, strict=True)]
        )
        code = plan_line_code(self.post, np.full(self.size, self.month), kind)
        return only(code, planned & ((kind == "patrol") | (share > 0)))

    def _patrols(self, alerts: Alerts) -> dict[str, Any]:
        patrol = self.is_kind("patrol")
        alert = alerts.last_before(self.area, self.started_at.astype("datetime64[s]"), 10)
        answers = patrol & (self.tasking == "alert")
        no_alert = answers & ~given(alert)
        long_range = patrol & self.chance(0.06)
        distance = self.draw.gamma(2, np.where(long_range, 60, 9)).round(1)
        return {
            "patrol_mode": (self.pick("patrol_mode"), patrol & self.chance(0.97)),
            "tasking": only(np.where(no_alert, "routine", self.tasking), patrol),
            "alert_code": only(alert, answers & ~no_alert),
            "is_long_range": (long_range, patrol),
            "distance_km": (distance, (patrol | self.is_kind("escort")) & self.done),
            "nights_out": (self.draw.integers(1, 4, self.size), long_range),
            **self._of_type("convoy_type"),
        }

    def _of_type(self, *columns: str) -> dict[str, Array]:
        """Columns that one type alone fills, in the order in which they are drawn."""
        return {
            name: only(self.pick(name), self.is_kind(_CODES["type_of_column"][name]))
            for name in columns
        }

    def _dialogue(self) -> dict[str, Any]:
        track = mediation_track(self.area, np.full(self.size, self.month))
        network = network_code(self.area, self.draw.integers(0, 3, self.size))
        meeting, mediation = self.is_kind("network_meeting"), self.is_kind("mediation")
        return {
            "protection_on_agenda": (self.chance(0.8), self.is_kind("host_state_dialogue")),
            **self._of_type("counterpart_grade", "channel", "language"),
            "network_code": (network, meeting),
            "minutes_recorded": (self.chance(0.85), meeting),
            "process_code": (track, mediation & self.chance(0.95)),
            **self._of_type("conflict_type"),
        }

    def _support(self) -> dict[str, Any]:
        handover, shared = self.is_kind("facility_handover"), self.is_kind("colocation")
        number = self.draw.integers(0, 140, self.size) % _STATIONS_PER_AREA
        facility = numbered("F-", self.area * _STATIONS_PER_AREA + number, 4)
        presence_days = self.draw.integers(2, 12, self.size) / 2
        searched = self.is_kind("weapons_search") & self.done
        return {
            **self._of_type("support_type", "site_type"),
            "found_type": (self.pick("found_type"), searched),
            "facility_code": (facility, handover | shared),
            **self._of_type("facility_type", "funding_source"),
            "handed_over_on": (self.day, handover),
            "presence_days": (presence_days, shared),
            **self._of_type("exercise_type"),
        }


def _participants(draw: Stream, code: Array, rows: _Rows) -> pa.Table:
    """Session × sex × age group; one session in twelve did not record the sex."""
    session = np.flatnonzero(rows.is_kind("community_session") & rows.done)
    unknown = draw.chance(0.08, session.size)
    size = 8 + draw.poisson(22, session.size)
    women = draw.binomial(size, np.where(rows.unit_kind[session] == "SPT", 0.40, 0.33))
    parts = []
    for sex, count in (("F", women), ("M", size - women)):
        split = draw.multinomial(count, (0.4, 0.38, 0.22))
        parts += [(sex, age, split[:, at], ~unknown) for at, age in enumerate(_AGES)]
    parts.append(("_U", "_U", size, unknown))
    tables = [
        rows_of(
            activity_code=code[session][keep],
            sex=sex,
            age_group=age,
            participants_count=counts[keep],
        )
        for sex, age, counts, keep in parts
    ]
    joined = pa.concat_tables(tables)
    return joined.sort_by([(key, "ascending") for key in ("activity_code", "sex", "age_group")])
