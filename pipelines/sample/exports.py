"""The sample's files as they would have been sent after an earlier day: less, and not yet right.

Logs are exported anew each quarter, so a later file holds what an earlier one held, what has
happened since, what was reported late, and what was corrected.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.compute as pc

DAYS_TO_SEND = 10  # after the last day of the quarter; what is reported later comes with the next
_CORRECTED_SINCE = date(
    2026, 4, 1
)  # counts of deaths of the quarter before were too low until then
_QUARTER = timedelta(days=90)


@dataclass(frozen=True)
class Export:
    """Which rows were there, and what they said; without `until` all, as they were in the end."""

    until: date | None = None

    def has_begun(self, day: date) -> bool:
        """Whether what begins on this day had begun."""
        return self.until is None or day <= self.until

    def rows(self, rows: pa.Table, day_column: str) -> pa.Table:
        """Rows up to the day, by one of their columns."""
        if self.until is None or not day_column:
            return rows
        if pa.types.is_string(rows.schema.field(day_column).type):  # a quarter, assessed ahead
            ahead = self.until + timedelta(days=1)
            return rows.filter(
                pc.less_equal(rows[day_column], f"{ahead.year}-Q{(ahead.month + 2) // 3}")
            )
        return rows.filter(pc.less_equal(rows[day_column].cast(pa.date32()), self.until))

    def incidents(self, rows: pa.Table) -> pa.Table:
        """Those that were reported in time; first counts of the last quarter's deaths."""
        if self.until is None:
            return rows
        found = self._reported(rows)
        if self.until >= _CORRECTED_SINCE:
            return found
        is_new = pc.greater(found["occurred_on"], self.until - _QUARTER)
        is_low = pc.and_(is_new, pc.greater(found["deaths_civilian"], 1)).cast(pa.int64())
        for name in ("deaths_civilian", "deaths_best"):
            at = found.column_names.index(name)
            found = found.set_column(at, name, pc.subtract(found[name], is_low))
        return found

    def victims(self, rows: pa.Table, incidents: pa.Table) -> pa.Table:
        """The victims of these incidents."""
        if self.until is None:
            return rows
        codes = self._reported(incidents)["incident_code"].combine_chunks()
        return rows.filter(pc.is_in(rows["incident_code"], codes))

    def _reported(self, rows: pa.Table) -> pa.Table:
        assert self.until is not None
        sent = self.until + timedelta(days=DAYS_TO_SEND)
        happened = self.rows(rows, "occurred_on")
        return happened.filter(pc.less_equal(happened["reported_at"].cast(pa.date32()), sent))
