"""The harness: real PostgreSQL and Redis, the permanent cast, nothing beyond loopback.

A database test runs in a transaction of the application's role that is rolled back; one marked
`django_db(transaction=True)` commits, and afterwards the tables are truncated by their owner and the cast made anew.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client, TransactionTestCase
from hypothesis import settings as hypothesis_settings

from accounts.access.actor import Actor
from accounts.people.models import Member
from accounts.tenancy.context import tenant_scope
from accounts.tenancy.models import Tenant
from tests import database, factories

hypothesis_settings.register_profile("house", deadline=None)  # a busy machine is no reason to fail
hypothesis_settings.load_profile("house")
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's synchronous API keeps an event loop in this thread
_ROOT = Path(__file__).resolve().parent.parent
_BACKEND = settings.AUTHENTICATION_BACKENDS[0]


# --- Walls -----------------------------------------------------------------------------------------------------------


def pytest_configure(config: pytest.Config) -> None:
    """Refuse sockets that leave this machine: a test that needs the network is wrong on the train as well."""
    for name in ("connect", "connect_ex", "sendto"):
        setattr(socket.socket, name, _within_loopback(getattr(socket.socket, name)))


def _within_loopback(call: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(self: socket.socket, *args: Any) -> Any:
        address = args[-1]
        if self.family in {socket.AF_INET, socket.AF_INET6} and not _is_loopback(address[0]):
            raise AssertionError(f"A test tried to reach {address[0]}:{address[1]}; tests stay on this machine.")
        return call(self, *args)

    return guarded


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest begin first, so that no worker is left alone with one at the end."""
    items.sort(key=_longest_first)


def _longest_first(item: pytest.Item) -> int:
    limit = item.get_closest_marker("timeout")
    return -int(limit.args[0]) if limit and limit.args else 0


# --- Database --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest, django_test_environment: None, django_db_blocker: Any
) -> Iterator[None]:
    """Replaces pytest-django's, which would make the tables as the application's role.

    `--reuse-db` (or `SALESOPS_TEST_REUSE=1`) keeps the database for the next run; `--create-db` makes it anew.
    """
    option = request.config.getoption
    keep = option("reuse_db") or os.environ.get("SALESOPS_TEST_REUSE") == "1"
    with django_db_blocker.unblock():
        database.create(keep=keep and not option("create_db"))
        if keep:
            database.empty()  # a killed run leaves its rows
        factories.make_cast()
        cache.clear()
    TransactionTestCase._fixture_teardown = _empty_and_recast
    yield
    if not keep:
        with django_db_blocker.unblock():
            database.drop()


def _empty_and_recast(case: TransactionTestCase) -> None:
    database.empty()
    factories.make_cast()


@pytest.fixture(autouse=True)
def _empty_cache(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "_django_db_helper" in request.fixturenames or request.node.get_closest_marker("django_db"):
        cache.clear()


@pytest.fixture
def owner_cursor(django_db_setup: None) -> Iterator[Any]:
    """A cursor of the owner's role, for asking the catalogue and for making what a checker must find.

    It has a transaction of its own, which is rolled back.
    """
    with database.raw_cursor("owner") as cursor:
        cursor.execute("BEGIN")
        yield cursor
        cursor.execute("ROLLBACK")


# --- The cast --------------------------------------------------------------------------------------------------------


@pytest.fixture
def acme(db: None) -> factories.Acme:
    return factories.load_acme()


@pytest.fixture
def stranger(db: None) -> factories.Stranger:
    return factories.load_stranger()


@pytest.fixture
def in_acme(acme: factories.Acme) -> Iterator[factories.Acme]:
    """The test works inside Acme, as a request or a task does.

    A transactional test must itself open a transaction around what it reads: the tenant is pushed at BEGIN only.
    """
    with tenant_scope(acme.tenant.pk):
        yield acme


@pytest.fixture
def client_for(db: None) -> Callable[[Member], Client]:
    """A browser in which the member is signed in: `client_for(acme.rob).get("/t/acme/")`."""

    def signed_in(member: Member) -> Client:
        client = Client()
        client.force_login(member.user, backend=_BACKEND)
        return client

    return signed_in


@pytest.fixture
def actor_for() -> Callable[[Member], Actor]:
    """The member as the actor that services ask for."""

    def acting(member: Member) -> Actor:
        return Actor(Tenant.objects.get(pk=member.tenant_id), member)

    return acting


# --- Real data -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of the real data sets. Where it is missing, tests of real data skip; in CI they fail."""
    folder = Path(os.environ.get("SHARED_DATA") or _ROOT.parent / "shared" / "data")
    if folder.is_dir():
        return folder
    reason = f"no real data: {folder} is missing (set SHARED_DATA)"
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
