"""When something is overdue: its day has passed, and what was due is not done. One rule for all.

The engine asks it as of the day of the data; what people write goes on between releases, and is
asked as of the day on which it is read.
"""

from datetime import date


def overdue_sql(due_on: str, done_on: str = "NULL") -> str:
    """Whether it is, by the as-of day."""
    return f"coalesce({due_on} < as_of_day(), false) AND {done_on} IS NULL"


def is_overdue(due_on: date | None, is_done: bool, on: date) -> bool:
    """Whether it is, by a day."""
    return not is_done and due_on is not None and due_on < on
