"""One file over HTTP: asked for again after what may pass, and from where it stopped.

Bounded in size by what is expected and in time by the deadline of the whole pull, so that neither
an endless nor a trickling answer holds anybody up.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from urllib3.exceptions import HTTPError

from indicators.foundation.errors import Problem, WrongUse
from pipelines.release.files import sha256_of

_ATTEMPTS = 4
_PAUSE_SECONDS, _LONGEST_PAUSE = 0.5, 30.0
_CONNECT_SECONDS, _READ_SECONDS = 10, 30
_CHUNK = 1 << 16
_MOST_JSON_BYTES = 20_000_000
_PASSING = (408, 425, 429, 500, 502, 503, 504)


class PullFailed(WrongUse):
    """A mission's release could not be fetched; the problem's rule says why."""

    def __init__(self, rule: str, **parameters: Any) -> None:
        super().__init__(Problem(f"pull_{rule}", parameters=parameters))
        self.rule, self.parameters = rule, parameters


class _Passing(Exception):
    """What may be better the next time: `rule` and `parameters` of what is told if it is not."""

    def __init__(self, rule: str, wait: float | None = None, **parameters: Any) -> None:
        super().__init__(rule)
        self.rule, self.wait, self.parameters = rule, wait, parameters


@dataclass
class Transfer:
    """Requests to one server until a deadline (by `time.monotonic`); counts what came."""

    url: str
    token: str | None
    deadline: float
    pause: float = _PAUSE_SECONDS
    received: int = 0  # bytes
    retries: int = 0
    resumed: int = 0
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.session.trust_env = False  # no proxy or password of the machine's own
        self.session.headers["Accept-Encoding"] = "identity"
        if self.token:
            self.session.headers["Authorization"] = f"Bearer {self.token}"

    def json(self, path: str) -> Any:
        """What an address answers as JSON. Raises PullFailed."""
        content = self.content(path)
        try:
            return requests.models.complexjson.loads(content)
        except ValueError:
            raise PullFailed("no_json", path=path) from None

    def content(self, path: str) -> bytes:
        """A small answer as it came. Raises PullFailed."""

        def once() -> bytes:
            with self._answer(path, {}) as response:
                found = bytearray()
                for chunk in self._chunks(response, path):
                    found += chunk
                    if len(found) > _MOST_JSON_BYTES:
                        raise PullFailed("too_large", path=path)
                _require_whole(response, len(found), path)
                return bytes(found)

        return self._tried(once)

    def file(self, path: str, target: Path, sha256: str, size: int) -> None:
        """Writes a file of this hash and size. Raises PullFailed; what came stays for a resume."""
        if target.is_file() and sha256_of(target) == sha256:
            return
        part = target.with_name(target.name + ".part")
        part.parent.mkdir(parents=True, exist_ok=True)
        self._tried(lambda: self._append(path, part, sha256, size))
        if part.stat().st_size != size or sha256_of(part) != sha256:
            part.unlink()
            raise PullFailed("wrong_hash", path=path)
        part.replace(target)

    def _append(self, path: str, part: Path, sha256: str, size: int) -> None:
        """Goes on at the end of what is there, as far as this attempt comes."""
        have = part.stat().st_size if part.is_file() else 0
        if have > size:
            part.unlink()
            have = 0
        if have == size and part.is_file():
            return
        asked = {"Range": f"bytes={have}-", "If-Range": f'"{sha256}"'} if have else {}
        with self._answer(path, asked) as response:
            is_rest = response.status_code == 206
            self.resumed += is_rest
            with part.open("ab" if is_rest else "wb") as file:
                for chunk in self._chunks(response, path):
                    file.write(chunk)
                    if file.tell() > size:
                        raise PullFailed("too_large", path=path)
        if part.stat().st_size < size:
            raise _Passing("cut_off", path=path)

    def _answer(self, path: str, headers: dict[str, str]) -> requests.Response:
        """The server's answer if it is one of 200 or 206. Raises _Passing and PullFailed."""
        self._require_time()
        try:
            response = self.session.get(
                self.url + path,
                headers=headers,
                timeout=(self._left(_CONNECT_SECONDS), self._left(_READ_SECONDS)),
                stream=True,
                allow_redirects=False,
            )
        except (requests.ConnectionError, requests.Timeout) as error:
            raise _Passing("not_reached", reason=type(error).__name__) from None
        except requests.RequestException as error:
            raise PullFailed("not_reached", reason=type(error).__name__) from None
        status = response.status_code
        if status in (200, 206):
            return response
        wait = response.headers.get("Retry-After", "")
        response.close()
        if status in _PASSING:
            seconds = float(wait) if wait.isdigit() else None
            raise _Passing("refused", seconds, status=status, path=path)
        raise PullFailed("refused", status=status, path=path)

    def _chunks(self, response: requests.Response, path: str) -> Any:
        """What has come, as it comes: who waits for a full piece waits for ever for a trickle."""
        try:
            while chunk := response.raw.read1(_CHUNK):
                self._require_time()
                self.received += len(chunk)
                yield chunk
        except (HTTPError, OSError):
            raise _Passing("cut_off", path=path) from None

    def _tried(self, once: Callable[[], Any]) -> Any:
        for attempt in range(_ATTEMPTS):
            try:
                return once()
            except _Passing as problem:
                if attempt == _ATTEMPTS - 1:
                    raise PullFailed(problem.rule, **problem.parameters) from None
                self.retries += 1
                wait = problem.wait if problem.wait is not None else self.pause * 2**attempt
                time.sleep(self._left(min(wait, _LONGEST_PAUSE)))
        raise AssertionError("the last attempt answers or raises")

    def _require_time(self) -> None:
        if time.monotonic() > self.deadline:
            raise PullFailed("too_slow")

    def _left(self, seconds: float) -> float:
        return max(0.01, min(seconds, self.deadline - time.monotonic()))


def _require_whole(response: requests.Response, length: int, path: str) -> None:
    """Raises _Passing where fewer bytes came than were announced."""
    told = response.headers.get("Content-Length")
    if told is not None and told.isdigit() and int(told) != length:
        raise _Passing("cut_off", path=path)
