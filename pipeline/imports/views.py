"""The pages of imports: history, upload, check, result."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access.views import TenantRequest, needs
from accounts.jobs.selectors import job_view
from pipeline.imports import selectors, services
from pipeline.imports.forms import StartForm, UploadForm
from pipeline.imports.models import ImportRun
from salesops.lib import clock
from salesops.lib.errors import DomainError
from salesops.lib.forms import add_domain_error, translated
from salesops.lib.htmx import invalid, redirect, render
from salesops.lib.keyset import page, query_with


@require_GET
@needs("imports.run")
def import_list(request: TenantRequest) -> HttpResponse:
    found = page(selectors.imports(request.actor), by=("-id",), cursor=request.GET.get("cursor", ""))
    context = {
        "page": found,
        "next_url": query_with(request.GET, found.next),
        "previous_url": query_with(request.GET, found.previous),
    }
    return render(request, "pipeline/imports/import_list.html", context)


@require_http_methods(["GET", "POST"])
@needs("imports.run")
def import_create(request: TenantRequest) -> HttpResponse:
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if request.method == "POST" and form.is_valid():
        try:
            run = services.upload(
                actor=request.actor, profile=form.cleaned_data["profile"], uploads=form.cleaned_data["files"]
            )
            services.request_check(actor=request.actor, run=run)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            return redirect(request, "import_detail", request.tenant.slug, run.pk)
    answer = invalid if request.method == "POST" else render
    return answer(request, "pipeline/imports/import_create.html", {"form": form})


@require_GET
@needs("imports.run")
def import_detail(request: TenantRequest, run_id: int) -> HttpResponse:
    run = selectors.get_import(request.actor, run_id)
    waiting = run.state in {ImportRun.State.UPLOADED, ImportRun.State.IMPORTING}
    context = {
        "run": run,
        "report": selectors.report(run),
        "profile": selectors.profile_label(run),
        "job": job_view(run.job) if run.job and waiting else None,
        "written": run.state in {ImportRun.State.IMPORTING, ImportRun.State.DONE},
    }
    return render(request, "pipeline/imports/import_detail.html", context, fragment="pipeline/imports/_import.html")


@require_POST
@needs("imports.run")
def import_start(request: TenantRequest, run_id: int) -> HttpResponse:
    form = StartForm(request.POST)
    skip = form.is_valid() and form.cleaned_data["skip_refused"]
    try:
        services.start(actor=request.actor, run_id=run_id, skip_refused=skip)
    except DomainError as error:
        messages.error(request, translated(error))
    return redirect(request, "import_detail", request.tenant.slug, run_id)


@require_POST
@needs("imports.run")
def import_discard(request: TenantRequest, run_id: int) -> HttpResponse:
    try:
        services.discard(actor=request.actor, run_id=run_id, as_of=clock.now())
    except DomainError as error:
        messages.error(request, translated(error))
    else:
        messages.success(request, _("Discarded. Nothing was written."))
    return redirect(request, "import_list", request.tenant.slug)
