"""Everything that the evidence engine says of the edges of a results framework, in one go.

What each method does with one edge stands in its own module, and so does what becomes of all their
findings together (`evidence.py`).
"""

from collections.abc import Mapping
from datetime import date

import duckdb

from indicators.definitions.indicator import Indicator
from indicators.definitions.mission_profile import Mission
from indicators.foundation.database import one_transaction
from indicators.linkage.evidence import result_links
from indicators.linkage.framework.model import Framework
from indicators.linkage.methods import interviews as edge_interviews
from indicators.linkage.methods.interviews import interview_tests
from indicators.linkage.methods.panel import models as edge_models
from indicators.linkage.methods.wake import effects as edge_effects
from indicators.linkage.methods.wake.effects import store_q_values, wake_effects

# Each table of the mart, and the methods whose results it is made of.
METHODS_OF: Mapping[str, tuple[str, ...]] = {
    "result_link": (edge_models.METHOD, edge_effects.METHOD, edge_interviews.METHOD),
    "event_study": (edge_models.METHOD,),
    "wake_effect": (edge_effects.METHOD,),
    "interview_effect": (edge_interviews.METHOD,),
}


def edge_evidence(
    connection: duckdb.DuckDBPyConnection,
    mission: Mission,
    framework: Framework | None,
    catalogue: Mapping[str, Indicator],
    as_of: date,
) -> None:
    """Fill the tables of `METHODS_OF` anew, in one transaction.

    A method runs for an edge only where what it reads has changed; q-values, grades and sentences,
    which hang on all edges together, are made again of what is kept.
    """
    with one_transaction(connection):
        wakes = wake_effects(connection, mission, framework, catalogue)
        interviews = interview_tests(connection, mission, framework, catalogue, as_of)
        result_links(connection, mission, framework, [*wakes, *interviews])
        store_q_values(connection, mission)
