"""`hq.yaml` of a workspace: the missions whose releases headquarters fetches, and whose key signs.

missions:
  - mission: minutam
    url: https://minutam.example.org
    public_key: "ed25519:…"
    token_file: minutam.token     # beside this file, or a whole path; or token_environment: NAME
"""

import os
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from indicators.foundation.errors import Problem, WrongUse
from indicators.foundation.reading.model_problems import Unfit, read_model
from pipelines.workspace.keys import public_key
from pipelines.workspace.paths import Workspace

FILE = "hq.yaml"
_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")


class Server(BaseModel):
    """One mission's server."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    mission: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    url: str
    public_key: str
    token_file: Path | None = None
    token_environment: str | None = None

    @field_validator("url")
    @classmethod
    def _is_private(cls, url: str) -> str:
        try:
            parts = urlsplit(url)
        except ValueError as error:
            raise Unfit("no_address") from error
        is_here = parts.scheme == "http" and parts.hostname in _THIS_MACHINE
        if parts.scheme != "https" and not is_here:
            raise Unfit("in_clear")
        return url.rstrip("/")

    @field_validator("public_key")
    @classmethod
    def _is_key(cls, text: str) -> str:
        try:
            public_key(text)
        except WrongUse as error:
            raise Unfit("public_key") from error
        return text

    @field_validator("token_file")
    @classmethod
    def _beside_settings(cls, path: Path | None, info: ValidationInfo) -> Path | None:
        """A file without a folder lies beside hq.yaml, wherever the command runs."""
        home = (info.context or {}).get("home")
        return home / path if home and path else path

    @model_validator(mode="after")
    def _one_place(self) -> "Server":
        if self.token_file and self.token_environment:
            raise Unfit("two_tokens")
        return self

    def token(self) -> str | None:
        """The token; None where none is named. Raises WrongUse where the named one is not there."""
        if self.token_file is None and self.token_environment is None:
            return None
        place = str(self.token_file or self.token_environment)
        text = os.environ.get(self.token_environment or "", "")
        if self.token_file is not None:
            try:
                text = self.token_file.read_text(encoding="utf-8")
            except OSError:
                text = ""
        if not text.strip():
            raise WrongUse(Problem("no_token", value=place))
        return text.strip()


class Headquarters(BaseModel):
    """All missions, each once."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    missions: tuple[Server, ...] = Field(min_length=1)

    @field_validator("missions")
    @classmethod
    def _each_once(cls, missions: tuple[Server, ...]) -> tuple[Server, ...]:
        names = [server.mission for server in missions]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise Unfit("named_twice", names=", ".join(twice))
        return missions


def read_settings(workspace: Workspace) -> Headquarters:
    """The settings of a workspace. Raises WrongUse that names the file and what to mend."""
    path = workspace.home / FILE
    if not path.is_file():
        raise WrongUse(Problem("no_hq_settings", value=str(path)))
    return read_model(path, Headquarters)
