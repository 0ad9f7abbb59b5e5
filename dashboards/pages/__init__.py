"""The pages, each a module of its name: `sentence(context)` answers, `body(context)` shows why.

This list alone says which there are: addresses, menu, help and tests are made from it.
"""

from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

from dashboards.access import Audience

BOTH: tuple[Audience, ...] = ("mission", "hq")


@dataclass(frozen=True)
class Page:
    """One page; its words are `page.nav.<name>`, those of its question `page.nav.group.<question>`.

    `audiences`: who may open it. `menu`: in whose menu it stands, under its question.
    `changes_with`, besides the release: what people wrote (`records`), what headquarters pulled
    (`pulls`).
    """

    name: str
    question: str = ""
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
# In the order of the menu.
PAGES = (
    Page("overview", changes_with=_WRITTEN),
    Page("results_chain", "changed"),
    Page("indicators", "changed"),
    Page("perceptions", "changed"),
    Page("effort", "did"),
    Page("budget", "did", changes_with=_WRITTEN),
    Page("police_matrices", "did"),
    Page("effects", "together"),
    Page("map", "next"),
    Page("alerts", "next", changes_with=_WRITTEN),
    Page("threats", "next", changes_with=_WRITTEN),
    Page("assessment", "next", changes_with=_WRITTEN),
    Page("accountability", "next", changes_with=_WRITTEN),
    Page("due_diligence", "next"),
    Page("transition", "next"),
    Page("lessons", "next"),
    Page("readiness", "next"),
    Page("data_quality", "sure", changes_with=_WRITTEN, needs_figures=False),
    # Whom to remind is the mission's, and in no other copy.
    Page("outstanding", "sure", audiences=("mission",), menu=("mission",), needs_figures=False),
    Page("releases", "sure", needs_figures=False),
    Page("missions", "sure", menu=("hq",), changes_with=("pulls",), is_of_all_missions=True),
    Page("catalogue", "sure", needs_figures=False),
    Page("help", "sure", needs_figures=False),
)
INDICATOR = Page("indicator", menu=())  # below the list of indicators, at its code
_BY_PATH = {page.path: page for page in PAGES}
_BY_NAME = {page.name: page for page in PAGES}


def page_at(path: str) -> Page | None:
    """The page of an address."""
    is_of_indicator = path.startswith(f"{path_of('indicators')}/")
    return INDICATOR if is_of_indicator else _BY_PATH.get(path)


def path_of(name: str) -> str:
    """The address of the page with this name. Raises KeyError where there is none."""
    return _BY_NAME[name].path
