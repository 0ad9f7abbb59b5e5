"""CSV with tags of the Humanitarian Exchange Language below its heads.

Method: HXL 1.1 hashtags and attributes (core schema); names in both languages by `+i_en`, `+i_fr`.
"""

from collections.abc import Iterable
from itertools import chain
from pathlib import Path

from indicators.dissemination.notation import number_text
from indicators.dissemination.spreadsheets import write_csv
from pipelines.extracts.quarter import Quarter

suffix = "hxl.csv"
TAGS = {
    "mission": "#org+code+mission",
    "indicator": "#indicator+code",
    "title_en": "#indicator+name+i_en",
    "title_fr": "#indicator+name+i_fr",
    "indicator_version": "#meta+version+indicator",
    "area": "#loc+code",
    "area_en": "#loc+name+i_en",
    "area_fr": "#loc+name+i_fr",
    "area_level": "#loc+type",
    "unit_type": "#org+type+unit",
    "activity_type": "#activity+type",
    "actor": "#group+actor",
    "sex": "#affected+sex+code",
    "age_group": "#affected+age+code",
    "breakdown": "#meta+breakdown",
    "breakdown_value": "#meta+breakdown+code",
    "period": "#date+period",
    "period_start": "#date+start",
    "period_end": "#date+end",
    "value": "#indicator+value+num",
    "unit_of_measure": "#indicator+unit",
    "ci_low": "#indicator+value+num+min",
    "ci_high": "#indicator+value+num+max",
    "n": "#indicator+num+cases",
    "obs_status": "#status+obs",
    "conf_status": "#status+conf",
    "disclosure": "#status+disclosure",
    "confidentiality": "#meta+class",
}
_NUMBERS = ("value", "ci_low", "ci_high", "n")


def write(quarter: Quarter, path: Path) -> None:
    """Writes the cells of a quarter: a row of heads, a row of tags, a row a cell."""
    columns = [_texts(quarter, name) for name in TAGS]
    write_csv(path, chain([[*TAGS], [*TAGS.values()]], zip(*columns, strict=True)))


def _texts(quarter: Quarter, name: str) -> Iterable[str]:
    values = quarter.figures[name]
    if name in _NUMBERS:
        return map(number_text, values)
    return ("" if value is None else str(value) for value in values)
