"""What the survey's design lets one say: sampling units and weights of each wave.

A pulse is no sample of the population: it has neither, and no estimate rests on it.
"""

from collections.abc import Iterator

from indicators.definitions.mission_profile import Mission
from pipelines.quality.check_results import CheckResult, check_result, none_wrong
from pipelines.workspace.warehouse.inspect import Connection

# One answer that counts as much as ten others moves an estimate alone (IPI 2020 names no limit;
# ours, after the common practice of trimming at a few times the median weight).
LARGEST_TO_MEDIAN_WEIGHT = 10

_WAVES_SQL = """
SELECT survey_code, wave,
       count(*) AS interviews,
       count(*) FILTER (psu IS NULL) AS without_psu,
       count(*) FILTER (weight_person IS NULL AND weight_household IS NULL) AS without_weight,
       count(*) FILTER (weight_person <= 0 OR weight_household <= 0) AS not_positive,
       CAST(max(weight_person) / nullif(median(weight_person), 0) AS DOUBLE) AS ratio
FROM core.survey_respondents
WHERE result IN ('complete', 'partial') AND consent_given AND instrument <> 'pulse'
GROUP BY survey_code, wave ORDER BY survey_code, wave
"""


def survey_design(connection: Connection, mission: Mission) -> Iterator[CheckResult]:
    """For each wave: sampling units known, weights there, positive and of like size."""
    substitutes = {(entry.survey_code, entry.wave) for entry in mission.survey_substitutes}
    waves = connection.execute(_WAVES_SQL).fetchall()
    for code, wave, interviews, no_psu, no_weight, not_positive, ratio in waves:
        name = f"{code}.{wave}"
        stated = (code, wave) in substitutes
        yield _psu(name, interviews, no_psu, stated)
        yield _weights(name, interviews, no_weight, not_positive)
        if ratio is not None:
            yield _weight_ratio(name, ratio)


def _psu(name: str, interviews: int, without: int, stated: bool) -> CheckResult:
    kind = "survey_psu_stated" if stated else "survey_psu"
    return none_wrong(
        f"psu.{name}", "survey_respondents", without, kind=kind, of=interviews, wave=name
    )


def _weights(name: str, interviews: int, without: int, not_positive: int) -> CheckResult:
    """Without weights nothing can be said of the population: this stops a release."""
    rows = without + not_positive
    return none_wrong(
        f"weights.{name}",
        "survey_respondents",
        rows,
        kind="survey_weights",
        of=interviews,
        severity="blocking",
        wave=name,
    )


def _weight_ratio(name: str, ratio: float) -> CheckResult:
    return check_result(
        f"weight_ratio.{name}",
        "survey_respondents",
        ratio <= LARGEST_TO_MEDIAN_WEIGHT,
        kind="survey_weight_ratio",
        observed=f"{ratio:.1f}",
        expected=f"≤ {LARGEST_TO_MEDIAN_WEIGHT}",
        wave=name,
    )
