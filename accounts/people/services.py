"""Writing people and teams."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any, TypeVar
from zoneinfo import available_timezones

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.text import slugify
from pypinyin import lazy_pinyin

from accounts.access.actor import Actor
from accounts.access.policy import require
from accounts.audit.services import record
from accounts.people.models import Access, Member, Region, Role, Team, TeamLead, TeamMembership, User
from accounts.tenancy.context import tenant_scope
from accounts.tenancy.models import Tenant
from salesops.lib.errors import DomainError, DomainErrors, gettext_noop
from salesops.lib.periods import check_day

D = TypeVar("D", TeamMembership, TeamLead)
_SLUG = re.compile(r"^[a-z0-9](?:[-a-z0-9]{0,48}[a-z0-9])?$", re.ASCII)
_TAKEN = gettext_noop("The address “%(slug)s” is taken.")
_CURRENCY = re.compile(r"^[A-Z]{3}$", re.ASCII)


def sort_key(name: str) -> str:
    """A Chinese name sorts by its pinyin; the embedded PostgreSQL has no ICU to do it (stack.md)."""
    return " ".join(lazy_pinyin(name)).casefold()[:240]


def suggested_slug(name: str) -> str:
    """An address from a company's name: `Müller & Söhne` → `muller-sohne`, `北京华信` → `bei-jing-hua-xin`."""
    return slugify(" ".join(lazy_pinyin(name)))[:50].strip("-_").replace("_", "-")


@transaction.atomic
def create_tenant(
    *,
    slug: str,
    name: str,
    currency: str,
    time_zone: str,
    fiscal_year_start: int,
    admin_email: str,
    admin_password: str | None,
    admin_name: str = "",
    language: str = "",
    is_guarded: bool = True,
) -> Tenant:
    """A new company and its first member, who is admin and executive. An existing user keeps their password.

    `is_guarded`: its admins and HR need a second factor and are signed out when idle, until an admin says otherwise.

    `admin_password` None leaves a new user without one, to be set by the reset link. Refuses a taken or malformed
    address, an unknown currency code or time zone, a month outside 1 to 12, a bad e-mail or a weak password: all at
    once (`DomainErrors`).
    """
    tenant = Tenant(
        slug=slug,
        name=name.strip(),
        currency=currency,
        time_zone=time_zone,
        fiscal_year_start=fiscal_year_start,
        language=language,
        requires_second_factor=is_guarded,
        ends_idle_sessions=is_guarded,
    )
    _refuse_all(
        lambda: _check_company_name(name),
        lambda: _check_slug(slug),
        lambda: checked_currency(currency, "currency"),
        lambda: _check_time_zone(time_zone),
        lambda: tenant.calendar,  # refuses a month outside 1 to 12
        lambda: _check_user(admin_email, admin_password, "admin_"),
    )
    user = user_for(admin_email, admin_password)
    _save_new(tenant)
    Access.objects.create(user=user, tenant=tenant)
    with tenant_scope(tenant.pk):
        full_name = admin_name.strip() or admin_email.partition("@")[0]
        member = Member.objects.create(
            user=user, full_name=full_name, sort_name=sort_key(full_name), roles=[Role.ADMIN, Role.EXECUTIVE]
        )
        record(actor=Actor(tenant, member), action="tenant.created", subject=tenant, name=name, currency=currency)
    return tenant


def _refuse_all(*checks: Callable[[], object]) -> None:
    """Run every check and raise all their refusals at once, so that nobody mends them one by one."""
    errors = []
    for check in checks:
        try:
            check()
        except DomainError as error:
            errors.append(error)
    if errors:
        raise DomainErrors(errors)


def _save_new(tenant: Tenant) -> None:
    """Two at once may both have found the address free; the database lets one of them have it."""
    try:
        with transaction.atomic():
            tenant.save()
    except IntegrityError:
        raise DomainError("taken", _TAKEN, "slug", slug=tenant.slug) from None


def _check_company_name(name: str) -> None:
    if not name.strip():
        raise DomainError("required", gettext_noop("Give the company a name."), "name")
    _require_length(name.strip(), 120, "name")


def _check_slug(slug: str) -> None:
    if not _SLUG.match(slug):
        message = gettext_noop("“%(slug)s” is not an address; use small letters, digits and inner hyphens, at most 50.")
        raise DomainError("bad_slug", message, "slug", slug=slug)
    if Tenant.objects.filter(slug=slug).exists():
        raise DomainError("taken", _TAKEN, "slug", slug=slug)


def checked_currency(currency: str, field: str) -> str:
    if not _CURRENCY.match(currency):
        message = gettext_noop("“%(currency)s” is not a currency code of three capital letters.")
        raise DomainError("bad_currency", message, field, currency=currency)
    return currency


def _check_time_zone(time_zone: str) -> None:
    if time_zone not in available_timezones():
        message = gettext_noop("“%(time_zone)s” is not a time zone; write Asia/Shanghai or America/New_York.")
        raise DomainError("bad_time_zone", message, "time_zone", time_zone=time_zone)


def _check_user(email: str, password: str | None, prefix: str = "") -> None:
    """Refusals name the fields `email` and `password` with `prefix` in front. A known e-mail needs no password."""
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        message = gettext_noop("“%(email)s” is not an e-mail address.")
        raise DomainError("bad_email", message, f"{prefix}email", email=email) from None
    _require_length(email, 254, f"{prefix}email")
    if password is None or User.objects.filter(email=email).exists():
        return
    try:
        validate_password(password, User(email=email))
    except ValidationError as error:
        raise DomainError("weak_password", " ".join(error.messages), f"{prefix}password") from None


def user_for(email: str, password: str | None) -> User:
    """The user of that e-mail, made with the password (None: to be set by the reset link) when there is none."""
    _check_user(email, password)
    email = email.strip().lower()
    known = User.objects.filter(email=email).first()
    if known is not None:
        return known
    try:
        with transaction.atomic():
            return User.objects.create_user(email, password)
    except IntegrityError:  # made by somebody else at the same moment
        return User.objects.get(email=email)


def _require_length(text: str, most: int, field: str) -> None:
    if len(text) > most:
        raise DomainError("too_long", gettext_noop("At most %(most)s characters fit."), field, most=most)


NAME_TAKEN = gettext_noop("There is already a member named %(name)s.")
_TEAM_TAKEN = gettext_noop("There is already a team named %(name)s.")


@contextmanager
def one_of_a_name(message: str, field: str, name: str) -> Iterator[None]:
    """Two at once may both have found the name free; the database lets one of them have it, and the other is told."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        raise DomainError("taken", message, field, name=name) from None


def checked_member_name(full_name: str, but: Member | None = None) -> str:
    """The name with single spaces; refuses none, too long a one, and one that another member has."""
    full_name = " ".join(full_name.split())
    if not full_name:
        raise DomainError("required", gettext_noop("Give the member a name."), "full_name")
    _require_length(full_name, 120, "full_name")
    namesakes = Member.objects.filter(full_name=full_name)
    if (namesakes.exclude(pk=but.pk) if but else namesakes).exists():
        raise DomainError("taken", NAME_TAKEN, "full_name", name=full_name)
    return full_name


def checked_roles(roles: Collection[Role]) -> list[Role]:
    """The roles in order; refuses none and unknown ones."""
    unknown = [role for role in roles if role not in Role.values]
    if unknown:
        raise DomainError("bad_role", gettext_noop("“%(role)s” is not a role."), "roles", role=unknown[0])
    if not roles:
        raise DomainError("required", gettext_noop("Give the member at least one role."), "roles")
    return sorted(Role(role) for role in roles)


@transaction.atomic
def update_tenant(
    *,
    actor: Actor,
    name: str,
    language: str,
    managers_see_pay: bool,
    requires_second_factor: bool,
    ends_idle_sessions: bool,
) -> Tenant:
    """The company's settings; `language` empty: everybody's browser decides. Currency and fiscal year stay as they were
    made: figures already rest on them."""
    require(actor, "settings.manage")
    tenant = Tenant.objects.select_for_update().get(pk=actor.tenant.pk)
    _check_company_name(name)
    after = {
        "name": name.strip(),
        "language": language,
        "managers_see_pay": managers_see_pay,
        "requires_second_factor": requires_second_factor,
        "ends_idle_sessions": ends_idle_sessions,
    }
    before = {field: getattr(tenant, field) for field in after}
    for field, value in after.items():
        setattr(tenant, field, value)
    tenant.save(update_fields=list(after))
    record(actor=actor, action="tenant.changed", subject=tenant, before=before, after=after)
    return tenant


@transaction.atomic
def add_member(
    *,
    actor: Actor,
    full_name: str,
    roles: Collection[Role],
    email: str = "",
    password: str | None = None,
    hired_on: date | None = None,
    employee_number: str = "",
) -> Member:
    """Somebody new in the tenant. With an e-mail they can sign in; without one they only appear in figures."""
    require(actor, "people.manage")
    full_name, roles = checked_member_name(full_name), checked_roles(roles)
    user = None
    if email:
        user = user_for(email, password)
        if Member.objects.filter(user=user).exists():
            raise DomainError("taken", gettext_noop("%(email)s already belongs to a member."), "email", email=email)
        Access.objects.get_or_create(user=user, tenant=actor.tenant)
    with one_of_a_name(NAME_TAKEN, "full_name", full_name):
        member: Member = Member.objects.create(
            user=user,
            full_name=full_name,
            sort_name=sort_key(full_name),
            roles=roles,
            hired_on=hired_on,
            employee_number=employee_number,
        )
    record(actor=actor, action="member.added", subject=member, name=full_name, roles=roles)
    return member


@transaction.atomic
def add_region(*, actor: Actor, name: str) -> Region:
    require(actor, "people.manage")
    region: Region
    region, made = Region.objects.get_or_create(name=name)
    if made:
        record(actor=actor, action="region.added", subject=region, name=name)
    return region


@transaction.atomic
def add_team(*, actor: Actor, name: str, parent: Team | None = None, region: Region | None = None) -> Team:
    """A team below `parent`, or a top team of `region`."""
    require(actor, "people.manage")
    if not name.strip():
        raise DomainError("required", gettext_noop("Give the team a name."), "name")
    if Team.objects.filter(name=name).exists():
        raise DomainError("taken", _TEAM_TAKEN, "name", name=name)
    if parent is not None and region is not None:
        message = gettext_noop("A team below another one has that one's region.")
        raise DomainError("region_of_parent", message, "region")
    with one_of_a_name(_TEAM_TAKEN, "name", name):
        team: Team = Team.objects.create(name=name, parent=parent, region=region)
    record(actor=actor, action="team.added", subject=team, name=name)
    return team


@transaction.atomic
def put_in_team(*, actor: Actor, member: Member, team: Team, starts_on: date | None = None) -> TeamMembership:
    """Make `member` part of `team` from that day on; the membership before it ends the day before."""
    require(actor, "people.manage")
    return _replace(actor, TeamMembership, {"member": member}, {"team": team}, starts_on)


@transaction.atomic
def put_in_charge(*, actor: Actor, member: Member, team: Team, starts_on: date | None = None) -> TeamLead:
    """Make `member` the manager of `team` from that day on."""
    require(actor, "people.manage")
    return _replace(actor, TeamLead, {"team": team}, {"member": member}, starts_on)


def _replace(actor: Actor, model: type[D], whose: dict[str, Any], what: dict[str, Any], starts_on: date | None) -> D:
    """End the row that holds and make the new one. The same again changes nothing; starting earlier is refused."""
    check_day(starts_on, "starts_on")
    current: D | None = model.objects.filter(**whose, ends_on__isnull=True).select_for_update().first()
    if current is not None:
        if all(getattr(current, name) == value for name, value in what.items()):
            return current
        if starts_on is None or (current.starts_on is not None and starts_on <= current.starts_on):
            message = gettext_noop("Give a day after the present one began (%(began)s).")
            raise DomainError("overlap", message, "starts_on", began=current.starts_on or "–")
        current.ends_on = starts_on - timedelta(days=1)
        current.save(update_fields=["ends_on"])
    row: D = model.objects.create(**whose, **what, starts_on=starts_on)
    ids = {name: value.pk for name, value in {**whose, **what}.items()}
    record(actor=actor, action=f"{model._meta.model_name}.set", subject=row, **ids, starts_on=str(starts_on or ""))
    return row
