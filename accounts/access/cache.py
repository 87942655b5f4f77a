"""Redis as a cache that may be gone: losing it loses speed, never a request (reliability.md, fault 2)."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

T = TypeVar("T")
_REST_SECONDS = 10.0  # a dead Redis is left alone so long: one slow request in ten seconds, not each of them
log = logging.getLogger(__name__)


class ForgivingRedisCache(RedisCache):
    """Django's Redis cache whose failures look like misses. What must hold without Redis does not live in it."""

    resting_until = 0.0  # monotonic seconds, shared by the process

    def _ask(self, call: Callable[[], T], *, otherwise: T) -> T:
        if time.monotonic() < ForgivingRedisCache.resting_until:
            return otherwise
        try:
            return call()
        except (RedisError, OSError) as error:
            log.warning("The cache does not answer (%s); going on without it.", error)
            ForgivingRedisCache.resting_until = time.monotonic() + _REST_SECONDS
            return otherwise

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._ask(partial(super().get, key, default, version), otherwise=default)

    def get_many(self, keys: Any, version: int | None = None) -> dict[Any, Any]:
        return self._ask(partial(super().get_many, keys, version), otherwise={})

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """True without Redis: whoever uses the cache as a lock goes on, instead of waiting for one nobody holds."""
        return self._ask(partial(super().add, key, value, timeout, version), otherwise=True)

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        self._ask(partial(super().set, key, value, timeout, version), otherwise=None)

    def set_many(self, data: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> list[Any]:
        return self._ask(partial(super().set_many, data, timeout, version), otherwise=[])

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return self._ask(partial(super().touch, key, timeout, version), otherwise=False)

    def delete(self, key: Any, version: int | None = None) -> bool:
        return self._ask(partial(super().delete, key, version), otherwise=False)

    def has_key(self, key: Any, version: int | None = None) -> bool:
        return self._ask(partial(super().has_key, key, version), otherwise=False)
