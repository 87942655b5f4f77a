"""Reading tasks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from accounts.access.actor import Actor
from accounts.access.policy import get_visible, rows
from pipeline.tasks.models import Task

BY_DAY = ("due_on", "id")
_WITH = ("owner", "customer", "deal")
_SHOWN = 200  # open tasks on one page; who has more has other worries, and the page says so
_DONE_SHOWN = 20


@dataclass(frozen=True, slots=True)
class TaskBoard:
    """The open tasks by what they ask of the reader, and those done last."""

    overdue: list[Task]
    today: list[Task]
    later: list[Task]
    done: list[Task]
    is_cut: bool

    @property
    def is_empty(self) -> bool:
        return not (self.overdue or self.today or self.later or self.done)


def visible_tasks(actor: Actor, as_of: date) -> QuerySet[Task]:
    tasks: QuerySet[Task] = rows(actor, "tasks.view", Task.objects.all(), as_of=as_of)
    return tasks


def get_task(actor: Actor, as_of: date, task_id: int, capability: str = "tasks.view") -> Task:
    task: Task = get_visible(actor, capability, Task.objects.select_related(*_WITH), as_of=as_of, pk=task_id)
    return task


def board(actor: Actor, as_of: date, owner_id: int | None) -> TaskBoard:
    """The tasks of one member, or (None) of everybody in the actor's reach. Two queries."""
    tasks = visible_tasks(actor, as_of).select_related(*_WITH)
    if owner_id is not None:
        tasks = tasks.filter(owner_id=owner_id)
    found = list(tasks.filter(done_at__isnull=True).order_by(*BY_DAY)[: _SHOWN + 1])
    shown = found[:_SHOWN]
    return TaskBoard(
        overdue=[task for task in shown if task.due_on < as_of],
        today=[task for task in shown if task.due_on == as_of],
        later=[task for task in shown if task.due_on > as_of],
        done=list(tasks.filter(done_at__isnull=False).order_by("-done_at", "-id")[:_DONE_SHOWN]),
        is_cut=len(found) > _SHOWN,
    )


def open_tasks_of(customer_id: int, most: int = 20) -> list[Task]:
    """What is to be done for the customer, by whomever; who sees the customer sees it."""
    tasks = Task.objects.filter(customer_id=customer_id, done_at__isnull=True)
    return list(tasks.select_related(*_WITH).order_by(*BY_DAY)[:most])


def due(actor: Actor, as_of: date, most: int) -> list[Task]:
    """The actor's own open tasks that are due today or overdue, the oldest first."""
    own = Task.objects.filter(owner=actor.member, done_at__isnull=True, due_on__lte=as_of)
    return list(own.select_related("customer", "deal").order_by(*BY_DAY)[:most])
