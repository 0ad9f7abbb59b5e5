"""The pages, each a module of its name: `sentence(context)` answers, `body(context)` shows why.

This list alone says which there are: addresses, menu, help and tests are made from it.
"""

from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

from dashboards.reading.access import Audience

BOTH: tuple[Audience, ...] = ("mission", "hq")


@dataclass(frozen=True)
class Page:
    """One page; its words are `page.nav.<name>`, those of its question `page.nav.group.<question>`.

    `audiences`: who may open it. `menu`: in whose menu it stands, under its question. `within`:
    the page in whose entry of the menu it stands, as a tab; the entry of several pages has words
    of its own, `page.nav.entry.<name>`.
    `changes_with`, besides the release: what people wrote (`records`), what headquarters pulled
    (`pulls`).
    """

    name: str
    question: str = ""
    within: str = ""
    audiences: tuple[Audience, ...] = BOTH
    menu: tuple[Audience, ...] = BOTH
    changes_with: tuple[str, ...] = ()
    is_of_all_missions: bool = False  # opened by nobody who may read but one
    needs_figures: bool = True  # without one, nothing but its sentence is left out

    @property
    def path(self) -> str:
        """Its address."""
        return "/" if self.name == "overview" else "/" + self.name.replace("_", "-")

    @property
    def module(self) -> ModuleType:
        """Its sentence and its body."""
        return import_module(f"{__name__}.{self.name}")


_WRITTEN = ("records",)
# In the order of the menu, and of the tabs of an entry.
PAGES = (
    Page("overview", "happened", changes_with=_WRITTEN),
    Page("incidents", "happened"),
    Page("perceptions", "happened"),
    Page("indicators", "happened"),
    Page("catalogue", within="indicators", needs_figures=False),
    Page("effort", "did"),
    Page("police_matrices", within="effort"),
    Page("budget", "did", changes_with=_WRITTEN),
    Page("results_chain", "together"),
    Page("effects", "together"),
    Page("map", "next"),
    Page("threats", "next", changes_with=_WRITTEN),
    Page("alerts", within="threats", changes_with=_WRITTEN),
    Page("readiness", within="threats", changes_with=_WRITTEN),
    Page("assessment", "next", changes_with=_WRITTEN),
    Page("accountability", within="assessment", changes_with=_WRITTEN),
    Page("lessons", within="assessment"),
    Page("due_diligence", within="assessment"),
    Page("transition", within="assessment"),
    Page("data_quality", "sure", changes_with=_WRITTEN, needs_figures=False),
    # Whom to remind is the mission's, and in no other copy.
    Page("outstanding", within="data_quality", audiences=("mission",), needs_figures=False),
    Page("releases", "sure", needs_figures=False),
    Page("missions", "sure", menu=("hq",), changes_with=("pulls",), is_of_all_missions=True),
    Page("help", "sure", needs_figures=False),
)
INDICATOR = Page("indicator", menu=())  # below the list of indicators, at its code
_BY_PATH = {page.path: page for page in PAGES}
_BY_NAME = {page.name: page for page in PAGES}


def menu(audience: Audience) -> tuple[tuple[Page, ...], ...]:
    """The menu of an audience: an entry is a page and, as tabs behind it, those within it."""
    return tuple(
        (page, *(one for one in PAGES if one.within == page.name and audience in one.audiences))
        for page in PAGES
        if not page.within and audience in page.menu
    )


def page_at(path: str) -> Page | None:
    """The page of an address."""
    is_of_indicator = path.startswith(f"{path_of('indicators')}/")
    return INDICATOR if is_of_indicator else _BY_PATH.get(path)


def path_of(name: str) -> str:
    """The address of the page with this name. Raises KeyError where there is none."""
    return _BY_NAME[name].path
