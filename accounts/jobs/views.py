"""The nights page, and the progress bar that any page can show for any job."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access.policy import has
from accounts.access.views import TenantRequest, needs
from accounts.jobs import selectors, services
from salesops.lib.errors import DomainError
from salesops.lib.forms import translated
from salesops.lib.htmx import redirect, render

_PROGRESS = "components/_job_progress.html"


@require_GET
@needs("jobs.view")
def night_list(request: TenantRequest) -> HttpResponse:
    nights = selectors.nights()
    context = {
        "last": nights[0] if nights else None,
        "earlier": nights[1:],
        "may_run_again": has(request.actor, "settings.manage"),
    }
    return render(request, "accounts/jobs/night_list.html", context, fragment="accounts/jobs/_last_night.html")


@require_POST
@needs("settings.manage")
def job_run_again(request: TenantRequest, job_id: int) -> HttpResponse:
    try:
        job = services.run_again(actor=request.actor, job_id=job_id)
    except DomainError as error:
        messages.error(request, translated(error))
    else:
        messages.success(request, _("“%(step)s” will run again within a minute.") % {"step": selectors.step(job).label})
    return redirect(request, "night_list", tenant=request.tenant.slug)


@require_GET
@needs("people.view")
def job_progress(request: TenantRequest, job_id: int) -> HttpResponse:
    """Open to every member; `get_job` decides whose jobs they see."""
    job = selectors.get_job(request.actor, job_id)
    triggers = {"job-finished": {"id": job.pk, "state": job.state}} if job.has_ended else {}
    return render(request, _PROGRESS, {"job": selectors.job_view(job)}, fragment=_PROGRESS, triggers=triggers)
