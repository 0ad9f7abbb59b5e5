"""Around every page: skip link, rail, top bar with mission, period, area, release and language."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import dash_mantine_components as dmc
from dash import html

from dashboards.components.card import notice, page_link
from dashboards.components.chart import KEYS_HINT
from dashboards.reading.address import Address, brief_address
from dashboards.reading.context import Context
from dashboards.reading.releases import Release
from dashboards.wording import formats
from dashboards.wording.words import Words
from indicators.foundation.periods import period_named, period_of


@dataclass(frozen=True)
class NavigationEntry:
    """One entry of the rail: its group, and its pages by name with their paths, the first first."""

    group: str
    paths: Mapping[str, str]

    def is_open(self, address: Address) -> bool:
        """Whether one of its pages is the one that is shown."""
        return any(_is_at(path, address) for path in self.paths.values())


def _is_at(path: str, address: Address) -> bool:
    return address.path == path or (path != "/" and address.path.startswith(f"{path}/"))


def _entry(
    entry: NavigationEntry, address: Address, words: Words, counts: Mapping[str, int]
) -> html.Li:
    current = {"aria-current": "page"} if entry.is_open(address) else {}
    first, path = next(iter(entry.paths.items()))
    name: list[Any] = [words(f"nav.entry.{first}" if len(entry.paths) > 1 else f"nav.{first}")]
    if first in counts:
        name.append(html.Span(str(counts[first]), className="count"))
    return html.Li(page_link(name, address.link(path), **current))


def _tabs(entries: Sequence[NavigationEntry], address: Address, words: Words) -> list[html.Nav]:
    """The pages of the open entry, where it has several."""
    found = [entry for entry in entries if entry.is_open(address) and len(entry.paths) > 1]
    return [
        html.Nav(
            [_tab(name, path, address, words) for name, path in entry.paths.items()],
            className="tabs page-tabs",
            **{"aria-label": words(f"nav.entry.{next(iter(entry.paths))}")},
        )
        for entry in found[:1]
    ]


def _tab(name: str, path: str, address: Address, words: Words) -> html.A:
    current = {"aria-current": "page"} if _is_at(path, address) else {}
    return page_link(words(f"nav.{name}"), address.link(path), **current)


def rail(
    entries: Sequence[NavigationEntry], address: Address, words: Words, counts: Mapping[str, int]
) -> html.Nav:
    """The navigation: the questions of the design as groups; counts stand beside their page."""
    parts: list[Any] = [
        html.Div([html.Span(className="logo"), words("product")], className="brand")
    ]
    groups = list(dict.fromkeys(entry.group for entry in entries))
    for group in groups:
        members = [entry for entry in entries if entry.group == group]
        items = [_entry(entry, address, words, counts) for entry in members]
        if group:
            parts.append(html.P(words(f"nav.group.{group}"), className="rail-group"))
        parts.append(html.Ul(items))
    return html.Nav(parts, className="rail", id="rail", **{"aria-label": words("nav.label")})


def _picker(name: str, value: str, data: list[Any], words: Words) -> dmc.Select:
    label = words(f"bar.{name}")
    return dmc.Select(
        rightSectionProps={"aria-hidden": "true"},  # the arrow says nothing
        id={"type": "picker", "name": name},
        value=value,
        data=data,
        label=label,
        searchable=len(data) > 6,
        allowDeselect=False,
        size="sm",
        className=f"picker picker-{name}",
        nothingFoundMessage=words("bar.nothing"),
        comboboxProps={"width": 260, "position": "bottom-start"},
    )


def _period_choices(context: Context) -> list[Any]:
    groups = []
    for period_type in "QMSABW":
        items = [
            {
                "value": period.name,
                "label": formats.period_name(period, context.words),
            }
            for period in context.periods
            if period.period_type == period_type
        ]
        if items:
            groups.append({"group": context.words(f"period.group.{period_type}"), "items": items})
    return groups


def _area_choices(context: Context) -> list[Any]:
    whole = {"value": context.country, "label": context.words("bar.all_areas")}
    groups: list[Any] = [whole]
    others = context.areas[context.areas["area_code"] != context.country]
    for level in ("admin1", "admin2", "admin3", "site"):
        codes = others.loc[others["area_level"] == level, "area_code"]
        names = sorted((context.area_name(code), code) for code in codes)
        items = [{"value": code, "label": name} for name, code in names]
        if items:
            label = context.words.label("area_level", level)
            groups.append({"group": label, "items": items})
    return groups


def _pickers(context: Context) -> list[Any]:
    named, words = {code: context.name_of(code) for code in context.missions}, context.words
    many = Counter(named.values())
    missions = [
        {"value": code, "label": name if many[name] == 1 else f"{name} ({code})"}
        for code, name in sorted(named.items(), key=lambda one: one[::-1])
    ]
    if len(missions) > 1:
        mission: Any = _picker("mission", context.release.mission, missions, words)
    else:
        label = html.Span(words("bar.mission"))
        mission = html.Div([label, html.B(context.mission_name)], className="picker-one")
    return [
        mission,
        _picker("period", context.period.name, _period_choices(context), words),
        _picker("area", context.area, _area_choices(context), words),
    ]


def language_switch(address: Address, words: Words) -> html.Div:
    """EN and FR; the place is kept."""
    links = [
        page_link(
            code.upper(),
            address.link(lang=code),
            "segment",
            hrefLang=code,
            lang=code,
            title=words(f"bar.language.{code}"),
            **({"aria-current": "true"} if code == address.language else {}),
        )
        for code in ("en", "fr")
    ]
    label = {"aria-label": words("bar.language")}
    return html.Div(links, className="segmented", role="group", **label)


def _theme_switch(address: Address, words: Words) -> html.A:
    other = "light" if address.theme == "dark" else "dark"
    return page_link(words(f"bar.theme.{other}"), address.link(theme=other), "quiet")


def _menu_button(words: Words) -> html.Button:
    attributes = {"aria-expanded": "false", "aria-controls": "rail", "data-action": "menu"}
    return html.Button("☰ " + words("bar.menu"), className="menu-button", **attributes)


def _right(address: Address, words: Words, release: str | None, has_accounts: bool) -> html.Div:
    parts: list[Any] = [html.Span(release, className="release")] if release else []
    parts += [_theme_switch(address, words), language_switch(address, words)]
    if release:
        parts.append(html.A(words("brief.link"), href=brief_address(address), className="quiet"))
    if has_accounts:
        account = address.link("/records/account")
        parts.append(html.A(words("records.account.title"), href=account, className="quiet"))
    parts.append(html.Button(words("bar.print"), className="button", **{"data-action": "print"}))
    return html.Div(parts, className="bar-right")


def release_words(context: Context) -> str:
    """Release 2026-Q3-r01, published 16 Oct 2026."""
    published = context.release.published_on
    if published is None:
        return context.words("bar.release", name=context.release.name)
    on = formats.day(published, context.words)
    return context.words("bar.release_on", name=context.release.name, on=on)


def old_release(context: Context, today: date) -> str | None:
    """How old the release is, once the period after its own has closed; else nothing."""
    own = period_named(context.release.name.rpartition("-")[0])
    following = period_of(own.end + timedelta(days=1), own.period_type)
    published = context.release.published_on
    if today <= following.end or published is None:
        return None
    return context.words.digits("old", (today - published).days)


def _keys(words: Words) -> html.Dialog:
    """The list of keys; single keys can be switched off here."""
    lines = [html.Li(words(f"keys.{name}")) for name in ("search", "switch", "arrows", "help")]
    off = html.Button(
        words("keys.off"), className="take", **{"data-action": "keys-off", "aria-pressed": "false"}
    )
    close = html.Button(words("keys.close"), className="button", **{"data-action": "keys-close"})
    title = html.H2(words("keys.title"), id="heading-keys")
    parts = [title, html.Ul(lines), html.Div([off, close], className="take-away")]
    return html.Dialog(parts, id="keys", className="keys", **{"aria-labelledby": "heading-keys"})


def shell(
    entries: Sequence[NavigationEntry],
    address: Address,
    words: Words,
    body: list[Any],
    context: Context | None,
    has_accounts: bool = False,
) -> html.Div:
    """The whole screen around the body of a page."""
    pickers = _pickers(context) if context else []
    release = release_words(context) if context else None
    bar = html.Header(
        [
            _menu_button(words),
            html.Div(
                pickers, className="pickers", role="group", **{"aria-label": words("bar.choose")}
            ),
            _right(address, words, release, has_accounts),
        ],
        className="bar",
    )
    age = old_release(context, date.today()) if context else None
    lines = [age] if age else []
    if context and context.release.is_history_coming:
        lines.append(words("history_coming"))
    old = [notice(line, "old-release") for line in lines]
    main = html.Main(
        [*old, *_tabs(entries, address, words), *_place(context), *body], id="main", tabIndex=-1
    )
    skip = html.A(words("bar.skip"), href="#main", className="skip")
    footer = html.Footer(_footer(context), className="page-foot") if context else None
    hint = html.P(words("keys.hint"), id=KEYS_HINT, className="hidden")
    column = html.Div([bar, main, footer, hint, _keys(words)], className="column")
    counts = {"indicators": len(context.indicators)} if context else {}
    return html.Div([skip, rail(entries, address, words, counts), column], className="shell")


def _place(context: Context | None) -> list[html.P]:
    """The way to all that is known of the chosen area, from every page but that one."""
    if context is None or context.area == context.country or context.address.path == "/":
        return []
    text = context.words("bar.place", area=context.area_name(context.area))
    return [html.P(page_link(text, context.address.link("/")), className="place")]


def _printed_release(context: Context) -> str:
    """What a page carries, printed too: release, audience, who approved, the manifest's hash."""
    words, release = context.words, context.release
    said = words(
        "foot.printed",
        release=release_words(context),
        audience=words(f"releases.audience.{context.audience}"),
        by=_responsible(release, words),
        sha256=str(release.publication.get("manifest_sha256") or words("releases.unknown"))[:16],
    )
    return said.replace("  ", " ")


def _responsible(release: Release, words: Words) -> str:
    """Who approved it, else who published it; nothing where neither is a person's name."""
    if release.confirmed_by:
        return words("foot.approved", by=release.confirmed_by)
    return words("foot.published", by=release.published_by) if release.published_by else ""


def _footer(context: Context) -> list[Any]:
    """What the product must say of the mission's data, on every page."""
    words, mission = context.words, context.mission
    boundaries = words.of(mission, "boundaries")
    as_of = mission.get("as_of")
    lines = (
        []
        if as_of is None or formats.is_missing(as_of)
        else [words("foot.as_of", on=formats.day(as_of, words))]
    )
    lines += [boundaries] if boundaries else []
    release = html.P(_printed_release(context))
    keys = html.Button(words("keys.title"), className="plain", **{"data-action": "keys"})
    return [*(html.P(line) for line in [*lines, *context.mission_notes]), release, keys]
