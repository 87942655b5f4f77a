"""Writing the audit trail."""

from __future__ import annotations

from typing import Any

from django.db import models

from accounts.access.actor import Actor
from accounts.audit.models import AuditEntry


def record(*, actor: Actor, action: str, subject: models.Model | str, **data: Any) -> None:
    """Add one row to the trail, in the caller's transaction. `action` reads `deal.won`; `data` must be JSON."""
    named = subject if isinstance(subject, str) else f"{subject._meta.label_lower}:{subject.pk}"
    AuditEntry.objects.create(actor=actor.member, action=action, subject=named, data=data)
