"""The plan pages."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access.policy import has
from accounts.access.views import TenantRequest, needs, today
from incentives.plans import selectors, services
from incentives.plans.differences import differences
from incentives.plans.forms import AssignForm, EndForm, PlanForm, VersionForm
from salesops.lib.errors import DomainError, DomainErrors, NotVisible
from salesops.lib.forms import add_domain_error
from salesops.lib.htmx import invalid, redirect, render

_WRITE = "incentives/plans/plan_form.html"


@require_GET
@needs("plans.view")
def plan_list(request: TenantRequest) -> HttpResponse:
    context = {"rows": selectors.plan_rows(today(request)), "may_manage": has(request.actor, "plans.manage")}
    return render(request, "incentives/plans/plan_list.html", context)


@require_GET
@needs("plans.view")
def plan_detail(request: TenantRequest, plan_id: int) -> HttpResponse:
    """The version in force, or the one that `?version=` names."""
    page = selectors.plan_page(plan_id, today(request), _number(request.GET.get("version")))
    context = {"page": page, "may_manage": has(request.actor, "plans.manage")}
    return render(request, "incentives/plans/plan_detail.html", context)


@require_GET
@needs("plans.view")
def plan_compare(request: TenantRequest, plan_id: int) -> HttpResponse:
    old, new = _number(request.GET.get("old")), _number(request.GET.get("new"))
    if old is None or new is None:
        raise NotVisible
    versions = selectors.two_versions(plan_id, old, new)
    context = {"old": versions[0], "new": versions[1], "differences": differences(*versions)}
    return render(request, "incentives/plans/plan_compare.html", context)


@require_http_methods(["GET", "POST"])
@needs("plans.manage")
def plan_create(request: TenantRequest) -> HttpResponse:
    form = PlanForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            version = services.create_plan(
                actor=request.actor,
                name=data["name"],
                effective_from=data["effective_from"],
                document=data["document"],
            )
        except DomainError as error:
            _add_problems(form, error)
        else:
            messages.success(request, _("The plan is there. Put somebody on it."))
            return redirect(request, "plan_detail", request.tenant.slug, version.plan_id)
    return _form_page(request, _WRITE, {"form": form, "plan": None})


@require_http_methods(["GET", "POST"])
@needs("plans.manage")
def plan_add_version(request: TenantRequest, plan_id: int) -> HttpResponse:
    page = selectors.plan_page(plan_id, today(request))
    form = VersionForm(
        request.POST or None,
        request.FILES or None,
        initial={"text": json.dumps(page.version.document, indent=1, ensure_ascii=False)},
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            version = services.add_version(
                actor=request.actor,
                plan=page.plan,
                effective_from=data["effective_from"],
                document=data["document"],
            )
        except DomainError as error:
            _add_problems(form, error)
        else:
            messages.success(request, _("%(version)s holds from its day on.") % {"version": version})
            return redirect(request, "plan_detail", request.tenant.slug, page.plan.pk)
    return _form_page(request, _WRITE, {"form": form, "plan": page.plan})


@require_http_methods(["GET", "POST"])
@needs("plans.manage")
def plan_assign(request: TenantRequest, plan_id: int) -> HttpResponse:
    plan = selectors.get_plan(plan_id)
    form = AssignForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            services.assign(
                actor=request.actor,
                plan=plan,
                target=form.chosen(),
                starts_on=data["starts_on"],
                ends_on=data["ends_on"],
            )
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("Assigned. The next run computes their months."))
            return redirect(request, "plan_detail", request.tenant.slug, plan.pk)
    return _form_page(request, "incentives/plans/plan_assign.html", {"form": form, "plan": plan})


@require_http_methods(["GET", "POST"])
@needs("plans.manage")
def plan_assignment_end(request: TenantRequest, assignment_id: int) -> HttpResponse:
    assignment = selectors.get_assignment(assignment_id)
    form = EndForm(request.POST or None, initial={"ends_on": assignment.ends_on})
    if request.method == "POST" and form.is_valid():
        day = form.cleaned_data["ends_on"]
        try:
            services.end_assignment(actor=request.actor, assignment_id=assignment.pk, ends_on=day)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("The last day is set."))
            return redirect(request, "plan_detail", request.tenant.slug, assignment.plan_id)
    return _form_page(request, "incentives/plans/plan_assignment_end.html", {"form": form, "one": assignment})


def _add_problems(form: VersionForm, error: DomainError) -> None:
    for problem in error.errors if isinstance(error, DomainErrors) else (error,):
        form.add_problem(problem)


def _form_page(request: TenantRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    answer = invalid if request.method == "POST" else render
    return answer(request, template, context)


def _number(text: str | None) -> int | None:
    """A version's number in the address; None where there is none. What is no number is a version that is not there."""
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 5:
        raise NotVisible
    return int(text)
