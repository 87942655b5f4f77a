"""What people have done with a deal since a file was written, which importing the file leaves as it is.

Line items say more of amount and product than a row can: a row that contradicts them is refused, by the check and by
the writing. And a stage that a person chose holds until the file says that the deal is won or lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.db.models import Exists, OuterRef, Subquery

from pipeline.deals.models import Deal, LineItem, StageChange
from pipeline.imports.records import DealRecord, Records
from pipeline.imports.refusals import refusal
from salesops.lib.errors import DomainError, gettext_noop

_HAS_LINES = gettext_noop(
    "The deal %(deal)s has line items that say otherwise; change these in the deal, or leave the row out."
)
_READ = 2000  # references in one query
_COLUMNS = (
    "reference",
    "owner__full_name",
    "product__name",
    "customer__name",
    "stage_id",
    "engaged_on",
    "closed_on",
    "amount",
)


@dataclass(frozen=True, slots=True)
class Standing:
    """A deal in the words of a file, blanks for what it has not; its stage is blank where the file has no word for it.

    `moved`: a person put it where it is.
    """

    told: DealRecord
    has_lines: bool
    moved: bool


def standing(references: Sequence[str], words: Mapping[int, str]) -> dict[str, Standing]:
    """Those of the deals that are there; `words` are the file's for the stages. One query."""
    mover = StageChange.objects.filter(deal=OuterRef("pk")).order_by("-id").values("actor_id")[:1]
    found = Deal.objects.filter(reference__in=references).annotate(
        has_lines=Exists(LineItem.objects.filter(deal=OuterRef("pk"))), mover=Subquery(mover)
    )
    there = {}
    for reference, owner, product, customer, stage_id, *rest, has_lines, mover_id in found.values_list(
        *_COLUMNS, "has_lines", "mover"
    ):
        told = DealRecord(reference, owner, product or "", customer or "", words.get(stage_id, ""), *rest)
        there[reference] = Standing(told, has_lines, mover_id is not None)
    return there


def kept(one: DealRecord, there: Standing | None) -> DealRecord:
    """The record with what stays as it is in the deal."""
    if there is None:
        return one
    told = there.told
    if there.has_lines:  # what contradicts has been refused; lines that came after the check hold as well
        one = replace(one, product=told.product, amount=told.amount)
    if not there.moved or one.closed_on or one.stage == told.stage:
        return one
    if told.closed_on:
        return replace(one, stage=told.stage, engaged_on=told.engaged_on, closed_on=told.closed_on, amount=told.amount)
    return replace(one, stage=told.stage, amount=told.amount if one.amount is None else one.amount)


def refuse_contradictions(records: Records) -> None:
    """Refuse the deals whose line items say another amount or product than the file. A blank amount says nothing."""
    wanted = {one.reference: one for one in records.deals}
    references = list(wanted)
    refused = set()
    for start in range(0, len(references), _READ):
        found = Deal.objects.filter(Exists(LineItem.objects.filter(deal=OuterRef("pk"))))
        found = found.filter(reference__in=references[start : start + _READ])
        for reference, product, amount in found.values_list("reference", "product__name", "amount"):
            if column := _contradicts(wanted[reference], product, amount):
                refused.add(reference)
                error = DomainError("has_lines", _HAS_LINES, None, deal=reference)
                records.refusals.append(refusal(records.deals_file, records.deal_rows[reference], column, error))
                records.refused["deals"] += 1
    records.deals = [one for one in records.deals if one.reference not in refused]


def _contradicts(one: DealRecord, product: str, amount: int) -> str:
    if one.amount is not None and one.amount != amount:
        return "close_value"
    return "product" if one.product != product else ""
