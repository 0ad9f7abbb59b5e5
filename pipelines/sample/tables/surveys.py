"""Survey waves: household, site and pulse interviews with design, weights and answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from pipelines.sample import effects
from pipelines.sample.country import AREAS, SECTORS, SITES, sector
from pipelines.sample.draws import Array, Generator, column, numbered, pick, stream

WAVE_STARTS = (date(2025, 2, 3), date(2025, 8, 4), date(2026, 2, 2), date(2026, 8, 3))
_PSU_PER_STRATUM = 20
_FIELD_DAYS = 24
_ATTEMPTS_PER_ANSWER = 1.23
_AGES = ("Y18T29", "Y30T44", "Y45T59", "Y_GE60")
_PERIOD = np.timedelta64(1, "D")

# Per cent of favourable answers by wave where nothing above `effects` says otherwise.
_FAVOURABLE_PCT: dict[str, tuple[float | None, ...]] = {
    "safety_overall": (36, 38, 40, 44),
    "safe_walking_night": effects.SAFE_WALKING_PCT,
    "unpol_asked_about_security": (24, 26, 27, 22),
    "mandate_may": (47, 50, 52, None),
    "mandate_may_not": (58, 60, 62, None),
    "could_raise_concern_unpol": (38, 38, 38, 38),  # before women's teams
    "would_report_unpol": (44, 45, 47, 48),
    "would_report_host_police": (33, 33, 32, 34),
    "saw_unpol_patrol": (46, 48, 50, 49),
    "trust_host_police": effects.TRUST_PCT,
    "trip_planned": (71, 66, 72, 65),
    "has_origin_known": (90, 90, 91, 91),
    "origin_safe_enough": (24, 26, 27, 31),
}
_CONTACT_RISK_PCT: dict[str, tuple[float | None, ...]] = {
    "unpol_contact_risk": (None, None, 21, 18),
}
_SITE_FAVOURABLE_PCT: dict[str, tuple[float | None, ...]] = {
    "safe_in_site_day": (56, 58, 61, 66),
    "safe_in_site_night": (38, 40, 43, 49),
}
_PULSE_FAVOURABLE_PCT: dict[str, tuple[float | None, ...]] = {
    "saw_unpol_patrol": (50, 50, 50, 50),
    "safe_walking_night": (36, 36, 36, 36),
    "could_raise_concern_unpol": (46, 46, 46, 46),
}
_SCALES: dict[str, tuple[dict[str, float], dict[str, float]]] = {
    # item: favourable answers with shares, other answers with shares
    "safety_overall": ({"very_good": 3, "good": 7}, {"fair": 5, "bad": 3, "very_bad": 2}),
    "safe_walking_night": (
        {"very_safe": 3, "safe": 7}, {"unsafe": 5, "very_unsafe": 3, "never_go_out": 2},
    ),
    "safe_in_site_day": ({"very_safe": 4, "safe": 6}, {"unsafe": 7, "very_unsafe": 3}),
    "safe_in_site_night": (
        {"very_safe": 3, "safe": 7}, {"unsafe": 5, "very_unsafe": 3, "never_go_out": 2},
    ),
    "could_raise_concern_unpol": (
        {"very_likely": 4, "likely": 6}, {"unlikely": 6, "very_unlikely": 4},
    ),
    "would_report_unpol": ({"very_likely": 4, "likely": 6}, {"unlikely": 6, "very_unlikely": 4}),
    "unpol_contact_risk": ({"very_likely": 3, "likely": 7}, {"unlikely": 6, "very_unlikely": 4}),
    "would_report_host_police": (
        {"very_likely": 3, "likely": 7}, {"unlikely": 6, "very_unlikely": 4},
    ),
    "saw_unpol_patrol": ({"daily": 3, "weekly": 7}, {"monthly": 4, "less": 4, "never": 3}),
    "trust_host_police": ({"a_lot": 3, "somewhat": 7}, {"little": 6, "not_at_all": 4}),
    "mandate_may": ({"correct": 1}, {"wrong": 1}),
    "mandate_may_not": ({"correct": 1}, {"wrong": 1}),
}  # fmt: skip
_YES_NO: tuple[dict[str, float], dict[str, float]] = ({"yes": 1}, {"no": 1})
_WOMEN_LOG_ODDS = {"safe_walking_night": -0.35, "safety_overall": -0.3}


@dataclass(frozen=True)
class Wave:
    """One wave of one instrument: interview attempts, and answers wide (item: column)."""

    instrument: str
    number: int
    respondents: pa.Table
    answers: Mapping[str, pa.Array]

    @property
    def wide(self) -> pa.Table:
        """Respondents with one column an item, as a form on a telephone gives them."""
        return pa.table(
            {**dict(zip(self.respondents.column_names, self.respondents.columns, strict=True)),
             **self.answers}
        )  # fmt: skip

    @property
    def long(self) -> pa.Table:
        """Respondent × item, without the items that were not put."""
        keys = ["survey_code", "wave", "respondent_key"]
        parts = []
        for item, answers in self.answers.items():
            part = self.respondents.select(keys)
            part = part.append_column("item", pa.array([item] * part.num_rows))
            part = part.append_column("answer", answers)
            parts.append(part.filter(pa.compute.is_valid(part["answer"])))
        return pa.concat_tables(parts).sort_by([("respondent_key", "ascending")])


@dataclass(frozen=True)
class _Sample:
    """One row an attempted interview, positions and draws that everything else follows from."""

    area: Array  # position in AREAS
    site: Array  # position in SITES, -1 for none
    stratum: Array
    psu: Array
    psu_effect: Array
    fpc_psu: Array
    weight: Array
    sex: Array
    age: Array

    def __len__(self) -> int:
        return int(self.area.size)


def household_wave(seed: int, number: int, respondents: int) -> Wave:
    """Wave 1 to 4: 12 strata × 20 PSU, `respondents` answers in all, and who did not answer."""
    generator = stream(seed, "household", number)
    sample = _household_sample(seed, generator, number, respondents)
    result = _result(generator, sample, respondents)
    rows = _respondents(generator, sample, result, "household", "MPS", number)
    answers = _answers(generator, sample, result, rows, _FAVOURABLE_PCT, number)
    # asked since wave 3, of a stream of its own, so that it shifts no other answer
    risk = stream(seed, "contact risk", number)
    answers |= _answers(risk, sample, result, rows, _CONTACT_RISK_PCT, number)
    return Wave("household", number, rows, answers)


def site_wave(seed: int, number: int, respondents: int) -> Wave:
    """Interviews within sites: each site a stratum, its blocks the PSU."""
    generator = stream(seed, "site", number)
    sample = _site_sample(seed, generator, respondents)
    result = _result(generator, sample, respondents)
    rows = _respondents(generator, sample, result, "site", "MSS", number)
    answers = _answers(generator, sample, result, rows, _SITE_FAVOURABLE_PCT, number)
    return Wave("site", number, rows, answers)


def pulse_wave(seed: int, number: int, respondents: int) -> Wave:
    """Short interviews soon after activities, in every area; no weights."""
    generator = stream(seed, "pulse", number)
    size = int(respondents * _ATTEMPTS_PER_ANSWER)
    area = generator.integers(0, len(AREAS), size)
    area = np.where(area == AREAS.index(effects.CLOSED_AREA), 0, area)
    sample = _Sample(
        area, np.full(size, -1), np.array(AREAS, dtype=object)[area],
        np.array(AREAS, dtype=object)[area], np.zeros(size), np.full(size, np.nan),
        np.full(size, np.nan), *_persons(generator, size),
    )  # fmt: skip
    result = _result(generator, sample, respondents)
    rows = _respondents(generator, sample, result, "pulse", "PULSE", number)
    answers = _answers(generator, sample, result, rows, _PULSE_FAVOURABLE_PCT, number)
    return Wave("pulse", number, rows, answers)


def _household_sample(seed: int, generator: Generator, wave: int, respondents: int) -> _Sample:
    """The same PSU in every wave; those of the closed area are replaced within the stratum."""
    frame = stream(seed, "frame")
    psus = len(SECTORS) * _PSU_PER_STRATUM
    stratum = np.repeat(np.arange(len(SECTORS)), _PSU_PER_STRATUM)
    effect = frame.normal(0, 0.4, psus)
    listed = frame.integers(140, 420, len(SECTORS))
    household_weight = frame.uniform(60, 190, psus)
    closed = WAVE_STARTS[wave - 1] >= effects.CLOSED_FROM - 14 * _ONE_DAY
    area = np.array([_area_of_psu(at, closed) for at in range(psus)])
    moved = area != np.array([_area_of_psu(at, False) for at in range(psus)])
    effect = np.where(moved, generator.normal(0, 0.4, psus), effect)
    names = np.array(
        [
            f"{SECTORS[stratum[at]]}-{at % _PSU_PER_STRATUM + 1:02d}{'R' * int(moved[at])}"
            for at in range(psus)
        ],
        dtype=object,
    )
    size = round(respondents * _ATTEMPTS_PER_ANSWER)
    psu = np.arange(size) * psus // size
    return _Sample(
        area[psu], np.full(size, -1), np.array(SECTORS, dtype=object)[stratum[psu]], names[psu],
        effect[psu] + generator.normal(0, 0.1, psus)[psu], listed[stratum[psu]].astype(float),
        household_weight[psu] * generator.lognormal(0, 0.12, size), *_persons(generator, size),
    )  # fmt: skip


def _site_sample(seed: int, generator: Generator, respondents: int) -> _Sample:
    frame = stream(seed, "site frame")
    blocks = 8
    effect = frame.normal(0, 0.3, (len(SITES), blocks))
    size = round(respondents * _ATTEMPTS_PER_ANSWER)
    site = np.arange(size) * len(SITES) // size
    block = generator.integers(0, blocks, size)
    codes = np.array([site.code for site in SITES], dtype=object)
    persons = np.array([site.persons for site in SITES])
    psu = np.array(
        [f"{codes[at]}-{number + 1}" for at, number in zip(site, block, strict=True)], dtype=object
    )
    area = np.array([AREAS.index(entry.area) for entry in SITES])[site]
    weight = persons[site] * 0.55 / (respondents / len(SITES)) * generator.lognormal(0, 0.1, size)
    return _Sample(
        area, site, codes[site], psu, effect[site, block], np.full(size, 40.0), weight,
        *_persons(generator, size),
    )  # fmt: skip


_ONE_DAY = date(2024, 1, 2) - date(2024, 1, 1)


def _area_of_psu(psu: int, closed: bool) -> int:
    """The area of a PSU: those of its stratum in turn, without the closed one."""
    main = SECTORS[psu // _PSU_PER_STRATUM]
    areas = [area for area in AREAS if sector(area) == main]
    area = areas[psu % len(areas)]
    if closed and area == effects.CLOSED_AREA:
        others = [name for name in areas if name != effects.CLOSED_AREA]
        area = others[psu % len(others)]
    return AREAS.index(area)


def _persons(generator: Generator, size: int) -> tuple[Array, Array]:
    ages = dict(zip(_AGES, (36, 33, 20, 11), strict=True))
    return pick(generator, {"F": 51, "M": 49}, size), pick(generator, ages, size)


def _result(generator: Generator, sample: _Sample, respondents: int) -> Array:
    """Who answered: exactly `respondents`, fewer young men and old people than others."""
    reach = np.ones(len(sample))
    reach[(sample.sex == "M") & (sample.age == "Y18T29")] = 0.35
    reach[sample.age == "Y_GE60"] = 0.3
    # Efraimidis and Spirakis 2006: a weighted sample without replacement by the largest keys
    keys = generator.random(len(sample)) ** (1 / reach)
    result = pick(generator, {"refusal": 45, "no_contact": 40, "ineligible": 15}, len(sample))
    answered = np.argsort(-keys, kind="stable")[:respondents]
    result[answered] = pick(generator, {"complete": 97, "partial": 3}, respondents)
    return result


def _respondents(
    generator: Generator, sample: _Sample, result: Array, instrument: str, code: str, number: int
) -> pa.Table:
    size = len(sample)
    answered = np.isin(result, ("complete", "partial"))
    weighted = answered & np.isfinite(sample.weight)
    adults = 1 + generator.binomial(5, 0.35, size)
    displaced = pick(
        generator, {"resident": 70, "displaced": 20, "returnee": 8, "refugee": 2}, size
    )
    displaced = np.where(sample.site >= 0, "displaced", displaced)
    origin = np.array(AREAS, dtype=object)[generator.integers(0, len(AREAS), size)]
    started = _interview_start(generator, number, size)
    minutes = np.where(
        generator.random(size) < 0.01,
        generator.integers(3, 8, size),
        generator.integers(22, 56, size),
    )
    key = numbered(f"{instrument[0].upper()}{number}-", np.arange(1, size + 1))
    sites = np.array([*(site.code for site in SITES), None], dtype=object)
    areas = np.array(AREAS, dtype=object)[sample.area]
    female = np.where(sample.sex == "F", "F", pick(generator, {"F": 40, "M": 60}, size))
    return pa.table({
        "survey_code": [code] * size,
        "wave": [str(number)] * size,
        "instrument": [instrument] * size,
        "respondent_key": column(key),
        "household_key": column(np.char.add("HH-", key.astype(str)).astype(object)),
        "stratum": column(sample.stratum),
        "psu": column(sample.psu),
        "weight_person": column((sample.weight * adults / 3).round(4), weighted),
        "weight_household": column(sample.weight.round(4), weighted),
        "fpc_psu": column(sample.fpc_psu, np.isfinite(sample.fpc_psu)),
        "result": column(result),
        "consent_given": column(answered),
        "interviewed_on": column(started.astype("datetime64[D]")),
        "started_at": column(started, answered),
        "ended_at": column(started + minutes * np.timedelta64(1, "m"), answered),
        "interviewer_key": column(numbered("INT-", generator.integers(1, 49, size), 3)),
        "interviewer_sex": column(female),
        "language": column(pick(generator, {"sag": 58, "fra": 24, "ara": 18}, size)),
        "area_code": column(np.where(sample.site >= 0, sites[sample.site], areas)),
        "site_code": column(sites[sample.site], sample.site >= 0),
        "origin_area_code": column(origin, answered & (displaced == "displaced")),
        "sex": column(sample.sex),
        "age_group": column(sample.age),
        "is_adult": [True] * size,
        "displacement_status": column(displaced, answered),
        "disability": column(pick(generator, {"no": 88, "yes": 10, "_U": 2}, size), answered),
        "household_head_sex": column(pick(generator, {"M": 69, "F": 31}, size), answered),
        "form_version": [f"v{number}"] * size,
    })  # fmt: skip


def _interview_start(generator: Generator, number: int, size: int) -> Array:
    first = np.datetime64(WAVE_STARTS[number - 1], "m")
    day = generator.integers(0, _FIELD_DAYS, size)
    return first + day * np.timedelta64(1440, "m") + generator.integers(450, 1020, size)


def _answers(
    generator: Generator,
    sample: _Sample,
    result: Array,
    rows: pa.Table,
    favourable_pct: Mapping[str, tuple[float | None, ...]],
    number: int,
) -> dict[str, pa.Array]:
    answered = np.isin(result, ("complete", "partial"))
    put = {
        "has_origin_known": np.array(rows["displacement_status"]) == "displaced",
        "origin_safe_enough": np.array(rows["displacement_status"]) == "displaced",
    }
    found = {}
    for item, by_wave in favourable_pct.items():
        favourable = by_wave[number - 1]
        if favourable is None:
            continue
        chance = _chance(generator, sample, answered, item, favourable, number)
        answers = _on_scale(generator, item, generator.random(len(sample)) < chance)
        stopped = (result == "partial") & (generator.random(len(sample)) < 0.5)
        asked = answered & put.get(item, np.full(len(sample), True)) & ~stopped
        found[item] = column(answers, asked)
    if "trip_planned" in found:
        found |= _trips(generator, np.array(found["trip_planned"]))
    return found


def _chance(
    generator: Generator, sample: _Sample, answered: Array, item: str, favourable: float, wave: int
) -> Array:
    """The chance of a favourable answer, so set that it has this mean over who answered."""
    areas = stream(0, f"area {item}").normal(0, 0.35, len(AREAS))
    log_odds = areas[sample.area] + sample.psu_effect + generator.normal(0, 0.2, len(sample))
    log_odds += np.where(sample.sex == "F", _WOMEN_LOG_ODDS.get(item, 0.0), 0.0)
    if item == "saw_unpol_patrol":
        few = sample.area == AREAS.index(effects.LOGGED_NOT_SEEN_AREA)
        log_odds = np.where(few, np.log(effects.SEEN_PCT / (100 - effects.SEEN_PCT)), log_odds)
        return _calibrated(log_odds, answered & ~few, favourable, ~few)
    chance = _calibrated(log_odds, answered, favourable, np.full(len(sample), True))
    if item != "could_raise_concern_unpol":
        return chance
    team = np.array([_has_women_team(area, wave) for area in AREAS])[sample.area]
    moved = np.log(chance / (1 - chance)) + team * effects.WOMEN_TEAM_LOG_ODDS
    return 1 / (1 + np.exp(-moved))


def _has_women_team(area: str, wave: int) -> bool:
    start = effects.WOMEN_TEAMS_FROM.get(sector(area))
    return start is not None and start <= WAVE_STARTS[wave - 1]


def _calibrated(log_odds: Array, over: Array, favourable_pct: float, shifted: Array) -> Array:
    """Chances with an intercept found by halving, so that their mean over `over` is the target."""
    low, high = -12.0, 12.0
    for _ in range(60):
        middle = (low + high) / 2
        mean = (1 / (1 + np.exp(-(log_odds[over] + middle)))).mean()
        low, high = (middle, high) if mean < favourable_pct / 100 else (low, middle)
    return 1 / (1 + np.exp(-(log_odds + np.where(shifted, low, 0.0))))


def _on_scale(generator: Generator, item: str, favourable: Array) -> Array:
    """Answers of the item's scale; one in 22 does not know or refuses."""
    good, bad = _SCALES.get(item, _YES_NO)
    answers = np.where(
        favourable, pick(generator, good, favourable.size), pick(generator, bad, favourable.size)
    )
    drawn = generator.random(favourable.size)
    answers[drawn < 0.03] = "dont_know"
    answers[drawn > 0.985] = "refused"
    return answers


def _trips(generator: Generator, planned: Array) -> dict[str, pa.Array]:
    """Days on which the household meant to go to market or fields, and days given up."""
    days = generator.integers(1, 9, planned.size)
    prevented = generator.binomial(days, np.where(generator.random(planned.size) < 0.62, 0.0, 0.4))
    yes = planned == "yes"
    return {
        "trip_days_planned": column(days.astype(str).astype(object), yes),
        "trip_days_prevented": column(prevented.astype(str).astype(object), yes),
    }
