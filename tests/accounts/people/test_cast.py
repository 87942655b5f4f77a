"""The cast and the harness itself: later tests lean on what these two promise."""

from __future__ import annotations

import datetime

import pytest
from django.db import transaction

from accounts.people.models import Member, Role
from accounts.people.selectors import people_led_by
from accounts.people.services import add_member
from accounts.tenancy.context import TenantRequired
from tests.factories import MARKER

_NAMES = ["ada", "erik", "eve", "hana", "hugo", "max", "mia", "rita", "rob", "sam", "sue"]


def test_acme_has_its_people_in_two_teams(in_acme):
    assert sorted(in_acme.members) == _NAMES
    led = people_led_by(in_acme.max, datetime.date(2026, 1, 1))
    assert led == {in_acme.max.pk, in_acme.rob.pk, in_acme.rita.pk}


def test_every_name_of_the_stranger_carries_the_marker(stranger):
    names = [stranger.tenant.name, *stranger.teams, *stranger.regions]
    names += [member.full_name for member in stranger.members.values()]
    assert [name for name in names if MARKER not in name] == []


def test_members_are_not_read_outside_a_tenant(acme):
    with pytest.raises(TenantRequired):
        Member.objects.count()


@pytest.mark.django_db(transaction=True)
def test_what_a_transactional_test_commits(in_acme):
    add_member(actor=in_acme.operator, full_name="Gone Tomorrow", roles=[Role.REP])
    with transaction.atomic():
        assert Member.objects.filter(full_name="Gone Tomorrow").exists()


@pytest.mark.django_db(transaction=True)
def test_is_gone_in_the_next_one(in_acme):
    with transaction.atomic():
        assert Member.objects.count() == len(_NAMES)


def test_a_signed_in_member_is_known(client_for, acme):
    assert client_for(acme.rob).get("/t/acme/no-such-page/").status_code == 404
    assert client_for(acme.rob).get("/t/stranger/").status_code == 404
