from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection, transaction

from accounts.tenancy.context import tenant_scope
from pipeline import facts
from pipeline.deals import services
from pipeline.deals.models import Deal, StageChange
from pipeline.ledger.models import CreditLine
from salesops.lib.errors import DomainError
from tests import factories
from tests.pipeline.cast import TODAY, customer, deal, won

pytestmark = pytest.mark.django_db(transaction=True)
EVER = facts.Slice(date(2000, 1, 1), date(2100, 1, 1))


def at_once(company: factories.Company, work: Callable[[int], object], times: int) -> list[str]:
    """The work `times` times in threads with connections of their own; "done" or the refusal's code for each."""

    def one(number: int) -> str:
        try:
            with tenant_scope(company.tenant.pk), transaction.atomic():
                work(number)
        except DomainError as error:
            return error.code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(max_workers=8) as pool:
        return list(pool.map(one, range(times)))


def test_of_many_wins_at_once_one_is_done_and_credited() -> None:
    company = factories.load_acme()
    with tenant_scope(company.tenant.pk), transaction.atomic():
        made = deal(company, company.rob)

    def win(number: int) -> None:
        services.win(
            actor=company.operator, deal_id=made.pk, version=1, amount=100 + number, closed_on=TODAY, as_of=TODAY
        )

    outcomes = at_once(company, win, 20)
    assert sorted(outcomes) == ["conflict"] * 19 + ["done"]
    with tenant_scope(company.tenant.pk), transaction.atomic():
        kept = Deal.objects.get(pk=made.pk)
        assert (facts.total(EVER).value, facts.total(EVER).lines) == (kept.amount, 1)
        assert StageChange.objects.filter(deal=made).count() == 2


def test_wins_of_one_customer_at_once_leave_one_new_customer() -> None:
    company = factories.load_acme()
    with tenant_scope(company.tenant.pk), transaction.atomic():
        buyer = customer(company)
        made = [deal(company, company.rob, customer_id=buyer.pk) for _ in range(12)]

    def win(number: int) -> None:
        day = date(2026, 3, 1 + number % 5)
        services.win(actor=company.operator, deal_id=made[number].pk, version=1, amount=100, closed_on=day, as_of=TODAY)

    assert at_once(company, win, 12) == ["done"] * 12
    with tenant_scope(company.tenant.pk), transaction.atomic():
        assert sum(line.new_customer for line in facts.credits(EVER)) == 1
        assert facts.total(EVER) == facts.Total(1200, 12)
        ids = list(CreditLine.objects.order_by("id").values_list("id", flat=True))
        assert facts.position() == ids[-1]


def reopen_twice(company: factories.Company, made: Deal) -> None:
    with transaction.atomic():
        for version in (made.version, made.version + 1):
            services.reopen(actor=company.operator, deal_id=made.pk, version=version, as_of=TODAY)


def test_a_refused_action_in_a_batch_leaves_nothing_half_written() -> None:
    company = factories.load_acme()
    with tenant_scope(company.tenant.pk):
        with transaction.atomic():
            made = won(company, company.rob)
            before = facts.position()
        with pytest.raises(DomainError):
            reopen_twice(company, made)
        with transaction.atomic():
            assert facts.position() == before
            assert Deal.objects.get(pk=made.pk).closed_on == TODAY
