"""The settings of the stages."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access.views import TenantRequest, needs, today
from pipeline.deals.models import Stage
from pipeline.deals.selectors import stages
from pipeline.deals.stages import ensure_stages
from pipeline.stages import selectors, services
from pipeline.stages.forms import RemoveForm, StageForm
from salesops.lib.errors import DomainError
from salesops.lib.forms import add_domain_error
from salesops.lib.htmx import invalid, redirect, render


@require_GET
@needs("stages.manage")
def stage_list(request: TenantRequest) -> HttpResponse:
    ensure_stages(request.actor)
    return render(request, "pipeline/stages/stage_list.html", {"rows": selectors.stage_rows()})


@require_http_methods(["GET", "POST"])
@needs("stages.manage")
def stage_create(request: TenantRequest) -> HttpResponse:
    form = StageForm(request.POST or None, stage=None)
    if request.method == "POST" and form.is_valid():
        try:
            stage = services.add_stage(actor=request.actor, values=form.values())
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("The stage %(name)s has been added.") % {"name": stage.name})
            return redirect(request, "stage_list", request.tenant.slug)
    return _page(request, "stage_form", {"form": form, "stage": None})


@require_http_methods(["GET", "POST"])
@needs("stages.manage")
def stage_edit(request: TenantRequest, stage_id: int) -> HttpResponse:
    stage = selectors.get_stage(stage_id)
    form = StageForm(request.POST or None, stage=stage)
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_stage(actor=request.actor, stage_id=stage.pk, values=form.values())
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect(request, "stage_list", request.tenant.slug)
    return _page(request, "stage_form", {"form": form, "stage": stage, "is_open": stage.kind == Stage.Kind.OPEN})


@require_POST
@needs("stages.manage")
def stage_move(request: TenantRequest, stage_id: int) -> HttpResponse:
    """One place earlier or later, by the button `step`: -1 or 1."""
    stage = selectors.get_stage(stage_id)
    services.move_stage(actor=request.actor, stage_id=stage.pk, step=-1 if request.POST.get("step") == "-1" else 1)
    return redirect(request, "stage_list", request.tenant.slug)


@require_http_methods(["GET", "POST"])
@needs("stages.manage")
def stage_remove(request: TenantRequest, stage_id: int) -> HttpResponse:
    stage = selectors.get_stage(stage_id)
    others = [one for one in stages() if one.kind == Stage.Kind.OPEN and one.pk != stage.pk]
    form = RemoveForm(request.POST or None, others=others)
    if request.method == "POST" and form.is_valid():
        to_stage = form.cleaned_data["to_stage"]
        try:
            services.remove_stage(actor=request.actor, stage_id=stage.pk, to_stage_id=to_stage, as_of=today(request))
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("The stage %(name)s has been removed.") % {"name": stage.name})
            return redirect(request, "stage_list", request.tenant.slug)
    deals = next(row.deals for row in selectors.stage_rows() if row.stage.pk == stage.pk)
    return _page(request, "stage_remove", {"form": form, "stage": stage, "deals": deals})


def _page(request: TenantRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    answer = invalid if request.method == "POST" else render
    return answer(request, f"pipeline/stages/{name}.html", context)
