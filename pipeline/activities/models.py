"""What people did for a customer or a deal."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.people.models import Member
from accounts.tenancy.models import TenantForeignKey, TenantModel
from pipeline.contacts.models import Contact
from pipeline.customers.models import Customer
from pipeline.deals.models import Deal


class Activity(TenantModel):
    """A call, message, meeting or note. `author` None: the operator at the command line.

    `next_step_on` and `next_step` are what was agreed then; what holds now is on the customer and the deal.
    """

    class Kind(models.TextChoices):
        NOTE = "note", pgettext_lazy("activity", "Note")
        CALL = "call", pgettext_lazy("activity", "Call")
        MESSAGE = "message", _("Message")
        MEETING = "meeting", _("Meeting")

    kind = models.CharField(_("kind"), max_length=7, choices=Kind.choices)
    customer = TenantForeignKey(Customer, null=True, blank=True, related_name="activities", looked_up=False)
    deal = TenantForeignKey(Deal, null=True, blank=True, related_name="activities", looked_up=False)
    contact = TenantForeignKey(Contact, null=True, blank=True, related_name="+")
    author = TenantForeignKey(Member, null=True, related_name="+", looked_up=False)
    at = models.DateTimeField(_("when"))
    text = models.TextField(_("what happened"), max_length=4000)
    next_step_on = models.DateField(_("next step on"), null=True, blank=True)
    next_step = models.CharField(_("next step"), max_length=200, blank=True)
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["note", "call", "message", "meeting"]), name="activity_kind"),
            models.CheckConstraint(
                condition=Q(customer__isnull=False) | Q(deal__isnull=False), name="activity_about_something"
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "customer", "-at", "-id"], name="activity_customer_newest"),
            models.Index(fields=["tenant", "deal", "-at", "-id"], name="activity_deal_newest"),
            models.Index(fields=["tenant", "author", "at", "id"], name="activity_author_at"),
        ]
