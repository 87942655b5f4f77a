"""Invitations: the way in for somebody whom an admin has named."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.people.models import Member
from accounts.tenancy.models import TenantForeignKey, TenantModel


class InvitationState(models.TextChoices):
    """Not stored: what the dates of an invitation come to at an instant."""

    OPEN = "open", pgettext_lazy("invitation", "open")
    ACCEPTED = "accepted", _("accepted")
    REVOKED = "revoked", _("withdrawn")
    EXPIRED = "expired", _("expired")


class Invitation(TenantModel):
    """One member, who does not sign in yet, may do so by the link sent to this address, once, until `expires_at`.

    The link carries the tenant, this row and `nonce`, signed. Sending again changes the nonce, so that of several
    links only the latest opens.
    """

    member = TenantForeignKey(Member, related_name="invitations")
    email = models.EmailField(_("e-mail"), max_length=254)
    invited_by = TenantForeignKey(Member, null=True, related_name="+")
    nonce = models.CharField(max_length=32)
    sent_at = models.DateTimeField(_("sent"))
    expires_at = models.DateTimeField(_("valid until"))
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "member"],
                name="invitation_one_open",
                condition=Q(accepted_at__isnull=True, revoked_at__isnull=True),
            ),
            models.UniqueConstraint(
                fields=["tenant", "email"],
                name="invitation_one_open_by_email",
                condition=Q(accepted_at__isnull=True, revoked_at__isnull=True),
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(revoked_at__isnull=True), name="invitation_one_end"
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("sent_at")), name="invitation_dates"),
        ]
        indexes = [models.Index(fields=["tenant", "-sent_at", "-id"], name="invitation_tenant_sent")]

    def state_at(self, at: datetime) -> InvitationState:
        if self.accepted_at is not None:
            return InvitationState.ACCEPTED
        if self.revoked_at is not None:
            return InvitationState.REVOKED
        return InvitationState.OPEN if at < self.expires_at else InvitationState.EXPIRED
