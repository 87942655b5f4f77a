"""What waits for the one who has signed in: approvals, overdue follow-ups, unanswered complaints, reviews due.

Each room registers a `WaitingSource` in `AppConfig.ready`. The home page lists what they give, the most urgent first,
and the navigation counts it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from django.utils.functional import Promise

from accounts.access.actor import Actor
from accounts.access.policy import has
from accounts.people.models import Role

Urgency = Literal["risk", "warn", "good", "none"]
_MOST = 20  # of one source; its own page has the rest


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing to do. `title` and `detail` are in the reader's language; `url` is where it is done.

    `urgency` is the light beside it: `risk` first. `since` sorts within one urgency, the oldest first. `action` is the
    button's word (“Review”); without one the whole line is a link.
    """

    title: str | Promise
    detail: str | Promise
    url: str
    urgency: Urgency = "none"
    since: date | None = None
    action: str | Promise = ""


@dataclass(frozen=True, slots=True)
class WaitingSource:
    """`find(actor, as_of, limit)` answers at most `limit` things, the most urgent first, in one or two queries.

    Asked for those who have `capability` and, where `roles` says so, one of those roles.
    """

    name: str
    capability: str
    find: Callable[[Actor, date, int], Sequence[Waiting]]
    roles: tuple[Role, ...] = ()

    def is_for(self, actor: Actor) -> bool:
        return has(actor, self.capability) and (not self.roles or bool(actor.roles & set(self.roles)))


_sources: list[WaitingSource] = []
_ORDER: tuple[Urgency, ...] = ("risk", "warn", "good", "none")


def register(*sources: WaitingSource) -> None:
    """Called once by each app when it is ready."""
    _sources.extend(sources)


def waiting_for(actor: Actor, as_of: date, limit: int = _MOST) -> list[Waiting]:
    """What waits for the actor, the most urgent and oldest first."""
    found = [one for source in _sources if source.is_for(actor) for one in source.find(actor, as_of, limit)]
    found.sort(key=lambda one: (_ORDER.index(one.urgency), one.since or date.max))
    return found[:limit]
