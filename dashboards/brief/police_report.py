"""The quarterly report of the police component to the Police Division (2017.12 §67): its content.

Figures are those of the overview, words those of the assessments, activities those of the matrices.
"""

from typing import Any

from dashboards.brief.content import Content, foot_of, outcome_heads, outcome_row, place_of
from dashboards.components.lists import police_matrices
from dashboards.components.outcome_summary import count_line, links_of, outcomes_of, sentence
from dashboards.reading.context import Context
from dashboards.reading.rows import rows_of
from dashboards.reading.written import records
from dashboards.wording import formats
from dashboards.wording.signed import signed

_OWNER = "police_commissioner"


def report_content(context: Context) -> Content:
    """The report of the context's release and area for the quarter of its period."""
    context = records.of_quarter(context)
    words, links = context.words, links_of(context)
    codes, edges, period = outcomes_of(context, links), rows_of(links), context.period
    return {
        "language": words.language,
        "document": words("police_report.document", mission=place_of(context), period=period.name),
        "title": words("police_report.title"),
        "place": f"{place_of(context)}, {formats.period_heading(period, words)}",
        "sentence": sentence(context),
        "lead": count_line(context, codes),
        "outcomes": words("police_report.outcomes"),
        "heads": outcome_heads(context),
        "rows": [outcome_row(context, code, edges) for code in codes],
        "notes": f"{words('overview.not_caused_by')} {words('brief.grades')}",
        "assessments": _assessments(context, codes),
        "matrices": [
            {"title": sheet.title, "heads": sheet.heads, "rows": sheet.rows}
            for sheet in police_matrices.BY_PHASE.sheets(context)
        ],
        "matrices_note": words("police_matrices.under"),
        "recommendations": _recommendations(context),
        "foot": foot_of(context),
    }


def _assessments(context: Context, codes: list[str]) -> Content:
    """What people concluded and approved, an outcome each; drafts do not leave the mission."""
    words, written = context.words, records.assessments(context)
    approved = {c: one for c, one in written.items() if one.record.state == "approved"}
    lines = []
    for code in codes:
        if code not in approved:
            continue
        one = approved[code]
        rating = words(f"rating.{one.record.rating}")
        lines.append(
            {
                "head": words.told(context.item(code), rating),
                "text": one.record.narrative,
                "note": f"{words('records.state.approved')}, {signed(one, words)}",
            }
        )
    waiting = len(codes) - len(lines)
    numbers = {"approved": str(len(lines)), "all": str(len(codes))}
    note = words("police_report.not_approved", **numbers) if waiting else ""
    return {"title": words("police_report.assessments"), "lines": lines, "note": note}


def _recommendations(context: Context) -> Content:
    """Those that the head of the police component owns and that are not closed."""
    words = context.words
    rows: list[list[Any]] = [
        [
            one.record.key,
            one.record.text,
            words(f"records.status.{one.record.status}"),
            formats.day(one.record.due_on, words),
        ]
        for one in records.recommendations(context)
        if one.record.owner == _OWNER and not one.record.is_closed
    ]
    heads = ["", *(words(f"recommendations.head.{name}") for name in ("what", "status", "due"))]
    return {
        "title": words("police_report.recommendations"),
        "heads": heads,
        "rows": rows,
        "none": words("police_report.no_recommendation"),
    }
