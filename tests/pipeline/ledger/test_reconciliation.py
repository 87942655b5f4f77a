from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from accounts.jobs.models import JobRun
from accounts.jobs.services import run_inline
from pipeline.deals import services
from pipeline.deals.models import Deal
from pipeline.ledger.models import CreditLine
from pipeline.ledger.services import reverse, standing_lines
from tests.factories import Acme
from tests.pipeline.cast import TODAY, customer, deal, won

pytestmark = pytest.mark.django_db


def night(company: Acme) -> JobRun:
    return run_inline(
        actor=company.operator, kind="ledger.reconcile", period="2026-04-01", as_of=datetime(2026, 4, 1, tzinfo=UTC)
    )


def test_a_ledger_written_by_the_services_has_no_difference(in_acme: Acme) -> None:
    buyer = customer(in_acme)
    first = won(in_acme, in_acme.rob, customer_id=buyer.pk)
    won(in_acme, in_acme.sam, amount=0)
    services.reopen(actor=in_acme.operator, deal_id=first.pk, version=first.version, as_of=TODAY)
    deal(in_acme, in_acme.rita)
    done = night(in_acme)
    assert done.counts == {"won deals": 1, "credit lines": 3, "differences": 0}
    assert done.warnings == []


def test_a_won_deal_without_credit_or_with_another_amount_is_named(in_acme: Acme) -> None:
    bare, other = won(in_acme, in_acme.rob), won(in_acme, in_acme.rob)
    reverse(actor=in_acme.operator, lines=standing_lines([bare.pk], CreditLine.Basis.BOOKED))
    Deal.objects.filter(pk=other.pk).update(amount=1)
    done = night(in_acme)
    named = ", ".join(sorted([bare.reference, other.reference]))
    assert done.warnings == [f"Won deals whose credits are not their amount: 2 ({named})"]
    assert done.counts["differences"] == 2


def test_a_won_deal_credited_on_another_day_is_named(in_acme: Acme) -> None:
    made = won(in_acme, in_acme.rob)
    Deal.objects.filter(pk=made.pk).update(closed_on="2026-01-01")
    assert night(in_acme).counts["differences"] == 1


def test_an_open_deal_with_credit_is_named(in_acme: Acme) -> None:
    made, opened = won(in_acme, in_acme.rob), deal(in_acme, in_acme.rob)
    Deal.objects.filter(pk=made.pk).update(stage=opened.stage_id, closed_on=None)
    assert night(in_acme).warnings == [f"Deals that are not won and have credits: 1 ({made.reference})"]


def test_a_reversal_that_does_not_negate_its_line_is_named(in_acme: Acme) -> None:
    made = won(in_acme, in_acme.rob, amount=5_00)
    line = CreditLine.objects.get(deal=made)
    CreditLine.objects.create(
        basis="booked", date=line.date, participant=line.participant, amount=-4_00, units=-1, currency="USD", deal=made,
        reverses=line, team=line.team, region=line.region,
    )  # fmt: skip
    assert f"Reversals that do not negate their line: 1 (deals {made.reference})" in night(in_acme).warnings


@contextmanager
def refused() -> Iterator[Any]:
    with pytest.raises(Exception, match="permission denied") as caught:
        yield caught


def test_a_line_cannot_be_edited_or_deleted_by_the_application(in_acme: Acme) -> None:
    won(in_acme, in_acme.rob)
    for statement in ("UPDATE pipeline_creditline SET amount = 0", "DELETE FROM pipeline_creditline"):
        with refused(), connection.cursor() as cursor:
            cursor.execute("SAVEPOINT here")
            try:
                cursor.execute(statement)
            finally:
                cursor.execute("ROLLBACK TO here")
