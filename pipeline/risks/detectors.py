"""What the pipeline watches by itself: deals that stand still, deals past their closing day, customers gone silent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import reduce
from operator import or_

from django.db.models import Count, Max, Min, Q
from django.db.models.functions import Coalesce, Greatest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from pipeline.customers.models import Customer
from pipeline.deals.models import Deal, Stage
from pipeline.risks.registry import Detector, Fact, Finding, Parameter, Parameters, Severity, Told, Wording

_CHUNK = 5000  # rows a fetch; 5000 × 6 columns ≈ 1 MB
_YEAR = timedelta(days=365)


# --- Stalled deals ---------------------------------------------------------------------------------------------------


def find_stalled(as_of: date, parameters: Parameters) -> Iterator[Finding]:
    """Open deals that have been in their stage longer than it allows. A stage that sets no limit has none, unless the
    company named one for such stages (`allowed`, 0: none). Two queries."""
    stages = Stage.objects.filter(kind=Stage.Kind.OPEN)
    limits = {stage: stage.allowed_days or parameters["allowed"] for stage in stages}
    allowed = {stage.pk: (stage.name, days) for stage, days in limits.items() if days}
    if not allowed:
        return
    overstayed = [Q(stage_id=pk, stage_since__lt=as_of - timedelta(days=days)) for pk, (_name, days) in allowed.items()]
    deals = Deal.objects.filter(reduce(or_, overstayed)).order_by()
    columns = ("id", "owner_id", "customer_id", "stage_id", "stage_since")
    for deal_id, owner_id, customer_id, stage_id, since in deals.values_list(*columns).iterator(chunk_size=_CHUNK):
        stage, days = allowed[stage_id]
        yield Finding(
            "deal",
            deal_id,
            owner_id,
            {"stage": stage, "since": since.isoformat(), "allowed": days},
            customer_id,
            deal_id,
            grave=(as_of - since).days * 100 > days * parameters["grave"],
        )


def _stalled_detail(told: Told) -> str:
    days = told.days_since("since")
    sentence = ngettext(
        "%(days)s day in %(stage)s, %(allowed)s allowed", "%(days)s days in %(stage)s, %(allowed)s allowed", days
    )
    return sentence % {"days": days, "stage": told.evidence["stage"], "allowed": told.evidence["allowed"]}


def _stalled_facts(told: Told, tenant_slug: str) -> Sequence[Fact]:
    return (
        Fact(_("Stage"), told.evidence["stage"]),
        Fact(_("In this stage since"), _day(told, "since")),
        Fact(_("Days in this stage"), str(told.days_since("since"))),
        Fact(_("Days allowed"), str(told.evidence["allowed"])),
    )


STALLED = Detector(
    kind="deal.stalled",
    label=_("Stalled deal"),
    explanation=_("An open deal has been in its stage longer than the stage allows, counted from entering it."),
    severity=Severity.MEDIUM,
    find=find_stalled,
    wording=Wording(
        title=lambda told: gettext("%(name)s stands still") % {"name": _deal_name(told)},
        detail=_stalled_detail,
        several=lambda count: (
            ngettext("%(count)s deal stands still", "%(count)s deals stand still", count) % {"count": count}
        ),
        facts=_stalled_facts,
    ),
    parameters=(
        Parameter("allowed", _("Days allowed where the stage sets none; 0 for no alert"), 0, 0, 730),
        Parameter("grave", _("High severity from this percentage of the days allowed"), 200, 100, 1000, "percent"),
    ),
    order=10,
)


# --- Deals past their closing day ------------------------------------------------------------------------------------


def find_overdue(as_of: date, parameters: Parameters) -> Iterator[Finding]:
    """Open deals that were expected to be closed by now. One query."""
    last = as_of - timedelta(days=parameters["grace"] + 1)
    deals = Deal.objects.filter(closed_on__isnull=True, expected_on__lte=last).order_by()
    columns = ("id", "owner_id", "customer_id", "expected_on")
    for deal_id, owner_id, customer_id, expected_on in deals.values_list(*columns).iterator(chunk_size=_CHUNK):
        yield Finding(
            "deal",
            deal_id,
            owner_id,
            {"expected": expected_on.isoformat()},
            customer_id,
            deal_id,
            grave=(as_of - expected_on).days > parameters["grave"],
        )


def _overdue_detail(told: Told) -> str:
    days = told.days_since("expected")
    sentence = ngettext("Expected by %(day)s, %(days)s day ago", "Expected by %(day)s, %(days)s days ago", days)
    return sentence % {"day": _day(told, "expected"), "days": days}


def _overdue_facts(told: Told, tenant_slug: str) -> Sequence[Fact]:
    return (
        Fact(_("Expected to close on"), _day(told, "expected")),
        Fact(_("Days past it"), str(told.days_since("expected"))),
    )


OVERDUE = Detector(
    kind="deal.overdue",
    label=_("Closing day passed"),
    explanation=_("An open deal was expected to close on a day that is past."),
    severity=Severity.MEDIUM,
    find=find_overdue,
    wording=Wording(
        title=lambda told: gettext("%(name)s should have closed") % {"name": _deal_name(told)},
        detail=_overdue_detail,
        several=lambda count: (
            ngettext("%(count)s deal should have closed", "%(count)s deals should have closed", count)
            % {"count": count}
        ),
        facts=_overdue_facts,
    ),
    parameters=(
        Parameter("grace", _("Days after the closing day before it counts"), 0, 0, 90),
        Parameter("grave", _("High after so many days"), 30, 1, 730),
    ),
    order=20,
)


# --- Silent customers ------------------------------------------------------------------------------------------------


def find_silent(as_of: date, parameters: Parameters) -> Iterator[Finding]:
    """Customers worth talking to (an open deal, or a purchase within a year) with whom nobody was in touch. Two
    queries. A purchase is contact as well; without any, silence is counted from the day the customer was entered. A
    customer of nobody is the business of whoever has an open deal with them."""
    won = Q(deals__stage_id__in=list(Stage.objects.filter(kind=Stage.Kind.WON).values_list("pk", flat=True)))
    is_open = Q(deals__isnull=False, deals__closed_on__isnull=True)
    customers = (
        Customer.objects.order_by()
        .values("id", "owner_id", "created_at")
        .annotate(
            open=Count("deals", filter=is_open),
            bought=Max("deals__closed_on", filter=won),
            seller=Min("deals__owner_id", filter=is_open),
        )
        .annotate(since=Greatest("last_activity_on", "bought"))
        .filter(Q(open__gt=0) | Q(bought__gte=as_of - _YEAR))
        .filter(Q(since__isnull=True) | Q(since__lt=as_of - timedelta(days=parameters["silent"])))
        .values_list("id", Coalesce("owner_id", "seller"), "created_at", "since", "open")
    )
    for customer_id, owner_id, created_at, since, deals in customers.iterator(chunk_size=_CHUNK):
        silent = (as_of - (since or created_at.date())).days
        if silent > parameters["silent"]:
            yield Finding(
                "customer",
                customer_id,
                owner_id,
                {"since": (since or created_at.date()).isoformat(), "never": since is None, "open": deals},
                customer_id,
                grave=silent > parameters["grave"],
            )


def _silent_detail(told: Told) -> str:
    days = told.days_since("since")
    if told.evidence["never"]:
        sentence = ngettext(
            "Never contacted since it was entered %(days)s day ago",
            "Never contacted since it was entered %(days)s days ago",
            days,
        )
    else:
        sentence = ngettext(
            "%(days)s day since the last contact, on %(day)s", "%(days)s days since the last contact, on %(day)s", days
        )
    return sentence % {"days": days, "day": _day(told, "since")}


def _silent_facts(told: Told, tenant_slug: str) -> Sequence[Fact]:
    never = told.evidence["never"]
    return (
        Fact(_("Entered on") if never else _("Last contact"), _day(told, "since")),
        Fact(_("Days of silence"), str(told.days_since("since"))),
        Fact(_("Open deals"), str(told.evidence["open"]), reverse("deal_list", kwargs={"tenant": tenant_slug})),
    )


SILENT = Detector(
    kind="customer.silent",
    label=_("Silent customer"),
    explanation=_(
        "A customer with open deals, or who bought within a year, whom nobody has visited, called or written to."
    ),
    severity=Severity.MEDIUM,
    find=find_silent,
    wording=Wording(
        title=lambda told: gettext("Nothing heard from %(name)s") % {"name": told.customer},
        detail=_silent_detail,
        several=lambda count: (
            ngettext("Nothing heard from %(count)s customer", "Nothing heard from %(count)s customers", count)
            % {"count": count}
        ),
        facts=_silent_facts,
    ),
    parameters=(
        Parameter("silent", _("Days without contact"), 45, 3, 365),
        Parameter("grave", _("High after so many days"), 90, 7, 730),
    ),
    order=30,
)


def _deal_name(told: Told) -> str:
    """A deal goes by its customer; among several of one customer the reference says which."""
    if told.customer and told.deal:
        return gettext("%(customer)s (%(deal)s)") % {"customer": told.customer, "deal": told.deal}
    return told.customer or told.deal


def _day(told: Told, name: str) -> str:
    return date_format(date.fromisoformat(told.evidence[name]), "DATE_FORMAT")
