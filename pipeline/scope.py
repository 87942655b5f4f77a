"""Whom an actor may choose in a form or a filter of the pipeline."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db.models import Q, QuerySet

from accounts.access.actor import Actor
from accounts.access.policy import visible_members
from accounts.people.models import Member


def members_within(actor: Actor, capability: str, as_of: date) -> QuerySet[Member]:
    """Members whose rows the actor reaches by the capability, by name, those who have left among them."""
    members: QuerySet[Member] = Member.objects.order_by("sort_name", "id")
    within = visible_members(actor, capability, as_of)
    return members if within is None else members.filter(pk__in=within)


def members_here(actor: Actor, capability: str, as_of: date, also: int | None = None) -> QuerySet[Member]:
    """Those of them who are still here; `also` even if gone."""
    here = Q(left_on__isnull=True) | Q(left_on__gte=as_of) | Q(pk=also)
    return members_within(actor, capability, as_of).filter(here)


def names_of(ids: Collection[int]) -> dict[int, str]:
    """No query without ids."""
    return dict(Member.objects.filter(pk__in=ids).values_list("id", "full_name")) if ids else {}
