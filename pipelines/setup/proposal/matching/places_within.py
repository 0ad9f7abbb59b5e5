"""Places whose levels stand in columns of their own: the finest that a row gives, looked for within
the one above it; a county where the payam is blank."""

from collections.abc import Sequence, Set
from dataclasses import replace

from indicators.definitions.contracts import Contract
from pipelines.setup.proposal.beside.known_rows import Known
from pipelines.setup.proposal.layout import Layout
from pipelines.setup.proposal.matching.codes import CodeProposal
from pipelines.setup.proposal.matching.columns import Fit, area_of_name, recode_of, reference_fit
from pipelines.setup.proposal.matching.texts import ColumnProposal
from pipelines.setup.proposal.matching.words import folded, names_a_country, words_for_none

AREAS = "areas.area_code"
_SURE, _FEWEST = 0.85, 0.5
_NEAR = 2  # columns on either side
_MORE_LEVELS = 3
Places = dict[str, CodeProposal]


def places_fit(layout: Layout, headers: Sequence[str], known: Known) -> Fit:
    """The areas that the joined texts of columns mean, the widest area first."""
    alone = _alone(layout, headers, known)
    rows = _rows(layout, headers)
    none = {" ".join(filter(None, parts)): None for parts in rows if not any(map(_says, parts))}
    codes = tuple(_of_row(parts, alone, known) for parts in rows if any(map(_says, parts)))
    share = sum(code.code is not None for code in codes) / len(codes) if codes else None
    entry = recode_of(codes)
    return Fit(share, {"recode": {**none, **entry.get("recode", {})}} if none else entry, codes)


def _says(text: str) -> bool:
    """Whether a text names a place: `Unknown` names none."""
    return bool(text) and folded(text) not in words_for_none("yet")


def with_levels(
    contract: Contract, layout: Layout, chosen: Sequence[ColumnProposal], known: Known
) -> list[ColumnProposal]:
    """Places with the columns of the levels below and above that stand beside theirs, where these
    tell more: a finer area, what is blank, which of two places of one name is meant."""
    taken = {header for one in chosen for header in one.headers}
    found = []
    for one in chosen:
        is_area = contract.columns[one.column].reference == AREAS and AREAS in known
        is_finest = one.column.endswith("area_code")  # of a row without a site there is none
        if is_area and is_finest and contract.table != "areas" and len(one.headers) == 1:
            for _ in range(_MORE_LEVELS):
                one = _with_level(layout, one, taken.union(one.headers), known)
            taken.update(one.headers)
        found.append(one)
    return found


def _with_level(
    layout: Layout, one: ColumnProposal, taken: Set[str], known: Known
) -> ColumnProposal:
    """The place with one more column, a finer one first; a wider one where more rows are told."""
    own, header = one.headers, list(layout.table.header)
    at, until = header.index(own[0]), header.index(own[-1])
    beside = [
        name for name in header[max(0, at - _NEAR) : until + _NEAR + 1]
        if name not in taken and not names_a_country(name)
    ]  # fmt: skip
    told = {code.text for code in one.codes if code.code}
    for ways in ([(*own, other) for other in beside], [(other, *own) for other in beside]):
        fits = [(way, places_fit(layout, way, known)) for way in ways]
        fits = [
            (way, fit) for way, fit in fits if _is_within(way, fit, layout, known)
            and (way[0] == own[0] or _tells_more(layout, way, fit, told))
        ]  # fmt: skip
        if fits:
            headers, fit = min(fits, key=lambda entry: _spread(header, entry[0]))
            reasons = tuple(dict.fromkeys((*one.reasons, "place_within")))
            sure = min(one.confidence, _SURE)
            return replace(
                one, headers=headers, confidence=sure, reasons=reasons, entry=fit.entry,
                codes=fit.codes,
            )  # fmt: skip
    return one


def _tells_more(layout: Layout, way: Sequence[str], fit: Fit, told: Set[str]) -> bool:
    """Whether more rows have a place than by the columns behind the first alone."""
    rows = _rows(layout, way)
    alone = sum(" ".join(filter(None, parts[1:])) in told for parts in rows)
    return sum(code.code is not None for code in fit.codes) > alone


def _spread(header: Sequence[str], headers: Sequence[str]) -> int:
    places = [header.index(name) for name in headers]
    return max(places) - min(places)


def _is_within(headers: Sequence[str], fit: Fit, layout: Layout, known: Known) -> bool:
    """Whether most rows that give the widest and a finer one name a place below the widest."""
    wide = _alone(layout, headers, known)[0]
    both = {
        " ".join(filter(None, parts)): parts[0]
        for parts in _rows(layout, headers)
        if parts[0] in wide and parts[-1]  # what says that nothing is known names no place
    }
    told = [(code.code, wide[both[code.text]].code) for code in fit.codes
            if code.code and code.text in both]  # fmt: skip
    finer = [code for code, above in told if above and code != above]
    return bool(both) and len(finer) >= _FEWEST * len(both)


def _rows(layout: Layout, headers: Sequence[str]) -> list[tuple[str, ...]]:
    """The distinct texts of columns side by side, a blank where a cell has none."""
    rows = layout.table.rows.select(list(dict.fromkeys(headers))).to_pylist()
    found = [tuple((row[name] or "").strip() for name in headers) for row in rows]
    return [parts for parts in dict.fromkeys(found) if any(parts)]


def _alone(layout: Layout, headers: Sequence[str], known: Known) -> list[Places]:
    texts = {one.header: one for one in layout.texts}
    fits = (reference_fit(texts[name], AREAS, known).codes for name in headers)
    return [{code.text: code for code in codes} for codes in fits]


def _of_row(parts: tuple[str, ...], alone: Sequence[Places], known: Known) -> CodeProposal:
    """The area of one row; of a wider area that nobody knows only a code tells the finer."""
    found: CodeProposal | None = None
    for text, places in zip(parts, alone, strict=True):
        if not text:
            continue
        if found is None:
            found = places.get(text) or CodeProposal(text, None, 0, "unknown_text")
        elif found.code is None:
            one = places.get(text)
            found = one if one and one.reason == "as_it_is" else found
        else:
            within = known.get(f"within {found.code}", {})
            ways = [area_of_name(text, within), *filter(None, [places.get(text)])]
            # of a county and a payam of one name that of the level which the column tells
            one = max(ways, key=lambda way: (way.code in within.values()) * way.confidence)
            one = one if one.code in within.values() else ways[0]
            found = replace(one, confidence=min(one.confidence, found.confidence))
    joined = " ".join(filter(None, parts))
    return replace(found or CodeProposal(joined, None, 0, "unknown_text"), text=joined)
