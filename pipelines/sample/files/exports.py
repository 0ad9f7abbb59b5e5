"""The sample's files as they would have been sent after an earlier day: less, and not yet right.

Logs are exported anew each quarter, so a later file holds what an earlier one held, what has
happened since, what was reported late, and what was corrected.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from indicators.definitions.contracts import contracts
from indicators.foundation.periods import period_of
from pipelines.sample.facts import facts
from pipelines.sample.files.faults import BAD_SHARE
from pipelines.sample.rows import with_columns

DAYS_TO_SEND = 10  # after the last day of the quarter; what is reported later comes with the next
_CORRECTED_SINCE, _CORRECTED_CODES = date(2026, 4, 1), "7"  # one report in ten at sites
_QUARTER = timedelta(days=90)


@dataclass(frozen=True)
class FileOf:
    """The file of one table; `{year}` in its name: one a year of `day_column`.

    An export of an earlier day holds the rows up to it by `day_column`; without one, all.
    """

    name: str
    bad_share: float
    day_column: str
    filled_in_later: tuple[str, ...]


FILES: Mapping[str, FileOf] = {  # by table; the source of the mapping has the same name
    table: FileOf(
        said["file"],
        said.get("bad", BAD_SHARE),
        said.get("day", contracts()[table].date_column) or "",
        tuple(said.get("later", ())),
    )
    for table, said in facts("files").items()
}


@dataclass(frozen=True)
class Export:
    """Which rows were there, and what they said; without `until` all, as they were in the end."""

    until: date | None = None

    def has_begun(self, day: date) -> bool:
        """Whether what begins on this day had begun."""
        return self.until is None or day <= self.until

    def rows(self, rows: pa.Table, day_column: str, later: tuple[str, ...] = ()) -> pa.Table:
        """Rows up to the day, by one of their columns; `later`: days that are filled in then."""
        if self.until is None or not day_column:
            return rows
        for name in later:
            known = pc.if_else(pc.less_equal(rows[name], self.until), rows[name], None)
            rows = with_columns(rows, **{name: known})
        if pa.types.is_string(rows.schema.field(day_column).type):  # a quarter, assessed ahead
            ahead = period_of(self.until + timedelta(days=1), "Q").name
            return rows.filter(pc.less_equal(rows[day_column], ahead))
        return rows.filter(pc.less_equal(rows[day_column].cast(pa.date32()), self.until))

    def incidents(self, rows: pa.Table) -> pa.Table:
        """Those that were reported in time; some injuries at sites first passed for threats."""
        found = self._reported(rows)
        if self.until is None or self.until >= _CORRECTED_SINCE:
            return found
        is_chosen = pc.greater(found["occurred_on"], self.until - _QUARTER)
        for condition in (
            pc.is_valid(found["site_code"]),
            pc.equal(found["incident_type"], "injury"),
            pc.ends_with(found["incident_code"], _CORRECTED_CODES),
        ):
            is_chosen = pc.and_(is_chosen, condition)
        first = pc.if_else(is_chosen, "threat", found["incident_type"])
        return with_columns(found, incident_type=first)

    def victims(self, rows: pa.Table, incidents: pa.Table) -> pa.Table:
        """The victims of these incidents."""
        codes = self._reported(incidents)["incident_code"].combine_chunks()
        return rows.filter(pc.is_in(rows["incident_code"], codes))

    def _reported(self, rows: pa.Table) -> pa.Table:
        if self.until is None:
            return rows
        sent = self.until + timedelta(days=DAYS_TO_SEND)
        happened = self.rows(rows, "occurred_on")
        return happened.filter(pc.less_equal(happened["reported_at"].cast(pa.date32()), sent))
