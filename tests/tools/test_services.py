"""The launcher of the embedded servers, on servers of its own beside those that the tests use."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest
import redis

from tools import postgres, services
from tools.missing import Missing
from tools.postgres import Durability


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("servers") / "local"
    yield folder
    services.remove(folder)


@pytest.fixture(scope="module")
def addresses(local: Path) -> dict[str, str]:
    return services.start(local, durability=Durability.NONE)


def test_the_three_roles_sign_in(addresses):
    roles = {}
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_OPS_URL"):
        connection = psycopg2.connect(addresses[name])
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
            roles[name] = cursor.fetchone()
        connection.close()
    assert roles == {
        "DATABASE_URL": ("salesops_app", False, False),
        "DATABASE_OWNER_URL": ("salesops_owner", False, False),
        "DATABASE_OPS_URL": ("salesops_ops", False, True),
    }


def test_nobody_signs_in_without_the_password(addresses):
    url = urlsplit(addresses["DATABASE_URL"])
    with pytest.raises(psycopg2.OperationalError, match="password"):
        psycopg2.connect(f"postgresql://{url.username}:wrong@127.0.0.1:{url.port}/salesops")
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=urlsplit(addresses["REDIS_URL"]).port or 0).ping()


def test_secrets_are_for_their_owner_only(local, addresses):
    files = ("services.env", "postgres.password", "valkey.url", "valkey/valkey.conf")
    assert {name: stat.S_IMODE((local / name).stat().st_mode) for name in files} == dict.fromkeys(files, 0o600)


def test_a_second_start_finds_what_is_running(local, addresses):
    assert services.start(local) == addresses
    assert services.read_addresses(local) == addresses


def test_data_outlives_a_restart(local, addresses):
    redis.Redis.from_url(addresses["REDIS_URL"]).set("kept", "yes")
    services.stop(local)
    assert services.running(local) == {"PostgreSQL": False, "Valkey": False}
    again = services.start(local, durability=Durability.NONE)
    passwords = {name: urlsplit(url).password for name, url in addresses.items()}
    assert {name: urlsplit(url).password for name, url in again.items()} == passwords
    assert redis.Redis.from_url(again["REDIS_URL"]).get("kept") == b"yes"


def test_addresses_of_the_environment_win():
    given = dict.fromkeys(services.ADDRESSES, "postgresql://elsewhere/db")
    assert services.external_addresses(given) == given
    assert services.external_addresses({}) is None


def test_half_of_the_addresses_are_refused_in_one_line():
    with pytest.raises(Missing, match=r"set DATABASE_OWNER_URL, DATABASE_OPS_URL, REDIS_URL as well"):
        services.external_addresses({"DATABASE_URL": "postgresql://elsewhere/db"})


def test_a_machine_without_postgresql_is_told_what_to_install(monkeypatch):
    monkeypatch.setattr(postgres, "_candidates", lambda: iter(()))
    with pytest.raises(Missing, match="apt-get install postgresql"):
        postgres.find_installation()
