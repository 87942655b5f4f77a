"""Reading feedback for pages, panels and the API."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet

from accounts.access.actor import Actor
from accounts.access.policy import may, visible_members
from accounts.people.models import Member, Role
from pipeline.customers.facts import of_owners
from reviews.feedback.deadlines import SOON, days_between
from reviews.feedback.models import FeedbackCase, FeedbackEntry, State
from salesops.lib.errors import NotVisible

COUNTED = 10_000  # as for deals: nobody reads a larger number, and counting on costs more than the page
REPEATED = timedelta(days=90)
URGENT = ("due_at", "id")
NEWEST = ("-received_at", "-id")
_OWNING = (Role.ADMIN, Role.EXECUTIVE, Role.MANAGER, Role.REP)
_NAMES = ("customer", "product", "owner")
_EVERYTHING = (*_NAMES, "contact", "deal", "customer__owner")


@dataclass(frozen=True, slots=True)
class FeedbackFilter:
    """What a list is narrowed to; None and "" leave a filter out. `overdue` are those unanswered past their deadline;
    `due` and `rated` are the first and last day of the deadline and of the customer's satisfaction."""

    state: str = ""
    severity: str = ""
    channel: str = ""
    kind: str = ""
    owner_id: int | None = None
    product_id: int | None = None
    customer_id: int | None = None
    deal_id: int | None = None
    overdue: bool = False
    due: tuple[date, date] | None = None
    rated: tuple[date, date] | None = None

    @property
    def order(self) -> tuple[str, str]:
        """What must be answered first, or the newest: in the order that an index has."""
        return URGENT if self.state == State.OPEN or self.overdue else NEWEST


def owners(actor: Actor, as_of: date) -> QuerySet[Member]:
    """Who may answer for feedback within the actor's reach and is still here, by name."""
    here = Q(left_on__isnull=True) | Q(left_on__gte=as_of)
    people: QuerySet[Member] = Member.objects.filter(here, roles__overlap=[*_OWNING]).order_by("sort_name", "id")
    within = visible_members(actor, "feedback.edit", as_of)
    return people if within is None else people.filter(pk__in=within)


def visible_cases(actor: Actor, as_of: date, capability: str = "feedback.view") -> QuerySet[FeedbackCase]:
    """Those that members in the actor's scope answer for, and those of these members' customers: whoever owns the
    customer must know what it says, whoever writes the answer."""
    cases: QuerySet[FeedbackCase] = FeedbackCase.objects.all()
    members = visible_members(actor, capability, as_of)
    if members is None:
        return cases
    return cases.filter(Q(owner_id__in=members) | of_owners(members))


def find_cases(actor: Actor, at: datetime, narrowed: FeedbackFilter) -> QuerySet[FeedbackCase]:
    """The list; page it in the order of the filter."""
    cases = visible_cases(actor, actor.tenant.day_of(at)).select_related(*_NAMES)
    for column in ("state", "severity", "channel", "kind", "owner_id", "product_id", "customer_id", "deal_id"):
        if (wanted := getattr(narrowed, column)) not in {None, ""}:
            cases = cases.filter(**{column: wanted})
    if narrowed.overdue:
        cases = cases.filter(state=State.OPEN, due_at__lt=at)
    if narrowed.due:
        cases = cases.filter(due_at__range=days_between(actor.tenant, *narrowed.due))
    if narrowed.rated:
        within = days_between(actor.tenant, *narrowed.rated)
        rated = FeedbackEntry.objects.filter(kind=FeedbackEntry.Kind.RATING, at__range=within)
        cases = cases.filter(pk__in=rated.values("case_id"))
    return cases


def count_capped(cases: QuerySet[FeedbackCase]) -> int:
    """How many, counted no further than one beyond `COUNTED`."""
    return cases.order_by()[: COUNTED + 1].count()


def get_case(actor: Actor, as_of: date, case_id: int, capability: str = "feedback.view") -> FeedbackCase:
    found = visible_cases(actor, as_of, capability).select_related(*_EVERYTHING).filter(pk=case_id).first()
    if found is None:
        raise NotVisible
    return found


def thread(case: FeedbackCase) -> list[FeedbackEntry]:
    """What was done about the case, in the order in which it was."""
    return list(case.entries.select_related("author", "owner").order_by("id"))


def unanswered(actor: Actor, at: datetime, owner_id: int | None = None) -> QuerySet[FeedbackCase]:
    """What waits for an answer, the most urgent first; of one owner, or of everybody in the actor's scope."""
    cases = visible_cases(actor, actor.tenant.day_of(at)).filter(state=State.OPEN)
    if owner_id is not None:
        cases = cases.filter(owner_id=owner_id)
    return cases.select_related("customer", "owner").order_by(*URGENT)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many wait for an answer, how many of these are overdue, and how many more become so within a day."""

    waiting: int
    overdue: int
    soon: int


def count_waiting(cases: QuerySet[FeedbackCase], at: datetime) -> Waiting:
    overdue = Count("pk", filter=Q(due_at__lt=at))
    soon = Count("pk", filter=Q(due_at__range=(at, at + SOON)))
    found = cases.order_by().aggregate(waiting=Count("pk"), overdue=overdue, soon=soon)
    return Waiting(**found)


def repeats(cases: Sequence[FeedbackCase]) -> dict[int, int]:
    """For each of these cases how often the customer had spoken of the same product in the 90 days before; one query.

    A case without a product repeats nothing: nobody knows what it is about.
    """
    about = [case for case in cases if case.product_id]
    if not about:
        return {}
    first = min(case.received_at for case in about) - REPEATED
    earlier = FeedbackCase.objects.filter(
        customer_id__in={case.customer_id for case in about},
        product_id__in={case.product_id for case in about},
        received_at__gte=first,
    ).values_list("customer_id", "product_id", "received_at", "id")
    said: dict[tuple[int, int | None], list[tuple[datetime, int]]] = {}
    for customer_id, product_id, received_at, case_id in earlier:
        said.setdefault((customer_id, product_id), []).append((received_at, case_id))
    return {case.pk: _before(case, said.get((case.customer_id, case.product_id), [])) for case in about}


def _before(case: FeedbackCase, said: Iterable[tuple[datetime, int]]) -> int:
    place = (case.received_at, case.pk)
    return sum(case.received_at - REPEATED <= one[0] and one < place for one in said)


def may_edit(actor: Actor, case: FeedbackCase, as_of: date) -> bool:
    """The same rule as `visible_cases`, for a case that has been read with its customer."""
    theirs = (case.owner_id, case.customer.owner_id)
    return any(may(actor, "feedback.edit", as_of=as_of, owner_id=owner_id) for owner_id in theirs)
