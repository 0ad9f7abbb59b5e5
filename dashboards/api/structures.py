"""The structure of the data: dataflow, definition, concepts and code lists of current releases."""

from collections.abc import Mapping, Sequence
from typing import Any

from dashboards.api.problems import ApiProblem
from dashboards.api.query import VERSIONS
from dashboards.reading.kept import Kept
from dashboards.reading.releases import Release
from indicators.dissemination.code_lists import CodeLists, Note, code_lists, joined
from indicators.dissemination.components import AGENCY
from indicators.foundation.messages import LANGUAGES, message

JSON_TYPE = "application/vnd.sdmx.structure+json;version=2.0.0"
ML_TYPE = "application/vnd.sdmx.structure+xml;version=3.0.0"
# What a resource of a structure query is called, and the class of what it gives.
TYPES = {
    "dataflow": "Dataflow",
    "datastructure": "DataStructureDefinition",
    "conceptscheme": "ConceptScheme",
    "codelist": "Codelist",
}
# Resources of the standard of which nothing is kept here.
NOT_KEPT = (
    "agencyscheme", "availabilityconstraint", "categorisation", "categoryscheme",
    "contentconstraint",
    "customtypescheme", "dataconstraint", "dataconsumerscheme", "dataproviderscheme",
    "geocodelist", "geogridcodelist", "hierarchicalcodelist", "hierarchy", "hierarchyassociation",
    "metadataconstraint", "metadataflow", "metadataproviderscheme",
    "metadataprovisionagreement", "metadatastructure", "namepersonalisationscheme",
    "organisationunitscheme", "process", "provisionagreement", "reportingtaxonomy",
    "representationmap", "rulesetscheme", "structuremap", "transformationscheme",
    "userdefinedoperatorscheme", "valuelist", "vtlmappingscheme",
)  # fmt: skip
REFERENCES = (
    "none", "parents", "parentsandsiblings", "ancestors", "children", "descendants", "all", *TYPES,
)  # fmt: skip
DETAILS = (
    "full", "allstubs", "referencestubs", "allcompletestubs", "referencecompletestubs",
    "referencepartial", "raw",
)  # fmt: skip
_ORDER = tuple(TYPES)  # each refers to those after it: the dataflow to all, by its definition
_KEPT: Kept[CodeLists] = Kept(32, lambda _: 1)


def codes_of(releases: Sequence[Release]) -> CodeLists:
    """The codes of these releases together; read once a release."""
    return joined(_codes_of_one(one) for one in releases)


def _codes_of_one(release: Release) -> CodeLists:
    return _KEPT.get(release.edition, lambda: code_lists(release.cursor()))


def release_notes(releases: Sequence[Release]) -> list[Note]:
    """Which releases the data come from, and whose copies they are."""
    told = []
    for release in releases:
        words = {
            language: message(
                "api.note.release", language, mission=release.mission, release=release.name
            )
            for language in LANGUAGES
        }
        told.append(Note(f"RELEASE_{release.mission.upper()}", release.name, words))
    for audience in sorted({release.audience for release in releases}):
        key = f"extract.audience.{audience}"
        words = {language: message(key, language) for language in LANGUAGES}
        told.append(Note("AUDIENCE", audience, words))
    return told


def chosen(
    own: Sequence[Any], kind: str, agency: str, resource: str, version: str, items: str = "*"
) -> list[Any]:
    """The artefacts of a query among all. Raises ApiProblem where none fits."""
    kinds = kind.split(",")
    for one in kinds:
        if one not in (*TYPES, *NOT_KEPT, "*"):
            known = ", ".join((*TYPES, "*"))
            raise ApiProblem("unknown_value", name="structure", value=one, known=known)
    classes = {TYPES[one] for one in (TYPES if "*" in kinds else kinds) if one in TYPES}
    found = [
        one
        for one in own
        if type(one).__name__ in classes
        and _fits(agency, AGENCY)
        and _fits(resource, one.id)
        and any(text in VERSIONS for text in version.split(","))
    ]
    if not found:
        raise ApiProblem("no_artefact")
    if items != "*":
        wanted = {item.rpartition(".")[2] for item in items.split(",")}
        found = [_with_items(one, wanted) for one in found]
    return found


def _fits(asked: str, own: str) -> bool:
    return any(one in ("*", own) for one in asked.split(","))


def _with_items(one: Any, wanted: set[str]) -> Any:
    from msgspec.structs import replace

    if type(one).__name__ not in ("Codelist", "ConceptScheme"):
        return one
    return replace(one, items=tuple(i for i in one.items if i.id in wanted), is_partial=True)


def with_references(found: Sequence[Any], own: Sequence[Any], references: str) -> list[Any]:
    """The artefacts and those that they refer to, or that refer to them, as the query asks."""
    levels = {type(one).__name__: _level(one) for one in own}
    asked = {levels[type(one).__name__] for one in found}
    lowest, highest = max(asked), min(asked)
    wanted: set[int] = set()
    for reference in references.split(","):
        wanted |= {
            "none": set(),
            "children": {highest + 1, lowest + 1},
            "descendants": set(range(highest, 3)),
            "parents": {highest - 1},
            "parentsandsiblings": {highest - 1, highest},
            "ancestors": set(range(lowest)),
            "all": {0, 1, 2},
        }.get(reference, set())
    classes = {TYPES[one] for one in references.split(",") if one in TYPES}
    kept = {(type(one).__name__, one.id) for one in found}
    return [
        *found,
        *(
            one
            for one in own
            if (type(one).__name__, one.id) not in kept
            and (_level(one) in wanted or type(one).__name__ in classes)
        ),
    ]


def _level(one: Any) -> int:
    """0 for the dataflow, 1 for its definition, 2 for concepts and code lists."""
    return min(_ORDER.index(next(k for k, v in TYPES.items() if v == type(one).__name__)), 2)


def without_items(artefacts: Sequence[Any], found: Sequence[Any], detail: str) -> list[Any]:
    """Stubs: identity, name and version alone, of all or of what is only referred to."""
    from msgspec.structs import replace

    if not detail.endswith("stubs"):
        return list(artefacts)
    own = [] if detail.startswith("all") else [id(one) for one in found]
    return [
        replace(one, items=(), is_partial=True)
        if id(one) not in own and type(one).__name__ in ("Codelist", "ConceptScheme")
        else one
        for one in artefacts
    ]


def both_languages(releases: Sequence[Release]) -> Mapping[str, list[Any]]:
    """All artefacts of these releases in each language."""
    from indicators.dissemination.structure import artefacts

    lists, notes = codes_of(releases), release_notes(releases)
    return {language: list(artefacts(lists, notes, language)) for language in LANGUAGES}
