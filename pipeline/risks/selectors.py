"""Reading risks for pages, panels, the board of deals and the API."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q, QuerySet

from accounts.access.actor import Actor
from accounts.access.policy import get_visible, has, may, rows, visible_members
from accounts.people.models import Dated, Team, TeamMembership
from accounts.people.selectors import subtree
from pipeline.customers.models import Customer
from pipeline.deals.models import Deal
from pipeline.risks.models import ACTIVE, Risk, RiskEvent, RiskSetting
from pipeline.risks.registry import Severity, find_detector
from pipeline.risks.rules import Rule, rule_of
from salesops.lib.errors import NotVisible

ORDER = ("severity", "opened_on", "id")  # the worst first, of these the oldest
COLUMN = 20  # cards of a column of the board
_WITH = ("owner", "customer", "deal")
_NOT_READ = ("folded",)  # thousands of ids in a fold, which no page shows
AGES = (7, 30)  # days: up to a week, up to a month, longer


@dataclass(frozen=True, slots=True)
class RiskFilter:
    """What is asked for; None and "" leave a filter out. `state` "" stands for what asks for something, `every` for
    all."""

    state: str = ""
    kind: str = ""
    severity: int | None = None
    owner_id: int | None = None
    team_id: int | None = None

    def __bool__(self) -> bool:
        return self != RiskFilter()


def find_risks(actor: Actor, as_of: date, narrowed: RiskFilter) -> QuerySet[Risk]:
    """The risks in the actor's scope, with the rows that their words name; page them in `ORDER`."""
    risks = rows(actor, "risks.view", Risk.objects.select_related(*_WITH).defer(*_NOT_READ), as_of=as_of)
    if narrowed.state in Risk.State.values:
        risks = risks.filter(state=narrowed.state)
    elif narrowed.state != "every":
        risks = risks.filter(state__in=ACTIVE)
    if narrowed.kind:
        risks = risks.filter(kind=narrowed.kind)
    if narrowed.severity is not None:
        risks = risks.filter(severity=narrowed.severity)
    if narrowed.owner_id is not None:
        risks = risks.filter(owner_id=narrowed.owner_id)
    if narrowed.team_id is not None:
        risks = risks.filter(owner_id__in=_people_of(narrowed.team_id, as_of))
    return risks


def _people_of(team_id: int, as_of: date) -> list[int]:
    """Who is in the team, or one below it, on that day."""
    memberships = TeamMembership.objects.filter(Dated.on(as_of), team_id__in=subtree([team_id]))
    return list(memberships.values_list("member_id", flat=True))


def teams_within(actor: Actor, as_of: date) -> list[Team]:
    """The teams that the actor may narrow a list to: those whose people's risks are seen."""
    members = visible_members(actor, "risks.view", as_of)
    teams = Team.objects.order_by("name")
    if members is None:
        return list(teams)
    theirs = TeamMembership.objects.filter(Dated.on(as_of), member_id__in=members).values("team_id")
    return list(teams.filter(pk__in=theirs)) if len(members) > 1 else []


@dataclass(frozen=True, slots=True)
class Column:
    """One severity of the board: how many there are, and the oldest of them."""

    severity: Severity
    count: int
    risks: list[Risk]


@dataclass(frozen=True, slots=True)
class Board:
    """`ages` counts per severity what stands up to a week, up to a month and longer."""

    columns: list[Column]
    ages: dict[Severity, tuple[int, int, int]]

    @property
    def count(self) -> int:
        return sum(column.count for column in self.columns)


def board(actor: Actor, as_of: date, narrowed: RiskFilter) -> Board:
    """Four queries, whatever there is: the counts, and the first cards of each severity."""
    found = find_risks(actor, as_of, narrowed)
    week, month = (as_of - timedelta(days=days) for days in AGES)
    counted = (
        found.order_by()
        .values("severity")
        .annotate(
            fresh=Count("id", filter=Q(opened_on__gte=week)),
            older=Count("id", filter=Q(opened_on__lt=week, opened_on__gte=month)),
            oldest=Count("id", filter=Q(opened_on__lt=month)),
        )
    )
    ages = {Severity(row["severity"]): (row["fresh"], row["older"], row["oldest"]) for row in counted}
    columns = [
        Column(
            severity,
            sum(ages.get(severity, ())),
            list(found.filter(severity=severity).order_by(*ORDER)[:COLUMN]),
        )
        for severity in Severity
    ]
    return Board(columns, ages)


def get_risk(actor: Actor, as_of: date, risk_id: int, capability: str = "risks.view") -> Risk:
    risks = Risk.objects.select_related(*_WITH).defer(*_NOT_READ)
    risk: Risk = get_visible(actor, capability, risks, as_of=as_of, pk=risk_id)
    return risk


def get_rule(kind: str) -> Rule:
    """How the company watches that kind."""
    detector = find_detector(kind)
    if detector is None:
        raise NotVisible
    return rule_of(detector, RiskSetting.objects.filter(kind=kind).first())


def may_edit(actor: Actor, risk: Risk, as_of: date) -> bool:
    return has(actor, "risks.edit") and may(actor, "risks.edit", as_of=as_of, owner_id=risk.owner_id)


def history(risk: Risk) -> list[RiskEvent]:
    """The newest first; a risk that comes and goes for years is told by its last hundred."""
    return list(risk.events.select_related("actor").order_by("-id")[:100])


def names_of_cases(risk: Risk) -> tuple[dict[int, str], dict[int, str]]:
    """Customers' names and deals' references, by id, of the cases that a fold lists. Two queries."""
    cases = risk.evidence.get("cases", [])
    customers = Customer.objects.filter(pk__in={case["customer"] for case in cases} - {None})
    deals = Deal.objects.filter(pk__in={case["deal"] for case in cases} - {None})
    return dict(customers.values_list("pk", "name")), dict(deals.values_list("pk", "reference"))


# --- For other pages -------------------------------------------------------------------------------------------------


def worst(actor: Actor, as_of: date, most: int) -> list[Risk]:
    return list(find_risks(actor, as_of, RiskFilter()).order_by(*ORDER)[:most])


def counts(actor: Actor, as_of: date) -> dict[Severity, int]:
    """How many ask for something, by severity; severities without any are absent."""
    active = rows(actor, "risks.view", Risk.objects.filter(state__in=ACTIVE), as_of=as_of)
    found = active.order_by().values_list("severity").annotate(count=Count("id"))
    return {Severity(severity): count for severity, count in found}


def of_deal(actor: Actor, as_of: date, deal: Deal) -> list[Risk]:
    """Those that stand on the deal and the actor sees, folded ones among them."""
    return _standing_on(actor, as_of, Q(deal=deal) | _folding("deal", [deal.pk]))


def of_customer(actor: Actor, as_of: date, customer: Customer) -> list[Risk]:
    """Those of the customer, their deals and their complaints."""
    return _standing_on(actor, as_of, Q(customer=customer) | _folding("customer", [customer.pk]))


def _standing_on(actor: Actor, as_of: date, about: Q) -> list[Risk]:
    return list(find_risks(actor, as_of, RiskFilter()).filter(about).order_by(*ORDER)[:COLUMN])


def _folding(subject_type: str, ids: Collection[int]) -> Q:
    """Folds that one of the subjects is in."""
    return Q(cases__gt=1, evidence__subject_type=subject_type, folded__overlap=list(ids))


def open_risks_of_deals(actor: Actor, deal_ids: Collection[int]) -> dict[int, Severity]:
    """The worst that asks for something on each of these deals; those without any are absent. One query: the risks that
    stand alone, by the index of deals, and the folds, by that of what they hold.

    For marks on cards: whoever shows the deals has checked that the reader may see them. Who may not see risks gets
    none.
    """
    wanted = set(deal_ids)
    if not wanted or not has(actor, "risks.view"):
        return {}
    active = Risk.objects.filter(state__in=ACTIVE).order_by().values_list("deal_id", "severity", "folded")
    found: dict[int, Severity] = {}
    for single, severity, folded in active.filter(deal_id__in=wanted).union(
        active.filter(_folding("deal", wanted)), all=True
    ):
        for deal_id in wanted.intersection(folded or [single]):
            found[deal_id] = min(found.get(deal_id, Severity.LOW), Severity(severity))
    return found
