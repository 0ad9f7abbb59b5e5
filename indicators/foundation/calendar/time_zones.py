"""Local time of a zone as SQL: an addition while the zone's offset stands still, else ICU.

Most missions lie in zones that keep one offset for decades; asking ICU about each row there costs
ten times as much. The offsets are those that DuckDB's ICU gives, so the result is the same.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

import duckdb

from indicators.foundation.sql_text import sql_file

_STRETCHES = 3  # the newest ones hold the facts of any mission
_SHORTEST_DAYS = 730  # a zone with summer time has none so long
_CLEAR = timedelta(days=2)  # more than any clock is ahead or behind, and than a day of its change


@dataclass(frozen=True)
class Stretch:
    """From `begins` to `ends` the zone's clock is `seconds` ahead of UTC."""

    begins: datetime
    ends: datetime
    seconds: int


def local_time_sql(zone: str) -> str:
    """Body of the macro `local_time(moment)`: the clock of the zone at a moment in UTC."""
    icu = f"timezone('{zone}', timezone('UTC', moment))"
    cases = [
        f"WHEN moment >= TIMESTAMP '{stretch.begins}' AND moment < TIMESTAMP '{stretch.ends}'"
        f" THEN moment + to_seconds({stretch.seconds})"
        for stretch in still_stretches(zone)
    ]
    return "\n  ".join(["CASE", *cases, f"ELSE {icu} END"]) if cases else icu


def seconds_ahead(zone: str, first: datetime, last: datetime) -> int | None:
    """Seconds that the zone's clock is ahead of UTC from days before the first to days after the
    last; None where it changes meanwhile, or has not stood still for long."""
    for stretch in still_stretches(zone):
        if stretch.begins + _CLEAR < first and last < stretch.ends - _CLEAR:
            return stretch.seconds
    return None


@cache
def still_stretches(zone: str) -> tuple[Stretch, ...]:
    """The newest long stretches without a change of offset, newest first, by probing each day."""
    with duckdb.connect() as connection:
        rows = connection.execute(
            sql_file(__file__, "offsets"),
            {"zone": zone, "shortest": _SHORTEST_DAYS, "most": _STRETCHES},
        ).fetchall()
    return tuple(Stretch(*row) for row in rows)
