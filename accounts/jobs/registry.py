"""The kinds of background work. Each app registers its own in `AppConfig.ready`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from django.utils.functional import Promise

from salesops.lib.errors import DomainError, gettext_noop

if TYPE_CHECKING:
    from accounts.jobs.work import Work

Queue = Literal["web", "bulk", "nightly"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a job did. The keys of `counts` are shown through gettext, so they are English words marked with
    `gettext_noop`: `{"credit lines": 4238}`. `warnings` are sentences in the language the job ran in."""

    counts: dict[str, int] = field(default_factory=dict)
    warnings: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class JobKind:
    """A kind of work: `run` does it, those with `capability` may ask for it and see it.

    Queues: `web` for what somebody waits for on a page, `bulk` for imports and exports, `nightly` for the rest.
    """

    name: str
    label: str | Promise
    queue: Queue
    capability: str
    run: Callable[[Work], Outcome]


_kinds: dict[str, JobKind] = {}


def register(kind: JobKind) -> None:
    """Called once per kind by the app that knows how to do it, when it is ready."""
    if kind.name in _kinds:
        raise ValueError(f"The job kind {kind.name} is registered twice.")
    _kinds[kind.name] = kind


def kinds() -> list[JobKind]:
    return list(_kinds.values())


def find_kind(name: str) -> JobKind | None:
    """The kind, or None for a row that outlived its code."""
    return _kinds.get(name)


def get_kind(name: str) -> JobKind:
    kind = _kinds.get(name)
    if kind is None:
        message = gettext_noop("There is no background work named “%(kind)s”.")
        raise DomainError("unknown_kind", message, "kind", kind=name)
    return kind
