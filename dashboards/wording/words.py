"""What a page says: sentences, labels and titles in the reader's language.

Numbers and dates are worded by `dashboards.wording.formats`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from indicators.assessment.empty_reasons import Said
from indicators.definitions.contracts import contracts
from indicators.definitions.vocabularies import Vocabulary, vocabularies
from indicators.foundation.messages import has_message, is_one, message

_SPELLED_OUT = 10
# The dimension `actor` has codes of two vocabularies, which share none.
_VOCABULARIES = {"actor": ("alleged_actor_type", "host_state_actor")}


@dataclass(frozen=True)
class Words:
    """The message catalogue in one language; keys without their prefix `page.`."""

    language: str

    def __call__(self, key: str, **parameters: Any) -> str:
        """The sentence for a key. Raises KeyError for an unknown key."""
        return message(f"page.{key}", self.language, **parameters)

    def said(self, said: Said, form: str = "") -> str:
        """A reason for a cell's being empty, unrated or uncertain; `form` "table" is short."""
        return said.words(self.language, form)

    def known(self, key: str) -> bool:
        """Whether the pages' catalogue has this key."""
        return has_message(f"page.{key}")

    def count(self, key: str, number: int, **parameters: Any) -> str:
        """The form of `key` for this number: `.one` or `.other` (French: 0 is singular), and of 0
        `.zero`, where the sentence has a form of its own for it."""
        return self(f"{key}.{self._form(key, number)}", number=self.spelled(number), **parameters)

    def digits(self, key: str, number: int, **parameters: Any) -> str:
        """As `count`, with the number in digits."""
        return self(f"{key}.{self._form(key, number)}", number=str(number), **parameters)

    def _form(self, key: str, number: int) -> str:
        if number == 0 and self.known(f"{key}.zero"):
            return "zero"
        return "one" if is_one(number, self.language) else "other"

    def spelled(self, number: int) -> str:
        """One to ten in letters, as in running text; otherwise digits."""
        if 0 <= number <= _SPELLED_OUT:
            return self(f"number.{number}")
        return str(number)

    def label(self, vocabulary: str, code: str) -> str:
        """The label of a code of a vocabulary or dimension; the code where nothing words it."""
        found = _vocabulary(vocabulary, code)
        if found is not None and (
            code in {**found.labels, **found.pools, "_T": 0, "_Z": 0, "_U": 0}
        ):
            return found.label(code, self.language)
        key = f"code.{vocabulary}.{code}"
        if self.known(key):
            return self(key)
        if vocabulary == "source" and code in contracts():
            return str(getattr(contracts()[code].title, self.language))
        return code

    def column(self, table: str, name: str) -> str:
        """A column of a file; one that bears a contract's own name with its title."""
        return contracts()[table].called(name, self.language)

    def labels(self, vocabulary: str, codes: str) -> str:
        """The labels of codes joined by `|`, as lists stand in the mart."""
        return ", ".join(self.label(vocabulary, code) for code in codes.split("|") if code)

    def of(self, row: Mapping[str, Any], stem: str) -> str:
        """The column `<stem>_<language>` of a row, empty where nothing stands there."""
        text = row[f"{stem}_{self.language}"]
        return text if isinstance(text, str) else ""

    def told(self, name: str, text: str) -> str:
        """A name and what is said of it, with the language's colon."""
        return self("list.told", name=name, text=text)

    def some_of(self, names: list[str], number: int) -> str:
        """The first names as in a sentence, and how many more there are."""
        more = len(names) - number
        if more <= 0:
            return self.listed(names)
        return self.digits("list.more", more, names=", ".join(names[:number]))

    def listed(self, items: list[str]) -> str:
        """Items joined as in a sentence: a, b and c."""
        if len(items) < 2:
            return "".join(items)
        return self("list.last", before=", ".join(items[:-1]), last=items[-1])


def sentence_case(text: str) -> str:
    """The text with its first letter large, the rest untouched."""
    return text[:1].upper() + text[1:]


def in_sentence(title: str) -> str:
    """A title inside a sentence: small first letter, unless its first word is an acronym."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def _vocabulary(name: str, code: str) -> Vocabulary | None:
    """The vocabulary, or of those of a dimension the one that has the code."""
    named = _VOCABULARIES.get(name, (name,))
    known = [vocabularies()[one] for one in named if one in vocabularies()]
    return next((one for one in known if code in one.labels), known[0] if known else None)
