"""The navigation: a registry that each app fills in `AppConfig.ready`, shown by role."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.access.actor import Actor
from accounts.access.policy import has
from accounts.people.models import Role

SECTIONS: dict[str, str | Promise] = {
    "home": "",
    "pipeline": _("Pipeline"),
    "targets": _("Targets"),
    "incentives": _("Incentives"),
    "people": _("People"),
    "settings": _("Settings"),
}


@dataclass(frozen=True, slots=True)
class Tab:
    """An entry's place, 1 to 5, in the bar below a phone's page; `raised` is the round button for what one does most.

    `label` and `icon` where the bar wants others than the navigation.
    """

    place: int
    label: str | Promise = ""
    icon: str = ""
    raised: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A page in the navigation. `url_name` is reversed with the tenant's slug; `order` sorts within the section.

    `phone` gives it a place in the phone's bar for people whose main role is one of these. `count(actor, as_of)` is
    the number beside it, what waits there, in one query; it is asked for apart from the page.
    """

    section: str
    order: int
    label: str | Promise
    url_name: str
    icon: str
    capability: str
    phone: Mapping[Role, Tab] = field(default_factory=dict)
    count: Callable[[Actor, date], int] | None = None


@dataclass(slots=True)
class ShownEntry:
    """`key` names the places that a number belongs to, where the entry has one."""

    label: str | Promise
    url: str
    icon: str
    current: bool
    key: str = ""
    tab: Tab | None = None


@dataclass(slots=True)
class ShownSection:
    key: str
    label: str | Promise
    entries: list[ShownEntry] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ShownTab:
    label: str | Promise
    url: str
    icon: str
    current: bool
    raised: bool
    key: str


_entries: list[Entry] = []


def register(*entries: Entry) -> None:
    """Called once by each app when it is ready."""
    _entries.extend(entries)
    _entries.sort(key=lambda entry: (list(SECTIONS).index(entry.section), entry.order))


def navigation_for(actor: Actor, path: str) -> list[ShownSection]:
    """The sections and entries that the actor's roles can open, with the one at `path` marked."""
    sections = {key: ShownSection(key, label) for key, label in SECTIONS.items()}
    for entry in _entries:
        if has(actor, entry.capability):
            sections[entry.section].entries.append(_shown(entry, actor))
    entries = [entry for section in sections.values() for entry in section.entries]
    home = {entry.url for entry in sections["home"].entries}  # every page's address begins with it
    shown = [entry for entry in entries if path == entry.url or (path.startswith(entry.url) and entry.url not in home)]
    if shown:
        max(shown, key=lambda entry: len(entry.url)).current = True
    return [section for section in sections.values() if section.entries]


def _shown(entry: Entry, actor: Actor) -> ShownEntry:
    url = reverse(entry.url_name, kwargs={"tenant": actor.tenant.slug})
    key = entry.url_name if entry.count else ""
    tab = entry.phone.get(actor.main_role) if actor.main_role else None
    return ShownEntry(entry.label, url, entry.icon, current=False, key=key, tab=tab)


def phone_tabs(sections: Iterable[ShownSection]) -> list[ShownTab]:
    """The bar of a phone, in its order; everything else is a touch further, behind the member's initials."""
    placed = [(entry.tab, entry) for section in sections for entry in section.entries if entry.tab]
    placed.sort(key=lambda pair: pair[0].place)
    return [
        ShownTab(tab.label or entry.label, entry.url, tab.icon or entry.icon, entry.current, tab.raised, entry.key)
        for tab, entry in placed
    ]


def counts_for(actor: Actor, as_of: date) -> dict[str, int]:
    """What waits behind each entry that counts it, by the entry's key; one query for each."""
    counting = [entry for entry in _entries if entry.count and has(actor, entry.capability)]
    return {entry.url_name: entry.count(actor, as_of) for entry in counting if entry.count}
