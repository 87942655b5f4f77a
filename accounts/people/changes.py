"""What changes for a member: name, roles, the right to sign in, leaving and coming back.

Whoever gets other roles, or leaves, is signed out everywhere, so that no open page goes on with the old rights.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.urls import reverse

from accounts.access.actor import Actor
from accounts.access.policy import require
from accounts.audit.services import record
from accounts.notifications.registry import NotificationKind
from accounts.notifications.services import notify
from accounts.people.models import Access, Member, Role, Team, TeamLead, TeamMembership, User
from accounts.people.notices import IN_CHARGE, MOVED
from accounts.people.services import (
    NAME_TAKEN,
    checked_currency,
    checked_member_name,
    checked_roles,
    one_of_a_name,
    put_in_charge,
    put_in_team,
    sort_key,
    user_for,
)
from salesops.lib.errors import DomainError, NotVisible, gettext_noop

_FACTS = ("full_name", "roles", "hired_on", "employee_number", "pay_currency")


@transaction.atomic
def update_member(
    *,
    actor: Actor,
    member: Member,
    full_name: str,
    roles: Collection[Role],
    hired_on: date | None = None,
    employee_number: str = "",
    pay_currency: str | None = None,
) -> Member:
    """Correct what is known of a member. The last admin stays admin. `pay_currency` None leaves it, empty is the
    company's."""
    require(actor, "people.manage")
    member = Member.objects.select_for_update().get(pk=member.pk)
    pay_currency = member.pay_currency if pay_currency is None else pay_currency.strip().upper()
    if pay_currency:
        checked_currency(pay_currency, "pay_currency")
    full_name, roles = checked_member_name(full_name, but=member), checked_roles(roles)
    if hired_on and member.left_on and hired_on > member.left_on:
        message = gettext_noop("The first day cannot be after the last one (%(last)s).")
        raise DomainError("bad_dates", message, "hired_on", last=member.left_on)
    before = {
        "name": member.full_name,
        "roles": sorted(member.roles),
        "employee_number": member.employee_number,
        "pay_currency": member.pay_currency,
    }
    if Role.ADMIN in member.roles and Role.ADMIN not in roles:
        _require_another_admin(member, "roles")
    member.full_name, member.sort_name = full_name, sort_key(full_name)
    member.roles, member.hired_on, member.employee_number = roles, hired_on, employee_number
    member.pay_currency = pay_currency
    with one_of_a_name(NAME_TAKEN, "full_name", full_name):
        member.save(update_fields=[*_FACTS, "sort_name"])
    after = {"name": full_name, "roles": roles, "employee_number": employee_number, "pay_currency": pay_currency}
    record(actor=actor, action="member.changed", subject=member, before=before, **after)
    if before["roles"] != roles:
        _end_sessions(member)
    return member


@transaction.atomic
def move(*, actor: Actor, member: Member, team: Team, starts_on: date | None, at: datetime) -> TeamMembership:
    """Into a team from that day on, past or future; the one before it ends the day before. The member is told."""
    row = put_in_team(actor=actor, member=member, team=team, starts_on=starts_on)
    _tell(actor, MOVED, row, at)
    return row


@transaction.atomic
def appoint(*, actor: Actor, member: Member, team: Team, starts_on: date | None, at: datetime) -> TeamLead:
    """In charge of a team from that day on; whoever was ends the day before. The member is told."""
    row = put_in_charge(actor=actor, member=member, team=team, starts_on=starts_on)
    _tell(actor, IN_CHARGE, row, at)
    return row


@transaction.atomic
def take_back_move(*, actor: Actor, membership_id: int, as_of: date) -> TeamMembership:
    """A move that has not begun by that day is as if it had never been entered; the team before goes on."""
    require(actor, "people.manage")
    row: TeamMembership | None = TeamMembership.objects.select_for_update().filter(pk=membership_id).first()
    if row is None:
        raise NotVisible
    if row.starts_on is None or row.starts_on <= as_of:
        message = gettext_noop("This move has begun; credits already stand with that team. Enter another move instead.")
        raise DomainError("begun", message)
    before = TeamMembership.objects.filter(member_id=row.member_id, ends_on=row.starts_on - timedelta(days=1))
    row.delete()
    before.update(ends_on=row.ends_on)
    record(
        actor=actor, action="teammembership.taken_back", subject=f"accounts.member:{row.member_id}", team=row.team_id
    )
    return row


@transaction.atomic
def set_line_manager(*, actor: Actor, member: Member, manager: Member | None) -> Member:
    """Who answers for the member, besides whoever leads their team. Nobody answers for themselves, in however many
    steps."""
    require(actor, "people.manage")
    above, seen = manager, {member.pk}
    while above is not None:
        if above.pk in seen:
            message = gettext_noop("%(name)s reports to %(member)s already, directly or through others.")
            raise DomainError("cycle", message, "manager", name=manager.full_name, member=member.full_name)  # type: ignore[union-attr]
        seen.add(above.pk)
        above = Member.objects.filter(pk=above.line_manager_id).first() if above.line_manager_id else None
    before = member.line_manager_id
    member.line_manager = manager
    member.save(update_fields=["line_manager"])
    record(actor=actor, action="member.line_manager_set", subject=member, before=before, after=member.line_manager_id)
    return member


def _tell(actor: Actor, kind: NotificationKind, row: TeamMembership | TeamLead, at: datetime) -> None:
    notify(
        actor=actor,
        member_ids=[row.member_id],
        kind=kind.name,
        params={"team": row.team.name, "day_on": str(row.starts_on or actor.tenant.day_of(at))},
        url=reverse("team_detail", args=[actor.tenant.slug, row.team_id]),
        at=at,
    )


@transaction.atomic
def give_sign_in(*, actor: Actor, member: Member, email: str, password: str | None = None) -> Member:
    """Let a member without a user sign in. A new user without a password sets one by the reset link."""
    require(actor, "people.manage")
    if member.user_id is not None:
        raise DomainError("taken", gettext_noop("%(name)s can sign in already."), "email", name=member.full_name)
    user = user_for(email, password)
    if Member.objects.filter(user=user).exists():
        raise DomainError("taken", gettext_noop("%(email)s already belongs to a member."), "email", email=email)
    Access.objects.update_or_create(user=user, tenant=actor.tenant, defaults={"ends_on": member.left_on})
    member.user = user
    member.save(update_fields=["user"])
    record(actor=actor, action="member.sign_in_given", subject=member, email=user.email)
    return member


@transaction.atomic
def leave(*, actor: Actor, member: Member, last_day: date) -> Member:
    """The member works until the end of `last_day`; their figures stay. Team memberships are left as they are, since
    a later credit of a deal still belongs to the team."""
    require(actor, "people.manage")
    if actor.member is not None and actor.member.pk == member.pk:
        raise DomainError("own_leaving", gettext_noop("Another admin must enter your own leaving."), "last_day")
    if member.hired_on and last_day < member.hired_on:
        message = gettext_noop("The last day cannot be before the first one (%(first)s).")
        raise DomainError("bad_dates", message, "last_day", first=member.hired_on)
    if Role.ADMIN in member.roles:
        _require_another_admin(member, "last_day")
    return _set_last_day(actor, member, last_day, "member.left")


@transaction.atomic
def come_back(*, actor: Actor, member: Member) -> Member:
    """Take a leaving back."""
    require(actor, "people.manage")
    return _set_last_day(actor, member, None, "member.came_back")


def _set_last_day(actor: Actor, member: Member, last_day: date | None, action: str) -> Member:
    member.left_on = last_day
    member.save(update_fields=["left_on"])
    if member.user_id is not None:
        Access.objects.filter(user_id=member.user_id, tenant=actor.tenant).update(ends_on=last_day)
    record(actor=actor, action=action, subject=member, last_day=str(last_day or ""))
    _end_sessions(member)
    return member


def _end_sessions(member: Member) -> None:
    """Every session carries the user's epoch in its hash; the next request of an older one is anonymous."""
    if member.user_id is not None:
        User.objects.filter(pk=member.user_id).update(session_epoch=F("session_epoch") + 1)


def _require_another_admin(member: Member, field: str) -> None:
    """A company without an admin could never be administered again. The rows are locked, so that two admins who strip
    each other at once do not both succeed."""
    admins = Member.objects.filter(roles__contains=[Role.ADMIN], left_on__isnull=True, user__isnull=False)
    if not any(admin.pk != member.pk for admin in admins.order_by("pk").select_for_update(of=("self",))):
        message = gettext_noop("%(name)s is the only admin; make somebody else admin first.")
        raise DomainError("last_admin", message, field, name=member.full_name)
