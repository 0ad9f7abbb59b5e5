"""The terms of the field in what users read: no replaced term, in either language."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from indicators.foundation.data_folder import data_folder
from indicators.foundation.messages import LANGUAGES, french_spaces, message_catalogue

ROOT = Path(__file__).parents[3]
# Each with the term that stands for it instead.
_REPLACED = {
    "en": {
        r"full register": "all recorded cases",
        r"\bnoise\b": "statistically significant",
        r"no clear change": "no significant change",
        r"cannot be told": "not assessed",
        r"no good direction": "no preferred direction",
        r"where we should be": "expected by now",
        r"true zero": "0 reported",
        r"[Nn]othing is known": "no data",
        r"too imprecise": "not published: unreliable",
        r"(?<!{)\b[Ww]ithh(eld|old)": "suppressed",
        r"\b[Ii]n brackets": "use with caution",
        r"\b[Rr]eturns (of|on|due|came|sent)\b|no returns\b": "reports",
        r"\breporter\b": "reporting unit",
        r"rows? (that )?waits? (for|with)|\b[Ww]hat waits\b": "rejected rows",
        r"held back": "rejected in full",
        r"\bdrop (it|them|the file|this file|your file) in": "resubmit the file",
        r"as-of day": "data as at",
        r"\b[Tt]ake away\b": "download",
        r"\bgoes with the outcome|\bgo together\b|\b[Rr]ead beside\b": "related outputs",
        r"\bevidence [A-D]\b": "evidence grade C",
        r"[Ff]ield judgement": "staff assessment",
        r"\b[Ff]alse date": "placebo date",
        r"\b(above|below) the line\b": "numerator, denominator",
        r"last dated state": "latest value, not summed",
        r"\bon record\b": "recorded",
        r"\b[Nn]ights out\b": "nights away from base",
        r"worth fewer than": "effective number",
        r"\bin vain\b|who maintains": "plain words",
        r"95% interval": "95% CI",
        r"\bnobody\b": "no one",
        r"\bcannot tell\b": "inconclusive",
        r"\bholds? nought\b": "includes zero",
    },
    "fr": {
        r"registre complet": "tous les cas enregistrés",
        r"\bbruit\b": "statistiquement significatif",
        r"pas de changement net": "pas d’évolution significative",
        r"ne peut se dire": "non évaluée",
        r"de bon sens": "sans sens favorable",
        r"\ben (progrès|recul)\b": "amélioration, dégradation",
        r"attendue? à ce jour": "attendu à cette date",
        r"zéro réel": "0 déclaré",
        r"trop imprécis": "peu fiable",
        r"\b[Mm]asqué": "non diffusé",
        r"entre crochets": "à interpréter avec prudence",
        r"[Nn]on calculable": "sans objet",
        r"[Cc]omptes? rendus?\b": "rapport",
        r"lignes? (en attente|attendent)": "lignes rejetées",
        r"retenue?s? en entier|est retenu\b": "rejeté en totalité",
        r"[Rr]edéposez|[Dd]éposez de nouveau": "renvoyez le fichier",
        r"\bemporter\b": "télécharger",
        r"\b[Vv]a avec\b": "produits associés",
        r"\béléments [A-D]\b": "niveau de preuve C",
        r"ne permet(tent)? pas de conclure": "non concluant",
        r"[Aa]ppréciation du terrain": "avis du personnel",
        r"\b([Éé]vénements?|types?) témoins?\b": "cas de comparaison",
        r"[Ff]ausse date": "date placebo",
        r"\béchue?s?\b": "compté à l’échéance",
        r"\bconsigné": "enregistré",
        r"nuits dehors": "nuits hors base",
        r"\bcolocation\b": "colocalisation",
        r"\bONU\b": "Nations Unies",
        r"intervalle à 95": "IC à 95",
    },
}

_FOR_USERS = (
    "README.md",
    "docs/glossary.md",
    "docs/evidence.md",
    "docs/evidence_real_data.md",
    "docs/mapping_a_file.md",
    "docs/mapping_a_file.fr.md",
    "docs/policy.md",
    "docs/profile.md",
    "docs/profile.fr.md",
    "docs/duplicates_and_places.md",
    "docs/duplicates_and_places.fr.md",
    "docs/data_protection.md",
    "docs/data_protection.fr.md",
    "docs/many_missions.fr.md",
)


def _replaced_in(text: str, language: str) -> list[str]:
    return [f"{old}: {new}" for old, new in _REPLACED[language].items() if re.search(old, text)]


def _texts(found: Any, language: str) -> Iterator[str]:
    """All texts of a language below a node of a YAML file."""
    if isinstance(found, list):
        for item in found:
            yield from _texts(item, language)
    elif isinstance(found, dict):
        for key, value in found.items():
            if key == language and isinstance(value, str):
                yield value
            else:
                yield from _texts(value, language)


def _data_texts(language: str) -> Iterator[tuple[str, str]]:
    for folder in ("indicators", "missions", "contracts", "vocabularies"):
        for path in sorted((data_folder() / folder).rglob("*.yaml")):
            for text in _texts(yaml.safe_load(path.read_text(encoding="utf-8")), language):
                yield path.name, text


@pytest.mark.parametrize("language", LANGUAGES)
def test_messages_use_the_terms_of_the_field(language: str) -> None:
    found = {
        key: replaced
        for key, texts in message_catalogue().items()
        if (replaced := _replaced_in(texts[language], language))
    }
    assert found == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_of_indicators_missions_and_contracts_use_the_terms_of_the_field(
    language: str,
) -> None:
    found = [
        (name, text, replaced)
        for name, text in _data_texts(language)
        if (replaced := _replaced_in(text, language))
    ]
    assert found == []


@pytest.mark.parametrize("name", _FOR_USERS)
def test_documents_for_users_use_the_terms_of_the_field(name: str) -> None:
    language = "fr" if name.endswith(".fr.md") else "en"
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    found = [(line, said) for line in lines if (said := _replaced_in(line, language))]
    assert found == []


def test_french_signs_do_not_part_from_their_word() -> None:
    parted = [(name, text) for name, text in _data_texts("fr") if french_spaces(text) != text]
    assert parted == []
