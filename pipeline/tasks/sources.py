"""What tasks and follow-ups give to the timeline, to what waits for somebody, and to the home page."""

from __future__ import annotations

from datetime import date

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.access.actor import Actor
from accounts.access.panels import Panel
from accounts.home.waiting import Waiting, WaitingSource
from accounts.people.models import Role
from pipeline.customers.selectors import overdue_follow_ups
from pipeline.tasks.models import Task
from pipeline.tasks.selectors import BY_DAY
from pipeline.timeline.registry import Cursor, TimelineEntry, TimelineSource

_NAME = "tasks"


def _entries(actor: Actor, as_of: date, customer_id: int, before: Cursor | None, size: int) -> list[TimelineEntry]:
    """What has been done; what is still to do stands above the timeline."""
    found = Task.objects.filter(customer_id=customer_id, done_at__isnull=False).select_related("done_by", "owner")
    if before is not None:
        found = found.filter(before.earlier(_NAME, at="done_at"))
    return [_entry(task) for task in found.order_by("-done_at", "-id")[:size]]


def _entry(task: Task) -> TimelineEntry:
    assert task.done_at is not None  # noqa: S101 (asked for)
    return TimelineEntry(
        at=task.done_at,
        kind=_NAME,
        key=task.pk,
        icon="checkbox",
        tone="good",
        title=_("Task done"),
        subject=task.title,
        actor_name=(task.done_by or task.owner).full_name,
    )


def _overdue_tasks(actor: Actor, as_of: date, limit: int) -> list[Waiting]:
    own = Task.objects.filter(owner=actor.member, done_at__isnull=True, due_on__lt=as_of).select_related("customer")
    url = reverse("task_list", args=[actor.tenant.slug])
    return [
        Waiting(
            title=task.title,
            detail=_due_since(task.due_on, task.customer.name if task.customer else ""),
            url=url,
            urgency="risk",
            since=task.due_on,
        )
        for task in own.order_by(*BY_DAY)[:limit]
    ]


def _due_since(day: date, customer: str) -> str:
    told = {"day": date_format(day, "SHORT_DATE_FORMAT"), "customer": customer}
    return gettext("%(customer)s, due %(day)s") % told if customer else gettext("due %(day)s") % told


def _overdue_follow_ups(actor: Actor, as_of: date, limit: int) -> list[Waiting]:
    return [
        Waiting(
            title=customer.name,
            detail=_was_planned(customer.next_step, customer.next_step_on or as_of),
            url=reverse("customer_detail", args=[actor.tenant.slug, customer.pk]),
            urgency="risk",
            since=customer.next_step_on,
        )
        for customer in overdue_follow_ups(actor, as_of, limit)
    ]


def _was_planned(step: str, day: date) -> str:
    told = {"step": step, "day": date_format(day, "SHORT_DATE_FORMAT")}
    return gettext("%(step)s, planned for %(day)s") % told if step else gettext("follow-up planned for %(day)s") % told


TIMELINE = TimelineSource(_NAME, _("Tasks"), "checkbox", "customers.view", _entries, order=60)
_SELLERS = (Role.REP, Role.MANAGER)
OVERDUE_TASKS = WaitingSource("tasks", "tasks.view", _overdue_tasks)
OVERDUE_FOLLOW_UPS = WaitingSource("follow-ups", "activities.log", _overdue_follow_ups, _SELLERS)
MY_DAY = Panel(
    "my-day", _("Today's tasks and follow-ups"), "my_day", "tasks.view", order=30, place="main", roles=(Role.REP,)
)
