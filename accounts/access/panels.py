"""Parts of a page that apps above hang on it: “what it pays” on a deal, feedback on a customer, cards on the home.

The page declares a `PanelSlot`; an upper app registers a `Panel` in `AppConfig.ready`; the page loads each one from
that app's own address. Nothing below knows who fills it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.urls import reverse
from django.utils.functional import Promise

from accounts.access.actor import Actor
from accounts.access.policy import has
from accounts.people.models import Role


@dataclass(frozen=True, slots=True)
class Panel:
    """A card for those who have `capability` (and, where `roles` says so, one of those roles).

    `url_name` answers one root element with the id `panel-<name>`; it is reversed with the tenant's slug and the key of
    the record whose page it is. Shown in the order of `order`: across the top, in the main column or beside it; on a
    phone all of them below one another in that order.
    """

    name: str
    title: str | Promise
    url_name: str
    capability: str
    order: int = 50
    place: Literal["top", "main", "aside"] = "aside"
    roles: tuple[Role, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownPanel:
    name: str
    title: str | Promise
    url: str
    place: str


class PanelSlot:
    """One page's registry of panels."""

    def __init__(self) -> None:
        self._panels: list[Panel] = []

    def register(self, *panels: Panel) -> None:
        """Called once by each app when it is ready."""
        self._panels.extend(panels)
        self._panels.sort(key=lambda panel: panel.order)

    def shown_to(self, actor: Actor, **key: int) -> list[ShownPanel]:
        """The panels that the actor's roles can open, with their addresses for the record with that key."""
        kwargs = {"tenant": actor.tenant.slug, **key}
        return [
            ShownPanel(panel.name, panel.title, reverse(panel.url_name, kwargs=kwargs), panel.place)
            for panel in self._panels
            if has(actor, panel.capability) and (not panel.roles or actor.roles & set(panel.roles))
        ]
