"""What cannot be answered, as problem details (RFC 9457): what, why and what to do."""

import json
import logging
import uuid
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from dashboards.reading.releases import DamagedRelease
from indicators.foundation.faults import traceback_of
from indicators.foundation.messages import LANGUAGES, message

LOG = logging.getLogger("dashboards")
MEDIA_TYPE = "application/problem+json"
_STATUS = {
    "not_found": 404,
    "no_data": 404,
    "no_artefact": 404,
    "not_acceptable": 406,
    "too_large": 413,
    "not_implemented": 501,
}
_BY_STATUS = {401: "signed_out", 404: "not_found", 405: "not_allowed"}


class ApiProblem(Exception):
    """A request that is not answered; `code` names the message, `parameters` fill it."""

    def __init__(self, code: str, **parameters: object) -> None:
        super().__init__(code)
        self.code, self.parameters = code, parameters

    @property
    def status(self) -> int:
        """The HTTP status; a request that is wrong is 400."""
        return _STATUS.get(self.code, 400)


def language() -> str:
    """The language that the client prefers, English where it says none that is known."""
    return request.accept_languages.best_match(LANGUAGES) or "en"


def add_handlers(api: Blueprint) -> None:
    """Every error of the API as problem details, one that nobody foresaw too."""

    @api.errorhandler(ApiProblem)
    def refused(problem: ApiProblem) -> Response:
        return _response(problem.status, problem.code, problem.parameters)

    api.register_error_handler(HTTPException, told)

    @api.errorhandler(Exception)
    def failed(error: Exception) -> Response:
        reference = uuid.uuid4().hex[:8]
        LOG.error("%s failed, reference %s\n%s", request.path, reference, traceback_of(error))
        code = "damaged" if isinstance(error, DamagedRelease) else "fault"
        return _response(500, code, {"reference": reference})


def told(error: HTTPException) -> Any:
    """A refusal of the server itself (no such address, no such method) as problem details."""
    if error.code is None or error.code < 400:
        return error
    code = _BY_STATUS.get(error.code, "bad_request")
    response = _response(error.code, code, {})
    if error.code == 405:
        response.headers["Allow"] = "GET, HEAD, OPTIONS"
    return response


def _response(status: int, code: str, parameters: dict[str, object]) -> Response:
    words = {
        part: message(f"api.problem.{code}{suffix}", language(), **parameters)
        for part, suffix in (("title", ""), ("detail", ".detail"))
    }
    content = {"type": f"urn:poclens:problem:{code}", "status": status, **words}
    content["instance"] = request.path
    body = json.dumps(content, ensure_ascii=False)
    return Response(body, status, {"Content-Language": language()}, MEDIA_TYPE)
