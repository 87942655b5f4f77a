"""The board of deals at 200,000 deals in the company, beside twenty others of 10,000, against the same board without
its sums: the same cards in the same page, but nothing counted or added up. Live sums are measured beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from django.conf import settings
from django.db import connection, transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.test import Client, override_settings
from django.urls import include, path

from accounts.access.actor import Actor
from accounts.access.views import TenantRequest, needs, today
from accounts.people.models import Member, User
from accounts.tenancy.context import tenant_scope
from accounts.tenancy.models import Tenant
from benchmarks.bench_pages import compare
from benchmarks.companies import analyze, company_with_deals
from benchmarks.registry import Result, bench
from pipeline.board.pages import BoardPage
from pipeline.board.selectors import Board, PastAge
from pipeline.board.totals import Total, fold
from pipeline.customers.models import Customer
from pipeline.deals.models import Deal, Stage
from pipeline.deals.stages import ensure_stages
from pipeline.stages.services import StageValues, add_stage
from salesops.lib import clock

_DEALS, _OTHERS, _OTHERS_DEALS = 200_000, 20, 10_000
_BARE = "the board without sums"
_STAGES = 5  # more open ones than a new company has: with won and lost there are nine columns, eight of them with cards
_SPREAD = """
    INSERT INTO pipeline_deal (tenant_id, reference, title, next_step, loss_reason, loss_note, customer_id, owner_id,
                               stage_id, amount, units, expected_on, closed_on, stage_since, created_at, version)
    SELECT %(tenant)s, 'E' || n, '', '', '', '', (%(customers)s::bigint[])[1 + n %% 100],
           (%(members)s::bigint[])[1 + n %% 30], (%(stages)s::bigint[])[1 + n %% 8], 10000 + n, 1 + n %% 3,
           CASE WHEN n %% 8 < 7 THEN %(today)s::date + n %% 400 - 20 END,
           CASE WHEN n %% 8 = 7 THEN %(today)s::date - n %% 365 END, %(today)s::date - n %% 60, now(), 1
    FROM generate_series(1, %(count)s) n
"""


class _NoSums(Board):
    def totals(self, stages: Sequence[Stage]) -> Mapping[int, Total]:
        return {}

    def past_age(self, stages: Sequence[Stage]) -> PastAge:
        return PastAge(0, 0)


class _LiveSums(Board):
    def totals(self, stages: Sequence[Stage]) -> Mapping[int, Total]:
        return self.live_totals(stages)


def _page(request: TenantRequest, board: type[Board]) -> HttpResponse:
    page = BoardPage(request, request.GET)
    page._board = board(request.actor, today(request), page.narrowed)
    return render(request, "pipeline/board/board.html", page.context())


@needs("deals.view")
def without_sums(request: TenantRequest) -> HttpResponse:
    return _page(request, _NoSums)


@needs("deals.view")
def with_live_sums(request: TenantRequest) -> HttpResponse:
    return _page(request, _LiveSums)


urlpatterns = [
    path("t/<slug:tenant>/bare-board/", without_sums),
    path("t/<slug:tenant>/live-board/", with_live_sums),
    path("", include(settings.ROOT_URLCONF)),
]


@bench("board")
def board_against_board_without_sums() -> Iterator[Result]:
    tenant = _company()
    for number in range(_OTHERS):
        company_with_deals(f"beside-{number}", _OTHERS_DEALS)
    analyze()
    with override_settings(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], DEBUG=False, MIDDLEWARE=settings.MIDDLEWARE):
        client = Client()
        client.force_login(User.objects.get(email=f"admin@{tenant.slug}.test"), settings.AUTHENTICATION_BACKENDS[0])
        root = f"/t/{tenant.slug}"
        quarter = tenant.calendar.quarter_of(clock.today(tenant.time_zone)).key
        for what, query in (("everybody's", ""), ("closing this quarter", f"?closing={quarter}")):
            ours, baseline = f"{root}/deals/board/{query}", f"{root}/bare-board/{query}"
            yield from compare(client, f"board, {what}", ours, baseline, baseline_is=_BARE, goal=2.5)
        live, baseline = f"{root}/live-board/", f"{root}/bare-board/"
        yield from compare(client, "the same with live sums", live, baseline, baseline_is=_BARE, goal=None)


def _company() -> Tenant:
    """Thirty reps; a night has folded the movements."""
    tenant = company_with_deals("board", 0)
    actor = Actor.operator(tenant)
    with tenant_scope(tenant.pk), transaction.atomic():
        for number in range(_STAGES):
            add_stage(actor=actor, values=StageValues(f"Stage {number}", 50, 30))
        stages = [stage.pk for stage in ensure_stages(actor).every if stage.kind != Stage.Kind.LOST]
        values = {
            "tenant": tenant.pk,
            "customers": list(Customer.objects.values_list("pk", flat=True)),
            "members": list(Member.objects.filter(full_name__startswith="Rep").values_list("pk", flat=True)),
            "stages": stages,
            "today": clock.today(tenant.time_zone),
            "count": _DEALS,
        }
        with connection.cursor() as cursor:
            cursor.execute(_SPREAD, values)
        fold()
        assert Deal.objects.count() == _DEALS
    return tenant
