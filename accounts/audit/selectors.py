"""Reading the audit trail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from accounts.access.actor import Actor
from accounts.access.policy import require
from accounts.audit.models import AuditEntry
from accounts.people.models import Member

ORDER = ("-at", "-id")


@dataclass(frozen=True, slots=True)
class TrailFilter:
    """`who` is part of a name, `what` an action or its first word (`deal`), `subject` is `app.model:id`."""

    who: str = ""
    what: str = ""
    subject: str = ""


def trail(actor: Actor, wanted: TrailFilter) -> QuerySet[AuditEntry]:
    """What was done, for those who may see it. The members are looked up first, so that the trail is read by its own
    index."""
    require(actor, "audit.view")
    entries: QuerySet[AuditEntry] = AuditEntry.objects.select_related("actor")
    if wanted.who:
        people = Member.objects.filter(full_name__icontains=wanted.who).values_list("pk", flat=True)
        entries = entries.filter(actor_id__in=list(people))
    if wanted.what:
        entries = entries.filter(Q(action=wanted.what) | Q(action__startswith=f"{wanted.what}."))
    if wanted.subject:
        entries = entries.filter(subject=wanted.subject)
    return entries


def details(data: dict[str, Any], inside: str = "") -> Iterator[tuple[str, str]]:
    """An entry's data as lines to read: `{"before": {"roles": ["rep"]}}` → `before.roles`, `rep`."""
    for name, value in data.items():
        if isinstance(value, dict):
            yield from details(value, f"{inside}{name}.")
        elif isinstance(value, list):
            yield f"{inside}{name}", ", ".join(map(str, value))
        else:
            yield f"{inside}{name}", "" if value is None else str(value)
