"""The demo's pipeline: stages with ages and gates, open deals on their way, shared ones with lines, some losses."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from accounts.access.actor import Actor
from accounts.people.models import Member
from accounts.tenancy.models import Tenant
from pipeline.customers.models import Customer
from pipeline.deals.composition import LineValues, set_lines, set_splits
from pipeline.deals.models import Criterion, Deal, Split, Stage
from pipeline.deals.services import create_deal, edit_deal, lose, move_to_stage, win
from pipeline.deals.splitting import SplitValues
from pipeline.deals.stages import Stages, ensure_stages
from pipeline.deals.values import DealValues
from pipeline.products.models import Product
from pipeline.stages.services import StageValues, add_stage, edit_stage

_STAGES = (
    StageValues("Prospecting", 10, 21, Stage.Forecast.OMITTED, ()),
    StageValues("Engaging", 30, 30, Stage.Forecast.PIPELINE, (Criterion.CUSTOMER, Criterion.PRODUCT)),
    StageValues("Proposal", 55, 21, Stage.Forecast.BEST_CASE, (Criterion.AMOUNT, Criterion.EXPECTED_ON)),
    StageValues("Negotiation", 80, 14, Stage.Forecast.COMMIT, (Criterion.NEXT_STEP,)),
)
# Where an open deal stands, how often, and for how many days at most; some are older than their stage allows.
_PLACES = ((0, 26, 26), (1, 34, 36), (2, 24, 25), (3, 16, 17))
_STEPS = (
    "Send the revised offer",
    "Call about the delivery date",
    "Show the new series",
    "Meet the head of purchasing",
    "确认交货日期",
    "发送修订后的报价单",
)
_TITLES = ("Branch offices", "Second site", "Renewal of the racks", "仓库扩建", "Spring roll-out")
_LOSSES = (
    (Deal.LossReason.PRICE, "Another maker was a tenth cheaper."),
    (Deal.LossReason.COMPETITOR, "Stayed with the present supplier."),
    (Deal.LossReason.NO_BUDGET, ""),
    (Deal.LossReason.NO_DECISION, "项目推迟到明年。"),
    (Deal.LossReason.TIMING, "Wants to look again in spring."),
)
_OWN = 3  # new deals of each rep, besides what was imported


@dataclass(frozen=True, slots=True)
class _Demo:
    """What every deal of the demo is made of."""

    tenant: Tenant
    today: date
    rng: random.Random
    stages: Stages
    products: Sequence[Product]
    reps: Sequence[Member]

    def ago(self, first: int, last: int) -> date:
        return self.today - timedelta(days=self.rng.randint(first, last))


def fill(tenant: Tenant, today: date, rng: random.Random) -> None:
    """Set the stages, bring the open deals on their way and add some of each kind. By the services, on past days."""
    demo = _Demo(
        tenant,
        today,
        rng,
        _set_stages(Actor.operator(tenant)),
        list(Product.objects.order_by("id")),
        list(Member.objects.filter(deals__isnull=False).distinct().order_by("sort_name", "id")),
    )
    for deal in Deal.objects.filter(closed_on__isnull=True).select_related("owner", "product").order_by("id"):
        _on_its_way(demo, deal)
    for rep in demo.reps:
        buyers = list(Customer.objects.filter(deals__owner=rep).distinct().order_by("id")[:12])
        if buyers:
            _add_own(demo, rep, buyers)


def _set_stages(actor: Actor) -> Stages:
    present = {stage.name: stage for stage in ensure_stages(actor).open}
    for values in _STAGES:
        if stage := present.get(values.name):
            edit_stage(actor=actor, stage_id=stage.pk, values=values)
        else:
            add_stage(actor=actor, values=values)
    return ensure_stages(actor)


def _on_its_way(demo: _Demo, deal: Deal) -> None:
    """An imported open deal gets an amount, a day and a next step; half of the engaged ones have come further."""
    actor, rng, product = Actor(demo.tenant, deal.owner), demo.rng, deal.product
    price = (product.list_price if product else None) or 100_000
    units = rng.choices((1, 2, 3, 4, 6), (6, 4, 3, 2, 1))[0]
    values = _planned(demo, replace(DealValues.of(deal), amount=price * units, units=units))
    deal = edit_deal(actor=actor, deal_id=deal.pk, version=deal.version, values=values, as_of=demo.today)
    if deal.stage_id == demo.stages.open[0].pk or rng.random() < 0.45:
        return
    place = rng.choice((2, 2, 3))
    _move(actor, deal, demo.stages.open[place], demo.ago(1, _PLACES[place][2]))


def _planned(demo: _Demo, values: DealValues) -> DealValues:
    """Expected in the coming ten weeks; most have a next step, some of them are late."""
    rng, today = demo.rng, demo.today
    late = rng.random() < 0.12
    step_on = today + timedelta(days=-rng.randint(1, 9) if late else rng.randint(0, 16))
    return replace(
        values,
        expected_on=today + timedelta(days=rng.randint(4, 70)),
        next_step=rng.choice(_STEPS),
        next_step_on=step_on,
    )


def _move(actor: Actor, deal: Deal, stage: Stage, day: date) -> Deal:
    return move_to_stage(
        actor=actor, deal_id=deal.pk, version=deal.version, stage_id=stage.pk, as_of=max(day, deal.stage_since)
    )


def _add_own(demo: _Demo, rep: Member, buyers: Sequence[Customer]) -> None:
    """New deals of a rep: some open, one won and perhaps shared, one lost."""
    actor, rng = Actor(demo.tenant, rep), demo.rng
    for title in rng.sample(_TITLES, _OWN):
        place, _, oldest = rng.choices(_PLACES, [often for _, often, _ in _PLACES])[0]
        deal = _new(demo, rep, rng.choice(buyers), demo.ago(30, 60) if place else demo.ago(1, oldest), title)
        if place:
            _move(actor, deal, demo.stages.open[place], demo.ago(1, oldest))
    won = _shared(demo, _new(demo, rep, rng.choice(buyers), demo.ago(40, 40)))
    seen: dict[str, Any] = {"actor": actor, "deal_id": won.pk, "version": won.version, "as_of": demo.today}
    win(amount=won.amount, closed_on=demo.ago(1, 12), **seen)
    lost = _new(demo, rep, rng.choice(buyers), demo.ago(50, 50))
    reason, note = rng.choice(_LOSSES)
    seen = {"actor": actor, "deal_id": lost.pk, "version": lost.version, "as_of": demo.today}
    lose(closed_on=demo.ago(1, 30), reason=reason, note=note, **seen)


def _new(demo: _Demo, rep: Member, buyer: Customer, began: date, title: str = "") -> Deal:
    """A deal that began on a past day, with line items."""
    actor = Actor(demo.tenant, rep)
    values = _planned(demo, DealValues(owner_id=rep.pk, customer_id=buyer.pk, engaged_on=began, title=title))
    deal = create_deal(actor=actor, values=values, as_of=began)
    lines = list(_lines(demo.products, demo.rng))
    return set_lines(actor=actor, deal_id=deal.pk, version=deal.version, lines=lines, as_of=began)


def _lines(products: Sequence[Product], rng: random.Random) -> Iterator[LineValues]:
    for product in rng.sample(products, rng.choice((1, 1, 2))):
        most = 2 if (product.list_price or 0) > 1_000_000 else 5
        discount = rng.choice((0, 0, 0, 500, 1000))
        yield LineValues(product.pk, rng.randint(1, most), product.list_price or 100_000, discount)


def _shared(demo: _Demo, deal: Deal) -> Deal:
    """Every third is shared with a colleague, and some of those have somebody on top."""
    rng = demo.rng
    if rng.random() > 0.34:
        return deal
    partner, helper = rng.sample([one for one in demo.reps if one.pk != deal.owner_id], 2)
    part = rng.choice((200_000, 300_000, 500_000))
    splits = [SplitValues(deal.owner_id, 1_000_000 - part), SplitValues(partner.pk, part)]
    if rng.random() < 0.5:
        splits.append(SplitValues(helper.pk, 100_000, Split.Kind.OVERLAY))
    actor = Actor.operator(demo.tenant)  # an overlay is no rep's to give
    return set_splits(actor=actor, deal_id=deal.pk, version=deal.version, splits=splits, as_of=demo.today)
