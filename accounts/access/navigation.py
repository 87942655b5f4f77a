"""The navigation: a registry that each app fills in `AppConfig.ready`, shown by role."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.access.actor import Actor
from accounts.access.policy import has

SECTIONS: dict[str, str | Promise] = {
    "home": "",
    "pipeline": _("Pipeline"),
    "targets": _("Targets"),
    "incentives": _("Incentives"),
    "settings": _("Settings"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A page in the navigation. `url_name` is reversed with the tenant's slug; `order` sorts within the section."""

    section: str
    order: int
    label: str | Promise
    url_name: str
    icon: str
    capability: str


@dataclass(slots=True)
class ShownEntry:
    label: str | Promise
    url: str
    icon: str
    current: bool
    count: int | None = None


@dataclass(slots=True)
class ShownSection:
    key: str
    label: str | Promise
    entries: list[ShownEntry] = field(default_factory=list)


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
            url = reverse(entry.url_name, kwargs={"tenant": actor.tenant.slug})
            sections[entry.section].entries.append(ShownEntry(entry.label, url, entry.icon, current=False))
    entries = [entry for section in sections.values() for entry in section.entries]
    home = {entry.url for entry in sections["home"].entries}  # every page's address begins with it
    shown = [entry for entry in entries if path == entry.url or (path.startswith(entry.url) and entry.url not in home)]
    if shown:
        max(shown, key=lambda entry: len(entry.url)).current = True
    return [section for section in sections.values() if section.entries]
