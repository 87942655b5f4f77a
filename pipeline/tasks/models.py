"""What people have to do."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.people.models import Member
from accounts.tenancy.models import TenantForeignKey, TenantModel
from pipeline.customers.models import Customer
from pipeline.deals.models import Deal


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
