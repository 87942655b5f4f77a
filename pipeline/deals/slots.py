"""The panels that apps above hang on the deal page: “what it pays”, say. Nothing here knows who fills them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise

from accounts.access.actor import Actor
from accounts.access.policy import has


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of the deal page that is loaded from another app's address.

    `url_name` is reversed with `tenant` and `deal_id` and answers, for those with `capability`, one root element with
    the id `panel-<name>`. Panels are shown in the order of `order`.
    """

    name: str
    title: str | Promise
    url_name: str
    capability: str
    order: int = 50


_panels: list[Panel] = []


def register(panel: Panel) -> None:
    """Called in `AppConfig.ready` by the app that fills the slot."""
    _panels.append(panel)
    _panels.sort(key=lambda one: one.order)


def panels_for(actor: Actor) -> list[Panel]:
    """The panels that the actor's roles can open."""
    return [panel for panel in _panels if has(actor, panel.capability)]
