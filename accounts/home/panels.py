"""The home page's slots. An upper app fills one in `AppConfig.ready`; the page loads it from that app's own address."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from accounts.access.actor import Actor
from accounts.access.policy import has


@dataclass(frozen=True, slots=True)
class HomePanel:
    """A card for those who have the capability, drawn by the view `url_name`, which takes the tenant's slug only and
    answers one `<section class="card">`. `order` sorts; what matters most today comes first."""

    capability: str
    order: int
    url_name: str


_panels: list[HomePanel] = []


def register_panels(*panels: HomePanel) -> None:
    """Called once by each app when it is ready."""
    _panels.extend(panels)
    _panels.sort(key=lambda panel: panel.order)


def panel_addresses(actor: Actor) -> list[str]:
    """Where the actor's panels are loaded from, in order."""
    kwargs = {"tenant": actor.tenant.slug}
    return [reverse(panel.url_name, kwargs=kwargs) for panel in _panels if has(actor, panel.capability)]
