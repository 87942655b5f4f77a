"""Risks in words: what a stored risk says to a reader, in their language and on their day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pipeline.risks.models import ENTERED, Risk, RiskEvent
from pipeline.risks.registry import Detector, Fact, Severity, Told, find_detector
from salesops.lib.templatetags.ui import light

TONES = {Severity.HIGH: "risk", Severity.MEDIUM: "warn", Severity.LOW: "none"}
BY_HAND = _("Entered by hand")


@dataclass(frozen=True, slots=True)
class Shown:
    """A risk as every list and page shows it. `tone` is its light, `age` its days."""

    risk: Risk
    title: str
    detail: str
    kind: str | Promise
    tone: str
    severity: str
    age: int
    overdue: bool
    facts: Sequence[Fact] = field(default=())


def risk_marks() -> dict[Severity, SafeString]:
    """The light of each severity, for cards and rows that have no room for more."""
    marks = {}
    for severity in Severity:
        words = gettext("Open risk, severity %(severity)s") % {"severity": severity.label}
        marks[severity] = format_html('<span class="nowrap" title="{}">{}</span>', words, light(TONES[severity], words))
    return marks


def tell(risk: Risk, as_of: date, currency: str = "") -> Shown:
    """The risk with its owner, customer and deal already selected."""
    detector = find_detector(risk.kind)
    title, detail = _words(risk, detector, as_of, currency)
    return Shown(
        risk=risk,
        title=title,
        detail=detail,
        kind=kind_label(risk.kind),
        tone=TONES[Severity(risk.severity)],
        severity=str(Severity(risk.severity).label),
        age=max((as_of - risk.opened_on).days, 0),
        overdue=risk.is_active and risk.due_on is not None and risk.due_on < as_of,
    )


def tell_all(risks: Iterable[Risk], as_of: date, currency: str = "") -> list[Shown]:
    return [tell(risk, as_of, currency) for risk in risks]


def facts(risk: Risk, as_of: date, currency: str, tenant_slug: str) -> Sequence[Fact]:
    """The evidence line by line; a fold and a risk entered by hand have none of their own."""
    detector = find_detector(risk.kind)
    if detector is None or risk.is_fold:
        return ()
    return detector.wording.facts(_told(risk, as_of, currency), tenant_slug)


def kind_label(kind: str) -> str | Promise:
    detector = find_detector(kind)
    return detector.label if detector else BY_HAND if kind == ENTERED else kind


def _words(risk: Risk, detector: Detector | None, as_of: date, currency: str) -> tuple[str, str]:
    if risk.kind == ENTERED:
        return risk.title, risk.note
    if detector is None:
        return gettext("A kind of risk that is not watched any more"), risk.kind
    told = _told(risk, as_of, currency)
    if not risk.is_fold:
        return detector.wording.title(told), detector.wording.detail(told)
    worst = Told(risk.evidence["cases"][0]["evidence"], as_of, currency, owner=told.owner)
    return detector.wording.several(risk.cases), gettext("One of them: %(detail)s") % {
        "detail": detector.wording.detail(worst)
    }


def _told(risk: Risk, as_of: date, currency: str) -> Told:
    return Told(
        risk.evidence,
        as_of,
        currency,
        customer=risk.customer.name if risk.customer else "",
        deal=risk.deal.reference if risk.deal else "",
        owner=risk.owner.full_name if risk.owner else "",
    )


# --- Folds -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FoldedCase:
    title: str
    detail: str
    tone: str
    customer_id: int | None
    deal_id: int | None


def folded_cases(
    risk: Risk, customers: Mapping[int, str], deals: Mapping[int, str], as_of: date, currency: str
) -> list[FoldedCase]:
    """The listed cases of a fold, with the names of their customers and deals by id."""
    detector = find_detector(risk.kind)
    if detector is None:
        return []
    owner = risk.owner.full_name if risk.owner else ""
    return [_folded(detector, case, customers, deals, Told({}, as_of, currency, owner=owner)) for case in _cases(risk)]


def _folded(
    detector: Detector, case: dict[str, Any], customers: Mapping[int, str], deals: Mapping[int, str], of: Told
) -> FoldedCase:
    names = {"customer": customers.get(case["customer"], ""), "deal": deals.get(case["deal"], "")}
    told = Told(case["evidence"], of.as_of, of.currency, owner=of.owner, **names)
    return FoldedCase(
        detector.wording.title(told),
        detector.wording.detail(told),
        TONES[Severity(case["severity"])],
        case["customer"],
        case["deal"],
    )


def _cases(risk: Risk) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = risk.evidence.get("cases", [])
    return cases


# --- History ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Happened:
    event: RiskEvent
    what: str
    detail: str
    by: str


def happened(events: Iterable[RiskEvent]) -> list[Happened]:
    """What became of a risk, in words; `by` is SalesOps where the night did it."""
    return [
        Happened(
            event, event.get_what_display(), _event_detail(event), event.actor.full_name if event.actor else "SalesOps"
        )
        for event in events
    ]


def _event_detail(event: RiskEvent) -> str:
    data = event.data
    if event.what in {RiskEvent.What.WORSE, RiskEvent.What.EASED}:
        return gettext("from %(before)s to %(now)s") % {
            "before": Severity(data["before"]).label,
            "now": Severity(data["severity"]).label,
        }
    if event.what == RiskEvent.What.MUTED:
        until = date_format(date.fromisoformat(data["until"]), "DATE_FORMAT")
        return gettext("until %(day)s: %(reason)s") % {"day": until, "reason": data["reason"]}
    if event.what == RiskEvent.What.ENDED:
        return str(Risk.Ending(data["ending"]).label)
    return str(data.get("note") or data.get("text") or "")
