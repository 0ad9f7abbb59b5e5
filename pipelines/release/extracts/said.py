"""What an extract says of itself: whose copy it is, its classes, what was rounded or left out."""

from collections.abc import Iterator, Mapping

from indicators.dissemination.code_lists import Note
from indicators.foundation.messages import LANGUAGES, message
from indicators.foundation.numbers.number_format import separated
from pipelines.release.extracts.quarter import Quarter

Pair = Mapping[str, str]  # a sentence by language


def pair(key: str, **parameters: object) -> Pair:
    """A message in both languages."""
    return {language: message(key, language, **parameters) for language in LANGUAGES}


def audience_line(quarter: Quarter) -> Pair:
    """Whose copy it is, and what that copy leaves out."""
    return pair(f"extract.audience.{quarter.audience}")


def disclosure_lines(quarter: Quarter) -> Iterator[Pair]:
    """For each class of figures, how many cells are exact, rounded, below 8 or suppressed."""
    for kind in dict.fromkeys(kind for kind, _ in quarter.disclosed):
        yield {
            language: message(
                "extract.class_line",
                language,
                kind=message(f"sdmx.class.{kind}", language),
                counts="; ".join(
                    message(
                        "dictionary.fact",
                        language,
                        name=message(f"sdmx.disclosure.{done}", language),
                        text=separated(count, language),
                    )
                    for (own, done), count in quarter.disclosed.items()
                    if own == kind
                ),
            )
            for language in LANGUAGES
        }


def as_of_line(quarter: Quarter) -> Pair:
    """The day up to which facts count."""
    return pair("extract.note.as_of", as_of=f"{quarter.mission['as_of']:%Y-%m-%d}")


def notes(quarter: Quarter) -> list[Note]:
    """The same for a dataflow: one note a subject."""
    told = [Note("AUDIENCE", quarter.audience, audience_line(quarter))]
    told.append(Note("AS_OF", f"{quarter.mission['as_of']:%Y-%m-%d}", as_of_line(quarter)))
    for number, line in enumerate(disclosure_lines(quarter), start=1):
        told.append(Note(f"DISCLOSURE_{number}", quarter.audience, line))
    told.append(Note("PERSONS", "rounding", pair("extract.note.persons")))
    return told
