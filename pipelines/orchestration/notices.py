"""A notice to a webhook or by e-mail when a blocking check fails: off until somebody sets where to.

`POCLENS_NOTICE_URL`: an address that takes JSON by POST. `POCLENS_NOTICE_EMAIL`: addresses with
commas between them, by the mail server `POCLENS_SMTP` (`host:port`, localhost:25 without it), from
`POCLENS_NOTICE_FROM`. A notice names mission, tables and checks, and never a row or a value: it
leaves the machine. That one cannot be sent stops nothing; the run says so.
"""

import json
import os
import smtplib
from collections.abc import Iterator, Sequence
from email.message import EmailMessage

import requests

from indicators.foundation.messages import LANGUAGES, message

_SECONDS = 10


def send_notices(mission: str, tables: Sequence[str], checks: Sequence[str]) -> Iterator[str]:
    """Sends what is set; yields what became of each, as a line for the log of the run."""
    url, to = os.environ.get("POCLENS_NOTICE_URL"), os.environ.get("POCLENS_NOTICE_EMAIL")
    for place, send in ((url, _post), (to, _mail)):
        if not place:
            continue
        try:
            send(place, mission, tables, checks)
        except (OSError, ValueError, smtplib.SMTPException) as error:
            yield f"notice not sent: {type(error).__name__}"
        else:
            yield "notice sent"


def _sentences(mission: str, tables: Sequence[str], checks: Sequence[str]) -> list[str]:
    words = {"mission": mission, "tables": ", ".join(tables), "checks": ", ".join(checks)}
    return [message("notice.check_blocks", language, **words) for language in LANGUAGES]


def _post(url: str, mission: str, tables: Sequence[str], checks: Sequence[str]) -> None:
    if not url.startswith(("http://", "https://")):
        raise ValueError("no web address")
    sentences = dict(zip(LANGUAGES, _sentences(mission, tables, checks), strict=True))
    facts = {"mission": mission, "tables": list(tables), "checks": list(checks), "text": sentences}
    headers = {"Content-Type": "application/json"}
    answer = requests.post(url, data=json.dumps(facts), headers=headers, timeout=_SECONDS)
    answer.raise_for_status()


def _mail(to: str, mission: str, tables: Sequence[str], checks: Sequence[str]) -> None:
    mail = EmailMessage()
    mail["Subject"] = f"POC Lens: {mission}"
    mail["From"] = os.environ.get("POCLENS_NOTICE_FROM", "poclens@localhost")
    mail["To"] = to
    mail.set_content("\n\n".join(_sentences(mission, tables, checks)))
    host, _, port = os.environ.get("POCLENS_SMTP", "localhost:25").partition(":")
    with smtplib.SMTP(host, int(port or 25), timeout=_SECONDS) as server:
        server.send_message(mail)
