"""The pages of tasks."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access.policy import has
from accounts.access.views import TenantRequest, needs, today
from pipeline.customers.selectors import follow_ups_due
from pipeline.scope import members_within
from pipeline.tasks import selectors, services
from pipeline.tasks.forms import TaskForm
from salesops.lib import clock
from salesops.lib.errors import DomainError
from salesops.lib.forms import add_domain_error
from salesops.lib.htmx import invalid, redirect, render, saved

CHANGED = "tasks-changed"
_BOARD, _ROW = "pipeline/tasks/_task_board.html", "pipeline/tasks/_task_row.html"
_ON_PANEL = 8


@require_GET
@needs("tasks.view")
def task_list(request: TenantRequest) -> HttpResponse:
    """My tasks; whoever answers for others also sees theirs, one by one or all together (`?owner=all`)."""
    day, me = today(request), request.actor.member
    owners = list(members_within(request.actor, "tasks.view", day))
    chosen = _owner(request, {owner.pk for owner in owners})
    context = {
        "board": selectors.board(request.actor, day, chosen),
        "owners": owners,
        "chosen": chosen,
        "is_mine": me is not None and chosen == me.pk,
        "may_edit": has(request.actor, "tasks.edit"),
        "today": day,
    }
    return render(request, "pipeline/tasks/task_list.html", context, fragment=_BOARD)


def _owner(request: TenantRequest, known: set[int]) -> int | None:
    """Whose tasks are asked for; oneself's unless the address names another in reach, or `all`."""
    asked = request.GET.get("owner", "")
    if asked == "all":
        return None
    number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 19 else 0
    return number if number in known else request.actor.member.pk if request.actor.member else None


@require_http_methods(["GET", "POST"])
@needs("tasks.edit")
def task_create(request: TenantRequest) -> HttpResponse:
    form = TaskForm(request.POST or None, actor=request.actor, as_of=today(request))
    if request.method == "POST" and form.is_valid():
        try:
            services.create_task(actor=request.actor, values=form.values(), now=clock.now())
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("Task added."))
            return redirect(request, "task_list", request.tenant.slug)
    return _form_page(request, {"form": form, "task": None})


@require_http_methods(["GET", "POST"])
@needs("tasks.edit")
def task_edit(request: TenantRequest, task_id: int) -> HttpResponse:
    day = today(request)
    task = selectors.get_task(request.actor, day, task_id, "tasks.edit")
    form = TaskForm(request.POST or None, actor=request.actor, as_of=day, task=task)
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"] or 0
        try:
            services.edit_task(
                actor=request.actor, task_id=task.pk, version=version, values=form.values(), now=clock.now()
            )
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect(request, "task_list", request.tenant.slug)
    return _form_page(request, {"form": form, "task": task})


def _form_page(request: TenantRequest, context: dict[str, Any]) -> HttpResponse:
    answer = invalid if request.method == "POST" else render
    return answer(request, "pipeline/tasks/task_form.html", context)


@require_POST
@needs("tasks.edit")
def task_done(request: TenantRequest, task_id: int) -> HttpResponse:
    services.finish_task(actor=request.actor, task_id=task_id, now=clock.now())
    return _row(request, task_id, _("Done."))


@require_POST
@needs("tasks.edit")
def task_reopen(request: TenantRequest, task_id: int) -> HttpResponse:
    services.reopen_task(actor=request.actor, task_id=task_id, now=clock.now())
    return _row(request, task_id, _("Open again."))


def _row(request: TenantRequest, task_id: int, said: str) -> HttpResponse:
    """The task as it is now, in the place where it was shown."""
    task = selectors.get_task(request.actor, today(request), task_id)
    messages.success(request, said)
    context = {"task": task, "today": today(request), "may_edit": True}
    back = reverse("task_list", args=[request.tenant.slug])
    return saved(request, back, _ROW, context, triggers={CHANGED: {}})


@require_GET
@needs("tasks.view")
def my_day(request: TenantRequest) -> HttpResponse:
    """The home page's card: what is due today or overdue, of tasks and of customers to follow up."""
    day = today(request)
    context = {
        "tasks": selectors.due(request.actor, day, _ON_PANEL),
        "follow_ups": follow_ups_due(request.actor, day, _ON_PANEL),
        "today": day,
    }
    return render(request, "pipeline/tasks/_my_day.html", context)
