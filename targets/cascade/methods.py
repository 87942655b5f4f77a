"""Ways to divide a node among its children. A method turns children into weights; a new one is an entry here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from salesops.lib.errors import DomainError, gettext_noop
from targets.cascade.history import Credits
from targets.cascade.models import TargetNode

BY_HAND = "by-hand"


@dataclass(frozen=True, slots=True)
class Basis:
    """What weights are taken from: last period's credits, present amounts by node id, weights that somebody gave."""

    last_period: Credits
    present: Mapping[int, int] = field(default_factory=dict)
    given: Mapping[int, Fraction] = field(default_factory=dict)


Weigh = Callable[[Sequence[TargetNode], Basis], list[Fraction]]


@dataclass(frozen=True, slots=True)
class Method:
    """`cascades`: it needs nothing but the tree and the ledger, so whole levels can be split by it at once."""

    key: str
    label: str | Promise
    weigh: Weigh
    cascades: bool


def _last_period_share(children: Sequence[TargetNode], basis: Basis) -> list[Fraction]:
    """A child whose reversals outweigh its credits has no share, as one without credits has none."""
    return [max(basis.last_period.total(child), Fraction(0)) for child in children]


def _evenly(children: Sequence[TargetNode], basis: Basis) -> list[Fraction]:
    return [Fraction(1)] * len(children)


def _present_share(children: Sequence[TargetNode], basis: Basis) -> list[Fraction]:
    return [Fraction(basis.present.get(child.pk, 0)) for child in children]


def _given(children: Sequence[TargetNode], basis: Basis) -> list[Fraction]:
    return [basis.given.get(child.pk, Fraction(0)) for child in children]


METHODS = {
    method.key: method
    for method in (
        Method("last-period-share", _("By last quarter’s share"), _last_period_share, cascades=True),
        Method("evenly", _("Evenly"), _evenly, cascades=True),
        Method("present-share", _("By present share"), _present_share, cascades=False),
        Method("weights", _("By weights"), _given, cascades=False),
    )
}


def get_method(key: str) -> Method:
    if key not in METHODS:
        message = gettext_noop("“%(method)s” is not a way to split; there are %(known)s.")
        raise DomainError("unknown_method", message, "method", method=key, known=", ".join(METHODS))
    return METHODS[key]


def get_cascading(key: str) -> Method:
    """A method that can split all levels at once."""
    method = METHODS.get(key)
    if method is None or not method.cascades:
        known = ", ".join(each.key for each in METHODS.values() if each.cascades)
        message = gettext_noop("“%(method)s” does not split whole levels at once; there are %(known)s.")
        raise DomainError("unknown_method", message, "method", method=key, known=known)
    return method
