"""The server's log as JSON lines (`POCLENS_LOG=json`), for programs that gather logs.

What a request carried (queries, forms, tokens) is never in it, nor the text of an error.
"""

import json
import logging
import os
import sys
from datetime import UTC, datetime

from indicators.foundation.faults import kind_of

FORMAT = "POCLENS_LOG"


class JsonLines(logging.Formatter):
    """One object a line: time (UTC), level, logger, text; of an error its kind."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        found = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "text": record.getMessage(),
        }
        if record.exc_info and record.exc_info[1] is not None:
            found["error"] = kind_of(record.exc_info[1])
        return json.dumps(found, ensure_ascii=False)


def set_up() -> None:
    """Plain lines for people, JSON lines where the environment asks for them."""
    handler = logging.StreamHandler(sys.stderr)
    if os.environ.get(FORMAT) == "json":
        handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
