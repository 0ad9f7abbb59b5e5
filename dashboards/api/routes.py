"""The addresses of the API; every answer has a tag and is sent packed to who reads that."""

import json
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, abort, request

from dashboards.api import availability, data, files, openapi, structures
from dashboards.api.problems import ApiProblem, add_handlers, language
from dashboards.api.query import cell_query, check_flow
from dashboards.http.finished import Finished, streamed, tag_of
from dashboards.reading.access import Audience
from dashboards.reading.releases import (
    Release,
    asked_together,
    current_release,
    published_missions,
    release_named,
)

ROOT = "/api"
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"]
_FILTER = re.compile(r"c\[([A-Za-z_][A-Za-z0-9_@$-]*)\]")
_OF_DATA = (
    "updatedAfter", "firstNObservations", "lastNObservations", "dimensionAtObservation",
    "attributes", "measures", "includeHistory", "offset", "limit",
)  # fmt: skip
_OF_AVAILABILITY = ("updatedAfter", "references", "mode")
_OF_STRUCTURE = ("detail", "references")
Releases = Callable[[], Sequence[Release]]


def add_routes(server: Flask, home: Path, audience: Audience) -> None:
    """`/api/sdmx/…` over the current releases, `/api/releases/<mission>/<release>/sdmx/…` over
    one, `/api/releases/…` for files, `/api/openapi.json`."""
    api = Blueprint("api", __name__, url_prefix=ROOT)
    add_handlers(api)
    _add_sdmx(api, home, audience)
    _add_files(api, home, audience)

    @api.get("/openapi.json")
    def described() -> Response:
        return _answer(openapi.document(), "application/json")

    @api.route("/", defaults={"path": ""}, methods=_METHODS)
    @api.route("/<path:path>", methods=_METHODS)
    def unknown(path: str) -> Any:
        return abort(405 if request.method != "GET" and _is_known(server) else 404)

    server.register_blueprint(api)


def is_question(path: str) -> bool:
    """Whether an address asks for figures by SDMX: the answer may be large, and take long."""
    return path.startswith(f"{ROOT}/") and "/sdmx/" in path


def _is_known(server: Flask) -> bool:
    """Whether the address answers to GET."""
    endpoint, _ = server.create_url_adapter(request).match(method="GET")
    return endpoint != "api.unknown"


def _add_files(api: Blueprint, home: Path, audience: Audience) -> None:
    def named(mission: str, name: str) -> Release:
        release = release_named(home, Path(mission).name, Path(name).name, audience)
        if release is None:
            raise ApiProblem("not_found")
        return release

    @api.get("/releases")
    def listed() -> Response:
        return _json({"releases": files.releases(home, audience)})

    @api.get("/releases/<mission>/<name>/files")
    def listed_files(mission: str, name: str) -> Response:
        return _json({"files": files.files(named(mission, name))})

    @api.get("/releases/<mission>/<name>/files/<path:path>")
    def file(mission: str, name: str, path: str) -> Response:
        response = files.file_response(named(mission, name), path)
        if response is None:
            raise ApiProblem("not_found")
        return response


def _add_sdmx(api: Blueprint, home: Path, audience: Audience) -> None:
    def chosen(mission: str | None, name: str | None) -> list[Release]:
        if mission is None:
            found = [current_release(home, one, audience) for one in published_missions(home)]
        else:
            found = [release_named(home, Path(mission).name, Path(str(name)).name, audience)]
        releases = [one for one in found if one is not None]
        if not releases:
            raise ApiProblem("not_found")
        return asked_together(releases)

    answers = {"data": _data, "availability": _availability, "structure": _structure}
    for kind, answer in answers.items():

        def view(
            rest: str = "",
            mission: str | None = None,
            name: str | None = None,
            answer: Any = answer,
        ) -> Response:
            parts = [part for part in rest.split("/") if part]
            found: Response = answer(chosen(mission, name), parts)
            return found

        for before in ("", "/releases/<mission>/<name>"):
            for after in ("", "/<path:rest>"):
                address = f"{before}/sdmx/{kind}{after}"
                endpoint = f"{kind}_{len(before)}_{len(after)}"
                api.add_url_rule(address, endpoint, view, methods=["GET"])


def _data(releases: Sequence[Release], parts: list[str]) -> Response:
    parameters = _parameters(_OF_DATA, has_filters=True)
    context, key = _flow_and_key(parts, most=5)
    check_flow(context)
    query = cell_query(key[0], _filters())
    media_type = _accepted([data.CSV_2, data.CSV_1, "text/csv", "application/vnd.sdmx.data+csv"])
    if parameters.get("includeHistory", "false") != "false":
        raise ApiProblem("not_implemented", name="includeHistory")
    for name in ("firstNObservations", "lastNObservations"):
        if name in parameters:
            raise ApiProblem("not_implemented", name=name)
    kind = media_type if media_type.startswith("application") else data.CSV_2
    asked, kept = _updated(releases, parameters), _kept_columns(parameters)
    span = (_number(parameters, "offset") or 0, _number(parameters, "limit"))
    tag = tag_of(([one.edition for one in asked], query.told, span, kept, media_type))
    if request.if_none_match.contains_weak(tag):
        return _headed(Response(status=304), tag)
    found = data.asked_for(asked, query, *span)
    response = streamed(data.csv_lines(found, kind, kept))
    response.headers["Content-Type"] = media_type
    return _headed(response, tag)


def _availability(releases: Sequence[Release], parts: list[str]) -> Response:
    from indicators.dissemination.structure import JSON, structure_message

    parameters = _parameters(_OF_AVAILABILITY, has_filters=True)
    context, rest = _flow_and_key(parts, most=6)
    check_flow(context)
    query = cell_query(rest[0], _filters())
    references = _one_of(parameters, "references", "none", structures.REFERENCES)
    _one_of(parameters, "mode", "exact", availability.MODES)
    media_type = _accepted([structures.JSON_TYPE, "application/json"])
    told = availability.constraint(_updated(releases, parameters), query, rest[1])
    wanted = references.split(",")
    by_language = {
        language: [
            told,
            *(
                one
                for one in own
                if "all" in wanted
                or any(structures.TYPES.get(name) == type(one).__name__ for name in wanted)
            ),
        ]
        for language, own in structures.both_languages(releases).items()
    }
    return _answer(structure_message(by_language, JSON), media_type)


def _structure(releases: Sequence[Release], parts: list[str]) -> Response:
    from indicators.dissemination.structure import JSON, ML, structure_message

    parameters = _parameters(_OF_STRUCTURE)
    if len(parts) > 5:
        raise ApiProblem("not_found")
    kind, agency, resource, version, items = [*parts, *["*"] * (5 - len(parts))]
    if len(parts) < 4:
        version = "~"
    references = _one_of(parameters, "references", "none", structures.REFERENCES)
    detail = _one_of(parameters, "detail", "full", structures.DETAILS)
    media_type = _accepted([structures.JSON_TYPE, structures.ML_TYPE, "application/json"])
    by_language = {}
    for tongue, own in structures.both_languages(releases).items():
        found = structures.chosen(own, kind, agency, resource, version, items)
        told = structures.with_references(found, own, references)
        by_language[tongue] = structures.without_items(told, found, detail)
    form = ML if media_type == structures.ML_TYPE else JSON
    return _answer(structure_message(by_language, form), media_type)


def _flow_and_key(parts: list[str], most: int) -> tuple[list[str], list[str]]:
    """Context to version, and what follows: the key and the component."""
    if len(parts) > most:
        raise ApiProblem("not_found")
    return parts[:4], [*parts[4:], "*", "*"][:2]


def _parameters(known: Sequence[str], has_filters: bool = False) -> dict[str, str]:
    """The parameters of the query; raises ApiProblem for one that nobody knows."""
    for name in request.args:
        if name not in known and not (has_filters and _FILTER.fullmatch(name)):
            listed = [*known, *(["c[…]"] if has_filters else [])]
            raise ApiProblem("unknown_parameter", name=name, known=", ".join(listed))
    return {name: request.args[name] for name in known if name in request.args}


def _filters() -> dict[str, list[str]]:
    found = {}
    for name, values in request.args.lists():
        match = _FILTER.fullmatch(name)
        if match:
            found[match[1]] = values
    return found


def _one_of(parameters: dict[str, str], name: str, usual: str, known: Sequence[str]) -> str:
    value = parameters.get(name, usual)
    if not all(one in known for one in value.split(",")):
        raise ApiProblem("unknown_value", name=name, value=value, known=", ".join(known))
    return value


def _number(parameters: dict[str, str], name: str) -> int | None:
    text = parameters.get(name)
    if text is None:
        return None
    least = 1 if name == "limit" else 0
    if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) < least:
        raise ApiProblem("bad_number", name=name, value=text)
    return int(text)


def _updated(releases: Sequence[Release], parameters: dict[str, str]) -> list[Release]:
    """Releases published after the moment that the query names."""
    text = parameters.get("updatedAfter")
    if text is None:
        return list(releases)
    try:
        after = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError as error:
        raise ApiProblem("bad_period", value=text) from error
    zone = None if after.tzinfo else datetime.now().astimezone().tzinfo
    after = after.replace(tzinfo=zone) if zone else after
    return [one for one in releases if datetime.fromisoformat(_published(one)) > after]


def _published(release: Release) -> str:
    return str(release.publication.get("published_at", "1970-01-01T00:00:00+00:00"))


def _kept_columns(parameters: dict[str, str]) -> list[str] | None:
    """The measures and attributes that the query asks for; None: all."""
    from indicators.dissemination.components import COMPONENTS

    kept: list[str] = []
    for name, role, all_of in (
        ("measures", "measure", ("all",)),
        ("attributes", "attribute", ("dsd", "all", "obs", "series", "dataset")),
    ):
        own = [one.id for one in COMPONENTS if one.role == role]
        asked = parameters.get(name, all_of[0]).split(",")
        for one in asked:
            if one not in (*own, *all_of, "none", "msd"):
                known = ", ".join((*own, *all_of, "none"))
                raise ApiProblem("unknown_value", name=name, value=one, known=known)
        kept += own if set(asked) & set(all_of) else [one for one in own if one in asked]
    return kept


def _accepted(offered: list[str]) -> str:
    """The form that the client asks for, the first where it takes any."""
    if not request.accept_mimetypes:
        return offered[0]
    found = request.accept_mimetypes.best_match(offered)
    if found is None:
        raise ApiProblem("not_acceptable", known=", ".join(offered))
    return found


def _json(content: Any) -> Response:
    return _answer(json.dumps(content, ensure_ascii=False), "application/json")


def _answer(text: str, media_type: str) -> Response:
    """The text, packed for who reads that, with its tag; 304 for who has it."""
    response = Finished.of(text.encode("utf-8"), media_type.partition(";")[0]).response()
    if response.status_code == 200:
        response.headers["Content-Type"] = media_type
    return _headed(response)


def _headed(response: Response, tag: str | None = None) -> Response:
    if tag:
        response.set_etag(tag, weak=True)
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Vary"] = "Accept, Accept-Encoding"
    response.headers["Content-Language"] = language()
    return response
