"""What every API view has in common, under pressure."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections, transaction
from django.test import Client

from accounts.access import throttle
from accounts.access.rest import etag
from accounts.people.models import Member
from accounts.tenancy.context import tenant_scope
from salesops.lib import clock
from tests.factories import Acme

NEW = {"full_name": "Nia New", "roles": ["rep"]}


@pytest.mark.django_db(transaction=True)
def test_twenty_of_one_request_at_once_make_one_member(acme: Acme, client_for) -> None:
    browser = client_for(acme.ada)
    together = threading.Barrier(10)

    def send(_: int) -> tuple[int, bytes]:
        client = Client()
        client.cookies = browser.cookies
        together.wait(timeout=10)
        try:
            answer = client.post(
                "/t/acme/api/v1/members/", NEW, content_type="application/json", headers={"Idempotency-Key": "k-1"}
            )
            return answer.status_code, answer.content
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as pool:
        answers = set(pool.map(send, range(20)))

    assert {status for status, _ in answers} == {201}
    assert len(answers) == 1
    with tenant_scope(acme.tenant.pk), transaction.atomic():
        assert Member.objects.filter(full_name="Nia New").count() == 1


@pytest.mark.django_db(transaction=True)
def test_attempts_at_once_do_not_slip_past_the_limit(acme: Acme) -> None:
    together = threading.Barrier(8)

    def attempt(_: int) -> bool:
        together.wait(timeout=10)
        try:
            with transaction.atomic():
                now = clock.now()
                if throttle.SIGN_IN_BY_USER.reached("rob@acme.test", now):
                    return False
                throttle.SIGN_IN_BY_USER.count("rob@acme.test", now)
                return True
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(16))) == 5


def test_a_version_changes_with_what_is_shown() -> None:
    assert etag({"a": 1, "b": None}) == etag({"b": None, "a": 1})
    assert etag({"a": 1}) != etag({"a": "1"})


def test_a_method_that_a_view_does_not_name_is_refused(acme: Acme, client_for) -> None:
    assert client_for(acme.ada).delete("/t/acme/api/v1/members/").status_code == 405


def test_an_overlong_key_is_refused(acme: Acme, client_for) -> None:
    answer = client_for(acme.ada).post(
        "/t/acme/api/v1/members/", NEW, content_type="application/json", headers={"Idempotency-Key": "k" * 81}
    )

    assert answer.status_code == 422


@pytest.mark.parametrize("body", ["[" * 100_000, '{"full_name": "\\ud800"}', '{"full_name": NaN}', '{"\\udfff": 1}'])
def test_a_body_that_cannot_be_held_is_refused(acme: Acme, client_for, body: str) -> None:
    answer = client_for(acme.ada).post("/t/acme/api/v1/members/", body, content_type="application/json")
    assert answer.status_code == 400


def test_an_unprintable_key_is_refused(acme: Acme, client_for) -> None:
    answer = client_for(acme.ada).post(
        "/t/acme/api/v1/members/", NEW, content_type="application/json", headers={"Idempotency-Key": "\x00"}
    )
    assert answer.status_code == 400
