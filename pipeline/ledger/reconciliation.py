"""The night's check that the ledger says what the deals say, by other code than the one that writes it.

It adds and compares, it never credits: three questions to the database whose answer must be no deal and no line.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Count, F, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.jobs.registry import Outcome
from accounts.jobs.work import Work
from pipeline.deals.models import Deal, LineItem, Stage
from pipeline.ledger.models import WHOLE, CreditLine
from salesops.lib.errors import gettext_noop

_SAME = (
    "basis",
    "kind",
    "date",
    "participant_id",
    "team_id",
    "region_id",
    "share",
    "deal_id",
    "customer_id",
    "product_id",
    "new_customer",
)
_NAMED = 5  # deals named in a warning; the count says how many there are


def reconcile(work: Work) -> Outcome:
    """Warn of every deal whose standing lines are not its present state and of every reversal that does not negate."""
    with transaction.atomic():
        wrong, standing, crooked = differing_deals(), credited_open_deals(), crooked_reversals()
        warnings = [
            *_warning(_("Won deals whose credits are not their amount: %(count)s (%(deals)s)"), wrong),
            *_warning(_("Deals that are not won and have credits: %(count)s (%(deals)s)"), standing),
            *_warning(_("Reversals that do not negate their line: %(count)s (deals %(deals)s)"), crooked),
        ]
        counts = {
            gettext_noop("won deals"): Deal.objects.filter(stage__kind=Stage.Kind.WON).count(),
            gettext_noop("credit lines"): CreditLine.objects.count(),
            gettext_noop("differences"): len(wrong) + len(standing) + len(crooked),
        }
    return Outcome(counts, warnings)


def differing_deals() -> list[str]:
    """References of won deals whose direct lines do not add up to the deal at the closing day: a share of 1 for each
    line item (for the deal itself where it has none), and its amount and units.

    Sums run over all booked lines: a reversal takes its line off, so what remains is what stands.
    """
    booked = Q(credit_lines__basis=CreditLine.Basis.BOOKED, credit_lines__kind=CreditLine.Kind.DIRECT)
    lines = Q(booked, credit_lines__reverses__isnull=True)
    items = LineItem.objects.filter(deal=OuterRef("pk")).order_by().values("deal").values_list(Count("id"))
    won = Deal.objects.filter(stage__kind=Stage.Kind.WON).annotate(
        # A whole deal of shares s and amounts a: Σ s = 1 and Σ s × a = the amount. Reversals count against their line.
        shares=Sum("credit_lines__share", filter=lines, default=0)
        - Sum("credit_lines__share", filter=booked & Q(credit_lines__reverses__isnull=False), default=0),
        credited=Sum(F("credit_lines__share") * F("credit_lines__amount"), filter=booked, default=0),
        sold=Sum(F("credit_lines__share") * F("credit_lines__units"), filter=booked, default=0),
        others=Count("credit_lines", filter=_standing_elsewhere()),
        parts=Coalesce(Subquery(items), 1),
    )
    right = Q(shares=F("parts") * WHOLE, credited=F("amount") * WHOLE, sold=F("units") * WHOLE, others=0)
    return list(won.exclude(right).order_by("reference").values_list("reference", flat=True))


def _standing_elsewhere() -> Q:
    """Standing booked lines of the deal that name another day, customer or product than the deal."""
    standing = Q(
        credit_lines__basis=CreditLine.Basis.BOOKED,
        credit_lines__reverses__isnull=True,
        credit_lines__reversed_by__isnull=True,
    )
    elsewhere = ~Q(credit_lines__date=F("closed_on"))
    return standing & elsewhere


def credited_open_deals() -> list[str]:
    """References of open and lost deals with standing booked lines."""
    lines = CreditLine.objects.filter(basis=CreditLine.Basis.BOOKED, reverses__isnull=True, reversed_by__isnull=True)
    return _references(lines.exclude(deal__stage__kind=Stage.Kind.WON))


def crooked_reversals() -> list[str]:
    """References of deals with a reversal that is not its line with the signs turned."""
    straight = Q(amount=-F("reverses__amount"), units=-F("reverses__units"))
    for column in _SAME:
        path = F(f"reverses__{column}")
        straight &= Q(**{column: path}) | Q(**{f"{column}__isnull": True, f"reverses__{column}__isnull": True})
    return _references(CreditLine.objects.filter(reverses__isnull=False).exclude(straight))


def _references(lines: QuerySet[CreditLine]) -> list[str]:
    named = lines.values("deal_id").annotate(reference=Min("deal__reference")).order_by("reference")
    return list(named.values_list("reference", flat=True))


def _warning(sentence: str, references: list[str]) -> Iterable[str]:
    if references:
        shown = ", ".join(references[:_NAMED]) + ("…" if len(references) > _NAMED else "")
        yield sentence % {"count": len(references), "deals": shown}
