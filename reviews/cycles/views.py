"""The pages of review cycles and of single reviews."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access.policy import Scope, has, scope_of
from accounts.access.views import TenantRequest, needs, today
from accounts.jobs.selectors import job_view, latest_job
from reviews.cycles import selectors, starting
from reviews.cycles.forms import CycleForm, DeadlinesForm
from reviews.cycles.models import ReviewCycle
from salesops.lib import clock
from salesops.lib.errors import DomainError
from salesops.lib.forms import add_domain_error
from salesops.lib.htmx import invalid, redirect, render
from salesops.lib.keyset import page, query_with

_LIST = "reviews/cycles/_review_table.html"
_MOST_OWN = 24  # two years of monthly reviews


@require_GET
@needs("reviews.view")
def review_mine(request: TenantRequest) -> HttpResponse:
    """What waits for one, and one's own reviews."""
    context = {
        "due": list(selectors.due_from(request.actor)[:50]),
        "own": list(selectors.own_reviews(request.actor)[:_MOST_OWN]),
        "today": today(request),
        "tabs": _tabs(request, "mine"),
    }
    return render(request, "reviews/cycles/review_mine.html", context)


@require_GET
@needs("reviews.view")
def cycle_list(request: TenantRequest) -> HttpResponse:
    found = page(
        selectors.cycles(request.actor), by=("-starts_on", "-id"), cursor=request.GET.get("cursor", ""), size=20
    )
    progress = selectors.progress_of(request.actor, found.rows, today(request))
    context = {
        "rows": [selectors.CycleRow(cycle, progress[cycle.pk]) for cycle in found.rows],
        "next_url": query_with(request.GET, found.next),
        "previous_url": query_with(request.GET, found.previous),
        "tabs": _tabs(request, "cycles"),
        "may_manage": has(request.actor, "reviews.manage"),
    }
    return render(request, "reviews/cycles/cycle_list.html", context)


@require_GET
@needs("reviews.view")
def cycle_detail(request: TenantRequest, cycle_id: int) -> HttpResponse:
    """The board; with `?state=` or `?late=1` the list of these, page by page."""
    day = today(request)
    cycle = selectors.get_cycle(request.actor, cycle_id)
    progress = selectors.progress_of(request.actor, [cycle], day)[cycle.pk]
    search = request.GET.get("search", "").strip()[:120].replace("\0", "")
    state, late = request.GET.get("state", ""), request.GET.get("late") == "1"
    job = latest_job(request.actor, starting.START, period=str(cycle.pk))
    context: dict[str, Any] = {
        "cycle": cycle,
        "progress": progress,
        "job": job_view(job) if job else None,
        "today": day,
        "filters": {"search": search, "state": state, "late": late},
        "states": selectors.STATES,
        "may_manage": has(request.actor, "reviews.manage"),
    }
    if state in selectors.STATES or late:
        reviews = selectors.visible_reviews(request.actor, day).filter(cycle=cycle)
        wanted = selectors.narrowed(reviews, search=search, state=state, late_on=day if late else None)
        found = page(wanted, by=selectors.ORDER, cursor=request.GET.get("cursor", ""))
        context |= {
            "page": found,
            "next_url": query_with(request.GET, found.next),
            "previous_url": query_with(request.GET, found.previous),
        }
        return render(request, "reviews/cycles/cycle_detail.html", context, fragment=_LIST)
    context["columns"] = selectors.board(request.actor, cycle, progress, day, search)
    return render(request, "reviews/cycles/cycle_detail.html", context, fragment="reviews/cycles/_board.html")


@require_http_methods(["GET", "POST"])
@needs("reviews.manage")
def cycle_create(request: TenantRequest) -> HttpResponse:
    form = CycleForm(request.POST or None, actor=request.actor, today=today(request))
    if request.method == "POST" and form.is_valid():
        try:
            cycle = starting.start_cycle(
                actor=request.actor,
                name=form.cleaned_data["name"],
                period=form.cleaned_data["period"],
                deadlines=form.deadlines(),
                scorecard_ids=form.scorecard_ids(),
                at=clock.now(),
            )
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("“%(name)s” has begun.") % {"name": cycle.name})
            return redirect(request, "review_cycle", request.tenant.slug, cycle.pk)
    return _form_page(request, "reviews/cycles/cycle_form.html", {"form": form})


@require_http_methods(["GET", "POST"])
@needs("reviews.manage")
def cycle_deadlines(request: TenantRequest, cycle_id: int) -> HttpResponse:
    cycle = selectors.get_cycle(request.actor, cycle_id)
    form = DeadlinesForm.of(request.POST or None, cycle)
    if request.method == "POST" and form.is_valid():
        try:
            starting.change_deadlines(
                actor=request.actor,
                cycle_id=cycle.pk,
                version=form.cleaned_data["version"] or 0,
                deadlines=form.deadlines(),
                as_of=today(request),
            )
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect(request, "review_cycle", request.tenant.slug, cycle.pk)
    return _form_page(request, "reviews/cycles/cycle_deadlines.html", {"form": form, "cycle": cycle})


@require_GET
@needs("reviews.view")
def reviews_panel(request: TenantRequest) -> HttpResponse:
    """The card on the home page: what is due from one, and how far the latest cycle of one's people has come."""
    day = today(request)
    answers_for_others = scope_of(request.actor, "reviews.view") is not Scope.OWN
    latest: ReviewCycle | None = selectors.cycles(request.actor).order_by("-starts_on", "-id").first()
    shown = latest if answers_for_others else None
    context = {
        "due": list(selectors.due_from(request.actor)[:5]),
        "today": day,
        "cycle": shown,
        "progress": selectors.progress_of(request.actor, [shown], day)[shown.pk] if shown else None,
    }
    return render(request, "reviews/cycles/_panel.html", context)


def _tabs(request: TenantRequest, current: str) -> list[dict[str, Any]]:
    """Reps have their own reviews only; the cycles are for those who answer for others."""
    if scope_of(request.actor, "reviews.view") is Scope.OWN:
        return []
    places = (("mine", _("Mine"), "review_mine"), ("cycles", _("Cycles"), "review_cycle_list"))
    return [
        {"label": label, "url": reverse(name, kwargs={"tenant": request.tenant.slug}), "current": key == current}
        for key, label, name in places
    ]


def _form_page(request: TenantRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    answer = invalid if request.method == "POST" else render
    return answer(request, template, context)
