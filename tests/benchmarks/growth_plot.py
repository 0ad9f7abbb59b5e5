"""Draws the lines of `bench_growth` as SVG: cost against rows, and against indicators.

`python -m tests.benchmarks.growth_plot < LINES > docs/benchmarks.svg`; other lines are passed over.
The same lines give the same bytes.
"""

import json
import math
import sys
from collections.abc import Callable, Iterable, Sequence

WIDTH, HEIGHT, MARGIN, GAP = 300, 220, 46, 40
PANELS = {
    "growth_rows": "CPU seconds by rows of activities, 18 indicators",
    "growth_indicators": "CPU seconds by indicators, at a tenth of the most rows",
}
Point = tuple[float, float]


def svg(lines: Iterable[dict[str, object]]) -> str:
    """Both panels side by side, logarithmic both ways."""
    points: dict[str, list[Point]] = {name: [] for name in PANELS}
    for line in lines:
        if line["bench"] in points:
            points[str(line["bench"])].append((float(str(line["n"])), float(str(line["ours"]))))
    width = len(PANELS) * (WIDTH + MARGIN + GAP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{HEIGHT + 2 * MARGIN}"'
        ' font-family="sans-serif" font-size="11" fill="#222">',
        f'<rect width="{width}" height="{HEIGHT + 2 * MARGIN}" fill="#fff"/>',
    ]
    for number, (name, title) in enumerate(PANELS.items()):
        left = number * (WIDTH + MARGIN + GAP) + MARGIN
        parts.append(f'<g transform="translate({left},{MARGIN})">')
        parts.append(f'<text x="0" y="-16" font-weight="bold">{title}</text>')
        parts += _panel(sorted(points[name]))
        parts.append("</g>")
    return "\n".join([*parts, "</svg>", ""])


def _panel(points: Sequence[Point]) -> Iterable[str]:
    if not points:
        return
    across, up = (_scale([point[axis] for point in points]) for axis in (0, 1))
    yield f'<path d="M0 0V{HEIGHT}H{WIDTH}" fill="none" stroke="#888"/>'
    for x, y in points:
        at, top = across(x) * WIDTH, HEIGHT * (1 - up(y))
        yield f'<circle cx="{at:.1f}" cy="{top:.1f}" r="3.5" fill="#0b5cad"/>'
        yield f'<text x="{at:.1f}" y="{top - 8:.1f}" text-anchor="middle">{y:.2g}</text>'
        yield f'<text x="{at:.1f}" y="{HEIGHT + 16}" text-anchor="middle">{x:,.0f}</text>'
    path = " ".join(f"{across(x) * WIDTH:.1f},{HEIGHT * (1 - up(y)):.1f}" for x, y in points)
    yield f'<polyline points="{path}" fill="none" stroke="#0b5cad" stroke-width="1.5"/>'


def _scale(values: Sequence[float]) -> Callable[[float], float]:
    low, high = math.log(min(values)), math.log(max(values))
    span = (high - low) or 1.0
    return lambda value: 0.06 + 0.86 * (math.log(value) - low) / span


if __name__ == "__main__":
    sys.stdout.write(svg(json.loads(text) for text in sys.stdin if text.startswith("{")))
