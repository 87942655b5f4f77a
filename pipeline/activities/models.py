"""What people did for a customer or a deal, and what they have to do."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.people.models import Member
from accounts.tenancy.models import TenantForeignKey, TenantModel
from pipeline.contacts.models import Contact
from pipeline.customers.models import Customer
from pipeline.deals.models import Deal

_ABOUT_SOMETHING = Q(customer__isnull=False) | Q(deal__isnull=False)


class Activity(TenantModel):
    """A call, message, meeting or note. `author` None: the operator at the command line.

    `next_step_on` and `next_step` are what was agreed then; what holds now is on the customer and the deal.
    """

    class Kind(models.TextChoices):
        NOTE = "note", _("Note")
        CALL = "call", _("Call")
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
            models.CheckConstraint(condition=_ABOUT_SOMETHING, name="activity_about_something"),
        ]
        indexes = [
            models.Index(fields=["tenant", "customer", "-at", "-id"], name="activity_customer_newest"),
            models.Index(fields=["tenant", "deal", "-at", "-id"], name="activity_deal_newest"),
            models.Index(fields=["tenant", "author", "at", "id"], name="activity_author_at"),
        ]


class Task(TenantModel):
    """Something to do by a day. `done_at` None: still open. `created_by` None: the operator at the command line."""

    title = models.CharField(_("task"), max_length=200)
    due_on = models.DateField(_("due"))
    owner = TenantForeignKey(Member, related_name="tasks", looked_up=False)
    customer = TenantForeignKey(Customer, null=True, blank=True, related_name="tasks", looked_up=False)
    deal = TenantForeignKey(Deal, null=True, blank=True, related_name="tasks")
    created_by = TenantForeignKey(Member, null=True, related_name="+", looked_up=False)
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    done_by = TenantForeignKey(Member, null=True, related_name="+", looked_up=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at__isnull=False) | Q(done_by__isnull=True), name="task_done_by_whom"
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant", "owner", "due_on", "id"], condition=Q(done_at__isnull=True), name="task_owner_open"
            ),
            models.Index(fields=["tenant", "due_on", "id"], condition=Q(done_at__isnull=True), name="task_open"),
            models.Index(fields=["tenant", "customer", "-done_at", "-id"], name="task_customer_newest"),
            models.Index(fields=["tenant", "owner", "-done_at", "-id"], name="task_owner_newest"),
        ]

    def __str__(self) -> str:
        return self.title
