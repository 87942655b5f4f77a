"""Is a target SMART? Five lights from plain facts, each with its evidence as data; no database, no clock.

The numbers come in from the ledger. A threshold that was chosen rather than measured says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal

from salesops.lib.errors import gettext_noop

Tone = Literal["good", "warn", "risk", "none"]
_LEAST_SPREAD = Fraction(5, 100)  # chosen: two quarters that happen to be alike are no promise of steadiness


@dataclass(frozen=True, slots=True)
class Minor:
    """An amount in the evidence, in minor units."""

    value: int


Part = int | str | Fraction | Minor


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence marked for translation, and what fills its places: a Fraction is shown as a percentage."""

    sentence: str
    parts: Mapping[str, Part]


@dataclass(frozen=True, slots=True)
class Light:
    key: Literal["specific", "measurable", "achievable", "relevant", "time_bound"]
    tone: Tone
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Parent:
    """What the node is a part of. `left` is what is left to place there."""

    name: str
    amount: int
    left: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about one node. Amounts in minor units.

    `earlier` are the credits of the quarters before this one, oldest first. `owner` and `setter` are names, blank if
    nobody is on record; `reps` are the members below. `approved` and `today` place the plan in time.
    """

    metric: str
    name: str
    amount: int
    owner: str
    reps: int
    setter: str
    parent: Parent | None
    earlier: Sequence[int]
    period: str
    last_period: str
    starts_on: date
    ends_on: date
    today: date
    approved: bool


def lights(facts: Facts) -> tuple[Light, ...]:
    """Specific, Measurable, Achievable, Relevant, Time-bound."""
    return (
        Light("specific", *_specific(facts)),
        Light("measurable", *_measurable(facts)),
        Light("achievable", *_achievable(facts)),
        Light("relevant", *_relevant(facts)),
        Light("time_bound", *_time_bound(facts)),
    )


def _specific(facts: Facts) -> tuple[Tone, Evidence]:
    """The metric, the scope and somebody who answers for it."""
    if facts.owner:
        return "good", Evidence(gettext_noop("%(metric)s, owner %(owner)s"), _of(facts, owner=facts.owner))
    if facts.reps:
        return "good", Evidence(gettext_noop("%(metric)s, %(reps)s reps named"), _of(facts, reps=facts.reps))
    return "warn", Evidence(gettext_noop("%(metric)s, but nobody is named as its owner"), _of(facts))


def _measurable(facts: Facts) -> tuple[Tone, Evidence]:
    """Fed by the ledger, with last quarter as the base."""
    last = facts.earlier[-1] if facts.earlier else 0
    parts: dict[str, Part] = {"period": facts.last_period, "last": Minor(last)}
    if last > 0:
        return "good", Evidence(gettext_noop("Counted by the ledger; %(period)s was %(last)s"), parts)
    return "none", Evidence(gettext_noop("Counted by the ledger; nothing in %(period)s to measure from"), parts)


def _achievable(facts: Facts) -> tuple[Tone, Evidence]:
    """Growth on last quarter against how far the node's own full quarters lay apart.

    Good within that spread, worth a second look within twice, else not realistic.
    """
    last = facts.earlier[-1] if facts.earlier else 0
    parts: dict[str, Part] = {"period": facts.last_period, "last": Minor(last)}
    if facts.amount == 0:
        return "none", Evidence(gettext_noop("No target is set"), parts)
    if last <= 0:
        return "warn", Evidence(gettext_noop("Nothing in %(period)s to compare with"), parts)
    growth = Fraction(facts.amount, last) - 1
    full = full_quarters(facts.earlier)
    spread = half_range(full)
    parts |= {"growth": growth, "count": len(full)}
    if growth <= 0:
        return "good", Evidence(gettext_noop("%(growth)s on %(period)s, not more than was reached before"), parts)
    if spread is None:
        sentence = gettext_noop("%(growth)s on %(period)s; too few full quarters to know what is usual")
        return "warn", Evidence(sentence, parts)
    parts |= {"spread": spread}
    usual = max(spread, _LEAST_SPREAD)
    if growth <= usual:
        sentence = gettext_noop(
            "%(growth)s on %(period)s is within the ±%(spread)s of the last %(count)s full quarters"
        )
        return "good", Evidence(sentence, parts)
    sentence = gettext_noop("%(growth)s on %(period)s, but the last %(count)s full quarters lay within ±%(spread)s")
    return ("warn" if growth <= 2 * usual else "risk"), Evidence(sentence, parts)


def full_quarters(earlier: Sequence[int]) -> list[int]:
    """The quarters to compare with: without those before the first credit, and without the first one with credit,
    in which the ledger or the person may have begun midway."""
    begun = next((index for index, amount in enumerate(earlier) if amount > 0), len(earlier))
    return list(earlier[begun + 1 :] if begun > 0 else earlier)


def half_range(quarters: Sequence[int]) -> Fraction | None:
    """How far quarters lie from their middle, as a share of their mean; None for fewer than two."""
    if len(quarters) < 2 or sum(quarters) <= 0:
        return None
    return Fraction(max(quarters) - min(quarters), 2) / Fraction(sum(quarters), len(quarters))


def _relevant(facts: Facts) -> tuple[Tone, Evidence]:
    """Part of a parent that adds up, or the company's own target."""
    if facts.parent is None:
        if facts.setter:
            return "good", Evidence(gettext_noop("The company’s target, set by %(setter)s"), _of(facts))
        return "good", Evidence(gettext_noop("The company’s target, set at the command line"), _of(facts))
    parent = facts.parent
    share = Fraction(facts.amount, parent.amount) if parent.amount else Fraction(0)
    parts: dict[str, Part] = {"parent": parent.name, "share": share, "left": Minor(abs(parent.left))}
    if parent.left > 0:
        sentence = gettext_noop("%(share)s of %(parent)s, where %(left)s is not placed yet")
        return "warn", Evidence(sentence, parts)
    if parent.left < 0:
        sentence = gettext_noop("%(share)s of %(parent)s, where %(left)s too much is placed")
        return "warn", Evidence(sentence, parts)
    return "good", Evidence(gettext_noop("%(share)s of %(parent)s, which is placed in full"), parts)


def _time_bound(facts: Facts) -> tuple[Tone, Evidence]:
    """A period with days to work in, known before it begins."""
    whole = working_days(facts.starts_on, facts.ends_on)
    left = working_days(max(facts.today + timedelta(days=1), facts.starts_on), facts.ends_on)
    parts: dict[str, Part] = {"period": facts.period, "whole": whole, "left": left}
    if facts.approved or facts.today < facts.starts_on:
        return "good", Evidence(gettext_noop("%(period)s, %(left)s of %(whole)s working days left"), parts)
    if left:
        sentence = gettext_noop("%(period)s has begun and the target is not approved; %(left)s working days left")
        return "warn", Evidence(sentence, parts)
    return "risk", Evidence(gettext_noop("%(period)s is over and the target was never approved"), parts)


def working_days(first: date, last: date) -> int:
    """Mondays to Fridays, both ends included. Public holidays are not known."""
    days = max((last - first).days + 1, 0)
    weeks, rest = divmod(days, 7)
    return weeks * 5 + sum((first.weekday() + offset) % 7 < 5 for offset in range(rest))


def _of(facts: Facts, **more: Part) -> dict[str, Part]:
    return {"metric": facts.metric, "name": facts.name, "setter": facts.setter, **more}
