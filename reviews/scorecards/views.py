"""The pages of the KPI library and of scorecards."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.forms import BaseFormSet
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access.policy import has
from accounts.access.views import TenantRequest, needs
from reviews.scorecards import selectors, services
from reviews.scorecards.forms import ItemForm, KpiForm, ScorecardForm, filled, item_rows
from reviews.scorecards.models import Kpi, Scorecard
from reviews.scorecards.words import by_dimension
from salesops.lib.errors import DomainError, DomainErrors
from salesops.lib.forms import add_domain_error, translated
from salesops.lib.htmx import invalid, redirect, render

_EDITOR = "reviews/scorecards/scorecard_form.html"


@require_GET
@needs("scorecards.view")
def kpi_list(request: TenantRequest) -> HttpResponse:
    rows = [(kpi, selectors.source_label(kpi)) for kpi in selectors.every_kpi(request.actor)]
    context = {"rows": rows, "may_manage": has(request.actor, "scorecards.manage")}
    return render(request, "reviews/scorecards/kpi_list.html", context)


@require_http_methods(["GET", "POST"])
@needs("scorecards.manage")
def kpi_create(request: TenantRequest) -> HttpResponse:
    return _kpi_form(request, None)


@require_http_methods(["GET", "POST"])
@needs("scorecards.manage")
def kpi_edit(request: TenantRequest, kpi_id: int) -> HttpResponse:
    return _kpi_form(request, selectors.get_kpi(request.actor, kpi_id))


def _kpi_form(request: TenantRequest, kpi: Kpi | None) -> HttpResponse:
    form = KpiForm(request.POST or None, kpi=kpi)
    if request.method == "POST" and form.is_valid():
        try:
            if kpi is None:
                services.create_kpi(actor=request.actor, code=form.cleaned_data["code"], values=form.values())
            else:
                version = form.cleaned_data["version"] or 0
                services.edit_kpi(actor=request.actor, kpi_id=kpi.pk, version=version, values=form.values())
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect(request, "kpi_list", request.tenant.slug)
    answer = invalid if request.method == "POST" else render
    return answer(request, "reviews/scorecards/kpi_form.html", {"form": form, "kpi": kpi})


@require_GET
@needs("scorecards.view")
def scorecard_list(request: TenantRequest) -> HttpResponse:
    rows = [(card, card.every_version[0]) for card in selectors.scorecards(request.actor)]  # type: ignore[attr-defined]
    context = {"rows": rows, "may_manage": has(request.actor, "scorecards.manage")}
    return render(request, "reviews/scorecards/scorecard_list.html", context)


@require_GET
@needs("scorecards.view")
def scorecard_detail(request: TenantRequest, scorecard_id: int) -> HttpResponse:
    """The newest version, or the one of `?version=`."""
    scorecard = selectors.get_scorecard(request.actor, scorecard_id)
    versions = scorecard.every_version  # type: ignore[attr-defined]
    asked = request.GET.get("version", "")
    version = next((one for one in versions if str(one.number) == asked), versions[0])
    context = {
        "scorecard": scorecard,
        "version": version,
        "versions": versions,
        "used": selectors.used_versions(versions),
        "dimensions": by_dimension(version.rows, request.tenant.currency),
        "may_manage": has(request.actor, "scorecards.manage"),
    }
    return render(request, "reviews/scorecards/scorecard_detail.html", context)


@require_http_methods(["GET", "POST"])
@needs("scorecards.manage")
def scorecard_create(request: TenantRequest) -> HttpResponse:
    return _editor(request, None)


@require_http_methods(["GET", "POST"])
@needs("scorecards.manage")
def scorecard_edit(request: TenantRequest, scorecard_id: int) -> HttpResponse:
    return _editor(request, selectors.get_scorecard(request.actor, scorecard_id))


def _editor(request: TenantRequest, scorecard: Scorecard | None) -> HttpResponse:
    versions = scorecard.every_version if scorecard else []  # type: ignore[attr-defined]
    present = versions[0].rows if versions else []
    weighed = {item.kpi_id for item in present}
    kpis = [kpi for kpi in selectors.every_kpi(request.actor) if not kpi.retired or kpi.pk in weighed]
    form = ScorecardForm(request.POST or None, scorecard=scorecard)
    rows = item_rows(request.POST or None, present, kpis)
    if request.method == "POST" and form.is_valid() and rows.is_valid():
        try:
            made = _save(request, scorecard, form, rows)
        except DomainError as error:
            _place(form, rows, error)
        else:
            messages.success(request, _("Saved as version %(number)s.") % {"number": made.number})
            return redirect(request, "scorecard_detail", request.tenant.slug, made.scorecard_id)
    used = bool(versions) and versions[0].pk in selectors.used_versions(versions[:1])
    answer = invalid if request.method == "POST" else render
    return answer(request, _EDITOR, {"form": form, "rows": rows, "scorecard": scorecard, "used": used})


def _save(request: TenantRequest, scorecard: Scorecard | None, form: ScorecardForm, rows: BaseFormSet[ItemForm]) -> Any:
    items = [row.values() for row in filled(rows)]
    common: dict[str, Any] = {"actor": request.actor, "names": form.names(), "items": items, **form.audience()}
    if scorecard is None:
        return services.create_scorecard(code=form.cleaned_data["code"], **common)
    return services.edit_scorecard(scorecard_id=scorecard.pk, version=form.cleaned_data["version"] or 0, **common)


def _place(form: ScorecardForm, rows: BaseFormSet[ItemForm], error: DomainError) -> None:
    """A refusal of one row goes beside its field, the others to the top."""
    written = filled(rows)
    for each in error.errors if isinstance(error, DomainErrors) else (error,):
        kind, _dot, rest = (each.field or "").partition(".")
        place, _dot, name = rest.partition(".")
        if kind == "items" and place.isdigit():
            row = written[int(place)]
            row.add_error(name if name in row.fields else None, translated(each))
        elif each.field in form.fields:
            add_domain_error(form, each)
        else:
            form.add_error(None, translated(each))
