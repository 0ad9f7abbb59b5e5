"""What a page is given: address, words, release, and the mission, period and area chosen."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from dashboards.reading.access import Audience
from dashboards.reading.address import Address
from dashboards.reading.queries import catalogue, framework, indicator_values
from dashboards.reading.queries.cells import Cell, Dated, dated_cells, span_of
from dashboards.reading.queries.quality import never_came, owed_reports, owing
from dashboards.reading.releases import (
    DamagedRelease,
    LackingRelease,
    Release,
    current_release,
    published_missions,
)
from dashboards.reading.rows import rows_of
from dashboards.wording import formats
from dashboards.wording.words import Words, sentence_case
from indicators.assessment.empty_reasons import Said, reports_said
from indicators.assessment.owed_reports import SOURCES
from indicators.definitions.contracts import contracts
from indicators.foundation.periods import Period, period_named

# A quarter in which a smaller share of the indicators has a figure is not shown unasked.
_ENOUGH_FIGURES = 1 / 3
AREA_LEVELS = ("country", "admin1", "admin2", "admin3", "site")


@dataclass(frozen=True)
class Against:
    """What a value is held against; `expected` is where the path stands at the period's end."""

    baseline: float | None = None
    expected: float | None = None
    target: float | None = None


@dataclass(frozen=True)
class Context:
    """One request. Whatever a release holds is read when first asked for."""

    home: Path
    audience: Audience
    address: Address
    words: Words
    missions: Mapping[str, Release]  # what is published of each, by its code
    release: Release
    is_of_release: bool = False  # for a document of the release: nothing written since is in it

    @property
    def reads_store(self) -> bool:
        """Whether what people wrote is read as it stands now, and not as the release holds it."""
        return self.audience == "mission" and not self.is_of_release

    @cached_property
    def mission(self) -> dict[str, Any]:
        """The mission's row of the mart."""
        return catalogue.mission(self.release)

    @cached_property
    def mission_name(self) -> str:
        """The mission's name in the reader's language."""
        return self.words.of(self.mission, "name") or self.release.mission

    def name_of(self, mission: str) -> str:
        """The name that a mission's own release gives it; its code where none can be read.

        What is wrong with the release of another mission keeps nobody from this one.
        """
        if mission not in self.missions:
            return mission
        release = self.missions[mission]
        try:
            told = release.mission_names.get(self.words.language)
            return told or self.words.of(catalogue.mission(release), "name") or mission
        except (DamagedRelease, LackingRelease, ValueError):
            return mission

    @cached_property
    def mission_notes(self) -> list[str]:
        """What must be said of this mission's data, in the reader's language."""
        text = self.words.of(self.mission, "notes")
        return [str(note) for note in json.loads(text)] if text else []

    def days_since(self, since: pd.Timestamp) -> int:
        """Whole days from a day, receipt or incident to the end of the as-of day."""
        as_of = pd.Timestamp(self.mission["as_of"]) + pd.Timedelta(days=1)
        return max(0, (as_of - pd.Timestamp(since)).days)

    @cached_property
    def has_figures(self) -> bool:
        """Whether the release holds a figure at all."""
        return indicator_values.has_figures(self.release)

    @cached_property
    def periods(self) -> list[Period]:
        """All periods of the release, newest first."""
        return [Period(*span_of(row)) for row in rows_of(indicator_values.periods(self.release))]

    @cached_property
    def period(self) -> Period:
        """The period of the address, else the release's quarter, else a fuller year before it."""
        by_code = {period.name: period for period in self.periods}
        asked = by_code.get(self.address.get("period") or "")
        return asked or self._usual_period(by_code)

    def _usual_period(self, by_code: dict[str, Period]) -> Period:
        """Missions whose data come by the year would show an empty page for a quarter."""
        quarters = [period for period in self.periods if period.period_type == "Q"]
        own = period_named(self.release.name.rpartition("-")[0])
        newest = next(iter(quarters or self.periods), own)  # its own where it has no figure at all
        quarter = by_code.get(own.name, newest)
        frame = indicator_values.figures_by_period(self.release, self.country)
        figures = dict(zip(frame["period"], frame["figures"], strict=True))
        if figures.get(quarter.name, 0) >= _ENOUGH_FIGURES * len(self.indicators):
            return quarter
        years = [p for p in self.periods if p.period_type == "A" and p.end <= quarter.end]
        return max([quarter, *years], key=lambda p: (figures.get(p.name, 0), p.end))

    @cached_property
    def areas(self) -> pd.DataFrame:
        """All areas by code."""
        return catalogue.areas(self.release).set_index("area_code", drop=False)

    @cached_property
    def country(self) -> str:
        """The area of the whole mission."""
        return str(self.mission["country_area"])

    @cached_property
    def area(self) -> str:
        """The area of the address, else the whole mission."""
        chosen = self.address.get("area")
        return chosen if chosen and chosen in self.areas.index else self.country

    def area_name(self, code: str) -> str:
        """The name of an area in the reader's language; the code where it has none."""
        return self._area_names.get(code) or code

    @cached_property
    def _area_names(self) -> dict[str, str]:
        return {row["area_code"]: self.words.of(row, "name") for row in rows_of(self.areas)}

    @cached_property
    def areas_inside(self) -> frozenset[str]:
        """The chosen area and all areas below it."""
        found, parents = {self.area}, self.areas["parent_area_code"]
        while below := set(parents.index[parents.isin(found)]) - found:
            found |= below
        return frozenset(found)

    def of_place(self, reports: pd.DataFrame) -> pd.DataFrame:
        """Those of rows by source and area that speak for the chosen place: of the areas inside it;
        of a source that owes nothing there, as in a site, of the nearest area above that does."""
        owed, parents = owing(self.release), self.areas["parent_area_code"]
        speaks = reports["area"].isin(self.areas_inside)
        told = set(owed.loc[owed["area"].isin(self.areas_inside), "source"])
        above: Any = self.area
        while (above := parents.get(above)) is not None:
            speaks |= (reports["area"] == above) & ~reports["source"].isin(told)
            told |= set(owed.loc[owed["area"] == above, "source"])
        return reports[speaks]

    def is_lowest(self, code: str) -> bool:
        """Whether no administrative area lies below this one; sites are no such areas."""
        return code in self.lowest_areas

    @cached_property
    def lowest_areas(self) -> frozenset[str]:
        """The administrative areas below which lies no other one."""
        administrative = self.areas[self.areas["area_level"] != "site"]
        return frozenset(administrative.index) - set(administrative["parent_area_code"].dropna())

    @cached_property
    def indicators(self) -> pd.DataFrame:
        """All indicators by code."""
        return catalogue.indicators(self.release).set_index("indicator", drop=False)

    @cached_property
    def _indicator_rows(self) -> dict[str, dict[str, Any]]:
        return {row["indicator"]: row for row in rows_of(self.indicators)}

    def indicator(self, code: str) -> dict[str, Any]:
        """The catalogue's row of an indicator. Raises KeyError for an unknown code."""
        return self._indicator_rows[code]

    def unit(self, code: str) -> formats.Unit:
        """How the values of an indicator are written."""
        row = self.indicator(code)
        return formats.Unit(str(row["unit_of_measure"]), str(row["measure"]))

    @cached_property
    def framework_titles(self) -> dict[str, str]:
        """What the results framework calls an indicator's outcome or output."""
        frame = framework.items(self.release)
        return {row["indicator"]: self.words.of(row, "title") for row in rows_of(frame)}

    def named(self, code: str) -> str:
        """An outcome inside a sentence, by the one name that it has on every page."""
        return self.words("quoted", text=self.item(code))

    def outcome(self, code: str) -> dict[str, Any] | None:
        """What the framework says of an indicator's outcome; None of what is none."""
        frame = framework.items(self.release)
        found = rows_of(frame[(frame["kind"] == "outcome") & (frame["indicator"] == code)])
        return found[0] if found else None

    @cached_property
    def plans(self) -> dict[str, dict[str, Any]]:
        """What was planned of each output in the chosen period and area, by indicator."""
        frame = framework.plans(self.release, self.period.name, self.area)
        return {row["indicator"]: row for row in rows_of(frame)}

    def item(self, code: str) -> str:
        """The framework's title of an outcome or output, else the short title."""
        return self.framework_titles.get(code) or self.short(code)

    def short(self, code: str) -> str:
        """The short title of an indicator; its code where the catalogue has lost it."""
        if code not in self.indicators.index:
            return code
        row = self.indicator(code)
        return self.words.of(row, "short") or self.words.of(row, "title") or code

    @cached_property
    def figure_shares(self) -> dict[tuple[str, str], float]:
        """Share of areas with a figure, by indicator and area level, in the chosen period."""
        period = self.period
        frame = indicator_values.area_levels(self.release, period.period_type, period.name)
        return {
            (row["indicator"], row["area_level"]): row["figures"] / max(1, row["areas"])
            for row in rows_of(frame)
        }

    @cached_property
    def cells(self) -> dict[str, Cell]:
        """The total of each indicator in the chosen period and area."""
        frame = indicator_values.totals(
            self.release,
            period_type=self.period.period_type,
            period=self.period.name,
            area=self.area,
        )
        return {row["indicator"]: Cell.of(row) for row in rows_of(frame)}

    def cell(self, indicator: str) -> Cell:
        """One indicator in the chosen period and area."""
        return self.cells.get(indicator) or self.absent(indicator, self.area)

    @cached_property
    def _published(self) -> dict[str, dict[str, tuple[str, ...]]]:
        found: dict[str, dict[str, list[str]]] = {}
        for row in rows_of(indicator_values.published(self.release)):
            by_type = found.setdefault(row["indicator"], {})
            by_type.setdefault(row["period_type"], []).append(row["area_level"])
        return {
            code: {
                kind: tuple(filter(levels.__contains__, AREA_LEVELS))
                for kind, levels in by_type.items()
            }
            for code, by_type in found.items()
        }

    def period_types(self, indicator: str) -> tuple[str, ...]:
        """The kinds of period for which the copy holds an indicator."""
        return tuple(self._published.get(indicator, {}))

    def levels(self, indicator: str) -> tuple[str, ...]:
        """The area levels at which the copy holds an indicator for the chosen kind of period."""
        return self._published.get(indicator, {}).get(self.period.period_type, ())

    def reports_of(
        self, table: str, area: str | None = None, period: Period | None = None
    ) -> Said | None:
        """What is said of the reports behind a count of a mart table; None where all came."""
        found = owed_reports(self.release, table, area or self.area, period or self.period)
        return next(iter(reports_said(found)), None)

    def with_reports(self, sentence: str, table: str, period: Period | None = None) -> str:
        """A sentence on counts of a mart table, and what reports it lacks."""
        said, sources = self.reports_of(table, period=period), SOURCES.get(table, ())
        if said is None or never_came(self.release, sources):
            return self.if_came(sentence, *sources)
        lacking = self.words("sentence.closed", text=sentence_case(self.words.said(said)))
        return f"{sentence} {lacking}"

    def if_came(self, sentence: str, *sources: str) -> str:
        """A sentence on what sources tell; that nothing is known where no row of them ever came."""
        if not never_came(self.release, sources):
            return sentence
        titles = (contracts()[name].title.in_language(self.words.language) for name in sources)
        return self.words("value.never_filled", sources=", ".join(titles))

    def absent(self, indicator: str, area: str) -> Cell:
        """The cell that stands where the copy has no row: it says where there are some."""
        if not self.levels(indicator):
            kinds = self.period_types(indicator)
            return Cell.absent({"period_type": kinds} if kinds else None)
        level = str(self.areas.loc[area, "area_level"]) if area in self.areas.index else ""
        levels = self.levels(indicator)
        return Cell.absent(None if level in levels else {"area_level": levels})

    @cached_property
    def all_series(self) -> pd.DataFrame:
        """All totals of the chosen area and kind of period, up to the chosen period."""
        frame = indicator_values.totals(
            self.release, period_type=self.period.period_type, area=self.area
        )
        return frame[frame["period_end"] <= pd.Timestamp(self.period.end)]

    @cached_property
    def _series(self) -> dict[str, np.ndarray]:
        """The places of each indicator's rows in `all_series`: a page takes few of them out."""
        found = self.all_series.groupby("indicator").indices
        return {str(code): np.asarray(at) for code, at in found.items()}

    @cached_property
    def _dated(self) -> dict[str, list[Dated]]:
        """The series that were asked for: a page needs few of them."""
        return {}

    def series(self, indicator: str) -> list[Dated]:
        """The dated cells of one indicator in the chosen area, oldest first."""
        if indicator not in self._dated:
            at = self._series.get(indicator)
            rows = [] if at is None else rows_of(self.all_series.iloc[at])
            self._dated[indicator] = dated_cells(rows)
        return self._dated[indicator]

    def against(self, indicator: str) -> Against:
        """What the chosen figure is held against; nothing where baseline and target do not hold.

        They hold where the engine left them in the cell: for its length of period and its area.
        """
        cell = self.cell(indicator)
        expected = None if cell.baseline is None or cell.target is None else cell.expected
        return Against(cell.baseline, expected, cell.target)

    @property
    def is_first_release(self) -> bool:
        """Whether there was no release before this one to compare with."""
        return catalogue.release_facts(self.release).get("previous_release") is None

    def ranks_areas(self, code: str) -> bool:
        """Whether areas may be drawn on a map and ordered by an indicator's values."""
        return bool(self.indicator(code)["compared_by_area"])

    def is_survey(self, code: str) -> bool:
        """Whether an indicator comes from interviews."""
        return str(self.indicator(code)["source"]).startswith("survey")


def read_context(home: Path, audience: Audience, address: Address) -> Context | None:
    """The context of a request; None where nothing is published for this audience.

    Raises DamagedRelease where a file of the release is missing or cannot be read.
    """
    found = {name: current_release(home, name, audience) for name in published_missions(home)}
    published = {name: release for name, release in found.items() if release is not None}
    if not published:
        return None
    release = published.get(address.get("mission") or "") or next(iter(published.values()))
    release.require_whole()
    return Context(home, audience, address, Words(address.language), published, release)


def release_context(release: Release, address: Address) -> Context:
    """The context of one release, wherever it lies: also of one that is not published yet."""
    words, known = Words(address.language), {release.mission: release}
    return Context(release.folder, release.audience, address, words, known, release, True)
