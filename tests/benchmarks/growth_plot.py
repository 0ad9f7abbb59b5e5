"""The lines of `bench_growth` as a plot and as tables.

`python -m tests.benchmarks.growth_plot < LINES > docs/benchmarks.svg` draws processor seconds and
peak memory by engine along every curve, logarithmic both ways; `… growth_plot tables < LINES` gives
them for docs/beyond_one_machine.md, with slopes from point to point. The same lines give the same
bytes; other lines are passed over, of two lines of one point the last counts.
"""

import json
import math
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

WIDTH, HEIGHT, MARGIN, GAP, ABOVE = 360, 190, 46, 30, 40
CURVES = {
    "growth_rows": "rows (100 areas)",
    "growth_areas": "areas (1 M rows)",
    "growth_indicators": "indicators (1 M rows, 100 areas)",
    "growth_missions": "missions (100 k rows each)",
}
WAYS = {
    "duckdb": ("DuckDB", "#0b5cad", ""),
    "spark_first": ("Spark, from its start", "#b3541e", "5 3"),
    "spark": ("Spark, once it is warm", "#b3541e", ""),
}
MEASURES = {"ours": "processor seconds", "peak_mb": "peak memory, MB"}
Point = tuple[float, float]
Figures = Mapping[tuple[str, str], Mapping[int, Mapping[str, float]]]  # by curve and way, by n


def figures(lines: Iterable[Mapping[str, object]]) -> Figures:
    """What was measured, by curve and way, in the order of what grows."""
    found: dict[tuple[str, str], dict[int, Mapping[str, float]]] = {}
    for line in lines:
        for curve in CURVES:
            way = str(line["bench"]).removeprefix(f"{curve}_")
            if way in WAYS:
                found.setdefault((curve, way), {})[int(str(line["n"]))] = line  # type: ignore[assignment]
    return {key: dict(sorted(by_n.items())) for key, by_n in found.items()}


def svg(found: Figures) -> str:
    """A row a curve: seconds, then memory."""
    width = 2 * (WIDTH + MARGIN) + GAP
    height = ABOVE + len(CURVES) * (HEIGHT + 2 * MARGIN)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
        f' height="{height}" font-family="sans-serif" font-size="11" fill="#222">',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
    ]
    for number, (name, color, dash) in enumerate(WAYS.values()):
        x = MARGIN + number * 180
        parts.append(f'<path d="M{x} 20h26" stroke="{color}" {_stroke(dash)}/>')
        parts.append(f'<text x="{x + 32}" y="24">{name}</text>')
    for row, (curve, title) in enumerate(CURVES.items()):
        for column, (measure, unit) in enumerate(MEASURES.items()):
            left, top = (
                MARGIN + column * (WIDTH + MARGIN + GAP),
                ABOVE + row * (HEIGHT + 2 * MARGIN),
            )
            parts.append(f'<g transform="translate({left},{top + MARGIN})">')
            parts.append(f'<text y="-18" font-weight="bold">{unit}, by {title}</text>')
            parts += _panel(
                {
                    way: [(n, line[measure]) for n, line in found.get((curve, way), {}).items()]
                    for way in WAYS
                    if (way, measure) != ("spark_first", "peak_mb")  # one process, one peak
                }
            )
            parts.append("</g>")
    return "\n".join([*parts, "</svg>", ""])


def _stroke(dash: str) -> str:
    return 'stroke-width="2" fill="none"' + (f' stroke-dasharray="{dash}"' if dash else "")


def _panel(ways: Mapping[str, Sequence[Point]]) -> Iterator[str]:
    every = [point for points in ways.values() for point in points]
    if not every:
        return
    across, up = (_scale([point[axis] for point in every]) for axis in (0, 1))
    yield f'<path d="M0 0V{HEIGHT}H{WIDTH}" fill="none" stroke="#888"/>'
    for x in sorted({point[0] for point in every}):
        at = across(x) * WIDTH
        yield f'<text x="{at:.1f}" y="{HEIGHT + 16}" text-anchor="middle">{_short(x)}</text>'
    for way, points in ways.items():
        _, color, dash = WAYS[way]
        places = [(across(x) * WIDTH, HEIGHT * (1 - up(y)), y) for x, y in points]
        path = " ".join(f"{at:.1f},{top:.1f}" for at, top, _ in places)
        yield f'<polyline points="{path}" stroke="{color}" {_stroke(dash)}/>'
        for at, top, y in places:
            yield f'<circle cx="{at:.1f}" cy="{top:.1f}" r="3" fill="{color}"/>'
            below = 15 if way == "duckdb" else -7  # of two lines that are near each other
            yield (
                f'<text x="{at:.1f}" y="{top + below:.1f}" text-anchor="middle"'
                f' fill="{color}">{_short(y)}</text>'
            )


def _short(value: float) -> str:
    """`2.4`, `31`, `3,182`, `300 k`, `10 M`."""
    if value >= 1_000_000:
        return f"{value / 1_000_000:,.0f} M"
    if value >= 10_000:
        return f"{value / 1_000:,.0f} k"
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


def _scale(values: Sequence[float]) -> Callable[[float], float]:
    low, high = math.log(min(values)), math.log(max(values))
    span = (high - low) or 1.0
    return lambda value: 0.11 + 0.81 * (math.log(value) - low) / span


def tables(found: Figures) -> str:
    """A table a curve: by engine seconds of processor and clock, slope since the last, memory."""
    parts = []
    for curve, title in CURVES.items():
        names = [WAYS[way][0] for way in WAYS if (curve, way) in found]
        heads = [f"{name}: CPU s | clock s | slope | MB" for name in names]
        parts.append(f"| {title} | {' | '.join(heads)} |")
        parts.append("|---:" * (1 + 4 * len(names)) + "|")
        ways = [found[curve, way] for way in WAYS if (curve, way) in found]
        for n in sorted({n for way in ways for n in way}):
            cells = [cell for way in ways for cell in _cells(way, n)]
            parts.append(f"| {n:,} | {' | '.join(cells)} |")
        parts.append("")
    return "\n".join(parts)


def _cells(way: Mapping[int, Mapping[str, float]], n: int) -> list[str]:
    if n not in way:
        return [""] * 4
    line, slope = way[n], ""
    if before := [earlier for earlier in way if earlier < n]:
        grown = math.log(line["ours"] / way[before[-1]]["ours"])
        slope = f"{grown / math.log(n / before[-1]):.2f}"
    return [f"{line['ours']:,.1f}", f"{line['wall']:,.0f}", slope, f"{line['peak_mb']:,}"]


if __name__ == "__main__":
    read = figures(json.loads(text) for text in sys.stdin if text.startswith("{"))
    sys.stdout.write(tables(read) if sys.argv[1:] == ["tables"] else svg(read))
