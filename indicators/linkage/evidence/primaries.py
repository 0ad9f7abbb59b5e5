"""By which test each edge is graded: named in the framework, or by the kind of its outcome.

Where the framework names none: the case series for incidents dated to the day, interviews before
and after for what is asked in surveys, the panel for the rest; lagged association never. Where that
one cannot be made (no day dates, no contrast, too few interviews) the next in the order of the
methods speaks, and the reason is published. No result is looked at.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from indicators.linkage.finding import Finding, MethodResult
from indicators.linkage.framework.model import Edge, Primary
from indicators.linkage.grading import Grade
from indicators.linkage.methods.protocol import Method

Results = Mapping[str, Mapping[str, MethodResult]]  # by method, then by edge


@dataclass(frozen=True)
class PrimaryTest:
    """Where an edge's primary finding stands among the results.

    `asked`, `asked_at`: the method asked first and the finding that stands for it. `method`, `at`:
    what speaks for the edge; another method only where the asked one says `fallback`, its reason.
    """

    edge: Edge
    asked: str
    asked_at: int
    method: str
    at: int
    fallback: str | None = None

    def finding(self, results: Results) -> Finding:
        """The finding that speaks for the edge."""
        return results[self.method][self.edge.id].findings[self.at]

    def asked_finding(self, results: Results) -> Finding:
        """The finding of the method asked first, which may not be estimated."""
        return results[self.asked][self.edge.id].findings[self.asked_at]


def primary_tests(
    edges: Sequence[Edge], methods: Sequence[Method[Any]], results: Results
) -> dict[str, PrimaryTest]:
    """The primary test of each edge that has any."""
    found = ((edge.id, _primary_test(edge, methods, results)) for edge in edges)
    return {edge: test for edge, test in found if test is not None}


def _primary_test(
    edge: Edge, methods: Sequence[Method[Any]], results: Results
) -> PrimaryTest | None:
    tried = {
        method.name: (own, _chosen(edge, method, own))
        for method in methods
        if (own := results[method.name].get(edge.id, MethodResult()).findings)
    }
    named = edge.primary.method if edge.primary else None
    speaking = ((name, own, at) for name, (own, at) in tried.items() if at is not None)
    spoken = next(speaking, None)
    asked = named if named in tried else next(iter(tried), None)
    if spoken is None or asked is None:
        return None
    method, _, at = spoken
    if method == asked:
        return PrimaryTest(edge, asked, at, method, at)
    first = _first_test(tried[asked][0])
    reason = tried[asked][0][first].effect.reason
    return PrimaryTest(edge, asked, first, method, at, reason or "not_tested")


def _chosen(edge: Edge, method: Method[Any], findings: Sequence[Finding]) -> int | None:
    own = _named(edge.primary, method, findings) if edge.primary else method.primary(findings)
    return next((at for at, other in enumerate(findings) if other is own), None)


def _named(primary: Primary, method: Method[Any], findings: Sequence[Finding]) -> Finding | None:
    """The finding that the framework names; where it names no window, the method's own choice."""
    tests = [own for own in findings if own.effect.is_test and own.effect.method == primary.method]
    if method.name != primary.method or not tests:
        return None
    if primary.window is None:
        return method.primary(findings) or tests[0]
    of_window = (own for own in tests if own.effect.specification == primary.window)
    return next(of_window, None if tests[0].effect.is_estimated else tests[0])


def is_answer(grade: Grade | None) -> bool:
    """Whether a question has one: any grade but D, or (none) a difference that is small at most."""
    return grade is None or grade.letter != "D"


def _first_test(findings: Sequence[Finding]) -> int:
    return next((at for at, own in enumerate(findings) if own.effect.is_test), 0)


def primary_rows(
    edges: Sequence[Edge],
    tests: Mapping[str, PrimaryTest],
    results: Results,
    grades: Mapping[str, Grade | None],
) -> Iterator[dict[str, Any]]:
    """Rows of `mart.primary_test`, one a question asked: also of edges that nothing could test."""
    for edge in edges:
        named, test = edge.primary, tests.get(edge.id)
        spoken = grades[edge.id] if test else Grade("D")
        yield {
            "edge": edge.id,
            "asked_by": "framework" if named else "kind_of_outcome",
            "named_on": named.named_on if named else None,
            "asked_method": named.method if named else (test.asked if test else None),
            "asked_window": named.window if named else None,
            "asked_outcome": named.outcome if named else "all",
            "method": test.method if test else None,
            "specification": test.finding(results).effect.specification if test else None,
            "fallback_reason": test.fallback if test else None,
            "grade": spoken.letter if spoken else None,
            "is_answered": is_answer(spoken),
        }
