"""Moves by date, line managers, and what is told of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, transaction

from accounts.access.actor import Actor
from accounts.notifications.models import Notification
from accounts.people import changes
from accounts.people.models import Member, Role, TeamMembership
from accounts.people.services import add_member
from accounts.tenancy.context import tenant_scope
from salesops.lib import clock
from salesops.lib.errors import DomainError
from tests.factories import Acme

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def page(member: Member, what: str = "") -> str:
    return f"/t/acme/members/{member.pk}/{what}"


def test_the_member_is_told_of_a_move(in_acme: Acme, actor_for) -> None:
    day = date(2026, 12, 1)
    changes.move(actor=actor_for(in_acme.ada), member=in_acme.rob, team=in_acme.south, starts_on=day, at=NOW)

    told = Notification.objects.get(member=in_acme.rob)
    assert (told.kind, told.params) == ("people.moved", {"team": "South", "day_on": "2026-12-01"})


def test_the_new_lead_is_told(in_acme: Acme, client_for) -> None:
    client_for(in_acme.ada).post(
        f"/t/acme/teams/{in_acme.north.pk}/lead/", {"member": "Rob Rep", "starts_on": "2026-12-01"}
    )

    assert Notification.objects.get(member=in_acme.rob).kind == "people.in_charge"


def test_a_move_to_come_can_be_taken_back(in_acme: Acme, client_for) -> None:
    ada, future = client_for(in_acme.ada), clock.today("UTC") + timedelta(days=30)
    ada.post(page(in_acme.rob, "team/"), {"team": in_acme.south.pk, "starts_on": str(future)})
    coming = TeamMembership.objects.get(member=in_acme.rob, team=in_acme.south)
    assert "To come" in ada.get(page(in_acme.rob)).content.decode()

    ada.post(f"/t/acme/moves/{coming.pk}/take-back/")

    (row,) = TeamMembership.objects.filter(member=in_acme.rob)
    assert (row.team, row.ends_on) == (in_acme.north, None)


def test_a_move_that_has_begun_cannot(in_acme: Acme, actor_for) -> None:
    row = TeamMembership.objects.get(member=in_acme.rob)

    with pytest.raises(DomainError) as refused:
        changes.take_back_move(actor=actor_for(in_acme.ada), membership_id=row.pk, as_of=date(2026, 11, 20))

    assert refused.value.code == "begun"


def test_a_line_manager_is_set_and_cleared_by_name(in_acme: Acme, client_for) -> None:
    ada = client_for(in_acme.ada)

    ada.post(page(in_acme.rob, "line-manager/"), {"manager": " Mia  Manager "})
    assert Member.objects.get(pk=in_acme.rob.pk).line_manager == in_acme.mia
    assert "Mia Manager" in ada.get(page(in_acme.rob)).content.decode()
    ada.post(page(in_acme.rob, "line-manager/"), {"manager": ""})

    assert Member.objects.get(pk=in_acme.rob.pk).line_manager is None


def test_nobody_reports_to_themselves_in_a_circle(in_acme: Acme, actor_for, client_for) -> None:
    ada = actor_for(in_acme.ada)
    changes.set_line_manager(actor=ada, member=in_acme.max, manager=in_acme.eve)
    changes.set_line_manager(actor=ada, member=in_acme.rob, manager=in_acme.max)

    for manager in (in_acme.rob, in_acme.eve):
        with pytest.raises(DomainError):
            changes.set_line_manager(actor=ada, member=in_acme.eve, manager=Member.objects.get(pk=manager.pk))
    answer = client_for(in_acme.ada).post(page(in_acme.rob, "line-manager/"), {"manager": "Nobody Here"})
    assert "manager" in answer.context["line_manager_form"].errors


def test_a_pay_currency_is_three_letters_or_none(in_acme: Acme, client_for) -> None:
    ada, typed = client_for(in_acme.ada), {"full_name": "Rob Rep", "roles": ["rep"]}

    ada.post(page(in_acme.rob, "edit/"), typed | {"pay_currency": "cny"})
    assert Member.objects.get(pk=in_acme.rob.pk).pay_currency == "CNY"
    assert ada.post(page(in_acme.rob, "edit/"), typed | {"pay_currency": "1"}).status_code == 422


def test_the_roles_over_time_are_for_those_who_read_the_trail(in_acme: Acme, client_for, actor_for) -> None:
    changes.update_member(actor=actor_for(in_acme.ada), member=in_acme.rob, full_name="Rob Rep", roles=[Role.MANAGER])
    changes.update_member(
        actor=actor_for(in_acme.ada), member=in_acme.rob, full_name="Robert Rep", roles=[Role.MANAGER]
    )

    career = client_for(in_acme.ada).get(page(in_acme.rob)).context["career"]
    assert [change.roles for change in career.roles] == [["manager"], ["rep"]]
    assert client_for(in_acme.max).get(page(in_acme.rob)).context["career"].roles == []


@pytest.mark.django_db(transaction=True)
def test_two_who_add_one_name_at_once_make_one_member_and_one_refusal(acme: Acme) -> None:
    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(lambda _: _add(acme), range(2)))

    assert sorted(outcomes) == ["added", "taken"]
    with tenant_scope(acme.tenant.pk), transaction.atomic():
        assert Member.objects.filter(full_name="Nia New").count() == 1


def _add(acme: Acme) -> str:
    try:
        with tenant_scope(acme.tenant.pk):
            add_member(actor=Actor.operator(acme.tenant), full_name="Nia New", roles=[Role.REP])
    except DomainError as error:
        return error.code
    finally:
        connection.close()
    return "added"
