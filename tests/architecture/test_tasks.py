"""Every Celery task works for one tenant at a time, entered by `tenant_scope`."""

from __future__ import annotations

from collections.abc import Iterator
from types import CodeType, FunctionType
from typing import Any

import pytest
from celery import shared_task

from accounts.tenancy.context import tenant_scope
from salesops.celery import app
from tests.architecture.sources import APPS

# Tasks that enter no tenant, each with its reason.
OUTSIDE: dict[str, str] = {}

_DEPTH = 4  # calls from the task down to where it enters


def _tasks() -> dict[str, Any]:
    app.loader.import_default_modules()
    return {name: task for name, task in app.tasks.items() if not name.startswith("celery.") and "tests." not in name}


def enters_a_tenant(function: Any, depth: int = _DEPTH) -> bool:
    """Whether the function, or one of ours that it names, names `tenant_scope`."""
    code = getattr(function, "__code__", None)
    if code is None:
        return False
    names = set(_names(code))
    if "tenant_scope" in names:
        return True
    called = (function.__globals__.get(name) for name in names)
    ours = (each for each in called if isinstance(each, FunctionType) and _is_ours(each))
    return depth > 0 and any(enters_a_tenant(each, depth - 1) for each in ours)


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _names(inner)


def _is_ours(function: FunctionType) -> bool:
    return function.__module__.partition(".")[0] in {*APPS, "salesops", "tests"}


def test_every_task_enters_a_tenant():
    lost = [name for name, task in _tasks().items() if name not in OUTSIDE and not enters_a_tenant(task.run)]
    assert lost == [], "Take the tenant's id as argument and work inside `with tenant_scope(tenant_id)`."


def test_there_are_tasks_and_the_list_names_no_other():
    assert "accounts.jobs.tasks.run_job" in _tasks()
    assert set(OUTSIDE) - set(_tasks()) == set()


def test_every_beat_entry_is_a_task():
    scheduled = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert scheduled - set(_tasks()) == set()


def _deep() -> None:
    with tenant_scope(1):
        pass


@shared_task(name="tests.lost")
def _lost() -> int:
    return 1


@shared_task(name="tests.found")
def _found() -> None:
    _deep()


@pytest.mark.parametrize(("task", "enters"), [(_lost, False), (_found, True)])
def test_a_task_without_a_tenant_is_found(task, enters):
    assert enters_a_tenant(task.run) is enters
