"""Whose customer it was, day by day: written whenever the owner changes, by hand, by an import or by a handover."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from accounts.access.actor import Actor
from accounts.access.policy import require
from accounts.audit.services import record
from pipeline.customers.models import Customer, CustomerOwner
from pipeline.handover.registry import Chosen, HandoverStep

_SHOWN = 50
_BATCH = 5000  # rows × 5 columns stay below 65,535 parameters of a statement


def owners_of(customer_id: int) -> list[CustomerOwner]:
    """The customer's owners, the present one first."""
    rows = CustomerOwner.objects.filter(customer_id=customer_id).select_related("owner")
    return list(rows.order_by("-ends_on", "-id")[:_SHOWN])  # PostgreSQL puts the row without an end first


def note_owners(changes: Mapping[int, tuple[int | None, int | None]], on: date) -> None:
    """Customers that have another owner from `on`: customer id → owner before and after, None for nobody.

    In the caller's transaction, after the customers have been written. Of two changes on one day the last one holds.
    A former owner of whom no row tells (from before there was this table) is noted without a beginning.
    """
    rows = CustomerOwner.objects.filter(customer_id__in=changes)
    told = set(rows.values_list("customer_id", flat=True))
    lasting = rows.filter(ends_on__isnull=True)
    lasting.filter(starts_on__gte=on).delete()
    the_day_before = on - timedelta(days=1)
    lasting.update(ends_on=the_day_before)
    CustomerOwner.objects.bulk_create(
        [
            *(
                CustomerOwner(customer_id=id, owner_id=before, ends_on=the_day_before)
                for id, (before, __) in changes.items()
                if before is not None and id not in told
            ),
            *(
                CustomerOwner(customer_id=id, owner_id=now, starts_on=on)
                for id, (__, now) in changes.items()
                if now is not None
            ),
        ],
        batch_size=_BATCH,
    )


@transaction.atomic
def give(*, actor: Actor, held: Mapping[int, int | None], to_member_id: int | None, on: date) -> None:
    """Make `to_member_id` the owner of the customers (id → owner until now), with one audit row for each.

    The caller has checked that the actor may: an import, or a handover that was approved as a whole.
    """
    require(actor, "customers.edit")
    Customer.objects.filter(pk__in=held).update(owner_id=to_member_id, version=F("version") + 1)
    note_owners({id: (before, to_member_id) for id, before in held.items()}, on)
    for id, before in held.items():
        subject = f"{Customer._meta.label_lower}:{id}"
        record(actor=actor, action="customer.given", subject=subject, before=before, owner=to_member_id, on=str(on))


def _count(actor: Actor, from_member_id: int, as_of: date) -> int:
    """The handover's step “customers”: how many there are."""
    return Customer.objects.filter(owner_id=from_member_id).count()


def _move(actor: Actor, from_member_id: int, to_member_id: int, as_of: date, chosen: Chosen) -> int:
    """The handover's step “customers”: give those that are chosen to the other member."""
    held = Customer.objects.select_for_update().filter(owner_id=from_member_id)
    if not chosen.is_everything:
        held = held.filter(pk__in=chosen.customers or ())
    ids = list(held.order_by("id").values_list("id", flat=True))
    if ids:
        give(actor=actor, held=dict.fromkeys(ids, from_member_id), to_member_id=to_member_id, on=as_of)
    return len(ids)


HANDOVER = HandoverStep("customers", _("Customers"), 10, _count, _move)
