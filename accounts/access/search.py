"""Finding records by the beginning of their name, from the palette on every page.

Each room registers a `SearchSource` in `AppConfig.ready`; the palette asks them all and lists pages first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise

from accounts.access.actor import Actor
from accounts.access.policy import has

MOST = 8  # of one source: more is a list's business, not a palette's
_LONGEST = 100


@dataclass(frozen=True, slots=True)
class Hit:
    """A record; `detail` tells it from others of its name."""

    title: str
    detail: str
    url: str


@dataclass(frozen=True, slots=True)
class SearchSource:
    """`find(actor, text, as_of, limit)` answers what the actor sees and begins with the text: one or two queries, by an
    index. `icon` and `label` say what is found."""

    name: str
    order: int
    label: str | Promise
    icon: str
    capability: str
    find: Callable[[Actor, str, date, int], Sequence[Hit]]


@dataclass(frozen=True, slots=True)
class Found:
    source: SearchSource
    hits: Sequence[Hit]


_sources: list[SearchSource] = []


def register(*sources: SearchSource) -> None:
    """Called once by each app when it is ready."""
    _sources.extend(sources)
    _sources.sort(key=lambda source: source.order)


def search(actor: Actor, text: str, as_of: date) -> list[Found]:
    """What begins with the text, by source; nothing for an empty one."""
    wanted = " ".join(text.replace("\0", "").split())[:_LONGEST]
    if not wanted:
        return []
    found = (
        Found(source, source.find(actor, wanted, as_of, MOST)) for source in _sources if has(actor, source.capability)
    )
    return [one for one in found if one.hits]
