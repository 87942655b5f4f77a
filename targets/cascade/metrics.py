"""What a target can count: each metric names the ledger lines that feed it. A new one is an entry here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pipeline.facts import Basis, Kind, Measure, Slice
from salesops.lib.errors import DomainError, gettext_noop


@dataclass(frozen=True, slots=True)
class Metric:
    """An additive metric: it splits, and it sums."""

    key: str
    label: str | Promise
    basis: Basis
    measure: Measure

    def lines(
        self,
        first: date,
        last: date,
        *,
        participants: frozenset[int] | None = None,
        teams: frozenset[int] | None = None,
        regions: frozenset[int] | None = None,
        up_to: int | None = None,
        kind: Kind | None = None,
    ) -> Slice:
        """The metric's credit lines in those days, both included; `kind` "direct" leaves overlays out."""
        return Slice(
            first,
            last,
            self.basis,
            participants=participants,
            teams=teams,
            regions=regions,
            up_to=up_to,
            kind=kind,
        )


METRICS = {metric.key: metric for metric in (Metric("bookings", _("Bookings"), "booked", "amount"),)}


def get_metric(key: str) -> Metric:
    if key not in METRICS:
        message = gettext_noop("“%(metric)s” is not a metric; there is %(known)s.")
        raise DomainError("unknown_metric", message, "metric", metric=key, known=", ".join(METRICS))
    return METRICS[key]
