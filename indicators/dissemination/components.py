"""The components of the data structure: dimensions, measure and attributes of an observation.

Method: SDMX 3.0 information model; concepts of the SDMX cross-domain list (FREQ, REF_AREA, SEX,
TIME_PERIOD, OBS_VALUE, UNIT_MEASURE, OBS_STATUS, CONF_STATUS) where it has them. A budget year is
a year whose reporting year starts in July (REPORTING_YEAR_START_DAY; section 6 of the standards).
"""

from dataclasses import dataclass
from typing import Literal

AGENCY, VERSION = "POCLENS", "1.0.0"
STRUCTURE, CONCEPTS = "POC_INDICATORS", "CS_POC_INDICATORS"
STRUCTURE_ID = f"{AGENCY}:{STRUCTURE}({VERSION})"

Role = Literal["dimension", "time", "measure", "attribute"]
Kind = Literal["code", "number", "integer", "text", "period", "day"]


@dataclass(frozen=True)
class Component:
    """One column of an observation; `column` is that of a cell, whose words name it too."""

    id: str
    column: str
    role: Role
    kind: Kind = "code"
    attached_to: str = ""  # an attribute's dimension; empty: the observation

    @property
    def code_list(self) -> str:
        """The id of its code list; only where `kind` is code."""
        return f"CL_{self.id}"


COMPONENTS = (
    Component("FREQ", "period_type", "dimension"),
    Component("INDICATOR", "indicator", "dimension"),
    Component("REF_AREA", "area", "dimension"),
    Component("MISSION", "mission", "dimension"),
    Component("UNIT_TYPE", "unit_type", "dimension"),
    Component("ACTIVITY_TYPE", "activity_type", "dimension"),
    Component("ACTOR", "actor", "dimension"),
    Component("SEX", "sex", "dimension"),
    Component("AGE_GROUP", "age_group", "dimension"),
    Component("BREAKDOWN", "breakdown", "dimension"),
    Component("BREAKDOWN_VALUE", "breakdown_value", "dimension"),
    Component("TIME_PERIOD", "period", "time", "period"),
    Component("OBS_VALUE", "value", "measure", "number"),
    Component("UNIT_MEASURE", "unit_of_measure", "attribute", attached_to="INDICATOR"),
    Component("REPORTING_YEAR_START_DAY", "reporting_year_start_day", "attribute", "day"),
    Component("OBS_STATUS", "obs_status", "attribute"),
    Component("CONF_STATUS", "conf_status", "attribute"),
    Component("DISCLOSURE", "disclosure", "attribute"),
    Component("CONFIDENTIALITY_CLASS", "confidentiality", "attribute"),
    Component("CI_LOW", "ci_low", "attribute", "number"),
    Component("CI_HIGH", "ci_high", "attribute", "number"),
    Component("SE", "se", "attribute", "number"),
    Component("N", "n", "attribute", "number"),
    Component("NUMERATOR", "numerator", "attribute", "number"),
    Component("DENOMINATOR", "denominator", "attribute", "number"),
    Component("RETURNS_DUE", "returns_due", "attribute", "number"),
    Component("RETURNS_RECEIVED", "returns_received", "attribute", "number"),
    Component("METHOD", "method", "attribute", "text"),
    Component("INDICATOR_VERSION", "indicator_version", "attribute", "integer"),
)
DIMENSIONS = tuple(one for one in COMPONENTS if one.role == "dimension")
BY_ID = {one.id: one for one in COMPONENTS}
# An observation always says these; the others may be empty.
ALWAYS_SAID = (
    "UNIT_MEASURE", "REPORTING_YEAR_START_DAY", "OBS_STATUS", "CONF_STATUS", "DISCLOSURE",
    "INDICATOR_VERSION",
)  # fmt: skip
