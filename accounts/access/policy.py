"""One rule for what a member may do, and to whose rows.

A capability gives each role a scope: own rows, those of the teams one leads (with everything below), or all. `rows`
turns the rule into a filter and `may` into a yes or no, from the same set of members, so that a list never shows what
the object page refuses, nor the other way round.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import IntEnum
from typing import Any, TypeVar

from django.db import models
from django.db.models import Q

from accounts.access.actor import Actor
from accounts.people.models import Role
from accounts.people.selectors import people_led_by
from salesops.lib.errors import DomainError, NotVisible, gettext_noop

M = TypeVar("M", bound=models.Model)


class Scope(IntEnum):
    """How far a capability reaches; the widest of a member's roles holds."""

    OWN = 1
    TEAM = 2
    ALL = 3


Rule = Mapping[Role, Scope]
_ADMIN, _EXECUTIVE, _MANAGER, _REP, _HR = Role.ADMIN, Role.EXECUTIVE, Role.MANAGER, Role.REP, Role.HR
_EVERYONE: Rule = dict.fromkeys(Role, Scope.ALL)
_SALES: Rule = {_ADMIN: Scope.ALL, _EXECUTIVE: Scope.ALL, _MANAGER: Scope.TEAM, _REP: Scope.OWN}
_OFFICE: Rule = dict.fromkeys((_ADMIN, _EXECUTIVE, _HR), Scope.ALL)

CAPABILITIES: Mapping[str, Rule] = {
    "people.view": _EVERYONE,
    "people.manage": {_ADMIN: Scope.ALL},
    "settings.manage": {_ADMIN: Scope.ALL},
    "audit.view": {_ADMIN: Scope.ALL},
    "jobs.view": _OFFICE,
    "imports.run": {_ADMIN: Scope.ALL, _EXECUTIVE: Scope.ALL},
    "customers.view": {**_SALES, _HR: Scope.ALL},
    "customers.edit": _SALES,
    # Whoever sees a customer and sells may keep its contacts and say what was done and what comes next.
    "contacts.edit": _SALES,
    "activities.log": _SALES,
    "tasks.view": {**_SALES, _HR: Scope.OWN},
    "tasks.edit": {**_SALES, _HR: Scope.OWN},
    "products.view": _EVERYONE,
    "products.edit": {_ADMIN: Scope.ALL, _EXECUTIVE: Scope.ALL},
    "stages.manage": {_ADMIN: Scope.ALL, _EXECUTIVE: Scope.ALL},
    "deals.view": {**_SALES, _HR: Scope.ALL},
    "deals.edit": _SALES,
    # Credit on top of the whole costs pay twice, so nobody gives it to themselves.
    "deals.overlay": {_ADMIN: Scope.ALL, _EXECUTIVE: Scope.ALL, _MANAGER: Scope.TEAM},
    "visits.view": {**_SALES, _HR: Scope.ALL},
    "visits.edit": _SALES,
    "handovers.view": {**_SALES, _HR: Scope.ALL},
    "handovers.manage": {_ADMIN: Scope.ALL, _EXECUTIVE: Scope.ALL, _MANAGER: Scope.TEAM},
    "risks.view": _SALES,
    "risks.edit": _SALES,
    "risks.settings": {_ADMIN: Scope.ALL, _EXECUTIVE: Scope.ALL},
    "feedback.view": {**_SALES, _HR: Scope.ALL},
    "feedback.edit": _SALES,
    "targets.view": {**_SALES, _HR: Scope.ALL},
    "targets.set": {_EXECUTIVE: Scope.ALL, _ADMIN: Scope.ALL},
    "targets.approve": {_EXECUTIVE: Scope.ALL, _ADMIN: Scope.ALL},
    "plans.view": _EVERYONE,
    "plans.manage": {_EXECUTIVE: Scope.ALL, _HR: Scope.ALL},
    # Pay is seen by oneself and by those who answer for it; by the line manager only where the tenant allows it.
    "pay.view": {_HR: Scope.ALL, _EXECUTIVE: Scope.ALL, _ADMIN: Scope.OWN, _MANAGER: Scope.OWN, _REP: Scope.OWN},
    "payouts.prepare": {_HR: Scope.ALL},
    "payouts.approve": {_HR: Scope.ALL, _EXECUTIVE: Scope.ALL},
    "payouts.export": {_HR: Scope.ALL, _EXECUTIVE: Scope.ALL},
    # How one is measured is no secret; a review is seen by oneself, one's reviewer and those who answer for both.
    "scorecards.view": _EVERYONE,
    "scorecards.manage": {_HR: Scope.ALL, _EXECUTIVE: Scope.ALL},
    "reviews.view": {
        **{_HR: Scope.ALL, _EXECUTIVE: Scope.ALL},
        **{_ADMIN: Scope.OWN, _MANAGER: Scope.TEAM, _REP: Scope.OWN},
    },
    "reviews.manage": {_HR: Scope.ALL, _EXECUTIVE: Scope.ALL},
    "reviews.correct": {_HR: Scope.ALL},
}


def scope_of(actor: Actor, capability: str) -> Scope | None:
    """The widest scope the actor's roles give for the capability; None: not at all."""
    if actor.is_operator:
        return Scope.ALL
    rule = CAPABILITIES[capability]
    if capability == "pay.view" and actor.tenant.managers_see_pay:
        rule = {**rule, Role.MANAGER: Scope.TEAM}
    return max((rule[role] for role in actor.roles if role in rule), default=None)


def visible_members(actor: Actor, capability: str, as_of: date) -> frozenset[int] | None:
    """Ids of the members whose rows the actor sees under the capability on that day; None stands for everybody's."""
    scope = scope_of(actor, capability)
    if scope is Scope.ALL:
        return None
    if scope is None or actor.member is None:
        return frozenset()
    key = (scope, as_of)
    if key not in actor._visible:
        led = people_led_by(actor.member, as_of) if scope is Scope.TEAM else frozenset()
        actor._visible[key] = led | {actor.member.pk}
    return actor._visible[key]  # type: ignore[return-value]


def rows(
    actor: Actor, capability: str, queryset: models.QuerySet[M], *, as_of: date, owner: str = "owner"
) -> models.QuerySet[M]:
    """The rows the actor may see; `owner` names the field that holds the member they belong to."""
    members = visible_members(actor, capability, as_of)
    return queryset if members is None else queryset.filter(Q(**{f"{owner}_id__in": members}))


def may(actor: Actor, capability: str, *, as_of: date, owner_id: int | None = None) -> bool:
    """Whether the actor has the capability for that member's rows. Rows of nobody belong to those who see all."""
    members = visible_members(actor, capability, as_of)
    return members is None or owner_id in members


def has(actor: Actor, capability: str) -> bool:
    """Whether the actor has the capability at all, for some rows."""
    return scope_of(actor, capability) is not None


def require(actor: Actor, capability: str) -> None:
    """Refuse an actor who does not have the capability at all. For services."""
    if not has(actor, capability):
        raise DomainError("forbidden", gettext_noop("Your role does not allow this; nothing was changed."))


def require_row(actor: Actor, capability: str, *, as_of: date, owner_id: int | None) -> None:
    """Refuse an actor outside whose scope the row lies, as if it did not exist."""
    require(actor, capability)
    if not may(actor, capability, as_of=as_of, owner_id=owner_id):
        raise NotVisible


def get_visible(
    actor: Actor, capability: str, queryset: models.QuerySet[M], *, as_of: date, owner: str = "owner", **lookup: Any
) -> M:
    """The one row that matches and is visible; else `NotVisible`, the same for a foreign id and for none at all."""
    found = rows(actor, capability, queryset, as_of=as_of, owner=owner).filter(**lookup).first()
    if found is None:
        raise NotVisible
    return found
