"""Ingest once more, slow and obvious: one row after the other in plain Python.

Knows the table of figures (`population`) as the small mission maps it, and nothing of DuckDB.
"""

import csv
import io
import re
from dataclasses import dataclass, field
from datetime import date

Key = tuple[str, str, str]


@dataclass
class SlowWarehouse:
    """What each file name states now, in the order in which the last versions came."""

    areas: set[str]
    stated: dict[str, dict[Key, int]] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)

    def take_in(self, name: str, text: str) -> tuple[int, int, int, list[tuple[int, str]]]:
        """(rows loaded, rejected, unchanged, rejects as (row, rule)) of a delivery."""
        if text in self.seen:
            return 0, 0, len(text.splitlines()) - 1, []
        self.seen.add(text)
        good: dict[Key, int] = {}
        rejects: list[tuple[int, str]] = []
        reader = csv.reader(io.StringIO(text, newline=""))
        next(reader)
        for number, cells in enumerate(reader, start=2):
            rules, key, persons = self._judge(cells)
            if not rules and key in good:
                rules = ["duplicate_key"]
            if rules:
                rejects += [(number, rule) for rule in rules]
            else:
                good[key] = persons
        loaded, unchanged = self._merge(name, good)
        return loaded, len({row for row, _ in rejects}), unchanged, rejects

    def _judge(self, cells: list[str]) -> tuple[list[str], Key, int]:
        if len(cells) != 4:
            return ["row_shape"], ("", "", ""), 0
        area, day, sex, persons = (cell.strip() for cell in cells)
        rules = []
        if area == "":
            rules.append("required")
        elif area not in self.areas:
            rules.append("reference")
        rules += ["required"] * (day == "") + ["type_date"] * (day != "" and not _is_date(day))
        rules += ["required"] * (sex == "") + ["code"] * (sex not in ("", "F", "M", "_U"))
        if persons == "":
            rules.append("required")
        elif not re.fullmatch(r"[+-]?[0-9]+", persons):
            rules.append("type_int")
        elif int(persons) < 0:
            rules.append("minimum")
        return rules, (area, day, sex), int(persons) if not rules else 0

    def _merge(self, name: str, good: dict[Key, int]) -> tuple[int, int]:
        before = self.standing()
        self.stated.pop(name, None)
        self.stated[name] = good
        unchanged = sum(before.get(key) == persons for key, persons in good.items())
        return len(good) - unchanged, unchanged

    def standing(self) -> dict[Key, int]:
        """Of each key the figure of the file that came last."""
        return {key: persons for good in self.stated.values() for key, persons in good.items()}

    def rows(self) -> list[tuple[str, str, str, int]]:
        """The table, sorted."""
        return sorted((*key, persons) for key, persons in self.standing().items())


def _is_date(text: str) -> bool:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
