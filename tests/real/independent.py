"""Slow and obvious pandas queries of the published files, which know nothing of the project.

What the tests hold the project's figures against; no module of the project is imported here.
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

STATES = {
    "Central Equatoria state": "SS-EC",
    "East Equatoria state": "SS-EE",
    "West Equatoria state": "SS-EW",
    "Jonglei state": "SS-JG",
    "Lakes state": "SS-LK",
    "Upper Nile state": "SS-NU",
    "Unity state": "SS-UY",
    "Warap state": "SS-WR",
    "North Bahr-al-Ghazal state": "SS-BN",
    "West Bahr-al-Ghazal state": "SS-BW",
}
REGIONS = ("ML-1", "ML-2", "ML-3", "ML-4", "ML-5", "ML-6", "ML-7", "ML-8", "ML-BKO")


def text_of(path: Path) -> pd.DataFrame:
    """A CSV file, every cell as text."""
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def events(real: Path) -> pd.DataFrame:
    """South Sudan's events: one row an event, `state` empty where it counts in no area."""
    raw = text_of(real / "ucdp_ged_ssd" / "conflict_data_ssd_2011_2017.csv").iloc[1:]
    start, end = pd.to_datetime(raw["date_start"]), pd.to_datetime(raw["date_end"])
    days = (end - start).dt.days + 1
    placed = raw["where_prec"].astype(int) <= 4
    return pd.DataFrame(
        {
            "id": raw["id"],
            "type": raw["type_of_violence"],
            "year": start.dt.year,
            "month": start.dt.strftime("%Y-%m"),
            "quarter": start.dt.year.astype(str) + "-Q" + start.dt.quarter.astype(str),
            "year_only": (raw["date_prec"] == "5") | (days > 31),
            "state": raw["adm_1"].map(STATES).where(placed, "").fillna(""),
            "where_prec": raw["where_prec"].astype(int),
            "civilians": raw["deaths_civilians"].astype(int),
            "best": raw["best"].astype(int),
        }
    )


def by_area(frame: pd.DataFrame, country: str) -> pd.DataFrame:
    """Each row once for the country and once for its state, where it has one."""
    whole = frame.assign(area=country)
    return pd.concat([whole, frame[frame["state"] != ""].assign(area=frame["state"])])


def published_deaths(real: Path, country: str) -> pd.DataFrame:
    """UCDP's country-year file: year, and best estimates by type of violence."""
    raw = text_of(real / "ucdp_orgviolence_cy" / "organizedviolencecy_v25_1_mli_ssd.csv")
    raw = raw[raw["country_cy"] == country]
    names = {
        "sb_total_deaths_best_cy": "state_based",
        "ns_total_deaths_best_cy": "non_state",
        "os_total_deaths_best_cy": "one_sided",
    }
    return raw[list(names)].rename(columns=names).astype(int).set_index(raw["year_cy"].astype(int))


def bases(real: Path, mission: str) -> pd.DataFrame:
    """RADPKO: one row a base and year, numbers as numbers."""
    raw = text_of(real / "radpko" / f"radpko_base_year_{mission}.csv")
    numbers = raw[["latitude", "longitude", "untrp", "unpol"]].astype(float)
    return pd.concat([raw[["base", "date"]], raw["year"].astype(int), numbers], axis=1)


def outline_of(real: Path, country: str, longitude: float, latitude: float) -> str | None:
    """The name of the first outline that covers the point."""
    path = real / "admin1" / f"{country}_admin1.geojson"
    point = shapely.Point(longitude, latitude)
    for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
        if shapely.from_geojson(json.dumps(feature["geometry"])).covers(point):
            return str(feature["properties"]["name"])
    return None


def interviews(real: Path, wave: str) -> pd.DataFrame:
    """Afrobarometer Mali from the CSV of codes (not the .sav that the project reads)."""
    path = real / "afrobarometer_mali" / f"afro_mli_{wave}_codes.csv"
    raw = pd.read_csv(path, dtype=str, keep_default_na=False)
    number = raw["RESPNO"].str.removeprefix("MLI").astype(int)
    region = raw["REGION"].astype(float).astype(int)
    return raw.assign(
        area=[REGIONS[code - 501] for code in region],
        stratum=raw["REGION"] + "/" + raw["URBRUR"],
        psu=(number - 1) // 8,
        weight=raw["withinwt"].astype(float),
    )


def share(frame: pd.DataFrame, question: str, valid: range, favourable: range) -> tuple[float, int]:
    """Weighted share in percent of valid answers that are favourable, and how many are valid."""
    code = frame[question].astype(float)
    asked = frame[code.isin(valid)]
    said = asked[question].astype(float).isin(favourable)
    return 100 * asked.loc[said, "weight"].sum() / asked["weight"].sum(), len(asked)


def standard_error(
    frame: pd.DataFrame, question: str, valid: range, favourable: range, area: str | None = None
) -> float:
    """The linearised standard error in percentage points of a domain's weighted share.

    Var = sum over strata of n/(n-1) times the squared deviations of the PSU totals of
    z = w (y - p) / sum(w); a stratum with one PSU adds the square of its total (its deviation
    from 0, the mean of all PSU totals). Lumley (2010), Complex Surveys, 2.3.
    """
    code = frame[question].astype(float)
    inside = code.isin(valid) & ((frame["area"] == area) if area else True)
    weight = frame["weight"].where(inside, 0.0)
    answer = code.isin(favourable).astype(float)
    p = (weight * answer).sum() / weight.sum()
    scores = weight * (answer - p) / weight.sum()
    variance = 0.0
    for _, stratum in scores.groupby(frame["stratum"]):
        totals = stratum.groupby(frame["psu"]).sum().to_numpy()
        if len(totals) == 1:
            variance += float(totals[0] ** 2)
        else:
            spread = ((totals - totals.mean()) ** 2).sum()
            variance += float(len(totals) / (len(totals) - 1) * spread)
    return 100 * float(np.sqrt(variance))
