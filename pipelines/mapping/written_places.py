"""Coordinates as people write them: degrees, minutes and seconds, points of the compass, and
latitude and longitude in one cell. A number alone is left to `written_numbers`."""

import re

_SIDE = r"(?P<side{0}>[NSEWO])"
_DEGREES = re.compile(
    rf"(?:{_SIDE.format(1)}\s*)?(?P<degrees>[+-]?\d{{1,3}}(?:[.,]\d+)?)\s*(?:°|º|deg|d)?\s*"
    r"(?:(?P<minutes>\d{1,2}(?:[.,]\d+)?)\s*(?:['’′]|min|m)\s*"
    r"(?:(?P<seconds>\d{1,2}(?:[.,]\d+)?)\s*(?:\"|”|″|''|’’|′′|sec|s)?\s*)?)?"
    rf"(?:{_SIDE.format(2)})?",
    re.IGNORECASE,
)
_MARKED = re.compile(r"[°º'’′NSEWO]", re.IGNORECASE)
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
    if found is None or not _MARKED.search(text) or (found["side1"] and found["side2"]):
        return text
    whole, minutes, seconds = (
        float((found[part] or "0").replace(",", ".")) for part in ("degrees", "minutes", "seconds")
    )
    side = (found["side1"] or found["side2"] or "").upper()
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
    found = _PAIR.fullmatch(plain)
    parts = [part for part in found.groups() if part] if found else _by_sides(plain)
    return parts[number - 1] if len(parts) == 2 else None


def _by_sides(text: str) -> list[str]:
    """`6°12'N 31°33'E`: each part with its point of the compass."""
    form = r"[^NSEWO]+[NSEWO]" if text[-1:].upper() in "NSEWO" else r"[NSEWO][^NSEWO]+"
    parts = [part.strip(" ,;/") for part in re.findall(form, text, re.IGNORECASE)]
    return parts if all(decimal_degrees(part, "NSEWO") != part for part in parts) else []
