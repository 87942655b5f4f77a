"""What a deal must say before it leaves a stage forward."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.deals.models import Criterion, Deal, Stage
from salesops.lib.errors import DomainError, gettext_noop

ATTRIBUTES: Mapping[str, tuple[str, ...]] = {
    Criterion.CUSTOMER: ("customer_id",),
    Criterion.PRODUCT: ("product_id",),
    Criterion.AMOUNT: ("amount",),
    Criterion.EXPECTED_ON: ("expected_on",),
    Criterion.NEXT_STEP: ("next_step_on", "next_step"),
}
"""The attributes of a deal that answer a criterion; the first of them must not be empty."""


class GateClosed(DomainError):
    """A move past a stage whose exit criteria are not met. `missing` is what must be filled, in a fixed order."""

    def __init__(self, missing: Sequence[Criterion]) -> None:
        message = gettext_noop("Before the deal moves on, it needs: %(missing)s.")
        labels = ", ".join(str(criterion.label) for criterion in missing)
        super().__init__("gate", message, None, missing=labels)
        self.missing = tuple(missing)


def missing(deal: Deal, target: Stage, stages: Sequence[Stage], changes: Mapping[str, Any]) -> list[Criterion]:
    """What the deal with these changes lacks on its way to the target.

    Asked are the criteria of every open stage that it leaves or skips. Backwards and to a loss nothing is asked.
    """
    if target.kind == Stage.Kind.LOST:
        return []
    here = deal.stage.position
    left = [one for one in stages if one.kind == Stage.Kind.OPEN and here <= one.position and _before(one, target)]
    asked = {criterion for stage in left for criterion in stage.exit_criteria}
    return [one for one in Criterion if one in asked and _is_empty(deal, changes, ATTRIBUTES[one][0])]


def check_gate(deal: Deal, target: Stage, stages: Sequence[Stage], changes: Mapping[str, Any]) -> None:
    """Refuse a move past a gate (`GateClosed`)."""
    if found := missing(deal, target, stages, changes):
        raise GateClosed(found)


def _before(one: Stage, target: Stage) -> bool:
    return target.kind == Stage.Kind.WON or one.position < target.position


def _is_empty(deal: Deal, changes: Mapping[str, Any], attribute: str) -> bool:
    return changes.get(attribute, getattr(deal, attribute)) is None
