"""Survey waves: household, site and pulse interviews with design, weights and answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from pipelines.sample import effects
from pipelines.sample.country import AREA_CODES, AREAS, SECTORS, SITES, sector
from pipelines.sample.draws import Array, Stream, stream
from pipelines.sample.facts import facts
from pipelines.sample.rows import column, numbered, rows_of

_SAID, _SHARES = facts("surveys"), facts("shares")["surveys"]
WAVE_STARTS: list[date] = _SAID["starts"]
_PSU_PER_STRATUM, _BLOCKS_PER_SITE = 20, 8
_FIELD_DAYS = 24
_ATTEMPTS_PER_ANSWER = 1.23
_YES_NO: list[dict[str, float]] = [{"yes": 1}, {"no": 1}]
_MINUTE = np.timedelta64(1, "m")


@dataclass(frozen=True)
class Wave:
    """One wave of one instrument: interview attempts, and answers wide (item: column)."""

    respondents: pa.Table
    answers: Mapping[str, pa.Array]

    @property
    def wide(self) -> pa.Table:
        """Respondents with one column an item, as a form on a telephone gives them."""
        columns = zip(self.respondents.column_names, self.respondents.columns, strict=True)
        return pa.table({**dict(columns), **self.answers})

    @property
    def long(self) -> pa.Table:
        """Respondent × item, without the items that were not put."""
        keys = self.respondents.select(["survey_code", "wave", "respondent_key"])
        parts = []
        for item, answers in self.answers.items():
            part = keys.append_column("item", pa.array([item] * keys.num_rows))
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


def draw_wave(seed: int, instrument: str, number: int, respondents: int) -> Wave:
    """Wave 1 to 4 of an instrument: `respondents` answers in all, and who did not answer."""
    draw = stream(seed, instrument, number)
    if instrument == "household":
        sample = _household_sample(seed, draw, number, respondents)
    elif instrument == "site":
        sample = _site_sample(seed, draw, respondents)
    else:
        sample = _pulse_sample(draw, respondents)
    result = _result(draw, sample, respondents)
    rows = _respondents(draw, sample, result, instrument, number)
    answers = _answers(draw, sample, result, rows, instrument, number)
    if instrument == "household":  # of a stream of its own, so that it shifts no other answer
        risk = stream(seed, "contact risk", number)
        answers |= _answers(risk, sample, result, rows, "contact_risk", number)
    return Wave(rows, answers)


def _household_sample(seed: int, draw: Stream, wave: int, respondents: int) -> _Sample:
    """The same PSU in every wave, 20 in each of 12 strata; those of the closed area are replaced
    within the stratum."""
    frame, psus = stream(seed, "frame"), len(SECTORS) * _PSU_PER_STRATUM
    stratum = np.repeat(np.arange(len(SECTORS)), _PSU_PER_STRATUM)
    effect = frame.normal(0, 0.4, psus)
    listed = frame.integers(140, 420, len(SECTORS))
    household_weight = frame.uniform(60, 190, psus)
    is_closed = WAVE_STARTS[wave - 1] >= effects.CLOSED_FROM - timedelta(days=14)
    area = np.array([_area_of_psu(at, is_closed) for at in range(psus)])
    moved = area != np.array([_area_of_psu(at, False) for at in range(psus)])
    effect = np.where(moved, draw.normal(0, 0.4, psus), effect)
    names = [
        f"{SECTORS[stratum[at]]}-{at % _PSU_PER_STRATUM + 1:02d}{'R' * int(moved[at])}"
        for at in range(psus)
    ]
    size = round(respondents * _ATTEMPTS_PER_ANSWER)
    psu = np.arange(size) * psus // size
    return _Sample(
        area[psu], np.full(size, -1), np.array(SECTORS, dtype=object)[stratum[psu]],
        np.array(names, dtype=object)[psu], effect[psu] + draw.normal(0, 0.1, psus)[psu],
        listed[stratum[psu]].astype(float), household_weight[psu] * draw.lognormal(0, 0.12, size),
        *_persons(draw, size),
    )  # fmt: skip


def _site_sample(seed: int, draw: Stream, respondents: int) -> _Sample:
    """Interviews within sites: each site a stratum, its blocks the PSU."""
    effect = stream(seed, "site frame").normal(0, 0.3, (len(SITES), _BLOCKS_PER_SITE))
    size = round(respondents * _ATTEMPTS_PER_ANSWER)
    site = np.arange(size) * len(SITES) // size
    block = draw.integers(0, _BLOCKS_PER_SITE, size)
    codes = np.array([site.code for site in SITES], dtype=object)
    persons = np.array([site.persons for site in SITES])
    psu = codes[site] + "-" + (block + 1).astype(str).astype(object)
    area = np.array([AREAS.index(entry.area) for entry in SITES])[site]
    weight = persons[site] * 0.55 / (respondents / len(SITES)) * draw.lognormal(0, 0.1, size)
    return _Sample(
        area, site, codes[site], psu, effect[site, block], np.full(size, 40.0), weight,
        *_persons(draw, size),
    )  # fmt: skip


def _pulse_sample(draw: Stream, respondents: int) -> _Sample:
    """Short interviews soon after activities, in every area; no weights."""
    size = int(respondents * _ATTEMPTS_PER_ANSWER)
    area = draw.integers(0, len(AREAS), size)
    area = np.where(area == AREAS.index(effects.CLOSED_AREA), 0, area)
    none, codes = np.full(size, np.nan), AREA_CODES[area]
    return _Sample(
        area, np.full(size, -1), codes, codes, np.zeros(size), none, none, *_persons(draw, size)
    )


def _area_of_psu(psu: int, closed: bool) -> int:
    """The area of a PSU: those of its stratum in turn, without the closed one."""
    main = SECTORS[psu // _PSU_PER_STRATUM]
    areas = [area for area in AREAS if sector(area) == main]
    area = areas[psu % len(areas)]
    if closed and area == effects.CLOSED_AREA:
        areas.remove(area)
        area = areas[psu % len(areas)]
    return AREAS.index(area)


def _persons(draw: Stream, size: int) -> tuple[Array, Array]:
    return draw.pick(_SHARES["sex"], size), draw.pick(_SHARES["age_group"], size)


def _result(draw: Stream, sample: _Sample, respondents: int) -> Array:
    """Who answered: exactly `respondents`, fewer young men and old people than others."""
    reach = np.ones(len(sample))
    reach[(sample.sex == "M") & (sample.age == "Y18T29")] = 0.35
    reach[sample.age == "Y_GE60"] = 0.3
    # Efraimidis and Spirakis 2006: a weighted sample without replacement by the largest keys
    keys = draw.random(len(sample)) ** (1 / reach)
    result = draw.pick(_SHARES["result"], len(sample))
    answered = np.argsort(-keys, kind="stable")[:respondents]
    result[answered] = draw.pick(_SHARES["result_of_answers"], respondents)
    return result


def _respondents(
    draw: Stream, sample: _Sample, result: Array, instrument: str, number: int
) -> pa.Table:
    size, at_site = len(sample), sample.site >= 0
    answered = np.isin(result, ("complete", "partial"))
    weighted = answered & np.isfinite(sample.weight)
    adults = 1 + draw.binomial(5, 0.35, size)
    displaced = np.where(at_site, "displaced", draw.pick(_SHARES["displacement_status"], size))
    origin = AREA_CODES[draw.integers(0, len(AREAS), size)]
    day = np.datetime64(WAVE_STARTS[number - 1], "D") + draw.integers(0, _FIELD_DAYS, size)
    started = day.astype("datetime64[m]") + draw.integers(450, 1020, size)
    is_hasty = draw.chance(0.01, size)
    minutes = np.where(is_hasty, draw.integers(3, 8, size), draw.integers(22, 56, size))
    key = numbered(f"{instrument[0].upper()}{number}-", size)
    sites = np.array([*(site.code for site in SITES), None], dtype=object)[sample.site]
    of_men = draw.pick(_SHARES["interviewer_of_men"], size)
    return rows_of(
        survey_code=_SAID["survey_code"][instrument],
        wave=str(number),
        instrument=instrument,
        respondent_key=key,
        household_key="HH-" + key,
        stratum=sample.stratum,
        psu=sample.psu,
        weight_person=((sample.weight * adults / 3).round(4), weighted),
        weight_household=(sample.weight.round(4), weighted),
        fpc_psu=(sample.fpc_psu, np.isfinite(sample.fpc_psu)),
        result=result,
        consent_given=answered,
        interviewed_on=day,
        started_at=(started, answered),
        ended_at=(started + minutes * _MINUTE, answered),
        interviewer_key=numbered("INT-", draw.integers(1, 49, size), 3),
        interviewer_sex=np.where(sample.sex == "F", "F", of_men),
        language=draw.pick(_SHARES["language"], size),
        area_code=np.where(at_site, sites, AREA_CODES[sample.area]),
        site_code=(sites, at_site),
        origin_area_code=(origin, answered & (displaced == "displaced")),
        sex=sample.sex,
        age_group=sample.age,
        is_adult=np.full(size, True),
        displacement_status=(displaced, answered),
        disability=(draw.pick(_SHARES["disability"], size), answered),
        household_head_sex=(draw.pick(_SHARES["household_head_sex"], size), answered),
        form_version=f"v{number}",
    )


def _answers(
    draw: Stream, sample: _Sample, result: Array, rows: pa.Table, asked_of: str, number: int
) -> dict[str, pa.Array]:
    answered, size = np.isin(result, ("complete", "partial")), len(sample)
    is_displaced = np.array(rows["displacement_status"]) == "displaced"
    found = {}
    for item, said in _SAID["favourable_pct"][asked_of].items():
        favourable = (effects.waves(said) if isinstance(said, str) else said)[number - 1]
        if favourable is None:
            continue
        chance = _chance(draw, sample, answered, item, favourable, number)
        answers = _on_scale(draw, item, draw.chance(chance, size))
        stopped = (result == "partial") & draw.chance(0.5, size)
        put = is_displaced | (item not in _SAID["only_displaced"])
        found[item] = column(answers, answered & put & ~stopped)
    if "trip_planned" in found:
        found |= _trips(draw, np.array(found["trip_planned"]))
    return found


def _chance(
    draw: Stream, sample: _Sample, answered: Array, item: str, favourable: float, wave: int
) -> Array:
    """The chance of a favourable answer, so set that it has this mean over who answered."""
    areas = stream(0, f"area {item}").normal(0, 0.35, len(AREAS))
    log_odds = areas[sample.area] + sample.psu_effect + draw.normal(0, 0.2, len(sample))
    log_odds += np.where(sample.sex == "F", _SAID["women_log_odds"].get(item, 0.0), 0.0)
    if item == "saw_unpol_patrol":
        few = sample.area == AREAS.index(effects.LOGGED_NOT_SEEN_AREA)
        log_odds = np.where(few, np.log(effects.SEEN_PCT / (100 - effects.SEEN_PCT)), log_odds)
        return _calibrated(log_odds, answered & ~few, favourable, ~few)
    chance = _calibrated(log_odds, answered, favourable, np.full(len(sample), True))
    if item != "could_raise_concern_unpol":
        return chance
    day = WAVE_STARTS[wave - 1]
    teams = {name for name, start in effects.WOMEN_TEAMS_FROM.items() if start <= day}
    team = np.array([sector(area) in teams for area in AREAS])[sample.area]
    moved = np.log(chance / (1 - chance)) + team * effects.WOMEN_TEAM_LOG_ODDS
    return 1 / (1 + np.exp(-moved))


def _calibrated(log_odds: Array, over: Array, favourable_pct: float, shifted: Array) -> Array:
    """Chances with an intercept found by halving, so that their mean over `over` is the target."""
    low, high = -12.0, 12.0
    for _ in range(60):
        middle = (low + high) / 2
        mean = (1 / (1 + np.exp(-(log_odds[over] + middle)))).mean()
        low, high = (middle, high) if mean < favourable_pct / 100 else (low, middle)
    return 1 / (1 + np.exp(-(log_odds + np.where(shifted, low, 0.0))))


def _on_scale(draw: Stream, item: str, favourable: Array) -> Array:
    """Answers of the item's scale; one in 22 does not know or refuses."""
    good, bad = (draw.pick(of, favourable.size) for of in _SAID["scales"].get(item, _YES_NO))
    answers = np.where(favourable, good, bad)
    drawn = draw.random(favourable.size)
    answers[drawn < 0.03] = "dont_know"
    answers[drawn > 0.985] = "refused"
    return answers


def _trips(draw: Stream, planned: Array) -> dict[str, pa.Array]:
    """Days on which the household meant to go to market or fields, and days given up."""
    days = draw.integers(1, 9, planned.size)
    prevented = draw.binomial(days, np.where(draw.chance(0.62, planned.size), 0.0, 0.4))
    counts = {"trip_days_planned": days, "trip_days_prevented": prevented}
    return {name: column(of.astype(str), planned == "yes") for name, of in counts.items()}
