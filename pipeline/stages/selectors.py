"""Reading stages for their settings."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Sum

from pipeline.deals.models import Criterion, Stage, StageTotal
from pipeline.deals.selectors import stages
from salesops.lib.errors import NotVisible


@dataclass(frozen=True, slots=True)
class StageRow:
    """A stage with the deals that are in it now, the company's all together."""

    stage: Stage
    deals: int
    is_first: bool
    is_last: bool

    @property
    def criteria(self) -> str:
        """What it asks for, as a list in words."""
        return ", ".join(str(Criterion(one).label) for one in self.stage.exit_criteria)


def stage_rows() -> list[StageRow]:
    """The stages in use, in their order. Two queries."""
    found = stages()
    counts = dict(StageTotal.objects.order_by().values_list("stage_id").annotate(Sum("deals")))
    is_open = [stage.pk for stage in found if stage.kind == Stage.Kind.OPEN]
    return [
        StageRow(stage, counts.get(stage.pk, 0), stage.pk in is_open[:1], stage.pk in is_open[-1:]) for stage in found
    ]


def get_stage(stage_id: int) -> Stage:
    found: Stage | None = Stage.objects.filter(pk=stage_id, removed=False).first()
    if found is None:
        raise NotVisible
    return found
