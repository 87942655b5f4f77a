"""A deal as it would be credited if it were won: what those above estimate with. Reads only; nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef
from django.db.models.functions import JSONObject

from accounts.access.actor import Actor
from pipeline.deals.models import Deal, LineItem, Split, Stage
from pipeline.deals.reach import visible_deals
from pipeline.facts import SHARE_UNIT
from salesops.lib.allocation import largest_remainder
from salesops.lib.errors import NotVisible


@dataclass(frozen=True, slots=True)
class ProspectPart:
    """A line item, or the whole of a deal without any. `amount` in minor units."""

    amount: int
    units: int
    product: str
    category: str


@dataclass(frozen=True, slots=True)
class ProspectShare:
    """`share` in millionths, `kind` direct or overlay."""

    member_id: int
    share: int
    kind: str


@dataclass(frozen=True, slots=True)
class Prospect:
    """`amount` None while nobody knows it. `new_customer`: nothing has been won from the customer yet."""

    deal_id: int
    reference: str
    amount: int | None
    expected_on: date | None
    is_open: bool
    segment: str
    new_customer: bool
    parts: Sequence[ProspectPart]
    shares: Sequence[ProspectShare]

    def parts_of(self, amount: int) -> list[ProspectPart]:
        """The parts if the deal closed at another amount: each in its proportion, to the cent."""
        if len(self.parts) == 1:
            weights = [1]
        else:
            weights = [part.amount for part in self.parts]
            weights = weights if any(weights) else [1] * len(weights)
        cut = largest_remainder(amount, weights)
        return [
            ProspectPart(share, part.units, part.product, part.category)
            for share, part in zip(cut, self.parts, strict=True)
        ]


def prospect(actor: Actor, as_of: date, deal_id: int) -> Prospect:
    """The deal, if the actor sees it; else `NotVisible`. Two queries."""
    lines = LineItem.objects.filter(deal=OuterRef("pk")).order_by("id")
    splits = Split.objects.filter(deal=OuterRef("pk")).order_by("id")
    won = Deal.objects.filter(customer=OuterRef("customer"), stage__kind=Stage.Kind.WON)
    deals = Deal.objects.select_related("customer", "product", "stage").annotate(
        part_rows=ArraySubquery(
            lines.values(
                row=JSONObject(amount="amount", units="quantity", product="product__name", category="product__category")
            )
        ),
        share_rows=ArraySubquery(splits.values(row=JSONObject(member_id="member_id", share="share", kind="kind"))),
        known_customer=Exists(won),
    )
    found = visible_deals(actor, as_of, deals.filter(pk=deal_id)).first()
    if found is None:
        raise NotVisible
    return _prospect(found)


def _prospect(deal: Deal) -> Prospect:
    rows: Sequence[dict[str, int | str]] = deal.part_rows  # type: ignore[attr-defined]  # annotated
    shares = [ProspectShare(**row) for row in deal.share_rows]  # type: ignore[attr-defined]  # annotated
    if not any(share.kind == Split.Kind.DIRECT for share in shares):
        shares = [ProspectShare(deal.owner_id, SHARE_UNIT, Split.Kind.DIRECT.value), *shares]
    product, category = (deal.product.name, deal.product.category) if deal.product else ("", "")
    return Prospect(
        deal_id=deal.pk,
        reference=deal.reference,
        amount=deal.amount,
        expected_on=deal.expected_on,
        is_open=deal.stage.kind == Stage.Kind.OPEN,
        segment=deal.customer.segment if deal.customer else "",
        new_customer=deal.customer_id is not None and not deal.known_customer,  # type: ignore[attr-defined]
        parts=[ProspectPart(**row) for row in rows] or [ProspectPart(deal.amount or 0, deal.units, product, category)],  # type: ignore[arg-type]
        shares=shares,
    )
