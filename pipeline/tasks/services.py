"""Writing tasks: make, change, finish, reopen, hand over."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from accounts.access.actor import Actor
from accounts.access.policy import get_visible, may, require
from accounts.audit.services import record
from accounts.people.models import Member
from pipeline.activities.reach import subject
from pipeline.tasks.models import Task
from salesops.lib.errors import DomainError, gettext_noop
from salesops.lib.periods import check_day

LONGEST = 200


@dataclass(frozen=True, slots=True)
class TaskValues:
    """The writable fields of a task."""

    title: str
    due_on: date
    owner_id: int
    customer_id: int | None = None
    deal_id: int | None = None

    @classmethod
    def of(cls, task: Task) -> TaskValues:
        return cls(**{field.name: getattr(task, field.name) for field in fields(cls)})

    def checked_title(self) -> str:
        title = " ".join(self.title.replace("\0", "").split())
        if not title:
            raise DomainError("required", gettext_noop("Say what is to be done."), "title")
        if len(title) > LONGEST:
            raise DomainError("too_long", gettext_noop("At most %(most)s characters fit."), "title", most=LONGEST)
        return title


@transaction.atomic
def create_task(*, actor: Actor, values: TaskValues, now: datetime) -> Task:
    """A task for oneself or for somebody whose work one answers for.

    Refuses a day that has passed, an empty or overlong title, and an owner outside the actor's reach; `NotVisible` for
    a customer or deal that the actor does not see.
    """
    require(actor, "tasks.edit")
    task = Task(created_by=actor.member, created_at=now)
    _write(actor, task, values, actor.tenant.day_of(now))
    record(actor=actor, action="task.created", subject=task, title=task.title, owner=task.owner_id)
    return task


@transaction.atomic
def edit_task(*, actor: Actor, task_id: int, version: int, values: TaskValues, now: datetime) -> Task:
    """Change a task, or give it to somebody else. Refuses (`conflict`) one that was changed since `version`."""
    task = _locked(actor, task_id, actor.tenant.day_of(now))
    if task.version != version:
        message = gettext_noop("Somebody changed this task meanwhile. Nothing was saved; look at it again.")
        raise DomainError("conflict", message)
    before = TaskValues.of(task)
    if before != values:
        task.version += 1
        _write(actor, task, values, actor.tenant.day_of(now))
        changed = [field.name for field in fields(values) if getattr(before, field.name) != getattr(task, field.name)]
        record(actor=actor, action="task.changed", subject=task, changed=changed, version=task.version)
    return task


@transaction.atomic
def finish_task(*, actor: Actor, task_id: int, now: datetime) -> Task:
    """It is done. Finishing what is done changes nothing."""
    task = _locked(actor, task_id, actor.tenant.day_of(now))
    if task.done_at is None:
        task.done_at, task.done_by = now, actor.member
        _save(actor, task, "task.done")
    return task


@transaction.atomic
def reopen_task(*, actor: Actor, task_id: int, now: datetime) -> Task:
    """It is to be done after all. Reopening what is open changes nothing."""
    task = _locked(actor, task_id, actor.tenant.day_of(now))
    if task.done_at is not None:
        task.done_at, task.done_by = None, None
        _save(actor, task, "task.reopened")
    return task


def _locked(actor: Actor, task_id: int, as_of: date) -> Task:
    require(actor, "tasks.edit")
    task: Task = get_visible(actor, "tasks.edit", Task.objects.select_for_update(), as_of=as_of, pk=task_id)
    return task


def _save(actor: Actor, task: Task, action: str) -> None:
    task.version += 1
    task.save()
    record(actor=actor, action=action, subject=task, title=task.title, version=task.version)


def _write(actor: Actor, task: Task, values: TaskValues, as_of: date) -> None:
    title = values.checked_title()
    check_day(values.due_on, "due_on")
    if values.due_on < as_of and values.due_on != task.due_on:
        raise DomainError("past_day", gettext_noop("This day has passed; a task is due today or later."), "due_on")
    if values.owner_id != task.owner_id:
        _check_owner(actor, values.owner_id, as_of)
    if (values.customer_id, values.deal_id) != (task.customer_id, task.deal_id):
        about = subject(actor, as_of, customer_id=values.customer_id, deal_id=values.deal_id)
        task.customer, task.deal = about.customer, about.deal
    task.title, task.due_on, task.owner_id = title, values.due_on, values.owner_id
    task.save()


def _check_owner(actor: Actor, owner_id: int, as_of: date) -> None:
    here = Member.objects.filter(pk=owner_id).filter(Q(left_on__isnull=True) | Q(left_on__gte=as_of))
    if not may(actor, "tasks.edit", as_of=as_of, owner_id=owner_id) or not here.exists():
        message = gettext_noop("There is no such member among those to whom you may give tasks.")
        raise DomainError("unknown_member", message, "owner")
