"""Files of the tutorial: `python -m tests.worlds.morning docs/morning`.

A made-up country of three provinces and nine districts, two quarters, in English and in French;
messy as files of units are. The same files each time.
"""

import csv
import io
import json
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

from indicators.definitions.contracts import contracts
from pipelines.documents.templates import write_template

QUARTERS = {"2026-Q2": date(2026, 4, 1), "2026-Q3": date(2026, 7, 1)}
PROVINCES = {"ML1": ("North", "Nord"), "ML2": ("Centre", "Centre"), "ML3": ("South", "Sud")}
DISTRICTS = {
    "ML11": "Arda", "ML12": "Bodu", "ML13": "Celi", "ML21": "Doro", "ML22": "Essa",
    "ML23": "Fari", "ML31": "Gamo", "ML32": "Hilu", "ML33": "Ista",
}  # fmt: skip
UNITS = {
    "FPU-1": ("First Formed Police Unit", "police", "FPU", "ML11", 140),
    "FPU-2": ("Second Formed Police Unit", "police", "FPU", "ML22", 140),
    "IPO-1": ("Police advisers North", "police", "IPO", "ML12", 24),
    "IPO-2": ("Police advisers South", "police", "IPO", "ML31", 24),
    "MIL-1": ("Infantry battalion", "military", "MIL", "ML21", 650),
}
HEADS = {
    "areas": {"en": "Code,Parent,Level,Name,Nom", "fr": "Code,Code parent,Niveau,Name,Nom"},
    "units": {
        "en": "Unit code,Name of unit,Component,Type of unit,Base,Strength",
        "fr": "Code de l’unité,Nom de l’unité,Composante,Type d’unité,Base,Effectif",
    },
    "patrols": {
        "en": "Patrol no.,Date of patrol,Departure time,Return time,Unit,District,Type of activity,"
        "Patrol type,Status,POC tier,Phase,Precision,Number of personnel,Women",
        "fr": "No patrouille,Date de la patrouille,Heure de départ,Heure de retour,Unité,District,"
        "Type d’activité,Type de patrouille,Statut,Niveau POC,Phase,Précision,Personnel,Femmes",
    },
    "incidents": {
        "en": "Incident no,Incident type,Civilians targeted,Incident date,Date precision,District,"
        "Precision,Reported by,Verification,Civilians killed,Civilians injured",
        "fr": "No incident,Type d’incident,Civils visés,Date de l’incident,Précision de la date,"
        "District,Précision,Signalé par,Vérification,Civils tués,Civils blessés",
    },
    "alerts": {
        "en": "Alert no,Source,Threat,Level,District,Received,Action needed,First action,Confirmed",
        "fr": "No alerte,Source,Menace,Niveau,District,Reçu le,Action nécessaire,Première action,"
        "Confirmé le",
    },
}
FRENCH = {
    "Province": "Région", "District": "District", "patrol": "patrouille", "completed": "achevée",
    "cancelled": "annulée", "vehicle": "véhicule", "foot": "à pied", "yes": "oui", "no": "non",
}  # fmt: skip
NAMES = {"areas": "zones", "units": "unites", "patrols": "patrouilles", "alerts": "alertes"}
ITEMS = ("safety_overall", "trust_host_police", "could_raise_concern_unpol")
_SEED = 40


def name_of(kind: str, language: str, quarter: str = "", suffix: str = "csv") -> str:
    """The file's name: `patrols_2026-Q2.csv`."""
    stem = NAMES.get(kind, kind) if language == "fr" else kind
    return f"{stem}_{quarter}.{suffix}" if quarter else f"{stem}.{suffix}"


def write_files(folder: Path) -> list[Path]:
    """All files in both languages below the folder, and the outlines; their paths."""
    found = []
    for language in ("en", "fr"):
        room = folder / language
        room.mkdir(parents=True, exist_ok=True)
        for kind in HEADS:
            quarters = [""] if kind in ("areas", "units") else [*QUARTERS]
            for quarter in quarters:
                path = room / name_of(kind, language, quarter)
                path.write_text(_csv(kind, language, _rows(kind, quarter, language)), "utf-8-sig")
                found.append(path)
        for table, rows in _survey().items():
            path = room / f"{table}.xlsx"
            write_template(contracts()[table], path, language, rows)
            found.append(path)
    drawn = folder / "outlines.geojson"
    drawn.write_text(json.dumps(_outlines(), indent=1) + "\n", encoding="utf-8")
    return [*found, drawn]


def _csv(kind: str, language: str, rows: Sequence[Sequence[object]]) -> str:
    """With `,` in English and `;` in French, as spreadsheets of the two write it."""
    written = io.StringIO()
    out = csv.writer(written, delimiter=";" if language == "fr" else ",", lineterminator="\r\n")
    out.writerow(HEADS[kind][language].split(","))
    out.writerows(rows)
    return written.getvalue()


def _rows(kind: str, quarter: str, language: str) -> list[list[object]]:
    def said(text: str) -> str:
        return FRENCH.get(text, text) if language == "fr" else text

    if kind == "areas":
        provinces = [[code, "MLD", said("Province"), *names] for code, names in PROVINCES.items()]
        return [
            *provinces,
            *([code, code[:3], said("District"), n, n] for code, n in DISTRICTS.items()),
        ]
    if kind == "units":
        return [[code, *facts] for code, facts in UNITS.items()]
    draw = random.Random(f"{_SEED}/{kind}/{quarter}")
    made: Mapping[str, Iterator[list[object]]] = {
        "patrols": _patrols(draw, quarter),
        "incidents": _incidents(draw, quarter),
        "alerts": _alerts(draw, quarter),
    }
    return [[said(cell) if isinstance(cell, str) else cell for cell in row] for row in made[kind]]


def _day(draw: random.Random, quarter: str) -> date:
    return QUARTERS[quarter] + timedelta(days=draw.randrange(90))


def _patrols(draw: random.Random, quarter: str) -> Iterator[list[object]]:
    """Date and hours in columns of their own; three rows that cannot be loaded."""
    for number in range(1, 181):
        day, code = _day(draw, quarter), draw.choice(list(DISTRICTS))
        hour, done = draw.choice((6, 8, 10, 14, 20, 22)), draw.random() < 0.94
        district = {60: "Atlantis"}.get(number, DISTRICTS[code])
        when = {90: "31/02/2026"}.get(number, f"{day:%d/%m/%Y}")
        unit = {120: "FPU-9"}.get(number, draw.choice(list(UNITS)))
        yield [
            f"{quarter[-2:]}-{number:03d}", when, f"{hour:02d}:{draw.choice((0, 15, 30)):02d}",
            f"{(hour + 3) % 24:02d}:45", unit, district, "patrol", draw.choice(("vehicle", "foot")),
            "completed" if done else "cancelled", "II", "prevention", "admin2",
            draw.randrange(8, 25), draw.randrange(0, 6),
        ]  # fmt: skip


def _incidents(draw: random.Random, quarter: str) -> Iterator[list[object]]:
    for number in range(1, 41):
        kind = draw.choice(("killing", "injury", "abduction", "looting"))
        yield [
            f"I-{quarter[-2:]}-{number:02d}", kind, "yes" if draw.random() < 0.8 else "no",
            f"{_day(draw, quarter):%d/%m/%Y}", "day", draw.choice(list(DISTRICTS.values())),
            "admin2", draw.choice(("un_police", "human_rights", "community")),
            draw.choice(("reported", "verified")), draw.randrange(0, 3) if kind == "killing" else 0,
            draw.randrange(0, 4),
        ]  # fmt: skip


def _alerts(draw: random.Random, quarter: str) -> Iterator[list[object]]:
    for number in range(1, 61):
        day, hour = _day(draw, quarter), draw.randrange(5, 20)
        acted = draw.random() < 0.8
        after = day + timedelta(days=draw.choice((0, 0, 1, 2, 4)))
        yield [
            f"A-{quarter[-2:]}-{number:02d}",
            draw.choice(("community_network", "hotline", "patrol")),
            draw.choice(("armed_attack", "cattle_raid", "looting")),
            draw.choice(("high", "medium", "low")), draw.choice(list(DISTRICTS.values())),
            f"{day:%d/%m/%Y} {hour:02d}:20", "yes", f"{after:%d/%m/%Y} 21:10" if acted else "",
            f"{day:%d/%m/%Y} {hour + 1:02d}:05",
        ]  # fmt: skip


def _survey() -> dict[str, list[dict[str, str]]]:
    """A household survey of June 2026: provinces as strata, districts as sampling units."""
    draw = random.Random(f"{_SEED}/survey")
    people, answers = [], []
    for number in range(1, 181):
        area = list(DISTRICTS)[number % 9]
        key = {"survey_code": "HH2026", "wave": "1", "respondent_key": f"R{number:03d}"}
        people.append(
            key
            | {
                "instrument": "household", "household_key": f"H{number:03d}", "stratum": area[:3],
                "result": "complete", "consent_given": "true", "area_code": area,
                "interviewed_on": f"2026-06-{1 + number % 20:02d}", "psu": f"{area}-{number % 4}",
                "weight_person": "1", "sex": draw.choice(("F", "M")), "is_adult": "true",
            }
        )  # fmt: skip
        for item, told in zip(ITEMS, _ANSWERS, strict=True):
            answers.append(key | {"item": item, "answer": draw.choice(told)})
    return {"survey_respondents": people, "survey_answers": answers}


_ANSWERS: tuple[tuple[str, ...], ...] = (
    ("good", "fair", "bad"),
    ("a_lot", "somewhat", "little"),
    ("likely", "unlikely"),
)


def _outlines() -> dict[str, object]:
    """Districts as rectangles, three provinces above each other."""
    features = []
    for at, (code, name) in enumerate(DISTRICTS.items()):
        west, south = 30 + at % 3, 6 - at // 3
        ring = [[west, south], [west + 1, south], [west + 1, south + 1], [west, south + 1]]
        facts = {"ADM2_PCODE": code, "name": name}
        shape = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
        features.append({"type": "Feature", "properties": facts, "geometry": shape})
    return {"type": "FeatureCollection", "features": features}


if __name__ == "__main__":
    for written in write_files(Path(sys.argv[1])):
        print(written)
