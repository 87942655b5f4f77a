"""The list of deals at 200,000 deals in the company, beside twenty others of 10,000, against a bare page of 50 rows:
one indexed query and a table in the same base template, behind the same middleware."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.template import RequestContext, Template
from django.test import Client, override_settings
from django.urls import include, path

from accounts.access.views import TenantRequest, needs
from accounts.people.models import User
from accounts.tenancy.context import tenant_scope
from benchmarks.companies import analyze, company_with_deals
from benchmarks.registry import Result, bench, seconds
from pipeline.deals.models import Deal, Stage

_DEALS, _OTHERS, _OTHERS_DEALS = 200_000, 20, 10_000
_REQUESTS = 60
_BARE = Template(
    '{% extends "base.html" %}{% block content %}<table class="table">{% for row in rows %}<tr><td>{{ row.0 }}</td>'
    "<td>{{ row.1 }}</td><td>{{ row.2 }}</td><td>{{ row.3 }}</td></tr>{% endfor %}</table>{% endblock %}"
)


@needs("deals.view")
def bare(request: TenantRequest) -> HttpResponse:
    rows = Deal.objects.order_by("-stage_since", "-id").values_list("reference", "amount", "stage_since", "id")[:50]
    return HttpResponse(_BARE.render(RequestContext(request, {"rows": rows})))


urlpatterns = [path("t/<slug:tenant>/bare/", bare), path("", include(settings.ROOT_URLCONF))]


@bench("pages")
def deal_list_against_bare_page() -> Iterator[Result]:
    tenant = company_with_deals("large", _DEALS)
    for number in range(_OTHERS):
        company_with_deals(f"other-{number}", _OTHERS_DEALS)
    analyze()
    with override_settings(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], DEBUG=False, MIDDLEWARE=settings.MIDDLEWARE):
        client = Client()
        client.force_login(User.objects.get(email="admin@large.test"), settings.AUTHENTICATION_BACKENDS[0])
        with tenant_scope(tenant.pk), transaction.atomic():
            stage = Stage.objects.earliest("position").pk
        for what, query in (
            ("first page", ""),
            ("one stage", f"stage={stage}"),
            ("closed in a quarter", "period=2017-Q3"),
            ("by reference", "search=D1999"),
        ):
            yield from compare(client, f"deals, {what}", f"/t/{tenant.slug}/deals/?{query}", f"/t/{tenant.slug}/bare/")


def compare(
    client: Client, what: str, ours: str, baseline: str, *, baseline_is: str = "the bare page", goal: float | None = 3
) -> Iterator[Result]:
    """Both pages in turn, so that what else the machine does hits both."""
    times: dict[str, list[float]] = {ours: [], baseline: []}
    for _ in range(_REQUESTS):
        for url, taken in times.items():
            taken.append(seconds(lambda url=url: client.get(url)))
    for name, of in (("p50", statistics.median), ("p95", lambda values: sorted(values)[int(len(values) * 0.95)])):
        yield Result(f"{what}, {name}", of(times[ours]), of(times[baseline]), baseline_is, goal=goal)
