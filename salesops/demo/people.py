"""People of the demo company: who is invited, who moves, and what the rep and the manager have been told."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from accounts.access.actor import Actor
from accounts.invitations.services import VALID, invite_new
from accounts.notifications.models import Notification
from accounts.notifications.services import mark_all_read
from accounts.people.changes import move, set_line_manager
from accounts.people.models import Member, Role, Team
from accounts.tenancy.models import Tenant
from salesops.lib import clock
from salesops.lib.periods import add_months

_INVITED = (  # name, e-mail, how many days ago
    ("Selma Lindgren", "selma.lindgren@meridian.example", 2),
    ("周雨桐", "zhou.yu.tong@meridian.example", 1),
    ("Bruno Keller", "bruno.keller@meridian.example", 11),
)
_MOVES = "Wren Abbott"  # to the team of Petra Novak from next month on


def fill(tenant: Tenant, today: date, rng: random.Random) -> None:
    """Two invitations wait and one has expired; a rep moves next month; the last one hired reports to somebody else."""
    admin = Actor(tenant, Member.objects.get(full_name="Ada Winter"))
    noon = min(datetime.combine(today, time(12), ZoneInfo(tenant.time_zone)), clock.now())
    team = Team.objects.get(leads__member__full_name="Olive Tran")
    for name, email, days in _INVITED:
        sent = noon - timedelta(days=days, minutes=rng.randint(0, 180))
        invite_new(actor=admin, full_name=name, email=email, roles=[Role.REP], team=team, starts_on=today, at=sent)
    _move(admin, add_months(today.replace(day=1), 1), noon - timedelta(hours=3))
    newest, manager = (Member.objects.get(full_name=name) for name in ("陈立文", "Olive Tran"))
    set_line_manager(actor=admin, member=newest, manager=manager)
    _read_the_older(tenant, noon - VALID)


def _move(admin: Actor, first: date, at: datetime) -> None:
    team = Team.objects.get(leads__member__full_name="Petra Novak")
    move(actor=admin, member=Member.objects.get(full_name=_MOVES), team=team, starts_on=first, at=at)


def _read_the_older(tenant: Tenant, before: datetime) -> None:
    """Whatever a room has told longer than a week ago has been read by whom it was told."""
    late = Notification.objects.filter(at__lt=before, read_at__isnull=True).values("member_id")
    for member in Member.objects.filter(pk__in=late):
        mark_all_read(actor=Actor(tenant, member), at=before)
