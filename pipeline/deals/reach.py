"""Which deals an actor sees: one rule for lists, pages, panels, the search and the API."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from accounts.access.actor import Actor
from accounts.access.policy import visible_members
from pipeline.deals.models import Deal, Split


def visible_deals(actor: Actor, as_of: date, deals: QuerySet[Deal] | None = None) -> QuerySet[Deal]:
    """Of these deals (None: of all) those of the members in the actor's scope, and those that one of these shares in:
    whoever is credited for a deal may read it, whichever team it belongs to. To change it takes `deals.edit`, which
    goes by the owner alone.

    What is shared is looked up first: most people share in nothing, and a list of ids is found by an index beside the
    owner's, which a subquery is not.
    """
    found: QuerySet[Deal] = Deal.objects.all() if deals is None else deals
    members = visible_members(actor, "deals.view", as_of)
    if members is None:
        return found
    splits = Split.objects.filter(member_id__in=members).exclude(deal__owner_id__in=members)
    shared = list(splits.order_by().values_list("deal_id", flat=True).distinct())
    theirs = Q(owner_id__in=members)
    return found.filter(theirs | Q(pk__in=shared) if shared else theirs)
