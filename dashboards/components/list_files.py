"""Links to a list made for sending, as CSV and XLSX, with all rows and their notes."""

from dash import html

from dashboards.context import Context

LIST_ROUTE = "/list"


def list_files(context: Context, name: str, title: str, **changes: str | None) -> html.Div:
    """Both files of the list `name` for the page's address; `changes` as in `Address.link`."""
    words, kept = context.words, {"view": None, "theme": None, **changes}
    links = []
    for kind in ("csv", "xlsx"):
        at = f"{LIST_ROUTE}/{name}.{kind}"
        query = context.address.link(**kept).partition("?")[2]
        label = words("export.button", kind=kind.upper(), title=title)
        address = f"{at}?{query}" if query else at
        said = {"aria-label": label}
        links.append(html.A(kind.upper(), href=address, className="take", download="", **said))
    return html.Div([html.Span(words("lists.label")), *links], className="take-away list-files")
