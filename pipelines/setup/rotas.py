"""Rotas drawn by lot: drawn once, kept with their seed, written as an order, and answered.

A draw is kept in `rotas/<mission>/<edge>_<first day>.json` before anybody goes; it is not drawn
again. The arithmetic stands in `indicators/linkage/rota.py`.
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from indicators.definitions.catalogue import load_catalogue
from indicators.definitions.indicator import Indicator
from indicators.definitions.mission_profile import read_mission
from indicators.foundation.errors import Problem, WrongUse
from indicators.foundation.messages import message
from indicators.foundation.numbers.number_format import number_text
from indicators.linkage.framework.model import Edge, read_framework
from indicators.linkage.rota import FORTNIGHT, LEAST_FOLLOWED, LEVEL, RATIOS, Answer, Bools
from pipelines.workspace.paths import Workspace

_YEAR, _MONTH = 365, 30.44  # days


@dataclass(frozen=True)
class Rota:
    """A draw: in which fortnights from `first` on the activity of an edge goes ahead, by area.

    `drawn_on`: the day of the draw. `goes`: areas × fortnights. `path` is where it is kept.
    """

    edge: str
    first: date
    drawn_on: date
    seed: int
    areas: tuple[str, ...]
    goes: Bools
    path: Path

    def fortnight(self, number: int) -> tuple[date, date]:
        """First and last day of a fortnight, counted from 0."""
        begins = self.first + timedelta(days=FORTNIGHT * number)
        return begins, begins + timedelta(days=FORTNIGHT - 1)


@dataclass(frozen=True)
class Found:
    """What was recorded under a draw: over `pairs` of fortnights, with the grade that it earns.

    `followed`: share of the fortnights in which the activity was where the draw says. `grade`: None
    before the last fortnight is over: who looks again and again finds something by chance.
    """

    answer: Answer
    pairs: int
    followed: float
    grade: str | None


class Rotas:
    """The rotas of one mission; `connection` reads its warehouse."""

    def __init__(
        self, workspace: Workspace, mission: str, connection: duckdb.DuckDBPyConnection
    ) -> None:
        self._profile, self._mission = workspace.profile(mission), mission
        self._folder = Path(workspace.home) / "rotas" / mission
        self._connection = connection

    def edges(self) -> dict[str, Edge]:
        """The edges that a rota can test: an activity by day, and incidents by day."""
        from indicators.linkage.methods.case_series.method import CaseSeries

        catalogue = load_catalogue()
        framework = read_framework(self._profile, catalogue)
        return {
            edge.id: edge
            for edge in (framework.edges if framework else ())
            if edge.kind == "activity" and CaseSeries().applies(edge, catalogue)
        }

    def read(self, name: str | None) -> tuple[Edge, Indicator]:
        """The edge (the first without a name) and its output; leaves the tables of
        `case_series.create_series` behind. Raises WrongUse for an edge that no rota tests."""
        from indicators.compiler.derived.functions import functions_sql
        from indicators.linkage.methods.case_series.method import create_series

        catalogue, edges = load_catalogue(), self.edges()
        name = name or next(iter(edges), "")
        if name not in edges:
            known = {"known": ", ".join(edges)} if edges else {"kind": "none"}
            raise WrongUse(Problem("rota_edge", value=name or "--edge", parameters=known))
        edge = edges[name]
        output, outcome = catalogue[edge.from_indicator], catalogue[edge.to_indicator]
        for statement in functions_sql(read_mission(self._profile), date.today().isoformat()):
            self._connection.execute(statement)
        create_series(self._connection, self._mission, output, outcome)
        return edge, output

    def next_first(self) -> date:
        """The Monday after today and after the last day of the record; of an edge that was read."""
        last = max(self._last_day(), date.today())
        return last + timedelta(days=7 - last.weekday())

    def chances(self, edge: Edge, months: int) -> tuple[int, float, dict[float, float]]:
        """Areas, incidents a month, and by ratio how often such a rota would find it; where the
        edge that was read expects more, by the ratio upside down."""
        from indicators.linkage.rota import power

        areas, a_month = self._year_before()
        ratios = RATIOS if edge.expected_sign < 0 else [1 / ratio for ratio in RATIOS]
        found = {ratio: power(len(areas), months, a_month, ratio) for ratio in ratios}
        return len(areas), a_month, found

    def draw(self, edge: str, first: date, months: int, seed: int | None) -> Rota:
        """Draws and keeps a rota of areas that had both in the last year. Raises WrongUse where
        there are none, or this one was drawn already."""
        from indicators.linkage.rota import draw
        from pipelines.workspace.durable import replace_text

        path = self._path(edge, first)
        if path.exists():
            raise WrongUse(Problem("rota_kept", value=str(path)))
        areas, _ = self._year_before()
        if not areas:
            raise WrongUse(Problem("rota_no_areas", value=edge))
        pairs = max(1, round(months * _MONTH / (2 * FORTNIGHT)))
        seed = seed if seed is not None else secrets.randbelow(2**31)
        goes = draw(len(areas), pairs, seed)
        today = date.today()
        days = {"first_day": str(first), "drawn_on": str(today)}
        told = {"edge": edge, **days, "seed": seed, "areas": areas}
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_text(path, json.dumps(told | {"rota": goes.astype(int).tolist()}) + "\n")
        return Rota(edge, first, today, seed, tuple(areas), goes, path)

    def kept(self, edge: str | None = None) -> list[Rota]:
        """The draws that are kept, of an edge or of all, the first days in order."""
        found = [
            self._of_file(path) for path in self._folder.glob(f"{edge or '*'}_????-??-??.json")
        ]
        return sorted(found, key=lambda rota: (rota.first, rota.edge))

    def one(self, edge: str, first: date | None) -> Rota:
        """The draw of an edge and day, without a day the last. Raises WrongUse without any."""
        found = [rota for rota in self.kept(edge) if first in (None, rota.first)]
        if not found:
            path = self._folder if first is None else self._path(edge, first)
            raise WrongUse(Problem("rota_missing", value=str(path)))
        return found[-1]

    def answer(self, rota: Rota, edge: Edge) -> Found:
        """What was recorded in the fortnights that are over; of an edge that was read. Raises
        WrongUse where no pair of fortnights is over with all its reports, or nothing came."""
        from indicators.linkage.rota import answer, counted

        known = self._known_fortnights(rota)
        counts = counted(self._by_day("series_incident", rota))
        if not counts[known].any():
            raise WrongUse(Problem("rota_early"))
        found = answer(counts, rota.goes, rota.seed, known)
        gone = self._by_day("series_activity", rota).reshape(*rota.goes.shape, -1).any(axis=2)
        followed = float((gone == rota.goes)[known].mean())
        is_expected = (found.ratio - 1) * edge.expected_sign > 0
        grade = "D" if found.p_value >= LEVEL else "A"
        is_beforehand = rota.drawn_on <= rota.first
        if grade == "A" and not (followed >= LEAST_FOLLOWED and is_expected and is_beforehand):
            grade = "C"
        return Found(found, int(known.sum()) // 2, followed, grade if self._is_over(rota) else None)

    def order(self, rota: Rota, language: str) -> tuple[list[str], list[list[Any]]]:
        """Heads and rows as units read them: one an area and fortnight, in the order of days."""
        heads = [
            message(f"rota.head.{name}", language) for name in ("first", "last", "area", "order")
        ]
        words = {True: message("rota.go", language), False: message("rota.stay", language)}
        names = self.names(language)
        rows: list[list[Any]] = [
            [*rota.fortnight(number), names.get(area, area), words[bool(rota.goes[at, number])]]
            for number in range(rota.goes.shape[1])
            for at, area in enumerate(rota.areas)
        ]
        return heads, rows

    def names(self, language: str) -> Mapping[str, str]:
        """Names of the mission's areas by code."""
        named = f"name_{language}"
        rows = self._connection.execute(
            f"""SELECT DISTINCT ON (area_code) area_code, {named} FROM mart.area
            WHERE mission = ? AND {named} IS NOT NULL ORDER BY area_code""",
            [self._mission],
        ).fetchall()
        return dict(rows)

    def _path(self, edge: str, first: date) -> Path:
        return self._folder / f"{edge}_{first}.json"

    def _of_file(self, path: Path) -> Rota:
        told = json.loads(path.read_text(encoding="utf-8"))
        goes = np.array(told["rota"], dtype=bool)
        first = date.fromisoformat(told["first_day"])
        drawn_on = date.fromisoformat(told.get("drawn_on", told["first_day"]))
        areas = tuple(told["areas"])
        return Rota(told["edge"], first, drawn_on, int(told["seed"]), areas, goes, path)

    def _last_day(self) -> date:
        ((last,),) = self._connection.execute(
            """SELECT greatest((SELECT max("day") FROM series_incident),
            (SELECT max("day") FROM series_activity))"""
        ).fetchall()
        return last if isinstance(last, date) else date.today()

    def _year_before(self) -> tuple[list[str], float]:
        """Areas that had both in the last year of the record, and their incidents a month."""
        since = self._last_day() - timedelta(days=_YEAR)
        areas = [
            area
            for (area,) in self._connection.execute(
                """SELECT area FROM series_activity WHERE "day" > $since AND area IS NOT NULL
                INTERSECT SELECT area FROM series_incident WHERE "day" > $since ORDER BY area""",
                {"since": since},
            ).fetchall()
        ]
        ((incidents,),) = self._connection.execute(
            """SELECT coalesce(sum(rows), 0) FROM series_incident
            WHERE "day" > ? AND list_contains(?, area)""",
            [since, areas],
        ).fetchall()
        return areas, incidents / 12

    def _by_day(self, table: str, rota: Rota) -> np.ndarray:
        """areas × days of the rota: rows of that table."""
        grid = np.zeros((len(rota.areas), rota.goes.shape[1] * FORTNIGHT))
        rows = self._connection.execute(
            f"""SELECT area, date_diff('day', CAST(? AS DATE), "day"), sum(rows) FROM {table}
            WHERE list_contains(?, area) AND "day" IS NOT NULL GROUP BY ALL""",
            [rota.first, list(rota.areas)],
        ).fetchall()
        place = {area: at for at, area in enumerate(rota.areas)}
        for area, day, count in rows:
            if 0 <= day < grid.shape[1]:
                grid[place[area], day] = count
        return grid

    def _is_over(self, rota: Rota) -> bool:
        """Whether reports on incidents of the last fortnight are due."""
        _, last = rota.fortnight(rota.goes.shape[1] - 1)
        found = self._connection.execute(
            """SELECT 1 FROM series_returned WHERE source = 'incidents' AND "month" >= ?""",
            [last.replace(day=1)],
        )
        return found.fetchone() is not None

    def _known_fortnights(self, rota: Rota) -> Bools:
        """areas × fortnights: both of a pair lie in months whose reports on incidents all came."""
        sent = set(
            self._connection.execute(
                """SELECT area, "month" FROM series_returned
                WHERE source = 'incidents' AND is_sent"""
            ).fetchall()
        )
        months = [
            {day.replace(day=1) for day in rota.fortnight(number)}
            for number in range(rota.goes.shape[1])
        ]
        known = np.zeros(rota.goes.shape, dtype=bool)
        for at, area in enumerate(rota.areas):
            known[at] = [all((area, one) in sent for one in each) for each in months]
        pairs = known.reshape(len(rota.areas), -1, 2).all(axis=2)
        return pairs.repeat(2, axis=1)


def activity(output: Indicator, language: str) -> str:
    """What goes ahead or not, as in a sentence."""
    named = output.title if output.activity is None else output.activity
    return str(named.in_language(language))


def power_lines(
    chances: tuple[int, float, Mapping[float, float]], months: int, language: str
) -> list[str]:
    """What such a rota would find, a sentence for each true fall or rise."""
    areas, a_month, by_ratio = chances
    number = number_text(a_month, language, 0)
    return [
        message(
            "rota.power" if ratio < 1 else "rota.power_rise", language, areas=areas, months=months,
            number=number, change=round(abs(100 * (ratio - 1))), share=round(100 * chance),
        )
        for ratio, chance in by_ratio.items()
    ]  # fmt: skip


def answer_line(found: Found, output: Indicator, language: str) -> str:
    """What was recorded under a draw, in a sentence."""
    answer = found.answer
    numbers = {"ratio": answer.ratio, "low": answer.low, "high": answer.high}
    return message(
        "rota.answer", language, pairs=found.pairs, incidents=answer.incidents,
        activity=activity(output, language), followed=round(100 * found.followed),
        verdict=message(f"rota.verdict.{found.grade or 'none'}", language),
        p=number_text(answer.p_value, language, 3),
        **{name: number_text(number, language, 2) for name, number in numbers.items()},
    )  # fmt: skip


def order_bytes(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    """The order as a workbook."""
    from indicators.dissemination.spreadsheets import new_workbook, write_table

    written = BytesIO()
    with new_workbook(written) as book:
        write_table(book, "rota", list(heads), [list(row) for row in rows])
    return written.getvalue()
