"""First steps of a new company: what each role begins with, until it is done.

Each app registers its own in `AppConfig.ready`. Whether one is done is whether rows exist, so that all of them are one
query.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, QuerySet
from django.urls import reverse
from django.utils.functional import Promise

from accounts.access.actor import Actor
from accounts.access.policy import has
from accounts.tenancy.models import Tenant


@dataclass(frozen=True, slots=True)
class FirstStep:
    """A step for those who have `capability`; it is done when any row of `done_when(actor)` exists.

    `action` names the page at `url_name`, where it is done.
    """

    name: str
    order: int
    title: str | Promise
    text: str | Promise
    url_name: str
    action: str | Promise
    capability: str
    done_when: Callable[[Actor], QuerySet[Any]]


@dataclass(frozen=True, slots=True)
class ShownStep:
    title: str | Promise
    text: str | Promise
    url: str
    action: str | Promise
    done: bool


_steps: list[FirstStep] = []


def register(*steps: FirstStep) -> None:
    """Called once by each app when it is ready."""
    _steps.extend(steps)
    _steps.sort(key=lambda step: step.order)


def first_steps(actor: Actor) -> list[ShownStep]:
    """The actor's steps with those that are done; none once all are. One query."""
    steps = [step for step in _steps if has(actor, step.capability)]
    if not steps:
        return []
    probes = {step.name: Exists(step.done_when(actor)) for step in steps}
    done = Tenant.objects.filter(pk=actor.tenant.pk).annotate(**probes).values(*probes).get()
    if all(done.values()):
        return []
    return [
        ShownStep(
            step.title,
            step.text,
            reverse(step.url_name, kwargs={"tenant": actor.tenant.slug}),
            step.action,
            done[step.name],
        )
        for step in steps
    ]
