from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from functools import partial

import pytest

from accounts.audit.models import AuditEntry
from pipeline import facts
from pipeline.deals import services
from pipeline.deals.models import Deal, StageChange
from pipeline.deals.values import DealValues
from pipeline.ledger.models import CreditLine
from salesops.lib.errors import DomainError, NotVisible
from tests.factories import Acme
from tests.pipeline.cast import TODAY, acting, customer, deal, product, won

pytestmark = pytest.mark.django_db

EVER = facts.Slice(date(2000, 1, 1), date(2100, 1, 1))


def credited(**where: object) -> Fraction:
    return facts.total(replace(EVER, **where)).value  # type: ignore[arg-type]


def edit(company: Acme, changed: Deal, **values: object) -> Deal:
    return services.edit_deal(
        actor=company.operator,
        deal_id=changed.pk,
        version=changed.version,
        values=replace(DealValues.of(changed), **values),  # type: ignore[arg-type]
        as_of=TODAY,
    )


def test_a_new_deal_is_in_the_first_stage_and_credits_nobody(in_acme: Acme) -> None:
    made = deal(in_acme, in_acme.rob, amount=500_00)
    assert made.stage.name == "Prospecting"
    assert len(made.reference) == 8
    assert credited() == 0


def test_winning_credits_the_owner_with_team_region_and_product_category(in_acme: Acme) -> None:
    sold = product(in_acme)
    made = won(in_acme, in_acme.rob, amount=741_25, product_id=sold.pk)
    [line] = facts.credits(EVER)
    assert (line.amount, line.participant_id, line.deal_id) == (741_25, in_acme.rob.pk, made.pk)
    assert (line.team_id, line.region_name, line.category) == (in_acme.north.pk, "East", "Iron")


def test_winning_needs_an_amount_and_a_day_that_is_past(in_acme: Acme) -> None:
    made = deal(in_acme, in_acme.rob)
    win = partial(services.win, actor=in_acme.operator, deal_id=made.pk, version=1, as_of=TODAY)
    with pytest.raises(DomainError, match="amount"):
        win(amount=None, closed_on=TODAY)
    with pytest.raises(DomainError, match="closed_on"):
        win(amount=1, closed_on=date(2026, 4, 1))


def test_amending_a_won_deal_reverses_its_line_and_writes_a_new_one_at_the_corrected_day(in_acme: Acme) -> None:
    made = won(in_acme, in_acme.rob, amount=100_00, closed_on=date(2026, 3, 1))
    edit(in_acme, made, amount=120_00, closed_on=date(2026, 2, 28))
    told = [(line.amount, line.date) for line in CreditLine.objects.order_by("id")]
    assert told == [(100_00, date(2026, 3, 1)), (-100_00, date(2026, 3, 1)), (120_00, date(2026, 2, 28))]


def test_a_new_owner_of_a_won_deal_takes_the_whole_credit(in_acme: Acme) -> None:
    made = won(in_acme, in_acme.rob, amount=100_00)
    edit(in_acme, made, owner_id=in_acme.sam.pk)
    assert credited(participants=[in_acme.rob.pk]) == 0
    assert credited(participants=[in_acme.sam.pk]) == 100_00
    assert credited(regions=[in_acme.west.pk]) == 100_00


def test_a_change_that_changes_nothing_writes_nothing(in_acme: Acme) -> None:
    made = won(in_acme, in_acme.rob)
    before = (facts.position(), AuditEntry.objects.count(), StageChange.objects.count())
    after = edit(in_acme, made)
    assert (facts.position(), AuditEntry.objects.count(), StageChange.objects.count()) == before
    assert after.version == made.version


def test_a_change_that_no_credit_depends_on_leaves_the_ledger_alone(in_acme: Acme) -> None:
    made = won(in_acme, in_acme.rob)
    before = facts.position()
    edit(in_acme, made, expected_on=date(2026, 5, 1))
    assert facts.position() == before


def test_reopening_takes_the_credit_back_and_returns_to_the_last_open_stage(in_acme: Acme) -> None:
    made = won(in_acme, in_acme.rob)
    back = services.reopen(actor=in_acme.operator, deal_id=made.pk, version=made.version, as_of=TODAY)
    assert (back.stage.name, back.closed_on, back.amount) == ("Prospecting", None, 100_00)
    assert credited() == 0
    assert facts.total(EVER).lines == 0


def test_a_closed_deal_is_not_won_or_lost_again(in_acme: Acme) -> None:
    made = won(in_acme, in_acme.rob)
    with pytest.raises(DomainError, match="reopen it first"):
        services.lose(
            actor=in_acme.operator,
            deal_id=made.pk,
            version=made.version,
            closed_on=TODAY,
            reason="price",
            as_of=TODAY,
        )


def test_an_edit_of_an_older_version_is_refused_and_says_who_changed_what(in_acme: Acme) -> None:
    made = deal(in_acme, in_acme.rob)
    seen = DealValues.of(made)
    services.edit_deal(
        actor=acting(in_acme, in_acme.max), deal_id=made.pk, version=1, values=replace(seen, amount=7_00), as_of=TODAY
    )
    with pytest.raises(DomainError) as refused:
        services.edit_deal(
            actor=in_acme.operator, deal_id=made.pk, version=1, values=replace(seen, units=2), as_of=TODAY
        )
    assert refused.value.code == "conflict"
    assert refused.value.message == (
        "Max Manager changed this deal meanwhile (amount). Nothing was saved; look at it again."
    )
    assert Deal.objects.get(pk=made.pk).units == 1


def test_reps_edit_their_own_deals_only_and_managers_those_of_their_team(in_acme: Acme) -> None:
    made = deal(in_acme, in_acme.rob)
    move = {"deal_id": made.pk, "version": 1, "stage_id": made.stage_id, "as_of": TODAY}
    services.move_to_stage(actor=acting(in_acme, in_acme.rob), **move)
    services.move_to_stage(actor=acting(in_acme, in_acme.max), **move)
    for outsider in (in_acme.rita, in_acme.mia):
        with pytest.raises(NotVisible):
            services.move_to_stage(actor=acting(in_acme, outsider), **move)
    with pytest.raises(DomainError, match="role"):
        services.move_to_stage(actor=acting(in_acme, in_acme.hana), **move)


def test_a_rep_cannot_give_a_deal_to_somebody_outside_the_own_scope(in_acme: Acme) -> None:
    values = DealValues(owner_id=in_acme.sam.pk)
    with pytest.raises(DomainError, match="owner"):
        services.create_deal(actor=acting(in_acme, in_acme.rob), values=values, as_of=TODAY)


def test_the_first_won_deal_of_a_customer_is_its_new_one_even_when_recorded_late(in_acme: Acme) -> None:
    buyer = customer(in_acme)
    later = won(in_acme, in_acme.rob, closed_on=date(2026, 3, 10), customer_id=buyer.pk)
    earlier = won(in_acme, in_acme.sam, closed_on=date(2026, 1, 10), customer_id=buyer.pk)
    assert {line.deal_id: line.new_customer for line in facts.credits(EVER)} == {later.pk: False, earlier.pk: True}
    services.reopen(actor=in_acme.operator, deal_id=earlier.pk, version=earlier.version, as_of=TODAY)
    assert {line.deal_id: line.new_customer for line in facts.credits(EVER)} == {later.pk: True}
    assert credited() == 100_00


def test_moving_a_won_deal_to_another_customer_gives_both_customers_their_first(in_acme: Acme) -> None:
    one, other = customer(in_acme, "One"), customer(in_acme, "Other")
    first = won(in_acme, in_acme.rob, closed_on=date(2026, 1, 1), customer_id=one.pk)
    second = won(in_acme, in_acme.rob, closed_on=date(2026, 2, 1), customer_id=one.pk)
    edit(in_acme, first, customer_id=other.pk)
    assert {line.deal_id: line.new_customer for line in facts.credits(EVER)} == {first.pk: True, second.pk: True}


def test_every_move_is_in_the_history_with_its_actor(in_acme: Acme) -> None:
    made = deal(in_acme, in_acme.rob)
    actor = acting(in_acme, in_acme.rob)
    lost = services.lose(
        actor=actor, deal_id=made.pk, version=1, closed_on=date(2026, 3, 2), reason="timing", as_of=TODAY
    )
    moves = StageChange.objects.filter(deal=made).order_by("id").values_list("stage__name", "entered_on", "actor")
    assert list(moves) == [("Prospecting", TODAY, None), ("Lost", date(2026, 3, 2), in_acme.rob.pk)]
    assert lost.stage_since == date(2026, 3, 2)
