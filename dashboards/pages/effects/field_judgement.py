"""A field judgement: words of a role in the mission beside a finding, marked as judgement."""

from collections.abc import Mapping
from typing import Any

from dash import html

from dashboards.reading.context import Context
from dashboards.wording import formats
from indicators.foundation.messages import LANGUAGES
from indicators.linkage.framework.field_judgements import RESIDENTS, ROLES


def field_judgement(row: Mapping[str, Any], context: Context) -> html.Figure:
    """Its stance, its words (in the other language where there are no others), and who said it."""
    words = context.words
    said = {language: row[f"text_{language}"] for language in LANGUAGES}
    held = [language for language in LANGUAGES if isinstance(said[language], str)]
    language = words.language if words.language in held else held[0]
    notes = [] if language == words.language else [words(f"judgement.only_{language}")]
    if row["for_headquarters"] is True:
        notes.append(words("judgement.for_headquarters"))
    signed = words(
        "judgement.cleared" if row["stance"] == RESIDENTS else "judgement.signed",
        role=words.label(ROLES, row["role"]),
        area=context.area_name(row["area"]),
        day=formats.day(row["given_on"], words),
    )
    return html.Figure(
        [
            html.P(html.B(words(f"judgement.{row['stance']}"))),
            html.Blockquote(said[language], lang=language),
            *[html.P(text, className="note") for text in notes],
            html.Figcaption(signed, className="note"),
        ],
        className="judgement",
    )
