"""Quantiles by area of what was answered with a number in a wave: the middle, and nine of ten.

By the weights and those asked of the indicator that has the item, with Woodruff's limits. A figure
of fewer than 25 answers is not given (DHS); nothing of it is published (decision 0041).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from indicators.compiler.areas import LEVELS
from indicators.definitions.indicator import Indicator
from indicators.definitions.vocabularies import vocabulary
from indicators.survey.estimation import estimate_many
from indicators.survey.inputs.domain import Condition
from indicators.survey.presentation import WITHHOLD, dhs
from indicators.survey.statistic import Quantile
from indicators.survey.waves.respondents import coded_design, wave_respondents
from indicators.survey.waves.shown import Wave

SHARES = (0.5, 0.9)


def number_quantiles(
    connection: duckdb.DuckDBPyConnection, wave: Wave, indicators: Sequence[Indicator]
) -> Iterator[dict[str, Any]]:
    """A row an item, area and quantile: value and limits, or the reason for what is lacking."""
    for indicator in indicators:
        measure = indicator.measure
        if measure.kind != "proportion":
            continue
        for item in sorted(measure.all_items):
            if vocabulary("survey_item").takes_integer(item):
                scored = {"kind": "survey_quantile", "scores": {item: {}}, "items": {}}
                own = indicator.model_copy(update={"measure": measure.model_copy(update=scored)})
                weight = f"weight_{measure.weight}"
                frame = wave_respondents(connection, wave, [own])
                yield from _by_area(frame[frame[weight].notna()], own, item, weight)


def _by_area(
    frame: pd.DataFrame, indicator: Indicator, item: str, weight: str
) -> Iterator[dict[str, Any]]:
    by = [[f"level_{level}"] for level in LEVELS if frame[f"level_{level}"].notna().any()]
    domain = [Condition(f"inside {indicator.code}", "==", True)]
    for share in SHARES:
        statistic = Quantile(f"outcome {indicator.code}", share)
        found = estimate_many(frame, coded_design(weight), [statistic], by, domain)
        areas = found[[name for (name,) in by]].bfill(axis=1).iloc[:, 0]
        is_few = dhs(found)["status"].eq(WITHHOLD)
        for area, few, row in zip(areas, is_few, found.to_dict("records"), strict=True):
            if row["n"]:
                yield {
                    "item": item,
                    "area": area,
                    "quantile": round(100 * share),
                    **_figures(row, few),
                }


def _figures(row: Mapping[Any, Any], is_few: bool) -> dict[str, Any]:
    names = {"number": "estimate", "ci_low": "ci_low", "ci_high": "ci_high"}
    figures = {
        name: None if is_few or np.isnan(row[of]) else float(row[of]) for name, of in names.items()
    }
    reason = "few_answers" if is_few else "no_interval" if figures["ci_low"] is None else None
    return {**figures, "reason": reason, "answers": int(row["n"])}
