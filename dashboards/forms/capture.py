"""Capturing one row of a table: a form made from its contract, checked by the contract's own rules.

What is captured goes into the inbox as a filled template, and is a file like any other from there.
"""

import secrets
from pathlib import Path
from typing import Any

from flask import Flask, abort, request

from dashboards.forms.accounts import sessions
from dashboards.forms.desk import missions_of
from dashboards.forms.intake.template_files import WRITTEN
from dashboards.forms.page import MISSION, Writer, rendered
from dashboards.reading.address import Address
from dashboards.reading.context import Context, read_context
from dashboards.wording.words import Words
from indicators.definitions.contracts import Column, Contract, contracts
from indicators.definitions.vocabularies import vocabulary
from records.desk.intake import Desk
from records.rights import Actor
from records.store import Store, log, utc_now

ROUTE = "/records/capture"
FIRST = ("activities", "incidents", "alerts")  # what is captured most
_LONGEST = 2000
_KINDS = {"date": "date", "time": "datetime-local", "int": "number", "dec": "number"}
_AREAS = "areas.area_code"


def add_route(server: Flask, home: Path, store: Store, desk: Desk | None) -> None:
    """The form of each contract's table, `?table=`; the first is that of activities."""

    @server.route(ROUTE, methods=["GET", "POST"])
    def capture() -> Any:
        actor = sessions.actor(store)
        table = request.args.get("table", FIRST[0])
        if actor is None:
            return abort(401)
        if table not in contracts() or table in WRITTEN:
            return abort(404)
        address = Address.parse(ROUTE, request.query_string.decode("utf-8", "replace"))
        context = read_context(home, MISSION, address)
        form = _Form(store, desk, actor, contracts()[table], address, context)
        return form.shown() if request.method == "GET" else form.answered()


class _Form:
    """One request for the form of one table."""

    def __init__(
        self,
        store: Store,
        desk: Desk | None,
        actor: Actor,
        contract: Contract,
        address: Address,
        context: Context | None,
    ) -> None:
        self.store, self.desk, self.actor = store, desk, actor
        self.contract, self.address, self.context = contract, address, context
        self.words = Words(address.language)
        self.missions = missions_of(desk, address.language)

    def answered(self) -> Any:
        """Takes the row in, or tells what is wrong in which field."""
        mission, values = request.form.get("mission", ""), self._values()
        if not self._may_write(values):
            return self.shown(403, [self.words("records.problem.no_right.take_in")])
        if not sessions.is_genuine():
            return self.shown(400, [self.words("records.problem.stale")])
        if self.desk is None or mission not in self.missions:
            return abort(404)
        table = self.contract.table
        name = f"{table}_{utc_now():%Y%m%dT%H%M%S}_{secrets.token_hex(3)}.xlsx"
        wrong = self.desk.capture(mission, table, values, name, self.address.language)
        if wrong:
            told = [": ".join(filter(None, (self._title(c), said))) for c, said in wrong]
            return self.shown(400, told)
        with self.store.writing() as connection:
            log(connection, self.actor.name, "captured", f"{mission}/{name}", {}, utc_now())
        return self.shown(200, saved=name)

    def _may_write(self, values: dict[str, str]) -> bool:
        """Who writes for one area captures rows of that area and those below it."""
        if self.actor.area is None:
            return self.actor.may("take_in")
        column = self.contract.area_column
        area = values.get(column, "") if column else ""
        if self.context is None or area not in self.context.areas.index:
            return False
        writer = Writer(self.store, self.actor, self.context)
        return self.actor.may("take_in", writer.area_and_above(area))

    def _values(self) -> dict[str, str]:
        """The texts of the fields, as they stand in a filled template."""
        found = {}
        for name, column in self._columns().items():
            if column.base_type == "list<code>":
                text = ";".join(request.form.getlist(name))
            else:
                text = request.form.get(name, "").strip()[:_LONGEST]
            found[name] = text.replace("T", " ") if column.base_type == "time" else text
        return found

    def _columns(self) -> dict[str, Column]:
        """Without what is kept only where somebody agreed to it."""
        every = self.contract.columns.items()
        return {name: column for name, column in every if not column.needs_agreement}

    def _title(self, name: str) -> str:
        column = self.contract.columns.get(name)
        return column.title.in_language(self.address.language) if column else ""

    def shown(self, status: int = 200, told: list[str] | None = None, saved: str = "") -> Any:
        """The form, with what was sent where it was not taken in."""
        sent = {} if saved or request.method == "GET" else self._values()
        fields = [self._field(name, column, sent) for name, column in self._columns().items()]
        others = [name for name in contracts() if name not in FIRST + WRITTEN]
        return rendered(
            "files/capture.html",
            self.address,
            self.actor,
            status,
            told=told or [],
            saved=saved,
            contract=self.contract,
            title=self.contract.title.in_language(self.address.language),
            tables=[
                (name, contracts()[name].title.in_language(self.address.language))
                for name in (*FIRST, *others)
            ],
            required=[field for field in fields if field["is_required"]],
            optional=[field for field in fields if not field["is_required"]],
            has_desk=self.desk is not None,
            may_take_in="take_in" in self.actor.actions,
            missions=self.missions,
            back=self.address.link("/data-quality"),
            back_words=self.words("records.back_to", page=self.words("nav.data_quality")),
        )

    def _field(self, name: str, column: Column, sent: dict[str, str]) -> dict[str, Any]:
        language, kind = self.address.language, column.base_type
        value = sent.get(name, "")
        return {
            "name": name,
            "title": column.title.in_language(language),
            "note": column.description.in_language(language) if column.description else "",
            "is_required": column.required,
            "is_list": kind == "list<code>",
            "options": self._options(column),
            "type": _KINDS.get(kind, "text"),
            "minimum": column.minimum,
            "maximum": column.maximum,
            "step": "1" if kind == "int" else "any" if kind == "dec" else None,
            "value": value.replace(" ", "T") if kind == "time" else value,
            "values": value.split(";"),
        }

    def _options(self, column: Column) -> list[tuple[str, str]]:
        """Codes with their labels, areas with their names; empty where any text may stand."""
        if column.base_type == "bool":
            return [(value, self.words(f"intake.{value}")) for value in ("true", "false")]
        if column.vocabulary:
            known = vocabulary(column.vocabulary)
            return [(code, known.label(code, self.address.language)) for code in known.codes]
        if column.codes:
            return [(code, code) for code in column.codes]
        if column.reference == _AREAS and self.context is not None:
            return [
                (str(a), f"{self.context.area_name(a)} ({a})") for a in self.context.areas.index
            ]
        return []
