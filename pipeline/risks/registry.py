"""The detectors of risks: what may go wrong, found each night. Each app registers its own in `AppConfig.ready`.

A detector only finds. Keeping one risk per cause, folding, muting, closing, owners and mails are the night's
(`pipeline.risks.night`), the same for every kind. Evidence is data and never a sentence: `Wording` turns it into one
when somebody reads it, in that reader's language.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from salesops.lib.errors import DomainError, gettext_noop

Parameters = Mapping[str, int]
"""The values in force for a company, one for each parameter that the detector declares."""


class Severity(models.IntegerChoices):
    """How bad it is; 1 is the worst, so that the worst come first in an ascending order."""

    HIGH = 1, _("high")
    MEDIUM = 2, _("medium")
    LOW = 3, _("low")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number that a company may set. Both bounds are allowed; `unit` says how it is written beside the field."""

    name: str
    label: str | Promise
    default: int
    minimum: int
    maximum: int
    unit: Literal["days", "percent", "count"] = "days"

    def check(self, value: int) -> int:
        if not self.minimum <= value <= self.maximum:
            message = gettext_noop("Write a number from %(minimum)s to %(maximum)s.")
            raise DomainError("out_of_range", message, self.name, minimum=self.minimum, maximum=self.maximum)
        return value


@dataclass(frozen=True, slots=True)
class Finding:
    """A cause that holds on the day of the night. The same (kind, subject) is the same risk, night after night.

    `evidence` must be JSON and name facts, not ages: the day since when, not the days since, so that a night on which
    nothing happened finds what is stored already and writes nothing. `owner_id` answers for it: whoever owns the
    subject now. `grave` raises it to high, whatever severity the company has given the kind.
    """

    subject_type: str
    subject_id: int
    owner_id: int | None
    evidence: dict[str, Any]
    customer_id: int | None = None
    deal_id: int | None = None
    grave: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What a wording may use: the evidence, the names of what it is about (blank where there is none), and the day on
    which it is read, from which ages are counted. `currency` is the company's."""

    evidence: Mapping[str, Any]
    as_of: date
    currency: str = ""
    customer: str = ""
    deal: str = ""
    owner: str = ""

    def days_since(self, name: str) -> int:
        """The age of the day that the evidence keeps under that name."""
        return (self.as_of - date.fromisoformat(self.evidence[name])).days


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the evidence as a page shows it; with a `url` it opens the records behind it."""

    label: str | Promise
    value: str | Promise
    url: str = ""


def _no_facts(told: Told, tenant_slug: str) -> Sequence[Fact]:
    return ()


@dataclass(frozen=True, slots=True)
class Wording:
    """How a kind is told in the reader's language: `title` what is wrong (“Finjob’s deal stands still”), `detail` the
    figures that say so (“19 days in Negotiation, 14 allowed”), `several` many folded into one, `facts` the evidence
    line by line."""

    title: Callable[[Told], str]
    detail: Callable[[Told], str]
    several: Callable[[int], str]
    facts: Callable[[Told, str], Sequence[Fact]] = _no_facts


@dataclass(frozen=True, slots=True)
class Detector:
    """A kind of risk. `find(as_of, parameters)` runs inside the tenant, in a transaction of its own, with a constant
    number of queries, and yields each subject at most once. What has no known age is no risk.

    `severity` and the parameters' defaults hold until the company sets its own; `order` is the place in lists.
    """

    kind: str
    label: str | Promise
    explanation: str | Promise
    severity: Severity
    find: Callable[[date, Parameters], Iterable[Finding]]
    wording: Wording
    parameters: tuple[Parameter, ...] = ()
    order: int = field(default=50)

    def defaults(self) -> dict[str, int]:
        return {parameter.name: parameter.default for parameter in self.parameters}


_detectors: dict[str, Detector] = {}


def register(*detectors: Detector) -> None:
    """Called once by each app when it is ready; a kind is taken once."""
    for detector in detectors:
        if detector.kind in _detectors:
            raise ValueError(f"The kind of risk {detector.kind} is registered twice.")
        _detectors[detector.kind] = detector


def every_detector() -> list[Detector]:
    return sorted(_detectors.values(), key=lambda one: (one.order, one.kind))


def find_detector(kind: str) -> Detector | None:
    """The detector, or None for a risk entered by hand or one that outlived its code."""
    return _detectors.get(kind)
