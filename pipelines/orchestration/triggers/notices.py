"""A notice to a webhook or by e-mail: off until somebody sets where to.

Sent when a blocking check fails, and by `poclens remind`. `POCLENS_NOTICE_URL`: an address that
takes JSON by POST. `POCLENS_NOTICE_EMAIL`: addresses with commas between them, by the mail server
`POCLENS_SMTP` (`host:port`, localhost:25 without it), from `POCLENS_NOTICE_FROM`. With
`POCLENS_NOTICE_LINK`, the address of the dashboards, it leads to the page. A notice names mission,
tables, checks, keys and roles, and never a row, a value or what somebody wrote: it leaves the
machine. That one cannot be sent stops nothing; the run says so.
"""

import json
import os
import smtplib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import localtime, make_msgid
from urllib.parse import urlencode

from indicators.definitions.contracts import contracts
from indicators.definitions.vocabularies import vocabulary
from indicators.foundation.messages import LANGUAGES, message

_SECONDS = 10
PAGES = {"check_blocks": "/records/run", "overdue": "/accountability"}  # that show what is told


@dataclass(frozen=True)
class Notice:
    """What is told: the sentence `notice.KIND`, with lists of names in it."""

    mission: str
    kind: str
    facts: Mapping[str, Sequence[str]]

    def sentences(self) -> dict[str, str]:
        """The sentence in each language, with tables and roles by their names, and its page."""
        return {
            language: message(
                f"notice.{self.kind}",
                language,
                mission=self.mission,
                **{
                    kind: ", ".join(_named(kind, one, language) for one in found)
                    for kind, found in self.facts.items()
                },
            )
            + self._link(language)
            for language in LANGUAGES
        }

    def _link(self, language: str) -> str:
        """The page in the language, on a line of its own; nothing where no address is set."""
        address = os.environ.get("POCLENS_NOTICE_LINK", "").rstrip("/")
        asked = urlencode({"mission": self.mission, "lang": language})
        return f"\n{address}{PAGES[self.kind]}?{asked}" if address else ""


def _named(kind: str, code: str, language: str) -> str:
    if kind == "tables":
        return contracts()[code].title.in_language(language)
    return vocabulary("mission_role").label(code, language) if kind == "roles" else code


def send_notices(notice: Notice) -> Iterator[str]:
    """Sends what is set; yields what became of each, as a line for the log of the run."""
    url, to = os.environ.get("POCLENS_NOTICE_URL"), os.environ.get("POCLENS_NOTICE_EMAIL")
    for place, send in ((url, _post), (to, _mail)):
        if not place:
            continue
        try:
            send(place, notice)
        except (OSError, ValueError, smtplib.SMTPException) as error:
            yield f"notice not sent: {type(error).__name__}"
        else:
            yield "notice sent"


def _post(url: str, notice: Notice) -> None:
    import requests  # which few runs need

    if not url.startswith(("http://", "https://")):
        raise ValueError("no web address")
    lists = {name: list(found) for name, found in notice.facts.items()}
    facts = {"mission": notice.mission, **lists, "text": notice.sentences()}
    headers = {"Content-Type": "application/json"}
    answer = requests.post(url, data=json.dumps(facts), headers=headers, timeout=_SECONDS)
    answer.raise_for_status()


def _mail(to: str, notice: Notice) -> None:
    mail = EmailMessage()
    subjects = [message(f"notice.{notice.kind}.subject", one) for one in LANGUAGES]
    mail["Subject"] = f"{notice.mission}: {' / '.join(subjects)}"
    mail["Date"], mail["Message-ID"] = localtime(), make_msgid(domain="poclens")
    mail["Auto-Submitted"] = "auto-generated"  # no absence is answered
    mail["From"] = os.environ.get("POCLENS_NOTICE_FROM", "poclens@localhost")
    mail["To"] = to
    mail.set_content("\n\n".join(notice.sentences().values()))
    host, _, port = os.environ.get("POCLENS_SMTP", "localhost:25").partition(":")
    with smtplib.SMTP(host, int(port or 25), timeout=_SECONDS) as server:
        server.send_message(mail)
