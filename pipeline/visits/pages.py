"""What the pages of visits show, put together from selectors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.access.actor import Actor
from accounts.access.policy import Scope, has, may, scope_of
from accounts.people.models import Member
from pipeline.customers.selectors import visible_customers
from pipeline.visits.models import Visit
from pipeline.visits.place import RADIUS_M, ROUGHEST_M
from pipeline.visits.selectors import VisitFilter
from pipeline.visits.weeks import Week
from salesops.lib.periods import add_months

KEEP = "X-Keep-Offline"  # on pages that the phone may keep for days without signal: the member whose page it is
_OWN_CUSTOMERS = 300  # names that go with the page for use without signal, 6 kB compressed


@dataclass(frozen=True, slots=True)
class NextStep:
    """A day to choose for what comes next; the phone counts `days` or `months` on from its own today."""

    day: date
    label: str | Promise
    days: int = 0
    months: int = 0


def next_steps(today: date) -> list[NextStep]:
    return [
        NextStep(today + timedelta(days=1), _("Tomorrow"), days=1),
        NextStep(today + timedelta(days=7), "", days=7),
        NextStep(in_a_month(today), _("1 month"), months=1),
    ]


def in_a_month(day: date) -> date:
    """The same day of the next month, or its last."""
    following = add_months(day, 1)
    last = add_months(day, 2) - timedelta(days=1)
    return min(following + timedelta(days=day.day - 1), last)


def phone(actor: Actor, today: date, visit: Visit | None) -> dict[str, Any]:
    """The page on which a visit is logged; without a visit, one that was not planned."""
    customer = visit.customer if visit else None
    return {
        "visit": visit,
        "customer": customer,
        "client_key": visit.client_key if visit else uuid4(),
        "next_steps": next_steps(today),
        "outcomes": Visit.Outcome.choices,
        "radius": RADIUS_M,
        "roughest": ROUGHEST_M,
        "customers": [] if visit else names_for(actor, today),
    }


def names_for(actor: Actor, today: date) -> list[str]:
    """Customers that a rep may name without signal: the own ones first of all."""
    found = visible_customers(actor, today)
    if actor.member is not None and scope_of(actor, "customers.view") is not Scope.OWN:
        found = found.filter(owner=actor.member)
    return list(found.order_by("sort_name").values_list("name", flat=True)[:_OWN_CUSTOMERS])


def is_at_work_on(actor: Actor, visit: Visit) -> bool:
    """Whether the actor may check in or report here."""
    mine = actor.member is not None and visit.owner_id == actor.member.pk
    return mine and visit.state != Visit.State.DONE and has(actor, "visits.edit")


def may_replan(actor: Actor, visit: Visit, today: date) -> bool:
    mine = has(actor, "visits.edit") and may(actor, "visits.edit", as_of=today, owner_id=visit.owner_id)
    return mine and visit.state == Visit.State.PLANNED


# --- The list's address -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address of the list asks for: a week, or days of one's own (`first` to `last`), and the filter."""

    week: Week
    by_week: bool
    narrowed: VisitFilter
    typed: dict[str, str]


def read_list(query: Mapping[str, str], today: date) -> Asked:
    """What is no filter is left out."""
    typed = {name: query.get(name, "").strip() for name in ("week", "first", "last", "member", "state", "verification")}
    first, last = _day(typed["first"]), _day(typed["last"])
    by_week = first is None or last is None or first > last
    week = Week.read(typed["week"], today)
    member = typed["member"]
    narrowed = VisitFilter(
        first=week.first if by_week else first,
        last=week.last if by_week else last,
        owner_id=int(member) if member.isascii() and member.isdigit() and len(member) < 19 else None,
        state=typed["state"] if typed["state"] in Visit.State.values else "",
        verification=typed["verification"] if typed["verification"] in Visit.Verification.values else "",
    )
    return Asked(week, by_week, narrowed, typed)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def looked_at(actor: Actor, asked: Asked, visitors: list[Member]) -> Member | None:
    """The one person whose week it is: the one asked for, or whoever sees nobody else's."""
    if asked.narrowed.owner_id is not None:
        return next((member for member in visitors if member.pk == asked.narrowed.owner_id), None)
    return actor.member if scope_of(actor, "visits.view") is Scope.OWN else None


def address(tenant: str, **query: object) -> str:
    """The list, narrowed: `address("acme", first=…, last=…, member=7, state="done")`."""
    given = {name: str(value) for name, value in query.items()}
    return reverse("visit_list", args=[tenant], query=given)
