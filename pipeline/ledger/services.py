"""Writing credit lines: record a fact, or take one back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction

from accounts.access.actor import Actor
from accounts.facts import Organisation
from accounts.tenancy.context import required_tenant_id
from pipeline.ledger.models import WHOLE, CreditLine

_LOCK = 0x6C656467  # "ledg": the first key of the advisory lock, so that it meets no other lock of the product


@dataclass(frozen=True, slots=True)
class Fact:
    """A business fact to be credited. `amount` and `margin` are in minor units; `share` in millionths."""

    basis: CreditLine.Basis
    date: date
    participant_id: int
    amount: int
    deal_id: int
    units: int = 1
    margin: int | None = None
    share: int = WHOLE
    kind: CreditLine.Kind = CreditLine.Kind.DIRECT
    customer_id: int | None = None
    product_id: int | None = None
    category: str = ""
    segment: str = ""
    new_customer: bool = False


def take_turns() -> None:
    """Wait until no other transaction writes to this tenant's ledger; held to the end of this one.

    Line ids are thereby visible in their order, which is what makes the highest one a position to compare with.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, required_tenant_id()])


@transaction.atomic
def credit(*, actor: Actor, facts: Sequence[Fact], organisation: Organisation | None = None) -> int:
    """Write a line for each fact, with its participant's team and region on the fact's date. Returns how many.

    The caller has checked that the actor may do what is being credited. `organisation` spares loading it again.
    """
    take_turns()
    people = organisation or Organisation()
    lines = [_line(fact, people, actor.tenant.currency) for fact in facts]
    CreditLine.objects.bulk_create(lines, batch_size=2000)  # 2000 rows × 20 columns stay below 65,535 parameters
    return len(lines)


def _line(fact: Fact, people: Organisation, currency: str) -> CreditLine:
    team = people.team_on(fact.participant_id, fact.date)
    return CreditLine(
        tenant_id=required_tenant_id(),
        basis=fact.basis,
        kind=fact.kind,
        date=fact.date,
        participant_id=fact.participant_id,
        team_id=team.id if team else None,
        region_id=team.region_id if team else None,
        share=fact.share,
        amount=fact.amount,
        currency=currency,
        units=fact.units,
        margin=fact.margin,
        deal_id=fact.deal_id,
        customer_id=fact.customer_id,
        product_id=fact.product_id,
        category=fact.category,
        segment=fact.segment,
        new_customer=fact.new_customer,
    )


def standing_lines(deal_ids: Collection[int], basis: CreditLine.Basis) -> list[CreditLine]:
    """The deals' lines on that basis that are neither reversed nor reversals, in the order they were written."""
    lines = CreditLine.objects.filter(deal_id__in=deal_ids, basis=basis, reverses__isnull=True)
    return list(lines.filter(reversed_by__isnull=True).order_by("id"))


@transaction.atomic
def reverse(*, actor: Actor, lines: Sequence[CreditLine]) -> int:
    """Take back standing lines, each at its own date. Returns how many. Permission is the caller's, as for `credit`."""
    take_turns()
    CreditLine.objects.bulk_create([_negated(line) for line in lines], batch_size=2000)
    return len(lines)


def _negated(line: CreditLine) -> CreditLine:
    copied = (
        "tenant_id basis kind date participant_id team_id region_id share currency deal_id customer_id product_id "
        "category segment new_customer"
    )
    return CreditLine(
        **{name: getattr(line, name) for name in copied.split()},
        amount=-line.amount,
        units=-line.units,
        margin=None if line.margin is None else -line.margin,
        reverses_id=line.pk,
    )
