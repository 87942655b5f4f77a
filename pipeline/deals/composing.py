"""The editors of a deal's line items and splits: parts of its page, and pages of their own without script."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.access.views import TenantRequest, needs, today
from pipeline.deals import composition, selectors
from pipeline.deals.composition_forms import RowsForm, lines_form, splits_form
from pipeline.deals.models import Deal
from salesops.lib.errors import DomainError
from salesops.lib.forms import translated
from salesops.lib.htmx import invalid, redirect, render


@dataclass(frozen=True, slots=True)
class _Editor:
    name: str
    url_name: str
    title: str | Promise
    hint: str | Promise
    form: Callable[..., RowsForm]
    service: Callable[..., Deal]


_LINES = _Editor(
    "lines",
    "deal_lines",
    gettext_lazy("Line items"),
    gettext_lazy("With line items the amount of the deal is their sum. Empty a row to take it away."),
    lines_form,
    composition.set_lines,
)
_SPLITS = _Editor(
    "splits",
    "deal_splits",
    gettext_lazy("Splits"),
    gettext_lazy("Direct shares add up to exactly 100 %; overlays are credited on top."),
    splits_form,
    composition.set_splits,
)


@require_http_methods(["GET", "POST"])
@needs("deals.edit")
def deal_lines(request: TenantRequest, deal_id: int) -> HttpResponse:
    return _edit(request, deal_id, _LINES)


@require_http_methods(["GET", "POST"])
@needs("deals.edit")
def deal_splits(request: TenantRequest, deal_id: int) -> HttpResponse:
    return _edit(request, deal_id, _SPLITS)


def _edit(request: TenantRequest, deal_id: int, editor: _Editor) -> HttpResponse:
    day = today(request)
    deal = selectors.get_deal(request.actor, day, deal_id, "deals.edit")
    form = editor.form(request.POST or None, actor=request.actor, deal=deal, as_of=day)
    refusal = ""
    if request.method == "POST" and form.is_valid():
        sent: dict[str, Any] = {"version": form.cleaned_data["version"], editor.name: form.values()}
        try:
            editor.service(actor=request.actor, deal_id=deal.pk, as_of=day, **sent)
        except DomainError as error:
            refusal = translated(error)
        else:
            messages.success(request, _("Saved."))
            return redirect(request, "deal_detail", request.tenant.slug, deal.pk)
    context = {"deal": deal, "form": form, "editor": editor, "refusal": refusal}
    answer = invalid if request.method == "POST" else render
    return answer(request, "pipeline/deals/deal_rows.html", context, fragment="pipeline/deals/_deal_rows.html")
