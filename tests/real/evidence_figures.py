"""The figures of `docs/evidence_real_data.md`, computed anew from the shared data, as Markdown.

`python -m tests.real.evidence_figures` writes them into the page; `test_evidence_page.py` compares.
"""

import json
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from indicators.definitions.catalogue import load_catalogue
from indicators.foundation.numbers.statistics import benjamini_hochberg
from indicators.linkage import grading
from indicators.linkage.evidence.results import begin_evidence
from indicators.linkage.framework.model import Edge, read_framework
from indicators.linkage.grading import GradingInputs, grade
from indicators.linkage.methods.case_series.analysis import (
    LEAST_AREAS_WITH_CONTRAST,
    LEAST_INFORMATION,
)
from indicators.linkage.methods.panel.findings import PanelModels
from indicators.linkage.panel.estimation import estimate
from indicators.linkage.panel.specification import PanelResult
from indicators.linkage.sentences.findings import number, reasons_in_words, signed
from tests.conftest import ELSEWHERE, REPOSITORY
from tests.real.refreshed import Refreshed, copy_profile, refreshed

GUIDE = REPOSITORY / "docs" / "evidence.md"
PAGE = REPOSITORY / "docs" / "evidence_real_data.md"
AS_OF = date(2019, 12, 31)
LANGUAGE = "en"
DIGITS = 5
PLACEBO_TITLES = {"police_deaths": "police", "troops_deaths": "troops"}
OUTCOMES = {
    "twfe_binary": "violence, yes or no (`ucdp_reb_vac_5`)",
    "twfe_count": "violence, counted (`ucdp_reb_vac_all`)",
}
TERMS = {"t_bal": "unit that includes women", "pko100": "100 more personnel"}


def blocks_of(page: str) -> dict[str, str]:
    """Name and text of each block between `<!-- figures: name -->` and `<!-- end -->`."""
    return dict(re.findall(r"<!-- figures: (\w+) -->\n(.*?)<!-- end -->", page, re.DOTALL))


def with_blocks(page: str, blocks: Mapping[str, str]) -> str:
    """The page with these blocks in their places."""
    for name, text in blocks.items():
        start = f"<!-- figures: {name} -->\n"
        before, _, rest = page.partition(start)
        page = f"{before}{start}{text}<!-- end -->{rest.partition('<!-- end -->')[2]}"
    return page


def table(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [header, tuple("---" for _ in header), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def rules_block() -> str:
    """The four grades with the thresholds that the code has."""
    return table(
        ("grade", "what it says", "what must hold"),
        [
            (
                "A",
                "the best that these data give; and never certainty",
                f"chance ruled out over all that was asked (q below {grading.Q_TESTED}), the"
                " expected sign, and every check passed; where days are compared, at least"
                f" {LEAST_AREAS_WITH_CONTRAST} areas with days of both kinds and information of"
                f" {LEAST_INFORMATION:.0f} ({4 * LEAST_INFORMATION:.0f} incidents where half of the"
                " days come after an activity, more where fewer or more do); where months are, at"
                f" least {grading.AREAS_WITHOUT_BOOTSTRAP} areas, or a bootstrap that agrees",
            ),
            (
                "B",
                "as A, with one thing missing or weak, which is named",
                "as A, less one of the softer checks; or an activity that varies by month",
            ),
            (
                "C",
                "the two move together, and that is all",
                f"q below {grading.Q_ASSOCIATION:.2f}, but a check fails or could not be run",
            ),
            (
                "no letter: small at most",
                "a difference beyond the bound is not there; a smaller one may be",
                "of the test named beforehand alone: the 95 % interval holds zero and lies inside"
                f" the margin fixed beforehand ({Edge.model_fields['margin_percent'].default} %"
                " where none is named)",
            ),
            ("D", "inconclusive", "everything else"),
        ],
    )


def south_sudan_block(south_sudan: Refreshed) -> str:
    """Every test of the South Sudan profile with grade and reasons, placebos, one sentence."""
    framework = read_framework(south_sudan.profile, load_catalogue())
    methods = (PanelModels(),)
    catalogue = load_catalogue()
    begin_evidence(
        south_sudan.connection, south_sudan.mission, framework, catalogue, AS_OF, methods
    )()
    links = south_sudan.frame(
        """
        SELECT link.*, output.title_en AS from_title, outcome.title_en AS to_title,
            outcome.unit_of_measure AS unit
        FROM mart.result_link AS link
        JOIN mart.indicator AS output ON output.indicator = from_indicator
        JOIN mart.indicator AS outcome ON outcome.indicator = to_indicator
        WHERE link.area = ? ORDER BY edge, method DESC, specification, lag
        """,
        south_sudan.mission.country_area,
    )
    is_test = (links["status"] == "tested") & links["p_value"].notna()
    tested = links[is_test].to_dict("records")
    asked = links["q_value"].count()
    header = ("link", "looked at", "figure (95% CI)", "p", "q", "grade", "why no more")
    month = next(row for row in tested if row["lag"] == 1 and row["method"] == "panel")
    return "\n".join(
        (
            table(header, [_tested_row(row) for row in tested]),
            f"Questions asked beforehand: {asked}. Placebos, which should come out empty:\n",
            _placebos(links[links["method"] == "placebo"]),
            "What the dashboards say of the link by month:\n",
            f"> {month['sentence_en']}\n",
        )
    )


def _tested_row(row: Mapping[str, Any]) -> tuple[str, ...]:
    unit = row["unit"] if row["method"] == "panel" else "rank correlation"
    periods = "months" if row["lag"] else "years"
    return (
        f"{row['from_title']} → {row['to_title']} ({row['method']})",
        f"{row['n_areas']} states, {row['n_periods']} {periods}",
        f"{_interval(row, unit)}",
        _probability(row["p_value"]),
        _probability(row["q_value"]),
        row["grade"],
        reasons_in_words(row["grade_reasons"].split("|"), LANGUAGE),
    )


def _placebos(rows: pd.DataFrame) -> str:
    found = [
        (
            f"{PLACEBO_TITLES[row['edge']]} of the year after, beside civilian deaths of the year",
            _interval(row, row["unit"]),
            _probability(row["p_value"]),
        )
        for row in rows.to_dict("records")
    ]
    return table(("placebo", "figure (95% CI)", "p"), found)


def _interval(row: Mapping[str, Any], unit: str) -> str:
    low, middle, high = (signed(row[name], LANGUAGE) for name in ("ci_low", "estimate", "ci_high"))
    return f"{middle} {unit} ({low} to {high})"


def _probability(value: float) -> str:
    return "–" if np.isnan(value) else number(value, LANGUAGE, digits=3)


def replication_block(folder: Path) -> str:
    """The published figures, the same data with area and month effects, and their grades."""
    content = json.loads((folder / "expected_gridmonth.json").read_text(encoding="utf-8"))
    cases = {case["id"]: case for case in content["cases"]}
    data = pd.read_csv(folder / content["input"])
    results = {name: estimate(data, cases[name]["spec"]) for name in OUTCOMES}
    header = ("model", "what", "estimate (error)", "95% CI", "p", "rows")
    return "\n".join(
        (
            _what_the_data_hold(data),
            table(header, [*_published(cases), *_estimated(results)]),
            "Graded by the rules, over all four figures looked at:\n",
            _graded(results),
        )
    )


def _what_the_data_hold(data: pd.DataFrame) -> str:
    cells = data.groupby("prio_grid")
    changes = cells["t_bal"].nunique() > 1
    violent = cells["ucdp_reb_vac_all"].sum() > 0
    rows = number(len(data), LANGUAGE)
    return (
        f"The file holds {rows} cell-months: {len(changes)} grid cells, {data['time'].nunique()}"
        f" months. In {int(changes.sum())} of the"
        " cells the kind of unit ever changes, and only these can say anything once each cell is"
        f" compared with itself; violence was recorded in {int((changes & violent).sum())} of"
        " them.\n"
    )


def _published(cases: Mapping[str, Any]) -> list[tuple[str, ...]]:
    names = ("negbin_theta1_ucdp_reb_vac_5", "negbin_theta1_ucdp_reb_vac_all")
    rows = []
    for name, what in zip(names, OUTCOMES.values(), strict=True):
        term = next(row for row in cases[name]["published_logit_txt"] if row["term"] == "t_bal")
        figure = _with_error(term["estimate"], term["std_error"], 3)
        rows.append(
            ("published", f"{TERMS['t_bal']}; {what}", figure, "–", "–", _count(cases[name]))
        )
    return rows


def _count(case: Mapping[str, Any]) -> str:
    return number(case["nobs"], LANGUAGE)


def _estimated(results: Mapping[str, PanelResult]) -> list[tuple[str, ...]]:
    return [
        (
            "with cell and month effects",
            f"{TERMS[row['term']]}; {OUTCOMES[name]}",
            _with_error(row["estimate"], row["std_error"], DIGITS),
            " to ".join(signed(row[at], LANGUAGE, DIGITS) for at in ("conf_low", "conf_high")),
            _probability(row["p_value"]),
            number(result.nobs, LANGUAGE),
        )
        for name, result in results.items()
        for row in result.coefficients.to_dict("records")
    ]


def _with_error(value: float, error: float, digits: int) -> str:
    return f"{signed(value, LANGUAGE, digits)} ({number(error, LANGUAGE, digits)})"


def _graded(results: Mapping[str, PanelResult]) -> str:
    """Grades by q over all terms of both models; and what the grade would be were chance ruled out.

    Activity and outcome are of the same month, and none of the checks of a mission's own edge was
    run: `Evidence` says so.
    """
    found = [
        (name, row, result.n_clusters)
        for name, result in results.items()
        for row in result.coefficients.to_dict("records")
    ]
    p_values = np.array([row["p_value"] for _, row, _ in found])
    q_values = benjamini_hochberg(p_values, np.zeros(len(found), dtype=np.int64))
    rows, best_of = [], set()
    for (name, row, areas), q in zip(found, q_values, strict=True):
        of_term = [other["estimate"] for _, other, _ in found if other["term"] == row["term"]]
        agreeing = int((np.sign(of_term) == np.sign(row["estimate"])).sum())
        evidence = GradingInputs(
            "continuous",
            float(q),
            n_areas=areas,
            agreeing=agreeing,
            specifications=len(of_term),
            ceilings=("same_month",),
        )
        given, best = grade(evidence), grade(replace(evidence, q_value=0.0))
        rows.append(
            (
                f"{TERMS[row['term']]}; {OUTCOMES[name]}",
                _probability(q),
                given.letter,
                reasons_in_words(given.reasons, LANGUAGE),
            )
        )
        best_of.add(f"{best.letter}, because {reasons_in_words(best.reasons, LANGUAGE)}")
    header = ("what", "q", "grade", "why no more")
    ceiling = "; or ".join(sorted(best_of))
    return f"{table(header, rows)}\nWere chance ruled out, the grade would be {ceiling}.\n"


def main() -> None:
    """Write the blocks into their pages."""
    os.environ["POCLENS_SHARED"] = str(ELSEWHERE)
    with tempfile.TemporaryDirectory() as home:
        workspace = copy_profile("south_sudan", Path(home))
        with refreshed(workspace, "south_sudan", AS_OF) as result:
            south_sudan = south_sudan_block(result)
    blocks = {
        "south_sudan": south_sudan,
        "replication": replication_block(ELSEWHERE / "reference" / "linkage" / "panel"),
    }
    for path, own in ((GUIDE, {"rules": rules_block()}), (PAGE, blocks)):
        page = path.read_text(encoding="utf-8")
        path.write_text(with_blocks(page, own), encoding="utf-8")


if __name__ == "__main__":
    main()
