"""What waits, counted: a number a kind, each with the page where it is dealt with."""

from dataclasses import dataclass

import pandas as pd

from dashboards.components.lists.decisions import changed_links
from dashboards.components.lists.readiness import base_plans, called_off, operations
from dashboards.reading.context import Context
from dashboards.reading.queries import quality, threats, transition
from dashboards.reading.releases import earlier_release
from dashboards.reading.rows import rows_of
from dashboards.reading.written import records
from dashboards.wording import formats


@dataclass(frozen=True)
class Waiting:
    """One kind: how many, how many of these are late, and the page."""

    text: str
    late: str
    path: str

    @property
    def beside(self) -> str:
        """How many are late, in parentheses; nothing where none is."""
        return f" ({self.late})" if self.late else ""


def waiting(context: Context, returns: pd.DataFrame) -> list[Waiting]:
    """The kinds of which something waits; `returns`: of the period and the choice."""
    words = context.words
    alerts = threats.pending(context.release, threats.ALERTS, context.area)
    reviews = threats.pending(context.release, threats.REVIEWS, context.area)
    overdue = int(reviews["is_overdue"].sum()) if len(reviews) else 0
    late = words("waits.overdue", number=formats.number(overdue, words)) if overdue else ""
    due = quality.due_returns(returns)
    before = earlier_release(context.release)
    numbers = [
        ("alerts", len(alerts), "/alerts", ""),
        ("reviews", len(reviews), "/alerts", late),
        ("operations", int(operations(context)["is_overdue"].sum()), "/alerts", ""),
        ("base_plans", int(base_plans(context)["is_overdue"].sum()), "/readiness", ""),
        ("called_off", called_off(context) or 0, "/readiness", ""),
        ("reports", int((~due["status"].isin(quality.RECEIVED)).sum()), "/data-quality", ""),
        ("links", len(changed_links(context)), "/results-chain", ""),
        ("recommendations", len(records.overdue(context)), "/assessment", ""),
    ]
    release = before.name if before else ""
    said = [
        Waiting(words.digits(f"waits.{name}", number, release=release), late_words, path)
        for name, number, path, late_words in numbers
        if number
    ]
    strategy = rows_of(transition.strategy(context.release))
    if strategy and strategy[0]["days_overdue"]:
        said.append(Waiting(words("waits.strategy"), "", "/transition"))
    return said
