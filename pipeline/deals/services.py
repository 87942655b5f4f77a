"""Writing deals: create, edit, move through the stages, win, lose, reopen.

Every service locks the deal and compares `version` with the one the actor has seen, so no change is lost under another;
each ends in `crediting.settle`, so the ledger always says what the deal says. A change of nothing writes nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date
from typing import Any

from django.db import transaction

from accounts.access.actor import Actor
from accounts.access.policy import get_visible, may, require
from accounts.audit.models import AuditEntry
from accounts.audit.services import record
from accounts.people.models import Member
from pipeline.customers.selectors import visible_customers
from pipeline.deals.crediting import settle
from pipeline.deals.gates import check_gate
from pipeline.deals.locks import hold
from pipeline.deals.models import Deal, LineItem, Stage, StageChange
from pipeline.deals.rules import check_loss, check_values, must_be_open, must_be_past
from pipeline.deals.splitting import follow_owner
from pipeline.deals.stages import Stages, ensure_stages
from pipeline.deals.values import LABELS, DealValues
from pipeline.products.models import Product
from salesops.lib.errors import DomainError, gettext_noop

_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that is read as another
_LONGEST = 60
_VALUES = {field.name for field in fields(DealValues)}
_FROM_LINES = {"amount", "units", "product_id"}


@transaction.atomic
def create_deal(*, actor: Actor, values: DealValues, as_of: date, reference: str = "") -> Deal:
    """A new deal in the first open stage. Without a `reference` of the company's own it gets one of eight letters.

    Refuses a taken reference, an owner outside the actor's scope, and a customer or product that is not there.
    """
    require(actor, "deals.edit")
    reference = " ".join(reference.split()) or "".join(secrets.choice(_LETTERS) for _ in range(8))
    if len(reference) > _LONGEST:
        message = gettext_noop("A reference has at most %(most)s characters.")
        raise DomainError("too_long", message, "reference", most=_LONGEST)
    if Deal.objects.filter(reference=reference).exists():
        message = gettext_noop("There is already a deal %(reference)s.")
        raise DomainError("taken", message, "reference", reference=reference)
    deal = Deal(reference=reference, stage=ensure_stages(actor).open[0], stage_since=as_of)
    changes = {name: value for name, value in values.changes_of(deal).items() if name != "closed_on"}
    _check(actor, deal, changes | {"owner_id": values.owner_id}, as_of)
    hold(deal.stage_id)
    for name, value in changes.items():
        setattr(deal, name, value)
    deal.save()
    StageChange.objects.create(deal=deal, stage=deal.stage, entered_on=as_of, actor=actor.member)
    record(actor=actor, action="deal.created", subject=deal, reference=reference)
    return deal


@transaction.atomic
def edit_deal(*, actor: Actor, deal_id: int, version: int, values: DealValues, as_of: date) -> Deal:
    """Change what the deal says. On a won deal the lines of what was before are reversed and new ones written.

    Refuses (`conflict`) when somebody else has changed the deal since `version`, naming what.
    """
    deal = locked(actor, deal_id, version, as_of)
    changes = values.changes_of(deal)
    if changes.get("closed_on"):
        must_be_past(changes["closed_on"], as_of)
    return _change(actor, deal, changes, "deal.changed", as_of)


@transaction.atomic
def move_to_stage(
    *, actor: Actor, deal_id: int, version: int, stage_id: int, as_of: date, filled: Mapping[str, Any] | None = None
) -> Deal:
    """Move an open deal to another open stage; winning and losing ask for more and are services of their own.

    `filled` are attributes of the deal that the stages' exit criteria ask for, written in the same breath. Refuses
    (`GateClosed`) a move forward while one is still missing.
    """
    deal = locked(actor, deal_id, version, as_of)
    must_be_open(deal.stage.kind)
    stages = ensure_stages(actor)
    stage = next((stage for stage in stages.open if stage.pk == stage_id), None)
    if stage is None:
        raise DomainError("unknown_stage", gettext_noop("There is no such open stage."), "stage")
    changes = _differing(deal, stage_id=stage.pk, **(filled or {}))
    check_gate(deal, stage, stages.every, changes)
    return _change(actor, deal, changes, "deal.moved", as_of)


@transaction.atomic
def win(
    *,
    actor: Actor,
    deal_id: int,
    version: int,
    amount: int | None,
    closed_on: date,
    as_of: date,
    filled: Mapping[str, Any] | None = None,
) -> Deal:
    """The customer has bought: the deal is won on that day for that amount, and its participants are credited.

    `filled` and the refusal of a closed gate are those of `move_to_stage`.
    """
    deal = locked(actor, deal_id, version, as_of)
    must_be_open(deal.stage.kind)
    must_be_past(closed_on, as_of)
    stages = ensure_stages(actor)
    wanted = {**(filled or {}), "stage_id": stages.won.pk, "closed_on": closed_on, "amount": amount}
    changes = _differing(deal, **wanted)
    check_gate(deal, stages.won, stages.every, changes)
    return _change(actor, deal, changes, "deal.won", as_of)


@transaction.atomic
def lose(
    *, actor: Actor, deal_id: int, version: int, closed_on: date, reason: str, as_of: date, note: str = ""
) -> Deal:
    """The customer will not buy, for a reason; the amount stays as it was, for asking what was lost."""
    deal = locked(actor, deal_id, version, as_of)
    must_be_open(deal.stage.kind)
    must_be_past(closed_on, as_of)
    note = " ".join(note.split())
    check_loss(reason, note)
    lost = ensure_stages(actor).lost.pk
    changes = _differing(deal, stage_id=lost, closed_on=closed_on, loss_reason=reason, loss_note=note)
    return _change(actor, deal, changes, "deal.lost", as_of)


@transaction.atomic
def reopen(*, actor: Actor, deal_id: int, version: int, as_of: date) -> Deal:
    """A won or lost deal is open again, in the open stage it was in last; its credits are taken back."""
    deal = locked(actor, deal_id, version, as_of)
    if deal.stage.kind == Stage.Kind.OPEN:
        raise DomainError("is_open", gettext_noop("The deal is open already."))
    stage_id = _last_open_stage(deal, ensure_stages(actor))
    changes = _differing(deal, stage_id=stage_id, closed_on=None, loss_reason="", loss_note="")
    return _change(actor, deal, changes, "deal.reopened", as_of)


def refuse_outdated(*, actor: Actor, deal_id: int, version: int, as_of: date) -> None:
    """Refuse (`conflict`) whoever has not seen the deal as it is, naming who changed what."""
    require(actor, "deals.edit")
    deal: Deal = get_visible(actor, "deals.edit", Deal.objects.all(), as_of=as_of, pk=deal_id)
    if deal.version != version:
        raise _conflict(deal, version)


def locked(actor: Actor, deal_id: int, version: int, as_of: date) -> Deal:
    """The deal, which nobody else can change until the end of this transaction, as the actor has seen it.

    Locked without its stage: a row that had to be waited for is joined again with what was read before, so a deal that
    was moved meanwhile would not be found at all.
    """
    require(actor, "deals.edit")
    deal: Deal = get_visible(actor, "deals.edit", Deal.objects.select_for_update(), as_of=as_of, pk=deal_id)
    if deal.version != version:
        raise _conflict(deal, version)
    return deal


def _conflict(deal: Deal, version: int) -> DomainError:
    """What has been changed since the version that the actor saw, and by whom, from the audit trail."""
    trail = AuditEntry.objects.filter(subject=f"pipeline.deal:{deal.pk}", data__version__gt=version)
    names: dict[str, None] = {}
    people: dict[str, None] = {}
    for entry in trail.select_related("actor").order_by("id"):
        people[entry.actor.full_name if entry.actor else "SalesOps"] = None
        names |= dict.fromkeys(entry.data.get("changes", {}))
    message = gettext_noop("%(who)s changed this deal meanwhile (%(what)s). Nothing was saved; look at it again.")
    labels = ", ".join(str(LABELS.get(name, name)) for name in names) or "–"
    return DomainError("conflict", message, None, who=", ".join(people) or "SalesOps", what=labels)


def _change(actor: Actor, deal: Deal, changes: dict[str, Any], action: str, as_of: date) -> Deal:
    """Write the changes with history, audit row and credit lines; nothing at all when there are none."""
    if not changes:
        return deal
    was_won, former_owner = deal.stage.kind == Stage.Kind.WON, deal.owner_id
    if "stage_id" in changes:
        hold(changes["stage_id"])
    _check(actor, deal, changes, as_of)
    told = {name: [_plain(getattr(deal, name)), _plain(value)] for name, value in changes.items()}
    for name, value in changes.items():
        setattr(deal, name, value)
    if "stage_id" in changes or changes.get("closed_on"):
        deal.stage_since = deal.closed_on or as_of
    deal.version += 1
    deal.save()
    if "stage_id" in changes:
        StageChange.objects.create(deal=deal, stage=deal.stage, entered_on=deal.stage_since, actor=actor.member)
    if "owner_id" in changes:
        follow_owner({deal.pk: (former_owner, deal.owner_id)})
    record(actor=actor, action=action, subject=deal, version=deal.version, changes=told)
    if was_won or deal.stage.kind == Stage.Kind.WON:
        settle(actor=actor, deal_ids=[deal.pk])
    return deal


def _check(actor: Actor, deal: Deal, changes: dict[str, Any], as_of: date) -> None:
    """Refuse what must not be written: references first, then what does not fit together."""
    if "owner_id" in changes:
        _check_owner(actor, changes["owner_id"], as_of)
    customer_id, product_id = changes.get("customer_id"), changes.get("product_id")
    if customer_id and not visible_customers(actor, as_of).filter(pk=customer_id).exists():
        raise DomainError("unknown_customer", gettext_noop("There is no such customer."), "customer")
    if product_id and not Product.objects.filter(pk=product_id).exists():
        raise DomainError("unknown_product", gettext_noop("There is no such product."), "product")
    if counted := _FROM_LINES & changes.keys():
        _check_by_hand(deal, counted)
    stage = Stage.objects.get(pk=changes["stage_id"]) if "stage_id" in changes else deal.stage
    written = {name: value for name, value in changes.items() if name in _VALUES}
    check_values(replace(DealValues.of(deal), **written), stage.kind)


def _check_by_hand(deal: Deal, names: set[str]) -> None:
    """Refuse what follows from the deal's lines, where it has some."""
    if deal.pk and LineItem.objects.filter(deal=deal).exists():
        field = min(names).removesuffix("_id")
        message = gettext_noop("The deal has line items: amount, units and product follow from them.")
        raise DomainError("from_lines", message, field)


def _check_owner(actor: Actor, owner_id: int, as_of: date) -> None:
    known = Member.objects.filter(pk=owner_id).exists()
    if not known or not may(actor, "deals.edit", as_of=as_of, owner_id=owner_id):
        message = gettext_noop("There is no such member among those whose deals you may edit.")
        raise DomainError("unknown_member", message, "owner")


def _differing(deal: Deal, **wanted: Any) -> dict[str, Any]:
    return {name: value for name, value in wanted.items() if getattr(deal, name) != value}


def _last_open_stage(deal: Deal, stages: Stages) -> int:
    open_ids = [stage.pk for stage in stages.open]
    moves = StageChange.objects.filter(deal=deal, stage_id__in=open_ids).order_by("-id")
    return moves.values_list("stage_id", flat=True).first() or open_ids[-1]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
