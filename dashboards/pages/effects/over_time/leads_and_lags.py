"""An outcome by time since an activity: a dot and its interval a period, about a line at zero."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboards.figures.plot import Axis, Plot, value_axis
from dashboards.wording import formats
from dashboards.wording.words import Words

_MOST_TICKS = 12


@dataclass(frozen=True)
class TimePoint:
    """Periods since the activity (before it negative), the difference, its interval, its words."""

    time: int
    estimate: float
    low: float
    high: float
    text: str


def leads_and_lags_plot(
    points: Sequence[TimePoint], axes: tuple[str, str], words: Words, theme: str
) -> Plot:
    """The points in order of time; hollow and shaded where they lie before the activity.

    `axes`: what the time and the difference are in.
    """
    times = [point.time for point in points]
    step = 1 + (max(times) - min(times)) // _MOST_TICKS
    ticks = [(time, formats.signed(time, words)) for time in times if time % step == 0]
    low = min(0.0, *(point.low for point in points))
    high = max(0.0, *(point.high for point in points))
    room = 0.05 * (high - low or 1.0)
    places = Axis(min(times) - 0.5, max(times) + 0.5, ticks, axes[0])
    plot = Plot(places, value_axis((low - room, high + room), words, axes[1]), theme)
    if min(times) < 0:
        plot.ground((min(times) - 0.5, -0.5), "plot-before")
    for point in points:
        dot = plot.dot(point.estimate, "plot-hollow" if point.time < 0 else "")
        drawn = [plot.interval((point.low, point.high)), dot]
        plot.point((point.time - 0.5, point.time + 0.5), point.text, drawn)
    return plot
