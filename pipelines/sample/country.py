"""The fictional country: its areas, sites for displaced people, bases and units.

What happens there is drawn elsewhere; here stands only what does not change with the seed.
"""

from dataclasses import dataclass
from datetime import date

MISSION = "sample"
COUNTRY = "Minutam"
STARTS_ON = date(2024, 1, 1)
LAST_DAY = date(2026, 9, 30)
AS_OF = date(2026, 10, 15)
DAYS = (LAST_DAY - STARTS_ON).days + 1
MONTHS = 33

# Cells of a grid of 7 × 5, row by row from the north-west. The twelve on even columns and
# rows are the main areas: each names the sector to which its neighbours report.
COLUMNS, ROWS = 7, 5
_GRID = """
Aroko    Mavora   Beldane  Nabeko   Cassou   Ondari   Dorima
Perrou   Quelba   Rutano   Sefari   Tombeya  Ulenga   Vanko
Essari   Wellori  Fande    Yambesa  Gorou    Zorgane  Hamsa
Akume    Birani   Cherou   Dabosso  Ekoya    Folima   Guirou
Ilora    Houmba   Jebala   Isanga   Kessi    Kolbe    Lomara
"""
AREAS = tuple(_GRID.split())
SECTORS = tuple(AREAS[row * COLUMNS + column] for row in (0, 2, 4) for column in (0, 2, 4, 6))
_ACCENTS = {"Fande": "Fandé", "Akume": "Akumé", "Kolbe": "Kolbé"}
_MAIN_ROW_OF_ROW = (0, 0, 1, 2, 2)
_SECTOR_OTHERWISE = {"Vanko": "Hamsa", "Guirou": "Hamsa", "Ekoya": "Gorou", "Cherou": "Fande"}

REGIONS = {
    "North-Sanda": ("North Sanda", "Sanda-Nord"),
    "Upper-Minu": ("Upper Minu", "Haut-Minu"),
    "Central-Plateau": ("Central Plateau", "Plateau central"),
    "South-Sanda": ("South Sanda", "Sanda-Sud"),
    "Lower-Minu": ("Lower Minu", "Bas-Minu"),
}


@dataclass(frozen=True)
class Site:
    """One site for displaced people, an area of level `site`; persons as of January 2024."""

    code: str
    name_en: str
    name_fr: str
    area: str
    kind: str
    persons: int


@dataclass(frozen=True)
class Unit:
    """One unit; `home` is where its base lies, `covers` the areas that it reports on."""

    code: str
    name: str
    component: str
    kind: str
    country: str
    home: str
    strength: int
    covers: tuple[str, ...]
    valid_from: date = date(2023, 7, 1)


def area_name(area: str) -> str:
    """The name of an admin 2 area as people write it, the same in both languages."""
    return _ACCENTS.get(area, area)


def sector(area: str) -> str:
    """The main area to whose sector an area belongs."""
    if area in _SECTOR_OTHERWISE:
        return _SECTOR_OTHERWISE[area]
    row, column = divmod(AREAS.index(area), COLUMNS)
    # odd columns lean west in even rows and east in odd ones, so that sectors are compact
    main_column = column if column % 2 == 0 else column - 1 if row % 2 == 0 else column + 1
    return SECTORS[_MAIN_ROW_OF_ROW[row] * 4 + main_column // 2]


def region(area: str) -> str:
    """The admin 1 area above an admin 2 area."""
    row, column = divmod(AREAS.index(area), COLUMNS)
    if 2 <= column <= 4 and 1 <= row <= 3:
        return "Central-Plateau"
    north, west = row < 2 or (row == 2 and column > 4), column < 3
    if north:
        return "North-Sanda" if west else "Upper-Minu"
    return "South-Sanda" if west else "Lower-Minu"


SITES = (
    Site("Dorima-S1", "Dorima protection site", "Site de protection de Dorima", "Dorima",
         "poc_site", 3900),
    Site("Hamsa-S1", "Hamsa protection site", "Site de protection de Hamsa", "Hamsa",
         "poc_site", 4300),
    Site("Hamsa-S2", "Hamsa east camp", "Camp de Hamsa-Est", "Hamsa", "camp", 1700),
    Site("Gorou-S1", "Gorou river camp", "Camp de Gorou-Fleuve", "Gorou", "camp", 2600),
    Site("Kessi-S1", "Kessi protection site", "Site de protection de Kessi", "Kessi",
         "poc_site", 2100),
    Site("Jebala-S1", "Jebala mission camp", "Camp de la mission de Jebala", "Jebala",
         "camp", 1500),
    Site("Beldane-S1", "Beldane market camp", "Camp du marché de Beldane", "Beldane",
         "camp", 1300),
    Site("Fande-S1", "Fandé school camp", "Camp de l’école de Fandé", "Fande", "camp", 1200),
    Site("Lomara-S1", "Lomara mill camp", "Camp du moulin de Lomara", "Lomara", "camp", 1900),
    Site("Aroko-S1", "Aroko host quarter", "Quartier d’accueil d’Aroko", "Aroko",
         "host_community", 900),
)  # fmt: skip


def _in_sectors(*names: str) -> tuple[str, ...]:
    """The areas of these sectors, in the order of the grid."""
    return tuple(area for area in AREAS if sector(area) in names)


def _individual_officers(main: str, country: str) -> Unit:
    return Unit(
        f"IPO-{main}", f"IPO {area_name(main)}", "police", "IPO", country, main, 14,
        _in_sectors(main),
    )  # fmt: skip


def _formed_unit(number: int, home: str, country: str, *sectors: str) -> Unit:
    return Unit(
        f"FPU-{number}", f"FPU-{number} {area_name(home)}", "police", "FPU", country, home, 140,
        _in_sectors(*sectors),
    )  # fmt: skip


_IPO_COUNTRIES = (
    "SEN", "RWA", "GHA", "BGD", "TUN", "NOR",
    "CMR", "TGO", "NPL", "CIV", "JOR", "PRT",
)  # fmt: skip
_NORTH, _SOUTH = SECTORS[:6], SECTORS[6:]
UNITS = (
    _formed_unit(1, "Aroko", "SEN", "Aroko", "Essari", "Ilora"),
    _formed_unit(2, "Beldane", "RWA", "Beldane", "Fande", "Cassou"),
    _formed_unit(3, "Dorima", "BGD", "Dorima", "Gorou", "Lomara"),
    _formed_unit(4, "Hamsa", "JOR", "Hamsa", "Kessi", "Jebala"),
    *(_individual_officers(*pair) for pair in zip(SECTORS, _IPO_COUNTRIES, strict=True)),
    Unit("SPT-Gender", "SPT gender", "police", "SPT", "SWE", "Fande", 8, SECTORS),
    Unit("PSU-Capital", "PSU Beldane", "police", "PSU", "EGY", "Beldane", 60,
         ("Beldane", "Fande", "Hamsa"), date(2024, 7, 1)),
    Unit("MIL-North", "Military North", "military", "MIL", "PAK", "Cassou", 850,
         _in_sectors(*_NORTH)),
    Unit("MIL-South", "Military South", "military", "MIL", "ETH", "Kessi", 850,
         _in_sectors(*_SOUTH)),
    Unit("CIV-Affairs", "Civil affairs", "civilian", "CIV", "", "Fande", 45, SECTORS),
    Unit("CIV-Rights", "Human rights", "civilian", "CIV", "", "Gorou", 30, SECTORS),
)  # fmt: skip
