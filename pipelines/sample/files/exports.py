"""The sample's files as they would have been sent after an earlier day: less, and not yet right.

Logs are exported anew each quarter, so a later file holds what an earlier one held, what has
happened since, what was reported late, and what was corrected.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.compute as pc

DAYS_TO_SEND = 10  # after the last day of the quarter; what is reported later comes with the next
_CORRECTED_SINCE, _CORRECTED_CODES = date(2026, 4, 1), "7"  # one report in ten at sites
_QUARTER = timedelta(days=90)


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
            rows = rows.set_column(rows.column_names.index(name), name, known)
        if pa.types.is_string(rows.schema.field(day_column).type):  # a quarter, assessed ahead
            ahead = self.until + timedelta(days=1)
            return rows.filter(
                pc.less_equal(rows[day_column], f"{ahead.year}-Q{(ahead.month + 2) // 3}")
            )
        return rows.filter(pc.less_equal(rows[day_column].cast(pa.date32()), self.until))

    def incidents(self, rows: pa.Table) -> pa.Table:
        """Those that were reported in time; some injuries at sites first passed for threats."""
        if self.until is None:
            return rows
        found = self._reported(rows)
        if self.until >= _CORRECTED_SINCE:
            return found
        is_new = pc.greater(found["occurred_on"], self.until - _QUARTER)
        is_at_site = pc.and_(is_new, pc.is_valid(found["site_code"]))
        is_injury = pc.and_(is_at_site, pc.equal(found["incident_type"], "injury"))
        is_chosen = pc.and_(is_injury, pc.ends_with(found["incident_code"], _CORRECTED_CODES))
        first = pc.if_else(is_chosen, "threat", found["incident_type"])
        return found.set_column(found.column_names.index("incident_type"), "incident_type", first)

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
