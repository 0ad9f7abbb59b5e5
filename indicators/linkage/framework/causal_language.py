"""Words that say that one thing brought about another: in no template and no title.

`grading.md` §3 has the list. Evidence here is never stronger than a comparison, so neither the
program's own sentences nor the names that a mission gives may claim a cause, at any grade.
"""

import re
from collections.abc import Mapping

# With the forms that a sentence may give the words of the list.
CAUSAL_TERMS: Mapping[str, re.Pattern[str]] = {
    "en": re.compile(
        r"\b(caus(ed|es|ing)|le(d|ads?) to|thanks to|pro(ves?|ven|of that)|impacts? (of|on)|"
        r"effective(ly|ness)?|sav(ed|es)|resulted in|due to)\b",
        re.IGNORECASE,
    ),
    "fr": re.compile(
        r"\b((a|ont|avait|aura) (causé|permis|sauvé|provoqué|entraîné)e?s?|grâce (à|au|aux)|"
        r"prouv(e|ent|é|ée)|impacts? (de|du|des|sur)|efficaces?|efficacité|dû à|due? aux?)\b",
        re.IGNORECASE,
    ),
}


def causal_term_in(text: str, language: str) -> str | None:
    """The first such words of a text in this language, None where it holds none."""
    found = CAUSAL_TERMS[language].search(text)
    return found[0] if found else None
