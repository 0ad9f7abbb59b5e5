"""Ingest once more, slow and obvious: one row after the other in plain Python.

Knows the table of figures (`population`) as the small mission maps it, and nothing of DuckDB.
"""

import csv
import io
import re
from dataclasses import dataclass, field
from datetime import date

HELD = "key_stands_elsewhere"
Key = tuple[str, str, str]


@dataclass
class SlowWarehouse:
    """What each file name states now, in the order in which the last versions came, and which of
    it counts: of two files that differ on a key the one that came first."""

    areas: set[str]
    stated: dict[str, dict[Key, tuple[int, int]]] = field(default_factory=dict)  # row, persons
    counted: dict[str, dict[Key, int]] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)

    def take_in(self, name: str, text: str) -> tuple[int, int, int, list[tuple[int, str]]]:
        """(rows loaded, rejected, unchanged, rejects as (row, rule)) of a delivery."""
        if text in self.seen:
            return 0, 0, len(text.splitlines()) - 1, []
        self.seen.add(text)
        good: dict[Key, tuple[int, int]] = {}
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
                good[key] = (number, persons)
        before = self.standing()
        self.stated.pop(name, None)
        self.stated[name], self.counted[name] = good, {}
        self._judge_keys(name)
        own = self.counted[name]
        held = [(row, HELD) for key, (row, _) in good.items() if key not in own]
        unchanged = sum(before.get(key) == persons for key, persons in own.items())
        loaded = len(own) - unchanged
        self._let_in()
        rejects += held
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

    def _judge_keys(self, name: str) -> None:
        """A key counts where no other file that counts, or waits for it, states it otherwise."""
        for key, (_, persons) in self.stated[name].items():
            if self._is_free(name, key, persons):
                self.counted[name][key] = persons

    def _is_free(self, name: str, key: Key, persons: int) -> bool:
        others = [other for other in self.stated if other != name and key in self.stated[other]]
        standing = [self.counted[other][key] for other in others if key in self.counted[other]]
        waiting = [self.stated[other][key][1] for other in others]
        return all(other == persons for other in standing or waiting)

    def _let_in(self) -> None:
        """Files whose key is free by now are judged again, until none is left."""
        while True:
            free = [
                name
                for name, good in self.stated.items()
                if any(
                    key not in self.counted[name] and self._is_free(name, key, persons)
                    for key, (_, persons) in good.items()
                )
            ]
            if not free:
                return
            for name in free:
                self._judge_keys(name)

    def standing(self) -> dict[Key, int]:
        """Of each key the figure that counts."""
        return {key: persons for own in self.counted.values() for key, persons in own.items()}

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
