"""Stages that change while deals move."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet

import pytest
from django.db import connection, transaction

from accounts.tenancy.context import tenant_scope
from pipeline.deals import services as deals
from pipeline.deals.models import Deal, Stage
from pipeline.deals.stages import ensure_stages
from pipeline.stages import services
from pipeline.stages.services import StageValues
from salesops.lib.errors import DomainError
from tests import factories
from tests.pipeline.cast import TODAY, deal

pytestmark = pytest.mark.django_db(transaction=True)
_A_MOMENT = 0.3  # seconds; long enough that the other thread has come to the lock


def _cast() -> tuple[factories.Acme, Deal, Stage, Stage]:
    company = factories.load_acme()
    with tenant_scope(company.tenant.pk), transaction.atomic():
        made = deal(company, company.rob)
        first, second = ensure_stages(company.operator).open
        services.add_stage(actor=company.operator, values=StageValues("Proposal", 60))
    return company, made, first, second


def _remove(company: factories.Acme, stage: Stage, to: Stage) -> int:
    try:
        with tenant_scope(company.tenant.pk), transaction.atomic():
            return services.remove_stage(actor=company.operator, stage_id=stage.pk, to_stage_id=to.pk, as_of=TODAY)
    finally:
        connection.close()


def _move(company: factories.Acme, made: Deal, stage: Stage) -> str:
    try:
        with tenant_scope(company.tenant.pk), transaction.atomic():
            deals.move_to_stage(actor=company.operator, deal_id=made.pk, version=1, stage_id=stage.pk, as_of=TODAY)
    except DomainError as error:
        return error.code
    finally:
        connection.close()
    return "done"


def _must_wait(other: Future[object]) -> None:
    with pytest.raises(NotYet):
        other.result(timeout=_A_MOMENT)


def test_a_deal_on_its_way_to_a_stage_that_is_removed_goes_where_its_deals_go() -> None:
    company, made, first, second = _cast()
    with ThreadPoolExecutor(max_workers=1) as pool:
        with tenant_scope(company.tenant.pk), transaction.atomic():
            deals.move_to_stage(actor=company.operator, deal_id=made.pk, version=1, stage_id=second.pk, as_of=TODAY)
            removing: Future[object] = pool.submit(_remove, company, second, first)
            _must_wait(removing)
        assert removing.result() == 1
    with tenant_scope(company.tenant.pk), transaction.atomic():
        assert Deal.objects.get(pk=made.pk).stage_id == first.pk


def test_a_move_to_a_stage_that_is_just_being_removed_is_refused() -> None:
    company, made, first, second = _cast()
    with ThreadPoolExecutor(max_workers=1) as pool:
        with tenant_scope(company.tenant.pk), transaction.atomic():
            services.remove_stage(actor=company.operator, stage_id=second.pk, to_stage_id=first.pk, as_of=TODAY)
            moving: Future[object] = pool.submit(_move, company, made, second)
            _must_wait(moving)
        assert moving.result() == "unknown_stage"


def test_a_win_beside_the_removal_of_its_stage_is_credited_and_neither_fails() -> None:
    company, made, first, second = _cast()
    with ThreadPoolExecutor(max_workers=1) as pool:
        with tenant_scope(company.tenant.pk), transaction.atomic():
            Deal.objects.select_for_update().get(pk=made.pk)
            removing: Future[object] = pool.submit(_remove, company, first, second)
            _must_wait(removing)
            deals.win(actor=company.operator, deal_id=made.pk, version=1, amount=100, closed_on=TODAY, as_of=TODAY)
        assert removing.result() == 0
    with tenant_scope(company.tenant.pk), transaction.atomic():
        assert Deal.objects.get(pk=made.pk).stage.kind == Stage.Kind.WON
