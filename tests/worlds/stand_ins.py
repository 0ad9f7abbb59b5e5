"""Files of the shape of published sets that may not be passed on: every figure in them is drawn.

Columns, codes, encodings and what is odd are those of Geo-PKO v2.0 and v2.3, RADPKO base-year and
Afrobarometer's SPSS files; places, numbers and answers are invented.
"""

from calendar import isleap
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat

_PLACES = {"minusma": ("Ségou", "Ménaka", "Konna", "Bamako"), "unmiss": ("Bor", "Wau", "Bunj")}
_PARTNERS = [f"{name}{at}" for at in range(1, 15) for name in ("name.of.TCC", "No.troops.per.TCC")]
_MAPS = ["Source", "Mission", "year", "month", "location", "country", "latitude", "longitude",
         "No.troops", "RPF", "No.TCC", *_PARTNERS, "UNPOL..dummy.", "HQ", "LO"]  # fmt: skip
_REGIONS = {501: ("Kayes", "KAYES"), 504: ("Ségou", "SEGOU"), 506: ("Tombouctou", "TOMBOUCTOU")}
INTERVIEWS = 240


def write_stand_ins(real: Path) -> Path:
    """Writes `geopko`, `radpko` and `afrobarometer_mali` into a folder of data sets."""
    draw = np.random.default_rng(37)
    for name in ("geopko", "radpko", "afrobarometer_mali"):
        (real / name).mkdir(parents=True)
    for mission, places in _PLACES.items():
        _write_maps(draw, real / "geopko" / f"geopko_v2_0_{mission}.csv", mission.upper(), places)
        years = real / "geopko" / f"geopko_v2_3_yearly_{mission}.csv"
        _write_years(draw, years, mission.upper(), places)
        bases = real / "radpko" / f"radpko_base_year_{mission}.csv"
        _write_bases(draw, bases, mission.upper(), places)
    _write_sample_of_encoding(real / "geopko" / "geopko_cp1252_encoding_sample.csv")
    for wave, file in (("r6", "mli_r6_data_2015_eng.sav"), ("r7", "mli_r7_data_eng.sav")):
        _write_interviews(draw, real / "afrobarometer_mali", wave, file)
    return real


def _write_maps(
    draw: np.random.Generator, path: Path, mission: str, places: tuple[str, ...]
) -> None:
    """One row a map and location; names outside ASCII are encoded in UTF-8 twice."""
    rows = []
    for number, (year, month) in enumerate([(2014, 3), (2014, 11), (2016, 2), (2017, 12)]):
        for place in places:
            twice = place.encode().decode("cp1252")
            troops = str(int(draw.integers(30, 900))) if draw.random() < 0.8 else "NA"
            rows.append(dict.fromkeys(_MAPS, "NA") | {
                "Source": f"Map no. {4500 + number}", "Mission": mission, "year": str(year),
                "month": str(month), "location": twice, "country": "Somewhere",
                "latitude": f"{draw.uniform(4, 16):.4f}", "longitude": "1.5",
                "No.troops": troops, "RPF": "NA", "No.TCC": "1", "name.of.TCC1": "Togo",
                "No.troops.per.TCC1": troops, "HQ": "", "UNPOL..dummy.": "0", "LO": "0",
            })  # fmt: skip
    frame = pd.DataFrame(rows)
    frame.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


def _write_years(
    draw: np.random.Generator, path: Path, mission: str, places: tuple[str, ...]
) -> None:
    """One row a year, location and configuration of the base; the mean of troops on each."""
    rows = []
    for year in range(2014, 2018):
        for place in places:
            mean = int(draw.integers(30, 900))
            for _ in range(int(draw.integers(1, 4))):
                rows.append({
                    "mission": mission, "year": year, "country": "Somewhere", "location": place,
                    "latitude": f"{draw.uniform(4, 16):.4f}", "longitude": "1.5",
                    "Infantry": int(draw.integers(0, mean)), "UNMO": 0, "ave.no.troops": mean,
                })  # fmt: skip
    pd.DataFrame(rows).to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


def _write_bases(
    draw: np.random.Generator, path: Path, mission: str, places: tuple[str, ...]
) -> None:
    """One row a base and year from its first day with the base; means, written as fractions."""
    rows = []
    for year in range(2014, 2018):
        days = 366 if isleap(year) else 365
        for place in places:
            first = f"{year}-{int(draw.integers(1, 13)):02d}-01"
            rows.append({
                "mission": mission, "country": "Somewhere", "base": place.casefold(),
                "date": first, "year": year, "latitude": draw.uniform(4, 16),
                "longitude": draw.uniform(-8, 30), "untrp": int(draw.integers(1, 90000)) / days,
                "unpol": int(draw.integers(0, 900)) / days, "unmob": 0, "cc_present": "togo|chad",
            })  # fmt: skip
    pd.DataFrame(rows).to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


def _write_sample_of_encoding(path: Path) -> None:
    """The first sixty rows of an older file, in the code page of a Windows computer."""
    lines = [",Source,Mission,year,month,location,name"]
    lines += [
        f"{at},Map no. 4203,MINUCI,2003,{at % 12 + 1},Abidjan,Cote D’Ivoire" for at in range(60)
    ]
    path.write_bytes(("\n".join(lines) + "\n").encode("cp1252"))


def _write_interviews(draw: np.random.Generator, folder: Path, wave: str, file: str) -> None:
    """An SPSS file of answers with labels in the wave's own capitals, and its codes as CSV."""
    labels = {float(code): names[wave == "r7"] for code, names in _REGIONS.items()}
    frame = pd.DataFrame({
        "RESPNO": [f"MLI{at:04d}" for at in range(1, INTERVIEWS + 1)],
        "REGION": draw.choice(list(labels), INTERVIEWS),
        "URBRUR": draw.choice([1.0, 2.0], INTERVIEWS),
        "Q10A": draw.choice([0.0, 1, 2, 3, 4, 9, 98, -1], INTERVIEWS),
        "Q10B": draw.choice([0.0, 1, 2, 3, 4, 9], INTERVIEWS),
        "withinwt": draw.uniform(0.2, 4, INTERVIEWS),
    })  # fmt: skip
    answers = {0.0: "Never", 1: "Just once or twice", 9: "Don’t know", 98: "Refused", -1: "Missing"}
    pyreadstat.write_sav(
        frame,
        str(folder / file),
        variable_value_labels={
            "REGION": labels,
            "URBRUR": {1: "Urban", 2: "Rural"},
            "Q10A": answers,
        },
        missing_ranges={"Q10A": [-1, 98]},
    )
    frame.to_csv(folder / f"afro_mli_{wave}_codes.csv", index=False, encoding="utf-8")
