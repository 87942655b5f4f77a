"""The stages that deals pass through."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from accounts.access.actor import Actor
from accounts.audit.services import record
from pipeline.deals.models import Stage
from pipeline.ledger.services import take_turns

# Name, kind, the chance in percent that a deal here is won, until the company has a history of its own, and the days
# after which it stands still.
DEFAULT_STAGES = (
    ("Prospecting", Stage.Kind.OPEN, 20, 30),
    ("Engaging", Stage.Kind.OPEN, 50, 30),
    ("Won", Stage.Kind.WON, 100, None),
    ("Lost", Stage.Kind.LOST, 0, None),
)


@dataclass(frozen=True, slots=True)
class Stages:
    """A tenant's stages in their order: open ones, and the two ends."""

    every: tuple[Stage, ...]

    @property
    def open(self) -> tuple[Stage, ...]:
        return tuple(stage for stage in self.every if stage.kind == Stage.Kind.OPEN)

    @property
    def won(self) -> Stage:
        return self._end(Stage.Kind.WON)

    @property
    def lost(self) -> Stage:
        return self._end(Stage.Kind.LOST)

    def _end(self, kind: Stage.Kind) -> Stage:
        return next(stage for stage in self.every if stage.kind == kind)


@transaction.atomic
def ensure_stages(actor: Actor) -> Stages:
    """The tenant's stages; the default ones are made for a tenant that has none yet. Needs no permission of its own."""
    stages = Stage.objects.filter(removed=False).order_by("position")
    if found := tuple(stages):
        return Stages(found)
    take_turns()  # so that two first deals at once make one set of stages
    if not Stage.objects.exists():
        made = Stage.objects.bulk_create(
            Stage(name=name, kind=kind, probability=probability, allowed_days=days, position=position)
            for position, (name, kind, probability, days) in enumerate(DEFAULT_STAGES, start=1)
        )
        record(actor=actor, action="stages.made", subject=made[0], names=[stage.name for stage in made])
    return Stages(tuple(stages.all()))
