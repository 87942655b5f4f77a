"""Kinds of work for tests, and what lies in the real Redis queues."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis
from django.conf import settings
from django.db import transaction

from accounts.jobs import registry
from accounts.jobs.models import JobRun
from accounts.jobs.registry import JobKind, Outcome
from accounts.jobs.work import Work
from accounts.tenancy.context import tenant_scope

MakeKind = Callable[..., JobKind]


def did_nothing(work: Work) -> Outcome:
    return Outcome({"rows": 1})


@pytest.fixture
def make_kind(monkeypatch: pytest.MonkeyPatch) -> MakeKind:
    """Register kinds that are gone after the test: `make_kind("test.one", run)`."""
    monkeypatch.setattr(registry, "_kinds", dict(registry._kinds))

    def make(name: str = "test.work", run: Callable[[Work], Outcome] = did_nothing, **changes: Any) -> JobKind:
        values = {"label": name, "queue": "bulk", "capability": "settings.manage", **changes}
        kind = JobKind(name=name, run=run, **values)
        registry.register(kind)
        return kind

    return make


@pytest.fixture
def hints() -> Iterator[Callable[[str], list[tuple[int, int]]]]:
    """What the named queue holds in Redis, oldest first, as (tenant, job): `hints("bulk")`."""
    server = redis.Redis.from_url(settings.REDIS_URL)
    server.flushdb()

    def queued(queue: str) -> list[tuple[int, int]]:
        found = []
        for message in reversed(server.lrange(queue, 0, -1)):
            args, _kwargs, _embedded = json.loads(base64.b64decode(json.loads(message)["body"]))
            found.append(tuple(args))
        return found

    yield queued
    server.flushdb()
    server.close()


def read(job: JobRun) -> JobRun:
    """The job as it now stands in the database."""
    with tenant_scope(job.tenant_id), transaction.atomic():
        return JobRun.objects.get(pk=job.pk)


def change(job: JobRun, **values: Any) -> None:
    with tenant_scope(job.tenant_id), transaction.atomic():
        JobRun.objects.filter(pk=job.pk).update(**values)
