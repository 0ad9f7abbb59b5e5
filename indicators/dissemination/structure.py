"""The data structure in SDMX-ML and SDMX-JSON: dataflow, definition, concepts and code lists.

pysdmx writes a message in one language. Each is written twice and joined, so that every name stands
in English and French; a line or a key that has no language is the same in both.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from pysdmx.io.format import Format
from pysdmx.io.writer import write_sdmx
from pysdmx.model import (
    Annotation,
    Codelist,
    Components,
    Concept,
    ConceptScheme,
    Dataflow,
    DataStructureDefinition,
    DataType,
    Organisation,
    Role,
)
from pysdmx.model import (
    Code as SdmxCode,
)
from pysdmx.model import (
    Component as SdmxComponent,
)
from pysdmx.model.message import Header

from indicators.dissemination.code_lists import FIXED, Code, CodeLists, Note
from indicators.dissemination.components import (
    AGENCY,
    ALWAYS_SAID,
    COMPONENTS,
    CONCEPTS,
    STRUCTURE,
    VERSION,
    Component,
)
from indicators.dissemination.notation import code_id
from indicators.foundation.messages import LANGUAGES, message

JSON, ML = Format.STRUCTURE_SDMX_JSON_2_0_0, Format.STRUCTURE_SDMX_ML_3_0
# A structure follows from its release alone, so its header says no time at which it was written.
_PREPARED = datetime(2000, 1, 1, tzinfo=UTC)
_URN = "urn:sdmx:org.sdmx.infomodel"
_TYPES = {
    "number": DataType.DOUBLE,
    "integer": DataType.INTEGER,
    "period": DataType.PERIOD,
    "day": DataType.MONTH_DAY,
    "text": DataType.STRING,
    "code": DataType.STRING,
}
_ROLES = {
    "dimension": Role.DIMENSION,
    "time": Role.DIMENSION,
    "measure": Role.MEASURE,
    "attribute": Role.ATTRIBUTE,
}
# Of each text its key in JSON and that of its translations.
_TRANSLATED = {"name": "names", "description": "descriptions", "text": "texts"}


Artefact = Dataflow | DataStructureDefinition | ConceptScheme | Codelist


def artefacts(lists: CodeLists, notes: Sequence[Note] = (), language: str = "en") -> list[Artefact]:
    """Dataflow, data structure definition, concept scheme and code lists in one language."""
    concepts = _concepts(language)
    definition = DataStructureDefinition(
        id=STRUCTURE,
        name=message("sdmx.structure", language),
        components=Components([_component(one, concepts) for one in COMPONENTS]),
        agency=AGENCY,
        version=VERSION,
    )
    flow = Dataflow(
        id=STRUCTURE,
        name=message("sdmx.dataflow", language),
        description=message("sdmx.dataflow.description", language),
        structure=f"{_URN}.datastructure.DataStructure={AGENCY}:{STRUCTURE}({VERSION})",
        annotations=tuple(
            Annotation(id=note.id, type=note.id, title=note.title, text=note.words[language])
            for note in notes
        ),
        agency=AGENCY,
        version=VERSION,
    )
    coded = [_code_list(one, lists[one.id], language) for one in COMPONENTS if one.kind == "code"]
    return [flow, definition, concepts, *coded]


def structure_message(by_language: Mapping[str, Iterable[Any]], form: Format) -> str:
    """One message of the same artefacts in each language, its names in all of them."""
    header = Header(
        id=STRUCTURE, prepared=_PREPARED, sender=Organisation(id=AGENCY, name="POC Lens")
    )
    written = [
        str(write_sdmx(list(by_language[language]), form, header=header)) for language in LANGUAGES
    ]
    return _joined_json(*written) if form is JSON else _joined_xml(*written)


def whole_structure(lists: CodeLists, notes: Sequence[Note], form: Format) -> str:
    """The message with everything: what an extract needs beside its observations."""
    told = {language: artefacts(lists, notes, language) for language in LANGUAGES}
    return structure_message(told, form)


def _concepts(language: str) -> ConceptScheme:
    own = [
        Concept(
            id=one.id,
            name=message(f"extract.column.{one.column}", language),
            dtype=_TYPES[one.kind],
            urn=f"{_URN}.conceptscheme.Concept={AGENCY}:{CONCEPTS}({VERSION}).{one.id}",
        )
        for one in COMPONENTS
    ]
    name = message("sdmx.concepts", language)
    return ConceptScheme(id=CONCEPTS, name=name, items=tuple(own), agency=AGENCY, version=VERSION)


def _component(one: Component, concepts: ConceptScheme) -> SdmxComponent:
    listed = f"{_URN}.codelist.Codelist={AGENCY}:{one.code_list}({VERSION})"
    return SdmxComponent(
        id=one.id,
        required=one.role in ("dimension", "time") or one.id in ALWAYS_SAID,
        role=_ROLES[one.role],
        concept=concepts[one.id],  # type: ignore[arg-type]
        local_dtype=None if one.kind == "code" else _TYPES[one.kind],
        local_enum_ref=listed if one.kind == "code" else None,
        attachment_level=(one.attached_to or "O") if one.role == "attribute" else None,
    )


def _code_list(one: Component, codes: Mapping[str, Code], language: str) -> Codelist:
    """A list that holds no more than the releases at hand use is told to be partial."""
    return Codelist(
        id=one.code_list,
        name=_line(message(f"extract.column.{one.column}", language)),
        is_partial=one.id not in FIXED,
        items=tuple(
            SdmxCode(
                id=code_id(code.code),
                name=_line(code.label[language]),
                description=_line(code.definition[language]) if code.definition else None,
            )
            for code in codes.values()
        ),
        agency=AGENCY,
        version=VERSION,
    )


def _line(text: str) -> str:
    """The text in one line: messages are joined line by line."""
    return " ".join(text.split())


def _joined_xml(english: str, french: str) -> str:
    """Each line that has a language, followed by the same line in French."""
    lines: list[str] = []
    for own, other in zip(english.splitlines(), french.splitlines(), strict=True):
        lines.append(own)
        if ' xml:lang="en"' in own:
            lines.append(other.replace(' xml:lang="en"', ' xml:lang="fr"'))
    return "\n".join(lines) + "\n"


def _joined_json(english: str, french: str) -> str:
    joined = _both(json.loads(english), json.loads(french))
    return json.dumps(joined, ensure_ascii=False, separators=(",", ":")) + "\n"


def _both(own: Any, other: Any) -> Any:
    """The English tree, with both texts beside each text."""
    if isinstance(own, list):
        return [_both(*pair) for pair in zip(own, other, strict=True)]
    if not isinstance(own, dict):
        return own
    # The schema allows no empty list of groups, which pysdmx writes.
    found = {key: _both(value, other[key]) for key, value in own.items() if value != []}
    for key, translations in _TRANSLATED.items():
        if isinstance(own.get(key), str):
            found[translations] = dict(zip(LANGUAGES, (own[key], other[key]), strict=True))
    return found
