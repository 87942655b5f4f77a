"""A month's payout on its way through two people's hands."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.people.models import Member, User
from accounts.tenancy.models import TenantForeignKey, TenantModel


class PayoutBatch(TenantModel):
    """A month's statements, together. Made when somebody submits the month; without one the month is a draft.

    The submitter and the approver are different users, whatever members they are. `digest` stands for the statements
    that were submitted. Once approved, neither the batch nor the month's statements can be changed
    (incentives/migrations/0002).
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        IN_REVIEW = "in_review", _("In review")
        APPROVED = "approved", _("Approved")

    month = models.DateField(_("month"))
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.DRAFT)
    digest = models.CharField(max_length=64, blank=True)
    submitted_by = TenantForeignKey(Member, null=True, related_name="+", looked_up=False)
    submitted_user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    submitted_at = models.DateTimeField(null=True)
    approved_by = TenantForeignKey(Member, null=True, related_name="+", looked_up=False)
    approved_user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    approved_at = models.DateTimeField(null=True)
    returned_reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "month"], name="payout_batch_month"),
            models.CheckConstraint(condition=Q(state__in=["draft", "in_review", "approved"]), name="payout_state"),
            models.CheckConstraint(
                condition=Q(state="draft")
                | Q(submitted_by__isnull=False, submitted_user__isnull=False, submitted_at__isnull=False),
                name="payout_submitted",
            ),
            models.CheckConstraint(
                condition=~Q(state="approved")
                | Q(approved_by__isnull=False, approved_user__isnull=False, approved_at__isnull=False)
                & ~Q(approved_user=F("submitted_user")),
                name="payout_two_people",
            ),
        ]
