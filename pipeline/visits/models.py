"""Visits: where a rep means to be, and where they were."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.people.models import Member
from accounts.tenancy.models import TenantForeignKey, TenantModel
from pipeline.contacts.models import Contact
from pipeline.customers.models import Customer
from pipeline.deals.models import Deal


class Visit(TenantModel):
    """A call at a customer's place, planned or made on the spot.

    `client_key` is made by whoever first knows of the visit, often a phone without signal; sent twice it is one visit.
    `at` is the time it is planned for and, from the check-in on, when it was. `planned_for` None: it was not planned.
    `captured_at` is the phone's clock at the door, `checked_in_at` the server's when it heard of it. `distance_m` is
    from the customer's coordinates. `next_step_on` and `next_step` are what was agreed then.
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        CHECKED_IN = "checked_in", _("Checked in")
        DONE = "done", _("Done")
        CANCELLED = "cancelled", _("Cancelled")

    class Outcome(models.TextChoices):
        ORDER = "order", pgettext_lazy("outcome of a visit", "Order")
        INTERESTED = "interested", _("Interested")
        NOT_NOW = "not_now", _("Not now")
        NO_ONE = "no_one", _("No one")

    class PlaceSource(models.TextChoices):
        GEOLOCATION = "geolocation", _("By the phone")
        BY_HAND = "by_hand", _("By hand")

    class Verification(models.TextChoices):
        VERIFIED = "verified", _("Verified")
        OUT_OF_RADIUS = "out_of_radius", _("Out of radius")
        UNVERIFIED = "unverified", _("Unverified")

    client_key = models.UUIDField(default=uuid4, editable=False)
    owner = TenantForeignKey(Member, related_name="visits", looked_up=False)
    customer = TenantForeignKey(Customer, related_name="visits", looked_up=False)
    deal = TenantForeignKey(Deal, null=True, blank=True, related_name="visits", looked_up=False)
    contact = TenantForeignKey(Contact, null=True, blank=True, related_name="+")
    purpose = models.CharField(_("purpose"), max_length=160, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PLANNED)
    at = models.DateTimeField(_("when"))
    planned_for = models.DateTimeField(_("planned for"), null=True, blank=True)

    checked_in_at = models.DateTimeField(_("checked in"), null=True, blank=True)
    captured_at = models.DateTimeField(_("captured"), null=True, blank=True)
    place_source = models.CharField(_("place given"), max_length=11, choices=PlaceSource.choices, blank=True)
    place = models.CharField(_("place"), max_length=200, blank=True)
    latitude = models.DecimalField(_("latitude"), max_digits=8, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(_("longitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    accuracy_m = models.PositiveIntegerField(_("accuracy in metres"), null=True, blank=True)
    distance_m = models.PositiveIntegerField(_("distance in metres"), null=True, blank=True)
    verification = models.CharField(_("verification"), max_length=13, choices=Verification.choices, blank=True)

    checked_out_at = models.DateTimeField(_("checked out"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices, blank=True)
    note = models.TextField(_("note"), max_length=4000, blank=True)
    next_step_on = models.DateField(_("next step on"), null=True, blank=True)
    next_step = models.CharField(_("next step"), max_length=200, blank=True)

    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "client_key"], name="visit_tenant_client_key"),
            models.CheckConstraint(
                condition=Q(state__in=["planned", "checked_in", "done", "cancelled"]), name="visit_state"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=["", "order", "interested", "not_now", "no_one"]), name="visit_outcome"
            ),
            # Whoever was there checked in, and only they; whoever is done has said how it went.
            models.CheckConstraint(
                condition=Q(state__in=["planned", "cancelled"], captured_at__isnull=True, checked_in_at__isnull=True)
                | Q(
                    state__in=["checked_in", "done"],
                    captured_at__isnull=False,
                    checked_in_at__isnull=False,
                    place_source__in=["geolocation", "by_hand"],
                    verification__in=["verified", "out_of_radius", "unverified"],
                ),
                name="visit_checked_in",
            ),
            models.CheckConstraint(
                condition=Q(state="done", checked_out_at__isnull=False) & ~Q(outcome="")
                | ~Q(state="done") & Q(checked_out_at__isnull=True, outcome=""),
                name="visit_done",
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True, accuracy_m__isnull=True)
                | Q(
                    latitude__range=(-90, 90),
                    longitude__range=(-180, 180),
                    accuracy_m__isnull=False,
                    place_source="geolocation",
                ),
                name="visit_coordinates",
            ),
            models.CheckConstraint(
                condition=Q(verification__in=["", "unverified"]) | Q(distance_m__isnull=False), name="visit_distance"
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "at", "id"], name="visit_tenant_at"),
            models.Index(fields=["tenant", "owner", "at", "id"], name="visit_owner_at"),
            models.Index(fields=["tenant", "customer", "-at", "-id"], name="visit_customer_newest"),
            models.Index(fields=["tenant", "deal", "-at", "-id"], name="visit_deal_newest"),
            models.Index(
                fields=["tenant", "owner", "at", "id"], condition=Q(state="planned"), name="visit_owner_planned"
            ),
        ]

    def __str__(self) -> str:
        return self.purpose or f"{self.at:%Y-%m-%d %H:%M}"
