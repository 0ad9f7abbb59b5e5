"""A small release with every state that a page must show, made without the pipeline.

Fictional areas and figures; the same call writes the same rows. Run as a module to write a
workspace: `python -m tests.worlds.release FOLDER`.
"""

import hashlib
import json
import math
import pickle
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pandas as pd

from dashboards.wording.words import in_sentence
from indicators.foundation.mart_tables import DIMENSIONS, MART_TABLES, VALUE_COLUMNS
from pipelines.release.approval.approved_records import approved_tables
from records.store import Store

Rows = Mapping[str, list[dict[str, Any]]]

MISSION = "minutam"
RELEASE = "2026-Q3-r01"
COUNTRY = "MT"
AREA_NAMES = {
    "MT0101": "Aroko",
    "MT0102": "Beldane",
    "MT0103": "Cassou",
    "MT0104": "Dorima",
    "MT0201": "Essari",
    "MT0202": "Fandé",
    "MT0203": "Gorou",
    "MT0204": "Hamsa",
    "MT0301": "Ilora",
    "MT0302": "Jebala",
    "MT0303": "Kessi",
    "MT0304": "Lomara",
}
# One area for each state that a cell of the newest quarters may have.
ZERO_AREA, LATE_AREA, CLOSED_AREA, SMALL_AREA, OTHER_AREA = (
    "MT0201",
    "MT0203",
    "MT0301",
    "MT0303",
    "MT0302",
)
NEUTRAL = "P2-OP-09"
FIRST_DEFINITION = "Killings and injuries in sites, counted once."
FIRST_DEFINITION_FR = "Homicides et blessures dans les sites, comptés une seule fois."
UNRANKED = "X-IM-03"  # by this one no areas are drawn or ordered
_CLASSES = {"survey_answers": "survey", "incidents": "event", "custody_visits": "person"}

_INDICATORS = [
    # code, level, tier, source, measure, rule, unit, direction, value, change a quarter, half-width
    (
        "P2-OC-05",
        "outcome",
        "II",
        "survey_answers",
        "proportion",
        "distinct",
        "percent",
        "up",
        41.0,
        0.9,
        4.0,
    ),
    (
        "P1-OC-05",
        "outcome",
        "I",
        "survey_answers",
        "proportion",
        "distinct",
        "percent",
        "up",
        57.0,
        1.6,
        5.0,
    ),
    ("P2-OC-07", "outcome", "II", "incidents", "rate", "flow", "per_1000", "down", 3.1, -0.25, 0.8),
    ("P2-OC-02", "outcome", "II", "alerts", "ratio", "matured", "percent", "up", 63.0, 0.3, None),
    (
        "P3-OC-02",
        "outcome",
        "III",
        "survey_answers",
        "proportion",
        "distinct",
        "percent",
        "up",
        29.0,
        0.2,
        4.5,
    ),
    (
        "P3-OC-05",
        "outcome",
        "III",
        "custody_visits",
        "ratio",
        "flow",
        "percent",
        "down",
        None,
        0.0,
        None,
    ),
    (
        "P2-OC-01",
        "outcome",
        "II",
        "survey_answers",
        "proportion",
        "distinct",
        "percent",
        "up",
        48.0,
        -0.1,
        4.0,
    ),
    (
        "X-IM-03",
        "impact",
        "I|II|III",
        "rights_monitoring",
        "rate",
        "flow",
        "per 100,000",
        "down",
        4.2,
        -0.02,
        0.75,
    ),
    ("P1-OP-02", "output", "I", "activities", "count", "flow", "sessions", "up", 168.0, 1.0, None),
    (
        "P2-OP-01",
        "output",
        "II",
        "activities",
        "count",
        "flow",
        "patrols",
        "up",
        1218.0,
        12.0,
        None,
    ),
    ("P2-OP-09", "output", "II", "alerts", "count", "flow", "alerts", "neutral", 187.0, 2.0, None),
]
_TITLES = {
    "P2-OC-05": (
        "Adults who feel safe walking alone at night",
        "Adultes qui se sentent en sécurité la nuit",
    ),
    "P1-OC-05": (
        "Women who say they could raise a concern with UN police",
        "Femmes qui pourraient confier une inquiétude à la police de l’ONU",
    ),
    "P2-OC-07": (
        "Violent incidents per 1,000 residents in sites for displaced people",
        "Incidents violents pour 1 000 habitants dans les sites de déplacés",
    ),
    "P2-OC-02": ("Alerts answered within the target time", "Alertes traitées dans le délai cible"),
    "P3-OC-02": (
        "Adults who trust host-State police",
        "Adultes qui font confiance à la police de l’État hôte",
    ),
    "P3-OC-05": (
        "Detainees held beyond the legal limit",
        "Personnes détenues au-delà du délai légal",
    ),
    "P2-OC-01": (
        "Adults who see a UN police patrol at least weekly",
        "Adultes qui voient une patrouille au moins chaque semaine",
    ),
    "X-IM-03": (
        "Civilians killed or injured by violence per 100,000 people",
        "Civils tués ou blessés par la violence pour 100 000 habitants",
    ),
    "P1-OP-02": ("Community dialogue sessions", "Séances de dialogue avec la population"),
    "P2-OP-01": ("Patrols conducted by UN police", "Patrouilles de la police de l’ONU"),
    "P2-OP-09": ("Early-warning alerts received", "Alertes précoces reçues"),
}
_AGAINST = {  # indicator: baseline, target, rating, trend
    "P2-OC-05": (34.0, 50.0, "on_track", "improving"),
    "P1-OC-05": (38.0, 50.0, "achieved", "improving"),
    "P2-OC-07": (5.2, 2.5, "at_risk", "improving"),
    "P2-OC-02": (58.0, 80.0, "off_track", "no_clear_change"),
    "P3-OC-02": (27.0, 40.0, "at_risk", "no_clear_change"),
    "P3-OC-05": (31.0, 15.0, "not_enough_data", None),
    "P2-OC-01": (None, None, None, "no_clear_change"),
    "X-IM-03": (None, None, None, "no_clear_change"),
    "P1-OP-02": (None, None, None, "no_clear_change"),
    "P2-OP-01": (None, None, None, "improving"),
    "P2-OP-09": (None, None, None, "more"),
}
_BASELINE_ON, _TARGET_ON = date(2025, 9, 30), date(2027, 6, 30)
_EDGES = [
    ("E1", "P1-OP-02", "P2-OC-05"),
    ("E2", "P1-OP-02", "P1-OC-05"),
    ("E3", "P2-OP-01", "P2-OC-07"),
    ("E4", "P2-OP-09", "P2-OC-02"),
    ("E5", "P2-OP-01", "P3-OC-02"),
]
_SEX_SHIFT = {"F": -4.0, "M": 4.0}


def _quarters() -> list[tuple[str, str, date, date]]:
    found = []
    for year in (2024, 2025, 2026):
        for number in (1, 2, 3, 4) if year < 2026 else (1, 2, 3):
            start = date(year, 3 * number - 2, 1)
            end = date(year + number // 4, 3 * number % 12 + 1, 1) - timedelta(days=1)
            found.append(("Q", f"{year}-Q{number}", start, end))
    return found


def _months() -> list[tuple[str, str, date, date]]:
    found = []
    for number in range(33):
        year, month = 2024 + number // 12, number % 12 + 1
        end = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
        found.append(("M", f"{year}-{month:02d}", date(year, month, 1), end))
    return found


def _is_wave(period_type: str, end: date) -> bool:
    """Waves end in February and August from 2025 on."""
    months = (2, 8) if period_type == "M" else (3, 9)
    return end.year >= 2025 and end.month in months


_HIDDEN = {"obs_status": "A", "conf_status": "C"}


def _state(indicator: str, source: str, area: str, code: str, end: date) -> dict[str, Any]:
    """The statuses of one cell; empty where a figure stands."""
    newest = code in ("2026-Q3", "2026-09", "2026-08")
    if indicator == "P3-OC-05" and area == COUNTRY:
        return {"obs_status": "U"}
    if area == CLOSED_AREA and end >= date(2026, 8, 1):
        return {"obs_status": "L"}
    if source == "survey_answers":
        return _HIDDEN | {"disclosure": "suppressed"} if area == SMALL_AREA else {}
    if area == LATE_AREA and newest:
        return {"obs_status": "O"}
    if code in ("2025-Q1", "2025-02") and area == COUNTRY and indicator == "P2-OC-07":
        return {"obs_status": "O"}
    if area == SMALL_AREA and newest:
        return _HIDDEN | {"disclosure": "below_8"}
    if area == OTHER_AREA and newest:
        return _HIDDEN | {"disclosure": "suppressed"}
    return {}


def _figure(spec: tuple[Any, ...], place: int, step: int, code: str, area: str) -> dict[str, Any]:
    """A plausible figure with its interval: a level by area, a drift by period, a small wave."""
    _, _, _, _, measure, _, unit, _, newest, drift, half = spec
    level = 40.0 if newest is None else newest
    share = 1.0 if area == COUNTRY else (0.4 + 0.11 * place if unit != "percent" else 1.0)
    shift = (place - 6) * 2.2 if unit == "percent" and area != COUNTRY else 0.0
    value = max(0.0, (level + drift * step) * share + shift + math.sin(place + step) * 0.02 * level)
    if measure == "count":
        scale = 1.0 if area == COUNTRY else 0.11
        value = float(round(value * scale / (3 if len(code) == 7 and code[5] != "Q" else 1)))
    if area == ZERO_AREA and spec[3] not in ("survey_answers",) and step == 0:
        value = 0.0
    width = None if half is None else half * (1.0 if area == COUNTRY else 2.2)
    low = None if width is None else max(0.0, value - width)
    high = None if width is None else value + width
    n = int(value) if measure == "count" else int(2412 if area == COUNTRY else 60 + 12 * place)
    return {
        "value": value,
        "ci_low": low,
        "ci_high": high,
        "se": None if width is None else width / 1.96,
        "n": n,
        "numerator": round(value * 20.6) if unit != "percent" else round(value / 100 * n),
        "denominator": None if measure == "count" else (20645 if unit != "percent" else n),
        "method": {"survey_answers": "taylor", "incidents": "gamma"}.get(spec[3]),
        "obs_status": "A",
        "conf_status": "F",
        "disclosure": "exact",
        "returns_due": 40,
        "returns_received": 36,
    }


def _expected(baseline: float | None, target: float | None, end: date) -> float | None:
    """The path from _BASELINE_ON to _TARGET_ON on a day."""
    if baseline is None or target is None:
        return None
    share = (end - _BASELINE_ON) / (_TARGET_ON - _BASELINE_ON)
    return baseline + min(1.0, max(0.0, share)) * (target - baseline)


def _row(spec: tuple[Any, ...], period: tuple[str, str, date, date], area: str) -> dict[str, Any]:
    indicator, source = spec[0], spec[3]
    period_type, code, start, end = period
    step = -((2026 - end.year) * 4 + (9 - end.month) // 3)
    place = 0 if area == COUNTRY else list(AREA_NAMES).index(area) + 1
    base = {
        **dict.fromkeys(VALUE_COLUMNS),
        **dict.fromkeys(DIMENSIONS, "_T"),
        "mission": MISSION,
        "indicator": indicator,
        "indicator_version": 2 if indicator == "P2-OC-07" else 1,
        "time_rule": spec[5],
        "period_type": period_type,
        "period": code,
        "period_start": start,
        "period_end": end,
        "area": area,
        "area_level": "country" if area == COUNTRY else "admin2",
        "conf_status": "F",
        "disclosure": "exact",
    }
    status = _state(indicator, source, area, code, end)
    if source == "survey_answers" and not _is_wave(period_type, end):
        status = {"obs_status": "O"}
    figures = {} if status else _figure(spec, place, step, code, area)
    against = {}
    if area == COUNTRY:
        names = ("baseline", "target", "rating", "trend")
        against = dict(zip(names, _AGAINST[indicator], strict=True))
        against["expected"] = _expected(against["baseline"], against["target"], end)
    return {**base, **figures, **against, **status}


def _sexes(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if row["value"] is None or row["ci_low"] is None or row["indicator"] == "P1-OC-05":
        return
    for sex, shift in _SEX_SHIFT.items():
        moved = {
            name: max(0.0, row[name] + (shift if row["ci_high"] > 15 else shift / 10))
            for name in ("value", "ci_low", "ci_high")
        }
        yield {**row, **moved, "sex": sex, "n": row["n"] // 2, "rating": None, "trend": None}
    if row["indicator"] == "P2-OC-07":
        hidden = dict.fromkeys(("value", "ci_low", "ci_high", "n", "numerator", "denominator"))
        hidden |= {"conf_status": "C", "disclosure": "below_8", "rating": None, "trend": None}
        yield {**row, **hidden, "sex": "_U"}


def _values() -> list[dict[str, Any]]:
    rows = []
    for spec in _INDICATORS:
        for period in _quarters() + _months():
            for area in (COUNTRY, *AREA_NAMES):
                row = _row(spec, period, area)
                rows += [row, *_sexes(row)]
    return rows


def _indicator_rows() -> list[dict[str, Any]]:
    rows = []
    for spec in _INDICATORS:
        code = spec[0]
        english, french = _TITLES[code]
        baseline, target, _, _ = _AGAINST[code]
        rows.append(
            {
                "mission": MISSION,
                "indicator": code,
                "version": 2 if code == "P2-OC-07" else 1,
                "level": spec[1],
                "tier": spec[2],
                "phases": "prevention|preemption",
                "units": "IPO|FPU|SPT",
                "source": spec[3],
                "measure": spec[4],
                "time_rule": spec[5],
                "unit_of_measure": spec[6],
                "direction": spec[7],
                "title_en": english,
                "title_fr": french,
                "short_en": english,
                "short_fr": french,
                "definition_en": f"{english}, counted once.",
                "definition_fr": f"{french}, comptés une seule fois.",
                "numerator_en": "Cases that meet the definition",
                "numerator_fr": "Cas qui répondent à la définition",
                "denominator_en": "All cases",
                "denominator_fr": "Tous les cas",
                "rationale_en": "",
                "rationale_fr": "",
                "limitations_en": "Says nothing of quality.",
                "limitations_fr": "Ne dit rien de la qualité.",
                "owner_en": "Police Commissioner",
                "owner_fr": "Chef de la police",
                "owner_reference": "2023.05 Annex A 6(j)",
                "contributes_to": "X-IM-03",
                "disaggregate": "area|sex",
                "periods": "M|Q",
                "confidentiality": _CLASSES.get(spec[3], "institutional"),
                "compared_by_area": code != UNRANKED,
                "reference": "2017.12 §43",
                "effective_from": date(2024, 1, 1),
                "baseline": baseline,
                "baseline_on": _BASELINE_ON if baseline is not None else None,
                "target": target,
                "target_on": _TARGET_ON if target is not None else None,
                "tolerance": 1.0,
                "sql": "SELECT count(*) AS value\nFROM cube.example",
            }
        )
    return [version for row in rows for version in _versions(row)]


def _versions(row: dict[str, Any]) -> list[dict[str, Any]]:
    """The newest version, and before it the one whose definition it changed, if there is one."""
    if row["version"] == 1:
        return [row]
    first = {"version": 1, "definition_en": FIRST_DEFINITION, "definition_fr": FIRST_DEFINITION_FR}
    changed = {"change_en": "Threats count as well.", "change_fr": "Les menaces comptent aussi."}
    return [row | first, row | changed | {"effective_from": date(2026, 4, 1)}]


def _outline(column: int, row: int) -> dict[str, Any]:
    """A field of a wobbling grid; neighbours share their corners."""

    def corner(x: int, y: int) -> list[float]:
        return [
            30.0 + x * 1.2 + 0.18 * math.sin(3 * x + 5 * y),
            9.0 - y * 1.0 + 0.15 * math.cos(4 * x - 2 * y),
        ]

    ring = [
        corner(column, row),
        corner(column + 1, row),
        corner(column + 1, row + 1),
        corner(column, row + 1),
        corner(column, row),
    ]
    return {"type": "Polygon", "coordinates": [ring]}


def _area_rows() -> list[dict[str, Any]]:
    country = dict.fromkeys(MART_TABLES["area"])
    country |= {"mission": MISSION, "area_code": COUNTRY, "area_level": "country"}
    rows = [country | {"name_en": "Mission area", "name_fr": "Zone de la mission"}]
    for place, (code, name) in enumerate(AREA_NAMES.items()):
        rows.append(
            {
                "mission": MISSION,
                "area_code": code,
                "parent_area_code": COUNTRY,
                "area_level": "admin2",
                "name_en": name,
                "name_fr": name,
                "site_kind": None,
                "latitude": None,
                "longitude": None,
                "geometry": json.dumps(_outline(place % 4, place // 4)),
            }
        )
    return rows


def _return_status(place: int, month: date, source: str) -> str:
    if place == 8 and month >= date(2026, 8, 1):
        return "no_access"
    if place == 10 and month >= date(2026, 7, 1):
        return "not_submitted"
    if place == 4 and month == date(2026, 4, 1):
        return "nil"
    return "not_submitted" if (place * 7 + month.month * 5 + len(source)) % 17 == 0 else "submitted"


def _return_rows() -> list[dict[str, Any]]:
    rows = []
    for place, (area, name) in enumerate(AREA_NAMES.items()):
        for _, _, start, end in _months():
            for source in ("activities", "incidents"):
                status = _return_status(place, start, source)
                received = end + timedelta(days=3 + (place * 5 + start.month) % 14)
                rows.append(
                    {
                        "mission": MISSION,
                        "source": source,
                        "unit_code": f"IPO{place + 1:02d}",
                        "unit_name": f"IPO {name}",
                        "area": area,
                        "month": start,
                        "status": status,
                        "received_on": received if status in ("submitted", "nil") else None,
                        "due_on": end + timedelta(days=10),
                    }
                )
    return rows


def _response_rows() -> list[dict[str, Any]]:
    rows = []
    waves = [(1, 2025, 2), (2, 2025, 8), (3, 2026, 2), (4, 2026, 8)]
    for wave, year, month in waves:
        for place, area in enumerate(AREA_NAMES):
            for sex in ("F", "M"):
                for age in ("Y18T29", "Y30T44", "Y45T59", "Y_GE60"):
                    low = sex == "M" and age == "Y18T29"
                    answered = 20 if low else 25 + place % 3
                    rows.append(
                        {
                            "wave": f"W{wave}",
                            "first_on": date(year, month, 3),
                            "last_on": date(year, month, 24),
                            "area": area,
                            "sex": sex,
                            "age_group": age,
                            "sampled": 30,
                            "answered": 0 if area == CLOSED_AREA and wave == 4 else answered,
                        }
                    )
    return [row for group in ("", "area", "sex", "age_group") for row in _margin(rows, group)]


def _margin(rows: list[dict[str, Any]], group: str) -> list[dict[str, Any]]:
    """Sampled and answered by wave and one group; the other dimensions are totals."""
    totals = {"area": COUNTRY, "sex": "_T", "age_group": "_T"}
    keys = ["wave", "first_on", "last_on", *([group] if group else [])]
    sums = pd.DataFrame(rows).groupby(keys, as_index=False)[["sampled", "answered"]].sum()
    fixed = {"mission": MISSION, "survey_code": "perception", "instrument": "household"}
    return [{**fixed, **totals, **row} for row in sums.to_dict("records")]


def _result_rows() -> list[dict[str, Any]]:
    """Interviews by result; those of the oldest wave are not shown."""
    shown = {"complete": 2390, "partial": 22, "refusal": 301, "no_contact": 247}
    hidden = dict.fromkeys(shown)
    return [
        {
            **_wave_key(wave),
            **(hidden if wave == 1 else shown),
            "without_consent": 0,
            "ineligible": 38,
            "response_rate": 0.815,
        }
        for wave in (1, 2, 3, 4)
    ]


def _modelled_rows() -> list[dict[str, Any]]:
    """One question of the newest wave by area; of one area no model may speak."""
    own = {"mission": MISSION, "indicator": "P2-OC-05", "indicator_version": 1, "sex": "_T"}
    at = {"period_type": "Q", "period": "2026-Q3", "area_level": "admin2", "method": "area_level"}
    figures = {"value": 41.0, "se": 4.5, "ci_low": 32.0, "ci_high": 50.0}
    return [
        own
        | at
        | {"area": area, "n_areas": len(AREA_NAMES)}
        | ({"reason": "too_imprecise"} if area == CLOSED_AREA else figures)
        for area in AREA_NAMES
    ]


def _item_response_rows() -> list[dict[str, Any]]:
    """Two questions a wave; of the newest wave's second one two counts are not shown."""
    parts = {"valid": 2300, "dont_know": 71, "refused": 23, "not_asked": 0, "missing": 18}
    rows = []
    for wave in (1, 2, 3, 4):
        for item in ("safe_walking_night", "trust_host_police"):
            withheld = {}
            if wave == 4 and item == "trust_host_police":
                withheld = {"refused": None, "missing": None}
            rows.append({**_wave_key(wave), "item": item, "interviewed": 2412, **parts, **withheld})
    return rows


def _wave_key(wave: int) -> dict[str, str]:
    named = {"survey_code": "perception", "instrument": "household"}
    return {"mission": MISSION, "wave": f"W{wave}", **named}


def _quality_rows() -> list[dict[str, Any]]:
    names = [
        ("completeness", "activities", "warning", "failed", 2),
        ("volume_against_history", "activities", "warning", "passed", 0),
        ("codes_known", "incidents", "blocking", "passed", 0),
        ("interviews_under_8_minutes", "survey_respondents", "warning", "failed", 23),
        ("weights_positive", "survey_respondents", "blocking", "passed", 0),
    ]
    return [
        {
            "mission": MISSION,
            "check_name": name,
            "source": source,
            "severity": severity,
            "status": status,
            "observed": str(failed),
            "expected": "0",
            "rows_failed": failed,
            "sentence_en": f"Check {name.replace('_', ' ')}: {failed} rows.",
            "sentence_fr": f"Contrôle {name.replace('_', ' ')}, lignes : {failed}.",
        }
        for name, source, severity, status, failed in names
    ]


def _reject_rows() -> list[dict[str, Any]]:
    places = [
        (
            "activities",
            "activities_0826.xlsx",
            "Patrols",
            214,
            214,
            1,
            "started_at",
            "31.06.2026",
            "type_time",
            "Not a date: June has 30 days. Correct the cell and resubmit the file.",
            "Ce n’est pas une date : juin compte 30 jours. Corrigez la cellule.",
        ),
        (
            "incidents",
            "incidents_0926.xlsx",
            "Saisie",
            12,
            41,
            30,
            "area_code",
            "Kesi",
            "code",
            "Unknown area. Nearest known: Kessi. Correct the cells.",
            "Zone inconnue. La plus proche : Kessi. Corrigez les cellules.",
        ),
        (
            "alerts",
            "alerts_q3.csv",
            None,
            88,
            93,
            6,
            "received_at",
            None,
            "required",
            "A value is required here.",
            "Une valeur est obligatoire ici.",
        ),
    ]
    names = list(MART_TABLES["reject_summary"])
    return [
        dict(
            zip(
                names,
                (
                    MISSION,
                    source,
                    file,
                    _sha(file),
                    sheet,
                    first,
                    last,
                    rows,
                    "IPO01" if source == "activities" else None,
                    column,
                    raw,
                    rule,
                    en,
                    fr,
                ),
                strict=True,
            )
        )
        for source, file, sheet, first, last, rows, column, raw, rule, en, fr in places
    ]


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _file_rows() -> list[dict[str, Any]]:
    files = ["activities_0726.xlsx", "activities_0826.xlsx", "incidents_0926.xlsx", "alerts_q3.csv"]
    return [
        {
            "mission": MISSION,
            "file_sha256": _sha(name),
            "name": name,
            "source": name.split("_")[0],
            "status": "superseded" if number == 0 else "loaded",
            "sequence": number + 1,
            "rows_read": 500,
            "rows_loaded": 480 - number,
            "rows_rejected": 20 + number,
            "rows_unchanged": 0,
            "rows_ignored": 0,
            "superseded_by": _sha(files[1]) if number == 0 else None,
        }
        for number, name in enumerate(files)
    ]


def _contribution_rows() -> list[dict[str, Any]]:
    return [
        {
            "mission": MISSION,
            "indicator": spec[0],
            "indicator_version": 1,
            "period_type": "Q",
            "period": "2026-Q3",
            "area": COUNTRY,
            "file_sha256": _sha(name),
            "file": name,
            "rows": 20 + number,
        }
        for spec in _INDICATORS
        for number, name in enumerate(("incidents_0926.xlsx", "population_2026.csv"))
    ]


def _link_rows() -> list[dict[str, Any]]:
    """Every edge side by side in every area; for the mission also two tests of the first edge."""
    beside = [
        {
            **dict.fromkeys(MART_TABLES["result_link"]),
            "mission": MISSION,
            "edge": edge,
            "from_indicator": output,
            "to_indicator": outcome,
            "area": area,
            "method": "side_by_side",
            "lag": 1,
            "n_areas": 1 if edge == "E4" else 12,
            "n_periods": 33,
            "expected_sign": 1,
            "status": "not_tested",
            "caveats": "few_areas|missing_returns",
            "sentence_en": "Side by side only. This shows no effect: not tested.",
            "sentence_fr": "Côte à côte seulement. Cela ne montre aucun effet : non testé.",
        }
        for edge, output, outcome in _EDGES
        for area in (COUNTRY, *AREA_NAMES)
    ]
    tested = [
        {**beside[0], "method": method, "grade": "C", "status": "tested", "estimate": -0.18}
        for method in ("association", "panel")
    ]
    graded = {"E1": ("C", "tested"), "E4": ("D", "tested"), "E5": ("A", "tested")}
    for row in beside:
        if row["area"] == COUNTRY and row["edge"] in graded:
            row["grade"], row["status"] = graded[row["edge"]]
    return beside + tested + _case_series_rows()


def _case_series_rows() -> list[dict[str, Any]]:
    """Of the fifth edge: the window chosen beforehand, a shorter one, and the days before."""
    edge, output, outcome = _EDGES[4]
    shared = {"from_indicator": output, "to_indicator": outcome, "lag": 0, "n_areas": 8}
    shared |= {"n_periods": 33, "n_events": 819, "n_eff": 155.4}
    figure = {"estimate": -0.487, "ci_low": -0.684, "ci_high": -0.291, "q_value": 0.003}
    test = {"method": "case_series", "grade": "A", "status": "tested", "change_unit": "percent"}
    check = {"method": "placebo", "status": "placebo", "estimate": -0.03}
    check |= {"ci_low": -0.29, "ci_high": 0.22}
    return [
        _finding("result_link", edge, "14_days", **shared, **test, **figure),
        _finding("result_link", edge, "1_to_3_days", **shared, **test, **figure),
        _finding("result_link", edge, "lead_7_days", **shared, **check),
    ]


def _finding(table: str, edge: str, specification: str, **known: Any) -> dict[str, Any]:
    """A row of the evidence engine for the whole mission; what is not named is empty."""
    empty = dict.fromkeys(MART_TABLES[table])
    place = {"mission": MISSION, "edge": edge, "area": COUNTRY, "specification": specification}
    return {**empty, **place, **known}


def _interview_rows() -> list[dict[str, Any]]:
    """Of the first edge: figures of all activities, none of joint ones, two of pulses."""
    own = {"table": "interview_effect", "edge": _EDGES[0][0], "method": "before_after_interviews"}
    figure = {"estimate": 3.2, "ci_low": -4.1, "ci_high": 10.5, "p_value": 0.38}
    cost = {"person_days": 2140.0, "nights": 37.0, "km": 5120.5}
    return [
        _finding(
            **own, specification="7_days_all", n_before=212, n_after=187, **figure, **cost,
            status="compared",
        ),
        _finding(
            **own, specification="10_days_all", n_before=301, n_after=266, **figure, **cost,
            status="compared",
        ),
        _finding(
            **own, specification="7_days_joint", n_before=24, n_after=None,
            person_days=96.0, status="few_interviews",
        ),
        _finding(
            **own | {"method": "pulse_interviews"}, specification="7_days_police",
            n_before=70, n_after=43, **figure, **cost, status="compared",
        ),
        _finding(
            **own | {"method": "pulse_interviews"}, specification="7_days_all",
            n_before=88, n_after=61, **figure, status="compared",
        ),
    ]  # fmt: skip


def _event_rows() -> list[dict[str, Any]]:
    """Of the first edge leads and lags in units, of the third those of two models of a ratio."""
    first, third = _EDGES[0][0], _EDGES[2][0]
    shared = {"n_areas": 12, "n_periods": 30, "status": "tested"}
    units, ratio = {"scale": "units", "contrast": "doubled"}, {"scale": "log_ratio"}
    models = [
        (first, "leads_and_lags", units, 0.0),
        (third, "leads_and_lags", {**ratio, "contrast": "doubled"}, 0.5),
        (third, "group_time", {**ratio, "contrast": "arrived"}, 0.0),
    ]
    return [
        _finding(
            "event_study",
            edge,
            name,
            event_time=time,
            estimate=moved + time / 10,
            ci_low=moved + time / 10 - 0.3,
            ci_high=moved + time / 10 + 0.3,
            **reads_as,
            **shared,
        )
        for edge, name, reads_as, moved in models
        for time in (-2, -1, 0, 1)
    ]


def _primary_rows() -> list[dict[str, Any]]:
    """Of the first edge named in the framework, of the third a fallback, the rest by kind."""
    empty = dict.fromkeys(MART_TABLES["primary_test"])
    by_kind = {"asked_by": "kind_of_outcome", "asked_method": "panel", "method": "panel"}
    own = {
        "E1": {"asked_by": "framework", "named_on": date(2026, 5, 4), "is_answered": True},
        "E3": {"asked_method": "case_series", "fallback_reason": "few_contrasts"},
        "E5": {"asked_method": "case_series", "method": "case_series", "specification": "14_days"},
    }
    return [
        {**empty, "mission": MISSION, "edge": edge, "asked_outcome": "all", "grade": "D"}
        | {"specification": "twfe", "is_answered": False, **by_kind, **own.get(edge, {})}
        for edge, _, _ in _EDGES
    ]


def _primary_change_rows() -> list[dict[str, Any]]:
    said = {
        "sentence_en": "graded by panel, named on 2026-05-04; before by interviews.",
        "sentence_fr": "évalué par panel, fixé le 2026-05-04 ; auparavant par entretiens.",
    }
    empty = dict.fromkeys(MART_TABLES["primary_change"])
    return [{**empty, "mission": MISSION, "edge": "E1", "named_on": date(2026, 5, 4), **said}]


def _plan_steps() -> list[dict[str, Any]]:
    """Of the third edge: today, months ahead, what is missing, and two areas: reports, a year."""
    empty = dict.fromkeys(MART_TABLES["evidence_plan"])
    steps: list[dict[str, Any]] = [
        {"step": "today", "months": 0, "smallest_change": 31.0},
        {"step": "months_ahead", "months": 12, "smallest_change": 25.5},
        {"step": "incidents", "purpose": "target", "quantity": 120, "smallest_change": 25.0},
        {"step": "returns", "quantity": 6, "smallest_change": 29.0},
        {"step": "returns", "quantity": 4, "smallest_change": 29.5, "area": "MT0303"},
        {"step": "returns", "quantity": 2, "smallest_change": 30.0, "area": "MT0101"},
        {"step": "area_alone", "months": 12, "smallest_change": 44.0},
        {"step": "area_alone", "months": 12, "smallest_change": 83.0, "area": "MT0303"},
        {"step": "area_alone", "months": 12, "area": "MT0101"},
    ]
    return [
        {**empty, "mission": MISSION, "edge": "E3", "area": COUNTRY, "position": position}
        | {"change_unit": "percent", "sentence_en": f"Step {position}.", **step}
        | {"sentence_fr": f"Étape {position}."}
        for position, step in enumerate(steps, start=1)
    ]


def _area_effect_rows() -> list[dict[str, Any]]:
    """Of the third edge: two areas with a ratio of their own, one with incidents on one side."""
    empty = dict.fromkeys(MART_TABLES["area_effect"])
    drawn_in = {"shrunken": -0.2, "shrunken_low": -0.5, "shrunken_high": 0.1}
    own = {"estimate": -0.4, "se": 0.3, "ci_low": -0.99, "ci_high": 0.19, "status": "estimated"}
    figures = {"MT0303": own, "MT0101": own, "MT0102": {"status": "one_side_only"}}
    return [
        {**empty, "mission": MISSION, "edge": "E3", "area": area, "method": "case_series"}
        | {"specification": "14_days", "n_events": 40, "n_eff": 8.0, **drawn_in, **figure}
        for area, figure in figures.items()
    ]


def _reading_rows() -> list[dict[str, Any]]:
    """Of the third edge: police with a figure, the military without patrols, and their ratio."""
    empty = dict.fromkeys(MART_TABLES["secondary_reading"])
    spent = {"n_days": 210, "n_patrols": 40, "person_days": 400.0, "nights": 12.0, "km": 900.0}
    none = {"n_days": 0, "n_patrols": 0, "person_days": 0.0, "nights": 0.0, "km": 0.0}
    figure = {"estimate": -0.4, "ci_low": -0.7, "ci_high": -0.1, "p_value": 0.01}
    rows = [
        {"name": "police", **spent, **figure, "status": "compared", "smallest_change": 30.0},
        {"name": "military", **none, "status": "too_few_clusters"},
        {"name": "police", "beside": "military", **spent, "status": "too_few_clusters"},
    ]
    return [
        {**empty, "mission": MISSION, "edge": "E3", "area": COUNTRY, "n_events": 300, **row}
        | {"reading": "component", "position": number}
        | {"sentence_en": f"Comparison {number}.", "sentence_fr": f"Comparaison {number}."}
        for number, row in enumerate(rows, start=1)
    ]


def _interview_plan_rows() -> list[dict[str, Any]]:
    """Of the first edge: one change to see for the mission, and one area of it."""
    empty = dict.fromkeys(MART_TABLES["interview_plan"])
    plan = {"change": 10.0, "level": 41.0, "visits_soon": 62, "visits_later": 62}
    rows = [
        {"area": COUNTRY, **plan, "interviews": 1240, "months": 5, "smallest_change": 9.9}
        | {"sentence_en": "Ask 1,240 adults.", "sentence_fr": "Interroger 1 240 adultes."},
        {"area": "MT0101", **plan, "interviews": 140, "patrols": 3.25, "every": 3},
    ]
    return [
        {**empty, "mission": MISSION, "edge": "E1", "position": position, **row}
        for position, row in enumerate(rows, start=1)
    ]


def _benchmark_rows() -> list[dict[str, Any]]:
    """One met for two quarters after a quarter without it, one never met."""
    states = {
        "TB-1": ("met", "partly", "met", "met"),
        "TB-2": ("not_met", "not_met", "partly", "partly"),
    }
    quarters = ("2025-Q4", "2026-Q1", "2026-Q2", "2026-Q3")
    return [
        {"mission": MISSION, "benchmark_code": code, "quarter": quarter, "state": state}
        | {"condition_en": f"Condition {code}", "condition_fr": f"Critère {code}"}
        | {"held_since": date(2026, 4, 1) if state == "met" and quarter > "2026-Q1" else None}
        | {"evidence_indicator": "P3-OC-02" if code == "TB-1" else "P3-OC-03"}
        | {"threshold": 40.0, "direction": "up", "held_for_months": 3, "computed": "not_met"}
        | {"differs": state == "met", "reason": None}
        for code, found in states.items()
        for quarter, state in zip(quarters, found, strict=True)
    ]


def _handover_rows() -> list[dict[str, Any]]:
    """What became of the post, each kind once."""
    posts = ("staffed", "not_staffed", "not_reported", "not_yet")
    return [
        {"mission": MISSION, "area": area, "base_name": f"Base {place}", "post": post}
        | {"left_on": date(2025 + place // 4, 12, 31), "six_months_on": date(2026, 6, 30)}
        | ({"left_on": date(2026, 6, 30), "six_months_on": date(2026, 12, 30)} if place > 3 else {})
        for place, (area, post) in enumerate(zip(AREA_NAMES, posts, strict=False), start=1)
    ]


def _lesson_rows() -> list[dict[str, Any]]:
    """Two of one review, one of them without tags."""
    review = {"mission": MISSION, "area": "MT0303", "completed_on": date(2025, 1, 20)}
    review |= {"review_kind": "after_action_review", "subject": "operation"}
    tags = {"tier": "II", "phase": "response", "threat_type": "crime", "for_headquarters": True}
    return [
        {**review, "lesson": "early_warning", **tags},
        {**review, "lesson": "coordination", "for_headquarters": False},
    ]


def _feedback_rows() -> list[dict[str, Any]]:
    counts = {("theme", "safety"): 12, ("theme", "patrols"): None, ("sentiment", "negative"): 14}
    return [
        {"mission": MISSION, "quarter": "2026-Q3", "area": COUNTRY, "breakdown": breakdown}
        | {"breakdown_value": value, "said": said}
        | {"disclosure": "below_8" if said is None else "exact"}
        for (breakdown, value), said in counts.items()
    ]


def _plan_change_rows() -> list[dict[str, Any]]:
    line = {"mission": MISSION, "budget_year": "2026/27", "month": date(2026, 8, 1)}
    line |= {"area": "MT0101", "unit_type": "FPU", "activity_type": "patrol", "tier": "II"}
    line |= {"phase": "prevention", "quantity_unit": "activity", "plan_version": 2}
    line |= {"approved_on": date(2026, 7, 15), "change_reason": "Access lost"}
    line |= {"original": 8.0, "quantity": 4.0, "done": 3, "plan_line_code": "PL-1"}
    persons = {"quantity_unit": "person", "done": None, "plan_line_code": "PL-2"}
    return [line, line | persons | {"change_reason": None}]


def _work_plan_rows() -> list[dict[str, Any]]:
    """Two months of a budget year that has begun: one over with a change, one to come."""
    item = next(row["item"] for row in _item_rows() if row["kind"] == "outcome")
    line = {"mission": MISSION, "budget_year": "2026/27", "area": "MT0101", "unit_code": "FPU-1"}
    line |= {"unit_type": "FPU", "activity_type": "patrol", "quantity_unit": "activity"}
    line |= {"outcome": item, "expected_accomplishment": None, "lines": 2, "original": 8.0}
    changed = {"month": date(2026, 8, 1), "quantity": 4.0, "done": 3, "reasons": "Access lost"}
    to_come = {"month": date(2027, 1, 1), "quantity": 8.0, "done": None, "reasons": None}
    return [line | changed, line | to_come]


def _strategy_rows() -> list[dict[str, Any]]:
    return [
        {"mission": MISSION, "title_en": "Strategy", "title_fr": "Stratégie", "version": 2}
        | {"approved_on": date(2025, 9, 1), "review_due_on": date(2026, 9, 1), "days_overdue": 44}
        | {"approved_by_en": "Head of Mission", "approved_by_fr": "Chef de la mission"}
        | {"change_en": "One objective more.", "change_fr": "Un objectif de plus."}
    ]


def _objective_rows() -> list[dict[str, Any]]:
    """One with an outcome of the framework, one with an outcome that it no longer has."""
    item = next(row["item"] for row in _item_rows() if row["kind"] == "outcome")
    return [
        {"mission": MISSION, "position": position, "objective": f"O{position}", "outcomes": found}
        | {"title_en": f"Objective {position}", "title_fr": f"Objectif {position}"}
        for position, found in enumerate((item, "former_outcome"), start=1)
    ]


def _strategy_change_rows() -> list[dict[str, Any]]:
    sides = {"field": "version", "before": "1", "after": "2"}
    said = {"sentence_en": "Version 2; before 1.", "sentence_fr": "Version 2 ; auparavant 1."}
    return [{"mission": MISSION, "release_before": "2026-Q2-r01", **sides, **said}]


def _graded_rows() -> list[dict[str, Any]]:
    """What grading says of the rows around activities."""
    ends = {edge: {"from_indicator": output, "to_indicator": to} for edge, output, to in _EDGES}
    graded = [
        (0, "before_after_interviews", "7_days_all", "C", "few_rounds", "interviews"),
        (0, "before_after_interviews", "10_days_all", "D", "q_not_below_10", "interviews"),
        (0, "before_after_interviews", "7_days_joint", "D", "few_interviews", "interviews"),
        (0, "pulse_interviews", "7_days_all", "D", "q_not_below_10", "pulse"),
        (0, "pulse_interviews", "7_days_police", "D", "q_not_below_10", "pulse"),
    ]
    return [
        {
            **_finding("result_link", edge, specification, **ends[edge]),
            "method": method,
            "grade": grade,
            "grade_reasons": reasons,
            "caveats": caveats,
        }
        for place, method, specification, grade, reasons, caveats in graded
        for edge in [_EDGES[place][0]]
    ]


def _judgement_rows() -> list[dict[str, Any]]:
    """Of the first edge: in both languages for the mission, in French only for one area."""
    shared = {"mission": MISSION, "edge": _EDGES[0][0], "given_on": date(2026, 9, 15)}
    whole = {"area": COUNTRY, "role": "police_commissioner", "stance": "rival_explanation"}
    whole["for_headquarters"] = True
    one = {"area": "MT0303", "role": "civil_affairs", "stance": "doubts", "for_headquarters": False}
    return [
        {**shared, **whole, "text_en": "The market reopened.", "text_fr": "Le marché a rouvert."},
        {**shared, **one, "text_en": None, "text_fr": "Peu de gens ont été vus."},
        {**shared, **whole, "stance": "residents_said", "role": "field_office"}
        | {"text_en": "We know whom to call.", "text_fr": "Nous savons qui appeler."},
    ]


def _item_rows() -> list[dict[str, Any]]:
    """The objective, then outcomes and outputs as the edges name them, each once."""
    titles = dict.fromkeys(("title_en", "short_en"), "Civilians are protected from violence")
    titles |= dict.fromkeys(("title_fr", "short_fr"), "Les civils sont protégés de la violence")
    rows = [
        {"mission": MISSION, "kind": "objective", "position": 1, "item": "objective"}
        | {"indicator": None, **titles}
    ]
    for kind, place in (("output", 1), ("outcome", 2)):
        codes = dict.fromkeys(edge[place] for edge in _EDGES)
        for position, code in enumerate(codes, start=1):
            english, french = _TITLES[code]
            titles = {"title_en": english, "title_fr": french}
            shorts = {"short_en": in_sentence(english), "short_fr": in_sentence(french)}
            row = {"mission": MISSION, "kind": kind, "position": position, "item": code.lower()}
            more = _EXPECTED if (kind, position) == ("outcome", 1) else {}
            rows.append({**row, "indicator": code, **titles, **shorts, **more})
    return rows


_EXPECTED = {
    "stakeholders_en": "women and girls|site committees",
    "stakeholders_fr": "femmes et filles|comités des sites",
    "hypothesis_en": "Where people are asked, more should feel safe.",
    "hypothesis_fr": "Là où les gens sont consultés, davantage devraient se sentir en sécurité.",
    "expected_accomplishment_en": "Improved physical protection",
    "expected_accomplishment_fr": "Amélioration de la protection physique",
    "is_benchmark": True,
}


def _plan_rows() -> list[dict[str, Any]]:
    row = {"mission": MISSION, "indicator": "P1-OP-02", "period": "2026-Q3", "quantity": 180.0}
    return [row | {"period_type": "Q", "area": COUNTRY, "unplanned": 4, "component": "police"}]


def _base_rows() -> list[dict[str, Any]]:
    return [
        {
            "mission": MISSION,
            "base_name": f"{AREA_NAMES[area]} base",
            "area": area,
            "latitude": 9.0 - (place // 4) - 0.7,
            "longitude": 30.0 + (place % 4) * 1.2 + 0.9,
            "component": "police",
            "from_on": date(2024, 1, 1),
            "to_on": None,
            "personnel_count": 140,
        }
        for place, area in enumerate(AREA_NAMES)
        if place % 2
    ]


def _mission_rows() -> list[dict[str, Any]]:
    return [
        {
            "mission": MISSION,
            "name_en": "MINUTAM (fictional)",
            "name_fr": "MINUTAM (fictive)",
            "country_area": COUNTRY,
            "time_zone": "Africa/Bamako",
            "is_fictional": True,
            "boundaries_en": "Boundaries and names are invented.",
            "boundaries_fr": "Les limites et les noms sont inventés.",
            "notes_en": json.dumps(["All figures are invented."]),
            "notes_fr": json.dumps(["Tous les chiffres sont inventés."]),
            "as_of": date(2026, 10, 15),
        }
    ]


def _revision_rows() -> list[dict[str, Any]]:
    return [
        {
            **dict.fromkeys(MART_TABLES["revision"]),
            **dict.fromkeys(DIMENSIONS, "_T"),
            "mission": MISSION,
            "indicator": "P2-OC-07",
            "indicator_version": 2,
            "period_type": "Q",
            "period": "2026-Q2",
            "area": COUNTRY,
            "release_before": "2026-Q2-r01",
            "value_before": 4.2,
            "value_after": 4.6,
            "obs_status_before": "A",
            "obs_status_after": "A",
            "reason": "late_data",
            "sentence_en": "Reports that came late.",
            "sentence_fr": "Rapports arrivés en retard.",
        }
    ]


def _grid_rows() -> list[dict[str, Any]]:
    """Parts by sex of every indicator but one, by quarter and month; no part is a zero."""
    return [
        {
            "mission": MISSION,
            "indicator": spec[0],
            "indicator_version": 2 if spec[0] == "P2-OC-07" else 1,
            "dimension": "sex",
            "area_level": level,
            "period_type": period_type,
            "absent": "no_case",
        }
        for spec in _INDICATORS
        if spec[0] != "P1-OC-05"
        for level in ("country", "admin2")
        for period_type in ("Q", "M")
    ]


def _gap_rows() -> list[dict[str, Any]]:
    """Ranks of all areas but one without access; of the first the figures behind its rank."""
    figures = {
        "risk_forecast": (9.1, 6.2, 12.6),
        "days_since_patrol_police": (19.0, 4.0, 19.0),
        "days_since_patrol_military": (31.0, 31.0, 31.0),
        "within_reach_police": (69.0, None, None),
        "trust_un_police": (22.0, 15.0, 31.0),
    }
    own = {"mission": MISSION, "period": "2026-09"}
    known, none = ("High risk, low trust.", "Risque élevé."), ("No access.", "Zone fermée.")
    rows = []
    for place, area in enumerate(AREA_NAMES, start=1):
        is_closed = area == CLOSED_AREA
        reason = dict(zip(("reason_en", "reason_fr"), none if is_closed else known, strict=True))
        rank = {} if is_closed else {"value": place, "rank_low": place, "rank_high": place + 3}
        rows.append({**own, "area": area, "component": "gap", **reason, **rank})
        for component, (value, low, high) in figures.items() if place == 1 else ():
            found = {"value": value, "ci_low": low, "ci_high": high}
            if component.startswith("days_since"):
                found |= {"counted_to": date(2026, 8, 31), "at_least": low == high}
            rows.append({**own, "area": area, "component": component, **reason, **found})
    return rows


def _score_rows() -> list[dict[str, Any]]:
    """Of each way two months; the mean of three years is shown."""
    scores = {
        "forecast": (3, 0.15, 1.61, 0.82),
        "last_month": (2, 0.19, 1.84, 1.01),
        "three_year_mean": (4, 0.14, 1.60, 0.81),
    }
    names = ("hits", "brier", "log_score", "ranked_score")
    return [
        {"mission": MISSION, "method": method, "is_shown": method == "three_year_mean",
         "period": period, "areas": 11, **dict(zip(names, own, strict=True))}
        for method, own in scores.items() for period in ("2026-08", "2026-09")
    ]  # fmt: skip


def _calibration_rows() -> list[dict[str, Any]]:
    own = {"mission": MISSION, "method": "three_year_mean", "is_shown": True, "area_months": 10}
    return [
        own | {"fifth": fifth, "expected": 12.0 * fifth, "seen": 11.0 * fifth + 2}
        for fifth in range(1, 6)
    ]


def _effort_rows() -> list[dict[str, Any]]:
    """Of the last quarter: more done than planned, less, no plan, and a plan that nobody met."""
    own = {"mission": MISSION, "month": date(2026, 8, 1), "area": COUNTRY}
    names = ("tier", "unit_type", "phase", "done", "lines_planned", "lines_done", "planned",
             "planned_done", "planned_original")  # fmt: skip
    cells = [
        ("I", "IPO", "prevention", 168, 12, 9, 180.0, 160, 196.0),
        ("II", "FPU", "prevention", 1204, 30, 30, 1180.0, 1190, 1180.0),
        ("II", "FPU", "consolidation", 6, None, None, None, None, None),
        ("III", "SPT", "response", None, 2, 0, 20.0, 0, 20.0),
    ]
    return [own | dict(zip(names, cell, strict=True)) for cell in cells]


def _joint_rows() -> list[dict[str, Any]]:
    own = {"mission": MISSION, "month": date(2026, 8, 1), "area": COUNTRY, "tier": "II"}
    return [own | {"partner_component": "military", "done": 41}]


def _police_task_rows() -> list[dict[str, Any]]:
    own = {"mission": MISSION, "month": date(2026, 8, 1), "area": COUNTRY, "phase": "prevention"}
    patrol = own | {"unit_type": "FPU", "activity_type": "patrol"}
    return [
        patrol | {"partner_component": "_T", "done": 57},
        patrol | {"partner_component": "military", "done": 41},
        patrol | {"unit_type": "IPO", "phase": "response", "partner_component": "_T", "done": 5},
    ]


def _pending_rows() -> list[dict[str, Any]]:
    """An alert past its target, and two reviews: one past its date, one not closed yet."""
    own, at = {"mission": MISSION, "area": OTHER_AREA}, "2026-09-14 22:10:00"
    alert = {"kind": "alert_response", "type": "ambush", "level": "high", "since": at}
    review = {"kind": "after_action_review", "type": "killing", "level": None}
    return [
        {**own, **alert, "due_at": "2026-09-15 22:10:00", "is_overdue": True},
        {**own, **review, "since": "2026-05-14", "due_at": "2026-08-01", "is_overdue": True},
        {**own, **review, "since": "2026-09-02", "due_at": None, "is_overdue": False},
    ]


def _incident_rows() -> list[dict[str, Any]]:
    """One near a base after a warning, one of which neither is known."""
    own = {"mission": MISSION, "area": OTHER_AREA, "type": "killing", "verification": "verified"}
    return [
        {**own, "incident_code": "I-1", "occurred_on": "2026-08-14", "date_precision": "day",
         "actor": "armed_group", "killed": 2, "warned": True, "is_near_base": True},
        {**own, "incident_code": "I-2", "occurred_on": "2026-09-01", "date_precision": "month"},
    ]  # fmt: skip


def _candidate_rows() -> list[dict[str, Any]]:
    """Covered by the rule and overdue, covered and not closed, and undecided by the rule."""
    own = {"mission": MISSION, "area": OTHER_AREA, "type": "killing", "known_threat": False}
    own |= {"rule": "undecided", "is_overdue": False}
    covered = {**own, "is_near_base": True, "rule": "required"}
    return [
        {**covered, "incident_code": "I-1", "occurred_on": "2026-05-14",
         "review_due_on": "2026-08-01", "is_overdue": True, "case_number": 1},
        {**covered, "incident_code": "I-2", "occurred_on": "2026-09-02", "case_number": 2},
        {**own, "incident_code": "I-3", "occurred_on": "2026-09-20", "case_number": 3},
    ]  # fmt: skip


def _due_diligence_rows(decision: str | None = None) -> list[dict[str, Any]]:
    """Three assessments of one quarter, one of them overdue; by `decision` where it is given."""
    named = (
        {"decision": decision}
        if decision
        else {"host_state_actor": "police", "support_type": "training"}
    )
    counts = {"assessments": 3, "followed_up": 2, "overdue": 1}
    return [{"mission": MISSION, "quarter": "2026-Q3", "area": COUNTRY, **named, **counts}]


def _warning_rows() -> list[dict[str, Any]]:
    """Two quarters of the mission; in the last one area was warned of and nobody answered."""
    counts = ("incidents", "warned", "without_warning", "not_answered")
    found = {
        ("2026-Q2", COUNTRY): (9, 9, 0, 0),
        ("2026-Q3", COUNTRY): (7, 4, 3, 2),
        ("2026-Q3", OTHER_AREA): (5, 4, 1, 2),
        ("2026-Q3", ZERO_AREA): (2, 0, 2, 0),
        ("2026-Q2", OTHER_AREA): (9, 9, 0, 0),
    }
    return [
        {
            "mission": MISSION,
            "quarter": quarter,
            "area": area,
            **dict(zip(counts, own, strict=True)),
        }
        for (quarter, area), own in found.items()
    ]


def _threat_rows() -> list[dict[str, Any]]:
    """A threat that was met in one tier, with a plan for another, and one that nobody met."""
    own = {"mission": MISSION, "quarter": "2026-Q3", "area": COUNTRY, "areas_rising": 1}
    ambush = own | {"threat_type": "ambush", "risk": 20, "areas_assessed": 3}
    looting = own | {"threat_type": "looting", "risk": 6, "areas_assessed": 1}
    none = {"done": 0, "places": 0}
    return [
        {**ambush, "tier": "I", **none, "planned": 4.0},
        {**ambush, "tier": "II", "done": 1204, "places": 9},
        {**ambush, "tier": "III", **none},
        {**ambush, "tier": "_T", "done": 1204, "places": 9, "planned": 4.0, "alerts": 21,
         "alerts_answered": 17},
        *({**looting, "tier": tier, **none} for tier in ("I", "II", "III")),
        {**looting, "tier": "_T", **none, "alerts": 0, "alerts_answered": 0},
    ]  # fmt: skip


def _hot_spot_rows() -> list[dict[str, Any]]:
    own = {"mission": MISSION, "area": OTHER_AREA, "threat_type": "ambush", "priority": "1"}
    visited = {"visits": 3, "last_visit_on": "2026-10-03"}
    return [
        {**own, "hot_spot_code": "HS-1", "valid_from": "2026-05-02", **visited},
        {**own, "hot_spot_code": "HS-2", "valid_from": "2026-05-09", "visits": 0},
    ]


def _operation_rows() -> list[dict[str, Any]]:
    """One reviewed with residents’ views, one overdue, one that is not closed."""
    own = {"mission": MISSION, "area": OTHER_AREA, "operation_type": "search",
           "is_risk_assessed": True, "is_overdue": False}  # fmt: skip
    closed = {"closed_on": "2026-07-10", "review_due_on": "2026-09-08"}
    heard = {"reviewed_on": "2026-08-20", "are_residents_heard": True}
    return [
        {**own, "operation_code": "O1", "started_on": "2026-07-09", **closed, **heard},
        {**own, "operation_code": "O2", "started_on": "2026-07-08", **closed, "is_overdue": True},
        {**own, "operation_code": "O3", "started_on": "2026-09-20"},
    ]


def _plan_of_base_rows() -> list[dict[str, Any]]:
    own = {"mission": MISSION, "base_name": "Jebala", "area": OTHER_AREA, "is_overdue": True}
    done = {"reviewed_on": "2026-02-01", "review_counts_until": "2027-02-01"}
    return [
        {**own, "plan_kind": "evacuation", **done, "exercised_on": "2025-03-01",
         "is_current": True, "is_exercised": False},
        {**own, "plan_kind": "rapid_reaction", "is_current": False, "is_exercised": False},
    ]  # fmt: skip


def _duplicate_rows() -> list[dict[str, Any]]:
    """Two pairs to decide on, one that is one case, one of which only the decision is told."""
    row = {
        "mission": MISSION, "source": "incidents", "rule": "two_sources", "area": COUNTRY,
        "on_a": "2026-08-03", "on_b": "2026-08-04", "file_a": "incidents_police.xlsx",
        "file_b": "incidents_ngo.csv", "left_out": None, "decision": "undecided",
    }  # fmt: skip
    told = [
        row | {"key_a": "I-1", "key_b": "N-7", "score": 0.93, "differs": '["occurred_on"]'},
        row | {"key_a": "I-2", "key_b": "N-9", "score": 0.71, "differs": "[]"},
        row
        | {"key_a": "I-3", "key_b": "N-4", "score": 0.8, "differs": "[]", "decision": "separate"},
    ]
    told = [one | {"row_a": at, "row_b": at + 10} for at, one in enumerate(told, start=2)]
    decided = {"key_a": "I-5", "key_b": "N-5", "decision": "duplicate", "left_out": "N-5"}
    return [*told, {"mission": MISSION, "source": "incidents"} | decided]


def mart_rows() -> Mapping[str, list[dict[str, Any]]]:
    """The rows of every mart table of the release for the mission's own audience."""
    return {
        "indicator": _indicator_rows(),
        "indicator_value": _values(),
        "area": _area_rows(),
        "contribution": _contribution_rows(),
        "return_status": _return_rows(),
        "survey_response": _response_rows(),
        "modelled_value": _modelled_rows(),
        "survey_result": _result_rows(),
        "survey_item_response": _item_response_rows(),
        "base": _base_rows(),
        "mission": _mission_rows(),
        "result_link": [*_link_rows(), *_graded_rows()],
        "primary_test": _primary_rows(),
        "primary_change": _primary_change_rows(),
        "evidence_plan": _plan_steps(),
        "area_effect": _area_effect_rows(),
        "secondary_reading": _reading_rows(),
        "interview_effect": _interview_rows(),
        "event_study": _event_rows(),
        "framework_item": _item_rows(),
        "output_plan": _plan_rows(),
        "protection_gap": _gap_rows(),
        "forecast_score": _score_rows(),
        "forecast_calibration": _calibration_rows(),
        "effort": _effort_rows(),
        "joint_activity": _joint_rows(),
        "police_task": _police_task_rows(),
        "pending_action": _pending_rows(),
        "incident": _incident_rows(),
        "review_candidate": _candidate_rows(),
        "due_diligence": _due_diligence_rows(),
        "due_diligence_finding": _due_diligence_rows(decision="mitigate"),
        "monitoring_referral": [
            {
                "mission": MISSION,
                "quarter": "2026-Q3",
                "area": COUNTRY,
                "mechanism": "mrm",
                "referrals": 4,
                "with_days": 3,
                "median_days": 2.0,
                "within_1_day": 1,
                "over_7_days": 0,
            },
        ],
        "interview_plan": _interview_plan_rows(),
        "benchmark": _benchmark_rows(),
        "handover": _handover_rows(),
        "lesson": _lesson_rows(),
        "community_feedback": _feedback_rows(),
        "plan_change": _plan_change_rows(),
        "work_plan": _work_plan_rows(),
        "strategy": _strategy_rows(),
        "strategy_objective": _objective_rows(),
        "strategy_change": _strategy_change_rows(),
        "early_warning": _warning_rows(),
        "alert_without_action": [
            {
                "mission": MISSION,
                "quarter": "2026-Q3",
                "area": COUNTRY,
                "reason": reason,
                "alerts": 2,
            }
            for reason in ("no_access", "_U")
        ],
        "threat_response": _threat_rows(),
        "hot_spot": _hot_spot_rows(),
        "operation": _operation_rows(),
        "base_plan": _plan_of_base_rows(),
        "field_judgement": _judgement_rows(),
        "revision": _revision_rows(),
        "quality_check": _quality_rows(),
        "reject_summary": _reject_rows(),
        "duplicate_candidate": _duplicate_rows(),
        "input_file": _file_rows(),
        "breakdown_grid": _grid_rows(),
    }


_RELEASE_SQL = f"""
CREATE VIEW mart.release AS
SELECT '2026-Q2-r01' AS previous_release, '{_sha("origin")}' AS origin_sha256
"""


def _write_database(path: Path, audience: str, release: str, rows: Rows) -> None:
    """The standing rows' database with the tables that differ from them made anew."""
    content, standing = _standing_database(audience, release)
    path.write_bytes(content)
    given = {table: pickle.dumps(found) for table, found in rows.items()}
    gone = standing.keys() - given.keys()
    other = [table for table, found in given.items() if standing.get(table) != found]
    if gone or other:
        with duckdb.connect(str(path)) as connection:
            connection.execute("BEGIN")
            for table in (*gone, *(standing.keys() & set(other))):
                connection.execute(f"DROP VIEW mart.{table}; DROP TABLE stored.{table}")
            _make_tables(connection, release, {table: rows[table] for table in other})
            connection.execute("COMMIT")


@cache
def _standing_database(audience: str, release: str) -> tuple[bytes, dict[str, bytes]]:
    """The database of `mart_rows`, made once a process, and the rows of each of its tables."""
    rows = _OF_AUDIENCE[audience](mart_rows())
    with TemporaryDirectory() as folder:
        path = Path(folder) / "poclens.duckdb"
        with duckdb.connect(str(path)) as connection:
            connection.execute("BEGIN; CREATE SCHEMA stored; CREATE SCHEMA mart")
            _make_tables(connection, release, rows)
            connection.execute(_RELEASE_SQL)
            connection.execute("COMMIT")
        return path.read_bytes(), {table: pickle.dumps(found) for table, found in rows.items()}


def _make_tables(connection: duckdb.DuckDBPyConnection, release: str, rows: Rows) -> None:
    for table, columns in MART_TABLES.items():
        if table not in rows:
            continue
        frame = pd.DataFrame(rows[table], columns=list(columns), dtype=object)
        connection.register("frame", frame)
        casts = ", ".join(f'CAST("{name}" AS {kind}) AS "{name}"' for name, kind in columns.items())
        connection.execute(f"CREATE TABLE stored.{table} AS SELECT {casts} FROM frame")
        connection.execute(
            f"CREATE VIEW mart.{table} AS SELECT *, '{release}' AS release FROM stored.{table}"
        )
        connection.unregister("frame")


def _hq_rows(rows: Rows) -> dict[str, list[dict[str, Any]]]:
    left_out = ("base", "duplicate_candidate")
    kept = {table: list(found) for table, found in rows.items() if table not in left_out}
    kept["return_status"] = [
        row | {"unit_code": None, "unit_name": None} for row in kept["return_status"]
    ]
    hidden = {"raw_value": None, "unit_code": None}
    kept["reject_summary"] = [row | hidden for row in kept["reject_summary"]]
    kept.pop("incident", None)
    for table in ("review_candidate", "review_decision", "recommendation"):
        kept[table] = [row | {"incident_code": None} for row in kept.get(table, [])]
    threats = kept.get("threat_assessment", [])
    kept["threat_assessment"] = [row for row in threats if row["shared_with_hq_on"]]
    return kept


_OF_AUDIENCE: Mapping[str, Callable[[Rows], Rows]] = {"mission": dict, "hq": _hq_rows}


def write_release(
    home: Path,
    release: str = RELEASE,
    rows: Mapping[str, list[dict[str, Any]]] | None = None,
) -> Path:
    """Write a release below a workspace and point `current` at it; returns its folder."""
    rows = mart_rows() if rows is None else rows
    folder = home / "releases" / MISSION / release
    for audience, shown in _OF_AUDIENCE.items():
        (folder / audience / "extracts").mkdir(parents=True)
        _write_database(folder / audience / "poclens.duckdb", audience, release, shown(rows))
        (folder / audience / "extracts" / f"{MISSION}_2026-Q3.csv").write_text("INDICATOR\n")
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    manifest = {
        "release": release,
        "mission": MISSION,
        "as_of": "2026-10-15",
        "audiences": {"mission": {}, "hq": {}},
        "files": [
            {"path": str(path.relative_to(folder)), "sha256": _sha(path.name), "bytes": 1}
            for path in files
        ],
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    published = {
        "previous_release": "2026-Q2-r01",
        "published_by": "planning office",
        "published_at": "2026-10-16T08:00:00+00:00",
    }
    (folder / "publication.json").write_text(json.dumps(published))
    (folder.parent / "current").write_text(release + "\n")
    return folder


def publish_approved(home: Path) -> None:
    """One more release, with what the workspace's store holds as approved now."""
    counter = len(list((home / "releases" / MISSION).glob("*/manifest.json"))) + 1
    rows = dict(mart_rows())
    for table, found in approved_tables(Store.of_workspace(home), MISSION).items():
        rows[table] = [{"mission": MISSION, **row} for row in found]
    cases = {row["incident_code"]: row["case_number"] for row in rows["review_candidate"]}
    rows["review_decision"] = [
        row | {"case_number": cases.get(row["incident_code"])} for row in rows["review_decision"]
    ]
    write_release(home, f"2026-Q3-r{counter:02d}", rows)


if __name__ == "__main__":
    print(write_release(Path(sys.argv[1])))
