"""The buttons of the cascade: each a POST that calls one service and shows the cascade again."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access.views import TenantRequest, needs, today
from salesops.lib import clock
from salesops.lib.errors import DomainError
from salesops.lib.forms import translated
from salesops.lib.htmx import redirect, wants_fragment
from salesops.lib.money import to_minor
from targets.cascade import approval, services
from targets.cascade.addresses import View
from targets.cascade.forms import EditForm, NodeForm, SplitForm, VersionForm, WeightsForm
from targets.cascade.models import TargetNode, TargetPlan
from targets.cascade.selectors import get_node, get_plan
from targets.cascade.views import show_cascade

P = ParamSpec("P")
Act = Callable[Concatenate[TenantRequest, TargetPlan, P], str]


def shows_cascade(act: Act[P]) -> Callable[..., HttpResponse]:
    """Load the plan, act, and show the cascade again with what the action said; a refusal is shown in its place with
    422, and what was typed stays. A plain POST is sent on to the page."""

    @wraps(act)
    def view(request: TenantRequest, plan_id: int, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        plan = get_plan(request.actor, today(request), plan_id)
        try:
            said = act(request, plan, *args, **kwargs)
        except DomainError as error:
            refused = {"refusal": translated(error), "typed": request.POST.get("amount", "")}
            return show_cascade(request, plan, View.read(request.GET), status=422, **refused)
        messages.success(request, said)
        view = View.read(request.GET).at_rest()
        if not wants_fragment(request):
            address = reverse("target_cascade", args=[request.tenant.slug, plan_id])
            return redirect(request, f"{address}{view.query()}")
        return show_cascade(request, get_plan(request.actor, today(request), plan_id), view)

    return view


def _read(form: forms.Form) -> forms.Form:
    """The posted form, or a refusal with its first complaint."""
    if not form.is_valid():
        field, complaints = next(iter(form.errors.items()))
        raise DomainError("invalid", "%(complaint)s", field, complaint=complaints[0])
    return form


def _node(request: TenantRequest, plan: TargetPlan, form: forms.Form) -> TargetNode:
    return get_node(request.actor, today(request), _read(form).cleaned_data["node"], plan.pk)


@require_POST
@needs("targets.set")
@shows_cascade
def target_edit(request: TenantRequest, plan: TargetPlan) -> str:
    form = EditForm(request.POST)
    node = _node(request, plan, form)
    typed = form.cleaned_data
    services.edit(
        actor=request.actor,
        node=node,
        amount=to_minor(typed["amount"], plan.currency, "amount"),
        month=typed["month"],
        version=typed["version"],
    )
    return _("%(node)s is changed.") % {"node": node.name}


@require_POST
@needs("targets.set")
@shows_cascade
def target_split(request: TenantRequest, plan: TargetPlan) -> str:
    form = SplitForm(request.POST)
    node = _node(request, plan, form)
    weights = None
    if form.cleaned_data["method"] == "weights":
        given = WeightsForm(request.POST, children=TargetNode.objects.filter(parent=node).order_by("position"))
        _read(given)
        weights = given.weights()
    services.split(
        actor=request.actor,
        node=node,
        method=form.cleaned_data["method"],
        weights=weights,
        version=form.cleaned_data["version"],
    )
    return _("%(node)s is placed.") % {"node": node.name}


@require_POST
@needs("targets.set")
@shows_cascade
def target_split_below(request: TenantRequest, plan: TargetPlan) -> str:
    form = SplitForm(request.POST)
    node = _node(request, plan, form)
    typed = form.cleaned_data
    services.split_below(actor=request.actor, node=node, method=typed["method"], version=typed["version"])
    return _("%(node)s is placed down to the last level.") % {"node": node.name}


@require_POST
@needs("targets.set")
@shows_cascade
def target_place(request: TenantRequest, plan: TargetPlan) -> str:
    form = NodeForm(request.POST)
    node = _node(request, plan, form)
    services.place_on(actor=request.actor, node=node, version=form.cleaned_data["version"])
    return _("What was left is placed on %(node)s.") % {"node": node.name}


@require_POST
@needs("targets.set")
@shows_cascade
def target_lock(request: TenantRequest, plan: TargetPlan) -> str:
    """Lock an unlocked node, unlock a locked one."""
    form = NodeForm(request.POST)
    node = _node(request, plan, form)
    version = form.cleaned_data["version"]
    if node.locked:
        services.unlock(actor=request.actor, node=node, version=version)
        return _("%(node)s is unlocked.") % {"node": node.name}
    services.lock(actor=request.actor, node=node, version=version)
    return _("%(node)s is locked.") % {"node": node.name}


def _version(request: TenantRequest) -> int | None:
    form = VersionForm(request.POST)
    _read(form)
    version: int | None = form.cleaned_data["version"]
    return version


@require_POST
@needs("targets.set")
@shows_cascade
def target_submit(request: TenantRequest, plan: TargetPlan) -> str:
    approval.submit(actor=request.actor, plan=plan, as_of=clock.now(), version=_version(request))
    return _("The targets wait for another executive or admin to approve them.")


@require_POST
@needs("targets.approve")
@shows_cascade
def target_send_back(request: TenantRequest, plan: TargetPlan) -> str:
    approval.send_back(actor=request.actor, plan=plan, version=_version(request))
    return _("The targets are a draft again.")


@require_POST
@needs("targets.approve")
@shows_cascade
def target_approve(request: TenantRequest, plan: TargetPlan) -> str:
    approval.approve(actor=request.actor, plan=plan, as_of=clock.now(), version=_version(request))
    return _("The targets are approved and locked.")


@require_POST
@needs("targets.set")
def target_new_version(request: TenantRequest, plan_id: int) -> HttpResponse:
    plan = get_plan(request.actor, today(request), plan_id)
    try:
        draft = approval.new_version(actor=request.actor, plan=plan)
    except DomainError as error:
        return show_cascade(request, plan, View.read(request.GET), status=422, refusal=translated(error))
    messages.success(request, _("A draft with the approved targets is open. The approved ones hold until it is."))
    return redirect(request, "target_cascade", request.tenant.slug, draft.pk)


@require_POST
@needs("targets.set")
def target_discard(request: TenantRequest, plan_id: int) -> HttpResponse:
    plan = get_plan(request.actor, today(request), plan_id)
    try:
        approval.discard(actor=request.actor, plan=plan, version=_version(request))
    except DomainError as error:
        return show_cascade(request, plan, View.read(request.GET), status=422, refusal=translated(error))
    messages.success(request, _("The draft is discarded."))
    return redirect(request, "target_list", request.tenant.slug)
