"""Writing what a deal is made of: its line items, and the splits of its credit.

Both are sent as a whole and replace what stood there. On a won deal the credit lines of what was before are reversed
and new ones written, as with any other change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass
from datetime import date
from fractions import Fraction

from django.db import transaction

from accounts.access.actor import Actor
from accounts.access.policy import require
from accounts.audit.services import record
from pipeline.deals.crediting import settle
from pipeline.deals.models import Deal, LineItem, Split, Stage
from pipeline.deals.rules import check_length
from pipeline.deals.services import locked
from pipeline.deals.splitting import SplitValues, as_percent, check_splits
from pipeline.products.models import Product
from salesops.lib.errors import DomainError, gettext_noop
from salesops.lib.money import MAX_MINOR, round_half_up

MOST_LINES = 50
_MOST_UNITS = 1_000_000_000
_WHOLE = 10_000  # a discount of 100 %, in hundredths of a percent


@dataclass(frozen=True, slots=True)
class LineValues:
    """One line. `unit_price` is in minor units, `discount` in hundredths of a percent."""

    product_id: int
    quantity: int
    unit_price: int
    discount: int = 0
    description: str = ""

    @property
    def amount(self) -> int:
        """Minor units, rounded once."""
        return round_half_up(Fraction(self.quantity * self.unit_price * (_WHOLE - self.discount), _WHOLE))

    @classmethod
    def of(cls, line: LineItem) -> LineValues:
        return cls(line.product_id, line.quantity, line.unit_price, line.discount, line.description)


@transaction.atomic
def set_lines(*, actor: Actor, deal_id: int, version: int, lines: Sequence[LineValues], as_of: date) -> Deal:
    """The deal's line items from now on. Its amount and units become their sums, its product that of the largest line.

    Without lines amount, units and product stay and are written by hand again.
    """
    deal = locked(actor, deal_id, version, as_of)
    before = [LineValues.of(line) for line in deal.lines.order_by("id")]
    if before == list(lines):
        return deal
    _check_lines(lines)
    deal.lines.all().delete()
    LineItem.objects.bulk_create(LineItem(deal=deal, amount=one.amount, **asdict(one)) for one in lines)
    if lines:
        deal.amount = sum(one.amount for one in lines)
        deal.units = sum(one.quantity for one in lines)
        deal.product_id = max(lines, key=lambda one: one.amount).product_id
    return _written(actor, deal, "deal.lines_set", {"lines": [_counted(before), _counted(lines)]})


@transaction.atomic
def set_splits(*, actor: Actor, deal_id: int, version: int, splits: Sequence[SplitValues], as_of: date) -> Deal:
    """Who is credited from now on. Without direct shares the owner is, with the whole.

    Refuses (`not_whole`) direct shares that do not add up to exactly 100 %, naming what is left or too much. Only who
    leads people may change overlays.
    """
    deal = locked(actor, deal_id, version, as_of)
    before = [SplitValues(one.member_id, one.share, one.kind) for one in deal.splits.order_by("id")]
    if before == list(splits):
        return deal
    check_splits(splits)
    if _overlays(before) != _overlays(splits):
        require(actor, "deals.overlay")
    deal.splits.all().delete()
    Split.objects.bulk_create(
        Split(deal=deal, member_id=one.member_id, share=one.share, kind=one.kind) for one in splits
    )
    return _written(actor, deal, "deal.splits_set", {"splits": [_told(before), _told(splits)]})


def _overlays(splits: Sequence[SplitValues]) -> set[SplitValues]:
    return {one for one in splits if one.kind == Split.Kind.OVERLAY}


def _written(actor: Actor, deal: Deal, action: str, told: dict[str, object]) -> Deal:
    deal.version += 1
    deal.save()
    record(actor=actor, action=action, subject=deal, version=deal.version, changes=told)
    if deal.stage.kind == Stage.Kind.WON:
        settle(actor=actor, deal_ids=[deal.pk])
    return deal


def _check_lines(lines: Sequence[LineValues]) -> None:
    if len(lines) > MOST_LINES:
        raise DomainError("too_many", gettext_noop("A deal has at most %(most)s line items."), None, most=MOST_LINES)
    wanted = {one.product_id for one in lines}
    if Product.objects.filter(pk__in=wanted).count() < len(wanted):
        raise DomainError("unknown_product", gettext_noop("There is no such product."), "product")
    for one in lines:
        if not 0 < one.quantity <= _MOST_UNITS:
            raise DomainError("out_of_range", gettext_noop("The quantity is out of range."), "quantity")
        if not 0 <= one.unit_price < MAX_MINOR:
            raise DomainError("out_of_range", gettext_noop("The unit price is out of range."), "unit_price")
        if not 0 <= one.discount <= _WHOLE:
            raise DomainError("out_of_range", gettext_noop("A discount is between 0 % and 100 %."), "discount")
        check_length(one.description, 200, "description")
    if sum(one.amount for one in lines) >= MAX_MINOR or sum(one.quantity for one in lines) > _MOST_UNITS:
        raise DomainError("out_of_range", gettext_noop("The lines add up to more than a deal can be."), "amount")


def _counted(lines: Sequence[LineValues]) -> list[list[object]]:
    return [list(astuple(one)) for one in lines]


def _told(splits: Sequence[SplitValues]) -> list[list[object]]:
    return [[one.member_id, as_percent(one.share), str(one.kind)] for one in splits]
