"""Reading deals for pages and the API."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from accounts.access.actor import Actor
from accounts.access.policy import rows
from accounts.audit.models import AuditEntry
from pipeline.customers.models import Customer
from pipeline.deals.models import Deal, LineItem, Split, Stage, StageChange
from pipeline.deals.reach import visible_deals
from pipeline.ledger.models import CreditLine
from pipeline.prefixes import begins
from salesops.lib.errors import NotVisible

NEWEST = ("-stage_since", "-id")
COUNTED = 10_000  # a count of 300,000 rows costs 200 ms (performance.md); nobody reads such a number
_NAMED = 500  # customers whose ids are listed; beyond that the text was too short to be worth an index
_AMENDMENTS = ("deal.changed", "deal.lines_set", "deal.splits_set")
_WITH = ("customer", "product", "owner", "stage")


@dataclass(frozen=True, slots=True)
class DealFilter:
    """What a list of deals is narrowed to; None and "" leave a filter out. `closing`: first and last day of it."""

    search: str = ""
    stage_id: int | None = None
    owner_id: int | None = None
    customer_id: int | None = None
    closing: tuple[date, date] | None = None

    def __bool__(self) -> bool:
        return self != DealFilter()

    @property
    def order(self) -> tuple[str, str]:
        """The newest first: by the closing day where that is asked for, so that one index finds and sorts."""
        return ("-closed_on", "-id") if self.closing else NEWEST


def find_deals(actor: Actor, as_of: date, narrowed: DealFilter) -> QuerySet[Deal]:
    """The deals in the actor's scope; page them in the order of the filter.

    Customer and product are joined, as left joins. Owner and stage are not: with several companies in the tables the
    planner takes these inner joins for filters that leave few rows, and sorts 25,000 deals where an index has 50.
    """
    deals = visible_deals(actor, as_of, Deal.objects.select_related("customer", "product"))
    for column in ("stage_id", "owner_id", "customer_id"):
        if (wanted := getattr(narrowed, column)) is not None:
            deals = deals.filter(**{column: wanted})
    if narrowed.closing is not None:
        deals = deals.filter(closed_on__range=narrowed.closing)
    if narrowed.search:
        deals = deals.filter(matching(narrowed.search))
    return deals


def matching(search: str) -> Q:
    """The reference, as typed or in capitals, or the customer's name in any case, begins with the text.

    Each part has an index. The customers are looked up first: a list of ids is found by one, a subquery is not.
    """
    named = Customer.objects.filter(name__istartswith=search).values_list("id", flat=True)
    ids = list(named[: _NAMED + 1])
    of_customers = Q(customer_id__in=ids if len(ids) <= _NAMED else named)
    return begins("reference", search) | begins("reference", search.upper()) | of_customers


def count_capped(deals: QuerySet[Deal]) -> int:
    """How many, counted no further than one beyond `COUNTED`."""
    return deals.order_by()[: COUNTED + 1].count()


def get_deal(actor: Actor, as_of: date, deal_id: int, capability: str = "deals.view") -> Deal:
    """The deal to read, or under another capability by its owner's scope alone; else `NotVisible`."""
    deals: QuerySet[Deal] = Deal.objects.select_related(*_WITH).filter(pk=deal_id)
    found = rows(actor, capability, deals, as_of=as_of).first()
    if found is None and capability == "deals.view":  # the rarer case asks once more
        found = visible_deals(actor, as_of, deals).first()
    if found is None:
        raise NotVisible
    return found


def stage_history(deal: Deal) -> list[StageChange]:
    """The deal's moves, newest first."""
    return list(deal.changes.select_related("stage", "actor").order_by("-id"))


def amendments(deal: Deal) -> list[AuditEntry]:
    """Who changed what in the deal, newest first."""
    trail = AuditEntry.objects.filter(subject=f"pipeline.deal:{deal.pk}", action__in=_AMENDMENTS)
    return list(trail.select_related("actor").order_by("-id")[:50])


def credit_lines(deal: Deal) -> list[CreditLine]:
    """Every line the deal ever had, reversals included, in the order in which they were written."""
    return list(deal.credit_lines.select_related("participant", "team").order_by("id"))


def lines(deal: Deal) -> list[LineItem]:
    return list(deal.lines.select_related("product").order_by("id"))


def splits(deal: Deal) -> list[Split]:
    return list(deal.splits.select_related("member").order_by("id"))


def stages() -> list[Stage]:
    """Those in use, in their order."""
    return list(Stage.objects.filter(removed=False).order_by("position"))
