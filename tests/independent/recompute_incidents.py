"""Indicators from `incidents`, recomputed from the core tables."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy import stats

from tests.independent.cells import CELL, TOTAL, Recomputed, finest_counted, spread
from tests.independent.world import World

_PHYSICAL = ["killing", "injury", "sexual_violence", "abduction"]


def recompute(world: World) -> Iterator[Recomputed]:
    """Every indicator from `incidents` that is recomputed here."""
    incidents = world.tables["incidents"]
    incidents = incidents[incidents["occurred_on"] <= world.as_of].reset_index(drop=True)
    incidents["day"] = incidents["occurred_on"]
    yield _at_sites(world, incidents)
    yield _harm(world, incidents)
    yield _reviewed(world, incidents)


def _harm(world: World, incidents: pd.DataFrame) -> Recomputed:
    """P2-OC-08 (definition 38): linked to police or joint operations, and civilians harmed."""
    victims = world.tables["incident_victims"]
    linked = incidents["linked_operation"].isin(["un_police", "un_military", "joint_host_state"])
    harmed = (
        incidents["against_civilians"].fillna(False).astype(bool)
        | (incidents["deaths_civilian"] > 0)
        | (incidents["injured_civilian"] > 0)
        | incidents["incident_code"].isin(victims["incident_code"])
    )
    rows = with_victims(world, incidents[linked & harmed])
    by = {"operation_type": "operation_type", "sex": "sexes", "age_group": "age_groups"}
    return Recomputed("P2-OC-08", "count", rows, incidents, by, "incidents", harm_checked=True)


def with_victims(world: World, incidents: pd.DataFrame) -> pd.DataFrame:
    """Columns `sexes`, `age_groups`: those among the incident's victims, each once."""
    victims = world.tables["incident_victims"].groupby("incident_code")
    for name, column in {"sexes": "sex", "age_groups": "age_group"}.items():
        of_incident = victims[column].agg(lambda values: sorted(set(values)))
        found = incidents["incident_code"].map(of_incident)
        incidents = incidents.assign(
            **{name: found.map(lambda codes: codes if np.iterable(codes) else [])}
        )
    return incidents


def _at_sites(world: World, incidents: pd.DataFrame) -> Recomputed:
    """P2-OC-07: physical violence at a site for displaced people, per 1,000 residents."""
    areas = world.tables["areas"]
    sites = areas.loc[areas["site_kind"].isin(["poc_site", "camp"]), "area_code"]
    rows = incidents[
        incidents["incident_type"].isin(_PHYSICAL) & incidents["site_code"].isin(sites)
    ]
    rows = rows.assign(area_code=rows["site_code"]).drop(columns="location_precision")
    rows = with_victims(world, rows)
    by = {"incident_type": "incident_type", "sex": "sexes", "age_group": "age_groups"}
    return Recomputed(
        "P2-OC-07", "rate", rows, incidents, by, "incidents", base=_residents(world, sites)
    )


def _residents(world: World, sites: pd.Series) -> pd.DataFrame:
    """`area_code`, period, `dimension`, `code`, `persons`; a code of null is any code."""
    found = []
    for dimension in [None, "sex", "age_group"]:
        persons = mid_period_population(world, "site", dimension)
        found.append(persons[persons["area_code"].isin(sites)])
    return pd.concat(found)


def mid_period_population(world: World, kind: str, by: str | None = None) -> pd.DataFrame:
    """Persons of each area at the middle of each period (definition 39); no row: no figure."""
    figures = world.tables["population"]
    figures = figures[figures["population_kind"] == kind]
    figures = figures.assign(code=figures[by] if by else TOTAL, dimension=by or TOTAL)
    keys = ["area_code", "dimension", "code"]
    totals = figures.groupby([*keys, "reference_on"])["persons"].sum().reset_index()
    length = (world.periods["end"] - world.periods["start"]).dt.days + 1
    middle = world.periods["start"] + pd.to_timedelta(length // 2, unit="D")
    found = []
    for names, rows in totals.groupby(keys):
        on = rows["reference_on"].astype("int64").to_numpy()
        persons = rows["persons"].to_numpy(dtype=float)
        asked = middle.astype(rows["reference_on"].dtype).astype("int64").to_numpy()
        value = np.interp(asked, on, persons, left=np.nan)
        named = dict(zip(keys, names, strict=True))
        found.append(world.periods[["period_type", "period"]].assign(**named, persons=value))
    return pd.concat(found).dropna(subset="persons")


def rate_parts(world: World, indicator: Recomputed, per: float) -> pd.DataFrame:
    """Numerator and n of each cell with a case; an area without a figure leaves it."""
    assert indicator.base is not None
    rows = spread(world, indicator.cases, indicator.dimensions)
    figures = indicator.base.rename(columns={"dimension": "of", "code": "figure"})
    rows = with_figure_of(rows)
    rows = rows.merge(figures, on=["period_type", "period", "area_code", "of", "figure"])
    counted = rows.groupby(CELL).size().rename("n").reset_index().astype({"n": float})
    return counted.assign(numerator=counted["n"], value=np.nan, per=per)


def with_figure_of(cells: pd.DataFrame) -> pd.DataFrame:
    """`of`, `figure`: whose figure stands below: those of a sex or age group, else everybody's."""
    own = cells["dimension"].isin(["sex", "age_group"])
    return cells.assign(
        of=cells["dimension"].where(own, TOTAL), figure=cells["code"].where(own, TOTAL)
    )


def persons_of(world: World, base: pd.DataFrame) -> pd.DataFrame:
    """Persons by `area` (added up over those below), period, `of` and `figure`."""
    held = base.rename(columns={"dimension": "of", "code": "figure"}).merge(
        world.above, on="area_code"
    )
    keys = ["period_type", "period", "area", "of", "figure"]
    return held.groupby(keys)["persons"].sum().rename("denominator").reset_index()


def poisson_interval(count: pd.Series, base: pd.Series, per: float) -> pd.DataFrame:
    """Exact 95 % limits of a rate (Garwood 1936): quantiles of chi-squared distributions."""
    low = stats.chi2.ppf(0.025, 2 * count) / 2
    high = stats.chi2.ppf(0.975, 2 * (count + 1)) / 2
    low = np.where(count == 0, 0.0, low)
    return pd.DataFrame({"ci_low": per * low / base, "ci_high": per * high / base})


def _reviewed(world: World, incidents: pd.DataFrame) -> Recomputed:
    """P2-OP-15: incidents that the review rule of 2023.05 §87 names; definitions 41 to 43."""
    aimed_at = incidents["against_civilians"].fillna(False).astype(bool)
    civilians = (
        (incidents["deaths_civilian"] > 0)
        | (incidents["injured_civilian"] > 0)
        | (aimed_at & incidents["incident_type"].isin(_PHYSICAL))
    )
    needed = civilians & (_is_near_a_base(world, incidents) | _was_known(world, incidents))
    due = incidents["closed_on"] + pd.Timedelta(days=60)
    rows = incidents.drop(columns="date_precision").assign(day=due, base=1)
    reviews = world.tables["after_action_reviews"]
    kinds = ["after_action_review", "inquiry", "board_of_inquiry"]
    reviews = reviews[reviews["review_kind"].isin(kinds)]
    reviews = reviews[~(reviews["completed_on"] < reviews["started_on"])]
    first = reviews.groupby("incident_code")["completed_on"].min()
    rows = rows.assign(hit=rows["incident_code"].map(first) <= due)
    valid = ~(incidents["closed_on"] < incidents["occurred_on"])
    cases = rows[needed & valid & (due <= world.as_of)]
    everything = world.on_both_clocks(incidents, due)
    by = {"incident_type": "incident_type"}
    return Recomputed("P2-OP-15", "ratio", cases, everything, by, "incidents")


def _is_near_a_base(world: World, incidents: pd.DataFrame) -> np.ndarray:
    """Great circle to any deployment of that day, on a sphere of 6371.0088 km (definition 41)."""
    bases = world.tables["deployments"]
    here = [np.radians(incidents[name].to_numpy(float))[:, None] for name in _POINT]
    there = [np.radians(bases[name].to_numpy(float))[None, :] for name in _POINT]
    half = [np.sin((b - a) / 2) ** 2 for a, b in zip(here, there, strict=True)]
    root = np.sqrt(half[0] + np.cos(here[0]) * np.cos(there[0]) * half[1])
    km = 2 * 6371.0088 * np.arcsin(np.minimum(root, 1))
    day = incidents["occurred_on"].to_numpy()[:, None]
    ended = bases["to_on"].fillna(pd.Timestamp("2100-01-01")).to_numpy()[None, :]
    present = (bases["from_on"].to_numpy()[None, :] <= day) & (day <= ended)
    is_near = (km <= world.mission.parameters.near_base_km) & present
    return np.asarray(is_near.any(axis=1))


_POINT = ("latitude", "longitude")


def _was_known(world: World, incidents: pd.DataFrame) -> np.ndarray:
    """An alert that was confirmed, needed action and had none in time (definition 42)."""
    alerts = world.tables["alerts"]
    alerts = alerts[alerts["merged_into"].isna() & alerts["action_needed"]]
    hours = alerts["level"].map(dict(world.mission.parameters.target_hours)).astype(float)
    alerts = alerts.assign(due=alerts["received_at"] + pd.to_timedelta(hours, unit="h"))
    zone = world.mission.time_zone
    midnight = (
        incidents["occurred_on"].dt.tz_localize(zone).dt.tz_convert("UTC").dt.tz_localize(None)
    )
    asked = pd.DataFrame(
        {
            "row": range(len(incidents)),
            "area_code": finest_counted(world, incidents),
            "at": incidents["occurred_at"].fillna(midnight),
        }
    )
    up = world.above[["area_code", "area"]]
    around = pd.concat([up, up.set_axis(["area", "area_code"], axis=1)]).drop_duplicates()
    pairs = asked.merge(around, on="area_code").merge(
        alerts.rename(columns={"area_code": "area"}), on="area"
    )
    known = (
        (pairs["confirmed_at"] <= pairs["at"])
        & (pairs["due"] < pairs["at"])
        & ~(pairs["closed_at"] <= pairs["at"])
        & ~(pairs["first_action_at"] <= pairs["at"])
    )
    return np.isin(np.arange(len(incidents)), pairs["row"][known])
