"""Reading visits: a day, a week, what a team did in it, what hangs on a customer or a deal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from accounts.access.actor import Actor
from accounts.access.policy import get_visible, rows
from accounts.people.models import Member, Role
from pipeline.scope import members_here
from pipeline.visits.models import Visit
from pipeline.visits.weeks import Week, instants

ORDER = ("at", "id")
NEWEST = ("-at", "-id")
_MOST = 200  # of one person in one week, or open from earlier days: more is no plan but an accident
_ON_A_PANEL = 5
_WITH = ("customer", "owner", "deal", "contact")


@dataclass(frozen=True, slots=True)
class VisitFilter:
    """What a list is narrowed to; None and "" leave a filter out. Both days are included."""

    first: date | None = None
    last: date | None = None
    owner_id: int | None = None
    customer_id: int | None = None
    deal_id: int | None = None
    state: str = ""
    verification: str = ""


def find_visits(actor: Actor, as_of: date, narrowed: VisitFilter) -> QuerySet[Visit]:
    """The visits in the actor's scope; page them by `ORDER` or `NEWEST`.

    Names are fetched apart: joined inside, the planner takes them for filters and sorts what an index has in order.
    """
    found = rows(actor, "visits.view", Visit.objects.prefetch_related(*_WITH), as_of=as_of)
    for column in ("owner_id", "customer_id", "deal_id", "state", "verification"):
        if wanted := getattr(narrowed, column):
            found = found.filter(**{column: wanted})
    if narrowed.first is not None and narrowed.last is not None:
        begins, ends = instants(actor.tenant, narrowed.first, narrowed.last)
        found = found.filter(at__gte=begins, at__lt=ends)
    return found


def get_visit(actor: Actor, as_of: date, visit_id: int, capability: str = "visits.view") -> Visit:
    visit: Visit = get_visible(
        actor, capability, Visit.objects.select_related(*_WITH, "deal__product"), as_of=as_of, pk=visit_id
    )
    return visit


# --- A person's day and week ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Day:
    """A day with its visits in the order of time."""

    day: date
    visits: list[Visit] = field(default_factory=list)


def day_of(member: Member, actor: Actor, day: date) -> list[Visit]:
    """The member's visits of the day, cancelled ones left out."""
    begins, ends = instants(actor.tenant, day, day)
    found = _of(member).filter(at__gte=begins, at__lt=ends).exclude(state=Visit.State.CANCELLED)
    return list(found.order_by(*ORDER)[:_MOST])


def left_open(actor: Actor, member: Member, day: date, limit: int = _MOST) -> list[Visit]:
    """Planned visits of days before, which nobody has made, moved or cancelled; the oldest first."""
    begins, _ends = instants(actor.tenant, day, day)
    return list(_of(member).filter(state=Visit.State.PLANNED, at__lt=begins).order_by(*ORDER)[:limit])


def week_of(visits: QuerySet[Visit], week: Week) -> list[Day]:
    """The visits by day, every day of the week there even if empty."""
    days = {day: Day(day) for day in week.days}
    for visit in visits.order_by(*ORDER)[:_MOST]:
        days[timezone.localtime(visit.at).date()].visits.append(visit)
    return list(days.values())


def _of(member: Member) -> QuerySet[Visit]:
    found: QuerySet[Visit] = Visit.objects.filter(owner=member).select_related("customer", "contact")
    return found


# --- A team's week ----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class MemberWeek:
    """What one person did in a week: visits made by day, Monday first, what is still planned, and how much is sure."""

    member: Member
    done: list[int] = field(default_factory=lambda: [0] * 7)
    planned: int = 0
    verified: int = 0
    out_of_radius: int = 0

    @property
    def made(self) -> int:
        return sum(self.done)

    @property
    def share(self) -> Fraction | None:
        """Verified visits among those made; None while there are none."""
        return Fraction(self.verified, self.made) if self.made else None

    @property
    def has_none(self) -> bool:
        return not self.made and not self.planned


def visitors(actor: Actor, as_of: date) -> QuerySet[Member]:
    """Those whose work it is to visit, as far as the actor sees them, by name."""
    return members_here(actor, "visits.view", as_of).filter(roles__contains=[Role.REP])


def team_week(actor: Actor, week: Week, members: Sequence[Member]) -> list[MemberWeek]:
    """The week of each of these people, in their order. One query."""
    begins, ends = instants(actor.tenant, week.first, week.last)
    counted = (
        Visit.objects.filter(owner__in=members, at__gte=begins, at__lt=ends)
        .exclude(state=Visit.State.CANCELLED)
        .annotate(day=TruncDate("at", tzinfo=ZoneInfo(actor.tenant.time_zone)))
        .values("owner_id", "day", "state", "verification")
        .annotate(number=Count("id"))
    )
    found = {member.pk: MemberWeek(member) for member in members}
    for row in counted.order_by():
        _add(found[row["owner_id"]], row["day"].weekday(), row["state"], row["verification"], row["number"])
    return list(found.values())


def _add(week: MemberWeek, weekday: int, state: str, verification: str, number: int) -> None:
    if state == Visit.State.PLANNED:
        week.planned += number
        return
    week.done[weekday] += number
    week.verified += number if verification == Visit.Verification.VERIFIED else 0
    week.out_of_radius += number if verification == Visit.Verification.OUT_OF_RADIUS else 0


# --- On the pages of customers and deals ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Around:
    """The next planned visits and the last ones made."""

    coming: list[Visit]
    made: list[Visit]


def around(actor: Actor, as_of: date, narrowed: VisitFilter) -> Around:
    """For a panel: what is planned and what was, of one customer or deal. Everybody's who may see it."""
    about = Q(customer_id=narrowed.customer_id) if narrowed.customer_id else Q(deal_id=narrowed.deal_id)
    found = rows(actor, "visits.view", Visit.objects.filter(about).select_related("owner"), as_of=as_of)
    made = found.filter(state__in=[Visit.State.DONE, Visit.State.CHECKED_IN])
    return Around(
        list(found.filter(state=Visit.State.PLANNED).order_by(*ORDER)[:_ON_A_PANEL]),
        list(made.order_by(*NEWEST)[:_ON_A_PANEL]),
    )
