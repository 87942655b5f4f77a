"""The cache may be gone; nothing that must hold rests on it."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest
from django.core.cache import caches
from django.test import Client, override_settings

from accounts.access.cache import ForgivingRedisCache
from tests.factories import PASSWORD, Acme


@pytest.fixture
def dead_redis() -> Iterator[None]:
    """A port of this machine on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    backend = {"BACKEND": "accounts.access.cache.ForgivingRedisCache", "LOCATION": f"redis://127.0.0.1:{port}/0"}
    with override_settings(CACHES={"default": backend}):
        yield
    ForgivingRedisCache.resting_until = 0.0


def test_without_redis_it_answers_like_an_empty_cache(dead_redis: None) -> None:
    cache = caches["default"]

    cache.set("a", 1)
    assert cache.get("a", "none") == "none"
    assert cache.get_many(["a"]) == {}
    assert cache.add("lock", 1) is True
    assert (cache.touch("a"), cache.delete("a"), cache.has_key("a")) == (False, False, False)
    assert cache.set_many({"a": 1}) == []


def test_a_dead_redis_is_left_alone_for_a_while(dead_redis: None, monkeypatch: pytest.MonkeyPatch) -> None:
    cache, calls = caches["default"], []
    cache.get("a")
    monkeypatch.setattr(cache, "_class", lambda *args, **kwargs: calls.append(1))

    cache.get("a")
    assert calls == []


def test_signing_in_and_its_limits_work_without_redis(acme: Acme, dead_redis: None) -> None:
    def sign_in(password: str):
        return Client().post("/accounts/login/", {"login": "rob@acme.test", "password": password})

    began = time.monotonic()
    assert sign_in(PASSWORD).status_code == 302
    assert time.monotonic() - began < 3

    for _ in range(5):
        sign_in("wrong password!")
    assert "Too many" in sign_in(PASSWORD).content.decode()


def test_with_redis_it_is_a_cache(db: None) -> None:
    cache = caches["default"]

    cache.set("people:a", {"b": 1}, 10)
    assert cache.get("people:a") == {"b": 1}
    assert cache.add("people:a", 2) is False
    assert cache.delete("people:a") is True
