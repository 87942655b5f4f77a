"""Who did what: one row per write, in the write's own transaction, never changed."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.people.models import Member
from accounts.tenancy.models import TenantForeignKey, TenantModel


class AuditEntry(TenantModel):
    """`actor` is None for the operator at the command line and for the night. `subject` is `app.model:id`."""

    at = models.DateTimeField(_("at"), auto_now_add=True)
    actor = TenantForeignKey(Member, null=True, related_name="+")
    action = models.CharField(_("action"), max_length=60)
    subject = models.CharField(_("subject"), max_length=80)
    data = models.JSONField(_("details"), default=dict)

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(fields=["tenant", "-at"], name="audit_tenant_at"),
            models.Index(fields=["tenant", "subject"], name="audit_tenant_subject"),
        ]
