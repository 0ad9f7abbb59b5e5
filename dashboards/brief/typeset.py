"""Tagged PDFs, the brief on one page A4, made from their content by Typst, offline.

What comes from data reaches the template as values, never as its text; fonts are our own alone,
and no time goes in but the day of the data: equal content gives equal bytes.
"""

import json
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from dashboards.brief.content import Content

if TYPE_CHECKING:
    import typst

_FOLDER = Path(__file__).parent


@lru_cache(maxsize=2)
def _compiler(template: str) -> "typst.Compiler":
    """Imported when first needed: the library is 80 MB."""
    import typst

    fonts = typst.Fonts(include_system_fonts=False, font_paths=[_FOLDER / "fonts"])
    return typst.Compiler(_FOLDER / f"{template}.typ", root=_FOLDER, font_paths=fonts)


def pdf(content: Content, template: str = "brief") -> bytes:
    """The PDF of the content of a `brief` or `police_report`.

    Raises typst.TypstError where it cannot be set.
    """
    inputs = {"brief": json.dumps(content, ensure_ascii=False, sort_keys=True)}
    # PDF/UA refuses what a screen reader could not read: a mark without words, a missing title.
    found = _compiler(template).compile(
        format="pdf", sys_inputs=inputs, pdf_standards=["ua-1"], timestamp=0
    )
    assert isinstance(found, bytes)
    return found
