from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pipeline import facts
from pipeline.deals import services
from pipeline.deals.composition import LineValues, set_lines, set_splits
from pipeline.deals.models import Deal, Stage
from pipeline.deals.splitting import SplitValues
from pipeline.deals.values import DealValues
from pipeline.ledger.reconciliation import credited_open_deals, crooked_reversals, differing_deals
from pipeline.products.models import Product
from salesops.lib.errors import DomainError
from tests.factories import Acme
from tests.pipeline.cast import TODAY, customer, deal, product

pytestmark = pytest.mark.django_db

EVER = facts.Slice(date(2000, 1, 1), date(2100, 1, 1))
Step = tuple[str, int, int, int]
steps = st.lists(
    st.tuples(
        st.sampled_from(["win", "lose", "reopen", "amount", "owner", "customer", "closed_on", "lines", "splits"]),
        st.integers(0, 2),  # which deal
        st.integers(0, 10**9),  # an amount in minor units
        st.integers(0, 40),  # days before today
    ),
    max_size=14,
)


def lines_of(number: int) -> list[LineValues]:
    """None up to three, two of which may be the same, at prices that do not divide evenly."""
    product = Product.objects.values_list("pk", flat=True).first()
    assert product
    return [LineValues(product, 1 + n % 2, number % 997 * 100 + n // 2, number % 10_000) for n in range(number % 4)]


def splits_of(number: int, owners: tuple[int, ...]) -> list[SplitValues]:
    """The owner alone, two who share, or two who share and an overlay; sometimes a millionth too little."""
    first = 1 + number % 999_998
    shares = [SplitValues(owners[0], first), SplitValues(owners[1], 1_000_000 - first - (number % 7 == 0))]
    overlay = SplitValues(owners[2], 1 + number % 1_000_000, "overlay")
    return [[], shares, [*shares, overlay], [overlay]][number % 4]


def play(company: Acme, deals: list[int], buyers: list[int | None], step: Step) -> None:
    name, which, number, days = step
    found = Deal.objects.get(pk=deals[which])
    asked: dict[str, Any] = {"actor": company.operator, "deal_id": found.pk, "version": found.version, "as_of": TODAY}
    day = TODAY - timedelta(days=days)
    owners = (company.rob.pk, company.rita.pk, company.sam.pk)
    edited: dict[str, dict[str, object]] = {
        "amount": {"amount": number},
        "owner": {"owner_id": owners[number % 3]},
        "customer": {"customer_id": buyers[number % 3]},
        "closed_on": {"closed_on": day},
    }
    actions: dict[str, Callable[[], Deal]] = {
        "win": lambda: services.win(amount=number, closed_on=day, **asked),
        "lose": lambda: services.lose(closed_on=day, reason="price", **asked),
        "reopen": lambda: services.reopen(**asked),
        "lines": lambda: set_lines(lines=lines_of(number), **asked),
        "splits": lambda: set_splits(splits=splits_of(number, owners), **asked),
    }
    try:
        with transaction.atomic():
            if name in actions:
                actions[name]()
            else:
                values = replace(DealValues.of(found), **edited[name])  # type: ignore[arg-type]
                services.edit_deal(values=values, **asked)
    except DomainError:
        pass  # a step that does not fit the deal's state; it must have written nothing


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
@example([("win", 0, 100, 5), ("win", 1, 100, 10)])  # the customer's first deal comes to light late
@example([("win", 0, 100, 5), ("amount", 0, 200, 0)])
@example([("win", 0, 100, 5), ("lines", 0, 9_999, 0)])  # two lines of one unit that both round to nothing
def test_after_any_steps_the_standing_lines_are_the_deals_present_state(in_acme: Acme, taken: list[Step]) -> None:
    """Seen failing when `settle` left out the deals whose new-customer flag moves, when `reverse` kept the sign, and
    when two equal line items were taken for one."""
    with transaction.atomic():
        product(in_acme)
        buyers = [customer(in_acme, "One").pk, customer(in_acme, "Two").pk, None]
        deals = [deal(in_acme, in_acme.rob, customer_id=buyers[0]).pk for _ in range(3)]
        for step in taken:
            play(in_acme, deals, buyers, step)
        check()
        transaction.set_rollback(True)


def check() -> None:
    won = Deal.objects.filter(stage__kind=Stage.Kind.WON).order_by("id")
    standing = list(facts.credits(EVER))
    assert {(line.deal_id, line.date, line.customer_id) for line in standing} == {
        (one.pk, one.closed_on, one.customer_id) for one in won
    }
    told = Counter(
        (line.deal_id, line.participant_id, line.kind, line.share, line.product_id, line.amount, line.units)
        for line in standing
    )
    assert told == Counter(line for one in won for line in expected_lines(one))
    for one in won:  # whoever shares it, the direct credits of a deal are its amount
        assert facts.total(replace(EVER, deal=one.pk, kind="direct")).value == one.amount
        assert facts.total(replace(EVER, deal=one.pk, kind="direct"), "units").value == one.units
    assert facts.total(replace(EVER, kind="direct")).value == sum(one.amount for one in won)
    firsts: dict[int | None, Deal] = {}
    for one in won.order_by("closed_on", "id"):
        firsts.setdefault(one.customer_id, one)
    firsts.pop(None, None)
    assert {line.deal_id for line in standing if line.new_customer} == {one.pk for one in firsts.values()}
    assert differing_deals() == credited_open_deals() == crooked_reversals() == []


def expected_lines(one: Deal) -> Iterator[tuple[object, ...]]:
    """Every participant's part of every line item, worked out from the deal alone."""
    shares = [(split.member_id, split.kind, split.share) for split in one.splits.all()]
    if not any(kind == "direct" for _, kind, _ in shares):
        shares.append((one.owner_id, "direct", 1_000_000))
    lines = [(line.product_id, line.amount, line.quantity) for line in one.lines.all()]
    for line in lines or [(one.product_id, one.amount, one.units)]:
        for share in shares:
            yield one.pk, *share, *line
