"""What a reader takes from an indicator's page: the whole indicator in one file, its address."""

from dash import html

from dashboards.components.card import card
from dashboards.components.list_files import list_files
from dashboards.context import Context
from dashboards.http.permanent import permanent_address


def whole_file_card(context: Context, code: str) -> html.Section:
    """The file with all periods and areas, and the permanent address with its copy button."""
    words, title = context.words, context.words("one.title")
    place = (context.area, context.period.name, words.language)
    address = permanent_address(context.release.mission, code, *place)
    given = {"data-action": "copy", "data-copy": address, "data-copied": words("one.copied")}
    line = html.P(
        [
            html.Span(words("one.address"), className="note"),
            html.A(address, href=address, className="permanent"),
            html.Button(words("one.copy"), className="take", **given),
        ],
        className="permanent-line",
    )
    # The permanent address names mission, area and period; only indicator and language go along.
    files = list_files(context, "indicator", words("one.title"), indicator=code)
    return card(title, [files, line], words("one.under"), key="whole")
