"""What changes hands with a rep's work: customers, open deals, tasks, planned visits, and what apps above add.

A room registers a `HandoverStep` in `AppConfig.ready`. On its day a handover runs every step in the order of `order`,
all in one transaction. The permission has been checked once for the whole handover, so a step checks none; its `actor`
is for the audit row. Nothing of the past moves: credits, closed deals, visits that took place stay with whom they were.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise

from accounts.access.actor import Actor


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a handover is narrowed to: ids of customers and of open deals. None: all that the member has.

    Whatever hangs on a customer (its open deals, a task, a visit, a complaint) or on a deal goes with it, and stays
    without it.
    """

    customers: frozenset[int] | None = None
    deals: frozenset[int] | None = None

    @property
    def is_everything(self) -> bool:
        return self.customers is None and self.deals is None


EVERYTHING = Chosen()


@dataclass(frozen=True, slots=True)
class HandoverStep:
    """One kind of record. `label` is a plural noun (“Open deals”).

    `count(actor, from_member_id, as_of)` is how many there are to move; `move(actor, from_member_id, to_member_id,
    as_of, chosen)` gives those that are chosen to the other member and answers how many it moved.
    """

    name: str
    label: str | Promise
    order: int
    count: Callable[[Actor, int, date], int]
    move: Callable[[Actor, int, int, date, Chosen], int]


_steps: dict[str, HandoverStep] = {}


def register(*steps: HandoverStep) -> None:
    """Called once by each app when it is ready; a name is taken once."""
    for step in steps:
        if step.name in _steps:
            raise ValueError(f"The handover step {step.name} is registered twice.")
        _steps[step.name] = step


def every_step() -> list[HandoverStep]:
    return sorted(_steps.values(), key=lambda step: (step.order, step.name))
