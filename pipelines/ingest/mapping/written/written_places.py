"""Coordinates as people write them: degrees, minutes and seconds, points of the compass, and
latitude and longitude in one cell, references of the military grid (MGRS). A number alone is left
to `written_numbers`."""

import math
import re

_SIDE = r"(?P<side{0}>[NSEWO])"
_DEGREES = re.compile(
    rf"(?:{_SIDE.format(1)}\s*)?(?P<degrees>[+-]?\d{{1,3}}(?:[.,]\d+)?)\s*(?:°|º|deg|d)?\s*"
    r"(?:(?P<minutes>\d{1,2}(?:[.,]\d+)?)\s*(?:['’′]|min|m)?\s*"
    r"(?:(?P<seconds>\d{1,2}(?:[.,]\d+)?)\s*(?:\"|”|″|''|’’|′′|sec|s)?\s*)?)?"
    rf"(?:{_SIDE.format(2)})?",
    re.IGNORECASE,
)
_MARKED = re.compile(r"[°º'’′NSEWO]", re.IGNORECASE)
_BY_BLANKS = re.compile(r"[+-]?\d{1,3} \d{2}(?:[.,]\d+| \d{2}(?:[.,]\d+)?)")
"""`09 24.9`, `09 24 54`: no thousands have two digits behind a blank."""
_PARTS = re.compile(r"\d\s+\d|\d\s*(?:[°º]|d)", re.IGNORECASE)  # `N 07 54.53`, `8°14.42'N`
_NUMBER = r"([+-]?\d{1,3}(?:[.,]\d+)?)"
_OF_POINTS = r"([+-]?\d{1,3}\.\d+)\s*,\s*([+-]?\d{1,3}\.\d+)"
_APART = rf"{_NUMBER}(?:\s*[;|/]\s*|,?\s+){_NUMBER}"
_PAIR = re.compile(rf"(?:{_OF_POINTS}|{_APART})(?:\s+-?\d+(?:\.\d+)?){{0,2}}")
"""With a point as decimal sign a comma parts them; a geopoint ends with altitude and accuracy."""


SIDES = {"latitude": "NS", "longitude": "EWO"}
"""Points of the compass that a coordinate may bear; O is the French west."""


def decimal_degrees(text: str, sides: str) -> str:
    """`6°12'30"N` as 6.208333; text that is none, or a number already, as it is."""
    found = _DEGREES.fullmatch(text.strip())
    is_marked = _MARKED.search(text) or _BY_BLANKS.fullmatch(text.strip())
    if found is None or not is_marked or (found["side1"] and found["side2"]):
        return text
    whole, minutes, seconds = (
        float((found[part] or "0").replace(",", ".")) for part in ("degrees", "minutes", "seconds")
    )
    side = (found["side1"] or found["side2"] or "").upper()
    if found["minutes"] and not _PARTS.search(text):
        return text  # `0754N`: nobody knows where the degrees end
    if minutes >= 60 or seconds >= 60 or (found["minutes"] and whole % 1):
        return text
    if side and (side not in sides or found["degrees"][0] in "+-"):
        return text  # of the other axis, or two signs of the side that may contradict each other
    value = abs(whole) + minutes / 60 + seconds / 3600
    is_negative = side in ("S", "W", "O") or found["degrees"].startswith("-")
    return f"{-value if is_negative else value:.6f}"


def part_of_pair(text: str, number: int) -> str | None:
    """The first or second (1, 2) of two coordinates in one cell; None where there are not two."""
    plain = text.strip(" ()[]")
    if of_grid := grid_degrees(plain):
        return f"{of_grid[number - 1]:.6f}"
    found = _PAIR.fullmatch(plain)
    parts = [part for part in found.groups() if part] if found else _by_sides(plain)
    return parts[number - 1] if len(parts) == 2 else None


def _by_sides(text: str) -> list[str]:
    """`6°12'N 31°33'E`: each part with its point of the compass."""
    form = r"[^NSEWO]+[NSEWO]" if text[-1:].upper() in "NSEWO" else r"[NSEWO][^NSEWO]+"
    parts = [part.strip(" ,;/") for part in re.findall(form, text, re.IGNORECASE)]
    return parts if all(decimal_degrees(part, "NSEWO") != part for part in parts) else []


_GRID = re.compile(
    r"(?P<zone>\d{1,2})\s*(?P<band>[C-HJ-NP-X])\s*(?P<column>[A-HJ-NP-Z])(?P<row>[A-HJ-NP-V])\s*"
    r"(?P<digits>\d{2,5}\s*\d{2,5})",
    re.IGNORECASE,
)
_COLUMNS = ("STUVWXYZ", "ABCDEFGH", "JKLMNPQR")  # of zones by number mod 3
_ROWS = "ABCDEFGHJKLMNPQRSTUV"
_BANDS = "CDEFGHJKLMNPQRSTUVWX"
_AXIS, _FLATTENING, _SCALE = 6_378_137.0, 1 / 298.257223563, 0.9996  # WGS 84, UTM


def grid_degrees(text: str) -> tuple[float, float] | None:
    """Latitude and longitude of a grid reference (`36N TM 17150 86740`, be its parts set apart by
    hyphens); None of other texts.

    The middle of its square. Source: NGA.STND.0037, the universal grids (MGRS, UTM on WGS 84).
    """
    found = _GRID.fullmatch(re.sub(r"[-–.]", " ", text).strip())
    digits = re.sub(r"\s", "", found["digits"]) if found else ""
    if found is None or len(digits) % 2:
        return None
    zone = int(found["zone"])
    column = _COLUMNS[zone % 3].find(found["column"].upper())
    if not 1 <= zone <= 60 or column < 0:
        return None
    size = 10 ** (5 - len(digits) // 2)
    east, north = (int(half) * size + size / 2 for half in _halves(digits))
    band = _BANDS.index(found["band"].upper())
    row = (_ROWS.index(found["row"].upper()) - (0 if zone % 2 else 5)) % 20
    lowest = _northing(-80 + 8 * band) // 100_000  # of the band: rows come again each 2,000 km
    north += 100_000 * (lowest + (row - lowest) % 20)
    return _from_utm(zone, 100_000 * (column + 1) + east, north)


def _halves(digits: str) -> tuple[str, str]:
    return digits[: len(digits) // 2], digits[len(digits) // 2 :]


def _northing(latitude: float) -> float:
    """Metres north of the equator along the middle of a zone (series to the sixth power)."""
    e2 = _FLATTENING * (2 - _FLATTENING)
    angle = math.radians(latitude)
    return _SCALE * _AXIS * (
        (1 - e2 / 4 - 3 * e2**2 / 64 - 5 * e2**3 / 256) * angle
        - (3 * e2 / 8 + 3 * e2**2 / 32 + 45 * e2**3 / 1024) * math.sin(2 * angle)
        + (15 * e2**2 / 256 + 45 * e2**3 / 1024) * math.sin(4 * angle)
        - (35 * e2**3 / 3072) * math.sin(6 * angle)
    )  # fmt: skip


def _from_utm(zone: int, east: float, north: float) -> tuple[float, float]:
    """Degrees of a point of UTM. Source: Snyder, Map Projections, USGS 1395 (1987), pp. 63 f."""
    e2 = _FLATTENING * (2 - _FLATTENING)
    foot = math.radians(north / 111_000)
    for _ in range(6):  # the latitude whose northing it is
        foot += (north - _northing(math.degrees(foot))) / (_SCALE * _AXIS)
    sine, cosine, tangent = math.sin(foot), math.cos(foot), math.tan(foot) ** 2
    second = e2 / (1 - e2)
    c, n = second * cosine**2, _AXIS / math.sqrt(1 - e2 * sine**2)
    r = _AXIS * (1 - e2) / (1 - e2 * sine**2) ** 1.5
    d = (east - 500_000) / (n * _SCALE)
    latitude = foot - n * math.tan(foot) / r * (
        d**2 / 2
        - (5 + 3 * tangent + 10 * c - 4 * c**2 - 9 * second) * d**4 / 24
        + (61 + 90 * tangent + 298 * c + 45 * tangent**2) * d**6 / 720
    )
    longitude = (
        d - (1 + 2 * tangent + c) * d**3 / 6
        + (5 - 2 * c + 28 * tangent - 3 * c**2 + 8 * second + 24 * tangent**2) * d**5 / 120
    ) / cosine  # fmt: skip
    return math.degrees(latitude), 6 * zone - 183 + math.degrees(longitude)
