"""What happened with a customer, from every room: visits, calls, deals, feedback, in one order of time.

A room registers a `TimelineSource` in `AppConfig.ready`; the customer page merges what they give, newest first, and
reads on from where it stopped. Nothing here knows who fills it.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise

from accounts.access.actor import Actor
from accounts.access.policy import has


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One thing that happened, worded in the reader's language.

    `kind` is the name of its source and `key` the id of its row; with `at` they put it in its place. `title` is printed
    bold (“Won”, “Call”), `subject` after it, as a link when there is a `url`; `detail` is the text below. `badge` is a
    word and its tone. `all_day` entries know their day only: they show no time and come last in it (`start_of`).
    `edit_url` opens the form of an entry that the reader may still change.
    """

    at: datetime
    kind: str
    key: int
    icon: str
    title: str | Promise
    tone: str = ""
    subject: str | Promise = ""
    detail: str | Promise = ""
    url: str = ""
    actor_name: str = ""
    badge: tuple[str | Promise, str] | None = None
    next_step: str | Promise = ""
    all_day: bool = False
    edit_url: str = ""

    @property
    def place(self) -> tuple[datetime, str, int]:
        """Orders the entries of all sources; no two entries share it."""
        return (self.at, self.kind, self.key)


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last entry that was shown: the next ones are those before it."""

    at: datetime
    kind: str
    key: int

    def earlier(self, kind: str, *, at: str = "at") -> Q:
        """The rows of a source before the cursor, by the instant in the column `at` and by id."""
        return Q(**{f"{at}__lt": self.at}) | (Q(**{at: self.at}) & self._behind(kind))

    def earlier_days(self, kind: str, *, day: str) -> Q:
        """The same for a source whose rows know only their day; they stand at its start (`start_of`)."""
        local = timezone.localtime(self.at)
        if local.time() != time.min:
            return Q(**{f"{day}__lte": local.date()})
        return Q(**{f"{day}__lt": local.date()}) | (Q(**{day: local.date()}) & self._behind(kind))

    def _behind(self, kind: str) -> Q:
        """Which rows of the source come after the cursor's entry when both are of the same instant."""
        if kind == self.kind:
            return Q(pk__lt=self.key)
        return Q() if kind < self.kind else Q(pk__in=[])

    def written(self) -> str:
        text = json.dumps([self.at.isoformat(), self.kind, self.key])
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def read(cls, text: str) -> Cursor | None:
        """Back from an address; None for what was not written here, which shows the newest."""
        try:
            at, kind, key = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            instant = datetime.fromisoformat(at)
        except (binascii.Error, ValueError, TypeError):
            return None
        sound = instant.tzinfo is not None and isinstance(kind, str) and isinstance(key, int) and 0 <= key < 2**63
        return cls(instant, kind, key) if sound else None


def start_of(day: date) -> datetime:
    """Where an entry that knows only its day stands: at the start of it, in the time zone of the reader's company."""
    return timezone.make_aware(datetime.combine(day, time.min))


Entries = Callable[[Actor, date, int, Cursor | None, int], Sequence[TimelineEntry]]


@dataclass(frozen=True, slots=True)
class TimelineSource:
    """`entries(actor, as_of, customer_id, before, size)` answers at most `size` entries, newest first, in one query.

    The caller has checked that the actor sees the customer; the source leaves out what else they may not see. `label`
    is the chip that narrows the timeline to this source.
    """

    name: str
    label: str | Promise
    icon: str
    capability: str
    entries: Entries
    order: int = 50


_sources: dict[str, TimelineSource] = {}


def register(*sources: TimelineSource) -> None:
    """Called once by each app when it is ready; a name is taken once."""
    for source in sources:
        if source.name in _sources:
            raise ValueError(f"The timeline source {source.name} is registered twice.")
        _sources[source.name] = source


def sources_for(actor: Actor) -> list[TimelineSource]:
    """The sources that the actor's roles may read, in the order of their chips."""
    found = [source for source in _sources.values() if has(actor, source.capability)]
    return sorted(found, key=lambda source: (source.order, source.name))
