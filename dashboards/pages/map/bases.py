"""What stands on every layer of the map: bases, and the mission's words on boundaries."""

import pandas as pd
from dash import html

from dashboards.figures.area_drawing import Base
from dashboards.reading.context import Context
from dashboards.reading.queries import catalogue
from dashboards.reading.rows import rows_of

WIDTH = 660.0


def bases_of(context: Context) -> list[Base]:
    """Bases in use on the last day of the period; none in copies that do not hold them."""
    return [
        Base(str(row["base_name"]), float(row["latitude"]), float(row["longitude"]))
        for row in rows_of(catalogue.bases(context.release, context.period.end.isoformat()))
        if not pd.isna(row["latitude"])
    ]


def boundaries(context: Context) -> html.P:
    """What the mission says of the boundaries drawn."""
    return html.P(context.words.of(context.mission, "boundaries"), className="boundaries")
