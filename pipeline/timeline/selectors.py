"""Reading a customer's timeline: every source once, merged, and grouped by day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.utils import timezone

from accounts.access.actor import Actor
from pipeline.timeline.registry import Cursor, TimelineEntry, sources_for

PAGE = 30


@dataclass(frozen=True, slots=True)
class Day:
    """The entries of one day, the newest first. `is_continued`: the page before has ended in the middle of it."""

    day: date
    entries: list[TimelineEntry]
    is_continued: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    """`next` is the cursor of what is older; empty at the beginning of all things."""

    days: list[Day]
    next: str


def timeline_entries(
    actor: Actor, as_of: date, customer_id: int, *, only: str = "", before: Cursor | None = None, size: int = PAGE
) -> tuple[list[TimelineEntry], Cursor | None]:
    """The newest `size` entries before the cursor and the cursor of the next page. One query for each source.

    The caller has checked that the actor sees the customer. `only` is the name of one source; an unknown one has no
    entries.
    """
    found: list[TimelineEntry] = []
    for source in sources_for(actor):
        if only in {"", source.name}:
            found += source.entries(actor, as_of, customer_id, before, size + 1)
    found.sort(key=lambda entry: entry.place, reverse=True)
    shown = found[:size]
    last = shown[-1] if len(found) > size else None
    return shown, Cursor(last.at, last.kind, last.key) if last else None


def read_timeline(
    actor: Actor, as_of: date, customer_id: int, *, only: str = "", before: Cursor | None = None
) -> Timeline:
    """One page of it, by days of the company's time zone (the request's)."""
    entries, following = timeline_entries(actor, as_of, customer_id, only=only, before=before)
    last_shown = timezone.localtime(before.at).date() if before else None
    days = [
        Day(day, list(of_day), day == last_shown)
        for day, of_day in groupby(entries, key=lambda entry: timezone.localtime(entry.at).date())
    ]
    return Timeline(days, following.written() if following else "")
