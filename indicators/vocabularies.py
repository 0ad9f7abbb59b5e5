"""Code lists: codes with their labels in English and French and the paragraph they come from."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import yaml

from indicators.data_folder import data_folder
from indicators.messages import message

TOTAL = "_T"
NOT_APPLICABLE = "_Z"
UNKNOWN = "_U"


@dataclass(frozen=True)
class Vocabulary:
    """One code list; `labels` maps a code to its labels by language, in the list's order."""

    name: str
    labels: Mapping[str, Mapping[str, str]]
    reference: str | None = None

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes in the order of the list."""
        return tuple(self.labels)

    def label(self, code: str, language: str) -> str:
        """The label of `code`; `_T`, `_Z` and `_U` have labels in every list."""
        if code in self.labels:
            return self.labels[code][language]
        return message(f"code.{code}", language)


@cache
def vocabularies() -> Mapping[str, Vocabulary]:
    """All code lists of `data/vocabularies/*.yaml` by name (a file may hold several)."""
    found: dict[str, Vocabulary] = {}
    for path in sorted((data_folder() / "vocabularies").glob("*.yaml")):
        entries = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) or {}
        for name, entry in entries.items():
            if name in found:
                raise ValueError(f"{path.name}: vocabulary {name} stands in two files")
            labels = {str(code): label for code, label in entry["codes"].items()}
            found[name] = Vocabulary(name, labels, entry.get("reference"))
    return found


def vocabulary(name: str) -> Vocabulary:
    """The code list of this name. Raises KeyError where there is none."""
    return vocabularies()[name]
