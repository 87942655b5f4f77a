"""Importing deals, a chunk at a time: the deals, their stage history and the credit lines that they earn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from accounts.access.actor import Actor
from accounts.audit.models import AuditEntry
from accounts.facts import Organisation
from accounts.people.models import Member
from pipeline.customers.models import Customer
from pipeline.deals.crediting import settle
from pipeline.deals.locks import hold
from pipeline.deals.models import Deal, Stage, StageChange
from pipeline.deals.splitting import follow_owner
from pipeline.imports.difference import Difference, compare
from pipeline.imports.records import DealRecord, Tallies, Tally
from pipeline.imports.standing import kept, standing
from pipeline.products.models import Product

CHUNK = 2000  # deals in one transaction: below 65,535 parameters a statement, and about a second of work
_OPEN_WORDS = ("Prospecting", "Engaging")
_END_WORDS = {Stage.Kind.WON: "Won", Stage.Kind.LOST: "Lost"}


@dataclass(frozen=True, slots=True)
class Names:
    """Ids by name, for the deals of a whole run; and the organisation, for the team of each credit."""

    members: Mapping[str, int]
    products: Mapping[str, int]
    customers: Mapping[str, int]
    stages: Mapping[str, Stage]
    organisation: Organisation

    @classmethod
    def load(cls) -> Names:
        return cls(
            members=dict(Member.objects.values_list("full_name", "id")),
            products=dict(Product.objects.values_list("name", "id")),
            customers=dict(Customer.objects.values_list("name", "id")),
            stages=file_stages(),
            organisation=Organisation(),
        )


def file_stages() -> dict[str, Stage]:
    """The file's four words and the company's stages for them: by name, else by their place, as stages are renamed."""
    in_use = list(Stage.objects.filter(removed=False).order_by("position"))
    is_open = [stage for stage in in_use if stage.kind == Stage.Kind.OPEN]
    found = {stage.name: stage for stage in is_open}
    for at, word in enumerate(_OPEN_WORDS):
        if is_open:
            found.setdefault(word, is_open[min(at, len(is_open) - 1)])
    return found | {_END_WORDS[stage.kind]: stage for stage in in_use if stage.kind != Stage.Kind.OPEN}


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of a chunk's deals, and of the won ones among them."""

    deals: Difference[DealRecord]
    won: Tally


def plan_deals(records: Sequence[DealRecord]) -> Plan:
    there = standing([one.reference for one in records], {stage.pk: word for word, stage in file_stages().items()})
    told = [kept(one, there.get(one.reference)) for one in records]
    deals = compare(told, lambda one: there[one.reference].told == one if one.reference in there else None)
    return Plan(deals, _won(deals, told))


def tally_deals(records: Sequence[DealRecord]) -> Tallies:
    """What `write_deals` would do, without writing."""
    every, won = Tally(), Tally()
    for start in range(0, len(records), CHUNK):
        plan = plan_deals(records[start : start + CHUNK])
        every.add(plan.deals.tally)
        won.add(plan.won)
    return {"deals": every, "won deals": won}


def write_deals(actor: Actor, records: Sequence[DealRecord], names: Names, as_of: date) -> Tallies:
    """One chunk, in the caller's transaction. `as_of` is the day a deal without dates enters its stage."""
    references = [one.reference for one in records]
    list(Deal.objects.select_for_update().filter(reference__in=references).order_by("id").values_list("id"))
    plan = plan_deals(records)
    for stage_id in sorted({stage.pk for stage in names.stages.values()}):
        hold(stage_id)  # the names are those of the run's beginning
    deals = [_new_deal(one, names, as_of) for one in plan.deals.created]
    Deal.objects.bulk_create(deals)
    StageChange.objects.bulk_create(
        [change for deal, one in zip(deals, plan.deals.created, strict=True) for change in _history(deal, one, names)]
    )
    deals += _change(actor, plan.deals.changed, names, as_of)
    if deals:
        settle(actor=actor, deal_ids=[deal.pk for deal in deals], organisation=names.organisation)
    return {"deals": plan.deals.tally, "won deals": plan.won}


def _won(plan: Difference[DealRecord], records: Sequence[DealRecord]) -> Tally:
    created, changed = (sum(one.stage == "Won" for one in part) for part in (plan.created, plan.changed))
    total = sum(one.stage == "Won" for one in records)
    return Tally(created=created, changed=changed, unchanged=total - created - changed)


def _new_deal(one: DealRecord, names: Names, as_of: date) -> Deal:
    deal = Deal(reference=one.reference, stage_since=_entered(one, as_of))
    _assign(deal, one, names)
    return deal


def _assign(deal: Deal, one: DealRecord, names: Names) -> None:
    deal.owner_id = names.members[one.owner]
    deal.product_id = names.products[one.product]
    deal.customer_id = names.customers[one.customer] if one.customer else None
    if one.stage:
        deal.stage_id = names.stages[one.stage].pk
    deal.engaged_on, deal.closed_on, deal.amount = one.engaged_on, one.closed_on, one.amount


def _entered(one: DealRecord, as_of: date) -> date:
    """The day the deal entered its stage, as far as the file tells."""
    return one.closed_on or one.engaged_on or as_of


def _history(deal: Deal, one: DealRecord, names: Names) -> list[StageChange]:
    """The moves that the file tells of: into Engaging when the deal was engaged, and into its present stage."""
    changes = []
    engaging = names.stages.get("Engaging")
    if one.engaged_on and engaging and engaging.pk != deal.stage_id:
        changes.append(StageChange(deal=deal, stage=engaging, entered_on=one.engaged_on))
    changes.append(StageChange(deal=deal, stage_id=deal.stage_id, entered_on=deal.stage_since))
    return changes


def _change(actor: Actor, records: Sequence[DealRecord], names: Names, as_of: date) -> list[Deal]:
    """Bring deals that are there up to the file. They are locked. A new owner takes over the former one's share."""
    if not records:
        return []
    wanted = {one.reference: one for one in records}
    deals = list(Deal.objects.filter(reference__in=wanted).order_by("id"))
    moved, owners = [], {}
    for deal in deals:
        one, owner, stage_before, closed_before = wanted[deal.reference], deal.owner_id, deal.stage_id, deal.closed_on
        _assign(deal, one, names)
        deal.version += 1
        if (deal.stage_id, deal.closed_on) != (stage_before, closed_before):
            deal.stage_since = _entered(one, as_of)
        if deal.stage_id != stage_before:
            moved.append(StageChange(deal=deal, stage_id=deal.stage_id, entered_on=deal.stage_since))
        if deal.owner_id != owner:
            owners[deal.pk] = (owner, deal.owner_id)
    follow_owner(owners)
    fields = ["owner", "product", "customer", "stage", "engaged_on", "closed_on", "amount", "stage_since", "version"]
    Deal.objects.bulk_update(deals, fields, batch_size=500)
    StageChange.objects.bulk_create(moved)
    AuditEntry.objects.bulk_create(
        AuditEntry(actor=actor.member, action="deal.imported", subject=f"pipeline.deal:{deal.pk}") for deal in deals
    )
    return deals
