"""Writing the stages of the pipeline: add, change, put in order, remove.

Whoever changes them takes turns with others who do, so that positions and names stay in order. The two ends, won and
lost, can be renamed; they have no chance, age or exit criteria to set.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F

from accounts.access.actor import Actor
from accounts.access.policy import require
from accounts.audit.models import AuditEntry
from accounts.audit.services import record
from pipeline.deals.locks import take_turns
from pipeline.deals.models import Criterion, Deal, Stage, StageChange
from pipeline.deals.stages import ensure_stages
from salesops.lib.errors import DomainError, NotVisible, gettext_noop

_MOST = 20
_LONGEST, _OLDEST = 60, 3650
_BEHIND = 1_000  # positions from here on are those of stages that have been removed


@dataclass(frozen=True, slots=True)
class StageValues:
    """What may be set of a stage. `probability` is in percent; `allowed_days` None sets no limit."""

    name: str
    probability: int = 0
    allowed_days: int | None = None
    forecast: str = Stage.Forecast.PIPELINE
    exit_criteria: Sequence[str] = ()

    @classmethod
    def of(cls, stage: Stage) -> StageValues:
        return cls(stage.name, stage.probability, stage.allowed_days, stage.forecast, tuple(stage.exit_criteria))


@transaction.atomic
def add_stage(*, actor: Actor, values: StageValues) -> Stage:
    """A new open stage, the last one before the ends."""
    every = _in_turn(actor)
    if len(every) >= _MOST:
        raise DomainError("too_many", gettext_noop("There are at most %(most)s stages."), None, most=_MOST)
    values = _checked(values, None)
    last = max(stage.position for stage in every if stage.kind == Stage.Kind.OPEN)
    _move_back(every, last + 1)
    stage = Stage(kind=Stage.Kind.OPEN, position=last + 1)
    _write(stage, values)
    record(actor=actor, action="stage.added", subject=stage, name=stage.name)
    return stage


@transaction.atomic
def edit_stage(*, actor: Actor, stage_id: int, values: StageValues) -> Stage:
    """Change a stage. Deals that are in it stay; new exit criteria are asked for when they next move on."""
    stage = _find(_in_turn(actor), stage_id)
    if stage.kind != Stage.Kind.OPEN:
        values = StageValues(values.name, stage.probability, stage.allowed_days, stage.forecast, ())
    values = _checked(values, stage)
    if values != StageValues.of(stage):
        told = {name: value for name, value in asdict(values).items() if value != getattr(stage, name)}
        _write(stage, values)
        record(actor=actor, action="stage.changed", subject=stage, changes=told)
    return stage


@transaction.atomic
def put_in_order(*, actor: Actor, stage_ids: Sequence[int]) -> None:
    """The open stages in this order from now on; won and lost stay at the end. Refuses anything but all of them."""
    every = _in_turn(actor)
    is_open = {stage.pk: stage for stage in every if stage.kind == Stage.Kind.OPEN}
    if sorted(stage_ids) != sorted(is_open):
        message = gettext_noop("The stages have changed meanwhile; nothing was put in order. Look at them again.")
        raise DomainError("conflict", message)
    ends = [stage for stage in every if stage.kind != Stage.Kind.OPEN]
    wanted = [is_open[id] for id in stage_ids] + ends
    if [stage.pk for stage in wanted] == [stage.pk for stage in every]:
        return
    for position, stage in enumerate(wanted, start=1):
        stage.position = position
    Stage.objects.bulk_update(wanted, ["position"])
    record(actor=actor, action="stages.ordered", subject=wanted[0], names=[stage.name for stage in wanted])


@transaction.atomic
def move_stage(*, actor: Actor, stage_id: int, step: int) -> None:
    """One place earlier (-1) or later (1); at the edge nothing happens."""
    order = [stage.pk for stage in _in_turn(actor) if stage.kind == Stage.Kind.OPEN]
    if stage_id not in order:
        raise NotVisible
    at = order.index(stage_id)
    if 0 <= at + step < len(order):
        order[at], order[at + step] = order[at + step], order[at]
        put_in_order(actor=actor, stage_ids=order)


@transaction.atomic
def remove_stage(*, actor: Actor, stage_id: int, to_stage_id: int | None, as_of: date) -> int:
    """Take a stage away; its deals go to `to_stage_id`, without being asked for exit criteria. Returns how many.

    Refuses an end, the last open stage, and a stage with deals without saying where they go. The history of deals that
    have been in it keeps its name.
    """
    every = _in_turn(actor)
    stage = _find(every, stage_id)
    is_open = [one for one in every if one.kind == Stage.Kind.OPEN]
    if stage.kind != Stage.Kind.OPEN:
        raise DomainError("is_end", gettext_noop("Won and lost stay: every deal ends in one of them."))
    if len(is_open) == 1:
        raise DomainError("last", gettext_noop("A pipeline needs at least one open stage."))
    other = next((one for one in is_open if one.pk == to_stage_id and one.pk != stage.pk), None)
    # Closed first, then its deals: this waits for those on their way here. Its place last, for that waits for those who
    # leave as well: they must have come by before their deals are locked.
    Stage.objects.filter(pk=stage.pk).update(removed=True)
    moved = list(Deal.objects.select_for_update().filter(stage=stage).order_by("id").values_list("id", "version"))
    if moved and other is None:
        message = gettext_noop("%(count)s deals are in this stage. Say which stage they go to.")
        raise DomainError("has_deals", message, "to_stage", count=len(moved))
    if other is not None:
        _send_on(actor, stage, other, moved, as_of)
    _retire(stage)
    record(actor=actor, action="stage.removed", subject=stage, name=stage.name, deals=len(moved))
    return len(moved)


def _retire(stage: Stage) -> None:
    """Out of the order, behind everything that ever was."""
    last = Stage.objects.order_by("-position").values_list("position", flat=True)[0]
    stage.removed, stage.position = True, max(last, _BEHIND) + 1
    stage.save()


def _send_on(actor: Actor, stage: Stage, other: Stage, moved: Sequence[tuple[int, int]], as_of: date) -> None:
    """The deals, ids with their versions, into the other stage."""
    ids = [id for id, _ in moved]
    Deal.objects.filter(pk__in=ids).update(stage=other, stage_since=as_of, version=F("version") + 1)
    StageChange.objects.bulk_create(
        StageChange(deal_id=id, stage=other, entered_on=as_of, actor=actor.member) for id in ids
    )
    told = {"stage_id": [stage.pk, other.pk]}
    AuditEntry.objects.bulk_create(
        AuditEntry(
            actor=actor.member,
            action="deal.moved",
            subject=f"pipeline.deal:{id}",
            data={"version": version + 1, "changes": told},
        )
        for id, version in moved
    )


def _in_turn(actor: Actor) -> list[Stage]:
    require(actor, "stages.manage")
    ensure_stages(actor)
    take_turns()
    return list(Stage.objects.filter(removed=False).order_by("position"))


def _find(every: Sequence[Stage], stage_id: int) -> Stage:
    found = next((stage for stage in every if stage.pk == stage_id), None)
    if found is None:
        raise NotVisible
    return found


def _move_back(every: Sequence[Stage], position: int) -> None:
    behind = [stage for stage in every if stage.position >= position]
    for stage in behind:
        stage.position += 1
    Stage.objects.bulk_update(behind, ["position"])


def _write(stage: Stage, values: StageValues) -> None:
    for name, value in asdict(values).items():
        setattr(stage, name, list(value) if name == "exit_criteria" else value)
    stage.save()


def _checked(values: StageValues, stage: Stage | None) -> StageValues:
    """The values with a tidy name and criteria in their order, or a refusal."""
    name = " ".join(values.name.split())
    if not name:
        raise DomainError("required", gettext_noop("Give the stage a name."), "name")
    if len(name) > _LONGEST:
        raise DomainError("too_long", gettext_noop("At most %(most)s characters."), "name", most=_LONGEST)
    if Stage.objects.filter(name=name, removed=False).exclude(pk=stage.pk if stage else None).exists():
        raise DomainError("taken", gettext_noop("There is already a stage named %(name)s."), "name", name=name)
    if not 0 <= values.probability <= 100:
        raise DomainError("out_of_range", gettext_noop("A chance is between 0 % and 100 %."), "probability")
    if values.allowed_days is not None and not 0 < values.allowed_days <= _OLDEST:
        message = gettext_noop("The allowed age is between 1 and %(most)s days, or empty.")
        raise DomainError("out_of_range", message, "allowed_days", most=_OLDEST)
    if values.forecast not in Stage.Forecast.values or set(values.exit_criteria) - set(Criterion.values):
        raise DomainError("unknown", gettext_noop("There is no such choice."), "exit_criteria")
    criteria = tuple(str(one) for one in Criterion if one in values.exit_criteria)
    changed: dict[str, Any] = {**asdict(values), "name": name, "exit_criteria": criteria}
    return StageValues(**changed)
