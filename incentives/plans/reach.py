"""How far the nightly run and the statements carry a plan's terms: what the engine can do and they cannot yet.

`calculate_plan` takes every term of the document; a plan that people are paid by takes only those whose every cent a
statement shows. The rest is refused by its path, never accepted and ignored.
"""

from __future__ import annotations

from collections.abc import Iterator

from incentives.engine import Component, Plan
from salesops.lib.errors import DomainError, DomainErrors, gettext_noop

_ABSENT: dict[str, object] = {
    "threshold": None,
    "factors": (),
    "cap": None,
    "floor": None,
    "prorate": False,
    "holdback": None,
    "instalments": 1,
    "clawback": None,
}
_PLAN_ABSENT: dict[str, object] = {"day_count": "calendar_days", "guarantee": None, "draw": None, "cap": None}


def check_reach(plan: Plan) -> None:
    """Raise `DomainErrors` that name each term which the run cannot carry yet."""
    message = gettext_noop("is not supported yet")
    if problems := [DomainError("not_supported", message, path) for path in _beyond(plan)]:
        raise DomainErrors(problems)


def _beyond(plan: Plan) -> Iterator[str]:
    yield from (name for name, absent in _PLAN_ABSENT.items() if getattr(plan, name) != absent)
    for place, component in enumerate(plan.components):
        yield from (f"components[{place}].{part}" for part in _beyond_in(component))


def _beyond_in(component: Component) -> Iterator[str]:
    if component.kind != "commission":
        yield "type"
        return
    rate = component.rate
    if rate.method not in {"flat", "marginal", "retroactive"}:
        yield "rate.method"
    if rate.base != "amount":
        yield "rate.base"
    if rate.by not in {"amount", "attainment"} and rate.method != "lookup":
        yield "rate.by"
    if rate.accumulates != "period":
        yield "rate.accumulates"
    yield from (name for name, absent in _ABSENT.items() if getattr(component, name) != absent)
