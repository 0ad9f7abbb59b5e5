"""Survey indicators: weighted shares and their variance by the plain Taylor formula.

For a share p of a domain, u = w (y - p) / sum of w over valid answers of the domain, 0 elsewhere.
Its variance is the sum over strata of (1 - m/M) m/(m - 1) times the sum over the m primary sampling
units of (total of u - mean total)^2 (Wolter 2007, Introduction to Variance Estimation, 6.5). All
units of the design stay, also those without a member of the domain.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import special

from tests.oracle.cells import CELL, TOTAL, with_crossed
from tests.oracle.world import PERIOD_TYPES, World, period_of

_SAFE = {"safe", "very_safe"}
_LIKELY = {"likely", "very_likely"}
_NO_ANSWER = {"dont_know", "refused", "not_asked"}
_PERSON = {"sex": "sex", "age_group": "age_group", "displacement_status": "displacement_status"}
_DISABILITY = {"disability": "disability"}  # 63
_WITHOUT_SEX = {"age_group": "age_group", "displacement_status": "displacement_status"}


@dataclass(frozen=True)
class Item:
    """Favourable answers of one or more questions (all must be favourable), and who is asked."""

    favourable: Mapping[str, set[str]]
    dimensions: Mapping[str, str]
    instrument: str = "household"
    only_sex: str | None = None
    is_gap: bool = False  # men minus women
    weight: str = "weight_person"
    # Answers without which an answer is not valid; whether only the displaced are asked.
    only_answers: Mapping[str, str] = field(default_factory=dict)
    only_displaced: bool = False


ITEMS = {
    "P1-OC-01": Item({"unpol_asked_about_security": {"yes"}}, {**_PERSON, **_DISABILITY}),
    "P1-OC-04": Item(
        {"mandate_may": {"correct"}, "mandate_may_not": {"correct"}},
        {"sex": "sex", "age_group": "age_group", "language": "language"},
    ),
    "P1-OC-05": Item(
        {"could_raise_concern_unpol": _LIKELY}, {**_WITHOUT_SEX, **_DISABILITY}, only_sex="F"
    ),
    "P1-OC-07": Item({"would_report_unpol": _LIKELY}, _PERSON),
    "P1-OC-09": Item({"unpol_contact_risk": _LIKELY}, _PERSON),
    "P2-OC-01": Item({"saw_unpol_patrol": {"daily", "weekly"}}, _PERSON),
    "P2-OC-05": Item({"safe_walking_night": _SAFE}, {**_PERSON, **_DISABILITY}),
    "P2-OC-06": Item(
        {"trip_days_prevented": {"0"}},
        {"sex": "household_head_sex", "displacement_status": "displacement_status"},
        weight="weight_household",
        only_answers={"trip_planned": "yes"},
    ),
    "P2-OC-09": Item(
        {"safe_in_site_day": _SAFE, "safe_in_site_night": _SAFE},
        {"sex": "sex", "age_group": "age_group", **_DISABILITY},
        instrument="site",
    ),
    "P3-OC-02": Item({"trust_host_police": {"a_lot", "somewhat"}}, _PERSON),
    "P3-OC-04": Item({"would_report_host_police": _LIKELY}, _PERSON),
    "P3-OC-09": Item(
        {"origin_safe_enough": {"yes"}},
        {"sex": "household_head_sex", "area_of_origin": "origin_area_code"},
        weight="weight_household",
        only_answers={"has_origin_known": "yes"},
        only_displaced=True,
    ),
    "X-IM-01": Item({"safety_overall": {"good", "very_good"}}, {**_PERSON, **_DISABILITY}),
    "X-IM-02": Item({"safety_overall": {"good", "very_good"}}, _WITHOUT_SEX, is_gap=True),
}


def recompute(world: World, wanted: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Code and cells of every survey indicator; `wanted` as for the census."""
    for code in sorted(ITEMS.keys() & set(wanted["indicator"])):
        item = ITEMS[code]
        asked = wanted[wanted["indicator"] == code].drop(columns="indicator")
        shown = waves_shown(world, item)
        estimates = [
            _estimates(world, item, design).assign(wave_key=key)
            for key, design in _designs(world, item).items()
            if key in set(shown["wave_key"])
        ]
        found = shown.merge(pd.concat(estimates), on="wave_key").drop(columns="wave_key")
        yield code, _cells(world, asked, found)


def _interviews(world: World, item: Item) -> pd.DataFrame:
    """Complete and partial interviews with consent of waves that ended by the as-of date."""
    rows = world.tables["survey_respondents"]
    rows = rows[(rows["instrument"] == item.instrument)]
    rows = rows.assign(wave_key=rows["survey_code"] + " " + rows["wave"])
    taken = rows["result"].isin(["complete", "partial"]) & rows["consent_given"]
    later = rows.loc[taken & (rows["interviewed_on"] > world.as_of), "wave_key"]
    return rows[taken & ~rows["wave_key"].isin(later)]


def _answers(world: World, question: str) -> pd.DataFrame:
    rows = world.tables["survey_answers"]
    rows = rows[rows["item"] == question]
    return rows[["survey_code", "wave", "respondent_key", "answer"]]


def _answer_of(world: World, rows: pd.DataFrame, question: str) -> pd.Series:
    """Each respondent's answer; null without one."""
    key = ["survey_code", "wave", "respondent_key"]
    found = rows[key].merge(_answers(world, question), on=key, how="left")
    return found["answer"].set_axis(rows.index)


def waves_shown(world: World, item: Item) -> pd.DataFrame:
    """`period_type, period, wave_key`: the latest wave that asked the item (definition 16)."""
    rows = _interviews(world, item)
    for question in [*item.only_answers, *item.favourable]:
        asked = _answers(world, question)
        asked = asked[asked["answer"] != "not_asked"]
        keys = set(asked["survey_code"] + " " + asked["wave"])
        rows = rows[rows["wave_key"].isin(keys)]
    last = rows[rows["result"] == "complete"].groupby("wave_key")["interviewed_on"].max()
    found = pd.concat(
        pd.DataFrame({"period_type": kind, "period": period_of(last, kind), "last": last})
        for kind in PERIOD_TYPES
        if kind != "W"
    ).reset_index()
    return found.sort_values("last").groupby(["period_type", "period"]).tail(1).drop(columns="last")


def _designs(world: World, item: Item) -> dict[str, pd.DataFrame]:
    """By wave: the interviews with y (1, 0, missing), domain columns, stratum and unit numbers."""
    rows = _interviews(world, item)
    y = pd.Series(1.0, index=rows.index)
    for question, favourable in item.favourable.items():
        answer = _answer_of(world, rows, question)
        y *= answer.isin(favourable).astype(float).mask(answer.isna() | answer.isin(_NO_ANSWER))
    for question, wanted in item.only_answers.items():
        y = y.where(_answer_of(world, rows, question) == wanted)
    rows = rows.assign(y=y)
    rows["area_code"] = rows["site_code"] if item.instrument == "site" else rows["area_code"]
    is_person_item = item.weight == "weight_person"
    rows["is_asked"] = rows["is_adult"].fillna(False).astype(bool) | (not is_person_item)
    if item.only_displaced:
        rows["is_asked"] &= rows["displacement_status"] == "displaced"
    if item.only_sex:
        rows["is_asked"] &= rows["sex"] == item.only_sex
    return dict(iter(rows.groupby("wave_key")))


def _domains(
    world: World, item: Item, design: pd.DataFrame
) -> dict[tuple[str, str, str], np.ndarray]:
    """(area, dimension, code): which rows of the design belong to it."""
    found = {}
    position = pd.Series(range(len(design)), index=design.index)
    held = design.assign(position=position).merge(world.above, on="area_code")
    held, dimensions = with_crossed(held[held["is_asked"]], item.dimensions)
    for dimension, column in {TOTAL: TOTAL, **dimensions}.items():
        named = held.assign(code=TOTAL if column == TOTAL else held[column])
        for (area, code), rows in named.groupby(["area", "code"]):
            member = np.zeros(len(design), dtype=bool)
            member[rows["position"]] = True
            found[area, dimension, code] = member
    return found


def _estimates(world: World, item: Item, design: pd.DataFrame) -> pd.DataFrame:
    domains = _domains(world, item, design)
    strata = design["stratum"].to_numpy()
    person = pd.Series([f"person {number}" for number in range(len(design))], index=design.index)
    units = (design["stratum"] + " / " + design["psu"].fillna(person)).to_numpy()
    y, weight = design["y"].to_numpy(), design[item.weight].to_numpy(dtype=float)
    # A count of units says nothing of a stratum whose persons are each their own unit.
    without = design["psu"].isna().groupby(design["stratum"]).transform("any")
    population = design["fpc_psu"].mask(without).to_numpy(dtype=float)
    sample = _Sample(strata, units, population)
    if item.is_gap:
        is_man, is_woman = (design["sex"].to_numpy() == code for code in ["M", "F"])
        rows = [_gap(sample, y, weight, member, is_man, is_woman) for member in domains.values()]
    else:
        rows = [_share(sample, y, weight, member) for member in domains.values()]
    keys = pd.DataFrame(list(domains), columns=["area", "dimension", "code"])
    return keys.join(pd.DataFrame(rows))


class _Sample:
    """Strata and primary sampling units of a design, numbered."""

    def __init__(self, strata: np.ndarray, units: np.ndarray, population: np.ndarray) -> None:
        self.unit_names, first, self.unit = np.unique(units, return_index=True, return_inverse=True)
        self.stratum_names, self.stratum_of_unit = np.unique(strata[first], return_inverse=True)
        self.size = np.bincount(self.stratum_of_unit)
        by_stratum = pd.Series(population[first]).groupby(self.stratum_of_unit).first()
        share = self.size / by_stratum.to_numpy()
        self.remaining = np.where(np.isnan(share), 1.0, 1.0 - share)

    def variance(self, u: np.ndarray) -> float:
        """Variance of the sum of u; a stratum of one unit is centred at the overall mean."""
        totals = np.bincount(self.unit, weights=u, minlength=len(self.unit_names))
        mean = np.bincount(self.stratum_of_unit, weights=totals) / self.size
        lonely = self.size == 1
        mean[lonely] = totals.mean()
        squares = (totals - mean[self.stratum_of_unit]) ** 2
        factor = np.where(lonely, 1.0, self.size / np.maximum(self.size - 1, 1))
        sums = np.bincount(self.stratum_of_unit, weights=squares)
        return float((self.remaining * factor * sums).sum())

    def degrees_of_freedom(self, member: np.ndarray) -> int:
        """Units with a member of the domain minus strata with one."""
        units = np.unique(self.unit[member])
        return len(units) - len(np.unique(self.stratum_of_unit[units]))


def _linearised(
    y: np.ndarray, weight: np.ndarray, member: np.ndarray
) -> tuple[float, float, float, int, np.ndarray]:
    """Numerator, denominator, share, n and u of one domain."""
    valid = member & ~np.isnan(y)
    w = np.where(valid, weight, 0.0)
    value = np.where(valid, y, 0.0)
    numerator, denominator = float((w * value).sum()), float(w.sum())
    share = numerator / denominator if valid.any() else np.nan
    u = np.where(valid, w * (value - share) / denominator, 0.0) if valid.any() else w
    return numerator, denominator, share, int(valid.sum()), u


def _share(
    sample: _Sample, y: np.ndarray, weight: np.ndarray, member: np.ndarray
) -> dict[str, float | str]:
    numerator, denominator, p, n, u = _linearised(y, weight, member)
    df = sample.degrees_of_freedom(member)
    se = np.sqrt(sample.variance(u)) if n else np.nan
    se = 0.0 if se < 1e-12 else se
    low, high = np.nan, np.nan
    if se > 0 and df > 0 and 0 < p < 1:
        half = special.stdtrit(df, 0.975) * se / (p * (1 - p))
        low, high = (1 / (1 + np.exp(-(np.log(p / (1 - p)) + side * half))) for side in (-1, 1))
    return {
        "value": 100 * p, "numerator": numerator, "denominator": denominator, "n": n,
        "se": 100 * se, "ci_low": 100 * low, "ci_high": 100 * high, "df": df,
        "deff": _design_effect(p, se, n),
        "obs_status": "M" if n == 0 else ("U" if too_imprecise(p, se, n, df) else "A"),
    }  # fmt: skip


def _design_effect(p: float, se: float, n: int) -> float:
    """Variance over that of a simple random sample of n with replacement, s²/n of the share;
    none where the design shows no variance."""
    simple = p * (1 - p) / (n - 1) if n > 1 else np.nan
    return float(se**2 / simple) if simple > 1e-12 and se > 0 else np.nan


def too_imprecise(p: float, se: float, n: int, df: int) -> bool:
    """NCHS presentation standards of 2017 for proportions (Parker et al. 2017, figure 1)."""
    if n < 30 or df <= 0:
        return True
    ratio = special.stdtrit(n - 1, 0.975) / special.stdtrit(df, 0.975)
    plain = p <= 1e-12 or p >= 1 - 1e-12 or se == 0
    effective = n if plain else min(n, p * (1 - p) / se**2 * ratio**2)
    x = effective * p
    low = 0.0 if x <= 0 else special.betaincinv(x, effective - x + 1, 0.025)
    high = 1.0 if p >= 1 else special.betaincinv(x + 1, effective - x, 0.975)
    width = high - low
    wide_for_p = 0.05 < width < 0.30 and width / p > 1.30 if 0 < p < 1 else False
    return effective < 30 or width >= 0.30 or wide_for_p


def _gap(
    sample: _Sample,
    y: np.ndarray,
    weight: np.ndarray,
    member: np.ndarray,
    is_man: np.ndarray,
    is_woman: np.ndarray,
) -> dict[str, float | str]:
    """X-IM-02: share of men minus share of women; one u, so that shared units count once."""
    *_, men, n_men, u_men = _linearised(y, weight, member & is_man)
    *_, women, n_women, u_women = _linearised(y, weight, member & is_woman)
    shares = [_share(sample, y, weight, member & sex) for sex in (is_man, is_woman)]
    df = sample.degrees_of_freedom(member & (is_man | is_woman))
    known = n_men > 0 and n_women > 0
    se = np.sqrt(sample.variance(u_men - u_women)) if known else np.nan
    half = special.stdtrit(df, 0.975) * se if df > 0 else np.nan
    return {
        "value": 100 * (men - women), "n": n_men + n_women, "se": 100 * se, "df": df,
        "ci_low": 100 * (men - women - half), "ci_high": 100 * (men - women + half),
        "numerator": np.nan, "denominator": np.nan,
        "obs_status": "M" if not known else max(share["obs_status"] for share in shares),
    }  # fmt: skip


def _cells(world: World, asked: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Wanted cells with what was estimated; without a wave nothing was reported: O."""
    cells = asked.merge(found, on=CELL, how="outer")
    cells = cells.merge(world.periods, on=["period_type", "period"])
    cells["obs_status"] = cells["obs_status"].fillna("O")
    running = (cells["end"] > world.as_of) & (cells["obs_status"] == "A")
    cells["obs_status"] = cells["obs_status"].mask(running, "P")
    return cells
